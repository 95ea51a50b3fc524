//! Operators on constants.

use std::cmp::Ordering;
use std::sync::Arc;

use dashu_int::IBig;
use dashu_ratio::RBig;

use super::float::{self, Float};
use super::{Kind, Value};
use crate::lex::token::Kind as Op;

/// Largest shift count to the left; the checker refuses much smaller ones.
const MAX_SHIFT: u64 = 10_000;

/// Two operands in one representation.
enum Pair {
    Unknown,
    Bool(bool, bool),
    Str(super::Text, super::Text),
    Int(i64, i64),
    Big(Arc<IBig>, Arc<IBig>),
    Rat(Arc<RBig>, Arc<RBig>),
    Float(Arc<Float>, Arc<Float>),
    Complex(Arc<(Value, Value)>, Arc<(Value, Value)>),
}

impl Value {
    /// How general a number's representation is.
    fn rank(&self) -> u8 {
        match self {
            Value::Unknown | Value::Bool(_) | Value::Str(_) => 0,
            Value::Int(_) => 1,
            Value::Big(_) => 2,
            Value::Rat(_) => 3,
            Value::Float(_) => 4,
            Value::Complex(_) => 5,
        }
    }

    fn is_number(&self) -> bool {
        self.rank() > 0
    }

    /// An integer's value; 0 for other kinds.
    fn to_big(&self) -> Arc<IBig> {
        match self {
            Value::Int(x) => Arc::new(IBig::from(*x)),
            Value::Big(x) => x.clone(),
            _ => Arc::new(IBig::ZERO),
        }
    }

    /// A number's exact value; 0 for what has none.
    fn to_ratio(&self) -> Arc<RBig> {
        match self {
            Value::Rat(x) => x.clone(),
            _ => Arc::new(RBig::from((*self.to_big()).clone())),
        }
    }

    /// The nearest float.
    fn to_big_float(&self) -> Arc<Float> {
        let rounded = match self {
            Value::Float(x) => return x.clone(),
            Value::Rat(x) => Float::quotient(x.numerator(), &IBig::from(x.denominator().clone())),
            _ => Float::new((*self.to_big()).clone(), 0),
        };
        Arc::new(rounded.unwrap_or_else(Float::zero))
    }

    fn to_pair(&self) -> Arc<(Value, Value)> {
        match self {
            Value::Complex(parts) => parts.clone(),
            _ => Arc::new((self.clone(), Value::Int(0))),
        }
    }

    /// Both operands in the more general of their representations; unknown when the kinds do not mix.
    fn matched(x: &Value, y: &Value) -> Pair {
        match (x, y) {
            (Value::Bool(x), Value::Bool(y)) => return Pair::Bool(*x, *y),
            (Value::Str(x), Value::Str(y)) => return Pair::Str(x.clone(), y.clone()),
            (Value::Int(x), Value::Int(y)) => return Pair::Int(*x, *y),
            _ if !x.is_number() || !y.is_number() => return Pair::Unknown,
            _ => {}
        }
        match x.rank().max(y.rank()) {
            2 => Pair::Big(x.to_big(), y.to_big()),
            3 => Pair::Rat(x.to_ratio(), y.to_ratio()),
            4 => Pair::Float(x.to_big_float(), y.to_big_float()),
            _ => Pair::Complex(x.to_pair(), y.to_pair()),
        }
    }

    /// `op x`. `unsigned_bits` is the width of an unsigned operand type, else 0: `^x` keeps within it.
    #[must_use]
    pub fn unary(op: Op, x: &Value, unsigned_bits: u32) -> Value {
        match (op, x) {
            (Op::Add, _) if x.is_number() => x.clone(),
            (Op::Sub, _) => negate(x),
            (Op::Xor, _) if x.kind() == Kind::Int => complement(x, unsigned_bits),
            (Op::Not, Value::Bool(b)) => Value::Bool(!b),
            _ => Value::Unknown,
        }
    }

    /// `x op y` for arithmetic, bit and logical operators and string concatenation. `/` of two integers is truncated
    /// when `integer_division`, a fraction otherwise.
    #[must_use]
    pub fn binary(x: &Value, op: Op, y: &Value, integer_division: bool) -> Value {
        match Value::matched(x, y) {
            Pair::Unknown => Value::Unknown,
            Pair::Bool(x, y) => binary_bool(x, op, y),
            Pair::Str(x, y) if op == Op::Add => x.concat(&y).map_or(Value::Unknown, Value::Str),
            Pair::Str(..) => Value::Unknown,
            Pair::Int(a, b) => binary_small(a, op, b, integer_division)
                .unwrap_or_else(|| binary_big(&x.to_big(), op, &y.to_big(), integer_division)),
            Pair::Big(x, y) => binary_big(&x, op, &y, integer_division),
            Pair::Rat(x, y) => binary_ratio(&x, op, &y),
            Pair::Float(x, y) => binary_float(&x, op, &y),
            Pair::Complex(x, y) => binary_complex(&x, op, &y),
        }
    }

    /// `x << count` or `x >> count` for integers; unknown for other kinds and for counts beyond all reason.
    #[must_use]
    pub fn shift(x: &Value, op: Op, count: u64) -> Value {
        match (op, x) {
            (_, Value::Int(_) | Value::Big(_)) if count == 0 => x.clone(),
            (Op::Shr, Value::Int(x)) => Value::Int(x >> count.min(63)),
            (Op::Shr, Value::Big(x)) => {
                Value::from_big(&**x >> usize::try_from(count).unwrap_or(usize::MAX))
            }
            (Op::Shl, Value::Int(_) | Value::Big(_)) if count <= MAX_SHIFT => {
                Value::from_big(&*x.to_big() << count as usize)
            }
            _ => Value::Unknown,
        }
    }

