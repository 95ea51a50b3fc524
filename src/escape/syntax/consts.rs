//! Sizes that are written out: integer constants, and types made of predeclared ones.

use super::names::Names;
use crate::ast::{Ast, Expr, ExprId};
use crate::base::symbol::{Symbol, sym};
use crate::lex::token::Kind;

/// How deep expressions and types are followed.
const DEPTH: u32 = 64;

/// Reads constants and types of one declaration.
#[derive(Clone, Copy)]
pub struct Reader<'r> {
    /// The tree.
    pub ast: &'r Ast,
    /// The file's bytes.
    pub text: &'r [u8],
    /// What names mean.
    pub names: &'r Names<'r>,
    /// Bytes of a pointer of the target.
    pub word: u64,
}

impl Reader<'_> {
    /// The value of an integer constant expression made of literals only.
    pub fn constant(&self, x: ExprId) -> Option<i128> {
        self.constant_within(x, DEPTH)
    }

    fn constant_within(&self, x: ExprId, depth: u32) -> Option<i128> {
        let depth = depth.checked_sub(1)?;
        match self.ast.expr(self.ast.unparen(x)) {
            Expr::BasicLit(Kind::Int) => self.literal(self.ast.unparen(x)),
            Expr::Unary { op: Kind::Add, x } => self.constant_within(x, depth),
            Expr::Unary { op: Kind::Sub, x } => self.constant_within(x, depth)?.checked_neg(),
            Expr::Binary { op, x, y } => apply(
                op,
                self.constant_within(x, depth)?,
                self.constant_within(y, depth)?,
            ),
            _ => None,
        }
    }

    fn literal(&self, x: ExprId) -> Option<i128> {
        let text = std::str::from_utf8(self.ast.expr_span(x).text(self.text)).ok()?;
        let digits = text.replace('_', "").to_ascii_lowercase();
        let (rest, base) = match digits.as_bytes() {
            [b'0', b'x', ..] => (&digits[2..], 16),
            [b'0', b'b', ..] => (&digits[2..], 2),
            [b'0', b'o', ..] => (&digits[2..], 8),
            [b'0', _, ..] => (&digits[1..], 8),
            _ => (&digits[..], 10),
        };
        i128::from_str_radix(rest, base).ok()
    }

    /// The size in bytes of a type that is made of predeclared types, pointers, slices, maps, channels, functions and
    /// arrays of them.
    pub fn size(&self, ty: ExprId) -> Option<u64> {
        self.size_within(ty, DEPTH)
    }

    fn size_within(&self, ty: ExprId, depth: u32) -> Option<u64> {
        let depth = depth.checked_sub(1)?;
        let ty = self.ast.unparen(ty);
        match self.ast.expr(ty) {
            Expr::Name(_) => self.predeclared_size(self.names.predeclared(ty)?),
            Expr::Star(_)
            | Expr::MapType { .. }
            | Expr::ChanType { .. }
            | Expr::FuncType { .. } => Some(self.word),
            Expr::SliceType(_) => Some(3 * self.word),
            Expr::InterfaceType(_) => Some(2 * self.word),
            Expr::ArrayType {
                len: Some(len),
                elem,
            } => {
                let len = u64::try_from(self.constant(len)?).ok()?;
                self.size_within(elem, depth)?.checked_mul(len)
            }
            _ => None,
        }
    }

    fn predeclared_size(&self, name: Symbol) -> Option<u64> {
        Some(match name {
            sym::BOOL | sym::INT8 | sym::UINT8 | sym::BYTE => 1,
            sym::INT16 | sym::UINT16 => 2,
            sym::INT32 | sym::UINT32 | sym::RUNE | sym::FLOAT32 => 4,
            sym::INT64 | sym::UINT64 | sym::FLOAT64 | sym::COMPLEX64 => 8,
            sym::COMPLEX128 => 16,
            sym::INT | sym::UINT | sym::UINTPTR => self.word,
            sym::STRING | sym::ERROR | sym::ANY => 2 * self.word,
            _ => return None,
        })
    }

    /// Whether `x` is computed at run time for sure.
    pub fn is_runtime(&self, x: ExprId) -> bool {
        self.is_runtime_within(x, DEPTH)
    }

    fn is_runtime_within(&self, x: ExprId, depth: u32) -> bool {
        let Some(depth) = depth.checked_sub(1) else {
            return false;
        };
        match self.ast.expr(self.ast.unparen(x)) {
            Expr::Name(name) => self.names.is_variable(name),
            Expr::Binary { x, y, .. } => [x, y]
                .into_iter()
                .any(|side| self.is_runtime_within(side, depth)),
            Expr::Unary { op, x } => op == Kind::Arrow || self.is_runtime_within(x, depth),
            Expr::Index { x, .. } | Expr::Selector { x, .. } => self.is_variable(x),
            Expr::Star(x) => self.is_variable(x),
            Expr::Call { fun, args, .. } => {
                let first = self.ast.list_get(args, 0);
                self.is_runtime_call(fun, first, depth)
            }
            _ => false,
        }
    }

    fn is_variable(&self, x: ExprId) -> bool {
        self.names.is_variable(self.ast.name(self.ast.unparen(x)))
    }

    /// Calls of functions are computed at run time; conversions and builtins are if their operand is.
    fn is_runtime_call(&self, fun: ExprId, first: Option<ExprId>, depth: u32) -> bool {
        let name = self.ast.name(self.ast.unparen(fun));
        if self.names.is_function(name) {
            return true;
        }
        match (self.names.predeclared(fun), first) {
            (Some(sym::LEN | sym::CAP), Some(x)) => self.has_runtime_length(x),
            (Some(sym::MIN | sym::MAX), Some(x)) => self.is_runtime_within(x, depth),
            (Some(name), Some(x)) if self.predeclared_size(name).is_some() => {
                self.is_runtime_within(x, depth)
            }
            (None, _) => self.names.is_local(name) || self.is_method_of_variable(fun),
            _ => false,
        }
    }

    fn is_method_of_variable(&self, fun: ExprId) -> bool {
        match self.ast.expr(self.ast.unparen(fun)) {
            Expr::Selector { x, .. } => self.is_variable(x),
            _ => false,
        }
    }

    /// Whether `x` is a variable whose type is written as one with a length that is not part of the type.
    fn has_runtime_length(&self, x: ExprId) -> bool {
        let Some(ty) = self.names.type_of(self.ast.name(self.ast.unparen(x))) else {
            return false;
        };
        match self.ast.expr(self.ast.unparen(ty)) {
            Expr::SliceType(_)
            | Expr::DotsType(_)
            | Expr::MapType { .. }
            | Expr::ChanType { .. } => true,
            Expr::Name(_) => self.names.predeclared(ty) == Some(sym::STRING),
            _ => false,
        }
    }
}

fn apply(op: Kind, x: i128, y: i128) -> Option<i128> {
    match op {
        Kind::Add => x.checked_add(y),
        Kind::Sub => x.checked_sub(y),
        Kind::Mul => x.checked_mul(y),
        Kind::Div => x.checked_div(y),
        Kind::Rem => x.checked_rem(y),
        Kind::And => Some(x & y),
        Kind::Or => Some(x | y),
        Kind::Xor => Some(x ^ y),
        Kind::Shl => 1_i128
            .checked_shl(u32::try_from(y).ok()?)
            .filter(|_| y < 100)?
            .checked_mul(x),
        Kind::Shr => x.checked_shr(u32::try_from(y).ok()?),
        _ => None,
    }
}
