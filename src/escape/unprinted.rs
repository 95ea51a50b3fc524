//! Sites that the compiler says nothing of, because no location of its graph stands for them.
//!
//! | site | on the heap |
//! | --- | --- |
//! | `make(chan T)` | always |
//! | `s += x` on strings | the sum, if both have bytes |
//! | `m[k] = v` | what the map grows by |
//! | `append` up to Go 1.24 | what the slice grows by |
//! | `return s`, where s grew in the frame | since Go 1.26 what it has, if it is still there |
//! | `for k, v = range x` into interface variables | a box an iteration |
//!
//! Calls and parameters are sites too if rules ask for them; they tell what a function does elsewhere.

use rustc_hash::FxHashMap;

use super::analysis::Analysis;
use super::callee::{Called, by_key, by_operand};
use super::leaks::{Layout, Leaks, Sink};
use super::moved::Moved;
use super::sites::{Found, Made, Sites};
use super::summary::Summary;
use crate::ir::FuncKind;
use crate::ir::body::{Body, ConvKind, InlineId, Pos};
use crate::ir::node::{BinOp, FuncId, Node, NodeId, Nodes};
use crate::ir::print::node_text;
use crate::site::{Cost, Reason, Site, SiteKind, Trait, Traits, Verdict};
use crate::types::builtin::BuiltinId;
use crate::types::predicates::{is_interface, is_string};
use crate::types::ty::{Ty, TyKind};

