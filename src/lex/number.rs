//! Number literals (Go spec, "Integer literals" to "Imaginary literals").

use super::scan::{Scanner, describe};
use super::token::Kind;

/// What the digits of a number looked like.
#[derive(Default)]
struct Digits {
    seen: bool,
    separators: bool,
    /// Offset of the first digit that is too large for the base.
    invalid: Option<usize>,
}

impl Digits {
    fn add(&mut self, other: &Digits) {
        self.seen |= other.seen;
        self.separators |= other.separators;
        self.invalid = self.invalid.or(other.invalid);
    }
}

impl Scanner<'_> {
    /// A number; `seen_point` says that it begins with its decimal point.
    pub(super) fn number(&mut self, seen_point: bool) {
        if !seen_point && self.plain_decimal() {
            return;
        }
        self.any_number(seen_point);
    }

    /// The common case: decimal digits that no letter, point, separator or leading zero makes anything else.
    #[inline]
    fn plain_decimal(&mut self) -> bool {
        let start = self.at;
        let mut n = 1;
        while self.peek(n).is_ascii_digit() {
            n += 1;
        }
        let next = self.peek(n);
        let leading_zero = self.peek(0) == b'0' && n > 1;
        if leading_zero || next == b'.' || next == b'_' || next.is_ascii_alphabetic() {
            return false;
        }
        self.at = start + n;
        self.literal(Kind::Int, start);
        true
    }

    fn any_number(&mut self, starts_with_point: bool) {
        let start = self.at;
        let mut kind = Kind::Int;
        let (mut base, mut prefix) = (10, 0);
        let mut digits = Digits::default();
        let mut ok = true;
        if !starts_with_point {
            (base, prefix) = self.number_prefix();
            digits.seen = prefix == b'0';
            digits.add(&self.digits(base));
        }
        if self.peek(0) == b'.' {
            if matches!(prefix, b'o' | b'b') {
                ok = self.number_error(
                    self.at,
                    format!("invalid radix point in {} literal", base_name(base)),
                );
            }
            self.at += 1;
            kind = Kind::Float;
            digits.add(&self.digits(base));
        }
        if !digits.seen && ok {
            ok = self.number_error(
                self.at,
                format!("{} literal has no digits", base_name(base)),
            );
        }
        match self.peek(0) {
            b'e' | b'E' | b'p' | b'P' => {
                kind = Kind::Float;
                ok = self.exponent(prefix, ok, &mut digits);
            }
            _ if prefix == b'x' && kind == Kind::Float && ok => {
                ok = self.number_error(self.at, "hexadecimal mantissa requires a 'p' exponent");
            }
            _ => {}
        }
        if self.peek(0) == b'i' {
            kind = Kind::Imag;
            self.at += 1;
        }
        if ok {
            self.check_digits(kind, base, start, &digits);
        }
        self.literal(kind, start);
    }

    /// Base and prefix letter (0 for none, `0` for a bare leading zero) of the number here.
    fn number_prefix(&mut self) -> (u32, u8) {
        if self.peek(0) != b'0' {
            return (10, 0);
        }
        self.at += 1;
        let (base, prefix) = match self.peek(0).to_ascii_lowercase() {
            b'x' => (16, b'x'),
            b'o' => (8, b'o'),
            b'b' => (2, b'b'),
            _ => return (8, b'0'),
        };
        self.at += 1;
        (base, prefix)
    }

    /// Digits and separators. Decimal digits are read in any base up to ten, and those too large are noted.
    fn digits(&mut self, base: u32) -> Digits {
        let mut digits = Digits::default();
        loop {
            let c = self.peek(0);
            match c {
                b'_' => digits.separators = true,
                b'0'..=b'9' => {
                    if u32::from(c - b'0') >= base && digits.invalid.is_none() {
                        digits.invalid = Some(self.at);
                    }
                    digits.seen = true;
                }
                b'a'..=b'f' | b'A'..=b'F' if base == 16 => digits.seen = true,
                _ => return digits,
            }
            self.at += 1;
        }
    }

    fn exponent(&mut self, prefix: u8, mut ok: bool, digits: &mut Digits) -> bool {
        let e = self.peek(0) as char;
        if ok && matches!(e, 'e' | 'E') && !matches!(prefix, 0 | b'0') {
            ok = self.number_error(self.at, format!("'{e}' exponent requires decimal mantissa"));
        } else if ok && matches!(e, 'p' | 'P') && prefix != b'x' {
            ok = self.number_error(
                self.at,
                format!("'{e}' exponent requires hexadecimal mantissa"),
            );
        }
        self.at += 1;
        if matches!(self.peek(0), b'+' | b'-') {
            self.at += 1;
        }
        let exponent = self.digits(10);
        digits.separators |= exponent.separators;
        if !exponent.seen && ok {
            ok = self.number_error(self.at, "exponent has no digits");
        }
        ok
    }

    fn check_digits(&mut self, kind: Kind, base: u32, start: usize, digits: &Digits) {
        if let (Kind::Int, Some(at)) = (kind, digits.invalid) {
            let digit = describe_digit(self.src[at]);
            self.error(
                at,
                format!("invalid digit {digit} in {} literal", base_name(base)),
            );
        } else if digits.separators
            && let Some(at) = misplaced_separator(&self.src[start..self.at])
        {
            self.error(start + at, "'_' must separate successive digits");
        }
    }

    fn number_error(&mut self, at: usize, message: impl Into<String>) -> bool {
        self.error(at, message);
        false
    }
}

fn describe_digit(digit: u8) -> String {
    if digit.is_ascii_graphic() {
        format!("'{}'", digit as char)
    } else {
        describe(digit as char)
    }
}

pub(super) fn base_name(base: u32) -> &'static str {
    match base {
        2 => "binary",
        8 => "octal",
        16 => "hexadecimal",
        _ => "decimal",
    }
}

/// Offset of the first separator that does not stand between digits. A base prefix counts as a digit.
fn misplaced_separator(literal: &[u8]) -> Option<usize> {
    let prefixed = matches!(literal, [b'0', b'x' | b'X' | b'o' | b'O' | b'b' | b'B', ..]);
    let hex = matches!(literal, [b'0', b'x' | b'X', ..]);
    let is_digit = |i: usize| match literal.get(i) {
        Some(b) => b.is_ascii_digit() || hex && b.is_ascii_hexdigit(),
        None => false,
    };
    let first = if prefixed { 2 } else { 0 };
    (first..literal.len()).find(|&i| {
        let behind_digit = if i == first {
            prefixed
        } else {
            is_digit(i - 1)
        };
        literal[i] == b'_'
            && !(behind_digit && (is_digit(i + 1) || literal.get(i + 1) == Some(&b'_')))
    })
}
