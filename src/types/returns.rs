//! Terminating statements (Go spec): whether a function body can fall off its end.

use super::check::Checker;
use crate::ast::{Ast, Expr, ExprId, List, Stmt, StmtId};
use crate::base::symbol::Symbol;
use crate::lex::token::Kind;

impl Checker<'_> {
    /// Whether control cannot go past statement `s`.
    pub(super) fn is_terminating(&self, s: StmtId) -> bool {
        self.terminates(s, None)
    }

    fn terminates(&self, mut s: StmtId, mut label: Option<Symbol>) -> bool {
        let ast = self.ast;
        loop {
            return match ast.stmt(s) {
                Stmt::Labeled { label: name, stmt } => {
                    label = Some(ast.name(name));
                    s = stmt;
                    continue;
                }
                Stmt::Expr(e) => self.is_panic_call(e),
                Stmt::Return(_) => true,
                Stmt::Branch { keyword, .. } => {
                    matches!(keyword, Kind::Goto | Kind::Fallthrough)
                }
                Stmt::Block(list) => match last_stmt(ast, list) {
                    Some(last) => {
                        label = None;
                        s = last;
                        continue;
                    }
                    None => false,
                },
                Stmt::If {
                    then,
                    els: Some(els),
                    ..
                } => {
                    if !self.terminates(then, None) {
                        return false;
                    }
                    label = None;
                    s = els;
                    continue;
                }
                Stmt::Switch { clauses, .. } | Stmt::TypeSwitch { clauses, .. } => {
                    self.clauses_terminate(clauses, label, true)
                }
                Stmt::Select(clauses) => self.clauses_terminate(clauses, label, false),
                Stmt::For {
                    cond: None, body, ..
                } => !has_break(ast, body, label, true),
                _ => false,
            };
        }
    }

    fn is_panic_call(&self, e: ExprId) -> bool {
        let call = self.ast.unparen(e);
        matches!(self.ast.expr(call), Expr::Call { .. }) && self.panics(call)
    }

    fn clauses_terminate(
        &self,
        clauses: List<StmtId>,
        label: Option<Symbol>,
        need_default: bool,
    ) -> bool {
        let ast = self.ast;
        let mut has_default = !need_default;
        for clause in ast.list(clauses) {
            let body = match ast.stmt(clause) {
                Stmt::CaseClause {
                    body, is_default, ..
                } => {
                    has_default |= is_default;
                    body
                }
                Stmt::CommClause { body, .. } => body,
                _ => continue,
            };
            let ends = last_stmt(ast, body).is_some_and(|last| self.terminates(last, None));
            if !ends || list_has_break(ast, body, label, true) {
                return false;
            }
        }
        has_default
    }
}

fn last_stmt(ast: &Ast, list: List<StmtId>) -> Option<StmtId> {
    ast.list(list)
        .rev()
        .find(|&s| !matches!(ast.stmt(s), Stmt::Empty))
}

fn list_has_break(ast: &Ast, list: List<StmtId>, label: Option<Symbol>, implicit: bool) -> bool {
    ast.list(list).any(|s| has_break(ast, s, label, implicit))
}

/// Whether `s` contains a `break` out of the statement labelled `label` or, if `implicit`, out of the nearest
/// statement around `s` that can be broken out of.
fn has_break(ast: &Ast, s: StmtId, label: Option<Symbol>, implicit: bool) -> bool {
    let mut todo = vec![(s, implicit)];
    while let Some((s, implicit)) = todo.pop() {
        match ast.stmt(s) {
            Stmt::Branch {
                keyword: Kind::Break,
                label: target,
            } => {
                let hit = match target {
                    None => implicit,
                    Some(target) => label == Some(ast.name(target)),
                };
                if hit {
                    return true;
                }
            }
            Stmt::Labeled { stmt, .. } => todo.push((stmt, implicit)),
            Stmt::Block(list)
            | Stmt::CaseClause { body: list, .. }
            | Stmt::CommClause { body: list, .. } => {
                todo.extend(ast.list(list).map(|s| (s, implicit)));
            }
            Stmt::If { then, els, .. } => {
                todo.push((then, implicit));
                todo.extend(els.map(|e| (e, implicit)));
            }
            Stmt::Switch { clauses, .. }
            | Stmt::TypeSwitch { clauses, .. }
            | Stmt::Select(clauses)
                if label.is_some() =>
            {
                todo.extend(ast.list(clauses).map(|s| (s, false)));
            }
            Stmt::For { body, .. } | Stmt::Range { body, .. } if label.is_some() => {
                todo.push((body, false));
            }
            _ => {}
        }
    }
    false
}
