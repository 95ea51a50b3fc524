//! Solving the graph: which locations escape, persist, are written through or called, and where parameters leak.
//!
//! From each location as root, a shortest-path walk goes backwards over the edges: distance is the least number of
//! loads from a location's value to the root, and −1 means that its address gets there. An address that gets to
//! something that outlives it must be on the heap. Attributes only grow, so what is found does not hang on the order of
//! the roots. There are two orders:
//!
//! | module | order | cost | finds |
//! | --- | --- | --- | --- |
//! | [`in_order`] | root by root as the compiler does it since 1.25 | a walk a location and one more for each attribute it gains | the way by which each location escapes, the compiler's among several |
//! | [`at_once`] | roots that outlive the same are one | a walk for the heap, mutator and callee each, one a result, one a loop depth | that it escapes |
//!
//! | term | meaning |
//! | --- | --- |
//! | root | the location a walk starts from |
//! | distance | least derefs from a location to the root; below 0 the address arrives, and what is stored in the location does not |
//! | cause | the edges from a location to the root that put it on the heap |
//!
//! Source: `escape/solve.go` of the compiler.

mod at_once;
mod in_order;
mod incoming;

use super::graph::{Attrs, Edge, Graph, Loc, Owner, Role};
use super::leaks::{Layout, Sink};
use crate::ir::release::Release;
use at_once::AtOnce;
use in_order::InOrder;
use incoming::Incoming;

/// Relaxations after which a batch is given up: some seconds.
pub const STEP_LIMIT: u64 = 1 << 31;

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
    /// If ways are not wanted there may be none.
    pub causes: Vec<Cause>,
    /// The batch took more than [`STEP_LIMIT`] steps: attributes that are not set mean nothing.
    pub gave_up: bool,
}

/// The work lists and marks of the walks; one serves many batches.
#[derive(Default)]
pub struct Solver {
    incoming: Incoming,
    roles: Roles,
    in_order: InOrder,
    at_once: AtOnce,
}

impl Solver {
    /// Sets the attributes and leaks of all locations of `graph`. If ways are wanted, there is a cause for each location
    /// that escapes.
    pub fn solve(&mut self, graph: &mut Graph, release: &Release, ways: bool) -> Outcome {
        self.incoming.sort(graph);
        self.roles.find(graph);
        // What escapes for want of a package is told from what escapes anyway by which root came first.
        if ways || self.incoming.has_unknown(graph) {
            self.in_order
                .solve(graph, &self.incoming, &self.roles, release)
        } else {
            self.at_once
                .solve(graph, &self.incoming, &self.roles, release)
        }
    }
}

/// The locations with a role of their own.
#[derive(Default)]
struct Roles {
    params: Vec<Loc>,
    /// The results of functions, sorted by owner.
    results: Vec<(Owner, Loc)>,
    /// The storage of function literals, with the function.
    literals: Vec<(Loc, Owner)>,
}

impl Roles {
    fn find(&mut self, graph: &Graph) {
        self.params.clear();
        self.results.clear();
        self.literals.clear();
        for loc in graph.ids() {
            match graph[loc].role {
                Role::Plain => {}
                Role::Param => self.params.push(loc),
                Role::Result(_) => self.results.push((graph[loc].owner, loc)),
                Role::Closure(function) => self.literals.push((loc, function)),
            }
        }
        self.results.sort_unstable();
    }

    /// The results of a function.
    fn results_of(&self, owner: Owner) -> impl Iterator<Item = Loc> {
        let first = self.results.partition_point(|&(o, _)| o < owner);
        let results = self.results[first..].iter();
        results
            .take_while(move |&&(o, _)| o == owner)
            .map(|&(_, loc)| loc)
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
