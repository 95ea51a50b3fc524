//! Findings counted by rule, instead of a list of them.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};

use serde::Serialize;

use super::{Format, Report, Style, text};
use crate::base::diag::Level;

/// What is known of the findings of one rule.
#[derive(Serialize)]
struct Row<'r> {
    rule: &'r str,
    /// The loudest level it has anywhere.
    level: Level,
    findings: usize,
    files: usize,
    summary: &'r str,
}

/// Writes one line a rule with open findings: how many, in how many files, at which level; the most frequent first. As
/// [`Format::Json`] the same in an array.
pub fn write_statistics(
    report: &Report,
    format: Format,
    style: Style,
    out: &mut dyn Write,
) -> io::Result<()> {
    let rows = rows(report);
    if format == Format::Json {
        serde_json::to_writer_pretty(&mut *out, &rows)?;
        return writeln!(out);
    }
    let width = rows.iter().map(|row| row.rule.len()).max().unwrap_or(0);
    for row in &rows {
        let sgr = match row.level {
            Level::Error => "31;1",
            Level::Warning => "33;1",
            Level::Note => "36;1",
        };
        writeln!(
            out,
            "{:>6}  {}  {:width$}  in {}",
            row.findings,
            style.paint(sgr, &format!("{:<7}", row.level.as_str())),
            row.rule,
            text::count(row.files, "file"),
        )?;
    }
    Ok(())
}

fn rows(report: &Report) -> Vec<Row<'_>> {
    let mut by_rule: BTreeMap<&str, (usize, Level, BTreeSet<&str>)> = BTreeMap::new();
    for found in report.open() {
        let level = found.finding.level;
        let entry = by_rule
            .entry(&found.finding.rule)
            .or_insert((0, level, BTreeSet::new()));
        entry.0 += 1;
        entry.1 = entry.1.max(level);
        entry.2.insert(&found.at.path);
    }
    let row = |(rule, (findings, level, files)): (_, (_, _, BTreeSet<&str>))| Row {
        rule,
        level,
        findings,
        files: files.len(),
        summary: report.rule(rule).map_or("", |(_, meta)| &meta.summary),
    };
    let mut rows: Vec<Row<'_>> = by_rule.into_iter().map(row).collect();
    rows.sort_by_key(|row| std::cmp::Reverse(row.findings));
    rows
}
