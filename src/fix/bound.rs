//! How large an integer can be, by what is written: a lower bound of zero and an upper bound, or nothing.

use super::view::View;
use crate::ast::visit::Node;
use crate::ast::{Decl, Expr, ExprId, Stmt};
use crate::lex::token::Kind;
use crate::types::builtin::BuiltinId;
use crate::types::object::Obj;
use crate::types::operand::Mode;
use crate::types::predicates::{basic_kind, is_unsigned};
use crate::types::ty::{BasicKind, Ty, TyKind};

/// How deep expressions and definitions are followed.
const DEPTH: u32 = 8;

/// What is known of an integer that is never negative.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Bound {
    /// It is at most this.
    AtMost(u64),
    /// It is the length of something that exists.
    Length,
    /// Nothing more.
    Natural,
}

/// What is known of the value of `expr`; `None` if it may be negative.
pub(super) fn of(view: &View<'_>, expr: ExprId) -> Option<Bound> {
    bound(view, expr, DEPTH)
}

fn bound(view: &View<'_>, expr: ExprId, depth: u32) -> Option<Bound> {
    let depth = depth.checked_sub(1)?;
    let expr = view.ast().unparen(expr);
    if let Some(value) = view.constant(expr) {
        return Some(Bound::AtMost(value));
    }
    let ty = view.ty(expr)?;
    let written = match view.ast().expr(expr) {
        Expr::Name(_) => definition(view, view.local(expr)?).and_then(|e| bound(view, e, depth)),
        Expr::Call { .. } => call(view, expr, depth),
        Expr::Binary {
            op: Kind::And,
            x,
            y,
        } => masked(view, x, y, depth),
        Expr::Binary {
            op: Kind::Rem,
            x,
            y,
        } => remainder(view, x, y, depth),
        _ => None,
    };
    match (written, by_type(ty)) {
        (Some(Bound::AtMost(a)), Some(Bound::AtMost(b))) => Some(Bound::AtMost(a.min(b))),
        (Some(found @ (Bound::AtMost(_) | Bound::Length)), _) => Some(found),
        (written, by_type) => by_type.or(written),
    }
}

fn by_type(ty: Ty) -> Option<Bound> {
    match ty.under().kind() {
        TyKind::Basic(b) if b.kind == BasicKind::Uint8 => Some(Bound::AtMost(0xFF)),
        TyKind::Basic(b) if b.kind == BasicKind::Uint16 => Some(Bound::AtMost(0xFFFF)),
        TyKind::Basic(_) if is_unsigned(ty) => Some(Bound::Natural),
        _ => None,
    }
}

/// `len`, `cap`, `min`, or a conversion between integers.
fn call(view: &View<'_>, expr: ExprId, depth: u32) -> Option<Bound> {
    for builtin in [BuiltinId::Len, BuiltinId::Cap] {
        if view.builtin_call(expr, builtin).is_some() {
            return Some(Bound::Length);
        }
    }
    if let Some((args, _)) = view.builtin_call(expr, BuiltinId::Min) {
        let bounds: Option<Vec<Bound>> = args.iter().map(|&a| bound(view, a, depth)).collect();
        return bounds?.into_iter().reduce(smaller);
    }
    let (fun, args, _) = view.call(expr)?;
    if view.file.info.exprs[fun].mode != Mode::TypeExpr {
        return None;
    }
    // A small value fits into every type; a larger one may change its sign on the way.
    let fits = u64::from(max_of(view.ty(expr)?)?);
    match bound(view, *args.first()?, depth)? {
        Bound::AtMost(n) if n <= fits => Some(Bound::AtMost(n)),
        Bound::Length if fits > 0xFFFF => Some(Bound::Length),
        _ => None,
    }
}

/// What an integer type holds at least, up to 31 bits.
fn max_of(ty: Ty) -> Option<u32> {
    Some(match basic_kind(ty.under()) {
        BasicKind::Int8 => 0x7F,
        BasicKind::Uint8 => 0xFF,
        BasicKind::Int16 => 0x7FFF,
        BasicKind::Uint16 => 0xFFFF,
        BasicKind::Int | BasicKind::Int64 | BasicKind::Uint | BasicKind::Uint64 => 0x7FFF_FFFF,
        _ => return None,
    })
}

