//! `heaplint baseline`: writes, checks and prunes baseline files.

use std::collections::BTreeSet;
use std::io;
use std::path::{Path, PathBuf};

use crate::base::files::{Disk, Files};
use crate::baseline::{self, Baseline, Update};
use crate::cli::{BaselineArgs, BaselineCommand, Exit};
use crate::config;
use crate::finding::{Finding, Known};
use crate::report;
use crate::rules::SYNTAX_ERROR;
use crate::walk::normalize;

use super::setup::Refusal;
use super::{Analysis, Scope, Streams, analyse, in_pool};

/// A baseline and what a run found of what it is about.
struct Compared {
    held: Baseline,
    found: Known,
    update: Update,
}

/// `heaplint baseline …`
pub(super) fn run(command: &BaselineCommand, streams: &mut Streams<'_>) -> io::Result<Exit> {
    let args = command.args();
    let threads = args.threads.map_or(0, usize::from);
    let may_be_new = matches!(command, BaselineCommand::Write(_));
    let compared = in_pool(threads, || {
        let analysis = analyse(&Scope::new(&args.paths, &args.input))?;
        compare(&analysis, args, may_be_new)
    });
    let compared = match compared {
        Ok(compared) => compared,
        Err(refusal) => return refusal.tell(streams),
    };
    match command {
        BaselineCommand::Write(_) => write(&compared, streams),
        BaselineCommand::Check(_) => check(&compared, streams),
        BaselineCommand::Prune(_) => prune(&compared, streams),
    }
}

fn compare(
    analysis: &Analysis,
    args: &BaselineArgs,
    may_be_new: bool,
) -> Result<Compared, Refusal> {
    let cwd = &analysis.places().cwd;
    let paths: Vec<PathBuf> = args.paths.iter().map(|p| cwd.join(p)).collect();
    refuse_parts(analysis, &paths)?;
    let path = match &args.baseline {
        Some(path) => normalize(&cwd.join(path)),
        None => default_path(analysis.places()),
    };
    let held = open(path, may_be_new)?;
    let found = found(analysis, &held.path, args.baseline.is_some());
    let update = update(analysis, &paths, &held, &found);
    Ok(Compared {
        held,
        found,
        update,
    })
}

/// Fails where less than whole packages has been looked at.
fn refuse_parts(analysis: &Analysis, paths: &[PathBuf]) -> Result<(), Refusal> {
    if analysis.at_fault {
        let message = "a package could not be analysed; the baseline stays as it is";
        return Err(Refusal::Said(message.to_owned()));
    }
    let Some(file) = paths.iter().find(|path| path.is_file()) else {
        return Ok(());
    };
    let file = file.display();
    let message = format!("{file}: a baseline is kept by whole packages; name the folder");
    Err(Refusal::Said(message))
}

fn open(path: PathBuf, may_be_new: bool) -> Result<Baseline, Refusal> {
    if may_be_new && !Disk.exists(&path) {
        return Ok(Baseline {
            path,
            ..Baseline::default()
        });
    }
    baseline::read(&Disk, &path).map_err(|why| Refusal::Said(missing(&why, &path)))
}

/// The findings that belong into the baseline at `path`: all if it was `named`. Files that do not parse are no findings to
/// get used to.
fn found(analysis: &Analysis, path: &Path, named: bool) -> Known {
    let folder = path.parent().unwrap_or(Path::new(""));
    let belongs = |f: &&Finding| {
        let governed = || governs(path, folder, &analysis.folder_of(f));
        f.is_open() && f.rule != SYNTAX_ERROR && (named || governed())
    };
    Known::of(analysis.findings.iter().filter(belongs))
}

fn update(analysis: &Analysis, paths: &[PathBuf], held: &Baseline, found: &Known) -> Update {
    // A package that is gone has no findings either, but only a run over all of the folder can tell.
    let folder = held.path.parent().unwrap_or(Path::new(""));
    let whole = roots(paths, &analysis.places().cwd).any(|root| folder.starts_with(root));
    let selected = analysis.program.selected();
    let packages: BTreeSet<&str> = selected.map(|(_, p)| p.path.as_str()).collect();
    baseline::update(&held.known, found, |package| {
        whole || packages.contains(package)
    })
}

