//! Paths as the user names them → the folders of Go files that they mean.
//!
//! A folder stands for itself and every folder below it, as does `DIR/...`; a file stands for itself; a path that does
//! not exist here is looked up below `GOPATH/src`. Skipped on the way down, unless named: folders `testdata`, `vendor`
//! and those whose names start with `_` or `.` (as `./...` means to the toolchain), what .gitignore rules out inside a
//! git work tree, and `_test.go` files when tests are off. Symbolic links to folders are not followed, so there are no
//! loops; a link to a file is a file.
//!
//! The unit of the result is the folder with **all** its Go files, because a file can only be understood with its whole
//! package. Each file says whether it was selected for findings. Whether a file belongs to the build is `load`'s question.
//!
//! Nothing that cannot be read ends the walk: it becomes a [`Problem`] and the rest goes on.

mod exclude;
mod pattern;

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::sync::mpsc;

use crate::base::files::Overlay;
use ignore::{DirEntry, WalkBuilder, WalkState};

pub use exclude::Exclude;
pub use pattern::normalize;
use pattern::{Pattern, Root};

/// What to walk, and how.
#[derive(Clone, Debug)]
pub struct Request {
    /// The folder that relative paths start from; absolute.
    pub cwd: PathBuf,
    /// Files, folders and `...` patterns as given; none means `cwd`.
    pub paths: Vec<PathBuf>,
    /// Folders whose `src` is searched for paths that do not exist below `cwd`.
    pub gopath: Vec<PathBuf>,
    /// Patterns of files without findings.
    pub excludes: Vec<Exclude>,
    /// Whether the patterns also hold for paths that were named.
    pub force_exclude: bool,
    /// Whether .gitignore files are obeyed.
    pub gitignore: bool,
    /// Whether `_test.go` files are selected.
    pub tests: bool,
    /// Threads to walk on; 0 lets the walker choose.
    pub threads: usize,
}

impl Request {
    /// Walks `paths` from `cwd` with the default settings.
    pub fn new(cwd: impl Into<PathBuf>, paths: impl IntoIterator<Item = PathBuf>) -> Request {
        Request {
            cwd: cwd.into(),
            paths: paths.into_iter().collect(),
            gopath: Vec::new(),
            excludes: Vec::new(),
            force_exclude: false,
            gitignore: true,
            tests: false,
            threads: 0,
        }
    }
}

/// What was found.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Walked {
    /// Folders with at least one selected file, by absolute path.
    pub dirs: Vec<GoDir>,
    /// What could not be read, by path.
    pub problems: Vec<Problem>,
}

/// A folder and the Go files in it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct GoDir {
    /// Its absolute path, without `.` and `..`.
    pub path: PathBuf,
    /// The path as the user sees it: what was named, and the way down from there.
    pub shown: PathBuf,
    /// All its Go files by name, test files included.
    pub files: Vec<GoFile>,
}

/// A Go file of a [`GoDir`].
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct GoFile {
    /// Its name in the folder.
    pub name: OsString,
    /// Whether findings in it are wanted.
    pub selected: bool,
}

/// A file or folder that could not be read, or is not what its name says.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Problem {
    /// The path, as the user sees it.
    pub path: PathBuf,
    /// What is wrong, in one line.
    pub message: String,
    /// Whether the user named this very path, which makes the problem wrong use.
    pub named: bool,
}

/// Finds the Go files that `request` means.
pub fn walk(request: &Request) -> Walked {
    let mut found = Found::default();
    let cwd_only = [PathBuf::from(".")];
    let paths = if request.paths.is_empty() {
        &cwd_only[..]
    } else {
        &request.paths
    };
    let mut folders = Vec::new();
    for path in paths {
        let pattern = Pattern::new(path, request);
        if found.add(&pattern.root, request) {
            folders.push(pattern);
        }
    }
    found.add_folders(&folders, request);
    found.finish()
}

/// What is known so far: folders by absolute path, their shown path, and the selected names.
#[derive(Default)]
struct Found {
    dirs: BTreeMap<PathBuf, (PathBuf, BTreeMap<OsString, bool>)>,
    problems: Vec<Problem>,
}

impl Found {
    /// Takes up what a path names; whether it is a folder, which is left.
    fn add(&mut self, root: &Root, request: &Request) -> bool {
        match std::fs::metadata(&root.path) {
            Ok(meta) if meta.is_dir() => return true,
            Ok(meta) if !meta.is_file() => self.problem(root, "is not a regular file"),
            Ok(_) if !has_go_extension(&root.path) => self.problem(root, "is not a Go file"),
            Ok(_) => self.add_file(root, request),
            Err(error) => self.problem(root, &error.to_string()),
        }
        false
    }

    fn problem(&mut self, root: &Root, message: &str) {
        self.problems.push(Problem {
            path: root.shown.clone(),
            message: message.to_string(),
            named: true,
        });
    }

