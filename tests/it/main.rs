//! All tests in one binary, a module for each area.
#![allow(clippy::unwrap_used, clippy::expect_used)] // a test that cannot go on has failed

mod cache;
mod cli;
mod code;
mod command;
mod config;
mod contract;
mod escape;
mod facts;
mod fix;
mod heat;
mod inline;
mod living;
mod load;
mod parse;
mod pipeline;
mod profile;
mod report;
mod rules;
mod sites;
mod sizes;
mod spread;
mod suppress;
mod tidy;
mod tree;
mod type_text;
mod types;
mod walk;
