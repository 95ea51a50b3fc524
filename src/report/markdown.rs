//! A job summary in GitHub-flavoured Markdown, to be appended to the file that `$GITHUB_STEP_SUMMARY` names.
//!
//! A summary may have 1 MiB; [`MAX_ROWS`] rows of bounded cells stay far below that.

use std::io::{self, Write};

use super::{Located, Report, summary, text};
use crate::base::diag::Level;

const MAX_ROWS: usize = 100;
const MAX_CELL: usize = 300;

/// Writes a headline, a table of the most important findings and the figures of the run.
pub(super) fn write(report: &Report, out: &mut impl Write) -> io::Result<()> {
    writeln!(out, "### heaplint: {}\n", summary::verdict(report))?;
    write_table(report, out)?;
    for line in summary::figures(report, None) {
        writeln!(out, "{}\n", escape(&line))?;
    }
    Ok(())
}

fn write_table(report: &Report, out: &mut impl Write) -> io::Result<()> {
    let mut findings: Vec<&Located> = report.listed().collect();
    findings.sort_by_key(|f| std::cmp::Reverse(f.finding.level));
    if findings.is_empty() {
        return Ok(());
    }
    writeln!(
        out,
        "| | place | finding | rule |\n| --- | --- | --- | --- |"
    )?;
    for found in findings.iter().take(MAX_ROWS) {
        write_row(report, found, out)?;
    }
    match findings.len().saturating_sub(MAX_ROWS) {
        0 => writeln!(out),
        more => writeln!(out, "\n… and {} more.\n", text::count(more, "finding")),
    }
}

fn write_row(report: &Report, found: &Located, out: &mut impl Write) -> io::Result<()> {
    let finding = &found.finding;
    let path = match report.files.get(&finding.file) {
        Some(file) => report.places.annotation(file.path()),
        None => found.at.path.clone(),
    };
    writeln!(
        out,
        "| {} | {}:{}:{} | {} | {} |",
        mark(finding.level),
        escape(&path),
        found.at.start.line,
        found.at.start.column,
        escape(&finding.message),
        escape(&finding.rule)
    )
}

fn mark(level: Level) -> &'static str {
    match level {
        Level::Error => "❌ error",
        Level::Warning => "⚠️ warning",
        Level::Note => "ℹ️ note",
    }
}

/// `text` as a table cell: no markup of its own but backticks, which messages put around Go code.
///
/// An odd backtick would swallow the cells behind it, so without pairs they are escaped too.
fn escape(text: &str) -> String {
    let text = text::ellipsis(&text::one_line(text), MAX_CELL);
    let pairs = text.matches('`').count().is_multiple_of(2);
    let mut out = String::new();
    let mut code = false;
    for c in text.chars() {
        match c {
            '`' if pairs => code = !code,
            '|' => out.push('\\'),
            '<' | '>' | '&' if !code => {
                out.push_str(entity(c));
                continue;
            }
            '\\' | '*' | '_' | '[' | ']' | '#' | '~' | '@' | '`' | '!' if !code => out.push('\\'),
            _ => {}
        }
        out.push(c);
    }
    out
}

fn entity(c: char) -> &'static str {
    match c {
        '<' => "&lt;",
        '>' => "&gt;",
        _ => "&amp;",
    }
}

#[cfg(test)]
mod tests {
    use super::escape;

    #[test]
    fn cells_keep_code_and_lose_markup() {
        assert_eq!(escape("`a|b` *x* <b>"), "`a\\|b` \\*x\\* &lt;b&gt;");
        assert_eq!(escape("odd ` [x](y)\n|"), "odd \\` \\[x\\](y) \\|");
        assert_eq!(escape("`*T`"), "`*T`");
    }
}
