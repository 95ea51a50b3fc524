//! Statements, and the loop depth that goes with them.
//!
//! | statement | flow |
//! | --- | --- |
//! | `return e` | each result ← e |
//! | `c <- v` | heap ← v |
//! | `for … range x` | a helper outside the loop ← x; value ← helper, loaded once unless x is an array; keys get nothing |
//! | `switch v := x.(type)` | each clause's variable ← x, loaded once where it is boxed |
//! | `go f()`, `defer f()` in a loop | heap ← the closure; a `defer` outside loops: nothing |
//!
//! The depth grows by one in the condition, post statement and body of `for`, in the targets and body of `range`, and
//! after a label that a later `goto` jumps back to, until the block ends.
//!
//! Source: `escape/stmt.go` of the compiler.

use super::build::Walk;
use super::graph::{Attrs, Hole, Why};
use super::loops::{defined_by_init, fresh_variables, may_be_fresh};
use crate::base::few::Few;
use crate::base::symbol::Symbol;
use crate::ir::body::{Body, LocalId};
use crate::ir::node::{Branch, ListKind, Node, NodeId, Nodes};
use crate::types::ty::TyKind;

/// What a body has of the things that need a look ahead; most have none.
#[derive(Default)]
pub(super) struct Met {
    /// `goto` statements, but for the returns of inlined calls, which lead forward.
    gotos: bool,
    /// Function literals.
    has_closures: bool,
    /// Loops with variables of their own on each iteration.
    pub distinct_loops: Vec<NodeId>,
    /// What may keep a variable: closures, and addresses taken.
    pub references: Vec<NodeId>,
}

impl Met {
    /// Goes through all nodes in the order in which they lie in memory, code that was dropped included.
    fn look_at(&mut self, body: &Body) {
        self.gotos = false;
        self.has_closures = false;
        self.distinct_loops.clear();
        self.references.clear();
        for (id, node) in body.all() {
            match *node {
                Node::Branch {
                    kind: Branch::Goto,
                    label,
                } => self.gotos |= !is_end_of_inlined_call(label),
                Node::For { distinct: true, .. } | Node::Range { distinct: true, .. } => {
                    self.distinct_loops.push(id);
                }
                Node::Closure(_) => {
                    self.has_closures = true;
                    self.references.push(id);
                }
                Node::Addr { .. } => self.references.push(id),
                _ => {}
            }
        }
    }
}

/// Whether a label is one that inlining made, not one of the source: `.i7`.
fn is_end_of_inlined_call(label: Symbol) -> bool {
    label.as_str().starts_with('.')
}

impl Walk<'_, '_> {
    /// Walks the function's body.
    pub fn function(&mut self) {
        self.b.met.look_at(self.body);
        if self.b.met.gotos {
            self.find_labels();
        }
        self.tracks_assignments = self.b.met.has_closures || self.b.is_of_several();
        if may_be_fresh(self.b.cx.package, self.func, &self.b.met) {
            self.fresh = fresh_variables(self.b.cx.package, self.func);
        }
        self.block(self.body.stmts);
    }

    /// Finds labels: one is the head of a loop if a `goto` after it in the source names it.
    fn find_labels(&mut self) {
        let (body, labels) = (self.body, &mut self.labels);
        body.preorder(body.stmts, |id| {
            match body.node(id) {
                Node::Label(name) => {
                    labels.insert(name, false);
                }
                Node::Branch {
                    kind: Branch::Goto,
                    label,
                } => {
                    if let Some(looping) = labels.get_mut(&label) {
                        *looping = true;
                    }
                }
                _ => {}
            }
            true
        });
    }

    /// Statements in order.
    pub fn stmts(&mut self, list: Nodes) {
        let body = self.body;
        for &id in body.list(list) {
            self.stmt(id);
        }
    }

    /// Statements after which the loop depth is what it was.
    pub fn block(&mut self, list: Nodes) {
        let depth = self.depth;
        self.stmts(list);
        self.depth = depth;
    }

    fn stmt(&mut self, id: NodeId) {
        self.nested(id, |walk| {
            walk.stmts(walk.body.init(id));
            walk.stmt_after_init(id);
        });
    }

