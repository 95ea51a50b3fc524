//! Drops assignments to variables that nothing uses (cmd/compile/internal/deadlocals, since Go 1.24).
//!
//! Inlining leaves such variables behind: `f := func() { … }; f()` is a literal and a body once the call is inlined, and
//! nothing mentions `f` any more. With the assignment goes the literal, and what it would have captured.
//!
//! | assignment | dropped |
//! | --- | --- |
//! | of a name, constant, function or literal, to a variable that is nowhere read, captured or assigned otherwise | yes |
//! | of anything else | no: evaluating it may have effects |
//! | `_ = x` | no: that is meant as a use |
//! | `_` in a list with named variables | yes |
//!
//! A function is looked at together with all literals in it; literals that capture nothing are functions of their own,
//! too.

use std::sync::Arc;

use rustc_hash::FxHashMap;

use crate::ir::Package;
use crate::ir::body::{Body, Class, LocalId};
use crate::ir::node::{FuncId, ListKind, Node, NodeId};
use crate::types::constant::Value;
use crate::types::ty::{BasicKind, Ty};

/// Drops what is assigned to unused variables in the bodies of a package's functions.
pub fn drop_assignments(package: &mut Package) {
    let is_root = |&f: &FuncId| {
        let func = &package.funcs[f];
        !func.kind.is_closure() || func.closure_vars.is_empty()
    };
    let roots: Vec<FuncId> = package.funcs.ids().filter(is_root).collect();
    for root in roots {
        let mut search = Search {
            package,
            targets: FxHashMap::default(),
            todo: Vec::new(),
        };
        search.run(root);
        let unused = search.unused();
        for assignment in unused {
            blank_out(package, assignment);
        }
    }
}

/// A variable where it is declared; `None` is the blank one.
type Target = Option<(FuncId, LocalId)>;

/// One variable of an assignment.
#[derive(Clone, Copy)]
struct Assignment {
    func: FuncId,
    node: NodeId,
    /// Which of the variables on the left.
    index: usize,
    value: Option<NodeId>,
    target: Target,
}

/// What is known of a variable so far.
enum Uses {
    /// It is used.
    Some,
    /// It is only assigned to.
    None(Vec<Assignment>),
}

struct Search<'a> {
    package: &'a Package,
    targets: FxHashMap<Target, Uses>,
    todo: Vec<(FuncId, NodeId)>,
}

