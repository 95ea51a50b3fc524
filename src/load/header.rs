//! What loading needs of a Go file before anybody parses it: build constraint, package clause, imports, whether it is
//! generated.
//!
//! The scan reads leading comments, `package p` and the import declarations, and stops at the first token of
//! anything else. It takes any bytes; what it cannot read it leaves to the parser to report.

use crate::base::span::Span;
use crate::base::symbol::Symbol;
use crate::site::GoVersion;

use super::constraint::{self, Expr};

/// The top of a Go file.
#[derive(Clone, Debug, Default)]
pub struct Header {
    /// The package clause, if it could be read.
    pub package: Option<Name>,
    /// The imports in source order, duplicates included.
    pub imports: Vec<Name>,
    /// The conditions that must all hold for the file to be built: one `//go:build` line, or any number of
    /// `// +build` lines where there is no such line.
    pub constraints: Vec<Expr>,
    /// A constraint that could not be read; the toolchain refuses such a file.
    pub constraint_error: Option<(Span, String)>,
    /// The language version that the `//go:build` line asks for.
    pub go_version: Option<GoVersion>,
    /// Whether the file says `// Code generated … DO NOT EDIT.` above its package clause.
    pub generated: bool,
}

/// A package name or an import path, and where it is written.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Name {
    /// The name, or the path without its quotes.
    pub text: Symbol,
    /// Where it stands, an import's quotes included.
    pub span: Span,
}

impl Header {
    /// Reads the top of the file `src`.
    pub fn scan(src: &[u8]) -> Header {
        let mut header = Header::default();
        let mut scanner = Scanner { src, at: 0 };
        if src.starts_with(b"\xEF\xBB\xBF") {
            scanner.at = 3;
        }
        scan_comments(&mut scanner, &mut header);
        if scanner.keyword(b"package") {
            header.package = scanner.name();
        }
        if header.package.is_some() {
            while scanner.keyword(b"import") {
                scanner.import_decl(&mut header.imports);
            }
        }
        header
    }

    /// Whether the file imports `path`.
    pub fn imports(&self, path: Symbol) -> bool {
        self.imports.iter().any(|import| import.text == path)
    }
}

/// Reads the comments above the package clause, line by line as `go/build` does: a constraint must be the first
/// thing on its line, and a `+build` line must stand above a blank line.
fn scan_comments(scanner: &mut Scanner<'_>, header: &mut Header) {
    let mut go_build: Option<Span> = None;
    let mut legacy: Vec<Span> = Vec::new();
    // How many of `legacy` lie above a blank line.
    let mut sealed = 0;
    let mut only_line_comments = true;
    while let Some(line) = scanner.comment_line() {
        match line {
            Line::Blank if only_line_comments => sealed = legacy.len(),
            Line::Blank => {}
            Line::Block => only_line_comments = false,
            Line::Comment(span) => {
                let text = span.text(scanner.src);
                header.generated |= is_generated_mark(text);
                if directive(text, b"//go:build").is_some() {
                    if go_build.is_some() && header.constraint_error.is_none() {
                        let message = "multiple //go:build comments".to_string();
                        header.constraint_error = Some((span, message));
                    }
                    go_build.get_or_insert(span);
                } else if only_line_comments && legacy_text(text).is_some() {
                    legacy.push(span);
                }
            }
        }
    }
    if let Some(span) = go_build {
        read_go_build(scanner.src, span, header);
    } else {
        header.constraints = legacy[..sealed]
            .iter()
            .filter_map(|span| legacy_text(span.text(scanner.src)))
            .filter_map(|text| constraint::parse_legacy(&text))
            .collect();
    }
}

fn read_go_build(src: &[u8], span: Span, header: &mut Header) {
    let Some(text) = directive(span.text(src), b"//go:build") else {
        return;
    };
    let expr = String::from_utf8_lossy(text);
    match constraint::parse(&expr) {
        Ok(expr) => {
            header.go_version = expr.go_version();
            header.constraints.push(expr);
        }
        Err(error) => {
            let skipped = span.text(src).len() - text.len();
            let at = (span.start + skipped as u32 + error.offset as u32).min(span.end);
            header
                .constraint_error
                .get_or_insert((Span::new(at, at), error.message));
        }
    }
}

/// The trimmed text behind `prefix`, if white space or nothing follows it.
fn directive<'s>(comment: &'s [u8], prefix: &[u8]) -> Option<&'s [u8]> {
    let rest = comment.strip_prefix(prefix)?;
    let text = rest.trim_ascii();
    (rest.is_empty() || rest[0].is_ascii_whitespace()).then_some(text)
}

