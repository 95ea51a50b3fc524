//! Statements (Go spec, "Statements").

use super::comb::name;
use super::decl::{const_spec, group, type_spec, var_spec};
use super::error::{PResult, SEMIS};
use super::expr::{expr, expr_list, primary_expr};
use super::header::header;
use super::input::Input;
use super::pragma;
use crate::ast::{CallKind, Expr, ExprId, List, Stmt, StmtId};
use crate::lex::token::{Kind, TokenSet};

const CLAUSES: TokenSet = TokenSet::new(&[Kind::Case, Kind::Default, Kind::RBrace]);
const NAME_OR_BRACE: TokenSet = TokenSet::new(&[Kind::Name, Kind::RBrace]);

/// A simple statement before it is known what it serves as.
#[derive(Clone, Copy)]
pub(super) enum Simple {
    /// An expression: a statement, a condition or a tag.
    Expr(ExprId),
    /// Any other simple statement.
    Stmt(StmtId),
    /// `lhs := range x`
    Range {
        lhs: List<ExprId>,
        define: bool,
        x: ExprId,
    },
    /// `name := x.(type)`
    Guard { name: ExprId, guard: ExprId },
}

/// `Block = "{" StatementList "}" .` `context` names what the block belongs to where a brace may be missing.
pub(super) fn block<'t>(i: Input<'t>, context: &str) -> PResult<'t, StmtId> {
    let start = i.start();
    let inner;
    if i.at(Kind::LBrace) {
        inner = i.bump();
    } else {
        i.syntax_error(&format!("expected {{ after {context}"));
        inner = i.advance(NAME_OR_BRACE);
        if inner.at(Kind::RBrace) {
            let rest = inner.bump();
            return Ok((rest, rest.add_stmt(Stmt::Block(List::EMPTY), start)));
        }
    }
    let (inner, list) = stmt_list(inner)?;
    let rest = inner.want(Kind::RBrace);
    Ok((rest, rest.add_stmt(Stmt::Block(list), start)))
}

