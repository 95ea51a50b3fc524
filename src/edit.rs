//! Text edits as plain data: what a rewrite changes, how several go together, and what becomes of positions.
//!
//! An [`Edit`] replaces bytes of one file; a [`Fix`] is what one rewrite does to it. A fix has edits of its own and what it
//! means for the file's imports. The latter cannot be an edit alone: that a package is no longer used hangs on how many
//! fixes are applied together, so every fix carries the same [`ImportPlan`] and [`combine`] picks its edits once.
//!
//! Example: of two calls `fmt.Sprintf("%d", n)` in a file without other uses of `fmt`, each alone needs `strconv` and keeps
//! `fmt`; both together exchange one import for the other.
//!
//! # Invariants
//!
//! - The edits of one fix, and those that [`combine`] gives, are sorted and do not overlap.
//! - Positions are offsets into the file as it was read, a byte order mark included.

use std::sync::Arc;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::base::span::Span;

/// A way to rewrite code that keeps its meaning. The kebab-case names are those of rule files.
#[derive(
    Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Rewrite {
    /// `b := make([]T, 64)` becomes `var bArray [64]T` and `b := bArray[:]`, where the array stays in the frame.
    FixedArray,
    /// `var out []T` becomes `out := make([]T, 0, len(xs))` where a loop over `xs` appends once a round.
    Preallocate,
    /// `fmt.Sprintf("%d", n)` becomes `strconv.Itoa(n)`, and so for one verb and one operand of a basic type.
    Strconv,
    /// `append(b, []byte(s)...)` becomes `append(b, s...)`, and so for `copy`.
    AppendString,
}

impl Rewrite {
    /// The kebab-case name.
    pub fn as_str(self) -> &'static str {
        match self {
            Rewrite::FixedArray => "fixed-array",
            Rewrite::Preallocate => "preallocate",
            Rewrite::Strconv => "strconv",
            Rewrite::AppendString => "append-string",
        }
    }

    /// What it does, for the pages of rules: continues "`heaplint check --fix`".
    pub fn effect(self) -> &'static str {
        match self {
            Rewrite::FixedArray => {
                "slices a local array in place of `make` where its size has a constant bound"
            }
            Rewrite::Preallocate => {
                "makes the slice with the capacity that the loop fills, where `nil` cannot be told from empty"
            }
            Rewrite::Strconv => "formats a single operand of a basic type with `strconv`",
            Rewrite::AppendString => "appends or copies the string itself",
        }
    }
}

/// Other text in place of some bytes of a file.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Edit {
    /// The bytes that go; empty where text is only put in.
    pub span: Span,
    /// What stands there instead.
    pub text: String,
}

impl Edit {
    /// `text` in place of `span`.
    pub fn new(span: Span, text: impl Into<String>) -> Edit {
        Edit {
            span,
            text: text.into(),
        }
    }

    /// `text` put in at `at`.
    pub fn insert(at: u32, text: impl Into<String>) -> Edit {
        Edit::new(Span::new(at, at), text)
    }

    /// Whether the two cannot both be applied, or only in an order that nothing tells.
    fn overlaps(&self, other: &Edit) -> bool {
        let (a, b) = (self.span, other.span);
        let touches = a.start < b.end && b.start < a.end;
        touches || (a == b && a.start == a.end)
    }
}

/// What one rewrite does to a file.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Fix {
    /// Which rewrite it is.
    pub rewrite: Rewrite,
    /// What it does, in a few words: "Use strconv.Itoa".
    pub title: String,
    /// The edits at the place itself.
    pub own: Vec<Edit>,
    /// What it means for imports, if anything.
    pub imports: Option<ImportChange>,
}

/// What a fix means for the imports of its file.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ImportChange {
    /// The edits there are to choose from: the same for all fixes of a file.
    pub plan: Arc<ImportPlan>,
    /// Whether the new package has to be imported.
    pub needs: bool,
    /// How many uses of the old package the fix takes away.
    pub frees: usize,
}

