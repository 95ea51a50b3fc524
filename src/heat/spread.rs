//! Heat spreads along calls: how often each function of the program runs, and by which way that is known.
//!
//! Numbers of runs are estimated as powers of two, as static profiles are (Wu and Larus, "Static branch frequency and
//! program profile analysis", MICRO 1994):
//!
//! | on the way from a caller to a callee | counts |
//! | --- | --- |
//! | a loop around the call, a circle of static calls | three doublings: eight turns |
//! | a branch around the call | a halving, or two for one of many cases |
//! | one of *n* functions that a variable or interface may hold | log₂ *n* halvings |
//! | an error's handling, code that runs once | no way at all |
//!
//! A function runs as often as the best of all ways to it says, and never less than once. There are three counts: from
//! loops, from measured loops of benchmarks, and from handlers of requests. All are least fixed points, so they do not
//! hang on the order of edges. The way that is shown is one of the shortest; of equally short ones the first by package,
//! file and place.

use std::collections::VecDeque;

use rustc_hash::{FxHashMap, FxHashSet};

use super::anew::{self, Anew};
use super::calls::{Edge, EdgeKind, Key, PackageCalls};
use super::circles::Circles;
use super::drained::{self, Balance, Drained};
use super::implementations::implementations;
use crate::base::source::FileId;
use crate::base::symbol::Symbol;
use crate::site::Calls;

/// How many calls of a way are shown.
const MAX_SHOWN: usize = 4;

/// How often functions run.
#[derive(Debug, Default)]
pub struct Spread {
    numbers: FxHashMap<Key, u32>,
    edges: Vec<Edge>,
    nodes: Vec<Node>,
    /// The import paths of packages with benchmarks.
    benchmarked: FxHashSet<Symbol>,
    /// The pools that benchmarks drain.
    drained: Vec<Drained>,
    anew: Anew,
}

/// What is known of a node.
#[derive(Clone, Copy, Debug, Default)]
struct Node {
    calls: Calls,
    /// Whether it lies on a circle of static calls.
    recursive: bool,
    /// How many values it may hold, if it is a variable: how often that halves what it hands on.
    halvings: u32,
    /// The first edge backwards to a loop, to a benchmark, and to a handler.
    to_loop: Option<u32>,
    to_benchmark: Option<u32>,
    to_handler: Option<u32>,
    /// The first edge backwards to what makes the values of a drained pool.
    to_maker: Option<u32>,
    /// The drained pool whose values it makes, by number.
    makes_for: Option<u32>,
}

/// Edges by the node that they start at.
struct Outgoing {
    starts: Vec<u32>,
    edges: Vec<u32>,
}

impl Outgoing {
    fn new(nodes: usize, from: impl Iterator<Item = u32> + Clone) -> Outgoing {
        let mut starts = vec![0; nodes + 1];
        for node in from.clone() {
            starts[node as usize + 1] += 1;
        }
        for i in 0..nodes {
            starts[i + 1] += starts[i];
        }
        let mut next = starts.clone();
        let mut edges = vec![0; starts[nodes] as usize];
        for (edge, node) in from.enumerate() {
            let slot = &mut next[node as usize];
            edges[*slot as usize] = edge as u32;
            *slot += 1;
        }
        Outgoing { starts, edges }
    }

    fn of(&self, node: u32) -> &[u32] {
        let range = self.starts[node as usize]..self.starts[node as usize + 1];
        &self.edges[range.start as usize..range.end as usize]
    }
}

/// The graph while it is worked on: ends of edges by number.
pub(super) struct Graph {
    ends: Vec<(u32, u32)>,
    outgoing: Outgoing,
}

impl Graph {
    /// How many nodes there are.
    pub(super) fn len(&self) -> usize {
        self.outgoing.starts.len() - 1
    }

    /// The edges that start at a node.
    pub(super) fn outgoing(&self, node: u32) -> &[u32] {
        self.outgoing.of(node)
    }

