//! What the compiler knows of a location before it solves: constants in place of variables, and reasons that put storage
//! on the heap whatever becomes of its address.
//!
//! Since 1.25 the size of a `make` and the operand of a boxing that is known to be a constant (its static value) is
//! replaced by it; since 1.26 a size that is the length of a slice literal too. Messages print the constant.
//!
//! | forced to the heap | limit |
//! | --- | --- |
//! | a variable that is no parameter or result | `max_variable` bytes, or more alignment than a pointer |
//! | `new(T)`, `&T{}` | `max_implicit` bytes, or more alignment than a pointer |
//! | a closure's or method value's record | `max_implicit` bytes |
//! | `make([]T, n)` | `max_implicit` bytes; n not constant (up to 1.24); T of no size (since 1.25) |
//!
//! Source: `escape/escape.go` (`rewriteWithLiterals`) and `escape/utils.go` (`HeapAllocReason`) of the compiler.

use rustc_hash::FxHashMap;

use super::build::{Builder, Subject};
use super::graph::{Graph, Hole, Loc, Place, Why};
use crate::base::index::Idx;
use crate::ir::body::{Class, ConvKind};
use crate::ir::node::{FuncId, Node, NodeId, Nodes};
use crate::ir::release::LiteralRewriting;
use crate::types::builtin::BuiltinId;
use crate::types::constant::Value;
use crate::types::predicates::{
    is_boolean, is_complex, is_float, is_integer, is_interface, is_string,
};
use crate::types::sizes::Layout;
use crate::types::ty::{Ty, TyKind};

/// A slice that is made: its element type, and where its capacity is written.
pub(super) struct Made {
    pub elem: Ty,
    pub size: NodeId,
}

/// What does not hang on where values flow.
#[derive(Default)]
pub(super) struct Forced {
    /// The constants that stand for `make` sizes and boxed operands.
    pub literals: FxHashMap<Loc, Value>,
    /// Why a location is on the heap whatever is done with it.
    pub reasons: FxHashMap<Loc, (Place, Why)>,
}

