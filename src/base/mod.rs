//! What every stage stands on: spans, sources, names, ids and diagnostics.
//!
//! Nothing here knows a later stage. [`index`] gives typed `u32` ids and the vectors they index, [`symbol`] interned
//! names, [`few`] short lists, [`source`] file bytes with gc's line and column rules, [`diag`] what a stage reports about user code, [`yaml`]
//! config and rule files with a place for everything.

pub mod bytes;
pub mod bytesize;
pub mod diag;
pub mod few;
pub mod files;
pub mod glob;
pub mod index;
pub mod nest;
pub mod sha256;
pub mod source;
pub mod span;
pub mod suggest;
pub mod symbol;
pub mod yaml;
