//! What reports take from a rule's documentation: a first sentence, a paragraph, plain text, a line of a list.

use std::io::{self, Write};

use super::{Style, text};
use crate::base::diag::Level;
use crate::finding::{Group, RuleMeta};

/// What stands before the first empty line.
pub(super) fn first_paragraph(text: &str) -> &str {
    text.trim().split("\n\n").next().unwrap_or_default()
}

/// The first sentence of a text, or of the first item of the list that it is, on one line.
pub(super) fn first_sentence(text: &str) -> String {
    let paragraph = first_paragraph(text);
    let item = match paragraph.strip_prefix("- ") {
        Some(list) => list.split("\n- ").next().unwrap_or_default(),
        None => paragraph,
    };
    let line = item.split_whitespace().collect::<Vec<_>>().join(" ");
    match line.find(". ") {
        Some(end) => line[..=end].to_string(),
        None => line,
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

/// Writes a Markdown table of rules: what each finds, and the level it has unless config says otherwise, or the preset
/// that has it.
pub fn write_rule_table(rules: &[&RuleMeta], out: &mut impl Write) -> io::Result<()> {
    writeln!(out, "| rule | finds | by default |\n| --- | --- | --- |")?;
    for rule in rules {
        let level = match (rule.group, rule.level) {
            (Group::Strict, Some(_)) => "in `strict`",
            (Group::Recommended, Some(level)) => level.as_str(),
            (Group::All, _) | (_, None) => "in `all`",
        };
        let summary = text::one_line(&rule.summary).replace('|', "\\|");
        writeln!(out, "| `{}` | {summary} | {level} |", rule.id)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::{first_sentence, plain};

    #[test]
    fn the_first_sentence_is_that_of_the_first_item() {
        assert_eq!(first_sentence("Use a\nbuffer. Or not.\n"), "Use a buffer.");
        let list = "- Use a buffer: a field\n  of the receiver.\n- Make it smaller.\n";
        assert_eq!(
            first_sentence(list),
            "Use a buffer: a field of the receiver."
        );
        assert_eq!(first_sentence(""), "");
    }

    #[test]
    fn plain_text_has_no_marks() {
        let markdown = "Why.\n\n## More\n\n```go\nx > y\n```\n\n- <https://go.dev>\n";
        assert_eq!(
            plain(markdown),
            "Why.\n\nMore:\n\nx > y\n\n- https://go.dev"
        );
    }
}
