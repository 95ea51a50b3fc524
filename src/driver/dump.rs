//! The commands that show or keep what the type checker knows: `dump types` and `facts build`.

use std::io::{self, BufWriter, Write};
use std::path::Path;
use std::sync::Arc;

use rayon::prelude::*;

use crate::base::files::{Disk, Files};
use crate::base::source::{FileId, SourceFile};
use crate::base::symbol::Symbol;
use crate::cli::{DumpArgs, Exit, FactsBuildArgs};
use crate::facts::code::Code;
use crate::facts::{self, Facts, archive};
use crate::load::{self, Env, FileRequest, Mode, Program, Target, Variant};
use crate::types::dump;
use crate::types::sizes::Sizes;
use crate::walk;

use super::decide::{self, Units};
use super::setup::{Refusal, Setup, refuse_unusable_paths};
use super::typecheck::{Bodies, Nothing, Typed, each_package};
use super::{Streams, in_pool};

/// What `dump types` prints of a file.
struct FileLines {
    path: String,
    text: String,
}

/// What `dump types` finds out of a package: lines of its files, and mistakes as `path:line:col: message`.
type PackageLines = (Vec<FileLines>, Vec<String>);

/// `heaplint dump types`
pub(super) fn types(args: &DumpArgs, streams: &mut Streams<'_>) -> io::Result<Exit> {
    let threads = args.threads.map_or(0, usize::from);
    match in_pool(threads, || all_lines(args)) {
        Ok((mut lines, mut mistakes)) => {
            lines.sort_by(|a, b| a.path.cmp(&b.path));
            mistakes.sort();
            let mut out = BufWriter::new(&mut *streams.out);
            for file in lines {
                out.write_all(file.text.as_bytes())?;
            }
            out.flush()?;
            for mistake in mistakes {
                writeln!(streams.err, "{mistake}")?;
            }
            Ok(Exit::Clean)
        }
        Err(refusal) => refusal.tell(streams),
    }
}

fn all_lines(args: &DumpArgs) -> Result<PackageLines, Refusal> {
    let setup = Setup::new(&Disk, &args.paths, &args.input, &Arc::default())?;
    let walked = walk::walk(&setup.walk);
    refuse_unusable_paths(&walked)?;
    let (program, _) = load::load(&walked, setup.load.clone(), read_batch);
    let results = each_package(
        &program,
        setup.sizes(),
        Bodies::Selected,
        &Nothing,
        |typed| package_lines(&program, typed),
    );
    let mut all = PackageLines::default();
    for result in results.map_err(Refusal::Facts)?.into_iter().flatten() {
        all.0.extend(result.0);
        all.1.extend(result.1);
    }
    Ok(all)
}

fn read_batch(batch: &[FileRequest]) -> Vec<load::ReadFile> {
    batch.par_iter().map(FileRequest::read).collect()
}

fn package_lines(program: &Program, typed: &Typed<'_>) -> PackageLines {
    let mut found = PackageLines::default();
    for (i, file) in typed.package.files.iter().enumerate() {
        // The other files of a package that is checked again with its tests have their lines already.
        if !file.selected || typed.package.variant == Variant::Tested && !file.test {
            continue;
        }
        let source = &program.files[file.id];
        let lines = dump::lines(&typed.parsed[i].ast, &typed.info.files[i]);
        found.0.push(file_lines(source, &lines));
    }
    let shown = |file: FileId| {
        typed
            .package
            .files
            .iter()
            .any(|f| f.id == file && f.selected)
    };
    for d in typed.diagnostics.iter().filter(|d| shown(d.file)) {
        let source = &program.files[d.file];
        let at = source.line_col(d.span.start);
        let path = source.path().display();
        let mistake = format!("{path}:{}:{}: {}", at.line, at.column, d.message);
        found.1.push(mistake);
    }
    found
}

fn file_lines(source: &SourceFile, lines: &[dump::Line]) -> FileLines {
    use std::fmt::Write as _;
    let path = source.path().display().to_string();
    let mut text = String::new();
    for line in lines {
        let at = source.line_col(line.offset);
        // Writing into a string does not fail.
        let _in_memory = writeln!(
            text,
            "{path}:{}:{} {} {}",
            at.line, at.column, line.name, line.ty
        );
    }
    FileLines { path, text }
}

