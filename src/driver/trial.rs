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
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustc_hash::FxHashMap;

use crate::base::files::Overlay;
use crate::base::source::FileId;
use crate::base::span::Span;
use crate::edit::{self, Edit, Fix, Rewrite};
use crate::finding::Finding;
use crate::site::{Cost, Site, SiteKind};

use super::Analysis;
use super::fix::Candidate;

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
    edits: BTreeMap<FileId, Vec<Edit>>,
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

    /// The files as the fixes leave them.
    pub(super) fn overlay(&self) -> Overlay {
        let files = self.edits.iter().map(|(&file, edits)| {
            let text = edit::apply(self.before.program.files[file].text(), edits);
            (self.before.path_of(file), Arc::from(text))
        });
        self.before.overlay.with(files)
    }

    /// What is wrong with `after`, the analysis of [`Trial::overlay`].
    pub(super) fn judge(&self, after: &Analysis) -> Fault {
        let mut judge = Judge {
            trial: self,
            same: same_files(self.before, after),
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

/// The files of `after` as they are known in `before`.
fn same_files(before: &Analysis, after: &Analysis) -> FxHashMap<FileId, FileId> {
    let ids = |analysis: &Analysis| {
        let files = analysis.program.files.iter_enumerated();
        let files = files.map(|(id, _)| (analysis.path_of(id), id));
        files.collect::<BTreeMap<PathBuf, FileId>>()
    };
    let known = ids(before);
    let same = ids(after)
        .into_iter()
        .filter_map(|(path, id)| Some((id, *known.get(&path)?)));
    same.collect()
}

struct Judge<'j, 't> {
    trial: &'j Trial<'t>,
    /// The files of the result as they were known before.
    same: FxHashMap<FileId, FileId>,
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
    fn mistakes(&mut self, after: &Analysis) {
        let mut before: BTreeMap<_, usize> = BTreeMap::new();
        for checked in &self.trial.before.checked {
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
    fn targets(&mut self, after: &Analysis) {
        let left: BTreeSet<Key<'_>> = keys(after, |file, at| self.place(file, at));
        for &at in self.trial.tried {
            let finding = self.trial.finding(at);
            let key = key(finding, |file, offset| self.trial.moved(file, offset));
            if key.is_some_and(|key| left.contains(&key)) {
                self.fault.fixes.insert(at, "the finding would stay");
            }
        }
    }

    /// A place in the result.
    fn place(&self, file: FileId, offset: u32) -> Option<Place> {
        Some((*self.same.get(&file)?, offset))
    }

    fn sites(&mut self, after: &Analysis) {
        let mut before: FxHashMap<(Place, SiteKind), u8> = FxHashMap::default();
        for site in self.trial.before.checked.iter().flat_map(|c| &c.sites) {
            if let Some(place) = self.trial.moved(site.file, site.pos) {
                before.insert((place, site.kind), rank(&site.cost));
            }
        }
        let sites = after.checked.iter().flat_map(|c| &c.sites);
        for site in sites.filter(|s| s.kind.is_allocation()) {
            let Some(place) = self.place(site.file, site.pos) else {
                continue;
            };
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

    fn findings(&mut self, after: &Analysis) {
        let before: BTreeSet<Key<'_>> =
            keys(self.trial.before, |file, at| self.trial.moved(file, at));
        for found in &after.findings {
            let Some(key) = key(found, |file, at| self.place(file, at)) else {
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
    /// The finding that a candidate is for.
    fn finding(&self, at: usize) -> &Finding {
        &self.before.findings[self.candidates[at].0]
    }

    /// The candidate whose text lies at `offset` of a file with its edits.
    fn culprit(&self, (file, offset): Place) -> Option<usize> {
        let edits = self.edits.get(&file)?;
        let (edit, _) = placed(edits).find(|(_, span)| span.contains(offset))?;
        let of_file = |at: &&usize| self.finding(**at).file == file;
        let mut tried = self.tried.iter().filter(of_file);
        tried
            .find(|at| self.candidates[**at].1.own.contains(edit))
            .copied()
    }
}

/// Where the text of each edit comes to lie.
fn placed(edits: &[Edit]) -> impl Iterator<Item = (&Edit, Span)> {
    let mut shift = 0_i64;
    edits.iter().map(move |edit| {
        let start = (i64::from(edit.span.start) + shift) as u32;
        let length = edit.text.len() as u32;
        shift += i64::from(length) - i64::from(edit.span.end - edit.span.start);
        (edit, Span::new(start, start + length))
    })
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

/// The keys of all findings, without those that `place` says are gone.
fn keys(analysis: &Analysis, place: impl Fn(FileId, u32) -> Option<Place>) -> BTreeSet<Key<'_>> {
    analysis
        .findings
        .iter()
        .filter_map(|f| key(f, &place))
        .collect()
}

fn key(finding: &Finding, place: impl Fn(FileId, u32) -> Option<Place>) -> Option<Key<'_>> {
    let site = finding.site.as_ref();
    let at = site.map_or(finding.span.start, |s| s.pos);
    let place = place(finding.file, at)?;
    Some((place, site.map(|s| s.kind), finding.rule.as_str()))
}
