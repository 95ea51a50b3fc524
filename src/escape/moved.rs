//! Slices that grow in a buffer of the frame and are moved to the heap where their function lets go of them.
//!
//! ```go
//! var out []int16                   // grows in 32 bytes of the frame as long as they suffice
//! for _, x := range list {
//!     out = append(out, f(x))
//! }
//! return out                        // moved: what is still in the frame is copied to the heap
//! ```
//!
//! That is done for a variable of slice type whose every mention is of a kind that keeps its array to itself, up to one
//! statement, outside of the loops since its declaration, that hands it on:
//!
//! | mention | keeps the array to itself |
//! | --- | --- |
//! | `s = nil`, `s = []T{…}`, `s = s[i:j]`, `s = append(s, …)` | yes |
//! | `s[i]`, `len(s)`, `cap(s)`; `f(s)` where f keeps nothing of it | yes |
//! | `return s`, `x = s` | hands it on |
//! | `range s` | yes up to Go 1.26, hands it on since 1.27 |
//! | anything else, `&s[i]` and closures among it | no |
//!
//! It is worth it from two appends on, where one counts once more for each loop around it. Source: `slice/slice.go`,
//! `ssagen/ssa.go` (`move2heap`) of the compiler.

use rustc_hash::{FxHashMap, FxHashSet};

use super::build::Context;
use super::summary::{Summary, Tag};
use crate::base::index::IndexVec;
use crate::ir::body::{Body, Class, FuncRef, LocalId};
use crate::ir::node::{FuncId, ListKind, Node, NodeId, Nodes};
use crate::ir::outline::Outlines;
use crate::ir::statics::Statics;
use crate::ir::visit::Stacks;
use crate::types::builtin::BuiltinId;
use crate::types::ty::{Ty, TyKind};

/// A slice that is moved.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Moved {
    /// The function.
    pub func: FuncId,
    /// The statement that hands it on: it allocates if the array is still in the frame.
    pub at: NodeId,
    /// The variable.
    pub slice: LocalId,
    /// What it grows by: none of these allocates as long as the frame's buffer suffices.
    pub appends: Vec<NodeId>,
}

/// The slices that are moved in all functions of a package whose summaries are known. They are sites, and the compiler
/// says nothing of them: none are looked for where only its lines are wanted.
pub(super) fn find(cx: &Context<'_>, summaries: &IndexVec<FuncId, Option<Summary>>) -> Vec<Moved> {
    if !cx.release.late_append || !cx.ways {
        return Vec::new();
    }
    let mut statics = None;
    let mut moved = Vec::new();
    for (id, func) in cx.package.funcs.iter_enumerated() {
        let candidates = candidates(cx, &func.body);
        if func.generic || !func.has_body || candidates.is_empty() {
            continue;
        }
        let statics = statics.get_or_insert_with(|| {
            let outlines = Outlines::of(cx.package);
            Statics::of(cx.package, &outlines, cx.release)
        });
        let search = Search {
            cx,
            statics,
            summaries,
            func: id,
            body: &func.body,
            tracked: candidates,
            loops: 0,
        };
        moved.extend(search.run());
    }
    moved
}

/// Variables whose elements fit in the buffer and that grow at all.
fn candidates(cx: &Context<'_>, body: &Body) -> FxHashMap<LocalId, Tracked> {
    let fits = |ty: Ty| match ty.under().kind() {
        TyKind::Slice(elem) => (1..=cx.release.make_buffer).contains(&cx.sizes.size_of(*elem)),
        _ => false,
    };
    let mut found = FxHashMap::default();
    if !body.locals.iter().any(|local| fits(local.ty)) {
        return found;
    }
    body.preorder(body.stmts, |id| {
        if let Node::Assign { x, y: Some(y), .. } = body.node(id)
            && let Node::Name(local) = body.node(x)
            && appended_to(body, y) == Some(local)
            && !matches!(body.locals[local].class, Class::Captured(_))
            && fits(body.locals[local].ty)
        {
            found.entry(local).or_default();
        }
        true
    });
    found
}

/// The variable that `id` appends to.
fn appended_to(body: &Body, id: NodeId) -> Option<LocalId> {
    let Node::Builtin {
        id: BuiltinId::Append,
        args,
        ..
    } = body.node(id)
    else {
        return None;
    };
    name(body, *body.list(args).first()?)
}

