//! Drops assignments to variables that nothing uses (cmd/compile/internal/deadlocals): once calls of a function literal
//! are inlined, the variable that held it is one, and the literal is gone with it.
//!
//! A variable is used if its name occurs anywhere but on the left side of an assignment whose right side has no effects.
//! Right sides of assignments to unused variables are looked at only once the variable turns out to be used.

use std::sync::Arc;

use crate::base::index::{Idx, IndexVec};
use crate::ir::Package;
use crate::ir::body::{Body, Class, LocalId};
use crate::ir::node::{FuncId, ListKind, Node, NodeId, Nodes};
use crate::ir::outline::{Mentions, mentioned};
use crate::ir::release::Release;
use crate::ir::scc::is_joined;
use crate::types::constant::Value;
use crate::types::ty::{BasicKind, Ty};

/// A variable where it is declared.
type Variable = (FuncId, LocalId);

/// An assignment that may be dropped: the statement, and which of its pairs if it has several.
#[derive(Clone, Copy)]
struct Assignment {
    func: FuncId,
    stmt: NodeId,
    pair: Option<usize>,
}

/// What a search knows of a variable.
#[derive(Clone, Copy, Default)]
struct State {
    /// The search that knows it: others know nothing.
    search: u32,
    /// Whether it is used.
    used: bool,
    /// The last assignment that may be dropped, counted from 1; 0 for none.
    last: usize,
}

struct Search<'a> {
    package: &'a Package,
    /// Where the variables of each function start in `states`.
    starts: Vec<usize>,
    states: Vec<State>,
    /// The number of the search, from 1 on: one for each function that is no part of another.
    number: u32,
    /// Assignments of variables not known to be used when they were met, each with the one before of the same variable.
    assignments: Vec<(Assignment, usize)>,
    /// The variables of these.
    met: Vec<Variable>,
    bodies: Vec<FuncId>,
    todo: Vec<NodeId>,
    /// Values that turned out to matter, of any function.
    values: Vec<(FuncId, NodeId)>,
    /// The search that met the body of a function first, by function; 0 for none.
    first: IndexVec<FuncId, u32>,
    /// Functions and functions that they mention: what is left of a body has all been looked at.
    mentions: Vec<(FuncId, FuncId)>,
}

/// Drops what can be dropped in all functions of a package, and says which functions they mention then.
pub fn run(package: &mut Package, release: &Release) -> Mentions {
    let mut search = Search::new(package);
    let mut dead = Vec::new();
    for func in package.funcs.ids() {
        if !package.funcs[func].generic && !is_joined(package, release, func) {
            search.function(func);
            search.add_unused(&mut dead);
        }
    }
    let mentions = Mentions::from_pairs(package.funcs.len(), &search.mentions);
    dead.sort_by_key(|(variable, _)| *variable);
    for (_, assignment) in dead {
        drop_assignment(package, assignment);
    }
    mentions
}

impl<'a> Search<'a> {
    fn new(package: &'a Package) -> Search<'a> {
        let mut starts = Vec::with_capacity(package.funcs.len());
        let mut count = 0;
        for func in &package.funcs {
            starts.push(count);
            count += func.body.locals.len();
        }
        Search {
            package,
            starts,
            states: vec![State::default(); count],
            number: 0,
            assignments: Vec::new(),
            met: Vec::new(),
            bodies: Vec::new(),
            todo: Vec::new(),
            values: Vec::new(),
            first: IndexVec::from_elem(0, package.funcs.len()),
            mentions: Vec::new(),
        }
    }

    fn function(&mut self, func: FuncId) {
        self.number += 1;
        self.assignments.clear();
        self.met.clear();
        self.bodies.push(func);
        loop {
            if let Some(func) = self.bodies.pop() {
                let body = self.body_of(func);
                if self.first[func] == 0 {
                    self.first[func] = self.number;
                }
                self.todo.extend(body.list(body.stmts).iter().rev());
                self.below(func);
            } else if let Some((func, id)) = self.values.pop() {
                self.todo.push(id);
                self.below(func);
            } else {
                return;
            }
        }
    }

    /// Adds the assignments of variables that turned out to be unused.
    fn add_unused(&self, dead: &mut Vec<(Variable, Assignment)>) {
        for &variable in &self.met {
            let state = self.states[self.slot(variable)];
            let mut at = if state.used { 0 } else { state.last };
            while at > 0 {
                let (assignment, before) = self.assignments[at - 1];
                dead.push((variable, assignment));
                at = before;
            }
        }
    }

    fn body_of(&self, func: FuncId) -> &'a Body {
        &self.package.funcs[func].body
    }

    fn slot(&self, (func, local): Variable) -> usize {
        self.starts[func.index()] + local.index()
    }

    fn state(&mut self, variable: Variable) -> &mut State {
        let slot = self.slot(variable);
        let state = &mut self.states[slot];
        if state.search != self.number {
            *state = State {
                search: self.number,
                ..State::default()
            };
        }
        state
    }

