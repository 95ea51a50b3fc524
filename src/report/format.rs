//! The report formats by name.

use std::str::FromStr;

/// How findings are written. The names are those of `--format` and `--output`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub enum Format {
    /// Snippets with labelled spans, for a terminal.
    #[default]
    Human,
    /// `path:line:column: level: message [rule]`, one line a finding.
    Concise,
    /// Our own versioned JSON.
    Json,
    /// SARIF 2.1.0, as GitHub code scanning reads it.
    Sarif,
    /// GitHub workflow commands: annotations without an upload.
    Github,
    /// A job summary in GitHub-flavoured Markdown.
    Markdown,
    /// What the compiler prints with `-gcflags=-m`, of all files of the checked packages, instead of findings.
    Gcflags,
}

impl Format {
    /// All formats, in the order in which help shows them.
    pub const ALL: [Format; 7] = [
        Format::Human,
        Format::Concise,
        Format::Json,
        Format::Sarif,
        Format::Github,
        Format::Markdown,
        Format::Gcflags,
    ];

    /// The name on the command line.
    pub fn as_str(self) -> &'static str {
        match self {
            Format::Human => "human",
            Format::Concise => "concise",
            Format::Json => "json",
            Format::Sarif => "sarif",
            Format::Github => "github",
            Format::Markdown => "markdown",
            Format::Gcflags => "gcflags",
        }
    }
}

impl FromStr for Format {
    type Err = String;

    fn from_str(name: &str) -> Result<Format, String> {
        let found = Format::ALL.into_iter().find(|f| f.as_str() == name);
        found.ok_or_else(|| {
            let names = Format::ALL.map(Format::as_str).join(", ");
            format!("no format is called `{name}`; there are {names}")
        })
    }
}
