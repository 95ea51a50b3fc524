//! The edges of a graph by destination, behind one another: walks go from a destination to all that flows there.

use super::super::graph::{Edge, Graph, Loc};
use crate::base::index::Idx;

/// The edges by destination; in a destination in the order they were recorded. A slot is the number of an edge here.
#[derive(Default)]
pub(super) struct Incoming {
    /// Where the edges of a location start in `edges`; those of the next one start where they end.
    starts: Vec<u32>,
    edges: Vec<Edge>,
}

impl Incoming {
    /// Takes the edges of another graph, sorted by counting.
    pub(super) fn sort(&mut self, graph: &Graph) {
        let edges = graph.edges();
        self.starts.clear();
        self.starts.resize(graph.len() + 2, 0);
        // While edges are put in place, the number behind the next one of a location stands a place too far right; when
        // all are there, it has become the start of the next location.
        for edge in edges {
            self.starts[edge.dst.index() + 2] += 1;
        }
        for i in 2..self.starts.len() {
            self.starts[i] += self.starts[i - 1];
        }
        self.edges.clear();
        let Some(&any) = edges.first() else {
            return;
        };
        self.edges.resize(edges.len(), any);
        for &edge in edges {
            let slot = &mut self.starts[edge.dst.index() + 1];
            self.edges[*slot as usize] = edge;
            *slot += 1;
        }
    }

    /// The slots of the edges to a location.
    pub(super) fn slots(&self, loc: Loc) -> std::ops::Range<usize> {
        self.starts[loc.index()] as usize..self.starts[loc.index() + 1] as usize
    }

    /// The edges to a location.
    pub(super) fn of(&self, loc: Loc) -> &[Edge] {
        &self.edges[self.slots(loc)]
    }

    /// The edge in a slot.
    pub(super) fn edge(&self, slot: usize) -> &Edge {
        &self.edges[slot]
    }

    /// All edges.
    pub(super) fn all(&self) -> &[Edge] {
        &self.edges
    }

    /// Whether anything flows to code that cannot be seen.
    pub(super) fn has_unknown(&self, graph: &Graph) -> bool {
        let unknown = Graph::unknown();
        !self.of(unknown).is_empty() || graph.immediate().iter().any(|e| e.dst == unknown)
    }
}
