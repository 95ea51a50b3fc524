//! `for … range` statements: what can be ranged over, and what it gives.

use super::check::Checker;
use super::operand::{Mode, Operand};
use super::predicates::{identical, is_integer, is_string};
use super::ty::{BasicKind, Ty, TyKind};
use super::under::common_under;
use super::universe::RUNE;
use crate::ast::{ChanDir, Expr, ExprId, List, StmtId};
use crate::base::symbol::sym;

/// The types of the iteration variables; `None` where none is permitted.
#[derive(Clone, Copy, Default)]
struct KeyValue {
    key: Option<Ty>,
    value: Option<Ty>,
}

impl Checker<'_> {
    pub(super) fn range_stmt(
        &mut self,
        lhs: List<ExprId>,
        define: bool,
        over: ExprId,
        body: StmtId,
    ) {
        let ast = self.ast;
        let mut x = Operand::new();
        self.expr(None, &mut x, over);
        let types = self.range_types(&x, over, lhs);
        self.open_scope();
        let over_int = x.mode != Mode::Invalid && is_integer(x.ty);
        let vars: Vec<ExprId> = ast.list(lhs).take(2).collect();
        if define {
            self.range_define(&vars, types, over_int, &mut x);
        } else if !vars.is_empty() {
            self.range_assign(&vars, types, over_int, &mut x);
        } else if over_int {
            self.assignment(&mut x, None, "range clause");
        }
        self.stmt(body);
    }

    fn range_types(&mut self, x: &Operand, over: ExprId, lhs: List<ExprId>) -> KeyValue {
        if x.mode == Mode::Invalid {
            return KeyValue::default();
        }
        let Some(types) = self.key_value(x.ty) else {
            if !x.ty.is_invalid() {
                self.error_at(over, format!("cannot range over {}", self.expr_text(over)));
            }
            return KeyValue::default();
        };
        let permitted = usize::from(types.key.is_some()) + usize::from(types.value.is_some());
        if let Some(extra) = self.ast.list_get(lhs, permitted) {
            self.error_at(
                extra,
                format!(
                    "range over {} permits fewer iteration variables",
                    self.expr_text(over)
                ),
            );
        }
        types
    }

    fn key_value(&self, ty: Ty) -> Option<KeyValue> {
        let under = common_under(ty)?;
        let int = Ty::basic(BasicKind::Int);
        let pair = |key, value| {
            Some(KeyValue {
                key: Some(key),
                value: Some(value),
            })
        };
        match array_behind(under).kind() {
            TyKind::Basic(_) if is_string(under) => pair(int, RUNE),
            TyKind::Basic(_) if is_integer(under) && self.allow_version(22) => Some(KeyValue {
                key: Some(ty),
                value: None,
            }),
            TyKind::Array { elem, .. } | TyKind::Slice(elem) => pair(int, *elem),
            TyKind::Map { key, elem } => pair(*key, *elem),
            TyKind::Chan { dir, elem } if *dir != ChanDir::Send => Some(KeyValue {
                key: Some(*elem),
                value: None,
            }),
            TyKind::Signature(_) if self.allow_version(23) => yielded(under),
            _ => None,
        }
    }

    fn range_define(&mut self, lhs: &[ExprId], types: KeyValue, over_int: bool, x: &mut Operand) {
        let mut new = Vec::new();
        for (&e, ty) in lhs.iter().zip([types.key, types.value]) {
            let var = self.local_var(e);
            if matches!(self.ast.expr(e), Expr::Name(_)) {
                self.record_def(e, var);
            } else {
                self.error_at(e, "cannot declare");
            }
            match ty {
                None => var.set_ty(Ty::INVALID),
                Some(_) if over_int => self.init_var(var, x, "range clause"),
                Some(ty) => self.init_var(var, &mut value_of(e, ty), "assignment"),
            }
            if var.name != sym::BLANK && var.name != sym::EMPTY {
                new.push(var);
            }
        }
        for var in new {
            self.declare(self.env.scope, None, var);
        }
    }

    fn range_assign(&mut self, lhs: &[ExprId], types: KeyValue, over_int: bool, x: &mut Operand) {
        for (&e, ty) in lhs.iter().zip([types.key, types.value]) {
            match ty {
                None => {
                    self.use_exprs(&[e]);
                }
                Some(_) if over_int => self.assign_operand(e, x, "range clause"),
                Some(ty) => self.assign_operand(e, &mut value_of(e, ty), "assignment"),
            }
        }
    }
}

fn value_of(e: ExprId, ty: Ty) -> Operand {
    Operand {
        mode: Mode::Value,
        expr: Some(e),
        ty,
        ..Operand::default()
    }
}

/// The array type behind a pointer to one; any other type itself.
fn array_behind(ty: Ty) -> Ty {
    if let TyKind::Pointer(elem) = ty.kind()
        && let TyKind::Array { .. } = elem.under().kind()
    {
        return elem.under();
    }
    ty
}

/// What a function `func(yield func(K, V) bool)` yields.
fn yielded(ty: Ty) -> Option<KeyValue> {
    let sig = ty.as_signature()?;
    let [yield_param] = *sig.param_vars() else {
        return None;
    };
    if !sig.result_vars().is_empty() {
        return None;
    }
    let callback = common_under(yield_param.ty())?.as_signature()?;
    let [result] = *callback.result_vars() else {
        return None;
    };
    let params = callback.param_vars();
    let fits = params.len() <= 2
        && !callback.variadic
        && identical(result.ty(), Ty::basic(BasicKind::Bool));
    fits.then(|| KeyValue {
        key: params.first().map(|p| p.ty()),
        value: params.get(1).map(|p| p.ty()),
    })
}
