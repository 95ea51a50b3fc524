//! A rule's documentation as pages: Markdown for `explain` and code scanning, and plain text made from it.

use std::io::{self, Write};

use super::{Style, text};
use crate::base::diag::Level;
use crate::finding::RuleMeta;

/// The rule's page: why, how to fix it, examples, options, references. The heading is left to the caller.
pub fn page(rule: &RuleMeta) -> String {
    let mut parts = vec![rule.summary.trim_end_matches('.').to_string() + "."];
    parts.extend(section("Why", rule.why.trim()));
    parts.extend(section("How to fix it", rule.fix.trim()));
    parts.extend(section("Found", &code_blocks(&rule.bad)));
    parts.extend(section("Not found", &code_blocks(&rule.good)));
    parts.extend(section("Options", &options(rule)));
    parts.extend(section("References", &references(rule)));
    parts.join("\n\n") + "\n"
}

fn section(title: &str, body: &str) -> Option<String> {
    (!body.is_empty()).then(|| format!("## {title}\n\n{body}"))
}

fn code_blocks(examples: &[String]) -> String {
    let blocks = examples.iter().map(|code| {
        let fence = fence(code);
        format!("{fence}go\n{}\n{fence}", code.trim_end())
    });
    blocks.collect::<Vec<_>>().join("\n\n")
}

/// A fence that the code does not hold itself.
fn fence(code: &str) -> String {
    let longest = code.split(|c| c != '`').map(str::len).max();
    "`".repeat(longest.unwrap_or(0).max(2) + 1)
}

fn options(rule: &RuleMeta) -> String {
    let lines = rule
        .options
        .iter()
        .map(|option| format!("- `{}`: {}", option.name, option.description));
    lines.collect::<Vec<_>>().join("\n")
}

fn references(rule: &RuleMeta) -> String {
    let lines = rule.references.iter().map(|url| format!("- <{url}>"));
    lines.collect::<Vec<_>>().join("\n")
}

/// What stands before the first empty line.
pub(super) fn first_paragraph(text: &str) -> &str {
    text.trim().split("\n\n").next().unwrap_or_default()
}

/// The first sentence of a text, on one line.
pub(super) fn first_sentence(text: &str) -> String {
    let paragraph = first_paragraph(text)
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ");
    match paragraph.find(". ") {
        Some(end) => paragraph[..=end].to_string(),
        None => paragraph,
    }
}

/// Markdown without its marks: fences go, headings end in a colon, links in angle brackets stand bare.
pub(super) fn plain(markdown: &str) -> String {
    let lines = markdown.lines().filter(|line| !line.starts_with("```"));
    lines
        .map(plain_line)
        .collect::<Vec<_>>()
        .join("\n")
        .trim()
        .to_string()
}

fn plain_line(line: &str) -> String {
    let link = || line.strip_prefix("- <")?.strip_suffix('>');
    match (line.strip_prefix("## "), link()) {
        (Some(title), _) => format!("{title}:"),
        (None, Some(url)) => format!("- {url}"),
        (None, None) => line.to_string(),
    }
}

/// Writes one line a rule: its id, the level it has here, and its summary, in columns.
///
/// `rules` are in the order to list; a level of `None` is off.
pub fn write_rule_list(
    rules: &[(&RuleMeta, Option<Level>)],
    style: Style,
    out: &mut impl Write,
) -> io::Result<()> {
    let width = rules.iter().map(|(rule, _)| rule.id.len()).max();
    for (rule, level) in rules {
        let (sgr, name) = match level {
            Some(Level::Error) => ("31;1", "error"),
            Some(Level::Warning) => ("33;1", "warning"),
            Some(Level::Note) => ("36;1", "note"),
            None => ("2", "off"),
        };
        let name = style.paint(sgr, &format!("{name:<7}"));
        let id = format!("{:<1$}", rule.id, width.unwrap_or(0));
        writeln!(out, "{id}  {name}  {}", text::one_line(&rule.summary))?;
    }
    Ok(())
}
