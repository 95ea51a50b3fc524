//! Whether code makes functions run as often as other code does, to judge by its calls alone.
//!
//! Two packages of one shape add the same to the [graph](crate::heat::calls) that heat spreads along. Objects and types of a
//! package that is checked twice are not identical, so they are compared by place and by name.

use std::collections::BTreeSet;

use crate::base::source::FileId;
use crate::base::symbol::Symbol;
use crate::heat::calls::{Edge, EdgeKind, Key, PackageCalls};
use crate::types::ty::{Ty, TyKind};

/// What of the calls of a package decides how often functions run. What has no place that can be compared is `None`.
#[derive(PartialEq, Debug)]
pub(super) struct Shape {
    edges: Vec<Option<Edge>>,
    functions: Vec<(Symbol, bool, Option<Key>)>,
    handlers: Vec<Option<Key>>,
    dynamic: Vec<Option<Key>>,
    converted: BTreeSet<String>,
    pools: Vec<Option<Edge>>,
    pairs: [Vec<[Option<Key>; 2]>; 2],
    made: Vec<(Option<Edge>, String)>,
    grown: Vec<Option<Edge>>,
    roomy: Vec<Option<Key>>,
}

/// Where the byte at an offset of a file is, to be compared.
type Place<'p> = &'p dyn Fn(FileId, u32) -> Option<u32>;

impl Shape {
    /// The shape of `calls`, its places given by `place`.
    pub(super) fn of(calls: &PackageCalls, place: Place<'_>) -> Shape {
        let counting: Vec<Edge> = calls.edges.iter().copied().filter(counts).collect();
        let edges = |edges: &[Edge]| edges.iter().map(|&e| placed(e, place)).collect();
        let keys = |keys: &[Key]| keys.iter().map(|&k| key(k, place)).collect();
        let pair = |&(a, b): &(Key, Key)| [key(a, place), key(b, place)];
        let pairs = |all: &[(Key, Key)]| all.iter().map(pair).collect();
        let functions = calls.functions.iter();
        let dynamic = calls.dynamic.iter();
        let made = calls.fields.made.iter();
        Shape {
            edges: edges(&counting),
            functions: functions
                .map(|&(name, is_method, at)| (name, is_method, key(at, place)))
                .collect(),
            handlers: keys(&calls.handlers),
            dynamic: dynamic.map(|&method| key(Key::of(method), place)).collect(),
            converted: with_methods(&calls.converted),
            pools: edges(&calls.pools.uses),
            pairs: [pairs(&calls.pools.makers), pairs(&calls.pools.same)],
            made: made
                .map(|(edge, ty)| (placed(*edge, place), ty.to_string()))
                .collect(),
            grown: edges(&calls.fields.grown),
            roomy: keys(&calls.fields.roomy),
        }
    }
}

/// Whether an edge may lead to a function of the program: a call of a function without a source leads no further.
fn counts(edge: &Edge) -> bool {
    !matches!((edge.kind, edge.to), (EdgeKind::Static, Key::Object(_)))
}

fn placed(edge: Edge, place: Place<'_>) -> Option<Edge> {
    let (file, offset) = edge.at;
    Some(Edge {
        from: key(edge.from, place)?,
        to: key(edge.to, place)?,
        at: (file, place(file, offset)?),
        kind: match edge.kind {
            EdgeKind::Callback(callee) => EdgeKind::Callback(key(callee, place)?),
            kind => kind,
        },
        ..edge
    })
}

fn key(key: Key, place: Place<'_>) -> Option<Key> {
    Some(match key {
        Key::At(file, at) => Key::At(file, place(file, at)?),
        Key::Results(file, at) => Key::Results(file, place(file, at)?),
        Key::Benchmark(file, at) => Key::Benchmark(file, place(file, at)?),
        Key::Object(_) | Key::AnyPool | Key::Named(_) => key,
    })
}

/// The types that may have methods, as texts.
fn with_methods(types: &[Ty]) -> BTreeSet<String> {
    let has_methods = |ty: &&Ty| {
        let named = ty.as_named();
        let declared = named.is_some_and(|n| !n.declared_methods().is_empty());
        declared || !matches!(ty.under().kind(), TyKind::Basic(_))
    };
    types
        .iter()
        .filter(has_methods)
        .map(Ty::to_string)
        .collect()
}
