//! Interned names: a [`Symbol`] is a `u32` that stands for one string in the whole process.
//!
//! The table is global so that a name means the same in every file, package and thread. It is split into shards by
//! hash; a lexer asks it once for each distinct name of a file (it keeps its own small table for the rest), so locks
//! are cold. The way back, from a symbol to its text, takes no lock: texts stay where they are in chunks that double in
//! size. Texts are never freed: they are bounded by the input, and a run is short.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::fmt;
use std::hash::{BuildHasher, BuildHasherDefault, Hasher};
use std::sync::{LazyLock, OnceLock, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use rustc_hash::{FxBuildHasher, FxHashMap};

/// An interned string. Equality is identity; the order is arbitrary but stable within a run, so sort by
/// [`Symbol::as_str`] wherever output depends on it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Symbol(u32);

/// A symbol is, from its lowest bit on: its shard, whether the name is exported, and its number in the shard.
const SHARD_BITS: u32 = 4;
const SHARDS: usize = 1 << SHARD_BITS;
const EXPORTED: u32 = 1 << SHARD_BITS;
const NUMBER_SHIFT: u32 = SHARD_BITS + 1;

#[derive(Default)]
struct Shard {
    /// By hash, the first text that has it: texts are hashed once to find shard and place.
    symbols: HashMap<u64, (&'static str, Symbol), BuildHasherDefault<Hashed>>,
    /// Texts whose hash another one had before.
    others: FxHashMap<&'static str, Symbol>,
    /// How many texts there are.
    count: usize,
}

impl Shard {
    fn get(&self, hash: u64, text: &str) -> Option<Symbol> {
        match self.symbols.get(&hash) {
            Some(&(known, symbol)) if known == text => Some(symbol),
            Some(_) => self.others.get(text).copied(),
            None => None,
        }
    }

    fn insert(&mut self, hash: u64, text: &'static str, symbol: Symbol) {
        match self.symbols.entry(hash) {
            Entry::Vacant(place) => {
                place.insert((text, symbol));
            }
            Entry::Occupied(_) => {
                self.others.insert(text, symbol);
            }
        }
    }
}

/// Passes on what is a hash already.
#[derive(Default)]
struct Hashed(u64);

impl Hasher for Hashed {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for &byte in bytes {
            self.0 = self.0.rotate_left(8) ^ u64::from(byte);
        }
    }

    fn write_u64(&mut self, hash: u64) {
        self.0 = hash;
    }
}

static TABLE: LazyLock<[RwLock<Shard>; SHARDS]> = LazyLock::new(|| {
    let table: [RwLock<Shard>; SHARDS] = Default::default();
    for (i, text) in PREDEFINED.iter().enumerate() {
        // The predeclared symbols have fixed numbers, so their texts are the first of shard 0; they are looked up where
        // their hash says, like all others.
        TEXTS[0].set(i, text);
        write(&table[0]).count += 1;
        let symbol = Symbol::new(i, 0, text);
        let hash = hash_of(text);
        write(&table[shard_of(hash)]).insert(hash, text, symbol);
    }
    table
});

/// The texts of one shard, in the order of their numbers.
struct Texts([OnceLock<Box<[OnceLock<&'static str>]>>; CHUNKS]);

/// The first chunk has room for this many texts, as a power of two; each other one for as many as all before it.
const FIRST_BITS: u32 = 9;
const CHUNKS: usize = 24;

static TEXTS: [Texts; SHARDS] = [const { Texts([const { OnceLock::new() }; CHUNKS]) }; SHARDS];

impl Texts {
    /// The chunk that a number falls into, and its place there.
    fn place(number: usize) -> (usize, usize) {
        let chunk = (usize::BITS - (number >> FIRST_BITS).leading_zeros()) as usize;
        let start = if chunk == 0 {
            0
        } else {
            1 << (FIRST_BITS as usize + chunk - 1)
        };
        (chunk, number - start)
    }

    fn set(&self, number: usize, text: &'static str) {
        let (chunk, at) = Texts::place(number);
        let len = 1 << (FIRST_BITS as usize + chunk.saturating_sub(1));
        let chunk = self.0[chunk].get_or_init(|| (0..len).map(|_| OnceLock::new()).collect());
        let _first = chunk[at].set(text);
    }

    fn get(&self, number: usize) -> Option<&'static str> {
        let (chunk, at) = Texts::place(number);
        self.0.get(chunk)?.get()?.get(at)?.get().copied()
    }
}

fn hash_of(text: &str) -> u64 {
    let mut hasher = FxBuildHasher.build_hasher();
    hasher.write(text.as_bytes());
    hasher.finish()
}

/// The shard of a hash: its bits are neither the lowest nor the highest ones, by which tables find places.
fn shard_of(hash: u64) -> usize {
    (hash >> 40) as usize % SHARDS
}

macro_rules! predefined {
    ($($name:ident = $text:literal,)*) => {
        const PREDEFINED: &[&str] = &[$($text),*];

        /// Names that the compiler itself knows, as constants.
        #[allow(non_upper_case_globals, missing_docs)]
        pub mod sym {
            use super::Symbol;
            #[allow(non_camel_case_types, clippy::enum_variant_names, clippy::upper_case_acronyms)]
            enum Order { $($name),* }
            $(pub const $name: Symbol = Symbol(
                (Order::$name as u32) << super::NUMBER_SHIFT
                    | if super::starts_upper($text) { super::EXPORTED } else { 0 },
            );)*
        }
    };
}

/// Whether an ASCII name is exported.
const fn starts_upper(text: &str) -> bool {
    match text.as_bytes() {
        [first, ..] => first.is_ascii_uppercase(),
        [] => false,
    }
}

predefined! {
    EMPTY = "",
    BLANK = "_",
    DOT = ".",
    INIT = "init",
    MAIN = "main",
    C = "C",
    UNSAFE = "unsafe",
    IOTA = "iota",
    NIL = "nil",
    TRUE = "true",
    FALSE = "false",
    ANY = "any",
    ERROR = "error",
    COMPARABLE = "comparable",
    BOOL = "bool",
    STRING = "string",
    INT = "int",
    INT8 = "int8",
    INT16 = "int16",
    INT32 = "int32",
    INT64 = "int64",
    UINT = "uint",
    UINT8 = "uint8",
    UINT16 = "uint16",
    UINT32 = "uint32",
    UINT64 = "uint64",
    UINTPTR = "uintptr",
    BYTE = "byte",
    RUNE = "rune",
    FLOAT32 = "float32",
    FLOAT64 = "float64",
    COMPLEX64 = "complex64",
    COMPLEX128 = "complex128",
    APPEND = "append",
    CAP = "cap",
    CLEAR = "clear",
    CLOSE = "close",
    COMPLEX = "complex",
    COPY = "copy",
    DELETE = "delete",
    IMAG = "imag",
    LEN = "len",
    MAKE = "make",
    MAX = "max",
    MIN = "min",
    NEW = "new",
    PANIC = "panic",
    PRINT = "print",
    PRINTLN = "println",
    REAL = "real",
    RECOVER = "recover",
    ERROR_METHOD = "Error",
}

// A shard is only ever appended to, so one that a panicking thread left behind is still sound.

fn read(shard: &RwLock<Shard>) -> RwLockReadGuard<'_, Shard> {
    shard.read().unwrap_or_else(PoisonError::into_inner)
}

fn write(shard: &RwLock<Shard>) -> RwLockWriteGuard<'_, Shard> {
    shard.write().unwrap_or_else(PoisonError::into_inner)
}

impl Symbol {
    /// The symbol of `text`; the same text always gives the same symbol.
    pub fn intern(text: &str) -> Symbol {
        let hash = hash_of(text);
        let number = shard_of(hash);
        if let Some(symbol) = read(&TABLE[number]).get(hash, text) {
            return symbol;
        }
        let mut shard = write(&TABLE[number]);
        if let Some(symbol) = shard.get(hash, text) {
            return symbol; // another thread was faster
        }
        let symbol = Symbol::new(shard.count, number, text);
        let text: &'static str = Box::leak(text.into());
        TEXTS[number].set(shard.count, text);
        shard.count += 1;
        shard.insert(hash, text, symbol);
        symbol
    }

    fn new(number: usize, shard: usize, text: &str) -> Symbol {
        let exported = text.chars().next().is_some_and(char::is_uppercase);
        let bit = if exported { EXPORTED } else { 0 };
        Symbol((number as u32) << NUMBER_SHIFT | bit | shard as u32)
    }

    /// The symbol of `bytes` read as UTF-8; invalid sequences become U+FFFD, as the compiler reads them.
    pub fn intern_bytes(bytes: &[u8]) -> Symbol {
        match std::str::from_utf8(bytes) {
            Ok(text) => Self::intern(text),
            Err(_) => Self::intern(&String::from_utf8_lossy(bytes)),
        }
    }

    /// The text.
    pub fn as_str(self) -> &'static str {
        let number = (self.0 >> NUMBER_SHIFT) as usize;
        match TEXTS[self.0 as usize % SHARDS].get(number) {
            Some(text) => text,
            // A predeclared symbol before anything is interned.
            None => PREDEFINED.get(number).copied().unwrap_or_default(),
        }
    }

    /// The number behind the symbol, for packed tables.
    pub fn to_raw(self) -> u32 {
        self.0
    }

    /// The symbol behind a number that [`Symbol::to_raw`] gave in this process.
    pub fn from_raw(raw: u32) -> Symbol {
        Symbol(raw)
    }

    /// Whether it is a name that compilers make up for parameters and results: `~p0`, `~r1`.
    pub fn is_made_up(self) -> bool {
        self.as_str().as_bytes().first() == Some(&b'~')
    }

    /// Whether the name is exported: its first letter is of Unicode class Lu (Go spec, "Exported identifiers").
    pub fn is_exported(self) -> bool {
        self.0 & EXPORTED != 0
    }
}

