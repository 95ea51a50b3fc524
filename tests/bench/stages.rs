//! Bytes per second of the stages behind parsing, over packages that import the standard library alone.
//!
//! `GOROOT=… cargo bench --bench stages`; without `GOROOT` the demo's packages stand in for real code. What a package
//! imports comes from the embedded facts, so the figures are those of the stage and of nothing before it.

#![allow(clippy::unwrap_used)] // a bench that cannot go on has failed

use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use divan::Bencher;
use divan::counter::BytesCount;
use heaplint::base::index::Idx;
use heaplint::base::symbol::Symbol;
use heaplint::escape::analysis::analyse;
use heaplint::escape::build::Context;
use heaplint::escape::summary::{self, Summary};
use heaplint::facts::archive::Archive;
use heaplint::facts::std::{code, library};
use heaplint::inline::{self, Inlined};
use heaplint::ir::body::FuncRef;
use heaplint::ir::build::{Source, build};
use heaplint::ir::node::FuncId;
use heaplint::ir::release::Release;
use heaplint::ir::{self, Callees, Package};
use heaplint::parse::{Parsed, parse_file};
use heaplint::site::GoVersion;
use heaplint::types::check::STACK_BYTES;
use heaplint::types::package::Pkg;
use heaplint::types::sizes::Sizes;
use heaplint::types::version::GoVersion as Language;
use heaplint::types::{self, Config, FileInput, Import, Importer, PackageInput, info};

/// Packages without files for some platforms only: all their files are one build.
const LIBRARY: [&str; 10] = [
    "encoding/json",
    "encoding/xml",
    "go/printer",
    "html/template",
    "net/mail",
    "net/textproto",
    "net/url",
    "text/tabwriter",
    "text/template",
    "text/template/parse",
];
const DEMO: [&str; 1] = ["book"];
const LANGUAGE: Language = Language(GoVersion::NEWEST.0 as u8);

fn main() {
    let benches = std::thread::Builder::new().stack_size(STACK_BYTES);
    benches.spawn(divan::main).unwrap().join().unwrap();
}

struct Std(&'static Archive);

impl Importer for Std {
    fn import(&self, path: Symbol) -> Import {
        let found = self.0.package(path).and_then(Result::ok);
        found.map_or(Import::Missing, Import::Package)
    }
}

impl Callees for Std {
    fn find(&self, func: FuncRef) -> Option<(&Package, FuncId)> {
        code(func.obj().pkg?)?.find(func)
    }

    fn package(&self, pkg: Pkg) -> Option<&Package> {
        Some(&code(pkg)?.package)
    }
}

impl summary::Callees for Std {
    fn summary(&self, func: FuncRef) -> Option<&Summary> {
        code(func.obj().pkg?)?.summary(func)
    }
}

/// A package up to its trees.
struct Unit {
    path: String,
    files: Vec<(Vec<u8>, Parsed)>,
}

impl Unit {
    fn read(root: &Path, path: &str) -> Unit {
        let names = std::fs::read_dir(root.join(path)).into_iter().flatten();
        let is_code = |p: &PathBuf| {
            let name = p.to_string_lossy();
            name.ends_with(".go") && !name.ends_with("_test.go")
        };
        let names = names.flatten().map(|e| e.path()).filter(is_code);
        let files = names.filter_map(|p| std::fs::read(p).ok()).map(|text| {
            let parsed = parse_file(&text);
            (text, parsed)
        });
        Unit {
            path: path.to_owned(),
            files: files.collect(),
        }
    }

    fn bytes(&self) -> usize {
        self.files.iter().map(|(text, _)| text.len()).sum()
    }

    fn check(&self) -> info::Package {
        let files = self.files.iter().enumerate();
        let files: Vec<FileInput<'_>> = files
            .map(|(i, (text, parsed))| FileInput {
                file: Idx::from_usize(i),
                ast: &parsed.ast,
                src: text,
                version: None,
            })
            .collect();
        let config = Config {
            version: LANGUAGE,
            sizes: Sizes::AMD64,
            skip_bodies: false,
        };
        let input = PackageInput {
            path: Symbol::intern(&self.path),
            files: &files,
        };
        types::check(&input, &std_library(), &config).0
    }

    fn build(&self, info: &info::Package) -> Package {
        let sources = self.files.iter().map(|(file, parsed)| Source {
            ast: &parsed.ast,
            text: file,
            version: LANGUAGE,
        });
        build(info, &sources.collect::<Vec<_>>(), release())
    }
}

fn std_library() -> Std {
    Std(library(GoVersion::NEWEST).unwrap())
}

fn release() -> &'static Release {
    Release::of(GoVersion::NEWEST)
}

fn units() -> &'static [Unit] {
    static UNITS: OnceLock<Vec<Unit>> = OnceLock::new();
    UNITS.get_or_init(|| {
        let goroot = std::env::var_os("GOROOT").map(|root| Path::new(&root).join("src"));
        match &goroot {
            Some(src) => LIBRARY.iter().map(|p| Unit::read(src, p)).collect(),
            None => DEMO
                .iter()
                .map(|p| Unit::read(Path::new("tests/data/demo"), p))
                .collect(),
        }
    })
}

fn bytes() -> BytesCount {
    BytesCount::new(units().iter().map(Unit::bytes).sum::<usize>())
}

fn inlined(package: &mut Package) -> Inlined {
    let config = inline::Config {
        release: release(),
        disabled: false,
        explain: false,
    };
    inline::run(package, &std_library(), config)
}

#[divan::bench(sample_count = 10, sample_size = 1)]
fn checking(bencher: Bencher) {
    bencher
        .counter(bytes())
        .bench_local(|| units().iter().map(Unit::check).collect::<Vec<_>>());
}

#[divan::bench(sample_count = 10, sample_size = 1)]
fn building(bencher: Bencher) {
    let checked: Vec<_> = units().iter().map(Unit::check).collect();
    bencher.counter(bytes()).bench_local(|| {
        let built = units().iter().zip(&checked).map(|(u, info)| u.build(info));
        built.collect::<Vec<_>>()
    });
}

#[divan::bench(sample_count = 10, sample_size = 1)]
fn inlining(bencher: Bencher) {
    let checked: Vec<_> = units().iter().map(Unit::check).collect();
    let built = || -> Vec<ir::Package> {
        let built = units().iter().zip(&checked).map(|(u, info)| u.build(info));
        built.collect()
    };
    bencher
        .counter(bytes())
        .with_inputs(built)
        .bench_local_values(|mut packages| {
            packages.iter_mut().map(inlined).for_each(drop);
            packages
        });
}

#[divan::bench(sample_count = 10, sample_size = 1)]
fn escaping(bencher: Bencher) {
    let ready = units().iter().map(|unit| {
        let mut package = unit.build(&unit.check());
        let inlined = inlined(&mut package);
        (package, inlined)
    });
    let ready: Vec<(Package, Inlined)> = ready.collect();
    bencher.counter(bytes()).bench_local(|| {
        let analysed = ready.iter().map(|(package, inlined)| {
            let context = Context {
                package,
                callees: &std_library(),
                release: release(),
                sizes: Sizes::AMD64,
                ways: true,
            };
            analyse(context, &inlined.mentions)
        });
        analysed.map(|a| a.batches.len()).sum::<usize>()
    });
}
