//! Instances of generic types and functions.
