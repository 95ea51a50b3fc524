//! What a run says of code with fixes in it, beside the run before.
//!
//! Sites and findings before and after are matched by file, place and kind, places moved by the edits. A fix is good if
//!
//! - its finding is gone,
//! - no site costs more than before, and none is new that costs anything, but for the one `make` that
//!   [`Rewrite::Preallocate`] is about, and the text that a call put in by [`Rewrite::Strconv`] makes where it is inlined:
//!   the call before made it too, out of sight,
//! - no finding is new, of whatever rule, but for one at the very place that is no louder than the one that goes; and no
//!   package has more mistakes.
//!
//! What is wrong inside the text that a fix puts in is that fix's fault. For what is wrong elsewhere, all fixes of the file
//! are suspected; if it has none, those of the folder; if that has none either, all.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use rustc_hash::FxHashMap;

use crate::base::source::FileId;
use crate::edit::{self, Fix, Rewrite};
use crate::finding::Finding;
use crate::site::{Cost, Site, SiteKind};

use super::Analysis;
use super::again::{Again, Edits};
use super::fix::Candidate;
use super::package::Checked;

/// What is wrong with a trial, and why.
#[derive(Default)]
pub(super) struct Fault {
    /// Candidates that are at fault themselves.
    pub(super) fixes: BTreeMap<usize, &'static str>,
    /// Files some of whose fixes are at fault.
    pub(super) files: BTreeMap<FileId, &'static str>,
}

/// Fixes in place.
pub(super) struct Trial<'t> {
    before: &'t Analysis,
    candidates: &'t [Candidate],
    /// The candidates in it.
    tried: &'t [usize],
    edits: Edits,
}

/// Where something lies once all files have their edits: the file, as it was known before, and the offset.
type Place = (FileId, u32);

impl<'t> Trial<'t> {
    /// The `tried` ones of `candidates`, which are for findings of `before`.
    pub(super) fn new(
        before: &'t Analysis,
        candidates: &'t [Candidate],
        tried: &'t [usize],
    ) -> Trial<'t> {
        let mut fixes: BTreeMap<FileId, Vec<&Fix>> = BTreeMap::new();
        for &at in tried {
            let (index, fix) = &candidates[at];
            fixes
                .entry(before.findings[*index].file)
                .or_default()
                .push(fix);
        }
        let edits = fixes
            .into_iter()
            .map(|(file, fixes)| (file, edit::combine(fixes)));
        Trial {
            before,
            candidates,
            tried,
            edits: edits.collect(),
        }
    }

    /// What the fixes do to files.
    pub(super) fn edits(&self) -> &Edits {
        &self.edits
    }

    /// What is wrong with `after`, the analysis of [`Trial::edits`].
    pub(super) fn judge(&self, after: &Again) -> Fault {
        let mut judge = Judge {
            trial: self,
            fault: Fault::default(),
        };
        if after.at_fault {
            judge.blame_all("the analysis of the result failed");
        }
        judge.mistakes(after);
        judge.targets(after);
        judge.sites(after);
        judge.findings(after);
        judge.fault
    }

    /// Where what lies at `offset` before is now; `None` if it is gone.
    fn moved(&self, file: FileId, offset: u32) -> Option<Place> {
        let offset = match self.edits.get(&file) {
            Some(edits) => edit::moved(edits, offset)?,
            None => offset,
        };
        Some((file, offset))
    }
}

struct Judge<'j, 't> {
    trial: &'j Trial<'t>,
    fault: Fault,
}

/// What a finding is known by.
type Key<'k> = (Place, Option<SiteKind>, &'k str);

impl Judge<'_, '_> {
    fn blame_all(&mut self, why: &'static str) {
        for &file in self.trial.edits.keys() {
            self.fault.files.insert(file, why);
        }
    }

    /// Holds something at `place` against the fix that put it there, or against all that may have to do with it.
    fn blame(&mut self, place: Place, why: &'static str) {
        let trial = self.trial;
        if trial.edits.contains_key(&place.0) {
            match trial.culprit(place) {
                Some(at) => self.fault.fixes.insert(at, why),
                None => self.fault.files.insert(place.0, why),
            };
            return;
        }
        let path = trial.before.path_of(place.0);
        self.blame_folder(path.parent().unwrap_or(Path::new("")), why);
    }

    /// Holds something in `folder` against the fixes of its files, or against all if there are none.
    fn blame_folder(&mut self, folder: &Path, why: &'static str) {
        let trial = self.trial;
        let near = |file: &&FileId| trial.before.path_of(**file).parent() == Some(folder);
        let near: Vec<FileId> = trial.edits.keys().filter(near).copied().collect();
        if near.is_empty() {
            self.blame_all(why);
        }
        let near = near.into_iter().map(|file| (file, why));
        self.fault.files.extend(near);
    }

