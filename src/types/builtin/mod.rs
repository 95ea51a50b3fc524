//! Calls of predeclared functions and of those of package `unsafe`.
//!
//! The functions that check one builtin each find its evaluated arguments in a slice, turn the operand into the result,
//! and say whether the call is right; if not, they have reported it.

mod memory;
mod numbers;

use super::call::CallParts;
use super::check::Checker;
use super::expr::ExprKind;
use super::operand::{Mode, Operand};
use super::ty::Ty;
use super::universe::UNIVERSE;
use crate::ast::ExprId;
use crate::base::symbol::{Symbol, sym};

/// A builtin function.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[repr(u8)]
#[allow(missing_docs)]
pub enum BuiltinId {
    Append,
    Cap,
    Clear,
    Close,
    Complex,
    Copy,
    Delete,
    Imag,
    Len,
    Make,
    Max,
    Min,
    New,
    Panic,
    Print,
    Println,
    Real,
    Recover,
    UnsafeAdd,
    UnsafeAlignof,
    UnsafeOffsetof,
    UnsafeSizeof,
    UnsafeSlice,
    UnsafeSliceData,
    UnsafeString,
    UnsafeStringData,
}

impl BuiltinId {
    /// Those of the universe.
    pub const PREDECLARED: &[BuiltinId] = &[
        BuiltinId::Append,
        BuiltinId::Cap,
        BuiltinId::Clear,
        BuiltinId::Close,
        BuiltinId::Complex,
        BuiltinId::Copy,
        BuiltinId::Delete,
        BuiltinId::Imag,
        BuiltinId::Len,
        BuiltinId::Make,
        BuiltinId::Max,
        BuiltinId::Min,
        BuiltinId::New,
        BuiltinId::Panic,
        BuiltinId::Print,
        BuiltinId::Println,
        BuiltinId::Real,
        BuiltinId::Recover,
    ];

    /// Those of package `unsafe`.
    pub const UNSAFE: &[BuiltinId] = &[
        BuiltinId::UnsafeAdd,
        BuiltinId::UnsafeAlignof,
        BuiltinId::UnsafeOffsetof,
        BuiltinId::UnsafeSizeof,
        BuiltinId::UnsafeSlice,
        BuiltinId::UnsafeSliceData,
        BuiltinId::UnsafeString,
        BuiltinId::UnsafeStringData,
    ];

    /// Whether a call may be a statement.
    pub fn kind(self) -> ExprKind {
        match self {
            BuiltinId::Clear
            | BuiltinId::Close
            | BuiltinId::Copy
            | BuiltinId::Delete
            | BuiltinId::Panic
            | BuiltinId::Print
            | BuiltinId::Println
            | BuiltinId::Recover => ExprKind::Statement,
            _ => ExprKind::Expression,
        }
    }

    /// The least and the largest number of arguments.
    fn arity(self) -> (usize, usize) {
        match self {
            BuiltinId::Append | BuiltinId::Make | BuiltinId::Max | BuiltinId::Min => {
                (1, usize::MAX)
            }
            BuiltinId::Print | BuiltinId::Println => (0, usize::MAX),
            BuiltinId::Recover => (0, 0),
            BuiltinId::Complex
            | BuiltinId::Copy
            | BuiltinId::Delete
            | BuiltinId::UnsafeAdd
            | BuiltinId::UnsafeSlice
            | BuiltinId::UnsafeString => (2, 2),
            _ => (1, 1),
        }
    }

    /// The first minor version of Go 1 that has it.
    fn since(self) -> u8 {
        match self {
            BuiltinId::Clear | BuiltinId::Max | BuiltinId::Min => 21,
            BuiltinId::UnsafeAdd | BuiltinId::UnsafeSlice => 17,
            BuiltinId::UnsafeSliceData | BuiltinId::UnsafeString | BuiltinId::UnsafeStringData => {
                20
            }
            _ => 0,
        }
    }

    /// The name, without the package.
    pub fn name(self) -> Symbol {
        match self {
            BuiltinId::Append => sym::APPEND,
            BuiltinId::Cap => sym::CAP,
            BuiltinId::Clear => sym::CLEAR,
            BuiltinId::Close => sym::CLOSE,
            BuiltinId::Complex => sym::COMPLEX,
            BuiltinId::Copy => sym::COPY,
            BuiltinId::Delete => sym::DELETE,
            BuiltinId::Imag => sym::IMAG,
            BuiltinId::Len => sym::LEN,
            BuiltinId::Make => sym::MAKE,
            BuiltinId::Max => sym::MAX,
            BuiltinId::Min => sym::MIN,
            BuiltinId::New => sym::NEW,
            BuiltinId::Panic => sym::PANIC,
            BuiltinId::Print => sym::PRINT,
            BuiltinId::Println => sym::PRINTLN,
            BuiltinId::Real => sym::REAL,
            BuiltinId::Recover => sym::RECOVER,
            BuiltinId::UnsafeAdd => Symbol::intern("Add"),
            BuiltinId::UnsafeAlignof => Symbol::intern("Alignof"),
            BuiltinId::UnsafeOffsetof => Symbol::intern("Offsetof"),
            BuiltinId::UnsafeSizeof => Symbol::intern("Sizeof"),
            BuiltinId::UnsafeSlice => Symbol::intern("Slice"),
            BuiltinId::UnsafeSliceData => Symbol::intern("SliceData"),
            BuiltinId::UnsafeString => Symbol::intern("String"),
            BuiltinId::UnsafeStringData => Symbol::intern("StringData"),
        }
    }
}

