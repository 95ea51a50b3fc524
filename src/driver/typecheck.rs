//! Types of all packages of a run, and what is made of each by the driver's other stages.
//!
//! | job of a package | waits for |
//! | --- | --- |
//! | check: parse it and find its types, or find it in the cache | the checks of its imports; if it may be in the cache, their visits |
//! | visit: whatever the visitor makes of it | its own check, and the visits of its imports |
//!
//! So the types of a package are found while its imports are still being decided. Packages that were not asked for may be
//! checked without function bodies ([`Bodies`]). What a package leaves behind is its objects, for importers, and what the
//! visitor made of it; its tree and tables are dropped after the visit.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Mutex, OnceLock, PoisonError};

use rustc_hash::FxHashMap;

use crate::base::diag::Diagnostic;
use crate::base::index::{Idx, IndexVec};
use crate::base::symbol::Symbol;
use crate::facts::archive::Archive;
use crate::facts::{Corrupt, Packages, std::library};
use crate::load::{BuildId, Imported, Mode, Package, PackageFile, PackageId, Program, Variant};
use crate::parse::{self, Parsed};
use crate::site::GoVersion;
use crate::types::package::Pkg;
use crate::types::sizes::Sizes;
use crate::types::version::GoVersion as Language;
use crate::types::{self, Config, FileInput, Import, Importer, PackageInput, info};

use super::schedule::Plan;

/// A package whose types are known.
pub(super) struct Typed<'p> {
    /// Which package of the program.
    pub(super) id: PackageId,
    /// The package.
    pub(super) package: &'p Package,
    /// Its files, parsed, in order.
    pub(super) parsed: &'p [Parsed],
    /// What checking found out.
    pub(super) info: &'p info::Package,
    /// What is wrong with the code.
    pub(super) diagnostics: &'p [Diagnostic],
}

/// Whose function bodies are checked.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Bodies {
    /// Those of packages that were asked for.
    Selected,
    /// All: what a dependency does with its arguments matters too.
    All,
}