/// `heaplint facts build`
pub(super) fn build_facts(args: &FactsBuildArgs, streams: &mut Streams<'_>) -> io::Result<Exit> {
    let base = match &args.base {
        Some(path) => match open_base(path)? {
            Ok(archive) => Some(archive),
            Err(why) => {
                writeln!(streams.err, "error: {}: {why}", path.display())?;
                return Ok(Exit::Fault);
            }
        },
        None => None,
    };
    let library = match in_pool(0, || library(&args.goroot)) {
        Ok(library) => library,
        Err(refusal) => return refusal.tell(streams),
    };
    if library.blobs.is_empty() {
        let root = args.goroot.display();
        writeln!(
            streams.err,
            "error: {root}: no standard library in its src folder"
        )?;
        return Ok(Exit::Fault);
    }
    for mistake in &library.mistakes {
        writeln!(streams.err, "{mistake}")?;
    }
    let packed = archive::pack(&library.version, &library.blobs, base.as_ref());
    std::fs::write(&args.out, &packed)?;
    let types: usize = library.blobs.iter().map(|b| b.1.types.len()).sum();
    let code: usize = library.blobs.iter().map(|b| b.1.code.len()).sum();
    writeln!(
        streams.out,
        "Go {}: {} packages, {types} bytes of types, {code} of code, {} packed",
        library.version,
        library.blobs.len(),
        packed.len()
    )?;
    Ok(Exit::Clean)
}

fn open_base(path: &Path) -> io::Result<Result<archive::Archive, facts::Corrupt>> {
    Ok(archive::Archive::open(&Disk.read(path)?, None))
}

/// A standard library, checked.
struct Library {
    version: String,
    blobs: Vec<(Symbol, Facts)>,
    mistakes: Vec<String>,
}

/// Checks the standard library of a Go tree for linux/amd64 without cgo.
fn library(goroot: &Path) -> Result<Library, Refusal> {
    let src = goroot.join("src");
    let src = std::path::absolute(&src).map_err(Refusal::NoFolder)?;
    let mut request = walk::Request::new(&src, [src.clone()]);
    request.gitignore = false;
    let mut walked = walk::walk(&request);
    walked.dirs.retain(|d| is_library(&src, &d.path));
    let target = Target {
        cgo: false,
        ..Target::default()
    };
    let options = load::Options {
        cwd: src.clone(),
        go: None,
        tests: false,
        target: target.clone(),
        env: Env {
            target,
            ..Env::default()
        },
        overlay: Arc::default(),
    };
    let (program, _) = load::load(&walked, options, read_batch);
    let version = program.builds.iter().find(|b| b.mode == Mode::Goroot);
    let version = version.map_or_else(String::new, |b| b.compiler.to_string());
    let options = decide::Options {
        contracts: true,
        ..decide::Options::default()
    };
    let units = Units::new(program.packages.len(), Sizes::AMD64, options);
    let checked = each_package(&program, Sizes::AMD64, Bodies::All, &Nothing, |typed| {
        let mistakes = package_lines(&program, typed).1;
        let decided = units.decide(&program, typed);
        let code = Code::exported(&decided.package, &decided.analysis);
        let facts = facts::encode_all(typed.info.pkg, &code);
        (typed.package.path, facts, mistakes)
    });
    let mut library = Library {
        version,
        blobs: Vec::new(),
        mistakes: Vec::new(),
    };
    for (path, blob, mistakes) in checked.map_err(Refusal::Facts)?.into_iter().flatten() {
        library.blobs.push((path, blob));
        library.mistakes.extend(mistakes);
    }
    Ok(library)
}

/// Whether a folder of a Go tree holds a package of the standard library: not a command, not test data.
fn is_library(src: &Path, dir: &Path) -> bool {
    let Ok(below) = dir.strip_prefix(src) else {
        return false;
    };
    let mut parts = below.iter();
    parts.next().is_some_and(|first| first != "cmd") && !below.iter().any(|p| p == "testdata")
}
