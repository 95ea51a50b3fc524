//! Solving root by root in the compiler's order: heap, callee, mutator, then locations newest first; a root that has
//! just escaped at the front, others at the back. This is the order since 1.25, so that the way shown is the compiler's.
//!
//! Cost: a location becomes a root again only when it gains one of four attributes or its closure's results are lost, so
//! there are at most five walks a location and one more a closure. A walk relaxes in first-in-first-out order, which is
//! Bellman–Ford: at most locations × edges steps, in practice a few a location. [`STEP_LIMIT`] bounds a batch made to be
//! slow.

use std::collections::VecDeque;

use super::super::graph::{Attrs, Edge, Graph, Loc, Role};
use super::super::leaks::{Layout, Sink};
use super::incoming::Incoming;
use super::{Cause, Outcome, Roles, STEP_LIMIT, leak_sink, outlives};
use crate::base::index::Idx;
use crate::ir::release::Release;

/// The longest way that is kept for explanations, in edges.
const WAY_LIMIT: usize = 128;

/// What is remembered of a location during a walk.
#[derive(Clone, Copy, Default)]
struct Mark {
    /// The walk that reached it last.
    walk: u32,
    /// Its distance in that walk.
    derefs: i32,
    /// The slot of the edge it was reached over.
    via: u32,
    /// The walk whose queue it is in; 0 if none.
    queued: u32,
    /// It waits to be a root.
    root_queued: bool,
    /// It escapes only because of something that is not known.
    unknown: bool,
}

/// The roots and marks of the walks; one serves many batches.
#[derive(Default)]
pub(super) struct InOrder {
    marks: Vec<Mark>,
    roots: VecDeque<Loc>,
    todo: VecDeque<Loc>,
    causes: Vec<Cause>,
    walk: u32,
    steps: u64,
}

impl InOrder {
    /// Sets the attributes and leaks of all locations of `graph`.
    pub(super) fn solve(
        &mut self,
        graph: &mut Graph,
        incoming: &Incoming,
        roles: &Roles,
        release: &Release,
    ) -> Outcome {
        self.prepare(graph);
        let layout = Layout::of(release);
        while let Some(root) = self.roots.pop_front() {
            if self.steps > STEP_LIMIT {
                break;
            }
            self.marks[root.index()].root_queued = false;
            self.walk += 1;
            if release.tracks_closure_results {
                self.lose_results(graph, roles, root);
            }
            self.walk_from(graph, incoming, layout, root);
        }
        Outcome {
            causes: std::mem::take(&mut self.causes),
            gave_up: self.steps > STEP_LIMIT,
        }
    }

    fn prepare(&mut self, graph: &Graph) {
        self.marks.clear();
        self.marks.resize(graph.len(), Mark::default());
        self.causes.clear();
        self.roots.clear();
        self.todo.clear();
        (self.walk, self.steps) = (0, 0);
        self.marks[Graph::UNKNOWN].unknown = true;
        let pseudo = [
            Graph::heap(),
            Graph::callee(),
            Graph::mutator(),
            Graph::unknown(),
        ];
        self.note_immediate(graph);
        for root in pseudo.into_iter().chain(graph.ids().rev()) {
            self.roots.push_back(root);
            self.marks[root.index()].root_queued = true;
        }
    }

    /// What escaped while the graph was built.
    fn note_immediate(&mut self, graph: &Graph) {
        for edge in graph.immediate() {
            let unknown = self.marks[edge.dst.index()].unknown;
            self.marks[edge.src.index()].unknown = unknown;
            self.causes.push(Cause {
                loc: edge.src,
                root: edge.dst,
                way: vec![*edge],
                unknown,
            });
        }
    }

    fn enqueue(&mut self, graph: &Graph, loc: Loc) {
        let mark = &mut self.marks[loc.index()];
        if mark.root_queued {
            return;
        }
        mark.root_queued = true;
        if graph[loc].attrs.has(Attrs::ESCAPES) {
            self.roots.push_front(loc);
        } else {
            self.roots.push_back(loc);
        }
    }

    /// If `root` is a closure that may be called with its results untracked, they may go anywhere from now on.
    fn lose_results(&mut self, graph: &mut Graph, roles: &Roles, root: Loc) {
        let Role::Closure(function) = graph[root].role else {
            return;
        };
        if !graph[root].attrs.has(Attrs::CALLS) || graph.frame_mut(function).results_lost {
            return;
        }
        graph.frame_mut(function).results_lost = true;
        for result in roles.results_of(function) {
            self.enqueue(graph, result);
        }
    }

