//! The values of literals (Go spec, "Integer literals" to "String literals").

use dashu_int::IBig;
use dashu_int::ops::BitTest;
use dashu_ratio::RBig;

use super::float::Float;
use super::{MAX_EXACT_BITS, MAX_LITERAL, Value};
use crate::lex::token::Kind as Token;

impl Value {
    /// The value of a literal's source text; unknown when it is malformed, which the lexer has reported, or a number
    /// longer than [`MAX_LITERAL`].
    pub fn from_literal(text: &[u8], kind: Token) -> Value {
        let value = match kind {
            Token::RawString => raw_string(text),
            Token::String => interpreted_string(text),
            Token::Rune => rune(text),
            _ if text.len() > MAX_LITERAL => None,
            Token::Int => integer(text),
            Token::Float => real(text),
            Token::Imag => imaginary(text),
            _ => None,
        };
        value.unwrap_or(Value::Unknown)
    }
}

/// A number's base and its digits behind the prefix. `0755` is octal only in integers.
fn split_base(text: &[u8], legacy_octal: bool) -> (u32, &[u8]) {
    match text {
        [b'0', b'x' | b'X', digits @ ..] => (16, digits),
        [b'0', b'o' | b'O', digits @ ..] => (8, digits),
        [b'0', b'b' | b'B', digits @ ..] => (2, digits),
        [b'0', digits @ ..] if legacy_octal && !digits.is_empty() => (8, digits),
        _ => (10, text),
    }
}

fn integer(text: &[u8]) -> Option<Value> {
    let (base, digits) = split_base(text, true);
    if let Some(small) = small_integer(digits, base) {
        return Some(Value::Int(small));
    }
    digits_to_big(digits, base).map(Value::from_big)
}

/// The digits' value while it fits; most literals do.
fn small_integer(digits: &[u8], base: u32) -> Option<i64> {
    let mut value: i64 = 0;
    for &digit in digits.iter().filter(|&&d| d != b'_') {
        let digit = char::from(digit).to_digit(base)?;
        value = value
            .checked_mul(i64::from(base))?
            .checked_add(i64::from(digit))?;
    }
    Some(value)
}

/// `None` for digits beyond the base; no digits are 0.
fn digits_to_big(digits: &[u8], base: u32) -> Option<IBig> {
    let clean: Vec<u8> = digits.iter().copied().filter(|&d| d != b'_').collect();
    if clean.is_empty() {
        return Some(IBig::ZERO);
    }
    IBig::from_str_radix(std::str::from_utf8(&clean).ok()?, base).ok()
}

/// The parts of a floating-point literal: `digits * base^-fraction * (2 or 10)^exponent`.
struct Parts {
    digits: Vec<u8>,
    base: u32,
    fraction: i64,
    exponent: i64,
}

fn real(text: &[u8]) -> Option<Value> {
    let (base, text) = split_base(text, false);
    let parts = split_real(text, base)?;
    let mant = digits_to_big(&parts.digits, base)?;
    if mant == IBig::ZERO {
        return Some(Value::from_ratio(RBig::ZERO));
    }
    if base == 10 {
        return scale_decimal(mant, parts.exponent.checked_sub(parts.fraction)?);
    }
    let digit_bits = i64::from(base.trailing_zeros());
    scale_binary(
        mant,
        parts
            .exponent
            .checked_sub(parts.fraction.checked_mul(digit_bits)?)?,
    )
}

fn split_real(text: &[u8], base: u32) -> Option<Parts> {
    let marker: &[u8] = if base == 16 { b"pP" } else { b"eE" };
    let split = text.iter().position(|b| marker.contains(b));
    let (mantissa, exponent) = match split {
        Some(at) => (&text[..at], exponent(&text[at + 1..])?),
        None => (text, 0),
    };
    let mut digits = Vec::with_capacity(mantissa.len());
    let mut fraction = None;
    for &b in mantissa.iter().filter(|&&b| b != b'_') {
        if b == b'.' {
            fraction = Some(0);
        } else {
            digits.push(b);
            fraction = fraction.map(|n: i64| n + 1);
        }
    }
    Some(Parts {
        digits,
        base,
        fraction: fraction.unwrap_or(0),
        exponent,
    })
    .filter(|p| p.base != 8 && p.base != 2 || p.fraction == 0)
}

/// A decimal exponent with sign. `None` when it does not fit 32 bits, as for the compiler.
fn exponent(text: &[u8]) -> Option<i64> {
    let clean: Vec<u8> = text.iter().copied().filter(|&d| d != b'_').collect();
    let exponent: i32 = std::str::from_utf8(&clean).ok()?.parse().ok()?;
    Some(i64::from(exponent))
}

fn scale_binary(mant: IBig, exp: i64) -> Option<Value> {
    Float::new(mant, exp).map(Value::from_float_exactly)
}

/// `mant * 10^exp`, as a fraction when that is of moderate size.
fn scale_decimal(mant: IBig, exp: i64) -> Option<Value> {
    // log2(10) is a little over 10/3.
    let top = exp * 10 / 3 + i64::from(mant.bit_len() as u32);
    if top.unsigned_abs() as usize >= MAX_EXACT_BITS {
        return scale_far(mant, exp);
    }
    let power = IBig::from(10).pow(exp.unsigned_abs() as usize);
    Some(Value::from_ratio(if exp >= 0 {
        RBig::from(mant * power)
    } else {
        RBig::from_parts_signed(mant, power)
    }))
}

