//! Which findings are old: those that a baseline holds, and those of an earlier revision's code.
//!
//! With `--since REV` the packages that were checked are analysed once more as REV had them, by today's rules and config.
//! What is found in both by identity is old, so an escape that an edit moved to an untouched line is new.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::base::files::{Disk, Overlay};
use crate::baseline::{self, Baseline};
use crate::cli::PastArgs;
use crate::finding::{Finding, Known, Old};
use crate::git::Repository;
use crate::walk::{GoDir, is_test_name, normalize};

use super::setup::Refusal;
use super::{Analysis, Scope, Wanted, analyse};

/// Analyses what `scope` means, as staged if that is asked for, and marks what is old.
pub(super) fn analyse_new(scope: &Scope<'_>, args: &PastArgs) -> Result<Analysis, Refusal> {
    let Some((overlay, before)) = revisions(scope.paths, args)? else {
        let mut analysis = analyse(scope)?;
        mark_baselined(&mut analysis, args)?;
        return Ok(analysis);
    };
    let mut now = scope.clone();
    if !overlay.is_empty() {
        now.overlay = Arc::new(overlay);
    }
    let mut analysis = analyse(&now)?;
    mark_baselined(&mut analysis, args)?;
    if before == *now.overlay {
        // Nothing differs, so all was there before.
        let all = Known::of(analysis.findings.iter().filter(|f| f.suppressed.is_none()));
        mark(&mut analysis, all, Old::Revision);
    } else if analysis.findings.iter().any(Finding::is_open) {
        let dirs = whole(&analysis.dirs, scope.input.tests);
        let then = Scope {
            overlay: Arc::new(before),
            dirs: Some(&dirs),
            wanted: Wanted::FINDINGS,
            ..*scope
        };
        let then = analyse(&then)?;
        let open = then.findings.iter().filter(|f| f.is_open());
        mark(&mut analysis, Known::of(open), Old::Revision);
    }
    Ok(analysis)
}

/// The files to check and those to compare with; `None` if nothing is to be compared.
fn revisions(paths: &[PathBuf], args: &PastArgs) -> Result<Option<(Overlay, Overlay)>, Refusal> {
    if args.since.is_none() && !args.staged {
        return Ok(None);
    }
    let cwd = std::env::current_dir().map_err(Refusal::NoFolder)?;
    let first = paths.first().map_or(cwd.clone(), |path| cwd.join(path));
    let repository = Repository::around(&normalize(&first))?;
    Ok(Some(match &args.since {
        Some(rev) => (Overlay::default(), repository.at(&repository.commit(rev)?)?),
        None => (repository.staged()?, repository.at_head()?),
    }))
}

/// The folders with all their files selected: a finding may have been in another file of its package.
fn whole(dirs: &[GoDir], tests: bool) -> Vec<GoDir> {
    let mut dirs = dirs.to_vec();
    for dir in &mut dirs {
        let tests = tests
            || dir
                .files
                .iter()
                .any(|f| f.selected && is_test_name(&f.name));
        for file in &mut dir.files {
            file.selected = tests || !is_test_name(&file.name);
        }
    }
    dirs
}

/// Marks as many findings of each identity as `known` has; the first ones, because nothing tells twins apart.
fn mark(analysis: &mut Analysis, mut known: Known, old: Old) {
    for finding in &mut analysis.findings {
        if finding.suppressed.is_none() && known.take(finding) {
            finding.old.get_or_insert(old);
        }
    }
}

/// Marks what the baseline of each finding's folder holds.
fn mark_baselined(analysis: &mut Analysis, args: &PastArgs) -> Result<(), Refusal> {
    if args.no_baseline {
        return Ok(());
    }
    if let Some(path) = &args.baseline {
        let baseline = baseline::read(&Disk, path).map_err(Refusal::Said)?;
        mark(analysis, baseline.known, Old::Baseline);
        return Ok(());
    }
    let mut baselines = Baselines::default();
    for i in 0..analysis.findings.len() {
        let folder = analysis.folder_of(&analysis.findings[i]);
        let finding = &mut analysis.findings[i];
        if let Some(baseline) = baselines.of(&folder)?
            && finding.suppressed.is_none()
            && baseline.known.take(finding)
        {
            finding.old = Some(Old::Baseline);
        }
    }
    Ok(())
}

/// The baseline files of a run, each read once.
#[derive(Default)]
struct Baselines {
    by_folder: BTreeMap<PathBuf, Option<PathBuf>>,
    by_path: BTreeMap<PathBuf, Baseline>,
}

impl Baselines {
    /// What is left of the baseline that counts for `folder`.
    fn of(&mut self, folder: &Path) -> Result<Option<&mut Baseline>, Refusal> {
        let path = self
            .by_folder
            .entry(folder.to_path_buf())
            .or_insert_with(|| baseline::nearest(&Disk, folder));
        let Some(path) = path else {
            return Ok(None);
        };
        if !self.by_path.contains_key(path) {
            let baseline = baseline::read(&Disk, path).map_err(Refusal::Said)?;
            self.by_path.insert(path.clone(), baseline);
        }
        Ok(self.by_path.get_mut(path))
    }
}
