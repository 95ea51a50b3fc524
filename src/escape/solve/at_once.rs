//! Solving for what escapes, is written through, called and leaks, without the ways: roots that outlive the same are
//! walked from at once.
//!
//! The answer is that of [`in_order`](super::in_order), for these reasons:
//!
//! | shortcut | why nothing is lost |
//! | --- | --- |
//! | the heap and all that escapes are one root, of which each location keeps its distance | they outlive everything and hand on the same attributes, so only the nearest of them counts |
//! | a walk ends where the heap is as near | behind, the heap is at least as near everywhere: an address that gets to the root gets to the heap, and the tag drops a leak with no fewer derefs than one to the heap ([`Leaks::normalised`](super::super::leaks::Leaks::normalised)) |
//! | being written or called is walked from mutator and callee alone, not from what is found to be | what flows to a location at distance 0 is as near to the root that this one was found from |
//! | variables of one function and depth are one root | for those that neither escape nor are results, nothing else decides what they outlive |
//! | they are no root if nothing of the function lies deeper by an address and no closure is in it | then they outlive nothing |
//! | that storage persists is not asked | nothing that is printed hangs on it |
//!
//! Cost: beside the walks of results, which are as short as the results' sources are few, every edge is looked at about
//! once for the heap, once for mutator and callee, and once for each loop depth that outlives something.

use std::collections::VecDeque;

use super::super::graph::{Attrs, Graph, Loc, Owner, Role};
use super::super::leaks::{Layout, Sink};
use super::incoming::Incoming;
use super::{Outcome, Roles, STEP_LIMIT, leak_sink, outlives};
use crate::base::index::{Idx, IndexVec};
use crate::ir::release::Release;

/// The distance of what does not get to a root.
const FAR: i32 = i32::MAX;

/// How near a location is.
#[derive(Clone, Copy)]
struct Mark {
    /// Its distance to the heap and all that is on it.
    heap: i32,
    /// Its distance to the roots of one walk.
    derefs: i32,
    /// The walk.
    walk: u32,
    /// It waits for those behind it to be looked at.
    queued: bool,
}

impl Mark {
    const NEW: Mark = Mark {
        heap: FAR,
        derefs: FAR,
        walk: 0,
        queued: false,
    };
}

/// What the variables of a function may outlive for where they are declared.
#[derive(Clone, Copy)]
struct Below {
    /// The largest depth of anything whose address goes somewhere.
    deepest: u32,
    /// Whether there are closures in the function.
    has_closures: bool,
}

/// The marks of the walks; one serves many batches.
#[derive(Default)]
pub(super) struct AtOnce {
    marks: Vec<Mark>,
    todo: VecDeque<Loc>,
    /// What the walk at hand has found to escape.
    escaped: Vec<Loc>,
    below: IndexVec<Owner, Below>,
    /// Variables that may outlive something, by function and depth.
    holders: Vec<(Owner, u32, Loc)>,
    walk: u32,
    steps: u64,
}

impl AtOnce {
    /// Sets the attributes and leaks of all locations of `graph`, except for what persists.
    pub(super) fn solve(
        &mut self,
        graph: &mut Graph,
        incoming: &Incoming,
        roles: &Roles,
        release: &Release,
    ) -> Outcome {
        self.marks.clear();
        self.marks.resize(graph.len(), Mark::NEW);
        self.todo.clear();
        (self.walk, self.steps) = (0, 0);
        let layout = Layout::of(release);
        self.spread_from_heap(graph, incoming);
        self.walk_holders(graph, incoming, layout);
        for &(_, result) in &roles.results {
            self.walk_result(graph, incoming, layout, result);
        }
        self.walk_use(graph, incoming, layout, Sink::Callee);
        if release.tracks_closure_results {
            self.lose_results(graph, incoming, layout, roles);
        }
        self.walk_use(graph, incoming, layout, Sink::Mutator);
        self.leak_to_heap(graph, layout, roles);
        Outcome {
            causes: Vec::new(),
            gave_up: self.steps > STEP_LIMIT,
        }
    }