    fn walk_from(&mut self, graph: &mut Graph, incoming: &Incoming, layout: Layout, root: Loc) {
        let mark = &mut self.marks[root.index()];
        (mark.walk, mark.derefs) = (self.walk, 0);
        self.todo.push_back(root);
        while let Some(loc) = self.todo.pop_front() {
            self.marks[loc.index()].queued = 0;
            if self.visit(graph, incoming, layout, root, loc) {
                self.relax(graph, incoming, loc);
            }
        }
    }

    /// Draws the conclusions for one location at its distance; whether to go on behind it.
    fn visit(
        &mut self,
        graph: &mut Graph,
        incoming: &Incoming,
        layout: Layout,
        root: Loc,
        loc: Loc,
    ) -> bool {
        let derefs = self.marks[loc.index()].derefs;
        let mut new = Attrs::NONE;
        if derefs < 0 {
            new = address_attrs(graph, root, loc);
        }
        let derefs = derefs.max(0);
        if derefs == 0 {
            new = new.or(graph[root].attrs.and(Attrs::USES));
        }
        if graph[loc].role == Role::Param {
            let unknown = self.marks[root.index()].unknown;
            record_leaks(graph, layout, (root, unknown), loc, derefs);
        }
        let old = graph[loc].attrs;
        if old.has(new) {
            return true;
        }
        graph[loc].attrs = old.or(new);
        if new.has(Attrs::ESCAPES) && !old.has(Attrs::ESCAPES) {
            self.note_cause(incoming, root, loc);
        }
        self.enqueue(graph, loc);
        !graph[loc].attrs.has(Attrs::ESCAPES)
    }

    fn relax(&mut self, graph: &Graph, incoming: &Incoming, loc: Loc) {
        let base = self.marks[loc.index()].derefs.max(0);
        let slots = incoming.slots(loc);
        self.steps += slots.len() as u64;
        for slot in slots {
            let edge = incoming.edge(slot);
            if graph[edge.src].attrs.has(Attrs::ESCAPES) {
                continue;
            }
            let derefs = base.saturating_add(edge.derefs);
            let mark = &mut self.marks[edge.src.index()];
            if mark.walk == self.walk && mark.derefs <= derefs {
                continue;
            }
            (mark.walk, mark.derefs, mark.via) = (self.walk, derefs, slot as u32);
            if mark.queued != self.walk {
                mark.queued = self.walk;
                self.todo.push_back(edge.src);
            }
        }
    }

    fn note_cause(&mut self, incoming: &Incoming, root: Loc, loc: Loc) {
        let mut way: Vec<Edge> = Vec::new();
        let mut at = loc;
        while at != root && way.len() < WAY_LIMIT && way.iter().all(|e| e.src != at) {
            let edge = *incoming.edge(self.marks[at.index()].via as usize);
            way.push(edge);
            at = edge.dst;
        }
        let unknown = self.marks[root.index()].unknown;
        self.marks[loc.index()].unknown = unknown;
        self.causes.push(Cause {
            loc,
            root,
            way,
            unknown,
        });
    }
}

/// What a location becomes when its address gets to `root`.
fn address_attrs(graph: &Graph, root: Loc, loc: Loc) -> Attrs {
    if outlives(graph, root, loc) {
        Attrs::HEAP
    } else {
        graph[root].attrs.and(Attrs::PERSISTS)
    }
}

/// Records in parameter `loc` that its value, loaded `derefs` times, gets to `root`, which may escape only because of
/// something that is not known.
fn record_leaks(
    graph: &mut Graph,
    layout: Layout,
    (root, unknown): (Loc, bool),
    loc: Loc,
    derefs: i32,
) {
    if unknown {
        let least = u8::try_from(derefs.saturating_add(1)).unwrap_or(u8::MAX);
        let old = &mut graph[loc].unknown_leak;
        *old = if *old == 0 { least } else { least.min(*old) };
        return;
    }
    let leak = outlives(graph, root, loc).then(|| leak_sink(graph, layout, root, loc));
    let uses = graph[root].attrs;
    let leaks = &mut graph[loc].leaks;
    if let Some(sink) = leak {
        leaks.add(layout, sink, derefs);
    }
    if uses.has(Attrs::MUTATES) {
        leaks.add(layout, Sink::Mutator, derefs);
    }
    if uses.has(Attrs::CALLS) {
        leaks.add(layout, Sink::Callee, derefs);
    }
}
