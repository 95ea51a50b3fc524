//! What the parser makes of single files, for development and for the comparison with the compiler.

use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use rayon::prelude::*;

use crate::ast::dump;
use crate::base::source::SourceFile;
use crate::cli::Exit;
use crate::load::read_alone;
use crate::parse::{Parsed, parse_file};
use crate::walk;

use super::Streams;

/// What became of a file.
type Outcome = io::Result<(SourceFile, Parsed)>;

/// `heaplint dump syntax`: all files below `paths`, test files and those of other platforms included.
pub(super) fn mistakes(paths: &[PathBuf], streams: &mut Streams<'_>) -> io::Result<Exit> {
    let cwd = std::env::current_dir()?;
    let mut request = walk::Request::new(cwd, paths.iter().cloned());
    request.tests = true;
    request.gitignore = false;
    let walked = walk::walk(&request);
    let files: Vec<(PathBuf, PathBuf)> = walked
        .dirs
        .iter()
        .flat_map(|dir| {
            dir.files
                .iter()
                .filter(|f| f.selected)
                .map(move |f| (dir, &f.name))
        })
        .map(|(dir, name)| (dir.path.join(name), dir.shown.join(name)))
        .collect();
    let outcomes: Vec<Outcome> = super::in_pool(0, || {
        files
            .into_par_iter()
            .map(|(path, shown)| {
                let file = read_alone(&path, shown)?;
                let parsed = parse_file(file.text());
                Ok((file, parsed))
            })
            .collect()
    });
    write_mistakes(&outcomes, streams)
}

fn write_mistakes(outcomes: &[Outcome], streams: &mut Streams<'_>) -> io::Result<Exit> {
    let mut out = BufWriter::new(&mut *streams.out);
    let (mut bytes, mut tree, mut wrong) = (0, 0, 0);
    for outcome in outcomes {
        let (file, parsed) = match outcome {
            Ok(read) => read,
            Err(error) => {
                writeln!(streams.err, "error: {error}")?;
                continue;
            }
        };
        bytes += file.text().len();
        tree += parsed.ast.heap_size();
        wrong += usize::from(!parsed.errors.is_empty());
        for error in &parsed.errors {
            let at = file.line_col(error.pos);
            writeln!(
                out,
                "{}:{}:{}: {}",
                file.path().display(),
                at.line,
                at.column,
                error.message
            )?;
        }
    }
    out.flush()?;
    drop(out);
    let files = outcomes.len();
    let ratio = tree as f64 / (bytes.max(1)) as f64;
    writeln!(
        streams.err,
        "{files} files, {bytes} bytes, {wrong} with errors, {ratio:.2} bytes of tree a source byte"
    )?;
    Ok(Exit::Clean)
}

/// `heaplint dump ast`
pub(super) fn tree(path: &Path, streams: &mut Streams<'_>) -> io::Result<Exit> {
    let file = read_alone(path, path.to_path_buf())?;
    let parsed = super::in_pool(1, || parse_file(file.text()));
    write!(streams.out, "{}", dump::dump(&parsed.ast, file.text()))?;
    for error in &parsed.errors {
        let at = file.line_col(error.pos);
        writeln!(
            streams.err,
            "{}:{}:{}: {}",
            path.display(),
            at.line,
            at.column,
            error.message
        )?;
    }
    Ok(Exit::Clean)
}
