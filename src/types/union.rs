//! Unions of terms in constraints.