    /// A file that was named: its folder is taken up, and only the file itself is selected.
    fn add_file(&mut self, root: &Root, request: &Request) {
        let excluded =
            request.force_exclude && exclude::is_excluded(&request.excludes, &root.path, None);
        if let (Some(dir), Some(name)) = (root.path.parent(), root.path.file_name())
            && !excluded
        {
            let shown = root.shown.parent().unwrap_or(Path::new(""));
            self.select(dir, shown, name);
        }
    }

    fn select(&mut self, dir: &Path, shown: &Path, name: &OsStr) {
        let (_, names) = self
            .dirs
            .entry(dir.to_path_buf())
            .or_insert_with(|| (shown.to_path_buf(), BTreeMap::new()));
        names.insert(name.to_os_string(), true);
    }

    /// Takes up what is below folders. They are walked together, so that threads are started once; of patterns with one
    /// root, each takes what it matches. Files come in any order, so that they are put in that of the patterns.
    fn add_folders(&mut self, patterns: &[Pattern], request: &Request) {
        let mut by_root: BTreeMap<&Path, Vec<usize>> = BTreeMap::new();
        for (i, pattern) in patterns.iter().enumerate() {
            let same = by_root.entry(&pattern.root.path).or_default();
            same.push(i);
        }
        let roots: Vec<&Path> = by_root.keys().copied().collect();
        let mut files = Vec::new();
        for entry in entries_below(&roots, request) {
            let root = match &entry {
                Ok(entry) => entry.path().ancestors().nth(entry.depth()),
                Err(error) => path_of(error).and_then(|path| root_of(path, &by_root)),
            };
            let same = root.and_then(|root| by_root.get(root));
            let same = same.map_or(&[][..], Vec::as_slice);
            let Some(first) = same.first().map_or(patterns.first(), |&i| patterns.get(i)) else {
                return;
            };
            match entry.map(|entry| go_file(&entry)) {
                Ok(Ok(None)) => {}
                Ok(Ok(Some(path))) => files.extend(same.iter().map(|&i| (i, path.clone()))),
                Ok(Err((path, message))) => self.problems.push(Problem {
                    path: first.root.show(&path),
                    message,
                    named: false,
                }),
                Err(error) => self.problems.push(problem_of(&error, &first.root)),
            }
        }
        files.sort_unstable();
        for (i, path) in files {
            self.add_found(&patterns[i], &path, request);
        }
    }

    /// Selects a Go file below a pattern's root, if it is wanted.
    fn add_found(&mut self, pattern: &Pattern, path: &Path, request: &Request) {
        let (Some(dir), Some(name)) = (path.parent(), path.file_name()) else {
            return;
        };
        let limit = (!request.force_exclude).then_some(pattern.root.path.as_path());
        let wanted = (request.tests || !is_test_name(name)) && pattern.takes(dir);
        if wanted && !exclude::is_excluded(&request.excludes, path, limit) {
            self.select(dir, &pattern.root.show(dir), name);
        }
    }

    /// Fills up each folder with the Go files that were not selected.
    fn finish(mut self) -> Walked {
        let mut dirs = Vec::with_capacity(self.dirs.len());
        for (path, (shown, mut names)) in self.dirs {
            match list(&path, &shown) {
                Ok((all, problems)) => {
                    self.problems.extend(problems);
                    for name in all {
                        names.entry(name).or_insert(false);
                    }
                }
                Err(error) => self.problems.push(Problem {
                    path: shown.clone(),
                    message: error.to_string(),
                    named: false,
                }),
            }
            let files = names
                .into_iter()
                .map(|(name, selected)| GoFile { name, selected })
                .collect();
            dirs.push(GoDir { path, shown, files });
        }
        self.problems.sort();
        self.problems.dedup();
        Walked {
            dirs,
            problems: self.problems,
        }
    }
}

/// The nearest root at or above `path`.
fn root_of<'p>(path: &'p Path, roots: &BTreeMap<&Path, Vec<usize>>) -> Option<&'p Path> {
    path.ancestors().find(|dir| roots.contains_key(dir))
}

/// What lies below `roots`, in no particular order. What lies below two of them comes twice.
fn entries_below(
    roots: &[&Path],
    request: &Request,
) -> impl Iterator<Item = Result<DirEntry, ignore::Error>> {
    let (sender, receiver) = mpsc::channel();
    let Some((first, others)) = roots.split_first() else {
        return receiver.into_iter();
    };
    let mut builder = WalkBuilder::new(first);
    for root in others {
        builder.add(root);
    }
    let walker = builder
        .standard_filters(false)
        .git_ignore(request.gitignore)
        .parents(request.gitignore)
        .threads(request.threads)
        .filter_entry(|entry| entry.depth() == 0 || !is_skipped(entry))
        .build_parallel();
    walker.run(|| {
        let sender = sender.clone();
        Box::new(move |entry| {
            // The receiver outlives the walk, so sending cannot fail; if it did, stopping is all there is to do.
            match sender.send(entry) {
                Ok(()) => WalkState::Continue,
                Err(_) => WalkState::Quit,
            }
        })
    });
    drop(sender);
    receiver.into_iter()
}

