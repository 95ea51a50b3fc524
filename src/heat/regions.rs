//! The regions of a file that matter for heat.

use rustc_hash::FxHashSet;

use super::flow::{Flow, Outcome};
use super::{Marked, failure};
use crate::ast::{Ast, Decl, DeclId, Expr, ExprId, FieldId, List, Stmt, StmtId};
use crate::base::source::SourceFile;
use crate::base::span::Span;
use crate::base::symbol::{Symbol, sym};

/// What bytes of a file mean for heat.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Region {
    /// A declared function (with its name) or a literal whose calls are not known (without): heat starts anew. A
    /// literal keeps the marks of the function around it.
    Function {
        name: Option<Symbol>,
        /// What calls of it point to: the offset of the name, or of `func`.
        key: u32,
        once: bool,
        marked: Option<Marked>,
    },
    /// A literal that is called where it stands.
    InPlace,
    /// What a loop repeats.
    Loop { line: u32 },
    /// A tail of a statement list that leaves loops.
    WayOut { way: Way },
    /// A branch that is taken when there is an error.
    Failure,
    /// What stands behind a statement that may return, though nothing failed.
    Guarded,
    /// A branch that may not be taken: how many times it halves the number of runs.
    Branch { halvings: u32 },
}

/// Up to so many clauses, each counts as one of two.
const FEW_CLAUSES: usize = 3;

/// How a way out leads out.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Way {
    /// In how many loops of the innermost function or literal things go on.
    pub(super) level: u32,
    /// Whether it ends in a panic or in the end of the program.
    pub(super) fatal: bool,
    /// Whether it ends by returning an error that it makes or names.
    pub(super) failed: bool,
}

/// All regions, outer ones before inner ones of the same extent. `marked` says what a function is marked as.
pub(super) fn find(
    src: &SourceFile,
    ast: &Ast,
    marked: impl Fn(DeclId, &str) -> Option<Marked>,
) -> Vec<(Span, Region)> {
    let mut found = functions(ast, &marked);
    let literals = literals(ast, &mut found);
    let bodies: Vec<StmtId> = ast
        .decl_ids()
        .filter_map(|d| body_of(ast, d))
        .chain(literals)
        .collect();
    let flow = Flow::new(ast, &bodies);
    for id in ast.stmt_ids().rev() {
        loop_region(src, ast, id, &mut found);
        branches(ast, id, &mut found);
        found.extend(failure::branch(ast, id).map(|span| (span, Region::Failure)));
        if let Some(list) = list_of(ast, id) {
            guarded(ast, &flow, list, &mut found);
            ways_out(ast, &flow, (id, list), &mut found);
        }
    }
    found
}

fn body_of(ast: &Ast, decl: DeclId) -> Option<StmtId> {
    match ast.decl(decl) {
        Decl::Func { body, .. } => body,
        _ => None,
    }
}

fn functions(ast: &Ast, marked: &impl Fn(DeclId, &str) -> Option<Marked>) -> Vec<(Span, Region)> {
    let mut found = Vec::new();
    for &decl in &ast.decls {
        let name = function_name(ast, decl);
        let is_func = matches!(ast.decl(decl), Decl::Func { .. });
        let is_init = name == sym::INIT;
        let region = Region::Function {
            name: Some(name),
            key: key_of(ast, decl),
            once: is_init,
            marked: if is_func {
                marked(decl, name.as_str())
            } else {
                None
            },
        };
        found.push((ast.decl_span(decl), region));
    }
    found
}

/// The offset that calls of a declared function point to.
fn key_of(ast: &Ast, decl: DeclId) -> u32 {
    match ast.decl(decl) {
        Decl::Func { name, .. } => ast.expr_pos(name),
        _ => ast.decl_span(decl).start,
    }
}

/// The name of a function as gc prints it: `F`, `T.M`, `(*T).M`; `init` for every other declaration, whose values are
/// computed when the package is initialised.
pub fn function_name(ast: &Ast, decl: DeclId) -> Symbol {
    let Decl::Func { recv, name, .. } = ast.decl(decl) else {
        return sym::INIT;
    };
    let name = ast.name(name);
    match recv.and_then(|r| receiver(ast, r)) {
        None => name,
        Some((ty, true)) => Symbol::intern(&format!("(*{ty}).{name}")),
        Some((ty, false)) => Symbol::intern(&format!("{ty}.{name}")),
    }
}

/// The receiver's type name, and whether the receiver is a pointer to it.
fn receiver(ast: &Ast, field: FieldId) -> Option<(Symbol, bool)> {
    let mut ty = ast.unparen(ast.field(field).ty);
    let mut pointer = false;
    loop {
        ty = match ast.expr(ty) {
            Expr::Star(x) => {
                pointer = true;
                ast.unparen(x)
            }
            Expr::Index { x, .. } => ast.unparen(x),
            Expr::Name(name) => return Some((name, pointer)),
            _ => return None,
        };
    }
}

