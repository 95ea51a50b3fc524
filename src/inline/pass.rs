//! The pass over a package: what can be inlined, then devirtualizing and inlining, callees before callers
//! (`inline/interleaved`).

use std::rc::Rc;
use std::sync::Arc;

use rustc_hash::{FxHashMap, FxHashSet};

use super::callee::{Finder, Imports, Target};
use super::cost::{Counter, Impossible, budget, call_limit, is_big};
use super::devirtualize::Assigned;
use super::intrinsics::{Special, special};
use super::splice::Source;
use super::{Config, Message, bloop, deadlocals, devirtualize, exports, splice};
use crate::ast::Pragma;
use crate::base::index::Idx;
use crate::base::symbol::Symbol;
use crate::ir::body::{Body, Extent, FuncKey, Local, Pos};
use crate::ir::instantiate::{self, Shaped, World};
use crate::ir::node::{FuncId, Node, NodeId};
use crate::ir::outline::{Mentions, Outlines};
use crate::ir::print::func_text;
use crate::ir::scc::{Group, bottom_up};
use crate::ir::statics::Statics;
use crate::ir::typetext::symbol_text;
use crate::ir::visit::Stacks;
use crate::ir::{Callees, Func, FuncKind, Inline, Package};

/// What the pass found out besides the changed package.
#[derive(Clone, Default, Debug)]
pub struct Inlined {
    /// What the compiler prints with `-m`, in its order.
    pub messages: Vec<Message>,
    /// Why functions cannot be inlined, as `-m=2` gives the reason; by function. Nothing unless asked for.
    pub reasons: FxHashMap<FuncId, String>,
    /// Which functions the functions mention as they are now.
    pub mentions: Mentions,
}

/// Decides what can be inlined, and inlines.
///
/// `package` is changed in place: its functions get their cost, and calls in their bodies are replaced; bodies as they
/// were stay in [`Func::original`](crate::ir::Func::original).
pub fn run(package: &mut Package, callees: &dyn Callees, config: Config) -> Inlined {
    let shaped = Shaped::default();
    let world = World {
        callees,
        release: config.release,
        shaped: &shaped,
    };
    instantiate::run(package, world);
    if config.release.keeps_b_loop {
        bloop::keep(package);
    }
    let outlines = Outlines::of(package);
    let mut pass = Pass {
        statics: Statics::of(package, &outlines, config.release),
        imports: Imports::new(package, callees),
        outlines,
        package,
        callees,
        config,
        checked: FxHashSet::default(),
        uses: FxHashMap::default(),
        sources: FxHashMap::default(),
        assigned: Assigned::default(),
        out: Inlined::default(),
        nothing: Arc::default(),
        stacks: Stacks::default(),
        shaped: &shaped,
        ends: Vec::new(),
    };
    pass.run();
    let mut out = pass.out;
    forget_silent(package);
    out.mentions = if config.release.dead_locals {
        deadlocals::run(package, config.release)
    } else {
        Mentions::of(package)
    };
    exports::note(package, callees);
    out
}

/// Instances that were made for inlined bodies are not compiled: what their arguments come to is not known.
fn forget_silent(package: &mut Package) {
    for id in package.funcs.ids() {
        let root = outermost(package, id);
        if !root.silent || is_method(root) {
            continue;
        }
        let func = &mut package.funcs[id];
        let undefined = |local: &Local| Local {
            defn: None,
            ..*local
        };
        let mut empty = Body::default();
        empty.locals.extend(func.body.locals.iter().map(undefined));
        func.has_body = false;
        func.body = Arc::new(empty);
    }
}

/// The function around a closure.
fn outermost(package: &Package, mut id: FuncId) -> &Func {
    while let Some(parent) = package.funcs[id].parent {
        id = parent;
    }
    &package.funcs[id]
}

/// Methods are made with their type, which the package has most often read before: through the fields of other
/// packages' types.
fn is_method(func: &Func) -> bool {
    func.ty.as_signature().is_some_and(|s| s.recv.is_some())
}

