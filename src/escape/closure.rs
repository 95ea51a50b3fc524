//! Function literals: their records, and how they capture.
//!
//! A literal's record is a location like that of any allocating expression. After all bodies of the batch are walked, each
//! captured variable is captured by value if its address is never taken, it is not assigned again, and it has at most
//! 128 bytes; otherwise the record holds its address. Assignments before the first capture count only if they lie in
//! another loop.
//!
//! Source: `escape/expr.go` and `escape/escape.go` (`flowClosure`) of the compiler.

use super::build::{Builder, Walk};
use super::graph::{Hole, Loc, Place, Role, Why};
use crate::base::index::Idx;
use crate::ir::body::{FuncRef, LocalId};
use crate::ir::node::{FuncId, NodeId};
use crate::types::predicates::is_interface;

impl Walk<'_, '_> {
    /// A function literal: its record goes into `k`, and a literal that belongs to this function is walked here.
    pub fn closure(&mut self, k: Hole, literal: FuncId, id: NodeId) {
        let member = self.b.member(literal);
        let role = member.map_or(Role::Plain, |m| Role::Closure(m.owner));
        let record = self.spill_as(k, id, role);
        self.b.closures.push((record, literal));
        let package = self.b.cx.package;
        let captures = &package.funcs[literal].closure_vars;
        for &var in captures {
            self.capture(literal, var);
        }
        if let Some(member) = member.filter(|_| self.b.is_joined(literal)) {
            let nesting = self.nesting + 1;
            Walk::new(self.b, literal, member, nesting).function();
        }
    }

    fn capture(&mut self, literal: FuncId, var: LocalId) {
        let loc = self.b.local(literal, var);
        let depth = self.depth;
        let location = &mut self.b.graph[loc];
        if location.captured {
            return;
        }
        location.captured = true;
        if location.loop_depth == depth {
            location.reassigned = false;
        }
    }

    /// `x.M` as a value: the receiver goes both into the new record and to the method, of whose results nothing is
    /// known.
    pub fn method_value(&mut self, k: Hole, x: NodeId, func: FuncRef, id: NodeId) {
        let record = self.spill(k, id);
        let heap = self.heap();
        let results = func
            .obj()
            .ty()
            .as_signature()
            .map_or(0, |s| s.result_vars().len());
        let receiver = if is_interface(self.body.ty(x)) {
            heap
        } else {
            let callee = self.resolve_ref(func);
            self.parameter(callee, 0, Some(&vec![heap; results]))
        };
        let k = self.tee(&[receiver, record]);
        self.expr(k, x);
    }
}

impl Builder<'_> {
    /// Decides how the literals of the batch capture, and lets what they capture flow into their records.
    pub fn flow_captures(&mut self) {
        for (record, literal) in std::mem::take(&mut self.closures) {
            let package = self.cx.package;
            for &var in &package.funcs[literal].closure_vars {
                self.flow_capture(record, literal, var);
            }
        }
    }

    fn flow_capture(&mut self, record: Hole, literal: FuncId, var: LocalId) {
        let loc = self.local(literal, var);
        // The note's place is the closure's own body, which has no node for the variable: its first one stands for it.
        let at = Place {
            func: literal,
            node: NodeId::from_usize(0),
        };
        let mut k = record;
        if !self.is_by_value(literal, var, loc) {
            k = self.graph.noted(k.shift(-1), at, Why::Reference);
        }
        let k = self.graph.noted(k, at, Why::Captured);
        self.graph.flow(k, loc);
    }

    /// Whether a literal keeps a copy of the variable.
    pub fn is_by_value(&self, literal: FuncId, var: LocalId, loc: Loc) -> bool {
        let ty = self.body(literal).locals[var].ty;
        let location = &self.graph[loc];
        let size = self.cx.sizes.size_of(ty);
        !location.addr_taken
            && !location.reassigned
            && (0..=self.cx.release.max_by_value).contains(&size)
    }
}
