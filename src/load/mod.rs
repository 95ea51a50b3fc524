//! Folders of Go files → packages in dependency order.
//!
//! | word | meaning |
//! | --- | --- |
//! | build | what is built with one compiler and one choice of modules: a main module, a workspace, a GOPATH, the Go tree |
//! | unit | a folder as part of a build; becomes one package or, with tests, several |
//! | [`Package`] | files compiled together; [`Variant`] tells a package from its test variants |
//! | [`Imported`] | what an import path means: a package found as source, the standard library, or nothing |
//! | selected | a file the user asked about. Packages without one are dependencies: importers need to know them, no findings |
//!
//! Example: `check ./...` in a module with `a.go` importing `fmt` and `golang.org/x/text/cases`, which the module cache
//! holds, gives the packages that `cases` needs, then `cases`, then the module's own; `fmt` stays
//! [`Imported::Std`], known by its embedded facts.
//!
//! Only the top of a file is read here ([`header`]), and by whoever calls [`load`]: it is given files to read batch by
//! batch, on as many threads as it likes, and may parse them on the way. Everything a batch leads to (imports, and
//! their folders) makes the next batch.
//!
//! # Invariants
//!
//! - The result depends on the files and the options alone, not on threads: ids follow sorted paths.
//! - A package's imports have smaller ids; a cycle is reported and one of its imports cut.
//! - Nothing is lost: a Go file of a loaded folder is in a package or in [`Program::ignored`].

mod beside;
mod build;
pub mod constraint;
mod disk;
pub mod env;
mod graph;
pub mod header;
pub mod modfile;
mod modules;
mod mvs;
pub mod program;
mod semver;
mod std;
pub mod target;
mod tree;
mod unit;
mod vendor;

use ::std::ffi::OsString;
use ::std::path::{Path, PathBuf};
use ::std::rc::Rc;
use ::std::sync::Arc;

use rustc_hash::{FxHashMap, FxHashSet};

use crate::base::diag::Diagnostic;
use crate::base::files::Overlay;
use crate::base::index::IndexVec;
use crate::base::source::FileId;
use crate::base::span::Span;
use crate::base::symbol::Symbol;
use crate::site::GoVersion;
use crate::walk::{GoDir, Walked};

pub use beside::{Beside, tests_beside};
use build::{Builds, Located, Resolution, View};
use disk::{Disk, key};
pub use disk::{FileRequest, ReadFile, read_alone};
pub use env::Env;
pub use program::{
    Build, BuildId, Ignored, IgnoredFile, Import, Imported, Missing, Mode, Package, PackageFile,
    PackageId, Program, Variant,
};
pub use target::Target;
use unit::{Rules, Unit, UnitFile};

crate::newtype_index! {
    /// A folder as part of a build.
    UnitId
}

/// How packages are loaded.
#[derive(Clone, Debug)]
pub struct Options {
    /// The folder that paths are shown relative to; absolute.
    pub cwd: PathBuf,
    /// The compiler version to assume for all builds; go.mod files tell otherwise.
    pub go: Option<GoVersion>,
    /// Whether test files belong to the packages that were walked.
    pub tests: bool,
    /// What packages are built for; [`Env::target`] unless flags or config say otherwise.
    pub target: Target,
    /// Where modules lie.
    pub env: Env,
    /// Where files are to be taken as they were at another time.
    pub overlay: Arc<Overlay>,
}

/// What an import of a unit means.
#[derive(Clone, Copy, Debug)]
enum Meaning {
    Unit(UnitId),
    Fixed(Imported),
}

/// Loads what was walked, and everything it imports. `read` reads a batch of files, in any order, by
/// [`FileRequest::read`]; files that it leaves out count as unreadable.
///
/// Diagnostics: `unreadable-file`, `go-mod`, `build-constraint`, `package-clause`, `import-cycle`; sorted by path.
pub fn load(
    walked: &Walked,
    options: Options,
    mut read: impl FnMut(&[FileRequest]) -> Vec<ReadFile>,
) -> (Program, Vec<Diagnostic>) {
    let mut loader = Loader::new(walked, options);
    while let Some(batch) = loader.next_batch() {
        if !batch.is_empty() {
            for file in read(&batch) {
                loader.disk.absorb(file);
            }
        }
        loader.group_batch();
    }
    loader.finish()
}

struct Loader {
    target: Target,
    tests: bool,
    disk: Disk,
    builds: Builds,
    units: IndexVec<UnitId, Unit>,
    by_dir: FxHashMap<(BuildId, OsString), UnitId>,
    meaning: FxHashMap<(UnitId, &'static str), Meaning>,
    /// What folders of one view import so far.
    seen: FxHashMap<(BuildId, View), FxHashMap<&'static str, Meaning>>,
    /// Units before this one are read and grouped.
    done: usize,
    /// Units before this one have their files requested.
    requested: usize,
    ignored: Vec<IgnoredFile>,
}

impl Loader {
    fn new(walked: &Walked, options: Options) -> Loader {
        let mut loader = Loader {
            target: options.target.clone(),
            tests: options.tests,
            disk: Disk::new(&options.cwd, &options.overlay),
            builds: Builds::new(options),
            units: IndexVec::new(),
            by_dir: FxHashMap::default(),
            meaning: FxHashMap::default(),
            seen: FxHashMap::default(),
            done: 0,
            requested: 0,
            ignored: Vec::new(),
        };
        for problem in &walked.problems {
            let path = problem.path.clone();
            let file = loader.disk.file(path.clone(), path);
            loader.disk.report(
                file,
                Span::default(),
                "unreadable-file",
                problem.message.clone(),
            );
        }
        let files = walked.dirs.iter().map(|dir| dir.files.len());
        loader.disk.reserve(files.sum());
        for dir in &walked.dirs {
            loader.add_walked(dir);
        }
        loader
    }

