//! Comments that speak to heaplint.
//!
//! | comment | meaning |
//! | --- | --- |
//! | `//heaplint:ignore RULE[,RULE] -- reason` | no findings of these rules on this line; alone on its line: in the whole next statement or declaration |
//! | `//heaplint:file-ignore RULE[,RULE] -- reason` | none in the file |
//! | `//nolint:heaplint` | as `ignore` of every rule; above the package clause as `file-ignore` |
//! | `//heaplint:hot`, `//heaplint:cold` | above a function: its heat |
//! | `//heaplint:noalloc` | above a function: it promises to allocate nothing |
//! | `//heaplint:alloc-ok -- reason` | what this line allocates breaks no promise; alone on its line: the next statement |
//!
//! A comment that starts like one of these and is none is a [`Slip`]. What rules are called is not known here.
//! [`write()`] is the other way: it puts `ignore` comments where given findings are.

mod write;

use std::cell::OnceCell;

use rustc_hash::FxHashMap;

use crate::ast::{Ast, Decl, DeclId};
use crate::base::source::SourceFile;
use crate::base::span::Span;
use crate::base::suggest;

pub use write::{Wanted, Written, write};

/// A comment that suppresses findings.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Ignore {
    /// The bytes of the comment.
    pub comment: Span,
    /// The rules it names, with their bytes; none for `nolint`, which means all.
    pub rules: Vec<(String, Span)>,
    /// Where it holds; `None` is the whole file.
    pub scope: Option<Scope>,
    /// Behind ` -- `; empty if not given.
    pub reason: String,
}

/// Where an [`Ignore`] holds.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Scope {
    /// On one line: for findings that start or end there.
    Line(u32),
    /// For findings that start in these bytes.
    Range(Span),
}

/// A function marked `//heaplint:hot` or `//heaplint:cold`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Mark {
    /// The function.
    pub decl: DeclId,
    /// Hot or cold.
    pub hot: bool,
    /// The bytes of the comment.
    pub comment: Span,
}

/// A function with `//heaplint:noalloc`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Promise {
    /// The function.
    pub decl: DeclId,
    /// The bytes of the comment.
    pub comment: Span,
}

/// A place with `//heaplint:alloc-ok`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Exemption {
    /// The bytes of the comment.
    pub comment: Span,
    /// The bytes that it exempts.
    pub covers: Span,
}

/// A comment that was probably meant for heaplint.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Slip {
    /// Its bytes.
    pub comment: Span,
    /// What is wrong, as one sentence.
    pub message: String,
}

/// All that the comments of a file say to heaplint, in their order.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Directives {
    /// Suppressions.
    pub ignores: Vec<Ignore>,
    /// Marks of heat.
    pub marks: Vec<Mark>,
    /// Functions that promise to allocate nothing.
    pub promises: Vec<Promise>,
    /// Places that may allocate all the same.
    pub exemptions: Vec<Exemption>,
    /// Slips.
    pub slips: Vec<Slip>,
}

/// The words behind `heaplint:`.
const VERBS: [&str; 6] = ["ignore", "file-ignore", "hot", "cold", NOALLOC, ALLOC_OK];

/// Above a function that promises to allocate nothing.
pub const NOALLOC: &str = "noalloc";
/// Where something may be allocated all the same.
pub const ALLOC_OK: &str = "alloc-ok";

/// Reads the comments of a file.
pub fn read(src: &SourceFile, ast: &Ast) -> Directives {
    let mut reader = Reader {
        src,
        ast,
        index: OnceCell::new(),
        found: Directives::default(),
    };
    for (i, comment) in ast.comments.iter().enumerate() {
        let text = comment.span.text(src.text());
        // Most comments are prose: look at the few bytes that decide before anything else.
        if text.starts_with(b"//") || text.starts_with(b"/*") {
            reader.comment(i, comment.span, &String::from_utf8_lossy(&text[2..]));
        }
    }
    reader.found
}

struct Reader<'r> {
    src: &'r SourceFile,
    ast: &'r Ast,
    index: OnceCell<Index>,
    found: Directives,
}

/// What a directive may refer to; made when the first one is met, because most files have none.
struct Index {
    /// For each comment the offset of the first byte behind it that is neither white space nor comment.
    next_code: Vec<u32>,
    /// The end of the longest statement that starts at an offset.
    statements: FxHashMap<u32, u32>,
    /// Top-level declarations by the offset they start at, in order.
    declarations: Vec<(Span, DeclId)>,
}

