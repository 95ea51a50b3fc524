//! Operands: what an expression turned out to be while it is checked.

use super::builtin::BuiltinId;
use super::constant::Value;
use super::ty::Ty;
use crate::ast::ExprId;

/// What kind of thing an expression denotes.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
#[repr(u8)]
pub enum Mode {
    /// Not checked, or wrong.
    #[default]
    Invalid,
    /// A call without results.
    NoValue,
    /// A predeclared function.
    Builtin,
    /// A type.
    TypeExpr,
    /// A constant.
    Constant,
    /// An addressable variable.
    Variable,
    /// An element of a map: not addressable, but assignable, and with a second value.
    MapIndex,
    /// A computed value.
    Value,
    /// `nil`
    NilValue,
    /// A value that may be used in a two-value assignment: an assertion or a receive.
    CommaOk,
    /// A function of package `C`: its type is not known.
    CgoFunc,
}

/// An expression under check.
#[derive(Clone, Debug)]
pub struct Operand {
    /// What it denotes.
    pub mode: Mode,
    /// The builtin, for [`Mode::Builtin`].
    pub builtin: Option<BuiltinId>,
    /// The expression; `None` for operands that no expression stands for.
    pub expr: Option<ExprId>,
    /// The type; [`Ty::INVALID`] if there is none.
    pub ty: Ty,
    /// The value, for [`Mode::Constant`].
    pub val: Value,
}

impl Default for Operand {
    fn default() -> Operand {
        Operand {
            mode: Mode::Invalid,
            builtin: None,
            expr: None,
            ty: Ty::INVALID,
            val: Value::Unknown,
        }
    }
}

impl Operand {
    /// An operand that nothing is known of.
    pub fn new() -> Operand {
        Operand::default()
    }

    /// A computed value of type `ty` that no expression stands for.
    pub fn value(ty: Ty) -> Operand {
        Operand {
            mode: Mode::Value,
            ty,
            ..Operand::default()
        }
    }

    /// The same operand with another type.
    #[must_use]
    pub fn with_ty(&self, ty: Ty) -> Operand {
        Operand { ty, ..self.clone() }
    }

    /// Whether nothing more can be said about it.
    pub fn is_invalid(&self) -> bool {
        self.mode == Mode::Invalid
    }

    /// Whether it is `nil`.
    pub fn is_nil(&self) -> bool {
        self.mode == Mode::NilValue
    }

    /// Marks it as wrong; the error has been reported (or is silent).
    pub fn invalidate(&mut self) {
        self.mode = Mode::Invalid;
        self.ty = Ty::INVALID;
    }
}

/// The function type that an assignment wants: a generic function assigned to it can take its type arguments from it.
#[derive(Clone, Copy, Debug)]
pub struct Target {
    /// The underlying signature of the destination's type.
    pub sig: Ty,
}

impl Target {
    /// The target that a destination of type `ty` is; `None` if that is no function.
    pub fn new(ty: Option<Ty>) -> Option<Target> {
        let sig = ty?.under();
        matches!(sig.kind(), super::ty::TyKind::Signature(_)).then_some(Target { sig })
    }
}
