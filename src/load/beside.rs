//! Test files beside packages that are loaded without their tests: some of what they say concerns the packages.

use std::collections::HashMap;
use std::path::Path;

use crate::base::source::{FileId, SourceFile};
use crate::walk::{Walked, is_test_name};

use super::disk::FileRequest;
use super::{Options, PackageId, Program, Variant};

/// A test file that belongs to no package of the run.
#[derive(Clone, Debug)]
pub struct Beside {
    /// The package that it lies beside.
    pub package: PackageId,
    request: FileRequest,
}

impl Beside {
    /// Its text; `None` if it cannot be read, which whoever asks for tests will hear of.
    pub fn read(&self) -> Option<SourceFile> {
        let file = self.request.read();
        file.error.is_none().then_some(file.source)
    }
}

/// The test files in the folders of `walked`, by path; none where tests are loaded with their packages.
pub fn tests_beside(walked: &Walked, program: &Program, options: &Options) -> Vec<Beside> {
    if options.tests {
        return Vec::new();
    }
    let plain = program.selected();
    let plain = plain.filter(|(_, package)| package.variant == Variant::Plain);
    let packages: HashMap<&Path, PackageId> = plain.map(|(id, p)| (p.dir.as_path(), id)).collect();
    let mut found = Vec::new();
    for dir in &walked.dirs {
        let Some(&package) = packages.get(dir.path.as_path()) else {
            continue;
        };
        for file in dir.files.iter().filter(|file| is_test_name(&file.name)) {
            let (path, shown) = (dir.path.join(&file.name), dir.shown.join(&file.name));
            let request = FileRequest::new(path, shown, &options.overlay);
            found.push(Beside { package, request });
        }
    }
    found
}

impl Program {
    /// Takes up a file that belongs to no package.
    pub fn add_file(&mut self, file: SourceFile) -> FileId {
        self.files.push(file)
    }
}
