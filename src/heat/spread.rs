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

use super::calls::{Edge, EdgeKind, Key, PackageCalls, is_of_interface};
use crate::base::source::FileId;
use crate::base::symbol::Symbol;
use crate::site::Calls;
use crate::types::lookup::{lookup_field_or_method, missing_method};
use crate::types::object::Obj;
use crate::types::ty::Ty;

/// How deep embedded fields are followed for the names of methods.
const MAX_EMBEDDING: u32 = 8;

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
struct Graph {
    ends: Vec<(u32, u32)>,
    outgoing: Outgoing,
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
        let mut spread = Spread {
            edges,
            benchmarked: packages.iter().filter_map(|p| p.benchmarks_of).collect(),
            ..Spread::default()
        };
        let handlers = packages.iter().flat_map(|p| &p.handlers);
        let handlers: Vec<u32> = handlers.map(|&h| spread.node(h)).collect();
        let graph = spread.number();
        for &handler in &handlers {
            spread.nodes[handler as usize].calls.per_request = Calls::LOOP;
        }
        spread.find_recursion(&graph);
        spread.deepen(&graph);
        spread.find_ways(&graph, &handlers);
        spread
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
        let mut search = Circles::new(graph, graph.outgoing.starts.len() - 1);
        for node in 0..search.order.len() as u32 {
            search.from(node, &follows);
        }
        for node in search.found {
            self.nodes[node as usize].recursive = true;
        }
    }

    /// What an edge hands on.
    fn handed_on(&self, graph: &Graph, edge: u32) -> Calls {
        let (from, to) = graph.ends[edge as usize];
        let (from, to) = (&self.nodes[from as usize], &self.nodes[to as usize]);
        let e = &self.edges[edge as usize];
        let enters_circle = to.recursive && !from.recursive;
        let loops = e.depth + u32::from(enters_circle);
        let halvings = match e.kind {
            EdgeKind::Value => from.halvings,
            _ => e.halvings,
        };
        let marked = u32::from(e.marked_hot) * Calls::LOOP;
        let after = |calls: u32, limit: u32| {
            let more = calls + loops * Calls::LOOP;
            more.saturating_sub(halvings).min(limit)
        };
        let only = |calls: u32, limit: u32| if calls == 0 { 0 } else { after(calls, limit) };
        Calls {
            often: after(from.calls.often.max(marked), Calls::MAX),
            benchmarked: only(from.calls.benchmarked, Calls::MEASURED),
            per_request: only(from.calls.per_request, Calls::MAX),
        }
    }

    /// Hands counts on until nothing changes: they only grow, and not far.
    fn deepen(&mut self, graph: &Graph) {
        for (i, node) in self.nodes.iter_mut().enumerate() {
            node.calls.often = u32::from(node.recursive) * Calls::LOOP;
            let values = graph.outgoing.of(i as u32);
            let is_value = |&&e: &&u32| self.edges[e as usize].kind == EdgeKind::Value;
            let held = values.iter().filter(is_value).count();
            node.halvings = held.checked_ilog2().unwrap_or(0);
        }
        for (key, &node) in &self.numbers {
            if matches!(key, Key::Benchmark(..)) {
                self.nodes[node as usize].calls.benchmarked = Calls::MEASURED;
            }
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
        let benchmarks = self.numbers.iter();
        let benchmarks = benchmarks.filter(|(key, _)| matches!(key, Key::Benchmark(..)));
        let mut benchmarks: Vec<u32> = benchmarks.map(|(_, &node)| node).collect();
        benchmarks.sort_unstable();
        for (node, edge) in self.ways(graph, &benchmarks, |c| c.benchmarked) {
            self.nodes[node as usize].to_benchmark = Some(edge);
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

/// A search for circles.
struct Circles<'g> {
    graph: &'g Graph,
    /// When a node was first met, from 1; 0 is not yet.
    order: Vec<u32>,
    lowest: Vec<u32>,
    open: Vec<bool>,
    stack: Vec<u32>,
    met: u32,
    found: Vec<u32>,
}

impl<'g> Circles<'g> {
    fn new(graph: &'g Graph, nodes: usize) -> Circles<'g> {
        Circles {
            graph,
            order: vec![0; nodes],
            lowest: vec![0; nodes],
            open: vec![false; nodes],
            stack: Vec::new(),
            met: 0,
            found: Vec::new(),
        }
    }

    fn enter(&mut self, node: u32) {
        self.met += 1;
        self.order[node as usize] = self.met;
        self.lowest[node as usize] = self.met;
        self.open[node as usize] = true;
        self.stack.push(node);
    }

    fn from(&mut self, root: u32, follows: &impl Fn(u32) -> bool) {
        if self.order[root as usize] > 0 {
            return;
        }
        self.enter(root);
        let mut path: Vec<(u32, usize)> = vec![(root, 0)];
        while let Some((node, next)) = path.last_mut() {
            let (node, at) = (*node, *next);
            *next += 1;
            let Some(&edge) = self.graph.outgoing.of(node).get(at) else {
                path.pop();
                self.leave(node, path.last().map(|p| p.0));
                continue;
            };
            if !follows(edge) {
                continue;
            }
            let to = self.graph.ends[edge as usize].1;
            if to == node {
                self.found.push(node);
            } else if self.order[to as usize] == 0 {
                self.enter(to);
                path.push((to, 0));
            } else if self.open[to as usize] {
                let low = &mut self.lowest[node as usize];
                *low = self.order[to as usize].min(*low);
            }
        }
    }

    fn leave(&mut self, node: u32, parent: Option<u32>) {
        let low = self.lowest[node as usize];
        if let Some(parent) = parent {
            let above = &mut self.lowest[parent as usize];
            *above = low.min(*above);
        }
        if low != self.order[node as usize] {
            return;
        }
        let from = self.stack.iter().rposition(|&n| n == node).unwrap_or(0);
        let members = self.stack.split_off(from);
        members.iter().for_each(|&n| self.open[n as usize] = false);
        if members.len() > 1 {
            self.found.extend(members);
        }
    }
}

/// Edges from the methods of interfaces that are called to the methods of types that interfaces hold.
fn implementations(packages: &[&PackageCalls]) -> Vec<Edge> {
    let mut types: Vec<Ty> = Vec::new();
    let mut known: FxHashSet<Ty> = FxHashSet::default();
    for &ty in packages.iter().flat_map(|p| &p.converted) {
        if known.insert(ty) {
            types.push(ty);
        }
    }
    let mut by_method: FxHashMap<&str, Vec<Ty>> = FxHashMap::default();
    for &ty in &types {
        for name in method_names(ty) {
            by_method.entry(name).or_default().push(ty);
        }
    }
    let mut done: FxHashSet<Key> = FxHashSet::default();
    let mut fits: FxHashMap<(Ty, Ty), bool> = FxHashMap::default();
    let mut todo: Vec<Obj> = packages.iter().flat_map(|p| &p.dynamic).copied().collect();
    todo.reverse();
    let mut edges = Vec::new();
    while let Some(method) = todo.pop() {
        let Some(iface) = method.ty().as_signature().and_then(|s| s.recv) else {
            continue;
        };
        if !done.insert(Key::of(method)) {
            continue;
        }
        let iface = iface.ty();
        let named = by_method.get(method.name.as_str());
        for &ty in named.into_iter().flatten() {
            let fit = fits
                .entry((iface, ty))
                .or_insert_with(|| missing_method(ty, iface, false).is_none());
            let found = lookup_field_or_method(ty, false, method.pkg, method.name).obj;
            if let Some(found) = found.filter(|_| *fit) {
                edges.push(implements(method, found));
                if is_of_interface(found) {
                    todo.push(found.origin());
                }
            }
        }
    }
    edges
}

fn implements(method: Obj, by: Obj) -> Edge {
    let origin = by.origin();
    Edge {
        from: Key::of(method),
        to: Key::of(by),
        at: origin
            .pos
            .map_or((crate::base::index::Idx::from_usize(0), 0), |p| {
                (p.file, p.offset)
            }),
        depth: 0,
        halvings: 0,
        marked_hot: false,
        by: method.name,
        kind: EdgeKind::Value,
    }
}

/// The names of the methods of a type, those of embedded fields included.
fn method_names(ty: Ty) -> Vec<&'static str> {
    let mut names = Vec::new();
    let mut todo = vec![(ty, 0)];
    let mut seen: FxHashSet<Ty> = FxHashSet::default();
    while let Some((ty, depth)) = todo.pop() {
        let pointed = ty.under_pointer().filter(|_| ty.as_named().is_none());
        let base = pointed.unwrap_or(ty).unalias();
        if depth > MAX_EMBEDDING || !seen.insert(base) {
            continue;
        }
        if let Some(iface) = base.under_interface() {
            names.extend(iface.type_set().methods.iter().map(|m| m.name.as_str()));
            continue;
        }
        if let Some(named) = base.as_named() {
            names.extend(named.declared_methods().iter().map(|m| m.name.as_str()));
        }
        let fields = base.under_struct().map_or(&[][..], |s| s.fields);
        let embedded = fields
            .iter()
            .filter(|f| f.as_var().is_some_and(|v| v.embedded));
        todo.extend(embedded.map(|f| (f.ty(), depth + 1)));
    }
    names.sort_unstable();
    names.dedup();
    names
}
