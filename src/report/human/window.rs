//! The part of a file that a snippet shows.
//!
//! A window holds the lines around each label, sanitised and cut, one behind the other in one text. Lines that follow
//! each other in the file form a group; miette may draw a frame over a group, never across two. Labels are moved into
//! this text, and what miette asks (line and column of a label) is answered with the true ones.

use std::collections::BTreeSet;
use std::ops::Range;

use miette::{LabeledSpan, MietteError, MietteSpanContents, SourceCode, SourceSpan, SpanContents};

use crate::base::source::SourceFile;
use crate::base::span::Span;
use crate::report::place::LineRange;
use crate::report::text;

/// How many lines are shown before and after a label.
pub(super) const CONTEXT: u32 = 1;

/// How many bytes of a line are shown, and how many of them before the first label in it.
const MAX_LINE: usize = 240;
const MAX_LEAD: usize = 80;

/// How many labels a snippet has at most.
const MAX_LABELS: usize = 12;

/// Bytes of the file with a text; the first label of a window is the finding itself.
#[derive(Clone, Debug)]
pub(super) struct Label {
    pub(super) span: Span,
    pub(super) text: String,
}

/// The lines that a snippet shows.
#[derive(Debug, Default)]
pub(super) struct Window {
    name: String,
    text: String,
    lines: Vec<Line>,
    labels: Vec<Placed>,
}

#[derive(Debug)]
struct Line {
    number: u32,
    /// Where the line is in the window's text, its line end included.
    range: Range<usize>,
}

#[derive(Debug)]
struct Placed {
    range: Range<usize>,
    column: u32,
    text: String,
}

impl Window {
    /// The window of `file`, shown as `name`, around `labels`.
    pub(super) fn new(name: &str, file: &SourceFile, labels: &[Label]) -> Window {
        let labels: Vec<(LineRange, &Label)> = labels
            .iter()
            .take(MAX_LABELS)
            .map(|label| (LineRange::of(file, label.span), label))
            .collect();
        let mut window = Window {
            name: text::one_line(name).into_owned(),
            ..Window::default()
        };
        for number in shown_lines(file, &labels) {
            window.push_line(file, number, &labels);
        }
        // miette colours labels by their order and takes the first as primary, so the finding stays in front.
        window.labels.sort_by_key(|label| label.range.start);
        window
    }

    /// Whether there is nothing to show.
    pub(super) fn is_empty(&self) -> bool {
        self.lines.is_empty()
    }

    /// The labels at their places in the window's text.
    pub(super) fn labels(&self) -> impl Iterator<Item = LabeledSpan> + '_ {
        self.labels.iter().map(|label| {
            let text = Some(label.text.clone()).filter(|text| !text.is_empty());
            LabeledSpan::new(text, label.range.start, label.range.len())
        })
    }

    fn push_line(&mut self, file: &SourceFile, number: u32, labels: &[(LineRange, &Label)]) {
        let bytes = file.line_text(number);
        let here = labels.iter().filter(|(range, _)| range.line == number);
        let first = here.clone().map(|(range, _)| range.start as usize).min();
        let part = cut(bytes, first.unwrap_or(0));
        let start = self.text.len();
        if part.start > 0 {
            self.text.push('…');
        }
        let body = self.text.len();
        self.text.push_str(&text::source_line(&bytes[part.clone()]));
        let end = self.text.len();
        for (range, label) in here {
            let at = |offset: u32| {
                let offset = (offset as usize).clamp(part.start, part.end);
                (body + text::source_line(&bytes[part.start..offset]).len()).min(end)
            };
            self.labels.push(Placed {
                range: at(range.start)..at(range.end),
                column: range.start + 1,
                text: label.text.clone(),
            });
        }
        if part.end < bytes.len() {
            self.text.push('…');
        }
        self.text.push('\n');
        self.lines.push(Line {
            number,
            range: start..self.text.len(),
        });
    }

    /// The indices of the lines that hold `span`, if they are in one group.
    fn lines_of(&self, span: &SourceSpan) -> Option<(usize, usize)> {
        let holds = |offset: usize| self.lines.iter().position(|l| l.range.contains(&offset));
        let first = holds(span.offset())?;
        let last = holds(span.offset() + span.len().saturating_sub(1))?;
        let together = self.lines[last].number - self.lines[first].number == (last - first) as u32;
        together.then_some((first, last))
    }

    /// `index` moved by up to `by` lines without leaving its group.
    fn stretch(&self, index: usize, by: usize, down: bool) -> usize {
        let mut at = index;
        for _ in 0..by {
            let next = if down {
                Some(at + 1)
            } else {
                at.checked_sub(1)
            };
            match next.filter(|&n| n < self.lines.len() && self.adjacent(at, n)) {
                Some(n) => at = n,
                None => break,
            }
        }
        at
    }

    fn adjacent(&self, a: usize, b: usize) -> bool {
        self.lines[a].number.abs_diff(self.lines[b].number) == 1
    }

    fn column(&self, offset: usize) -> u32 {
        let label = self.labels.iter().find(|label| label.range.start == offset);
        label.map_or(1, |label| label.column)
    }
}

impl SourceCode for Window {
    fn read_span<'a>(
        &'a self,
        span: &SourceSpan,
        before: usize,
        after: usize,
    ) -> Result<Box<dyn SpanContents<'a> + 'a>, MietteError> {
        let (first, last) = self.lines_of(span).ok_or(MietteError::OutOfBounds)?;
        let top = self.stretch(first, before, false);
        let bottom = self.stretch(last, after, true);
        let range = self.lines[top].range.start..self.lines[bottom].range.end;
        // Without context miette wants the position of the span itself, for the frame's headline.
        let column = if before == 0 {
            self.column(span.offset())
        } else {
            1
        };
        Ok(Box::new(MietteSpanContents::new_named(
            self.name.clone(),
            &self.text.as_bytes()[range.clone()],
            (range.start, range.len()).into(),
            self.lines[top].number as usize - 1,
            column as usize - 1,
            bottom - top + 1,
        )))
    }
}

/// The numbers of all lines to show, in order. A label behind the last line break shows that empty line too.
fn shown_lines(file: &SourceFile, labels: &[(LineRange, &Label)]) -> BTreeSet<u32> {
    let last = file.line_starts().len() as u32;
    let around = |(range, _): &(LineRange, &Label)| {
        range.line.saturating_sub(CONTEXT).max(1)..=(range.line + CONTEXT).min(last)
    };
    let mut lines: BTreeSet<u32> = labels.iter().flat_map(around).collect();
    let labelled = labels.iter().any(|(range, _)| range.line == last);
    if !labelled && file.line_text(last).is_empty() {
        lines.remove(&last);
    }
    lines
}

/// The part of a line that is shown, if something at byte `first` matters most in it.
fn cut(line: &[u8], first: usize) -> Range<usize> {
    if line.len() <= MAX_LINE {
        return 0..line.len();
    }
    let start = character_start(line, first.saturating_sub(MAX_LEAD));
    start..character_start(line, (start + MAX_LINE).min(line.len()))
}

/// The start of the UTF-8 sequence that byte `at` belongs to.
fn character_start(line: &[u8], at: usize) -> usize {
    let continues = |i: &usize| line.get(*i).is_some_and(|b| b & 0xC0 == 0x80);
    (0..4)
        .map(|back| at.saturating_sub(back))
        .find(|i| !continues(i))
        .unwrap_or(at)
}
