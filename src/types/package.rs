//! Packages as importers see them.

use std::fmt;
use std::hash::{Hash, Hasher};
use std::sync::OnceLock;

use rustc_hash::FxHashMap;

use super::arena;
use super::object::Obj;
use crate::base::symbol::Symbol;

/// A package.
#[derive(Clone, Copy)]
pub struct Pkg(&'static PkgData);

/// The node behind a [`Pkg`].
pub struct PkgData {
    /// The import path.
    pub path: Symbol,
    /// The name in its package clause.
    pub name: Symbol,
    /// Whether it stands for a package that was not found (or `C`): what is selected from it has no known type, silently.
    pub opaque: bool,
    scope: OnceLock<FxHashMap<Symbol, Obj>>,
    /// The objects of the scope by name, once asked for.
    sorted: OnceLock<Vec<Obj>>,
}

crate::pooled!(PkgData);

impl PartialEq for Pkg {
    #[inline]
    fn eq(&self, other: &Pkg) -> bool {
        std::ptr::eq(self.0, other.0)
    }
}

impl Eq for Pkg {}

impl Hash for Pkg {
    fn hash<H: Hasher>(&self, state: &mut H) {
        (std::ptr::from_ref(self.0) as usize).hash(state);
    }
}

impl fmt::Debug for Pkg {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0.path)
    }
}

impl std::ops::Deref for Pkg {
    type Target = PkgData;

    #[inline]
    fn deref(&self) -> &PkgData {
        self.0
    }
}

impl Pkg {
    /// A package whose objects are not known yet.
    pub fn new(path: Symbol, name: Symbol) -> Pkg {
        Pkg(arena::alloc(PkgData {
            path,
            name,
            opaque: false,
            scope: OnceLock::new(),
            sorted: OnceLock::new(),
        }))
    }

    /// A stand-in for a package that was not found.
    pub fn opaque(path: Symbol, name: Symbol) -> Pkg {
        Pkg(arena::alloc(PkgData {
            path,
            name,
            opaque: true,
            scope: OnceLock::new(),
            sorted: OnceLock::new(),
        }))
    }

    /// Gives the package its objects; the first call counts.
    pub fn set_scope(self, objects: FxHashMap<Symbol, Obj>) {
        let _kept = self.0.scope.set(objects);
    }

    /// The package-level object of that name, exported or not.
    #[inline]
    pub fn lookup(self, name: Symbol) -> Option<Obj> {
        self.0.scope.get()?.get(&name).copied()
    }

    /// All package-level objects, sorted by name.
    pub fn objects(self) -> &'static [Obj] {
        let Some(scope) = self.0.scope.get() else {
            return &[];
        };
        self.0.sorted.get_or_init(|| {
            let objects = scope.values().copied();
            let mut all: Vec<(&str, Obj)> = objects.map(|o| (o.name.as_str(), o)).collect();
            // No two objects have one name.
            all.sort_unstable_by_key(|&(name, _)| name);
            all.into_iter().map(|(_, obj)| obj).collect()
        })
    }
}
