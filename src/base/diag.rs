//! What a stage says about user code or user files, as plain data.
//!
//! A diagnostic carries facts and a place. Wording beyond the one-line message, colours and snippets are the business of
//! `report`. Stages return `(value, Vec<Diagnostic>)` and never fail on user code.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::source::{FileId, SourceFile};
use super::span::Span;
use super::yaml::Problem;

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

/// A level, or off.
#[derive(Deserialize, Serialize, schemars::JsonSchema, Clone, Copy, PartialEq, Eq, Debug)]
#[serde(rename_all = "lowercase")]
pub enum LevelName {
    /// Not reported.
    Off,
    /// Worth knowing.
    Note,
    /// Worth acting on.
    Warning,
    /// Fails the run by default.
    Error,
}

/// The names of [`LevelName`].
pub const LEVELS: [&str; 4] = ["off", "note", "warning", "error"];

impl LevelName {
    /// The level; `None` is off.
    pub fn level(self) -> Option<Level> {
        match self {
            LevelName::Off => None,
            LevelName::Note => Some(Level::Note),
            LevelName::Warning => Some(Level::Warning),
            LevelName::Error => Some(Level::Error),
        }
    }

    /// The name of a level or of off.
    pub fn of(level: Option<Level>) -> LevelName {
        match level {
            None => LevelName::Off,
            Some(Level::Note) => LevelName::Note,
            Some(Level::Warning) => LevelName::Warning,
            Some(Level::Error) => LevelName::Error,
        }
    }

    /// The level called `text`.
    pub fn parse(text: &str) -> Option<LevelName> {
        Some(match text {
            "off" => LevelName::Off,
            "note" => LevelName::Note,
            "warning" => LevelName::Warning,
            "error" => LevelName::Error,
            _ => return None,
        })
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

/// Something wrong in a config or rule file, with all that is needed to show it at its place.
#[derive(Clone, Debug)]
pub struct ConfigError {
    /// The file, with its bytes as they were read; empty if it could not be read.
    pub file: Arc<SourceFile>,
    /// The bytes it is about; empty at 0 if it is about the whole file.
    pub span: Span,
    /// One sentence, lower case, no full stop.
    pub message: String,
    /// What would be right: "did you mean `off`?".
    pub help: Option<String>,
    /// A second place in the file and what it has to do with it.
    pub related: Option<(Span, String)>,
}

impl ConfigError {
    /// A YAML problem as an error of `file`.
    pub fn new(file: &Arc<SourceFile>, problem: Problem) -> ConfigError {
        ConfigError {
            file: Arc::clone(file),
            span: problem.span,
            message: problem.message,
            help: problem.help,
            related: problem.related,
        }
    }
}

impl std::fmt::Display for ConfigError {
    /// `path:line:column: message (help)`.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let at = self.file.line_col(self.span.start);
        let path = self.file.path().display();
        write!(f, "{path}:{}:{}: {}", at.line, at.column, self.message)?;
        match &self.help {
            Some(help) => write!(f, " ({help})"),
            None => Ok(()),
        }
    }
}
