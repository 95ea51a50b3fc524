//! How often a loop runs, as an expression that can stand before it.
//!
//! The number has to be bounded by something that exists, such as a length: a capacity taken from any integer could make
//! `make` panic where the loop would have been left by other means. A body that can leave the loop, or skip the rest of a
//! round, gives no number.

use super::Refusal;
use super::bound::{self, Bound};
use super::view::View;
use crate::ast::visit::Node;
use crate::ast::{Expr, ExprId, Stmt, StmtId};
use crate::lex::token::Kind;
use crate::types::builtin::BuiltinId;
use crate::types::object::Obj;
use crate::types::ty::{Ty, TyKind};

/// A number of rounds.
pub(super) struct Trips {
    /// The number as source text.
    pub(super) text: String,
    /// Whether what is counted may be looked at some statements before the loop.
    pub(super) settled: bool,
    /// The expression that `text` is made of.
    pub(super) of: ExprId,
}

const NO_NUMBER: Refusal = Refusal("how often the loop runs is not known before it");

/// How often `stmt` runs its body, and that body.
pub(super) fn of(view: &View<'_>, stmt: StmtId) -> Result<(Trips, StmtId), Refusal> {
    let (trips, body) = match view.ast().stmt(stmt) {
        Stmt::Range { x, body, .. } => (range(view, x)?, body),
        Stmt::For {
            init: Some(init),
            cond: Some(cond),
            post: Some(post),
            body,
        } => (counted(view, init, cond, post)?, body),
        Stmt::For { .. } => return Err(NO_NUMBER),
        _ => {
            return Err(Refusal(
                "the `append` does not stand right in a loop's body",
            ));
        }
    };
    if leaves(view, body) {
        return Err(Refusal("the loop may be left, or a round be cut short"));
    }
    Ok((trips, body))
}

fn range(view: &View<'_>, x: ExprId) -> Result<Trips, Refusal> {
    let ty = view.ty(x).ok_or(NO_NUMBER)?;
    if matches!(ty.under().kind(), TyKind::Basic(_)) && !is_text(ty) {
        return integer(view, x);
    }
    match element(ty) {
        Some(Some(elem)) if view.file.sizes.size_of(elem) == 0 => Err(Refusal(
            "what is counted takes no room, so that there may be any number of it",
        )),
        Some(_) => length(view, x),
        None => Err(NO_NUMBER),
    }
}

fn is_text(ty: Ty) -> bool {
    crate::types::predicates::is_string(ty)
}

/// The element type of what has a length; none for strings and maps, whose elements are never without size.
fn element(ty: Ty) -> Option<Option<Ty>> {
    let under = ty.under();
    let pointed = ty.under_pointer().map(Ty::under);
    match (under.kind(), pointed.map(Ty::kind)) {
        (TyKind::Slice(elem) | TyKind::Array { elem, .. }, _) => Some(Some(*elem)),
        (_, Some(TyKind::Array { elem, .. })) => Some(Some(*elem)),
        (TyKind::Map { .. }, _) => Some(None),
        _ if is_text(ty) => Some(None),
        _ => None,
    }
}

/// `len(x)` for an `x` that can be evaluated twice.
fn length(view: &View<'_>, x: ExprId) -> Result<Trips, Refusal> {
    if !is_place(view, x) {
        return Err(Refusal(
            "what the loop goes over is not a variable or field",
        ));
    }
    Ok(Trips {
        text: format!("len({})", view.expr_text(x)),
        settled: is_settled(view, x),
        of: x,
    })
}

/// Whether `x` is a variable, or a field of one.
fn is_place(view: &View<'_>, mut x: ExprId) -> bool {
    loop {
        match view.ast().expr(x) {
            Expr::Name(_) => return view.object(x).is_some_and(|o| o.as_var().is_some()),
            Expr::Selector { x: base, .. } => x = base,
            Expr::Paren(inner) => x = inner,
            _ => return false,
        }
    }
}

/// Whether `x` is a local variable that is never set again. Maps grow and shrink without being set.
fn is_settled(view: &View<'_>, x: ExprId) -> bool {
    let is_map = view
        .ty(x)
        .is_none_or(|t| matches!(t.under().kind(), TyKind::Map { .. }));
    !is_map && view.local(x).is_some_and(|v| view.is_settled(v))
}

