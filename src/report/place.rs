//! Where findings lie, in the units of each reader.
//!
//! | reader | path | column |
//! | --- | --- | --- |
//! | people, json | as found or named on the command line, with `/` | bytes from 1, as gc counts |
//! | code scanning, workflow commands | relative to the repository's root | UTF-16 units from 1 |

use std::path::{Component, Path, PathBuf};

use crate::base::source::SourceFile;
use crate::base::span::{LineCol, Span};

/// The two directories that paths are relative to.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Places {
    /// Absolute path of the directory that relative paths of files start from.
    pub cwd: PathBuf,
    /// Absolute path of the repository's root, spelled as `cwd` is (symbolic links resolved in both or in neither).
    pub root: PathBuf,
}

impl Places {
    /// `path` relative to the repository's root; `None` if it lies outside.
    pub fn in_repository(&self, path: &Path) -> Option<PathBuf> {
        let absolute = normalise(&self.cwd.join(path));
        let inside = absolute.strip_prefix(normalise(&self.root)).ok()?;
        Some(inside.to_path_buf())
    }

    /// The URI of `path`: relative to the repository's root, and absolute only where it lies outside.
    pub(super) fn uri(&self, path: &Path) -> String {
        match self.in_repository(path) {
            Some(inside) => percent_encode(&inside),
            None => format!(
                "file:///{}",
                percent_encode(&normalise(&self.cwd.join(path))).trim_start_matches('/')
            ),
        }
    }

    /// The path for annotations: relative to the repository's root where it lies inside.
    pub(super) fn annotation(&self, path: &Path) -> String {
        shown(
            &self
                .in_repository(path)
                .unwrap_or_else(|| path.to_path_buf()),
        )
    }
}

/// `path` without `.` and `..`, by its names alone.
fn normalise(path: &Path) -> PathBuf {
    let mut out = PathBuf::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir => {
                out.pop();
            }
            other => out.push(other),
        }
    }
    out
}

/// `path` for people: with `/` on every system, and U+FFFD for what is not Unicode.
pub(super) fn shown(path: &Path) -> String {
    let text = path.to_string_lossy();
    if cfg!(windows) {
        text.replace('\\', "/")
    } else {
        text.into_owned()
    }
}

/// `path` with every byte escaped that RFC 3986 does not call unreserved, but for the separators.
fn percent_encode(path: &Path) -> String {
    let mut out = String::new();
    for &byte in path.as_os_str().as_encoded_bytes() {
        match byte {
            b'\\' if cfg!(windows) => out.push('/'),
            b'/' | b'-' | b'.' | b'_' | b'~' => out.push(byte as char),
            _ if byte.is_ascii_alphanumeric() => out.push(byte as char),
            _ => out.extend(['%', hex(byte >> 4), hex(byte & 0xF)]),
        }
    }
    out
}

fn hex(digit: u8) -> char {
    char::from(b"0123456789ABCDEF"[usize::from(digit)])
}

/// A range on one line. Code scanning shows an alert only if all its lines are in a diff, and people read the first.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct LineRange {
    /// The line, from 1.
    pub(super) line: u32,
    /// Offset of the line's first byte.
    pub(super) line_start: u32,
    /// The bytes on that line, relative to its start.
    pub(super) start: u32,
    /// The end of these bytes; that of the line if the span goes on.
    pub(super) end: u32,
}

impl LineRange {
    /// The part of `span` on its first line.
    pub(super) fn of(file: &SourceFile, span: Span) -> LineRange {
        let LineCol { line, column } = file.line_col(span.start);
        let length = file.line_text(line).len() as u32;
        let start = (column - 1).min(length);
        LineRange {
            line,
            line_start: span.start.min(file.text().len() as u32) - (column - 1),
            start,
            end: (start + (span.end.max(span.start) - span.start)).min(length),
        }
    }

    /// First and one-past-last column in UTF-16 units from 1. A byte order mark is part of the first line, as it is
    /// for JavaScript's decoder.
    pub(super) fn utf16(self, file: &SourceFile) -> (usize, usize) {
        let line = file.line_text(self.line);
        let (before, rest) = line.split_at(self.start as usize);
        let start = utf16_len(before);
        let inside = &rest[..(self.end - self.start) as usize];
        (start + 1, start + utf16_len(inside) + 1)
    }
}

/// How many UTF-16 units `bytes` are, where each ill-formed sequence counts as one U+FFFD.
fn utf16_len(bytes: &[u8]) -> usize {
    // Nearly all lines are well formed, and a generated one may have megabytes and thousands of findings.
    if let Ok(text) = std::str::from_utf8(bytes) {
        return well_formed_len(text);
    }
    let chunks = bytes.utf8_chunks();
    let len = |chunk: std::str::Utf8Chunk| {
        well_formed_len(chunk.valid()) + usize::from(!chunk.invalid().is_empty())
    };
    chunks.map(len).sum()
}

/// Every character has one byte that does not continue another, and takes a second unit if it has four bytes.
fn well_formed_len(text: &str) -> usize {
    let characters = text.bytes().filter(|byte| byte & 0xC0 != 0x80).count();
    characters + text.bytes().filter(|&byte| byte >= 0xF0).count()
}

#[cfg(test)]
mod tests {
    use super::{LineRange, Places};
    use crate::base::source::SourceFile;
    use crate::base::span::Span;
    use std::path::Path;

    fn places() -> Places {
        Places {
            cwd: "/repo/sub".into(),
            root: "/repo".into(),
        }
    }

    #[test]
    fn uris_are_relative_to_the_repository_and_escaped() {
        let uri = |path: &str| places().uri(Path::new(path));
        assert_eq!(uri("./a b/ü.go"), "sub/a%20b/%C3%BC.go");
        assert_eq!(uri("../c:d%.go"), "c%3Ad%25.go");
        assert_eq!(uri("/repo/x.go"), "x.go");
        assert_eq!(uri("../../else/y.go"), "file:///else/y.go");
    }

    #[test]
    fn columns_count_utf16_units_of_the_first_line() {
        let text = "x := \"😀é\" + y\n\tz\n";
        let file = SourceFile::new("a.go", text.as_bytes());
        let y = text.find('y').unwrap() as u32;
        assert_eq!(
            LineRange::of(&file, Span::new(y, y + 1)).utf16(&file),
            (14, 15)
        );
        let over = LineRange::of(&file, Span::new(y, text.len() as u32));
        assert_eq!((over.line, over.utf16(&file)), (1, (14, 15)));
        let end = LineRange::of(&file, Span::new(999, 1_000));
        assert_eq!((end.line, end.utf16(&file)), (3, (1, 1)));
    }

    #[test]
    fn ill_formed_bytes_count_once_a_sequence() {
        let file = SourceFile::new("a.go", b"\xff\xf0\x9f\x98y".as_slice());
        assert_eq!(LineRange::of(&file, Span::new(4, 5)).utf16(&file), (3, 4));
    }
}
