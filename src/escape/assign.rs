//! Assignments: destinations, stores that count as a thing assigned to itself, and which variables are assigned again.
//!
//! | destination | hole |
//! | --- | --- |
//! | local variable, also a field or array element of one | the variable |
//! | package-level variable | heap |
//! | `*p`, `p.f`, `s[i]` | heap; and p or s is written through |
//! | `m[k]` | heap; and k goes to the heap |
//!
//! Source: `escape/assign.go` and `escape/utils.go` of the compiler.

use super::build::{Subject, Walk};
use super::graph::{Graph, Hole, Why};
use crate::base::few::Few;
use crate::ir::body::ConvKind;
use crate::ir::node::{BinOp, Node, NodeId};
use crate::lex::token::Kind as Op;
use crate::types::builtin::BuiltinId;
use crate::types::constant::Value;
use crate::types::predicates::identical;
use crate::types::ty::{BasicKind, TyKind};

impl Walk<'_, '_> {
    /// The hole for storing in `x`; without one, or with the blank, the value is dropped.
    pub fn destination(&mut self, x: Option<NodeId>) -> Hole {
        let Some(mut at) = x else {
            return self.blank();
        };
        loop {
            match self.body.node(at) {
                Node::Blank => return self.blank(),
                Node::Name(local) => return Hole::into(self.local(local)),
                Node::Dot { x, .. } if self.body.ty(x).under_pointer().is_none() => at = x,
                Node::Index { x, i } if self.is_array(x) => {
                    self.discard(i);
                    at = x;
                }
                _ => {
                    self.store_through(at);
                    return self.heap();
                }
            }
        }
    }

    fn store_through(&mut self, at: NodeId) {
        match self.body.node(at) {
            Node::Index { x, i } if self.is_map(x) => {
                self.discard(x);
                self.send_to_heap(i, at, Why::MapPutKey);
            }
            Node::Index { x, i } => {
                self.discard(i);
                self.mutate(x);
            }
            Node::Deref { x, .. } | Node::Dot { x, .. } => self.mutate(x),
            Node::Global(_) => {}
            _ => self.discard(at),
        }
    }

    fn mutate(&mut self, x: NodeId) {
        let k = self.mutator();
        self.expr(k, x);
    }

    /// Whether the operand is an array, not a pointer to one.
    pub fn is_array(&self, x: NodeId) -> bool {
        matches!(self.body.ty(x).under().kind(), TyKind::Array { .. })
    }

    /// Whether the operand is a map.
    pub fn is_map(&self, x: NodeId) -> bool {
        matches!(self.body.ty(x).under().kind(), TyKind::Map { .. })
    }

    /// `x = y`; without `y` the variable is zeroed.
    pub fn assign_one(&mut self, x: NodeId, y: Option<NodeId>, id: NodeId) {
        let k = self.destination(Some(x));
        if let Some(y) = y {
            self.assign_value(k, (x, y), Why::Assign, id);
        }
        self.reassigned(k, id);
    }

    /// All destinations first, then each value into its own; destinations without a value get none.
    pub fn assign_each(&mut self, lhs: &[NodeId], rhs: &[NodeId], why: Why, id: NodeId) {
        let ks: Few<Hole> = lhs.iter().map(|&x| self.destination(Some(x))).collect();
        for ((&x, &k), &y) in lhs.iter().zip(&*ks).zip(rhs) {
            self.assign_value(k, (x, y), why, id);
        }
        for &k in &*ks {
            self.reassigned(k, id);
        }
    }

    /// The value `y` goes into `k`, the hole for storing in `x`.
    fn assign_value(&mut self, k: Hole, (x, y): (NodeId, NodeId), why: Why, id: NodeId) {
        if self.is_header_data(x, true) {
            let heap = self.heap();
            let k = self.note(heap, id, why);
            self.unsafe_value(k, y);
            return;
        }
        let k = if self.is_self_assignment(x, y) {
            let place = self.place(id);
            self.b.self_assignments.push(place);
            self.blank()
        } else {
            k
        };
        let k = self.note(k, id, why);
        self.expr(k, y);
    }

