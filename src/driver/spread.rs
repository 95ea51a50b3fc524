//! How often the functions of the program run: the calls of all packages, and of the benchmarks beside them, joined.

use std::collections::BTreeMap;

use memchr::memmem;
use rayon::prelude::*;

use crate::base::glob::Patterns;
use crate::base::source::{FileId, SourceFile};
use crate::base::symbol::Symbol;
use crate::heat::bench::{self, Functions, TestFile};
use crate::heat::calls::PackageCalls;
use crate::heat::spread::Spread;
use crate::heat::{FileHeat, HeatConfig};
use crate::load::{Options, PackageId, Program, tests_beside};
use crate::parse;
use crate::walk::Walked;

/// Test files with benchmarks, and the packages that they are about.
pub(super) struct Benchmarks(BTreeMap<PackageId, Vec<FileId>>);

impl Benchmarks {
    /// Finds those beside packages that are checked without their tests, and those among the files of the program.
    pub(super) fn find(walked: &Walked, program: &mut Program, options: &Options) -> Benchmarks {
        let mut found: BTreeMap<PackageId, Vec<FileId>> = BTreeMap::new();
        let packages = program.packages.iter_enumerated();
        for (id, package) in packages.filter(|(_, p)| p.is_selected()) {
            let tests = package.files.iter().filter(|f| f.test);
            let with = tests.filter(|f| has_benchmarks(&program.files[f.id]));
            found.entry(id).or_default().extend(with.map(|f| f.id));
        }
        let beside = tests_beside(walked, program, options);
        let read: Vec<_> = beside
            .par_iter()
            .map(|file| Some((file.package, file.read().filter(has_benchmarks)?)))
            .collect();
        for (package, file) in read.into_iter().flatten() {
            let id = program.add_file(file);
            found.entry(package).or_default().push(id);
        }
        found.retain(|_, files| !files.is_empty());
        Benchmarks(found)
    }

    /// What they call.
    fn calls(&self, program: &Program, known: &Functions) -> Vec<PackageCalls> {
        let folders: Vec<_> = self.0.iter().collect();
        let calls = |(package, files): &(&PackageId, &Vec<FileId>)| {
            let path = program.packages[**package].path;
            calls_of(program, tested(path), files, known)
        };
        folders.par_iter().map(calls).collect()
    }
}

/// Whether a file declares benchmarks.
pub(super) fn has_benchmarks(file: &SourceFile) -> bool {
    memmem::find(file.text(), bench::MARK).is_some()
}

/// The path of the package that an external test is about.
fn tested(path: Symbol) -> Symbol {
    match path.as_str().strip_suffix("_test") {
        Some(tested) => Symbol::intern(tested),
        None => path,
    }
}

fn calls_of(program: &Program, path: Symbol, files: &[FileId], known: &Functions) -> PackageCalls {
    let none = Patterns::default();
    let config = HeatConfig {
        hot_functions: &none,
        cold_functions: &none,
        hot_file: false,
        cold_file: false,
        for_tests: false,
    };
    let read: Vec<_> = files
        .iter()
        .map(|&id| {
            let src = &program.files[id];
            let parsed = parse::parse_file(src.text());
            let heat = FileHeat::new(src, &parsed.ast, &[], &config);
            (id, src, parsed, heat)
        })
        .collect();
    let files: Vec<TestFile<'_>> = read
        .iter()
        .map(|(id, src, parsed, heat)| TestFile {
            id: *id,
            src,
            ast: &parsed.ast,
            heat,
        })
        .collect();
    bench::calls(path, &files, known)
}

/// Joins the calls of packages, which are in their order, and benchmarks.
pub(super) fn join<'c>(
    program: &Program,
    packages: impl Iterator<Item = &'c PackageCalls>,
    from: &Benchmarks,
) -> Spread {
    let packages: Vec<_> = packages.collect();
    let known = Functions::new(packages.iter().copied());
    let benchmarks = from.calls(program, &known);
    let all: Vec<&PackageCalls> = packages.into_iter().chain(&benchmarks).collect();
    Spread::new(&all)
}

/// A place as people read it: `decode.go:41`.
pub(super) fn place(program: &Program, file: FileId, offset: u32) -> String {
    let src = &program.files[file];
    let name = src.path().file_name().unwrap_or_default();
    let line = src.line_col(offset).line;
    format!("{}:{line}", name.to_string_lossy())
}