/// The entry's path if it is a Go file; else what is wrong with it.
fn go_file(entry: &DirEntry) -> Result<Option<PathBuf>, (PathBuf, String)> {
    let path = || entry.path().to_path_buf();
    if !has_go_extension(entry.path()) {
        return Ok(None);
    }
    match is_source(entry.path(), entry.file_type()) {
        Ok(is_source) => Ok(is_source.then(path)),
        Err(message) => Err((path(), message)),
    }
}

fn path_of(error: &ignore::Error) -> Option<&Path> {
    match error {
        ignore::Error::WithPath { path, .. } => Some(path),
        ignore::Error::WithLineNumber { err, .. } | ignore::Error::WithDepth { err, .. } => {
            path_of(err)
        }
        ignore::Error::Loop { child, .. } => Some(child),
        _ => None,
    }
}

fn problem_of(error: &ignore::Error, root: &Root) -> Problem {
    let path = path_of(error).unwrap_or(&root.path);
    Problem {
        path: root.show(path),
        message: match error.io_error() {
            Some(error) => error.to_string(),
            None => error.to_string(),
        },
        named: false,
    }
}

fn is_skipped(entry: &DirEntry) -> bool {
    let name = entry.file_name();
    let is_dir = entry.file_type().is_some_and(|kind| kind.is_dir());
    is_hidden(name) || (is_dir && (name == "testdata" || name == "vendor"))
}

/// Whether the toolchain skips the name because of its first byte.
fn is_hidden(name: &OsStr) -> bool {
    matches!(name.as_encoded_bytes().first(), Some(b'_' | b'.'))
}

fn has_go_extension(path: &Path) -> bool {
    path.extension().is_some_and(|ext| ext == "go")
}

/// Whether the toolchain takes a file of this name for Go source.
pub fn is_go_file(path: &Path) -> bool {
    has_go_extension(path) && !path.file_name().is_some_and(is_hidden)
}

/// Whether the name ends in `_test.go`.
pub fn is_test_name(name: &OsStr) -> bool {
    name.as_encoded_bytes().ends_with(b"_test.go")
}

/// `dirs` as they were in `overlay`: without files that were not there, and with those that are gone from the disk. A file
/// that is on the disk stays selected as it is; `selected` says by its name whether one that is gone is.
pub fn as_of(dirs: &[GoDir], overlay: &Overlay, selected: impl Fn(&OsStr) -> bool) -> Vec<GoDir> {
    let as_of = |dir: &GoDir| {
        let names = dir.files.iter().map(|file| file.name.clone()).collect();
        let names = overlay.adjust(&dir.path, names, is_go_file);
        let file = |name: OsString| {
            let known = dir.files.iter().find(|file| file.name == name);
            GoFile {
                selected: known.map_or_else(|| selected(&name), |file| file.selected),
                name,
            }
        };
        GoDir {
            files: names.into_iter().map(file).collect(),
            ..dir.clone()
        }
    };
    let dirs = dirs.iter().map(as_of);
    dirs.filter(|dir| !dir.files.is_empty()).collect()
}

/// The Go files of one folder by name, those that tests alone use included, and the entries that look like Go files
/// but are none: dangling links, links in a loop, pipes. `shown` is the folder's path in problems.
pub fn list(dir: &Path, shown: &Path) -> std::io::Result<(Vec<OsString>, Vec<Problem>)> {
    let (mut names, mut problems) = (Vec::new(), Vec::new());
    for entry in std::fs::read_dir(dir)? {
        let entry = entry?;
        let name = entry.file_name();
        if !is_go_file(Path::new(&name)) {
            continue;
        }
        match is_source(&entry.path(), entry.file_type().ok()) {
            Ok(true) => names.push(name),
            Ok(false) => {}
            Err(message) => problems.push(Problem {
                path: shown.join(&name),
                message,
                named: false,
            }),
        }
    }
    names.sort();
    Ok((names, problems))
}

/// Whether `path` is a file, perhaps through links; folders and links to folders are quietly none.
fn is_source(path: &Path, kind: Option<std::fs::FileType>) -> Result<bool, String> {
    if let Some(kind) = kind.filter(|kind| !kind.is_symlink()) {
        return if kind.is_file() || kind.is_dir() {
            Ok(kind.is_file())
        } else {
            Err("is not a regular file".to_string())
        };
    }
    match std::fs::metadata(path) {
        Ok(meta) => is_source(path, Some(meta.file_type())),
        Err(error) => Err(error.to_string()),
    }
}
