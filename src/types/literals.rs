//! Composite and function literals.
