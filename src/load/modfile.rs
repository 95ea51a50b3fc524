//! The syntax of go.mod and go.work files, and what both say.
//!
//! ```text
//! file  = { line }
//! line  = verb { word } newline | verb "(" newline { { word } newline } ")" newline
//! word  = any run of bytes but white space, "(" and ")", or a quoted string
//! ```
//!
//! `//` starts a comment. A line that cannot be read gives an error with its place, and the rest is read on
//! (golang.org/ref/mod, "go.mod files", "go.work files").

use crate::base::span::Span;
use crate::site::GoVersion;

/// A module at a version.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct ModuleVersion {
    /// The module's path.
    pub path: String,
    /// Its version with the leading `v`; empty where none is given.
    pub version: String,
}

/// A `replace` directive.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Replace {
    /// What is replaced; an empty version means every version.
    pub old: ModuleVersion,
    /// By what: a module, or (with an empty version) a folder relative to the file.
    pub new: ModuleVersion,
}

/// What go.mod or go.work says, as far as loading uses it.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct ModFile {
    /// The module's path; empty in go.work and in a go.mod without the line.
    pub module: String,
    /// The `go` line: the language version, and the least compiler version.
    pub go: Option<GoVersion>,
    /// The `toolchain` line, unless it says `default`.
    pub toolchain: Option<GoVersion>,
    /// Requirements in file order, indirect ones included.
    pub require: Vec<ModuleVersion>,
    /// Versions that must not be selected.
    pub exclude: Vec<ModuleVersion>,
    /// Replacements, in file order.
    pub replace: Vec<Replace>,
    /// go.work: folders of the workspace's modules, relative to the file.
    pub uses: Vec<String>,
    /// Folders below the module that package patterns skip.
    pub ignore: Vec<String>,
    /// What could not be read, in order.
    pub errors: Vec<(Span, String)>,
}

impl ModFile {
    /// The language version of the module's packages; go.mod files without a `go` line are read as 1.16.
    pub fn language(&self) -> GoVersion {
        self.go.unwrap_or(GoVersion(16))
    }

    /// Whether the file names every module that the module's packages need, as it does from Go 1.17 on.
    pub fn is_complete(&self) -> bool {
        self.language() >= GoVersion(17)
    }
}

/// Which of the two files is read.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Dialect {
    /// go.mod
    Mod,
    /// go.work
    Work,
}

/// Reads a file; never fails.
pub fn parse(src: &[u8], dialect: Dialect) -> ModFile {
    let mut reader = Reader {
        file: ModFile::default(),
        dialect,
        block: None,
    };
    let mut start = usize::from(src.starts_with(b"\xEF\xBB\xBF")) * 3;
    while start < src.len() {
        let end = memchr::memchr(b'\n', &src[start..]).map_or(src.len(), |i| start + i);
        match words(&src[start..end], start) {
            Ok(words) => reader.line(&words),
            Err(error) => reader.file.errors.push(error),
        }
        start = end + 1;
    }
    if let Some((_, span)) = reader.block {
        reader.error(span, "unclosed block");
    }
    reader.file
}

/// A word of a line, unquoted, and where it stands.
struct Word {
    text: String,
    span: Span,
}

fn words(line: &[u8], offset: usize) -> Result<Vec<Word>, (Span, String)> {
    let mut words = Vec::new();
    let mut at = 0;
    while at < line.len() {
        let rest = &line[at..];
        if rest[0].is_ascii_whitespace() {
            at += 1;
            continue;
        }
        if rest.starts_with(b"//") {
            break;
        }
        let (len, text) = word(rest).ok_or_else(|| {
            let span = Span::new((offset + at) as u32, (offset + line.len()) as u32);
            (span, "unterminated quoted string".to_string())
        })?;
        let start = (offset + at) as u32;
        words.push(Word {
            text: String::from_utf8_lossy(text).into_owned(),
            span: Span::new(start, start + len as u32),
        });
        at += len;
    }
    Ok(words)
}