/// `StatementList = { Statement ";" } .`
fn stmt_list(mut i: Input<'_>) -> PResult<'_, List<StmtId>> {
    const FOLLOW: TokenSet = SEMIS.union(CLAUSES);
    let mark = i.mark();
    while !i.at(Kind::Eof) && !CLAUSES.contains(i.kind()) {
        let (rest, stmt) = i.nested(opt_stmt)?;
        pragma::clear(rest);
        i = rest;
        let Some(stmt) = stmt else { break };
        i.keep(stmt);
        if i.kind().is_semi() {
            i = i.bump();
        } else if !i.at(Kind::RBrace) {
            i.syntax_error("at end of statement");
            i = i.advance(FOLLOW);
            if i.kind().is_semi() {
                i = i.bump();
            }
        }
    }
    Ok((i, i.list_since(mark)))
}

/// A statement, if one begins here.
fn opt_stmt(i: Input<'_>) -> PResult<'_, Option<StmtId>> {
    let kind = i.kind();
    if !matches!(kind, Kind::Var | Kind::Const | Kind::Type) {
        pragma::clear(i);
    }
    let (i, stmt) = match kind {
        Kind::Name => return simple_or_labeled(i),
        Kind::If => if_stmt(i)?,
        Kind::Return => return_stmt(i)?,
        Kind::For => for_stmt(i)?,
        Kind::Var => decl_stmt(i)?,
        Kind::Const => decl_stmt(i)?,
        Kind::Type => decl_stmt(i)?,
        Kind::Switch => switch_stmt(i)?,
        Kind::Select => select_stmt(i)?,
        Kind::LBrace => block(i, "")?,
        Kind::Break | Kind::Continue | Kind::Goto | Kind::Fallthrough => branch_stmt(i)?,
        Kind::Go => call_stmt(i, CallKind::Go)?,
        Kind::Defer => call_stmt(i, CallKind::Defer)?,
        Kind::Add | Kind::Sub | Kind::Mul | Kind::And | Kind::Xor | Kind::Not | Kind::Arrow => {
            simple_stmt(i)?
        }
        Kind::Func
        | Kind::LParen
        | Kind::LBrack
        | Kind::Struct
        | Kind::Map
        | Kind::Chan
        | Kind::Interface => simple_stmt(i)?,
        kind if kind.is_literal() => simple_stmt(i)?,
        kind if kind.is_semi() => (
            i,
            i.file
                .ast
                .borrow_mut()
                .add_stmt(Stmt::Empty, i.start(), i.start()),
        ),
        _ => return Ok((i, None)),
    };
    Ok((i, Some(stmt)))
}

pub(super) fn simple_stmt(i: Input<'_>) -> PResult<'_, StmtId> {
    let (i, simple) = simple(i, None)?;
    Ok((i, into_stmt(i, simple)))
}

/// A simple statement, or `label: Statement`: the expressions are read first.
fn simple_or_labeled(i: Input<'_>) -> PResult<'_, Option<StmtId>> {
    let mark = i.mark();
    let (rest, count) = expr_list(i)?;
    if rest.at(Kind::Colon) && count == 1 {
        let first: List<ExprId> = rest.list_since(mark);
        let label = rest.file.ast.borrow().list_get(first, 0);
        if let Some(label) = label
            && matches!(rest.get(label), Expr::Name(_))
        {
            return labeled_stmt(rest, label);
        }
        label.into_iter().for_each(|x| rest.keep(x));
    }
    let (rest, simple) = simple_rest(rest, mark, count, None)?;
    Ok((rest, Some(into_stmt(rest, simple))))
}

/// `LabeledStmt = Label ":" Statement .` at the colon.
fn labeled_stmt(i: Input<'_>, label: ExprId) -> PResult<'_, Option<StmtId>> {
    let colon = i.start();
    let i = i.bump();
    let (i, stmt) = if i.at(Kind::RBrace) {
        // Semicolons may be left out before a brace, so the statement is empty.
        (
            i,
            Some(
                i.file
                    .ast
                    .borrow_mut()
                    .add_stmt(Stmt::Empty, i.start(), i.start()),
            ),
        )
    } else {
        i.nested(opt_stmt)?
    };
    let Some(stmt) = stmt else {
        i.syntax_error_at(colon, "missing statement after label");
        return Ok((i, None));
    };
    Ok((i, Some(i.add_stmt(Stmt::Labeled { label, stmt }, colon))))
}

/// `SimpleStmt = EmptyStmt | ExpressionStmt | SendStmt | IncDecStmt | Assignment | ShortVarDecl .` and what `keyword` allows
/// besides: a range clause, a type switch guard.
pub(super) fn simple(i: Input<'_>, keyword: Option<Kind>) -> PResult<'_, Simple> {
    if keyword == Some(Kind::For) && i.at(Kind::Range) {
        return range_clause(i, List::EMPTY, false);
    }
    let mark = i.mark();
    let (i, count) = expr_list(i)?;
    simple_rest(i, mark, count, keyword)
}

/// A simple statement behind its leading expressions, which were kept since `mark`.
fn simple_rest(
    i: Input<'_>,
    mark: usize,
    count: usize,
    keyword: Option<Kind>,
) -> PResult<'_, Simple> {
    let lhs: List<ExprId> = i.list_since(mark);
    match i.kind() {
        Kind::Assign | Kind::Define => assignment(i, lhs, count, keyword),
        _ if count > 1 => {
            const FOLLOW: TokenSet = SEMIS.union(TokenSet::new(&[Kind::RBrace]));
            i.syntax_error("expected := or = or comma");
            Ok((i.advance(FOLLOW), Simple::Expr(only(i, lhs))))
        }
        op if op.assign_op().is_some() => {
            let (rest, y) = expr(i.bump())?;
            let rhs = rest.list_of(y);
            Ok((
                rest,
                Simple::Stmt(rest.add_stmt(Stmt::Assign { op, lhs, rhs }, i.start())),
            ))
        }
        op @ (Kind::Inc | Kind::Dec) => {
            let rest = i.bump();
            Ok((
                rest,
                Simple::Stmt(rest.add_stmt(
                    Stmt::IncDec {
                        op,
                        x: only(i, lhs),
                    },
                    i.start(),
                )),
            ))
        }
        Kind::Arrow => {
            let (rest, value) = expr(i.bump())?;
            let send = Stmt::Send {
                chan: only(i, lhs),
                value,
            };
            Ok((rest, Simple::Stmt(rest.add_stmt(send, i.start()))))
        }
        _ => Ok((i, Simple::Expr(only(i, lhs)))),
    }
}

/// The first expression of a list that has one.
fn only(i: Input<'_>, list: List<ExprId>) -> ExprId {
    let first = i.file.ast.borrow().list_get(list, 0);
    first.unwrap_or_else(|| i.bad_expr())
}

fn assignment(
    i: Input<'_>,
    lhs: List<ExprId>,
    count: usize,
    keyword: Option<Kind>,
) -> PResult<'_, Simple> {
    let op = i.kind();
    let inner = i.bump();
    if keyword == Some(Kind::For) && inner.at(Kind::Range) {
        return range_clause(inner, lhs, op == Kind::Define);
    }
    let mark = inner.mark();
    let (rest, values) = expr_list(inner)?;
    let rhs = rest.list_since(mark);
    if keyword == Some(Kind::Switch) && op == Kind::Define && count == 1 && values == 1 {
        let (name, guard) = (only(rest, lhs), only(rest, rhs));
        if matches!(
            (rest.get(name), rest.get(guard)),
            (Expr::Name(_), Expr::TypeSwitchGuard(_))
        ) {
            return Ok((rest, Simple::Guard { name, guard }));
        }
    }
    Ok((
        rest,
        Simple::Stmt(rest.add_stmt(Stmt::Assign { op, lhs, rhs }, i.start())),
    ))
}

fn range_clause(i: Input<'_>, lhs: List<ExprId>, define: bool) -> PResult<'_, Simple> {
    let (rest, x) = expr(i.bump())?;
    Ok((rest, Simple::Range { lhs, define, x }))
}

/// The statement that a simple statement is on its own.
pub(super) fn into_stmt(i: Input<'_>, simple: Simple) -> StmtId {
    match simple {
        Simple::Stmt(stmt) => stmt,
        Simple::Expr(x) | Simple::Range { x, .. } | Simple::Guard { guard: x, .. } => {
            let (pos, end) = {
                let ast = i.file.ast.borrow();
                (ast.expr_pos(x), ast.expr_end(x))
            };
            i.file.ast.borrow_mut().add_stmt(Stmt::Expr(x), pos, end)
        }
    }
}

fn decl_stmt(i: Input<'_>) -> PResult<'_, StmtId> {
    let mark = i.mark();
    let spec = match i.kind() {
        Kind::Var => var_spec,
        Kind::Const => const_spec,
        _ => type_spec,
    };
    let (rest, ()) = group(i.bump(), spec)?;
    let decls = rest.list_since(mark);
    Ok((rest, rest.add_stmt(Stmt::Decl(decls), i.start())))
}

fn return_stmt(i: Input<'_>) -> PResult<'_, StmtId> {
    let mark = i.mark();
    let mut rest = i.bump();
    if !rest.kind().is_semi() && !rest.at(Kind::RBrace) {
        (rest, _) = expr_list(rest)?;
    }
    let results = rest.list_since(mark);
    Ok((rest, rest.add_stmt(Stmt::Return(results), i.start())))
}

fn branch_stmt(i: Input<'_>) -> PResult<'_, StmtId> {
    let keyword = i.kind();
    let rest = i.bump();
    let (rest, label) = match keyword {
        Kind::Goto => name(rest).map(|(rest, x)| (rest, Some(x)))?,
        Kind::Break | Kind::Continue if rest.at(Kind::Name) => {
            name(rest).map(|(rest, x)| (rest, Some(x)))?
        }
        _ => (rest, None),
    };
    Ok((
        rest,
        rest.add_stmt(Stmt::Branch { keyword, label }, i.start()),
    ))
}

/// `GoStmt = "go" Expression .` and `DeferStmt = "defer" Expression .`
fn call_stmt(i: Input<'_>, kind: CallKind) -> PResult<'_, StmtId> {
    let (rest, x) = i.bump().nested(primary_expr)?;
    let call = rest.file.ast.borrow().unparen(x);
    if call != x {
        let keyword = i.kind().spelling();
        rest.error_at(
            rest.expr_pos(x),
            format!("expression in {keyword} must not be parenthesized"),
        );
    }
    Ok((rest, rest.add_stmt(Stmt::Call { kind, call }, i.start())))
}

/// `IfStmt = "if" [ SimpleStmt ";" ] Expression Block [ "else" ( IfStmt | Block ) ] .`
fn if_stmt(i: Input<'_>) -> PResult<'_, StmtId> {
    let (rest, header) = i.header(|i| header(i, Kind::If))?;
    let (rest, then) = block(rest, "if clause")?;
    let (rest, els) = else_clause(rest)?;
    let cond = header.cond.unwrap_or_else(|| i.bad_expr());
    Ok((
        rest,
        rest.add_stmt(
            Stmt::If {
                init: header.init,
                cond,
                then,
                els,
            },
            i.start(),
        ),
    ))
}

fn else_clause(i: Input<'_>) -> PResult<'_, Option<StmtId>> {
    if !i.at(Kind::Else) {
        return Ok((i, None));
    }
    let i = i.bump();
    match i.kind() {
        Kind::If => i.nested(if_stmt).map(|(i, s)| (i, Some(s))),
        Kind::LBrace => block(i, "").map(|(i, s)| (i, Some(s))),
        _ => {
            i.syntax_error("else must be followed by if or statement block");
            Ok((i.advance(NAME_OR_BRACE), None))
        }
    }
}

/// `ForStmt = "for" [ Condition | ForClause | RangeClause ] Block .`
fn for_stmt(i: Input<'_>) -> PResult<'_, StmtId> {
    let (rest, header) = i.header(|i| header(i, Kind::For))?;
    let (rest, body) = block(rest, "for clause")?;
    let stmt = match header.range {
        Some((lhs, define, x)) => Stmt::Range {
            lhs,
            define,
            x,
            body,
        },
        None => Stmt::For {
            init: header.init,
            cond: header.cond,
            post: header.post,
            body,
        },
    };
    Ok((rest, rest.add_stmt(stmt, i.start())))
}

/// `SwitchStmt = ExprSwitchStmt | TypeSwitchStmt .`
fn switch_stmt(i: Input<'_>) -> PResult<'_, StmtId> {
    let (rest, header) = i.header(|i| header(i, Kind::Switch))?;
    let (rest, clauses) = clause_list(rest, "missing { after switch clause", case_clause)?;
    let stmt = match header.cond {
        Some(guard) if matches!(rest.get(guard), Expr::TypeSwitchGuard(_)) => Stmt::TypeSwitch {
            init: header.init,
            name: header.guard_name,
            guard,
            clauses,
        },
        tag => Stmt::Switch {
            init: header.init,
            tag,
            clauses,
        },
    };
    Ok((rest, rest.add_stmt(stmt, i.start())))
}

/// `SelectStmt = "select" "{" { CommClause } "}" .`
fn select_stmt(i: Input<'_>) -> PResult<'_, StmtId> {
    let (rest, clauses) = clause_list(i.bump(), "missing { after select clause", comm_clause)?;
    Ok((rest, rest.add_stmt(Stmt::Select(clauses), i.start())))
}

fn clause_list<'t>(
    mut i: Input<'t>,
    no_brace: &str,
    clause: fn(Input<'t>) -> PResult<'t, StmtId>,
) -> PResult<'t, List<StmtId>> {
    if i.at(Kind::LBrace) {
        i = i.bump();
    } else {
        i.syntax_error(no_brace);
        i = i.advance(CLAUSES);
    }
    let mark = i.mark();
    while !i.at(Kind::Eof) && !i.at(Kind::RBrace) {
        let stmt;
        (i, stmt) = clause(i)?;
        i.keep(stmt);
    }
    Ok((i.want(Kind::RBrace), i.list_since(mark)))
}

/// `ExprCaseClause = ( "case" ExpressionList | "default" ) ":" StatementList .` and the same with types.
fn case_clause(i: Input<'_>) -> PResult<'_, StmtId> {
    let mark = i.mark();
    let rest = match i.kind() {
        Kind::Case => expr_list(i.bump())?.0,
        Kind::Default => i.bump(),
        _ => no_clause(i),
    };
    let exprs = rest.list_since(mark);
    let (rest, body) = stmt_list(rest.want(Kind::Colon))?;
    let is_default = i.at(Kind::Default);
    Ok((
        rest,
        rest.add_stmt(
            Stmt::CaseClause {
                exprs,
                is_default,
                body,
            },
            i.start(),
        ),
    ))
}

/// `CommClause = ( "case" ( SendStmt | RecvStmt ) | "default" ) ":" StatementList .`
fn comm_clause(i: Input<'_>) -> PResult<'_, StmtId> {
    let (rest, comm) = match i.kind() {
        Kind::Case => simple_stmt(i.bump()).map(|(rest, s)| (rest, Some(s)))?,
        Kind::Default => (i.bump(), None),
        _ => (no_clause(i), None),
    };
    let (rest, body) = stmt_list(rest.want(Kind::Colon))?;
    Ok((
        rest,
        rest.add_stmt(Stmt::CommClause { comm, body }, i.start()),
    ))
}

fn no_clause(i: Input<'_>) -> Input<'_> {
    i.syntax_error("expected case or default or }");
    i.advance(TokenSet::new(&[Kind::Colon]).union(CLAUSES))
}