    fn spread_from_heap(&mut self, graph: &mut Graph, incoming: &Incoming) {
        let immediate = graph.immediate().iter().map(|edge| edge.src);
        self.escaped.clear();
        self.escaped.extend(immediate);
        self.escaped.push(Graph::heap());
        self.spread(graph, incoming);
    }

    /// Puts what has been found to escape on the heap, and all whose address gets there.
    fn spread(&mut self, graph: &mut Graph, incoming: &Incoming) {
        for &loc in &self.escaped {
            let mark = &mut self.marks[loc.index()];
            graph[loc].attrs = Attrs::HEAP;
            if mark.heap > 0 {
                self.todo.push_back(loc);
            }
            mark.heap = -1;
        }
        self.escaped.clear();
        while let Some(loc) = self.todo.pop_front() {
            let mark = &mut self.marks[loc.index()];
            mark.queued = false;
            let base = mark.heap.max(0);
            let edges = incoming.of(loc);
            self.steps += edges.len() as u64;
            for edge in edges {
                let derefs = base.saturating_add(edge.derefs);
                let mark = &mut self.marks[edge.src.index()];
                if mark.heap <= derefs {
                    continue;
                }
                let before = mark.heap;
                mark.heap = derefs;
                if derefs <= 0 {
                    let src = &mut graph[edge.src];
                    src.attrs = src
                        .attrs
                        .or(if derefs < 0 { Attrs::HEAP } else { Attrs::USES });
                }
                if before > 0 && !mark.queued {
                    mark.queued = true;
                    self.todo.push_back(edge.src);
                }
            }
            if self.steps > STEP_LIMIT {
                return;
            }
        }
    }

    /// Makes a location one of the roots of a new walk.
    fn start(&mut self, root: Loc) {
        let mark = &mut self.marks[root.index()];
        (mark.walk, mark.derefs) = (self.walk, 0);
        self.todo.push_back(root);
    }

    /// Walks from the roots in `todo` to what the heap is farther from, and tells `found` of it with its distance, the
    /// least one last.
    fn walk(
        &mut self,
        graph: &mut Graph,
        incoming: &Incoming,
        mut found: impl FnMut(&mut Graph, &mut Vec<Loc>, Loc, i32),
    ) {
        while let Some(loc) = self.todo.pop_front() {
            let mark = &mut self.marks[loc.index()];
            mark.queued = false;
            let base = mark.derefs.max(0);
            let edges = incoming.of(loc);
            self.steps += edges.len() as u64;
            for edge in edges {
                let derefs = base.saturating_add(edge.derefs);
                let mark = &mut self.marks[edge.src.index()];
                let reached = if mark.walk == self.walk {
                    mark.derefs
                } else {
                    FAR
                };
                let before = reached.min(mark.heap);
                if before <= derefs {
                    continue;
                }
                (mark.walk, mark.derefs) = (self.walk, derefs);
                found(graph, &mut self.escaped, edge.src, derefs);
                // An address gets no farther than a value: from 0 to −1 nothing changes behind.
                if before > 0 && !mark.queued {
                    mark.queued = true;
                    self.todo.push_back(edge.src);
                }
            }
            if self.steps > STEP_LIMIT {
                return;
            }
        }
    }

    /// Walks from the mutator or the callee.
    fn walk_use(&mut self, graph: &mut Graph, incoming: &Incoming, layout: Layout, sink: Sink) {
        let (root, attr) = match sink {
            Sink::Callee => (Graph::callee(), Attrs::CALLS),
            _ => (Graph::mutator(), Attrs::MUTATES),
        };
        if incoming.of(root).is_empty() {
            return;
        }
        self.walk += 1;
        self.start(root);
        self.walk(graph, incoming, |graph, _, loc, derefs| {
            let location = &mut graph[loc];
            if derefs <= 0 {
                location.attrs = location.attrs.or(attr);
            }
            if location.role == Role::Param {
                location.leaks.add(layout, sink, derefs);
            }
        });
    }

    /// Walks from one result, which is a sink of its own.
    fn walk_result(&mut self, graph: &mut Graph, incoming: &Incoming, layout: Layout, root: Loc) {
        if self.marks[root.index()].heap <= 0 || incoming.of(root).is_empty() {
            return;
        }
        self.walk += 1;
        self.start(root);
        self.walk_from(graph, incoming, layout, root);
    }