/// Names that end in a number: those with small ones are asked for so often that they are kept at hand.
pub struct Numbered {
    prefix: &'static str,
    small: OnceLock<[Symbol; SMALL]>,
}

const SMALL: usize = 64;

impl Numbered {
    /// Names that start with `prefix`.
    pub const fn new(prefix: &'static str) -> Numbered {
        Numbered {
            prefix,
            small: OnceLock::new(),
        }
    }

    /// The name with that number.
    pub fn symbol(&self, number: usize) -> Symbol {
        let make = |n: usize| Symbol::intern(&format!("{}{n}", self.prefix));
        let small = self.small.get_or_init(|| std::array::from_fn(make));
        small.get(number).copied().unwrap_or_else(|| make(number))
    }
}

impl fmt::Debug for Symbol {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Display for Symbol {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::{Numbered, Shard, Symbol, sym};

    #[test]
    fn the_same_text_is_the_same_symbol() {
        assert_eq!(Symbol::intern("Frobnicate"), Symbol::intern("Frobnicate"));
        assert_ne!(Symbol::intern("Frobnicate"), Symbol::intern("frobnicate"));
        assert_eq!(Symbol::intern("Frobnicate").as_str(), "Frobnicate");
    }

    #[test]
    fn many_symbols_keep_their_texts() {
        let symbols: Vec<Symbol> = (0..40_000)
            .map(|i| Symbol::intern(&format!("many{i}")))
            .collect();
        for (i, symbol) in symbols.into_iter().enumerate() {
            assert_eq!(symbol.as_str(), format!("many{i}"));
        }
    }

