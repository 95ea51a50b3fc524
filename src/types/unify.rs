//! Unification of types with type parameters.
