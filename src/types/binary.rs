//! Binary operators: arithmetic, comparisons, shifts (Go spec, "Operators").

use super::check::Checker;
use super::constant::{Kind as ConstKind, Value};
use super::convert::is_comparison;
use super::expr::is_shift;
use super::info::flag;
use super::operand::{Mode, Operand};
use super::predicates::{
    all_boolean, all_integer, all_numeric, all_numeric_or_string, all_ordered, as_basic,
    comparable, default_type, has_nil, identical, is_complex, is_integer, is_untyped,
};
use super::ty::{BasicKind, Ty};
use crate::ast::ExprId;
use crate::lex::token::Kind as Token;

/// Largest constant shift count: with it the smallest float can be written.
const MAX_SHIFT: u64 = 1023 - 1 + 52;

/// Binary operators.
impl Checker<'_> {
    /// `x op y` for operands that are checked already; `e` is the expression, `None` for `x op= y`.
    pub fn binary(&mut self, x: &mut Operand, e: Option<ExprId>, mut y: Operand, op: Token) {
        if x.is_invalid() {
            return;
        }
        if y.is_invalid() {
            return x.invalidate();
        }
        if is_shift(op) {
            return self.shift(x, &mut y, e, op);
        }
        self.match_types(x, &mut y);
        if x.is_invalid() {
            return;
        }
        if is_comparison(op) {
            return self.comparison(x, &y, op);
        }
        if !identical(x.ty, y.ty) {
            let message = format!("mismatched types {} and {}", x.ty, y.ty);
            if y.ty.is_invalid() {
                return x.invalidate();
            }
            return self.wrong(x, message);
        }
        if !defined_on(op, x.ty) {
            return self.undefined_operator(x, op);
        }
        if matches!(op, Token::Div | Token::Rem) && divides_by_zero(x, &y) {
            return self.wrong(x, "division by zero".into());
        }
        if x.mode == Mode::Constant && y.mode == Mode::Constant {
            return self.binary_constant(x, e, &y, op);
        }
        x.mode = Mode::Value;
    }

    fn binary_constant(&mut self, x: &mut Operand, e: Option<ExprId>, y: &Operand, op: Token) {
        if x.val.is_unknown() || y.val.is_unknown() {
            x.val = Value::Unknown;
            return;
        }
        x.val = Value::binary(&x.val, op, &y.val, is_integer(x.ty));
        x.expr = e.or(x.expr);
        self.overflow(x);
    }

    /// `x op y` for a comparison; `x` becomes its untyped boolean result.
    pub fn comparison(&mut self, x: &mut Operand, y: &Operand, op: Token) {
        if x.ty.is_invalid() || y.ty.is_invalid() {
            return x.invalidate();
        }
        if !self.assignable_to(x, y.ty) && !self.assignable_to(y, x.ty) {
            let message = format!("mismatched types {} and {}", x.ty, y.ty);
            return self.wrong(x, message);
        }
        if !comparison_defined(x, y, op) {
            return self.undefined_operator(x, op);
        }
        if x.mode == Mode::Constant && y.mode == Mode::Constant {
            x.val = if x.val.is_unknown() || y.val.is_unknown() {
                Value::Unknown
            } else {
                Value::Bool(Value::compare(&x.val, op, &y.val))
            };
        } else {
            x.mode = Mode::Value;
            // Operands that were untyped come to be at run time, with the type they have by default.
            for operand in [&*x, y] {
                if let Some(id) = operand.expr {
                    self.update_expr_type(id, default_type(operand.ty), true);
                }
            }
        }
        x.ty = Ty::basic(BasicKind::UntypedBool);
    }
}

/// Whether an arithmetic or logical operator applies to operands of this type.
fn defined_on(op: Token, ty: Ty) -> bool {
    match op {
        Token::Add => all_numeric_or_string(ty),
        Token::Sub | Token::Mul | Token::Div => all_numeric(ty),
        Token::Rem | Token::And | Token::Or | Token::Xor | Token::AndNot => all_integer(ty),
        Token::AndAnd | Token::OrOr => all_boolean(ty),
        _ => false,
    }
}

