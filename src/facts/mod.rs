//! Facts: all that importers need of a package, as bytes.
//!
//! A package that is only imported need not be parsed or checked: its facts say what its exported names are. They are
//! the only thing that crosses packages. The standard library's are part of the binary ([`std`]); others may be kept in a
//! cache or handed over by a build system.
//!
//! # Words
//!
//! | word | meaning |
//! | --- | --- |
//! | blob | the facts of one package: one for its types, one for its [`code`] |
//! | section | a part of a blob, with a tag and its length in front; unknown tags are skipped |
//! | shell | a declared type or alias, or a type parameter, before it is known what it stands for |
//! | archive | the blobs of a standard library, compressed; dependencies come before those that import them |
//!
//! # What is kept
//!
//! Exported package-level objects, and all that can be reached from their types: unexported types, fields and methods
//! too, because they decide sizes and what implements what. Constants have their values. Parameter and field names are
//! kept, positions are not. What functions do with their arguments, and the bodies that importers copy, are in the blob
//! of the code, which is read only when functions are looked for.
//!
//! # A blob of types
//!
//! ```text
//! "hlf" format, then sections: tag (byte) length (uint) bytes; at the end the CRC-32 of all before it
//!   1 strings   names and tags, each once
//!   2 package   path, name, paths of packages whose types are mentioned
//!   3 shells    declared types: name, alias or not; then type parameters: name, place
//!   4 types     nodes, each of which mentions only earlier ones and shells
//!   5 fills     of each shell: what it stands for, type parameters, constraints, methods
//!   6 objects   name, kind, type, value
//! ```
//!
//! A type is a number: first the predeclared ones, then the nodes of section 4. All numbers are checked when read: a
//! blob that is not what [`encode`] wrote is an error, never a panic, and never takes more memory than a small multiple
//! of its length.
//!
//! # Example
//!
//! `type T struct { next *T; n int }` has the shell `T`; the nodes *shell 0*, *pointer to that*, and *struct with two
//! fields*; and a fill that says that shell 0 stands for the struct.

pub mod archive;
pub mod cache;
pub mod code;
mod decode;
mod encode;
mod squeeze;
pub mod std;

pub use crate::base::bytes::Corrupt;
pub use decode::{Decoder, Packages, decode};
pub use encode::{encode, encode_all};

use crate::types::ty::{BasicKind, Ty};
use crate::types::universe::{BYTE, RUNE, UNIVERSE};

/// What every blob starts with; the last byte is the format's version.
const MAGIC: [u8; 4] = *b"hlf\x01";

/// The facts of a package as bytes.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Facts {
    /// Its objects and types.
    pub types: Vec<u8>,
    /// Its code; to be read after the types.
    pub code: Vec<u8>,
}

/// What every blob of code starts with; the last byte is the format's version.
const CODE_MAGIC: [u8; 4] = *b"hlc\x01";

/// Tags of sections.
mod section {
    pub const STRINGS: u8 = 1;
    pub const PACKAGE: u8 = 2;
    pub const SHELLS: u8 = 3;
    pub const TYPES: u8 = 4;
    pub const FILLS: u8 = 5;
    pub const OBJECTS: u8 = 6;
    pub const REFS: u8 = 7;
    pub const FUNCS: u8 = 8;
}

/// Tags of type nodes.
mod node {
    pub const ARRAY: u8 = 0;
    pub const SLICE: u8 = 1;
    pub const POINTER: u8 = 2;
    pub const MAP: u8 = 3;
    pub const CHAN: u8 = 4;
    pub const CHAN_SEND: u8 = 5;
    pub const CHAN_RECV: u8 = 6;
    pub const STRUCT: u8 = 7;
    pub const SIGNATURE: u8 = 8;
    pub const VARIADIC: u8 = 9;
    pub const UNION: u8 = 10;
    pub const INTERFACE: u8 = 11;
    pub const IMPLICIT: u8 = 12;
    pub const SHELL: u8 = 13;
    pub const FOREIGN: u8 = 14;
    pub const TPARAM: u8 = 15;
    pub const INSTANCE: u8 = 16;
    pub const TUPLE: u8 = 17;
    pub const SHAPE: u8 = 18;
}

/// Tags of objects.
mod object {
    pub const CONST: u8 = 0;
    pub const VAR: u8 = 1;
    pub const FUNC: u8 = 2;
    pub const TYPE: u8 = 3;
}

/// Bits that a struct field has.
mod field {
    pub const EMBEDDED: u8 = 1;
    pub const TAGGED: u8 = 2;
    pub const FOREIGN: u8 = 4;
}

/// How many types have fixed numbers.
const PREDECLARED: usize = 31;

/// The type with a fixed number.
fn predeclared(number: usize) -> Option<Ty> {
    const KINDS: usize = BasicKind::UntypedNil as usize + 1;
    Some(match number {
        0..KINDS => Ty::basic(BASIC_KINDS[number]),
        26 => BYTE,
        27 => RUNE,
        28 => UNIVERSE.any,
        29 => UNIVERSE.error,
        30 => UNIVERSE.comparable,
        _ => return None,
    })
}

const BASIC_KINDS: [BasicKind; 26] = [
    BasicKind::Invalid,
    BasicKind::Bool,
    BasicKind::Int,
    BasicKind::Int8,
    BasicKind::Int16,
    BasicKind::Int32,
    BasicKind::Int64,
    BasicKind::Uint,
    BasicKind::Uint8,
    BasicKind::Uint16,
    BasicKind::Uint32,
    BasicKind::Uint64,
    BasicKind::Uintptr,
    BasicKind::Float32,
    BasicKind::Float64,
    BasicKind::Complex64,
    BasicKind::Complex128,
    BasicKind::String,
    BasicKind::UnsafePointer,
    BasicKind::UntypedBool,
    BasicKind::UntypedInt,
    BasicKind::UntypedRune,
    BasicKind::UntypedFloat,
    BasicKind::UntypedComplex,
    BasicKind::UntypedString,
    BasicKind::UntypedNil,
];