    /// Walks from the roots in `todo`, which outlive what `root`, one of them, does.
    fn walk_from(&mut self, graph: &mut Graph, incoming: &Incoming, layout: Layout, root: Loc) {
        self.walk(graph, incoming, |graph, escaped, loc, derefs| {
            let is_param = graph[loc].role == Role::Param;
            if (derefs >= 0 && !is_param) || !outlives(graph, root, loc) {
                return;
            }
            if derefs < 0 {
                escaped.push(loc);
            }
            if is_param {
                let sink = leak_sink(graph, layout, root, loc);
                graph[loc].leaks.add(layout, sink, derefs);
            }
        });
        self.spread(graph, incoming);
    }

    /// Walks from the variables that outlive others for where they are declared.
    fn walk_holders(&mut self, graph: &mut Graph, incoming: &Incoming, layout: Layout) {
        self.look_below(graph, incoming);
        self.find_holders(graph, incoming);
        let holders = std::mem::take(&mut self.holders);
        for group in holders.chunk_by(|a, b| (a.0, a.1) == (b.0, b.1)) {
            // Others of the group may have been put on the heap since.
            let still = |loc: &Loc| !graph[*loc].attrs.has(Attrs::ESCAPES);
            self.walk += 1;
            let mut any = None;
            for loc in group.iter().map(|&(.., loc)| loc).filter(still) {
                self.start(loc);
                any = Some(loc);
            }
            if let Some(root) = any {
                self.walk_from(graph, incoming, layout, root);
            }
        }
        self.holders = holders;
    }

    fn look_below(&mut self, graph: &Graph, incoming: &Incoming) {
        self.below.truncate(0);
        for _ in graph.frames() {
            // Parameters have depth 1, and leak to what lies outside.
            self.below.push(Below {
                deepest: 1,
                has_closures: false,
            });
        }
        for parent in graph.frames().filter_map(|frame| frame.parent) {
            self.below[parent].has_closures = true;
        }
        for edge in incoming.all().iter().filter(|edge| edge.derefs < 0) {
            let src = &graph[edge.src];
            if !src.attrs.has(Attrs::ESCAPES) {
                let below = &mut self.below[src.owner];
                below.deepest = below.deepest.max(src.loop_depth);
            }
        }
    }

    fn find_holders(&mut self, graph: &Graph, incoming: &Incoming) {
        self.holders.clear();
        for edges in incoming.all().chunk_by(|a, b| a.dst == b.dst) {
            let loc = edges[0].dst;
            let location = &graph[loc];
            let below = self.below.get(location.owner).copied();
            let below_it = below.is_some_and(|b| b.has_closures || location.loop_depth < b.deepest);
            if below_it
                && self.marks[loc.index()].heap > 0
                && !matches!(location.role, Role::Result(_))
            {
                let holder = (location.owner, location.loop_depth, loc);
                self.holders.push(holder);
            }
        }
        self.holders.sort_unstable();
    }

    /// Closures that may be called with their results untracked: these may go anywhere, from which more may follow.
    fn lose_results(
        &mut self,
        graph: &mut Graph,
        incoming: &Incoming,
        layout: Layout,
        roles: &Roles,
    ) {
        let mut any = true;
        while std::mem::take(&mut any) {
            for &(literal, function) in &roles.literals {
                let is_called = graph[literal].attrs.has(Attrs::CALLS);
                let frame = graph.frame_mut(function);
                if is_called && !frame.results_lost {
                    frame.results_lost = true;
                    any = true;
                    for result in roles.results_of(function) {
                        self.walk_result(graph, incoming, layout, result);
                    }
                }
            }
        }
    }

    /// What gets to the heap leaks there.
    fn leak_to_heap(&self, graph: &mut Graph, layout: Layout, roles: &Roles) {
        for &loc in &roles.params {
            let heap = self.marks[loc.index()].heap;
            if heap != FAR {
                graph[loc].leaks.add(layout, Sink::Heap, heap);
            }
        }
    }
}
