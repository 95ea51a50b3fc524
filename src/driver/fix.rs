//! Fixes for findings: found, tried on a copy in memory, offered, and written.
//!
//! [`fix`](crate::fix) decides about meaning; here it is found out whether a fix helps. All fixes are applied to the files
//! in memory, and whatever hangs on the rewritten code is analysed [`again`](super::again): types, inlining in other
//! packages, heat, rules. If something is wrong with the result ([`trial`](super::trial)), the fixes that may be to blame
//! are tried by halves until the good ones are known.
//!
//! So fixes are tried together with those that are good already, as `--fix` applies them.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use crate::base::source::FileId;
use crate::edit::{self, Edit, Fix};
use crate::finding::{Finding, Remedy};
use crate::fix::{self as rewrites, Offer, Refusal as Why, View};
use crate::load::{PackageId, Variant};
use crate::types::sizes::Sizes;

use super::Analysis;
use super::again::{Before, Imports, analyse_again};
use super::setup::Refusal;
use super::trial::{Fault, Trial};
use super::typecheck::{Bodies, Typed, each_package};

/// How often fixes are tried at most.
const MAX_TRIALS: usize = 24;

/// A finding, by its index, and what to do about it.
pub(super) type Candidate = (usize, Fix);

/// Finds out which open findings of `analysis` can be mended.
pub(super) fn offer(analysis: &mut Analysis) -> Result<(), Refusal> {
    let offers = propose(analysis)?;
    let mut candidates: Vec<Candidate> = Vec::new();
    for (index, offer) in offers {
        let remedy = match offer {
            Err(Why(why)) => Remedy::None(why),
            Ok(fix) if clashes(analysis, &candidates, index, &fix) => Remedy::Waits,
            Ok(fix) => {
                candidates.push((index, fix));
                continue;
            }
        };
        analysis.findings[index].remedy = Some(remedy);
    }
    for (index, remedy) in try_out(analysis, &candidates)? {
        analysis.findings[index].remedy = Some(remedy);
    }
    Ok(())
}

fn clashes(analysis: &Analysis, known: &[Candidate], index: usize, fix: &Fix) -> bool {
    let file = analysis.findings[index].file;
    let mut same_file = known
        .iter()
        .filter(|(i, _)| analysis.findings[*i].file == file);
    same_file.any(|(_, other)| other.overlaps(fix))
}

/// What the rewrites say to each open finding whose rule offers any, in the order of findings.
fn propose(analysis: &Analysis) -> Result<BTreeMap<usize, Offer>, Refusal> {
    let mut wanted: BTreeMap<FileId, Vec<usize>> = BTreeMap::new();
    for (index, finding) in analysis.findings.iter().enumerate() {
        if finding.is_open() && finding.site.is_some() && !offered(analysis, finding).is_empty() {
            wanted.entry(finding.file).or_default().push(index);
        }
    }
    if wanted.is_empty() {
        return Ok(BTreeMap::new());
    }
    let program = &analysis.program;
    let packages = program.packages.iter_enumerated();
    let again = packages.filter(|(_, p)| p.files.iter().any(|f| wanted.contains_key(&f.id)));
    let again: BTreeSet<PackageId> = again.map(|(id, _)| id).collect();
    let units = &analysis.ground.units;
    let known = Before {
        units,
        again: &again,
        imports: Imports::AsBefore,
    };
    let sizes = units.sizes();
    let results = each_package(program, sizes, Bodies::Selected, &known, |typed| {
        package_offers(analysis, typed, &wanted, sizes)
    });
    let results = results.map_err(Refusal::Facts)?;
    Ok(results.into_iter().flatten().flatten().collect())
}

fn offered<'a>(analysis: &'a Analysis, finding: &Finding) -> &'a [edit::Rewrite] {
    let rules = &analysis.rules;
    let at = rules.binary_search_by(|rule| rule.id.as_str().cmp(&finding.rule));
    at.map_or(&[], |at| &rules[at].rewrites)
}

fn package_offers(
    analysis: &Analysis,
    typed: &Typed<'_>,
    wanted: &BTreeMap<FileId, Vec<usize>>,
    sizes: Sizes,
) -> Vec<(usize, Offer)> {
    let mistakes =
        !typed.diagnostics.is_empty() || typed.parsed.iter().any(|p| !p.errors.is_empty());
    let mut offers = Vec::new();
    for (i, file) in typed.package.files.iter().enumerate() {
        let again = typed.package.variant == Variant::Tested && !file.test;
        let Some(indices) = wanted
            .get(&file.id)
            .filter(|_| file.has_findings() && !again)
        else {
            continue;
        };
        let view = View::new(rewrites::Typed {
            src: analysis.program.files[file.id].text(),
            ast: &typed.parsed[i].ast,
            info: &typed.info.files[i],
            pkg: typed.info.pkg,
            sizes,
        });
        for &index in indices {
            let finding = &analysis.findings[index];
            let Some(site) = &finding.site else { continue };
            let offer = if mistakes {
                Err(Why("the package has mistakes"))
            } else {
                rewrites::propose(&view, site, offered(analysis, finding))
            };
            offers.push((index, offer));
        }
    }
    offers
}

