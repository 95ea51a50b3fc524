//! Some packages of a run once more, with edits in some files: what it costs to try fixes.
//!
//! What is found in a package follows from its own files, from the [facts](crate::facts) of its imports, and from how often
//! functions run. So not everything has to be done again:
//!
//! | analysed again | imports mean | heat | enough if |
//! | --- | --- | --- | --- |
//! | packages with edited files | what they meant before | as before | facts and calls of these packages are the same as before |
//! | these, and all that import them, directly or not | the packages analysed again | as before | the calls are the same |
//! | all | the packages analysed again | anew | |
//!
//! The first row that is enough is the result. It takes no more than the packages of the row before once more; most edits
//! are inside of functions, of which importers see little.
//!
//! # Invariants
//!
//! - Types have an identity. A package analysed again has types of its own, so either no importer sees them, or all
//!   importers are analysed again.
//! - Calls are compared as the file had them before: places in files with edits are moved back.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::base::index::{Idx, IndexVec};
use crate::base::source::{FileId, SourceFile};
use crate::base::symbol::Symbol;
use crate::edit::{self, Edit};
use crate::facts::Packages;
use crate::heat::calls::PackageCalls;
use crate::load::header::Header;
use crate::load::{Import, Imported, PackageId, Program};
use crate::types::package::Pkg;

use super::decide::Units;
use super::ground::{Ground, calls_of};
use super::package::{Around, Checked, Ways};
use super::setup::Refusal;
use super::shape::Shape;
use super::typecheck::{Bodies, Known, each_package};
use super::{Analysis, Visited, Wanted, finish, spread, visit};

/// Edits of files.
pub(super) type Edits = BTreeMap<FileId, Vec<Edit>>;

/// What some packages are like with edits in place.
pub(super) struct Again {
    /// The packages that were analysed again.
    pub(super) packages: BTreeSet<PackageId>,
    /// What became of those that have findings.
    pub(super) checked: Vec<Checked>,
    /// A stage has panicked.
    pub(super) at_fault: bool,
}

/// Analyses what `edits` may change of what `before` has found out.
pub(super) fn analyse_again(before: &Analysis, edits: &Edits) -> Result<Again, Refusal> {
    let program = edited(&before.program, edits);
    let change = Change {
        before: &before.ground,
        files_before: &before.program.files,
        edits,
        program: &program,
    };
    let touched = touched(&program, edits);
    let alone = change.analyse(&touched, Imports::AsBefore)?;
    if alone.calls_are_same && alone.facts_are_same {
        return Ok(change.check(touched, alone));
    }
    if alone.calls_are_same {
        let importers = with_importers(&program, touched);
        let with_importers = change.analyse(&importers, Imports::Anew)?;
        if with_importers.calls_are_same {
            return Ok(change.check(importers, with_importers));
        }
    }
    let all: BTreeSet<PackageId> = program.packages.ids().collect();
    let anew = change.analyse(&all, Imports::Anew)?;
    Ok(change.check_all(all, anew))
}

/// The program with edits in its files.
fn edited(program: &Program, edits: &Edits) -> Program {
    let source = |(id, file): (FileId, &SourceFile)| {
        let text = match edits.get(&id) {
            Some(edits) => Arc::from(edit::apply(file.text(), edits)),
            None => file.shared_text(),
        };
        SourceFile::new(file.path(), text)
    };
    let files = program.files.iter_enumerated().map(source).collect();
    let mut edited = Program {
        files,
        packages: program.packages.clone(),
        builds: program.builds.clone(),
        missing: Vec::new(),
        ignored: Vec::new(),
    };
    for id in touched(program, edits) {
        let new = new_imports(&edited, id, edits);
        let imports = &mut edited.packages[id].imports;
        imports.extend(new);
        imports.sort_by(|a, b| a.path.as_str().cmp(b.path.as_str()));
    }
    edited
}

/// The imports that edits bring to a package. What is no longer imported does no harm.
fn new_imports(program: &Program, id: PackageId, edits: &Edits) -> Vec<Import> {
    let package = &program.packages[id];
    let mut new: Vec<Import> = Vec::new();
    for file in package.files.iter().filter(|f| edits.contains_key(&f.id)) {
        for name in Header::scan(program.files[file.id].text()).imports {
            let path = name.text;
            if package.import(path).is_none() && new.iter().all(|i| i.path != path) {
                new.push(Import {
                    path,
                    target: meaning(program, id, path),
                    file: file.id,
                    span: name.span,
                });
            }
        }
    }
    new
}

/// What an import that a fix brings means: the same as in other packages of the build. Fixes bring the standard library
/// only. Where that is checked itself, a package that is no earlier one would close a circle.
fn meaning(program: &Program, id: PackageId, path: Symbol) -> Imported {
    let build = program.packages[id].build;
    let mut others = program.packages.iter().filter(|p| p.build == build);
    match others.find_map(|other| other.import(path)) {
        Some(Imported::Package(found)) if found >= id => Imported::Cycle,
        Some(meaning) => meaning,
        None => Imported::Std(path),
    }
}

/// The packages with edited files.
fn touched(program: &Program, edits: &Edits) -> BTreeSet<PackageId> {
    let packages = program.packages.iter_enumerated();
    let touched = packages.filter(|(_, p)| p.files.iter().any(|f| edits.contains_key(&f.id)));
    touched.map(|(id, _)| id).collect()
}

