//! Declarations: types every object once, on demand, and finds cycles.
//!
//! An object is white (no type yet), grey (under check; on the path) or black (typed). Meeting a grey object is a
//! cycle: fine if it goes through a type definition, an error if it goes through aliases only.

use std::sync::OnceLock;

use super::arena::alloc_slice;
use super::check::{Checker, Env};
use super::constant::Value;
use super::object::{Obj, ObjKind, Pos, VarInfo, VarKind};
use super::operand::{Operand, Target};
use super::resolve::{ConstGroup, ConstSyntax, DeclSyntax};
use super::scope::ScopeId;
use super::ty::{Ty, TyKind, TypeParam};
use super::version;
use crate::ast::{Decl, DeclId, Expr, ExprId, FieldId, List};
use crate::base::span::Span;
use crate::base::symbol::sym;
use crate::lex::token::Kind;

/// Where an object's name stands.
fn name_span(obj: Obj, pos: Pos) -> Span {
    Span::new(pos.offset, pos.offset + obj.name.as_str().len() as u32)
}

impl Checker<'_> {
    /// Declares `obj` in `scope`, and notes that the name `id` defines it.
    pub fn declare(&mut self, scope: Option<ScopeId>, id: Option<ExprId>, obj: Obj) {
        if let (Some(scope), false) = (scope, obj.name == sym::BLANK)
            && self.scopes.insert(scope, obj.name, obj).is_some()
        {
            if let Some(pos) = obj.pos {
                let message = format!("{} redeclared in this block", obj.name);
                self.error(name_span(obj, pos), message);
            }
            return;
        }
        if let Some(id) = id {
            self.record_def(id, obj);
        }
    }

    /// Types all package-level objects: defined types first, then aliases, then the rest, to avoid cycles that are
    /// none.
    pub(super) fn package_objects(&mut self) {
        let list = std::mem::take(&mut self.obj_list);
        let class = |c: &Self, obj: Obj| match c.decl_node(obj) {
            Some(Decl::Type {
                is_alias: false, ..
            }) => 0,
            Some(Decl::Type { .. }) => 1,
            _ => 2,
        };
        for phase in 0..3 {
            for &obj in &list {
                if class(self, obj) == phase {
                    self.obj_decl(obj);
                }
            }
        }
        self.obj_list = list;
    }

    fn decl_node(&self, obj: Obj) -> Option<Decl> {
        let info = &self.decls[self.decl_index(obj)?];
        Some(self.files[info.file].ast.decl(info.decl))
    }

    fn path_index(&self, obj: Obj) -> Option<usize> {
        match self.decl_index(obj) {
            Some(i) => (self.decls[i].grey as usize).checked_sub(1),
            None => self.obj_path.iter().rposition(|&o| o == obj),
        }
    }

    fn push_path(&mut self, obj: Obj) {
        self.obj_path.push(obj);
        if let Some(i) = self.decl_index(obj) {
            self.decls[i].grey = self.obj_path.len() as u32;
        }
    }

    fn pop_path(&mut self) {
        if let Some(i) = self.obj_path.pop().and_then(|obj| self.decl_index(obj)) {
            self.decls[i].grey = 0;
        }
    }

    /// Gives `obj` its type, if it has none yet and belongs to the package under check.
    pub fn obj_decl(&mut self, obj: Obj) {
        if obj.pkg != Some(self.pkg) {
            return;
        }
        if let Some(start) = self.path_index(obj) {
            self.meet_grey(obj, start);
            return;
        }
        if obj.known_ty().is_some() {
            return;
        }
        let Some(index) = self.decl_index(obj) else {
            return;
        };
        if self.depth >= super::check::MAX_DEPTH {
            obj.set_ty(Ty::INVALID);
            return;
        }
        self.depth += 1;
        self.push_path(obj);
        let file = self.decls[index].file;
        let old = self.enter(Env {
            file,
            version: version::file_version(self.config.version, self.files[file].version),
            ..Env::default()
        });
        self.check_decl(obj, index);
        self.leave(old);
        self.pop_path();
        self.depth -= 1;
    }

    fn check_decl(&mut self, obj: Obj, index: usize) {
        let decl = self.decls[index].decl;
        match self.decls[index].syntax.clone() {
            DeclSyntax::Const(syntax) => {
                self.env.decl = Some(index);
                self.const_decl(obj, syntax);
            }
            DeclSyntax::Var { lhs, ty, init } => {
                self.env.decl = Some(index);
                self.var_decl(obj, &lhs, ty, init);
            }
            DeclSyntax::Type => {
                self.type_decl(obj, decl);
                self.collect_methods(obj);
            }
            DeclSyntax::Func => self.func_decl(obj, index, decl),
        }
    }

    /// A grey object was met: the cycle from `start` on the path is valid, or reported.
    fn meet_grey(&mut self, obj: Obj, start: usize) {
        let valid = self.valid_cycle(start);
        let unknown = obj.known_ty().is_none();
        match obj.data().kind {
            ObjKind::Func(_) => {}
            _ if !valid || unknown => obj.set_ty(Ty::INVALID),
            _ => {}
        }
    }

    fn valid_cycle(&mut self, start: usize) -> bool {
        let cycle = &self.obj_path[start..];
        let mut values = 0;
        let mut definitions = 0;
        for obj in cycle {
            match obj.kind {
                ObjKind::Const(_) | ObjKind::Var(_) => values += 1,
                ObjKind::TypeName => {
                    if self.env.in_tparam_list && is_generic_decl(obj.ty()) {
                        return true;
                    }
                    if !matches!(obj.ty().kind(), TyKind::Alias(_)) {
                        definitions += 1;
                    }
                }
                _ => {}
            }
        }
        // Functions alone meet only in sizes of their signatures, which do not depend on them.
        let functions = cycle.iter().all(|obj| obj.as_func().is_some());
        if values == cycle.len() || functions || (values == 0 && definitions > 0) {
            return true;
        }
        self.cycle_error(start);
        false
    }

    fn cycle_error(&mut self, start: usize) {
        let cycle = self.obj_path[start..].to_vec();
        if let Some(first) = cycle.iter().min_by_key(|o| o.pos) {
            if let TyKind::Alias(a) = first.ty().kind() {
                let _kept = a.rhs.set(Ty::INVALID);
            }
            let message = format!("invalid recursive declaration of {}", first.name);
            self.error_at_object(*first, message);
        }
    }

    /// Reports an error where an object of this package is declared.
    pub(super) fn error_at_object(&mut self, obj: Obj, message: String) {
        let Some(pos) = obj.pos else { return };
        if let Some(file) = self.files.iter().position(|f| f.file == pos.file) {
            self.error_in(file, name_span(obj, pos), message);
        }
    }

    /// Types a constant.
    pub(super) fn const_decl(&mut self, obj: Obj, syntax: ConstSyntax) {
        let saved = (self.env.iota, self.env.errpos);
        self.env.iota = Some(syntax.iota);
        self.env.errpos = match obj.pos {
            Some(pos) if syntax.inherited => Some(name_span(obj, pos)),
            _ => None,
        };
        self.const_decl_here(obj, syntax);
        (self.env.iota, self.env.errpos) = saved;
    }

    fn const_decl_here(&mut self, obj: Obj, syntax: ConstSyntax) {
        if let Some(e) = syntax.ty {
            let ty = self.typ(e);
            if !super::predicates::is_const_type(ty) {
                if !ty.under().is_invalid() {
                    self.error_at(e, format!("invalid constant type {ty}"));
                }
                obj.set_ty(Ty::INVALID);
                obj.set_const_value(Value::Unknown);
                return;
            }
            obj.set_ty(ty);
        }
        let mut x = Operand::new();
        if let Some(init) = syntax.init {
            self.expr(None, &mut x, init);
        }
        self.init_const(obj, &mut x);
    }

    /// Types a variable; all of `lhs` if one value gives several.
    pub(super) fn var_decl(
        &mut self,
        obj: Obj,
        lhs: &[Obj],
        ty: Option<ExprId>,
        init: Option<ExprId>,
    ) {
        if let Some(e) = ty {
            let ty = self.var_type(e);
            obj.set_ty(ty);
        }
        let Some(init) = init else {
            obj.set_ty(Ty::INVALID);
            return;
        };
        if lhs.len() <= 1 {
            let mut x = Operand::new();
            self.expr(Target::new(obj.known_ty()), &mut x, init);
            self.init_var(obj, &mut x, "variable declaration");
            return;
        }
        if ty.is_some() {
            for v in lhs {
                v.set_ty(obj.ty());
            }
        }
        self.init_vars(lhs, &[init], None);
    }

    /// Types a type name. Its type is known before what stands behind it is.
    pub(super) fn type_decl(&mut self, obj: Obj, decl: DeclId) {
        let Decl::Type {
            tparams,
            is_alias,
            ty,
            ..
        } = self.ast.decl(decl)
        else {
            obj.set_ty(Ty::INVALID);
            return;
        };
        let saved = self.env.scope;
        if !tparams.is_empty() {
            self.env.scope = Some(self.scopes.open(saved));
        }
        if is_alias {
            self.alias_decl(obj, tparams, ty);
        } else {
            self.named_decl(obj, tparams, ty);
        }
        self.env.scope = saved;
    }

    fn alias_decl(&mut self, obj: Obj, tparams: List<FieldId>, ty: ExprId) {
        let alias = new_alias(obj);
        let TyKind::Alias(a) = alias.kind() else {
            return;
        };
        if !tparams.is_empty() {
            self.collect_type_params(tparams, |list| {
                let _kept = a.tparams.set(list);
            });
        }
        let rhs = self.declared_type(ty, Some(obj));
        let own = rhs.as_type_param().is_some() && a.tparams().contains(&rhs);
        if own {
            self.error_at(
                ty,
                "cannot use type parameter declared in alias declaration as RHS",
            );
        }
        let _kept = a.rhs.set(if own { Ty::INVALID } else { rhs });
    }

    fn named_decl(&mut self, obj: Obj, tparams: List<FieldId>, ty: ExprId) {
        let named_ty = new_named(obj);
        let TyKind::Named(n) = named_ty.kind() else {
            return;
        };
        self.later(move |c| c.valid_type(named_ty));
        if !tparams.is_empty() {
            self.collect_type_params(tparams, |list| {
                let _kept = n.tparams.set(list);
            });
        }
        let rhs = self.declared_type(ty, Some(obj));
        let is_param = rhs.as_type_param().is_some();
        if is_param {
            self.error_at(ty, "cannot use a type parameter as RHS in type declaration");
        }
        let _kept = n.rhs.set(if is_param { Ty::INVALID } else { rhs });
    }

    /// Declares type parameters in the innermost scope and gives them their constraints. `bind` gets the list before
    /// the constraints are looked at, because these may use the type that is being declared.
    pub(super) fn collect_type_params(
        &mut self,
        list: List<FieldId>,
        bind: impl FnOnce(&'static [Ty]),
    ) {
        let ast = self.ast;
        let mut params = Vec::new();
        for f in ast.list(list) {
            if let Some(name) = ast.field(f).name {
                params.push(self.declare_type_param(name));
            }
        }
        let params = Self::number_type_params(params);
        bind(params);
        self.env.in_tparam_list = true;
        let mut previous = None;
        for (f, &param) in ast.list(list).zip(params) {
            let e = ast.field(f).ty;
            let bound = match previous {
                Some((same, bound)) if same == e => bound,
                _ => self.bound(e),
            };
            previous = Some((e, bound));
            if let TyKind::TypeParam(p) = param.kind() {
                let _kept = p.bound.set(bound);
            }
        }
        self.env.in_tparam_list = false;
    }

    /// Gives type parameters their places in their list.
    pub(super) fn number_type_params(params: Vec<Ty>) -> &'static [Ty] {
        for (i, param) in params.iter().enumerate() {
            if let TyKind::TypeParam(p) = param.kind() {
                let _kept = p.index.set(i as u32);
            }
        }
        alloc_slice(params)
    }

    fn bound(&mut self, e: ExprId) -> Ty {
        let is_set = match self.ast.expr(e) {
            Expr::Unary { op, .. } => op == Kind::Tilde,
            Expr::Binary { op, .. } => op == Kind::Or,
            _ => false,
        };
        let bound = if is_set {
            self.implicit_interface(e)
        } else {
            self.typ(e)
        };
        if bound.as_type_param().is_some() {
            self.error_at(e, "cannot use a type parameter as constraint");
            return Ty::INVALID;
        }
        bound
    }

    /// Declares a type parameter in the innermost scope. Its constraint is set later.
    pub(super) fn declare_type_param(&mut self, name: ExprId) -> Ty {
        let pos = self.pos(self.ast.expr_pos(name));
        let symbol = self.ast.name(name);
        let obj = Obj::new(ObjKind::TypeName, symbol, Some(self.pkg), pos, 0);
        let ty = self.new_type_param(obj);
        self.declare(self.env.scope, Some(name), obj);
        ty
    }

    /// A type parameter named by `obj`, which it becomes the type of.
    pub fn new_type_param(&mut self, obj: Obj) -> Ty {
        let ty = Ty::type_param(TypeParam {
            obj,
            id: super::ty::next_type_param_id(),
            index: OnceLock::new(),
            bound: OnceLock::new(),
            iface: OnceLock::new(),
            endless: OnceLock::new(),
        });
        obj.set_ty(ty);
        ty
    }

    /// Gives a defined type the methods that were collected for it.
    fn collect_methods(&mut self, obj: Obj) {
        let Some(methods) = self.methods.remove(&obj) else {
            return;
        };
        let mut unique: Vec<Obj> = Vec::with_capacity(methods.len());
        let mut seen = rustc_hash::FxHashSet::default();
        for m in methods {
            if seen.insert(m.name) {
                unique.push(m);
            } else {
                let message = format!("method {}.{} already declared", obj.name, m.name);
                self.error_at_object(m, message);
            }
        }
        let ty = obj.ty();
        let TyKind::Named(named) = ty.kind() else {
            return;
        };
        let _kept = named.methods.set(alloc_slice(unique));
        self.later(move |c| c.check_field_uniqueness(ty));
    }

    fn check_field_uniqueness(&mut self, ty: Ty) {
        let (Some(named), Some(s)) = (ty.as_named(), ty.under_struct()) else {
            return;
        };
        for m in named.declared_methods() {
            if s.fields.iter().any(|f| f.name == m.name) {
                let message = format!("field and method with the same name {}", m.name);
                self.error_at_object(*m, message);
            }
        }
    }

    fn func_decl(&mut self, obj: Obj, index: usize, decl: DeclId) {
        let Decl::Func {
            recv,
            tparams,
            ty,
            body,
            ..
        } = self.ast.decl(decl)
        else {
            obj.set_ty(Ty::INVALID);
            return;
        };
        let func = self.new_func(None);
        let (sig, scope) = self.func_type(recv, tparams, ty, func);
        obj.set_ty(sig);
        if let (Some(body), false) = (body, self.config.skip_bodies) {
            self.later(move |c| c.func_body(Some(index), sig, body, scope, func));
        }
    }

    /// Declares what a declaration statement declares.
    pub(super) fn decl_stmt(&mut self, list: List<DeclId>) {
        let ast = self.ast;
        let mut group = ConstGroup::default();
        for id in ast.list(list) {
            match ast.decl(id) {
                Decl::Const {
                    names,
                    ty,
                    values,
                    iota,
                } => {
                    let (inherited, now) = group.advance(ty, values, iota);
                    self.local_consts(names, now, iota, inherited);
                }
                Decl::Var { names, ty, values } => self.local_vars(names, ty, values),
                Decl::Type { name, .. } => self.local_type(id, name),
                Decl::Bad | Decl::Import { .. } | Decl::Func { .. } => {}
            }
        }
    }

    fn local_consts(&mut self, names: List<ExprId>, group: ConstGroup, iota: u32, inherited: bool) {
        let ast = self.ast;
        let top = self.delayed.len();
        let mut lhs = Vec::new();
        for (i, name) in ast.list(names).enumerate() {
            let pos = self.pos(ast.expr_pos(name));
            let kind = ObjKind::constant(OnceLock::new());
            let obj = Obj::new(kind, ast.name(name), Some(self.pkg), pos, 0);
            lhs.push(obj);
            self.const_decl(obj, group.syntax(ast, i, iota, inherited));
        }
        self.check_arity(names, group.len(ast), true);
        self.process_delayed(top);
        for (name, obj) in ast.list(names).zip(lhs) {
            self.declare(self.env.scope, Some(name), obj);
        }
    }

    fn local_vars(&mut self, names: List<ExprId>, ty: Option<ExprId>, values: List<ExprId>) {
        let ast = self.ast;
        let top = self.delayed.len();
        let lhs: Vec<Obj> = ast.list(names).map(|n| self.local_var(n)).collect();
        let count = ast.list_len(values);
        if count == 1 && lhs.len() > 1 {
            self.var_decl(lhs[0], &lhs, ty, ast.list_get(values, 0));
        } else {
            for (i, &obj) in lhs.iter().enumerate() {
                self.var_decl(obj, &[], ty, ast.list_get(values, i));
            }
        }
        if ty.is_none() || count > 0 {
            self.check_arity(names, count, false);
        }
        self.process_delayed(top);
        for (name, obj) in ast.list(names).zip(lhs) {
            self.declare(self.env.scope, Some(name), obj);
        }
    }

    /// A new local variable without a type, not declared yet.
    pub(super) fn local_var(&self, name: ExprId) -> Obj {
        let pos = self.pos(self.ast.expr_pos(name));
        let info = VarInfo {
            kind: VarKind::Local,
            embedded: false,
            origin: None,
        };
        let symbol = self.ast.name(name);
        Obj::new(
            ObjKind::Var(info),
            symbol,
            Some(self.pkg),
            pos,
            self.env.func,
        )
    }

    fn local_type(&mut self, id: DeclId, name: ExprId) {
        let pos = self.pos(self.ast.expr_pos(name));
        let symbol = self.ast.name(name);
        let obj = Obj::new(ObjKind::TypeName, symbol, Some(self.pkg), pos, 0);
        self.declare(self.env.scope, Some(name), obj);
        self.mono.local_type(obj, self.env.scope);
        self.push_path(obj);
        self.type_decl(obj, id);
        self.pop_path();
    }
}

/// Whether a type name's type is generic and not instantiated.
fn is_generic_decl(ty: Ty) -> bool {
    match ty.kind() {
        TyKind::Named(n) => n.inst.is_none() && !n.tparams().is_empty(),
        TyKind::Alias(a) => a.inst.is_none() && !a.tparams().is_empty(),
        _ => false,
    }
}

/// A defined type named by `obj`, which it becomes the type of.
pub fn new_named(obj: Obj) -> Ty {
    let ty = Ty::named(obj, None);
    obj.set_ty(ty);
    ty
}

/// An alias named by `obj`, which it becomes the type of.
pub fn new_alias(obj: Obj) -> Ty {
    let ty = Ty::alias(obj, None);
    obj.set_ty(ty);
    ty
}
