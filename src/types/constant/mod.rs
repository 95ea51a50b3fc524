//! Constant values of arbitrary size, with the arithmetic that Go's constant expressions have.
//!
//! The representations follow go/constant, because which one a value has decides how later results round: integers are
//! exact; fractions are exact as long as numerator and denominator stay below [`MAX_EXACT_BITS`], and become
//! [`Float`]s of 512 bits beyond; a float never turns back into a fraction. Division by zero, results that no
//! representation holds and whatever the checker should have refused before give [`Value::Unknown`], which every
//! operation passes on.
//!
//! Values are 16 bytes and cheap to clone. No operation takes time or memory out of proportion to its operands'
//! written size: shift counts, exponents, literal and string lengths are bounded.

mod bytes;
mod convert;
mod float;
mod literal;
mod ops;
mod text;

use std::sync::Arc;

use dashu_int::IBig;
use dashu_int::ops::BitTest;
use dashu_ratio::RBig;

pub use convert::{Fit, IntSize};
pub use float::Float;
pub use text::Text;

/// Fractions whose parts reach this many bits, and floats whose exponent does, are no longer kept exact.
const MAX_EXACT_BITS: usize = 4096;

/// Longest number literal, in bytes, that is read; the compiler has the same limit.
pub const MAX_LITERAL: usize = 10_000;

/// A constant's value.
#[derive(Clone, Debug)]
pub enum Value {
    /// Not known because of an error; every operation with it is unknown, every comparison false.
    Unknown,
    /// `true`, `false`
    Bool(bool),
    /// A string of bytes.
    Str(Text),
    /// An integer that fits 64 bits.
    Int(i64),
    /// An integer that does not.
    Big(Arc<IBig>),
    /// An exact fraction, of kind float even when its denominator is 1.
    Rat(Arc<RBig>),
    /// A rounded number.
    Float(Arc<Float>),
    /// Real and imaginary part; neither is unknown or complex.
    Complex(Arc<(Value, Value)>),
}

/// The five kinds of constants, and unknown.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    /// See [`Value::Unknown`].
    Unknown,
    /// A boolean.
    Bool,
    /// A string.
    String,
    /// An integer.
    Int,
    /// A fraction or float.
    Float,
    /// A complex number.
    Complex,
}

impl Value {
    /// The kind; one kind may have several representations.
    pub fn kind(&self) -> Kind {
        match self {
            Value::Unknown => Kind::Unknown,
            Value::Bool(_) => Kind::Bool,
            Value::Str(_) => Kind::String,
            Value::Int(_) | Value::Big(_) => Kind::Int,
            Value::Rat(_) | Value::Float(_) => Kind::Float,
            Value::Complex(_) => Kind::Complex,
        }
    }

    /// Whether the value is unknown.
    pub fn is_unknown(&self) -> bool {
        matches!(self, Value::Unknown)
    }

    /// The string value of `bytes`.
    pub fn string(bytes: &[u8]) -> Value {
        Value::Str(Text::new(bytes))
    }

    /// The integer value of `x`.
    pub fn int(x: i64) -> Value {
        Value::Int(x)
    }

    /// The integer value of `x`.
    pub fn from_u64(x: u64) -> Value {
        i64::try_from(x).map_or_else(|_| Value::Big(Arc::new(IBig::from(x))), Value::Int)
    }

    /// The integer value of `x`, in the smallest representation.
    pub fn from_big(x: IBig) -> Value {
        i64::try_from(&x).map_or_else(|_| Value::Big(Arc::new(x)), Value::Int)
    }

    /// The float value of `x`; unknown when `x` is not finite. Minus zero becomes zero, which is the only one.
    pub fn from_f64(x: f64) -> Value {
        if x == 0.0 {
            return Value::from_ratio(RBig::ZERO);
        }
        Float::from_f64(x).map_or(Value::Unknown, Value::from_float_exactly)
    }

