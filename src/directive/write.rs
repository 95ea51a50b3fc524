//! Puts `//heaplint:ignore` comments where findings are.
//!
//! The place is the end of the finding's line, because a comment there holds for that line alone. Where the line ends in
//! another comment, or inside a literal or comment that goes on, it is a line of its own above. A line that already has an
//! `ignore` gets the rules added to its list.

use std::collections::{BTreeMap, BTreeSet};

use crate::base::source::SourceFile;
use crate::base::span::Span;
use crate::lex::{self, Lexed};

/// A finding to suppress.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Wanted {
    /// Its place.
    pub span: Span,
    /// The rule that found it.
    pub rule: String,
}

/// A file with comments added.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Written {
    /// Its new bytes.
    pub text: Vec<u8>,
    /// How many comments were added or extended.
    pub comments: usize,
    /// Lines that had room for none: both their ends lie inside of a literal.
    pub skipped: Vec<u32>,
}

/// `src` with comments that suppress `wanted` for `reason`, which is one line.
pub fn write(src: &SourceFile, wanted: &[Wanted], reason: &str) -> Written {
    let mut lines: BTreeMap<u32, BTreeSet<&str>> = BTreeMap::new();
    for one in wanted {
        let line = src.line_col(one.span.start).line;
        lines.entry(line).or_default().insert(&one.rule);
    }
    let writer = Writer {
        src,
        lexed: lex::lex(src.text()),
        reason,
    };
    let mut skipped = Vec::new();
    let mut insertions = Vec::new();
    for (line, rules) in lines {
        let rules: Vec<&str> = rules.into_iter().collect();
        match writer.insertion(line, &rules.join(",")) {
            Some(insertion) => insertions.push(insertion),
            None => skipped.push(line),
        }
    }
    Written {
        text: inserted(src.text(), &insertions),
        comments: insertions.len(),
        skipped,
    }
}

/// `text` with pieces put in at offsets, which ascend.
fn inserted(text: &[u8], insertions: &[(u32, String)]) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    let mut done = 0;
    for (at, piece) in insertions {
        out.extend(&text[done..*at as usize]);
        out.extend(piece.as_bytes());
        done = *at as usize;
    }
    out.extend(&text[done..]);
    out
}

struct Writer<'w> {
    src: &'w SourceFile,
    lexed: Lexed,
    reason: &'w str,
}

impl Writer<'_> {
    /// Where to put what, so that `rules` are ignored on `line`.
    fn insertion(&self, line: u32, rules: &str) -> Option<(u32, String)> {
        let start = *self.src.line_starts().get(line as usize - 1)?;
        let end = start + self.src.line_text(line).len() as u32;
        match self.comment_at_end(start, end) {
            None if !self.is_inside(end) => Some((end, format!(" {}", self.comment(rules)))),
            Some(comment) if self.is_ignore(comment) => {
                Some((self.end_of_list(comment), format!(",{rules}")))
            }
            _ if !self.is_inside(start) => Some((start, self.line_above(line, rules))),
            _ => None,
        }
    }

    fn comment(&self, rules: &str) -> String {
        format!("//heaplint:ignore {rules} -- {}", self.reason)
    }

    /// A comment on its own line, indented as `line` is.
    fn line_above(&self, line: u32, rules: &str) -> String {
        let text = self.src.line_text(line);
        let indent = text.iter().take_while(|b| b.is_ascii_whitespace()).count();
        let indent = String::from_utf8_lossy(&text[..indent]);
        let newline = if self.src.text().contains(&b'\r') {
            "\r\n"
        } else {
            "\n"
        };
        format!("{indent}{}{newline}", self.comment(rules))
    }

    /// The `//` comment that begins between `start` and `end`.
    fn comment_at_end(&self, start: u32, end: u32) -> Option<Span> {
        let comments = &self.lexed.comments;
        let behind = comments.partition_point(|c| c.span.start < end);
        let last = comments.get(behind.checked_sub(1)?)?.span;
        let line_comment = last.text(self.src.text()).starts_with(b"//");
        (last.start >= start && line_comment).then_some(last)
    }

    fn is_ignore(&self, comment: Span) -> bool {
        let text = comment.text(self.src.text());
        let rest = text.strip_prefix(b"//heaplint:ignore");
        rest.is_some_and(|rest| rest.starts_with(b" "))
    }

    /// The offset behind the last rule that an `ignore` names.
    fn end_of_list(&self, comment: Span) -> u32 {
        let text = comment.text(self.src.text());
        let list = match text.windows(3).position(|w| w == b" --") {
            Some(reason) => &text[..reason],
            None => text,
        };
        comment.start + list.trim_ascii_end().len() as u32
    }

    /// Whether `offset` lies inside a literal or a comment.
    fn is_inside(&self, offset: u32) -> bool {
        let around = |span: Span| span.start < offset && offset < span.end;
        let tokens = &self.lexed.tokens;
        let token = tokens
            .partition_point(|t| t.start() < offset)
            .checked_sub(1);
        let token = token.map(|i| Span::new(tokens[i].start(), self.lexed.end(tokens[i])));
        let comments = &self.lexed.comments;
        let comment = comments.partition_point(|c| c.span.start < offset);
        let comment = comment.checked_sub(1).map(|i| comments[i].span);
        token.is_some_and(around) || comment.is_some_and(around)
    }
}

#[cfg(test)]
mod tests {
    use super::{SourceFile, Span, Wanted, write};

    /// `text` with a comment for rule `r` on each line that has `HERE` in it.
    fn written(text: &str) -> (String, Vec<u32>) {
        let src = SourceFile::new("a.go", text.as_bytes());
        let wanted: Vec<Wanted> = text
            .match_indices("HERE")
            .map(|(at, _)| Wanted {
                span: Span::new(at as u32, at as u32 + 4),
                rule: "r".into(),
            })
            .collect();
        let written = write(&src, &wanted, "why");
        (String::from_utf8(written.text).unwrap(), written.skipped)
    }

    #[track_caller]
    fn check(text: &str, wanted: &str) {
        assert_eq!(written(text), (wanted.to_owned(), Vec::new()));
    }

    #[test]
    fn the_end_of_the_line_is_the_place() {
        check(
            "a\n\tHERE(HERE)\r\nb",
            "a\n\tHERE(HERE) //heaplint:ignore r -- why\r\nb",
        );
        check("HERE", "HERE //heaplint:ignore r -- why");
        check(
            "HERE /* x */\n",
            "HERE /* x */ //heaplint:ignore r -- why\n",
        );
    }

    #[test]
    fn a_comment_that_is_there_is_kept() {
        check(
            "a\n\tHERE // note\n",
            "a\n\t//heaplint:ignore r -- why\n\tHERE // note\n",
        );
        check(
            "HERE //heaplint:ignore q -- because\n",
            "HERE //heaplint:ignore q,r -- because\n",
        );
        check("HERE //heaplint:ignore q\n", "HERE //heaplint:ignore q,r\n");
    }

    #[test]
    fn literals_stay_as_they_are() {
        check(
            "\tf(HERE, `a\nb`)\n",
            "\t//heaplint:ignore r -- why\n\tf(HERE, `a\nb`)\n",
        );
        let inside = "f(`a\nb`, HERE, `c\nd`)\n";
        assert_eq!(written(inside), (inside.to_owned(), vec![2]));
    }
}
