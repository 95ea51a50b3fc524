//! The scanner: blanks, words, operators, comments; and when a line end becomes a semicolon.

use unicode_properties::{GeneralCategory, GeneralCategoryGroup, UnicodeGeneralCategory};

use super::names::{Names, Word};
use super::token::Kind;
use super::{Directive, DirectiveKind, Lexed, MAX_PAYLOAD, SyntaxError, Token};
use crate::ast::Comment;
use crate::base::span::Span;

/// The state of one pass over one file.
pub(super) struct Scanner<'s> {
    pub(super) src: &'s [u8],
    /// The byte looked at next.
    pub(super) at: usize,
    pub(super) out: Lexed,
    names: Names,
    /// The last token may end a statement, so a line end here is a semicolon (gc's `nlsemi`).
    line_end_is_semi: bool,
}

/// What a byte can start.
const fn classes() -> [u8; 256] {
    let mut table = [0; 256];
    let mut b = 0;
    while b < 256 {
        let c = b as u8;
        if c.is_ascii_alphanumeric() || c == b'_' {
            table[b] |= WORD;
        }
        if matches!(c, b' ' | b'\t' | b'\r') {
            table[b] |= BLANK;
        }
        b += 1;
    }
    table
}

const WORD: u8 = 1;
const BLANK: u8 = 2;
static CLASS: [u8; 256] = classes();

