//! What the compiler decides in each package of a run: checked syntax → [`ir`] → calls inlined → escape analysis.
//!
//! A package is decided once all that it imports is. What it leaves behind for its importers is its
//! [`Code`]: bodies to inline and the tags of parameters.

use ::std::sync::{OnceLock, PoisonError, RwLock};

use rustc_hash::FxHashMap;

use crate::base::index::{Idx, IndexVec};
use crate::base::source::{FileId, SourceFile};
use crate::base::symbol::Symbol;
use crate::contract::cause::Causes;
use crate::contract::effects::{self, Effects};
use crate::contract::exempt::Exempt;
use crate::escape::analysis::{self, Analysis};
use crate::escape::build::Context;
use crate::escape::cost::Costs;
use crate::escape::sites::{Extra, Sites};
use crate::escape::summary::{self, Summary};
use crate::facts::archive::Archive;
use crate::facts::code::Code;
use crate::facts::std;
use crate::inline::callee::{Finder, Imports};
use crate::inline::{self, Inlined};
use crate::ir::body::FuncRef;
use crate::ir::node::FuncId;
use crate::ir::outline::Outlines;
use crate::ir::statics::Statics;
use crate::ir::{self, Callees};
use crate::load::{PackageId, Program};
use crate::parse::Parsed;
use crate::site::{GoVersion, Site};
use crate::types::package::Pkg;
use crate::types::sizes::Sizes;
use crate::types::{self, Config, FileInput, Import, Importer, PackageInput, info};

use super::contract;
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
    /// What its functions may allocate with all that they call, if that was asked for.
    pub(super) contracts: Option<Contracts>,
}

/// What there is to know of promises in a package.
pub(super) struct Contracts {
    /// The places that are exempt.
    pub(super) exempt: Exempt,
    /// What functions do.
    pub(super) effects: Effects,
}

impl Decided {
    /// Its sites by file, position and kind, and those of `extra`, without regions and heat.
    pub(super) fn sites(&self, extra: &Extra<'_>) -> Vec<Site> {
        sites_of(&self.package, self.go, self.sizes, extra).of(&self.analysis)
    }

    /// Its functions for those who look for causes in them.
    pub(super) fn with_causes<R>(
        &self,
        callees: &Units,
        contracts: &Contracts,
        f: impl FnOnce(&Causes<'_, '_>) -> R,
    ) -> R {
        with_causes(self, callees, &contracts.exempt, f)
    }
}

fn sites_of<'a>(
    package: &'a ir::Package,
    go: GoVersion,
    sizes: Sizes,
    extra: &'a Extra<'a>,
) -> Sites<'a> {
    let release = crate::ir::release::Release::of(go);
    Sites {
        costs: Costs::new(package, release, sizes),
        extra,
    }
}

fn with_causes<R>(
    decided: &Decided,
    callees: &Units,
    exempt: &Exempt,
    f: impl FnOnce(&Causes<'_, '_>) -> R,
) -> R {
    let package = &decided.package;
    let release = ir::release::Release::of(decided.go);
    let statics = Statics::of(package, &Outlines::of(package), release);
    let imports = Imports::new(package, callees);
    let finder = Finder {
        package,
        imports: &imports,
        statics: &statics,
    };
    let sites = sites_of(package, decided.go, decided.sizes, &Extra::NONE);
    f(&Causes::new(finder, sites, &decided.analysis, exempt))
}

/// The packages of a run that are decided so far.
pub(super) struct Units {
    decided: IndexVec<PackageId, OnceLock<Code>>,
    /// Objects know their package; this is where it lies.
    ids: RwLock<FxHashMap<Pkg, PackageId>>,
    sizes: Sizes,
    options: Options,
}

/// What is to be decided, and how.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Options {
    /// Nothing is inlined, as with the compiler's `-l`.
    pub(super) no_inline: bool,
    /// What functions may allocate with all that they call is wanted too.
    pub(super) contracts: bool,
    /// Whether to say why functions cannot be inlined.
    pub(super) explain: bool,
    /// Sites are wanted, with the ways that values take to the heap, and not only the compiler's lines.
    pub(super) sites: bool,
}

impl Units {
    /// Nothing decided yet of `packages` packages. `sizes` are the target's.
    pub(super) fn new(packages: usize, sizes: Sizes, options: Options) -> Units {
        Units {
            decided: (0..packages).map(|_| OnceLock::new()).collect(),
            ids: RwLock::default(),
            sizes,
            options,
        }
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
        let exempt = || contract::exempt(program, typed);
        let exempt = self.options.contracts.then(exempt);
        let ways = self.options.contracts || (self.options.sites && typed.package.is_selected());
        self.decide_sources(typed.id, go, typed.info, &sources, exempt, ways)
    }

    fn decide_sources(
        &self,
        id: PackageId,
        go: GoVersion,
        info: &info::Package,
        sources: &[ir::build::Source<'_>],
        exempt: Option<Exempt>,
        ways: bool,
    ) -> Decided {
        let release = ir::release::Release::of(go);
        let mut package = ir::build::build(info, sources, release);
        let config = inline::Config {
            release,
            disabled: self.options.no_inline,
            explain: self.options.explain,
        };
        let inlined = inline::run(&mut package, self, config);
        let context = Context {
            package: &package,
            callees: self,
            release,
            sizes: self.sizes,
            ways,
        };
        let analysis = analysis::analyse(context, &inlined.mentions);
        let mut decided = Decided {
            package,
            inlined,
            analysis,
            go,
            sizes: self.sizes,
            contracts: None,
        };
        if let Some(exempt) = exempt {
            decided.contracts = Some(self.contracts(&mut decided, exempt));
        }
        let code = Code::exported(&decided.package, &decided.analysis);
        let _first = self.decided[id].set(code);
        self.publish(decided.package.pkg, id);
        decided
    }

    /// Finds out what the functions do, and adds it to what callers know of them.
    fn contracts(&self, decided: &mut Decided, exempt: Exempt) -> Contracts {
        let effects = with_causes(decided, self, &exempt, |causes| {
            effects::effects(causes, &decided.analysis, self)
        });
        let summaries = &mut decided.analysis.summaries;
        for (id, &effect) in effects.of.iter_enumerated() {
            if let Some(summary) = &mut summaries[id] {
                summary.effect = Some(effect);
            }
        }
        Contracts { exempt, effects }
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
) -> (info::Package, Decided, Units) {
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
    let contracts = contract::is_spoken_of(src);
    let options = Options {
        contracts,
        ..Options::default()
    };
    let units = Units::new(1, Sizes::AMD64, options);
    let source = ir::build::Source {
        ast: &parsed.ast,
        text: src.text(),
        version: language_of(go),
    };
    let id = PackageId::from_usize(0);
    let exempt = contracts.then(|| contract::exempt_in([(file, src, parsed)]));
    let decided = units.decide_sources(id, go, &info, &[source], exempt, true);
    (info, decided, units)
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
