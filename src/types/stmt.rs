//! Function bodies and statements.
//!
//! Function literals met in a statement are checked at its end, before the scope changes: see
//! [`Checker::process_delayed`].

use super::check::{Checker, Env};
use super::expr::ExprKind;
use super::operand::{Mode, Operand};
use super::predicates::{all_boolean, all_numeric};
use super::scope::ScopeId;
use super::ty::Ty;
use crate::ast::{Expr, ExprId, List, Stmt, StmtId};
use crate::lex::token::Kind;

impl Checker<'_> {
    /// Checks the body of a function with signature `sig` and parameters in `scope`. `decl` is its declaration, if
    /// package-level initialisation can depend on it; `func` its number.
    pub fn func_body(
        &mut self,
        decl: Option<usize>,
        sig: Ty,
        body: StmtId,
        scope: ScopeId,
        func: u32,
    ) {
        let old = self.enter(Env {
            file: self.env.file,
            version: self.env.version,
            iota: self.env.iota,
            decl,
            scope: Some(scope),
            sig: Some(sig),
            func,
            ..Env::default()
        });
        if let Stmt::Block(list) = self.ast.stmt(body) {
            self.stmt_list(list);
        }
        let has_results = sig
            .as_signature()
            .is_some_and(|s| !s.result_vars().is_empty());
        if has_results && !self.is_terminating(body) {
            let end = self.ast.stmt_end(body);
            let span = crate::base::span::Span::new(end.saturating_sub(1), end);
            self.error(span, "missing return");
        }
        self.leave(old);
    }

    /// Opens a block; gives the scope to go back to.
    pub(super) fn open_scope(&mut self) -> Option<ScopeId> {
        let outer = self.env.scope;
        self.env.scope = Some(self.scopes.open(outer));
        outer
    }

    /// Checks the statements of a block or clause.
    pub(super) fn stmt_list(&mut self, list: List<StmtId>) {
        for s in self.ast.list(list) {
            self.stmt(s);
        }
    }

    /// Checks the statements of a clause in a block of their own.
    pub(super) fn clause_body(&mut self, list: List<StmtId>) {
        let outer = self.open_scope();
        self.stmt_list(list);
        self.env.scope = outer;
    }

    /// Checks a statement, and the function literals in it.
    pub(super) fn stmt(&mut self, s: StmtId) {
        if self.depth >= super::check::MAX_DEPTH {
            let span = self.ast.stmt_span(s);
            self.error(span, "nested too deeply");
            return;
        }
        self.depth += 1;
        let top = self.delayed.len();
        let scope = self.env.scope;
        self.stmt_internal(s);
        self.env.scope = scope;
        self.process_delayed(top);
        self.depth -= 1;
    }

    pub(super) fn simple_stmt(&mut self, s: Option<StmtId>) {
        if let Some(s) = s {
            self.stmt(s);
        }
    }

    fn stmt_internal(&mut self, s: StmtId) {
        match self.ast.stmt(s) {
            // The parser checks branches.
            Stmt::Bad
            | Stmt::Empty
            | Stmt::Branch { .. }
            | Stmt::CaseClause { .. }
            | Stmt::CommClause { .. } => {}
            Stmt::Decl(list) => self.decl_stmt(list),
            Stmt::Labeled { stmt, .. } => self.stmt(stmt),
            Stmt::Block(list) => {
                self.open_scope();
                self.stmt_list(list);
            }
            Stmt::Expr(e) => self.expr_stmt(e),
            Stmt::Send { chan, value } => self.send_stmt(chan, value),
            Stmt::Assign { op, lhs, rhs } => self.assign_stmt(s, op, lhs, rhs),
            Stmt::IncDec { x, .. } => self.inc_dec_stmt(x),
            Stmt::Call { call, .. } => self.suspended_call(call),
            Stmt::Return(results) => self.return_stmt(s, results),
            Stmt::If { .. } => self.if_stmt(s),
            Stmt::For {
                init,
                cond,
                post,
                body,
            } => {
                self.open_scope();
                self.simple_stmt(init);
                if let Some(cond) = cond {
                    self.condition(cond);
                }
                self.simple_stmt(post);
                self.stmt(body);
            }
            Stmt::Range {
                lhs,
                define,
                x,
                body,
            } => self.range_stmt(lhs, define, x, body),
            Stmt::Switch { init, tag, clauses } => {
                self.open_scope();
                self.simple_stmt(init);
                self.switch_stmt(tag, clauses);
            }
            Stmt::TypeSwitch {
                init,
                name,
                guard,
                clauses,
            } => {
                self.open_scope();
                self.simple_stmt(init);
                self.type_switch_stmt(name, guard, clauses);
            }
            Stmt::Select(clauses) => self.select_stmt(clauses),
        }
    }

    fn condition(&mut self, e: ExprId) {
        let mut x = Operand::new();
        self.expr(None, &mut x, e);
        if x.mode != Mode::Invalid && !all_boolean(x.ty) {
            self.error_at(e, "non-boolean condition");
        }
    }

    /// Checks a chain of `if … else if … else`, each in the scope of the one before.
    fn if_stmt(&mut self, mut s: StmtId) {
        while let Stmt::If {
            init,
            cond,
            then,
            els,
        } = self.ast.stmt(s)
        {
            self.open_scope();
            self.simple_stmt(init);
            self.condition(cond);
            self.stmt(then);
            match els {
                Some(next) => s = next,
                None => return,
            }
        }
        self.stmt(s);
    }

    fn expr_stmt(&mut self, e: ExprId) {
        let mut x = Operand::new();
        let kind = self.raw_expr(None, &mut x, e, None, false);
        let message = match x.mode {
            Mode::Invalid => return,
            Mode::Builtin => "must be called",
            Mode::TypeExpr => "is not an expression",
            _ if kind == ExprKind::Statement => return,
            _ => "is not used",
        };
        self.error_at(e, format!("{} {message}", self.expr_text(e)));
    }

    fn send_stmt(&mut self, chan: ExprId, value: ExprId) {
        let mut ch = Operand::new();
        let mut x = Operand::new();
        self.expr(None, &mut ch, chan);
        self.generic_expr(&mut x, value, None);
        if ch.mode == Mode::Invalid || x.mode == Mode::Invalid {
            return;
        }
        match self.chan_elem(&ch, false) {
            Some(elem) => self.assignment(&mut x, Some(elem), "send"),
            None => self.error_at(chan, format!("cannot send to {}", self.expr_text(chan))),
        }
    }

    fn assign_stmt(&mut self, s: StmtId, op: Kind, lhs: List<ExprId>, rhs: List<ExprId>) {
        let ast = self.ast;
        let values: Vec<ExprId> = ast.list(rhs).collect();
        match op {
            Kind::Define => self.short_var_decl(s, lhs, &values),
            Kind::Assign => {
                let targets: Vec<ExprId> = ast.list(lhs).collect();
                self.assign_vars(&targets, &values);
            }
            _ => {
                let (Some(l), &[r]) = (ast.list_get(lhs, 0), &values[..]) else {
                    return;
                };
                let mut x = Operand::new();
                let mut y = Operand::new();
                self.expr(None, &mut x, l);
                self.expr(None, &mut y, r);
                self.binary(&mut x, None, y, binary_op(op));
                self.assign_operand(l, &mut x, "assignment");
            }
        }
    }

    fn inc_dec_stmt(&mut self, e: ExprId) {
        let mut x = Operand::new();
        self.expr(None, &mut x, e);
        if x.mode == Mode::Invalid {
            return;
        }
        if !all_numeric(x.ty) {
            self.error_at(e, format!("non-numeric type {}", x.ty));
            return;
        }
        self.assign_operand(e, &mut x, "assignment");
    }

    fn suspended_call(&mut self, call: ExprId) {
        if !matches!(self.ast.expr(call), Expr::Call { .. }) {
            self.error_at(call, "expression in go or defer must be function call");
            self.use_exprs(&[call]);
            return;
        }
        let mut x = Operand::new();
        let kind = self.raw_expr(None, &mut x, call, None, false);
        if x.mode == Mode::Invalid || kind == ExprKind::Statement {
            return;
        }
        self.error_at(
            call,
            "go or defer requires a function call whose result may be discarded",
        );
    }

    fn return_stmt(&mut self, s: StmtId, results: List<ExprId>) {
        let Some(sig) = self.env.sig.and_then(Ty::as_signature) else {
            return;
        };
        let wanted = sig.result_vars();
        let values: Vec<ExprId> = self.ast.list(results).collect();
        let bare = values.is_empty()
            && wanted
                .first()
                .is_none_or(|v| v.name != crate::base::symbol::sym::EMPTY);
        if bare {
            for var in wanted {
                if self.lookup(var.name).is_some_and(|found| found != *var)
                    && var.name != crate::base::symbol::sym::BLANK
                {
                    let message = format!("result parameter {} not in scope at return", var.name);
                    let span = self.ast.stmt_span(s);
                    self.error(span, message);
                }
            }
            return;
        }
        self.init_vars(wanted, &values, Some(s));
    }
}

/// The operator that `op=` applies.
pub(super) fn binary_op(op: Kind) -> Kind {
    op.assign_op().unwrap_or(op)
}