    /// A statement whose init statements have run.
    pub fn stmt_after_init(&mut self, id: NodeId) {
        if self.static_init(id) {
            return;
        }
        match self.body.node(id) {
            Node::Dcl(local) => self.declare(local),
            Node::Block(list) => self.stmts(list),
            Node::Label(name) => self.label(name),
            Node::Branch { .. } | Node::InlineMark => {}
            Node::If { cond, body, els } => {
                self.discard(cond);
                self.block(body);
                self.block(els);
            }
            Node::For {
                cond, post, body, ..
            } => self.for_loop(cond, post, body, id),
            Node::Range { .. } => self.range(id),
            Node::Switch { tag, cases } => self.switch(tag, cases),
            Node::Select(clauses) => self.select(clauses),
            Node::Send { chan, value } => {
                self.discard(chan);
                self.send_to_heap(value, id, Why::Send);
            }
            Node::Assign { x, y, .. } => self.assign_one(x, y, id),
            Node::AssignOp { x, y, .. } => self.assign_one(x, Some(y), id),
            Node::AssignList { kind, lhs, rhs, .. } => self.assign_list(kind, lhs, rhs, id),
            Node::Return(results) => self.return_values(results, id),
            Node::Go(call) => self.go_or_defer(call, Some(Why::Go), id),
            Node::Defer { call, at } => {
                let in_loop = self.depth > 1 || at.is_some();
                self.go_or_defer(call, in_loop.then_some(Why::DeferInLoop), id);
            }
            Node::Call { .. } | Node::InlinedCall { .. } | Node::Builtin { .. } => {
                self.call(None, id);
            }
            _ => {
                let blank = self.blank();
                self.expr_after_init(blank, id);
            }
        }
    }

    /// A variable's depth is that of its declaration.
    fn declare(&mut self, local: LocalId) {
        let loc = self.local(local);
        self.b.graph[loc].loop_depth = self.depth;
    }

    fn label(&mut self, name: Symbol) {
        if self.labels.remove(&name) == Some(true) {
            self.depth += 1;
        }
    }

    fn for_loop(&mut self, cond: Option<NodeId>, post: Option<NodeId>, body: Nodes, id: NodeId) {
        self.depth += 1;
        self.declare_fresh(id);
        if let Some(cond) = cond {
            self.discard(cond);
        }
        if let Some(post) = post {
            self.stmt(post);
        }
        self.block(body);
        self.depth -= 1;
    }

    /// Variables of a `for` that are fresh on each iteration are declared in its body.
    fn declare_fresh(&mut self, id: NodeId) {
        if self.fresh.is_empty() {
            return;
        }
        for x in defined_by_init(self.body, id) {
            if let Some(local) = self.fresh_variable(Some(x)) {
                self.declare(local);
            }
        }
    }

    /// The variable, if `x` is one that is fresh on each iteration.
    fn fresh_variable(&self, x: Option<NodeId>) -> Option<LocalId> {
        match self.body.node(x?) {
            Node::Name(local) => Some(local).filter(|l| self.fresh.contains(l)),
            _ => None,
        }
    }

    /// The destination of a range clause, and the location that each iteration assigns to. A fresh variable is declared
    /// in the body, where an assignment that is not its definition fills it.
    fn range_target(&mut self, x: Option<NodeId>) -> (Hole, Hole) {
        let Some(local) = self.fresh_variable(x) else {
            let hole = self.destination(x);
            return (hole, hole);
        };
        self.declare(local);
        let variable = Hole::into(self.local(local));
        if self.b.has_pointers(self.body.locals[local].ty) {
            (variable, variable)
        } else {
            (self.blank(), variable)
        }
    }

    fn range(&mut self, id: NodeId) {
        let Node::Range {
            x,
            key,
            value,
            body,
            ..
        } = self.body.node(id)
        else {
            return;
        };
        let operand = self.helper(Attrs::PERSISTS);
        self.expr(Hole::into(operand), x);
        self.depth += 1;
        let (_, key) = self.range_target(key);
        let (value, assigned) = self.range_target(value);
        let is_array = matches!(self.body.ty(x).under().kind(), TyKind::Array { .. });
        let k = if is_array {
            self.note(value, id, Why::Range)
        } else {
            self.deref(value, id, Why::RangeDeref)
        };
        self.b.graph.flow(k, operand);
        for k in [key, assigned] {
            self.reassigned(k, id);
        }
        self.block(body);
        self.depth -= 1;
    }