    /// A fraction, or the nearest float when its parts are too large.
    fn from_ratio(x: RBig) -> Value {
        if x.numerator().bit_len() < MAX_EXACT_BITS && x.denominator().bit_len() < MAX_EXACT_BITS {
            return Value::Rat(Arc::new(x));
        }
        let (num, den) = x.into_parts();
        Value::from_float(Float::quotient(&num, &IBig::from(den)))
    }

    /// A float result; `None`, an overflow, is unknown.
    fn from_float(x: Option<Float>) -> Value {
        x.map_or(Value::Unknown, |x| Value::Float(Arc::new(x)))
    }

    /// `x` as a fraction if that is of moderate size.
    fn from_float_exactly(x: Float) -> Value {
        match x.to_ratio() {
            Some(r) => Value::Rat(Arc::new(r)),
            None => Value::Float(Arc::new(x)),
        }
    }

    /// A complex number; unknown if a part is.
    fn from_parts(re: Value, im: Value) -> Value {
        if re.is_unknown() || im.is_unknown() {
            return Value::Unknown;
        }
        Value::Complex(Arc::new((re, im)))
    }

    /// `x` times the imaginary unit; unknown unless `x` is an integer or float.
    #[must_use]
    pub fn make_imaginary(self) -> Value {
        match self.kind() {
            Kind::Int | Kind::Float => Value::from_parts(Value::Int(0), self),
            _ => Value::Unknown,
        }
    }

    /// The boolean; `None` for other kinds.
    pub fn as_bool(&self) -> Option<bool> {
        match self {
            Value::Bool(b) => Some(*b),
            _ => None,
        }
    }

    /// The string; `None` for other kinds.
    pub fn as_text(&self) -> Option<&Text> {
        match self {
            Value::Str(text) => Some(text),
            _ => None,
        }
    }

    /// The integer, if it is one that fits.
    pub fn as_i64(&self) -> Option<i64> {
        match self {
            Value::Int(x) => Some(*x),
            _ => None,
        }
    }

    /// The integer, if it is one that fits.
    pub fn as_u64(&self) -> Option<u64> {
        match self {
            Value::Int(x) => u64::try_from(*x).ok(),
            Value::Big(x) => u64::try_from(&**x).ok(),
            _ => None,
        }
    }

    /// The nearest `float64`, infinite when too large; 0 for what is no real number.
    pub fn as_f64(&self) -> f64 {
        self.nearest(&float::DOUBLE)
    }

    /// Bits of an integer's magnitude; 0 for other kinds.
    pub fn bit_len(&self) -> usize {
        match self {
            Value::Int(x) => 64 - x.unsigned_abs().leading_zeros() as usize,
            Value::Big(x) => x.bit_len(),
            _ => 0,
        }
    }

    /// -1, 0 or 1; for complex numbers only whether zero or not. Unknown has 1, which keeps the checker from seeing a
    /// division by zero.
    pub fn sign(&self) -> i32 {
        match self {
            Value::Int(x) => x.signum() as i32,
            Value::Big(x) => signum(x),
            Value::Rat(x) => signum(x.numerator()),
            Value::Float(x) => x.sign(),
            Value::Complex(parts) => i32::from(parts.0.sign() != 0 || parts.1.sign() != 0),
            Value::Unknown | Value::Bool(_) | Value::Str(_) => 1,
        }
    }

    /// The real part of a number; the number itself if it is not complex.
    #[must_use]
    pub fn real(&self) -> Value {
        match self {
            Value::Complex(parts) => parts.0.clone(),
            _ => self.clone(),
        }
    }

    /// The imaginary part of a number.
    #[must_use]
    pub fn imaginary(&self) -> Value {
        match self {
            Value::Complex(parts) => parts.1.clone(),
            Value::Unknown => Value::Unknown,
            _ => Value::Int(0),
        }
    }
}

/// -1, 0 or 1.
fn signum(x: &IBig) -> i32 {
    match x.cmp(&IBig::ZERO) {
        std::cmp::Ordering::Less => -1,
        std::cmp::Ordering::Equal => 0,
        std::cmp::Ordering::Greater => 1,
    }
}

#[cfg(test)]
mod tests;