    /// Marks what the statement assigns to as assigned again, unless the statement is its definition. Range variables
    /// are assigned on each iteration.
    pub fn reassigned(&mut self, k: Hole, id: NodeId) {
        if !self.tracks_assignments || k.dst == Graph::blank() || self.is_first_zero(id) {
            return;
        }
        let ranges = matches!(self.body.node_ref(id), Node::Range { .. });
        if ranges || !self.defines(id, k) {
            self.b.graph[k.dst].reassigned = true;
        }
    }

    /// `var x T`: the zeroing of a variable that no statement defines.
    fn is_first_zero(&self, id: NodeId) -> bool {
        let Node::Assign { x, y: None, .. } = self.body.node(id) else {
            return false;
        };
        match self.body.node(x) {
            Node::Name(local) => {
                let (func, local) = self.b.cx.package.canonical(self.func, local);
                func == self.func && self.body.locals[local].defn.is_none()
            }
            _ => false,
        }
    }

    fn defines(&self, id: NodeId, k: Hole) -> bool {
        match self.b.subjects[k.dst] {
            Subject::Variable(func, local) => {
                func == self.func && self.body.locals[local].defn == Some(id)
            }
            _ => false,
        }
    }

    fn is_self_assignment(&self, dst: NodeId, src: NodeId) -> bool {
        if self.reslices_itself(dst, src) {
            return true;
        }
        match (self.body.node(dst), self.body.node(src)) {
            (Node::Dot { x, .. }, Node::Dot { x: y, .. }) => {
                self.is_pointer(x) == self.is_pointer(y) && self.same_safe(x, y)
            }
            (Node::Index { x, i }, Node::Index { x: y, i: j }) => {
                !self.is_map(x)
                    && !self.is_map(y)
                    && self.is_pure(i)
                    && self.is_pure(j)
                    && self.same_safe(x, y)
            }
            _ => false,
        }
    }

    fn is_pointer(&self, x: NodeId) -> bool {
        self.body.ty(x).under_pointer().is_some()
    }

    /// `b.buf = b.buf[n:m]` for a pointer b: stores nothing in b that was not there.
    fn reslices_itself(&self, dst: NodeId, src: NodeId) -> bool {
        let Node::Slice { x, .. } = self.body.node(src) else {
            return false;
        };
        match (self.pointer_base(dst), self.pointer_base(x)) {
            (Some(a), Some(b)) => a == b,
            _ => false,
        }
    }

    /// The variable p of `*p` or `p.f`.
    fn pointer_base(&self, id: NodeId) -> Option<Node> {
        let base = match self.body.node(id) {
            Node::Deref { x, .. } => x,
            Node::Dot { x, .. } if self.is_pointer(x) => x,
            _ => return None,
        };
        let node = self.body.node(base);
        matches!(node, Node::Name(_) | Node::Global(_)).then_some(node)
    }

    fn skip_nops(&self, mut id: NodeId) -> NodeId {
        while let Node::Conv { x, .. } = self.body.node(id) {
            if self.body.conv_kind(id) != ConvKind::Nop {
                break;
            }
            id = x;
        }
        id
    }

    /// Whether two expressions are the same and without effects, so that they denote one place.
    fn same_safe(&self, left: NodeId, right: NodeId) -> bool {
        let mut todo = vec![(left, right)];
        while let Some((l, r)) = todo.pop() {
            let (l, r) = (self.skip_nops(l), self.skip_nops(r));
            let same_type = identical(self.body.ty(l), self.body.ty(r));
            if !same_type || !self.same_step(l, r, &mut todo) {
                return false;
            }
        }
        true
    }

