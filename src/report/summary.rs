//! The end of a run for people: how many findings, how much was read how fast, what was missing.

use std::io::{self, Write};
use std::time::Duration;

use super::{Notice, Report, Style, place, text};
use crate::base::diag::Level;
use crate::finding::Old;

/// How many missing imports are named.
const MAX_NAMES: usize = 10;

/// Writes the summary: a verdict, the figures, and where to read on.
///
/// It holds the run's time, so it goes to another stream than the findings.
pub fn write_summary(report: &Report, style: Style, out: &mut impl Write) -> io::Result<()> {
    let sgr = match report.worst() {
        Some(Level::Error) => "31;1",
        Some(Level::Warning) => "33;1",
        Some(Level::Note) => "36;1",
        None => "32;1",
    };
    writeln!(out, "{}", style.paint(sgr, &verdict(report)))?;
    for line in figures(report, report.summary.elapsed) {
        writeln!(out, "{line}")?;
    }
    match commonest_rule(report) {
        Some(rule) => writeln!(out, "More about a rule: heaplint explain {rule}"),
        None => Ok(()),
    }
}

/// Writes what went wrong outside of Go code, one line each.
pub fn write_notices(report: &Report, style: Style, out: &mut impl Write) -> io::Result<()> {
    for notice in &report.notices {
        let level = match notice.level {
            Level::Error => style.paint("31;1", "error"),
            Level::Warning => style.paint("33;1", "warning"),
            Level::Note => style.paint("36;1", "note"),
        };
        writeln!(out, "{level}: {}", notice_text(notice))?;
    }
    Ok(())
}

fn notice_text(notice: &Notice) -> String {
    let message = text::one_line(&notice.message);
    match &notice.path {
        Some(path) => format!("{}: {message}", text::one_line(&place::shown(path))),
        None => message.into_owned(),
    }
}

/// `2 errors, 1 warning (3 suppressed, 40 in the baseline)`, or that there is nothing.
pub(super) fn verdict(report: &Report) -> String {
    let counts: Vec<String> = [Level::Error, Level::Warning, Level::Note]
        .into_iter()
        .map(|level| (report.count(level), level))
        .filter(|(n, _)| *n > 0)
        .map(|(n, level)| text::count(n, level.as_str()))
        .collect();
    let found = match counts.as_slice() {
        [] => "no findings".to_string(),
        counts => counts.join(", "),
    };
    match asides(report).as_slice() {
        [] => found,
        asides => format!("{found} ({})", asides.join(", ")),
    }
}

/// What is counted but not listed, and why.
fn asides(report: &Report) -> Vec<String> {
    let counts = [
        (report.suppressed(), "suppressed"),
        (report.old(Old::Baseline), "in the baseline"),
        (report.old(Old::Revision), "there before"),
        (report.omitted(), "not listed"),
    ];
    let some = counts.iter().filter(|(n, _)| *n > 0);
    some.map(|(n, what)| format!("{n} {what}")).collect()
}

/// What was read, in what time if given, and what could not be found.
pub(super) fn figures(report: &Report, elapsed: Option<Duration>) -> Vec<String> {
    let missing = &report.summary.missing_imports;
    let mut lines = vec![read(report, elapsed)];
    if !missing.is_empty() {
        lines.push(format!(
            "{} not found: {}. What hangs on them is not reported; `go mod vendor` or `go mod download` brings them.",
            text::count(missing.len(), "import"),
            names(missing)
        ));
    }
    lines
}

fn read(report: &Report, elapsed: Option<Duration>) -> String {
    let summary = &report.summary;
    if summary.files == 0 {
        return "Checked nothing: no Go file was found that is built, and not excluded.".to_owned();
    }
    let megabytes = summary.bytes as f64 / 1e6;
    let size = if megabytes < 0.1 {
        format!("{:.1} kB", megabytes * 1e3)
    } else {
        format!("{megabytes:.1} MB")
    };
    let what = format!(
        "Checked {} ({size}) of {}",
        text::count(summary.files, "file"),
        text::count(summary.packages, "package")
    );
    match elapsed.map(|elapsed| elapsed.as_secs_f64()) {
        Some(seconds) if seconds > 0.0 => {
            format!("{what} in {seconds:.2} s, {:.1} MB/s", megabytes / seconds)
        }
        _ => what,
    }
}

fn names(missing: &[String]) -> String {
    let named: Vec<_> = missing
        .iter()
        .take(MAX_NAMES)
        .map(|name| text::one_line(name))
        .collect();
    match missing.len() - named.len() {
        0 => named.join(", "),
        more => format!("{} and {more} more", named.join(", ")),
    }
}

/// The rule with the most findings; of several the first by name.
fn commonest_rule(report: &Report) -> Option<&str> {
    let mut rules: Vec<&str> = report.open().map(|f| f.finding.rule.as_str()).collect();
    rules.sort_unstable();
    let runs = rules.chunk_by(|a, b| a == b);
    runs.min_by_key(|run| std::cmp::Reverse(run.len()))
        .map(|run| run[0])
}
