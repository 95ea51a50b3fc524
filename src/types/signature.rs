//! Function types: receivers, type parameters, parameters and results.

use super::arena::alloc_slice;
use super::check::{Checker, FuncContext};
use super::instantiate::instantiate;
use super::lookup::deref;
use super::object::{Obj, ObjKind, VarInfo, VarKind};
use super::scope::ScopeId;
use super::subst::{SubstMap, subst};
use super::ty::{Signature, Ty, TyKind};
use crate::ast::{Expr, ExprId, FieldId, List};
use crate::base::symbol::sym;

/// The parts of a receiver type `*base[tparams]`.
pub(super) struct Receiver {
    /// Whether the star is there.
    pub ptr: bool,
    /// The base type's name, if the code is right.
    pub base: ExprId,
    /// The names of its type parameters; `None` if there are no brackets.
    pub tparams: Option<List<ExprId>>,
}

/// A named parameter to be declared.
type NamedParam = (ExprId, Obj);

impl Checker<'_> {
    /// Takes a receiver type apart.
    pub(super) fn unpack_recv(&self, ty: ExprId) -> Receiver {
        let ast = self.ast;
        let mut base = ast.unparen(ty);
        let mut ptr = false;
        if let Expr::Star(x) = ast.expr(base) {
            ptr = true;
            base = ast.unparen(x);
        }
        match ast.expr(base) {
            Expr::Index { x, indices } => Receiver {
                ptr,
                base: x,
                tparams: Some(indices),
            },
            _ => Receiver {
                ptr,
                base,
                tparams: None,
            },
        }
    }

    /// The number of a function whose body will be checked; `lit` is the literal of the file under check.
    pub fn new_func(&mut self, lit: Option<ExprId>) -> u32 {
        self.funcs.push(FuncContext {
            outer: if lit.is_some() { self.env.func } else { 0 },
            lit: lit.map(|id| (self.env.file, id)),
        });
        self.funcs.len() as u32
    }

    /// The type of a function with receiver `recv` and type parameters `tparams` whose type is written as `e`, and the
    /// scope of its parameters. `func` is the function's number, 0 for a mere type. Records nothing for `e` itself.
    pub fn func_type(
        &mut self,
        recv: Option<FieldId>,
        tparams: List<FieldId>,
        e: ExprId,
        func: u32,
    ) -> (Ty, ScopeId) {
        let saved = self.env.scope;
        let scope = self.scopes.open(saved);
        self.env.scope = Some(scope);
        let sig = self.signature(recv, tparams, e, func);
        self.env.scope = saved;
        (sig, scope)
    }

    fn signature(
        &mut self,
        recv: Option<FieldId>,
        tparams: List<FieldId>,
        e: ExprId,
        func: u32,
    ) -> Ty {
        let (params, results) = match self.ast.expr(e) {
            Expr::FuncType { params, results } => (params, results),
            _ => (List::EMPTY, List::EMPTY),
        };
        let receiver = recv.map(|r| self.collect_recv(r, func));
        let mut own: &'static [Ty] = &[];
        if !tparams.is_empty() {
            self.collect_type_params(tparams, |list| own = list);
        }
        let mut named = Vec::new();
        if let (Some((r, _)), Some(field)) = (receiver, recv)
            && let Some(name) = self.ast.field(field).name
        {
            named.push((name, r));
        }
        let (params, variadic) = self.collect_params(VarKind::Param, params, func, &mut named);
        let (results, _) = self.collect_params(VarKind::Result, results, func, &mut named);
        for (name, var) in named {
            self.declare(self.env.scope, Some(name), var);
        }
        Ty::signature(Signature {
            tparams: own,
            rparams: receiver.map_or(&[], |r| r.1),
            recv: receiver.map(|r| r.0),
            params: Ty::tuple(params),
            results: Ty::tuple(results),
            variadic,
        })
    }

    fn param(
        &self,
        kind: VarKind,
        name: Option<ExprId>,
        offset: u32,
        func: u32,
        ty: Option<Ty>,
    ) -> Obj {
        let info = VarInfo {
            kind,
            embedded: false,
            origin: None,
        };
        let symbol = name.map_or(sym::EMPTY, |n| self.ast.name(n));
        let pos = self.pos(offset);
        let obj = Obj::new(ObjKind::Var(info), symbol, Some(self.pkg), pos, func);
        if let Some(ty) = ty {
            obj.set_ty(ty);
        }
        obj
    }

    /// The variables of a parameter or result list, and whether it is variadic. Names go to `named`.
    fn collect_params(
        &mut self,
        kind: VarKind,
        list: List<FieldId>,
        func: u32,
        named: &mut Vec<NamedParam>,
    ) -> (Vec<Obj>, bool) {
        let ast = self.ast;
        let count = ast.list_len(list);
        let mut vars = Vec::with_capacity(count);
        let mut variadic = false;
        let mut previous: Option<(ExprId, Ty)> = None;
        for (i, f) in ast.list(list).enumerate() {
            let field = ast.field(f);
            let ty = match previous {
                Some((same, ty)) if same == field.ty => ty,
                _ => match ast.expr(field.ty) {
                    Expr::DotsType(elem) => {
                        let last = kind == VarKind::Param && i + 1 == count;
                        variadic |= last;
                        self.dots_type(field.ty, elem, last)
                    }
                    _ => self.var_type(field.ty),
                },
            };
            previous = Some((field.ty, ty));
            let offset = ast.expr_start(field.name.unwrap_or(field.ty));
            let var = self.param(kind, field.name, offset, func, Some(ty));
            if let Some(name) = field.name {
                named.push((name, var));
            }
            vars.push(var);
        }
        (vars, variadic)
    }

    fn dots_type(&mut self, e: ExprId, elem: ExprId, last: bool) -> Ty {
        let elem = self.var_type(elem);
        if !last {
            self.error_at(e, "can only use ... with final parameter in list");
            return elem;
        }
        let ty = Ty::slice(elem);
        self.record_type_expr(e, ty);
        ty
    }

    /// The receiver variable, and the type parameters that the receiver declares.
    fn collect_recv(&mut self, field: FieldId, func: u32) -> (Obj, &'static [Ty]) {
        let field = self.ast.field(field);
        let receiver = self.unpack_recv(field.ty);
        let (ty, rparams) = match receiver.tparams {
            None => (self.var_type(field.ty), &[][..]),
            Some(names) => self.generic_recv(field.ty, &receiver, names),
        };
        let offset = self.ast.expr_start(field.name.unwrap_or(field.ty));
        let var = self.param(VarKind::Recv, field.name, offset, func, Some(ty));
        let base = receiver.base;
        self.later(move |c| c.valid_recv(base, var));
        (var, rparams)
    }

    fn generic_recv(
        &mut self,
        written: ExprId,
        receiver: &Receiver,
        names: List<ExprId>,
    ) -> (Ty, &'static [Ty]) {
        let ast = self.ast;
        let base = self.generic_type(receiver.base);
        let params = ast
            .list(names)
            .map(|name| self.recv_type_param(name))
            .collect();
        let params = Self::number_type_params(params);
        let TyKind::Named(named) = base.kind() else {
            return (Ty::INVALID, params);
        };
        let declared = named.tparams();
        if declared.len() == params.len() {
            let map = SubstMap::new(declared, params);
            for (&own, &orig) in params.iter().zip(declared) {
                self.mono.receiver(own, orig);
                if let (TyKind::TypeParam(own), TyKind::TypeParam(orig)) = (own.kind(), orig.kind())
                    && let Some(&bound) = orig.bound.get()
                {
                    let _kept = own.bound.set(subst(bound, &map));
                }
            }
        } else {
            self.error_at(
                receiver.base,
                "wrong number of type parameters in receiver type",
            );
            return (Ty::INVALID, params);
        }
        let inst = instantiate(base, params);
        self.record_instance(receiver.base, params, inst);
        let ty = if receiver.ptr {
            Ty::pointer(inst)
        } else {
            inst
        };
        self.record_recv_types(written, ty);
        (ty, params)
    }

    fn recv_type_param(&mut self, name: ExprId) -> Ty {
        let ty = self.declare_type_param(name);
        if let TyKind::TypeParam(p) = ty.kind() {
            self.record_use(name, p.obj);
        }
        self.record_type_expr(name, ty);
        ty
    }

    /// Notes the types of a receiver type `(*(T[P]))` and of what is in it.
    fn record_recv_types(&mut self, mut e: ExprId, mut ty: Ty) {
        loop {
            self.record_type_expr(e, ty);
            e = match self.ast.expr(e) {
                Expr::Paren(x) => x,
                Expr::Star(x) => {
                    ty = deref(ty).0;
                    x
                }
                _ => return,
            };
        }
    }

    fn valid_recv(&mut self, base: ExprId, recv: Obj) {
        let (ty, _) = deref(recv.ty());
        let ty = ty.unalias();
        if ty.is_invalid() {
            return;
        }
        let local = match ty.kind() {
            TyKind::Named(n) => n.obj.pkg == Some(self.pkg),
            _ => false,
        };
        if !local {
            self.error_at(
                base,
                format!("cannot define new methods on non-local type {ty}"),
            );
            return;
        }
        if matches!(ty.under().kind(), TyKind::Pointer(_) | TyKind::Interface(_)) {
            self.error_at(
                base,
                format!("invalid receiver type {ty} (pointer or interface type)"),
            );
        }
    }

    /// A receiver variable for a method of an interface; its type is set once the interface is made.
    pub(super) fn interface_recv(&self, offset: u32) -> Obj {
        self.param(VarKind::Recv, None, offset, 0, None)
    }

    /// The signature `sig` with another receiver.
    pub(super) fn with_recv(sig: &Signature, recv: Obj) -> Ty {
        Ty::signature(Signature {
            tparams: sig.tparams,
            rparams: sig.rparams,
            recv: Some(recv),
            params: sig.params,
            results: sig.results,
            variadic: sig.variadic,
        })
    }

    /// The methods of an interface in their canonical order.
    pub(super) fn sorted_methods(mut methods: Vec<Obj>) -> &'static [Obj] {
        methods.sort_by(|a, b| a.cmp_id(*b));
        alloc_slice(methods)
    }
}
