//! Tests of constant arithmetic.

use super::{Fit, IntSize, Kind, Value};
use crate::lex::token::Kind as Token;

fn int(text: &str) -> Value {
    Value::from_literal(text.as_bytes(), Token::Int)
}

fn real(text: &str) -> Value {
    Value::from_literal(text.as_bytes(), Token::Float)
}

fn same(x: &Value, y: &Value) -> bool {
    Value::compare(x, Token::Eq, y)
}

fn calc(x: &Value, op: Token, y: &Value) -> Value {
    Value::binary(x, op, y, false)
}

#[test]
fn integer_literals_of_all_bases() {
    for (text, want) in [
        ("0", 0),
        ("1_000", 1000),
        ("0755", 0o755),
        ("0o7_55", 0o755),
        ("0xBad_Face", 0xbad_face),
        ("0b1010", 10),
        ("0x7fffffffffffffff", i64::MAX),
    ] {
        assert_eq!(int(text).as_i64(), Some(want), "{text}");
    }
    assert_eq!(int("18446744073709551615").as_u64(), Some(u64::MAX));
    assert_eq!(int("0x1_00000000_00000000").bit_len(), 65);
    assert!(int("089").is_unknown());
}

#[test]
fn float_literals_round_as_ieee_does() {
    for (text, want) in [
        ("0.1", 0.1),
        ("1e-3", 1e-3),
        ("1_0.2_5", 10.25),
        ("0x1p-2", 0.25),
        ("0X1.8P1", 3.0),
        ("0x_1FFFP-16", 8191.0 / 65536.0),
        (".5", 0.5),
        ("07.25", 7.25),
        ("4.940656458412465441765687928682213723651e-324", 5e-324),
        ("2.4e-324", 0.0),
        ("2.5e-324", 5e-324),
        ("2.2250738585072011e-308", 2.225_073_858_507_201e-308),
        ("1.7976931348623157e308", f64::MAX),
        ("1e309", f64::INFINITY),
        ("1e-100000", 0.0),
    ] {
        assert_eq!(real(text).as_f64().to_bits(), want.to_bits(), "{text}");
    }
}

#[test]
fn huge_exponents_neither_hang_nor_fill_memory() {
    assert!(real("1e1000000000").is_unknown());
    assert!(real("1e99999999999999999999").is_unknown());
    assert_eq!(real("1e-1000000000").sign(), 0);
    let large = real("1e600000000");
    assert_eq!(large.kind(), Kind::Float);
    assert!(large.to_int().is_unknown());
    assert!(same(&calc(&large, Token::Add, &Value::Int(1)), &large));
    assert!(calc(&large, Token::Mul, &large).is_unknown());
    assert!(int(&"9".repeat(20_000)).is_unknown());
    assert!(Value::shift(&Value::Int(1), Token::Shl, u64::MAX).is_unknown());
}

