//! Import paths in module mode: main modules, their vendor folder, replacements, the module cache.
//!
//! Order: a package of a main module; the standard library; the vendor folder where one is in use, and nothing else
//! then; the module cache, at the versions that minimal version selection gives. At last, for a module that lies at
//! its own path below some folder (as in `GOPATH/src`, or where a distribution installs sources), its neighbours there.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use crate::site::GoVersion;
use crate::walk::normalize;

use super::build::{Located, Resolution};
use super::disk::Disk;
use super::env::Env;
use super::modfile::{Dialect, ModFile, ModuleVersion, Replace};
use super::mvs;
use super::semver::escape;
use super::std::is_std;
use super::tree::{Tree, slashed};
use super::vendor;

/// A main module.
#[derive(Debug)]
pub(super) struct Main {
    dir: PathBuf,
    path: String,
    file: Rc<ModFile>,
}

impl Main {
    /// The module whose go.mod in the folder `dir` is `file`. Without a `module` line it goes by its folder's name.
    pub(super) fn new(dir: &Path, file: &Rc<ModFile>) -> Main {
        let name = || {
            dir.file_name()
                .unwrap_or_default()
                .to_string_lossy()
                .into_owned()
        };
        Main {
            dir: dir.to_path_buf(),
            path: Some(file.module.clone())
                .filter(|m| !m.is_empty())
                .unwrap_or_else(name),
            file: Rc::clone(file),
        }
    }
}

impl Main {
    /// The tree that this module's folder is part of, if the folder's path ends in the module's. A path without a domain
    /// proves nothing: many a folder is called like its module.
    fn neighbours(&self) -> Option<Tree> {
        self.path.split('/').next()?.find('.')?;
        let depth = Path::new(&self.path).components().count();
        let root = self.dir.ancestors().nth(depth)?;
        let root = self.dir.ends_with(&self.path).then(|| root.to_path_buf())?;
        Some(Tree::gopath(
            &root,
            vec![root.clone()],
            self.file.language(),
        ))
    }
}

/// Where a selected module's source lies.
#[derive(Clone, Debug)]
struct Source {
    dir: PathBuf,
    language: GoVersion,
}

/// The modules of a build.
#[derive(Debug)]
pub(super) struct Modules {
    mains: Vec<Main>,
    /// `replace` directives with the folder of their file; go.work's come first, because they win.
    replaces: Vec<(Replace, PathBuf)>,
    vendor: Option<(PathBuf, vendor::Modules)>,
    modcache: Option<PathBuf>,
    /// The tree in which the main module lies at its own path.
    neighbours: Option<Tree>,
    /// Whether a go.work says what the main modules are.
    workspace: bool,
    /// The main module's own requirements, where they suffice; computed when first needed.
    roots: Option<BTreeMap<String, Source>>,
    /// Selected modules by path; computed when first needed.
    selected: Option<BTreeMap<String, Source>>,
}

impl Modules {
    /// The modules of a workspace (with go.work's folder and contents) or of one main module.
    pub(super) fn new(
        mains: Vec<Main>,
        work: Option<(&Path, &Rc<ModFile>)>,
        env: &Env,
        disk: &Disk,
    ) -> Modules {
        let mut replaces = Vec::new();
        let files = work
            .into_iter()
            .chain(mains.iter().map(|m| (m.dir.as_path(), &m.file)));
        for (dir, file) in files {
            replaces.extend(file.replace.iter().map(|r| (r.clone(), dir.to_path_buf())));
        }
        let vendor = match work {
            _ if env.vendor_off => None,
            Some((dir, file)) => vendor_folder(dir, file.language() >= GoVersion(22), disk),
            None => mains
                .first()
                .and_then(|m| vendor_folder(&m.dir, m.file.language() >= GoVersion(14), disk)),
        };
        let neighbours = match mains.as_slice() {
            [main] => main.neighbours(),
            _ => None,
        };
        Modules {
            mains,
            replaces,
            vendor,
            modcache: env.modcache.clone(),
            neighbours,
            workspace: work.is_some(),
            roots: None,
            selected: None,
        }
    }

    /// The package in the folder `dir` of a main module.
    pub(super) fn locate(&self, dir: &Path) -> Located {
        let inside = |main: &&Main| dir.starts_with(&main.dir);
        let main = self
            .mains
            .iter()
            .filter(inside)
            .max_by_key(|m| m.dir.as_os_str().len());
        match main {
            Some(main) => {
                let rest = dir.strip_prefix(&main.dir).map(slashed).unwrap_or_default();
                located(dir, join(&main.path, &rest), main.file.language())
            }
            None => located(dir, slashed(dir), GoVersion(16)),
        }
    }

