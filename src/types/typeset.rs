//! Type sets: what an interface means.

/// The type set of an interface.
pub struct TypeSet {}

impl TypeSet {
    /// The set of all comparable types.
    pub fn comparable() -> &'static TypeSet {
        &TypeSet {}
    }
}