    #[test]
    fn names_are_the_same_with_and_without_a_table_of_small_numbers() {
        static NAMES: Numbered = Numbered::new("~n");
        for number in [0, 7, 63, 64, 1000] {
            assert_eq!(NAMES.symbol(number), Symbol::intern(&format!("~n{number}")));
        }
    }

    #[test]
    fn texts_of_one_hash_are_told_apart() {
        let mut shard = Shard::default();
        let symbols = ["a", "b", "c"].map(|text| (text, Symbol::intern(text)));
        for (text, symbol) in symbols {
            shard.insert(7, text, symbol);
        }
        for (text, symbol) in symbols {
            assert_eq!(shard.get(7, text), Some(symbol));
        }
        assert_eq!(shard.get(7, "d"), None);
    }

    #[test]
    fn exported_names_begin_with_a_capital_letter() {
        for name in ["Exported", "Éa", "C", "Error"] {
            assert!(Symbol::intern(name).is_exported(), "{name}");
        }
        for name in ["", "_X", "x", "éA", "中", "init"] {
            assert!(!Symbol::intern(name).is_exported(), "{name}");
        }
        assert!(sym::C.is_exported() && sym::ERROR_METHOD.is_exported() && !sym::NIL.is_exported());
    }

    #[test]
    fn predeclared_names_have_constants() {
        assert_eq!(Symbol::intern("append"), sym::APPEND);
        assert_eq!(sym::BLANK.as_str(), "_");
        assert_eq!(Symbol::intern("Error"), sym::ERROR_METHOD);
    }
}