impl Search<'_> {
    fn body(&self, func: FuncId) -> &Body {
        &self.package.funcs[func].body
    }

    fn run(&mut self, root: FuncId) {
        self.later_list(root, self.body(root).stmts);
        while let Some((func, node)) = self.todo.pop() {
            self.look_at(func, node);
        }
    }

    fn later_list(&mut self, func: FuncId, list: crate::ir::node::Nodes) {
        let package = self.package;
        let nodes = package.funcs[func].body.list(list);
        self.todo.extend(nodes.iter().map(|&node| (func, node)));
    }

    fn look_at(&mut self, func: FuncId, node: NodeId) {
        match self.body(func).node(node) {
            Node::Dcl(_) => {}
            Node::Name(local) => self.used(func, local),
            Node::Closure(literal) => self.closure(func, node, literal),
            Node::Assign { x, y, .. } => self.assign(func, node, (0, x, y), false),
            Node::AssignList {
                kind: ListKind::Pairs,
                lhs,
                rhs,
                ..
            } => {
                let body = self.package.funcs[func].body.clone();
                let (lhs, rhs) = (body.list(lhs), body.list(rhs));
                let discards = lhs.iter().any(|&x| body.node(x) != Node::Blank);
                for (i, (&x, &y)) in lhs.iter().zip(rhs).enumerate() {
                    self.assign(func, node, (i, x, Some(y)), discards);
                }
            }
            _ => {
                let mut below = Vec::new();
                self.body(func).children(node, &mut below);
                self.todo.extend(below.into_iter().map(|n| (func, n)));
            }
        }
    }

    fn closure(&mut self, func: FuncId, node: NodeId, literal: FuncId) {
        self.later_list(func, self.body(func).init(node));
        let package = self.package;
        for &var in &package.funcs[literal].closure_vars {
            self.used(literal, var);
        }
        self.later_list(literal, package.funcs[literal].body.stmts);
    }

    fn used(&mut self, func: FuncId, local: LocalId) {
        let (func, local) = self.package.canonical(func, local);
        if !self.is_local(func, local) {
            return;
        }
        let before = self.targets.insert(Some((func, local)), Uses::Some);
        if let Some(Uses::None(assignments)) = before {
            let values = assignments.iter().filter_map(|a| Some((a.func, a.value?)));
            self.todo.extend(values);
        }
    }

    fn is_local(&self, func: FuncId, local: LocalId) -> bool {
        self.body(func).locals[local].class != Class::Result
    }

    /// One variable of an assignment: `index` on the left, the destination, the value.
    fn assign(
        &mut self,
        func: FuncId,
        node: NodeId,
        (index, x, value): (usize, NodeId, Option<NodeId>),
        discards: bool,
    ) {
        let target = match self.body(func).node(x) {
            Node::Name(local) => {
                let (owner, local) = self.package.canonical(func, local);
                self.is_local(owner, local).then_some(Some((owner, local)))
            }
            Node::Blank => discards.then_some(None),
            Node::Global(_) => None,
            _ => {
                self.todo.push((func, x));
                None
            }
        };
        match target {
            Some(target) if !self.has_effects(func, value) => {
                let assignment = Assignment {
                    func,
                    node,
                    index,
                    value,
                    target,
                };
                self.postpone(assignment);
            }
            _ => self.todo.extend(value.map(|y| (func, y))),
        }
    }

    /// The value matters once the variable is used.
    fn postpone(&mut self, assignment: Assignment) {
        let known = self
            .targets
            .entry(assignment.target)
            .or_insert_with(|| Uses::None(Vec::new()));
        match known {
            Uses::None(assignments) => assignments.push(assignment),
            Uses::Some => {
                let value = assignment.value.map(|y| (assignment.func, y));
                self.todo.extend(value);
            }
        }
    }

    fn has_effects(&self, func: FuncId, value: Option<NodeId>) -> bool {
        let Some(value) = value else {
            return false;
        };
        let body = self.body(func);
        let is_plain = matches!(
            body.node(value),
            Node::Name(_)
                | Node::Blank
                | Node::Global(_)
                | Node::Func(_)
                | Node::Literal(_)
                | Node::Nil
                | Node::Closure(_)
        );
        !is_plain || !body.init(value).is_empty()
    }

    fn unused(self) -> Vec<Assignment> {
        let lists = self.targets.into_values().filter_map(|uses| match uses {
            Uses::None(assignments) => Some(assignments),
            Uses::Some => None,
        });
        let mut unused: Vec<Assignment> = lists.flatten().collect();
        unused.sort_by_key(|a| (a.func, a.node, a.index));
        unused
    }
}

/// Makes `_ = 0` of one variable of an assignment.
fn blank_out(package: &mut Package, assignment: Assignment) {
    if let Some((func, local)) = assignment.target {
        let body = Arc::make_mut(&mut package.funcs[func].body);
        body.locals[local].defn = None;
    }
    let body = Arc::make_mut(&mut package.funcs[assignment.func].body);
    let pos = body.pos(assignment.node);
    let blank = body.add(Node::Blank, Ty::INVALID, pos);
    let zero = body.add_literal(Value::Int(0), Ty::basic(BasicKind::Int), pos);
    let node = match body.node(assignment.node) {
        Node::AssignList {
            kind,
            lhs,
            rhs,
            def,
        } => {
            let mut lists = [lhs, rhs].map(|list| body.list(list).to_vec());
            lists[0][assignment.index] = blank;
            lists[1][assignment.index] = zero;
            let [lhs, rhs] = lists.map(|list| body.add_list(&list));
            Node::AssignList {
                kind,
                lhs,
                rhs,
                def,
            }
        }
        _ => Node::Assign {
            x: blank,
            y: Some(zero),
            def: false,
        },
    };
    body.replace(assignment.node, node);
}
