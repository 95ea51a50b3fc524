//! Expressions: where the value of each goes.
//!
//! Walking an expression is driven by its destination, a hole: `&x` is x with one address taken, `*p` is p with one load
//! more, a field of a struct is the struct. A value whose type has no pointers goes nowhere, but the expression is walked
//! all the same, since there may be allocations and assignments in it.
//!
//! | expression | flow into hole k |
//! | --- | --- |
//! | `&x`, `*p`, `x.f`, `p.f` | x at k − 1; p at k + 1; x at k; p at k + 1 |
//! | `a[i]`, `s[i]`, `m[k]` | a at k; s at k + 1; nothing |
//! | `x.(T)` | x at k, + 1 if a T is boxed |
//! | boxing of x in an interface | a new location at k − 1, x into it |
//! | `[]T{…}`, `&T{…}`, `new`, `make`, string conversions and concatenation, closures | a new location at k − 1 |
//! | `map[K]V{…}` | a new location at k − 1; keys and values to the heap |
//! | `<-c`, arithmetic, comparisons | nothing |
//!
//! Source: `escape/expr.go` of the compiler.

use super::build::Walk;
use super::graph::{Graph, Hole, Why};
use crate::ir::body::{ConvKind, LocalId};
use crate::ir::node::{BinOp, Node, NodeId, Nodes};
use crate::types::builtin::BuiltinId;
use crate::types::predicates::is_numeric;
use crate::types::ty::{BasicKind, Ty, TyKind};

impl Walk<'_, '_> {
    /// The value of `id` goes into `k`; what must run before it runs first.
    pub fn expr(&mut self, k: Hole, id: NodeId) {
        // Most expressions are leaves: short cuts for those to which nothing is attached.
        match *self.body.node_ref(id) {
            Node::Literal(_) | Node::Nil | Node::Type | Node::Func(_) | Node::Global(_)
                if self.body.init(id).is_empty() => {}
            Node::Name(local) if self.may_nest() && self.body.init(id).is_empty() => {
                let k = self.unless_pointerless(k, id);
                self.name(k, local);
            }
            _ => self.nested(id, |walk| {
                walk.stmts(walk.body.init(id));
                walk.expr_after_init(k, id);
            }),
        }
    }

    /// Walks an expression whose value goes nowhere.
    ///
    /// Nothing can come of a variable, nor of an operator that only hands its operand on: these are passed over, each
    /// a level deeper, down to what may have a part of its own in the graph.
    pub fn discard(&mut self, mut id: NodeId) {
        let nesting = self.nesting;
        while self.may_nest() && self.body.init(id).is_empty() {
            id = match *self.body.node_ref(id) {
                Node::Name(_) => {
                    self.nesting = nesting;
                    return;
                }
                Node::Unary { x, .. }
                | Node::Recv(x)
                | Node::Deref { x, .. }
                | Node::Dot { x, .. }
                | Node::DotInter { x, .. } => x,
                _ => break,
            };
            self.nesting += 1;
        }
        let k = self.blank();
        self.expr(k, id);
        self.nesting = nesting;
    }

    /// `k` for the value of `id`: what has no pointers goes nowhere.
    fn unless_pointerless(&self, k: Hole, id: NodeId) -> Hole {
        let goes = k.derefs < 0 || k.dst == Graph::blank() || self.b.has_pointers(self.body.ty(id));
        let dst = if goes { k.dst } else { Graph::blank() };
        Hole { dst, ..k }
    }

    /// [`discard`](Walk::discard) for each.
    pub fn discards(&mut self, list: Nodes) {
        let body = self.body;
        for &id in body.list(list) {
            self.discard(id);
        }
    }

    /// The value of `id` goes to the heap, by `why` at node `at`.
    pub fn send_to_heap(&mut self, id: NodeId, at: NodeId, why: Why) {
        let heap = self.heap();
        let k = self.note(heap, at, why);
        self.expr(k, id);
    }

