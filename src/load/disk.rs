//! What loading reads from disk, each thing once: folder listings, go.mod and go.work files, Go files.

use std::ffi::{OsStr, OsString};
use std::io::Read;
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::sync::Arc;

use rustc_hash::{FxHashMap, FxHashSet};

use crate::base::diag::{Diagnostic, Level};
use crate::base::files::Overlay;
use crate::base::index::{Idx, IndexVec};
use crate::base::source::{FileId, SourceFile};
use crate::base::span::Span;
use crate::walk;

use super::header::Header;
use super::modfile::{self, Dialect, ModFile};

/// A Go file that loading wants read.
#[derive(Clone, Debug)]
pub struct FileRequest {
    /// The id that the file has in the program.
    pub id: FileId,
    path: PathBuf,
    shown: PathBuf,
    /// Its bytes, where they are not those of the disk.
    text: Option<Arc<[u8]>>,
}

/// A Go file that was read, or could not be.
#[derive(Debug)]
pub struct ReadFile {
    /// The id of the request.
    pub id: FileId,
    /// Its bytes; empty if there was an error.
    pub source: SourceFile,
    /// The top of the file.
    pub header: Header,
    /// Why it could not be read.
    pub error: Option<String>,
}

impl FileRequest {
    /// Asks for a file that belongs to no package, by its absolute path.
    pub(super) fn new(path: PathBuf, shown: PathBuf, overlay: &Overlay) -> FileRequest {
        FileRequest {
            id: FileId::from_usize(0),
            text: overlay.at(&path).flatten().cloned(),
            path,
            shown,
        }
    }

    /// Reads the file and scans its top. Files of 4 GiB and more are refused.
    pub fn read(&self) -> ReadFile {
        let (text, error) = match &self.text {
            Some(text) => (Arc::clone(text), None),
            None => match read(&self.path) {
                Ok(text) => (text.into(), None),
                Err(error) => ([].into(), Some(error.to_string())),
            },
        };
        ReadFile {
            id: self.id,
            header: Header::scan(&text),
            source: SourceFile::new(&self.shown, text),
            error,
        }
    }
}

/// Reads one Go file that is looked at on its own, without its package.
pub fn read_alone(path: &Path, shown: PathBuf) -> std::io::Result<SourceFile> {
    read(path).map(|text| SourceFile::new(shown, text))
}

fn read(path: &Path) -> std::io::Result<Vec<u8>> {
    let limit = u64::from(u32::MAX);
    let file = std::fs::File::open(path)?;
    let expected = file.metadata().map_or(0, |meta| meta.len());
    let mut text = Vec::new();
    if expected < limit {
        text.reserve_exact(expected as usize + 1);
        file.take(limit).read_to_end(&mut text)?;
    }
    if expected.max(text.len() as u64) >= limit {
        let message = "files of 4 GiB and more are not read";
        return Err(std::io::Error::new(
            std::io::ErrorKind::FileTooLarge,
            message,
        ));
    }
    text.shrink_to_fit();
    Ok(text)
}

/// A file of the run, as far as it is known.
#[derive(Debug)]
pub(super) struct Slot {
    path: PathBuf,
    shown: PathBuf,
    state: State,
}

#[derive(Debug)]
enum State {
    Known,
    Requested,
    Read(Box<(SourceFile, Header)>),
    Unreadable,
}

/// What is known of paths, by [`key`].
pub(super) type PathMap<T> = FxHashMap<OsString, T>;

/// What a path is looked up by: its bytes, which are the same for equal paths that are absolute and have no `.` and `..`.
/// Hashing a [`Path`] takes it apart, which is most of the time that loading takes.
pub(super) fn key(path: &Path) -> &OsStr {
    path.components().as_path().as_os_str()
}

/// The files of the run, and caches of everything else.
#[derive(Debug, Default)]
pub(super) struct Disk {
    /// Paths below this folder are shown relative to it.
    cwd: PathBuf,
    /// Where files are not as the disk has them.
    overlay: Arc<Overlay>,
    files: Vec<Slot>,
    by_path: PathMap<FileId>,
    listings: PathMap<Rc<[OsString]>>,
    mods: PathMap<Option<Rc<ModFile>>>,
    vendors: PathMap<bool>,
    /// What was found wrong so far.
    pub(super) diagnostics: Vec<Diagnostic>,
}

impl Disk {
    pub(super) fn new(cwd: &Path, overlay: &Arc<Overlay>) -> Disk {
        Disk {
            cwd: cwd.to_path_buf(),
            overlay: Arc::clone(overlay),
            ..Disk::default()
        }
    }

    /// Makes room for so many more files.
    pub(super) fn reserve(&mut self, files: usize) {
        self.files.reserve(files);
        self.by_path.reserve(files);
    }

