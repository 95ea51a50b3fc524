//! What the compiler decides in each package of a run: checked syntax → [`ir`] → calls inlined → escape analysis.
//!
//! A package is decided once all that it imports is. What it leaves behind for its importers is its
//! [`Code`]: bodies to inline and the tags of parameters.

use ::std::sync::{OnceLock, PoisonError, RwLock};

use rustc_hash::FxHashMap;

use crate::base::index::{Idx, IndexVec};
use crate::base::source::{FileId, SourceFile};
use crate::base::symbol::Symbol;
use crate::escape::analysis::{self, Analysis};
use crate::escape::build::Context;
use crate::escape::cost::Costs;
use crate::escape::sites::{Extra, Sites};
use crate::escape::summary::{self, Summary};
use crate::facts::archive::Archive;
use crate::facts::code::Code;
use crate::facts::std;
use crate::inline::{self, Inlined};
use crate::ir::body::FuncRef;
use crate::ir::node::FuncId;
use crate::ir::{self, Callees};
use crate::load::{PackageId, Program};
use crate::parse::Parsed;
use crate::site::{GoVersion, Site};
use crate::types::package::Pkg;
use crate::types::sizes::Sizes;
use crate::types::{self, Config, FileInput, Import, Importer, PackageInput, info};

use super::typecheck::{Typed, language_of};

/// What is decided for a package.
pub(super) struct Decided {
    /// Its functions, calls inlined.
    pub(super) package: ir::Package,
    /// What was said while inlining.
    pub(super) inlined: Inlined,
    /// What escape analysis decided.
    pub(super) analysis: Analysis,
    /// The compiler.
    pub(super) go: GoVersion,
    /// The target.
    pub(super) sizes: Sizes,
}

impl Decided {
    /// Its sites by file, position and kind, and those of `extra`, without regions and heat.
    pub(super) fn sites(&self, extra: &Extra<'_>) -> Vec<Site> {
        let costs = Costs::new(
            &self.package,
            crate::ir::release::Release::of(self.go),
            self.sizes,
        );
        Sites { costs, extra }.of(&self.analysis)
    }
}

/// The packages of a run that are decided so far.
pub(super) struct Units {
    decided: IndexVec<PackageId, OnceLock<Code>>,
    /// Objects know their package; this is where it lies.
    ids: RwLock<FxHashMap<Pkg, PackageId>>,
    sizes: Sizes,
    /// Nothing is inlined, as with the compiler's `-l`.
    no_inline: bool,
    /// Whether to say why functions cannot be inlined.
    explain: bool,
}

impl Units {
    /// Nothing decided yet of `packages` packages. `sizes` are the target's.
    pub(super) fn new(packages: usize, sizes: Sizes, no_inline: bool) -> Units {
        Units {
            decided: (0..packages).map(|_| OnceLock::new()).collect(),
            ids: RwLock::default(),
            sizes,
            no_inline,
            explain: false,
        }
    }

    /// The same, saying of each function why it cannot be inlined if `explain`.
    pub(super) fn explaining(self, explain: bool) -> Units {
        Units { explain, ..self }
    }

    /// Decides a package. What it imports has been decided before, or is unknown.
    pub(super) fn decide(&self, program: &Program, typed: &Typed<'_>) -> Decided {
        let go = program.builds[typed.package.build].compiler;
        let files = typed.package.files.iter().zip(typed.parsed);
        let sources: Vec<_> = files
            .map(|(file, parsed)| ir::build::Source {
                ast: &parsed.ast,
                text: program.files[file.id].text(),
                version: language_of(file.language),
            })
            .collect();
        self.decide_sources(typed.id, go, typed.info, &sources)
    }

    fn decide_sources(
        &self,
        id: PackageId,
        go: GoVersion,
        info: &info::Package,
        sources: &[ir::build::Source<'_>],
    ) -> Decided {
        let release = ir::release::Release::of(go);
        let mut package = ir::build::build(info, sources, release);
        let config = inline::Config {
            release,
            disabled: self.no_inline,
            explain: self.explain,
        };
        let inlined = inline::run(&mut package, self, config);
        let analysis = analysis::analyse(Context {
            package: &package,
            callees: self,
            release: crate::ir::release::Release::of(go),
            sizes: self.sizes,
        });
        let code = Code::exported(&package, &analysis);
        let _first = self.decided[id].set(code);
        self.publish(package.pkg, id);
        Decided {
            package,
            inlined,
            analysis,
            go,
            sizes: self.sizes,
        }
    }

    /// Adds a package that was decided in an earlier run.
    pub(super) fn add(&self, id: PackageId, code: Code) {
        let pkg = code.package.pkg;
        let _first = self.decided[id].set(code);
        self.publish(pkg, id);
    }

    fn publish(&self, pkg: Pkg, id: PackageId) {
        let mut ids = self.ids.write().unwrap_or_else(PoisonError::into_inner);
        ids.insert(pkg, id);
    }

    /// The code of a package of the run, or of the standard library.
    fn code_of(&self, pkg: Pkg) -> Option<&Code> {
        let id = {
            let ids = self.ids.read().unwrap_or_else(PoisonError::into_inner);
            ids.get(&pkg).copied()
        };
        match id {
            Some(id) => self.decided[id].get(),
            None => std::code(pkg),
        }
    }
}

/// A file that is a package of its own and imports at most the standard library, for amd64: its types, and what is decided.
pub(super) fn alone(
    src: &SourceFile,
    parsed: &Parsed,
    file: FileId,
    go: GoVersion,
) -> (info::Package, Decided) {
    let input = FileInput {
        file,
        ast: &parsed.ast,
        src: src.text(),
        version: None,
    };
    let config = Config {
        version: language_of(go),
        sizes: Sizes::AMD64,
        skip_bodies: false,
    };
    let package = PackageInput {
        path: Symbol::intern("example"),
        files: &[input],
    };
    // Without the library its imports are opaque, and what hangs on them is unknown.
    let (info, _) = types::check(&package, &Library(std::library(go).ok()), &config);
    let units = Units::new(1, Sizes::AMD64, false);
    let source = ir::build::Source {
        ast: &parsed.ast,
        text: src.text(),
        version: language_of(go),
    };
    let id = PackageId::from_usize(0);
    let decided = units.decide_sources(id, go, &info, &[source]);
    (info, decided)
}

/// Imports of the standard library alone.
struct Library(Option<&'static Archive>);

impl Importer for Library {
    fn import(&self, path: Symbol) -> Import {
        let found = self.0.and_then(|library| library.package(path)?.ok());
        found.map_or(Import::Missing, Import::Package)
    }
}

impl Callees for Units {
    fn find(&self, func: FuncRef) -> Option<(&ir::Package, FuncId)> {
        self.code_of(func.obj().pkg?)?.find(func)
    }

    fn package(&self, pkg: Pkg) -> Option<&ir::Package> {
        Some(&self.code_of(pkg)?.package)
    }
}

impl summary::Callees for Units {
    fn summary(&self, func: FuncRef) -> Option<&Summary> {
        self.code_of(func.obj().pkg?)?.summary(func)
    }
}
