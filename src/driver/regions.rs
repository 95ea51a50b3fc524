//! From gc's positions to regions of the source: what people are shown of a site.
//!
//! gc says where with one position: the operator, bracket or name that an expression hangs on. [`show`] gives each site of
//! a file the region of its expression, cut at the end of the first line, and the text of the whole.

use std::collections::BTreeMap;

use rustc_hash::FxHashMap;

use crate::ast::{Ast, Expr};
use crate::base::source::{FileId, SourceFile};
use crate::base::span::Span;
use crate::finding::normalise;
use crate::rules::Found;
use crate::site::{Site, SiteKind};

/// Longest text of an expression, in characters.
const MAX_TEXT: usize = 80;

/// What lies at a position.
#[derive(Clone, Copy, Default)]
struct Here {
    /// The smallest expression: a name.
    inner: Option<Span>,
    /// The largest expression.
    outer: Option<Span>,
    /// The statement.
    stmt: Option<Span>,
    /// The smallest call or conversion with what lies here as its only argument.
    around: Option<Span>,
}

/// The regions of those positions of a file that are wanted.
struct Regions<'f> {
    src: &'f SourceFile,
    at: FxHashMap<u32, Here>,
}

/// Gives sites and the steps of their flows their regions, and sites their text. `files` are those of the package.
pub(super) fn show<'f>(
    sites: &mut [Site],
    files: impl Iterator<Item = (FileId, &'f SourceFile, &'f Ast)>,
) {
    let mut wanted: BTreeMap<FileId, FxHashMap<u32, Here>> = BTreeMap::new();
    for site in sites.iter() {
        wanted
            .entry(site.file)
            .or_default()
            .insert(site.pos, Here::default());
        for step in &site.flow {
            wanted
                .entry(step.file)
                .or_default()
                .insert(step.span.start, Here::default());
        }
    }
    let mut regions = FxHashMap::default();
    for (file, src, ast) in files {
        if let Some(at) = wanted.remove(&file) {
            regions.insert(file, Regions::find(src, ast, at));
        }
    }
    for site in sites {
        if let Some(found) = regions.get(&site.file) {
            found.show(site);
        }
        for step in &mut site.flow {
            if let Some(found) = regions.get(&step.file) {
                let shown = found.shown(SiteKind::Variable, step.span.start, step.span);
                let covers = step.file == site.file && contains(shown, site.span);
                // The site itself has to stay visible: what lies around it is shown by its operator alone.
                step.span = if covers { step.span } else { shown };
            }
        }
    }
}

/// The same for what was found by other means than sites: one byte is made a region, a region stays.
pub(super) fn show_found<'f>(
    found: &mut [(FileId, Found)],
    files: impl Iterator<Item = (FileId, &'f SourceFile, &'f Ast)>,
) {
    let mut wanted: BTreeMap<FileId, FxHashMap<u32, Here>> = BTreeMap::new();
    for (file, found) in found.iter() {
        let steps = found.trail.iter().map(|s| (s.file, s.span));
        for (file, span) in steps.chain([(*file, found.span)]) {
            let here = wanted.entry(file).or_default();
            here.insert(span.start, Here::default());
        }
    }
    let mut regions = FxHashMap::default();
    for (file, src, ast) in files {
        if let Some(at) = wanted.remove(&file) {
            regions.insert(file, Regions::find(src, ast, at));
        }
    }
    let shown = |file: FileId, span: Span| match regions.get(&file) {
        Some(found) if size(span) == 1 => found.shown(SiteKind::New, span.start, span),
        _ => span,
    };
    for (file, found) in found {
        found.span = shown(*file, found.span);
        for step in &mut found.trail {
            step.span = shown(step.file, step.span);
        }
    }
}

fn contains(outer: Span, inner: Span) -> bool {
    outer.start <= inner.start && inner.end <= outer.end
}

fn size(span: Span) -> u32 {
    span.end - span.start
}

impl<'f> Regions<'f> {
    fn find(src: &'f SourceFile, ast: &Ast, mut at: FxHashMap<u32, Here>) -> Regions<'f> {
        for id in ast.expr_ids() {
            if let Some(here) = at.get_mut(&ast.expr_pos(id)) {
                let span = ast.expr_span(id);
                if here.inner.is_none_or(|s| size(span) < size(s)) {
                    here.inner = Some(span);
                }
                if here.outer.is_none_or(|s| size(span) > size(s)) {
                    here.outer = Some(span);
                }
            }
        }
        for id in ast.expr_ids() {
            let Expr::Call { args, .. } = ast.expr(id) else {
                continue;
            };
            let mut args = ast.list(args);
            if let (Some(arg), None) = (args.next(), args.next())
                && let Some(here) = at.get_mut(&ast.expr_pos(ast.unparen(arg)))
            {
                let span = ast.expr_span(id);
                if here.around.is_none_or(|s| size(span) < size(s)) {
                    here.around = Some(span);
                }
            }
        }
        for id in ast.stmt_ids() {
            if let Some(here) = at.get_mut(&ast.stmt_pos(id)) {
                here.stmt.get_or_insert(ast.stmt_span(id));
            }
        }
        Regions { src, at }
    }

    /// The bytes of what a site of `kind` at `pos` is; `fallback` if nothing written stands there.
    fn whole(&self, kind: SiteKind, pos: u32, fallback: Span) -> Span {
        let here = self.at.get(&pos).copied().unwrap_or_default();
        let region = match kind {
            SiteKind::Variable | SiteKind::Parameter | SiteKind::Function => {
                here.inner.or(here.stmt)
            }
            SiteKind::Go | SiteKind::Defer => here.stmt.or(here.outer),
            // The compiler's position of a conversion is that of its operand.
            SiteKind::StringConversion => here.around.or(here.outer),
            _ => here.outer.or(here.stmt),
        };
        region.unwrap_or(fallback)
    }

    fn shown(&self, kind: SiteKind, pos: u32, fallback: Span) -> Span {
        self.first_line(self.whole(kind, pos, fallback))
    }

    fn show(&self, site: &mut Site) {
        let whole = self.whole(site.kind, site.pos, site.span);
        site.span = self.first_line(whole);
        let is_written = !matches!(
            site.kind,
            SiteKind::Variable
                | SiteKind::Parameter
                | SiteKind::Function
                | SiteKind::Closure
                | SiteKind::VariadicSlice
                | SiteKind::MovedSlice
        );
        if is_written {
            site.expr = self.text(whole);
        }
    }

    /// `span` up to the end of its first line.
    fn first_line(&self, span: Span) -> Span {
        let text = span.text(self.src.text());
        let end = text.iter().position(|b| matches!(b, b'\n' | b'\r'));
        Span::new(span.start, span.start + end.unwrap_or(text.len()) as u32)
    }

    /// Source text on one line, cut where it gets long.
    fn text(&self, span: Span) -> String {
        let bytes = span.text(self.src.text());
        let start = &bytes[..bytes.len().min(4 * MAX_TEXT)];
        let text = normalise(&String::from_utf8_lossy(start));
        match text.char_indices().nth(MAX_TEXT) {
            Some((end, _)) => format!("{}…", &text[..end]),
            None => text,
        }
    }
}
