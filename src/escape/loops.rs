//! Loops whose variables are fresh on each iteration (language version 1.22).
//!
//! The compiler rewrites such a loop only if it has to: if a closure in the body captures a variable of the loop, or the
//! body takes its address, other than below a `return` that leaves the loop. Then the variable is declared in the body,
//! with a hidden one outside that carries the value over. What follows for the graph: the variable lies one loop deeper;
//! that of a three-clause loop has its definition in the body, so that no iteration assigns to it again, that of a range
//! has not; and a value without pointers that a range stores in the hidden variable goes no further.
//!
//! | loop | rewritten |
//! | --- | --- |
//! | `for i := 0; i < n; i++ { f = func() int { return i } }` | yes |
//! | `for _, v := range s { p = &v }` | yes |
//! | `for _, v := range s { return &v }` | no |
//! | `for _, v := range s { sum += v }` | no |
//!
//! Source: `loopvar/loopvar.go` of the compiler.

use rustc_hash::FxHashSet;

use super::stmt::Met;
use crate::ir::Package;
use crate::ir::body::{Body, Class, ConvKind, LocalId};
use crate::ir::node::{FuncId, Node, NodeId};
use crate::types::ty::TyKind;

/// The variables of `func` that their loops declare anew on each iteration.
pub(super) fn fresh_variables(package: &Package, func: FuncId) -> FxHashSet<LocalId> {
    let mut scan = Scan::new(package, func);
    scan.run();
    scan.leaked
}

/// Whether a variable of a loop is captured or has its address taken anywhere in the function, code that was dropped
/// included: each fresh one is. `met` is what the function has of loops and references.
pub(super) fn may_be_fresh(package: &Package, func: FuncId, met: &Met) -> bool {
    if met.references.is_empty() {
        return false;
    }
    let mut scan = Scan::new(package, func);
    met.distinct_loops
        .iter()
        .for_each(|&id| scan.declared_at(id));
    if !scan.candidates.is_empty() {
        met.references
            .iter()
            .for_each(|&id| scan.referred_to_at(id));
    }
    !scan.leaked.is_empty()
}

/// What the init statements of a `for` define.
pub(super) fn defined_by_init(body: &Body, id: NodeId) -> impl Iterator<Item = NodeId> {
    let inits = body.list(body.init(id)).iter();
    inits.flat_map(|&init| match body.node(init) {
        Node::Assign { x, def: true, .. } => vec![x],
        Node::AssignList { lhs, def: true, .. } => body.list(lhs).to_vec(),
        _ => Vec::new(),
    })
}

/// What to do with a node on the stack.
enum Task {
    Enter(NodeId),
    LeaveLoop,
    LeaveReturn(Option<u32>),
}

struct Scan<'a> {
    package: &'a Package,
    func: FuncId,
    body: &'a Body,
    /// How many loops with fresh variables the scan is in.
    loops: u32,
    /// Loop variables met so far.
    candidates: FxHashSet<LocalId>,
    leaked: FxHashSet<LocalId>,
    /// How many loops the innermost `return` around the scan lies in.
    returns: Option<u32>,
    /// The children of one node.
    below: Vec<NodeId>,
}

impl<'a> Scan<'a> {
    fn new(package: &'a Package, func: FuncId) -> Scan<'a> {
        Scan {
            package,
            func,
            body: &package.funcs[func].body,
            loops: 0,
            candidates: FxHashSet::default(),
            leaked: FxHashSet::default(),
            returns: None,
            below: Vec::new(),
        }
    }

    fn run(&mut self) {
        let body = self.body;
        let mut tasks: Vec<Task> = body
            .list(body.stmts)
            .iter()
            .rev()
            .map(|&id| Task::Enter(id))
            .collect();
        while let Some(task) = tasks.pop() {
            match task {
                Task::Enter(id) => self.enter(id, &mut tasks),
                Task::LeaveLoop => self.loops -= 1,
                Task::LeaveReturn(outer) => self.returns = outer,
            }
        }
    }

    fn enter(&mut self, id: NodeId, tasks: &mut Vec<Task>) {
        match self.body.node_ref(id) {
            Node::Return(_) => {
                tasks.push(Task::LeaveReturn(self.returns));
                self.returns = Some(self.loops);
            }
            Node::Range {
                def: true,
                distinct: true,
                ..
            }
            | Node::For { distinct: true, .. } => {
                self.declared_at(id);
                self.loops += 1;
                tasks.push(Task::LeaveLoop);
            }
            _ if !self.is_returned() => self.referred_to_at(id),
            _ => {}
        }
        self.below.clear();
        self.body.children(id, &mut self.below);
        tasks.extend(self.below.iter().rev().map(|&id| Task::Enter(id)));
    }

    /// Whether the scan is below a `return` that leaves all loops it is in.
    fn is_returned(&self) -> bool {
        self.returns.is_some_and(|at| at >= self.loops)
    }

    /// The variables that a loop declares anew on each iteration.
    fn declared_at(&mut self, id: NodeId) {
        match *self.body.node_ref(id) {
            Node::Range {
                key,
                value,
                def: true,
                distinct: true,
                ..
            } => {
                for x in [key, value].into_iter().flatten() {
                    self.may_leak(x);
                }
            }
            Node::For { distinct: true, .. } => self.declared_by(id),
            _ => {}
        }
    }

    /// The variables that a node captures or takes the address of.
    fn referred_to_at(&mut self, id: NodeId) {
        match *self.body.node_ref(id) {
            Node::Closure(literal) => self.captured_by(literal),
            Node::Addr { x, .. } => self.addressed(x),
            _ => {}
        }
    }

    fn may_leak(&mut self, x: NodeId) {
        if let Node::Name(local) = self.body.node(x)
            && self.body.locals[local].class == Class::Auto
        {
            self.candidates.insert(local);
        }
    }

    /// The variables that the init statements of a `for` define.
    fn declared_by(&mut self, id: NodeId) {
        let body = self.body;
        for x in defined_by_init(body, id) {
            self.may_leak(x);
        }
    }

    fn captured_by(&mut self, literal: FuncId) {
        let package = self.package;
        for &var in &package.funcs[literal].closure_vars {
            let (func, local) = package.canonical(literal, var);
            if func == self.func {
                self.leak(local);
            }
        }
    }

    fn addressed(&mut self, mut x: NodeId) {
        let body = self.body;
        loop {
            x = match body.node(x) {
                Node::Name(local) => return self.leak(local),
                Node::Dot { x, .. } if body.ty(x).under_pointer().is_none() => x,
                Node::Conv { x: inner, .. } if body.conv_kind(x) == ConvKind::Nop => inner,
                Node::Index { x, .. }
                    if matches!(body.ty(x).under().kind(), TyKind::Array { .. }) =>
                {
                    x
                }
                _ => return,
            };
        }
    }

    fn leak(&mut self, local: LocalId) {
        if self.candidates.contains(&local) {
            self.leaked.insert(local);
        }
    }
}