impl Sites<'_> {
    /// The sites in a function that no location stands for.
    pub(super) fn unprinted(&self, func: FuncId, found: &mut Found) {
        let body: &Body = &self.package().funcs[func].body;
        body.preorder(body.stmts, |id| {
            match body.node(id) {
                Node::Builtin {
                    id: BuiltinId::Make,
                    ..
                } if matches!(body.ty(id).under().kind(), TyKind::Chan { .. }) => {
                    let made = self.blank(SiteKind::MakeChan, func, id, id);
                    found.keep(made.map(|m| on_heap(m, Reason::Channel, Cost::Always)));
                }
                Node::Builtin {
                    id: BuiltinId::Append,
                    ..
                } if !self.costs.release.append_store => found.keep(self.grown(func, id)),
                Node::Range { x, key, value, .. } => {
                    self.range_boxing(func, x, [key, value], found);
                }
                Node::Assign { x, .. } => self.map_assign(func, id, x, found),
                Node::AssignList { lhs, .. } => {
                    for &x in body.list(lhs) {
                        self.map_assign(func, id, x, found);
                    }
                }
                Node::AssignOp { op, x, .. } => {
                    self.map_assign(func, id, x, found);
                    if op == BinOp::Add && is_string(body.ty(x)) {
                        found.keep(self.added(func, id, x));
                    }
                }
                _ => {}
            }
            true
        });
    }

    /// A site at the place of `at`, of the type of `of`.
    fn blank(&self, kind: SiteKind, func: FuncId, at: NodeId, of: NodeId) -> Option<Made> {
        let body: &Body = &self.package().funcs[func].body;
        let text = node_text(self.package(), func, at);
        self.blank_site(kind, body.pos(at), func, body.ty(of), &text)
    }

    /// An `append` of releases that have no location for what it allocates: always on the heap.
    fn grown(&self, func: FuncId, id: NodeId) -> Option<Made> {
        let made = self.blank(SiteKind::Append, func, id, id)?;
        let cost = Cost::Maybe("the capacity is exceeded".to_owned());
        let made = with_traits(made, self.growth(func).of_append(id));
        Some(on_heap(made, Reason::NonConstantSize, cost))
    }

    /// `x += y` on strings.
    fn added(&self, func: FuncId, id: NodeId, x: NodeId) -> Option<Made> {
        let made = self.blank(SiteKind::Concatenation, func, id, x)?;
        let cost = Cost::Maybe("neither operand is empty".to_owned());
        let made = with_traits(made, self.growth(func).of_concatenation(id));
        Some(on_heap(made, Reason::NonConstantSize, cost))
    }

    /// `m[k] = …`, if `x` is an element of a map.
    fn map_assign(&self, func: FuncId, stmt: NodeId, x: NodeId, found: &mut Found) {
        let body: &Body = &self.package().funcs[func].body;
        let Node::Index { x: map, .. } = body.node(x) else {
            return;
        };
        if !matches!(body.ty(map).under().kind(), TyKind::Map { .. }) {
            return;
        }
        let cost = Cost::Maybe("the map has no room for another key".to_owned());
        let made = self.blank(SiteKind::MapAssign, func, x, map);
        let made = made.map(|m| with_traits(m, self.growth(func).of_map(map, stmt)));
        found.keep(made.map(|m| on_heap(m, Reason::NonConstantSize, cost)));
    }

    /// A slice that grows in the frame: what it grows by, and where it is moved.
    pub(super) fn moved(&self, moved: &Moved, found: &mut Found) {
        let body: &Body = &self.package().funcs[moved.func].body;
        let slice = &body.locals[moved.slice];
        let TyKind::Slice(elem) = slice.ty.under().kind() else {
            return;
        };
        let grows = self.costs.append_in_buffer(*elem);
        for &append in &moved.appends {
            found.recount(body.pos(append), SiteKind::Append, &grows);
        }
        let name = slice.name.as_str();
        let made = self.blank_site(
            SiteKind::MovedSlice,
            body.pos(moved.at),
            moved.func,
            slice.ty,
            name,
        );
        let reason = match body.node(moved.at) {
            Node::Return(_) => Reason::Returned,
            _ => Reason::Stored,
        };
        let cost = self.costs.move_to_heap(*elem);
        found.keep(made.map(|m| on_heap(m, reason, cost)));
    }

    /// `for k, v = range x` into interface variables: what is assigned is boxed on each iteration.
    fn range_boxing(
        &self,
        func: FuncId,
        x: NodeId,
        targets: [Option<NodeId>; 2],
        found: &mut Found,
    ) {
        let body: &Body = &self.package().funcs[func].body;
        for (target, ty) in targets.into_iter().zip(range_types(body.ty(x))) {
            let (Some(target), Some(ty)) = (target, ty) else {
                continue;
            };
            let boxes = is_interface(body.ty(target))
                && !is_interface(ty)
                && !self
                    .costs
                    .sizes
                    .is_pointer_shaped(ty, self.costs.release.direct);
            if !boxes {
                continue;
            }
            let text = node_text(self.package(), func, target);
            let pos = body.pos(target);
            let made = self.blank_site(SiteKind::InterfaceConversion, pos, func, ty, &text);
            let interface = self.shown_type(body.ty(target));
            found.keep(made.map(|made| {
                let mut made = on_heap(made, Reason::Stored, Cost::Always);
                made.site.target = interface;
                with_traits(made, Traits::default().with(Trait::ByRange, true))
            }));
        }
    }

    /// The sites that are there only if they are asked for: calls, functions and parameters.
    pub(super) fn asked_for(&self, analysis: &Analysis, found: &mut Found) {
        let mut wanted = FxHashMap::default();
        for (id, func) in self.package().funcs.iter_enumerated() {
            if func.generic {
                continue;
            }
            self.calls(id, &mut wanted, found);
            if !func.has_body || func.silent {
                continue;
            }
            if self.extra.functions && func.kind == FuncKind::Declared {
                let name = func.name.as_str();
                found.keep(self.blank_site(SiteKind::Function, func.pos, id, func.ty, name));
            }
            if let Some(summary) = analysis.summaries[id]
                .as_ref()
                .filter(|_| self.extra.parameters)
            {
                self.parameters(id, summary, found);
            }
        }
    }

    fn parameters(&self, id: FuncId, summary: &Summary, found: &mut Found) {
        let func = &self.package().funcs[id];
        for (i, &param) in func.params.iter().enumerate() {
            let local = &func.body.locals[param];
            let name = local.name.as_str();
            let traits = self.leaking(summary.tag(i).leaks);
            let has_pointers = self.costs.sizes.has_pointers(local.ty);
            if has_pointers && !name.starts_with(['~', '_', '.']) && traits != Traits::default() {
                let made = self.blank_site(SiteKind::Parameter, local.pos, id, local.ty, name);
                found.keep(made.map(|m| with_traits(m, traits)));
            }
        }
    }

    fn leaking(&self, leaks: Leaks) -> Traits {
        let layout = Layout::of(self.costs.release);
        let heap = leaks.get(layout, Sink::Heap);
        let results = layout.sinks().filter(|s| matches!(s, Sink::Result(_)));
        let mut results = results.map(|s| leaks.get(layout, s));
        Traits::default()
            .with(Trait::LeaksToHeap, heap == Some(0))
            .with(Trait::LeaksContent, heap.is_some_and(|derefs| derefs > 0))
            .with(Trait::LeaksToResult, results.any(|r| r.is_some()))
    }

    /// The calls that a function's source has, those that are inlined as well.
    fn calls(&self, func: FuncId, wanted: &mut FxHashMap<String, bool>, found: &mut Found) {
        let body: &Body = &self.package().funcs[func].body;
        let inlined: FxHashMap<_, _> = body.inlined.iter().map(|i| (place(i.call), i)).collect();
        body.preorder(body.stmts, |id| {
            let (called, args) = match body.node(id) {
                Node::Call { fun, args, .. } => (by_operand(body, fun), args),
                Node::InlinedCall { .. } => {
                    let inlined = inlined.get(&place(body.pos(id)));
                    let called = inlined.map_or_else(Called::default, |i| by_key(i.callee));
                    (called, inlined_arguments(body, id))
                }
                _ => return true,
            };
            let is_wanted = !called.name.is_empty()
                && *wanted
                    .entry(called.name.clone())
                    .or_insert_with_key(|name| (self.extra.calls)(name));
            if is_wanted {
                found.keep(self.call(func, id, called, args));
            }
            true
        });
    }

    fn call(&self, func: FuncId, id: NodeId, called: Called, args: Nodes) -> Option<Made> {
        let body: &Body = &self.package().funcs[func].body;
        let constant = body.list(args).iter().all(|&arg| is_constant(body, arg));
        let made = self.blank(SiteKind::Call, func, id, id)?;
        let traits = Traits::default().with(Trait::ConstantArguments, constant);
        let mut made = with_traits(made, traits);
        made.site.callee = called.name;
        made.site.call = called.kind;
        made.site.verdict = Verdict::Unknown("what the function called does".to_owned());
        made.site.cost = Cost::Unknown;
        Some(made)
    }
}

