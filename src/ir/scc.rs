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

use super::node::FuncId;
use super::outline::Mentions;
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
/// are code. Joined literals that nothing mentions are in none either. `mentions` are those of the package.
pub fn bottom_up(package: &Package, release: &Release, mentions: &Mentions) -> Vec<Group> {
    let ids = || package.funcs.ids();
    let joined = ids().map(|f| is_joined(package, release, f)).collect();
    let roots = ids().filter(|&f| !package.funcs[f].generic);
    groups(mentions, &joined, roots)
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

struct Search<'a> {
    mentions: &'a Mentions,
    joined: &'a IndexVec<FuncId, bool>,
    /// Number by function; 0 if not met yet.
    ids: IndexVec<FuncId, u32>,
    last_id: u32,
    stack: Vec<FuncId>,
    visits: Vec<Visit>,
    groups: Vec<Group>,
}

fn groups(
    mentions: &Mentions,
    joined: &IndexVec<FuncId, bool>,
    roots: impl Iterator<Item = FuncId>,
) -> Vec<Group> {
    let mut search = Search {
        mentions,
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

impl Search<'_> {
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
            let mentioned = self.mentions.by(visit.func).get(visit.next).copied();
            visit.next += 1;
            match mentioned {
                Some(m) if self.ids[m] == 0 => self.enter(m),
                Some(m) => self.reached(self.ids[m]),
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
    use crate::ir::outline::Mentions;

    fn order(mentions: &[&[usize]], joined: &[usize]) -> Vec<(Vec<usize>, bool)> {
        let joined: IndexVec<FuncId, bool> =
            (0..mentions.len()).map(|f| joined.contains(&f)).collect();
        let by_func = mentions.iter().enumerate();
        let pairs = by_func.flat_map(|(func, list)| list.iter().map(move |&f| (func, f)));
        let pairs = pairs.map(|(func, f)| (FuncId::from_usize(func), FuncId::from_usize(f)));
        let mentions = Mentions::from_pairs(mentions.len(), &pairs.collect::<Vec<_>>());
        groups(&mentions, &joined, joined.ids())
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