pub(super) struct Pass<'a> {
    pub package: &'a mut Package,
    pub callees: &'a dyn Callees,
    imports: Imports<'a>,
    pub config: Config,
    pub statics: Statics,
    /// What the bodies had at first.
    outlines: Outlines,
    /// Functions whose cost has been asked for.
    checked: FxHashSet<FuncId>,
    /// How many calls each function has.
    uses: FxHashMap<Target, u32>,
    /// Functions that have been inlined, as they are put into callers.
    sources: FxHashMap<Target, Rc<Source>>,
    /// What was found out of assignments, while no body changes.
    pub assigned: Assigned,
    pub out: Inlined,
    /// A body without anything in it.
    pub nothing: Arc<Body>,
    stacks: Stacks,
    /// The instances for shapes that are known.
    shaped: &'a Shaped,
    /// Labels behind inlined bodies, by how many came into the caller before.
    ends: Vec<Symbol>,
}

/// The calls of one function that may be inlined.
struct Sites {
    calls: Vec<NodeId>,
    /// The callee of each call, once it is known.
    resolved: Vec<Option<Target>>,
    big: bool,
}

impl<'a> Pass<'a> {
    fn run(&mut self) {
        let groups = bottom_up(self.package, self.config.release, self.outlines.mentions());
        if !self.config.disabled {
            for group in &groups {
                self.check_group(group);
            }
        }
        let mut sites: Vec<Option<Sites>> = Vec::new();
        sites.resize_with(self.package.funcs.len(), || None);
        let wraps_later = !self.config.release.inlines_defer_wrapper_calls;
        let code = |&f: &FuncId| {
            let func = &self.package.funcs[f];
            !(func.generic || wraps_later && func.kind.is_wrapper())
        };
        let funcs: Vec<FuncId> = self.package.funcs.ids().filter(code).collect();
        for func in funcs {
            sites[func.index()] = Some(self.sites(func));
        }
        for group in &groups {
            self.inline_group(group, &mut sites);
        }
        if !self.config.release.devirtualize_first {
            self.devirtualize_rest();
        }
    }

    /// Devirtualizes once everything is inlined.
    fn devirtualize_rest(&mut self) {
        let funcs: Vec<FuncId> = self.package.funcs.ids().collect();
        for func in funcs {
            if self.package.funcs[func].generic || self.package.funcs[func].silent {
                continue;
            }
            let body = &self.package.funcs[func].body;
            for call in body.calls_below(&mut self.stacks, body.list(body.stmts)) {
                devirtualize::call(self, func, call);
            }
        }
    }

