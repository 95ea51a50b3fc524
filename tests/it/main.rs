//! All tests in one binary, a module for each area.
#![allow(clippy::unwrap_used, clippy::expect_used)] // a test that cannot go on has failed

mod config;
mod escape;
mod heat;
mod inline;
mod load;
mod parse;
mod pipeline;
mod report;
mod rules;
mod sites;
mod suppress;
mod tree;
mod types;
mod walk;