    fn switch(&mut self, tag: Option<NodeId>, cases: Nodes) {
        let body = self.body;
        let guard = tag.map(|t| (t, body.node(t)));
        match guard {
            Some((t, Node::TypeSwitchGuard { x, name })) => {
                self.stmts(body.init(t));
                self.type_switch(x, name.is_some(), cases);
            }
            Some((t, _)) => self.discard(t),
            None => {}
        }
        for &case in body.list(cases) {
            if let Node::Case { list, body, .. } = body.node(case) {
                self.discards(list);
                self.block(body);
            }
        }
    }

    fn type_switch(&mut self, x: NodeId, named: bool, cases: Nodes) {
        let body = self.body;
        let mut ks = Vec::new();
        for &case in body.list(cases).iter().filter(|_| named) {
            let Node::Case { var: Some(var), .. } = body.node(case) else {
                continue;
            };
            let Node::Name(local) = body.node(var) else {
                continue;
            };
            self.declare(local);
            let ty = body.locals[local].ty;
            if self.b.has_pointers(ty) {
                let k = Hole::into(self.local(local));
                ks.push(self.unboxed(k, ty, case, Why::SwitchCase));
            }
        }
        let k = self.tee(&ks);
        self.expr(k, x);
    }

    fn select(&mut self, clauses: Nodes) {
        let body = self.body;
        for &clause in body.list(clauses) {
            if let Node::Comm { comm, body } = body.node(clause) {
                if let Some(comm) = comm {
                    self.stmt(comm);
                }
                self.block(body);
            }
        }
    }

    fn return_values(&mut self, values: Nodes, id: NodeId) {
        let package = self.b.cx.package;
        let results = &package.funcs[self.func].results;
        let values = self.body.list(values);
        for (&result, &value) in results.iter().zip(values) {
            let k = Hole::into(self.local(result));
            let k = self.note(k, id, Why::Return);
            self.expr(k, value);
        }
        for &result in results {
            let k = Hole::into(self.local(result));
            self.reassigned(k, id);
        }
    }

    /// The call has neither parameters nor results: only the function value, mostly a closure, flows. It goes to the
    /// heap unless it runs at most once at the end of this function.
    fn go_or_defer(&mut self, call: NodeId, to_heap: Option<Why>, id: NodeId) {
        let Node::Call { fun, .. } = self.body.node(call) else {
            self.discard(call);
            return;
        };
        self.stmts(self.body.init(call));
        let k = match to_heap {
            Some(why) => {
                let heap = self.heap();
                self.note(heap, id, why)
            }
            None => Hole::into(self.helper(Attrs::PERSISTS)),
        };
        self.expr(k, fun);
    }

    fn assign_list(&mut self, kind: ListKind, lhs: Nodes, rhs: Nodes, id: NodeId) {
        let (lhs, rhs) = (self.body.list(lhs), self.body.list(rhs));
        let why = match kind {
            ListKind::Func => {
                self.assign_call(lhs, rhs, id);
                return;
            }
            ListKind::Pairs => Why::AssignPair,
            ListKind::MapIndex => Why::AssignMapRead,
            ListKind::Recv => Why::AssignReceive,
            ListKind::DotType => Why::AssignDotType,
        };
        self.assign_each(lhs, rhs, why, id);
    }

    fn assign_call(&mut self, lhs: &[NodeId], rhs: &[NodeId], id: NodeId) {
        let &[call] = rhs else {
            return;
        };
        self.stmts(self.body.init(call));
        let ks: Few<Hole> = lhs.iter().map(|&x| self.destination(Some(x))).collect();
        match self.body.node(call) {
            Node::Call { .. } | Node::InlinedCall { .. } | Node::Builtin { .. } => {
                self.call(Some(&ks), call);
            }
            _ => {
                let blank = self.blank();
                self.expr_after_init(blank, call);
            }
        }
        for &k in &*ks {
            self.reassigned(k, id);
        }
    }
}
