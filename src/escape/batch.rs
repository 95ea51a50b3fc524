//! The order of work: functions that mention each other in a circle together, callees before callers.
//!
//! Tarjan's strongly connected components with two rules of the compiler's (`ir/scc.go`). A function *mentions* every
//! function named in its body, called or not, every method selected as a method expression or value, and every function
//! literal. A literal that captures variables never makes a batch of its own: it belongs to the function around it. And
//! a batch is recursive only if a way leads from its root back to the root.
//!
//! | body | batches, first to last |
//! | --- | --- |
//! | `a` calls `b` | `{b}`, `{a}` |
//! | `a` and `b` call each other, `c` calls `a` | `{a, b}` recursive, `{c}` |
//! | `a` has a literal that captures | `{a, a.func1}` |
//!
//! Calls run thousands deep in real code and deeper in generated code, so the search keeps its own stack.

/// Functions that are analysed together.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Batch {
    /// The functions, in the order they were met.
    pub members: Vec<u32>,
    /// Whether they mention each other in a circle.
    pub recursive: bool,
}

/// A function whose mentions are being followed.
struct Visit {
    function: u32,
    id: u32,
    /// The smallest number reached so far.
    least: u32,
    /// The next mention to follow.
    next: usize,
}

/// Number of a function that belongs to a finished batch: larger than any other.
const DONE: u32 = u32::MAX;

struct Search<'a> {
    mentions: &'a [Vec<u32>],
    capturing: &'a [bool],
    /// Number by function; 0 if not met yet.
    ids: Vec<u32>,
    last_id: u32,
    stack: Vec<u32>,
    visits: Vec<Visit>,
    batches: Vec<Batch>,
}

/// The batches of functions `0..mentions.len()`, bottom up.
///
/// `mentions[f]` are the functions that f mentions, in the order of its body, repeats allowed; `capturing[f]` says that f
/// is a literal that captures. Numbers out of range are passed over. Capturing literals that nobody mentions are in no
/// batch.
pub fn bottom_up(mentions: &[Vec<u32>], capturing: &[bool]) -> Vec<Batch> {
    let mut search = Search {
        mentions,
        capturing,
        ids: vec![0; mentions.len()],
        last_id: 0,
        stack: Vec::new(),
        visits: Vec::new(),
        batches: Vec::new(),
    };
    for root in 0..mentions.len() as u32 {
        if !search.captures(root) && search.ids[root as usize] == 0 {
            search.visit_all(root);
        }
    }
    search.batches
}

impl Search<'_> {
    fn captures(&self, function: u32) -> bool {
        self.capturing
            .get(function as usize)
            .copied()
            .unwrap_or(false)
    }

    /// A function has two numbers: its own, and the next one, from which it is searched. Reaching the own number again
    /// means a circle.
    fn enter(&mut self, function: u32) {
        let id = self.last_id + 1;
        self.last_id += 2;
        self.ids[function as usize] = id;
        self.stack.push(function);
        self.visits.push(Visit {
            function,
            id,
            least: id + 1,
            next: 0,
        });
    }

    fn visit_all(&mut self, root: u32) {
        self.enter(root);
        while let Some(visit) = self.visits.last_mut() {
            let mention = self.mentions[visit.function as usize]
                .get(visit.next)
                .copied();
            visit.next += 1;
            match mention {
                Some(m) => self.follow(m),
                None => self.leave(),
            }
        }
    }

    fn follow(&mut self, mention: u32) {
        match self.ids.get(mention as usize).copied() {
            None => {}
            Some(0) => self.enter(mention),
            Some(id) => self.reached(id),
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
        if closed && !self.captures(visit.function) {
            self.close(visit.function, visit.least == visit.id);
        }
        self.reached(visit.least);
    }

    fn close(&mut self, root: u32, recursive: bool) {
        let from = self.stack.iter().rposition(|&f| f == root).unwrap_or(0);
        let members = self.stack.split_off(from);
        for &f in &members {
            self.ids[f as usize] = DONE;
        }
        self.batches.push(Batch { members, recursive });
    }
}

#[cfg(test)]
mod tests {
    use super::bottom_up;

    fn order(mentions: &[&[u32]], capturing: &[bool]) -> Vec<(Vec<u32>, bool)> {
        let mentions: Vec<_> = mentions.iter().map(|m| m.to_vec()).collect();
        bottom_up(&mentions, capturing)
            .into_iter()
            .map(|b| (b.members, b.recursive))
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
    fn circles_are_one_batch() {
        assert_eq!(
            order(&[&[1], &[2], &[1], &[3]], &[]),
            [(vec![1, 2], true), (vec![0], false), (vec![3], true)]
        );
    }

    #[test]
    fn a_capturing_literal_belongs_to_its_function() {
        assert_eq!(
            order(&[&[1], &[2], &[]], &[false, true, false]),
            [(vec![2], false), (vec![0, 1], false)]
        );
        assert_eq!(order(&[&[1], &[0]], &[false, true]), [(vec![0, 1], true)]);
    }

    #[test]
    fn depth_needs_no_stack() {
        let chain: Vec<Vec<u32>> = (1..=200_000).map(|next| vec![next]).collect();
        assert_eq!(bottom_up(&chain, &[]).len(), 200_000);
    }
}