    /// [`expr`](Walk::expr) of a node whose init statements have run.
    pub fn expr_after_init(&mut self, k: Hole, id: NodeId) {
        let k = self.unless_pointerless(k, id);
        match self.body.node(id) {
            Node::Name(local) => self.name(k, local),
            Node::Unary { x, .. } | Node::Recv(x) => self.discard(x),
            Node::Binary { x, y, .. } => self.binary(x, y),
            Node::AddStr(list) => {
                self.spill(k, id);
                self.discards(list);
            }
            Node::Addr { x, .. } => {
                let k = self.addr_of(k, id, Why::AddressOf);
                self.expr(k, x);
            }
            Node::Deref { x, .. } => {
                let k = self.deref(k, id, Why::Indirection);
                self.expr(k, x);
            }
            Node::Dot { x, .. } => self.field(k, x, id),
            Node::DotInter { x, .. } => {
                let k = self.note(k, id, Why::Dot);
                self.expr(k, x);
            }
            Node::DotType { x, .. } => {
                let ty = first_type(self.body.ty(id));
                let k = self.unboxed(k, ty, id, Why::Dot);
                self.expr(k, x);
            }
            Node::Index { x, i } => self.index(k, x, i, id),
            Node::Slice { x, parts } => {
                let k = self.note(k, id, Why::Slice);
                self.expr(k, x);
                self.discards(parts);
            }
            Node::Conv { x, .. } => self.conversion(k, x, id),
            Node::CompLit { list, .. } => self.literal(k, list, id),
            Node::PtrLit(x) => {
                let k = self.spill(k, id);
                self.expr(k, x);
            }
            Node::Closure(literal) => self.closure(k, literal, id),
            Node::MethodValue { x, func } => self.method_value(k, x, func, id),
            Node::Call { .. } | Node::InlinedCall { .. } => self.call(Some(&[k]), id),
            Node::Builtin {
                id: builtin, args, ..
            } => match builtin {
                BuiltinId::New => {
                    self.spill(k, id);
                }
                BuiltinId::Make => self.make(k, args, id),
                _ => self.call(Some(&[k]), id),
            },
            Node::Unknown(list) => self.unknown(list),
            // Literals, nil, types, functions and package-level variables hold nothing that this function could own;
            // statements come in other ways.
            _ => {}
        }
    }

    /// The value of a variable goes into `k`.
    fn name(&mut self, k: Hole, local: LocalId) {
        let loc = self.local(local);
        self.b.graph.flow(k, loc);
    }

    /// Chains of operators may be long: the left spine is a loop.
    fn binary(&mut self, x: NodeId, y: NodeId) {
        let mut rights = Vec::new();
        let mut at = x;
        self.stmts(self.body.init(at));
        while let Node::Binary { x, y, .. } = *self.body.node_ref(at) {
            rights.push(y);
            at = x;
            self.stmts(self.body.init(at));
        }
        let blank = self.blank();
        self.expr_after_init(blank, at);
        for y in rights.into_iter().rev().chain([y]) {
            self.discard(y);
        }
    }

    fn field(&mut self, k: Hole, x: NodeId, id: NodeId) {
        let k = if self.body.ty(x).under_pointer().is_some() {
            self.deref(k, id, Why::DotOfPointer)
        } else {
            self.note(k, id, Why::Dot)
        };
        self.expr(k, x);
    }

    fn index(&mut self, k: Hole, x: NodeId, i: NodeId, id: NodeId) {
        let k = match self.body.ty(x).under().kind() {
            TyKind::Map { .. } => self.blank(),
            TyKind::Array { .. } => self.note(k, id, Why::ArrayIndex),
            _ => self.deref(k, id, Why::DotOfPointer),
        };
        self.expr(k, x);
        self.discard(i);
    }

    fn conversion(&mut self, k: Hole, x: NodeId, id: NodeId) {
        if !self.b.evaluated.is_empty() && self.b.evaluated.contains(&self.place(id)) {
            return;
        }
        // Between numbers there are no other conversions than those two, and neither asks for more.
        if is_numeric(self.body.ty(id)) && is_numeric(self.body.ty(x)) {
            self.expr(k, x);
            return;
        }
        match self.body.conv_kind(id) {
            ConvKind::Nop | ConvKind::Number => {
                if is_unsafe_pointer(self.body.ty(id)) && is_uintptr(self.body.ty(x)) {
                    self.unsafe_value(k, x);
                } else {
                    self.expr(k, x);
                }
            }
            ConvKind::Interface => {
                let ty = self.body.ty(x);
                let k = if !ty.is_invalid() && self.boxes(ty) {
                    self.spill(k, id)
                } else {
                    k
                };
                let k = self.note(k, id, Why::Interface);
                self.expr(k, x);
            }
            ConvKind::SliceToArray => {
                let k = self.deref(k, id, Why::SliceToArray);
                self.expr(k, x);
            }
            ConvKind::SliceToArrayPointer => self.expr(k, x),
            ConvKind::BytesToString
            | ConvKind::RunesToString
            | ConvKind::RuneToString
            | ConvKind::StringToBytes
            | ConvKind::StringToRunes => {
                self.spill(k, id);
                self.discard(x);
            }
        }
    }

