//! Tokens to tree.

/// How deep brackets, prefixes and blocks may nest.
pub const MAX_NESTING: u32 = 10_000;
