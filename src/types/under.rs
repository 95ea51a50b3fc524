//! Underlying types of operands whose type may be a type parameter (Go spec, "Core types" of old, now spread over the
//! rules of the single operations).

use super::predicates::identical;
use super::ty::{Term, Ty, TyKind, TypeParam};
use crate::ast::ChanDir;

/// The specific types of a type parameter's type set; empty if it has none, which means any type or no type at all.
pub fn term_list(param: &TypeParam) -> &'static [Term] {
    param.type_set().specific_terms()
}

/// The types that a value of type `ty` may have at run time as far as operators see it, each with its underlying type:
/// the type itself, or for a type parameter the specific types of its type set. Empty if there are none.
pub fn specific_types(ty: Ty) -> Vec<(Ty, Ty)> {
    match ty.as_type_param() {
        Some(param) => term_list(param)
            .iter()
            .map(|t| (t.ty, t.ty.under()))
            .collect(),
        None => vec![(ty, ty.under())],
    }
}

/// Whether `holds` for the underlying type of `ty`, or of every specific type of a type parameter that has some.
pub fn under_is(ty: Ty, mut holds: impl FnMut(Ty) -> bool) -> bool {
    match ty.as_type_param() {
        Some(param) => {
            let terms = term_list(param);
            !terms.is_empty() && terms.iter().all(|t| holds(t.ty.under()))
        }
        None => holds(ty.under()),
    }
}

/// The underlying type that all types of the type set share; of channel types that differ in direction only, the
/// restricted one. `None` if there is no such type.
pub fn common_under(ty: Ty) -> Option<Ty> {
    let Some(param) = ty.as_type_param() else {
        return Some(ty.under());
    };
    let mut types = term_list(param).iter().map(|t| t.ty.under());
    let first = types.next()?;
    types.try_fold(first, common_of)
}

/// The common underlying type of two.
fn common_of(x: Ty, y: Ty) -> Option<Ty> {
    let (TyKind::Chan { dir: d, elem: a }, TyKind::Chan { dir: e, elem: b }) = (x.kind(), y.kind())
    else {
        return identical(x, y).then_some(x);
    };
    if !identical(*a, *b) {
        return None;
    }
    match (d, e) {
        (ChanDir::Both, _) => Some(y),
        (_, ChanDir::Both) => Some(x),
        _ => (d == e).then_some(x),
    }
}
