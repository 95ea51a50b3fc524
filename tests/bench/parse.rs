//! Bytes per second of the first two stages, over a Go tree.
//!
//! `GOROOT=… cargo bench --bench parse`; without `GOROOT` the demo module, repeated, stands in for real code.

use std::path::{Path, PathBuf};

use divan::Bencher;
use divan::counter::BytesCount;
use heaplint::{lex, parse};

fn main() {
    divan::main();
}

/// The Go files below `$GOROOT/src` outside of testdata folders, or the demo's often enough to be worth timing.
fn sources() -> Vec<Vec<u8>> {
    let read = |paths: Vec<PathBuf>| paths.iter().filter_map(|p| std::fs::read(p).ok()).collect();
    if let Some(goroot) = std::env::var_os("GOROOT") {
        return read(go_files(&Path::new(&goroot).join("src")));
    }
    let demo: Vec<Vec<u8>> = read(go_files(Path::new("tests/data/demo")));
    std::iter::repeat_n(demo, 200).flatten().collect()
}

fn go_files(dir: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    let mut todo = vec![dir.to_path_buf()];
    while let Some(dir) = todo.pop() {
        for entry in std::fs::read_dir(dir).into_iter().flatten().flatten() {
            let (path, name) = (entry.path(), entry.file_name());
            if path.is_dir() && !path.is_symlink() && name != "testdata" {
                todo.push(path);
            } else if path.extension().is_some_and(|e| e == "go") {
                files.push(path);
            }
        }
    }
    files
}

fn bytes(sources: &[Vec<u8>]) -> BytesCount {
    BytesCount::new(sources.iter().map(Vec::len).sum::<usize>())
}

#[divan::bench(sample_count = 5, sample_size = 1)]
fn lexing(bencher: Bencher) {
    let sources = sources();
    bencher.counter(bytes(&sources)).bench_local(|| {
        sources
            .iter()
            .map(|src| lex::lex(src).tokens.len())
            .sum::<usize>()
    });
}

#[divan::bench(sample_count = 5, sample_size = 1)]
fn lexing_and_parsing(bencher: Bencher) {
    let sources = sources();
    bencher.counter(bytes(&sources)).bench_local(|| {
        sources
            .iter()
            .map(|src| parse::parse_file(src).errors.len())
            .sum::<usize>()
    });
}
