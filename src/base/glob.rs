//! Patterns over paths and over Go names.
//!
//! Paths: `*` stays within a folder, `**` crosses folders, `{a,b}` and `[a-z]` as usual. Names (`fmt.*`,
//! `(*Decoder).*`): `*` matches anything, but behind `(` it is the star of a pointer receiver, and every other character
//! but `?` means itself, so that brackets and braces of Go names need no escaping.

use std::path::Path;

use globset::{GlobBuilder, GlobSet, GlobSetBuilder};

/// A set of patterns; the empty set matches nothing.
#[derive(Clone, Debug, Default)]
pub struct Patterns {
    set: GlobSet,
    texts: Vec<String>,
}

impl PartialEq for Patterns {
    fn eq(&self, other: &Self) -> bool {
        self.texts == other.texts
    }
}

impl Patterns {
    /// Patterns over slash-separated paths relative to some root. The error is a sentence about the first bad pattern
    /// and its index.
    pub fn paths<'a>(
        texts: impl IntoIterator<Item = &'a str>,
    ) -> Result<Patterns, (usize, String)> {
        build(texts, |text| {
            let folder = text.strip_suffix('/').map(|t| format!("{t}/**"));
            GlobBuilder::new(folder.as_deref().unwrap_or(text))
                .literal_separator(true)
                .build()
        })
    }

    /// Patterns over names.
    pub fn names<'a>(
        texts: impl IntoIterator<Item = &'a str>,
    ) -> Result<Patterns, (usize, String)> {
        build(texts, |text| {
            GlobBuilder::new(&escape(text))
                .literal_separator(false)
                .build()
        })
    }

    /// Whether a pattern matches the path.
    pub fn match_path(&self, path: &Path) -> bool {
        self.set.is_match(path)
    }

    /// Whether a pattern matches the name.
    pub fn match_name(&self, name: &str) -> bool {
        self.set.is_match(name)
    }

    /// Whether there is no pattern.
    pub fn is_empty(&self) -> bool {
        self.texts.is_empty()
    }

    /// The patterns as written.
    pub fn texts(&self) -> &[String] {
        &self.texts
    }
}

/// Makes all but `*` and `?` mean itself, and the star of a pointer receiver too.
fn escape(name: &str) -> String {
    let mut out = String::with_capacity(name.len() + 8);
    for c in name.chars() {
        match c {
            '[' | ']' | '{' | '}' => out.extend(['[', c, ']']),
            '*' if out.ends_with('(') => out.push_str("[*]"),
            '\\' => out.push_str("[\\\\]"),
            _ => out.push(c),
        }
    }
    out
}

fn build<'a>(
    texts: impl IntoIterator<Item = &'a str>,
    glob: impl Fn(&str) -> Result<globset::Glob, globset::Error>,
) -> Result<Patterns, (usize, String)> {
    let mut set = GlobSetBuilder::new();
    let mut kept = Vec::new();
    for (i, text) in texts.into_iter().enumerate() {
        set.add(glob(text).map_err(|e| (i, e.kind().to_string()))?);
        kept.push(text.to_owned());
    }
    let set = set.build().map_err(|e| (0, e.kind().to_string()))?;
    Ok(Patterns { set, texts: kept })
}

#[cfg(test)]
mod tests {
    use super::Patterns;
    use std::path::Path;

    #[test]
    fn names_with_brackets_need_no_escaping() {
        let names = Patterns::names(["(*Decoder).*", "Map[int].Get", "fmt.Print*"]).unwrap();
        for name in ["(*Decoder).Next", "Map[int].Get", "fmt.Println"] {
            assert!(names.match_name(name), "{name}");
        }
        for name in ["(Decoder).Next", "Mapi.Get", "fmt.Sprint"] {
            assert!(!names.match_name(name), "{name}");
        }
    }

    #[test]
    fn a_star_in_a_path_stays_in_its_folder() {
        let paths = Patterns::paths(["cmd/*", "internal/codec/"]).unwrap();
        assert!(paths.match_path(Path::new("cmd/main.go")));
        assert!(!paths.match_path(Path::new("cmd/a/main.go")));
        assert!(paths.match_path(Path::new("internal/codec/x/y.go")));
    }

    #[test]
    fn a_bad_pattern_is_named_by_its_place() {
        assert_eq!(Patterns::paths(["a", "[z-a]"]).unwrap_err().0, 1);
    }
}
