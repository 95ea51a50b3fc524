//! Source files: bytes, and gc's positions in them.
//!
//! Lines end at `\n`; columns count bytes from 1. `//line` and `/*line*/` directives replace file, line and (where
//! given) column for everything behind them, as the compiler does for its messages; findings use the physical
//! position, because that is where people look.

use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use super::span::{LineCol, Span};
use super::symbol::{Symbol, sym};

crate::newtype_index! {
    /// A file of the run.
    FileId
}

/// A `//line` directive: where it takes effect, and what positions mean from there on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LineDirective {
    /// Offset of the first byte that the directive governs.
    pub at: u32,
    /// The file name it gives; the empty symbol keeps the current one.
    pub file: Symbol,
    /// The line of that first byte.
    pub line: u32,
    /// The column of that first byte; 0 says that columns are unknown from here on.
    pub column: u32,
}

/// Where the compiler says that a byte is, with regard to `//line` directives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CompilerPos {
    /// The file name that a directive gives; `None` for the file itself.
    pub file: Option<Symbol>,
    /// Line and column; column 0 is unknown.
    pub at: LineCol,
}

/// Larger columns are this one to the compiler.
const MAX_COLUMN: u32 = 255;

/// One file: its path as the user sees it, its bytes, and a line table that is built when first asked for.
#[derive(Debug)]
pub struct SourceFile {
    path: PathBuf,
    text: Arc<[u8]>,
    lines: OnceLock<Vec<u32>>,
    line_directives: OnceLock<Vec<LineDirective>>,
}

impl SourceFile {
    /// A file at `path` with contents `text`.
    pub fn new(path: impl Into<PathBuf>, text: impl Into<Arc<[u8]>>) -> SourceFile {
        SourceFile {
            path: path.into(),
            text: text.into(),
            lines: OnceLock::new(),
            line_directives: OnceLock::new(),
        }
    }

    /// Adds what parsing found of `//line` directives, in order; what was added first stays.
    pub fn add_line_directives(&self, directives: &[LineDirective]) {
        if !directives.is_empty() {
            self.line_directives.get_or_init(|| directives.to_vec());
        }
    }

    /// The path, as it was found or named.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The bytes, a byte order mark included.
    pub fn text(&self) -> &[u8] {
        &self.text
    }

    /// The bytes, to be kept beyond the file's life.
    pub fn shared_text(&self) -> Arc<[u8]> {
        Arc::clone(&self.text)
    }

    /// Offsets of the first byte of each line.
    pub fn line_starts(&self) -> &[u32] {
        self.lines.get_or_init(|| {
            std::iter::once(0)
                .chain(memchr::memchr_iter(b'\n', &self.text).map(|i| i as u32 + 1))
                .collect()
        })
    }

    /// Line and byte column of `offset`; offsets past the end give the end.
    pub fn line_col(&self, offset: u32) -> LineCol {
        let offset = offset.min(self.text.len() as u32);
        let starts = self.line_starts();
        let line = starts.partition_point(|&s| s <= offset);
        LineCol {
            line: line as u32,
            column: offset - starts[line - 1] + 1,
        }
    }

    /// Where the compiler says that `offset` is. Directives count once [added](Self::add_line_directives).
    pub fn compiler_pos(&self, offset: u32) -> CompilerPos {
        let at = self.line_col(offset);
        let directives = self.line_directives.get().map_or(&[][..], Vec::as_slice);
        let before = &directives[..directives.partition_point(|d| d.at <= offset)];
        let Some(last) = before.last() else {
            return CompilerPos { file: None, at };
        };
        let base = self.line_col(last.at);
        let column = match last.column {
            0 => 0,
            first if at.line == base.line => {
                first + at.column.min(MAX_COLUMN) - base.column.min(MAX_COLUMN)
            }
            _ => at.column,
        };
        // Only a directive with a column may leave the name out.
        let named = before
            .iter()
            .rfind(|d| d.column == 0 || d.file != sym::EMPTY);
        CompilerPos {
            file: named.map(|d| d.file),
            at: LineCol {
                line: last.line + (at.line - base.line),
                column,
            },
        }
    }

    /// The bytes of line `line` (from 1) without its line end; empty where there is no such line.
    pub fn line_text(&self, line: u32) -> &[u8] {
        let starts = self.line_starts();
        let Some(&start) = (line as usize).checked_sub(1).and_then(|i| starts.get(i)) else {
            return &[];
        };
        let end = starts
            .get(line as usize)
            .map_or(self.text.len() as u32, |&next| next - 1);
        let text = Span::new(start, end).text(&self.text);
        text.strip_suffix(b"\r").unwrap_or(text)
    }

    /// Offset of `at`, if the file has such a line; columns past the line's end give its end.
    pub fn offset(&self, at: LineCol) -> Option<u32> {
        let start = *self.line_starts().get((at.line as usize).checked_sub(1)?)?;
        Some(
            start
                + at.column
                    .saturating_sub(1)
                    .min(self.line_text(at.line).len() as u32),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::{LineCol, SourceFile};

    #[test]
    fn lines_and_columns_are_gcs() {
        let f = SourceFile::new("a.go", b"ab\n\tc\r\n\nd".as_slice());
        assert_eq!(f.line_col(0), LineCol { line: 1, column: 1 });
        assert_eq!(f.line_col(2), LineCol { line: 1, column: 3 });
        assert_eq!(f.line_col(4), LineCol { line: 2, column: 2 });
        assert_eq!(f.line_col(99), LineCol { line: 4, column: 2 });
        assert_eq!(f.line_text(2), b"\tc");
        assert_eq!(f.line_text(9), b"");
        assert_eq!(f.offset(LineCol { line: 2, column: 2 }), Some(4));
    }
}
