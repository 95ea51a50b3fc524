//! `var out []T` → `out := make([]T, 0, len(xs))`, where a loop over `xs` appends to `out` once a round.
//!
//! `append` without capacity allocates again and again while the slice grows, about twice the room in all. With the capacity
//! given there is one allocation, before the loop, and the `append` has room. So "the allocation is gone" means here that the
//! steps of growth are, and the one `make` is allowed for.
//!
//! A declared slice is `nil` until something is appended, a made one never is. The former is rewritten only where nobody
//! can tell: the slice is ranged over, indexed, measured or copied from, and nothing else. `[]T{}` and `make([]T, 0)` are not
//! `nil` either way.
//!
//! The capacity that `append` leaves is not specified, so that it may change. The rewrite still keeps away from `cap`.

use super::trips::{self, Trips};
use super::view::View;
use super::{Offer, Refusal, fix};
use crate::ast::visit::{self, Node};
use crate::ast::{Decl, Expr, ExprId, Stmt, StmtId};
use crate::base::span::Span;
use crate::edit::{Edit, Rewrite};
use crate::lex::token::Kind;
use crate::site::{Site, SiteKind};
use crate::types::builtin::BuiltinId;
use crate::types::object::{Obj, VarKind};
use crate::types::ty::TyKind;

/// How the slice comes to be.
struct Origin {
    stmt: StmtId,
    /// Whether it is `nil` at first.
    nil: bool,
    /// Where the new text goes: all of the statement, or its value.
    span: Span,
    /// What stands before the capacity, and behind it.
    text: [String; 2],
}

/// An `append` that a statement assigns to the slice it appends to.
struct Growth {
    /// The slice.
    slice: Obj,
    /// The two names of it in the statement.
    names: [ExprId; 2],
    stmt: StmtId,
}

/// The fix for the `append` at `site`.
pub(super) fn propose(view: &View<'_>, site: &Site) -> Offer {
    if site.kind != SiteKind::Append {
        return Err(Refusal("not an `append`"));
    }
    let growth = growth(view, site.pos)?;
    let looped = loop_around(view, growth.stmt)?;
    let (trips, _) = trips::of(view, looped)?;
    let origin = origin(view, growth.slice)?;
    if trips::mentions(view, trips.of, growth.slice) {
        return Err(Refusal("the loop goes over the slice itself"));
    }
    refuse_distance(view, &origin, looped, &trips)?;
    refuse_uses(view, &growth, &origin)?;
    for name in ["make", "len"] {
        if !view.is_predeclared(name) {
            return Err(Refusal(
                "`make` or `len` stands for something else in this file",
            ));
        }
    }
    let [before, behind] = &origin.text;
    let text = format!("{before}{}{behind}", trips.text);
    let edits = vec![Edit::new(origin.span, text)];
    let title = format!("Make the slice with capacity {}", trips.text);
    fix(view, Rewrite::Preallocate, title, edits, None)
}

/// `out = append(out, x)` at gc's position `pos`.
fn growth(view: &View<'_>, pos: u32) -> Result<Growth, Refusal> {
    const WHY: Refusal = Refusal("the statement is not `x = append(x, value)`");
    let ast = view.ast();
    let (call, args, spread) = view.builtin_at(pos, BuiltinId::Append).ok_or(WHY)?;
    let Some(Node::Stmt(stmt)) = view.parent(Node::Expr(call)) else {
        return Err(WHY);
    };
    let Stmt::Assign {
        op: Kind::Assign,
        lhs,
        ..
    } = ast.stmt(stmt)
    else {
        return Err(WHY);
    };
    let (Some(target), 1) = (ast.list_get(lhs, 0), ast.list_len(lhs)) else {
        return Err(WHY);
    };
    if args.len() != 2 || spread {
        return Err(Refusal("not just one value is appended"));
    }
    let slice = view.local(target).ok_or(WHY)?;
    if view.local(args[0]) != Some(slice) {
        return Err(WHY);
    }
    if trips::mentions(view, args[1], slice) {
        return Err(Refusal("the value appended looks at the slice"));
    }
    let names = [target, args[0]];
    Ok(Growth { slice, names, stmt })
}

