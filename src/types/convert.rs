//! Conversions, and which constants a type can represent.
