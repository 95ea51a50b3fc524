//! Promises to allocate nothing, from the comments that make them to what is found.

use memchr::memmem;
use rayon::prelude::*;
use rustc_hash::FxHashSet;

use crate::base::index::Idx;
use crate::base::source::{FileId, SourceFile};
use crate::base::span::Span;
use crate::contract::breach::{Breach, Search};
use crate::contract::exempt::Exempt;
use crate::directive::{self, ALLOC_OK, Directives, Exemption, NOALLOC};
use crate::ir;
use crate::ir::FuncKind;
use crate::ir::body::Body;
use crate::ir::node::{FuncId, NodeId};
use crate::load::Program;
use crate::parse::Parsed;
use crate::rules::{self, Found};
use crate::types::info;
use crate::types::object::Obj;

use super::decide::{Decided, Units};
use super::typecheck::Typed;

/// Whether a file may make promises, or exempt something from them.
pub(super) fn is_spoken_of(src: &SourceFile) -> bool {
    mentions(src, NOALLOC) || mentions(src, ALLOC_OK)
}

fn mentions(src: &SourceFile, word: &str) -> bool {
    memmem::find(src.text(), format!("heaplint:{word}").as_bytes()).is_some()
}

/// Whether any file that findings are wanted of speaks of promises.
pub(super) fn are_there(program: &Program) -> bool {
    let files = program.packages.iter().flat_map(|p| &p.files);
    let wanted: Vec<FileId> = files.filter(|f| f.has_findings()).map(|f| f.id).collect();
    wanted
        .par_iter()
        .any(|&id| is_spoken_of(&program.files[id]))
}

/// What the comments of a package exempt.
pub(super) fn exempt(program: &Program, typed: &Typed<'_>) -> Exempt {
    let files = typed.package.files.iter().zip(typed.parsed);
    exempt_in(files.map(|(file, parsed)| (file.id, &program.files[file.id], parsed)))
}

/// What the comments of files exempt.
pub(super) fn exempt_in<'f>(
    files: impl IntoIterator<Item = (FileId, &'f SourceFile, &'f Parsed)>,
) -> Exempt {
    let mut exempt = Exempt::default();
    for (file, src, parsed) in files {
        if mentions(src, ALLOC_OK) {
            for exemption in directive::read(src, &parsed.ast).exemptions {
                exempt.add(file, exemption.covers);
            }
        }
    }
    exempt
}

/// What is found of promises in a package, by file. `directives` are those of its files, in order.
pub(super) fn findings(
    info: &info::Package,
    decided: &Decided,
    units: &Units,
    directives: &[&Directives],
) -> Vec<(FileId, Found)> {
    let Some(contracts) = &decided.contracts else {
        return Vec::new();
    };
    let mut found = Vec::new();
    for (file, directives) in info.files.iter().zip(directives) {
        let is_unused = |e: &&Exemption| {
            let used = contracts.effects.used.contains(&(file.file, e.covers));
            !used && !is_undecided(&decided.package, file.file, e.covers)
        };
        let unused = directives.exemptions.iter().filter(is_unused);
        found.extend(unused.map(|e| (file.file, unused_exemption(e.comment))));
    }
    let promises = promises(info, directives);
    if promises.is_empty() {
        return found;
    }
    decided.with_causes(units, contracts, |causes| {
        let search = Search {
            causes,
            effects: &contracts.effects,
            callees: units,
        };
        for (obj, file) in promises {
            let bodies = bodies(&decided.package, obj);
            if bodies.is_empty() {
                found.push((file, never_made(obj)));
            }
            let mut known: FxHashSet<(u32, String)> = FxHashSet::default();
            for breach in bodies.into_iter().flat_map(|func| search.breaches(func)) {
                if known.insert((breach.pos, breach.text.clone())) {
                    found.push((breach.file, of_breach(breach)));
                }
            }
        }
    });
    found
}

/// The functions that make promises, with their files.
fn promises(info: &info::Package, directives: &[&Directives]) -> Vec<(Obj, FileId)> {
    let made = info.funcs.iter().filter(|func| {
        let promises = directives.get(func.file).map_or(&[][..], |d| &d.promises);
        promises.iter().any(|p| p.decl == func.decl)
    });
    made.map(|func| (func.obj, info.files[func.file].file))
        .collect()
}

/// The bodies of a declared function: its own, or those of its instances.
fn bodies(package: &ir::Package, obj: Obj) -> Vec<FuncId> {
    let funcs = package.funcs.iter_enumerated();
    let own = funcs.filter(|(_, f)| {
        let is_it = f.sym.is_some_and(|sym| sym.obj().origin() == obj);
        is_it && !f.generic && f.kind != FuncKind::Wrapper
    });
    own.map(|(id, _)| id).collect()
}

/// Whether code in `covers` belongs to a generic function of which the package has no instance: what it allocates hangs on
/// the types that others make instances with.
fn is_undecided(package: &ir::Package, file: FileId, covers: Span) -> bool {
    let generic = package.funcs.iter().filter(|f| f.generic);
    let mut there = generic.filter(|f| has_code_in(&f.body, file, covers));
    there.any(|func| {
        let parent = |f: &&ir::Func| f.parent.map(|id| &package.funcs[id]);
        let outermost = std::iter::successors(Some(func), parent).last();
        let declared = outermost.and_then(|f| f.sym).map(|sym| sym.obj().origin());
        declared.is_some_and(|obj| bodies(package, obj).is_empty())
    })
}

fn has_code_in(body: &Body, file: FileId, covers: Span) -> bool {
    let mut places = (0..body.len()).map(|id| body.pos(NodeId::from_usize(id)));
    places.any(|at| at.file == Some(file) && covers.contains(at.offset))
}

fn of_breach(breach: Breach) -> Found {
    Found {
        rule: if breach.allocates {
            rules::NOALLOC
        } else {
            rules::NOALLOC_UNPROVABLE
        },
        span: Span::new(breach.pos, breach.pos.saturating_add(1)),
        function: breach.function,
        expr: breach.text,
        message: breach.message,
        trail: breach.steps,
        suppressible: true,
    }
}

/// Of a generic function that nothing in the package instantiates.
fn never_made(obj: Obj) -> Found {
    let start = obj.pos.map_or(0, |p| p.offset);
    let name = obj.name.as_str();
    Found {
        rule: rules::NOALLOC_UNPROVABLE,
        span: Span::new(start, start + name.len() as u32),
        function: name.to_owned(),
        expr: name.to_owned(),
        message: format!(
            "it cannot be proved that `{name}` does not allocate: it is generic, and its package has no instance of it"
        ),
        trail: Vec::new(),
        suppressible: true,
    }
}

fn unused_exemption(comment: Span) -> Found {
    Found {
        rule: rules::UNUSED_SUPPRESSION,
        span: comment,
        function: String::new(),
        expr: String::new(),
        message: "there is no allocation to exempt here".to_owned(),
        trail: Vec::new(),
        suppressible: false,
    }
}
