//! heaplint finds heap escapes on the hot paths of Go programs.

pub mod ast;
pub mod base;
pub mod config;
pub mod finding;
pub mod lex;
pub mod option;
pub mod parse;
pub mod site;
