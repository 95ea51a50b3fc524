//! Static values: what an expression is known to be because variables on the way are assigned once
//! (`ir.StaticValue`, `ir/reassignment.go`).
//!
//! A local variable that is no parameter, whose address is not taken and that nothing but its definition `x := e`
//! assigns to, in the function that declares it or in closures, has the static value of `e`. A variable of function type
//! with only plain assignments has the list of what is assigned.

use rustc_hash::FxHashMap;

use super::Package;
use super::body::{Body, Class, ConvKind, LocalId};
use super::node::{FuncId, ListKind, Node, NodeId};
use super::outline::{Outlines, mentioned};
use super::release::Release;
use super::visit::Stacks;
use crate::base::index::{Idx, IndexVec};
use crate::types::ty::{Ty, TyKind};

/// How many variables a static value is followed through; longer chains are cycles of dead code.
const MAX_STEPS: usize = 10_000;

/// A variable where it is declared.
type Variable = (FuncId, LocalId);

/// A right side: whose body it lies in, and the node; `None` zeroes.
pub type Assigned = (FuncId, Option<NodeId>);

/// The variable has an assignment that is not its definition.
const REASSIGNED: u8 = 1;
/// The variable, which is of function type, is assigned to otherwise than plainly.
const OTHERWISE: u8 = 2;

/// What the functions of a package assign.
#[derive(Clone, Default, Debug)]
pub struct Statics {
    /// What is known of variables, by function and number; those behind the end have nothing set.
    marks: Vec<Vec<u8>>,
    /// The plain assignments to variables of function type.
    functions: FxHashMap<Variable, Vec<Assigned>>,
    /// Whether the captured variables of a literal have the values of those around it.
    follows_captures: bool,
}

impl Statics {
    /// What is assigned in the functions of a package and in the literals that they still have. `outlines` are those of
    /// the package.
    pub fn of(package: &Package, outlines: &Outlines, release: &Release) -> Statics {
        let mut statics = Statics {
            follows_captures: release.follows_captures,
            ..Statics::default()
        };
        let mut todo = Vec::new();
        for func in package.funcs.ids() {
            if !package.funcs[func].kind.is_closure() && !package.funcs[func].generic {
                todo.push(func);
                statics.walk(package, outlines, &mut todo);
            }
        }
        statics
    }

    fn walk(&mut self, package: &Package, outlines: &Outlines, todo: &mut Vec<FuncId>) {
        while let Some(func) = todo.pop() {
            self.look_at_all(package, func, outlines.assigns(func).iter().copied());
            let mentions = outlines.mentions().by(func).iter().copied();
            todo.extend(mentions.filter(|&f| package.funcs[f].kind.is_closure()));
        }
    }

    /// Adds what the nodes of `func` from number `from` on assign.
    pub fn scan(&mut self, package: &Package, func: FuncId, from: usize) {
        let body = &package.funcs[func].body;
        let ids = (from..body.len()).map(NodeId::from_usize);
        self.look_at_all(package, func, ids.filter(|&id| says_something(body, id)));
    }

    /// Adds what some nodes of `func` assign.
    pub fn look_at_all(
        &mut self,
        package: &Package,
        func: FuncId,
        ids: impl Iterator<Item = NodeId>,
    ) {
        for id in ids {
            self.look_at(package, func, id);
        }
    }

    fn has(&self, (func, local): Variable, mark: u8) -> bool {
        let marks = self.marks.get(func.index());
        marks
            .and_then(|m| m.get(local.index()))
            .is_some_and(|m| m & mark != 0)
    }

    fn mark(&mut self, package: &Package, (func, local): Variable, mark: u8) {
        if self.marks.len() <= func.index() {
            self.marks.resize(package.funcs.len(), Vec::new());
        }
        let marks = &mut self.marks[func.index()];
        if marks.len() <= local.index() {
            marks.resize(package.funcs[func].body.locals.len(), 0);
        }
        marks[local.index()] |= mark;
    }

    fn look_at(&mut self, package: &Package, func: FuncId, id: NodeId) {
        let body: &Body = &package.funcs[func].body;
        match *body.node_ref(id) {
            Node::Assign { x, y, .. } => self.plain(package, func, id, (x, y)),
            Node::AssignOp { x, .. } => self.other(package, func, id, x),
            Node::AssignList { lhs, .. } => {
                for &x in body.list(lhs) {
                    self.other(package, func, id, x);
                }
            }
            Node::Range { key, value, .. } => {
                for x in [key, value].into_iter().flatten() {
                    self.other(package, func, id, x);
                }
            }
            Node::Dcl(local) => self.declared(package, func, local),
            _ => {}
        }
    }