/// The loop in whose body `stmt` stands, not deeper.
fn loop_around(view: &View<'_>, stmt: StmtId) -> Result<StmtId, Refusal> {
    const WHY: Refusal = Refusal("the `append` does not stand right in a loop's body");
    let Some(Node::Stmt(body)) = view.parent(Node::Stmt(stmt)) else {
        return Err(WHY);
    };
    match (view.ast().stmt(body), view.parent(Node::Stmt(body))) {
        (Stmt::Block(_), Some(Node::Stmt(looped))) => Ok(looped),
        _ => Err(WHY),
    }
}

/// Where and how the slice is declared.
fn origin(view: &View<'_>, slice: Obj) -> Result<Origin, Refusal> {
    const WHY: Refusal = Refusal("the slice is not declared empty in a statement of its own");
    let ast = view.ast();
    if slice.as_var().is_none_or(|v| v.kind != VarKind::Local) {
        return Err(Refusal("the slice is a parameter or result"));
    }
    let at = slice.pos.ok_or(WHY)?.offset;
    let name = view
        .uses(slice)
        .find(|&e| ast.expr_pos(e) == at)
        .ok_or(WHY)?;
    match view.parent(Node::Expr(name)) {
        Some(Node::Stmt(stmt)) => defined(view, stmt).ok_or(WHY),
        Some(Node::Decl(decl)) => match view.parent(Node::Decl(decl)) {
            Some(Node::Stmt(stmt)) => declared(view, stmt, ast.decl(decl)).ok_or(WHY),
            _ => Err(WHY),
        },
        _ => Err(WHY),
    }
}

/// `var out []T`
fn declared(view: &View<'_>, stmt: StmtId, decl: Decl) -> Option<Origin> {
    let ast = view.ast();
    let Decl::Var {
        names,
        ty: Some(ty),
        values,
    } = decl
    else {
        return None;
    };
    let name = ast.list_get(names, 0)?;
    let span = ast.stmt_span(stmt);
    // A group in parentheses has more text than this.
    let plain = format!("var {} {}", view.expr_text(name), view.expr_text(ty));
    let is_plain = view.text(span) == plain && ast.list_len(names) == 1 && values.is_empty();
    let is_slice = matches!(view.ty(ty)?.under().kind(), TyKind::Slice(_));
    (is_plain && is_slice).then(|| Origin {
        stmt,
        nil: true,
        span,
        text: [
            format!(
                "{} := make({}, 0, ",
                view.expr_text(name),
                view.expr_text(ty)
            ),
            ")".to_owned(),
        ],
    })
}

/// `out := []T{}`, `out := make([]T, 0)`
fn defined(view: &View<'_>, stmt: StmtId) -> Option<Origin> {
    let ast = view.ast();
    let Stmt::Assign {
        op: Kind::Define,
        lhs,
        rhs,
    } = ast.stmt(stmt)
    else {
        return None;
    };
    let (value, 1) = (ast.list_get(rhs, 0)?, ast.list_len(lhs)) else {
        return None;
    };
    if let Expr::CompositeLit {
        ty: Some(ty),
        elems,
    } = ast.expr(value)
    {
        let is_slice = matches!(view.ty(ty)?.under().kind(), TyKind::Slice(_));
        return (elems.is_empty() && is_slice).then(|| Origin {
            stmt,
            nil: false,
            span: ast.expr_span(value),
            text: [format!("make({}, 0, ", view.expr_text(ty)), ")".to_owned()],
        });
    }
    let (args, _) = view.builtin_call(value, BuiltinId::Make)?;
    let is_empty = args.len() == 2 && view.constant(args[1]) == Some(0);
    is_empty.then(|| Origin {
        stmt,
        nil: false,
        span: ast.expr_span(value),
        text: [
            format!("make({}, 0, ", view.expr_text(args[0])),
            ")".to_owned(),
        ],
    })
}

