//! Findings → bytes. The last stage, and with `main` the only one that prints.
//!
//! | word | meaning |
//! | --- | --- |
//! | [`Parts`] | what the driver hands over: findings in any order, the rules' documentation, sources, a summary |
//! | [`Report`] | the same, located and sorted: every format writes the findings in this order |
//! | [`Format`] | one way to write a report; [`emit`] is the table of them |
//! | [`Notice`] | something about the run, not about code: a file that could not be read |
//!
//! Invariants:
//!
//! - The order is path, line, column, rule, message; what profiles measured comes first, the largest share at the top. Nothing depends on the order in which threads finished, and the
//!   same report gives the same bytes: no times, no machine paths. The one place with a clock is the summary for
//!   people ([`write_summary`]), which does not mix with the findings.
//! - Text that comes from the repository is made harmless before it reaches a terminal or a log (`text`).
//! - A report is written to any [`Write`]; files are opened by the caller.
//! - Suppressed and old findings are counted; json and sarif carry them if asked to, the others never.
//! - A limit on findings ([`Parts::limit`]) hides the quietest, never from counts and exit codes.

use std::collections::BTreeMap;
use std::io::{self, BufWriter, Write};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use crate::base::diag::Level;
use crate::base::source::{FileId, SourceFile};
use crate::base::span::{LineCol, Span};
use crate::finding::{Finding, Old, RuleMeta};
use crate::site::FlowStep;

mod concise;
mod diff;
mod explain;
mod format;
mod gcflags;
mod github;
mod guide;
mod human;
mod json;
mod markdown;
mod place;
mod progress;
mod sarif;
mod sites;
mod statistics;
mod style;
mod summary;
mod text;

pub use diff::write_diff;
pub use explain::{Explained, write_explanation, write_graph};
pub use format::Format;
pub use gcflags::{CompilerLines, write_compiler_lines};
pub use guide::{write_rule_list, write_rule_table};
pub use human::write_config_errors;
pub use place::Places;
pub use progress::Progress;
pub use sarif::line_hash::line_hashes;
pub use sites::write_sites;
pub use statistics::write_statistics;
pub use style::Style;
pub use summary::{write_notices, write_summary};

/// What a report is made of.
#[derive(Clone, Debug, Default)]
pub struct Parts {
    /// All findings, suppressed and old ones included, in any order.
    pub findings: Vec<Finding>,
    /// How many findings to list at most, the loudest first; `None` lists all.
    pub limit: Option<usize>,
    /// The rules in force, in any order, those of syntax errors and misused comments included.
    pub rules: Vec<RuleDoc>,
    /// At least the files that findings and their flows lie in.
    pub files: BTreeMap<FileId, Arc<SourceFile>>,
    /// Figures of the run.
    pub summary: Summary,
    /// What the compiler would print, files in any order; empty unless [`Format::Gcflags`] is wanted.
    pub compiler_lines: Vec<CompilerLines>,
    /// What went wrong outside of Go code, in any order.
    pub notices: Vec<Notice>,
    /// What paths are relative to.
    pub places: Places,
}

/// A rule and its page.
#[derive(Clone, Debug)]
pub struct RuleDoc {
    /// What is known of it.
    pub meta: RuleMeta,
    /// Why, what to do, examples, as GitHub-flavoured Markdown without a title.
    pub markdown: String,
}

/// Figures of a run.
#[derive(Clone, Debug, Default)]
pub struct Summary {
    /// Go files read.
    pub files: usize,
    /// Their bytes.
    pub bytes: u64,
    /// Packages they form.
    pub packages: usize,
    /// Import paths that were not found, in any order.
    pub missing_imports: Vec<String>,
    /// Wall-clock time of the run, for people only.
    pub elapsed: Option<Duration>,
}

/// Something about the run that its reader should know.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Notice {
    /// The file or folder it is about, if any.
    pub path: Option<PathBuf>,
    /// How loud it is.
    pub level: Level,
    /// One sentence, lower case, no full stop.
    pub message: String,
}

/// How to write, for the formats that ask.
#[derive(Clone, Debug)]
pub struct Options {
    /// For human.
    pub style: Style,
    /// For sarif: the name that tells several analyses of one commit apart.
    pub sarif_category: Option<String>,
    /// For json and sarif: carry suppressed and old findings, marked as such.
    pub show_suppressed: bool,
}

/// Located and sorted findings with all that the formats need.
#[derive(Clone, Debug)]
pub struct Report {
    findings: Vec<Located>,
    rules: Vec<RuleDoc>,
    files: BTreeMap<FileId, Arc<SourceFile>>,
    summary: Summary,
    compiler_lines: Vec<CompilerLines>,
    notices: Vec<Notice>,
    places: Places,
}

/// A finding with its position for people.
#[derive(Clone, Debug)]
struct Located {
    finding: Finding,
    at: Position,
    /// Whether a limit leaves it out of the list.
    omitted: bool,
}

/// A region for people: path as found, gc's lines and byte columns.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
struct Position {
    path: String,
    start: LineCol,
    end: LineCol,
}

