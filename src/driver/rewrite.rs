//! `check --fix` and `check --diff`: writes what [`fix`](super::fix) has found good, or shows it.
//!
//! A file is written beside its place and then moved there, so that it is whole at any time; links are followed, and the
//! file keeps its permissions. A file that is no longer as it was read is left alone.

use std::io::{self, Write};
use std::path::Path;

use crate::base::files::{Disk, Files};
use crate::cli::{CheckArgs, FixArgs};
use crate::edit;
use crate::finding::Remedy;
use crate::report::{self, Format};

use super::fix::{Rewritten, offer, rewritten};
use super::setup::Refusal;
use super::{Analysis, Scope, Streams, in_pool, past};

/// How many findings are named that are not rewritten.
const MAX_NAMED: usize = 20;

/// What became of the fixes of a run.
#[derive(Default)]
pub(super) struct Outcome {
    args: FixArgs,
    /// How many findings are mended, or would be.
    findings: usize,
    /// In how many files.
    files: usize,
    /// Findings that wait for another run.
    waiting: usize,
    /// Findings that are not rewritten though their rules know how: place, rule and why.
    refused: Vec<String>,
    /// Files that were left alone, and why.
    problems: Vec<String>,
    /// A file could not be written.
    pub(super) failed: bool,
}

/// Analyses what is new, and finds out what can be mended if anything shows it.
pub(super) fn analyse_with_fixes(scope: &Scope<'_>, args: &CheckArgs) -> Result<Analysis, Refusal> {
    let mut analysis = past::analyse_new(scope, &args.past)?;
    if args.fixes.fix || args.fixes.diff || shows_fixes(args) {
        offer(&mut analysis)?;
    }
    Ok(analysis)
}

/// Whether a format is asked for that says how findings are mended.
fn shows_fixes(args: &CheckArgs) -> bool {
    let others = args.output.iter().map(|o| o.format);
    let mut formats = others.chain([args.format]);
    formats.any(|f| matches!(f, Format::Json | Format::Sarif))
}

/// Writes the fixes of `analysis`, which came of `scope`, if `args` ask for it; what is left is analysed anew then.
pub(super) fn run(
    scope: &Scope<'_>,
    args: &CheckArgs,
    analysis: Analysis,
) -> Result<(Analysis, Outcome), Refusal> {
    let mut outcome = Outcome {
        args: args.fixes,
        ..Outcome::default()
    };
    if !args.fixes.fix && !args.fixes.diff {
        return Ok((analysis, outcome));
    }
    outcome.count_left(&analysis);
    let files = rewritten(&analysis);
    for file in &files {
        if args.fixes.diff || outcome.write(&analysis, file) {
            outcome.findings += file.findings;
            outcome.files += 1;
        }
    }
    if args.fixes.diff || outcome.files == 0 {
        return Ok((analysis, outcome));
    }
    let threads = args.threads.map_or(0, usize::from);
    let left = in_pool(threads, || analyse_left(scope, args))?;
    Ok((left, outcome))
}

/// What there is to report once files are rewritten. Fixes were offered and taken; those that waited are for another run.
fn analyse_left(scope: &Scope<'_>, args: &CheckArgs) -> Result<Analysis, Refusal> {
    let mut args = args.clone();
    args.fixes = FixArgs::default();
    analyse_with_fixes(scope, &args)
}

/// Writes what fixes would change.
pub(super) fn write_diff(analysis: &Analysis, out: &mut dyn Write) -> io::Result<()> {
    for file in rewritten(analysis) {
        report::write_diff(&analysis.program.files[file.file], &file.edits, out)?;
    }
    Ok(())
}

impl Outcome {
    fn count_left(&mut self, analysis: &Analysis) {
        for finding in &analysis.findings {
            match finding.remedy {
                Some(Remedy::Waits) => self.waiting += 1,
                Some(Remedy::None(why)) => {
                    let source = &analysis.program.files[finding.file];
                    let line = source.line_col(finding.span.start).line;
                    let (path, rule) = (source.path().display(), &finding.rule);
                    self.refused.push(format!("{path}:{line}: {rule}: {why}"));
                }
                Some(Remedy::Fix(_)) | None => {}
            }
        }
    }

    /// Writes one file; false if it is left alone.
    fn write(&mut self, analysis: &Analysis, file: &Rewritten) -> bool {
        let source = &analysis.program.files[file.file];
        let text = edit::apply(source.text(), &file.edits);
        let why = match replace(&file.path, source.text(), &text) {
            Ok(true) => return true,
            Ok(false) => "it has changed since it was read; left alone".to_owned(),
            Err(error) => {
                self.failed = true;
                format!("cannot be written: {error}")
            }
        };
        let path = source.path().display();
        self.problems.push(format!("{path}: {why}"));
        false
    }

    /// Says which files were left alone.
    pub(super) fn tell_problems(&self, streams: &mut Streams<'_>) -> io::Result<()> {
        for problem in &self.problems {
            writeln!(streams.err, "error: {problem}")?;
        }
        Ok(())
    }

    /// Says how many findings are mended, and which are not.
    pub(super) fn tell(&self, streams: &mut Streams<'_>) -> io::Result<()> {
        if !self.args.fix && !self.args.diff {
            return Ok(());
        }
        for line in self.refused.iter().take(MAX_NAMED) {
            writeln!(streams.err, "note: not rewritten: {line}")?;
        }
        let more = self.refused.len().saturating_sub(MAX_NAMED);
        if more > 0 {
            writeln!(streams.err, "note: {more} more not rewritten")?;
        }
        writeln!(streams.err, "{}", self.sentence())
    }

    /// `Fixed 3 findings in 2 files; 1 cannot be rewritten safely; 1 waits for another run`
    fn sentence(&self) -> String {
        let plural = |n: usize| if n == 1 { "" } else { "s" };
        let (n, files) = (self.findings, self.files);
        let verb = if self.args.diff { "Would fix" } else { "Fixed" };
        let mut text = format!(
            "{verb} {n} finding{} in {files} file{}",
            plural(n),
            plural(files)
        );
        if !self.refused.is_empty() {
            let refused = format!("; {} cannot be rewritten safely", self.refused.len());
            text.push_str(&refused);
        }
        if self.waiting > 0 {
            let waits = if self.waiting == 1 { "waits" } else { "wait" };
            let waiting = format!(
                "; {} {waits} for another run, because edits overlap",
                self.waiting
            );
            text.push_str(&waiting);
        }
        text
    }
}

/// Puts `new` in the place of the file at `path` if it still holds `old`; whether it did.
fn replace(path: &Path, old: &[u8], new: &[u8]) -> io::Result<bool> {
    let path = path.canonicalize()?;
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let beside = path.with_file_name(format!(".{name}.heaplint-{}", std::process::id()));
    let written = write_beside(&path, &beside, old, new);
    match written {
        Ok(true) => {}
        Ok(false) | Err(_) => drop(std::fs::remove_file(&beside)),
    }
    written
}

fn write_beside(path: &Path, beside: &Path, old: &[u8], new: &[u8]) -> io::Result<bool> {
    let mut file = std::fs::File::create_new(beside)?;
    file.write_all(new)?;
    file.sync_all()?;
    std::fs::set_permissions(beside, std::fs::metadata(path)?.permissions())?;
    if Disk.read(path)? != old {
        return Ok(false);
    }
    std::fs::rename(beside, path)?;
    Ok(true)
}