    /// Whether an `ignore` line covers `dir`: `./x` means one folder of the module, `x` any folder so called.
    pub(super) fn is_ignored(&self, dir: &Path) -> bool {
        let covers = |main: &Main, line: &str| {
            let Ok(rest) = dir.strip_prefix(&main.dir) else {
                return false;
            };
            match line.strip_prefix("./") {
                Some(line) => rest.starts_with(line),
                None => format!("/{}/", slashed(rest)).contains(&format!("/{line}/")),
            }
        };
        let lines = |main: &Main| main.file.ignore.iter().any(|line| covers(main, line));
        self.mains.iter().any(lines)
    }

    pub(super) fn resolve(&mut self, path: &str, disk: &mut Disk) -> Resolution {
        if let Some(found) = self.in_mains(path, disk) {
            return Resolution::Source(found);
        }
        if is_std(path) {
            return Resolution::Std;
        }
        let found = match &self.vendor {
            Some((dir, modules)) => in_vendor(dir, modules, path, disk),
            None => self.in_selected(path, disk),
        };
        found
            .or_else(|| self.in_neighbours(path, disk))
            .map_or(Resolution::Missing, Resolution::Source)
    }

    /// The package of the main module with the longest fitting path; folders of nested modules are not the module's.
    fn in_mains(&self, path: &str, disk: &mut Disk) -> Option<Located> {
        let mut fits: Vec<(&Main, &str)> = self
            .mains
            .iter()
            .filter_map(|m| Some((m, below(path, &m.path)?)))
            .collect();
        fits.sort_by_key(|(m, _)| std::cmp::Reverse(m.path.len()));
        fits.into_iter().find_map(|(main, rest)| {
            let dir = main.dir.join(rest);
            (disk.has_go_files(&dir) && !is_nested(&dir, &main.dir, disk))
                .then(|| located(&dir, path.to_string(), main.file.language()))
        })
    }

    fn in_selected(&mut self, path: &str, disk: &mut Disk) -> Option<Located> {
        if self.roots.is_none() {
            self.roots = Some(self.root_sources(disk));
        }
        if let Some(found) = self
            .roots
            .as_ref()
            .and_then(|roots| in_sources(roots, path, disk))
        {
            return Some(found);
        }
        if self.selected.is_none() {
            self.selected = Some(self.select(disk));
        }
        in_sources(self.selected.as_ref()?, path, disk)
    }

    fn in_neighbours(&self, path: &str, disk: &mut Disk) -> Option<Located> {
        let (tree, main) = (self.neighbours.as_ref()?, self.mains.first()?);
        let Resolution::Source(found) = tree.resolve(path, &main.dir, disk) else {
            return None;
        };
        let file = found
            .dir
            .ancestors()
            .find_map(|dir| disk.mod_file(&dir.join("go.mod"), Dialect::Mod, false));
        let language = file.map_or(main.file.language(), |file| file.language());
        Some(located(&found.dir, path.to_string(), language))
    }

    /// The modules that a complete go.mod requires, at the very versions it names: the toolchain does not look further
    /// for what they hold ("Lazy module loading"). Workspaces and older modules have none of these.
    fn root_sources(&self, disk: &mut Disk) -> BTreeMap<String, Source> {
        let mut files = GoMods {
            modules: self,
            disk,
        };
        let (false, [main]) = (self.workspace, self.mains.as_slice()) else {
            return BTreeMap::new();
        };
        if !main.file.is_complete() {
            return BTreeMap::new();
        }
        let required = main
            .file
            .require
            .iter()
            .filter(|m| !mvs::Reader::is_excluded(&files, m));
        let required: Vec<&ModuleVersion> = required.collect();
        let sources = required
            .into_iter()
            .filter_map(|m| Some((m.path.clone(), files.source(m)?)));
        sources.collect()
    }

    fn select(&self, disk: &mut Disk) -> BTreeMap<String, Source> {
        let mut roots = Vec::new();
        for main in &self.mains {
            let complete = main.file.is_complete();
            roots.extend(main.file.require.iter().map(|m| (m.clone(), complete)));
        }
        let mut files = GoMods {
            modules: self,
            disk,
        };
        let versions = mvs::select(roots, &mut files);
        let sources = versions.into_iter().filter_map(|(path, version)| {
            let module = ModuleVersion { path, version };
            let source = files.source(&module)?;
            Some((module.path, source))
        });
        sources.collect()
    }

