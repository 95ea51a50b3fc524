//! Import paths in a tree of packages: `GOPATH/src`, or the Go tree's own `src`.
//!
//! A package's path is its folder's path below `src`. A folder `vendor` in any folder on the way from the importer up to
//! `src` is looked into first, nearest first ("Vendor Directories" in `go help gopath-vendor`).

use std::path::{Path, PathBuf};
use std::rc::Rc;

use crate::site::GoVersion;
use crate::walk::normalize;

use super::build::{Located, Resolution, View};
use super::disk::Disk;
use super::modfile::{Dialect, ModFile};
use super::std::is_std;

/// Where a tree's packages lie.
#[derive(Debug)]
pub(super) struct Tree {
    /// The folder that the paths of this tree's own packages start from.
    root: PathBuf,
    /// The folders that are searched for imports, in order.
    sources: Vec<PathBuf>,
    /// Whether standard packages are taken from `sources` too.
    goroot: bool,
    language: GoVersion,
}

impl Tree {
    /// A tree below `GOPATH/src`, or loose folders below `root` where `sources` is empty.
    pub(super) fn gopath(root: &Path, sources: Vec<PathBuf>, language: GoVersion) -> Tree {
        Tree {
            root: root.to_path_buf(),
            sources,
            goroot: false,
            language,
        }
    }

    /// The Go tree whose `src` folder is `src`.
    pub(super) fn goroot(src: &Path, language: GoVersion) -> Tree {
        Tree {
            root: src.to_path_buf(),
            sources: vec![src.to_path_buf()],
            goroot: true,
            language,
        }
    }

    /// What the folder `from` has in common with others that import paths mean the same to, unless they are relative.
    pub(super) fn view(&self, from: &Path, disk: &mut Disk) -> View {
        let above: Vec<&Path> = self.up_to_source(from).collect();
        View {
            vendor: above
                .iter()
                .find(|dir| disk.has_vendor(dir))
                .map(|dir| dir.to_path_buf()),
            // The source root is asked first, as all folders share it.
            versioned: above.iter().rev().any(|dir| go_mod(dir, disk).is_some()),
        }
    }

    pub(super) fn resolve(&self, path: &str, from: &Path, disk: &mut Disk) -> Resolution {
        if is_relative(path) {
            let dir = normalize(&from.join(path));
            return if disk.has_go_files(&dir) {
                Resolution::Source(self.locate(&dir))
            } else {
                Resolution::Missing
            };
        }
        let vendored = self.vendored(path, from, disk);
        if vendored.is_none() && !self.goroot && is_std(path) {
            return Resolution::Std;
        }
        let found = vendored
            .or_else(|| self.in_sources(path, disk))
            .or_else(|| self.in_versioned(path, from, disk));
        found.map_or(Resolution::Missing, |dir| {
            Resolution::Source(self.locate(&dir))
        })
    }

    fn vendored(&self, path: &str, from: &Path, disk: &mut Disk) -> Option<PathBuf> {
        self.up_to_source(from)
            .filter(|dir| disk.has_vendor(dir))
            .map(|dir| dir.join("vendor").join(path))
            .collect::<Vec<_>>()
            .into_iter()
            .find(|dir| disk.has_go_files(dir))
    }

    /// `from` and the folders above it, up to the source root that it lies in.
    fn up_to_source<'p>(&self, from: &'p Path) -> impl Iterator<Item = &'p Path> {
        let source = self.sources.iter().find(|src| from.starts_with(src));
        let depth = source.map_or(0, |src| {
            from.components().count() - src.components().count() + 1
        });
        from.ancestors().take(depth)
    }

    fn in_sources(&self, path: &str, disk: &mut Disk) -> Option<PathBuf> {
        let mut dirs = self.sources.iter().map(|src| src.join(path));
        dirs.find(|dir| disk.has_go_files(dir))
    }

    /// A tree knows one version of a module. Code that has a go.mod may import `m/v2/p` and get `m/p`, if the go.mod in
    /// `m` says that this is `m/v2` ("minimal module compatibility" of GOPATH mode).
    fn in_versioned(&self, path: &str, from: &Path, disk: &mut Disk) -> Option<PathBuf> {
        let mut above = self.up_to_source(from);
        above.find(|dir| go_mod(dir, disk).is_some())?;
        version_elements(path).find_map(|(module, versioned, rest)| {
            let dirs = self.sources.iter().map(|src| src.join(module));
            let root = dirs
                .into_iter()
                .find(|dir| go_mod(dir, disk).is_some_and(|file| file.module == versioned))?;
            let dir = normalize(&root.join(rest));
            disk.has_go_files(&dir).then_some(dir)
        })
    }

    pub(super) fn locate(&self, dir: &Path) -> Located {
        let roots = self.sources.iter().chain([&self.root]);
        let relative = roots
            .into_iter()
            .find_map(|root| dir.strip_prefix(root).ok());
        Located {
            dir: dir.to_path_buf(),
            path: match relative {
                Some(rest) if !rest.as_os_str().is_empty() => slashed(rest),
                _ => base_name(dir),
            },
            language: self.language,
        }
    }
}

/// Whether `path` starts at the importing folder.
pub(super) fn is_relative(path: &str) -> bool {
    path.starts_with("./") || path.starts_with("../")
}

fn go_mod(dir: &Path, disk: &mut Disk) -> Option<Rc<ModFile>> {
    disk.mod_file(&dir.join("go.mod"), Dialect::Mod, false)
}

/// The ways to read `path` as a module at a major version: (`m`, `m/v2`, `p`) for `m/v2/p`, last one first.
fn version_elements(path: &str) -> impl Iterator<Item = (&str, &str, &str)> {
    path.rmatch_indices("/v").filter_map(move |(at, _)| {
        let rest = &path[at + 1..];
        let len = rest.find('/').unwrap_or(rest.len());
        let digits = &rest[1..len];
        let sane = !digits.is_empty() && digits.bytes().all(|c| c.is_ascii_digit());
        sane.then(|| {
            (
                &path[..at],
                &path[..=at + len],
                rest[len..].trim_start_matches('/'),
            )
        })
    })
}

/// A relative path with `/` between its elements, as import paths are written.
pub(super) fn slashed(path: &Path) -> String {
    let parts: Vec<_> = path
        .components()
        .map(|c| c.as_os_str().to_string_lossy())
        .collect();
    parts.join("/")
}

/// The path of a package that lies outside every root: the name of its folder.
fn base_name(dir: &Path) -> String {
    dir.file_name().map_or_else(
        || "main".to_string(),
        |name| name.to_string_lossy().into_owned(),
    )
}
