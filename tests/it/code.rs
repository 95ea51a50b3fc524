//! What importers need of a package's code: decisions about the importer are the same as with all of the package at
//! hand, be the code in memory or read from its facts.

use heaplint::base::bytes::crc32;
use heaplint::base::index::Idx;
use heaplint::base::source::{FileId, SourceFile};
use heaplint::base::symbol::Symbol;
use heaplint::escape::analysis::{Analysis, analyse};
use heaplint::escape::build::Context;
use heaplint::escape::message::Printer;
use heaplint::escape::summary::{self, Summary};
use heaplint::facts::code::Code;
use heaplint::facts::{Corrupt, Decoder, Facts, Packages, encode, encode_all};
use heaplint::inline;
use heaplint::ir::body::{Body, FuncRef, Pos};
use heaplint::ir::build::{Source, build};
use heaplint::ir::node::{FuncId, Node, NodeId, Nodes};
use heaplint::ir::release::Release;
use heaplint::ir::visit::Part;
use heaplint::ir::{self, Package};
use heaplint::parse::parse_file;
use heaplint::site::GoVersion;
use heaplint::types::package::Pkg;
use heaplint::types::sizes::Sizes;
use heaplint::types::version::GoVersion as Language;
use heaplint::types::{self, Config, FileInput, Import, Importer, PackageInput};
use std::fmt::Write;

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
        let found = self.0.iter().find(|c| c.package.pkg == pkg);
        found.map(|c| &c.package)
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
        text: source.text(),
        version: Language(minor),
    }];
    let release = ir::release::Release::of(go);
    let mut package = build(&checked, &sources, release);
    let config = inline::Config {
        release,
        disabled: false,
        explain: false,
    };
    let said = inline::run(&mut package, world, config);
    let release = Release::of(go);
    let context = Context {
        package: &package,
        callees: world,
        release,
        sizes: Sizes::AMD64,
        ways: false,
    };
    let analysis = analyse(context, &said.mentions);
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
        let at = l.pos.unwrap_or(Pos::NONE);
        line(at.file, at.offset, &l.text);
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
    for minor in [23, 25, 27] {
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

/// Facts that import nothing.
struct Nothing;

impl Packages for Nothing {
    fn package(&self, _: Symbol) -> Result<Pkg, Corrupt> {
        Err(Corrupt("no such package"))
    }
}

fn read(facts: &Facts) -> Result<Code, Corrupt> {
    Decoder::new(&facts.types, &Nothing)?.code(&facts.code, &Nothing)
}

/// The code of `lib`, and its facts.
fn code_and_facts(minor: u8) -> (Code, Facts) {
    let lib = lib(minor);
    let code = Code::exported(&lib.package, &lib.analysis);
    let facts = encode_all(lib.pkg, &code);
    (code, facts)
}

#[test]
fn importers_cannot_tell_facts_from_source() {
    for minor in [23, 24, 27] {
        let (code, facts) = code_and_facts(minor);
        let expected = lines_of_user(code, minor);
        assert_eq!(lines_of_user(read(&facts).unwrap(), minor), expected);
    }
}

/// A node with everything below it.
fn tree(code: &Code, body: &Body, id: NodeId) -> String {
    let node = body.node(id);
    let bare = node.with_parts(node.parts().map(|part| match part {
        Part::One(_) => Part::One(NodeId::from_usize(0)),
        Part::Many(_) => Part::Many(Nodes::EMPTY),
        Part::None => Part::None,
    }));
    let own = match bare {
        Node::Literal(value) => format!("{:?}", body.value(value)),
        Node::Closure(literal) => code.package.funcs[literal].name.to_string(),
        other => format!("{other:?}"),
    };
    let mut below = Vec::new();
    body.children(id, &mut below);
    let below: Vec<String> = below.iter().map(|&c| tree(code, body, c)).collect();
    format!("{own} {:?} ({})", body.ty(id), below.join(", "))
}

/// Functions by name, with all that is known of them.
fn describe(code: &Code) -> Vec<String> {
    let mut lines = Vec::new();
    for (id, f) in code.package.funcs.iter_enumerated() {
        let parent = f.parent.map(|p| code.package.funcs[p].name);
        let mut line = format!(
            "{} {:?} {parent:?} {:?} {:?} {:?} {:?}",
            f.name, f.kind, f.ty, f.pragma, f.inline, code.summaries[id]
        );
        write!(line, "{:?} {:?} {:?}", f.params, f.results, f.closure_vars).unwrap();
        let body = &f.original;
        for local in &body.locals {
            let defn = local.defn.map(|d| tree(code, body, d));
            let (name, ty, class) = (local.name, local.ty, local.class);
            write!(line, "\n  {name} {ty:?} {class:?} {defn:?}").unwrap();
            write!(line, " {} {}", local.addr_taken, local.autotemp).unwrap();
        }
        for &stmt in body.list(body.stmts) {
            write!(line, "\n  {}", tree(code, body, stmt)).unwrap();
        }
        lines.push(line);
    }
    lines.sort();
    lines
}

#[test]
fn code_read_from_its_facts_is_the_code_that_was_written() {
    let (code, facts) = code_and_facts(27);
    let (read, written) = (describe(&read(&facts).unwrap()), describe(&code));
    // Methods of types that importers cannot have are not written.
    assert!(read.len() > 30);
    for line in read {
        assert!(written.contains(&line), "{line}");
    }
}

#[test]
fn damaged_code_is_an_error() {
    let (_, facts) = code_and_facts(27);
    for i in 0..facts.code.len() {
        let mut broken = facts.clone();
        broken.code[i] ^= 0x41;
        assert!(read(&broken).is_err(), "byte {i}");
        broken.code.truncate(i);
        assert!(read(&broken).is_err(), "cut at {i}");
    }
    let empty = decide("lib", "package lib", 1, 27, &World::default());
    let mixed = Facts {
        types: encode(empty.pkg),
        code: facts.code,
    };
    assert!(read(&mixed).is_err(), "types of another package");
}

/// Whatever the bytes say, reading them must end and must not panic, even where the checksum was made to fit.
#[test]
fn forged_code_does_no_harm() {
    let (_, facts) = code_and_facts(27);
    let body = facts.code.len() - 4;
    let mut understood = 0;
    for i in 4..body {
        for value in [0, 0xff, facts.code[i].wrapping_add(1)] {
            let mut forged = facts.clone();
            forged.code.truncate(body);
            forged.code[i] = value;
            let crc = crc32(&forged.code);
            forged.code.extend(crc.to_le_bytes());
            if let Ok(code) = read(&forged) {
                let _seen = describe(&code);
                understood += 1;
            }
        }
    }
    assert!(understood > 100, "{understood}");
}
