//! Which nodes of a graph reach each other: strongly connected components by Tarjan's algorithm, without recursion.

use super::spread::Graph;

/// A search for nodes that reach each other.
pub(super) struct Circles<'g> {
    graph: &'g Graph,
    /// When a node was first met, from 1; 0 is not yet.
    order: Vec<u32>,
    lowest: Vec<u32>,
    open: Vec<bool>,
    stack: Vec<u32>,
    met: u32,
    /// Nodes that reach each other, one group for each; what a group reaches comes before it.
    pub(super) groups: Vec<Vec<u32>>,
    /// Nodes with an edge to themselves.
    pub(super) own: Vec<u32>,
}

impl<'g> Circles<'g> {
    pub(super) fn new(graph: &'g Graph) -> Circles<'g> {
        let nodes = graph.len();
        Circles {
            graph,
            order: vec![0; nodes],
            lowest: vec![0; nodes],
            open: vec![false; nodes],
            stack: Vec::new(),
            met: 0,
            groups: Vec::new(),
            own: Vec::new(),
        }
    }

    fn enter(&mut self, node: u32) {
        self.met += 1;
        self.order[node as usize] = self.met;
        self.lowest[node as usize] = self.met;
        self.open[node as usize] = true;
        self.stack.push(node);
    }

    /// Searches what `root` reaches along the edges that `follows` says, and was not reached before.
    pub(super) fn from(&mut self, root: u32, follows: &impl Fn(u32) -> bool) {
        if self.order[root as usize] > 0 {
            return;
        }
        self.enter(root);
        let mut path: Vec<(u32, usize)> = vec![(root, 0)];
        while let Some((node, next)) = path.last_mut() {
            let (node, at) = (*node, *next);
            *next += 1;
            let Some(&edge) = self.graph.outgoing(node).get(at) else {
                path.pop();
                self.leave(node, path.last().map(|p| p.0));
                continue;
            };
            if !follows(edge) {
                continue;
            }
            let to = self.graph.end(edge);
            if to == node {
                self.own.push(node);
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
        self.groups.push(members);
    }
}