impl Report {
    /// Locates and sorts `parts`.
    pub fn new(mut parts: Parts) -> Report {
        let mut findings: Vec<Located> = parts
            .findings
            .into_iter()
            .map(|finding| Located {
                at: locate(&parts.files, finding.file, finding.span),
                finding,
                omitted: false,
            })
            .collect();
        findings.sort_by(|a, b| {
            let by_share = b.share().cmp(&a.share());
            by_share.then_with(|| a.key().cmp(&b.key()))
        });
        if let Some(limit) = parts.limit {
            omit(&mut findings, limit);
        }
        parts.rules.sort_by(|a, b| a.meta.id.cmp(&b.meta.id));
        parts.notices.sort();
        parts.summary.missing_imports.sort();
        parts.summary.missing_imports.dedup();
        Report {
            findings,
            rules: parts.rules,
            files: parts.files,
            summary: parts.summary,
            compiler_lines: gcflags::sorted(parts.compiler_lines),
            notices: parts.notices,
            places: parts.places,
        }
    }

    /// How many open findings of `level` there are.
    pub fn count(&self, level: Level) -> usize {
        self.open().filter(|f| f.finding.level == level).count()
    }

    /// The loudest level of the open findings: what the exit code hangs on.
    pub fn worst(&self) -> Option<Level> {
        self.open().map(|f| f.finding.level).max()
    }

    /// The findings that are neither suppressed nor old, in order.
    fn open(&self) -> impl Iterator<Item = &Located> {
        self.findings.iter().filter(|f| f.finding.is_open())
    }

    /// The open findings that a limit leaves, in order.
    fn listed(&self) -> impl Iterator<Item = &Located> {
        self.open().filter(|f| !f.omitted)
    }

    /// The findings to carry, in order: the listed ones, and with them those that are not open, if asked to.
    fn carried(&self, show_suppressed: bool) -> impl Iterator<Item = &Located> {
        let wanted = move |f: &&Located| show_suppressed || f.finding.is_open();
        self.findings.iter().filter(wanted).filter(|f| !f.omitted)
    }

    /// What is known of the rule called `id`, and its index.
    fn rule(&self, id: &str) -> Option<(usize, &RuleMeta)> {
        let index = self
            .rules
            .binary_search_by(|rule| rule.meta.id.as_str().cmp(id))
            .ok()?;
        Some((index, &self.rules[index].meta))
    }

    /// How many findings comments suppress.
    fn suppressed(&self) -> usize {
        let suppressed = |f: &&Located| f.finding.suppressed.is_some();
        self.findings.iter().filter(suppressed).count()
    }

    /// How many findings that no comment suppresses are known from before, to `old`.
    fn old(&self, old: Old) -> usize {
        let is_old = |f: &&Located| f.finding.suppressed.is_none() && f.finding.old == Some(old);
        self.findings.iter().filter(is_old).count()
    }

    /// How many open findings a limit leaves out.
    fn omitted(&self) -> usize {
        self.open().filter(|f| f.omitted).count()
    }

    fn locate(&self, file: FileId, span: Span) -> Position {
        locate(&self.files, file, span)
    }
}

/// Keeps the `limit` loudest open findings, the first of equals.
fn omit(findings: &mut [Located], limit: usize) {
    let mut open: Vec<&mut Located> = findings
        .iter_mut()
        .filter(|f| f.finding.is_open())
        .collect();
    open.sort_by_key(|f| std::cmp::Reverse(f.finding.level));
    open.iter_mut().skip(limit).for_each(|f| f.omitted = true);
}

impl Located {
    fn key(&self) -> (&Position, &str, &str, u64) {
        let finding = &self.finding;
        (
            &self.at,
            &finding.rule,
            &finding.message,
            finding.fingerprint,
        )
    }

    /// The share of a profile that was measured here, in millionths.
    fn share(&self) -> u32 {
        let site = self.finding.site.as_ref();
        let measured = site.and_then(|site| site.heat.measured.as_ref());
        measured.map_or(0, |measured| measured.share)
    }

    /// The identity as it is written: 16 lower-case hex digits.
    fn fingerprint(&self) -> String {
        format!("{:016x}", self.finding.fingerprint)
    }

    /// From the site to where it outlives its frame; empty if there is no site or no flow was computed.
    fn flow(&self) -> &[FlowStep] {
        match &self.finding.site {
            Some(site) => &site.flow,
            None => &self.finding.trail,
        }
    }
}

/// The position of `span`; of an unknown file only that it is unknown.
fn locate(files: &BTreeMap<FileId, Arc<SourceFile>>, file: FileId, span: Span) -> Position {
    match files.get(&file) {
        Some(source) => Position {
            path: place::shown(source.path()),
            start: source.line_col(span.start),
            end: source.line_col(span.end),
        },
        None => Position {
            path: "(unknown file)".to_string(),
            start: LineCol { line: 1, column: 1 },
            end: LineCol { line: 1, column: 1 },
        },
    }
}

/// Reports can have a hundred thousand lines: with this much at a time, writing them is no matter.
const BUFFER_BYTES: usize = 256 << 10;

/// `out`, written in large pieces.
fn buffered(out: &mut dyn Write) -> BufWriter<&mut dyn Write> {
    BufWriter::with_capacity(BUFFER_BYTES, out)
}

/// Writes `report` as `format`. Errors are those of `out`.
pub fn emit(
    format: Format,
    report: &Report,
    options: &Options,
    out: &mut dyn Write,
) -> io::Result<()> {
    let mut out = buffered(out);
    match format {
        Format::Human => human::write(report, options.style, &mut out),
        Format::Concise => concise::write(report, &mut out),
        Format::Json => json::write(report, options.show_suppressed, &mut out),
        Format::Sarif => sarif::write(report, options, &mut out),
        Format::Github => github::write(report, &mut out),
        Format::Markdown => markdown::write(report, &mut out),
        Format::Gcflags => gcflags::write(&report.compiler_lines, &mut out),
    }?;
    out.flush()
}
