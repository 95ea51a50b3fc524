//! Leaving the body of a loop over a function: `return`, `break`, `continue` and `goto` that lead out of it.

use super::Builder;
use super::frame::Jump;
use super::rangefunc::{DONE, READY, STEP};
use crate::base::symbol::{Symbol, sym};
use crate::ir::body::{LocalId, Pos};
use crate::ir::node::{Branch, NodeId};

impl Builder<'_> {
    /// The results of the function that the loops are in; unnamed ones get names, so that the body can assign them.
    pub(super) fn named_results(&mut self, root: usize) -> Vec<LocalId> {
        let pkg = self.checked.pkg;
        let results = self.funcs[self.frames[root].func].results.clone();
        for (i, &result) in results.iter().enumerate() {
            let local = &mut self.frames[root].body.locals[result];
            if local.name.as_str().starts_with('~') {
                local.name = Symbol::intern(&format!("#rv{}", i + 1));
                local.pkg = Some(pkg);
            }
        }
        results
    }

    /// Sets `#next` and ends the loop.
    pub(super) fn leave_with(&mut self, next: i64, pos: Pos, out: &mut Vec<NodeId>) {
        let x = self.next_name(pos);
        out.push(self.set(x, next, pos));
        self.leave_body(DONE, false, pos, out);
    }

    /// Whether a `break` or `continue` leaves the body of a loop over a function: then it is a return from it.
    pub(super) fn leaves_range_body(&self, kind: Branch, label: Symbol) -> bool {
        self.range_depth() > 0
            && matches!(kind, Branch::Break | Branch::Continue)
            && !self.frame().has_target(kind, label)
    }

    /// A `break` or `continue`; one that leaves the body of a loop over a function becomes a return from it. False if
    /// it is an ordinary one.
    pub(super) fn branch_from_loop(
        &mut self,
        kind: Branch,
        label: Symbol,
        pos: Pos,
        out: &mut Vec<NodeId>,
    ) -> bool {
        if !self.leaves_range_body(kind, label) {
            return false;
        }
        let root = self.root_index();
        let mut target = self.frames.len() - 1;
        while target > root {
            let own = self.frames[target].range.as_ref().map(|r| r.label);
            if label == sym::EMPTY || own == Some(label) {
                self.branch_to_loop(kind, target, pos, out);
                return true;
            }
            target -= 1;
            if self.frames[target].has_target(kind, label) {
                break;
            }
        }
        self.branch_to_label(kind, label, target, pos, out);
        true
    }

    /// To the loop whose body is frame `target`.
    pub(super) fn branch_to_loop(
        &mut self,
        kind: Branch,
        target: usize,
        pos: Pos,
        out: &mut Vec<NodeId>,
    ) {
        let last = self.frames.len() - 1;
        let go_on = kind == Branch::Continue;
        if target == last {
            let state = if go_on { READY } else { DONE };
            return self.leave_body(state, go_on, pos, out);
        }
        let mut from = target + 1;
        if let Some(range) = &mut self.frames[from].range {
            range.check_continue |= go_on;
        }
        if !go_on {
            from = target;
            if let Some(range) = &mut self.frames[from].range {
                range.check_break = true;
            }
        }
        for frame in &mut self.frames[from + 1..] {
            if let Some(range) = &mut frame.range {
                range.check_break = true;
            }
        }
        let depth = (target - self.root_index()) as i64;
        self.leave_with(STEP * depth - i64::from(go_on), pos, out);
    }

    /// To an ordinary labelled statement of frame `target`.
    pub(super) fn branch_to_label(
        &mut self,
        kind: Branch,
        label: Symbol,
        target: usize,
        pos: Pos,
        out: &mut Vec<NodeId>,
    ) {
        let mut value = -2;
        if let Some(range) = self
            .frames
            .get_mut(target + 1)
            .and_then(|f| f.range.as_mut())
        {
            value -= range.branches.len() as i64;
            range.branches.push((kind, label));
        }
        let from = (target + 2).min(self.frames.len());
        for frame in &mut self.frames[from..] {
            if let Some(range) = &mut frame.range {
                range.check_return = true;
            }
        }
        self.leave_with(value, pos, out);
    }

    /// Notes that the statements built next may be left by jumps of some kinds.
    pub(super) fn enter_target(&mut self, label: Symbol, jump: Jump) {
        self.frame_mut().targets.push((label, jump));
    }

    pub(super) fn leave_target(&mut self) {
        self.frame_mut().targets.pop();
    }
}
