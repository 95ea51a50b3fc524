//! The imports of a file that stops using `fmt`, or starts to use `strconv`.
//!
//! The text stays as `gofmt` writes it: paths are sorted among those that stand together without a blank line, and a
//! group has a line for each. A lone `import "fmt"` becomes a group when a second path joins it.

use super::view::View;
use super::{FMT, Refusal, STRCONV};
use crate::ast::{Decl, DeclId, Expr};
use crate::base::span::Span;
use crate::edit::{Edit, ImportPlan};

/// An import spec of the file.
#[derive(Clone, Copy)]
struct Spec<'f> {
    /// From the name or path to the end of the path.
    span: Span,
    /// The path without its quotes.
    path: &'f str,
    /// Whether it has a name of its own.
    named: bool,
}

/// The edits that there are to choose from for a file that imports `fmt`.
pub(super) fn plan(view: &View<'_>) -> Result<ImportPlan, Refusal> {
    let specs: Vec<Spec<'_>> = view
        .ast()
        .decls
        .iter()
        .filter_map(|&d| spec(view, d))
        .collect();
    let is = |path: &'static str| move |s: &&Spec<'_>| s.path == path;
    let mut found = specs.iter().filter(is(FMT));
    let (Some(&old), None) = (found.next(), found.next()) else {
        return Err(Refusal("`fmt` is not imported just once"));
    };
    let has_new = match specs.iter().find(is(STRCONV)) {
        Some(spec) if spec.named => {
            return Err(Refusal("`strconv` is imported under another name"));
        }
        found => found.is_some(),
    };
    if !has_new && !is_free(view) {
        return Err(Refusal("the name `strconv` stands for something else"));
    }
    let remove = removal(view, old)?;
    let mut plan = ImportPlan {
        uses: uses(view),
        add: Vec::new(),
        exchange: remove.clone(),
        remove,
    };
    if !has_new {
        plan.add = addition(view, old, &specs)?;
        plan.exchange = exchange(view, old, &specs, &plan)?;
    }
    Ok(plan)
}

fn spec<'f>(view: &View<'f>, decl: DeclId) -> Option<Spec<'f>> {
    let Decl::Import { name, path } = view.ast().decl(decl) else {
        return None;
    };
    let path_span = view.ast().expr_span(path);
    let start = name.map_or(path_span.start, |n| view.ast().expr_start(n));
    Some(Spec {
        span: Span::new(start, path_span.end),
        path: view.text(path_span).trim_matches(['"', '`']),
        named: name.is_some(),
    })
}

/// Whether nothing in the file or package is called `strconv`.
fn is_free(view: &View<'_>) -> bool {
    view.is_predeclared(STRCONV)
}

/// How often the file names the package `fmt`.
fn uses(view: &View<'_>) -> usize {
    let ast = view.ast();
    let names = ast.expr_ids().filter(|&e| {
        matches!(ast.expr(e), Expr::Selector { x, .. }
        if view.package(x).is_some_and(|p| p.path.as_str() == FMT))
    });
    names.count()
}

/// The line that `span` is alone on, its end included.
fn own_line(view: &View<'_>, span: Span) -> Option<Span> {
    let indent = view.indent(span.start)?;
    let rest = view.file.src.get(span.end as usize..)?;
    let newline = view.newline().as_bytes();
    let end = span.end + newline.len() as u32;
    rest.starts_with(newline)
        .then(|| Span::new(span.start - indent.len() as u32, end))
}

/// Whether a spec stands behind the keyword instead of in a group.
fn is_lone(view: &View<'_>, spec: Spec<'_>) -> bool {
    keyword(view, spec).is_some()
}

/// Where `import` stands before a lone spec, at the start of its line.
fn keyword(view: &View<'_>, spec: Spec<'_>) -> Option<u32> {
    let before = spec.span.start.checked_sub("import ".len() as u32)?;
    let text = view.text(Span::new(before, spec.span.start));
    let starts_line = view.indent(before).is_some_and(str::is_empty);
    (text == "import " && starts_line).then_some(before)
}

fn blank_line(view: &View<'_>, at: u32) -> Option<Span> {
    let newline = view.newline().as_bytes();
    let rest = view.file.src.get(at as usize..)?;
    rest.starts_with(newline)
        .then(|| Span::new(at, at + newline.len() as u32))
}

