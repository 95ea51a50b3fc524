//! All tests in one binary, a module for each area.

mod parse;
