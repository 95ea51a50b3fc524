//! What a stage says about user code or user files, as plain data.
//!
//! A diagnostic carries facts and a place. Wording beyond the one-line message, colours and snippets are the business of
//! `report`. Stages return `(value, Vec<Diagnostic>)` and never fail on user code.

use serde::{Deserialize, Serialize};

use super::source::FileId;
use super::span::Span;

/// How loud a finding or diagnostic is. The order is by loudness.
#[derive(
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Debug,
    Serialize,
    Deserialize,
    schemars::JsonSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// Worth knowing.
    Note,
    /// Worth acting on.
    Warning,
    /// Fails the run by default.
    Error,
}

impl Level {
    /// The lower-case name that config, SARIF and workflow commands share.
    pub fn as_str(self) -> &'static str {
        match self {
            Level::Note => "note",
            Level::Warning => "warning",
            Level::Error => "error",
        }
    }
}

/// A problem in a Go file that the file's own stage found: a syntax error, a bad directive.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Diagnostic {
    /// The file it lies in.
    pub file: FileId,
    /// The bytes it is about.
    pub span: Span,
    /// How loud it is.
    pub level: Level,
    /// The built-in rule that reports it, e.g. `syntax-error`.
    pub rule: &'static str,
    /// One sentence, lower case, no full stop, as the compiler words it.
    pub message: String,
}
