//! The names of one file: bytes to a small number, without asking the process-wide table twice for the same name.
//!
//! Keywords are the table's first entries, so one look-up tells a keyword from a name.

use std::sync::LazyLock;

use super::token::{Kind, keywords};
use crate::base::symbol::Symbol;

/// Open addressing by linear probing; entries are in order of first appearance.
#[derive(Clone)]
pub(super) struct Names {
    /// Entry number + 1; 0 is free. A power of two long, at most half full.
    slots: Vec<u32>,
    entries: Vec<Entry>,
}

#[derive(Clone, Copy)]
struct Entry {
    hash: u32,
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
        slots: vec![0; FIRST_SLOTS],
        entries: Vec::with_capacity(256),
    };
    let mut start = 0;
    for keyword in keywords() {
        let len = keyword.spelling().len();
        let hash = hash(&KEYWORD_TEXT, start, len);
        names.insert(Entry {
            hash,
            start: start as u32,
            len: len as u32,
        });
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
        let hash = hash(src, start, len);
        let mask = self.slots.len() - 1;
        let mut slot = hash as usize & mask;
        loop {
            let Some(number) = self.slots[slot].checked_sub(1) else {
                break;
            };
            let entry = self.entries[number as usize];
            if entry.hash == hash
                && entry.len as usize == len
                && self.text(src, number, entry) == &src[start..start + len]
            {
                return word_of(number);
            }
            slot = (slot + 1) & mask;
        }
        let number = self.insert(Entry {
            hash,
            start: start as u32,
            len: len as u32,
        });
        word_of(number)
    }

    fn text<'a>(&self, src: &'a [u8], number: u32, entry: Entry) -> &'a [u8] {
        let text: &'a [u8] = if (number as usize) < keywords().len() {
            &KEYWORD_TEXT
        } else {
            src
        };
        &text[entry.start as usize..(entry.start + entry.len) as usize]
    }

    fn insert(&mut self, entry: Entry) -> u32 {
        let number = self.entries.len() as u32;
        self.entries.push(entry);
        if self.entries.len() * 2 > self.slots.len() {
            self.grow();
        } else {
            self.place(number, entry.hash);
        }
        number
    }

    fn place(&mut self, number: u32, hash: u32) {
        let mask = self.slots.len() - 1;
        let mut slot = hash as usize & mask;
        while self.slots[slot] != 0 {
            slot = (slot + 1) & mask;
        }
        self.slots[slot] = number + 1;
    }

    fn grow(&mut self) {
        self.slots = vec![0; self.slots.len() * 2];
        for number in 0..self.entries.len() {
            self.place(number as u32, self.entries[number].hash);
        }
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

fn word_of(number: u32) -> Word {
    match keywords().get(number as usize) {
        Some(&keyword) => Word::Keyword(keyword),
        None => Word::Name(number - keywords().len() as u32),
    }
}

/// A hash of all bytes of the word, eight at a time: each step is a widening multiplication folded to 64 bits, which
/// spreads every input bit over the result.
#[inline]
fn hash(src: &[u8], start: usize, len: usize) -> u32 {
    const K: u64 = 0x9e37_79b9_7f4a_7c15;
    let mut h = len as u64;
    let (mut at, end) = (start, start + len);
    while at < end {
        let n = (end - at).min(8);
        h = fold(h ^ word(src, at, n), K);
        at += n;
    }
    h as u32
}

#[inline]
fn fold(a: u64, b: u64) -> u64 {
    let wide = u128::from(a) * u128::from(b);
    (wide as u64) ^ ((wide >> 64) as u64)
}

/// The `n` bytes (1 to 8) at `at` as a little-endian number.
#[inline]
fn word(src: &[u8], at: usize, n: usize) -> u64 {
    if let Some(bytes) = src
        .get(at..at + 8)
        .and_then(|b| <[u8; 8]>::try_from(b).ok())
    {
        return u64::from_le_bytes(bytes) & (u64::MAX >> (64 - 8 * n));
    }
    src[at..at + n]
        .iter()
        .rev()
        .fold(0, |w, &b| (w << 8) | u64::from(b))
}
