//! What code does when something went wrong, told by the names that Go programs use.
//!
//! `if err != nil { … }` and `return nil, fmt.Errorf(…)` are taken on few runs, so what they allocate is no matter. Types
//! would not say more: that a value is an error does not say that there is one.

use crate::ast::{Ast, Expr, ExprId, List, Stmt, StmtId};
use crate::base::span::Span;
use crate::base::symbol::sym;
use crate::lex::token::Kind;

/// The branch of an `if` statement that is taken when there is an error: of `err != nil` the first, of `err == nil` the
/// second. Further conditions may be added by `&&`.
pub(super) fn branch(ast: &Ast, id: StmtId) -> Option<Span> {
    let Stmt::If {
        cond, then, els, ..
    } = ast.stmt(id)
    else {
        return None;
    };
    let failed = match compares_error(ast, cond)? {
        Kind::Ne => then,
        _ => els?,
    };
    Some(ast.stmt_span(failed))
}

/// `!=` or `==`, if the condition compares an error with nil; `!=` if one of the operands of its `&&` does.
fn compares_error(ast: &Ast, cond: ExprId) -> Option<Kind> {
    let mut cond = ast.unparen(cond);
    let mut joined = false;
    loop {
        let Expr::Binary { op, x, y } = ast.expr(cond) else {
            return None;
        };
        match op {
            Kind::AndAnd if compares_error(ast, y) == Some(Kind::Ne) => {
                return Some(Kind::Ne);
            }
            Kind::AndAnd => joined = true,
            Kind::Ne if is_error(ast, x) && is_nil(ast, y) => return Some(op),
            Kind::Eq if !joined && is_error(ast, x) && is_nil(ast, y) => return Some(op),
            _ => return None,
        }
        cond = ast.unparen(x);
    }
}

fn is_nil(ast: &Ast, x: ExprId) -> bool {
    ast.name(ast.unparen(x)) == sym::NIL
}

/// Whether a variable or field is called like an error: `err`, `err2`, `readErr`.
fn is_error(ast: &Ast, x: ExprId) -> bool {
    let name = last_name(ast, x).trim_end_matches(|c: char| c.is_ascii_digit());
    name.ends_with("err") || name.ends_with("Err")
}

/// Whether the last of the values of a return statement is an error that is there for sure.
pub(super) fn is_returned(ast: &Ast, values: List<ExprId>) -> bool {
    let Some(last) = ast.list(values).next_back().map(|x| ast.unparen(x)) else {
        return false;
    };
    match ast.expr(last) {
        Expr::Call { fun, .. } => makes_error(ast, fun),
        Expr::Unary { op: Kind::And, x } => is_error_literal(ast, x),
        Expr::CompositeLit { .. } => is_error_literal(ast, last),
        Expr::Name(_) | Expr::Selector { .. } => is_sentinel(last_name(ast, last)),
        _ => false,
    }
}

/// Calls of `fmt.Errorf`, of package `errors` and its like, and of what is called after errors.
fn makes_error(ast: &Ast, fun: ExprId) -> bool {
    let fun = ast.unparen(fun);
    let of_errors = match ast.expr(fun) {
        Expr::Selector { x, .. } => {
            matches!(ast.name(ast.unparen(x)).as_str(), "errors" | "xerrors")
        }
        _ => false,
    };
    let name = last_name(ast, fun);
    of_errors || name.contains("rror") || name.ends_with("Err")
}

fn is_error_literal(ast: &Ast, x: ExprId) -> bool {
    let Expr::CompositeLit { ty: Some(ty), .. } = ast.expr(ast.unparen(x)) else {
        return false;
    };
    let name = last_name(ast, ty);
    name.ends_with("Error") || name.ends_with("Err")
}

/// `ErrShort`, `errShort`.
fn is_sentinel(name: &str) -> bool {
    let rest = name.strip_prefix("Err").or(name.strip_prefix("err"));
    rest.is_some_and(|rest| rest.starts_with(|c: char| c.is_uppercase()))
}

/// The name that an expression ends in; empty if it has none.
fn last_name(ast: &Ast, x: ExprId) -> &'static str {
    match ast.expr(ast.unparen(x)) {
        Expr::Name(name) => name.as_str(),
        Expr::Selector { sel, .. } => sel.as_str(),
        _ => "",
    }
}