    /// What instances are made with.
    pub(super) fn world(&self) -> World<'a> {
        World {
            callees: self.callees,
            release: self.config.release,
            shaped: self.shaped,
        }
    }

    pub(super) fn finder(&self) -> Finder<'_, 'a> {
        Finder {
            package: self.package,
            imports: &self.imports,
            statics: &self.statics,
        }
    }

    fn check_group(&mut self, group: &Group) {
        let declared = |&&f: &&FuncId| !self.package.funcs[f].kind.is_closure();
        let count = group.funcs.iter().filter(declared).count();
        let refuse = group.recursive && count <= 1 && !self.config.release.self_recursion;
        for &func in &group.funcs {
            if refuse {
                self.refuse(func, Impossible("recursive".to_owned()));
            } else {
                self.check(func);
            }
        }
    }

    /// Whether a function can be inlined; says so the first time (`inline.CanInline`).
    fn check(&mut self, func: FuncId) {
        if !self.checked.insert(func) {
            return;
        }
        let verdict = self.check_calls_first(func);
        match verdict {
            Ok(inline) => {
                self.package.funcs[func].inline = Some(inline);
                let text = format!("can inline {}", self.name_of(func));
                let pos = self.package.funcs[func].pos;
                self.say(func, pos, text);
            }
            Err(why) => self.refuse(func, why),
        }
    }

    fn refuse(&mut self, func: FuncId, Impossible(why): Impossible) {
        if self.config.explain {
            self.out.reasons.insert(func, why);
        }
    }

    /// Closures that the function calls are looked at before it.
    fn check_calls_first(&mut self, func: FuncId) -> Result<Inline, Impossible> {
        impossible(self.package, func)?;
        let kind = self.package.funcs[func].kind;
        if kind.is_wrapper() && !self.config.release.inlines_defer_wrapper_calls {
            return Err(Impossible("made after inlining".to_owned()));
        }
        for closure in self.called_closures(func) {
            self.check(closure);
        }
        let f = &self.package.funcs[func];
        let counter = Counter {
            finder: self.finder(),
            release: self.config.release,
            func,
            big: is_big(&f.original),
        };
        let budget = budget(self.config.release, f.kind);
        let cost = counter.cost(if self.config.explain {
            u32::MAX
        } else {
            budget
        })?;
        if cost > budget {
            let why = format!("function too complex: cost {cost} exceeds budget {budget}");
            return Err(Impossible(why));
        }
        let named = f
            .results
            .iter()
            .any(|&r| !f.original.locals[r].name.as_str().starts_with('~'));
        // With exactly one return, with values, and no names of results, an inlined call declares the results at that
        // return (`inline.canDelayResults`).
        Ok(Inline {
            cost,
            delay_results: self.outlines.returns(func) == 1 && !named,
        })
    }

    fn called_closures(&mut self, func: FuncId) -> Vec<FuncId> {
        self.outlines.extend(self.package);
        let body = &self.package.funcs[func].original;
        let finder = self.finder();
        let callees = self.outlines.closure_calls(func).iter().map(|&id| {
            let Node::Call { fun, .. } = body.node(id) else {
                return None;
            };
            match finder.target(func, fun) {
                Some(Target::Local(callee)) => Some(callee),
                _ => None,
            }
        });
        let is_checked_here = |&callee: &FuncId| {
            let f = &self.package.funcs[callee];
            f.kind.is_closure() || f.silent
        };
        callees.flatten().filter(is_checked_here).collect()
    }

    /// The calls of a function, inner ones first; counts them by callee.
    fn sites(&mut self, func: FuncId) -> Sites {
        let big = is_big(&self.package.funcs[func].body);
        let mut calls = self.outlines.calls(func).to_vec();
        self.leave_benchmark_loops(func, None, &mut calls);
        let mut sites = Sites {
            resolved: vec![None; calls.len()],
            calls,
            big,
        };
        for i in 0..sites.calls.len() {
            self.resolve(func, &mut sites, i);
        }
        sites
    }

    /// Takes the calls out that lie in benchmark loops below an inlined call, or in the whole of `func`, for compilers that
    /// inline nothing there.
    fn leave_benchmark_loops(
        &mut self,
        func: FuncId,
        below: Option<NodeId>,
        calls: &mut Vec<NodeId>,
    ) {
        if !self.config.release.skips_b_loop || !bloop::has_testing(self.package) {
            return;
        }
        let body = Arc::clone(&self.package.funcs[func].body);
        let mut roots = Vec::new();
        match below {
            Some(call) => body.children(call, &mut roots),
            None => roots.extend(body.list(body.stmts)),
        }
        let skipped = bloop::Skipped::below(&body, &roots);
        calls.retain(|call| !skipped.calls.contains(call));
        if !self.package.funcs[func].silent {
            self.out.messages.extend(skipped.messages(&body));
        }
    }

    /// The callee of a call, which may have become known since the last time: devirtualizes the call, and counts it for
    /// its callee, once.
    fn resolve(&mut self, func: FuncId, sites: &mut Sites, i: usize) -> Option<Target> {
        if sites.resolved[i].is_none() {
            let call = sites.calls[i];
            if self.config.release.devirtualize_first {
                devirtualize::call(self, func, call);
            }
            sites.resolved[i] = self.candidate(func, call);
            if let Some(target) = sites.resolved[i] {
                *self.uses.entry(target).or_default() += 1;
            }
        }
        sites.resolved[i]
    }

    /// The callee of a call that could be inlined as far as the call itself is concerned.
    fn candidate(&self, func: FuncId, call: NodeId) -> Option<Target> {
        let body = &self.package.funcs[func].body;
        let Node::Call {
            fun,
            go_defer: false,
            ..
        } = body.node(call)
        else {
            return None;
        };
        if self.config.disabled {
            return None;
        }
        if let Node::Func(f) | Node::MethodExpr { func: f, .. } = body.node(fun) {
            let never = || matches!(f.obj().name.as_str(), "EscapeNonString" | "escapeForHash");
            match special(f, self.config.release) {
                Special::Intrinsic => return None,
                Special::Cheap if never() => return None,
                _ => {}
            }
        }
        self.finder().target(func, fun)
    }

    fn inline_group(&mut self, group: &Group, sites: &mut [Option<Sites>]) {
        let mut changed = true;
        while changed {
            changed = false;
            for &func in &group.funcs {
                self.forget_original(func);
                if let Some(own) = &mut sites[func.index()] {
                    changed |= self.inline_calls(func, own);
                }
            }
        }
    }

    /// The body as it was is only for others to copy; without it, calls are inlined in place.
    fn forget_original(&mut self, func: FuncId) {
        let f = &mut self.package.funcs[func];
        if f.inline.is_none() && !f.generic && !f.kind.is_closure() {
            f.original = Arc::clone(&self.nothing);
        }
    }

    /// One round over the calls of a function; new calls that come with inlined bodies are counted in a batch before any
    /// of them is tried.
    fn inline_calls(&mut self, func: FuncId, sites: &mut Sites) -> bool {
        let mut changed = false;
        let (mut from, mut to) = (0, sites.calls.len());
        while from < to {
            for i in from..to {
                if let Some(source) = self.inlinable(func, sites, i) {
                    if !changed {
                        self.make_room(func, sites);
                    }
                    changed = true;
                    let nodes = splice::splice(self, func, sites.calls[i], &source);
                    let body = &self.package.funcs[func].body;
                    let init = body.list(body.init(sites.calls[i]));
                    let mut calls = body.calls_below(&mut self.stacks, init);
                    calls.extend(source.calls(nodes));
                    self.leave_benchmark_loops(func, Some(sites.calls[i]), &mut calls);
                    sites.calls.extend(calls);
                    sites.resolved.resize(sites.calls.len(), None);
                }
            }
            (from, to) = (to, sites.calls.len());
            for i in from..to {
                self.resolve(func, sites, i);
            }
        }
        changed
    }

    /// Makes room in a body for what is likely to take the places of calls in it: a body that grows bit by bit is copied
    /// again and again. What a call brings along with those that come with it is the average of the standard library.
    fn make_room(&mut self, func: FuncId, sites: &Sites) {
        let known = sites.resolved.iter().flatten().count();
        let more = Extent {
            locals: 3 * known,
            inlined: known,
            nodes: 32 * known,
            lists: 16 * known,
            inits: 2 * known,
            consts: known,
        };
        let body = &mut self.package.funcs[func].body;
        match Arc::get_mut(body) {
            Some(body) => body.reserve(&more),
            None => *body = Arc::new(body.with_room(&more)),
        }
    }

    /// What is to be put in the place of a call, if it can be inlined; says so.
    fn inlinable(&mut self, func: FuncId, sites: &mut Sites, i: usize) -> Option<Rc<Source>> {
        let (call, big) = (sites.calls[i], sites.big);
        if !matches!(self.package.funcs[func].body.node(call), Node::Call { .. }) {
            return None;
        }
        let target = self.resolve(func, sites, i)?;
        if let Target::Local(callee) = target {
            let f = &self.package.funcs[callee];
            if f.kind.is_closure() || f.silent {
                self.check(callee);
            }
        }
        if !self.is_cheap_enough(target, big) || self.is_recursive(func, call, target) {
            return None;
        }
        let source = self.source(target)?;
        let pos = self.package.funcs[func].body.pos(call);
        self.say(func, pos, source.message.clone());
        if let Target::Imported(callee) = target {
            self.package.inlined.insert(callee);
        }
        Some(source)
    }

    /// The label behind a body if `number` came into the same caller before.
    pub(super) fn end_label(&mut self, number: usize) -> Symbol {
        for i in self.ends.len()..=number {
            self.ends.push(Symbol::intern(&format!(".i{i}")));
        }
        self.ends[number]
    }

    /// What is put in the place of calls of a function.
    fn source(&mut self, target: Target) -> Option<Rc<Source>> {
        if let Some(known) = self.sources.get(&target) {
            return Some(Rc::clone(known));
        }
        let message = format!("inlining call to {}", self.target_name(target));
        let source = Rc::new(Source::new(self.finder(), target, message)?);
        self.sources.insert(target, Rc::clone(&source));
        Some(source)
    }

    fn is_cheap_enough(&self, target: Target, big: bool) -> bool {
        let finder = self.finder();
        let Some(inline) = finder.inline(target) else {
            return false;
        };
        let only = self.uses.get(&target) == Some(&1);
        let limit = call_limit(self.config.release, big, finder.is_closure(target), only);
        inline.cost <= limit
    }

    /// Whether the call is at the position of a call it came with, or its callee is one whose body it came with.
    fn is_recursive(&self, func: FuncId, call: NodeId, target: Target) -> bool {
        let body = &self.package.funcs[func].body;
        let own = body.pos(call);
        if !self.config.release.self_recursion && target == Target::Local(func) {
            return true;
        }
        if own.inline.is_none() {
            return false;
        }
        let key = self.key(target);
        let mut at = own.inline;
        while let Some(id) = at {
            let frame = body.inlined[id];
            let same_place = (frame.call.file, frame.call.offset) == (own.file, own.offset);
            if same_place || Some(frame.callee) == key {
                return true;
            }
            at = frame.call.inline;
        }
        false
    }

    fn key(&self, target: Target) -> Option<FuncKey> {
        let finder = self.finder();
        let (package, func) = finder.function(target)?;
        Some(package.funcs[func].key(func))
    }

    /// A function's name in messages of its own package.
    pub(super) fn name_of(&self, func: FuncId) -> String {
        let f = &self.package.funcs[func];
        symbol_text(f.name, f.pkg, Some(self.package.pkg))
    }

    fn target_name(&self, target: Target) -> String {
        match target {
            Target::Local(func) => self.name_of(func),
            Target::Imported(func) => func_text(func, Some(self.package.pkg)),
        }
    }

    pub(super) fn say(&mut self, func: FuncId, pos: Pos, text: String) {
        if self.package.funcs[func].silent {
            return;
        }
        let at = self.package.funcs[func].body.outermost(pos);
        self.out.messages.push(Message {
            file: at.file,
            offset: at.offset,
            text,
        });
    }
}

