//! Any bytes as a rule file → rules, or problems that lie inside the file.
#![no_main]

use std::io;
use std::path::{Path, PathBuf};

use heaplint::base::files::Files;
use heaplint::settings::Settings;
use libfuzzer_sys::fuzz_target;

/// A disk with one file.
struct One<'b>(&'b [u8]);

impl Files for One<'_> {
    fn read(&self, _: &Path) -> io::Result<Vec<u8>> {
        Ok(self.0.to_vec())
    }

    fn exists(&self, _: &Path) -> bool {
        true
    }

    fn list(&self, _: &Path) -> Option<Vec<PathBuf>> {
        None
    }
}

fuzz_target!(|src: &[u8]| {
    let settings = Settings::of_rule_files(&One(src), &[PathBuf::from("rule.yml")]);
    for error in &settings.errors {
        assert!(error.span.end as usize <= error.file.text().len());
    }
    settings.everything();
});
