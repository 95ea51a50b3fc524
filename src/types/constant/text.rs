//! Constant strings: byte strings whose concatenation takes constant time.
//!
//! `"a" + "b" + …` over thousands of lines gives a value for every `+`. Each is a node that shares its halves, so the
//! whole costs memory in proportion to the source. Chains may be very long on one side; everything here loops.

use std::cmp::Ordering;
use std::sync::Arc;

/// Longest string, in bytes. The compiler refuses two gigabytes; repeated doubling must not take that much here.
const MAX_LEN: usize = 64 << 20;

/// Concatenations up to this length are copied at once, which keeps small strings flat.
const SMALL: usize = 64;

/// An immutable byte string; clones share it.
#[derive(Clone, Debug)]
pub struct Text(Arc<Rope>);

#[derive(Debug)]
struct Rope {
    len: usize,
    /// The bytes of a leaf.
    flat: Box<[u8]>,
    /// The halves of an inner node.
    halves: Option<(Text, Text)>,
}

impl Text {
    /// The string of `bytes`.
    pub fn new(bytes: &[u8]) -> Text {
        Text::leaf(bytes.into())
    }

    fn leaf(flat: Box<[u8]>) -> Text {
        Text(Arc::new(Rope {
            len: flat.len(),
            flat,
            halves: None,
        }))
    }

    /// Length in bytes.
    pub fn len(&self) -> usize {
        self.0.len
    }

    /// Whether there is no byte.
    pub fn is_empty(&self) -> bool {
        self.0.len == 0
    }

    /// `self` followed by `other`; `None` when that is too long to keep.
    pub fn concat(&self, other: &Text) -> Option<Text> {
        if self.is_empty() || other.is_empty() {
            return Some(if self.is_empty() { other } else { self }.clone());
        }
        let len = self.len() + other.len();
        if len > MAX_LEN {
            return None;
        }
        if len <= SMALL {
            return Some(Text::leaf(join(self.chunks().chain(other.chunks()), len)));
        }
        Some(Text(Arc::new(Rope {
            len,
            flat: Box::default(),
            halves: Some((self.clone(), other.clone())),
        })))
    }

    /// The leaves from left to right.
    fn chunks(&self) -> Chunks<'_> {
        Chunks { todo: vec![self] }
    }

    /// All bytes, copied.
    pub fn to_bytes(&self) -> Box<[u8]> {
        join(self.chunks(), self.len())
    }

    /// The bytes as Go reads them in a string context: invalid UTF-8 replaced.
    pub fn to_string_lossy(&self) -> String {
        String::from_utf8_lossy(&self.to_bytes()).into_owned()
    }
}

fn join<'a>(chunks: impl Iterator<Item = &'a [u8]>, len: usize) -> Box<[u8]> {
    let mut bytes = Vec::with_capacity(len);
    for chunk in chunks {
        bytes.extend_from_slice(chunk);
    }
    bytes.into_boxed_slice()
}

impl PartialEq for Text {
    fn eq(&self, other: &Text) -> bool {
        self.len() == other.len() && self.cmp(other).is_eq()
    }
}

impl Eq for Text {}

impl PartialOrd for Text {
    fn partial_cmp(&self, other: &Text) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Text {
    fn cmp(&self, other: &Text) -> Ordering {
        if Arc::ptr_eq(&self.0, &other.0) {
            return Ordering::Equal;
        }
        self.chunks().flatten().cmp(other.chunks().flatten())
    }
}

/// Iterates over leaves; the work list holds what lies to the right.
struct Chunks<'a> {
    todo: Vec<&'a Text>,
}

impl<'a> Iterator for Chunks<'a> {
    type Item = &'a [u8];

    fn next(&mut self) -> Option<&'a [u8]> {
        loop {
            let text = self.todo.pop()?;
            let Some((left, right)) = &text.0.halves else {
                return Some(&text.0.flat);
            };
            self.todo.push(right);
            self.todo.push(left);
        }
    }
}

impl Drop for Rope {
    /// Takes long chains apart in a loop; the derived order would recurse.
    fn drop(&mut self) {
        let mut todo = Vec::new();
        self.detach(&mut todo);
        while let Some(text) = todo.pop() {
            if let Some(mut rope) = Arc::into_inner(text.0) {
                rope.detach(&mut todo);
            }
        }
    }
}

impl Rope {
    fn detach(&mut self, todo: &mut Vec<Text>) {
        if let Some((left, right)) = self.halves.take() {
            todo.push(left);
            todo.push(right);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Text;

    #[test]
    fn a_long_chain_is_built_compared_and_dropped_without_recursion() {
        let piece = Text::new(b"0123456789");
        let chain = (0..200_000).try_fold(Text::new(b""), |t, _| t.concat(&piece));
        let again = (0..200_000).try_fold(Text::new(b""), |t, _| piece.concat(&t));
        assert_eq!(chain.as_ref().map(Text::len), Some(2_000_000));
        assert!(chain == again);
    }

    #[test]
    fn doubling_stops_at_the_limit() {
        let mut text = Some(Text::new(b"some bytes"));
        for _ in 0..100 {
            text = text.and_then(|t| t.concat(&t.clone()));
        }
        assert!(text.is_none());
    }

    #[test]
    fn strings_are_ordered_by_bytes() {
        let long = Text::new(&[b'a'; 60]).concat(&Text::new(b"bcdefgh"));
        assert!(long.is_some_and(|l| l < Text::new(b"b") && l > Text::new(&[b'a'; 61])));
    }
}
