//! heaplint finds heap escapes on the hot paths of Go programs.

#![cfg_attr(test, allow(clippy::unwrap_used))] // a test that unwraps fails with the value, which is what it is for

pub mod ast;
pub mod base;
pub mod cli;
pub mod config;
pub mod directive;
pub mod escape;
pub mod finding;
pub mod heat;
pub mod lex;
pub mod option;
pub mod parse;
pub mod report;
pub mod rules;
pub mod settings;
pub mod site;
