//! Which build a folder belongs to, and what import paths mean there.
//!
//! | the folder | mode |
//! | --- | --- |
//! | `GO111MODULE=off` | the tree below `GOPATH/src`, or below the nearest folder called `src` |
//! | below a go.mod of `module std`, or of `module cmd` beside it | the Go tree itself |
//! | below a go.mod that the nearest go.work uses | the workspace |
//! | below another go.mod | that module |
//! | elsewhere | as with `GO111MODULE=off` |

use std::path::{Path, PathBuf};
use std::rc::Rc;

use rustc_hash::FxHashMap;

use crate::base::index::IndexVec;
use crate::site::GoVersion;

use super::Options;
use super::disk::Disk;
use super::modfile::{Dialect, ModFile};
use super::modules::{Main, Modules};
use super::program::{Build, BuildId, Mode};
use super::tree::Tree;

/// A package's source, found.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Located {
    /// Its folder; absolute.
    pub(super) dir: PathBuf,
    /// Its import path, which differs from what was imported for packages of a vendor folder in a tree.
    pub(super) path: String,
    /// The language version of its module.
    pub(super) language: GoVersion,
}

/// What an import path means, before packages have ids.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Resolution {
    Source(Located),
    Std,
    Missing,
}

/// What decides what import paths mean to a folder of a build: folders with equal views see the same packages.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Default)]
pub(super) struct View {
    /// The nearest folder above that has a folder `vendor`.
    pub(super) vendor: Option<PathBuf>,
    /// Whether there is a go.mod above.
    pub(super) versioned: bool,
}

/// A build with what it needs to find packages.
#[derive(Debug)]
pub(super) struct Context {
    pub(super) build: Build,
    lookup: Lookup,
}

#[derive(Debug)]
enum Lookup {
    Tree(Tree),
    Modules(Box<Modules>),
}

impl Context {
    /// What the folder `from` sees; all folders of modules see the same.
    pub(super) fn view(&self, from: &Path, disk: &mut Disk) -> View {
        match &self.lookup {
            Lookup::Tree(tree) => tree.view(from, disk),
            Lookup::Modules(_) => View::default(),
        }
    }

    /// What `path` means in a file of the folder `from`.
    pub(super) fn resolve(&mut self, path: &str, from: &Path, disk: &mut Disk) -> Resolution {
        match &mut self.lookup {
            Lookup::Tree(tree) => tree.resolve(path, from, disk),
            Lookup::Modules(modules) => modules.resolve(path, disk),
        }
    }

    /// Whether go.mod tells package patterns to pass over `dir`, a folder of this build.
    pub(super) fn is_ignored(&self, dir: &Path) -> bool {
        match &self.lookup {
            Lookup::Tree(_) => false,
            Lookup::Modules(modules) => modules.is_ignored(dir),
        }
    }

    /// The package in `dir`, a folder of this build.
    pub(super) fn locate(&self, dir: &Path) -> Located {
        match &self.lookup {
            Lookup::Tree(tree) => tree.locate(dir),
            Lookup::Modules(modules) => modules.locate(dir),
        }
    }
}

/// The builds of the run, made as folders ask for them.
#[derive(Debug)]
pub(super) struct Builds {
    options: Options,
    contexts: IndexVec<BuildId, Context>,
    /// go.mod, go.work or tree root → build.
    by_root: FxHashMap<PathBuf, BuildId>,
}

impl Builds {
    pub(super) fn new(options: Options) -> Builds {
        Builds {
            options,
            contexts: IndexVec::new(),
            by_root: FxHashMap::default(),
        }
    }

    pub(super) fn context(&mut self, id: BuildId) -> &mut Context {
        &mut self.contexts[id]
    }

    pub(super) fn build(&self, id: BuildId) -> &Build {
        &self.contexts[id].build
    }

    /// The public part of all builds.
    pub(super) fn finish(self) -> IndexVec<BuildId, Build> {
        self.contexts.iter().map(|c| c.build.clone()).collect()
    }

    /// The build of the folder `dir`.
    pub(super) fn of_dir(&mut self, dir: &Path, disk: &mut Disk) -> BuildId {
        let go_mod = if self.options.env.modules_off {
            None
        } else {
            nearest(dir, "go.mod", Dialect::Mod, disk)
        };
        match go_mod {
            None => self.tree_of(dir),
            Some((root, file)) => self.of_module(&root, &file, disk),
        }
    }

    fn of_module(&mut self, root: &Path, file: &Rc<ModFile>, disk: &mut Disk) -> BuildId {
        if let Some(src) = goroot(root, file, disk) {
            return self.goroot(&src, file);
        }
        if let Some((work, work_file)) = self.workspace_of(root, disk) {
            return self.workspace(&work, &work_file, disk);
        }
        let key = root.join("go.mod");
        if let Some(&id) = self.by_root.get(&key) {
            return id;
        }
        let main = Main::new(root, file);
        let modules = Modules::new(vec![main], None, &self.options.env, disk);
        let build = self.build_at(root, Some(file), Mode::Modules);
        self.add(key, build, Lookup::Modules(Box::new(modules)))
    }

