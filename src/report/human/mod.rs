//! Findings as a terminal shows them: snippets with labelled spans. The only home of miette.
//!
//! miette gets a [`Window`](window::Window) of the source: the lines around the labels, cut to a readable length and
//! with nothing in them that acts on a terminal. So a file with one line of 100 MB costs a few hundred bytes.

use std::fmt;
use std::io::{self, Write};

use miette::{
    Diagnostic, GraphicalReportHandler, GraphicalTheme, LabeledSpan, Severity, SourceCode,
    ThemeCharacters, ThemeStyles,
};

use super::{Located, Report, Style, guide, place, text};
use crate::base::bytesize;
use crate::base::diag::{ConfigError, Level};
use crate::base::span::Span;
use crate::site::{Cost, Site};

mod window;

use window::{Label, Window};

/// One report in miette's terms.
#[derive(Debug)]
struct Snippet {
    code: String,
    message: String,
    level: Level,
    help: String,
    window: Window,
}

impl fmt::Display for Snippet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Snippet {}

impl Diagnostic for Snippet {
    fn code<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        Some(Box::new(&self.code))
            .filter(|code| !code.is_empty())
            .map(|code| code as _)
    }

    fn severity(&self) -> Option<Severity> {
        Some(match self.level {
            Level::Error => Severity::Error,
            Level::Warning => Severity::Warning,
            Level::Note => Severity::Advice,
        })
    }

    fn help<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        Some(Box::new(&self.help))
            .filter(|help| !help.is_empty())
            .map(|help| help as _)
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        (!self.window.is_empty()).then_some(&self.window)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        Some(Box::new(self.window.labels()))
    }
}

/// Writes the open findings, each with its snippet, and a blank line behind each.
pub(super) fn write(report: &Report, style: Style, out: &mut impl Write) -> io::Result<()> {
    let handler = handler(style);
    for found in report.listed() {
        render(&handler, &snippet(report, found), out)?;
    }
    Ok(())
}

/// Writes mistakes in config and rule files, each at its place. They stop the run, so all are errors.
pub fn write_config_errors(
    errors: &[ConfigError],
    style: Style,
    out: &mut impl Write,
) -> io::Result<()> {
    let handler = handler(style);
    for error in errors {
        render(&handler, &config_snippet(error), out)?;
    }
    Ok(())
}

fn render(
    handler: &GraphicalReportHandler,
    snippet: &Snippet,
    out: &mut impl Write,
) -> io::Result<()> {
    let mut text = String::new();
    handler
        .render_report(&mut text, snippet)
        .map_err(io::Error::other)?;
    // miette indents empty lines; a file of findings should have no blanks at line ends.
    for line in text.lines() {
        writeln!(out, "{}", line.trim_end())?;
    }
    writeln!(out)
}

fn handler(style: Style) -> GraphicalReportHandler {
    let theme = GraphicalTheme {
        characters: if style.unicode {
            ThemeCharacters::unicode()
        } else {
            ThemeCharacters::ascii()
        },
        styles: if style.color {
            ThemeStyles::ansi()
        } else {
            ThemeStyles::none()
        },
    };
    GraphicalReportHandler::new_themed(theme)
        .with_width(style.width)
        .with_links(false)
        .with_context_lines(window::CONTEXT as usize)
}

fn snippet(report: &Report, found: &Located) -> Snippet {
    let finding = &found.finding;
    let file = report.files.get(&finding.file);
    Snippet {
        code: finding.rule.clone(),
        message: text::one_line(&finding.message).into_owned(),
        level: finding.level,
        help: help(report, found),
        window: file.map_or_else(Window::default, |file| {
            Window::new(&found.at.path, file, &labels(found))
        }),
    }
}

/// The finding itself with what it costs, and the steps of its flow in the same file, numbered.
fn labels(found: &Located) -> Vec<Label> {
    let finding = &found.finding;
    let main = Label {
        span: finding.span,
        text: finding.site.as_deref().map(cost).unwrap_or_default(),
    };
    let steps = found.flow().iter().enumerate();
    let here = steps.filter(|(_, step)| step.file == finding.file);
    let notes = here.map(|(i, step)| Label {
        span: step.span,
        text: format!("{}. {}", i + 1, text::one_line(&step.note)),
    });
    std::iter::once(main).chain(notes).collect()
}

/// What a site costs and why it runs often, in a few words.
fn cost(site: &Site) -> String {
    let what = match (&site.cost, site.size) {
        (Cost::Never, _) => "allocates nothing".to_string(),
        (Cost::Unknown, _) => "may allocate".to_string(),
        (Cost::Maybe(condition), _) => format!("allocates if {condition}"),
        (Cost::Always, Some(size)) => {
            format!("allocates {}", bytesize::display(size))
        }
        (Cost::Always, None) => "allocates".to_string(),
    };
    match site.heat.why.first() {
        Some(why) => text::one_line(&format!("{what}, {why}")).into_owned(),
        None => text::one_line(&what).into_owned(),
    }
}

/// The remedy, and the steps of the flow that lie in other files.
fn help(report: &Report, found: &Located) -> String {
    let finding = &found.finding;
    let rule = report.rule(&finding.rule);
    let remedy = match (&finding.advice, rule) {
        (Some(advice), _) => advice
            .iter()
            .map(|a| text::one_line(a).into_owned())
            .collect(),
        (None, Some((_, rule))) => vec![guide::first_sentence(&rule.fix)],
        (None, None) => Vec::new(),
    };
    let steps = found.flow().iter().enumerate();
    let elsewhere = steps
        .filter(|(_, step)| step.file != finding.file)
        .map(|(i, step)| {
            let at = report.locate(step.file, step.span);
            let (path, note) = (text::one_line(&at.path), text::one_line(&step.note));
            let (line, column) = (at.start.line, at.start.column);
            format!("{}. {note} at {path}:{line}:{column}", i + 1)
        });
    let lines = remedy.into_iter().chain(elsewhere);
    let lines = lines.filter(|line| !line.is_empty());
    lines.collect::<Vec<_>>().join("\n")
}

/// An error in a file that could not be read, or about the file as a whole, has no place to show.
fn config_snippet(error: &ConfigError) -> Snippet {
    let path = place::shown(error.file.path());
    let message = text::one_line(&error.message);
    let placed = error.span != Span::default();
    Snippet {
        code: String::new(),
        message: if placed {
            message.into_owned()
        } else {
            format!("{}: {message}", text::one_line(&path))
        },
        level: Level::Error,
        help: text::one_line(error.help.as_deref().unwrap_or_default()).into_owned(),
        window: if placed {
            Window::new(&path, &error.file, &config_labels(error))
        } else {
            Window::default()
        },
    }
}

fn config_labels(error: &ConfigError) -> Vec<Label> {
    let main = (error.span, String::new());
    let related = error.related.clone();
    std::iter::once(main)
        .chain(related)
        .map(|(span, text)| Label {
            span,
            text: text::one_line(&text).into_owned(),
        })
        .collect()
}