impl Checker<'_> {
    /// Checks a call of the builtin `id`; `x` becomes its result. Whether the call is right.
    pub(super) fn builtin(&mut self, x: &mut Operand, call: CallParts, id: BuiltinId) -> bool {
        let list: Vec<ExprId> = self.ast.list(call.args).collect();
        if call.spread && id != BuiltinId::Append {
            self.error_at(call.id, "invalid use of ... with a predeclared function");
            self.use_exprs(&list);
            return false;
        }
        if !self.allow_version(id.since()) {
            let message = format!("{} requires go1.{}", id.name(), id.since());
            self.error_at(call.fun, message);
        }
        match id {
            BuiltinId::Make | BuiltinId::New | BuiltinId::UnsafeOffsetof => {
                self.arity_fits(call, id, list.len()) && self.builtin_on_exprs(x, call, id, &list)
            }
            BuiltinId::Len | BuiltinId::Cap => {
                // Whether the result is constant depends on what the argument itself contains.
                let outside = std::mem::replace(&mut self.env.has_call_or_recv, false);
                let fine = self.builtin_on_values(x, call, id, &list);
                self.env.has_call_or_recv = outside;
                fine
            }
            _ => self.builtin_on_values(x, call, id, &list),
        }
    }

    fn arity_fits(&mut self, call: CallParts, id: BuiltinId, count: usize) -> bool {
        let (min, max) = id.arity();
        if (min..=max).contains(&count) {
            return true;
        }
        let which = if count < min {
            "not enough"
        } else {
            "too many"
        };
        self.error_at(call.id, format!("{which} arguments for {}", id.name()));
        false
    }

    /// Those whose arguments are no mere values.
    fn builtin_on_exprs(
        &mut self,
        x: &mut Operand,
        call: CallParts,
        id: BuiltinId,
        list: &[ExprId],
    ) -> bool {
        let Some((&first, rest)) = list.split_first() else {
            return false;
        };
        match id {
            BuiltinId::Make => self.make(x, call, first, rest),
            BuiltinId::New => self.new_value(x, first),
            _ => self.offset_of(x, first),
        }
    }

    fn builtin_on_values(
        &mut self,
        x: &mut Operand,
        call: CallParts,
        id: BuiltinId,
        list: &[ExprId],
    ) -> bool {
        let mut args = self.expr_list(list);
        if args.iter().any(Operand::is_invalid) || !self.arity_fits(call, id, args.len()) {
            return false;
        }
        if let Some(first) = args.first() {
            *x = first.clone();
        }
        let args = &mut args[..];
        match id {
            BuiltinId::Append => self.append(x, call, args),
            BuiltinId::Cap | BuiltinId::Len => self.length(x, id),
            BuiltinId::Clear => self.clear(x),
            BuiltinId::Close => self.close(x),
            BuiltinId::Complex => self.complex(x, args),
            BuiltinId::Copy => self.copy(x, args),
            BuiltinId::Delete => self.delete(x, args),
            BuiltinId::Imag | BuiltinId::Real => self.complex_part(x, id),
            BuiltinId::Max | BuiltinId::Min => self.extreme(x, id, args),
            BuiltinId::Panic => self.panic(x, call),
            BuiltinId::Print | BuiltinId::Println => self.print(x, args),
            BuiltinId::UnsafeAdd => self.unsafe_add(x, args),
            BuiltinId::UnsafeAlignof | BuiltinId::UnsafeSizeof => self.size_of(x, id),
            BuiltinId::UnsafeSlice => self.unsafe_slice(x, args),
            BuiltinId::UnsafeSliceData => self.unsafe_slice_data(x),
            BuiltinId::UnsafeString => self.unsafe_string(x, args),
            BuiltinId::UnsafeStringData => self.unsafe_string_data(x),
            BuiltinId::Recover => result(x, UNIVERSE.empty_interface),
            BuiltinId::Make | BuiltinId::New | BuiltinId::UnsafeOffsetof => false,
        }
    }

    /// Reports a wrong argument.
    fn bad_argument(&mut self, x: &mut Operand, id: BuiltinId) -> bool {
        let message = format!("invalid argument for {}: {}", id.name(), self.describe(x));
        self.wrong(x, message);
        false
    }

    /// `panic(v)`; the statement behind it is not reached.
    fn panic(&mut self, x: &mut Operand, call: CallParts) -> bool {
        self.mark_panics(call.id);
        self.assignment(x, Some(UNIVERSE.empty_interface), "argument of panic");
        no_value(x)
    }

    fn print(&mut self, x: &mut Operand, args: &mut [Operand]) -> bool {
        for arg in args.iter_mut() {
            self.assignment(arg, None, "argument of print");
            if arg.is_invalid() {
                return false;
            }
        }
        x.mode = Mode::NoValue;
        true
    }
}

/// Makes `x` a value of type `ty`.
fn result(x: &mut Operand, ty: Ty) -> bool {
    x.mode = Mode::Value;
    x.ty = ty;
    true
}

/// Makes `x`, unless it is wrong, a call without result.
fn no_value(x: &mut Operand) -> bool {
    let fine = !x.is_invalid();
    if fine {
        x.mode = Mode::NoValue;
    }
    fine
}