    fn add(&mut self, key: PathBuf, build: Build, lookup: Lookup) -> BuildId {
        let id = self.contexts.push(Context { build, lookup });
        self.by_root.insert(key, id);
        id
    }

    fn build_at(&self, root: &Path, file: Option<&ModFile>, mode: Mode) -> Build {
        let wanted = self.compiler_for(file);
        Build {
            root: root.to_path_buf(),
            compiler: wanted.known(),
            wanted,
            mode,
        }
    }

    /// The compiler version to ask for: as told, else the `toolchain` line, else the `go` line, else the newest known.
    fn compiler_for(&self, file: Option<&ModFile>) -> GoVersion {
        let of_file = |file: &ModFile| file.toolchain.max(file.go).unwrap_or(file.language());
        self.options
            .go
            .or_else(|| file.map(of_file))
            .unwrap_or(GoVersion::NEWEST)
    }

    fn goroot(&mut self, src: &Path, file: &ModFile) -> BuildId {
        let key = src.join("go.mod");
        if let Some(&id) = self.by_root.get(&key) {
            return id;
        }
        let build = self.build_at(src, Some(file), Mode::Goroot);
        let tree = Tree::goroot(src, file.language());
        self.add(key, build, Lookup::Tree(tree))
    }

    /// The go.work that `GOWORK` names, or the nearest one above `root` that uses the module there.
    fn workspace_of(&self, root: &Path, disk: &mut Disk) -> Option<(PathBuf, Rc<ModFile>)> {
        if self.options.env.workspace_off {
            return None;
        }
        let found = match &self.options.env.gowork {
            Some(path) => {
                let file = disk.mod_file(path, Dialect::Work, true)?;
                (path.parent()?.to_path_buf(), file)
            }
            None => nearest(root, "go.work", Dialect::Work, disk)?,
        };
        let (dir, file) = &found;
        let used = file
            .uses
            .iter()
            .any(|u| crate::walk::normalize(&dir.join(u)) == root);
        used.then_some(found)
    }

    fn workspace(&mut self, dir: &Path, file: &Rc<ModFile>, disk: &mut Disk) -> BuildId {
        let key = dir.join("go.work");
        if let Some(&id) = self.by_root.get(&key) {
            return id;
        }
        let mut mains = Vec::new();
        for used in &file.uses {
            let root = crate::walk::normalize(&dir.join(used));
            if let Some(main) = disk.mod_file(&root.join("go.mod"), Dialect::Mod, true) {
                mains.push(Main::new(&root, &main));
            }
        }
        let modules = Modules::new(mains, Some((dir, file)), &self.options.env, disk);
        let build = self.build_at(dir, Some(file), Mode::Modules);
        self.add(key, build, Lookup::Modules(Box::new(modules)))
    }

    /// The tree of a folder without a module: below GOPATH, else below the nearest `src`, else the working folder.
    fn tree_of(&mut self, dir: &Path) -> BuildId {
        let gopath = self.options.env.gopath.iter().map(|root| root.join("src"));
        let below = |root: &PathBuf| dir.starts_with(root);
        let src_above = || {
            let named_src = |p: &&Path| p.file_name().is_some_and(|name| name == "src");
            dir.ancestors()
                .skip(1)
                .find(named_src)
                .map(Path::to_path_buf)
        };
        let root = gopath.clone().find(below).or_else(src_above);
        let key = root.clone().unwrap_or_else(|| self.options.cwd.clone());
        if let Some(&id) = self.by_root.get(&key) {
            return id;
        }
        let mut sources: Vec<PathBuf> = root.into_iter().collect();
        sources.extend(gopath.filter(|src| *src != key));
        let build = self.build_at(&key, None, Mode::Gopath);
        let tree = Tree::gopath(&key, sources, build.compiler);
        self.add(key, build, Lookup::Tree(tree))
    }
}

/// The nearest file called `name` at or above `dir`, and its folder.
fn nearest(
    dir: &Path,
    name: &str,
    dialect: Dialect,
    disk: &mut Disk,
) -> Option<(PathBuf, Rc<ModFile>)> {
    dir.ancestors().find_map(|root| {
        Some((
            root.to_path_buf(),
            disk.mod_file(&root.join(name), dialect, true)?,
        ))
    })
}

/// The `src` folder of the Go tree that the module is part of, if it is `std`, or `cmd` inside `std`.
fn goroot(root: &Path, file: &ModFile, disk: &mut Disk) -> Option<PathBuf> {
    match file.module.as_str() {
        "std" => Some(root.to_path_buf()),
        "cmd" => {
            let src = root.parent()?;
            let outer = disk.mod_file(&src.join("go.mod"), Dialect::Mod, true)?;
            (outer.module == "std").then(|| src.to_path_buf())
        }
        _ => None,
    }
}