/// Adds the regions of function literals and gives their bodies.
fn literals(ast: &Ast, found: &mut Vec<(Span, Region)>) -> Vec<StmtId> {
    let mut called: FxHashSet<ExprId> = FxHashSet::default();
    let mut bodies = Vec::new();
    for id in ast.expr_ids().rev() {
        match ast.expr(id) {
            Expr::Call { fun, .. } => {
                called.insert(ast.unparen(fun));
            }
            Expr::FuncLit { body, .. } => {
                bodies.push(body);
                let anew = Region::Function {
                    name: None,
                    key: ast.expr_pos(id),
                    once: false,
                    marked: None,
                };
                let in_place = called.contains(&id);
                let region = if in_place { Region::InPlace } else { anew };
                found.push((body_span(ast, body), region));
            }
            _ => {}
        }
    }
    bodies
}

fn body_span(ast: &Ast, body: StmtId) -> Span {
    ast.stmt_span(body)
}

fn loop_region(src: &SourceFile, ast: &Ast, id: StmtId, found: &mut Vec<(Span, Region)>) {
    let span = match ast.stmt(id) {
        Stmt::For {
            cond, post, body, ..
        } => {
            let first = cond
                .map(|c| ast.expr_start(c))
                .or(post.map(|p| ast.stmt_start(p)));
            Span::new(first.unwrap_or(ast.stmt_start(body)), ast.stmt_end(body))
        }
        Stmt::Range { body, .. } => ast.stmt_span(body),
        _ => return,
    };
    let line = src.line_col(ast.stmt_pos(id)).line;
    if let Stmt::Range { lhs, .. } = ast.stmt(id)
        && let (Some(first), Some(last)) = (ast.list(lhs).next(), ast.list(lhs).next_back())
    {
        // What is ranged over stands between the variables, which are set on each iteration, and the body.
        let variables = Span::new(ast.expr_start(first), ast.expr_end(last));
        found.push((variables, Region::Loop { line }));
    }
    found.push((span, Region::Loop { line }));
}

/// The branches of `if`, `switch` and `select`. One of many is taken less often than one of two.
fn branches(ast: &Ast, id: StmtId, found: &mut Vec<(Span, Region)>) {
    let clauses = match ast.stmt(id) {
        Stmt::If { then, els, .. } => {
            let branch = |s| (ast.stmt_span(s), Region::Branch { halvings: 1 });
            found.extend([Some(then), els].into_iter().flatten().map(branch));
            return;
        }
        Stmt::Switch { clauses, .. } | Stmt::TypeSwitch { clauses, .. } => clauses,
        Stmt::Select(clauses) => clauses,
        _ => return,
    };
    let halvings = 1 + u32::from(ast.list_len(clauses) > FEW_CLAUSES);
    let branch = |s| (ast.stmt_span(s), Region::Branch { halvings });
    found.extend(ast.list(clauses).map(branch));
}

fn list_of(ast: &Ast, id: StmtId) -> Option<List<StmtId>> {
    match ast.stmt(id) {
        Stmt::Block(list) => Some(list),
        Stmt::CaseClause { body, .. } | Stmt::CommClause { body, .. } => Some(body),
        _ => None,
    }
}

/// The rests of a list behind statements that may return.
fn guarded(ast: &Ast, flow: &Flow, list: List<StmtId>, found: &mut Vec<(Span, Region)>) {
    let Some(last) = ast.list(list).next_back() else {
        return;
    };
    let end = ast.stmt_end(last);
    let pairs = ast.list(list).zip(ast.list(list).skip(1));
    let guards = pairs.filter(|(guard, _)| {
        let outcome = flow.outcomes[*guard];
        outcome.returns && outcome.falls
    });
    found.extend(guards.map(|(_, next)| {
        let rest = Span::new(ast.stmt_start(next), end);
        (rest, Region::Guarded)
    }));
}

/// The tails of a list that lead out, each longer one than the last where it leads less far.
fn ways_out(
    ast: &Ast,
    flow: &Flow,
    (block, list): (StmtId, List<StmtId>),
    found: &mut Vec<(Span, Region)>,
) {
    let Some(last) = ast.list(list).next_back() else {
        return;
    };
    let context = flow.contexts[last];
    let plain = Way {
        level: context.level,
        fatal: false,
        failed: false,
    };
    let first = ast.list(list).next();
    let end = ast.stmt_end(last);
    let mut rest: Option<Outcome> = None;
    let mut tail: Option<(Way, u32)> = None;
    let mut tails = Vec::new();
    for stmt in ast.list(list).rev() {
        let own = flow.outcomes[stmt];
        let outcome = rest.map_or(own, |rest| own.then(rest));
        rest = Some(outcome);
        // A function that does nothing but fail makes errors for a living: its callers know how often.
        let whole = Some(stmt) == first && context.is_body(block);
        let way = Way {
            level: outcome.level(context),
            fatal: outcome.fatal,
            failed: outcome.failed && !whole,
        };
        if tail.is_some_and(|(w, _)| w != way) {
            tails.extend(tail);
        }
        tail = Some((way, ast.stmt_start(stmt)));
    }
    tails.extend(tail);
    let ways = tails.into_iter().rev().filter(|(way, _)| *way != plain);
    found.extend(ways.map(|(way, start)| (Span::new(start, end), Region::WayOut { way })));
}
