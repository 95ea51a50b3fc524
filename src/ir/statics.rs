//! Static values: what an expression is known to be because variables on the way are assigned once
//! (`ir.StaticValue`, `ir/reassignment.go`).
//!
//! A local variable that is no parameter, whose address is not taken and that nothing but its definition `x := e`
//! assigns to, in the function that declares it or in closures, has the static value of `e`. A variable of function type
//! with only plain assignments has the list of what is assigned.

use rustc_hash::{FxHashMap, FxHashSet};

use super::Package;
use super::body::{Body, Class, ConvKind, LocalId};
use super::node::{FuncId, ListKind, Node, NodeId};
use super::release::Release;
use crate::base::index::Idx;
use crate::types::ty::{Ty, TyKind};

/// How many variables a static value is followed through; longer chains are cycles of dead code.
const MAX_STEPS: usize = 10_000;

/// A variable where it is declared.
type Variable = (FuncId, LocalId);

/// A right side: whose body it lies in, and the node; `None` zeroes.
pub type Assigned = (FuncId, Option<NodeId>);

/// What the functions of a package assign.
#[derive(Clone, Default, Debug)]
pub struct Statics {
    /// Variables with an assignment that is not their definition.
    reassigned: FxHashSet<Variable>,
    /// The plain assignments to variables of function type; `None` if there are others.
    functions: FxHashMap<Variable, Option<Vec<Assigned>>>,
    /// Whether the captured variables of a literal have the values of those around it.
    follows_captures: bool,
}

impl Statics {
    /// What is assigned in the functions of a package and in the literals that they still have.
    pub fn of(package: &Package, release: &Release) -> Statics {
        let mut statics = Statics {
            follows_captures: release.follows_captures,
            ..Statics::default()
        };
        for func in package.funcs.ids() {
            if !package.funcs[func].kind.is_closure() && !package.funcs[func].generic {
                statics.walk(package, func);
            }
        }
        statics
    }

    fn walk(&mut self, package: &Package, root: FuncId) {
        let mut todo = vec![root];
        while let Some(func) = todo.pop() {
            let body: &Body = &package.funcs[func].body;
            body.preorder(body.stmts, |id| {
                match body.node(id) {
                    Node::Closure(literal) => todo.push(literal),
                    _ => self.look_at(package, func, id),
                }
                true
            });
        }
    }

    /// Adds what the nodes of `func` from number `from` on assign.
    pub fn scan(&mut self, package: &Package, func: FuncId, from: usize) {
        for i in from..package.funcs[func].body.len() {
            self.look_at(package, func, NodeId::from_usize(i));
        }
    }

    fn look_at(&mut self, package: &Package, func: FuncId, id: NodeId) {
        let body: &Body = &package.funcs[func].body;
        match body.node(id) {
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
        let body = &package.funcs[func].body;
        let is_function = matches!(body.locals[local].ty.under().kind(), TyKind::Signature(_));
        if is_function && is_candidate(body, local) {
            self.functions
                .entry((func, local))
                .or_insert_with(|| Some(Vec::new()));
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
        self.declared(package, variable.0, variable.1);
        if let Some(Some(list)) = self.functions.get_mut(&variable) {
            list.push((func, y));
        }
    }

    fn other(&mut self, package: &Package, func: FuncId, id: NodeId, x: NodeId) {
        if let Some(variable) = variable(package, func, x) {
            self.unless_definition(package, variable, (func, id));
            self.functions.insert(variable, None);
        }
    }

    fn unless_definition(&mut self, package: &Package, variable: Variable, at: (FuncId, NodeId)) {
        let (func, local) = variable;
        let defn = package.funcs[func].body.locals[local].defn;
        if defn.map(|d| (func, d)) != Some(at) {
            self.reassigned.insert(variable);
        }
    }

    /// All right sides of a variable of function type; `None` if it is no such variable or may hold something else.
    pub fn function_values(
        &self,
        package: &Package,
        func: FuncId,
        local: LocalId,
    ) -> Option<&[Assigned]> {
        let variable = package.canonical(func, local);
        self.functions.get(&variable)?.as_deref()
    }

    /// The expression that gives `id` its value, as far as it is known: another node of `func`, or of a function around
    /// it; `id` itself if nothing more is known.
    pub fn value(&self, package: &Package, func: FuncId, id: NodeId) -> (FuncId, NodeId) {
        let mut at = (func, id);
        for _ in 0..MAX_STEPS {
            match self.step(package, at.0, at.1) {
                Some(next) => at = next,
                None => break,
            }
        }
        at
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
        if !is_candidate(body, local) || self.reassigned.contains(&(func, local)) {
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

/// Whether the variable may have a static value at all.
fn is_candidate(body: &Body, local: LocalId) -> bool {
    let var = &body.locals[local];
    var.class == Class::Auto && !var.addr_taken
}

fn variable(package: &Package, func: FuncId, x: NodeId) -> Option<Variable> {
    let local = outer_variable(&package.funcs[func].body, x)?;
    Some(package.canonical(func, local))
}

/// The variable that `x` is, or is a part of (`ir.OuterValue`).
pub fn outer_variable(body: &Body, mut x: NodeId) -> Option<LocalId> {
    loop {
        x = match body.node(x) {
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
