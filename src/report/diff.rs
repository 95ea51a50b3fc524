//! Edits as a unified diff, which `git apply` and `patch` read.

use std::io::{self, Write};

use super::place;
use crate::base::source::SourceFile;
use crate::base::span::Span;
use crate::edit::{Edit, apply};

/// How many unchanged lines stand around a change.
const CONTEXT: usize = 3;

/// Lines that are replaced: their indices in the old file, and the new text.
struct Change {
    first: usize,
    last: usize,
    new: Vec<Vec<u8>>,
}

/// Writes what `edits`, sorted and without overlap, change in `file`.
pub fn write_diff(file: &SourceFile, edits: &[Edit], out: &mut dyn Write) -> io::Result<()> {
    let old: Vec<Vec<u8>> = lines(file.text());
    let changes = changes(file, &old, edits);
    if changes.is_empty() {
        return Ok(());
    }
    let path = place::shown(file.path());
    let path = path.trim_start_matches("./");
    writeln!(out, "--- a/{path}\n+++ b/{path}")?;
    let mut shift = 0_i64;
    let near = |a: &Change, b: &Change| b.first - a.last <= 2 * CONTEXT;
    for hunk in changes.chunk_by(near) {
        write_hunk(&old, hunk, &mut shift, out)?;
    }
    Ok(())
}

/// Lines with their ends.
fn lines(text: &[u8]) -> Vec<Vec<u8>> {
    text.split_inclusive(|&b| b == b'\n')
        .map(<[u8]>::to_vec)
        .collect()
}

/// The lines that edits touch, in groups that share none, as far as they differ.
fn changes(file: &SourceFile, old: &[Vec<u8>], edits: &[Edit]) -> Vec<Change> {
    let lines_of = |edit: &Edit| {
        let line = |offset| file.line_col(offset).line as usize - 1;
        (line(edit.span.start), line(edit.span.end))
    };
    let share = |a: &Edit, b: &Edit| lines_of(b).0 <= lines_of(a).1;
    let groups = edits.chunk_by(share);
    let mut all: Vec<Change> = Vec::new();
    for next in groups.map(|group| change(file, old, group, lines_of)) {
        match all.last_mut() {
            Some(last) if last.last == next.first => {
                last.last = next.last;
                last.new.extend(next.new);
            }
            _ if next.first == next.last && next.new.is_empty() => {}
            _ => all.push(next),
        }
    }
    all
}

fn change(
    file: &SourceFile,
    old: &[Vec<u8>],
    group: &[Edit],
    lines_of: impl Fn(&Edit) -> (usize, usize),
) -> Change {
    let mut first = group.iter().map(|e| lines_of(e).0).min().unwrap_or(0);
    let last = group.iter().map(|e| lines_of(e).1).max().unwrap_or(0);
    let mut last = (last + 1).min(old.len());
    let start: usize = old.iter().take(first).map(Vec::len).sum();
    let within: Vec<Edit> = group
        .iter()
        .map(|e| {
            let start = start as u32;
            let span = Span::new(e.span.start - start, e.span.end - start);
            Edit::new(span, e.text.as_str())
        })
        .collect();
    let end: usize = old.iter().take(last).map(Vec::len).sum();
    let text = file.text().get(start..end).unwrap_or_default();
    let mut new = lines(&apply(text, &within));
    while first < last && new.first() == old.get(first) {
        new.remove(0);
        first += 1;
    }
    while first < last && new.last() == old.get(last - 1) {
        new.pop();
        last -= 1;
    }
    Change { first, last, new }
}

fn write_hunk(
    old: &[Vec<u8>],
    hunk: &[Change],
    shift: &mut i64,
    out: &mut dyn Write,
) -> io::Result<()> {
    let (Some(first), Some(last)) = (hunk.first(), hunk.last()) else {
        return Ok(());
    };
    let from = first.first.saturating_sub(CONTEXT);
    let to = (last.last + CONTEXT).min(old.len());
    let grown: i64 = hunk
        .iter()
        .map(|c| c.new.len() as i64 - (c.last - c.first) as i64)
        .sum();
    let removed = to - from;
    let added = removed as i64 + grown;
    let start = from as i64 + *shift;
    let begin = |at: i64, count: i64| if count == 0 { at } else { at + 1 };
    writeln!(
        out,
        "@@ -{},{removed} +{},{added} @@",
        begin(from as i64, removed as i64),
        begin(start, added)
    )?;
    *shift += grown;
    let mut at = from;
    for change in hunk {
        write_lines(b' ', &old[at..change.first], out)?;
        write_lines(b'-', &old[change.first..change.last], out)?;
        write_lines(b'+', &change.new, out)?;
        at = change.last;
    }
    write_lines(b' ', &old[at..to], out)
}

fn write_lines(mark: u8, lines: &[Vec<u8>], out: &mut dyn Write) -> io::Result<()> {
    for line in lines {
        out.write_all(&[mark])?;
        out.write_all(line)?;
        if !line.ends_with(b"\n") {
            out.write_all(b"\n\\ No newline at end of file\n")?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::{Edit, SourceFile, Span, write_diff};

    fn diff(text: &str, edits: &[(&str, &str)]) -> String {
        let file = SourceFile::new("./p/a.go", text.as_bytes());
        let edit = |(from, to): &(&str, &str)| {
            let start = text.find(from).unwrap() as u32;
            Edit::new(Span::new(start, start + from.len() as u32), *to)
        };
        let edits: Vec<Edit> = edits.iter().map(edit).collect();
        let mut out = Vec::new();
        write_diff(&file, &edits, &mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn changes_near_each_other_share_a_hunk() {
        let text = "a\nb\nc\nd\ne\nf\ng\nh\ni\nj\nk\nl\nm\n";
        assert_eq!(
            diff(text, &[("b\n", "b\nB\n"), ("d", "D")]),
            "--- a/p/a.go\n+++ b/p/a.go\n@@ -1,7 +1,8 @@\n a\n b\n+B\n c\n-d\n+D\n e\n f\n g\n"
        );
        assert_eq!(
            diff(text, &[("b\n", ""), ("l", "L")]),
            "--- a/p/a.go\n+++ b/p/a.go\n@@ -1,5 +1,4 @@\n a\n-b\n c\n d\n e\n@@ -9,5 +8,5 @@\n i\n j\n k\n-l\n+L\n m\n"
        );
    }

    #[test]
    fn a_last_line_without_an_end_says_so() {
        assert_eq!(
            diff("a\r\nb", &[("b", "c")]),
            "--- a/p/a.go\n+++ b/p/a.go\n@@ -1,2 +1,2 @@\n a\r\n-b\n\\ No newline at end of file\n+c\n\\ No newline at end of file\n"
        );
        assert_eq!(diff("a\n", &[("a", "a")]), "");
    }
}