/// The word at the start of `rest`: how long it is, and its text.
fn word(rest: &[u8]) -> Option<(usize, &[u8])> {
    match rest[0] {
        b'(' | b')' | b',' | b'[' | b']' => Some((1, &rest[..1])),
        quote @ (b'"' | b'`') => {
            let len = memchr::memchr(quote, &rest[1..])?;
            Some((len + 2, &rest[1..=len]))
        }
        _ => {
            let ends = |i: usize| {
                rest[i].is_ascii_whitespace()
                    || b"(),[]\"`".contains(&rest[i])
                    || rest[i..].starts_with(b"//")
            };
            let len = (1..rest.len()).find(|&i| ends(i)).unwrap_or(rest.len());
            Some((len, &rest[..len]))
        }
    }
}

struct Reader {
    file: ModFile,
    dialect: Dialect,
    /// The verb of the open block and where it stands.
    block: Option<(String, Span)>,
}

impl Reader {
    fn error(&mut self, span: Span, message: impl Into<String>) {
        self.file.errors.push((span, message.into()));
    }

    fn line(&mut self, words: &[Word]) {
        let Some(first) = words.first() else {
            return;
        };
        if let Some((verb, _)) = self.block.clone() {
            if first.text == ")" {
                self.block = None;
            } else {
                self.directive(&verb, first.span, words);
            }
        } else if words.get(1).is_some_and(|w| w.text == "(") {
            if words.get(2).is_none_or(|w| w.text != ")") {
                self.block = Some((first.text.clone(), first.span));
            }
        } else {
            self.directive(&first.text, first.span, &words[1..]);
        }
    }

    fn directive(&mut self, verb: &str, at: Span, args: &[Word]) {
        let span = Span::new(at.start, args.last().map_or(at.end, |w| w.span.end));
        let known = match (verb, self.dialect) {
            ("go", _) => self.go(span, args),
            ("toolchain", _) => self.toolchain(span, args),
            ("replace", _) => self.replace(args),
            ("godebug", _) => Some(()),
            ("module", Dialect::Mod) => one(args).map(|path| self.file.module = path),
            ("require", Dialect::Mod) => versioned(args).map(|m| self.file.require.push(m)),
            ("exclude", Dialect::Mod) => versioned(args).map(|m| self.file.exclude.push(m)),
            ("ignore", Dialect::Mod) => one(args).map(|path| self.file.ignore.push(path)),
            ("retract" | "tool", Dialect::Mod) => Some(()),
            ("use", Dialect::Work) => one(args).map(|path| self.file.uses.push(path)),
            _ => return self.error(at, format!("unknown directive: {verb}")),
        };
        if known.is_none() {
            self.error(span, format!("malformed {verb} directive"));
        }
    }

    fn go(&mut self, span: Span, args: &[Word]) -> Option<()> {
        let text = one(args)?;
        match language(&text) {
            Some(version) => self.file.go = Some(version),
            None => self.error(span, format!("invalid go version '{text}'")),
        }
        Some(())
    }

    fn toolchain(&mut self, span: Span, args: &[Word]) -> Option<()> {
        let text = one(args)?;
        if text != "default" && text != "local" {
            match text.strip_prefix("go").and_then(toolchain) {
                Some(version) => self.file.toolchain = Some(version),
                None => self.error(span, format!("invalid toolchain version '{text}'")),
            }
        }
        Some(())
    }

    fn replace(&mut self, args: &[Word]) -> Option<()> {
        let arrow = args.iter().position(|w| w.text == "=>")?;
        let old = module(&args[..arrow])?;
        let new = module(&args[arrow + 1..])?;
        self.file.replace.push(Replace { old, new });
        Some(())
    }
}

