//! `heaplint explain`: what a rule means, or why what stands at a place is where it is.

use std::io;
use std::path::{Path, PathBuf};

use crate::base::span::LineCol;
use crate::cli::{Exit, ExplainArgs, ExplainFormat};
use crate::report::{self, Explained};
use crate::rules;
use crate::site::{Site, Verdict};

use super::{Analysis, Scope, Streams, Wanted, analyse, commands, in_pool};

/// A place as it is written on the command line.
struct Place {
    file: PathBuf,
    line: u32,
    column: Option<u32>,
}

impl Place {
    /// Reads `FILE:LINE[:COL]`.
    fn parse(text: &str) -> Option<Place> {
        let (rest, last) = text.rsplit_once(':')?;
        let last = last.parse().ok()?;
        let with_column = rest
            .rsplit_once(':')
            .and_then(|(file, line)| Some((file, line.parse().ok()?)));
        let (file, line, column) = match with_column {
            Some((file, line)) => (file, line, Some(last)),
            None => (rest, last, None),
        };
        (!file.is_empty()).then(|| Place {
            file: file.into(),
            line,
            column,
        })
    }
}

/// `heaplint explain RULE|FILE:LINE[:COL]`
pub(super) fn explain(args: &ExplainArgs, streams: &mut Streams<'_>) -> io::Result<Exit> {
    let Some(place) = Place::parse(&args.subject) else {
        return commands::explain_rule(&args.subject, args.input.config.as_deref(), streams);
    };
    let paths = [place.file.clone()];
    let scope = Scope {
        wanted: Wanted::ALL_SITES,
        ..Scope::new(&paths, &args.input)
    };
    match in_pool(0, || analyse(&scope)) {
        Ok(analysis) => show(&analysis, &place, args.format, streams),
        Err(refusal) => refusal.tell(streams),
    }
}

fn show(
    analysis: &Analysis,
    place: &Place,
    format: ExplainFormat,
    streams: &mut Streams<'_>,
) -> io::Result<Exit> {
    let files = &analysis.program.files;
    let named = absolute(&place.file);
    let file = files
        .iter_enumerated()
        .find(|(_, f)| absolute(f.path()) == named);
    let Some((file, source)) = file else {
        let path = place.file.display();
        writeln!(streams.err, "error: {path}: not part of what is built")?;
        return Ok(Exit::Fault);
    };
    let start = LineCol {
        line: place.line,
        column: 1,
    };
    if source.offset(start).is_none() {
        let path = place.file.display();
        writeln!(
            streams.err,
            "error: {path}: there is no line {}",
            place.line
        )?;
        return Ok(Exit::Fault);
    }
    let sites = analysis.checked.iter().flat_map(|c| &c.sites);
    let on_line: Vec<&Site> = sites
        .filter(|s| s.file == file && source.line_col(s.pos).line == place.line)
        .collect();
    let chosen = at_column(&on_line, place.column, |site| {
        let (from, to) = (
            source.line_col(site.span.start),
            source.line_col(site.span.end),
        );
        (from.column.min(source.line_col(site.pos).column), to.column)
    });
    let explained: Vec<Explained<'_>> = chosen.map(|site| explained(analysis, site)).collect();
    if explained.is_empty() {
        writeln!(streams.out, "nothing that may allocate stands there")?;
        return Ok(Exit::Clean);
    }
    match format {
        ExplainFormat::Text => report::write_explanation(files, &explained, streams.out)?,
        ExplainFormat::Dot => report::write_graph(files, &explained, streams.out)?,
    }
    Ok(Exit::Clean)
}

/// The sites around a column: the whole line's if none is given.
fn at_column<'s>(
    sites: &[&'s Site],
    column: Option<u32>,
    columns: impl Fn(&Site) -> (u32, u32),
) -> impl Iterator<Item = &'s Site> {
    sites.iter().copied().filter(move |site| {
        let (from, to) = columns(site);
        column.is_none_or(|c| from <= c && c <= to)
    })
}

fn explained<'a>(analysis: &'a Analysis, site: &'a Site) -> Explained<'a> {
    let of_site = |f: &&crate::finding::Finding| {
        let found = f.site.as_ref();
        found.is_some_and(|s| (s.file, s.pos, s.kind) == (site.file, site.pos, site.kind))
    };
    let findings = analysis.findings.iter().filter(of_site);
    Explained {
        site,
        reason: match &site.verdict {
            Verdict::Heap(reason) => rules::reason_phrase(*reason),
            _ => "",
        },
        rules: findings.map(|f| f.rule.as_str()).collect(),
    }
}

fn absolute(path: &Path) -> PathBuf {
    std::path::absolute(path).unwrap_or_else(|_| path.to_path_buf())
}