    /// A declaration may come before the first assignment or, among the statements before it, after.
    fn declared(&mut self, package: &Package, func: FuncId, local: LocalId) {
        if is_function_candidate(package, (func, local)) {
            self.functions.entry((func, local)).or_default();
        }
    }

    fn plain(
        &mut self,
        package: &Package,
        func: FuncId,
        id: NodeId,
        (x, y): (NodeId, Option<NodeId>),
    ) {
        let Some(variable) = variable(package, func, x) else {
            return;
        };
        self.unless_definition(package, variable, (func, id));
        if is_function_candidate(package, variable) {
            self.functions.entry(variable).or_default().push((func, y));
        }
    }

    fn other(&mut self, package: &Package, func: FuncId, id: NodeId, x: NodeId) {
        if let Some(variable) = variable(package, func, x) {
            self.unless_definition(package, variable, (func, id));
            // Of others nobody asks that.
            if is_function_candidate(package, variable) {
                self.mark(package, variable, OTHERWISE);
            }
        }
    }

    fn unless_definition(&mut self, package: &Package, variable: Variable, at: (FuncId, NodeId)) {
        let (func, local) = variable;
        let defn = package.funcs[func].body.locals[local].defn;
        if defn.map(|d| (func, d)) != Some(at) {
            self.mark(package, variable, REASSIGNED);
        }
    }

    /// Whether a variable is assigned to by more than its definition.
    pub fn is_reassigned(&self, variable: Variable) -> bool {
        self.has(variable, REASSIGNED)
    }

    /// All right sides of a variable of function type; `None` if it is no such variable or may hold something else.
    pub fn function_values(
        &self,
        package: &Package,
        func: FuncId,
        local: LocalId,
    ) -> Option<&[Assigned]> {
        let variable = package.canonical(func, local);
        if self.has(variable, OTHERWISE) {
            return None;
        }
        self.functions.get(&variable).map(Vec::as_slice)
    }

    /// The expression that gives `id` its value, as far as it is known: another node of `func`, or of a function around
    /// it; `id` itself if nothing more is known.
    pub fn value(&self, package: &Package, func: FuncId, id: NodeId) -> (FuncId, NodeId) {
        follow((func, id), |(func, id)| self.step(package, func, id))
    }

    fn step(&self, package: &Package, func: FuncId, id: NodeId) -> Option<(FuncId, NodeId)> {
        let body = &package.funcs[func].body;
        match body.node(id) {
            Node::Conv { x, .. } if body.conv_kind(id) == ConvKind::Nop => Some((func, x)),
            Node::InlinedCall { results, .. } => match *body.list(results) {
                [one] => Some((func, one)),
                _ => None,
            },
            Node::Name(local) => {
                let (owner, variable) = package.canonical(func, local);
                if owner != func && !self.follows_captures {
                    return None;
                }
                Some((owner, self.definition(package, owner, variable)?))
            }
            _ => None,
        }
    }

    /// What a variable is defined with, if that is all that it ever holds.
    fn definition(&self, package: &Package, func: FuncId, local: LocalId) -> Option<NodeId> {
        let body = &package.funcs[func].body;
        let defn = body.locals[local].defn?;
        if !is_candidate(body, local) || self.has((func, local), REASSIGNED) {
            return None;
        }
        match body.node(defn) {
            Node::Assign { y, .. } => y,
            Node::AssignList {
                kind: ListKind::Pairs,
                lhs,
                rhs,
                ..
            } => {
                let i = body
                    .list(lhs)
                    .iter()
                    .position(|&x| body.node(x) == Node::Name(local))?;
                body.list(rhs).get(i).copied()
            }
            _ => None,
        }
    }
}

/// Where steps from one expression to another end.
fn follow(
    mut at: (FuncId, NodeId),
    mut step: impl FnMut((FuncId, NodeId)) -> Option<(FuncId, NodeId)>,
) -> (FuncId, NodeId) {
    for _ in 0..MAX_STEPS {
        match step(at) {
            Some(next) => at = next,
            None => break,
        }
    }
    at
}

/// Statics of a package whose bodies stay as they are: what is assigned is looked for when it is asked for, because of
/// most functions nobody asks.
#[derive(Default, Debug)]
pub struct OnDemand {
    statics: Statics,
    /// The functions that have been looked at.
    looked: IndexVec<FuncId, bool>,
    stacks: Stacks,
}

impl OnDemand {
    /// For a package with so many functions.
    pub fn new(funcs: usize, release: &Release) -> OnDemand {
        OnDemand {
            statics: Statics {
                follows_captures: release.follows_captures,
                ..Statics::default()
            },
            looked: IndexVec::from_elem(false, funcs),
            stacks: Stacks::default(),
        }
    }