/// Fixes of one file that are tried together.
#[derive(Default)]
struct Group {
    good: Vec<usize>,
    /// Batches still to be tried; the last one is next.
    pending: Vec<Vec<usize>>,
}

/// Tries all candidates; gives what became of the finding of each. Candidates are known by their index here.
fn try_out(analysis: &Analysis, candidates: &[Candidate]) -> Result<Vec<(usize, Remedy)>, Refusal> {
    let mut groups: BTreeMap<FileId, Group> = BTreeMap::new();
    for (at, (index, _)) in candidates.iter().enumerate() {
        let group = groups.entry(analysis.findings[*index].file).or_default();
        match group.pending.last_mut() {
            Some(batch) => batch.push(at),
            None => group.pending.push(vec![at]),
        }
    }
    let mut refused: BTreeMap<usize, &'static str> = BTreeMap::new();
    for _ in 0..MAX_TRIALS {
        if groups.values().all(|g| g.pending.is_empty()) {
            break;
        }
        let tried = groups.values().flat_map(|g| {
            let batch = g.pending.last();
            g.good.iter().chain(batch.into_iter().flatten()).copied()
        });
        let tried: Vec<usize> = tried.collect();
        let trial = Trial::new(analysis, candidates, &tried);
        let after = analyse_again(analysis, trial.edits())?;
        let fault = trial.judge(&after);
        for (file, group) in &mut groups {
            settle(group, *file, &fault, &mut refused);
        }
    }
    let good: Vec<usize> = groups.into_values().flat_map(|g| g.good).collect();
    Ok(remedies(candidates, &good, &refused))
}

/// Takes what a trial has shown about the batch of a file.
fn settle(
    group: &mut Group,
    file: FileId,
    fault: &Fault,
    refused: &mut BTreeMap<usize, &'static str>,
) {
    let Some(mut batch) = group.pending.pop() else {
        return;
    };
    let tried = batch.len();
    batch.retain(|at| match fault.fixes.get(at) {
        Some(why) => {
            refused.insert(*at, why);
            false
        }
        None => true,
    });
    match fault.files.get(&file) {
        _ if batch.len() < tried => group.pending.extend(Some(batch).filter(|b| !b.is_empty())),
        None => group.good.extend(batch),
        Some(why) if batch.len() == 1 => {
            refused.insert(batch[0], why);
        }
        Some(_) => {
            let half = batch.split_off(batch.len() / 2);
            group.pending.extend([half, batch]);
        }
    }
}

fn remedies(
    candidates: &[Candidate],
    good: &[usize],
    refused: &BTreeMap<usize, &'static str>,
) -> Vec<(usize, Remedy)> {
    let remedy = |(at, (index, fix)): (usize, &Candidate)| {
        let remedy = match refused.get(&at) {
            _ if good.contains(&at) => Remedy::Fix(Box::new(fix.clone())),
            Some(why) => Remedy::None(why),
            None => Remedy::None("it could not be found out whether it would help"),
        };
        (*index, remedy)
    };
    candidates.iter().enumerate().map(remedy).collect()
}

/// A file with the fixes of its findings.
pub(super) struct Rewritten {
    /// The file.
    pub(super) file: FileId,
    /// Its absolute path.
    pub(super) path: PathBuf,
    /// What changes.
    pub(super) edits: Vec<Edit>,
    /// How many findings that mends.
    pub(super) findings: usize,
}

/// The files that fixes change, by path.
pub(super) fn rewritten(analysis: &Analysis) -> Vec<Rewritten> {
    let mut by_file: BTreeMap<FileId, Vec<&Fix>> = BTreeMap::new();
    for finding in &analysis.findings {
        if let Some(fix) = finding.fix() {
            by_file.entry(finding.file).or_default().push(fix);
        }
    }
    let file = |(file, fixes): (FileId, Vec<&Fix>)| Rewritten {
        file,
        path: analysis.path_of(file),
        findings: fixes.len(),
        edits: edit::combine(fixes),
    };
    let mut files: Vec<Rewritten> = by_file.into_iter().map(file).collect();
    files.sort_by(|a, b| a.path.cmp(&b.path));
    files
}
