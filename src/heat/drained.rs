//! Pools that benchmarks drain: what a turn takes from them does not come back, so each turn makes it anew.
//!
//! Of each function it is known for each pool whether a call of it leaves the pool with less or with more. Calls that do
//! both, one after the other, leave it as it was:
//!
//! | calls in a function | leave the pool |
//! | --- | --- |
//! | some that take, none that gives back | with less: who called has what was taken |
//! | some of both | as it was, unless more of them give back |
//! | more that give back than take | with more |
//! | of one of several: a variable, an interface's method, a name | with less if most of them do; with more if any may |
//!
//! A benchmark whose measured loop leaves a pool with less, by calls on the ordinary way, drains it, if nothing that it
//! does before or beside its loop leaves the pool with more: [`Spread`] hands on to what makes the pool's values how often
//! that happens. What is called where an error is handled is no matter here, as everywhere in heat.
//!
//! ```go
//! func BenchmarkClone(b *testing.B) {
//!     for b.Loop() {
//!         enc.Clone()    // takes an encoder for its caller, who drops it: `New` runs in every turn
//!     }
//! }
//! ```

use std::collections::VecDeque;

use rustc_hash::FxHashMap;

use super::calls::{Edge, EdgeKind, Key, PackageCalls};
use super::circles::Circles;
use super::spread::{Graph, Spread};
use crate::base::symbol::Symbol;
use crate::site::Calls;

/// A pool of the program: variables that hold it are the same.
#[derive(Default)]
pub(super) struct Pool {
    takes: Vec<Edge>,
    puts: Vec<Edge>,
    /// What makes its values.
    pub(super) makers: Vec<Key>,
}

/// That a benchmark drains a pool.
#[derive(Debug)]
pub(super) struct Drained {
    /// How often in each turn.
    pub(super) count: u32,
    /// Where the pool is asked.
    pub(super) take: Edge,
    /// The calls from there back to the benchmark, by number.
    pub(super) way: Vec<u32>,
}

/// The pools that something is taken from, and of which it is known what makes it.
pub(super) fn pools(packages: &[&PackageCalls]) -> Vec<Pool> {
    let mut same = Same::default();
    for (one, other) in packages.iter().flat_map(|p| &p.pools.same) {
        same.join(*one, *other);
    }
    let mut pools: Vec<Pool> = Vec::new();
    let mut known: FxHashMap<u32, usize> = FxHashMap::default();
    for (pool, made_by) in packages.iter().flat_map(|p| &p.pools.makers) {
        let at = *known.entry(same.first(*pool)).or_insert(pools.len());
        pools.resize_with(pools.len().max(at + 1), Pool::default);
        pools[at].makers.push(*made_by);
    }
    for edge in packages.iter().flat_map(|p| &p.pools.uses) {
        if edge.to == Key::AnyPool {
            pools.iter_mut().for_each(|pool| pool.puts.push(*edge));
        } else if let Some(&at) = known.get(&same.first(edge.to)) {
            match edge.kind {
                EdgeKind::Take => pools[at].takes.push(*edge),
                _ => pools[at].puts.push(*edge),
            }
        }
    }
    pools.retain(|pool| !pool.takes.is_empty());
    pools
}

/// Edges from the names of methods that test files call to all methods of that name: what gives back is taken at its word
/// wherever it is declared.
pub(super) fn named(edges: &[Edge], packages: &[&PackageCalls]) -> Vec<Edge> {
    let mut by_name: FxHashMap<Symbol, Edge> = FxHashMap::default();
    for edge in edges {
        if let Key::Named(name) = edge.to {
            by_name.entry(name).or_insert(*edge);
        }
    }
    let functions = packages.iter().flat_map(|p| &p.functions);
    let methods = functions.filter(|(_, is_method, _)| *is_method);
    let edge = |(name, _, to): &(Symbol, bool, Key)| {
        by_name.get(name).map(|call| Edge {
            from: call.to,
            to: *to,
            ..*call
        })
    };
    methods.filter_map(edge).collect()
}

/// Variables that hold the same.
#[derive(Default)]
struct Same {
    numbers: FxHashMap<Key, u32>,
    /// A variable that it is the same as, itself if it is the first of its kind.
    towards: Vec<u32>,
}

impl Same {
    fn first(&mut self, key: Key) -> u32 {
        let next = self.towards.len() as u32;
        let mut at = *self.numbers.entry(key).or_insert(next);
        if at == next {
            self.towards.push(next);
        }
        while self.towards[at as usize] != at {
            let further = self.towards[self.towards[at as usize] as usize];
            self.towards[at as usize] = further;
            at = further;
        }
        at
    }

    fn join(&mut self, one: Key, other: Key) {
        let (one, other) = (self.first(one), self.first(other));
        self.towards[one.max(other) as usize] = one.min(other);
    }
}

/// What a call leaves a pool with.
#[derive(Clone, Copy, PartialEq, Eq, Default)]
struct Left {
    less: bool,
    more: bool,
}

/// The nodes that benchmarks reach.
pub(super) struct Balance<'s> {
    spread: &'s Spread,
    graph: &'s Graph,
    /// The measured loops of benchmarks, and the rest of their functions.
    benchmarks: Vec<(u32, Option<u32>)>,
    /// Nodes that reach each other, what they call before them.
    groups: Vec<Vec<u32>>,
}

