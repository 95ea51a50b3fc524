//! The standard library's facts, embedded in the binary.