    /// The node that an edge starts at.
    pub(super) fn start(&self, edge: u32) -> u32 {
        self.ends[edge as usize].0
    }

    /// The node that an edge leads to.
    pub(super) fn end(&self, edge: u32) -> u32 {
        self.ends[edge as usize].1
    }
}

impl Spread {
    /// Joins the calls of all packages, those of their benchmarks among them.
    pub fn new(packages: &[&PackageCalls]) -> Spread {
        let seen: FxHashSet<Key> = packages
            .iter()
            .flat_map(|p| p.functions.iter().map(|f| f.2))
            .collect();
        let mut edges: Vec<Edge> = Vec::new();
        for package in packages {
            let counts = |e: &&Edge| match e.kind {
                EdgeKind::Callback(callee) => !seen.contains(&callee),
                _ => true,
            };
            edges.extend(package.edges.iter().filter(counts));
        }
        edges.extend(implementations(packages));
        edges.extend(drained::named(&edges, packages));
        let mut spread = Spread {
            edges,
            benchmarked: packages.iter().filter_map(|p| p.benchmarks_of).collect(),
            ..Spread::default()
        };
        let handlers = packages.iter().flat_map(|p| &p.handlers);
        let handlers: Vec<u32> = handlers.map(|&h| spread.node(h)).collect();
        let pools = drained::pools(packages);
        for maker in pools.iter().flat_map(|pool| &pool.makers) {
            spread.node(*maker);
        }
        let graph = spread.number();
        for &handler in &handlers {
            spread.nodes[handler as usize].calls.per_request = Calls::LOOP;
        }
        spread.find_recursion(&graph);
        spread.count_values(&graph);
        spread.drain(&graph, &pools);
        spread.deepen(&graph);
        spread.find_ways(&graph, &handlers);
        spread.anew = anew::find(&spread, &graph, packages);
        spread
    }

    /// Of an `append` at `offset` to a field: whether a benchmark makes the object around it anew in each turn, and where,
    /// for people; `place` says where that is.
    pub fn made_anew(
        &self,
        file: FileId,
        offset: u32,
        place: &dyn Fn(FileId, u32) -> String,
    ) -> Option<String> {
        let made = self.anew.get(&(file, offset))?;
        let (file, offset) = made.at.at;
        Some(format!(
            "of an object that is made anew in each turn of {}, at {} by {}",
            made.by,
            place(file, offset),
            made.at.by
        ))
    }

    /// How often a node runs.
    pub(super) fn calls(&self, node: u32) -> Calls {
        self.nodes[node as usize].calls
    }

    /// How often the function at `offset` of `file` runs.
    pub fn of(&self, file: FileId, offset: u32) -> Calls {
        let node = self.numbers.get(&Key::At(file, offset));
        node.map(|&n| self.nodes[n as usize].calls)
            .unwrap_or_default()
    }

    /// Whether benchmarks are about the package at an import path.
    pub fn has_benchmarks(&self, package: Symbol) -> bool {
        self.benchmarked.contains(&package)
    }

    fn node(&mut self, key: Key) -> u32 {
        let next = self.nodes.len() as u32;
        let node = *self.numbers.entry(key).or_insert(next);
        if node == next {
            self.nodes.push(Node::default());
        }
        node
    }

    fn number(&mut self) -> Graph {
        let keys: Vec<(Key, Key)> = self.edges.iter().map(|e| (e.from, e.to)).collect();
        let ends: Vec<(u32, u32)> = keys
            .into_iter()
            .map(|(from, to)| (self.node(from), self.node(to)))
            .collect();
        Graph {
            outgoing: Outgoing::new(self.nodes.len(), ends.iter().map(|e| e.0)),
            ends,
        }
    }

