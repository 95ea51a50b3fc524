//! Binary floating point numbers with a mantissa of 512 bits, rounded to nearest even.
//!
//! The precision and the exponent range are those of go/constant, which computes with `big.Float`s of 512 bits.

// Bit lengths and exponents are below 2^33, and shift counts are only taken from differences known to be positive.
#![allow(clippy::cast_possible_wrap, clippy::cast_sign_loss)]

use std::cmp::Ordering;

use dashu_int::ops::{Abs, BitTest, DivRem, Gcd};
use dashu_int::{IBig, UBig};
use dashu_ratio::RBig;

use super::{MAX_EXACT_BITS, signum};

/// Bits of the mantissa.
const PRECISION: usize = 512;

/// `mant * 2^exp`; the mantissa has at most [`PRECISION`] bits. Zero has exponent 0.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Float {
    mant: IBig,
    exp: i64,
}

/// An IEEE 754 format.
pub(super) struct Format {
    /// Bits of the mantissa, the hidden one included.
    bits: i64,
    /// Exponent of the smallest subnormal.
    min_exp: i64,
    /// Values of `2^max_top` and above are infinite.
    max_top: i64,
}

/// `float32`
pub(super) const SINGLE: Format = Format {
    bits: 24,
    min_exp: -149,
    max_top: 128,
};

/// `float64`
pub(super) const DOUBLE: Format = Format {
    bits: 53,
    min_exp: -1074,
    max_top: 1024,
};

impl Float {
    /// Zero.
    pub fn zero() -> Float {
        Float {
            mant: IBig::ZERO,
            exp: 0,
        }
    }

    /// `mant * 2^exp`, rounded; `None` when the exponent overflows, zero when it underflows.
    pub fn new(mant: IBig, exp: i64) -> Option<Float> {
        let surplus = mant.bit_len().saturating_sub(PRECISION);
        let mant = round_shift(mant, surplus);
        if mant == IBig::ZERO {
            return Some(Float::zero());
        }
        let exp = exp.checked_add(surplus as i64)?;
        let top = exp.checked_add(mant.bit_len() as i64)?;
        if top > i64::from(i32::MAX) {
            return None;
        }
        if top < i64::from(i32::MIN) {
            return Some(Float::zero());
        }
        Some(Float { mant, exp })
    }

    /// `num / den`, rounded; `None` for a zero denominator.
    pub fn quotient(num: &IBig, den: &IBig) -> Option<Float> {
        let (mant, exp) = divide(num, den, PRECISION)?;
        Float::new(mant, exp)
    }

    /// The same number; `None` for infinities and NaN.
    pub fn from_f64(x: f64) -> Option<Float> {
        if !x.is_finite() {
            return None;
        }
        let bits = x.to_bits();
        let fraction = bits & ((1 << 52) - 1);
        let field = ((bits >> 52) & 0x7ff) as i64;
        let (mant, exp) = match field {
            0 => (fraction, -1074),
            _ => (fraction | 1 << 52, field - 1075),
        };
        let mant = IBig::from(mant);
        Float::new(if x < 0.0 { -mant } else { mant }, exp)
    }

    /// -1, 0 or 1.
    pub fn sign(&self) -> i32 {
        signum(&self.mant)
    }

    /// The mantissa, with sign.
    pub fn mantissa(&self) -> &IBig {
        &self.mant
    }

    /// The exponent of two that the mantissa is multiplied by.
    pub fn exponent(&self) -> i64 {
        self.exp
    }

    /// The exponent behind the highest bit.
    fn top(&self) -> i64 {
        self.exp + self.mant.bit_len() as i64
    }

    /// Whether the exponent is of a size at which fractions and integers may be made.
    fn is_moderate(&self) -> bool {
        self.top().unsigned_abs() < MAX_EXACT_BITS as u64
    }

    /// The same number as a fraction, if that is of moderate size.
    pub fn to_ratio(&self) -> Option<RBig> {
        if !self.is_moderate() {
            return None;
        }
        let shift = self.exp.unsigned_abs() as usize;
        Some(if self.exp >= 0 {
            RBig::from(&self.mant << shift)
        } else {
            RBig::from_parts(self.mant.clone(), UBig::ONE << shift)
        })
    }

    /// The number as an integer, if it is one up to a rounding error in the last four bits.
    pub fn to_int(&self) -> Option<IBig> {
        if !self.is_moderate() {
            return None;
        }
        if let Some(exact) = exact_int(&self.mant, self.exp) {
            return Some(exact);
        }
        // Neighbours at a slightly lower precision: earlier operations may have missed the integer by rounding.
        let surplus = self.mant.bit_len().checked_sub(PRECISION - 4)?;
        let (magnitude, negative) = ((&self.mant).abs(), self.sign() < 0);
        let toward_zero = magnitude >> surplus;
        let away = &toward_zero + IBig::ONE;
        let int = exact_int(&toward_zero, self.exp + surplus as i64)
            .or_else(|| exact_int(&away, self.exp + surplus as i64))?;
        Some(if negative { -int } else { int })
    }

    /// `-self`
    #[must_use]
    pub fn neg(&self) -> Float {
        Float {
            mant: -&self.mant,
            exp: self.exp,
        }
    }