/// An integer whose value is bounded and does not change.
fn integer(view: &View<'_>, n: ExprId) -> Result<Trips, Refusal> {
    let bounded = match bound::of(view, n) {
        Some(Bound::Length) => true,
        Some(Bound::AtMost(most)) => most <= MAX_ROUNDS,
        _ => false,
    };
    if !bounded {
        return Err(Refusal(
            "the number of rounds is not bounded by a length or a small constant",
        ));
    }
    let is_plain = !matches!(view.ast().expr(n), Expr::Binary { .. });
    if !is_plain || !bound::is_pure(view, n) || !settled_names(view, n) {
        return Err(NO_NUMBER);
    }
    Ok(Trips {
        text: view.expr_text(n).to_owned(),
        settled: true,
        of: n,
    })
}

/// The largest number of rounds that is taken from anything but a length.
const MAX_ROUNDS: u64 = 0xFFFF;

/// Whether all variables in `expr` are set once.
fn settled_names(view: &View<'_>, expr: ExprId) -> bool {
    let mut settled = true;
    crate::ast::visit::walk(view.ast(), Node::Expr(expr), |node| {
        if let Node::Expr(e) = node
            && let Some(object) = view.local(e)
        {
            let is_map = matches!(object.ty().under().kind(), TyKind::Map { .. });
            settled &= !is_map && view.is_settled(object);
        }
    });
    settled
}

/// `for i := 0; i < n; i++`, where nothing else sets `i`.
fn counted(view: &View<'_>, init: StmtId, cond: ExprId, post: StmtId) -> Result<Trips, Refusal> {
    let ast = view.ast();
    let Stmt::Assign {
        op: Kind::Define,
        lhs,
        rhs,
    } = ast.stmt(init)
    else {
        return Err(NO_NUMBER);
    };
    let (Some(name), 1) = (ast.list_get(lhs, 0), ast.list_len(lhs)) else {
        return Err(NO_NUMBER);
    };
    let from_zero = ast.list_get(rhs, 0).and_then(|e| view.constant(e)) == Some(0);
    let counter = view.local(name).ok_or(NO_NUMBER)?;
    let Expr::Binary { op: Kind::Lt, x, y } = ast.expr(cond) else {
        return Err(NO_NUMBER);
    };
    let steps = matches!(ast.stmt(post), Stmt::IncDec { op: Kind::Inc, x } if view.local(x) == Some(counter));
    let set = view
        .uses(counter)
        .filter(|&e| e != name && view.may_set(e))
        .count();
    if !from_zero || view.local(x) != Some(counter) || !steps || set != 1 {
        return Err(NO_NUMBER);
    }
    match view.builtin_call(y, BuiltinId::Len) {
        // The condition is evaluated each round, so the length has to stay.
        Some((args, _)) if !is_settled(view, args[0]) => Err(NO_NUMBER),
        Some((args, _)) => range(view, args[0]),
        None => integer(view, y),
    }
}

/// Whether the body may leave the loop, or go on to the next round, before its end.
fn leaves(view: &View<'_>, body: StmtId) -> bool {
    let ast = view.ast();
    let mut todo = vec![(body, false, false)];
    while let Some((stmt, in_loop, in_switch)) = todo.pop() {
        match ast.stmt(stmt) {
            Stmt::Return(_) | Stmt::Branch { label: Some(_), .. } => return true,
            Stmt::Branch {
                keyword: Kind::Goto,
                ..
            } => return true,
            Stmt::Branch {
                keyword: Kind::Break,
                ..
            } if !in_loop && !in_switch => return true,
            Stmt::Branch {
                keyword: Kind::Continue,
                ..
            } if !in_loop => return true,
            Stmt::Bad => return true,
            inner => {
                let in_loop = in_loop || matches!(inner, Stmt::For { .. } | Stmt::Range { .. });
                let in_switch = in_switch
                    || matches!(
                        inner,
                        Stmt::Switch { .. } | Stmt::TypeSwitch { .. } | Stmt::Select(_)
                    );
                crate::ast::visit::children(ast, Node::Stmt(stmt), &mut |child| {
                    if let Node::Stmt(inner) = child {
                        todo.push((inner, in_loop, in_switch));
                    }
                });
            }
        }
    }
    false
}

/// Whether `expr` mentions `object`.
pub(super) fn mentions(view: &View<'_>, expr: ExprId, object: Obj) -> bool {
    let mut found = false;
    crate::ast::visit::walk(view.ast(), Node::Expr(expr), |node| {
        found |= matches!(node, Node::Expr(e) if view.object(e) == Some(object));
    });
    found
}
