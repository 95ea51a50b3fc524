//! Breaches: what functions with a contract reach, and by which calls.

use std::collections::VecDeque;

use rustc_hash::FxHashSet;

use super::cause::{Cause, CauseKind, Causes};
use super::effects::{Effects, imported};
use crate::base::source::FileId;
use crate::base::span::Span;
use crate::escape::effect::{Effect, Opaque};
use crate::escape::summary::Callees;
use crate::inline::callee::Target;
use crate::ir::body::{Body, FuncKey, InlinedAt, Pos};
use crate::ir::node::FuncId;
use crate::ir::print::func_text;
use crate::site::{Cost, FlowStep};

/// A promise that is not kept, or that cannot be proved.
#[derive(Clone, Debug)]
pub struct Breach {
    /// Whether something is allocated for sure or under a condition; else it cannot be told.
    pub allocates: bool,
    /// The file of the function with the contract.
    pub file: FileId,
    /// gc's position of the place in that function.
    pub pos: u32,
    /// The function with the contract.
    pub function: String,
    /// The code at the end of the way.
    pub text: String,
    /// One sentence.
    pub message: String,
    /// From the place in the function to the end of the way.
    pub steps: Vec<FlowStep>,
}

/// A function on the way, and how it was reached.
struct Reached {
    func: FuncId,
    /// The place in the function with the contract; `None` in that function itself.
    first: Option<Pos>,
    names: Vec<String>,
    steps: Vec<FlowStep>,
}

/// Finds the breaches of one function with a contract.
pub struct Search<'s, 'a, 'w> {
    /// The causes in the functions of the package.
    pub causes: &'s Causes<'a, 'w>,
    /// Their effects.
    pub effects: &'s Effects,
    /// What is known of other packages.
    pub callees: &'s dyn Callees,
}

