//! All tests.

// A test that unwraps says what it relies on.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod load;
mod tree;
mod walk;
