//! Expressions: unary, binary, shifts, comparisons, untyped operands.
