//! Constant values as bytes, for facts.

use std::sync::Arc;

use dashu_int::{IBig, UBig};
use dashu_ratio::RBig;

use super::{Float, Value};
use crate::base::bytes::{Corrupt, Reader, put_bytes, put_int};

const UNKNOWN: u8 = 0;
const FALSE: u8 = 1;
const TRUE: u8 = 2;
const STRING: u8 = 3;
const INT: u8 = 4;
const BIG: u8 = 5;
const RATIO: u8 = 6;
const FLOAT: u8 = 7;
const COMPLEX: u8 = 8;

impl Value {
    /// Appends the value.
    pub fn write(&self, out: &mut Vec<u8>) {
        match self {
            Value::Unknown => out.push(UNKNOWN),
            Value::Bool(false) => out.push(FALSE),
            Value::Bool(true) => out.push(TRUE),
            Value::Str(text) => {
                out.push(STRING);
                put_bytes(out, &text.to_bytes());
            }
            Value::Int(x) => {
                out.push(INT);
                put_int(out, *x);
            }
            Value::Big(x) => {
                out.push(BIG);
                put_bytes(out, &x.to_le_bytes());
            }
            Value::Rat(x) => {
                out.push(RATIO);
                put_bytes(out, &x.numerator().to_le_bytes());
                put_bytes(out, &x.denominator().to_le_bytes());
            }
            Value::Float(x) => {
                out.push(FLOAT);
                put_bytes(out, &x.mantissa().to_le_bytes());
                put_int(out, x.exponent());
            }
            Value::Complex(parts) => {
                out.push(COMPLEX);
                parts.0.write(out);
                parts.1.write(out);
            }
        }
    }

    /// Reads a value that [`Value::write`] wrote.
    pub fn read(r: &mut Reader<'_>) -> Result<Value, Corrupt> {
        match r.byte()? {
            COMPLEX => {
                let re = Value::read_part(r)?;
                let im = Value::read_part(r)?;
                Ok(Value::from_parts(re, im))
            }
            tag => Value::read_tagged(r, tag),
        }
    }

    /// A part of a complex number, which is not complex itself.
    fn read_part(r: &mut Reader<'_>) -> Result<Value, Corrupt> {
        let tag = r.byte()?;
        Value::read_tagged(r, tag)
    }

    fn read_tagged(r: &mut Reader<'_>, tag: u8) -> Result<Value, Corrupt> {
        Ok(match tag {
            UNKNOWN => Value::Unknown,
            FALSE => Value::Bool(false),
            TRUE => Value::Bool(true),
            STRING => Value::string(r.bytes()?),
            INT => Value::Int(r.int()?),
            BIG => Value::from_big(IBig::from_le_bytes(r.bytes()?)),
            RATIO => {
                let numerator = IBig::from_le_bytes(r.bytes()?);
                let denominator = UBig::from_le_bytes(r.bytes()?);
                if denominator == UBig::ZERO {
                    return Err(Corrupt("fraction without a denominator"));
                }
                Value::Rat(Arc::new(RBig::from_parts(numerator, denominator)))
            }
            FLOAT => {
                let mantissa = IBig::from_le_bytes(r.bytes()?);
                Value::from_float(Float::new(mantissa, r.int()?))
            }
            _ => return Err(Corrupt("unknown kind of constant")),
        })
    }
}
