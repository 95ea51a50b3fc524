//! What importers need of a package's code: decisions about the importer are the same as with all of the package at hand.

use heaplint::base::index::Idx;
use heaplint::base::source::{FileId, SourceFile};
use heaplint::base::symbol::Symbol;
use heaplint::escape::analysis::{Analysis, analyse};
use heaplint::escape::build::Context;
use heaplint::escape::message::Printer;
use heaplint::escape::summary::{self, Summary};
use heaplint::facts::code::Code;
use heaplint::inline;
use heaplint::ir::body::FuncRef;
use heaplint::ir::build::{Source, build};
use heaplint::ir::node::FuncId;
use heaplint::ir::release::Release;
use heaplint::ir::{self, Package};
use heaplint::parse::parse_file;
use heaplint::site::GoVersion;
use heaplint::types::package::Pkg;
use heaplint::types::sizes::Sizes;
use heaplint::types::version::GoVersion as Language;
use heaplint::types::{self, Config, FileInput, Import, Importer, PackageInput};

const LIB: &str = include_str!("../data/code/lib.go");
const USER: &str = include_str!("../data/code/user.go");

/// The packages that there are.
#[derive(Default)]
struct World(Vec<Code>);

impl World {
    fn code(&self, func: FuncRef) -> Option<&Code> {
        self.0
            .iter()
            .find(|c| Some(c.package.pkg) == func.obj().pkg)
    }
}

impl Importer for World {
    fn import(&self, path: Symbol) -> Import {
        let found = self.0.iter().find(|c| c.package.pkg.path == path);
        found.map_or(Import::Missing, |c| Import::Package(c.package.pkg))
    }
}

impl ir::Callees for World {
    fn find(&self, func: FuncRef) -> Option<(&Package, FuncId)> {
        self.code(func)?.find(func)
    }

    fn package(&self, pkg: Pkg) -> Option<&Package> {
        self.0.iter().map(|c| &c.package).find(|p| p.pkg == pkg)
    }
}

impl summary::Callees for World {
    fn summary(&self, func: FuncRef) -> Option<&Summary> {
        self.code(func)?.summary(func)
    }
}

/// A package with all that is decided for it.
struct Decided {
    pkg: Pkg,
    package: Package,
    analysis: Analysis,
    /// What the compiler prints about the package's own file.
    lines: Vec<String>,
}

fn decide(path: &str, text: &str, file: usize, minor: u8, world: &World) -> Decided {
    let source = SourceFile::new("p.go", text.as_bytes().to_vec());
    let parsed = parse_file(source.text());
    assert!(parsed.errors.is_empty(), "{:?}", parsed.errors);
    let file: FileId = Idx::from_usize(file);
    let input = FileInput {
        file,
        ast: &parsed.ast,
        src: source.text(),
        version: None,
    };
    let config = Config {
        version: Language(minor),
        sizes: Sizes::AMD64,
        skip_bodies: false,
    };
    let files = [input];
    let input = PackageInput {
        path: Symbol::intern(path),
        files: &files,
    };
    let (checked, problems) = types::check(&input, world, &config);
    assert!(problems.is_empty(), "{problems:?}");
    let go = GoVersion(u16::from(minor));
    let sources = [Source {
        ast: &parsed.ast,
        version: Language(minor),
    }];
    let release = ir::release::Release::of(go);
    let mut package = build(&checked, &sources, release);
    let config = inline::Config {
        release,
        disabled: false,
    };
    let said = inline::run(&mut package, world, config);
    let release = Release::of(go);
    let analysis = analyse(Context {
        package: &package,
        callees: world,
        release,
        sizes: Sizes::AMD64,
    });
    let printer = Printer {
        package: &package,
        release,
        sizes: Sizes::AMD64,
    };
    let mut lines = Vec::new();
    let mut line = |at: Option<FileId>, offset: u32, text: &str| {
        if at == Some(file) {
            let at = source.line_col(offset);
            lines.push(format!("{}:{}: {text}", at.line, at.column));
        }
    };
    for m in &said.messages {
        line(m.file, m.offset, &m.text);
    }
    for l in printer.lines(&analysis) {
        line(l.pos.file, l.pos.offset, &l.text);
    }
    Decided {
        pkg: checked.pkg,
        package,
        analysis,
        lines,
    }
}

fn lib(minor: u8) -> Decided {
    decide("lib", LIB, 1, minor, &World::default())
}

/// What is decided for `user` with this `lib`.
fn lines_of_user(lib: Code, minor: u8) -> Vec<String> {
    decide("user", USER, 0, minor, &World(vec![lib])).lines
}

#[test]
fn importers_need_no_more_than_is_kept() {
    for minor in [22, 25, 27] {
        let lib = lib(minor);
        let kept = Code::exported(&lib.package, &lib.analysis);
        let whole = Code {
            package: lib.package,
            summaries: lib.analysis.summaries,
        };
        assert!(kept.package.funcs.len() < whole.package.funcs.len());
        let expected = lines_of_user(whole, minor);
        assert!(expected.len() > 60, "{expected:#?}");
        assert_eq!(lines_of_user(kept, minor), expected);
    }
}

#[test]
fn bodies_that_nobody_copies_are_not_kept() {
    let lib = lib(27);
    assert_eq!(lib.pkg, lib.package.pkg);
    let code = Code::exported(&lib.package, &lib.analysis);
    let func = |name: &str| {
        let all = &code.package.funcs;
        all.iter().find(|f| f.name.as_str() == name)
    };
    assert!(!func("Drop").unwrap().original.is_empty());
    assert!(!func("add").unwrap().original.is_empty());
    assert!(func("Big").unwrap().original.is_empty());
    assert!(func("Opaque").unwrap().original.is_empty());
    assert!(func("init").is_none());
    assert!(
        func("square.area").is_some(),
        "calls of shape.area may reach it"
    );
}
