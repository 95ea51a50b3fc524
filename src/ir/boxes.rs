//! The types that a package stores in interfaces.

use rustc_hash::FxHashSet;

use super::Package;
use super::node::{Node, NodeId};
use crate::base::index::Idx;
use crate::types::predicates::is_interface;
use crate::types::ty::Ty;

/// Types of values that become interface values in the functions as written, each once, in the order met: the only ones
/// that calls of an interface's methods can lead to.
pub fn types_in_interfaces(package: &Package) -> Vec<Ty> {
    let mut found = Vec::new();
    let mut known: FxHashSet<Ty> = FxHashSet::default();
    for func in &package.funcs {
        let body = &func.original;
        for id in (0..body.len()).map(NodeId::from_usize) {
            let Node::Conv { x, .. } = body.node(id) else {
                continue;
            };
            let ty = body.ty(x);
            if is_interface(body.ty(id)) && !is_interface(ty) && known.insert(ty) {
                found.push(ty);
            }
        }
    }
    found
}
