//! The result of loading: packages in dependency order, as plain data.

use std::path::PathBuf;

use crate::base::index::IndexVec;
use crate::base::source::{FileId, SourceFile};
use crate::base::span::Span;
use crate::base::symbol::Symbol;
use crate::site::GoVersion;

crate::newtype_index! {
    /// A package of the run. Ids follow the dependency order: a package's imports have smaller ids.
    PackageId
}
crate::newtype_index! {
    /// A main module, a workspace, or a tree of packages: what is built with one compiler and one set of modules.
    BuildId
}

/// Everything the run is about.
#[derive(Debug, Default)]
pub struct Program {
    /// Files that were read, and files and folders that diagnostics speak of. Among them go.mod and go.work files
    /// with mistakes, and files that turned out not to belong to the build.
    pub files: IndexVec<FileId, SourceFile>,
    /// Packages, imports before importers.
    pub packages: IndexVec<PackageId, Package>,
    /// The builds that the packages belong to.
    pub builds: IndexVec<BuildId, Build>,
    /// Import paths that were found nowhere, by path.
    pub missing: Vec<Missing>,
    /// Go files of loaded folders that do not belong to the build, by path.
    pub ignored: Vec<IgnoredFile>,
}

impl Program {
    /// The packages that may have findings, in dependency order.
    pub fn selected(&self) -> impl Iterator<Item = (PackageId, &Package)> {
        self.packages
            .iter_enumerated()
            .filter(|(_, p)| p.is_selected())
    }

    /// The files that belong to packages, each once, by id: what is to be parsed.
    pub fn go_files(&self) -> Vec<FileId> {
        let files = self.packages.iter().flat_map(|p| &p.files);
        let mut ids: Vec<FileId> = files.map(|f| f.id).collect();
        ids.sort_unstable();
        ids.dedup();
        ids
    }
}

/// What one compiler version and one choice of modules apply to.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Build {
    /// The folder of go.mod or go.work, or the one that import paths start from.
    pub root: PathBuf,
    /// The compiler version whose decisions count: the nearest known one to `wanted`.
    pub compiler: GoVersion,
    /// The compiler version that the options or go.mod ask for. Where it is newer than `compiler`, say so.
    pub wanted: GoVersion,
    /// How imports were looked up.
    pub mode: Mode,
}

/// How a build finds packages.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Mode {
    /// By go.mod, and go.work if there is one.
    Modules,
    /// By folders below `GOPATH/src`, or by folders alone where there is neither go.mod nor GOPATH.
    Gopath,
    /// The standard library's own sources: imports of it are packages, not embedded facts.
    Goroot,
}

/// Files that are compiled together.
#[derive(Clone, Debug)]
pub struct Package {
    /// Its import path. That of an external test ends in `_test`; that of a stray package in `#` and its name.
    pub path: Symbol,
    /// The name in its package clauses.
    pub name: Symbol,
    /// Its folder; absolute.
    pub dir: PathBuf,
    /// The build it belongs to.
    pub build: BuildId,
    /// What of the folder it is.
    pub variant: Variant,
    /// Its files by name.
    pub files: Vec<PackageFile>,
    /// Its imports by path, each once.
    pub imports: Vec<Import>,
}

impl Package {
    /// Whether any file may have findings. The others are dependencies: only what importers see of them matters.
    pub fn is_selected(&self) -> bool {
        self.files.iter().any(PackageFile::has_findings)
    }

    /// Whether the user asked for any file, be it one that a program wrote.
    pub fn is_asked_for(&self) -> bool {
        self.files.iter().any(|f| f.selected)
    }

    /// What `path` means in this package's files; `None` if no file's top imports it (an import behind a syntax error is
    /// not seen here; take it as missing).
    pub fn import(&self, path: Symbol) -> Option<Imported> {
        let at = self
            .imports
            .binary_search_by(|i| i.path.as_str().cmp(path.as_str()))
            .ok()?;
        Some(self.imports[at].target)
    }
}

/// How a package relates to the tests of its folder, or of another.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Variant {
    /// The package as everyone imports it.
    Plain,
    /// With its `_test.go` files of the same package clause. Findings lie in those test files only: the others have
    /// theirs in the plain package.
    Tested,
    /// The `_test` package beside it, which imports the tested variant.
    External,
    /// Compiled again for the tests of another package, because it imports that package: same files, no findings.
    Again,
    /// Files with a package clause that differs from the folder's first; nothing can import it.
    Stray,
}

/// A file as part of a package.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct PackageFile {
    /// The file.
    pub id: FileId,
    /// The language version that its code is read with.
    pub language: GoVersion,
    /// Whether the user asked for it and no exclude covers it. False in packages that are compiled for others only.
    pub selected: bool,
    /// Whether its header says that a program wrote it.
    pub generated: bool,
    /// Whether it is a `_test.go` file.
    pub test: bool,
}

impl PackageFile {
    /// Whether findings in the file are reported.
    pub fn has_findings(&self) -> bool {
        self.selected && !self.generated
    }
}

/// An import of a package.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Import {
    /// The path as written.
    pub path: Symbol,
    /// What it means.
    pub target: Imported,
    /// The first file that has it.
    pub file: FileId,
    /// Where: the path with its quotes.
    pub span: Span,
}

/// What an import path means.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Imported {
    /// A package whose source was found.
    Package(PackageId),
    /// A package of the standard library, known by its embedded facts under this path.
    Std(Symbol),
    /// `unsafe`
    Unsafe,
    /// `C`: opaque.
    C,
    /// Found nowhere: opaque.
    Missing,
    /// Would close an import cycle: opaque.
    Cycle,
}

/// An import path that was found nowhere.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Missing {
    /// The path.
    pub path: Symbol,
    /// How many packages import it.
    pub importers: u32,
}

/// A Go file that is not built.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct IgnoredFile {
    /// The path, as the user sees it.
    pub path: PathBuf,
    /// Why.
    pub why: Ignored,
    /// Whether the user asked for it.
    pub selected: bool,
}

/// Why a Go file is not built.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Ignored {
    /// Its name is for another platform.
    Name,
    /// Its build constraint does not hold, or cannot be read.
    Constraint,
    /// It imports `C`, and cgo is off (or it is a test, where the toolchain has no cgo).
    Cgo,
    /// It only describes: `package documentation`, which the toolchain skips, and `builtin` and `unsafe` of the Go tree.
    Documentation,
    /// It could not be read.
    Unreadable,
    /// An `ignore` line of go.mod covers its folder.
    Module,
}