    fn same_step(&self, l: NodeId, r: NodeId, todo: &mut Vec<(NodeId, NodeId)>) -> bool {
        match (self.body.node(l), self.body.node(r)) {
            (Node::Name(a), Node::Name(b)) => a == b,
            (Node::Global(a), Node::Global(b)) => a == b,
            (Node::Nil, Node::Nil) => true,
            (Node::Literal(_), Node::Literal(_)) => self.same_constant(l, r),
            (Node::Dot { x, field, .. }, Node::Dot { x: y, field: g, .. }) => {
                todo.push((x, y));
                field == g
            }
            (Node::Deref { x, .. }, Node::Deref { x: y, .. }) => {
                todo.push((x, y));
                true
            }
            (Node::Conv { x, .. }, Node::Conv { x: y, .. }) => {
                todo.push((x, y));
                [l, r].map(|c| self.body.conv_kind(c)) == [ConvKind::Number; 2]
            }
            (Node::Unary { op, x }, Node::Unary { op: p, x: y }) => {
                todo.push((x, y));
                op == p
            }
            (Node::Index { x, i }, Node::Index { x: y, i: j }) => {
                todo.extend([(x, y), (i, j)]);
                true
            }
            (Node::Binary { op, x, y }, Node::Binary { op: p, x: a, y: b }) => {
                todo.extend([(x, a), (y, b)]);
                op == p && is_arithmetic(op)
            }
            _ => false,
        }
    }

    fn same_constant(&self, l: NodeId, r: NodeId) -> bool {
        match (self.body.literal(l), self.body.literal(r)) {
            (Some(a), Some(b)) => Value::compare(a, Op::Eq, b),
            _ => false,
        }
    }

    /// Whether evaluating the expression can change nothing: no call, receive, or conversion that allocates.
    fn is_pure(&self, id: NodeId) -> bool {
        let mut todo = vec![id];
        while let Some(id) = todo.pop() {
            match self.body.node(id) {
                Node::Name(_) | Node::Global(_) | Node::Func(_) | Node::Literal(_) | Node::Nil => {}
                Node::Binary { op, x, y } if is_arithmetic(op) => todo.extend([x, y]),
                Node::Index { x, i } if !self.is_map(x) => todo.extend([x, i]),
                Node::Conv { x, .. }
                    if matches!(self.body.conv_kind(id), ConvKind::Nop | ConvKind::Number) =>
                {
                    todo.push(x);
                }
                Node::Unary { x, .. } | Node::Dot { x, .. } | Node::Deref { x, .. } => todo.push(x),
                Node::Builtin {
                    id: BuiltinId::Len | BuiltinId::Cap,
                    args,
                    ..
                } => todo.extend_from_slice(self.body.list(args)),
                _ => return false,
            }
        }
        true
    }

    /// Whether `id` is the `Data` field of a `reflect.SliceHeader` or `reflect.StringHeader`; `behind_pointer` asks for
    /// the field of what a pointer points to.
    pub fn is_header_data(&self, id: NodeId, behind_pointer: bool) -> bool {
        let Node::Dot { x, field: 0, .. } = self.body.node(id) else {
            return false;
        };
        let ty = self.body.ty(x);
        let base = match (ty.under_pointer(), behind_pointer) {
            (Some(elem), true) => elem,
            (None, false) => ty,
            _ => return false,
        };
        let is_uintptr =
            matches!(self.body.ty(id).kind(), TyKind::Basic(b) if b.kind == BasicKind::Uintptr);
        is_uintptr
            && base.as_named().is_some_and(|named| {
                named.obj.pkg.is_some_and(|p| p.path.as_str() == "reflect")
                    && ["SliceHeader", "StringHeader"].contains(&named.obj.name.as_str())
            })
    }
}

/// The operators that the compiler takes for free of effects.
fn is_arithmetic(op: BinOp) -> bool {
    use BinOp::{Add, And, AndNot, Div, Lsh, Mod, Mul, Or, Rsh, Sub, Xor};
    matches!(
        op,
        Add | Sub | Or | Xor | Mul | Lsh | Rsh | And | AndNot | Div | Mod
    )
}
