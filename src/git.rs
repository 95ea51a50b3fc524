//! git, asked about the past: which Go files differ from a revision or from the index, and what they held there.
//!
//! The answer is an [`Overlay`]: only files that differ are read from git's store, everything else is as the disk has it.
//! So are files that git ignores, such as generated code, and what lies in submodules. git is run for `--since` and
//! `--staged` alone; it is told to take no locks, and nothing of the repository is executed.

use std::collections::BTreeMap;
use std::fmt;
use std::io::{BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::Arc;

use crate::base::files::Overlay;

/// The files that an analysis reads below a repository's root, as git's patterns: `*` crosses folders.
const WANTED: [&str; 4] = ["*.go", "*go.mod", "*go.work", "*vendor/modules.txt"];

/// Asks `git ls-files` for files that are not tracked.
const OTHERS: &str = "--others";

/// Files of 4 GiB and more are not read, from the disk or from git.
const MAX_BYTES: u64 = u32::MAX as u64;

/// Why git gave no answer, as one sentence.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct GitError(String);

impl fmt::Display for GitError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A repository with a work tree.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Repository {
    root: PathBuf,
}

/// A file that is not the same on the disk.
#[derive(PartialEq, Eq, Debug)]
struct Change {
    /// Its path below the root.
    path: PathBuf,
    /// The name of what it held; `None` if it was not there.
    blob: Option<String>,
}

impl Repository {
    /// The repository whose work tree the absolute `path` lies in.
    pub fn around(path: &Path) -> Result<Repository, GitError> {
        let outside = || GitError(format!("{} is not in a git repository", path.display()));
        let root = path.ancestors().find(|dir| dir.join(".git").exists());
        let root = root.ok_or_else(outside)?.to_path_buf();
        let repository = Repository { root };
        // git passes over a `.git` that is none and looks further up; its paths would then start elsewhere.
        let prefix = repository.ask(&["rev-parse", "--show-prefix"])?;
        if one_line(&prefix).is_empty() {
            Ok(repository)
        } else {
            Err(outside())
        }
    }

    /// The commit that `rev` names. `REV...` is the last commit that REV and HEAD share, as in `git diff REV...`.
    pub fn commit(&self, rev: &str) -> Result<String, GitError> {
        if let Some(other) = rev.strip_suffix("...") {
            return self.merge_base(&self.commit(other)?);
        }
        let name = format!("{rev}^{{commit}}");
        let asked = ["rev-parse", "--verify", "--quiet", "--end-of-options"];
        match self.ask(&[&asked[..], &[&name]].concat()) {
            Ok(commit) => Ok(one_line(&commit)),
            Err(GitError(why)) if why.is_empty() => {
                Err(GitError(format!("there is no revision `{rev}` here")))
            }
            Err(error) => Err(error),
        }
    }

    fn merge_base(&self, commit: &str) -> Result<String, GitError> {
        match self.ask(&["merge-base", commit, "HEAD"]) {
            Ok(commit) => Ok(one_line(&commit)),
            Err(GitError(why)) if why.is_empty() => {
                Err(GitError(format!("{commit} and HEAD share no commit")))
            }
            Err(error) => Err(error),
        }
    }

    /// The files as the last commit has them: none before the first.
    pub fn at_head(&self) -> Result<Overlay, GitError> {
        match self.ask(&["rev-parse", "--verify", "--quiet", "HEAD^{commit}"]) {
            Ok(commit) => self.at(&one_line(&commit)),
            Err(GitError(why)) if why.is_empty() => self.read(self.listed(&["--cached", OTHERS])?),
            Err(error) => Err(error),
        }
    }

    /// The files as a commit has them.
    pub fn at(&self, commit: &str) -> Result<Overlay, GitError> {
        self.compared_with(&[commit])
    }

    /// The files as they are staged.
    pub fn staged(&self) -> Result<Overlay, GitError> {
        self.compared_with(&[])
    }

    fn compared_with(&self, commit: &[&str]) -> Result<Overlay, GitError> {
        let diff = [
            "diff",
            "--raw",
            "-z",
            "--no-abbrev",
            "--no-renames",
            "--no-ext-diff",
            "--no-relative",
            "--ignore-submodules=all",
        ];
        let raw = self.ask(&[&diff, commit, &["--"], &WANTED].concat())?;
        let mut changes = changes(&raw)?;
        changes.extend(self.listed(&[OTHERS])?);
        self.read(changes)
    }

    /// Files of these kinds, but for those that are ignored, as files that are not there.
    fn listed(&self, kinds: &[&str]) -> Result<Vec<Change>, GitError> {
        let flags = ["--exclude-standard", "-z", "--"];
        let files = self.ask(&[&["ls-files"], kinds, &flags, &WANTED].concat())?;
        let absent = |path| Change {
            path: path_of(path),
            blob: None,
        };
        Ok(pieces(&files).map(absent).collect())
    }

    fn read(&self, changes: Vec<Change>) -> Result<Overlay, GitError> {
        let mut store = None;
        let mut files = BTreeMap::new();
        for change in changes {
            let text = match change.blob {
                None => None,
                Some(blob) => {
                    let store = match &mut store {
                        Some(store) => store,
                        None => store.insert(Store::open(self)?),
                    };
                    Some(store.read(&blob)?)
                }
            };
            files.insert(self.root.join(change.path), text);
        }
        Ok(Overlay::new(files))
    }

    fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new("git");
        command.arg("-C").arg(&self.root).args(args);
        // Reading must not wait for, or disturb, a git that is writing.
        command.env("GIT_OPTIONAL_LOCKS", "0").env("LC_ALL", "C");
        command
    }

    /// What git writes; an error without words where git has none.
    fn ask(&self, args: &[&str]) -> Result<Vec<u8>, GitError> {
        let output = self
            .command(args)
            .stdin(Stdio::null())
            .output()
            .map_err(|error| cannot_run(&error))?;
        if output.status.success() {
            return Ok(output.stdout);
        }
        let words = String::from_utf8_lossy(&output.stderr);
        let line = words.lines().next().unwrap_or_default();
        let line = line.trim_start_matches("fatal: ");
        Err(GitError(line.to_owned()))
    }
}