/// How one package is imported and another one is no longer.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct ImportPlan {
    /// How often the file uses the old package.
    pub uses: usize,
    /// Imports the new one.
    pub add: Vec<Edit>,
    /// Takes the old one out.
    pub remove: Vec<Edit>,
    /// Does both.
    pub exchange: Vec<Edit>,
}

impl Fix {
    /// All edits, if this fix is the only one that is applied.
    pub fn alone(&self) -> Vec<Edit> {
        combine([self])
    }

    /// Whether it cannot be applied together with `other`. The same edits twice are one.
    pub fn overlaps(&self, other: &Fix) -> bool {
        let clash = |a: &Edit| other.own.iter().any(|b| a.overlaps(b));
        self.own != other.own && self.own.iter().any(clash)
    }
}

/// The edits of several fixes of one file, which do not overlap.
pub fn combine<'f>(fixes: impl IntoIterator<Item = &'f Fix>) -> Vec<Edit> {
    let mut distinct: Vec<&Fix> = Vec::new();
    for fix in fixes {
        if distinct.iter().all(|known| known.own != fix.own) {
            distinct.push(fix);
        }
    }
    let changes: Vec<&ImportChange> = distinct.iter().filter_map(|f| f.imports.as_ref()).collect();
    let mut edits: Vec<Edit> = distinct.iter().flat_map(|f| f.own.clone()).collect();
    if let Some(first) = changes.first() {
        let freed: usize = changes.iter().map(|c| c.frees).sum();
        let unused = freed > 0 && freed >= first.plan.uses;
        edits.extend(match (changes.iter().any(|c| c.needs), unused) {
            (true, true) => first.plan.exchange.clone(),
            (true, false) => first.plan.add.clone(),
            (false, true) => first.plan.remove.clone(),
            (false, false) => Vec::new(),
        });
    }
    edits.sort();
    edits
}

/// `text` with `edits`, which are sorted and do not overlap, applied.
pub fn apply(text: &[u8], edits: &[Edit]) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    let mut done = 0;
    for edit in edits {
        let (start, end) = (edit.span.start as usize, edit.span.end as usize);
        out.extend(text.get(done..start).unwrap_or_default());
        out.extend(edit.text.as_bytes());
        done = end;
    }
    out.extend(text.get(done..).unwrap_or_default());
    out
}

/// Where the byte at `offset` is once `edits`, which are sorted, are applied; `None` if it is replaced.
pub fn moved(edits: &[Edit], offset: u32) -> Option<u32> {
    let mut shift = 0_i64;
    for edit in edits.iter().take_while(|e| e.span.start <= offset) {
        if edit.span.contains(offset) {
            return None;
        }
        shift += edit.text.len() as i64 - i64::from(edit.span.end - edit.span.start);
    }
    u32::try_from(i64::from(offset) + shift).ok()
}

/// Where the byte at `offset` of the text with `edits`, which are sorted, was before; `None` if an edit put it there.
pub fn unmoved(edits: &[Edit], offset: u32) -> Option<u32> {
    let mut before = i64::from(offset);
    for (edit, span) in placed(edits).take_while(|(_, span)| span.start <= offset) {
        if span.contains(offset) {
            return None;
        }
        before = i64::from(offset) - i64::from(span.end) + i64::from(edit.span.end);
    }
    u32::try_from(before).ok()
}

/// Where the word at `offset` of the text with `edits` was in the bytes of `text` that the edit replaced that put it there.
pub fn word_before(text: &[u8], edits: &[Edit], offset: u32) -> Option<u32> {
    let (edit, span) = placed(edits).find(|(_, span)| span.contains(offset))?;
    let is_word = |c: char| c.is_alphanumeric() || c == '_';
    let from = edit.text.get((offset - span.start) as usize..)?;
    let word = from
        .split(|c| !is_word(c))
        .next()
        .filter(|w| !w.is_empty())?;
    let replaced = std::str::from_utf8(edit.span.text(text)).ok()?;
    let whole = |&(at, _): &(usize, &str)| {
        !replaced[..at].ends_with(is_word) && !replaced[at + word.len()..].starts_with(is_word)
    };
    let (at, _) = replaced.match_indices(word).find(whole)?;
    Some(edit.span.start + at as u32)
}