/// The loop has to follow the declaration whenever that runs, and what it counts must not change in between.
fn refuse_distance(
    view: &View<'_>,
    origin: &Origin,
    looped: StmtId,
    trips: &Trips,
) -> Result<(), Refusal> {
    const WHY: Refusal = Refusal("the loop does not follow the declaration in the same block");
    let row = view.row(looped).ok_or(WHY)?;
    let first = row
        .stmts
        .iter()
        .position(|&s| s == origin.stmt)
        .ok_or(WHY)?;
    let between = row.stmts.get(first + 1..row.at).ok_or(WHY)?;
    if between.iter().any(|&s| may_end(view, s)) {
        return Err(Refusal(
            "the function may end between the declaration and the loop",
        ));
    }
    if !between.is_empty() && !trips.settled {
        return Err(Refusal("what the loop goes over may change before it"));
    }
    if !between.is_empty() && !is_declared_before(view, origin, trips.of) {
        return Err(Refusal(
            "what the loop goes over is not known at the declaration",
        ));
    }
    Ok(())
}

/// Whether control may leave `stmt` other than at its end.
fn may_end(view: &View<'_>, stmt: StmtId) -> bool {
    let ast = view.ast();
    let mut found = false;
    visit::walk(ast, Node::Stmt(stmt), |node| {
        if let Node::Stmt(s) = node {
            found |= matches!(
                ast.stmt(s),
                Stmt::Return(_) | Stmt::Branch { .. } | Stmt::Labeled { .. } | Stmt::Bad
            );
        }
    });
    found
}

/// Whether all variables in `expr` are declared before the slice is.
fn is_declared_before(view: &View<'_>, origin: &Origin, expr: ExprId) -> bool {
    let start = view.ast().stmt_start(origin.stmt);
    let mut before = true;
    visit::walk(view.ast(), Node::Expr(expr), |node| {
        if let Node::Expr(e) = node
            && let Some(object) = view.local(e)
        {
            before &= object.pos.is_some_and(|p| p.offset < start);
        }
    });
    before
}

/// Whether every other use of the slice is one that cannot tell.
fn refuse_uses(view: &View<'_>, growth: &Growth, origin: &Origin) -> Result<(), Refusal> {
    let ast = view.ast();
    let home = view.function_of(Node::Stmt(origin.stmt));
    for name in view.uses(growth.slice) {
        let declares = growth
            .slice
            .pos
            .is_some_and(|p| p.offset == ast.expr_pos(name));
        if declares || growth.names.contains(&name) {
            continue;
        }
        if view.function_of(Node::Expr(name)) != home {
            return Err(Refusal("a function literal uses the slice"));
        }
        if view.may_set(name) {
            return Err(Refusal("the slice is set elsewhere"));
        }
        refuse_use(view, name, origin.nil)?;
    }
    Ok(())
}

fn refuse_use(view: &View<'_>, name: ExprId, nil: bool) -> Result<(), Refusal> {
    let Some(parent) = view.parent(Node::Expr(name)) else {
        return Err(Refusal("the slice is used in a way that is not known"));
    };
    if let Node::Expr(call) = parent
        && view.builtin_call(call, BuiltinId::Cap).is_some()
    {
        return Err(Refusal("the capacity of the slice is looked at"));
    }
    if !nil || hides_nil(view, name, parent) {
        return Ok(());
    }
    Err(Refusal("the slice may be nil, and that can be seen"))
}

/// Whether `parent` treats a nil slice as it does an empty one.
fn hides_nil(view: &View<'_>, name: ExprId, parent: Node) -> bool {
    match parent {
        Node::Stmt(stmt) => matches!(view.ast().stmt(stmt), Stmt::Range { x, .. } if x == name),
        Node::Expr(x) => match view.ast().expr(x) {
            Expr::Index { x: base, .. } => base == name,
            Expr::Call { .. } => measures(view, x, name),
            _ => false,
        },
        _ => false,
    }
}

/// `len(name)`, `copy(…, name)`, `append(…, name...)`
fn measures(view: &View<'_>, call: ExprId, name: ExprId) -> bool {
    let last = |builtin| {
        let found = view.builtin_call(call, builtin);
        found.filter(|(args, _)| args.last() == Some(&name))
    };
    last(BuiltinId::Len).is_some()
        || last(BuiltinId::Copy).is_some_and(|(args, _)| args.len() == 2)
        || last(BuiltinId::Append).is_some_and(|(args, spread)| spread && args.len() == 2)
}