    /// The replacement of `module`; one for its very version wins over one for all.
    fn replacement(&self, module: &ModuleVersion) -> Option<&(Replace, PathBuf)> {
        let of = |version: &str| {
            self.replaces
                .iter()
                .find(|(r, _)| r.old.path == module.path && r.old.version == version)
        };
        of(&module.version).or_else(|| of(""))
    }
}

/// Finds go.mod files of required modules.
struct GoMods<'a> {
    modules: &'a Modules,
    disk: &'a mut Disk,
}

impl GoMods<'_> {
    /// The folder of `module`, replaced as the main modules say, and its go.mod.
    fn find(&mut self, module: &ModuleVersion) -> Option<(PathBuf, Option<Rc<ModFile>>)> {
        let actual = match self.modules.replacement(module) {
            Some((replace, base)) if replace.new.version.is_empty() => {
                let dir = normalize(&base.join(&replace.new.path));
                let file = self.disk.mod_file(&dir.join("go.mod"), Dialect::Mod, true);
                return Some((dir, file));
            }
            Some((replace, _)) => &replace.new,
            None => module,
        };
        let cache = self.modules.modcache.as_ref()?;
        let (path, version) = (escape(&actual.path), escape(&actual.version));
        let dir = cache.join(format!("{path}@{version}"));
        let listed = cache
            .join("cache/download")
            .join(path)
            .join("@v")
            .join(format!("{version}.mod"));
        let file = self
            .disk
            .mod_file(&listed, Dialect::Mod, false)
            .or_else(|| self.disk.mod_file(&dir.join("go.mod"), Dialect::Mod, false));
        Some((dir, file))
    }

    fn source(&mut self, module: &ModuleVersion) -> Option<Source> {
        let (dir, file) = self.find(module)?;
        let language = file.map_or(GoVersion(16), |file| file.language());
        Some(Source { dir, language })
    }
}

impl mvs::Reader for GoMods<'_> {
    fn go_mod(&mut self, module: &ModuleVersion) -> Option<ModFile> {
        let (_, file) = self.find(module)?;
        file.map(|file| file.as_ref().clone())
    }

    fn is_excluded(&self, module: &ModuleVersion) -> bool {
        let mains = &self.modules.mains;
        mains
            .iter()
            .any(|m| m.path == module.path || m.file.exclude.contains(module))
    }
}

/// The vendor folder of `dir`, if `used` and if it says what it holds.
fn vendor_folder(dir: &Path, used: bool, disk: &Disk) -> Option<(PathBuf, vendor::Modules)> {
    if !used {
        return None;
    }
    let vendor = dir.join("vendor");
    let text = disk.read_text(&vendor.join("modules.txt"))?;
    Some((vendor, vendor::parse(&text)))
}

fn in_vendor(
    vendor: &Path,
    modules: &vendor::Modules,
    path: &str,
    disk: &mut Disk,
) -> Option<Located> {
    let dir = vendor.join(path);
    let module = modules.packages.get(path).map(|&i| &modules.modules[i]);
    let language = module.and_then(|m| m.go).unwrap_or(GoVersion(16));
    disk.has_go_files(&dir)
        .then(|| located(&dir, path.to_string(), language))
}

fn located(dir: &Path, path: String, language: GoVersion) -> Located {
    Located {
        dir: normalize(dir),
        path,
        language,
    }
}

/// The package of the module with the longest fitting path whose source holds it.
fn in_sources(sources: &BTreeMap<String, Source>, path: &str, disk: &mut Disk) -> Option<Located> {
    prefixes(path).find_map(|module| {
        let source = sources.get(module)?;
        let dir = source.dir.join(below(path, module)?);
        disk.has_go_files(&dir)
            .then(|| located(&dir, path.to_string(), source.language))
    })
}

/// Whether a go.mod between `dir` and `root`, which it is below, makes it part of another module.
fn is_nested(dir: &Path, root: &Path, disk: &mut Disk) -> bool {
    dir.ancestors().take_while(|d| *d != root).any(|d| {
        disk.mod_file(&d.join("go.mod"), Dialect::Mod, true)
            .is_some()
    })
}

fn join(path: &str, rest: &str) -> String {
    if rest.is_empty() {
        path.to_string()
    } else {
        format!("{path}/{rest}")
    }
}

/// What follows `module` in `path`, if the module's path is a prefix by whole elements.
fn below<'p>(path: &'p str, module: &str) -> Option<&'p str> {
    let rest = path.strip_prefix(module)?;
    if rest.is_empty() {
        return Some(rest);
    }
    rest.strip_prefix('/')
}

/// `a/b/c`, `a/b`, `a`
fn prefixes(path: &str) -> impl Iterator<Item = &str> {
    std::iter::successors(Some(path), |p| p.rsplit_once('/').map(|(head, _)| head))
}
