//! One folder of a build: which of its files are built, and the packages they make.
//!
//! The folder's package is the one that most of its non-test files name (the first file decides a tie). A test file may
//! name it too, or name it with `_test` added. A file that names another package is reported and kept apart as a stray
//! package; a file whose clause cannot be read stays with the folder's package, and the parser will speak of it.

use std::collections::BTreeMap;
use std::ffi::OsString;

use crate::base::source::FileId;
use crate::base::span::Span;
use crate::base::symbol::{Symbol, sym};
use crate::site::GoVersion;
use crate::walk::is_test_name;

use super::build::Located;
use super::disk::Disk;
use super::program::{Build, BuildId, Ignored, IgnoredFile, Mode, PackageFile, Variant};
use super::target::Target;

/// A Go file of the folder.
#[derive(Clone, Debug)]
pub(super) struct UnitFile {
    pub(super) name: OsString,
    pub(super) id: FileId,
    pub(super) selected: bool,
}

impl UnitFile {
    fn is_test(&self) -> bool {
        is_test_name(&self.name)
    }
}

/// A folder as part of a build.
#[derive(Debug)]
pub(super) struct Unit {
    pub(super) build: BuildId,
    pub(super) at: Located,
    /// Whether the user's paths led here; other folders are dependencies.
    pub(super) walked: bool,
    /// Whether test files are wanted.
    pub(super) tests: bool,
    /// All Go files, by name.
    pub(super) files: Vec<UnitFile>,
    /// What they make, once they are read.
    pub(super) groups: Vec<Group>,
}

/// Files of a folder that make a package, or that add tests to one.
#[derive(Debug)]
pub(super) struct Group {
    pub(super) variant: Variant,
    pub(super) name: Symbol,
    pub(super) files: Vec<PackageFile>,
    /// By path: the first place of each import.
    pub(super) imports: BTreeMap<&'static str, (FileId, Span)>,
}

/// What deciding about files depends on.
pub(super) struct Rules<'a> {
    pub(super) target: &'a Target,
    pub(super) build: &'a Build,
}

impl Unit {
    /// Takes out the files that their names rule out, and test files where no tests are wanted.
    pub(super) fn drop_by_name(
        &mut self,
        rules: &Rules<'_>,
        disk: &Disk,
        ignored: &mut Vec<IgnoredFile>,
    ) {
        let tests = self.tests;
        self.files.retain(|file| {
            let fits = rules
                .target
                .takes_name(&file.name.to_string_lossy(), rules.build.compiler);
            if !fits && (tests || !file.is_test()) {
                ignored.push(ignore(file, Ignored::Name, disk));
            }
            fits && (tests || !file.is_test())
        });
    }

    /// Sorts the files, which have been read, into packages.
    pub(super) fn group(
        &mut self,
        rules: &Rules<'_>,
        disk: &mut Disk,
        ignored: &mut Vec<IgnoredFile>,
    ) {
        let mut built = Vec::new();
        let described =
            rules.build.mode == Mode::Goroot && matches!(&*self.at.path, "builtin" | "unsafe");
        for file in &self.files {
            let why = described.then_some(Ignored::Documentation);
            match why.or_else(|| why_ignored(file, rules, disk)) {
                None => built.push(file),
                Some(why) => ignored.push(ignore(file, why, disk)),
            }
        }
        if self.walked {
            report_constraints(&self.files, disk);
        }
        let Some(primary) = primary_name(&built, disk) else {
            return;
        };
        let mut groups: Vec<Group> = Vec::new();
        for file in built {
            let name = package_name(file, disk);
            let (variant, name) = variant(file, name, primary);
            let at = groups
                .iter()
                .position(|g| g.variant == variant && g.name == name);
            let at = at.unwrap_or_else(|| {
                groups.push(Group::new(variant, name));
                groups.len() - 1
            });
            groups[at].add(file, self.at.language, rules, disk);
        }
        if self.walked {
            report_strays(&groups, primary, disk);
        }
        self.groups = groups;
    }
}

impl Group {
    fn new(variant: Variant, name: Symbol) -> Group {
        Group {
            variant,
            name,
            files: Vec::new(),
            imports: BTreeMap::new(),
        }
    }

    fn add(&mut self, file: &UnitFile, language: GoVersion, rules: &Rules<'_>, disk: &Disk) {
        let Some(header) = disk.header(file.id) else {
            return;
        };
        self.files.push(PackageFile {
            id: file.id,
            language: file_language(language, header.go_version, rules.build.compiler),
            selected: file.selected,
            generated: header.generated,
            test: file.is_test(),
        });
        for import in &header.imports {
            self.imports
                .entry(import.text.as_str())
                .or_insert((file.id, import.span));
        }
    }
}