fn cannot_run(error: &std::io::Error) -> GitError {
    GitError(format!("git could not be run: {error}"))
}

/// A running `git cat-file --batch`, asked for one thing at a time.
struct Store {
    child: Child,
    ask: ChildStdin,
    answer: BufReader<ChildStdout>,
}

impl Store {
    fn open(repository: &Repository) -> Result<Store, GitError> {
        let mut child = repository
            .command(&["cat-file", "--batch"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .map_err(|error| cannot_run(&error))?;
        match (child.stdin.take(), child.stdout.take()) {
            (Some(ask), Some(answer)) => Ok(Store {
                child,
                ask,
                answer: BufReader::new(answer),
            }),
            _ => Err(GitError("git gave no way to ask it".to_owned())),
        }
    }

    fn read(&mut self, blob: &str) -> Result<Arc<[u8]>, GitError> {
        self.exchange(blob)
            .map_err(|error| GitError(format!("git did not give {blob}: {error}")))
    }

    fn exchange(&mut self, blob: &str) -> std::io::Result<Arc<[u8]>> {
        writeln!(self.ask, "{blob}")?;
        self.ask.flush()?;
        let mut head = String::new();
        self.answer.read_line(&mut head)?;
        let size = head.split_whitespace().nth(2).and_then(|s| s.parse().ok());
        let size: u64 = size.ok_or_else(|| std::io::Error::other(head.trim_end().to_owned()))?;
        if size >= MAX_BYTES {
            return Err(std::io::ErrorKind::FileTooLarge.into());
        }
        // One more byte: the line end that git writes behind the contents.
        let mut text = Vec::new();
        (&mut self.answer).take(size + 1).read_to_end(&mut text)?;
        text.truncate(size as usize);
        Ok(text.into())
    }
}

impl Drop for Store {
    fn drop(&mut self) {
        // It has nothing left to write; if it is gone already, that is as well.
        let _gone = self.child.kill();
        let _status = self.child.wait();
    }
}

/// Reads `git diff --raw -z`: `:mode mode blob blob status`, then the path, each with a zero byte behind.
fn changes(raw: &[u8]) -> Result<Vec<Change>, GitError> {
    let mut pieces = pieces(raw);
    let mut found = Vec::new();
    while let (Some(record), Some(path)) = (pieces.next(), pieces.next()) {
        let record = String::from_utf8_lossy(record);
        let fields: Vec<&str> = record.split(' ').collect();
        let [mode, _, blob, _, _] = fields[..] else {
            return Err(GitError(format!("git said `{record}`, which is no change")));
        };
        // Files have modes 100644 and 100755, nothing has 000000; links and submodules are left to the disk.
        let blob = match mode.trim_start_matches(':') {
            "000000" => None,
            mode if mode.starts_with("100") => Some(blob.to_owned()),
            _ => continue,
        };
        found.push(Change {
            path: path_of(path),
            blob,
        });
    }
    Ok(found)
}

fn pieces(bytes: &[u8]) -> impl Iterator<Item = &[u8]> {
    bytes.split(|b| *b == 0).filter(|piece| !piece.is_empty())
}

#[cfg(unix)]
fn path_of(bytes: &[u8]) -> PathBuf {
    use std::os::unix::ffi::OsStrExt;
    PathBuf::from(std::ffi::OsStr::from_bytes(bytes))
}

#[cfg(not(unix))]
fn path_of(bytes: &[u8]) -> PathBuf {
    PathBuf::from(String::from_utf8_lossy(bytes).into_owned())
}

fn one_line(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::{Change, changes};

    #[test]
    fn changes_are_read_as_git_writes_them() {
        let raw = b":100644 100644 aa 00 M\0a b.go\0:000000 100644 00 00 A\0new.go\0:100755 000000 bb 00 D\0gone.go\0:160000 160000 cc 00 M\0sub.go\0";
        let change = |path: &str, blob: Option<&str>| Change {
            path: path.into(),
            blob: blob.map(str::to_owned),
        };
        let wanted = vec![
            change("a b.go", Some("aa")),
            change("new.go", None),
            change("gone.go", Some("bb")),
        ];
        assert_eq!(changes(raw), Ok(wanted));
        assert!(changes(b"what\0ever\0").is_err());
    }
}
