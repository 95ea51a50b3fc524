//! The headers of `if`, `for` and `switch`: what stands between the keyword and the brace.

use super::error::PResult;
use super::expr::source_text;
use super::input::Input;
use super::stmt::{Simple, into_stmt, simple, simple_stmt};
use crate::ast::{Expr, ExprId, List, Stmt, StmtId};
use crate::lex::token::{Kind, TokenSet};

/// What follows the keyword of `if`, `for` and `switch` up to the brace.
#[derive(Default)]
pub(super) struct Header {
    pub(super) init: Option<StmtId>,
    pub(super) cond: Option<ExprId>,
    pub(super) post: Option<StmtId>,
    pub(super) range: Option<(List<ExprId>, bool, ExprId)>,
    pub(super) guard_name: Option<ExprId>,
}

/// The header of `if`, `for` or `switch`, keyword included.
pub(super) fn header(i: Input<'_>, keyword: Kind) -> PResult<'_, Header> {
    let i = i.bump();
    let mut out = Header::default();
    if i.at(Kind::LBrace) {
        if keyword == Kind::If {
            i.syntax_error("missing condition in if statement");
            out.cond = Some(i.bad_expr());
        }
        return Ok((i, out));
    }
    let (mut i, mut first) = (i, None);
    if !i.kind().is_semi() {
        if i.at(Kind::Var) {
            let keyword = keyword.spelling();
            i = i.bump();
            i.syntax_error(&format!(
                "var declaration not allowed in {keyword} initializer"
            ));
        }
        let (rest, simple) = simple(i, Some(keyword))?;
        i = rest;
        if let Simple::Range { lhs, define, x } = simple {
            out.range = Some((lhs, define, x));
            return Ok((i, out));
        }
        first = Some(simple);
    }
    if i.at(Kind::LBrace) {
        condition(i, &mut out, first, keyword, None);
        return Ok((i, out));
    }
    out.init = first.map(|simple| into_stmt(i, simple));
    clauses(i, out, keyword)
}

/// The header from its first semicolon on.
fn clauses(mut i: Input<'_>, mut out: Header, keyword: Kind) -> PResult<'_, Header> {
    let mut semi = None;
    if i.kind().is_semi() {
        semi = Some((i.start(), i.kind()));
        i = i.bump();
    } else {
        // Asking for `{` rather than `;` gives the better message.
        i = i.want(Kind::LBrace);
        if !i.at(Kind::LBrace) {
            i = i.advance(TokenSet::new(&[Kind::LBrace, Kind::RBrace]));
        }
    }
    let mut cond = None;
    if keyword == Kind::For {
        if !i.kind().is_semi() {
            if i.at(Kind::LBrace) {
                i.syntax_error("expected for loop condition");
                return Ok((i, out));
            }
            (i, cond) = simple(i, None).map(|(i, s)| (i, Some(s)))?;
        }
        (i, out.post) = post_statement(want_semi(i))?;
    } else if !i.at(Kind::LBrace) {
        (i, cond) = simple(i, Some(keyword)).map(|(i, s)| (i, Some(s)))?;
    }
    condition(i, &mut out, cond, keyword, semi);
    Ok((i, out))
}

fn want_semi(i: Input<'_>) -> Input<'_> {
    if i.kind().is_semi() {
        i.bump()
    } else {
        i.want(Kind::Semi)
    }
}

fn post_statement(i: Input<'_>) -> PResult<'_, Option<StmtId>> {
    if i.at(Kind::LBrace) {
        return Ok((i, None));
    }
    let (i, stmt) = simple_stmt(i)?;
    let ast = i.file.ast.borrow();
    if let Stmt::Assign {
        op: Kind::Define, ..
    } = ast.stmt(stmt)
    {
        let pos = ast.stmt_pos(stmt);
        i.syntax_error_at(pos, "cannot declare in post statement of for loop");
    }
    Ok((i, Some(stmt)))
}

/// Makes the condition or tag of what stands in its place.
fn condition(
    i: Input<'_>,
    out: &mut Header,
    cond: Option<Simple>,
    keyword: Kind,
    semi: Option<(u32, Kind)>,
) {
    match cond {
        None => {
            let Some((pos, kind)) = semi.filter(|_| keyword == Kind::If) else {
                return;
            };
            if kind == Kind::Semi {
                i.syntax_error_at(pos, "missing condition in if statement");
            } else {
                let found = kind.spelling();
                i.syntax_error_at(
                    pos,
                    &format!("unexpected {found}, expected {{ after if clause"),
                );
            }
            out.cond = Some(i.add_at(Expr::Bad, pos, pos));
        }
        Some(Simple::Expr(x)) => out.cond = Some(x),
        Some(Simple::Guard { name, guard }) => {
            out.guard_name = Some(name);
            out.cond = Some(guard);
        }
        Some(Simple::Range { x, .. }) => out.cond = Some(x),
        Some(Simple::Stmt(stmt)) => not_a_value(i, stmt),
    }
}

/// An assignment where a value is wanted: most often `=` instead of `==`, so the message shows both sides.
fn not_a_value(i: Input<'_>, stmt: StmtId) {
    let (node, span, pos) = {
        let ast = i.file.ast.borrow();
        (ast.stmt(stmt), ast.stmt_span(stmt), ast.stmt_pos(stmt))
    };
    let text = match node {
        Stmt::Assign {
            op: Kind::Assign,
            lhs,
            rhs,
        } => {
            format!("assignment {} = {}", emphasize(i, lhs), emphasize(i, rhs))
        }
        _ => String::from_utf8_lossy(span.text(i.file.src)).into_owned(),
    };
    i.syntax_error_at(pos, &format!("cannot use {text} as value"));
}

fn emphasize(i: Input<'_>, list: List<ExprId>) -> String {
    let ids: Vec<ExprId> = i.file.ast.borrow().list(list).collect();
    let text = ids
        .iter()
        .map(|&x| source_text(i, x))
        .collect::<Vec<_>>()
        .join(", ");
    match ids.as_slice() {
        [x] if matches!(i.get(*x), Expr::Binary { .. }) => format!("({text})"),
        _ => text,
    }
}
