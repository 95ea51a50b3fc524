//! Values that are known without running anything: what a variable that is assigned only once holds
//! (`ir.StaticValue`, `ir.Reassigned`).

use rustc_hash::FxHashSet;

use super::Package;
use super::body::{Body, Class, ConvKind, LocalId};
use super::node::{FuncId, ListKind, Node, NodeId};
use crate::base::index::Idx;
use crate::types::ty::{Ty, TyKind};

/// How many variables a static value is followed through; longer chains are cycles of dead code.
const MAX_STEPS: usize = 10_000;

/// Variables that are assigned besides their definition, somewhere in the function that declares them or in closures.
#[derive(Clone, Default, Debug)]
pub struct Reassigned {
    variables: FxHashSet<(FuncId, LocalId)>,
}

impl Reassigned {
    /// What is reassigned anywhere in a package.
    pub fn of(package: &Package) -> Reassigned {
        let mut reassigned = Reassigned::default();
        for func in package.funcs.ids() {
            reassigned.scan(package, func, 0);
        }
        reassigned
    }

    /// Adds what the nodes of `func` from number `from` on assign.
    pub fn scan(&mut self, package: &Package, func: FuncId, from: usize) {
        let body = &package.funcs[func].body;
        for i in from..body.len() {
            let id = NodeId::from_usize(i);
            match body.node(id) {
                Node::Assign { x, .. } => self.assigned(package, func, x, Some(id)),
                Node::AssignOp { x, .. } => self.assigned(package, func, x, None),
                Node::AssignList { lhs, .. } => {
                    for &x in body.list(lhs) {
                        self.assigned(package, func, x, Some(id));
                    }
                }
                Node::Range { key, value, .. } => {
                    for x in [key, value].into_iter().flatten() {
                        self.assigned(package, func, x, None);
                    }
                }
                _ => {}
            }
        }
    }

    fn assigned(&mut self, package: &Package, func: FuncId, x: NodeId, by: Option<NodeId>) {
        let body = &package.funcs[func].body;
        let Some(local) = outer_variable(body, x) else {
            return;
        };
        let (owner, variable) = package.canonical(func, local);
        let definition = package.funcs[owner].body.locals[variable].defn;
        if owner != func || by.is_none() || by != definition {
            self.variables.insert((owner, variable));
        }
    }

    /// Whether the variable has other assignments than its definition.
    pub fn contains(&self, func: FuncId, local: LocalId) -> bool {
        self.variables.contains(&(func, local))
    }

    /// The expression that gives `id` its value, as far as it is known: another node of `func`, or of a function around
    /// it.
    pub fn static_value(&self, package: &Package, func: FuncId, id: NodeId) -> (FuncId, NodeId) {
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
                Some((owner, self.definition(package, owner, variable)?))
            }
            _ => None,
        }
    }

    /// What a variable is defined with, if that is all that it ever holds.
    fn definition(&self, package: &Package, func: FuncId, local: LocalId) -> Option<NodeId> {
        let body = &package.funcs[func].body;
        let variable = body.locals[local];
        let defn = variable.defn?;
        if variable.class != Class::Auto || variable.addr_taken || self.contains(func, local) {
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
