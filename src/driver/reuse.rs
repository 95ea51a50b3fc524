//! Dependencies whose facts an earlier run has kept ([`Cache`]).
//!
//! A package's facts follow from this program, the compiler version, the target, the package's files, and the facts of
//! all that it imports. The key is a digest of these, with a digest for each import that covers its own imports too:
//! importers depend on more than the import's own facts say, for example on the size of a type that it only mentions.
//!
//! Only plain packages of which nothing is reported are kept, and only if nothing is wrong with them or missing.

use std::sync::OnceLock;

use crate::base::index::IndexVec;
use crate::facts::cache::{Cache, Digest, Recipe};
use crate::facts::code::Code;
use crate::facts::{Decoder, Facts, Packages, encode_all};
use crate::load::{Imported, Package, PackageId, Program, Variant};
use crate::types::package::Pkg;

use super::decide::Options;
use super::typecheck::Typed;

/// What identifies the code that decides.
const PROGRAM: [&str; 2] = [env!("CARGO_PKG_VERSION"), env!("HEAPLINT_SOURCES")];

/// The cache as one run uses it.
pub(super) struct Reuse<'p> {
    program: &'p Program,
    cache: &'p Cache,
    /// What all keys of the run have in common.
    common: Recipe,
    /// What importers of a package depend on, once it is known.
    digests: IndexVec<PackageId, OnceLock<Digest>>,
}

impl<'p> Reuse<'p> {
    /// `goarch` and `options` are the options of the run that matter besides the files.
    pub(super) fn new(
        program: &'p Program,
        cache: &'p Cache,
        goarch: &str,
        options: Options,
    ) -> Reuse<'p> {
        let mut common = Recipe::default();
        PROGRAM.iter().for_each(|part| common.add(part));
        common.add(goarch);
        common.add([u8::from(options.no_inline), u8::from(options.contracts)]);
        Reuse {
            program,
            cache,
            common,
            digests: program.packages.iter().map(|_| OnceLock::new()).collect(),
        }
    }

    /// Whether a package is one of those that are kept.
    pub(super) fn keeps(&self, id: PackageId) -> bool {
        let package = &self.program.packages[id];
        !package.is_asked_for() && package.variant == Variant::Plain
    }

    /// A package that is in the cache, with its code. `packages` are those that are known so far.
    pub(super) fn get(&self, id: PackageId, packages: &dyn Packages) -> Option<(Pkg, Code)> {
        let facts = self.cache.get(self.key(id)?)?;
        // An entry that cannot be read after all counts as none, as any damaged one does.
        let decoder = Decoder::new(&facts.types, packages).ok()?;
        let pkg = decoder.pkg();
        let code = decoder.code(&facts.code, packages).ok()?;
        self.publish(id, &facts);
        Some((pkg, code))
    }

    /// Keeps a package that has been analysed.
    pub(super) fn put(&self, typed: &Typed<'_>, code: &Code) {
        if !typed.diagnostics.is_empty() {
            return;
        }
        let Some(key) = self.key(typed.id) else {
            return;
        };
        let facts = encode_all(typed.info.pkg, code);
        self.cache.put(key, &facts);
        self.publish(typed.id, &facts);
    }

    /// What a package's facts follow from; `None` if they are not to be kept.
    fn key(&self, id: PackageId) -> Option<Digest> {
        if !self.keeps(id) {
            return None;
        }
        let package = &self.program.packages[id];
        let mut recipe = self.common.clone();
        recipe.add(self.program.builds[package.build].compiler.to_string());
        recipe.add(package.path.as_str());
        self.add_imports(&mut recipe, package)?;
        for file in &package.files {
            let source = &self.program.files[file.id];
            let name = source.path().file_name().unwrap_or_default();
            recipe.add(name.as_encoded_bytes());
            recipe.add(file.language.to_string());
            recipe.add(source.text());
        }
        Some(recipe.digest())
    }

    fn add_imports(&self, recipe: &mut Recipe, package: &Package) -> Option<()> {
        for import in &package.imports {
            recipe.add(import.path.as_str());
            match import.target {
                Imported::Package(on) => recipe.add(self.digests[on].get()?.as_bytes()),
                Imported::Std(path) => recipe.add(path.as_str()),
                Imported::Unsafe => {}
                Imported::C | Imported::Missing | Imported::Cycle => return None,
            }
        }
        Some(())
    }

    fn publish(&self, id: PackageId, facts: &Facts) {
        let mut recipe = Recipe::default();
        recipe.add(&facts.types);
        recipe.add(&facts.code);
        if self
            .add_imports(&mut recipe, &self.program.packages[id])
            .is_some()
        {
            let _first = self.digests[id].set(recipe.digest());
        }
    }
}
