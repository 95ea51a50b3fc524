//! Which config file governs a folder.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::NAMES;
use crate::base::diag::ConfigError;
use crate::base::files::{Files, Look};
use crate::base::source::SourceFile;
use crate::base::span::Span;
use crate::base::yaml::Problem;

/// The nearest config file at or above `folder`, not above the root of its repository (the folder that holds `.git`).
/// Of two in one folder the `.yml` one wins.
pub fn nearest(files: &dyn Files, folder: &Path) -> Option<PathBuf> {
    files.nearest(folder, &NAMES)
}

/// The part of [`nearest`] that one folder has.
pub fn look(files: &dyn Files, folder: &Path) -> Look {
    files.look(folder, &NAMES)
}

/// Reads a file that a config or the command line names.
pub fn open(files: &dyn Files, path: &Path) -> Result<Arc<SourceFile>, ConfigError> {
    match files.read(path) {
        Ok(bytes) => Ok(Arc::new(SourceFile::new(path, bytes))),
        Err(error) => Err(unreadable(path, &error)),
    }
}

fn unreadable(path: &Path, error: &io::Error) -> ConfigError {
    let file = Arc::new(SourceFile::new(path, Vec::new()));
    let message = format!("cannot be read: {error}");
    ConfigError::new(&file, Problem::new(Span::default(), message))
}
