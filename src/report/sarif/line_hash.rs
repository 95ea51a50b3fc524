//! `primaryLocationLineHash`: the fingerprint by which GitHub code scanning follows an alert from commit to commit.
//!
//! The upload action computes it where it is missing; we write the same value, so that uploads by other ways, and
//! other services that read it, follow alerts too. The definition, from the action's behaviour:
//!
//! 1. The file is a stream of UTF-16 units. Blanks and tabs are dropped; CR and CRLF count as LF. One unit 0xFFFF is
//!    added at the end, then 100 zeros.
//! 2. A window of [`WINDOW`] units slides over it. Its hash is the polynomial in [`BASE`] over the units, modulo 2^64:
//!    `h = h * 37 + entering − leaving * 37^100`.
//! 3. The hash of a line is that of the window which begins at the line's first unit, so it reaches into the lines
//!    below. A line begins behind each LF, at the start, and also where only the end follows.
//! 4. The value is the hash in hexadecimal, a colon, and how many lines up to this one have that hash.

use std::collections::{BTreeMap, BTreeSet};

const WINDOW: usize = 100;
const BASE: u64 = 37;
const END: u16 = 0xFFFF;
const SPACE: u16 = 0x20;
const TAB: u16 = 0x09;
const LF: u16 = 0x0A;
const CR: u16 = 0x0D;

/// The fingerprints of the lines `wanted` (from 1) of a file. Lines that the file does not have are left out.
///
/// Takes two passes over `text` and memory for the wanted lines only.
pub fn line_hashes(text: &[u8], wanted: &BTreeSet<u32>) -> BTreeMap<u32, String> {
    let mut hashes = BTreeMap::new();
    for_each_line(text, |line, hash| {
        if wanted.contains(&line) {
            hashes.insert(line, hash);
        }
    });
    let mut counts: BTreeMap<u64, u32> = hashes.values().map(|&hash| (hash, 0)).collect();
    let mut out = BTreeMap::new();
    for_each_line(text, |line, hash| {
        let Some(count) = counts.get_mut(&hash) else {
            return;
        };
        *count += 1;
        if wanted.contains(&line) {
            out.insert(line, format!("{hash:x}:{count}"));
        }
    });
    out
}

/// Calls `visit` with each line's number and hash, in order.
fn for_each_line(text: &[u8], visit: impl FnMut(u32, u64)) {
    let mut roller = Roller::new(visit);
    for chunk in text.utf8_chunks() {
        for c in chunk.valid().chars() {
            let mut units = [0; 2];
            for &mut unit in c.encode_utf16(&mut units) {
                roller.read(unit);
            }
        }
        if !chunk.invalid().is_empty() {
            roller.read(char::REPLACEMENT_CHARACTER as u16);
        }
    }
    roller.finish();
}

/// The sliding window. Slot `at` holds the oldest unit, which leaves next, and the line that begins there.
struct Roller<F> {
    visit: F,
    units: [u16; WINDOW],
    begins: [Option<u32>; WINDOW],
    at: usize,
    hash: u64,
    leaving_factor: u64,
    line: u32,
    line_starts: bool,
    after_cr: bool,
}

impl<F: FnMut(u32, u64)> Roller<F> {
    fn new(visit: F) -> Roller<F> {
        Roller {
            visit,
            units: [0; WINDOW],
            begins: [None; WINDOW],
            at: 0,
            hash: 0,
            leaving_factor: BASE.wrapping_pow(WINDOW as u32),
            line: 0,
            line_starts: true,
            after_cr: false,
        }
    }

    /// Takes the next unit of the file.
    fn read(&mut self, unit: u16) {
        let dropped = unit == SPACE || unit == TAB || (self.after_cr && unit == LF);
        self.after_cr = unit == CR;
        if dropped {
            return;
        }
        let unit = if unit == CR { LF } else { unit };
        self.report();
        if self.line_starts {
            self.line += 1;
            self.begins[self.at] = Some(self.line);
        }
        self.line_starts = unit == LF;
        self.roll(unit);
    }

    /// Adds the end mark and flushes the window.
    fn finish(mut self) {
        self.read(END);
        for _ in 0..WINDOW {
            self.report();
            self.roll(0);
        }
    }

    /// Gives the hash to the line that begins at the oldest unit.
    fn report(&mut self) {
        if let Some(line) = self.begins[self.at].take() {
            (self.visit)(line, self.hash);
        }
    }

    fn roll(&mut self, entering: u16) {
        let leaving = std::mem::replace(&mut self.units[self.at], entering);
        self.hash = self
            .hash
            .wrapping_mul(BASE)
            .wrapping_add(u64::from(entering))
            .wrapping_sub(self.leaving_factor.wrapping_mul(u64::from(leaving)));
        self.at = (self.at + 1) % WINDOW;
    }
}