    fn literal(&mut self, k: Hole, list: Nodes, id: NodeId) {
        match self.body.ty(id).under().kind() {
            TyKind::Slice(_) => {
                let k = self.spill(k, id);
                self.elements(k, list, id, Why::SliceElement);
            }
            TyKind::Map { .. } => {
                self.spill(k, id);
                self.map_elements(list, id);
            }
            TyKind::Array { .. } => self.elements(k, list, id, Why::ArrayElement),
            _ => self.elements(k, list, id, Why::StructElement),
        }
    }

    fn elements(&mut self, k: Hole, list: Nodes, id: NodeId, why: Why) {
        let body = self.body;
        for &element in body.list(list) {
            let value = match body.node(element) {
                Node::Key { value, .. } | Node::StructKey { value, .. } => value,
                _ => element,
            };
            let k = self.note(k, id, why);
            self.expr(k, value);
        }
    }

    /// Maps keep their keys and values on the heap.
    fn map_elements(&mut self, list: Nodes, id: NodeId) {
        let body = self.body;
        for &element in body.list(list) {
            if let Node::Key { key, value } = body.node(element) {
                self.send_to_heap(key, id, Why::MapLiteralKey);
                self.send_to_heap(value, id, Why::MapLiteralValue);
            }
        }
    }

    fn make(&mut self, k: Hole, args: Nodes, id: NodeId) {
        if !matches!(self.body.ty(id).under().kind(), TyKind::Chan { .. }) {
            self.spill(k, id);
        }
        for &size in self.body.list(args).iter().skip(1) {
            self.discard(size);
        }
    }

    /// Operands of what cannot be resolved may go anywhere.
    fn unknown(&mut self, list: Nodes) {
        let body = self.body;
        for &x in body.list(list) {
            self.expr(Hole::into(Graph::unknown()), x);
        }
    }

    /// Too deep to follow: every variable that is mentioned goes to the unknown, and so does its address.
    pub fn give_up(&mut self, id: NodeId) {
        let mut names = Vec::new();
        let mut todo = vec![id];
        while let Some(id) = todo.pop() {
            if let Node::Name(local) = self.body.node(id) {
                names.push(local);
            }
            self.body.children(id, &mut todo);
        }
        for local in names {
            let loc = self.local(local);
            let k = Hole::into(Graph::unknown());
            self.b.graph.flow(k, loc);
            self.b.graph.flow(k.shift(-1), loc);
        }
    }

    /// A `uintptr` that is on its way back to a pointer: the `unsafe.Pointer`s that arithmetic started from go into `k`.
    pub fn unsafe_value(&mut self, k: Hole, id: NodeId) {
        self.nested(id, |walk| {
            walk.stmts(walk.body.init(id));
            walk.unsafe_operand(k, id);
        });
    }

    fn unsafe_operand(&mut self, k: Hole, id: NodeId) {
        match self.body.node(id) {
            Node::Conv { x, .. } if is_unsafe_pointer(self.body.ty(x)) => self.expr(k, x),
            Node::Conv { x, .. } => self.discard(x),
            Node::Dot { x, .. } if self.is_header_data(id, true) => {
                let k = self.deref(k, id, Why::HeaderData);
                self.expr(k, x);
            }
            Node::Unary { x, .. } => self.unsafe_value(k, x),
            Node::Binary {
                op: BinOp::Lsh | BinOp::Rsh,
                x,
                y,
            } => {
                self.unsafe_value(k, x);
                self.discard(y);
            }
            Node::Binary { x, y, .. } => {
                self.unsafe_value(k, x);
                self.unsafe_value(k, y);
            }
            _ => {
                let blank = self.blank();
                self.expr_after_init(blank, id);
            }
        }
    }
}

/// The type of the value where a comma-ok form has two.
fn first_type(ty: Ty) -> Ty {
    ty.vars().first().map_or(ty, |v| v.ty())
}

/// Whether the type is `unsafe.Pointer` underneath.
pub(super) fn is_unsafe_pointer(ty: Ty) -> bool {
    has_kind(ty, BasicKind::UnsafePointer)
}

/// Whether the type is `uintptr` underneath.
pub(super) fn is_uintptr(ty: Ty) -> bool {
    has_kind(ty, BasicKind::Uintptr)
}

fn has_kind(ty: Ty, kind: BasicKind) -> bool {
    matches!(ty.under().kind(), TyKind::Basic(b) if b.kind == kind)
}
