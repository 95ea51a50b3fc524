//! Constants as the compiler prints them: go/constant's short forms, with a type unless it is the default one.

use std::fmt::Write;

use super::typetext::type_text;
use crate::types::constant::Value;
use crate::types::package::Pkg;
use crate::types::predicates::{is_boolean, is_complex, is_float, is_integer, is_string};
use crate::types::ty::{BasicKind, Ty};
use crate::types::universe::RUNE;

/// Quoted strings of more characters are cut, and end in dots instead of a quote (go/constant, `stringVal.String`).
const MAX_QUOTED: usize = 72;

/// The text of a constant of type `ty` in messages about package `local`.
pub fn constant_text(value: &Value, ty: Ty, local: Option<Pkg>) -> String {
    if ty == RUNE
        && let Some(c) = value.as_u64().and_then(|x| u32::try_from(x).ok())
    {
        return quote_rune(c);
    }
    let text = value_text(value, ty);
    if has_default_type(ty) {
        text
    } else {
        format!("{}({text})", type_text(ty, local))
    }
}

/// Whether a constant of that type prints without it.
fn has_default_type(ty: Ty) -> bool {
    let defaults = [
        (is_boolean(ty), BasicKind::Bool),
        (is_string(ty), BasicKind::String),
        (is_integer(ty), BasicKind::Int),
        (is_float(ty), BasicKind::Float64),
        (is_complex(ty), BasicKind::Complex128),
    ];
    defaults
        .iter()
        .any(|&(is, kind)| is && ty.unalias() == Ty::basic(kind))
}

fn value_text(value: &Value, ty: Ty) -> String {
    match value {
        Value::Bool(b) => b.to_string(),
        Value::Str(text) => shorten(&quote(&text.to_bytes())),
        Value::Int(x) if is_integer(ty) => x.to_string(),
        Value::Big(x) if is_integer(ty) => x.to_string(),
        Value::Complex(parts) => format!(
            "({} + {}i)",
            general(parts.0.as_f64()),
            general(parts.1.as_f64())
        ),
        Value::Unknown => "unknown".to_owned(),
        other if is_complex(ty) => format!("({} + 0i)", general(other.as_f64())),
        other => general(other.as_f64()),
    }
}

fn shorten(quoted: &str) -> String {
    if quoted.chars().count() <= MAX_QUOTED {
        return quoted.to_owned();
    }
    let kept: String = quoted.chars().take(MAX_QUOTED - 3).collect();
    kept + "..."
}

/// A string as strconv.Quote writes it.
pub fn quote(bytes: &[u8]) -> String {
    let mut out = String::from("\"");
    for chunk in bytes.utf8_chunks() {
        for c in chunk.valid().chars() {
            escape(c, '"', &mut out);
        }
        for b in chunk.invalid() {
            let _infallible = write!(out, "\\x{b:02x}");
        }
    }
    out.push('"');
    out
}

fn quote_rune(code: u32) -> String {
    let mut out = String::from("'");
    escape(char::from_u32(code).unwrap_or('\u{fffd}'), '\'', &mut out);
    out.push('\'');
    out
}

fn escape(c: char, mark: char, out: &mut String) {
    let short = match c {
        '\u{7}' => Some('a'),
        '\u{8}' => Some('b'),
        '\u{c}' => Some('f'),
        '\n' => Some('n'),
        '\r' => Some('r'),
        '\t' => Some('t'),
        '\u{b}' => Some('v'),
        '\\' => Some('\\'),
        _ if c == mark => Some(mark),
        _ => None,
    };
    let code = u32::from(c);
    let _infallible = match short {
        Some(s) => write!(out, "\\{s}"),
        None if code < 0x20 || code == 0x7f => write!(out, "\\x{code:02x}"),
        None if is_printable(c) => write!(out, "{c}"),
        None if code > 0xffff => write!(out, "\\U{code:08x}"),
        None => write!(out, "\\u{code:04x}"),
    };
}

/// What Go's unicode.IsPrint says, as far as strings in programs need it: no controls, no spaces but the ASCII one, no
/// surrogates, private or format characters.
fn is_printable(c: char) -> bool {
    let code = u32::from(c);
    c == ' '
        || !(c.is_control()
            || c.is_whitespace()
            || code == 0xad
            || (0x200b..=0x200f).contains(&code)
            || (0x2028..=0x202e).contains(&code)
            || (0xe000..=0xf8ff).contains(&code)
            || code == 0xfeff
            || code >= 0xe_0000)
}

/// A number as C's `%.6g` prints it.
fn general(x: f64) -> String {
    const DIGITS: i32 = 6;
    if x == 0.0 || !x.is_finite() {
        return if x == 0.0 {
            "0".to_owned()
        } else {
            x.to_string()
        };
    }
    let scientific = format!("{x:.5e}");
    let (mantissa, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
    let exponent: i32 = exponent.parse().unwrap_or_default();
    if (-4..DIGITS).contains(&exponent) {
        let decimals = usize::try_from(DIGITS - 1 - exponent).unwrap_or_default();
        return trim_zeros(&format!("{x:.decimals$}")).to_owned();
    }
    let sign = if exponent < 0 { '-' } else { '+' };
    format!("{}e{sign}{:02}", trim_zeros(mantissa), exponent.abs())
}

fn trim_zeros(digits: &str) -> &str {
    if digits.contains('.') {
        digits.trim_end_matches('0').trim_end_matches('.')
    } else {
        digits
    }
}

#[cfg(test)]
mod tests {
    use super::{constant_text, general, quote};
    use crate::types::constant::Value;
    use crate::types::ty::{BasicKind, Ty};
    use crate::types::universe::RUNE;

    #[test]
    fn only_default_types_are_left_out() {
        let int = |kind| constant_text(&Value::Int(3), Ty::basic(kind), None);
        assert_eq!(int(BasicKind::Int), "3");
        assert_eq!(int(BasicKind::Int8), "int8(3)");
        assert_eq!(int(BasicKind::Float64), "3");
        assert_eq!(int(BasicKind::Complex128), "(3 + 0i)");
        assert_eq!(constant_text(&Value::Int(120), RUNE, None), "'x'");
    }

    #[test]
    fn floats_have_six_digits() {
        assert_eq!(general(1e100), "1e+100");
        assert_eq!(general(2.5), "2.5");
        assert_eq!(general(100_000.0), "100000");
        assert_eq!(general(1_234_567.0), "1.23457e+06");
        assert_eq!(general(0.00001), "1e-05");
    }

    #[test]
    fn long_strings_lose_their_closing_quote() {
        let text = constant_text(
            &Value::string(&[b'a'; 80]),
            Ty::basic(BasicKind::String),
            None,
        );
        assert_eq!(text, format!("\"{}...", "a".repeat(68)));
        assert_eq!(quote(b"a\x00\xff\"\n"), "\"a\\x00\\xff\\\"\\n\"");
    }
}