pub(super) fn ignore(file: &UnitFile, why: Ignored, disk: &Disk) -> IgnoredFile {
    IgnoredFile {
        path: disk.shown(file.id).to_path_buf(),
        why,
        selected: file.selected,
    }
}

fn why_ignored(file: &UnitFile, rules: &Rules<'_>, disk: &Disk) -> Option<Ignored> {
    let Some(header) = disk.header(file.id) else {
        return Some(Ignored::Unreadable);
    };
    let has = |tag: &str| rules.target.has_tag(tag, rules.build.compiler);
    let holds = header.constraints.iter().all(|c| c.eval(&has));
    if !holds || header.constraint_error.is_some() {
        Some(Ignored::Constraint)
    } else if !rules.target.cgo && !file.is_test() && header.imports(sym::C) {
        Some(Ignored::Cgo)
    } else if header
        .package
        .is_some_and(|p| p.text.as_str() == "documentation")
    {
        Some(Ignored::Documentation)
    } else {
        None
    }
}

fn report_constraints(files: &[UnitFile], disk: &mut Disk) {
    for file in files {
        let error = disk
            .header(file.id)
            .and_then(|h| h.constraint_error.clone());
        if let Some((span, message)) = error {
            disk.report(file.id, span, "build-constraint", message);
        }
    }
}

fn package_name(file: &UnitFile, disk: &Disk) -> Option<Symbol> {
    disk.header(file.id)?.package.map(|p| p.text)
}

/// The name of the folder's package; `None` where there are no files.
fn primary_name(files: &[&UnitFile], disk: &Disk) -> Option<Symbol> {
    let mut counts: Vec<(Symbol, usize)> = Vec::new();
    for name in files
        .iter()
        .filter(|f| !f.is_test())
        .filter_map(|f| package_name(f, disk))
    {
        match counts.iter_mut().find(|(n, _)| *n == name) {
            Some((_, count)) => *count += 1,
            None => counts.push((name, 1)),
        }
    }
    // `rev` because `max_by_key` gives the last of equals.
    let most = counts
        .iter()
        .rev()
        .max_by_key(|(_, count)| *count)
        .map(|(name, _)| *name);
    most.or_else(|| {
        let first = files.iter().find_map(|f| package_name(f, disk))?;
        Some(Symbol::intern(first.as_str().trim_end_matches("_test")))
    })
    .or_else(|| files.first().map(|_| sym::BLANK))
}

fn variant(file: &UnitFile, name: Option<Symbol>, primary: Symbol) -> (Variant, Symbol) {
    let own = name.is_none_or(|name| name == primary);
    let is_external = |name: Symbol| name.as_str().strip_suffix("_test") == Some(primary.as_str());
    match name {
        _ if own && file.is_test() => (Variant::Tested, primary),
        _ if own => (Variant::Plain, primary),
        Some(name) if file.is_test() && is_external(name) => (Variant::External, name),
        _ => (Variant::Stray, name.unwrap_or(primary)),
    }
}

fn report_strays(groups: &[Group], primary: Symbol, disk: &mut Disk) {
    for group in groups.iter().filter(|g| g.variant == Variant::Stray) {
        for file in &group.files {
            let span = disk.header(file.id).and_then(|h| h.package).map(|p| p.span);
            let message = format!("package {}; expected package {primary}", group.name);
            disk.report(file.id, span.unwrap_or_default(), "package-clause", message);
        }
    }
}

/// The language version of a file whose `//go:build` line implies `file`, in a module at `module`. A file may go up
/// freely and down to 1.21; before Go 1.23, down only in modules that are at 1.21 themselves (`types2`, `initFiles`).
fn file_language(module: GoVersion, file: Option<GoVersion>, compiler: GoVersion) -> GoVersion {
    let Some(file) = file else {
        return module;
    };
    if compiler.0 >= 23 {
        file.max(GoVersion(21))
    } else if file > module || module.0 >= 21 {
        file
    } else {
        module
    }
}

#[cfg(test)]
mod tests {
    use super::{GoVersion, file_language};

    #[test]
    fn files_go_up_and_down() {
        let v = |module: u16, file: Option<u16>, compiler: u16| {
            file_language(GoVersion(module), file.map(GoVersion), GoVersion(compiler)).0
        };
        assert_eq!(v(18, None, 27), 18);
        assert_eq!(v(18, Some(22), 27), 22);
        assert_eq!(v(25, Some(22), 27), 22);
        assert_eq!(v(25, Some(17), 27), 21);
        assert_eq!(v(18, Some(17), 22), 18);
        assert_eq!(v(21, Some(17), 22), 17);
        assert_eq!(v(18, Some(20), 21), 20);
    }
}
