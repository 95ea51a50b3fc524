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
use std::thread;

use ignore::{DirEntry, WalkBuilder, WalkState};
use rustc_hash::FxHashMap;

use crate::base::files::Overlay;

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
    found.finish(request)
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
    /// root, each takes what it matches. Files come in any order, so that folders are put in that of the patterns.
    fn add_folders(&mut self, patterns: &[Pattern], request: &Request) {
        let mut by_root: FxHashMap<&OsStr, Vec<usize>> = FxHashMap::default();
        for (i, pattern) in patterns.iter().enumerate() {
            let same = by_root.entry(pattern.root.path.as_os_str()).or_default();
            same.push(i);
        }
        let mut roots: Vec<&Path> = by_root.keys().map(|&root| Path::new(root)).collect();
        roots.sort_unstable();
        let mut below: FxHashMap<(OsString, usize), Vec<OsString>> = FxHashMap::default();
        for entry in entries_below(&roots, request) {
            match entry {
                Ok(file) => {
                    let names = below.entry((file.dir.into_os_string(), file.depth));
                    names.or_default().push(file.name);
                }
                Err(error) => {
                    let root = error.path().and_then(|path| root_of(path, &by_root));
                    let same = root.and_then(|root| by_root.get(root)?.first());
                    let Some(pattern) = same.map_or(patterns.first(), |&i| patterns.get(i)) else {
                        return;
                    };
                    self.problems.push(error.problem(&pattern.root));
                }
            }
        }
        let mut found = Vec::new();
        for ((dir, depth), names) in below {
            let root = Path::new(&dir).ancestors().nth(depth);
            let same = root.and_then(|root| by_root.get(root.as_os_str()));
            let same = same.into_iter().flatten();
            found.extend(same.map(|&pattern| (pattern, PathBuf::from(&dir), names.clone())));
        }
        found.sort_by_key(|&(pattern, ..)| pattern);
        for (pattern, dir, names) in found {
            self.add_found(&patterns[pattern], &dir, names, request);
        }
    }

    /// Selects the Go files of a folder below a pattern's root that are wanted.
    fn add_found(
        &mut self,
        pattern: &Pattern,
        dir: &Path,
        mut names: Vec<OsString>,
        request: &Request,
    ) {
        if !pattern.takes(dir) {
            return;
        }
        let limit = (!request.force_exclude).then_some(pattern.root.path.as_path());
        let is_excluded =
            |name: &OsString| exclude::is_excluded(&request.excludes, &dir.join(name), limit);
        names.retain(|name| request.tests || !is_test_name(name));
        names.retain(|name| request.excludes.is_empty() || !is_excluded(name));
        if !names.is_empty() {
            let shown = || (pattern.root.show(dir), BTreeMap::new());
            let (_, selected) = self.dirs.entry(dir.to_path_buf()).or_insert_with(shown);
            selected.extend(names.into_iter().map(|name| (name, true)));
        }
    }

    /// Fills up each folder with the Go files that were not selected.
    fn finish(mut self, request: &Request) -> Walked {
        let dirs: Vec<_> = self.dirs.into_iter().collect();
        let mut walked = Vec::with_capacity(dirs.len());
        for (dir, problems) in listed(dirs, request.threads) {
            walked.push(dir);
            self.problems.extend(problems);
        }
        self.problems.sort();
        self.problems.dedup();
        Walked {
            dirs: walked,
            problems: self.problems,
        }
    }
}

/// A folder, its shown path and the names that are selected in it.
type Selected = (PathBuf, (PathBuf, BTreeMap<OsString, bool>));

