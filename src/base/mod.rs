//! What every stage stands on: spans, sources, names, ids and diagnostics.
//!
//! Nothing here knows a later stage. [`index`] gives typed `u32` ids and the vectors they index, [`symbol`] interned
//! names, [`source`] file bytes with gc's line and column rules, [`diag`] what a stage reports about user code.

pub mod bytes;
pub mod diag;
pub mod index;
pub mod source;
pub mod span;
pub mod symbol;