    fn add_walked(&mut self, dir: &GoDir) {
        let names: Rc<[OsString]> = dir.files.iter().map(|file| file.name.clone()).collect();
        self.disk.is_listed(&dir.path, names);
        let build = self.builds.of_dir(&dir.path, &mut self.disk);
        let context = self.builds.context(build);
        let at = context.locate(&dir.path);
        let passed_over = context.is_ignored(&dir.path);
        let mut files = Vec::with_capacity(dir.files.len());
        let mut tests = self.tests;
        for file in &dir.files {
            let id = self
                .disk
                .file(dir.path.join(&file.name), dir.shown.join(&file.name));
            tests |= file.selected && crate::walk::is_test_name(&file.name);
            files.push(UnitFile {
                name: file.name.clone(),
                id,
                selected: file.selected,
            });
        }
        if passed_over {
            let why = |f: &UnitFile| unit::ignore(f, Ignored::Module, &self.disk);
            self.ignored
                .extend(files.iter().filter(|f| f.selected).map(why));
            return;
        }
        self.add_unit(Unit {
            build,
            at,
            walked: true,
            tests,
            files,
            groups: Vec::new(),
        });
    }

    fn add_unit(&mut self, mut unit: Unit) -> UnitId {
        let rules = Rules {
            target: &self.target,
            build: self.builds.build(unit.build),
        };
        unit.drop_by_name(&rules, &self.disk, &mut self.ignored);
        let key = (unit.build, key(&unit.at.dir).to_os_string());
        let id = self.units.push(unit);
        self.by_dir.insert(key, id);
        id
    }

    /// The unit of a package that was imported.
    fn dependency(&mut self, build: BuildId, at: Located) -> UnitId {
        let key = (build, key(&at.dir).to_os_string());
        if let Some(&id) = self.by_dir.get(&key) {
            return id;
        }
        let names = self.disk.list(&at.dir);
        let shown = self.disk.shown_from_here(&at.dir).to_path_buf();
        let files = names.iter().map(|name| UnitFile {
            name: name.clone(),
            id: self.disk.file(at.dir.join(name), shown.join(name)),
            selected: false,
        });
        let files = files.collect();
        self.add_unit(Unit {
            build,
            at,
            walked: false,
            tests: false,
            files,
            groups: Vec::new(),
        })
    }

    /// The files of new units; `None` when there are no new units.
    fn next_batch(&mut self) -> Option<Vec<FileRequest>> {
        if self.requested == self.units.len() {
            return None;
        }
        let new = &self.units.as_slice()[self.requested..];
        let ids: Vec<FileId> = new.iter().flat_map(|u| &u.files).map(|f| f.id).collect();
        self.requested = self.units.len();
        Some(
            ids.into_iter()
                .filter_map(|id| self.disk.request(id))
                .collect(),
        )
    }

    /// Groups the files of the units whose batch was read, and follows their imports.
    fn group_batch(&mut self) {
        let batch: Vec<UnitId> = self
            .units
            .ids()
            .take(self.requested)
            .skip(self.done)
            .collect();
        self.done = self.requested;
        for id in batch {
            let unit = &mut self.units[id];
            let rules = Rules {
                target: &self.target,
                build: self.builds.build(unit.build),
            };
            unit.group(&rules, &mut self.disk, &mut self.ignored);
            self.follow_imports(id);
        }
    }

    fn follow_imports(&mut self, id: UnitId) {
        let unit = &self.units[id];
        let (build, from) = (unit.build, unit.at.dir.clone());
        let mut paths: Vec<&'static str> = unit
            .groups
            .iter()
            .flat_map(|g| g.imports.keys().copied())
            .collect();
        paths.sort_unstable();
        paths.dedup();
        let view = self.builds.context(build).view(&from, &mut self.disk);
        // Taken out of the table while it is added to.
        let mut seen = self.seen.remove(&(build, view.clone())).unwrap_or_default();
        for path in paths {
            let known = seen.get(path).copied();
            let meaning = known.unwrap_or_else(|| self.meaning_of(build, path, &from));
            if known.is_none() && !tree::is_relative(path) {
                seen.insert(path, meaning);
            }
            self.meaning.insert((id, path), meaning);
        }
        self.seen.insert((build, view), seen);
    }

    fn meaning_of(&mut self, build: BuildId, path: &'static str, from: &Path) -> Meaning {
        match path {
            "unsafe" => return Meaning::Fixed(Imported::Unsafe),
            "C" => return Meaning::Fixed(Imported::C),
            _ => {}
        }
        let context = self.builds.context(build);
        match context.resolve(path, from, &mut self.disk) {
            Resolution::Source(at) => Meaning::Unit(self.dependency(build, at)),
            Resolution::Std => Meaning::Fixed(Imported::Std(Symbol::intern(path))),
            Resolution::Missing => Meaning::Fixed(Imported::Missing),
        }
    }

    fn finish(mut self) -> (Program, Vec<Diagnostic>) {
        let (packages, missing) = graph::order(&self.units, &self.meaning, &mut self.disk);
        let used: FxHashSet<FileId> = packages
            .iter()
            .flat_map(|p| &p.files)
            .map(|f| f.id)
            .collect();
        let (files, mut diagnostics) = self.disk.finish(|id| used.contains(&id));
        diagnostics.sort_by(|a, b| {
            let key = |d: &Diagnostic| (files[d.file].path().to_path_buf(), d.span);
            key(a).cmp(&key(b))
        });
        self.ignored.sort();
        self.ignored.dedup();
        let program = Program {
            files,
            packages,
            builds: self.builds.finish(),
            missing,
            ignored: self.ignored,
        };
        (program, diagnostics)
    }
}