    /// How the absolute `path`, which nobody named, is shown.
    pub(super) fn shown_from_here<'p>(&self, path: &'p Path) -> &'p Path {
        path.strip_prefix(&self.cwd).unwrap_or(path)
    }

    /// The id of a file that nobody named, at the absolute `path`.
    fn file_of_dependency(&mut self, path: &Path) -> FileId {
        let shown = self.shown_from_here(path).to_path_buf();
        self.file(path.to_path_buf(), shown)
    }

    /// The id of the file at the absolute `path`; the first to ask says how it is shown.
    pub(super) fn file(&mut self, path: PathBuf, shown: PathBuf) -> FileId {
        if let Some(&id) = self.by_path.get(key(&path)) {
            return id;
        }
        let id = FileId::from_usize(self.files.len());
        self.by_path.insert(key(&path).to_os_string(), id);
        self.files.push(Slot {
            path,
            shown,
            state: State::Known,
        });
        id
    }

    /// Asks for `id` to be read, if nobody has yet.
    pub(super) fn request(&mut self, id: FileId) -> Option<FileRequest> {
        let slot = &mut self.files[id.index()];
        if !matches!(slot.state, State::Known) {
            return None;
        }
        slot.state = State::Requested;
        Some(FileRequest {
            id,
            path: slot.path.clone(),
            shown: slot.shown.clone(),
            text: self.overlay.at(&slot.path).flatten().cloned(),
        })
    }

    /// Takes up a file that was read.
    pub(super) fn absorb(&mut self, file: ReadFile) {
        let slot = &mut self.files[file.id.index()];
        match file.error {
            None => slot.state = State::Read(Box::new((file.source, file.header))),
            Some(message) => {
                slot.state = State::Unreadable;
                self.report(file.id, Span::default(), "unreadable-file", message);
            }
        }
    }

    /// The top of a file that was read.
    pub(super) fn header(&self, id: FileId) -> Option<&Header> {
        match &self.files[id.index()].state {
            State::Read(read) => Some(&read.1),
            _ => None,
        }
    }

    /// The file's path, as the user sees it.
    pub(super) fn shown(&self, id: FileId) -> &Path {
        &self.files[id.index()].shown
    }

    /// Notes something wrong with a file.
    pub(super) fn report(&mut self, file: FileId, span: Span, rule: &'static str, message: String) {
        self.diagnostics.push(Diagnostic {
            file,
            span,
            level: Level::Error,
            rule,
            message,
        });
    }

    /// Takes up the Go files of a folder that was listed before, by name.
    pub(super) fn is_listed(&mut self, dir: &Path, names: Rc<[OsString]>) {
        self.listings.insert(key(dir).to_os_string(), names);
    }

    /// The Go files in `dir`; none where it cannot be read.
    pub(super) fn list(&mut self, dir: &Path) -> Rc<[OsString]> {
        if let Some(names) = self.listings.get(key(dir)) {
            return Rc::clone(names);
        }
        let on_disk = walk::list(dir, dir).map_or_else(|_| Vec::new(), |(names, _)| names);
        let names: Rc<[OsString]> = self.overlay.adjust(dir, on_disk, walk::is_go_file).into();
        self.is_listed(dir, Rc::clone(&names));
        names
    }

    /// Whether the folder holds a Go file.
    pub(super) fn has_go_files(&mut self, dir: &Path) -> bool {
        !self.list(dir).is_empty()
    }

    /// Whether there is a folder `vendor` in `dir`.
    pub(super) fn has_vendor(&mut self, dir: &Path) -> bool {
        if let Some(&known) = self.vendors.get(key(dir)) {
            return known;
        }
        let found = dir.join("vendor").is_dir();
        self.vendors.insert(key(dir).to_os_string(), found);
        found
    }

    /// The go.mod or go.work at `path`; mistakes in it are reported if it is `own`, i.e. of the user's own making.
    pub(super) fn mod_file(
        &mut self,
        path: &Path,
        dialect: Dialect,
        own: bool,
    ) -> Option<Rc<ModFile>> {
        if let Some(file) = self.mods.get(key(path)) {
            return file.clone();
        }
        let file = match self.read(path) {
            Ok(text) => Some(Rc::new(self.parse_mod(path, text, dialect, own))),
            Err(error) => {
                if own && error.kind() != std::io::ErrorKind::NotFound && !path.is_dir() {
                    let id = self.file_of_dependency(path);
                    self.report(id, Span::default(), "unreadable-file", error.to_string());
                }
                None
            }
        };
        self.mods.insert(key(path).to_os_string(), file.clone());
        file
    }

    fn parse_mod(&mut self, path: &Path, text: Vec<u8>, dialect: Dialect, own: bool) -> ModFile {
        let file = modfile::parse(&text, dialect);
        if own && !file.errors.is_empty() {
            let id = self.file_of_dependency(path);
            let source = SourceFile::new(&self.files[id.index()].shown, text);
            self.files[id.index()].state = State::Read(Box::new((source, Header::default())));
            for (span, message) in &file.errors {
                self.report(id, *span, "go-mod", message.clone());
            }
        }
        file
    }

    /// The bytes of a file that only says where things are.
    pub(super) fn read_text(&self, path: &Path) -> Option<Vec<u8>> {
        self.read(path).ok()
    }

    fn read(&self, path: &Path) -> std::io::Result<Vec<u8>> {
        match self.overlay.at(path) {
            None => read(path),
            Some(Some(text)) => Ok(text.to_vec()),
            Some(None) => Err(std::io::ErrorKind::NotFound.into()),
        }
    }

    /// The file table: texts of the files that `keep` names, and of those that diagnostics point into.
    pub(super) fn finish(
        self,
        keep: impl Fn(FileId) -> bool,
    ) -> (IndexVec<FileId, SourceFile>, Vec<Diagnostic>) {
        let spoken_of: FxHashSet<FileId> = self.diagnostics.iter().map(|d| d.file).collect();
        let wanted = |index| {
            let id = FileId::from_usize(index);
            keep(id) || spoken_of.contains(&id)
        };
        let files = self
            .files
            .into_iter()
            .enumerate()
            .map(|(i, slot)| match slot.state {
                State::Read(read) if wanted(i) => read.0,
                _ => SourceFile::new(slot.shown, Vec::new()),
            });
        (files.collect(), self.diagnostics)
    }
}
