//! heaplint finds heap escapes on the hot paths of Go programs.

// A test that unwraps says what it relies on.
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used))]

pub mod ast;
pub mod base;
pub mod lex;
pub mod load;
pub mod parse;
pub mod site;
pub mod walk;
