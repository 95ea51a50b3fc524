//! Solving the graph: which locations escape, persist, are written through or called, and where parameters leak.
//!
//! From each location as root, a shortest-path walk goes backwards over the edges: distance is the least number of
//! loads from a location's value to the root, and −1 means that its address gets there. An address that gets to
//! something that outlives it must be on the heap. Attributes only grow, so the result does not hang on the order of the
//! roots; the order (heap, callee, mutator, then locations newest first; a root that has just escaped at the front,
//! others at the back) is that of the compiler since 1.25, so that the way shown is the compiler's.
//!
//! | term | meaning |
//! | --- | --- |
//! | root | the location a walk starts from |
//! | distance | least derefs from a location to the root; below 0 the address arrives, and what is stored in the location does not |
//! | cause | the edges from a location to the root that put it on the heap |
//!
//! Cost: a location becomes a root again only when it gains one of four attributes or its closure's results are lost, so
//! there are at most five walks a location and one more a closure. A walk relaxes in first-in-first-out order, which is
//! Bellman–Ford: at most locations × edges steps, in practice a few a location. [`STEP_LIMIT`] bounds a batch made to be
//! slow.
//!
//! Source: `escape/solve.go` of the compiler.

use std::collections::VecDeque;

use super::graph::{Attrs, Edge, Graph, Loc, Owner, Role};
use super::leaks::{Layout, Sink};
use crate::base::index::Idx;
use crate::ir::release::Release;

/// Relaxations after which a batch is given up: some seconds.
pub const STEP_LIMIT: u64 = 1 << 31;

/// The longest way that is kept for explanations, in edges.
const WAY_LIMIT: usize = 128;

/// Why a location is on the heap.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Cause {
    /// What escapes.
    pub loc: Loc,
    /// What outlives it.
    pub root: Loc,
    /// The edges from `loc` to `root`, in that order; cut short where they run in a circle.
    pub way: Vec<Edge>,
    /// It is on the heap only because of something that is not known.
    pub unknown: bool,
}

/// What solving found beside the attributes.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Outcome {
    /// A cause for each location that escapes, in the order they were found: a root's cause before those it is root of.
    pub causes: Vec<Cause>,
    /// The batch took more than [`STEP_LIMIT`] steps: attributes that are not set mean nothing.
    pub gave_up: bool,
}

/// What is remembered of a location during a walk.
#[derive(Clone, Copy, Default)]
struct Mark {
    /// The walk that reached it last.
    walk: u32,
    /// Its distance in that walk.
    derefs: i32,
    /// The edge it was reached over.
    via: u32,
    /// The walk whose queue it is in; 0 if none.
    queued: u32,
    /// It waits to be a root.
    root_queued: bool,
    /// It escapes only because of something that is not known.
    unknown: bool,
}

/// The work lists and marks of the walks; one serves many batches.
#[derive(Default)]
pub struct Solver {
    /// Where a location's incoming edges start in `incoming`.
    starts: Vec<u32>,
    /// Edge numbers, by destination, in the order they were recorded.
    incoming: Vec<u32>,
    marks: Vec<Mark>,
    roots: VecDeque<Loc>,
    todo: VecDeque<Loc>,
    /// The results of closures, sorted by owner.
    results: Vec<(usize, Loc)>,
    causes: Vec<Cause>,
    walk: u32,
    steps: u64,
}

impl Solver {
    /// Sets the attributes and leaks of all locations of `graph`.
    pub fn solve(&mut self, graph: &mut Graph, release: &Release) -> Outcome {
        self.prepare(graph);
        let layout = Layout::of(release);
        while let Some(root) = self.roots.pop_front() {
            if self.steps > STEP_LIMIT {
                break;
            }
            self.marks[root.index()].root_queued = false;
            self.walk += 1;
            if release.tracks_closure_results {
                self.lose_results(graph, root);
            }
            self.walk_from(graph, layout, root);
        }
        self.outcome()
    }

