//! Drops assignments to variables that nothing uses (cmd/compile/internal/deadlocals): once calls of a function literal
//! are inlined, the variable that held it is one, and the literal is gone with it.
//!
//! A variable is used if its name occurs anywhere but on the left side of an assignment whose right side has no effects.
//! Right sides of assignments to unused variables are looked at only once the variable turns out to be used.

use std::sync::Arc;

use rustc_hash::FxHashMap;

use crate::ir::Package;
use crate::ir::body::{Body, Class, LocalId};
use crate::ir::node::{FuncId, ListKind, Node, NodeId, Nodes};
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

#[derive(Default)]
struct Search {
    /// The assignments of variables not known to be used; `None` for those that are.
    found: FxHashMap<Variable, Option<Vec<Assignment>>>,
    todo: Vec<(FuncId, NodeId)>,
    /// The parts of the node at hand.
    below: Vec<NodeId>,
}

/// Drops what can be dropped in all functions of a package.
pub fn run(package: &mut Package, release: &Release) {
    let mut dead = Vec::new();
    for func in package.funcs.ids() {
        if package.funcs[func].generic || is_joined(package, release, func) {
            continue;
        }
        let mut search = Search::default();
        search.function(package, func);
        let unused = search.found.into_iter();
        dead.extend(unused.filter_map(|(variable, list)| Some((variable, list?))));
    }
    dead.sort_unstable_by_key(|(variable, _)| *variable);
    for (variable, assignments) in dead {
        for assignment in assignments {
            drop_assignment(package, assignment);
        }
        let (func, local) = variable;
        Arc::make_mut(&mut package.funcs[func].body).locals[local].defn = None;
    }
}

impl Search {
    fn function(&mut self, package: &Package, func: FuncId) {
        self.body(package, func);
        while let Some((func, id)) = self.todo.pop() {
            self.node(package, func, id);
        }
    }

    fn body(&mut self, package: &Package, func: FuncId) {
        let body: &Body = &package.funcs[func].body;
        let stmts = body.list(body.stmts).iter();
        self.todo.extend(stmts.map(|&id| (func, id)));
    }

    fn node(&mut self, package: &Package, func: FuncId, id: NodeId) {
        let body: &Body = &package.funcs[func].body;
        match body.node(id) {
            Node::Dcl(_) => {}
            Node::Name(local) => self.used(package, func, local),
            Node::Closure(literal) => {
                let init = body.list(body.init(id)).iter();
                self.todo.extend(init.map(|&id| (func, id)));
                for &captured in &package.funcs[literal].closure_vars {
                    self.used(package, literal, captured);
                }
                self.body(package, literal);
            }
            Node::Assign { x, y, .. } => {
                let assignment = Assignment {
                    func,
                    stmt: id,
                    pair: None,
                };
                self.assign(package, assignment, (x, y), false);
            }
            Node::AssignList {
                kind: ListKind::Pairs,
                lhs,
                rhs,
                ..
            } => self.pairs(package, func, id, (lhs, rhs)),
            _ => {
                self.below.clear();
                body.children(id, &mut self.below);
                self.todo.extend(self.below.iter().map(|&id| (func, id)));
            }
        }
    }

    /// If any destination is a variable, blank ones discard their values.
    fn pairs(&mut self, package: &Package, func: FuncId, id: NodeId, sides: (Nodes, Nodes)) {
        let body: &Body = &package.funcs[func].body;
        let (lhs, rhs) = (body.list(sides.0), body.list(sides.1));
        let discards = lhs.iter().any(|&x| body.node(x) != Node::Blank);
        for (i, (&x, &y)) in lhs.iter().zip(rhs).enumerate() {
            let assignment = Assignment {
                func,
                stmt: id,
                pair: Some(i),
            };
            self.assign(package, assignment, (x, Some(y)), discards);
        }
    }

    fn assign(
        &mut self,
        package: &Package,
        assignment: Assignment,
        (x, y): (NodeId, Option<NodeId>),
        discards: bool,
    ) {
        let func = assignment.func;
        let body: &Body = &package.funcs[func].body;
        let effects = y.is_some_and(|y| has_effects(body, y));
        match body.node(x) {
            Node::Blank if discards && !effects => return,
            Node::Name(local) if !effects => {
                let variable = package.canonical(func, local);
                let class = package.funcs[variable.0].body.locals[variable.1].class;
                if class != Class::Result
                    && let Some(list) = self
                        .found
                        .entry(variable)
                        .or_insert_with(|| Some(Vec::new()))
                {
                    list.push(assignment);
                    return;
                }
            }
            Node::Blank | Node::Name(_) | Node::Global(_) => {}
            _ => self.todo.push((func, x)),
        }
        self.todo.extend(y.map(|y| (func, y)));
    }

    /// A variable is used: what is assigned to it matters.
    fn used(&mut self, package: &Package, func: FuncId, local: LocalId) {
        let variable = package.canonical(func, local);
        for assignment in self
            .found
            .insert(variable, None)
            .flatten()
            .unwrap_or_default()
        {
            let value = value_of(package, assignment);
            self.todo.extend(value.map(|y| (assignment.func, y)));
        }
    }
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