fn legacy_text(comment: &[u8]) -> Option<String> {
    let text = comment.strip_prefix(b"//")?.trim_ascii();
    directive(text, b"+build").map(|t| String::from_utf8_lossy(t).into_owned())
}

fn is_generated_mark(comment: &[u8]) -> bool {
    comment.starts_with(b"// Code generated ") && comment.ends_with(b" DO NOT EDIT.")
}

/// What a line above the package clause starts with.
enum Line {
    Blank,
    /// A `//` comment without its line end.
    Comment(Span),
    /// One or more `/* */` comments; a `//` comment behind them counts for nothing.
    Block,
}

struct Scanner<'s> {
    src: &'s [u8],
    at: usize,
}

impl Scanner<'_> {
    fn rest(&self) -> &[u8] {
        self.src.get(self.at..).unwrap_or_default()
    }

    fn skip_while(&mut self, test: impl Fn(u8) -> bool) {
        let rest = self.rest();
        self.at += rest.iter().position(|&c| !test(c)).unwrap_or(rest.len());
    }

    fn line_end(&self) -> usize {
        memchr::memchr(b'\n', self.rest()).map_or(self.src.len(), |i| self.at + i)
    }

    /// Consumes one line of leading comments; `None` at the first token that is none.
    fn comment_line(&mut self) -> Option<Line> {
        self.skip_while(is_blank);
        match self.rest() {
            [b'\n', ..] => {
                self.at += 1;
                Some(Line::Blank)
            }
            [b'/', b'/', ..] => {
                let end = self.line_end();
                let text = self.src[self.at..end].trim_ascii_end();
                let span = Span::new(self.at as u32, (self.at + text.len()) as u32);
                self.at = (end + 1).min(self.src.len());
                Some(Line::Comment(span))
            }
            [b'/', b'*', ..] => {
                self.block_comments();
                Some(Line::Block)
            }
            _ => None,
        }
    }

    /// Skips block comments and whatever comment follows them on the line.
    fn block_comments(&mut self) {
        while self.rest().starts_with(b"/*") {
            self.block_comment();
            self.skip_while(is_blank);
        }
        if self.rest().starts_with(b"//") {
            self.at = self.line_end();
        }
        if self.rest().starts_with(b"\n") {
            self.at += 1;
        }
    }

    fn block_comment(&mut self) {
        self.at += 2;
        self.at =
            memchr::memmem::find(self.rest(), b"*/").map_or(self.src.len(), |i| self.at + i + 2);
    }

    /// Skips white space, comments and semicolons, which mean nothing between clauses.
    fn skip_space(&mut self) {
        loop {
            self.skip_while(|c| is_blank(c) || c == b'\n' || c == b';');
            match self.rest() {
                [b'/', b'/', ..] => self.at = self.line_end(),
                [b'/', b'*', ..] => self.block_comment(),
                _ => return,
            }
        }
    }

    fn keyword(&mut self, word: &[u8]) -> bool {
        self.skip_space();
        let rest = self.rest();
        let found = rest.starts_with(word) && !rest.get(word.len()).copied().is_some_and(is_name);
        if found {
            self.at += word.len();
        }
        found
    }

    fn name(&mut self) -> Option<Name> {
        self.skip_space();
        let start = self.at;
        self.skip_while(is_name);
        let text = &self.src[start..self.at];
        (!text.is_empty() && !text[0].is_ascii_digit()).then(|| Name {
            text: Symbol::intern_bytes(text),
            span: Span::new(start as u32, self.at as u32),
        })
    }

    fn import_decl(&mut self, imports: &mut Vec<Name>) {
        self.skip_space();
        if !self.rest().starts_with(b"(") {
            imports.extend(self.import_spec());
            return;
        }
        self.at += 1;
        while let Some(import) = self.import_spec() {
            imports.push(import);
        }
        if self.rest().starts_with(b")") {
            self.at += 1;
        }
    }

    /// `[ "." | name ] path`
    fn import_spec(&mut self) -> Option<Name> {
        self.skip_space();
        if self.rest().starts_with(b".") {
            self.at += 1;
        } else {
            self.skip_while(is_name);
        }
        self.skip_space();
        self.path()
    }

    fn path(&mut self) -> Option<Name> {
        let start = self.at;
        let quote = *self.rest().first()?;
        let stop: &[u8] = match quote {
            b'"' => b"\"\n",
            b'`' => b"`",
            _ => return None,
        };
        let len = self.rest()[1..].iter().position(|c| stop.contains(c))?;
        let text = &self.src[start + 1..start + 1 + len];
        let closed = self.src[start + 1 + len] == quote;
        self.at = start + len + 1 + usize::from(closed);
        closed.then(|| Name {
            text: Symbol::intern_bytes(text),
            span: Span::new(start as u32, self.at as u32),
        })
    }
}