    /// `self + other`; `None` on overflow, here and below.
    pub fn add(&self, other: &Float) -> Option<Float> {
        if self.sign() == 0 || other.sign() == 0 {
            return Some(if self.sign() == 0 { other } else { self }.clone());
        }
        let (high, low) = if self.top() >= other.top() {
            (self, other)
        } else {
            (other, self)
        };
        // An addend below half of the last bit, even after cancellation, leaves the sum as it is; aligning it could take
        // any amount of memory.
        if high.top() - low.top() > 2 * PRECISION as i64 + 2 {
            return Some(high.clone());
        }
        let exp = high.exp.min(low.exp);
        let align = |x: &Float| &x.mant << (x.exp - exp) as usize;
        Float::new(align(high) + align(low), exp)
    }

    /// `self - other`
    pub fn sub(&self, other: &Float) -> Option<Float> {
        self.add(&other.neg())
    }

    /// `self * other`
    pub fn mul(&self, other: &Float) -> Option<Float> {
        Float::new(&self.mant * &other.mant, self.exp + other.exp)
    }

    /// `self / other`; `None` for a zero divisor.
    pub fn div(&self, other: &Float) -> Option<Float> {
        let (mant, exp) = divide(&self.mant, &other.mant, PRECISION)?;
        Float::new(mant, exp + self.exp - other.exp)
    }

    /// The order of two numbers.
    pub fn compare(&self, other: &Float) -> Ordering {
        let signs = self.sign().cmp(&other.sign());
        if signs.is_ne() {
            return signs;
        }
        match self.sub(other) {
            Some(difference) => difference.sign().cmp(&0),
            // Only opposite signs could overflow, and those are told apart above.
            None => Ordering::Equal,
        }
    }

    /// The nearest number of `format`, infinite when too large.
    pub(super) fn nearest(&self, format: &Format) -> f64 {
        nearest(&self.mant, self.exp, format)
    }
}

/// The nearest number of `format` to `num / den`.
pub(super) fn nearest_quotient(num: &IBig, den: &IBig, format: &Format) -> f64 {
    // 128 bits and a sticky bit are far more than a mantissa has, so rounding again is still right.
    divide(num, den, 128).map_or(0.0, |(mant, exp)| nearest(&mant, exp, format))
}

/// The nearest number of `format` to `mant * 2^exp`.
fn nearest(mant: &IBig, exp: i64, format: &Format) -> f64 {
    let magnitude = mant.abs();
    let len = magnitude.bit_len() as i64;
    let unit = (exp + len - format.bits).max(format.min_exp);
    let shift = unit - exp;
    // More than one bit below the smallest subnormal: zero, without a shift of any size.
    if len == 0 || shift > len + 1 {
        return 0.0;
    }
    let rounded = if shift >= 0 {
        round_shift(magnitude, shift as usize)
    } else {
        magnitude << shift.unsigned_abs() as usize
    };
    let positive = assemble(&rounded, unit, format);
    if signum(mant) < 0 {
        -positive
    } else {
        positive
    }
}

/// `mant * 2^exp`, which is exact in `f64` unless infinite.
fn assemble(mant: &IBig, exp: i64, format: &Format) -> f64 {
    if mant.bit_len() as i64 + exp > format.max_top {
        return f64::INFINITY;
    }
    // The mantissa has at most 53 bits here, so nothing is lost.
    #[allow(clippy::cast_precision_loss)]
    let mant = u64::try_from(mant).unwrap_or(0) as f64;
    let scale = match exp {
        ..-1022 => f64::from_bits(1 << (exp + 1074)),
        _ => f64::from_bits(((exp + 1023) as u64) << 52),
    };
    mant * scale
}

/// `x * 2^exp` if that is an integer.
fn exact_int(x: &IBig, exp: i64) -> Option<IBig> {
    let shift = exp.unsigned_abs() as usize;
    if exp >= 0 {
        return Some(x << shift);
    }
    let zeros = x.trailing_zeros().unwrap_or(usize::MAX);
    (zeros >= shift).then(|| x >> shift)
}

/// A quotient of at least `bits` bits as mantissa and exponent; its lowest bit is sticky. `None` for division by zero.
fn divide(num: &IBig, den: &IBig, bits: usize) -> Option<(IBig, i64)> {
    if *den == IBig::ZERO {
        return None;
    }
    let shift = (bits + 2 + den.bit_len()).saturating_sub(num.bit_len());
    let (quotient, remainder) = (num << shift).div_rem(den);
    let sticky = IBig::from(u8::from(remainder != IBig::ZERO));
    // The quotient is truncated, so the sticky bit moves it away from zero.
    let negative = signum(num) * signum(den) < 0;
    let doubled: IBig = quotient << 1;
    let mant = if negative {
        doubled - sticky
    } else {
        doubled + sticky
    };
    Some((mant, -(shift as i64) - 1))
}

/// `x / 2^shift` rounded to the nearest integer, ties to even.
fn round_shift(x: IBig, shift: usize) -> IBig {
    if shift == 0 {
        return x;
    }
    let negative = signum(&x) < 0;
    let magnitude = x.abs();
    let half = magnitude.bit(shift - 1);
    let rest = magnitude.trailing_zeros().unwrap_or(usize::MAX) < shift - 1;
    let down: IBig = magnitude >> shift;
    let up = half && (rest || down.bit(0));
    let rounded = if up { down + IBig::ONE } else { down };
    if negative { -rounded } else { rounded }
}

/// The fraction `num / den` in lowest terms; `None` for a zero denominator.
pub(super) fn ratio(num: &IBig, den: &IBig) -> Option<RBig> {
    if *den == IBig::ZERO {
        return None;
    }
    let divisor = IBig::from(num.gcd(den));
    let (num, den) = (num / &divisor, den / &divisor);
    Some(RBig::from_parts_signed(num, den))
}
