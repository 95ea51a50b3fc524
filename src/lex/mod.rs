//! Bytes to tokens: one pass over the source, one `match` on the first byte of each token.
//!
//! # Words
//!
//! | word | meaning |
//! | --- | --- |
//! | [`Token`] | eight bytes: where it starts, its [`Kind`], and a payload of 24 bits |
//! | payload | of a name: its index in [`Lexed::names`]; of a literal: its length |
//! | directive | a comment that means something to the compiler: `//go:…`, `//line …`, `/*line …*/` |
//!
//! Example: `x := 1 // one` gives `Name(x) Define Int(1) AutoSemi Eof`, one comment and the name `x`.
//!
//! Input: any bytes up to 4 GiB. Output: [`Lexed`]. Tokens end with [`Kind::Eof`], so a reader never runs off the end.
//! Semicolons are inserted here (Go spec, "Semicolons") and are marked as inserted, because messages say "unexpected
//! newline". Literals keep no value: the checker decodes the source text when it needs it. Encoding errors (NUL, invalid
//! UTF-8, a byte order mark in the middle) are found in one fast pass over the whole file before anything else.
//!
//! Errors and their positions are those of the compiler (`cmd/compile/internal/syntax/scanner.go`).

mod encoding;
mod names;
mod number;
mod scan;
mod text;
pub mod token;

use crate::ast::Comment;
use crate::base::span::Span;
use crate::base::symbol::Symbol;
use token::Kind;

/// A token: its first byte, kind and payload in eight bytes.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Token {
    start: u32,
    data: u32,
}

const _: () = assert!(size_of::<Token>() == 8);

/// The largest payload. A literal at least this long is looked up in [`Lexed::long_literals`].
pub const MAX_PAYLOAD: u32 = (1 << 24) - 1;

impl Token {
    /// A token of `kind` at offset `start` with `payload`, which must not exceed [`MAX_PAYLOAD`].
    #[inline]
    pub fn new(kind: Kind, start: u32, payload: u32) -> Token {
        Token {
            start,
            data: (payload << 8) | kind as u32,
        }
    }

    /// What it is.
    #[inline]
    pub fn kind(self) -> Kind {
        token::kind((self.data & 0xff) as u8)
    }

    /// Offset of its first byte.
    #[inline]
    pub fn start(self) -> u32 {
        self.start
    }

    /// Name index or literal length; 0 for other kinds.
    #[inline]
    pub fn payload(self) -> u32 {
        self.data >> 8
    }
}

impl std::fmt::Debug for Token {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:?}@{}", self.kind(), self.start)
    }
}

/// A mistake in the source, as the compiler words it and where it points.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SyntaxError {
    /// Byte offset.
    pub pos: u32,
    /// The message, without position and without a full stop.
    pub message: String,
}

/// What a directive comment is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum DirectiveKind {
    /// `//go:…`
    Go,
    /// `//line …`, `/*line …*/`
    Line,
}

/// A comment that the compiler acts on.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Directive {
    /// What it is.
    pub kind: DirectiveKind,
    /// Its bytes, markers included, line end excluded.
    pub span: Span,
    /// How many tokens come before it.
    pub token: u32,
    /// Whether only blanks stand before it on its line.
    pub blank: bool,
}

/// The tokens of one file, and what else the lexer saw.
#[derive(Debug, Default)]
pub struct Lexed {
    /// All tokens, [`Kind::Eof`] last.
    pub tokens: Vec<Token>,
    /// Distinct names, by payload.
    pub names: Vec<Symbol>,
    /// Bytes of each distinct name in the source.
    pub name_lens: Vec<u32>,
    /// All comments in order.
    pub comments: Vec<Comment>,
    /// The comments among them that the compiler acts on.
    pub directives: Vec<Directive>,
    /// Literals longer than a payload can say: start and end.
    pub long_literals: Vec<Span>,
    /// Mistakes, by position.
    pub errors: Vec<SyntaxError>,
}

impl Lexed {
    /// Offset behind the token's last byte. Inserted semicolons are empty.
    #[inline]
    pub fn end(&self, token: Token) -> u32 {
        match token.kind() {
            Kind::Name => token.start + self.name_lens[token.payload() as usize],
            kind if kind.is_literal() => token.start + self.literal_len(token),
            kind => token.start + u32::from(kind.width()),
        }
    }

    #[inline]
    fn literal_len(&self, token: Token) -> u32 {
        if token.payload() < MAX_PAYLOAD {
            return token.payload();
        }
        let i = self
            .long_literals
            .partition_point(|s| s.start < token.start);
        self.long_literals
            .get(i)
            .map_or(MAX_PAYLOAD, |s| s.end - s.start)
    }
}

/// The tokens of `src`.
pub fn lex(src: &[u8]) -> Lexed {
    let mut scanner = scan::Scanner::new(src);
    encoding::check(src, &mut scanner.out.errors);
    scanner.run();
    scanner.finish()
}