    /// Whether `x op y` for a comparison operator; false when a side is unknown or the kinds do not mix.
    pub fn compare(x: &Value, op: Op, y: &Value) -> bool {
        match Value::matched(x, y) {
            Pair::Unknown => false,
            Pair::Bool(x, y) => holds(op, x.cmp(&y)),
            Pair::Str(x, y) => holds(op, x.cmp(&y)),
            Pair::Int(x, y) => holds(op, x.cmp(&y)),
            Pair::Big(x, y) => holds(op, x.cmp(&y)),
            Pair::Rat(x, y) => holds(op, x.cmp(&y)),
            Pair::Float(x, y) => holds(op, x.compare(&y)),
            Pair::Complex(x, y) => {
                let equal =
                    Value::compare(&x.0, Op::Eq, &y.0) && Value::compare(&x.1, Op::Eq, &y.1);
                equal == (op == Op::Eq)
            }
        }
    }
}

/// Whether a comparison operator holds for operands in that order.
fn holds(op: Op, order: Ordering) -> bool {
    match op {
        Op::Eq => order.is_eq(),
        Op::Ne => order.is_ne(),
        Op::Lt => order.is_lt(),
        Op::Le => order.is_le(),
        Op::Gt => order.is_gt(),
        Op::Ge => order.is_ge(),
        _ => false,
    }
}

fn negate(x: &Value) -> Value {
    match x {
        Value::Int(x) => x
            .checked_neg()
            .map_or_else(|| Value::from_big(-IBig::from(*x)), Value::Int),
        Value::Big(x) => Value::from_big(-&**x),
        Value::Rat(x) => Value::Rat(Arc::new(-(**x).clone())),
        Value::Float(x) => Value::Float(Arc::new(x.neg())),
        Value::Complex(parts) => Value::from_parts(negate(&parts.0), negate(&parts.1)),
        Value::Unknown | Value::Bool(_) | Value::Str(_) => Value::Unknown,
    }
}

fn complement(x: &Value, unsigned_bits: u32) -> Value {
    let flipped = !&*x.to_big();
    if unsigned_bits == 0 {
        return Value::from_big(flipped);
    }
    let mask = (IBig::ONE << unsigned_bits as usize) - IBig::ONE;
    Value::from_big(flipped & mask)
}

fn binary_bool(x: bool, op: Op, y: bool) -> Value {
    match op {
        Op::AndAnd => Value::Bool(x && y),
        Op::OrOr => Value::Bool(x || y),
        _ => Value::Unknown,
    }
}

/// The operation in 64 bits; `None` when it overflows or is not one of integers only.
fn binary_small(a: i64, op: Op, b: i64, integer_division: bool) -> Option<Value> {
    let c = match op {
        Op::Add => a.checked_add(b)?,
        Op::Sub => a.checked_sub(b)?,
        Op::Mul => a.checked_mul(b)?,
        Op::Div if integer_division => a.checked_div(b)?,
        Op::Rem => a.checked_rem(b)?,
        Op::And => a & b,
        Op::Or => a | b,
        Op::Xor => a ^ b,
        Op::AndNot => a & !b,
        _ => return None,
    };
    Some(Value::Int(c))
}

fn binary_big(a: &IBig, op: Op, b: &IBig, integer_division: bool) -> Value {
    if matches!(op, Op::Div | Op::Rem) && *b == IBig::ZERO {
        return Value::Unknown;
    }
    Value::from_big(match op {
        Op::Add => a + b,
        Op::Sub => a - b,
        Op::Mul => a * b,
        Op::Div if integer_division => a / b,
        Op::Div => return float::ratio(a, b).map_or(Value::Unknown, Value::from_ratio),
        Op::Rem => a % b,
        Op::And => a & b,
        Op::Or => a | b,
        Op::Xor => a ^ b,
        Op::AndNot => a & !b,
        _ => return Value::Unknown,
    })
}

fn binary_ratio(a: &RBig, op: Op, b: &RBig) -> Value {
    Value::from_ratio(match op {
        Op::Add => a + b,
        Op::Sub => a - b,
        Op::Mul => a * b,
        Op::Div if !b.is_zero() => a / b,
        _ => return Value::Unknown,
    })
}

fn binary_float(a: &Float, op: Op, b: &Float) -> Value {
    Value::from_float(match op {
        Op::Add => a.add(b),
        Op::Sub => a.sub(b),
        Op::Mul => a.mul(b),
        Op::Div => a.div(b),
        _ => None,
    })
}

fn binary_complex(x: &(Value, Value), op: Op, y: &(Value, Value)) -> Value {
    let calc = |x: &Value, op, y: &Value| Value::binary(x, op, y, false);
    // Sum or difference of the products of two pairs of parts.
    let products = |p: (&Value, &Value), op, q: (&Value, &Value)| {
        calc(&calc(p.0, Op::Mul, p.1), op, &calc(q.0, Op::Mul, q.1))
    };
    match op {
        Op::Add | Op::Sub => Value::from_parts(calc(&x.0, op, &y.0), calc(&x.1, op, &y.1)),
        Op::Mul => Value::from_parts(
            products((&x.0, &y.0), Op::Sub, (&x.1, &y.1)),
            products((&x.1, &y.0), Op::Add, (&x.0, &y.1)),
        ),
        Op::Div => {
            // By the conjugate of the divisor, over the square of its length.
            let norm = products((&y.0, &y.0), Op::Add, (&y.1, &y.1));
            let re = products((&x.0, &y.0), Op::Add, (&x.1, &y.1));
            let im = products((&x.1, &y.0), Op::Sub, (&x.0, &y.1));
            Value::from_parts(calc(&re, Op::Div, &norm), calc(&im, Op::Div, &norm))
        }
        _ => Value::Unknown,
    }
}
