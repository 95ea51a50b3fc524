//! What productions return, and how mistakes are worded.
//!
//! Productions do not fail on wrong code: like gc's parser they report it, skip to a token that can follow, and give a
//! placeholder ([`Expr::Bad`](crate::ast::Expr::Bad)). So nom's error type is tiny and is built in two cases only.

use nom::error::{ErrorKind, ParseError};

use super::input::Input;
use crate::lex::SyntaxError;
use crate::lex::token::{Kind, TokenSet};

/// Why a production gave no value.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Reject {
    /// Not this token; nothing is consumed.
    NotHere,
    /// Nested deeper than [`MAX_NESTING`](super::MAX_NESTING) at that offset.
    TooDeep {
        /// Byte offset of the token that went too deep.
        at: u32,
    },
}

impl<'t> ParseError<Input<'t>> for Reject {
    fn from_error_kind(_: Input<'t>, _: ErrorKind) -> Self {
        Reject::NotHere
    }

    fn append(_: Input<'t>, _: ErrorKind, other: Self) -> Self {
        other
    }
}

/// The result of a production.
pub(super) type PResult<'t, T> = nom::IResult<Input<'t>, T, Reject>;

/// Semicolons, written and inserted.
pub(super) const SEMIS: TokenSet = TokenSet::new(&[Kind::Semi, Kind::AutoSemi, Kind::EofSemi]);

/// Keywords that begin a statement: good places to resume inside a function.
const STATEMENT_STARTS: TokenSet = TokenSet::new(&[
    Kind::Break,
    Kind::Const,
    Kind::Continue,
    Kind::Defer,
    Kind::Fallthrough,
    Kind::For,
    Kind::Go,
    Kind::Goto,
    Kind::If,
    Kind::Return,
    Kind::Select,
    Kind::Switch,
    Kind::Type,
    Kind::Var,
]);

impl<'t> Input<'t> {
    /// Reports a mistake at the current token. A message that begins with `in `, `at `, `after ` or `expected ` is
    /// completed with what was found instead.
    #[cold]
    pub(super) fn syntax_error(self, message: &str) {
        self.syntax_error_at(self.start(), message);
    }

    /// Likewise, at `pos`.
    #[cold]
    pub(super) fn syntax_error_at(self, pos: u32, message: &str) {
        if self.at(Kind::Eof) && !self.file.errors.borrow().is_empty() {
            return; // what follows a mistake at the end of the file says nothing new
        }
        let found = || describe(self);
        let text = if ["in ", "at ", "after "]
            .iter()
            .any(|p| message.starts_with(p))
        {
            format!("syntax error: unexpected {} {message}", found())
        } else if message.starts_with("expected ") {
            format!("syntax error: unexpected {}, {message}", found())
        } else {
            format!("syntax error: {message}")
        };
        self.error_at(pos, text);
    }

    /// Reports a mistake with exactly this message.
    #[cold]
    pub(super) fn error_at(self, pos: u32, message: impl Into<String>) {
        self.file.errors.borrow_mut().push(SyntaxError {
            pos,
            message: message.into(),
        });
    }

    /// How many mistakes lie before the current token. The lexer's are all known from the start, so they are counted by
    /// position.
    pub(super) fn error_count(self) -> usize {
        let lexical = &self.file.lexed.errors;
        let parsed = self.file.errors.borrow().len() - lexical.len();
        parsed + lexical.partition_point(|e| e.pos < self.start())
    }

    /// Skips to a token of `follow`, inside functions also to the start of a statement.
    #[cold]
    #[must_use]
    pub(super) fn advance(self, follow: TokenSet) -> Input<'t> {
        let stop = if self.in_func() {
            follow.union(STATEMENT_STARTS)
        } else {
            follow
        };
        let mut i = self;
        while !i.at(Kind::Eof) && !stop.contains(i.kind()) {
            i = i.bump();
        }
        i
    }

    /// The input behind a token of `kind`; reports its absence and skips one token.
    #[inline]
    pub(super) fn want(self, kind: Kind) -> Input<'t> {
        if self.at(kind) {
            return self.bump();
        }
        self.missing(kind)
    }

    #[cold]
    fn missing(self, kind: Kind) -> Input<'t> {
        self.syntax_error(&format!("expected {}", word(kind)));
        self.bump()
    }
}

/// The word for a token that messages use.
pub(super) fn word(kind: Kind) -> String {
    match kind {
        Kind::Semi | Kind::AutoSemi | Kind::EofSemi => "semicolon or newline".into(),
        _ if kind.is_keyword() => format!("keyword {}", kind.spelling()),
        _ => kind.spelling().into(),
    }
}

/// The current token as messages name it: `name x`, `literal 1`, `newline`, `keyword if`.
fn describe(i: Input<'_>) -> String {
    let token = i.token();
    let text = || {
        let range = token.start() as usize..i.file.lexed.end(token) as usize;
        String::from_utf8_lossy(i.file.src.get(range).unwrap_or_default()).into_owned()
    };
    match token.kind() {
        Kind::Name => format!("name {}", text()),
        kind if kind.is_literal() => format!("literal {}", text()),
        kind if kind.is_semi() => kind.spelling().into(),
        kind => word(kind),
    }
}
