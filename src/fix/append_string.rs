//! `append(b, []byte(s)...)` → `append(b, s...)`, and `copy(b, []byte(s))` → `copy(b, s)`.
//!
//! Both builtins take a string where the slice is one of bytes (Go spec, "Appending to and copying slices"), so the
//! conversion, a copy of its own up to Go 1.21, is not needed. A conversion is no call: nothing moves past it.

use super::view::View;
use super::{Offer, Refusal, fix};
use crate::ast::visit::Node;
use crate::ast::{Expr, ExprId};
use crate::base::span::Span;
use crate::edit::{Edit, Rewrite};
use crate::site::{Site, SiteKind};
use crate::types::builtin::BuiltinId;
use crate::types::predicates::{basic_kind, is_type_param};
use crate::types::ty::{BasicKind, Ty, TyKind};

/// The fix for the conversion at `site`.
pub(super) fn propose(view: &View<'_>, site: &Site) -> Offer {
    if site.kind != SiteKind::StringConversion {
        return Err(Refusal("not a conversion"));
    }
    let found = view
        .at(site.pos)
        .find_map(|operand| conversion(view, operand));
    let (conversion, operand) = found.ok_or(Refusal("not a conversion of a string to bytes"))?;
    if !is_last_argument(view, conversion) {
        return Err(Refusal(
            "the bytes are not what `append` or `copy` takes last",
        ));
    }
    let ast = view.ast();
    let (whole, kept) = (ast.expr_span(conversion), ast.expr_span(operand));
    let edits = vec![
        Edit::new(Span::new(whole.start, kept.start), ""),
        Edit::new(Span::new(kept.end, whole.end), ""),
    ];
    let title = "Pass the string itself".to_owned();
    fix(view, Rewrite::AppendString, title, edits, None)
}

/// The conversion `[]byte(operand)` of a string.
fn conversion(view: &View<'_>, operand: ExprId) -> Option<(ExprId, ExprId)> {
    let Some(Node::Expr(call)) = view.parent(Node::Expr(operand)) else {
        return None;
    };
    let (fun, args, _) = view.call(call)?;
    let (from, to) = (view.ty(operand)?, view.ty(call)?);
    let converts = args == [operand] && matches!(view.ast().expr(fun), Expr::SliceType(_));
    let of_string = !is_type_param(from) && basic_kind(from.under()) == BasicKind::String;
    (converts && of_string && is_bytes(to)).then_some((call, operand))
}

fn is_bytes(ty: Ty) -> bool {
    match ty.unalias().kind() {
        TyKind::Slice(elem) => {
            matches!(elem.unalias().kind(), TyKind::Basic(b) if b.kind == BasicKind::Uint8)
        }
        _ => false,
    }
}

/// Whether `arg` is the spread argument of `append`, or the source of `copy`.
fn is_last_argument(view: &View<'_>, arg: ExprId) -> bool {
    let Some(Node::Expr(call)) = view.parent(Node::Expr(arg)) else {
        return false;
    };
    let takes = |builtin, spread| {
        let found = view.builtin_call(call, builtin);
        found.is_some_and(|(args, is_spread)| {
            args.len() == 2 && args[1] == arg && is_spread == spread
        })
    };
    takes(BuiltinId::Append, true) || takes(BuiltinId::Copy, false)
}
