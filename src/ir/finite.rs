//! What keeps instances finite: code that needs ever larger ones, which the compiler refuses, gets none.
//!
//! The checker knows such code (`types::monomorph`). A limit of the size of type arguments holds on top of that, for
//! whatever way there may be past the checker; no real program comes near it.

use super::body::Instance;
use crate::types::object::Obj;
use crate::types::ty::{Ty, TyKind};

use super::instantiate::type_param_types;

/// How deep the types of type arguments may be nested.
const MAX_DEPTH: u32 = 40;

/// How many types a type argument may be made of.
const MAX_SIZE: u32 = 4_000;

/// Whether the instance of `func` can be made: neither it nor what it needs grows without end.
pub(super) fn can_be_made(func: Obj, instance: Instance) -> bool {
    !are_endless(&type_param_types(func)) && !instance.targs().iter().any(|&t| is_oversized(t))
}

/// Whether instances of what has these type parameters need ever larger ones.
pub(super) fn are_endless(params: &[Ty]) -> bool {
    let endless = |p: &Ty| p.as_type_param().is_some_and(|p| p.endless.get().is_some());
    params.iter().any(endless)
}

/// Whether a type, written out, is larger than any that real programs instantiate with.
pub(super) fn is_oversized(ty: Ty) -> bool {
    let mut left = MAX_SIZE;
    !fits(ty, MAX_DEPTH, &mut left)
}

fn fits(ty: Ty, depth: u32, left: &mut u32) -> bool {
    if depth == 0 || *left == 0 {
        return false;
    }
    *left -= 1;
    let mut part = |t: Ty| fits(t, depth - 1, left);
    match ty.kind() {
        TyKind::Basic(_) | TyKind::TypeParam(_) => true,
        TyKind::Named(n) => n.targs().iter().all(|&t| part(t)),
        TyKind::Alias(a) => part(a.actual()),
        TyKind::Pointer(elem)
        | TyKind::Slice(elem)
        | TyKind::Array { elem, .. }
        | TyKind::Chan { elem, .. } => part(*elem),
        TyKind::Map { key, elem } => part(*key) && part(*elem),
        TyKind::Struct(s) => s.fields.iter().all(|f| part(f.ty())),
        TyKind::Tuple(vars) => vars.iter().all(|v| part(v.ty())),
        TyKind::Signature(s) => part(s.params) && part(s.results),
        TyKind::Union(terms) => terms.iter().all(|t| part(t.ty)),
        TyKind::Interface(i) => {
            i.methods.iter().all(|m| part(m.ty())) && i.embeddeds.iter().all(|&e| part(e))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Instance, is_oversized};
    use crate::types::predicates::identical;
    use crate::types::ty::{BasicKind, Ty, TyKind};

    /// `map[map[…]…]map[…]…`, so many levels deep.
    fn doubled(levels: u32) -> Ty {
        (0..levels).fold(Ty::basic(BasicKind::Int), |t, _| {
            Ty::new(TyKind::Map { key: t, elem: t })
        })
    }

    #[test]
    fn type_arguments_without_end_are_invalid_ones() {
        assert!(!is_oversized(doubled(8)));
        let small = doubled(8);
        let [kept] = *Instance::of(&[small]).targs() else {
            panic!("one argument");
        };
        assert!(identical(kept, small));
        for ty in [doubled(30), (0..100).fold(doubled(0), |t, _| Ty::slice(t))] {
            assert!(is_oversized(ty));
            assert_eq!(Instance::of(&[ty, doubled(1)]).targs(), [Ty::INVALID; 2]);
        }
    }
}
