//! heaplint finds heap escapes on the hot paths of Go programs.

pub mod ast;
pub mod base;
pub mod inline;
pub mod ir;
pub mod lex;
pub mod parse;
pub mod site;
pub mod types;