/// What is called with each package.
trait Visit<R>: Fn(&Typed<'_>) -> R + Sync {}

impl<R, F: Fn(&Typed<'_>) -> R + Sync> Visit<R> for F {}

/// Gives packages that need not be checked, and what a visit would have made of them.
pub(super) trait Known<R>: Sync {
    /// Whether a package may be known, once its imports have been visited.
    fn may_have(&self, id: PackageId) -> bool;

    /// The package, if it is known. `packages` are those that were checked before.
    fn get(&self, id: PackageId, packages: &dyn Packages) -> Option<(Pkg, R)>;
}

/// No package is known.
pub(super) struct Nothing;

impl<R> Known<R> for Nothing {
    fn may_have(&self, _: PackageId) -> bool {
        false
    }

    fn get(&self, _: PackageId, _: &dyn Packages) -> Option<(Pkg, R)> {
        None
    }
}

/// Checks all packages of `program` that are not `known` and calls `visit` with each, after its imports. The results are
/// in order of package ids; `None` where a stage panicked. Fails if the standard library's embedded facts are damaged.
pub(super) fn each_package<R: Send>(
    program: &Program,
    sizes: Sizes,
    bodies: Bodies,
    known: &dyn Known<R>,
    visit: impl Fn(&Typed<'_>) -> R + Sync,
) -> Result<Vec<Option<R>>, Corrupt> {
    let run = Run {
        program,
        sizes,
        bodies,
        known,
        visit: &visit,
        libraries: libraries(program)?,
        paths: paths(program),
        states: program.packages.iter().map(|_| State::new()).collect(),
    };
    plan(program, known).run(&|job| run.job(job));
    Ok(run.states.iter().map(|s| s.result.take()).collect())
}

/// The two jobs of each package, in the order of ids: those of package `i` are 2 `i` and 2 `i` + 1. Work is in halves of
/// bytes of source: a visit takes about one and a half times as long as a check.
fn plan<R>(program: &Program, known: &dyn Known<R>) -> Plan {
    let mut plan = Plan::default();
    for (id, package) in program.packages.iter_enumerated() {
        let sizes = package.files.iter();
        let bytes: u64 = sizes.map(|f| program.files[f.id].text().len() as u64).sum();
        let imports = imported(package);
        let first = usize::from(known.may_have(id));
        let check = plan.add(
            2 * bytes,
            false,
            imports.iter().map(|i| 2 * i.index() + first),
        );
        let visits = imports.iter().map(|i| 2 * i.index() + 1);
        plan.add(3 * bytes, true, visits.chain([check]));
    }
    plan
}

/// The packages of the run that a package imports, each once.
fn imported(package: &Package) -> Vec<PackageId> {
    let targets = package.imports.iter().filter_map(|i| match i.target {
        Imported::Package(id) => Some(id),
        _ => None,
    });
    let mut ids: Vec<PackageId> = targets.collect();
    ids.sort_unstable();
    ids.dedup();
    ids
}

/// The standard library of each build.
fn libraries(program: &Program) -> Result<Vec<Option<&'static Archive>>, Corrupt> {
    let library = |b: &crate::load::Build| match b.mode {
        Mode::Goroot => Ok(None),
        _ => library(b.compiler).map(Some),
    };
    program.builds.iter().map(library).collect()
}

/// How far a package is.
struct State<R> {
    /// What importers see of it, once it is checked.
    pkg: OnceLock<Pkg>,
    /// From the check to the visit.
    checked: Slot<Checked>,
    result: Slot<R>,
}

/// A package between its check and its visit.
struct Checked {
    parsed: Vec<Parsed>,
    info: info::Package,
    diagnostics: Vec<Diagnostic>,
}

impl<R> State<R> {
    fn new() -> State<R> {
        State {
            pkg: OnceLock::new(),
            checked: Slot(Mutex::new(None)),
            result: Slot(Mutex::new(None)),
        }
    }
}

/// Where one job leaves something for another.
struct Slot<T>(Mutex<Option<T>>);

impl<T> Slot<T> {
    fn put(&self, value: T) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(value);
    }

    fn take(&self) -> Option<T> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

/// Where the packages are that facts may mention.
fn paths(program: &Program) -> FxHashMap<(BuildId, Symbol), PackageId> {
    let packages = program.packages.iter_enumerated();
    let plain = packages.filter(|(_, p)| p.variant == Variant::Plain);
    plain.map(|(id, p)| ((p.build, p.path), id)).collect()
}

struct Run<'p, R, V> {
    program: &'p Program,
    sizes: Sizes,
    bodies: Bodies,
    known: &'p dyn Known<R>,
    visit: &'p V,
    libraries: Vec<Option<&'static Archive>>,
    paths: FxHashMap<(BuildId, Symbol), PackageId>,
    states: IndexVec<PackageId, State<R>>,
}

impl<R: Send, V: Visit<R>> Run<'_, R, V> {
    /// Does one of the jobs of [`plan`]. If it panics, the package has no result, and importers miss what it did not get to.
    fn job(&self, job: usize) {
        let id = PackageId::from_usize(job / 2);
        let _has_result = catch_unwind(AssertUnwindSafe(|| match job % 2 {
            0 => self.check(id),
            _ => self.visit(id),
        }));
    }

    fn check(&self, id: PackageId) {
        let state = &self.states[id];
        let package = &self.program.packages[id];
        let imports = Imports { run: self, package };
        if let Some((pkg, result)) = self.known.get(id, &imports) {
            let _first = state.pkg.set(pkg);
            state.result.put(result);
            return;
        }
        let files = package.files.iter();
        let parsed: Vec<Parsed> = files
            .map(|f| parse::parse_file(self.program.files[f.id].text()))
            .collect();
        for (file, parsed) in package.files.iter().zip(&parsed) {
            self.program.files[file.id].add_line_directives(&parsed.ast.line_directives);
        }
        let language = package.files.iter().map(|f| f.language).min();
        let language = language.unwrap_or(GoVersion::NEWEST);
        let input = |(file, parsed): (&PackageFile, _)| self.input(file, parsed, language);
        let files: Vec<FileInput<'_>> = package.files.iter().zip(&parsed).map(input).collect();
        let config = Config {
            version: language_of(language),
            sizes: self.sizes,
            skip_bodies: self.bodies == Bodies::Selected
                && !package.files.iter().any(|f| f.selected),
        };
        let input = PackageInput {
            path: package.path,
            files: &files,
        };
        let (info, diagnostics) = types::check(&input, &imports, &config);
        let _first = state.pkg.set(info.pkg);
        state.checked.put(Checked {
            parsed,
            info,
            diagnostics,
        });
    }

    fn visit(&self, id: PackageId) {
        let state = &self.states[id];
        let Some(checked) = state.checked.take() else {
            return;
        };
        state.result.put((self.visit)(&Typed {
            id,
            package: &self.program.packages[id],
            parsed: &checked.parsed,
            info: &checked.info,
            diagnostics: &checked.diagnostics,
        }));
    }

    fn input<'a>(
        &'a self,
        file: &PackageFile,
        parsed: &'a Parsed,
        package: GoVersion,
    ) -> FileInput<'a> {
        FileInput {
            file: file.id,
            ast: &parsed.ast,
            src: self.program.files[file.id].text(),
            version: (file.language != package).then(|| language_of(file.language)),
        }
    }
}

/// The language version of a file for the checker.
pub(super) fn language_of(go: GoVersion) -> Language {
    Language(u8::try_from(go.0).unwrap_or(u8::MAX))
}

/// What imports mean in one package.
struct Imports<'r, 'p, R, V> {
    run: &'r Run<'p, R, V>,
    package: &'p Package,
}

impl<R: Send, V: Visit<R>> Importer for Imports<'_, '_, R, V> {
    fn import(&self, path: Symbol) -> Import {
        let found = match self.package.import(path) {
            Some(Imported::Package(id)) => self.run.states[id].pkg.get().copied(),
            Some(Imported::Std(path)) => self.standard(path),
            _ => None,
        };
        found.map_or(Import::Missing, Import::Package)
    }
}

/// What paths mean in the facts of one package, which mention packages that it does not import itself.
impl<R, V> Packages for Imports<'_, '_, R, V> {
    fn package(&self, path: Symbol) -> Result<Pkg, Corrupt> {
        let id = self.run.paths.get(&(self.package.build, path));
        let found = match id {
            Some(&id) => self.run.states[id].pkg.get().copied(),
            None => self.standard(path),
        };
        found.ok_or(Corrupt("no such package"))
    }
}

impl<R, V> Imports<'_, '_, R, V> {
    fn standard(&self, path: Symbol) -> Option<Pkg> {
        let library = self.run.libraries[self.package.build.index()]?;
        // The archive's checksum was right, so a blob that does not decode was written by another version of the
        // program: as good as missing.
        library.package(path)?.ok()
    }
}
