//! Any bytes as a config file → settings, or problems that lie inside the file.
#![no_main]

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use heaplint::base::files::Files;
use heaplint::base::source::SourceFile;
use heaplint::settings::Settings;
use libfuzzer_sys::fuzz_target;

/// A disk without files.
struct Nothing;

impl Files for Nothing {
    fn read(&self, _: &Path) -> io::Result<Vec<u8>> {
        Err(io::ErrorKind::NotFound.into())
    }

    fn exists(&self, _: &Path) -> bool {
        false
    }

    fn list(&self, _: &Path) -> Option<Vec<PathBuf>> {
        None
    }
}

fuzz_target!(|src: &[u8]| {
    let file = Arc::new(SourceFile::new(".heaplint.yml", src));
    let settings = Settings::of_file(&Nothing, &file);
    for error in &settings.errors {
        assert!(error.span.end as usize <= error.file.text().len());
    }
    settings.effective();
    settings.active_for(Path::new("a.go"));
});
