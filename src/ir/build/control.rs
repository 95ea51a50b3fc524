//! `if` and loops.

use super::Builder;
use super::frame::Jump;
use super::rangefunc::Written;
use crate::ast::{ExprId, Stmt, StmtId};
use crate::base::few::Few;
use crate::base::symbol::Symbol;
use crate::ir::body::{LocalId, Pos};
use crate::ir::node::{Node, NodeId};
use crate::types::ty::TyKind;
use crate::types::under::common_under;

impl Builder<'_> {
    /// A statement that may be the target of `break` or `continue` with `label`.
    pub(super) fn labeled(&mut self, s: StmtId, label: Symbol, out: &mut Vec<NodeId>) {
        let pos = self.stmt_pos(s);
        match self.ast().stmt(s) {
            Stmt::For {
                init,
                cond,
                post,
                body,
            } => self.for_stmt((init, cond, post, body), label, pos, out),
            Stmt::Range {
                lhs,
                define,
                x,
                body,
            } => {
                let lhs: Few<ExprId> = self.ast().list(lhs).collect();
                let written = Written {
                    lhs: &lhs,
                    define,
                    x,
                    body,
                    label,
                    pos,
                };
                self.range_stmt(written, out);
            }
            Stmt::Switch { init, tag, clauses } => {
                let clauses: Vec<StmtId> = self.ast().list(clauses).collect();
                self.enter_target(label, Jump::Switch);
                self.switch_stmt(init, tag, &clauses, pos, out);
                self.leave_target();
            }
            Stmt::TypeSwitch {
                init,
                name,
                guard,
                clauses,
            } => {
                let clauses: Vec<StmtId> = self.ast().list(clauses).collect();
                self.enter_target(label, Jump::Switch);
                self.type_switch(init, name, guard, &clauses, pos, out);
                self.leave_target();
            }
            Stmt::Select(clauses) => {
                let clauses: Vec<StmtId> = self.ast().list(clauses).collect();
                self.enter_target(label, Jump::Switch);
                self.select_stmt(&clauses, pos, out);
                self.leave_target();
            }
            Stmt::CaseClause { .. } | Stmt::CommClause { .. } => {}
            _ => self.stmt(s, out),
        }
    }

    /// A simple statement before a condition or tag.
    pub(super) fn simple(&mut self, s: Option<StmtId>) -> Vec<NodeId> {
        let mut out = Vec::new();
        if let Some(s) = s {
            self.stmt(s, &mut out);
        }
        out
    }

    pub(super) fn if_stmt(
        &mut self,
        s: StmtId,
        init: Option<StmtId>,
        cond: ExprId,
        (then, els): (StmtId, Option<StmtId>),
        out: &mut Vec<NodeId>,
    ) {
        let pos = self.stmt_pos(s);
        let (known, rest) = self.static_bool(cond);
        let mut init = self.simple(init);
        let cond = self.expr(rest);
        let body = match known {
            Some(false) => Vec::new(),
            _ => self.block(then),
        };
        let mut els_nodes = Vec::new();
        if let (Some(els), true) = (els, known != Some(true)) {
            self.stmt(els, &mut els_nodes);
        }
        if known.is_some() {
            return self.flattened_if(init, cond, (body, els_nodes), pos, out);
        }
        let node = Node::If {
            cond,
            body: self.list(&body),
            els: self.list(&els_nodes),
        };
        let node = self.add_stmt(node, pos);
        let init = self.list(&std::mem::take(&mut init));
        self.body_mut().set_init(node, init);
        out.push(node);
    }

    /// What is left of an `if` whose condition is known.
    fn flattened_if(
        &mut self,
        init: Vec<NodeId>,
        cond: NodeId,
        (body, els): (Vec<NodeId>, Vec<NodeId>),
        pos: Pos,
        out: &mut Vec<NodeId>,
    ) {
        out.extend(init);
        if !matches!(self.body().node(cond), Node::Literal(_)) {
            let x = self.blank(pos);
            let node = Node::Assign {
                x,
                y: Some(cond),
                def: false,
            };
            out.push(self.add_stmt(node, pos));
        }
        out.extend(body);
        out.extend(els);
    }

    fn for_stmt(
        &mut self,
        (init, cond, post, body): (Option<StmtId>, Option<ExprId>, Option<StmtId>, StmtId),
        label: Symbol,
        pos: Pos,
        out: &mut Vec<NodeId>,
    ) {
        let init = self.simple(init);
        let rest = cond.map(|c| self.static_bool(c));
        if matches!(rest, Some((Some(false), _))) {
            out.extend(init);
            return;
        }
        let cond = rest.map(|(_, c)| self.expr(c));
        let post = self.simple(post);
        let post = self.single(&post, pos);
        self.enter_target(label, Jump::Loop);
        let body = self.block(body);
        self.leave_target();
        let node = Node::For {
            cond,
            post,
            body: self.list(&body),
            label,
            distinct: self.has_loop_variables(),
        };
        let node = self.add_stmt(node, pos);
        let init = self.list(&init);
        self.body_mut().set_init(node, init);
        out.push(node);
    }

    /// One statement for several.
    pub(super) fn single(&mut self, stmts: &[NodeId], pos: Pos) -> Option<NodeId> {
        match stmts {
            [] => None,
            &[one] => Some(one),
            many => {
                let list = self.list(many);
                Some(self.add_stmt(Node::Block(list), pos))
            }
        }
    }

    /// An array that is ranged over without its elements is not evaluated: its length is all that matters (Go spec,
    /// "For statements with range clause").
    fn length_only(&mut self, x: NodeId, destinations: usize) -> NodeId {
        let ty = self.body().ty(x);
        let base = ty.under_pointer().unwrap_or(ty);
        match base.under().kind() {
            TyKind::Array { len, .. }
                if self.release.ranges_over_length && destinations < 2 && !self.has_call(x) =>
            {
                let pos = self.body().pos(x);
                self.int_literal(*len, pos)
            }
            _ => x,
        }
    }

    fn range_stmt(&mut self, l: Written<'_>, out: &mut Vec<NodeId>) {
        let ty = self.typed(l.x);
        if common_under(ty).is_some_and(|t| matches!(t.kind(), TyKind::Signature(_))) {
            return self.range_func(l, out);
        }
        let mut names: Vec<LocalId> = Vec::new();
        let dsts: Vec<NodeId> = l
            .lhs
            .iter()
            .map(|&e| self.destination(e, &mut names))
            .collect();
        let x = self.expr(l.x);
        let x = self.length_only(x, dsts.len());
        self.enter_target(l.label, Jump::Loop);
        let body = self.block(l.body);
        self.leave_target();
        let node = Node::Range {
            x,
            key: dsts.first().copied(),
            value: dsts.get(1).copied(),
            body: self.list(&body),
            def: l.define && !names.is_empty(),
            distinct: self.has_loop_variables(),
        };
        let node = self.add_stmt(node, l.pos);
        self.define(node, &names);
        out.push(node);
    }
}
