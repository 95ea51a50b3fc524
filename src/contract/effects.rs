//! The effects of a package's functions, from those of what they call.

use rustc_hash::FxHashSet;

use super::cause::{Cause, CauseKind, Causes};
use crate::base::index::IndexVec;
use crate::base::source::FileId;
use crate::base::span::Span;
use crate::escape::analysis::Analysis;
use crate::escape::effect::{Effect, Opaque, What};
use crate::escape::summary::Callees;
use crate::inline::callee::Target;
use crate::ir::body::FuncRef;
use crate::ir::node::FuncId;
use crate::site::{Cost, SiteKind};

/// The effects of a package.
#[derive(Clone, Debug, Default)]
pub struct Effects {
    /// By function; of generic functions only the instances count.
    pub of: IndexVec<FuncId, Effect>,
    /// The exempt ranges that took a cause out.
    pub used: FxHashSet<(FileId, Span)>,
}

/// Computes the effects of all functions of a package. `callees` knows those of other packages.
pub fn effects(causes: &Causes<'_, '_>, analysis: &Analysis, callees: &dyn Callees) -> Effects {
    let package = causes.package();
    let mut effects = Effects {
        of: IndexVec::from_elem(Effect::default(), package.funcs.len()),
        used: FxHashSet::default(),
    };
    for batch in &analysis.batches {
        let mut calls: Vec<(FuncId, Vec<FuncId>)> = Vec::new();
        for &func in &batch.members {
            let (own, inner) = direct(causes, func, callees, &mut effects);
            effects.of[func] = own;
            calls.push((func, inner));
        }
        while pass_on(&calls, &mut effects.of) {}
    }
    effects
}

/// What a function does itself or by other packages, and the functions of its own package that it calls.
fn direct(
    causes: &Causes<'_, '_>,
    func: FuncId,
    callees: &dyn Callees,
    effects: &mut Effects,
) -> (Effect, Vec<FuncId>) {
    if !causes.package().funcs[func].has_body {
        return (without_body(causes.package().funcs[func].sym), Vec::new());
    }
    let mut own = Effect::default();
    let mut inner = Vec::new();
    for cause in causes.of(func, &mut effects.used) {
        let exempting = causes.exempting(func, &cause);
        let effect = match &cause.kind {
            CauseKind::Calls(Target::Local(callee)) if exempting.is_empty() => {
                inner.push(*callee);
                continue;
            }
            _ => effect_of(&cause, &effects.of, callees),
        };
        if exempting.is_empty() {
            own = own.then(effect);
        } else if !effect.is_clean() {
            effects.used.extend(exempting);
        }
    }
    (own, inner)
}

/// The effect of a cause, by what is known of functions so far.
pub(super) fn effect_of(
    cause: &Cause,
    known: &IndexVec<FuncId, Effect>,
    callees: &dyn Callees,
) -> Effect {
    match &cause.kind {
        CauseKind::Allocates(what, cost) => Effect::of(*what, *cost == Cost::Always),
        CauseKind::Opaque(why) => Effect::opaque(*why),
        CauseKind::Calls(Target::Local(func)) => known[*func],
        CauseKind::Calls(Target::Imported(func)) => imported(*func, callees),
    }
}

/// The effect of another package's function.
pub(super) fn imported(func: FuncRef, callees: &dyn Callees) -> Effect {
    let summary = callees.summary(func);
    let known = summary.and_then(|summary| summary.effect);
    known.unwrap_or(Effect::opaque(Opaque::Code))
}

fn pass_on(calls: &[(FuncId, Vec<FuncId>)], of: &mut IndexVec<FuncId, Effect>) -> bool {
    let mut changed = false;
    for (func, inner) in calls {
        let all = inner.iter().fold(of[*func], |sum, &f| sum.then(of[f]));
        changed |= all != of[*func];
        of[*func] = all;
    }
    changed
}

/// Functions of the standard library without Go code that do allocate: they are the runtime's.
const ALLOCATING: [(&str, &str); 11] = [
    ("reflect", "unsafe_New"),
    ("reflect", "unsafe_NewArray"),
    ("reflect", "makechan"),
    ("reflect", "makemap"),
    ("reflect", "mapassign0"),
    ("reflect", "mapassign_faststr0"),
    ("reflect", "growslice"),
    ("reflect", "mapclone"),
    ("internal/bytealg", "MakeNoZero"),
    ("maps", "clone"),
    ("internal/reflectlite", "unsafe_New"),
];

/// What is known of a function without a body: those of the standard library are assembly that computes, or the
/// runtime's; all others may do anything.
fn without_body(func: Option<FuncRef>) -> Effect {
    let Some(obj) = func.map(FuncRef::obj) else {
        return Effect::opaque(Opaque::Code);
    };
    let path = obj.pkg.map_or("", |p| p.path.as_str());
    let first = path.split('/').next().unwrap_or_default();
    if path.is_empty() || first.contains('.') || obj.pos.is_some() && !is_library(path) {
        return Effect::opaque(Opaque::Code);
    }
    let name = obj.name.as_str();
    if (path, name) == ("reflect", "call") {
        return Effect::opaque(Opaque::Value);
    }
    if ALLOCATING.contains(&(path, name)) {
        return Effect::of(What::Site(SiteKind::New), true);
    }
    Effect::default()
}

/// Whether a path without a host is that of a package that has functions without bodies in the standard library.
fn is_library(path: &str) -> bool {
    const ROOTS: [&str; 14] = [
        "bytes", "crypto", "hash", "internal", "maps", "math", "os", "reflect", "runtime",
        "strings", "sync", "syscall", "time", "unique",
    ];
    ROOTS.contains(&path.split('/').next().unwrap_or_default())
}