fn name(body: &Body, id: NodeId) -> Option<LocalId> {
    match body.node(id) {
        Node::Name(local) => Some(local),
        _ => None,
    }
}

/// What is known of a variable so far.
#[derive(Default)]
struct Tracked {
    /// Mentions, and those among them that keep the array to itself or hand it on.
    mentions: u32,
    understood: u32,
    handed_on: Option<NodeId>,
    /// It is handed on twice or in a loop, or a pointer into its array is made.
    lost: bool,
    appends: Vec<NodeId>,
    weight: u32,
    /// How many loops are around its declaration.
    declared: u32,
}

struct Search<'s> {
    cx: &'s Context<'s>,
    statics: &'s Statics,
    summaries: &'s IndexVec<FuncId, Option<Summary>>,
    func: FuncId,
    body: &'s Body,
    tracked: FxHashMap<LocalId, Tracked>,
    loops: u32,
}

impl Search<'_> {
    fn run(mut self) -> Vec<Moved> {
        let body = self.body;
        let roots = body.list(body.stmts);
        body.walk(
            &mut Stacks::default(),
            roots,
            |_| false,
            |id, leaving| {
                let is_loop = matches!(body.node(id), Node::For { .. } | Node::Range { .. });
                if leaving {
                    self.loops -= 1;
                    return false;
                }
                self.look_at(id);
                self.loops += u32::from(is_loop);
                is_loop
            },
        );
        let mut locals: Vec<LocalId> = self.tracked.keys().copied().collect();
        locals.sort_unstable();
        let moved = locals.into_iter().filter_map(|slice| {
            let tracked = self.tracked.remove(&slice)?;
            let all_understood = !tracked.lost && tracked.understood == tracked.mentions;
            let at = tracked.handed_on.filter(|_| all_understood)?;
            (tracked.weight >= 2).then_some(Moved {
                func: self.func,
                at,
                slice,
                appends: tracked.appends,
            })
        });
        moved.collect()
    }

    fn tracked(&mut self, id: NodeId) -> Option<&mut Tracked> {
        let local = name(self.body, id)?;
        self.tracked.get_mut(&local)
    }

    fn understand(&mut self, id: NodeId, mentions: u32) {
        if let Some(tracked) = self.tracked(id) {
            tracked.understood += mentions;
        }
    }

    fn hand_on(&mut self, id: NodeId, at: NodeId) {
        let loops = self.loops;
        if let Some(tracked) = self.tracked(id) {
            tracked.lost |= tracked.handed_on.is_some() || loops > tracked.declared;
            tracked.handed_on = Some(at);
        }
    }

    fn look_at(&mut self, id: NodeId) {
        let body = self.body;
        match body.node(id) {
            Node::Name(_) => {
                if let Some(tracked) = self.tracked(id) {
                    tracked.mentions += 1;
                }
            }
            Node::Dcl(local) => {
                if let Some(tracked) = self.tracked.get_mut(&local) {
                    tracked.declared = self.loops;
                }
            }
            Node::Index { x, .. } => self.understand(x, 1),
            Node::Builtin {
                id: BuiltinId::Len | BuiltinId::Cap,
                args,
                ..
            } => body.list(args).iter().for_each(|&x| self.understand(x, 1)),
            Node::Addr { x, .. } => self.address(x),
            Node::Return(results) => self.result(id, results),
            Node::Call { fun, args, .. } => self.call(fun, args),
            Node::Range { x, .. } => {
                self.understand(x, 1);
                if self.cx.release.range_hands_on {
                    self.hand_on(x, id);
                }
            }
            Node::Assign { x, y, .. } => self.assign(x, y, id),
            Node::AssignList {
                kind: ListKind::Pairs,
                lhs,
                rhs,
                ..
            } => {
                for (&x, &y) in body.list(lhs).iter().zip(body.list(rhs)) {
                    self.assign(x, Some(y), id);
                }
            }
            Node::Closure(literal) => self.captured(literal),
            _ => {}
        }
    }

    /// `&s[i]`, and since Go 1.27 what lies in it, `&s[i].f`, is lost.
    fn address(&mut self, mut x: NodeId) {
        let body = self.body;
        loop {
            match body.node(x) {
                Node::Dot { x: of, .. }
                    if self.cx.release.range_hands_on && body.ty(of).under_pointer().is_none() =>
                {
                    x = of;
                }
                Node::Index { x: of, .. } => {
                    let array = matches!(body.ty(of).under().kind(), TyKind::Array { .. });
                    if !array || !self.cx.release.range_hands_on {
                        if let Some(tracked) = self.tracked(of) {
                            tracked.lost = true;
                        }
                        return;
                    }
                    x = of;
                }
                _ => return,
            }
        }
    }

    /// A `return` without operands hands on the results that have names.
    fn result(&mut self, at: NodeId, results: Nodes) {
        for &x in self.body.list(results) {
            self.understand(x, 1);
            self.hand_on(x, at);
        }
        if results.is_empty() {
            for (&local, tracked) in &mut self.tracked {
                if self.body.locals[local].class == Class::Result {
                    tracked.lost |= tracked.handed_on.is_some() || self.loops > tracked.declared;
                    tracked.handed_on = Some(at);
                }
            }
        }
    }

    fn assign(&mut self, x: NodeId, y: Option<NodeId>, at: NodeId) {
        let body = self.body;
        if let Some(local) = name(body, x)
            && self.tracked.contains_key(&local)
        {
            self.understand(x, self.preserved(local, y));
            if let Some(y) = y.filter(|&y| appended_to(body, y) == Some(local)) {
                let loops = self.loops;
                if let Some(tracked) = self.tracked(x) {
                    tracked.appends.push(y);
                    tracked.weight += 1 + loops.saturating_sub(tracked.declared);
                }
            }
        }
        if let Some(y) = y {
            self.understand(y, 1);
            self.hand_on(y, at);
        }
    }

    /// How many mentions of the variable are understood by what it is assigned.
    fn preserved(&self, local: LocalId, y: Option<NodeId>) -> u32 {
        let body = self.body;
        let Some(y) = y else {
            return 1;
        };
        match body.node(y) {
            Node::Nil | Node::CompLit { .. } => 1,
            Node::Slice { x, parts } if parts.len() == 2 => {
                2 * u32::from(name(body, x) == Some(local))
            }
            _ => 2 * u32::from(appended_to(body, y) == Some(local)),
        }
    }

    fn captured(&mut self, literal: FuncId) {
        let literal = &self.cx.package.funcs[literal];
        let outer: FxHashSet<LocalId> = literal
            .closure_vars
            .iter()
            .filter_map(|&var| match literal.body.locals[var].class {
                Class::Captured(outer) => Some(outer),
                _ => None,
            })
            .collect();
        for local in outer {
            if let Some(tracked) = self.tracked.get_mut(&local) {
                tracked.lost = true;
            }
        }
    }

    fn call(&mut self, fun: NodeId, args: Nodes) {
        let body = self.body;
        let args = body.list(args).iter().enumerate();
        let mentioned: Vec<_> = args
            .filter(|&(_, &x)| name(body, x).is_some_and(|l| self.tracked.contains_key(&l)))
            .collect();
        if mentioned.is_empty() {
            return;
        }
        let tags = self.tags(fun);
        let kept_nowhere = |i: usize| tags.is_some_and(|summary| summary.tag(i) == Tag::NONE);
        let safe: Vec<NodeId> = mentioned
            .into_iter()
            .filter_map(|(i, &x)| kept_nowhere(i).then_some(x))
            .collect();
        for x in safe {
            self.understand(x, 1);
        }
    }

    /// What is known of the function that is called.
    fn tags(&self, fun: NodeId) -> Option<&Summary> {
        let (at, value) = self.statics.value(self.cx.package, self.func, fun);
        match self.cx.package.funcs[at].body.node(value) {
            Node::Func(func) | Node::MethodExpr { func, direct: true } => self.summary(func),
            Node::Closure(literal) => self.summaries[literal].as_ref(),
            _ => None,
        }
    }

    fn summary(&self, func: FuncRef) -> Option<&Summary> {
        match self.cx.package.find(func) {
            Some(own) => self.summaries[own].as_ref(),
            None => self.cx.callees.summary(func),
        }
    }
}