/// What forbids inlining before the body is looked at (`inline.InlineImpossible`).
fn impossible(package: &Package, func: FuncId) -> Result<(), Impossible> {
    const REASONS: &[(Pragma, &str)] = &[
        (Pragma::NOINLINE, "marked go:noinline"),
        (Pragma::CGO_UNSAFE_ARGS, "marked go:cgo_unsafe_args"),
        (
            Pragma::UINTPTR_KEEPALIVE,
            "marked as having a keep-alive uintptr argument",
        ),
        // What makes such arguments escape keeps them alive too.
        (
            Pragma::UINTPTR_ESCAPES,
            "marked as having a keep-alive uintptr argument",
        ),
        (Pragma::YESWRITEBARRIERREC, "marked go:yeswritebarrierrec"),
    ];
    let f = &package.funcs[func];
    if let Some((_, why)) = REASONS.iter().find(|(p, _)| f.pragma.has(*p)) {
        return Err(Impossible((*why).to_owned()));
    }
    if !f.has_body || (f.original.stmts.is_empty() && f.kind == FuncKind::PackageInit) {
        return Err(Impossible("no function body".to_owned()));
    }
    if f.kind == FuncKind::PackageInit {
        return Err(Impossible("package initialization".to_owned()));
    }
    Ok(())
}