    /// Finds the nodes on circles of static calls: Tarjan's algorithm, without recursion.
    fn find_recursion(&mut self, graph: &Graph) {
        let follows = |edge: u32| self.edges[edge as usize].kind == EdgeKind::Static;
        let mut search = Circles::new(graph);
        for node in 0..graph.len() as u32 {
            search.from(node, &follows);
        }
        let circles = search.groups.iter().filter(|group| group.len() > 1);
        for &node in circles.flatten().chain(&search.own) {
            self.nodes[node as usize].recursive = true;
        }
    }

    /// Counts what variables may hold.
    fn count_values(&mut self, graph: &Graph) {
        for (i, node) in self.nodes.iter_mut().enumerate() {
            let values = graph.outgoing.of(i as u32);
            let is_value = |&&e: &&u32| self.edges[e as usize].kind == EdgeKind::Value;
            let held = values.iter().filter(is_value).count();
            node.halvings = held.checked_ilog2().unwrap_or(0);
        }
    }

    /// Finds the pools that benchmarks drain, and how often that makes what makes their values run.
    fn drain(&mut self, graph: &Graph, pools: &[drained::Pool]) {
        if pools.is_empty() {
            return;
        }
        let balance = Balance::new(self, graph);
        let drained = pools.iter().map(|pool| balance.drained(pool));
        let drained: Vec<Option<Drained>> = drained.collect();
        for (pool, drained) in pools.iter().zip(drained) {
            let Some(drained) = drained else {
                continue;
            };
            for maker in &pool.makers {
                let maker = self.node(*maker);
                let node = &mut self.nodes[maker as usize];
                if drained.count > node.calls.drained {
                    node.calls.drained = drained.count;
                    node.makes_for = Some(self.drained.len() as u32);
                }
            }
            self.drained.push(drained);
        }
    }

    /// The measured loops of all benchmarks, in order, and with each the rest of its function.
    pub(super) fn benchmarks(&self) -> Vec<(u32, Option<u32>)> {
        let benchmarks = self.numbers.iter().filter_map(|(key, &node)| match *key {
            Key::Benchmark(file, at) => Some((node, self.number_of(Key::At(file, at)))),
            _ => None,
        });
        let mut benchmarks: Vec<_> = benchmarks.collect();
        benchmarks.sort_unstable();
        benchmarks
    }

    /// The node of a function or variable, if it is one.
    pub(super) fn number_of(&self, key: Key) -> Option<u32> {
        self.numbers.get(&key).copied()
    }

    /// An edge by its number.
    pub(super) fn edge(&self, edge: u32) -> &Edge {
        &self.edges[edge as usize]
    }

    /// What is left at the end of an edge of so many `calls` at its start; no more than `limit`.
    pub(super) fn after(&self, graph: &Graph, edge: u32, calls: u32, limit: u32) -> u32 {
        let (from, to) = graph.ends[edge as usize];
        let (from, to) = (&self.nodes[from as usize], &self.nodes[to as usize]);
        let e = self.edge(edge);
        let enters_circle = to.recursive && !from.recursive;
        let loops = e.depth + u32::from(enters_circle);
        let halvings = match e.kind {
            EdgeKind::Value => from.halvings,
            EdgeKind::Possible => return 0,
            _ => e.halvings,
        };
        let more = calls + loops * Calls::LOOP;
        more.saturating_sub(halvings).min(limit)
    }

    /// What an edge hands on.
    fn handed_on(&self, graph: &Graph, edge: u32) -> Calls {
        let from = &self.nodes[graph.start(edge) as usize];
        let marked = u32::from(self.edge(edge).marked_hot) * Calls::LOOP;
        let after = |calls: u32, limit: u32| self.after(graph, edge, calls, limit);
        let only = |calls: u32, limit: u32| if calls == 0 { 0 } else { after(calls, limit) };
        Calls {
            often: after(from.calls.often.max(marked), Calls::MAX),
            benchmarked: only(from.calls.benchmarked, Calls::MEASURED),
            per_request: only(from.calls.per_request, Calls::MAX),
            drained: only(from.calls.drained, Calls::MEASURED),
        }
    }

