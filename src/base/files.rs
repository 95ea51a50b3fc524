//! The file system as the readers of config and rule files see it.
//!
//! They ask a [`Files`] instead of the disk, so that what they read is listed in one place and tests need no disk.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Where config and rule files come from.
pub trait Files: Sync {
    /// The bytes of a file.
    fn read(&self, path: &Path) -> io::Result<Vec<u8>>;

    /// Whether anything, file or folder, is at `path`.
    fn exists(&self, path: &Path) -> bool;

    /// The entries of a folder, sorted; `None` if `path` is no folder.
    fn list(&self, path: &Path) -> Option<Vec<PathBuf>>;

    /// The nearest file with one of `names` at or above `folder`, not above the root of its repository (the folder that
    /// holds `.git`). Of several in one folder the first name wins.
    fn nearest(&self, folder: &Path, names: &[&str]) -> Option<PathBuf> {
        let mut looks = folder.ancestors().map(|dir| self.look(dir, names));
        match looks.find(|look| *look != Look::Above) {
            Some(Look::Found(path)) => Some(path),
            _ => None,
        }
    }

    /// The part of [`Files::nearest`] that one folder has.
    fn look(&self, dir: &Path, names: &[&str]) -> Look {
        let mut paths = names.iter().map(|name| dir.join(name));
        match paths.find(|path| self.exists(path)) {
            Some(path) => Look::Found(path),
            None if self.exists(&dir.join(".git")) => Look::Nowhere,
            None => Look::Above,
        }
    }
}

/// Where the nearest file is, by what one folder has.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Look {
    /// Here.
    Found(PathBuf),
    /// Perhaps in a folder above.
    Above,
    /// There is none: this is the root of a repository.
    Nowhere,
}

/// The real one.
#[derive(Clone, Copy, Debug, Default)]
pub struct Disk;

impl Files for Disk {
    fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
        std::fs::read(path)
    }

    fn exists(&self, path: &Path) -> bool {
        path.exists()
    }

    fn list(&self, path: &Path) -> Option<Vec<PathBuf>> {
        let entries = std::fs::read_dir(path).ok()?;
        let mut paths: Vec<PathBuf> = entries.flatten().map(|e| e.path()).collect();
        paths.sort();
        Some(paths)
    }
}

/// Files as they were at another time: where they differ from the disk, and how.
///
/// The default differs nowhere.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Overlay {
    /// Absolute paths; `None` says that there is no such file.
    files: BTreeMap<PathBuf, Option<Arc<[u8]>>>,
}

impl Overlay {
    /// An overlay of the given differences: contents by absolute path, `None` for files that are only on the disk.
    pub fn new(files: BTreeMap<PathBuf, Option<Arc<[u8]>>>) -> Overlay {
        Overlay { files }
    }

    /// What is different about the file at the absolute `path`: `None` if nothing, `Some(None)` if it is not there.
    pub fn at(&self, path: &Path) -> Option<Option<&Arc<[u8]>>> {
        self.files.get(path).map(Option::as_ref)
    }

    /// The same with other contents at the absolute paths of `files`.
    #[must_use]
    pub fn with(&self, files: impl IntoIterator<Item = (PathBuf, Arc<[u8]>)>) -> Overlay {
        let mut overlay = self.clone();
        let files = files.into_iter().map(|(path, text)| (path, Some(text)));
        overlay.files.extend(files);
        overlay
    }

    /// Whether it differs from the disk anywhere.
    pub fn is_empty(&self) -> bool {
        self.files.is_empty()
    }

    /// The absolute paths that differ, in order.
    pub fn paths(&self) -> impl Iterator<Item = &Path> {
        self.files.keys().map(PathBuf::as_path)
    }

    /// `names`, which are those of the files of the folder `dir` that a listing of the disk gives and that `wanted`
    /// holds for, as they were: sorted, with what is gone from the disk and without what is new there.
    pub fn adjust(
        &self,
        dir: &Path,
        mut names: Vec<OsString>,
        wanted: impl Fn(&Path) -> bool,
    ) -> Vec<OsString> {
        let below = self.files.range(dir.to_path_buf()..);
        for (path, text) in below.take_while(|(path, _)| path.starts_with(dir)) {
            let Some(name) = path.file_name().filter(|_| path.parent() == Some(dir)) else {
                continue;
            };
            names.retain(|n| n != name);
            if text.is_some() && wanted(path) {
                names.push(name.to_os_string());
            }
        }
        names.sort();
        names
    }
}

#[cfg(test)]
mod tests {
    use super::{Arc, OsString, Overlay, Path};

    #[test]
    fn a_listing_is_as_it_was() {
        let text = Some(Arc::from(&b"package a\n"[..]));
        let files = [
            ("/r/a/back.go", text.clone()),
            ("/r/a/changed.go", text.clone()),
            ("/r/a/deep/c.go", text.clone()),
            ("/r/a/new.go", None),
            ("/r/a/note.txt", text.clone()),
            ("/r/ab/d.go", text),
        ];
        let overlay = Overlay::new(files.map(|(p, t)| (p.into(), t)).into());
        let on_disk = ["changed.go", "new.go", "same.go"].map(OsString::from);
        let is_go = |path: &Path| path.extension().is_some_and(|e| e == "go");
        let names = overlay.adjust(Path::new("/r/a"), on_disk.to_vec(), is_go);
        assert_eq!(names, ["back.go", "changed.go", "same.go"]);
    }
}
