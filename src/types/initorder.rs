//! The order in which package-level variables are initialised (Go spec, "Package initialization").
//!
//! A variable depends on the variables that its initialiser mentions, itself or through functions. The next one to be
//! initialised is always the first in source order among those that wait for the fewest others.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use super::check::Checker;
use super::info::Initializer;
use super::resolve::DeclSyntax;

/// The variables with what they wait for, by declaration index.
struct Graph {
    /// How many variables each one still waits for.
    waits: Vec<u32>,
    /// Who waits for it.
    waiters: Vec<Vec<u32>>,
}

impl Checker<'_> {
    /// Finds the order of initialisation. Function bodies must have been checked.
    pub(super) fn find_init_order(&mut self) {
        let graph = self.init_graph();
        let mut waits = graph.waits;
        let is_var: Vec<bool> = (0..self.decls.len()).map(|i| self.is_var(i)).collect();
        let mut queue: BinaryHeap<Reverse<(u32, u32)>> = (0..self.decls.len())
            .filter(|&i| is_var[i])
            .map(|i| Reverse((waits[i], i as u32)))
            .collect();
        let mut done = vec![false; self.decls.len()];
        while let Some(Reverse((count, i))) = queue.pop() {
            let i = i as usize;
            if done[i] || waits[i] != count {
                continue;
            }
            done[i] = true;
            if count > 0 {
                self.report_init_cycle(i);
            }
            for &w in &graph.waiters[i] {
                let w = w as usize;
                waits[w] = waits[w].saturating_sub(1);
                if !done[w] {
                    queue.push(Reverse((waits[w], w as u32)));
                }
            }
            self.emit_initializer(i);
        }
    }

    fn is_var(&self, i: usize) -> bool {
        matches!(self.decls[i].syntax, DeclSyntax::Var { .. })
    }

    fn emit_initializer(&mut self, i: usize) {
        let info = &self.decls[i];
        if let DeclSyntax::Var {
            lhs,
            init: Some(rhs),
            ..
        } = &info.syntax
        {
            let lhs = if lhs.is_empty() {
                vec![info.obj]
            } else {
                lhs.clone()
            };
            self.init_order.push(Initializer {
                lhs,
                file: info.file,
                rhs: *rhs,
            });
        }
    }

    fn init_graph(&mut self) -> Graph {
        let count = self.decls.len();
        for info in &mut self.decls {
            info.deps.sort_unstable();
            info.deps.dedup();
        }
        let mut graph = Graph {
            waits: vec![0; count],
            waiters: vec![Vec::new(); count],
        };
        let mut seen = vec![0_u32; count];
        for i in (0..count).filter(|&i| self.is_var(i)) {
            for dep in self.reachable_vars(i, &mut seen) {
                graph.waits[i] += 1;
                graph.waiters[dep].push(i as u32);
            }
        }
        graph
    }

    /// The variables that variable `i` depends on, directly or through functions. `seen` holds marks of other
    /// searches; this one's is `i + 1`.
    fn reachable_vars(&self, i: usize, seen: &mut [u32]) -> Vec<usize> {
        let mark = i as u32 + 1;
        let mut vars = Vec::new();
        let mut todo = vec![i];
        while let Some(at) = todo.pop() {
            for &dep in &self.decls[at].deps {
                let dep = dep as usize;
                if std::mem::replace(&mut seen[dep], mark) == mark {
                    continue;
                }
                match self.decls[dep].syntax {
                    DeclSyntax::Var { .. } => vars.push(dep),
                    DeclSyntax::Func => todo.push(dep),
                    DeclSyntax::Const(_) | DeclSyntax::Type => {}
                }
            }
        }
        vars
    }

    /// Reports a cycle if variable `i` is itself part of one.
    fn report_init_cycle(&mut self, i: usize) {
        let mut seen = vec![0; self.decls.len()];
        let mut todo = self.reachable_vars(i, &mut seen);
        let mut met = vec![false; self.decls.len()];
        while let Some(at) = todo.pop() {
            if at == i {
                let obj = self.decls[i].obj;
                let message = format!("initialization cycle or refers to itself: {}", obj.name);
                self.error_at_object(obj, message);
                return;
            }
            if !std::mem::replace(&mut met[at], true) {
                let mut seen = vec![0; self.decls.len()];
                todo.extend(self.reachable_vars(at, &mut seen));
            }
        }
    }
}
