//! `complex`, `real`, `imag`, `min`, `max`.

use super::{BuiltinId, result};
use crate::lex::token::Kind as Token;
use crate::types::check::Checker;
use crate::types::constant::Value;
use crate::types::operand::{Mode, Operand};
use crate::types::predicates::{all_ordered, basic_kind, identical, is_numeric, is_untyped};
use crate::types::ty::{BasicKind, Ty};
use crate::types::universe::UNIVERSE;

/// The complex type of two parts of a float type.
fn complex_of(ty: Ty) -> Option<Ty> {
    let kind = match basic_kind(ty) {
        BasicKind::Float32 => BasicKind::Complex64,
        BasicKind::Float64 => BasicKind::Complex128,
        BasicKind::UntypedFloat => BasicKind::UntypedComplex,
        _ => return None,
    };
    Some(Ty::basic(kind))
}

/// The float type of the parts of a complex type.
fn part_of(ty: Ty) -> Option<Ty> {
    let kind = match basic_kind(ty) {
        BasicKind::Complex64 => BasicKind::Float32,
        BasicKind::Complex128 => BasicKind::Float64,
        BasicKind::UntypedComplex => BasicKind::UntypedFloat,
        _ => return None,
    };
    Some(Ty::basic(kind))
}

impl Checker<'_> {
    /// `complex(re, im)`
    pub(super) fn complex(&mut self, x: &mut Operand, args: &mut [Operand]) -> bool {
        let [_, y] = args else { return false };
        match (is_untyped(x.ty), is_untyped(y.ty)) {
            (false, false) => {}
            (true, false) => self.convert_untyped(x, y.ty),
            (false, true) => self.convert_untyped(y, x.ty),
            (true, true) if x.mode == Mode::Constant && y.mode == Mode::Constant => {
                untyped_float(x);
                untyped_float(y);
            }
            (true, true) => {
                // One contains a shift, which no float allows; this reports it.
                let float = Ty::basic(BasicKind::Float64);
                self.convert_untyped(x, float);
                self.convert_untyped(y, float);
            }
        }
        if x.is_invalid() || y.is_invalid() {
            return false;
        }
        if !identical(x.ty, y.ty) {
            return self.bad_argument(x, BuiltinId::Complex);
        }
        let Some(ty) = complex_of(x.ty) else {
            return self.bad_argument(x, BuiltinId::Complex);
        };
        if x.mode == Mode::Constant && y.mode == Mode::Constant {
            let im = y.val.to_float().make_imaginary();
            x.val = Value::binary(&x.val.to_float(), Token::Add, &im, false);
        } else {
            x.mode = Mode::Value;
        }
        x.ty = ty;
        true
    }

    /// `real(z)`, `imag(z)`
    pub(super) fn complex_part(&mut self, x: &mut Operand, id: BuiltinId) -> bool {
        if is_untyped(x.ty) && x.mode == Mode::Constant && is_numeric(x.ty) {
            x.ty = Ty::basic(BasicKind::UntypedComplex);
        } else if is_untyped(x.ty) {
            self.convert_untyped(x, Ty::basic(BasicKind::Complex128));
        }
        if x.is_invalid() {
            return false;
        }
        let Some(ty) = part_of(x.ty) else {
            return self.bad_argument(x, id);
        };
        if x.mode == Mode::Constant {
            x.val = match id {
                BuiltinId::Real => x.val.real(),
                _ => x.val.imaginary(),
            };
        } else {
            x.mode = Mode::Value;
        }
        x.ty = ty;
        true
    }

    /// `min(x, …)`, `max(x, …)`
    pub(super) fn extreme(&mut self, x: &mut Operand, id: BuiltinId, args: &mut [Operand]) -> bool {
        let op = if id == BuiltinId::Max {
            Token::Gt
        } else {
            Token::Lt
        };
        for (i, arg) in args.iter_mut().enumerate() {
            if !all_ordered(arg.ty) {
                return self.bad_argument(arg, id);
            }
            if i > 0 && !self.more_extreme(x, arg, op, id) {
                return false;
            }
        }
        if x.mode != Mode::Constant {
            x.mode = Mode::Value;
            self.assignment(x, Some(UNIVERSE.empty_interface), "argument");
            if x.is_invalid() {
                return false;
            }
        }
        for arg in args.iter() {
            if let Some(e) = arg.expr {
                self.update_expr_type(e, x.ty, true);
            }
        }
        true
    }

    /// Makes `x` the more extreme of the two.
    fn more_extreme(
        &mut self,
        x: &mut Operand,
        arg: &mut Operand,
        op: Token,
        id: BuiltinId,
    ) -> bool {
        self.match_types(x, arg);
        if x.is_invalid() {
            return false;
        }
        if !identical(x.ty, arg.ty) {
            return self.bad_argument(arg, id);
        }
        if x.mode != Mode::Constant || arg.mode != Mode::Constant {
            let ty = x.ty;
            return result(x, ty);
        }
        if Value::compare(&arg.val, op, &x.val) {
            *x = arg.clone();
        }
        true
    }
}

/// A real untyped number becomes an untyped float.
fn untyped_float(x: &mut Operand) {
    if is_numeric(x.ty) && x.val.imaginary().sign() == 0 {
        x.ty = Ty::basic(BasicKind::UntypedFloat);
    }
}