    /// Hands counts on until nothing changes: they only grow, and not far.
    fn deepen(&mut self, graph: &Graph) {
        for node in &mut self.nodes {
            node.calls.often = u32::from(node.recursive) * Calls::LOOP;
        }
        for (benchmark, _) in self.benchmarks() {
            self.nodes[benchmark as usize].calls.benchmarked = Calls::MEASURED;
        }
        let mut waiting: VecDeque<u32> = (0..self.nodes.len() as u32).collect();
        let mut queued = vec![true; self.nodes.len()];
        while let Some(node) = waiting.pop_front() {
            queued[node as usize] = false;
            for &edge in graph.outgoing.of(node) {
                let handed_on = self.handed_on(graph, edge);
                let to = graph.ends[edge as usize].1;
                let calls = &mut self.nodes[to as usize].calls;
                let more = calls.max(handed_on);
                if more != *calls {
                    *calls = more;
                    if !std::mem::replace(&mut queued[to as usize], true) {
                        waiting.push_back(to);
                    }
                }
            }
        }
    }

    fn find_ways(&mut self, graph: &Graph, handlers: &[u32]) {
        let benchmarks: Vec<u32> = self.benchmarks().into_iter().map(|b| b.0).collect();
        for (node, edge) in self.ways(graph, &benchmarks, |c| c.benchmarked) {
            self.nodes[node as usize].to_benchmark = Some(edge);
        }
        let nodes = self.nodes.iter().enumerate();
        let makers = nodes.filter(|(_, node)| node.makes_for.is_some());
        let makers: Vec<u32> = makers.map(|(i, _)| i as u32).collect();
        for (node, edge) in self.ways(graph, &makers, |c| c.drained) {
            self.nodes[node as usize].to_maker = Some(edge);
        }
        for (node, edge) in self.ways(graph, handlers, |c| c.per_request) {
            self.nodes[node as usize].to_handler = Some(edge);
        }
        self.find_loops(graph);
    }

    /// The shortest way back to a loop: first the nodes that are called in one, then what these call.
    fn find_loops(&mut self, graph: &Graph) {
        let mut first: Vec<u32> = Vec::new();
        for (i, edge) in self.edges.iter().enumerate() {
            let to = graph.ends[i].1;
            let counts = self.handed_on(graph, i as u32).often > 0;
            let way = &mut self.nodes[to as usize].to_loop;
            if counts && (edge.depth > 0 || edge.marked_hot) && way.is_none() {
                *way = Some(i as u32);
                first.push(to);
            }
        }
        let recursive = (0..self.nodes.len() as u32).filter(|&n| {
            let node = &self.nodes[n as usize];
            node.recursive && node.to_loop.is_none()
        });
        first.extend(recursive);
        for (node, edge) in self.ways(graph, &first, |c| c.often) {
            let node = &mut self.nodes[node as usize];
            if node.to_loop.is_none() && !node.recursive {
                node.to_loop = Some(edge);
            }
        }
    }

    /// A breadth-first search from `roots` along edges that hand on some `count`: of each node reached the edge by which
    /// it was.
    fn ways(&self, graph: &Graph, roots: &[u32], count: impl Fn(Calls) -> u32) -> Vec<(u32, u32)> {
        let mut seen = vec![false; self.nodes.len()];
        roots.iter().for_each(|&r| seen[r as usize] = true);
        let mut waiting: VecDeque<u32> = roots.iter().copied().collect();
        let mut reached = Vec::new();
        while let Some(node) = waiting.pop_front() {
            for &edge in graph.outgoing.of(node) {
                let to = graph.ends[edge as usize].1;
                let counts = count(self.handed_on(graph, edge)) > 0;
                if counts && !seen[to as usize] {
                    seen[to as usize] = true;
                    reached.push((to, edge));
                    waiting.push_back(to);
                }
            }
        }
        reached
    }

