//! Which conversion a conversion node is, by the types of operand and result (`typecheck/subr.go`, `convertOp`).

use super::body::{Body, ConvKind};
use super::node::{Node, NodeId};
use super::shape::is_boxing as is_interface;
use crate::types::predicates::{
    as_basic, basic_kind, identical, identical_ignore_tags, is_complex, is_float, is_integer,
    is_string,
};
use crate::types::ty::{BasicKind, Ty, TyKind};

impl Body {
    /// What the conversion `id` does; [`ConvKind::Nop`] for nodes that are none.
    pub fn conv_kind(&self, id: NodeId) -> ConvKind {
        match self.node(id) {
            // A conversion that only holds an init list does nothing, not even to floating-point numbers; nor does one
            // that only makes a constant of a type parameter's type variable.
            Node::Conv { x, .. }
                if (!self.init(id).is_empty() || matches!(self.node(x), Node::Literal(_)))
                    && identical(self.ty(x), self.ty(id)) =>
            {
                ConvKind::Nop
            }
            Node::Conv { x, .. } => conv_kind(self.ty(x), self.ty(id)),
            _ => ConvKind::Nop,
        }
    }
}

/// What a conversion from `src` to `dst` does.
pub fn conv_kind(src: Ty, dst: Ty) -> ConvKind {
    if identical(src, dst) {
        return same_type(src, dst);
    }
    if is_interface(dst) {
        return to_interface(src, dst);
    }
    let (s, d) = (src.under(), dst.under());
    if identical_ignore_tags(s, d) {
        return same_type(src, dst);
    }
    if let (Some(a), Some(b)) = (as_basic(src), as_basic(dst)) {
        return between_basics(a.kind, b.kind, is_integer(src) && is_string(dst));
    }
    with_slices(s, d)
}

/// Between types of one representation only floating-point numbers are rounded.
fn same_type(src: Ty, dst: Ty) -> ConvKind {
    let rounds = |t| is_float(t) || is_complex(t);
    if rounds(src) && rounds(dst) {
        ConvKind::Number
    } else {
        ConvKind::Nop
    }
}

/// Different interface types need a new method table unless both are empty.
fn to_interface(src: Ty, dst: Ty) -> ConvKind {
    let empty = |t: Ty| {
        t.under_interface()
            .is_some_and(|i| i.type_set().methods.is_empty())
    };
    if is_interface(src) && empty(src) && empty(dst) {
        ConvKind::Nop
    } else {
        ConvKind::Interface
    }
}

/// `int` and `int64` are one type to the machine, and so on.
fn simple(kind: BasicKind) -> BasicKind {
    match kind {
        BasicKind::Int | BasicKind::UntypedInt => BasicKind::Int64,
        BasicKind::Uint | BasicKind::Uintptr => BasicKind::Uint64,
        BasicKind::UntypedRune => BasicKind::Int32,
        _ => kind,
    }
}

fn between_basics(src: BasicKind, dst: BasicKind, rune_to_string: bool) -> ConvKind {
    match (src, dst) {
        _ if rune_to_string => ConvKind::RuneToString,
        (BasicKind::UnsafePointer, _) | (_, BasicKind::UnsafePointer) => ConvKind::Nop,
        _ if simple(src) == simple(dst) => ConvKind::Nop,
        _ => ConvKind::Number,
    }
}

fn with_slices(src: Ty, dst: Ty) -> ConvKind {
    match (src.kind(), dst.kind()) {
        (TyKind::Slice(elem), _) if is_string(dst) => match basic_kind(*elem) {
            BasicKind::Uint8 => ConvKind::BytesToString,
            _ => ConvKind::RunesToString,
        },
        (_, TyKind::Slice(elem)) if is_string(src) => match basic_kind(*elem) {
            BasicKind::Uint8 => ConvKind::StringToBytes,
            _ => ConvKind::StringToRunes,
        },
        (TyKind::Slice(_), TyKind::Array { .. }) => ConvKind::SliceToArray,
        (TyKind::Slice(_), TyKind::Pointer(_)) => ConvKind::SliceToArrayPointer,
        _ => ConvKind::Nop,
    }
}
