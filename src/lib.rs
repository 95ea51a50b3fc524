//! heaplint finds heap escapes on the hot paths of Go programs.

#![cfg_attr(test, allow(clippy::unwrap_used))] // a test that unwraps fails with the value, which is what it is for

pub mod ast;
pub mod base;
pub mod cli;
pub mod config;
pub mod finding;
pub mod lex;
pub mod parse;
pub mod report;
pub mod site;