/// Takes a spec out, with the blank line that would be left over.
fn removal(view: &View<'_>, old: Spec<'_>) -> Result<Vec<Edit>, Refusal> {
    const WHY: Refusal = Refusal("the import of `fmt` does not stand on a line of its own");
    if let Some(keyword) = keyword(view, old) {
        let line = Span::new(keyword, old.span.end);
        let line = own_line(view, line).ok_or(WHY)?;
        let end = blank_line(view, line.end).map_or(line.end, |blank| blank.end);
        return Ok(vec![Edit::new(Span::new(line.start, end), "")]);
    }
    let line = own_line(view, old.span).ok_or(WHY)?;
    if has_comment_above(view, line) {
        return Err(Refusal("a comment stands at the import of `fmt`"));
    }
    // A section that ends takes the blank line behind it along, or the one before it if it is the last.
    let newline = view.newline().len() as u32;
    let behind = blank_line(view, line.end);
    let before = line
        .start
        .checked_sub(newline)
        .and_then(|at| blank_line(view, at));
    let before = before.filter(|b| view.indent(b.start).is_some_and(str::is_empty));
    let opens = view
        .text(Span::new(0, line.start))
        .trim_end()
        .ends_with('(');
    let closes = view
        .text(Span::new(line.end, view.file.src.len() as u32))
        .starts_with(')');
    let gone = match (before, behind) {
        _ if opens && closes => group(view, line).ok_or(WHY)?,
        (Some(_), Some(blank)) => Span::new(line.start, blank.end),
        (None, Some(blank)) if opens => Span::new(line.start, blank.end),
        (Some(blank), None) if closes => Span::new(blank.start, line.end),
        _ => line,
    };
    Ok(vec![Edit::new(gone, "")])
}

/// The whole declaration around the only line of a group.
fn group(view: &View<'_>, line: Span) -> Option<Span> {
    let before = view.text(Span::new(0, line.start));
    let keyword = before.trim_end().strip_suffix("import (")?.len() as u32;
    let decl = own_line(view, Span::new(keyword, line.end + 1))?;
    let end = blank_line(view, decl.end).map_or(decl.end, |blank| blank.end);
    Some(Span::new(decl.start, end))
}

/// Whether a comment above would be about another import once this one is gone.
fn has_comment_above(view: &View<'_>, line: Span) -> bool {
    let comments = view.ast().comments.iter();
    let newline = view.newline().len() as u32;
    comments
        .into_iter()
        .any(|c| c.span.end + newline == line.start || line.contains(c.span.start))
}

/// Imports `strconv` beside `fmt`.
fn addition(view: &View<'_>, old: Spec<'_>, specs: &[Spec<'_>]) -> Result<Vec<Edit>, Refusal> {
    let newline = view.newline();
    if is_lone(view, old) {
        let fmt = view.text(old.span);
        let group = format!("({newline}\t{fmt}{newline}\t\"{STRCONV}\"{newline})");
        return Ok(vec![Edit::new(old.span, group)]);
    }
    let (at, indent) = place(view, old, specs)?;
    let line = format!("{indent}\"{STRCONV}\"{newline}");
    Ok(vec![Edit::insert(at, line)])
}

/// The start of the line before which `strconv` belongs, in the section that `fmt` stands in, and the indent there.
fn place<'f>(
    view: &View<'f>,
    old: Spec<'_>,
    specs: &[Spec<'_>],
) -> Result<(u32, &'f str), Refusal> {
    const WHY: Refusal = Refusal("the imports are not written one a line");
    let mut line = own_or_commented_line(view, old.span).ok_or(WHY)?;
    let indent = view.indent(old.span.start).ok_or(WHY)?;
    // Specs of one section follow each other line by line.
    for next in specs.iter().skip_while(|s| s.span.start <= old.span.start) {
        let Some(following) = own_or_commented_line(view, next.span) else {
            return Err(WHY);
        };
        if following.start != line.end || next.path > STRCONV {
            break;
        }
        line = following;
    }
    Ok((line.end, indent))
}

/// The line that a spec starts, a comment behind it included.
fn own_or_commented_line(view: &View<'_>, span: Span) -> Option<Span> {
    let indent = view.indent(span.start)?;
    let end = memchr::memchr(b'\n', view.file.src.get(span.end as usize..)?)?;
    let end = span.end + end as u32;
    let rest = view.text(Span::new(span.end, end)).trim();
    (rest.is_empty() || rest.starts_with("//"))
        .then(|| Span::new(span.start - indent.len() as u32, end + 1))
}

/// `strconv` instead of `fmt`.
fn exchange(
    view: &View<'_>,
    old: Spec<'_>,
    specs: &[Spec<'_>],
    plan: &ImportPlan,
) -> Result<Vec<Edit>, Refusal> {
    if is_lone(view, old) {
        return Ok(vec![Edit::new(old.span, format!("\"{STRCONV}\""))]);
    }
    let (at, indent) = place(view, old, specs)?;
    let line = own_line(view, old.span).ok_or(Refusal("the imports are not written one a line"))?;
    if at == line.end {
        // The sorted place is that of `fmt` itself.
        let text = format!("{indent}\"{STRCONV}\"{}", view.newline());
        return Ok(vec![Edit::new(line, text)]);
    }
    let mut both: Vec<Edit> = plan.remove.iter().chain(&plan.add).cloned().collect();
    both.sort();
    Ok(both)
}
