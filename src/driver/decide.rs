//! What the compiler decides in each package of a run: checked syntax → [`ir`] → calls inlined → escape analysis.
//!
//! A package is decided once all that it imports is. What it leaves behind for its importers is its [`Unit`]: bodies to
//! inline and the tags of parameters.

use std::sync::{OnceLock, PoisonError, RwLock};

use rustc_hash::FxHashMap;

use crate::base::index::IndexVec;
use crate::escape::analysis::{self, Analysis};
use crate::escape::build::Context;
use crate::escape::summary::{self, Summary};
use crate::inline::{self, Inlined};
use crate::ir::body::FuncRef;
use crate::ir::node::FuncId;
use crate::ir::{self, Callees};
use crate::load::{PackageId, Program};
use crate::site::GoVersion;
use crate::types::package::Pkg;
use crate::types::sizes::Sizes;

use super::typecheck::{Typed, language_of};

/// A package as its importers need it.
struct Unit {
    package: ir::Package,
    summaries: FxHashMap<FuncRef, Summary>,
}

/// What is decided for a package.
pub(super) struct Decided<'u> {
    /// Its functions, calls inlined.
    pub(super) package: &'u ir::Package,
    /// What was said while inlining.
    pub(super) inlined: Inlined,
    /// What escape analysis decided.
    pub(super) analysis: Analysis,
    /// The compiler.
    pub(super) go: GoVersion,
    /// The target.
    pub(super) sizes: Sizes,
}

/// The packages of a run that are decided so far.
pub(super) struct Units {
    units: IndexVec<PackageId, OnceLock<Unit>>,
    /// Objects know their package; this is where it lies.
    ids: RwLock<FxHashMap<Pkg, PackageId>>,
    sizes: Sizes,
    /// Nothing is inlined, as with the compiler's `-l`.
    no_inline: bool,
}

impl Units {
    /// Nothing decided yet. `sizes` are the target's.
    pub(super) fn new(program: &Program, sizes: Sizes, no_inline: bool) -> Units {
        Units {
            units: program.packages.iter().map(|_| OnceLock::new()).collect(),
            ids: RwLock::default(),
            sizes,
            no_inline,
        }
    }

    /// Decides a package. What it imports has been decided before, or is unknown.
    pub(super) fn decide(&self, program: &Program, typed: &Typed<'_>) -> Decided<'_> {
        let go = program.builds[typed.package.build].compiler;
        let files = typed.package.files.iter().zip(typed.parsed);
        let sources: Vec<_> = files
            .map(|(file, parsed)| ir::build::Source {
                ast: &parsed.ast,
                version: language_of(file.language),
            })
            .collect();
        let release = ir::release::Release::of(go);
        let mut package = ir::build::build(typed.info, &sources, release);
        let config = inline::Config {
            release,
            disabled: self.no_inline,
        };
        let inlined = inline::run(&mut package, self, config);
        let analysis = analysis::analyse(Context {
            package: &package,
            callees: self,
            release: crate::ir::release::Release::of(go),
            sizes: self.sizes,
        });
        let exports = analysis.exports(&package);
        let summaries = exports.map(|(func, s)| (func, s.clone())).collect();
        let pkg = package.pkg;
        let unit = self.units[typed.id].get_or_init(|| Unit { package, summaries });
        self.publish(pkg, typed.id);
        Decided {
            package: &unit.package,
            inlined,
            analysis,
            go,
            sizes: self.sizes,
        }
    }

    fn publish(&self, pkg: Pkg, id: PackageId) {
        let mut ids = self.ids.write().unwrap_or_else(PoisonError::into_inner);
        ids.insert(pkg, id);
    }

    fn unit_of(&self, func: FuncRef) -> Option<&Unit> {
        let pkg = func.obj().pkg?;
        let ids = self.ids.read().unwrap_or_else(PoisonError::into_inner);
        self.units[*ids.get(&pkg)?].get()
    }
}

impl Callees for Units {
    fn find(&self, func: FuncRef) -> Option<(&ir::Package, FuncId)> {
        let package = &self.unit_of(func)?.package;
        Some((package, package.find(func)?))
    }

    fn package(&self, pkg: Pkg) -> Option<&ir::Package> {
        let ids = self.ids.read().unwrap_or_else(PoisonError::into_inner);
        Some(&self.units[*ids.get(&pkg)?].get()?.package)
    }
}

impl summary::Callees for Units {
    fn summary(&self, func: FuncRef) -> Option<&Summary> {
        self.unit_of(func)?.summaries.get(&func)
    }
}
