//! Selectors: qualified names, fields, methods of values and of types.

use super::check::Checker;
use super::info::{Selection, SelectionKind};
use super::lookup::has_invalid_embedded_field;
use super::object::{Obj, ObjKind, VarKind};
use super::operand::{Mode, Operand};
use super::package::Pkg;
use super::ty::{Signature, Ty};
use crate::ast::{Expr, ExprId};
use crate::base::symbol::{Symbol, sym};

impl Checker<'_> {
    /// Checks the selector `e`; with `want_type`, it must be a type of another package.
    pub fn selector(&mut self, x: &mut Operand, e: ExprId, want_type: bool) {
        let Expr::Selector { x: left, .. } = self.ast.expr(e) else {
            return x.invalidate();
        };
        if self.package_name(left).is_some() {
            self.qualified_name(x, e);
        } else {
            self.expr_or_type(x, left, false);
            self.selector_step(x, e, want_type);
        }
        x.expr = Some(e);
    }

    /// The import that the expression names, if it is one.
    pub fn package_name(&self, e: ExprId) -> Option<Obj> {
        let Expr::Name(name) = self.ast.expr(e) else {
            return None;
        };
        self.lookup(name)
            .filter(|obj| matches!(obj.kind, ObjKind::PkgName(_)))
    }

    /// `pkg.Name`, where `pkg` is known to be an import. Nothing is known, and nothing reported, of opaque packages.
    pub fn qualified_name(&mut self, x: &mut Operand, e: ExprId) {
        x.invalidate();
        let Expr::Selector { x: left, sel } = self.ast.expr(e) else {
            return;
        };
        let Some(import) = self.package_name(left) else {
            return;
        };
        let ObjKind::PkgName(pkg) = import.data().kind else {
            return;
        };
        self.record_use(left, import);
        let Some(obj) = pkg.lookup(sel) else {
            return self.not_in_package(pkg, sel, e);
        };
        if !sel.is_exported() {
            self.error(self.ast.sel_span(e), format!("{sel} is not exported"));
        }
        self.record_use(e, obj);
        Self::use_imported(x, obj);
    }

    fn not_in_package(&mut self, pkg: Pkg, sel: Symbol, e: ExprId) {
        if !pkg.opaque {
            let span = self.ast.sel_span(e);
            self.error(span, format!("undefined: {}.{sel}", pkg.name));
        }
    }

    /// What an object of another package is as an operand.
    fn use_imported(x: &mut Operand, obj: Obj) {
        x.ty = obj.ty();
        x.mode = match &obj.data().kind {
            ObjKind::Const(value) => {
                x.val = value
                    .get()
                    .cloned()
                    .unwrap_or(super::constant::Value::Unknown);
                Mode::Constant
            }
            ObjKind::TypeName => Mode::TypeExpr,
            ObjKind::Var(_) => Mode::Variable,
            ObjKind::Func(_) => Mode::Value,
            ObjKind::Builtin(id) => {
                x.builtin = Some(*id);
                Mode::Builtin
            }
            ObjKind::PkgName(_) | ObjKind::Nil | ObjKind::Label => Mode::Invalid,
        };
        if x.ty.is_invalid() && x.mode != Mode::Builtin {
            x.invalidate();
        }
    }

    /// Checks `x.sel` with `x` checked already.
    pub fn selector_step(&mut self, x: &mut Operand, e: ExprId, want_type: bool) {
        let Expr::Selector { sel, .. } = self.ast.expr(e) else {
            return x.invalidate();
        };
        match x.mode {
            Mode::Invalid => return,
            Mode::Builtin => return self.wrong(x, "predeclared function must be called".into()),
            _ if want_type => return self.wrong(x, format!("{sel} is not a type")),
            _ => {}
        }
        let addressable = x.mode == Mode::Variable;
        let found = self.lookup_field_or_method(x.ty, addressable, Some(self.pkg), sel);
        let Some(obj) = found.obj else {
            return self.missing(x, e, sel);
        };
        let is_field = obj.as_var().is_some();
        let kind = match (is_field, x.mode == Mode::TypeExpr) {
            (true, true) => return self.wrong(x, format!("field {sel} needs a value")),
            (true, false) => SelectionKind::Field,
            (false, true) => SelectionKind::MethodExpr,
            (false, false) => SelectionKind::Method,
        };
        let indirect = found.indirect;
        let selection = Selection {
            kind,
            recv: x.ty,
            obj,
            path: found.path,
            indirect,
        };
        self.record_selection(e, selection);
        if is_field {
            x.mode = if addressable || indirect {
                Mode::Variable
            } else {
                Mode::Value
            };
            x.ty = obj.ty();
        } else {
            self.select_method(x, obj, kind);
        }
        if x.ty.is_invalid() {
            x.invalidate();
        }
    }

    fn missing(&mut self, x: &mut Operand, e: ExprId, sel: Symbol) {
        // An embedded type that is not known may have it.
        if !x.ty.under().is_invalid() && !has_invalid_embedded_field(x.ty, &mut Vec::new()) {
            let span = self.ast.sel_span(e);
            self.error(span, format!("{} has no field or method {sel}", x.ty));
        }
        x.invalidate();
    }

    fn select_method(&mut self, x: &mut Operand, obj: Obj, kind: SelectionKind) {
        self.add_decl_dep(obj.origin());
        x.mode = Mode::Value;
        x.ty = match obj.ty().as_signature() {
            Some(sig) if kind == SelectionKind::MethodExpr => method_expr(sig, x.ty),
            // The receiver stays in the type; it is no part of its identity.
            _ => obj.ty(),
        };
    }
}

/// The function type of the method expression `T.m`: the receiver is the first parameter. It has a name if the others do.
fn method_expr(sig: &Signature, recv_ty: Ty) -> Ty {
    let params = sig.param_vars();
    let recv = sig.recv.map(super::object::Obj::data);
    let named = params.first().is_some_and(|p| p.name != sym::EMPTY);
    let name = match recv.map_or(sym::EMPTY, |r| r.name) {
        _ if !named => sym::EMPTY,
        name if name == sym::EMPTY => sym::BLANK,
        name => name,
    };
    let pkg = recv.and_then(|r| r.pkg);
    let pos = recv.and_then(|r| r.pos);
    let mut vars = vec![Obj::var(VarKind::Param, name, pkg, pos, recv_ty)];
    vars.extend(params);
    Ty::signature(Signature {
        tparams: sig.tparams,
        rparams: &[],
        recv: None,
        params: Ty::tuple(vars),
        results: sig.results,
        variadic: sig.variadic,
    })
}