fn missing(why: &str, path: &Path) -> String {
    if Disk.exists(path) {
        why.to_owned()
    } else {
        format!("{why}; `heaplint baseline write` makes one")
    }
}

/// The baseline in force here, or where one would be found: beside the config, else at the repository's root.
fn default_path(places: &report::Places) -> PathBuf {
    if let Some(path) = baseline::nearest(&Disk, &places.cwd) {
        return path;
    }
    let config = config::nearest(&Disk, &places.cwd);
    let folder = config.as_deref().and_then(Path::parent);
    folder.unwrap_or(&places.root).join(baseline::NAME)
}

/// Whether the baseline at `path`, in `folder`, counts for `dir` once it exists.
fn governs(path: &Path, folder: &Path, dir: &Path) -> bool {
    let nearer = baseline::nearest(&Disk, dir)
        .filter(|found| found != path)
        .is_some_and(|found| found.parent().is_some_and(|f| f.starts_with(folder)));
    dir.starts_with(folder) && !nearer
}

/// The folders that a run was told to go through.
fn roots<'r>(paths: &'r [PathBuf], cwd: &'r Path) -> impl Iterator<Item = PathBuf> + 'r {
    let named = paths.iter().map(|path| {
        let path = normalize(path);
        match path.file_name() {
            Some(name) if name == "..." => path.parent().unwrap_or(&path).to_path_buf(),
            _ => path,
        }
    });
    let here = paths.is_empty().then(|| cwd.to_path_buf());
    named.chain(here)
}

fn write(compared: &Compared, streams: &mut Streams<'_>) -> io::Result<Exit> {
    let mut known = compared.update.known.clone();
    known.0.extend(compared.found.0.clone());
    save(&compared.held.path, &known)?;
    writeln!(
        streams.out,
        "{}: {} held ({} added, {} gone)",
        compared.held.path.display(),
        findings(count(&known)),
        compared.update.added,
        compared.update.stale.values().sum::<usize>()
    )?;
    Ok(Exit::Clean)
}

/// Fails if the baseline holds what nobody finds any more, so that what was mended stays mended.
fn check(compared: &Compared, streams: &mut Streams<'_>) -> io::Result<Exit> {
    let path = compared.held.path.display();
    let Update { added, stale, .. } = &compared.update;
    for (identity, count) in stale {
        let place = match identity.function.as_str() {
            "" => identity.package.clone(),
            function => format!("{}: {function}", identity.package),
        };
        let (rule, expr) = (&identity.rule, &identity.expr);
        writeln!(streams.out, "{place}: {rule}: `{expr}` ({count} gone)")?;
    }
    if *added > 0 {
        let new = findings(*added);
        writeln!(
            streams.err,
            "{new} not in {path}: `heaplint check` lists them"
        )?;
    }
    if stale.is_empty() {
        writeln!(streams.err, "{path}: every entry is still found")?;
        return Ok(Exit::Clean);
    }
    let gone = findings(stale.values().sum());
    writeln!(
        streams.err,
        "{path}: {gone} gone: `heaplint baseline prune` takes them out"
    )?;
    Ok(Exit::Findings)
}

fn prune(compared: &Compared, streams: &mut Streams<'_>) -> io::Result<Exit> {
    let gone = compared.update.stale.values().sum();
    if gone > 0 {
        save(&compared.held.path, &compared.update.known)?;
    }
    writeln!(
        streams.out,
        "{}: {} taken out, {} left",
        compared.held.path.display(),
        findings(gone),
        count(&compared.update.known)
    )?;
    Ok(Exit::Clean)
}

fn count(known: &Known) -> usize {
    known.0.values().sum()
}

fn findings(n: usize) -> String {
    format!("{n} finding{}", if n == 1 { "" } else { "s" })
}

fn save(path: &Path, known: &Known) -> io::Result<()> {
    let text = baseline::text(known).map_err(io::Error::other)?;
    std::fs::write(path, text)
        .map_err(|e| io::Error::new(e.kind(), format!("{}: {e}", path.display())))
}
