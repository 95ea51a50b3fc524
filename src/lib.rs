//! heaplint finds heap escapes on the hot paths of Go programs.

pub mod ast;
pub mod base;
pub mod escape;
pub mod ir;
pub mod lex;
pub mod parse;
pub mod site;
pub mod types;