fn smaller(a: Bound, b: Bound) -> Bound {
    match (a, b) {
        (Bound::AtMost(a), Bound::AtMost(b)) => Bound::AtMost(a.min(b)),
        (Bound::AtMost(n), _) | (_, Bound::AtMost(n)) => Bound::AtMost(n),
        (Bound::Length, _) | (_, Bound::Length) => Bound::Length,
        (Bound::Natural, Bound::Natural) => Bound::Natural,
    }
}

/// `x & y`: at most either one that is not negative.
fn masked(view: &View<'_>, x: ExprId, y: ExprId, depth: u32) -> Option<Bound> {
    match (bound(view, x, depth), bound(view, y, depth)) {
        (Some(a), Some(b)) => Some(smaller(a, b)),
        (one, other) => one.or(other),
    }
}

/// `x % y` of an `x` that is not negative and a constant `y`.
fn remainder(view: &View<'_>, x: ExprId, y: ExprId, depth: u32) -> Option<Bound> {
    let x = bound(view, x, depth)?;
    let divisor = view.constant(y).filter(|&n| n > 0)?;
    Some(smaller(x, Bound::AtMost(divisor - 1)))
}

/// What a local variable is defined as, if it is never set again.
fn definition(view: &View<'_>, variable: Obj) -> Option<ExprId> {
    let ast = view.ast();
    let at = variable.pos?.offset;
    let name = view.uses(variable).find(|&e| ast.expr_pos(e) == at)?;
    let (names, values) = match view.parent(Node::Expr(name))? {
        Node::Stmt(stmt) => match ast.stmt(stmt) {
            Stmt::Assign {
                op: Kind::Define,
                lhs,
                rhs,
            } => (lhs, rhs),
            _ => return None,
        },
        Node::Decl(decl) => match ast.decl(decl) {
            Decl::Var { names, values, .. } => (names, values),
            _ => return None,
        },
        _ => return None,
    };
    let which = ast.list(names).position(|n| n == name)?;
    let value = ast.list_get(values, which)?;
    (ast.list_len(names) == ast.list_len(values) && view.is_settled(variable)).then_some(value)
}

/// Whether `expr` has the same value wherever it stands nearby, does nothing else, and cannot fail: names, fields,
/// constants, lengths, and what is reckoned from them.
pub(super) fn is_pure(view: &View<'_>, expr: ExprId) -> bool {
    let ast = view.ast();
    let mut todo = vec![expr];
    while let Some(expr) = todo.pop() {
        if view.file.info.const_value(expr).is_some() {
            continue;
        }
        match ast.expr(expr) {
            Expr::Name(_) if view.local(expr).is_some() => {}
            Expr::Paren(x) => todo.push(x),
            Expr::Binary {
                op: Kind::And,
                x,
                y,
            } => todo.extend([x, y]),
            Expr::Binary {
                op: Kind::Rem,
                x,
                y,
            } if view.constant(y).is_some_and(|n| n > 0) => {
                todo.push(x);
            }
            Expr::Call { .. } => match pure_call(view, expr) {
                Some(args) => todo.extend(args),
                None => return false,
            },
            _ => return false,
        }
    }
    true
}

/// The arguments of `len`, `cap`, `min`, `max` or a conversion between integers.
fn pure_call(view: &View<'_>, call: ExprId) -> Option<Vec<ExprId>> {
    use BuiltinId::{Cap, Len, Max, Min};
    let builtin = [Len, Cap, Min, Max]
        .into_iter()
        .find_map(|b| view.builtin_call(call, b));
    if let Some((args, _)) = builtin {
        return Some(args);
    }
    let (fun, args, _) = view.call(call)?;
    let converts = view.file.info.exprs[fun].mode == Mode::TypeExpr;
    (converts && max_of(view.ty(call)?).is_some()).then_some(args)
}
