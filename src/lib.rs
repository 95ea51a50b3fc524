//! heaplint finds heap escapes on the hot paths of Go programs.

pub mod ast;
pub mod base;
pub mod config;
pub mod directive;
pub mod escape;
pub mod finding;
pub mod heat;
pub mod lex;
pub mod option;
pub mod parse;
pub mod rules;
pub mod settings;
pub mod site;
