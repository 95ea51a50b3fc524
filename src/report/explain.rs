//! `heaplint explain FILE:LINE[:COL]`: sites of a place, each with its verdict, its cost, and the way to the heap step by
//! step; as text, or as a graph for Graphviz.
//!
//! ```text
//! a.go:5:21: `make([]byte, i)` is on the heap: stored through a pointer, slice element or map
//!   kind: make-slice, type: []byte, size: known at run time
//!   cost: always
//!   heat: hot, in the body of the loop at line 4
//!   the way:
//!     1. a.go:5:3  the storage of `make([]byte, i)` goes to the heap (call parameter)
//!          out = append(out, make([]byte, i))
//! ```

use std::io::{self, Write};

use super::{place, text};
use crate::base::bytesize;
use crate::base::index::IndexVec;
use crate::base::source::{FileId, SourceFile};
use crate::base::span::Span;
use crate::site::{Cost, FlowStep, Site, SiteKind, Verdict};

/// A site and what is known of it besides.
pub struct Explained<'s> {
    /// The site.
    pub site: &'s Site,
    /// Why it is on the heap, as words that continue "on the heap: "; empty if it is not.
    pub reason: &'static str,
    /// The rules that find it, suppressed ones included.
    pub rules: Vec<&'s str>,
}

/// Writes what is known of each site, as text.
pub fn write_explanation(
    files: &IndexVec<FileId, SourceFile>,
    sites: &[Explained<'_>],
    out: &mut dyn Write,
) -> io::Result<()> {
    for (i, explained) in sites.iter().enumerate() {
        if i > 0 {
            writeln!(out)?;
        }
        one(files, explained, out)?;
    }
    Ok(())
}

/// What a site is, as the beginning of a sentence. Nobody has written the slice of variadic arguments.
fn subject(site: &Site) -> String {
    match site.kind {
        SiteKind::VariadicSlice => "the slice of variadic arguments".to_owned(),
        _ => format!("`{}`", text::one_line(&site.expr)),
    }
}

fn one(
    files: &IndexVec<FileId, SourceFile>,
    explained: &Explained<'_>,
    out: &mut dyn Write,
) -> io::Result<()> {
    let site = explained.site;
    let expr = subject(site);
    let at = position(files, site.file, site.span);
    match &site.verdict {
        Verdict::Stack => writeln!(out, "{at}: {expr} stays in its frame")?,
        Verdict::Heap(_) => writeln!(out, "{at}: {expr} is on the heap: {}", explained.reason)?,
        Verdict::Unknown(missing) => writeln!(out, "{at}: {expr} is not known: {missing}")?,
    }
    let size = match site.size {
        Some(bytes) => bytesize::display(bytes),
        None => "known at run time".to_owned(),
    };
    let ty = text::one_line(&site.ty);
    writeln!(
        out,
        "  kind: {}, type: {ty}, size: {size}",
        site.kind.as_str()
    )?;
    writeln!(out, "  cost: {}", cost(&site.cost))?;
    let why = site.heat.why.join(", ");
    let separator = if why.is_empty() { "" } else { ", " };
    writeln!(out, "  heat: {}{separator}{why}", site.heat.as_str())?;
    if !site.flow.is_empty() {
        writeln!(out, "  the way:")?;
    }
    for (number, step) in (1..).zip(&site.flow) {
        let place = position(files, step.file, step.span);
        writeln!(out, "    {number}. {place}  {}", text::one_line(&step.note))?;
        writeln!(out, "         {}", source_line(files, step))?;
    }
    for rule in &explained.rules {
        writeln!(
            out,
            "  found by {rule}; what to do: heaplint explain {rule}"
        )?;
    }
    Ok(())
}

fn cost(cost: &Cost) -> String {
    match cost {
        Cost::Maybe(condition) => format!("maybe: when {condition}"),
        other => other.as_str().to_owned(),
    }
}

fn position(files: &IndexVec<FileId, SourceFile>, file: FileId, span: Span) -> String {
    let source = &files[file];
    let at = source.line_col(span.start);
    format!("{}:{}:{}", place::shown(source.path()), at.line, at.column)
}

fn source_line(files: &IndexVec<FileId, SourceFile>, step: &FlowStep) -> String {
    let source = &files[step.file];
    let line = source.line_text(source.line_col(step.span.start).line);
    text::one_line(String::from_utf8_lossy(line).trim()).into_owned()
}

/// Writes the ways of the sites as a graph in Graphviz's language.
pub fn write_graph(
    files: &IndexVec<FileId, SourceFile>,
    sites: &[Explained<'_>],
    out: &mut dyn Write,
) -> io::Result<()> {
    writeln!(out, "digraph escape {{")?;
    writeln!(out, "  rankdir=LR;")?;
    writeln!(out, "  node [shape=box];")?;
    for (i, explained) in sites.iter().enumerate() {
        let site = explained.site;
        let at = position(files, site.file, site.span);
        node(
            out,
            &format!("s{i}"),
            &[&site.expr, &at, site.verdict.as_str()],
        )?;
        let mut from = format!("s{i}");
        for (j, step) in site.flow.iter().enumerate() {
            let to = format!("s{i}_{j}");
            let place = position(files, step.file, step.span);
            node(out, &to, &[&source_line(files, step), &place])?;
            writeln!(out, "  {from} -> {to} [label={}];", quoted(&step.note))?;
            from = to;
        }
    }
    writeln!(out, "}}")
}

fn node(out: &mut dyn Write, id: &str, lines: &[&str]) -> io::Result<()> {
    writeln!(out, "  {id} [label={}];", quoted(&lines.join("\n")))
}

/// A string of Graphviz's language.
fn quoted(label: &str) -> String {
    let lines: Vec<_> = label.lines().map(text::one_line).collect();
    let label = lines.join("\n").replace('\\', "\\\\").replace('"', "\\\"");
    format!("\"{}\"", label.replace('\n', "\\n"))
}
