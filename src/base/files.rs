//! The file system as the readers of config and rule files see it.
//!
//! They ask a [`Files`] instead of the disk, so that what they read is listed in one place and tests need no disk.

use std::io;
use std::path::{Path, PathBuf};

/// Where config and rule files come from.
pub trait Files: Sync {
    /// The bytes of a file.
    fn read(&self, path: &Path) -> io::Result<Vec<u8>>;

    /// Whether anything, file or folder, is at `path`.
    fn exists(&self, path: &Path) -> bool;

    /// The entries of a folder, sorted; `None` if `path` is no folder.
    fn list(&self, path: &Path) -> Option<Vec<PathBuf>>;
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