    /// Packages with more mistakes than before.
    fn mistakes(&mut self, after: &Again) {
        let mut before: BTreeMap<_, usize> = BTreeMap::new();
        let trial = self.trial;
        for checked in trial.before_of(after) {
            *before.entry(&checked.dir).or_default() += checked.mistakes;
        }
        for checked in &after.checked {
            let known = before.get_mut(&checked.dir);
            let known = known.map_or(0, |n| {
                std::mem::replace(n, n.saturating_sub(checked.mistakes))
            });
            if checked.mistakes > known {
                self.blame_folder(&checked.dir, "the result would not compile");
            }
        }
    }

    /// Findings that their fix does not take away.
    fn targets(&mut self, after: &Again) {
        let left: BTreeSet<Key<'_>> = found(after).filter_map(|f| key(f, here)).collect();
        for &at in self.trial.tried {
            let finding = self.trial.finding(at);
            let key = key(finding, |file, offset| self.trial.moved(file, offset));
            if key.is_some_and(|key| left.contains(&key)) {
                self.fault.fixes.insert(at, "the finding would stay");
            }
        }
    }

    fn sites(&mut self, after: &Again) {
        let mut before: FxHashMap<(Place, SiteKind), u8> = FxHashMap::default();
        for site in self.trial.before_of(after).flat_map(|c| &c.sites) {
            if let Some(place) = self.trial.moved(site.file, site.pos) {
                before.insert((place, site.kind), rank(&site.cost));
            }
        }
        let sites = after.checked.iter().flat_map(|c| &c.sites);
        for site in sites.filter(|s| s.kind.is_allocation()) {
            let place = (site.file, site.pos);
            let known = before.get(&(place, site.kind)).copied();
            if rank(&site.cost) > known.unwrap_or(0) && !self.is_meant(site, place) {
                self.blame(place, "something else would be allocated");
            }
        }
    }

    /// Whether a site is the one that its fix is about, or the text that `fmt` made before, out of sight.
    fn is_meant(&self, site: &Site, place: Place) -> bool {
        let culprit = self.trial.culprit(place);
        let rewrite = culprit.map(|at| self.trial.candidates[at].1.rewrite);
        match rewrite {
            Some(Rewrite::Preallocate) => site.kind == SiteKind::MakeSlice,
            Some(Rewrite::Strconv) => site.kind == SiteKind::InlinedCall,
            _ => false,
        }
    }

    fn findings(&mut self, after: &Again) {
        let trial = self.trial;
        let moved = |file, at| trial.moved(file, at);
        let before = trial.before.findings.iter();
        let before: BTreeSet<Key<'_>> = before.filter_map(|f| key(f, moved)).collect();
        for found in found(after) {
            let Some(key) = key(found, here) else {
                continue;
            };
            if !before.contains(&key) && !self.stands_in(found, key.0) {
                self.blame(key.0, "there would be another finding");
            }
        }
    }

    /// Whether a new finding is at the place of one that its fix takes away, and no louder.
    fn stands_in(&self, found: &Finding, place: Place) -> bool {
        let trial = self.trial;
        let culprit = trial.culprit(place);
        let same_place = |at: &&usize| {
            let old = trial.finding(**at);
            let pos = old.site.as_ref().map_or(old.span.start, |s| s.pos);
            culprit == Some(**at) || trial.moved(old.file, pos) == Some(place)
        };
        let fixed = trial.tried.iter().find(same_place);
        fixed.is_some_and(|&at| found.level <= trial.finding(at).level)
    }
}

impl Trial<'_> {
    /// What became before of the packages that were analysed again.
    fn before_of<'a>(&'a self, after: &'a Again) -> impl Iterator<Item = &'a Checked> {
        let checked = self.before.checked.iter();
        checked.filter(|c| after.packages.contains(&c.id))
    }

    /// The finding that a candidate is for.
    fn finding(&self, at: usize) -> &Finding {
        &self.before.findings[self.candidates[at].0]
    }

    /// The candidate whose text lies at `offset` of a file with its edits.
    fn culprit(&self, (file, offset): Place) -> Option<usize> {
        let edits = self.edits.get(&file)?;
        let (put_in, _) = edit::placed(edits).find(|(_, span)| span.contains(offset))?;
        let of_file = |at: &&usize| self.finding(**at).file == file;
        let mut tried = self.tried.iter().filter(of_file);
        tried
            .find(|at| self.candidates[**at].1.own.contains(put_in))
            .copied()
    }
}

/// How much a site costs, for comparing.
fn rank(cost: &Cost) -> u8 {
    match cost {
        Cost::Never => 0,
        Cost::Maybe(_) => 1,
        Cost::Unknown => 2,
        Cost::Always => 3,
    }
}

/// The findings of the packages that were analysed again.
fn found(after: &Again) -> impl Iterator<Item = &Finding> {
    after.checked.iter().flat_map(|c| &c.findings)
}

/// A place in the result.
fn here(file: FileId, offset: u32) -> Option<Place> {
    Some((file, offset))
}

/// What a finding is known by; `None` if `place` says that its place is gone.
fn key(finding: &Finding, place: impl Fn(FileId, u32) -> Option<Place>) -> Option<Key<'_>> {
    let site = finding.site.as_ref();
    let at = site.map_or(finding.span.start, |s| s.pos);
    let place = place(finding.file, at)?;
    Some((place, site.map(|s| s.kind), finding.rule.as_str()))
}
