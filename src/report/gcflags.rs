//! `--format gcflags`: what `go build -gcflags=-m` prints, a line each, by file and place.
//!
//! ```text
//! cache/get.go:12:9: moved to heap: buf
//! ```
//!
//! Paths are relative to the current folder, without the `./` that the toolchain puts before files of that folder. As
//! with the compiler, a line that is said twice of one place is printed once, and a column of 255 or more is left out,
//! as is one that a `//line` directive made unknown.

use std::io::{self, Write};

use crate::base::span::LineCol;

/// The first column that the compiler's positions have no room for.
const MAX_COLUMN: u32 = 255;

/// What the compiler prints about one file, as it is written: packages render theirs side by side.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct CompilerLines {
    /// The file, as the user sees it; empty for what has no place.
    path: String,
    /// The lines, sorted, each once.
    text: Vec<u8>,
    /// gc's position of each line, and where it ends in `text`; column 0 is unknown.
    ends: Vec<(LineCol, usize)>,
}

impl CompilerLines {
    /// Lines about the file at `path`, in any order.
    pub fn new(path: String, mut lines: Vec<(LineCol, String)>) -> CompilerLines {
        lines.sort_unstable();
        lines.dedup();
        let size = |(_, text): &(LineCol, String)| path.len() + text.len() + ROOM_FOR_PLACE;
        let mut text = Vec::with_capacity(lines.iter().map(size).sum());
        let mut ends = Vec::with_capacity(lines.len());
        for (at, line) in lines {
            if !path.is_empty() {
                write_place(&path, at, &mut text);
            }
            text.extend_from_slice(line.as_bytes());
            text.push(b'\n');
            ends.push((at, text.len()));
        }
        CompilerLines { path, text, ends }
    }

    /// Lines about variables that have no place in the source.
    pub fn placeless(texts: Vec<String>) -> CompilerLines {
        let nowhere = LineCol { line: 0, column: 0 };
        let lines = texts.into_iter().map(|text| (nowhere, text));
        CompilerLines::new(String::new(), lines.collect())
    }

    fn lines(&self) -> impl Iterator<Item = (LineCol, &[u8])> {
        let starts = self.ends.iter().map(|&(_, end)| end);
        let starts = std::iter::once(0).chain(starts);
        starts
            .zip(&self.ends)
            .map(|(start, &(at, end))| (at, &self.text[start..end]))
    }

    /// What all of `parts` say, which are about one file.
    fn merged(parts: &[CompilerLines]) -> CompilerLines {
        let mut lines: Vec<_> = parts.iter().flat_map(CompilerLines::lines).collect();
        lines.sort_unstable();
        lines.dedup();
        let mut all = CompilerLines {
            path: parts.first().map_or_else(String::new, |p| p.path.clone()),
            text: Vec::with_capacity(parts.iter().map(|p| p.text.len()).sum()),
            ends: Vec::with_capacity(lines.len()),
        };
        for (at, line) in lines {
            all.text.extend_from_slice(line);
            all.ends.push((at, all.text.len()));
        }
        all
    }
}

/// What a place takes besides the path, as far as anyone has seen: `:12345:123: ` and the line's end.
const ROOM_FOR_PLACE: usize = 13;

/// Sorts files by path, and brings together what was said of one as part of several packages.
pub(super) fn sorted(mut files: Vec<CompilerLines>) -> Vec<CompilerLines> {
    files.sort_by(|a, b| a.path.cmp(&b.path));
    let mut sorted = Vec::with_capacity(files.len());
    let mut rest = files.into_iter().peekable();
    while let Some(file) = rest.next() {
        let mut parts = vec![file];
        while let Some(part) = rest.next_if(|next| next.path == parts[0].path) {
            parts.push(part);
        }
        sorted.push(match <[CompilerLines; 1]>::try_from(parts) {
            Ok([only]) => only,
            Err(parts) => CompilerLines::merged(&parts),
        });
    }
    sorted
}

/// Writes what [`sorted`] gave.
pub(super) fn write(files: &[CompilerLines], out: &mut impl Write) -> io::Result<()> {
    files.iter().try_for_each(|file| out.write_all(&file.text))
}

/// Writes what stands before the text.
fn write_place(path: &str, at: LineCol, out: &mut Vec<u8>) {
    out.extend_from_slice(path.as_bytes());
    write_number(at.line, out);
    if (1..MAX_COLUMN).contains(&at.column) {
        write_number(at.column, out);
    }
    out.extend_from_slice(b": ");
}

/// Writes a number behind a colon. There are hundreds of thousands of them, which the general formatting is slow for.
fn write_number(mut number: u32, out: &mut Vec<u8>) {
    let mut text = [b'0'; 11];
    let mut start = text.len();
    loop {
        start -= 1;
        text[start] += (number % 10) as u8;
        number /= 10;
        if number == 0 {
            break;
        }
    }
    text[start - 1] = b':';
    out.extend_from_slice(&text[start - 1..]);
}

/// Writes lines about files in no order, as [`Format::Gcflags`](super::Format::Gcflags) would print them.
pub fn write_compiler_lines(
    files: impl Iterator<Item = CompilerLines>,
    out: &mut dyn Write,
) -> io::Result<()> {
    let mut out = super::buffered(out);
    write(&sorted(files.collect()), &mut out)?;
    out.flush()
}

#[cfg(test)]
mod tests {
    use super::{CompilerLines, write_compiler_lines};
    use crate::base::span::LineCol;

    fn lines(path: &str, lines: &[(u32, u32, &str)]) -> CompilerLines {
        let line =
            |&(line, column, text): &(u32, u32, &str)| (LineCol { line, column }, text.to_owned());
        CompilerLines::new(path.to_owned(), lines.iter().map(line).collect())
    }

    #[test]
    fn a_file_of_two_packages_is_printed_once_and_far_columns_are_left_out() {
        let files = [
            lines("b.go", &[(10, 254, "x"), (9, 255, "y")]),
            lines("a.go", &[(1, 2, "z")]),
            lines("b.go", &[(10, 254, "x"), (9, 3, "w")]),
        ];
        let mut out = Vec::new();
        write_compiler_lines(files.into_iter(), &mut out).unwrap();
        let text = String::from_utf8(out).unwrap();
        assert_eq!(
            text,
            "a.go:1:2: z\nb.go:9:3: w\nb.go:9: y\nb.go:10:254: x\n"
        );
    }
}