impl Balance<'_> {
    pub(super) fn new<'s>(spread: &'s Spread, graph: &'s Graph) -> Balance<'s> {
        let benchmarks = spread.benchmarks();
        let mut search = Circles::new(graph);
        for &(measured, around) in &benchmarks {
            search.from(measured, &|_| true);
            around.iter().for_each(|&node| search.from(node, &|_| true));
        }
        Balance {
            spread,
            graph,
            benchmarks,
            groups: search.groups,
        }
    }

    /// How a benchmark drains the pool, if one does: of several the one that does so most often.
    pub(super) fn drained(&self, pool: &Pool) -> Option<Drained> {
        let left = self.left(pool);
        let gives_back = |node: u32| {
            let edges = self.graph.outgoing(node).iter();
            let calls = edges.map(|&e| left[self.graph.end(e) as usize]);
            left[node as usize].more || calls.into_iter().any(|callee| callee.more)
        };
        let drains = |&&(measured, around): &&(u32, Option<u32>)| {
            left[measured as usize].less && !gives_back(measured) && !around.is_some_and(gives_back)
        };
        let by = self.benchmarks.iter().filter(drains).map(|b| b.0);
        let (counts, back) = self.ways(by.collect(), &left);
        let mut best: Option<Drained> = None;
        for take in &pool.takes {
            let from = self.spread.number_of(take.from);
            let Some((from, &calls)) = from.and_then(|n| Some((n, counts.get(&n)?))) else {
                continue;
            };
            let count = calls.saturating_sub(take.halvings);
            if count > best.as_ref().map_or(0, |b| b.count) {
                best = Some(Drained {
                    count,
                    take: *take,
                    way: self.way(from, &back),
                });
            }
        }
        best
    }

    /// What calls of each node leave the pool with.
    fn left(&self, pool: &Pool) -> Vec<Left> {
        let mut left = vec![Left::default(); self.graph.len()];
        let takes = self.by_node(&pool.takes);
        let puts = self.by_node(&pool.puts);
        for group in &self.groups {
            let (mut less, mut more) = (0, 0);
            for node in group {
                less += takes.get(node).copied().unwrap_or(0);
                more += puts.get(node).copied().unwrap_or(0);
                // Members of the group are not known yet, which counts as nothing.
                for call in self.calls(*node) {
                    less += u32::from(self.takes(call, &left));
                    more += u32::from(self.gives_back(call, &left));
                }
            }
            let found = if self.is_choice(group[0]) {
                Left {
                    less: less > 0,
                    more: more > 0,
                }
            } else {
                Left {
                    less: less > 0 && more == 0,
                    more: more > less,
                }
            };
            group.iter().for_each(|&n| left[n as usize] = found);
        }
        left
    }

    /// The edges of a node, one list for each call: of a variable's values, an interface's methods, the methods of one
    /// name in a test file, one is called.
    fn calls(&self, node: u32) -> impl Iterator<Item = &[u32]> {
        let one = self.is_choice(node);
        self.graph.outgoing(node).chunk_by(move |&a, &b| {
            let (a, b) = (self.spread.edge(a), self.spread.edge(b));
            one || a.at == b.at && a.kind == b.kind
        })
    }

    /// Whether most of what a call may mean leaves the pool with less.
    fn takes(&self, call: &[u32], left: &[Left]) -> bool {
        let less = |&&edge: &&u32| left[self.graph.end(edge) as usize].less;
        let is_other = |&edge: &u32| {
            let kind = self.spread.edge(edge).kind;
            matches!(kind, EdgeKind::Possible | EdgeKind::Prepared)
        };
        !call.iter().all(is_other) && 2 * call.iter().filter(less).count() >= call.len()
    }

    /// Whether anything that a call may mean leaves the pool with more.
    fn gives_back(&self, call: &[u32], left: &[Left]) -> bool {
        let mut ends = call.iter().map(|&edge| self.graph.end(edge));
        ends.any(|to| left[to as usize].more)
    }

    fn by_node(&self, uses: &[Edge]) -> FxHashMap<u32, u32> {
        let mut counts: FxHashMap<u32, u32> = FxHashMap::default();
        let nodes = uses.iter().filter_map(|e| self.spread.number_of(e.from));
        nodes.for_each(|node| *counts.entry(node).or_default() += 1);
        counts
    }

    /// Whether the node is a variable, an interface's method or a name, of which one is called.
    fn is_choice(&self, node: u32) -> bool {
        let mut edges = self.graph.outgoing(node).iter();
        edges.all(|&e| {
            let edge = self.spread.edge(e);
            edge.kind == EdgeKind::Value || matches!(edge.from, Key::Named(_))
        })
    }

    /// How often nodes run that leave the pool with less, at most once in a turn, and the first edge by which each was
    /// reached.
    fn ways(&self, from: Vec<u32>, left: &[Left]) -> (FxHashMap<u32, u32>, FxHashMap<u32, u32>) {
        let mut counts: FxHashMap<u32, u32> = FxHashMap::default();
        let mut back: FxHashMap<u32, u32> = FxHashMap::default();
        counts.extend(from.iter().map(|&node| (node, Calls::MEASURED)));
        let mut waiting: VecDeque<u32> = from.into();
        while let Some(node) = waiting.pop_front() {
            let calls = counts.get(&node).copied().unwrap_or(0);
            let taking = self.calls(node).filter(|call| self.takes(call, left));
            for &edge in taking.flatten() {
                let to = self.graph.end(edge);
                let count = self.spread.after(self.graph, edge, calls, calls);
                let known = counts.get(&to).copied().unwrap_or(0);
                if left[to as usize].less && count > known {
                    counts.insert(to, count);
                    back.entry(to).or_insert(edge);
                    waiting.push_back(to);
                }
            }
        }
        (counts, back)
    }

    fn way(&self, from: u32, back: &FxHashMap<u32, u32>) -> Vec<u32> {
        let mut way: Vec<u32> = Vec::new();
        let mut at = from;
        while let Some(&edge) = back.get(&at)
            && !way.contains(&edge)
        {
            way.push(edge);
            at = self.graph.start(edge);
        }
        way
    }
}