    fn prepare(&mut self, graph: &Graph) {
        self.sort_edges(graph);
        self.marks.clear();
        self.marks.resize(graph.len(), Mark::default());
        self.results.clear();
        let results = graph
            .ids()
            .filter(|&loc| matches!(graph[loc].role, Role::Result(_)));
        self.results
            .extend(results.map(|loc| (graph[loc].owner.index(), loc)));
        self.results
            .sort_by_key(|&(owner, loc)| (owner, loc.index()));
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

    /// Sorts edge numbers by destination, by counting.
    fn sort_edges(&mut self, graph: &Graph) {
        let edges = graph.edges();
        self.starts.clear();
        self.starts.resize(graph.len() + 1, 0);
        for edge in edges {
            self.starts[edge.dst.index() + 1] += 1;
        }
        for i in 0..graph.len() {
            self.starts[i + 1] += self.starts[i];
        }
        let mut next = self.starts.clone();
        self.incoming.clear();
        self.incoming.resize(edges.len(), 0);
        for (number, edge) in edges.iter().enumerate() {
            let slot = &mut next[edge.dst.index()];
            self.incoming[*slot as usize] = number as u32;
            *slot += 1;
        }
    }

    fn outcome(&mut self) -> Outcome {
        Outcome {
            causes: std::mem::take(&mut self.causes),
            gave_up: self.steps > STEP_LIMIT,
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
    fn lose_results(&mut self, graph: &mut Graph, root: Loc) {
        let Role::Closure(function) = graph[root].role else {
            return;
        };
        if !graph[root].attrs.has(Attrs::CALLS) || graph.frame_mut(function).results_lost {
            return;
        }
        graph.frame_mut(function).results_lost = true;
        let owner = function.index();
        let first = self.results.partition_point(|&(o, _)| o < owner);
        let end = self.results.partition_point(|&(o, _)| o <= owner);
        for i in first..end {
            self.enqueue(graph, self.results[i].1);
        }
    }

    fn walk_from(&mut self, graph: &mut Graph, layout: Layout, root: Loc) {
        let mark = &mut self.marks[root.index()];
        (mark.walk, mark.derefs) = (self.walk, 0);
        self.todo.push_back(root);
        while let Some(loc) = self.todo.pop_front() {
            self.marks[loc.index()].queued = 0;
            if self.visit(graph, layout, root, loc) {
                self.relax(graph, loc);
            }
        }
    }

    /// Draws the conclusions for one location at its distance; whether to go on behind it.
    fn visit(&mut self, graph: &mut Graph, layout: Layout, root: Loc, loc: Loc) -> bool {
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
            self.note_cause(graph, root, loc);
        }
        self.enqueue(graph, loc);
        !graph[loc].attrs.has(Attrs::ESCAPES)
    }

    fn relax(&mut self, graph: &Graph, loc: Loc) {
        let base = self.marks[loc.index()].derefs.max(0);
        let (first, end) = (self.starts[loc.index()], self.starts[loc.index() + 1]);
        self.steps += u64::from(end - first);
        for slot in first..end {
            let number = self.incoming[slot as usize];
            let edge = graph.edges()[number as usize];
            if graph[edge.src].attrs.has(Attrs::ESCAPES) {
                continue;
            }
            let derefs = base.saturating_add(edge.derefs);
            let mark = &mut self.marks[edge.src.index()];
            if mark.walk == self.walk && mark.derefs <= derefs {
                continue;
            }
            (mark.walk, mark.derefs, mark.via) = (self.walk, derefs, number);
            if mark.queued != self.walk {
                mark.queued = self.walk;
                self.todo.push_back(edge.src);
            }
        }
    }

    fn note_cause(&mut self, graph: &Graph, root: Loc, loc: Loc) {
        let mut way: Vec<Edge> = Vec::new();
        let mut at = loc;
        while at != root && way.len() < WAY_LIMIT && way.iter().all(|e| e.src != at) {
            let edge = graph.edges()[self.marks[at.index()].via as usize];
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

/// A result of the same function that is not itself on the heap and has a slot is a sink of its own; all else is heap.
fn leak_sink(graph: &Graph, layout: Layout, root: Loc, param: Loc) -> Sink {
    let sink = &graph[root];
    match sink.role {
        Role::Result(i)
            if i < layout.results()
                && sink.owner == graph[param].owner
                && !sink.attrs.has(Attrs::ESCAPES) =>
        {
            Sink::Result(i)
        }
        _ => Sink::Heap,
    }
}

/// Whether a value stored in `holder` may be used after the storage of `other` is gone, were `other` on the stack.
///
/// What escapes outlives everything, and so do results, whose callers are unknown; but the result of a closure whose
/// calls are all known does not outlive the variables of the functions around it. In one function the cell that is
/// declared in fewer loops outlives the other, and a function's cells outlive those of the closures in it.
pub fn outlives(graph: &Graph, holder: Loc, other: Loc) -> bool {
    let (h, o) = (&graph[holder], &graph[other]);
    if h.attrs.has(Attrs::ESCAPES) {
        return true;
    }
    if matches!(h.role, Role::Result(_)) {
        return !(graph.encloses(o.owner, h.owner) && results_are_known(graph, h.owner));
    }
    (h.owner == o.owner && h.loop_depth < o.loop_depth) || graph.encloses(h.owner, o.owner)
}

fn results_are_known(graph: &Graph, owner: Owner) -> bool {
    graph.frame(owner).is_some_and(|frame| !frame.results_lost)
}

#[cfg(test)]
mod tests;