/// Reads a `go` line's version: `1.21`, `1.21.3`, `1.21rc2`, `1`.
pub fn language(text: &str) -> Option<GoVersion> {
    if text == "1" {
        return Some(GoVersion(0));
    }
    if text.starts_with("go") {
        return None;
    }
    GoVersion::parse(text)
}

/// Reads a toolchain's version without its `go`: `1.21.3`, and `1.21.3-custom`, whose suffix says who built it.
fn toolchain(text: &str) -> Option<GoVersion> {
    GoVersion::parse(text.split('-').next().unwrap_or_default())
}

fn one(args: &[Word]) -> Option<String> {
    match args {
        [word] if word.text != "(" && word.text != ")" => Some(word.text.clone()),
        _ => None,
    }
}

fn module(args: &[Word]) -> Option<ModuleVersion> {
    match args {
        [path] => Some(ModuleVersion {
            path: path.text.clone(),
            version: String::new(),
        }),
        _ => versioned(args),
    }
}

fn versioned(args: &[Word]) -> Option<ModuleVersion> {
    match args {
        [path, version] => Some(ModuleVersion {
            path: path.text.clone(),
            version: version.text.clone(),
        }),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::{Dialect, GoVersion, ModuleVersion, parse};

    fn module(path: &str, version: &str) -> ModuleVersion {
        ModuleVersion {
            path: path.to_string(),
            version: version.to_string(),
        }
    }

    #[test]
    fn everything_a_go_mod_says() {
        let file = parse(
            b"\xEF\xBB\xBF// Deprecated: x\r\nmodule \"example.com/m\" // c\r\ngo 1.24.1\ntoolchain go1.25.3-x\n\
              require example.com/a v1.2.3\nrequire (\n\texample.com/b v0.0.0-20200101000000-abcdefabcdef // indirect\n\n)\n\
              exclude example.com/a v1.2.4\nreplace example.com/a => ../a\n\
              replace (\n\texample.com/b v0.1.0 => example.com/c v1.0.0\n)\n\
              retract [v1.0.0, v1.1.0] // bad\nretract (\n\tv1.3.0\n)\ntool example.com/t\nignore ./node_modules\n\
              godebug default=go1.21\n",
            Dialect::Mod,
        );
        assert_eq!(file.errors, []);
        assert_eq!(file.module, "example.com/m");
        assert_eq!(file.go, Some(GoVersion(24)));
        assert_eq!(file.toolchain, Some(GoVersion(25)));
        assert_eq!(file.require[0], module("example.com/a", "v1.2.3"));
        assert_eq!(file.require.len(), 2);
        assert_eq!(file.exclude, [module("example.com/a", "v1.2.4")]);
        assert_eq!(file.replace[0].new, module("../a", ""));
        assert_eq!(file.replace[1].old, module("example.com/b", "v0.1.0"));
        assert_eq!(file.ignore, ["./node_modules"]);
    }

    #[test]
    fn a_go_work() {
        let file = parse(
            b"go 1.22\nuse ./a\nuse (\n\t./b\n\t`../c d`\n)\nreplace x => ./y\n",
            Dialect::Work,
        );
        assert_eq!(file.errors, []);
        assert_eq!(file.uses, ["./a", "./b", "../c d"]);
    }

    #[test]
    fn mistakes_are_placed_and_the_rest_is_read() {
        let file = parse(
            b"module m\ngo one\nrequire x\nnonsense y\nmodule \"open\nrequire a v1.0.0\nreplace a b\nrequire (\n\tc v1.0.0\n",
            Dialect::Mod,
        );
        let errors: Vec<_> = file
            .errors
            .iter()
            .map(|(span, message)| (span.start, message.as_str()))
            .collect();
        assert_eq!(
            errors,
            [
                (9, "invalid go version 'one'"),
                (16, "malformed require directive"),
                (26, "unknown directive: nonsense"),
                (44, "unterminated quoted string"),
                (67, "malformed replace directive"),
                (79, "unclosed block"),
            ]
        );
        assert_eq!(file.require.len(), 2);
    }
}