impl Builder<'_> {
    /// Rewrites with literals where the release does, and sends to the heap what must be there.
    pub fn force(&mut self) -> Forced {
        let mut forced = Forced::default();
        for loc in self.graph.ids() {
            if self.subjects[loc] == Subject::Anonymous {
                continue;
            }
            let literal = self.literal_for(loc);
            if let Some((why, at)) = self.forced(loc, literal.as_ref()) {
                let heap = Hole::into(Graph::heap()).shift(-1);
                let k = self.graph.noted(heap, at, why);
                self.graph.flow(k, loc);
                forced.reasons.insert(loc, (at, why));
            }
            if let Some(value) = literal {
                forced.literals.insert(loc, value);
            }
        }
        forced
    }

    /// The slice that a node makes, if it does.
    pub fn made_slice(&self, place: Place) -> Option<Made> {
        let body = self.body(place.func);
        let Node::Builtin {
            id: BuiltinId::Make,
            args,
            ..
        } = body.node(place.node)
        else {
            return None;
        };
        match (body.ty(place.node).under().kind(), body.list(args)) {
            (TyKind::Slice(elem), [_, .., size]) => Some(Made {
                elem: *elem,
                size: *size,
            }),
            _ => None,
        }
    }

    fn literal_for(&mut self, loc: Loc) -> Option<Value> {
        let Subject::Storage(place) = self.subjects[loc] else {
            return None;
        };
        if self.cx.release.literals == LiteralRewriting::Off {
            return None;
        }
        if let Some(made) = self.made_slice(place) {
            return self.literal_size(place.func, made.size);
        }
        match self.body(place.func).node(place.node) {
            Node::Conv { x, .. }
                if self.body(place.func).conv_kind(place.node) == ConvKind::Interface =>
            {
                self.literal_operand(place.func, x)
            }
            _ => None,
        }
    }

    fn literal_size(&mut self, func: FuncId, size: NodeId) -> Option<Value> {
        if self.body(func).literal(size).is_some() {
            return None;
        }
        let (func, node) = self.statics.value(self.cx.package, func, size);
        let body = self.body(func);
        if let Some(value) = body.literal(node) {
            return (value.sign() >= 0).then(|| value.clone());
        }
        match body.node(node) {
            Node::Builtin {
                id: BuiltinId::Len,
                args,
                ..
            } if self.cx.release.literals == LiteralRewriting::ConstantsAndLengths => {
                let &[x] = body.list(args) else {
                    return None;
                };
                let (func, x) = self.statics.value(self.cx.package, func, x);
                self.literal_length(func, x).map(Value::Int)
            }
            _ => None,
        }
    }

    /// How many elements a slice literal has.
    fn literal_length(&self, func: FuncId, x: NodeId) -> Option<i64> {
        let body = self.body(func);
        match body.node(x) {
            Node::CompLit { list, .. } if matches!(body.ty(x).under().kind(), TyKind::Slice(_)) => {
                Some(self.length(func, list))
            }
            _ => None,
        }
    }

    /// One past the largest index of a list of elements, some with constant keys.
    pub fn length(&self, func: FuncId, list: Nodes) -> i64 {
        let body = self.body(func);
        let (mut next, mut length) = (0_i64, 0);
        for &element in body.list(list) {
            if let Node::Key { key, .. } = body.node(element) {
                next = body.literal(key).and_then(Value::as_i64).unwrap_or(next);
            }
            next = next.saturating_add(1);
            length = length.max(next);
        }
        length
    }

    fn literal_operand(&mut self, func: FuncId, x: NodeId) -> Option<Value> {
        let ty = self.body(func).ty(x);
        if self.body(func).literal(x).is_some() || is_interface(ty) {
            return None;
        }
        let (from, node) = self.statics.value(self.cx.package, func, x);
        let body = self.body(from);
        let value = body.literal(node)?;
        same_class(body.ty(node), ty).then(|| value.clone())
    }

    fn forced(&self, loc: Loc, literal: Option<&Value>) -> Option<(Why, Place)> {
        match self.subjects[loc] {
            Subject::Anonymous => None,
            Subject::Variable(func, local) => {
                let local = &self.body(func).locals[local];
                let at = Place {
                    func,
                    node: local.defn.unwrap_or(NodeId::from_usize(0)),
                };
                if matches!(local.class, Class::Param | Class::Result) {
                    return None;
                }
                let why = self.too_large(local.ty, self.cx.release.max_variable)?;
                Some((why, at))
            }
            Subject::Storage(place) => self.forced_storage(place, literal).map(|why| (why, place)),
        }
    }

    fn too_large(&self, ty: Ty, limit: i64) -> Option<Why> {
        // Other values have a few words.
        if !matches!(ty.under().kind(), TyKind::Struct(_) | TyKind::Array { .. }) {
            return None;
        }
        let Layout { size, align, .. } = self.cx.sizes.layout(ty);
        if size > limit || size < 0 {
            Some(Why::TooLarge)
        } else if align > self.cx.sizes.word() {
            Some(Why::TooAligned)
        } else {
            None
        }
    }

    fn forced_storage(&self, place: Place, literal: Option<&Value>) -> Option<Why> {
        let body = self.body(place.func);
        let limit = self.cx.release.max_implicit;
        if let Some(made) = self.made_slice(place) {
            let size = literal.or_else(|| body.literal(made.size));
            return self.forced_make(made.elem, size);
        }
        match body.node(place.node) {
            Node::Builtin {
                id: BuiltinId::New, ..
            }
            | Node::PtrLit(_) => self.too_large(body.ty(place.node).under_pointer()?, limit),
            Node::Closure(literal) => (self.record_size(literal) > limit).then_some(Why::TooLarge),
            Node::MethodValue { x, .. } => {
                let receiver = self.cx.sizes.size_of(body.ty(x));
                (receiver < 0 || receiver > limit - self.cx.sizes.word()).then_some(Why::TooLarge)
            }
            _ => None,
        }
    }

    /// Bytes of a closure's record: the code pointer, then copies or addresses of what it captures.
    pub fn record_size(&self, literal: FuncId) -> i64 {
        let func = &self.cx.package.funcs[literal];
        let captured = func.closure_vars.iter().map(|&var| {
            let loc = self.local(literal, var);
            if self.is_by_value(literal, var, loc) {
                self.cx.sizes.size_of(func.body.locals[var].ty)
            } else {
                self.cx.sizes.word()
            }
        });
        self.cx.sizes.word() + captured.sum::<i64>()
    }

    fn forced_make(&self, elem: Ty, size: Option<&Value>) -> Option<Why> {
        let bytes = self.cx.sizes.size_of(elem);
        if bytes == 0 && self.cx.release.zero_sized_make {
            return Some(Why::ZeroSizedElement);
        }
        let small = size
            .and_then(Value::as_i64)
            .filter(|&n| i32::try_from(n).is_ok());
        match small {
            None if self.cx.release.make_buffer == 0 => Some(Why::NonConstantSize),
            Some(n) if bytes > 0 && n > self.cx.release.max_implicit / bytes => Some(Why::TooLarge),
            _ if bytes < 0 => Some(Why::TooLarge),
            _ => None,
        }
    }
}

/// Whether constants of one type are constants of the other in another type's clothes.
fn same_class(a: Ty, b: Ty) -> bool {
    [is_boolean, is_string, is_integer, is_float, is_complex]
        .iter()
        .any(|class| class(a) && class(b))
}