/// Whether a comparison applies to two operands of types that mix.
fn comparison_defined(x: &Operand, y: &Operand, op: Token) -> bool {
    if !matches!(op, Token::Eq | Token::Ne) {
        return all_ordered(x.ty) && all_ordered(y.ty);
    }
    if x.is_nil() {
        return has_nil(y.ty);
    }
    if y.is_nil() {
        return has_nil(x.ty);
    }
    comparable(x.ty) && comparable(y.ty)
}

fn divides_by_zero(x: &Operand, y: &Operand) -> bool {
    if y.mode != Mode::Constant || y.val.is_unknown() {
        return false;
    }
    if (x.mode == Mode::Constant || all_integer(x.ty)) && y.val.sign() == 0 {
        return true;
    }
    // The square of a complex divisor may be too small to be told from zero.
    x.mode == Mode::Constant && is_complex(x.ty) && {
        let is_zero = |part: &Value| Value::binary(part, Token::Mul, part, false).sign() == 0;
        is_zero(&y.val.real()) && is_zero(&y.val.imaginary())
    }
}

/// Shifts.
impl Checker<'_> {
    fn shift(&mut self, x: &mut Operand, y: &mut Operand, e: Option<ExprId>, op: Token) {
        let whole = (x.mode == Mode::Constant).then(|| x.val.to_int());
        let shiftable = all_integer(x.ty)
            || is_untyped(x.ty)
                && whole
                    .as_ref()
                    .is_some_and(|v| v.kind() == ConstKind::Int || x.val.is_unknown());
        if !shiftable {
            return self.wrong(x, "shifted operand must be an integer".into());
        }
        if !self.shift_count(y) {
            return x.invalidate();
        }
        match (whole, y.mode) {
            (Some(whole), Mode::Constant) => return self.constant_shift(x, &whole, y, e, op),
            (Some(_), _) if is_untyped(x.ty) => {
                // The operand has the type that it would have without the shift; the context will tell.
                if let Some(id) = x.expr
                    && self.tables().exprs[id].flags & flag::UNTYPED != 0
                {
                    self.tables().exprs[id].flags |= flag::SHIFT_LHS;
                }
                x.mode = Mode::Value;
                return;
            }
            _ => {}
        }
        if !all_integer(x.ty) {
            return self.wrong(x, "shifted operand must be an integer".into());
        }
        x.mode = Mode::Value;
    }

    /// Checks the count of a shift.
    fn shift_count(&mut self, y: &mut Operand) -> bool {
        if y.mode == Mode::Constant {
            let count = y.val.to_int();
            if count.kind() == ConstKind::Int && count.sign() < 0 {
                self.wrong(y, "negative shift count".into());
            } else if is_untyped(y.ty)
                && let Some(uint) = as_basic(Ty::basic(BasicKind::Uint))
            {
                self.representable(y, uint);
            }
            return !y.is_invalid();
        }
        if all_integer(y.ty) {
            return true;
        }
        if is_untyped(y.ty) {
            self.convert_untyped(y, Ty::basic(BasicKind::Uint));
        } else {
            self.wrong(y, "shift count must be an integer".into());
        }
        !y.is_invalid()
    }

    fn constant_shift(
        &mut self,
        x: &mut Operand,
        whole: &Value,
        y: &mut Operand,
        e: Option<ExprId>,
        op: Token,
    ) {
        if !is_integer(x.ty) {
            x.ty = Ty::basic(BasicKind::UntypedInt);
        }
        if x.val.is_unknown() || y.val.is_unknown() {
            x.val = Value::Unknown;
            return;
        }
        match y.val.to_int().as_u64() {
            Some(count) if count <= MAX_SHIFT => {
                x.val = Value::shift(whole, op, count);
                x.expr = e.or(x.expr);
                self.overflow(x);
            }
            _ => {
                self.wrong(y, "shift count is too large".into());
                x.invalidate();
            }
        }
    }
}
