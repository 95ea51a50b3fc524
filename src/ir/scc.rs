//! Functions from the bottom of the call graph upward, in groups that refer to each other (`ir/scc.go`).
//!
//! A function refers to every function that its body names, to methods that it selects, and to closures in it. A
//! closure that captures variables is in the group of the function around it and never starts one.

use rustc_hash::FxHashMap;

use super::Package;
use super::node::{FuncId, Node};

/// Functions that refer to each other, and their closures.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Group {
    /// The functions, in the order the search met them.
    pub funcs: Vec<FuncId>,
    /// Whether some path of references leads back to the first of them.
    pub recursive: bool,
}

/// A number that no visited function has: its group is complete.
const DONE: u32 = u32::MAX;

/// A function on the way, with what it refers to.
struct Visit {
    func: FuncId,
    id: u32,
    min: u32,
    refs: Vec<FuncId>,
    next: usize,
}

struct Search<'a> {
    package: &'a Package,
    numbers: FxHashMap<FuncId, u32>,
    generation: u32,
    stack: Vec<FuncId>,
    path: Vec<Visit>,
    groups: Vec<Group>,
}

/// The functions of a package in groups, callees before callers.
pub fn bottom_up(package: &Package) -> Vec<Group> {
    let mut search = Search {
        package,
        numbers: FxHashMap::default(),
        generation: 0,
        stack: Vec::new(),
        path: Vec::new(),
        groups: Vec::new(),
    };
    for func in package.funcs.ids() {
        if !captures(package, func) && !package.funcs[func].generic {
            search.run(func);
        }
    }
    search.groups
}

/// Whether a function is a closure that captures variables.
pub fn captures(package: &Package, func: FuncId) -> bool {
    let f = &package.funcs[func];
    f.kind.is_closure() && !f.closure_vars.is_empty()
}

/// What a function refers to, in source order.
fn references(package: &Package, func: FuncId) -> Vec<FuncId> {
    let body = &package.funcs[func].body;
    let mut refs = Vec::new();
    body.preorder(body.stmts, |id| {
        match body.node(id) {
            Node::Func(f)
            | Node::MethodExpr { func: f, .. }
            | Node::MethodValue { func: f, .. } => {
                refs.extend(package.find(f));
            }
            Node::Closure(f) => refs.push(f),
            _ => {}
        }
        true
    });
    refs
}

impl Search<'_> {
    fn run(&mut self, root: FuncId) {
        if self.numbers.contains_key(&root) {
            return;
        }
        self.enter(root);
        while let Some(visit) = self.path.last_mut() {
            match visit.refs.get(visit.next).copied() {
                Some(callee) => {
                    visit.next += 1;
                    match self.numbers.get(&callee) {
                        Some(&number) => visit.min = visit.min.min(number),
                        None => self.enter(callee),
                    }
                }
                None => self.leave(),
            }
        }
    }

    fn enter(&mut self, func: FuncId) {
        self.generation += 2;
        let id = self.generation - 1;
        self.numbers.insert(func, id);
        self.stack.push(func);
        self.path.push(Visit {
            func,
            id,
            min: self.generation,
            refs: references(self.package, func),
            next: 0,
        });
    }

    fn leave(&mut self) {
        let Some(visit) = self.path.pop() else {
            return;
        };
        let root = visit.min == visit.id || visit.min == visit.id + 1;
        if root && !captures(self.package, visit.func) {
            self.close(&visit);
        }
        if let Some(caller) = self.path.last_mut() {
            caller.min = caller.min.min(visit.min);
        }
    }

    fn close(&mut self, visit: &Visit) {
        let at = self.stack.iter().rposition(|&f| f == visit.func);
        let funcs = self.stack.split_off(at.unwrap_or_default());
        for &func in &funcs {
            self.numbers.insert(func, DONE);
        }
        self.groups.push(Group {
            funcs,
            recursive: visit.min == visit.id,
        });
    }
}