/// `mant * 10^exp` in floats, by repeated squaring; an overflow is unknown, an underflow zero.
fn scale_far(mant: IBig, exp: i64) -> Option<Value> {
    let mut power = Float::new(IBig::ONE, 0)?;
    let mut square = Float::new(IBig::from(10), 0)?;
    let mut rest = exp.unsigned_abs();
    while rest > 0 {
        if rest & 1 == 1 {
            let Some(next) = power.mul(&square) else {
                return out_of_range(exp);
            };
            power = next;
        }
        rest >>= 1;
        if rest > 0 {
            let Some(next) = square.mul(&square) else {
                return out_of_range(exp);
            };
            square = next;
        }
    }
    let mant = Float::new(mant, 0)?;
    let result = if exp >= 0 {
        mant.mul(&power)
    } else {
        mant.div(&power)
    };
    Some(Value::from_float(result))
}

/// The value of a number whose exponent no float has.
fn out_of_range(exp: i64) -> Option<Value> {
    (exp < 0).then(|| Value::from_ratio(RBig::ZERO))
}

/// `…i`; for compatibility `0123i` is decimal.
fn imaginary(text: &[u8]) -> Option<Value> {
    let number = text.strip_suffix(b"i")?;
    let (base, _) = split_base(number, false);
    let prefixed_integer = base != 10 && !number.iter().any(|b| b".pP".contains(b));
    let value = if prefixed_integer {
        integer(number)?.to_float()
    } else {
        real(number)?
    };
    Some(value.make_imaginary())
}

fn rune(text: &[u8]) -> Option<Value> {
    let inner = text.strip_prefix(b"'")?.strip_suffix(b"'")?;
    let (unit, _) = next_unit(inner)?;
    Some(Value::Int(match unit {
        Unit::Byte(b) => i64::from(b),
        Unit::Char(c) => i64::from(c),
    }))
}

/// The bytes between back quotes, without carriage returns.
fn raw_string(text: &[u8]) -> Option<Value> {
    let inner = text.strip_prefix(b"`")?.strip_suffix(b"`")?;
    if memchr::memchr(b'\r', inner).is_none() {
        return Some(Value::string(inner));
    }
    let bytes: Vec<u8> = inner.iter().copied().filter(|&b| b != b'\r').collect();
    Some(Value::string(&bytes))
}

fn interpreted_string(text: &[u8]) -> Option<Value> {
    let mut rest = text.strip_prefix(b"\"")?.strip_suffix(b"\"")?;
    if memchr::memchr(b'\\', rest).is_none() {
        return Some(Value::string(rest));
    }
    let mut bytes = Vec::with_capacity(rest.len());
    while let Some(at) = memchr::memchr(b'\\', rest) {
        bytes.extend_from_slice(&rest[..at]);
        let (unit, len) = escape(&rest[at + 1..])?;
        match unit {
            Unit::Byte(b) => bytes.push(b),
            Unit::Char(c) => push_char(&mut bytes, c),
        }
        rest = &rest[at + 1 + len..];
    }
    bytes.extend_from_slice(rest);
    Some(Value::string(&bytes))
}

fn push_char(bytes: &mut Vec<u8>, code: u32) {
    let c = char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER);
    bytes.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
}

/// What one element of a rune or string literal stands for.
enum Unit {
    /// A single byte, of `\x` and octal escapes.
    Byte(u8),
    /// A code point.
    Char(u32),
}

/// The first element of a literal's inside and its length in bytes.
fn next_unit(text: &[u8]) -> Option<(Unit, usize)> {
    if let [b'\\', rest @ ..] = text {
        return escape(rest).map(|(unit, len)| (unit, len + 1));
    }
    let valid = text.utf8_chunks().next()?.valid();
    let c = valid.chars().next().unwrap_or(char::REPLACEMENT_CHARACTER);
    Some((Unit::Char(u32::from(c)), c.len_utf8()))
}

/// The escape behind a backslash and its length in bytes.
fn escape(text: &[u8]) -> Option<(Unit, usize)> {
    let simple = |c: u8| Some((Unit::Char(u32::from(c)), 1));
    match *text.first()? {
        b'a' => simple(7),
        b'b' => simple(8),
        b'f' => simple(12),
        b'n' => simple(b'\n'),
        b'r' => simple(b'\r'),
        b't' => simple(b'\t'),
        b'v' => simple(11),
        c @ (b'\\' | b'\'' | b'"') => simple(c),
        b'x' => code(text.get(1..3)?, 16).map(|c| (Unit::Byte(c as u8), 3)),
        b'u' => code(text.get(1..5)?, 16).map(|c| (Unit::Char(c), 5)),
        b'U' => code(text.get(1..9)?, 16).map(|c| (Unit::Char(c), 9)),
        b'0'..=b'7' => code(text.get(..3)?, 8).map(|c| (Unit::Byte(c as u8), 3)),
        _ => None,
    }
}

fn code(digits: &[u8], base: u32) -> Option<u32> {
    digits.iter().try_fold(0u32, |code, &d| {
        let digit = char::from(d).to_digit(base)?;
        code.checked_mul(base)?.checked_add(digit)
    })
}
