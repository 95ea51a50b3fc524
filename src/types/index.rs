//! Index and slice expressions.
