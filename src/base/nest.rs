//! Nested ranges: which of many lie around an offset.

use super::span::Span;

/// Ranges of one file, any two of which are nested or disjoint.
#[derive(Clone, Debug, Default)]
pub struct Nest {
    /// Sorted by start, outer ones first.
    ranges: Vec<Range>,
}

#[derive(Clone, Copy, Debug)]
struct Range {
    span: Span,
    /// The index that the maker of the nest gave.
    item: u32,
    parent: Option<u32>,
}

impl Nest {
    /// A nest of `spans`; an item is known by its index. Of equal ranges the later one counts as the inner one.
    pub fn new(spans: impl IntoIterator<Item = Span>) -> Nest {
        let mut ranges: Vec<Range> = spans
            .into_iter()
            .enumerate()
            .map(|(i, span)| Range {
                span,
                item: i as u32,
                parent: None,
            })
            .collect();
        ranges.sort_by_key(|r| (r.span.start, std::cmp::Reverse(r.span.end), r.item));
        let mut open: Vec<u32> = Vec::new();
        for i in 0..ranges.len() {
            let start = ranges[i].span.start;
            while open
                .last()
                .is_some_and(|&o| ranges[o as usize].span.end <= start)
            {
                open.pop();
            }
            ranges[i].parent = open.last().copied();
            open.push(i as u32);
        }
        Nest { ranges }
    }

    /// The items around `offset`, innermost first.
    pub fn around(&self, offset: u32) -> impl Iterator<Item = usize> + '_ {
        let before = self.ranges.partition_point(|r| r.span.start <= offset);
        let mut next = before.checked_sub(1).map(|i| i as u32);
        std::iter::from_fn(move || {
            loop {
                let range = self.ranges[next? as usize];
                next = range.parent;
                if range.span.contains(offset) {
                    return Some(range.item as usize);
                }
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::{Nest, Span};

    #[test]
    fn ranges_are_given_from_the_inside_out() {
        let spans = [(0, 100), (10, 50), (20, 30), (60, 70)];
        let nest = Nest::new(spans.map(|(a, b)| Span::new(a, b)));
        let around = |at| nest.around(at).collect::<Vec<_>>();
        assert_eq!(around(25), [2, 1, 0]);
        assert_eq!(around(30), [1, 0]);
        assert_eq!(around(55), [0]);
        assert_eq!(around(60), [3, 0]);
        assert!(around(100).is_empty());
    }
}
