//! `heaplint init`: carries out the plan of [`crate::init`], or shows it.

use std::io;
use std::path::Path;

use crate::base::files::Disk;
use crate::cli::{Exit, InitArgs};
use crate::init::{self, Action, Step};

use super::Streams;
use super::setup::repository_root;

/// `heaplint init`
pub(super) fn run(args: &InitArgs, streams: &mut Streams<'_>) -> io::Result<Exit> {
    let folder = std::path::absolute(&args.dir)?;
    if !folder.is_dir() {
        writeln!(streams.err, "error: {}: no folder", args.dir.display())?;
        return Ok(Exit::Fault);
    }
    let folder = crate::walk::normalize(&folder);
    let root = repository_root(&folder).unwrap_or(&folder);
    for step in init::plan(&Disk, root) {
        if !args.dry_run {
            carry_out(&step, root)?;
        }
        tell(&step, args.dry_run, streams)?;
    }
    Ok(Exit::Clean)
}

fn carry_out(step: &Step, root: &Path) -> io::Result<()> {
    let path = root.join(&step.path);
    match &step.action {
        Action::Create(text) => create(&path, text),
        Action::Append { all, .. } => std::fs::write(&path, all),
        Action::Leave(_) | Action::Show { .. } => Ok(()),
    }
    .map_err(|error| io::Error::new(error.kind(), format!("{}: {error}", path.display())))
}

/// Writes a file that must not be there yet.
fn create(path: &Path, text: &str) -> io::Result<()> {
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder)?;
    }
    let mut file = std::fs::File::create_new(path)?;
    io::Write::write_all(&mut file, text.as_bytes())
}

fn tell(step: &Step, dry: bool, streams: &mut Streams<'_>) -> io::Result<()> {
    let path = step.path.display();
    let would = if dry { "would be " } else { "" };
    let text = match &step.action {
        Action::Create(text) => {
            writeln!(streams.out, "{path}: {would}written")?;
            text
        }
        Action::Append { entry, .. } => {
            writeln!(streams.out, "{path}: {would}added to")?;
            entry
        }
        Action::Leave(why) => return writeln!(streams.out, "{path}: left alone, {why}"),
        Action::Show { why, entry } => {
            writeln!(streams.out, "{path}: left alone, {why}:")?;
            return write_indented(entry, streams);
        }
    };
    if dry {
        write_indented(text, streams)?;
    }
    Ok(())
}

fn write_indented(text: &str, streams: &mut Streams<'_>) -> io::Result<()> {
    text.lines().try_for_each(|line| match line {
        "" => writeln!(streams.out),
        line => writeln!(streams.out, "    {line}"),
    })
}