    /// Looks at the nodes to do, of `func`, and at what is below them.
    fn below(&mut self, func: FuncId) {
        let body = self.body_of(func);
        let first = self.first[func] == self.number;
        while let Some(id) = self.todo.pop() {
            let node = body.node_ref(id);
            if first && let Some(mentioned) = mentioned(self.package, node) {
                self.mentions.push((func, mentioned));
            }
            match *node {
                Node::Dcl(_) => {}
                Node::Name(local) => self.used(func, local),
                Node::Closure(literal) => {
                    self.todo.extend(body.list(body.init(id)).iter().rev());
                    for &captured in &self.package.funcs[literal].closure_vars {
                        self.used(literal, captured);
                    }
                    self.bodies.push(literal);
                }
                Node::Assign { x, y, .. } => {
                    let assignment = Assignment {
                        func,
                        stmt: id,
                        pair: None,
                    };
                    self.assign(assignment, (x, y), false);
                }
                Node::AssignList {
                    kind: ListKind::Pairs,
                    lhs,
                    rhs,
                    ..
                } => self.pairs(func, id, (lhs, rhs)),
                _ => body.push_children_but(id, &mut self.todo, says_nothing),
            }
        }
    }

    /// If any destination is a variable, blank ones discard their values.
    fn pairs(&mut self, func: FuncId, id: NodeId, sides: (Nodes, Nodes)) {
        let body = self.body_of(func);
        let (lhs, rhs) = (body.list(sides.0), body.list(sides.1));
        let discards = lhs.iter().any(|&x| body.node(x) != Node::Blank);
        for (i, (&x, &y)) in lhs.iter().zip(rhs).enumerate().rev() {
            let assignment = Assignment {
                func,
                stmt: id,
                pair: Some(i),
            };
            self.assign(assignment, (x, Some(y)), discards);
        }
    }

    fn assign(&mut self, assignment: Assignment, (x, y): (NodeId, Option<NodeId>), discards: bool) {
        let func = assignment.func;
        let body = self.body_of(func);
        let effects = y.is_some_and(|y| has_effects(body, y));
        match body.node(x) {
            Node::Blank if discards && !effects => {}
            Node::Name(local) if !effects && self.may_drop(assignment, local) => {}
            Node::Blank | Node::Name(_) | Node::Global(_) => self.todo.extend(y),
            _ => self.todo.extend(y.into_iter().chain([x])),
        }
    }

    /// Notes an assignment to a variable, unless that is known to be used.
    fn may_drop(&mut self, assignment: Assignment, local: LocalId) -> bool {
        let variable = self.package.canonical(assignment.func, local);
        let class = self.body_of(variable.0).locals[variable.1].class;
        if class == Class::Result || self.state(variable).used {
            return false;
        }
        let count = self.assignments.len() + 1;
        let before = std::mem::replace(&mut self.state(variable).last, count);
        self.assignments.push((assignment, before));
        if before == 0 {
            self.met.push(variable);
        }
        true
    }

    /// A variable is used: what is assigned to it matters.
    fn used(&mut self, func: FuncId, local: LocalId) {
        // A captured variable has a state of its own for this alone: that the one it stands for is known to be used.
        let known = self.state((func, local));
        if known.used {
            return;
        }
        known.used = true;
        let variable = self.package.canonical(func, local);
        let state = self.state(variable);
        state.used = true;
        let mut at = std::mem::take(&mut state.last);
        while at > 0 {
            let (assignment, before) = self.assignments[at - 1];
            let value = value_of(self.package, assignment);
            self.values.extend(value.map(|y| (assignment.func, y)));
            at = before;
        }
    }
}

/// Whether a node is a leaf that is no variable and no function.
fn says_nothing(node: &Node) -> bool {
    node.is_leaf()
        && !matches!(
            node,
            Node::Name(_) | Node::Closure(_) | Node::Func(_) | Node::MethodExpr { .. }
        )
}

fn value_of(package: &Package, assignment: Assignment) -> Option<NodeId> {
    let body: &Body = &package.funcs[assignment.func].body;
    match (body.node(assignment.stmt), assignment.pair) {
        (Node::Assign { y, .. }, _) => y,
        (Node::AssignList { rhs, .. }, Some(i)) => body.list(rhs).get(i).copied(),
        _ => None,
    }
}

/// Whether evaluating an expression may do anything, as far as the pass looks.
fn has_effects(body: &Body, id: NodeId) -> bool {
    !body.init(id).is_empty()
        || !matches!(
            body.node(id),
            Node::Name(_)
                | Node::Global(_)
                | Node::Func(_)
                | Node::Literal(_)
                | Node::Nil
                | Node::Closure(_)
        )
}

/// The assignment becomes one of zero to blank.
fn drop_assignment(package: &mut Package, assignment: Assignment) {
    let body = Arc::make_mut(&mut package.funcs[assignment.func].body);
    let pos = body.pos(assignment.stmt);
    let zero = body.add_literal(Value::Int(0), Ty::basic(BasicKind::Int), pos);
    let blank = body.add(Node::Blank, Ty::INVALID, pos);
    match (body.node(assignment.stmt), assignment.pair) {
        (Node::Assign { .. }, _) => {
            let node = Node::Assign {
                x: blank,
                y: Some(zero),
                def: false,
            };
            body.replace(assignment.stmt, node);
        }
        (Node::AssignList { lhs, rhs, .. }, Some(i)) => {
            body.set_list_entry(lhs, i, blank);
            body.set_list_entry(rhs, i, zero);
        }
        _ => {}
    }
}
