//! All tests.

#![allow(clippy::unwrap_used)] // a test that unwraps fails with the value, which is what it is for

mod report;
