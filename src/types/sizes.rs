//! Sizes, alignment and pointer data of types on a target.

/// The target's sizes.
#[derive(Clone, Copy, Debug)]
pub struct Sizes {
    /// Bytes of a pointer, `int`, `uint` and `uintptr`.
    pub word: u8,
    /// The largest alignment in bytes.
    pub max_align: u8,
}