#[test]
fn runes_and_strings() {
    for (text, want) in [
        ("'a'", 97),
        ("'ä'", 228),
        ("'本'", 0x672c),
        (r"'\n'", 10),
        (r"'\''", 39),
        (r"'\xff'", 255),
        (r"'\377'", 255),
        (r"'\u12e4'", 0x12e4),
        (r"'\U0010FFFF'", 0x10_ffff),
    ] {
        let value = Value::from_literal(text.as_bytes(), Token::Rune);
        assert_eq!(value.as_i64(), Some(want), "{text}");
    }
    let text = |source: &str, kind| {
        let value = Value::from_literal(source.as_bytes(), kind);
        value.as_text().map(|t| t.to_bytes().to_vec())
    };
    assert_eq!(
        text(r#""a\x80\u00e4\"\101""#, Token::String),
        Some(b"a\x80\xc3\xa4\"A".to_vec())
    );
    assert_eq!(
        text("`a\r\nb\\n`", Token::RawString),
        Some(b"a\nb\\n".to_vec())
    );
    assert_eq!(text(r#""\q""#, Token::String), None);
}

#[test]
fn imaginary_literals_and_complex_arithmetic() {
    let imag = |text: &str| Value::from_literal(text.as_bytes(), Token::Imag);
    assert!(same(&imag("0123i").imaginary(), &Value::Int(123)));
    assert!(same(&imag("0o123i").imaginary(), &Value::Int(0o123)));
    assert!(same(&imag("0x1p-2i").imaginary(), &real("0.25")));
    let i = imag("1i");
    assert!(same(&calc(&i, Token::Mul, &i), &Value::Int(-1)));
    let z = calc(&Value::Int(3), Token::Add, &imag("4i"));
    assert!(same(&calc(&calc(&z, Token::Div, &z), Token::Mul, &i), &i));
    assert_eq!(calc(&i, Token::Mul, &i).to_int().as_i64(), Some(-1));
}

#[test]
fn integers_grow_and_shrink_between_representations() {
    let max = Value::Int(i64::MAX);
    let next = calc(&max, Token::Add, &Value::Int(1));
    assert!(same(&next, &int("0x8000000000000000")));
    assert_eq!(
        calc(&next, Token::Sub, &Value::Int(1)).as_i64(),
        Some(i64::MAX)
    );
    let min = Value::Int(i64::MIN);
    assert!(same(&Value::unary(Token::Sub, &min, 0), &next));
    assert!(same(
        &Value::binary(&min, Token::Div, &Value::Int(-1), true),
        &next
    ));
    let big = Value::shift(&Value::Int(1), Token::Shl, 500);
    assert_eq!(Value::shift(&big, Token::Shr, 499).as_i64(), Some(2));
    assert_eq!(
        Value::shift(&Value::Int(-5), Token::Shr, 100).as_i64(),
        Some(-1)
    );
}

#[test]
fn division_follows_the_kinds() {
    let divide =
        |x: i64, y: i64, whole| Value::binary(&Value::Int(x), Token::Div, &Value::Int(y), whole);
    assert_eq!(divide(-7, 2, true).as_i64(), Some(-3));
    assert!(same(
        &divide(-7, 2, false),
        &Value::unary(Token::Sub, &real("3.5"), 0)
    ));
    assert!(divide(1, 0, true).is_unknown());
    assert!(divide(1, 0, false).is_unknown());
    assert_eq!(divide(6, 3, false).kind(), Kind::Float);
    assert_eq!(divide(6, 3, false).to_int().as_i64(), Some(2));
    assert_eq!(
        Value::binary(&Value::Int(-7), Token::Rem, &Value::Int(3), true).as_i64(),
        Some(-1)
    );
}

#[test]
fn bit_operators_see_twos_complement() {
    let bits =
        |x: i64, op, y: i64| Value::binary(&Value::Int(x), op, &Value::Int(y), true).as_i64();
    assert_eq!(bits(-1, Token::And, 0xff), Some(0xff));
    assert_eq!(bits(0b1100, Token::AndNot, 0b0100), Some(0b1000));
    assert_eq!(bits(5, Token::Xor, -1), Some(-6));
    assert_eq!(
        Value::unary(Token::Xor, &Value::Int(0), 8).as_i64(),
        Some(255)
    );
    assert_eq!(
        Value::unary(Token::Xor, &Value::Int(0), 0).as_i64(),
        Some(-1)
    );
    assert_eq!(
        Value::unary(Token::Xor, &Value::Int(1), 64).as_u64(),
        Some(u64::MAX - 1)
    );
}

#[test]
fn what_a_type_can_hold() {
    let fits = |x: &Value, bits, signed| x.represent(Fit::Int(IntSize { bits, signed })).is_some();
    assert!(fits(&Value::Int(-128), 8, true) && !fits(&Value::Int(128), 8, true));
    assert!(fits(&Value::Int(255), 8, false) && !fits(&Value::Int(-1), 8, false));
    assert!(fits(&Value::Int(i64::MIN), 64, true) && !fits(&int("0x8000000000000000"), 64, true));
    assert!(fits(&int("0xffffffffffffffff"), 64, false));
    assert!(fits(&real("3.0"), 32, true) && !fits(&real("3.5"), 32, true));
    assert!(real("1e39").represent(Fit::Float32).is_none());
    assert!(
        real("1e-60")
            .represent(Fit::Float32)
            .is_some_and(|x| x.sign() == 0)
    );
    let third = Value::binary(&Value::Int(1), Token::Div, &Value::Int(3), false);
    let rounded = third.represent(Fit::Float32);
    assert!(rounded.is_some_and(|x| x.as_f64().to_bits() == f64::from(1.0f32 / 3.0).to_bits()));
    assert!(Value::Bool(true).represent(Fit::String).is_none());
    let whole = Value::Int(2).represent(Fit::Complex128);
    assert!(whole.is_some_and(|z| z.kind() == Kind::Complex && same(&z, &Value::Int(2))));
}

#[test]
fn large_fractions_become_floats_and_still_find_their_integers() {
    let step = real("1.000000000000000000000000000000001");
    let grown = (0..200).fold(Value::Int(1), |x, _| calc(&x, Token::Mul, &step));
    assert!(matches!(grown, Value::Float(_)));
    let third = calc(&real("1e2000"), Token::Div, &Value::Int(3));
    let back = calc(&third, Token::Mul, &Value::Int(3));
    assert_eq!(
        calc(&back, Token::Div, &real("1e1999")).to_int().as_i64(),
        Some(10)
    );
}

#[test]
fn comparisons_cross_kinds_and_unknown_compares_false() {
    assert!(Value::compare(&Value::Int(1), Token::Lt, &real("1.5")));
    assert!(Value::compare(
        &real("1e1000"),
        Token::Gt,
        &int("12345678901234567890123")
    ));
    assert!(!Value::compare(&Value::Unknown, Token::Eq, &Value::Unknown));
    assert!(!Value::compare(
        &Value::Int(1),
        Token::Eq,
        &Value::Bool(true)
    ));
    assert!(Value::compare(
        &Value::string(b"a"),
        Token::Lt,
        &Value::string(b"b")
    ));
}
