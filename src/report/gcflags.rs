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

/// What the compiler prints about one file.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct CompilerLines {
    /// The file, as the user sees it; empty for what has no place.
    path: String,
    /// gc's positions and what follows them, sorted, each line once; column 0 is unknown.
    lines: Vec<(LineCol, String)>,
}

impl CompilerLines {
    /// Lines about the file at `path`, in any order.
    pub fn new(path: String, lines: Vec<(LineCol, String)>) -> CompilerLines {
        let mut all = CompilerLines { path, lines };
        all.tidy();
        all
    }

    /// Lines about variables that have no place in the source.
    pub fn placeless(texts: Vec<String>) -> CompilerLines {
        let nowhere = LineCol { line: 0, column: 0 };
        let lines = texts.into_iter().map(|text| (nowhere, text));
        CompilerLines::new(String::new(), lines.collect())
    }

    fn tidy(&mut self) {
        self.lines.sort_unstable();
        self.lines.dedup();
    }
}

/// Sorts files by path, and brings together what was said of one as part of several packages.
pub(super) fn sorted(mut files: Vec<CompilerLines>) -> Vec<CompilerLines> {
    files.sort_by(|a, b| a.path.cmp(&b.path));
    files.dedup_by(|later, first| {
        let same = later.path == first.path;
        if same {
            first.lines.append(&mut later.lines);
            first.tidy();
        }
        same
    });
    files
}

/// Writes what [`sorted`] gave.
pub(super) fn write(files: &[CompilerLines], out: &mut impl Write) -> io::Result<()> {
    for file in files {
        for (at, text) in &file.lines {
            if !file.path.is_empty() {
                write_place(&file.path, *at, out)?;
            }
            out.write_all(text.as_bytes())?;
            out.write_all(b"\n")?;
        }
    }
    Ok(())
}

/// Writes what stands before the text.
fn write_place(path: &str, at: LineCol, out: &mut impl Write) -> io::Result<()> {
    out.write_all(path.as_bytes())?;
    write_number(at.line, out)?;
    if (1..MAX_COLUMN).contains(&at.column) {
        write_number(at.column, out)?;
    }
    out.write_all(b": ")
}

/// Writes a number behind a colon. There are hundreds of thousands of them, which the general formatting is slow for.
fn write_number(mut number: u32, out: &mut impl Write) -> io::Result<()> {
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
    out.write_all(&text[start - 1..])
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
