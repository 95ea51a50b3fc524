//! The places that `//heaplint:alloc-ok` exempts.

use rustc_hash::FxHashMap;

use crate::base::source::FileId;
use crate::base::span::Span;
use crate::ir::body::{Body, Pos};

/// By file, the bytes that are exempt: lines, or statements below a comment.
#[derive(Clone, Debug, Default)]
pub struct Exempt {
    ranges: FxHashMap<FileId, Vec<Span>>,
}

impl Exempt {
    /// Exempts `span` of `file`.
    pub fn add(&mut self, file: FileId, span: Span) {
        self.ranges.entry(file).or_default().push(span);
    }

    /// The ranges around `pos`, and around the calls that brought it there by inlining.
    pub fn around<'e>(
        &'e self,
        body: &'e Body,
        pos: Pos,
    ) -> impl Iterator<Item = (FileId, Span)> + 'e {
        let calls = std::iter::successors(Some(pos), |pos| Some(body.inlined[pos.inline?].call));
        calls.flat_map(move |at| {
            let file = at.file.filter(|_| !self.ranges.is_empty());
            let ranges = file
                .and_then(|f| self.ranges.get(&f))
                .map_or(&[][..], Vec::as_slice);
            let covers = move |r: &&Span| r.start <= at.offset && at.offset < r.end;
            ranges
                .iter()
                .filter(covers)
                .filter_map(move |&r| Some((file?, r)))
        })
    }
}
