//! Which methods a call of an interface's method may reach: those of the types that the program stores in interfaces.

use rustc_hash::{FxHashMap, FxHashSet};

use super::calls::{Edge, EdgeKind, Key, PackageCalls, is_of_interface};
use crate::types::lookup::{lookup_field_or_method, missing_method};
use crate::types::object::Obj;
use crate::types::ty::Ty;

/// How deep embedded fields are followed for the names of methods.
const MAX_EMBEDDING: u32 = 8;

/// Edges from the methods of interfaces that are called to the methods of types that interfaces hold.
pub(super) fn implementations(packages: &[&PackageCalls]) -> Vec<Edge> {
    let mut types: Vec<Ty> = Vec::new();
    let mut known: FxHashSet<Ty> = FxHashSet::default();
    for &ty in packages.iter().flat_map(|p| &p.converted) {
        if known.insert(ty) {
            types.push(ty);
        }
    }
    let mut by_method: FxHashMap<&str, Vec<Ty>> = FxHashMap::default();
    for &ty in &types {
        for name in method_names(ty) {
            by_method.entry(name).or_default().push(ty);
        }
    }
    let mut done: FxHashSet<Key> = FxHashSet::default();
    let mut fits: FxHashMap<(Ty, Ty), bool> = FxHashMap::default();
    let mut todo: Vec<Obj> = packages.iter().flat_map(|p| &p.dynamic).copied().collect();
    todo.reverse();
    let mut edges = Vec::new();
    while let Some(method) = todo.pop() {
        let Some(iface) = method.ty().as_signature().and_then(|s| s.recv) else {
            continue;
        };
        if !done.insert(Key::of(method)) {
            continue;
        }
        let iface = iface.ty();
        let named = by_method.get(method.name.as_str());
        for &ty in named.into_iter().flatten() {
            let fit = fits
                .entry((iface, ty))
                .or_insert_with(|| missing_method(ty, iface, false).is_none());
            let found = lookup_field_or_method(ty, false, method.pkg, method.name).obj;
            if let Some(found) = found.filter(|_| *fit) {
                edges.push(implements(method, found));
                if is_of_interface(found) {
                    todo.push(found.origin());
                }
            }
        }
    }
    edges
}

fn implements(method: Obj, by: Obj) -> Edge {
    let origin = by.origin();
    Edge {
        from: Key::of(method),
        to: Key::of(by),
        at: origin
            .pos
            .map_or((crate::base::index::Idx::from_usize(0), 0), |p| {
                (p.file, p.offset)
            }),
        depth: 0,
        halvings: 0,
        guards: 0,
        marked_hot: false,
        by: method.name,
        kind: EdgeKind::Value,
    }
}

/// The names of the methods of a type, those of embedded fields included.
fn method_names(ty: Ty) -> Vec<&'static str> {
    let mut names = Vec::new();
    let mut todo = vec![(ty, 0)];
    let mut seen: FxHashSet<Ty> = FxHashSet::default();
    while let Some((ty, depth)) = todo.pop() {
        let pointed = ty.under_pointer().filter(|_| ty.as_named().is_none());
        let base = pointed.unwrap_or(ty).unalias();
        if depth > MAX_EMBEDDING || !seen.insert(base) {
            continue;
        }
        if let Some(iface) = base.under_interface() {
            names.extend(iface.type_set().methods.iter().map(|m| m.name.as_str()));
            continue;
        }
        if let Some(named) = base.as_named() {
            names.extend(named.declared_methods().iter().map(|m| m.name.as_str()));
        }
        let fields = base.under_struct().map_or(&[][..], |s| s.fields);
        let embedded = fields
            .iter()
            .filter(|f| f.as_var().is_some_and(|v| v.embedded));
        todo.extend(embedded.map(|f| (f.ty(), depth + 1)));
    }
    names.sort_unstable();
    names.dedup();
    names
}
