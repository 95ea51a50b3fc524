//! Composite and function literals.

use super::check::Checker;
use super::lookup::has_invalid_embedded_field;
use super::operand::{Mode, Operand};
use super::predicates::pointer_elem;
use super::ty::{Struct, Ty, TyKind};
use super::under::common_under;
use crate::ast::{Expr, ExprId, List, StmtId};

/// Function literals.
impl Checker<'_> {
    /// Checks a function literal. Its body waits until the statement around it is done: it may refer to a type whose
    /// declaration contains it.
    pub fn func_lit(&mut self, x: &mut Operand, e: ExprId, ty: ExprId, body: StmtId) {
        let func = self.new_func(Some(e));
        let (sig, scope) = self.func_type(None, List::EMPTY, ty, func);
        self.record_type_expr(ty, sig);
        x.mode = Mode::Value;
        x.ty = sig;
        let decl = self.env.decl;
        self.later(move |c| c.func_body(decl, sig, body, scope, func));
    }
}

/// Composite literals.
impl Checker<'_> {
    /// Checks a composite literal; `hint` is the element type of the literal around it, for one without a type.
    pub fn composite_lit(&mut self, x: &mut Operand, e: ExprId, hint: Option<Ty>) {
        let Expr::CompositeLit { ty, elems } = self.ast.expr(e) else {
            return;
        };
        let elems: Vec<ExprId> = self.ast.list(elems).collect();
        if let Some(t) = ty
            && let Expr::ArrayType { len: None, elem } = self.ast.expr(t)
        {
            let elem = self.var_type(elem);
            let len = self.indexed_elems(&elems, elem, -1);
            let array = Ty::array(len, elem);
            self.record_type_expr(t, array);
            x.mode = Mode::Value;
            x.ty = array;
            return;
        }
        let (lit, base) = match (ty, hint) {
            (Some(t), _) => {
                let lit = self.typ(t);
                (lit, common_under(lit))
            }
            // `*T` as element type stands for `&T{…}`.
            (None, Some(hint)) => {
                let under = common_under(hint);
                let base = under.and_then(pointer_elem).map_or(under, common_under);
                (hint, base)
            }
            (None, None) => {
                self.error_at(e, "composite literal without a type");
                (Ty::INVALID, Some(Ty::INVALID))
            }
        };
        x.mode = Mode::Value;
        x.ty = lit;
        match base {
            Some(base) => self.literal_elems(x, e, base, &elems),
            None => self.no_literal(x, e, Ty::INVALID, &elems),
        }
        x.expr = Some(e);
    }

    /// Checks the elements of a literal whose type has the underlying type `base`.
    fn literal_elems(&mut self, x: &mut Operand, e: ExprId, base: Ty, elems: &[ExprId]) {
        match base.kind() {
            TyKind::Struct(s) => match elems.first().map(|&f| self.ast.expr(f)) {
                Some(Expr::KeyValue { .. }) => self.keyed_fields(base, elems),
                Some(_) => self.positional_fields(s, e, elems),
                None => {}
            },
            TyKind::Array { len, elem } => {
                self.indexed_elems(elems, *elem, *len);
            }
            TyKind::Slice(elem) => {
                self.indexed_elems(elems, *elem, -1);
            }
            TyKind::Map { key, elem } => self.map_elems(*key, *elem, elems),
            _ => self.no_literal(x, e, base, elems),
        }
    }

    fn no_literal(&mut self, x: &mut Operand, e: ExprId, base: Ty, elems: &[ExprId]) {
        self.use_exprs(elems);
        if !x.ty.is_invalid() && !base.is_invalid() {
            self.error_at(e, "invalid composite literal type");
        }
        x.invalidate();
    }

    /// `T{field: value, …}`; from Go 1.27 on, promoted fields may be named too.
    fn keyed_fields(&mut self, base: Ty, elems: &[ExprId]) {
        for &elem in elems {
            let Expr::KeyValue { key, value } = self.ast.expr(elem) else {
                self.error_at(elem, "mixture of keyed and plain fields");
                continue;
            };
            let mut x = Operand::new();
            self.generic_expr(&mut x, value, None);
            let Expr::Name(name) = self.ast.expr(key) else {
                self.error_at(key, "invalid field name in struct literal");
                continue;
            };
            let found = self.lookup_field_or_method(base, false, Some(self.pkg), name);
            let Some(field) = found.obj.filter(|o| o.as_var().is_some()) else {
                if !has_invalid_embedded_field(base, &mut Vec::new()) {
                    self.error_at(key, format!("unknown field {name} in struct literal"));
                }
                continue;
            };
            if found.indirect || found.path.len() > 1 && !self.allow_version(27) {
                self.error_at(
                    key,
                    format!("cannot use promoted field {name} in struct literal"),
                );
                continue;
            }
            self.record_use(key, field);
            self.assignment(&mut x, Some(field.ty()), "struct literal");
        }
    }

    /// `T{value, …}`
    fn positional_fields(&mut self, base: &Struct, e: ExprId, elems: &[ExprId]) {
        for (i, &elem) in elems.iter().enumerate() {
            if matches!(self.ast.expr(elem), Expr::KeyValue { .. }) {
                self.error_at(elem, "mixture of keyed and plain fields");
                continue;
            }
            let mut x = Operand::new();
            self.generic_expr(&mut x, elem, None);
            let Some(field) = base.fields.get(i) else {
                return self.error_at(elem, "too many values in struct literal");
            };
            if !field.exported() && !super::object::same_pkg(field.pkg, Some(self.pkg)) {
                self.error_at(elem, format!("field {} is not exported", field.name));
                continue;
            }
            self.assignment(&mut x, Some(field.ty()), "struct literal");
        }
        if elems.len() < base.fields.len() {
            self.error_at(e, "too few values in struct literal");
        }
    }

    fn map_elems(&mut self, key_ty: Ty, elem_ty: Ty, elems: &[ExprId]) {
        for &elem in elems {
            let Expr::KeyValue { key, value } = self.ast.expr(elem) else {
                self.error_at(elem, "missing key in map literal");
                continue;
            };
            let mut x = Operand::new();
            self.generic_expr(&mut x, key, Some(key_ty));
            self.assignment(&mut x, Some(key_ty), "map literal");
            let mut x = Operand::new();
            self.generic_expr(&mut x, value, Some(elem_ty));
            self.assignment(&mut x, Some(elem_ty), "map literal");
        }
    }

    /// Checks the elements of an array or slice literal; `len` is negative where any number may stand. Gives the length
    /// that the elements need.
    fn indexed_elems(&mut self, elems: &[ExprId], ty: Ty, len: i64) -> i64 {
        let mut next: i64 = 0;
        let mut max = 0;
        for &elem in elems {
            let mut value = elem;
            if let Expr::KeyValue { key, value: v } = self.ast.expr(elem) {
                value = v;
                next = self.element_index(key, len).unwrap_or(next);
            } else if len >= 0 && next >= len {
                self.error_at(elem, format!("index {next} out of bounds [0:{len}]"));
            }
            next = next.saturating_add(1);
            max = next.max(max);
            let mut x = Operand::new();
            self.generic_expr(&mut x, value, Some(ty));
            self.assignment(&mut x, Some(ty), "array or slice literal");
        }
        max
    }

    /// The constant before the colon of an element; `None` after a report.
    fn element_index(&mut self, key: ExprId, len: i64) -> Option<i64> {
        let (ty, index) = self.index_value(key, len);
        if index >= 0 {
            return Some(index);
        }
        if !ty.is_invalid() {
            self.error_at(key, "index must be an integer constant");
        }
        None
    }
}
