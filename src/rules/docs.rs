//! A rule's page, from the same file that makes it a rule: as text for `heaplint explain`, as Markdown for SARIF.

use std::fmt::Write;

use crate::base::bytesize;
use crate::base::diag::LevelName;
use crate::finding::{Group, RuleMeta};
use crate::option::{OptionSpec, OptionType, OptionValue};

/// The page for a terminal: plain text, code indented by four blanks.
pub fn page(rule: &RuleMeta) -> String {
    let mut out = format!("{}\n{}\n\n", rule.id, "=".repeat(rule.id.len()));
    paragraph(&mut out, &format!("{}. {}", rule.summary, standing(rule)));
    section(&mut out, "Why", &rule.why);
    section(&mut out, "What to do", &rule.fix);
    for (title, snippets) in [("Found", &rule.bad), ("Left alone", &rule.good)] {
        for snippet in snippets {
            section(&mut out, title, &indent(snippet));
        }
    }
    if !rule.options.is_empty() {
        let list: Vec<String> = rule.options.iter().map(option_line).collect();
        section(&mut out, "Options", &list.join("\n"));
    }
    if !rule.references.is_empty() {
        section(&mut out, "More", &rule.references.join("\n"));
    }
    out
}

/// The page as Markdown, without the title and summary, which reports show apart.
pub fn markdown(rule: &RuleMeta) -> String {
    let mut out = String::new();
    paragraph(&mut out, &rule.why);
    heading(&mut out, "What to do", &rule.fix);
    for (title, snippets) in [("Found", &rule.bad), ("Left alone", &rule.good)] {
        for snippet in snippets {
            heading(
                &mut out,
                title,
                &format!("```go\n{}\n```", snippet.trim_end()),
            );
        }
    }
    if !rule.options.is_empty() {
        let list: Vec<String> = rule
            .options
            .iter()
            .map(|o| format!("- {}", option_line(o)))
            .collect();
        heading(&mut out, "Options", &list.join("\n"));
    }
    if !rule.references.is_empty() {
        let list: Vec<String> = rule.references.iter().map(|r| format!("- <{r}>")).collect();
        heading(&mut out, "More", &list.join("\n"));
    }
    out.truncate(out.trim_end().len());
    out
}

/// Level, version and tags in one sentence.
fn standing(rule: &RuleMeta) -> String {
    let level = match LevelName::of(rule.level) {
        LevelName::Off => "Off",
        LevelName::Note => "A note",
        LevelName::Warning => "A warning",
        LevelName::Error => "An error",
    };
    let mut text = match rule.group {
        Group::Recommended => format!("{level} by default"),
        Group::Strict => format!("{level} in `strict` and `all`, off by default"),
        Group::All => format!("{level} in `all`, off by default"),
    };
    if !rule.since.is_empty() {
        let _ = write!(text, ", since {}", rule.since);
    }
    if !rule.tags.is_empty() {
        let _ = write!(text, " ({})", rule.tags.join(", "));
    }
    if let Some(origin) = &rule.origin {
        let _ = write!(text, ", from {origin}");
    }
    text + "."
}

fn option_line(option: &OptionSpec) -> String {
    format!(
        "`{}` (default {}): {}",
        option.name,
        shown(option),
        option.description
    )
}

fn shown(option: &OptionSpec) -> String {
    match (&option.default, option.ty) {
        (OptionValue::Number(n), OptionType::Size) => bytesize::display(*n),
        (OptionValue::Number(n), _) => n.to_string(),
        (OptionValue::Bool(b), _) => b.to_string(),
        (OptionValue::Names(list), _) if list.is_empty() => "none".to_owned(),
        (OptionValue::Names(list), _) => list.join(", "),
    }
}

fn paragraph(out: &mut String, text: &str) {
    out.push_str(text.trim_end());
    out.push_str("\n\n");
}

fn section(out: &mut String, title: &str, text: &str) {
    paragraph(
        out,
        &format!("{title}\n{}\n{}", "-".repeat(title.len()), text.trim_end()),
    );
}

fn heading(out: &mut String, title: &str, text: &str) {
    paragraph(out, &format!("## {title}\n\n{}", text.trim_end()));
}

fn indent(code: &str) -> String {
    code.lines().fold(String::new(), |mut out, line| {
        if !line.is_empty() {
            out.push_str("    ");
        }
        out.push_str(line);
        out.push('\n');
        out
    })
}
