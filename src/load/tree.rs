//! Import paths in a tree of packages: `GOPATH/src`, or the Go tree's own `src`.
//!
//! A package's path is its folder's path below `src`. A folder `vendor` in any folder on the way from the importer up to
//! `src` is looked into first, nearest first ("Vendor Directories" in `go help gopath-vendor`).

use std::path::{Path, PathBuf};

use crate::site::GoVersion;
use crate::walk::normalize;

use super::build::{Located, Resolution};
use super::disk::Disk;
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

    pub(super) fn resolve(&self, path: &str, from: &Path, disk: &mut Disk) -> Resolution {
        if path.starts_with("./") || path.starts_with("../") {
            let dir = normalize(&from.join(path));
            return match disk.has_go_files(&dir) {
                true => Resolution::Source(self.locate(&dir)),
                false => Resolution::Missing,
            };
        }
        let vendored = self.vendored(path, from, disk);
        if vendored.is_none() && !self.goroot && is_std(path) {
            return Resolution::Std;
        }
        let found = vendored.or_else(|| {
            let dirs = self.sources.iter().map(|src| src.join(path));
            dirs.into_iter().find(|dir| disk.has_go_files(dir))
        });
        found.map_or(Resolution::Missing, |dir| {
            Resolution::Source(self.locate(&dir))
        })
    }

    fn vendored(&self, path: &str, from: &Path, disk: &mut Disk) -> Option<PathBuf> {
        let source = self.sources.iter().find(|src| from.starts_with(src))?;
        from.ancestors()
            .take_while(|dir| dir.starts_with(source))
            .map(|dir| dir.join("vendor").join(path))
            .find(|dir| disk.has_go_files(dir))
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
