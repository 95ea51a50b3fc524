//! Constant values of any size and the operations of constant expressions.

/// A constant's value.
#[derive(Clone, PartialEq, Debug)]
pub enum Value {
    /// Not known, because of an error.
    Unknown,
    /// A boolean.
    Bool(bool),
    /// An integer.
    Int(i64),
}

impl Value {
    /// An integer.
    pub fn int(value: i64) -> Value {
        Value::Int(value)
    }
}
