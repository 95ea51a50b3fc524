//! GitHub workflow commands: annotations in a job's log and on the pull request, without an upload.
//!
//! GitHub takes ten of each level from a step, first come first served, so the most important come first and the rest
//! is counted in a plain line. Escaping is that of GitHub's actions toolkit: `%`, CR and LF in messages, and `:` and
//! `,` in properties too; what would act on the log is made visible first.

use std::io::{self, Write};

use super::place::LineRange;
use super::{Located, Report, text};
use crate::base::diag::Level;

/// How many annotations of one level GitHub shows for a step.
const MAX_PER_LEVEL: usize = 10;

const LEVELS: [Level; 3] = [Level::Error, Level::Warning, Level::Note];

/// Writes at most ten findings a level, errors first, and how many were left out.
pub(super) fn write(report: &Report, out: &mut impl Write) -> io::Result<()> {
    for level in LEVELS {
        let findings = report.listed().filter(|f| f.finding.level == level);
        for found in findings.take(MAX_PER_LEVEL) {
            write_command(report, found, out)?;
        }
    }
    let left_out: Vec<String> = LEVELS
        .into_iter()
        .map(|level| (report.count(level).saturating_sub(MAX_PER_LEVEL), level))
        .filter(|(more, _)| *more > 0)
        .map(|(more, level)| text::count(more, level.as_str()))
        .collect();
    if left_out.is_empty() {
        return Ok(());
    }
    writeln!(
        out,
        "heaplint: {} more; GitHub shows {MAX_PER_LEVEL} annotations of each level",
        left_out.join(", ")
    )
}

fn write_command(report: &Report, found: &Located, out: &mut impl Write) -> io::Result<()> {
    let finding = &found.finding;
    let command = match finding.level {
        Level::Error => "error",
        Level::Warning => "warning",
        Level::Note => "notice",
    };
    let title = format!("heaplint: {}", finding.rule);
    let message = text::one_line(&finding.message);
    writeln!(
        out,
        "::{command} {},title={}::{}",
        place(report, found),
        property(&title),
        data(&message)
    )
}

fn place(report: &Report, found: &Located) -> String {
    let Some(file) = report.files.get(&found.finding.file) else {
        return format!("file={}", property(&found.at.path));
    };
    let range = LineRange::of(file, found.finding.span);
    let (column, end_column) = range.utf16(file);
    format!(
        "file={},line={line},endLine={line},col={column},endColumn={end_column}",
        property(&report.places.annotation(file.path())),
        line = range.line
    )
}

fn data(text: &str) -> String {
    text.replace('%', "%25")
        .replace('\r', "%0D")
        .replace('\n', "%0A")
}

fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}
