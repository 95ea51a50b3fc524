//! String and rune literals (Go spec, "Rune literals", "String literals").

use super::number::base_name;
use super::scan::{Scanner, describe};
use super::token::Kind;

impl Scanner<'_> {
    /// `"…"`
    #[inline]
    pub(super) fn string(&mut self) {
        let start = self.at;
        self.at += 1;
        loop {
            let rest = &self.src[self.at..];
            let Some(n) = memchr::memchr3(b'"', b'\\', b'\n', rest) else {
                self.error(start, "string not terminated");
                self.at = self.src.len();
                break;
            };
            self.at += n;
            match rest[n] {
                b'"' => {
                    self.at += 1;
                    break;
                }
                b'\\' => {
                    self.at += 1;
                    self.escape(b'"');
                }
                _ => {
                    self.error(self.at, "newline in string");
                    break;
                }
            }
        }
        self.literal(Kind::String, start);
    }

    /// `` `…` ``
    pub(super) fn raw_string(&mut self) {
        let start = self.at;
        self.at += 1;
        if let Some(n) = memchr::memchr(b'`', &self.src[self.at..]) {
            self.at += n + 1;
        } else {
            self.error(start, "string not terminated");
            self.at = self.src.len();
        }
        self.literal(Kind::RawString, start);
    }

    /// `'…'`
    pub(super) fn rune(&mut self) {
        let start = self.at;
        self.at += 1;
        let mut count = 0;
        let mut ok = true;
        loop {
            match self.src.get(self.at) {
                Some(b'\'') => {
                    self.check_rune(start, count, ok);
                    self.at += 1;
                    break;
                }
                Some(b'\\') => {
                    self.at += 1;
                    ok &= self.escape(b'\'');
                }
                Some(b'\n') => {
                    if ok {
                        self.error(self.at, "newline in rune literal");
                    }
                    break;
                }
                Some(_) => self.at += self.char_here().map_or(1, char::len_utf8),
                None => {
                    if ok {
                        self.error(start, "rune literal not terminated");
                    }
                    break;
                }
            }
            count += 1;
        }
        self.literal(Kind::Rune, start);
    }

    fn check_rune(&mut self, start: usize, count: usize, ok: bool) {
        if ok && count == 0 {
            self.error(self.at, "empty rune literal or unescaped '");
        } else if ok && count != 1 {
            self.error(start, "more than one character in rune literal");
        }
    }

    /// The rest of an escape sequence behind its backslash; false if it is malformed.
    fn escape(&mut self, quote: u8) -> bool {
        let (digits, base, max) = match self.src.get(self.at) {
            Some(b'a' | b'b' | b'f' | b'n' | b'r' | b't' | b'v' | b'\\') => {
                self.at += 1;
                return true;
            }
            Some(&b) if b == quote => {
                self.at += 1;
                return true;
            }
            Some(b'0'..=b'7') => (3, 8, 255),
            Some(b'x') => (2, 16, 255),
            Some(b'u') => (4, 16, char::MAX as u32),
            Some(b'U') => (8, 16, char::MAX as u32),
            // The caller complains about the end of the file.
            None => return true,
            Some(_) => {
                self.error(self.at, "unknown escape");
                return false;
            }
        };
        self.at += usize::from(base == 16);
        self.escape_digits(digits, base, max)
    }

    fn escape_digits(&mut self, digits: u32, base: u32, max: u32) -> bool {
        let mut value: u32 = 0;
        for _ in 0..digits {
            let Some(&byte) = self.src.get(self.at) else {
                return true;
            };
            let Some(digit) = (byte as char).to_digit(base) else {
                let found = self.char_here().map_or_else(|| "'\\ufffd'".into(), quoted);
                self.error(
                    self.at,
                    format!("invalid character {found} in {} escape", base_name(base)),
                );
                return false;
            };
            value = value.wrapping_mul(base).wrapping_add(digit);
            self.at += 1;
        }
        if base == 8 && value > max {
            self.error(self.at, format!("octal escape value {value} > 255"));
            return false;
        }
        if base == 16 && max > 255 && char::from_u32(value).is_none() {
            let code = char::from_u32(value).map_or_else(|| format!("U+{value:04X}"), describe);
            self.error(
                self.at,
                format!("escape is invalid Unicode code point {code}"),
            );
            return false;
        }
        true
    }
}

/// The character in quotes, escaped where it cannot be shown.
fn quoted(c: char) -> String {
    match c {
        '\'' => "'\\''".into(),
        _ => format!("'{}'", c.escape_debug()),
    }
}
