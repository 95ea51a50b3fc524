//! Conversions between kinds of constants, and whether a type can hold a value.

use std::sync::Arc;

use dashu_int::IBig;
use dashu_int::ops::BitTest;
use dashu_ratio::RBig;

use super::float::{self, DOUBLE, Float, Format, SINGLE};
use super::{Kind, MAX_EXACT_BITS, Value};

/// Width and signedness of an integer type.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct IntSize {
    /// 8, 16, 32 or 64.
    pub bits: u32,
    /// Whether it has negative values.
    pub signed: bool,
}

/// What a basic type can hold; the untyped ones have no limits of their own.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Fit {
    /// `bool`, untyped or not.
    Bool,
    /// `string`, untyped or not.
    String,
    /// A sized integer type.
    Int(IntSize),
    /// Untyped integers and runes.
    UntypedInt,
    /// `float32`
    Float32,
    /// `float64`
    Float64,
    /// Untyped floats.
    UntypedFloat,
    /// `complex64`
    Complex64,
    /// `complex128`
    Complex128,
    /// Untyped complex numbers.
    UntypedComplex,
}

impl Value {
    /// The value as an integer, if it is one: floats must be whole (up to their last four bits, which rounding may have
    /// spoilt) and of moderate size, complex numbers real. Unknown otherwise.
    #[must_use]
    pub fn to_int(&self) -> Value {
        match self {
            Value::Int(_) | Value::Big(_) => self.clone(),
            Value::Rat(x) if x.is_int() => Value::from_big(x.numerator().clone()),
            Value::Float(x) => x.to_int().map_or(Value::Unknown, Value::from_big),
            Value::Complex(_) => match self.to_float() {
                Value::Unknown => Value::Unknown,
                real => real.to_int(),
            },
            _ => Value::Unknown,
        }
    }

    /// The value as a float; unknown for what is no real number.
    #[must_use]
    pub fn to_float(&self) -> Value {
        match self {
            Value::Int(x) => Value::Rat(Arc::new(RBig::from(*x))),
            Value::Big(x) if x.bit_len() < MAX_EXACT_BITS => {
                Value::Rat(Arc::new(RBig::from((**x).clone())))
            }
            Value::Big(x) => Value::from_float(Float::new((**x).clone(), 0)),
            Value::Rat(_) | Value::Float(_) => self.clone(),
            Value::Complex(parts) if parts.1.sign() == 0 => parts.0.to_float(),
            _ => Value::Unknown,
        }
    }

    /// The value as a complex number; unknown for what is no number.
    #[must_use]
    pub fn to_complex(&self) -> Value {
        match self.kind() {
            Kind::Complex => self.clone(),
            Kind::Int | Kind::Float => Value::from_parts(self.clone(), Value::Int(0)),
            _ => Value::Unknown,
        }
    }

    /// The nearest number of `format`; 0 for what is no real number.
    pub(super) fn nearest(&self, format: &Format) -> f64 {
        match self {
            Value::Int(x) => float::nearest_quotient(&IBig::from(*x), &IBig::ONE, format),
            Value::Big(x) => float::nearest_quotient(x, &IBig::ONE, format),
            Value::Rat(x) => {
                let den = IBig::from(x.denominator().clone());
                float::nearest_quotient(x.numerator(), &den, format)
            }
            Value::Float(x) => x.nearest(format),
            _ => 0.0,
        }
    }

    /// The value that a type of this size takes for it: rounded for floats, an integer for integer types. `None` when
    /// the type cannot represent it (Go spec, "Representability"). Unknown fits everywhere, so that one error does
    /// not bring more.
    pub fn represent(&self, fit: Fit) -> Option<Value> {
        if self.is_unknown() {
            return Some(Value::Unknown);
        }
        match fit {
            Fit::Bool => (self.kind() == Kind::Bool).then(|| self.clone()),
            Fit::String => (self.kind() == Kind::String).then(|| self.clone()),
            Fit::Int(size) => known(self.to_int()).filter(|x| x.fits_int(size)),
            Fit::UntypedInt => known(self.to_int()),
            Fit::Float32 => known(self.to_float())?.round(&SINGLE),
            Fit::Float64 => known(self.to_float())?.round(&DOUBLE),
            Fit::UntypedFloat => known(self.to_float()).map(|_| self.clone()),
            Fit::Complex64 => self.round_complex(&SINGLE),
            Fit::Complex128 => self.round_complex(&DOUBLE),
            Fit::UntypedComplex => known(self.to_complex()).map(|_| self.clone()),
        }
    }

    fn fits_int(&self, size: IntSize) -> bool {
        match (self, size.signed) {
            (Value::Int(x), true) => {
                let limit = 1i64.checked_shl(size.bits - 1).unwrap_or(i64::MIN);
                size.bits >= 64 || (-limit..limit).contains(x)
            }
            (_, true) => false,
            (_, false) => self.sign() >= 0 && self.bit_len() <= size.bits as usize,
        }
    }

    fn round(&self, format: &Format) -> Option<Value> {
        known(Value::from_f64(self.nearest(format)))
    }

    fn round_complex(&self, format: &Format) -> Option<Value> {
        let complex = known(self.to_complex())?;
        let re = complex.real().round(format)?;
        let im = complex.imaginary().round(format)?;
        Some(Value::from_parts(re, im))
    }
}

/// `Some` unless unknown.
fn known(x: Value) -> Option<Value> {
    (!x.is_unknown()).then_some(x)
}
