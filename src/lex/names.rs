//! The names of one file: bytes to a small number, without asking the process-wide table twice for the same name.
//!
//! Keywords are the table's first entries, so one look-up tells a keyword from a name.

use std::sync::LazyLock;

use super::token::{Kind, keywords, kind};
use crate::base::symbol::Symbol;

/// Open addressing by linear probing; entries are in order of first appearance.
#[derive(Clone)]
pub(super) struct Names {
    /// A power of two long, at most half full.
    slots: Vec<Slot>,
    entries: Vec<Entry>,
}

/// A place in the table.
#[derive(Clone, Copy, Default)]
struct Slot {
    hash: u32,
    /// Entry number + 1; 0 is free.
    number: u32,
}

#[derive(Clone, Copy)]
struct Entry {
    /// The first eight bytes, which are all of most names.
    head: u64,
    start: u32,
    len: u32,
}

/// What a word is.
pub(super) enum Word {
    Keyword(Kind),
    /// The name's number in this file.
    Name(u32),
}

const FIRST_SLOTS: usize = 1024;

/// All keywords one behind the other: the text that keyword entries point into.
static KEYWORD_TEXT: LazyLock<Vec<u8>> = LazyLock::new(|| {
    keywords()
        .iter()
        .flat_map(|k| k.spelling().bytes())
        .collect()
});

static SEED: LazyLock<Names> = LazyLock::new(|| {
    let mut names = Names {
        slots: vec![Slot::default(); FIRST_SLOTS],
        entries: Vec::with_capacity(256),
    };
    let mut start = 0;
    for keyword in keywords() {
        let len = keyword.spelling().len();
        let (hash, head) = hash(&KEYWORD_TEXT, start, len);
        names.insert(
            hash,
            Entry {
                head,
                start: start as u32,
                len: len as u32,
            },
        );
        start += len;
    }
    names
});

impl Names {
    /// A table that knows the keywords only.
    pub(super) fn new() -> Names {
        SEED.clone()
    }

    /// The word `src[start..start + len]`.
    #[inline]
    pub(super) fn word(&mut self, src: &[u8], start: usize, len: usize) -> Word {
        let (hash, head) = hash(src, start, len);
        let mask = self.slots.len() - 1;
        let mut at = hash as usize & mask;
        loop {
            let slot = self.slots[at];
            if slot.number == 0 {
                break;
            }
            if slot.hash == hash && self.is_same(src, slot.number - 1, head, start, len) {
                return word_of(slot.number - 1);
            }
            at = (at + 1) & mask;
        }
        word_of(self.insert(
            hash,
            Entry {
                head,
                start: start as u32,
                len: len as u32,
            },
        ))
    }

    #[inline]
    fn is_same(&self, src: &[u8], number: u32, head: u64, start: usize, len: usize) -> bool {
        let entry = self.entries[number as usize];
        entry.head == head
            && entry.len as usize == len
            && (len <= 8 || Self::text(src, number, entry) == &src[start..start + len])
    }

    #[cold]
    fn text<'a>(src: &'a [u8], number: u32, entry: Entry) -> &'a [u8] {
        let text: &'a [u8] = if number < KEYWORDS {
            &KEYWORD_TEXT
        } else {
            src
        };
        &text[entry.start as usize..(entry.start + entry.len) as usize]
    }

    fn insert(&mut self, hash: u32, entry: Entry) -> u32 {
        let number = self.entries.len() as u32;
        self.entries.push(entry);
        if self.entries.len() * 2 > self.slots.len() {
            self.grow();
        }
        self.place(Slot {
            hash,
            number: number + 1,
        });
        number
    }

    fn place(&mut self, slot: Slot) {
        let mask = self.slots.len() - 1;
        let mut at = slot.hash as usize & mask;
        while self.slots[at].number != 0 {
            at = (at + 1) & mask;
        }
        self.slots[at] = slot;
    }

    fn grow(&mut self) {
        let twice = vec![Slot::default(); self.slots.len() * 2];
        let old = std::mem::replace(&mut self.slots, twice);
        old.into_iter()
            .filter(|s| s.number != 0)
            .for_each(|s| self.place(s));
    }

    /// How many distinct names there are.
    pub(super) fn len(&self) -> usize {
        self.entries.len() - keywords().len()
    }

    /// Bytes of each name, by number.
    pub(super) fn lens(&self) -> Vec<u32> {
        self.entries
            .iter()
            .skip(keywords().len())
            .map(|e| e.len)
            .collect()
    }

    /// The names as process-wide symbols, by number.
    pub(super) fn symbols(&self, src: &[u8]) -> Vec<Symbol> {
        let names = self.entries.iter().skip(keywords().len());
        names
            .map(|e| Symbol::intern_bytes(&src[e.start as usize..(e.start + e.len) as usize]))
            .collect()
    }
}

const FIRST_KEYWORD: u32 = Kind::Break as u32;
const KEYWORDS: u32 = Kind::Var as u32 + 1 - FIRST_KEYWORD;

#[inline]
fn word_of(number: u32) -> Word {
    if number < KEYWORDS {
        Word::Keyword(kind((number + FIRST_KEYWORD) as u8))
    } else {
        Word::Name(number - KEYWORDS)
    }
}

const K: u64 = 0x9e37_79b9_7f4a_7c15;

/// A hash of all bytes of the word, eight at a time, and its first eight bytes. Each step is a widening multiplication
/// folded to 64 bits, which spreads every input bit over the result.
#[inline]
fn hash(src: &[u8], start: usize, len: usize) -> (u32, u64) {
    if len <= 8 {
        let head = word(src, start, len);
        return (fold(head ^ len as u64, K) as u32, head);
    }
    long_hash(src, start, len)
}

#[inline(never)]
fn long_hash(src: &[u8], start: usize, len: usize) -> (u32, u64) {
    let head = word(src, start, 8);
    let mut h = fold(head ^ len as u64, K);
    let (mut at, end) = (start + 8, start + len);
    while at < end {
        let n = (end - at).min(8);
        h = fold(h ^ word(src, at, n), K);
        at += n;
    }
    (h as u32, head)
}

#[inline]
fn fold(a: u64, b: u64) -> u64 {
    let wide = u128::from(a) * u128::from(b);
    (wide as u64) ^ ((wide >> 64) as u64)
}

/// The `n` bytes (1 to 8) at `at` as a little-endian number.
#[inline]
fn word(src: &[u8], at: usize, n: usize) -> u64 {
    match src[at..].first_chunk::<8>() {
        Some(&bytes) => u64::from_le_bytes(bytes) & (u64::MAX >> (64 - 8 * n)),
        None => src[at..at + n]
            .iter()
            .rev()
            .fold(0, |w, &b| (w << 8) | u64::from(b)),
    }
}
