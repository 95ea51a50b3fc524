//! `heaplint suppress`: comments in bulk, each with the reason given.
//!
//! What would be written is analysed before anything is: comments that would not do what they are for are not worth having.

use std::collections::BTreeMap;
use std::io;
use std::path::PathBuf;
use std::sync::Arc;

use crate::base::files::Overlay;
use crate::base::source::{FileId, SourceFile};
use crate::base::suggest;
use crate::cli::{Exit, SuppressArgs};
use crate::directive::{self, Wanted, Written};
use crate::finding::{Finding, Known, RuleMeta};

use super::setup::Refusal;
use super::{Analysis, Scope, Streams, analyse, in_pool, past};

/// A file that gets comments.
struct Edit {
    path: PathBuf,
    shown: PathBuf,
    written: Written,
}

/// What is to be done, and what it would not help.
struct Plan {
    edits: Vec<Edit>,
    /// How many findings are suppressed.
    suppressed: usize,
    /// Findings that stay, as `path:line: rule`.
    left: Vec<String>,
}

/// `heaplint suppress`
pub(super) fn run(args: &SuppressArgs, streams: &mut Streams<'_>) -> io::Result<Exit> {
    let threads = args.threads.map_or(0, usize::from);
    let plan = match in_pool(threads, || plan(args)) {
        Ok(plan) => plan,
        Err(refusal) => return refusal.tell(streams),
    };
    for edit in &plan.edits {
        if !args.dry_run {
            std::fs::write(&edit.path, &edit.written.text)?;
        }
        let (path, n) = (edit.shown.display(), edit.written.comments);
        writeln!(streams.out, "{path}: {n} comment{}", plural(n))?;
    }
    for place in &plan.left {
        writeln!(streams.err, "{place}: no comment covers this")?;
    }
    let would = if args.dry_run { "would be " } else { "" };
    let (n, files) = (plan.suppressed, plan.edits.len());
    writeln!(
        streams.err,
        "{n} finding{} in {files} file{} {would}suppressed",
        plural(n),
        plural(files)
    )?;
    Ok(if plan.left.is_empty() {
        Exit::Clean
    } else {
        Exit::Findings
    })
}

fn plural(n: usize) -> &'static str {
    if n == 1 { "" } else { "s" }
}

fn plan(args: &SuppressArgs) -> Result<Plan, Refusal> {
    let reason = args.reason.split_whitespace().collect::<Vec<_>>().join(" ");
    if reason.is_empty() {
        return Err(Refusal::Said("give a reason that says something".into()));
    }
    if args.past.staged {
        let message = "what is staged cannot be edited; leave out --staged";
        return Err(Refusal::Said(message.into()));
    }
    let scope = Scope::new(&args.paths, &args.input);
    let before = past::analyse_new(&scope, &args.past)?;
    known_rules(&args.rules, &before.rules)?;
    let edits = edits(&before, args, &reason);
    let after = analyse(&Scope {
        overlay: Arc::new(overlay(&edits)),
        dirs: Some(&before.dirs),
        ..scope
    })?;
    let suppressed = |a: &Analysis| {
        let findings = a.findings.iter();
        findings.filter(|f| f.suppressed.is_some()).count()
    };
    Ok(Plan {
        suppressed: suppressed(&after).saturating_sub(suppressed(&before)),
        left: left(&before, &after, args),
        edits,
    })
}

fn known_rules(named: &[String], rules: &[RuleMeta]) -> Result<(), Refusal> {
    let ids = || rules.iter().map(|rule| rule.id.as_str());
    let Some(unknown) = named.iter().find(|name| !ids().any(|id| id == *name)) else {
        return Ok(());
    };
    let help = suggest::help(unknown, ids()).map_or(String::new(), |help| format!("; {help}"));
    Err(Refusal::Said(format!("there is no rule `{unknown}`{help}")))
}

/// Whether the finding is one to suppress: those about the run itself are to be mended.
fn is_wanted(finding: &Finding, args: &SuppressArgs) -> bool {
    let named = args.rules.is_empty() || args.rules.contains(&finding.rule);
    finding.is_open() && finding.site.is_some() && named
}

fn edits(analysis: &Analysis, args: &SuppressArgs, reason: &str) -> Vec<Edit> {
    let mut by_file: BTreeMap<FileId, Vec<Wanted>> = BTreeMap::new();
    for finding in analysis.findings.iter().filter(|f| is_wanted(f, args)) {
        by_file.entry(finding.file).or_default().push(Wanted {
            span: finding.span,
            rule: finding.rule.clone(),
        });
    }
    let edit = |(file, wanted): (FileId, Vec<Wanted>)| {
        let src: &SourceFile = &analysis.program.files[file];
        Edit {
            path: crate::walk::normalize(&analysis.places().cwd.join(src.path())),
            shown: src.path().to_path_buf(),
            written: directive::write(src, &wanted, reason),
        }
    };
    let edits = by_file.into_iter().map(edit);
    let mut edits: Vec<Edit> = edits.filter(|edit| edit.written.comments > 0).collect();
    edits.sort_by(|a, b| a.path.cmp(&b.path));
    edits
}

fn overlay(edits: &[Edit]) -> Overlay {
    let text = |edit: &Edit| {
        let text: Arc<[u8]> = edit.written.text.as_slice().into();
        (edit.path.clone(), Some(text))
    };
    Overlay::new(edits.iter().map(text).collect())
}

/// The findings that the comments do not cover: open ones beyond those that were to stay.
fn left(before: &Analysis, after: &Analysis, args: &SuppressArgs) -> Vec<String> {
    let kept = |f: &&Finding| f.suppressed.is_none() && !is_wanted(f, args);
    let mut kept = Known::of(before.findings.iter().filter(kept));
    let open = after.findings.iter().filter(|f| is_wanted(f, args));
    open.filter(|f| !kept.take(f))
        .map(|finding| {
            let src = &after.program.files[finding.file];
            let line = src.line_col(finding.span.start).line;
            format!("{}:{line}: {}", src.path().display(), finding.rule)
        })
        .collect()
}