impl<'s> Scanner<'s> {
    pub(super) fn new(src: &'s [u8]) -> Scanner<'s> {
        // Go has a token for every four to six bytes; the vector is cut to size at the end.
        let tokens = Vec::with_capacity(src.len() / 4 + 16);
        let at = if src.starts_with(super::encoding::BOM) {
            super::encoding::BOM.len()
        } else {
            0
        };
        Scanner {
            src,
            at,
            out: Lexed {
                tokens,
                ..Lexed::default()
            },
            names: Names::new(),
            line_end_is_semi: false,
        }
    }

    /// The byte at `at + n`; 0 at the end, which is no part of any token.
    #[inline]
    pub(super) fn peek(&self, n: usize) -> u8 {
        self.src.get(self.at + n).copied().unwrap_or(0)
    }

    pub(super) fn error(&mut self, pos: usize, message: impl Into<String>) {
        self.out.errors.push(SyntaxError {
            pos: pos as u32,
            message: message.into(),
        });
    }

    /// Adds a token that starts at `start` and says whether it may end a statement.
    #[inline]
    fn push(&mut self, kind: Kind, start: usize, payload: u32, ends_statement: bool) {
        self.out
            .tokens
            .push(Token::new(kind, start as u32, payload));
        self.line_end_is_semi = ends_statement;
    }

    /// Adds the literal from `start` to here.
    #[inline]
    pub(super) fn literal(&mut self, kind: Kind, start: usize) {
        let len = (self.at - start) as u32;
        if len >= MAX_PAYLOAD {
            self.out
                .long_literals
                .push(Span::new(start as u32, self.at as u32));
        }
        self.push(kind, start, len.min(MAX_PAYLOAD), true);
    }

    /// Scans the whole file.
    pub(super) fn run(&mut self) {
        while self.at < self.src.len() {
            let start = self.at;
            let byte = self.src[start];
            match byte {
                b' ' | b'\t' | b'\r' => self.blanks(),
                b'\n' => self.line_end(),
                b'a'..=b'z' | b'A'..=b'Z' | b'_' => self.word(),
                b'0'..=b'9' => self.number(false),
                b'"' => self.string(),
                b'`' => self.raw_string(),
                b'\'' => self.rune(),
                b'.' => self.dot(),
                b'/' => self.slash(),
                0x80.. => self.non_ascii(),
                _ => self.operator(byte),
            }
        }
        self.file_end();
    }

    #[inline]
    fn blanks(&mut self) {
        self.at += 1;
        while CLASS[self.peek(0) as usize] & BLANK != 0 {
            self.at += 1;
        }
    }

    #[inline]
    fn line_end(&mut self) {
        if self.line_end_is_semi {
            self.push(Kind::AutoSemi, self.at, 0, false);
        }
        self.at += 1;
    }

    fn file_end(&mut self) {
        let end = self.src.len();
        if self.line_end_is_semi {
            self.push(Kind::EofSemi, end, 0, false);
        }
        self.push(Kind::Eof, end, 0, false);
    }

    #[inline]
    fn word(&mut self) {
        let start = self.at;
        let rest = &self.src[start..];
        let len = rest
            .iter()
            .position(|&b| CLASS[b as usize] & WORD == 0)
            .unwrap_or(rest.len());
        self.at = start + len;
        if self.peek(0) >= 0x80 {
            self.non_ascii_word();
        }
        self.finish_word(start);
    }

    #[inline]
    fn finish_word(&mut self, start: usize) {
        match self.names.word(self.src, start, self.at - start) {
            Word::Keyword(kind) => {
                let ends = matches!(
                    kind,
                    Kind::Break | Kind::Continue | Kind::Fallthrough | Kind::Return
                );
                self.push(kind, start, 0, ends);
            }
            Word::Name(number) if number < MAX_PAYLOAD => {
                self.push(Kind::Name, start, number, true);
            }
            Word::Name(_) => {
                // Sixteen million names in one file: the token cannot say which. The file is told so once.
                if self.names.len() as u32 == MAX_PAYLOAD + 1 {
                    self.error(start, "too many distinct names in one file");
                }
                self.push(Kind::Bad, start, 0, true);
            }
        }
    }

    /// The rest of a word from its first byte that is not ASCII.
    fn non_ascii_word(&mut self) {
        while let Some(c) = self.char_here() {
            if c.is_ascii() {
                if CLASS[c as usize] & WORD == 0 {
                    return;
                }
            } else if !is_letter(c) && !is_digit(c) {
                self.error(
                    self.at,
                    format!("invalid character {} in identifier", describe(c)),
                );
            }
            self.at += c.len_utf8();
        }
    }

    fn non_ascii(&mut self) {
        let start = self.at;
        let Some(c) = self.char_here() else {
            // The encoding check has reported these bytes.
            self.at += 1;
            return;
        };
        if c == '\u{feff}' {
            self.at += c.len_utf8();
            return;
        }
        if is_letter(c) || is_digit(c) {
            if is_digit(c) {
                self.error(
                    start,
                    format!("identifier cannot begin with digit {}", describe(c)),
                );
            }
        } else {
            // gc reads it as the start of a name all the same, which keeps one mistake one error.
            self.error(
                start,
                format!("invalid character {} in identifier", describe(c)),
            );
        }
        self.at += c.len_utf8();
        self.non_ascii_word();
        self.finish_word(start);
    }

    /// The character at this byte; `None` at the end and for invalid UTF-8.
    pub(super) fn char_here(&self) -> Option<char> {
        let rest = self.src.get(self.at..(self.at + 4).min(self.src.len()))?;
        rest.utf8_chunks().next()?.valid().chars().next()
    }

    #[inline]
    fn dot(&mut self) {
        if self.peek(1).is_ascii_digit() {
            self.number(true);
        } else if self.peek(1) == b'.' && self.peek(2) == b'.' {
            self.push(Kind::Ellipsis, self.at, 0, false);
            self.at += 3;
        } else {
            self.push(Kind::Dot, self.at, 0, false);
            self.at += 1;
        }
    }

    #[inline]
    fn slash(&mut self) {
        match self.peek(1) {
            b'/' => self.line_comment(),
            b'*' => self.general_comment(),
            b'=' => self.fixed(Kind::DivAssign, 2),
            _ => self.fixed(Kind::Div, 1),
        }
    }

    fn line_comment(&mut self) {
        let start = self.at;
        let rest = &self.src[start..];
        let end = start + memchr::memchr(b'\n', rest).unwrap_or(rest.len());
        self.at = end;
        // gc reads a comment's text without the carriage return of its line end.
        let text = self.src[start..end]
            .strip_suffix(b"\r")
            .unwrap_or(&self.src[start..end]);
        let span = Span::new(start as u32, (start + text.len()) as u32);
        self.out.comments.push(Comment { span });
        if text.starts_with(b"//go:") {
            self.directive(DirectiveKind::Go, span);
        } else if text.starts_with(b"//line ") && (start == 0 || self.src[start - 1] == b'\n') {
            self.directive(DirectiveKind::Line, span);
        }
    }

    fn general_comment(&mut self) {
        let start = self.at;
        let body = &self.src[start + 2..];
        let Some(len) = memchr::memmem::find(body, b"*/") else {
            self.error(start, "comment not terminated");
            self.at = self.src.len();
            self.out.comments.push(Comment {
                span: Span::new(start as u32, self.at as u32),
            });
            return;
        };
        self.at = start + 2 + len + 2;
        let span = Span::new(start as u32, self.at as u32);
        self.out.comments.push(Comment { span });
        let has_line_end = memchr::memchr(b'\n', &body[..len]).is_some();
        if body.starts_with(b"line ") && !has_line_end {
            self.directive(DirectiveKind::Line, span);
        }
        if has_line_end && self.line_end_is_semi {
            // A comment over several lines acts like a line end.
            self.push(Kind::AutoSemi, start, 0, false);
        }
    }

    fn directive(&mut self, kind: DirectiveKind, span: Span) {
        let line = memchr::memrchr(b'\n', &self.src[..span.start as usize]).map_or(0, |i| i + 1);
        let blank = self.src[line..span.start as usize]
            .iter()
            .all(|&b| CLASS[b as usize] & BLANK != 0);
        self.out.directives.push(Directive {
            kind,
            span,
            token: self.out.tokens.len() as u32,
            blank,
        });
    }

    #[inline]
    fn fixed(&mut self, kind: Kind, len: usize) {
        self.push(kind, self.at, 0, false);
        self.at += len;
    }

    /// An operator, bracket or separator that starts with `byte`.
    #[inline]
    fn operator(&mut self, byte: u8) {
        let (second, third) = (self.peek(1), self.peek(2));
        let (kind, len) = match (byte, second) {
            (b'(', _) => (Kind::LParen, 1),
            (b'[', _) => (Kind::LBrack, 1),
            (b'{', _) => (Kind::LBrace, 1),
            (b',', _) => (Kind::Comma, 1),
            (b';', _) => (Kind::Semi, 1),
            (b')', _) => return self.closer(Kind::RParen, 1),
            (b']', _) => return self.closer(Kind::RBrack, 1),
            (b'}', _) => return self.closer(Kind::RBrace, 1),
            (b':', b'=') => (Kind::Define, 2),
            (b':', _) => (Kind::Colon, 1),
            (b'=', b'=') => (Kind::Eq, 2),
            (b'=', _) => (Kind::Assign, 1),
            (b'+', b'+') => return self.closer(Kind::Inc, 2),
            (b'+', b'=') => (Kind::AddAssign, 2),
            (b'+', _) => (Kind::Add, 1),
            (b'-', b'-') => return self.closer(Kind::Dec, 2),
            (b'-', b'=') => (Kind::SubAssign, 2),
            (b'-', _) => (Kind::Sub, 1),
            (b'*', b'=') => (Kind::MulAssign, 2),
            (b'*', _) => (Kind::Mul, 1),
            (b'%', b'=') => (Kind::RemAssign, 2),
            (b'%', _) => (Kind::Rem, 1),
            (b'&', b'&') => (Kind::AndAnd, 2),
            (b'&', b'^') if third == b'=' => (Kind::AndNotAssign, 3),
            (b'&', b'^') => (Kind::AndNot, 2),
            (b'&', b'=') => (Kind::AndAssign, 2),
            (b'&', _) => (Kind::And, 1),
            (b'|', b'|') => (Kind::OrOr, 2),
            (b'|', b'=') => (Kind::OrAssign, 2),
            (b'|', _) => (Kind::Or, 1),
            (b'^', b'=') => (Kind::XorAssign, 2),
            (b'^', _) => (Kind::Xor, 1),
            (b'<', b'<') if third == b'=' => (Kind::ShlAssign, 3),
            (b'<', b'<') => (Kind::Shl, 2),
            (b'<', b'=') => (Kind::Le, 2),
            (b'<', b'-') => (Kind::Arrow, 2),
            (b'<', _) => (Kind::Lt, 1),
            (b'>', b'>') if third == b'=' => (Kind::ShrAssign, 3),
            (b'>', b'>') => (Kind::Shr, 2),
            (b'>', b'=') => (Kind::Ge, 2),
            (b'>', _) => (Kind::Gt, 1),
            (b'!', b'=') => (Kind::Ne, 2),
            (b'!', _) => (Kind::Not, 1),
            (b'~', _) => (Kind::Tilde, 1),
            (0, _) => {
                // The encoding check has reported it.
                self.at += 1;
                return;
            }
            _ => {
                self.error(
                    self.at,
                    format!("invalid character {}", describe(byte as char)),
                );
                self.at += 1;
                return;
            }
        };
        self.fixed(kind, len);
    }

    /// A token that may end a statement.
    #[inline]
    fn closer(&mut self, kind: Kind, len: usize) {
        self.push(kind, self.at, 0, true);
        self.at += len;
    }

    pub(super) fn finish(mut self) -> Lexed {
        self.out.names = self.names.symbols(self.src);
        self.out.name_lens = self.names.lens();
        self.out.errors.sort_by_key(|e| e.pos);
        self.out
    }
}

/// The character as gc's `%#U` prints it: `U+0023 '#'`.
pub(super) fn describe(c: char) -> String {
    let code = c as u32;
    if c.is_control() {
        format!("U+{code:04X}")
    } else {
        format!("U+{code:04X} '{c}'")
    }
}

/// Go's letters: Unicode category L, and the underscore (Go spec, "Letters and digits").
fn is_letter(c: char) -> bool {
    c == '_' || c.general_category_group() == GeneralCategoryGroup::Letter
}

/// Go's digits: Unicode category Nd.
fn is_digit(c: char) -> bool {
    c.general_category() == GeneralCategory::DecimalNumber
}