/// `packages`, and all that import one of them, directly or not. Importers have larger ids.
fn with_importers(program: &Program, mut packages: BTreeSet<PackageId>) -> BTreeSet<PackageId> {
    for (id, package) in program.packages.iter_enumerated() {
        let mut targets = package.imports.iter().map(|i| i.target);
        if targets.any(|t| matches!(t, Imported::Package(on) if packages.contains(&on))) {
            packages.insert(id);
        }
    }
    packages
}

/// What the packages that are analysed again are to importers.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Imports {
    /// What they were before.
    AsBefore,
    /// What they are now.
    Anew,
}

/// The packages of an earlier run, but for some that are checked again.
pub(super) struct Before<'b> {
    pub(super) units: &'b Units,
    pub(super) again: &'b BTreeSet<PackageId>,
    pub(super) imports: Imports,
}

impl<R: Default> Known<R> for Before<'_> {
    fn may_have(&self, id: PackageId) -> bool {
        !self.again.contains(&id)
    }

    fn get(&self, id: PackageId, _: &dyn Packages) -> Option<(Pkg, R)> {
        let pkg = self.units.pkg(id).filter(|_| !self.again.contains(&id))?;
        Some((pkg, R::default()))
    }

    fn stands_for(&self, id: PackageId) -> Option<Pkg> {
        let as_before = self.imports == Imports::AsBefore;
        self.units.pkg(id).filter(|_| as_before)
    }
}

/// A program and what it was before the edits.
struct Change<'c> {
    before: &'c Ground,
    files_before: &'c IndexVec<FileId, SourceFile>,
    edits: &'c Edits,
    program: &'c Program,
}

/// Packages that were analysed again, before rules run.
struct Analysed {
    units: Arc<Units>,
    visited: Vec<Visited>,
    calls: BTreeMap<PackageId, PackageCalls>,
    calls_are_same: bool,
    facts_are_same: bool,
    at_fault: bool,
}

impl Change<'_> {
    fn analyse(
        &self,
        packages: &BTreeSet<PackageId>,
        imports: Imports,
    ) -> Result<Analysed, Refusal> {
        let units = Arc::new(Units::over(&self.before.units));
        let known = Before {
            units: &self.before.units,
            again: packages,
            imports,
        };
        let around = self.around(&units);
        let program = self.program;
        let visited = each_package(program, units.sizes(), Bodies::All, &known, |typed| {
            let mut decided = units.decide(program, typed);
            visit(around, Wanted::FINDINGS, typed, &mut decided)
        });
        let visited = visited.map_err(Refusal::Facts)?;
        let at_fault = packages.iter().any(|id| visited[id.index()].is_none());
        let mut visited: Vec<Visited> = visited.into_iter().flatten().flatten().collect();
        let calls = calls_of(&mut visited);
        let facts = |id: &PackageId| units.facts(*id) == self.before.units.facts(*id);
        Ok(Analysed {
            calls_are_same: calls
                .iter()
                .all(|(id, calls)| self.calls_as_before(*id, calls, imports)),
            facts_are_same: imports == Imports::Anew || packages.iter().all(facts),
            units,
            visited,
            calls,
            at_fault,
        })
    }

    fn around<'r>(&'r self, units: &'r Units) -> Around<'r> {
        Around {
            units,
            ..self.before.around(self.program)
        }
    }

    /// Runs the rules over packages whose functions run as often as before.
    fn check(&self, packages: BTreeSet<PackageId>, analysed: Analysed) -> Again {
        let known_at = |file, offset| self.unmoved(file, offset);
        let ways = Ways {
            known_at: &known_at,
            ..self.before.ways()
        };
        self.checked(packages, analysed, &ways)
    }

    /// Finds how often functions run now, and runs the rules.
    fn check_all(&self, packages: BTreeSet<PackageId>, analysed: Analysed) -> Again {
        let benchmarks = self.before.benchmarks.as_ref();
        let spread = benchmarks.map(|b| spread::join(self.program, analysed.calls.values(), b));
        let ways = Ways {
            spread: &spread.unwrap_or_default(),
            ..self.before.ways()
        };
        self.checked(packages, analysed, &ways)
    }

    fn checked(&self, packages: BTreeSet<PackageId>, analysed: Analysed, ways: &Ways<'_>) -> Again {
        Again {
            packages,
            checked: finish(self.around(&analysed.units), analysed.visited, ways),
            at_fault: analysed.at_fault,
        }
    }

    /// Where a byte of a file was before the edits; `None` if it was not there.
    fn unmoved(&self, file: FileId, offset: u32) -> Option<u32> {
        match self.edits.get(&file) {
            Some(edits) => edit::unmoved(edits, offset),
            None => Some(offset),
        }
    }

    /// Where the name was that an edit has put at a place: of a variable whose declaration is rewritten.
    fn word_before(&self, file: FileId, offset: u32) -> Option<u32> {
        let edits = self.edits.get(&file)?;
        edit::word_before(self.files_before[file].text(), edits, offset)
    }

    /// Whether a package makes functions run as often as it did.
    fn calls_as_before(&self, id: PackageId, calls: &PackageCalls, imports: Imports) -> bool {
        let Some(before) = self.before.calls.get(&id) else {
            return false;
        };
        let files = &self.program.packages[id].files;
        let place = |file, offset| {
            let own = || files.iter().any(|f| f.id == file);
            if imports == Imports::AsBefore && !own() {
                return Some(offset);
            }
            let word = || self.word_before(file, offset);
            self.unmoved(file, offset).or_else(word)
        };
        Shape::of(calls, &place) == Shape::of(before, &|_, offset| Some(offset))
    }
}
