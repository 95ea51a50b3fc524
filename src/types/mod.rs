//! What every name and expression is: the type checker.

pub mod constant;
