//! Byte ranges in a file and the positions people read.

use serde::Serialize;

/// A half-open byte range `start..end` in one file. Files over 4 GiB are refused when they are read.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub struct Span {
    /// Offset of the first byte.
    pub start: u32,
    /// Offset one past the last byte.
    pub end: u32,
}

const _: () = assert!(size_of::<Span>() == 8);

impl Span {
    /// The range `start..end`; an `end` before `start` gives the empty range at `start`.
    pub fn new(start: u32, end: u32) -> Span {
        Span {
            start,
            end: end.max(start),
        }
    }

    /// The bytes of `src` in this range; empty where the range lies outside.
    pub fn text(self, src: &[u8]) -> &[u8] {
        src.get(self.start as usize..self.end as usize)
            .unwrap_or_default()
    }

    /// Whether `offset` lies in the range.
    pub fn contains(self, offset: u32) -> bool {
        self.start <= offset && offset < self.end
    }
}

/// A position as gc prints it: line and byte column, both from 1.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default, Serialize)]
pub struct LineCol {
    /// Line, from 1.
    pub line: u32,
    /// Column in bytes, from 1 (a tab counts one).
    pub column: u32,
}
