//! All tests in one binary, a module for each area.
#![allow(clippy::unwrap_used, clippy::expect_used)] // a test that cannot go on has failed

mod load;
mod parse;
mod report;
mod tree;
mod walk;