    /// Why the function at `offset` of `file` runs often, for people; `place` says where a call is. `None` if it is not
    /// known to.
    pub fn why(
        &self,
        file: FileId,
        offset: u32,
        place: &dyn Fn(FileId, u32) -> String,
    ) -> Option<String> {
        let start = *self.numbers.get(&Key::At(file, offset))?;
        let node = &self.nodes[start as usize];
        if node.calls.drained > 0 {
            return Some(self.way_of_pool(start, place));
        }
        if node.calls.benchmarked > 0 {
            return Some(self.way(start, |n| n.to_benchmark, place));
        }
        if node.calls.often > 0 {
            return Some(self.way(start, |n| n.to_loop, place));
        }
        if node.calls.per_request == 0 {
            return None;
        }
        let way = self.way(start, |n| n.to_handler, place);
        let separator = if way.is_empty() { "" } else { ": " };
        Some(format!("runs once a request{separator}{way}"))
    }

    /// The way to what makes the values of a drained pool, and from where that is asked to the benchmark.
    fn way_of_pool(&self, start: u32, place: &dyn Fn(FileId, u32) -> String) -> String {
        let mut parts: Vec<String> = Vec::new();
        let mut at = start;
        let mut seen: FxHashSet<u32> = FxHashSet::default();
        while self.nodes[at as usize].makes_for.is_none() && seen.insert(at) {
            let Some(edge) = self.nodes[at as usize].to_maker else {
                break;
            };
            parts.push(shown(self.edge(edge), place));
            at = self.number_of(self.edge(edge).from).unwrap_or(at);
        }
        let pool = self.nodes[at as usize].makes_for;
        if let Some(drained) = pool.and_then(|pool| self.drained.get(pool as usize)) {
            parts.extend(self.emptied(drained, place));
        }
        parts.join(", ")
    }

    /// Where a pool is asked, and the calls that lead there; of many the nearest, and the benchmark's.
    fn emptied(&self, drained: &Drained, place: &dyn Fn(FileId, u32) -> String) -> Vec<String> {
        let asked = place(drained.take.at.0, drained.take.at.1);
        let by = drained.take.by;
        let mut parts = vec![format!("made for its pool, which {by} asks at {asked}")];
        let calls = drained.way.iter().map(|&edge| self.edge(edge));
        let calls = calls.filter(|edge| edge.kind != EdgeKind::Value);
        let mut calls: Vec<String> = calls.map(|edge| shown(edge, place)).collect();
        let last = calls.pop();
        parts.extend(calls.into_iter().take(MAX_SHOWN - 1));
        parts.extend(last.map(|last| format!("{last}, which puts nothing back")));
        parts
    }

    /// The calls that lead to a node, the nearest first.
    fn way(
        &self,
        start: u32,
        back: impl Fn(&Node) -> Option<u32>,
        place: &dyn Fn(FileId, u32) -> String,
    ) -> String {
        let mut parts: Vec<String> = Vec::new();
        let mut at = start;
        let mut seen: FxHashSet<u32> = FxHashSet::default();
        while seen.insert(at) && parts.len() < MAX_SHOWN {
            let node = &self.nodes[at as usize];
            let Some(edge) = back(node) else {
                if node.recursive {
                    parts.push("called by itself, directly or through others".to_owned());
                }
                break;
            };
            let edge = &self.edges[edge as usize];
            if edge.kind != EdgeKind::Value {
                parts.push(shown(edge, place));
            }
            match self.numbers.get(&edge.from) {
                Some(&from) => at = from,
                None => break,
            }
        }
        parts.join(", ")
    }
}

/// One call in words.
fn shown(edge: &Edge, place: &dyn Fn(FileId, u32) -> String) -> String {
    let at = place(edge.at.0, edge.at.1);
    match edge.from {
        Key::Benchmark(..) => format!("called by {}'s measured loop at {at}", edge.by),
        _ if edge.depth > 0 => format!("called in a loop at {at} by {}", edge.by),
        _ if edge.marked_hot => format!("called at {at} by {}, which is marked hot", edge.by),
        _ => format!("called at {at} by {}", edge.by),
    }
}
