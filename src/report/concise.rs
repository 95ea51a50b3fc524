//! One line a finding, for editors, `grep` and people in a hurry: `path:line:column: level: message [rule]`.

use std::io::{self, Write};

use super::{Report, text};

/// Writes the listed findings.
pub(super) fn write(report: &Report, out: &mut impl Write) -> io::Result<()> {
    for found in report.listed() {
        let (at, finding) = (&found.at, &found.finding);
        writeln!(
            out,
            "{}:{}:{}: {}: {} [{}]",
            text::one_line(&at.path),
            at.start.line,
            at.start.column,
            finding.level.as_str(),
            text::one_line(&finding.message),
            finding.rule
        )?;
    }
    Ok(())
}
