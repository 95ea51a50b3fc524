//! Identifiers and type expressions.

use super::arena::alloc_slice;
use super::check::Checker;
use super::instantiate::instantiate;
use super::object::{Obj, ObjKind, VarKind};
use super::operand::{Mode, Operand};
use super::predicates::{comparable, is_generic};
use super::ty::{Ty, TyKind};
use super::typeset::type_set;
use crate::ast::{Expr, ExprId, List};
use crate::base::symbol::sym;

impl Checker<'_> {
    /// Checks the name `e`; `x` becomes what it denotes. `want_type` says that only a type will do.
    pub fn ident(&mut self, x: &mut Operand, e: ExprId, want_type: bool) {
        x.invalidate();
        x.expr = Some(e);
        let name = self.ast.name(e);
        let Some(obj) = self.lookup(name) else {
            self.undefined(e);
            return;
        };
        self.record_use(e, obj);
        let is_type = obj.is_type_name();
        if want_type && !is_type {
            if !obj.ty().is_invalid() || obj.known_ty().is_none() {
                self.error_at(e, format!("{name} is not a type"));
            }
            return;
        }
        if obj.known_ty().is_none() || (is_type && want_type) {
            self.obj_decl(obj);
        }
        self.denote(x, e, obj);
    }

    fn undefined(&mut self, e: ExprId) {
        let name = self.ast.name(e);
        if name == sym::BLANK {
            self.error_at(e, "cannot use _ as value or type");
        } else if name != sym::EMPTY && !self.opaque_files[self.env.file] {
            self.error_at(e, format!("undefined: {name}"));
        }
    }

    /// Makes `x` the object `obj`, whose type is known by now.
    fn denote(&mut self, x: &mut Operand, e: ExprId, obj: Obj) {
        let ty = obj.ty();
        x.mode = match &obj.data().kind {
            ObjKind::PkgName(pkg) => {
                if !pkg.opaque {
                    self.error_at(e, format!("use of package {} not in selector", obj.name));
                }
                return;
            }
            ObjKind::Const(_) => {
                self.add_decl_dep(obj);
                match self.constant_value(e, obj) {
                    Some(value) => x.val = value,
                    None => return,
                }
                Mode::Constant
            }
            ObjKind::TypeName => Mode::TypeExpr,
            ObjKind::Var(info) => {
                match info.kind {
                    VarKind::Package => self.add_decl_dep(obj),
                    _ if obj.tag != self.env.func => self.note_capture(obj),
                    _ => {}
                }
                if ty.is_invalid() {
                    return;
                }
                Mode::Variable
            }
            ObjKind::Func(_) => {
                self.add_decl_dep(obj);
                if obj.known_ty().is_none() {
                    return;
                }
                Mode::Value
            }
            ObjKind::Builtin(id) => {
                x.builtin = Some(*id);
                Mode::Builtin
            }
            ObjKind::Nil => Mode::NilValue,
            ObjKind::Label => return,
        };
        x.ty = ty;
    }

    fn constant_value(&mut self, e: ExprId, obj: Obj) -> Option<super::constant::Value> {
        if obj.ty().is_invalid() {
            return None;
        }
        if obj.pkg.is_none() && obj.name == sym::IOTA {
            let iota = self.env.iota;
            if iota.is_none() {
                self.error_at(e, "cannot use iota outside constant declaration");
            }
            return iota.map(|i| super::constant::Value::Int(i64::from(i)));
        }
        Some(
            obj.const_value()
                .cloned()
                .unwrap_or(super::constant::Value::Unknown),
        )
    }

    /// The type that `e` denotes; it must not be generic. Invalid if it is none.
    pub fn typ(&mut self, e: ExprId) -> Ty {
        self.declared_type(e, None)
    }

    /// The type that `e` denotes, for a variable: not a constraint.
    pub fn var_type(&mut self, e: ExprId) -> Ty {
        let ty = self.typ(e);
        self.valid_var_type(e, ty);
        ty
    }

    fn valid_var_type(&mut self, e: ExprId, ty: Ty) {
        // Only interfaces are of interest, and only names can hide one that is not known yet.
        if !matches!(
            ty.kind(),
            TyKind::Named(_) | TyKind::Alias(_) | TyKind::Interface(_)
        ) {
            return;
        }
        if let TyKind::Named(n) = ty.kind()
            && n.under
                .get()
                .is_some_and(|u| !matches!(u.kind(), TyKind::Interface(_)))
        {
            return;
        }
        self.later(move |c| {
            if ty.as_type_param().is_some() {
                return;
            }
            if let Some(iface) = ty.under_interface()
                && !type_set(iface).is_method_set()
            {
                c.error_at(e, format!("cannot use type {ty} outside a type constraint"));
            }
        });
    }

    /// Like [`Checker::typ`], for the type behind the name `def` of a type declaration.
    pub fn declared_type(&mut self, e: ExprId, def: Option<Obj>) -> Ty {
        let mut ty = self
            .nested(e, |c| c.typ_internal(e, def))
            .unwrap_or(Ty::INVALID);
        if is_generic(ty) {
            self.error_at(
                e,
                format!("cannot use generic type {ty} without instantiation"),
            );
            ty = Ty::INVALID;
        }
        self.record_type_expr(e, ty);
        ty
    }

    /// The generic type that `e` denotes; invalid (reported) if it is none.
    pub fn generic_type(&mut self, e: ExprId) -> Ty {
        let mut ty = self
            .nested(e, |c| c.typ_internal(e, None))
            .unwrap_or(Ty::INVALID);
        if !ty.is_invalid() && !is_generic(ty) {
            self.error_at(e, format!("{ty} is not a generic type"));
            ty = Ty::INVALID;
        }
        self.record_type_expr(e, ty);
        ty
    }

    fn typ_internal(&mut self, e: ExprId, def: Option<Obj>) -> Ty {
        match self.ast.expr(e) {
            Expr::Bad => Ty::INVALID,
            Expr::Name(_) => {
                let mut x = Operand::new();
                self.ident(&mut x, e, true);
                self.type_of_operand(&x, e)
            }
            Expr::Selector { .. } => {
                let mut x = Operand::new();
                self.selector(&mut x, e, true);
                self.type_of_operand(&x, e)
            }
            Expr::Index { x, indices } => self.instantiated_type(x, indices),
            Expr::Paren(x) => self.declared_type(x, def),
            Expr::ArrayType { len, elem } => self.array_type(e, len, elem),
            Expr::SliceType(elem) => Ty::slice(self.var_type(elem)),
            Expr::DotsType(elem) => {
                self.error_at(e, "invalid use of ...");
                self.var_type(elem);
                Ty::INVALID
            }
            Expr::StructType(fields) => self.struct_type(fields),
            Expr::Star(x) => {
                let elem = self.var_type(x);
                if elem.is_invalid_now() {
                    return Ty::INVALID;
                }
                Ty::pointer(elem)
            }
            Expr::FuncType { .. } => self.func_type(None, List::EMPTY, e, 0).0,
            Expr::InterfaceType(elems) => self.interface_type(elems, def),
            Expr::MapType { key, value } => self.map_type(key, value),
            Expr::ChanType { dir, elem } => {
                let elem = self.var_type(elem);
                Ty::new(TyKind::Chan { dir, elem })
            }
            _ => {
                self.error_at(e, "not a type");
                self.use_exprs(&[e]);
                Ty::INVALID
            }
        }
    }

    fn type_of_operand(&mut self, x: &Operand, e: ExprId) -> Ty {
        match x.mode {
            Mode::TypeExpr => x.ty,
            Mode::Invalid => Ty::INVALID,
            _ => {
                self.error_at(e, format!("{} is not a type", self.expr_text(e)));
                Ty::INVALID
            }
        }
    }

    fn array_type(&mut self, e: ExprId, len: Option<ExprId>, elem: ExprId) -> Ty {
        let len = if let Some(len) = len {
            self.array_length(len)
        } else {
            self.error_at(
                e,
                "invalid use of [...] array (outside a composite literal)",
            );
            -1
        };
        let elem = self.var_type(elem);
        if len < 0 {
            return Ty::INVALID;
        }
        Ty::array(len, elem)
    }

    fn map_type(&mut self, key: ExprId, value: ExprId) -> Ty {
        let key_ty = self.var_type(key);
        let elem = self.var_type(value);
        if !matches!(key_ty.kind(), TyKind::Basic(_)) {
            self.later(move |c| {
                if !comparable(key_ty) && !key_ty.is_invalid() {
                    c.error_at(key, format!("invalid map key type {key_ty}"));
                }
            });
        }
        Ty::new(TyKind::Map { key: key_ty, elem })
    }

    /// The length that the constant expression `e` gives an array; negative (reported) if it gives none.
    pub fn array_length(&mut self, e: ExprId) -> i64 {
        if let Expr::Name(name) = self.ast.expr(e) {
            match self.lookup(name) {
                Some(obj) if matches!(obj.kind, ObjKind::Const(_)) => {}
                found => {
                    if found.is_some() || !self.opaque_files[self.env.file] {
                        self.error_at(e, format!("invalid array length {name}"));
                    }
                    return -1;
                }
            }
        }
        let mut x = Operand::new();
        self.expr(None, &mut x, e);
        if x.mode != Mode::Constant {
            if x.mode != Mode::Invalid {
                self.error_at(e, "array length must be constant");
            }
            return -1;
        }
        let len = self.constant_length(&x);
        if len.is_none() && !x.val.is_unknown() {
            self.error_at(e, "invalid array length");
        }
        len.unwrap_or(-1)
    }

    fn constant_length(&self, x: &Operand) -> Option<i64> {
        use super::predicates::{is_integer, is_untyped};
        if !is_untyped(x.ty) && !is_integer(x.ty) {
            return None;
        }
        let n = x.val.to_int().as_i64()?;
        let max = if self.config.sizes.word == 4 {
            i64::from(i32::MAX)
        } else {
            i64::MAX
        };
        (0..=max).contains(&n).then_some(n)
    }

    fn instantiated_type(&mut self, x: ExprId, indices: List<ExprId>) -> Ty {
        let ast = self.ast;
        let generic = self.generic_type(x);
        let mut targs = Vec::with_capacity(ast.list_len(indices));
        let mut valid = true;
        for e in ast.list(indices) {
            let ty = self.var_type(e);
            valid &= !ty.is_invalid_now();
            targs.push(ty);
        }
        if !valid || generic.is_invalid_now() {
            return Ty::INVALID;
        }
        let targs = alloc_slice(targs);
        let inst = instantiate(generic, targs);
        self.later(move |c| c.verify_instance(x, generic, inst, targs));
        inst
    }

    fn verify_instance(&mut self, x: ExprId, generic: Ty, inst: Ty, targs: &'static [Ty]) {
        self.record_instance(x, targs, inst);
        let tparams = match generic.kind() {
            TyKind::Named(n) => n.tparams(),
            TyKind::Alias(a) => a.tparams(),
            _ => return,
        };
        if tparams.len() != targs.len() {
            self.error_at(x, "wrong number of type arguments");
            return;
        }
        self.note_instance(tparams, targs);
        if let Err((_, message)) = self.verify(tparams, targs) {
            self.error_at(x, message);
        }
    }
}

impl Ty {
    /// Whether the type is known to be invalid; unlike [`Ty::is_invalid`], an alias under declaration is not.
    pub(super) fn is_invalid_now(self) -> bool {
        match self.kind() {
            TyKind::Alias(a) if a.rhs.get().is_none() => false,
            _ => self.is_invalid(),
        }
    }
}