impl Search<'_, '_, '_> {
    /// The breaches of `root`, nearest first; each place once.
    pub fn breaches(&self, root: FuncId) -> Vec<Breach> {
        let mut found = Vec::new();
        let mut places: FxHashSet<(Option<FileId>, u32, String)> = FxHashSet::default();
        let mut seen: FxHashSet<FuncId> = FxHashSet::default();
        seen.insert(root);
        let mut waiting = VecDeque::from([Reached {
            func: root,
            first: None,
            names: Vec::new(),
            steps: Vec::new(),
        }]);
        while let Some(at) = waiting.pop_front() {
            let mut unused = FxHashSet::default();
            for cause in self.causes.of(at.func, &mut unused) {
                if !self.causes.exempting(at.func, &cause).is_empty() {
                    continue;
                }
                if let CauseKind::Calls(Target::Local(callee)) = cause.kind
                    && self.causes.package().funcs[callee].has_body
                {
                    if !self.effects.of[callee].is_clean() && seen.insert(callee) {
                        waiting.push_back(self.enter(&at, &cause, callee));
                    }
                    continue;
                }
                let key = (cause.pos.file, cause.pos.offset, cause.text.clone());
                if let Some(breach) = self
                    .breach(root, &at, &cause)
                    .filter(|_| places.insert(key))
                {
                    found.push(breach);
                }
            }
        }
        found
    }

    fn body(&self, func: FuncId) -> &Body {
        &self.causes.package().funcs[func].body
    }

    fn enter(&self, at: &Reached, cause: &Cause, callee: FuncId) -> Reached {
        let func = &self.causes.package().funcs[callee];
        let (first, mut names, mut steps) = self.way(at, cause.pos);
        let name = func.name.as_str().to_owned();
        // A literal that the function itself has is a part of it.
        let inside = func.kind.is_closure() && at.first.is_none() && names.is_empty();
        if !inside {
            steps.extend(step(cause.pos, format!("calls {name}")));
            names.push(name);
        }
        Reached {
            func: callee,
            first: (!inside).then_some(first),
            names,
            steps,
        }
    }

    /// The way to a place: the first position, the functions, the calls; inlined calls are calls like others, but those
    /// of the function's own literals.
    fn way(&self, at: &Reached, pos: Pos) -> (Pos, Vec<String>, Vec<FlowStep>) {
        let body = self.body(at.func);
        let mut calls = Vec::new();
        let mut inline = pos.inline;
        while let Some(id) = inline {
            calls.push(body.inlined[id]);
            inline = body.inlined[id].call.inline;
        }
        calls.reverse();
        let own = |call: &&InlinedAt| matches!(call.callee, FuncKey::Closure(_));
        let inside = if at.first.is_none() {
            calls.iter().take_while(own).count()
        } else {
            0
        };
        let calls = &calls[inside..];
        let here = calls.first().map_or(pos, |call| call.call);
        let name = |call: &InlinedAt| self.name(call.callee);
        let names = at.names.iter().cloned().chain(calls.iter().map(name));
        let said = |call: &InlinedAt| {
            let note = format!("calls {}, which is inlined", name(call));
            step(call.call, note)
        };
        let steps = at.steps.iter().cloned();
        let steps = steps.chain(calls.iter().filter_map(said));
        (at.first.unwrap_or(here), names.collect(), steps.collect())
    }

    fn name(&self, key: FuncKey) -> String {
        let package = self.causes.package();
        match key {
            FuncKey::Ref(func) => func_name(func.obj().pkg == Some(package.pkg), func),
            FuncKey::Closure(func) => package.funcs[func].name.as_str().to_owned(),
        }
    }

    fn breach(&self, root: FuncId, at: &Reached, cause: &Cause) -> Option<Breach> {
        let (allocates, what, text) = self.said(cause)?;
        let (first, names, mut steps) = self.way(at, cause.pos);
        steps.extend(step(cause.pos, what.clone()));
        let root = &self.causes.package().funcs[root];
        let file = first.file.or(root.pos.file)?;
        let by = match names.as_slice() {
            [] => String::new(),
            names => format!(", reached through {}", names.join(" → ")),
        };
        let promise = if allocates {
            format!("`{}` may not allocate, but it {what}{by}", root.name)
        } else {
            format!(
                "it cannot be proved that `{}` does not allocate: it {what}{by}",
                root.name
            )
        };
        Some(Breach {
            allocates,
            file,
            pos: first.offset,
            function: root.name.as_str().to_owned(),
            text,
            message: promise,
            steps,
        })
    }

    /// Whether a cause is an allocation, what it does in words, and its code; `None` if it is nothing.
    fn said(&self, cause: &Cause) -> Option<(bool, String, String)> {
        let text = cause.text.clone();
        let code = shortened(&text);
        match &cause.kind {
            CauseKind::Allocates(_, Cost::Maybe(condition)) => {
                Some((true, format!("allocates if {condition}: `{code}`"), text))
            }
            CauseKind::Allocates(..) => Some((true, format!("allocates: `{code}`"), text)),
            CauseKind::Opaque(why) => Some((false, unseen(*why, &code), text)),
            CauseKind::Calls(Target::Imported(func)) => {
                let effect = imported(*func, self.callees);
                callee_does(effect, &func_name(false, *func)).map(|(a, what)| (a, what, text))
            }
            CauseKind::Calls(Target::Local(_)) => Some((false, unseen(Opaque::Code, &code), text)),
        }
    }
}

/// What a call of another package's function does, in words.
fn callee_does(effect: Effect, name: &str) -> Option<(bool, String)> {
    if let Some(allocation) = effect.allocates {
        let always = if allocation.always {
            "allocates"
        } else {
            "may allocate"
        };
        let what = allocation.what.as_str();
        return Some((true, format!("calls `{name}`, which {always} ({what})")));
    }
    let why = effect.opaque?;
    Some((
        false,
        match why {
            Opaque::Code => unseen(why, name),
            Opaque::Interface => format!("calls `{name}`, which calls an interface's method"),
            Opaque::Value => format!("calls `{name}`, which calls a function value"),
        },
    ))
}

fn unseen(why: Opaque, code: &str) -> String {
    match why {
        Opaque::Interface => format!("calls `{code}`, a method of an interface"),
        Opaque::Value => format!("calls `{code}`, a function value"),
        Opaque::Code => format!("runs `{code}`, whose code is not known"),
    }
}

fn func_name(own: bool, func: crate::ir::body::FuncRef) -> String {
    let from = func.obj().pkg.filter(|_| own);
    func_text(func, from)
}

/// A step, if it is known where it is.
fn step(pos: Pos, note: String) -> Option<FlowStep> {
    Some(FlowStep {
        file: pos.file?,
        span: Span::new(pos.offset, pos.offset.saturating_add(1)),
        note,
    })
}

/// The first line of code, cut where it gets long.
fn shortened(text: &str) -> String {
    const MAX: usize = 60;
    let line = text.lines().next().unwrap_or_default();
    match line.char_indices().nth(MAX) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line.to_owned(),
    }
}
