//! Functions from the bottom of the call graph upward, in groups that mention each other in a circle.
//!
//! Tarjan's strongly connected components with two rules of the compiler's (`ir/scc.go`). A function *mentions* every
//! function named in its body, called or not, every method selected as a method expression or value, and every function
//! literal. A literal that is [joined](is_joined) never makes a group of its own: it belongs to the function around it.
//! And a group is recursive only if a way leads from its root back to the root.
//!
//! | body | groups, first to last |
//! | --- | --- |
//! | `a` calls `b` | `{b}`, `{a}` |
//! | `a` and `b` call each other, `c` calls `a` | `{a, b}` recursive, `{c}` |
//! | `a` has a literal that captures | `{a, a.func1}` |
//!
//! Calls run thousands deep in real code and deeper in generated code, so the search keeps its own stack.

use super::node::{FuncId, Node};
use super::outline::Outlines;
use super::release::{Joined, Release};
use super::{FuncKind, Package};
use crate::base::index::IndexVec;

/// Functions that mention each other, and their literals.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Group {
    /// The functions, in the order they were met.
    pub funcs: Vec<FuncId>,
    /// Whether some path of mentions leads back to the first of them.
    pub recursive: bool,
}

/// The functions of a package in groups, callees before callers. Generic functions are in none: only their instances
/// are code. Joined literals that nothing mentions are in none either. `outlines` are those of the package.
pub fn bottom_up(package: &Package, release: &Release, outlines: &Outlines) -> Vec<Group> {
    let ids = || package.funcs.ids();
    let joined = ids().map(|f| is_joined(package, release, f)).collect();
    let roots = ids().filter(|&f| !package.funcs[f].generic);
    let mention = |func: FuncId, i| {
        let &id = outlines.mentions(func).get(i)?;
        Some(mentioned(package, package.funcs[func].body.node(id)))
    };
    groups(mention, &joined, roots)
}

/// Whether a function is a literal that goes with the function around it.
pub fn is_joined(package: &Package, release: &Release, func: FuncId) -> bool {
    let f = &package.funcs[func];
    f.kind.is_closure()
        && match release.joined {
            Joined::Capturing => !f.closure_vars.is_empty(),
            Joined::InFunctions => f
                .parent
                .is_some_and(|p| package.funcs[p].kind != FuncKind::PackageInit),
        }
}

/// The function of the package that a node mentions.
fn mentioned(package: &Package, node: Node) -> Option<FuncId> {
    match node {
        Node::Func(f) | Node::MethodExpr { func: f, .. } | Node::MethodValue { func: f, .. } => {
            package.find(f)
        }
        Node::Closure(f) => Some(f),
        _ => None,
    }
}

/// Number of a function whose group is complete: larger than any other.
const DONE: u32 = u32::MAX;

/// A function whose mentions are being followed.
struct Visit {
    func: FuncId,
    id: u32,
    /// The smallest number reached so far.
    least: u32,
    /// The next mention to follow.
    next: usize,
}

/// Gives what a function mentions, one after the other; the inner `None` is of no function of the package.
trait Mentions: Fn(FuncId, usize) -> Option<Option<FuncId>> {}

impl<F: Fn(FuncId, usize) -> Option<Option<FuncId>>> Mentions for F {}

struct Search<'a, M> {
    mention: M,
    joined: &'a IndexVec<FuncId, bool>,
    /// Number by function; 0 if not met yet.
    ids: IndexVec<FuncId, u32>,
    last_id: u32,
    stack: Vec<FuncId>,
    visits: Vec<Visit>,
    groups: Vec<Group>,
}

fn groups(
    mention: impl Mentions,
    joined: &IndexVec<FuncId, bool>,
    roots: impl Iterator<Item = FuncId>,
) -> Vec<Group> {
    let mut search = Search {
        mention,
        joined,
        ids: IndexVec::from_elem(0, joined.len()),
        last_id: 0,
        stack: Vec::new(),
        visits: Vec::new(),
        groups: Vec::new(),
    };
    for root in roots {
        if !joined[root] && search.ids[root] == 0 {
            search.visit_all(root);
        }
    }
    search.groups
}

impl<M: Mentions> Search<'_, M> {
    /// A function has two numbers: its own, and the next one, from which it is searched. Reaching the own number again
    /// means a circle.
    fn enter(&mut self, func: FuncId) {
        let id = self.last_id + 1;
        self.last_id += 2;
        self.ids[func] = id;
        self.stack.push(func);
        self.visits.push(Visit {
            func,
            id,
            least: id + 1,
            next: 0,
        });
    }

    fn visit_all(&mut self, root: FuncId) {
        self.enter(root);
        while let Some(visit) = self.visits.last_mut() {
            let mention = (self.mention)(visit.func, visit.next);
            visit.next += 1;
            match mention {
                Some(Some(m)) if self.ids[m] == 0 => self.enter(m),
                Some(Some(m)) => self.reached(self.ids[m]),
                Some(None) => {}
                None => self.leave(),
            }
        }
    }

    fn reached(&mut self, id: u32) {
        if let Some(visit) = self.visits.last_mut() {
            visit.least = visit.least.min(id);
        }
    }

    fn leave(&mut self) {
        let Some(visit) = self.visits.pop() else {
            return;
        };
        let closed = visit.least == visit.id || visit.least == visit.id + 1;
        if closed && !self.joined[visit.func] {
            self.close(visit.func, visit.least == visit.id);
        }
        self.reached(visit.least);
    }

    fn close(&mut self, root: FuncId, recursive: bool) {
        let from = self.stack.iter().rposition(|&f| f == root).unwrap_or(0);
        let funcs = self.stack.split_off(from);
        for &f in &funcs {
            self.ids[f] = DONE;
        }
        self.groups.push(Group { funcs, recursive });
    }
}

#[cfg(test)]
mod tests {
    use super::groups;
    use crate::base::index::{Idx, IndexVec};
    use crate::ir::node::FuncId;

    fn order(mentions: &[&[usize]], joined: &[usize]) -> Vec<(Vec<usize>, bool)> {
        let joined: IndexVec<FuncId, bool> =
            (0..mentions.len()).map(|f| joined.contains(&f)).collect();
        let mention = |func: FuncId, i| {
            let &f: &usize = mentions[func.index()].get(i)?;
            Some(Some(FuncId::from_usize(f)))
        };
        groups(mention, &joined, joined.ids())
            .into_iter()
            .map(|g| (g.funcs.iter().map(|f| f.index()).collect(), g.recursive))
            .collect()
    }

    #[test]
    fn callees_come_before_callers() {
        assert_eq!(
            order(&[&[1, 2], &[2], &[]], &[]),
            [(vec![2], false), (vec![1], false), (vec![0], false)]
        );
    }

    #[test]
    fn circles_are_one_group() {
        assert_eq!(
            order(&[&[1], &[2], &[1], &[3]], &[]),
            [(vec![1, 2], true), (vec![0], false), (vec![3], true)]
        );
    }

    #[test]
    fn a_joined_literal_belongs_to_its_function() {
        assert_eq!(
            order(&[&[1], &[2], &[]], &[1]),
            [(vec![2], false), (vec![0, 1], false)]
        );
        assert_eq!(order(&[&[1], &[0]], &[1]), [(vec![0, 1], true)]);
    }

    #[test]
    fn depth_needs_no_stack() {
        let mut chain: Vec<Vec<usize>> = (1..100_000).map(|next| vec![next]).collect();
        chain.push(Vec::new());
        let chain: Vec<&[usize]> = chain.iter().map(Vec::as_slice).collect();
        assert_eq!(order(&chain, &[]).len(), 100_000);
    }
}
