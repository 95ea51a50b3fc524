//! Fields of objects that benchmarks make anew in each turn of their measured loop: slices there start empty each time,
//! and an `append` to them, wherever it stands, allocates in the same turn.
//!
//! ```go
//! func BenchmarkParse(b *testing.B) {
//!     for b.Loop() {
//!         p := newParser(text)   // makes a parser, whose stack is empty
//!         p.parse()              // p.stack = append(p.stack, …), far below
//!     }
//! }
//! ```
//!
//! Each benchmark is looked at by itself: what one makes says nothing of where another one appends. Loops on the way do not
//! make up for branches: what is made in few turns, but many times then, is not made in each. A `return` on the way counts as
//! a branch, as where something is looked for in a cache.

use rustc_hash::{FxHashMap, FxHashSet};

use super::calls::{Edge, EdgeKind, Key, PackageCalls};
use super::fields::slices_in;
use super::spread::{Graph, Spread};
use crate::base::source::FileId;
use crate::base::symbol::Symbol;
use crate::site::Calls;

/// How many edges all benchmarks together may follow: in the largest programs the last ones are left out.
const MAX_STEPS: usize = 50_000_000;

/// Up to so many branches on the way what is made counts as made in each turn: two are as much as making it when it is first
/// needed.
const FEW_BRANCHES: u32 = 1;

/// Places of `append`, and where what they append to is made anew.
pub(super) type Anew = FxHashMap<(FileId, u32), Made>;

/// That an object is made in each turn of a benchmark.
#[derive(Clone, Copy, Debug)]
pub(super) struct Made {
    /// Where.
    pub(super) at: Edge,
    /// The benchmark.
    pub(super) by: Symbol,
}

/// Finds the places of `append` to slices that start empty in each turn.
pub(super) fn find(spread: &Spread, graph: &Graph, packages: &[&PackageCalls]) -> Anew {
    let mut found = Anew::default();
    let search = Search::new(spread, graph, packages);
    if search.made.is_empty() {
        return found;
    }
    let mut counts: Vec<u32> = vec![0; graph.len()];
    let mut steps = 0;
    for (benchmark, _) in spread.benchmarks() {
        let reached = search.reached(benchmark, &mut counts, &mut steps);
        let by = graph.outgoing(benchmark).first();
        if let Some(by) = by.map(|&edge| spread.edge(edge).by) {
            search.turn(by, &counts, &mut found);
        }
        reached.into_iter().for_each(|n| counts[n as usize] = 0);
        if steps > MAX_STEPS {
            break;
        }
    }
    found
}

struct Search<'s> {
    spread: &'s Spread,
    graph: &'s Graph,
    /// Where structs are made by what benchmarks run, and which of their slices start empty.
    made: Vec<(u32, Edge, Vec<Key>)>,
    /// Where such slices grow.
    grown: Vec<(u32, Edge)>,
}

impl Search<'_> {
    fn new<'s>(spread: &'s Spread, graph: &'s Graph, packages: &[&PackageCalls]) -> Search<'s> {
        let is_run = |edge: &Edge| {
            let node = spread.number_of(edge.from);
            node.filter(|&n| spread.calls(n).benchmarked > 0)
        };
        let fields = || packages.iter().map(|p| &p.fields);
        let roomy: FxHashSet<Key> = fields().flat_map(|f| &f.roomy).copied().collect();
        let grown = fields().flat_map(|f| &f.grown);
        let grown = grown.filter(|edge| !roomy.contains(&edge.to));
        let grown: Vec<(u32, Edge)> = grown
            .filter_map(|edge| Some((is_run(edge)?, *edge)))
            .collect();
        let wanted: FxHashSet<Key> = grown.iter().map(|(_, edge)| edge.to).collect();
        let made = fields().flat_map(|f| &f.made).filter_map(|(edge, ty)| {
            let node = is_run(edge)?;
            let mut slices = slices_in(*ty);
            slices.retain(|field| wanted.contains(field));
            (!slices.is_empty()).then_some((node, *edge, slices))
        });
        Search {
            spread,
            graph,
            made: made.collect(),
            grown,
        }
    }

    /// How often a benchmark runs each node; gives those that it does.
    fn reached(&self, benchmark: u32, counts: &mut [u32], steps: &mut usize) -> Vec<u32> {
        counts[benchmark as usize] = Calls::MEASURED;
        let mut reached = vec![benchmark];
        let mut waiting = std::collections::VecDeque::from([benchmark]);
        while let Some(node) = waiting.pop_front() {
            let is_turn = |&&e: &&u32| self.spread.edge(e).kind != EdgeKind::Prepared;
            for &edge in self.graph.outgoing(node).iter().filter(is_turn) {
                *steps += 1;
                let calls = counts[node as usize];
                let count = self.spread.after(self.graph, edge, calls, calls);
                let count = count.saturating_sub(self.spread.edge(edge).guards);
                let to = self.graph.end(edge);
                let known = &mut counts[to as usize];
                if count > *known {
                    if *known == 0 {
                        reached.push(to);
                    }
                    *known = count;
                    waiting.push_back(to);
                }
            }
        }
        reached
    }

    /// What grows in a turn that runs nodes so often.
    fn turn(&self, by: Symbol, counts: &[u32], found: &mut Anew) {
        let mut empty: FxHashMap<Key, Edge> = FxHashMap::default();
        for (node, edge, slices) in &self.made {
            let calls = times(counts[*node as usize], edge);
            if calls + FEW_BRANCHES >= Calls::MEASURED {
                for &slice in slices {
                    empty.entry(slice).or_insert(*edge);
                }
            }
        }
        for (node, edge) in &self.grown {
            if let Some(made) = empty.get(&edge.to)
                && times(counts[*node as usize], edge) > 0
            {
                found.entry(edge.at).or_insert(Made { at: *made, by });
            }
        }
    }
}

/// How often a place runs, at most once a turn, whose function runs so often.
fn times(calls: u32, place: &Edge) -> u32 {
    calls.saturating_sub(place.halvings + place.guards)
}