fn is_blank(c: u8) -> bool {
    matches!(c, b' ' | b'\t' | b'\r' | b'\x0c')
}

fn is_name(c: u8) -> bool {
    c.is_ascii_alphanumeric() || c == b'_' || c >= 0x80
}

#[cfg(test)]
mod tests {
    use super::{GoVersion, Header};

    fn imports(src: &str) -> Vec<&'static str> {
        let header = Header::scan(src.as_bytes());
        header.imports.iter().map(|i| i.text.as_str()).collect()
    }

    fn package(src: &[u8]) -> Option<&'static str> {
        Header::scan(src).package.map(|p| p.text.as_str())
    }

    #[test]
    fn clause_and_imports() {
        let src = "// Doc.\npackage p // why\nimport \"a\"\nimport (\n\tb \"x/b\"; . `c`\n\t_ \"d\" /* e */\n)\n\
                   import()\nvar x = `import \"no\"`\n";
        assert_eq!(package(src.as_bytes()), Some("p"));
        assert_eq!(imports(src), ["a", "x/b", "c", "d"]);
    }

    #[test]
    fn any_bytes() {
        assert_eq!(package(b"\xEF\xBB\xBFpackage p\r\n"), Some("p"));
        assert_eq!(package(b"packagep"), None);
        assert_eq!(package(b"package"), None);
        assert_eq!(package(b"package 1"), None);
        assert_eq!(package(b"/* open"), None);
        assert_eq!(package(b"\0\xff\xfe"), None);
        assert_eq!(package("package \u{fc}".as_bytes()), Some("\u{fc}"));
        assert_eq!(imports("package p; import \"open\nimport \"b\""), ["b"]);
        assert_eq!(imports("package p\nimport (\"a\" + \"b\")"), ["a"]);
        assert_eq!(imports("package p\nimport (\"a\""), ["a"]);
    }

    #[test]
    fn constraints_stand_at_the_top() {
        let count = |src: &str| Header::scan(src.as_bytes()).constraints.len();
        assert_eq!(count("//go:build a\npackage p"), 1);
        assert_eq!(count("\u{feff}//go:build a\r\n\r\npackage p"), 1);
        assert_eq!(count("/* b */\n  //go:build a\npackage p"), 1);
        assert_eq!(count("/* b */ //go:build a\npackage p"), 0);
        assert_eq!(count("/*\n//go:build a\n*/\npackage p"), 0);
        assert_eq!(count("package p\n//go:build a\n"), 0);
        assert_eq!(count("//go:builda\npackage p"), 0);
        assert_eq!(count("// +build a\n// +build b\n\npackage p"), 2);
        assert_eq!(count("// +build a\n\n// +build b\npackage p"), 1);
        assert_eq!(count("// +build a\n\n//go:build b\npackage p"), 1);
        assert_eq!(count("/* c */\n// +build a\n\npackage p"), 0);
    }

    #[test]
    fn bad_constraints_are_placed() {
        let header = Header::scan(b"// x\n//go:build a &&\n\npackage p");
        let (span, message) = header.constraint_error.unwrap();
        assert_eq!(
            (span.start, &*message),
            (20, "unexpected end of expression")
        );
        let header = Header::scan(b"//go:build a\n//go:build b\n\npackage p");
        assert_eq!(header.constraint_error.unwrap().0.start, 13);
    }

    #[test]
    fn versions_and_generated_marks() {
        let header = Header::scan(
            b"// Code generated by x. DO NOT EDIT.\r\n\n//go:build go1.22\n\npackage p",
        );
        assert!(header.generated);
        assert_eq!(header.go_version, Some(GoVersion(22)));
        assert!(!Header::scan(b"package p\n// Code generated by x. DO NOT EDIT.\n").generated);
        assert!(!Header::scan(b"//  Code generated by x. DO NOT EDIT.\npackage p\n").generated);
    }
}