/// Lists folders, side by side: with thousands of them, waiting for the disk is most of the work.
fn listed(dirs: Vec<Selected>, threads: usize) -> Vec<(GoDir, Vec<Problem>)> {
    let cores = || thread::available_parallelism().map_or(1, usize::from);
    let threads = if threads == 0 { cores() } else { threads };
    let share = dirs.len().div_ceil(threads).max(FOLDERS_A_THREAD);
    let mut rest = dirs;
    let mut shares = Vec::new();
    while rest.len() > share {
        shares.push(rest.split_off(rest.len() - share));
    }
    let list_all = |dirs: Vec<Selected>| dirs.into_iter().map(filled_up).collect::<Vec<_>>();
    thread::scope(|scope| {
        let others: Vec<_> = shares
            .into_iter()
            .map(|share| scope.spawn(move || list_all(share)))
            .collect();
        let mut all = list_all(rest);
        for other in others.into_iter().rev() {
            match other.join() {
                Ok(listed) => all.extend(listed),
                Err(panic) => std::panic::resume_unwind(panic),
            }
        }
        all
    })
}

/// So many folders are listed in the time that a thread takes to start.
const FOLDERS_A_THREAD: usize = 32;

/// A folder with all its Go files, and what is wrong with others.
fn filled_up((path, (shown, mut names)): Selected) -> (GoDir, Vec<Problem>) {
    let mut problems = Vec::new();
    match list(&path, &shown) {
        Ok((all, not_files)) => {
            problems = not_files;
            for name in all {
                names.entry(name).or_insert(false);
            }
        }
        Err(error) => problems.push(Problem {
            path: shown.clone(),
            message: error.to_string(),
            named: false,
        }),
    }
    let files = names.into_iter();
    let files = files
        .map(|(name, selected)| GoFile { name, selected })
        .collect();
    (GoDir { path, shown, files }, problems)
}

/// The nearest root at or above `path`.
fn root_of<'p>(path: &'p Path, roots: &FxHashMap<&OsStr, Vec<usize>>) -> Option<&'p OsStr> {
    let dirs = path.ancestors().map(Path::as_os_str);
    dirs.into_iter().find(|dir| roots.contains_key(dir))
}

/// A Go file below a root.
struct Below {
    dir: PathBuf,
    name: OsString,
    /// How many folders its folder lies below the root.
    depth: usize,
}

/// What cannot be read below a root.
enum Unreadable {
    Entry(PathBuf, String),
    Walk(ignore::Error),
}

impl Unreadable {
    fn path(&self) -> Option<&Path> {
        match self {
            Unreadable::Entry(path, _) => Some(path),
            Unreadable::Walk(error) => path_of(error),
        }
    }

    fn problem(self, root: &Root) -> Problem {
        let path = root.show(self.path().unwrap_or(&root.path));
        let message = match self {
            Unreadable::Entry(_, message) => message,
            Unreadable::Walk(error) => match error.io_error() {
                Some(error) => error.to_string(),
                None => error.to_string(),
            },
        };
        Problem {
            path,
            message,
            named: false,
        }
    }
}

/// The Go files below `roots`, in no particular order. What lies below two of them comes twice.
fn entries_below(
    roots: &[&Path],
    request: &Request,
) -> impl Iterator<Item = Result<Below, Unreadable>> {
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
            let found = entry.map_err(Unreadable::Walk);
            let found = found.and_then(|entry| go_file(&entry)).transpose();
            // The receiver outlives the walk, so sending cannot fail; if it did, stopping is all there is to do.
            match found.map_or(Ok(()), |found| sender.send(found)) {
                Ok(()) => WalkState::Continue,
                Err(_) => WalkState::Quit,
            }
        })
    });
    drop(sender);
    receiver.into_iter()
}

/// The entry if it is a Go file, or what is wrong with it.
fn go_file(entry: &DirEntry) -> Result<Option<Below>, Unreadable> {
    let path = entry.path();
    let (Some(dir), Some(name)) = (path.parent(), path.file_name()) else {
        return Ok(None);
    };
    if entry.depth() == 0 || !has_go_extension(Path::new(name)) {
        return Ok(None);
    }
    let below = || Below {
        dir: dir.to_path_buf(),
        name: name.to_os_string(),
        depth: entry.depth() - 1,
    };
    match is_source(path, entry.file_type()) {
        Ok(is_source) => Ok(is_source.then(below)),
        Err(message) => Err(Unreadable::Entry(path.to_path_buf(), message)),
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