impl Index {
    fn new(src: &SourceFile, ast: &Ast) -> Index {
        let mut statements: FxHashMap<u32, u32> = FxHashMap::default();
        for span in ast.stmt_ids().map(|s| ast.stmt_span(s)) {
            let end = statements.entry(span.start).or_insert(span.end);
            *end = span.end.max(*end);
        }
        Index {
            next_code: next_code(src.text(), ast),
            statements,
            declarations: ast.decls.iter().map(|&d| (ast.decl_span(d), d)).collect(),
        }
    }
}

/// From the last comment to the first, because a comment behind a comment has the same answer.
fn next_code(text: &[u8], ast: &Ast) -> Vec<u32> {
    let mut next = vec![0; ast.comments.len()];
    let mut follower = None;
    for (i, comment) in ast.comments.iter().enumerate().rev() {
        let rest = text.get(comment.span.end as usize..).unwrap_or_default();
        let blanks = rest.iter().take_while(|b| b.is_ascii_whitespace()).count();
        let at = comment.span.end + blanks as u32;
        next[i] = match follower {
            Some((start, answer)) if start == at => answer,
            _ => at,
        };
        follower = Some((comment.span.start, next[i]));
    }
    next
}

impl Reader<'_> {
    fn comment(&mut self, index: usize, span: Span, body: &str) {
        let trimmed = body.trim_start_matches([' ', '\t']);
        if let Some(rest) = trimmed.strip_prefix("nolint:") {
            self.nolint(index, span, rest);
        } else if let Some(rest) = trimmed.strip_prefix("heaplint:") {
            let end = rest.find(|c: char| c.is_whitespace()).unwrap_or(rest.len());
            let block = self.src.text().get(span.start as usize + 1) == Some(&b'*');
            let spaced = trimmed.len() != body.len();
            self.verb(index, span, &rest[..end], &rest[end..], block || spaced);
        }
    }

    fn slip(&mut self, comment: Span, message: String) {
        self.found.slips.push(Slip { comment, message });
    }

    fn nolint(&mut self, index: usize, span: Span, rest: &str) {
        let list = rest.split("//").next().unwrap_or_default();
        let named = list
            .split(',')
            .any(|l| l.trim().eq_ignore_ascii_case("heaplint"));
        if named {
            let reason = rest
                .split_once("//")
                .map_or("", |(_, reason)| reason.trim());
            let package = self.ast.package.map_or(0, |p| self.ast.expr_start(p));
            let alone = self.is_alone(span);
            let scope = if alone && span.end <= package {
                None
            } else {
                Some(self.scope(index, span))
            };
            self.found.ignores.push(Ignore {
                comment: span,
                rules: Vec::new(),
                scope,
                reason: reason.to_owned(),
            });
        }
    }

    /// `displaced` says that the comment has the wrong form: a blank before the word, or `/* */`.
    fn verb(&mut self, index: usize, span: Span, verb: &str, rest: &str, displaced: bool) {
        if !VERBS.contains(&verb) {
            // `// heaplint: see below` is prose.
            if !displaced || suggest::nearest(verb, VERBS).is_some() && !verb.is_empty() {
                let help = suggest::help(verb, VERBS).unwrap_or_default();
                self.slip(span, format!("`heaplint:{verb}` means nothing; {help}"));
            }
            return;
        }
        if displaced {
            let message =
                format!("`heaplint:{verb}` counts only right behind `//`, without a blank");
            return self.slip(span, message);
        }
        match verb {
            "ignore" => self.ignore(index, span, rest, false),
            "file-ignore" => self.ignore(index, span, rest, true),
            NOALLOC => self.promise(index, span),
            ALLOC_OK => self.exemption(index, span, rest),
            _ => self.mark(index, span, verb == "hot"),
        }
    }

    fn ignore(&mut self, index: usize, span: Span, rest: &str, whole_file: bool) {
        let (list, reason) = match rest.split_once("--") {
            Some((list, reason))
                if rest.trim_start().starts_with("--") || list.ends_with([' ', '\t']) =>
            {
                (list, reason)
            }
            _ => (rest, ""),
        };
        let base = span.end - rest.len() as u32;
        let rules = words(list, base);
        if rules.is_empty() {
            let message = "name the rules to ignore: `//heaplint:ignore RULE -- reason`";
            return self.slip(span, message.to_owned());
        }
        let scope = if whole_file {
            None
        } else {
            Some(self.scope(index, span))
        };
        self.found.ignores.push(Ignore {
            comment: span,
            rules,
            scope,
            reason: reason.trim().to_owned(),
        });
    }

    fn mark(&mut self, index: usize, span: Span, hot: bool) {
        let word = if hot { "hot" } else { "cold" };
        if let Some(decl) = self.function_below(index, span, word) {
            self.found.marks.push(Mark {
                decl,
                hot,
                comment: span,
            });
        }
    }

    fn promise(&mut self, index: usize, comment: Span) {
        if let Some(decl) = self.function_below(index, comment, NOALLOC) {
            self.found.promises.push(Promise { decl, comment });
        }
    }

    /// The function below a comment that stands alone; a slip if there is none.
    fn function_below(&mut self, index: usize, span: Span, word: &str) -> Option<DeclId> {
        let next = self.next_code(index);
        let found = self.function_at(next).filter(|_| self.is_alone(span));
        if found.is_none() {
            let message = format!("`heaplint:{word}` has to stand above a function");
            self.slip(span, message);
        }
        found
    }

    fn exemption(&mut self, index: usize, comment: Span, rest: &str) {
        let reason = rest.trim_start().strip_prefix("--").map_or("", str::trim);
        if reason.is_empty() {
            let message = "say why this may allocate: `//heaplint:alloc-ok -- reason`";
            return self.slip(comment, message.to_owned());
        }
        let covers = match self.scope(index, comment) {
            Scope::Range(range) => range,
            Scope::Line(line) => {
                let starts = self.src.line_starts();
                let start = starts[line as usize - 1];
                let end = starts.get(line as usize).copied();
                Span::new(start, end.unwrap_or(self.src.text().len() as u32))
            }
        };
        self.found.exemptions.push(Exemption { comment, covers });
    }

    fn index(&self) -> &Index {
        self.index.get_or_init(|| Index::new(self.src, self.ast))
    }

    fn next_code(&self, comment: usize) -> u32 {
        self.index().next_code[comment]
    }

    fn function_at(&self, offset: u32) -> Option<DeclId> {
        let declarations = &self.index().declarations;
        let i = declarations
            .binary_search_by_key(&offset, |(span, _)| span.start)
            .ok()?;
        let decl = declarations[i].1;
        matches!(self.ast.decl(decl), Decl::Func { .. }).then_some(decl)
    }

    /// Whether nothing but white space is before the comment on its line.
    fn is_alone(&self, span: Span) -> bool {
        let at = self.src.line_col(span.start);
        let line = self.src.line_text(at.line);
        let before = line.get(..at.column as usize - 1).unwrap_or_default();
        before.iter().all(u8::is_ascii_whitespace)
    }

    fn scope(&self, index: usize, span: Span) -> Scope {
        let line = self.src.line_col(span.start).line;
        if !self.is_alone(span) {
            return Scope::Line(line);
        }
        let next = self.next_code(index);
        match self
            .statement_at(next)
            .or_else(|| self.declaration_at(next))
        {
            Some(range) => Scope::Range(range),
            None => Scope::Line(self.src.line_col(next).line),
        }
    }

    /// The longest statement that starts at `offset`.
    fn statement_at(&self, offset: u32) -> Option<Span> {
        let end = self.index().statements.get(&offset)?;
        (*end > offset).then(|| Span::new(offset, *end))
    }

    /// The top-level declaration, or the first spec of a group, whose keyword or name is at `offset`.
    fn declaration_at(&self, offset: u32) -> Option<Span> {
        let text = self.src.text().get(offset as usize..)?;
        let keywords = [&b"var"[..], b"const", b"type", b"func"];
        let at_keyword = keywords.iter().any(|k| text.starts_with(k));
        let declarations = &self.index().declarations;
        let i = declarations.partition_point(|(span, _)| span.start < offset);
        let (span, _) = declarations.get(i)?;
        (span.start == offset || at_keyword).then(|| Span::new(offset, span.end))
    }
}

/// The words of a list separated by commas or blanks, with their bytes; the list starts at offset `base`.
fn words(list: &str, base: u32) -> Vec<(String, Span)> {
    let separator = |c: char| c == ',' || c.is_whitespace();
    let mut found = Vec::new();
    let mut at = 0;
    for word in list.split(separator) {
        if !word.is_empty() {
            let start = base + at as u32;
            found.push((word.to_owned(), Span::new(start, start + word.len() as u32)));
        }
        at += word.len() + 1;
    }
    found
}