/// What tells apart the calls of a body.
fn place(call: Pos) -> (u32, Option<InlineId>) {
    (call.offset, call.inline)
}

/// The arguments of a call that was inlined: what the callee's parameters are assigned before its body.
fn inlined_arguments(body: &Body, id: NodeId) -> Nodes {
    let pos = body.pos(id);
    let before = body.list(body.init(id)).iter();
    let mut lists = before.filter_map(|&stmt| match body.node(stmt) {
        Node::AssignList { rhs, def: true, .. } if body.pos(stmt) == pos => Some(rhs),
        _ => None,
    });
    lists.next_back().unwrap_or_default()
}

fn is_constant(body: &Body, arg: NodeId) -> bool {
    let mut todo = vec![arg];
    while let Some(id) = todo.pop() {
        match body.node(id) {
            Node::Literal(_) | Node::Nil => {}
            Node::Conv { x, .. } if body.conv_kind(id) != ConvKind::StringToBytes => todo.push(x),
            Node::CompLit { list, dots: true } => todo.extend_from_slice(body.list(list)),
            _ => return false,
        }
    }
    true
}

fn on_heap(made: Made, reason: Reason, cost: Cost) -> Made {
    Made {
        site: Site {
            verdict: Verdict::Heap(reason),
            cost,
            ..made.site
        },
        ..made
    }
}

fn with_traits(mut made: Made, traits: Traits) -> Made {
    made.site.traits = made.site.traits.and(traits);
    made
}

/// The types of key and value of a range over `ty`, as far as they may be boxed.
fn range_types(ty: Ty) -> [Option<Ty>; 2] {
    let under = ty.under_pointer().map_or(ty, |t| t).under();
    match under.kind() {
        TyKind::Slice(elem) | TyKind::Array { elem, .. } => [None, Some(*elem)],
        TyKind::Map { key, elem } => [Some(*key), Some(*elem)],
        TyKind::Chan { elem, .. } => [Some(*elem), None],
        _ => [None, None],
    }
}
