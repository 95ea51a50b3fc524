//! Types of all packages of a run: parsed and checked side by side, each once all that it imports is done.
//!
//! The last import of a package to be done starts it. Packages that were not asked for may be checked without function
//! bodies ([`Bodies`]). What a package leaves behind is its objects, for importers, and whatever the visitor made of it; its tree and
//! tables are dropped at once.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};

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

/// Gives a package that need not be checked, and what a visit would have made of it, from packages that are done.
pub(super) type Known<'k, R> = &'k (dyn Fn(PackageId, &dyn Packages) -> Option<(Pkg, R)> + Sync);

/// Checks all packages of `program` that are not `known` and calls `visit` with each. The results are in order of package
/// ids; `None` where a stage panicked. Fails if the standard library's embedded facts are damaged.
pub(super) fn each_package<R: Send + Sync>(
    program: &Program,
    sizes: Sizes,
    bodies: Bodies,
    known: Known<'_, R>,
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
        states: states(program),
    };
    let run_ref = &run;
    rayon::scope(|scope| {
        for (id, state) in run_ref.states.iter_enumerated() {
            // Packages with imports are started by these, even if they are done by now.
            if state.imports == 0 {
                scope.spawn(move |scope| run_ref.start(scope, id));
            }
        }
    });
    Ok(run.states.iter().map(State::result).collect())
}

/// The standard library of each build.
fn libraries(program: &Program) -> Result<Vec<Option<&'static Archive>>, Corrupt> {
    let library = |b: &crate::load::Build| match b.mode {
        Mode::Goroot => Ok(None),
        _ => library(b.compiler).map(Some),
    };
    program.builds.iter().map(library).collect()
}

struct State<R> {
    /// How many packages of the run it imports.
    imports: usize,
    /// How many of them are not done yet.
    pending: AtomicUsize,
    importers: Vec<PackageId>,
    /// What importers see of it, once it is done.
    pkg: OnceLock<Pkg>,
    result: OnceLock<std::sync::Mutex<Option<R>>>,
}

impl<R> State<R> {
    fn result(&self) -> Option<R> {
        self.result.get()?.lock().ok()?.take()
    }
}

fn states<R>(program: &Program) -> IndexVec<PackageId, State<R>> {
    let imported = |p: &Package| {
        let mut ids: Vec<PackageId> = p
            .imports
            .iter()
            .filter_map(|i| match i.target {
                Imported::Package(id) => Some(id),
                _ => None,
            })
            .collect();
        ids.sort_unstable();
        ids.dedup();
        ids
    };
    let mut importers: Vec<Vec<PackageId>> = vec![Vec::new(); program.packages.len()];
    let mut counts = Vec::with_capacity(program.packages.len());
    for (id, package) in program.packages.iter_enumerated() {
        let ids = imported(package);
        counts.push(ids.len());
        for on in ids {
            importers[on.index()].push(id);
        }
    }
    let state = |(imports, importers)| State {
        imports,
        pending: AtomicUsize::new(imports),
        importers,
        pkg: OnceLock::new(),
        result: OnceLock::new(),
    };
    counts.into_iter().zip(importers).map(state).collect()
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
    known: Known<'p, R>,
    visit: &'p V,
    libraries: Vec<Option<&'static Archive>>,
    paths: FxHashMap<(BuildId, Symbol), PackageId>,
    states: IndexVec<PackageId, State<R>>,
}

impl<R: Send + Sync, V: Visit<R>> Run<'_, R, V> {
    /// Checks a package, and then those importers that waited for it alone.
    fn start<'s>(&'s self, scope: &rayon::Scope<'s>, id: PackageId) {
        let state = &self.states[id];
        if let Ok((pkg, result)) = catch_unwind(AssertUnwindSafe(|| self.check(id))) {
            let _first = state.pkg.set(pkg);
            let _first = state.result.set(std::sync::Mutex::new(Some(result)));
        }
        for &importer in &state.importers {
            if self.states[importer].pending.fetch_sub(1, Ordering::AcqRel) == 1 {
                scope.spawn(move |scope| self.start(scope, importer));
            }
        }
    }

    fn check(&self, id: PackageId) -> (Pkg, R) {
        let package = &self.program.packages[id];
        if let Some(known) = (self.known)(id, &Imports { run: self, package }) {
            return known;
        }
        let parsed: Vec<Parsed> = package
            .files
            .iter()
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
        let (info, diagnostics) = types::check(&input, &Imports { run: self, package }, &config);
        let result = (self.visit)(&Typed {
            id,
            package,
            parsed: &parsed,
            info: &info,
            diagnostics: &diagnostics,
        });
        (info.pkg, result)
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

impl<R: Send + Sync, V: Visit<R>> Importer for Imports<'_, '_, R, V> {
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
