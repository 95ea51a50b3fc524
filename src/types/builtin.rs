//! Calls of predeclared functions and of those of package `unsafe`.

use crate::base::symbol::{Symbol, sym};

/// A builtin function.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[repr(u8)]
#[allow(missing_docs)]
pub enum BuiltinId {
    Append,
    Cap,
    Clear,
    Close,
    Complex,
    Copy,
    Delete,
    Imag,
    Len,
    Make,
    Max,
    Min,
    New,
    Panic,
    Print,
    Println,
    Real,
    Recover,
    UnsafeAdd,
    UnsafeAlignof,
    UnsafeOffsetof,
    UnsafeSizeof,
    UnsafeSlice,
    UnsafeSliceData,
    UnsafeString,
    UnsafeStringData,
}

impl BuiltinId {
    /// Those of the universe.
    pub const PREDECLARED: &[BuiltinId] = &[
        BuiltinId::Append,
        BuiltinId::Cap,
        BuiltinId::Clear,
        BuiltinId::Close,
        BuiltinId::Complex,
        BuiltinId::Copy,
        BuiltinId::Delete,
        BuiltinId::Imag,
        BuiltinId::Len,
        BuiltinId::Make,
        BuiltinId::Max,
        BuiltinId::Min,
        BuiltinId::New,
        BuiltinId::Panic,
        BuiltinId::Print,
        BuiltinId::Println,
        BuiltinId::Real,
        BuiltinId::Recover,
    ];

    /// Those of package `unsafe`.
    pub const UNSAFE: &[BuiltinId] = &[
        BuiltinId::UnsafeAdd,
        BuiltinId::UnsafeAlignof,
        BuiltinId::UnsafeOffsetof,
        BuiltinId::UnsafeSizeof,
        BuiltinId::UnsafeSlice,
        BuiltinId::UnsafeSliceData,
        BuiltinId::UnsafeString,
        BuiltinId::UnsafeStringData,
    ];

    /// The name, without the package.
    pub fn name(self) -> Symbol {
        match self {
            BuiltinId::Append => sym::APPEND,
            BuiltinId::Cap => sym::CAP,
            BuiltinId::Clear => sym::CLEAR,
            BuiltinId::Close => sym::CLOSE,
            BuiltinId::Complex => sym::COMPLEX,
            BuiltinId::Copy => sym::COPY,
            BuiltinId::Delete => sym::DELETE,
            BuiltinId::Imag => sym::IMAG,
            BuiltinId::Len => sym::LEN,
            BuiltinId::Make => sym::MAKE,
            BuiltinId::Max => sym::MAX,
            BuiltinId::Min => sym::MIN,
            BuiltinId::New => sym::NEW,
            BuiltinId::Panic => sym::PANIC,
            BuiltinId::Print => sym::PRINT,
            BuiltinId::Println => sym::PRINTLN,
            BuiltinId::Real => sym::REAL,
            BuiltinId::Recover => sym::RECOVER,
            BuiltinId::UnsafeAdd => Symbol::intern("Add"),
            BuiltinId::UnsafeAlignof => Symbol::intern("Alignof"),
            BuiltinId::UnsafeOffsetof => Symbol::intern("Offsetof"),
            BuiltinId::UnsafeSizeof => Symbol::intern("Sizeof"),
            BuiltinId::UnsafeSlice => Symbol::intern("Slice"),
            BuiltinId::UnsafeSliceData => Symbol::intern("SliceData"),
            BuiltinId::UnsafeString => Symbol::intern("String"),
            BuiltinId::UnsafeStringData => Symbol::intern("StringData"),
        }
    }
}