/// Where the text of each edit comes to lie once all are applied.
pub fn placed(edits: &[Edit]) -> impl Iterator<Item = (&Edit, Span)> {
    let mut shift = 0_i64;
    edits.iter().map(move |edit| {
        let start = (i64::from(edit.span.start) + shift) as u32;
        let length = edit.text.len() as u32;
        shift += i64::from(length) - i64::from(edit.span.end - edit.span.start);
        (edit, Span::new(start, start + length))
    })
}

#[cfg(test)]
mod tests {
    use super::{
        Arc, Edit, Fix, ImportChange, ImportPlan, Rewrite, Span, apply, combine, moved, unmoved,
        word_before,
    };

    fn fix(own: Vec<Edit>, imports: Option<ImportChange>) -> Fix {
        Fix {
            rewrite: Rewrite::Strconv,
            title: String::new(),
            own,
            imports,
        }
    }

    #[test]
    fn positions_move_with_the_text_around_them() {
        let edits = [
            Edit::insert(2, "++"),
            Edit::new(Span::new(4, 6), ""),
            Edit::new(Span::new(8, 9), "xyz"),
        ];
        let text = b"0123456789";
        let after = apply(text, &edits);
        assert_eq!(after, b"01++2367xyz9");
        for (offset, byte) in (0..).zip(text) {
            let at = moved(&edits, offset);
            assert_eq!(at.is_none(), [4, 5, 8].contains(&offset), "{offset}");
            assert!(at.is_none_or(|at| after[at as usize] == *byte), "{offset}");
            assert!(at.is_none_or(|at| unmoved(&edits, at) == Some(offset)));
        }
        let put_in = |&at: &u32| unmoved(&edits, at).is_none();
        assert_eq!((0..13).filter(put_in).collect::<Vec<_>>(), [2, 3, 8, 9, 10]);
    }

    #[test]
    fn words_are_found_again() {
        let text = "var thus, us []T";
        let edits = [
            Edit::insert(0, "// us\n"),
            Edit::new(Span::new(0, 16), "us := make([]T, 0, n)"),
        ];
        let before = |offset| word_before(text.as_bytes(), &edits, offset);
        assert_eq!((before(6), before(19)), (Some(10), Some(15)));
        assert_eq!((before(12), before(25)), (None, None));
    }

    #[test]
    fn imports_change_with_how_many_fixes_there_are() {
        let import = |text: &str| vec![Edit::insert(0, text)];
        let plan = Arc::new(ImportPlan {
            uses: 2,
            add: import("+"),
            remove: import("-"),
            exchange: import("~"),
        });
        let at = |offset, needs| {
            let plan = Arc::clone(&plan);
            let imports = ImportChange {
                plan,
                needs,
                frees: 1,
            };
            fix(vec![Edit::insert(offset, "!")], Some(imports))
        };
        let texts = |fixes: &[&Fix]| apply(b"abc", &combine(fixes.iter().copied()));
        assert_eq!(texts(&[&at(1, true)]), b"+a!bc");
        assert_eq!(texts(&[&at(1, true), &at(2, true)]), b"~a!b!c");
        assert_eq!(texts(&[&at(1, false), &at(2, false)]), b"-a!b!c");
        // Two findings at one place are one fix.
        assert_eq!(texts(&[&at(1, false), &at(1, false)]), b"a!bc");
    }

    #[test]
    fn edits_side_by_side_do_not_overlap() {
        let one = |start, end| fix(vec![Edit::new(Span::new(start, end), "")], None);
        assert!(one(1, 3).overlaps(&one(2, 4)));
        assert!(!one(1, 3).overlaps(&one(3, 4)));
        assert!(!one(1, 3).overlaps(&one(1, 3)), "the same twice is one");
        let (a, b) = (vec![Edit::insert(1, "a")], vec![Edit::insert(1, "b")]);
        assert!(fix(a, None).overlaps(&fix(b, None)));
    }
}