    /// As [`Statics::value`].
    pub fn value(&mut self, package: &Package, func: FuncId, id: NodeId) -> (FuncId, NodeId) {
        follow((func, id), |(func, id)| {
            if let Node::Name(local) = *package.funcs[func].body.node_ref(id)
                && may_be_known(package, package.canonical(func, local))
            {
                self.look_around(package, func);
            }
            self.statics.step(package, func, id)
        })
    }

    /// What is known so far: enough of a variable that [`value`](Self::value) has come to.
    pub fn known(&self) -> &Statics {
        &self.statics
    }

    /// Looks at what may assign to variables of a function and of those around it: these functions and all literals that
    /// they still have.
    fn look_around(&mut self, package: &Package, func: FuncId) {
        if self.looked[func] {
            return;
        }
        let mut outermost = func;
        while let Some(parent) = package.funcs[outermost].parent {
            outermost = parent;
        }
        let mut todo = vec![outermost, func];
        while let Some(func) = todo.pop() {
            if !std::mem::replace(&mut self.looked[func], true) {
                self.look_at_body(package, func, &mut todo);
            }
        }
    }

    fn look_at_body(&mut self, package: &Package, func: FuncId, todo: &mut Vec<FuncId>) {
        let body: &Body = &package.funcs[func].body;
        let says_nothing =
            |node: &Node| node.is_leaf() && !matches!(node, Node::Closure(_) | Node::Dcl(_));
        let statics = &mut self.statics;
        body.walk(
            &mut self.stacks,
            body.list(body.stmts),
            says_nothing,
            |id, _| {
                if let closure @ Node::Closure(_) = body.node_ref(id) {
                    todo.extend(mentioned(package, closure));
                } else if says_something(body, id) {
                    statics.look_at(package, func, id);
                }
                false
            },
        );
    }
}

/// Whether a node says something of the values of variables that their definitions do not: it assigns to a variable that
/// it does not define, or has to do with a variable of function type.
#[inline]
pub(super) fn says_something(body: &Body, id: NodeId) -> bool {
    let assigns = matches!(
        body.node_ref(id),
        Node::Assign { .. }
            | Node::AssignOp { .. }
            | Node::AssignList { .. }
            | Node::Range { .. }
            | Node::Dcl(_)
    );
    assigns && says_more(body, id)
}

fn says_more(body: &Body, id: NodeId) -> bool {
    let of = |x: NodeId| {
        let Some(local) = outer_variable(body, x) else {
            return false;
        };
        let variable = &body.locals[local];
        let captured = matches!(variable.class, Class::Captured(_));
        captured || variable.defn != Some(id) || is_function(variable.ty)
    };
    match *body.node_ref(id) {
        Node::Assign { x, .. } | Node::AssignOp { x, .. } => of(x),
        Node::AssignList { lhs, .. } => body.list(lhs).iter().any(|&x| of(x)),
        Node::Range { key, value, .. } => [key, value].into_iter().flatten().any(of),
        Node::Dcl(local) => is_function(body.locals[local].ty),
        _ => false,
    }
}

fn is_function(ty: Ty) -> bool {
    matches!(ty.under().kind(), TyKind::Signature(_))
}

/// Whether the variable may have a static value at all.
fn is_candidate(body: &Body, local: LocalId) -> bool {
    let var = &body.locals[local];
    var.class == Class::Auto && !var.addr_taken
}

/// Whether it matters what is assigned to the variable.
fn may_be_known(package: &Package, (func, local): Variable) -> bool {
    let body = &package.funcs[func].body;
    let variable = &body.locals[local];
    is_candidate(body, local) && (variable.defn.is_some() || is_function(variable.ty))
}

/// Whether the variable is such a one and of function type.
fn is_function_candidate(package: &Package, (func, local): Variable) -> bool {
    let body = &package.funcs[func].body;
    is_candidate(body, local) && is_function(body.locals[local].ty)
}

fn variable(package: &Package, func: FuncId, x: NodeId) -> Option<Variable> {
    let body = &package.funcs[func].body;
    let local = outer_variable(body, x)?;
    Some(match body.locals[local].class {
        Class::Captured(_) => package.canonical(func, local),
        _ => (func, local),
    })
}

/// The variable that `x` is, or is a part of (`ir.OuterValue`).
pub fn outer_variable(body: &Body, mut x: NodeId) -> Option<LocalId> {
    loop {
        x = match *body.node_ref(x) {
            Node::Name(local) => return Some(local),
            Node::Dot { x, .. } if body.ty(x).under_pointer().is_none() => x,
            Node::Index { x, .. } if is_array(body.ty(x)) => x,
            _ => return None,
        }
    }
}

fn is_array(ty: Ty) -> bool {
    matches!(ty.under().kind(), TyKind::Array { .. })
}
