//! Packages to types: a Go type checker, the equal of go/types on correct code.
//!
//! # Words
//!
//! | word | meaning |
//! | --- | --- |
//! | type, [`Ty`](ty::Ty) | an immutable node; `==` is identity of nodes, [`identical`](predicates) that of the language |
//! | object, [`Obj`](object::Obj) | what a name stands for: a constant, type, variable, function, package … |
//! | operand, [`Operand`](operand::Operand) | an expression under check: its mode, type and constant value |
//! | mode, [`Mode`](operand::Mode) | what kind of thing an expression denotes |
//! | tables, [`FileInfo`](info::FileInfo) | what was found out, by expression, for one file |
//! | opaque | of a package that was not found: nothing selected from it has a known type, and nothing is reported for it |
//!
//! # Example
//!
//! In `x := 1 << 3`, `1`, `3` and `1 << 3` are first untyped constants; the definition gives the last one, and with it
//! both operands, the type `int`. The tables then hold `int`, [`Mode::Constant`](operand::Mode) and the value 8 for the
//! whole, and the name `x` has a variable object of type `int`.
//!
//! # Passes
//!
//! 1. `resolve`: collect imports, package-level objects and methods
//! 2. `decl`: type every object, in any order, on demand; function bodies are put off
//! 3. delayed actions: function bodies, and checks that need complete types
//! 4. `initorder`: order of package-level initialisation
//! 5. `monomorph`: generic code that needs instances without end
//!
//! Errors never stop the checker; what cannot be typed has the invalid type, and one mistake is reported once.

pub mod arena;
mod assign;
mod binary;
pub mod builtin;
pub mod call;
pub mod check;
pub mod constant;
pub mod convert;
mod decl;
pub mod dump;
pub mod expr;
pub mod index;
pub mod infer;
pub mod info;
mod initorder;
pub mod instantiate;
pub mod literals;
pub mod lookup;
mod members;
mod monomorph;
pub mod named;
pub mod object;
pub mod operand;
pub mod package;
pub mod predicates;
mod range;
pub mod resolve;
mod returns;
pub mod scope;
pub mod selector;
mod signature;
pub mod sizes;
pub mod stmt;
pub mod subst;
mod switch;
pub mod terms;
pub mod ty;
pub mod typeset;
pub mod typestring;
mod typexpr;
pub mod under;
pub mod unify;
pub mod union;
pub mod universe;
mod validtype;
pub mod version;

use self::check::Checker;
use self::info::Package;
use self::package::Pkg;
use self::version::GoVersion;
use crate::ast::Ast;
use crate::base::diag::Diagnostic;
use crate::base::source::FileId;
use crate::base::symbol::Symbol;

/// One file of a package.
#[derive(Clone, Copy)]
pub struct FileInput<'a> {
    /// The file, for positions.
    pub file: FileId,
    /// Its tree.
    pub ast: &'a Ast,
    /// Its bytes.
    pub src: &'a [u8],
    /// The language version that its `//go:build` line asks for.
    pub version: Option<GoVersion>,
}

/// A package to be checked.
#[derive(Clone, Copy)]
pub struct PackageInput<'a> {
    /// Its import path.
    pub path: Symbol,
    /// Its files.
    pub files: &'a [FileInput<'a>],
}

/// What the run asks for.
#[derive(Clone, Debug)]
pub struct Config {
    /// The package's language version.
    pub version: GoVersion,
    /// The target's sizes.
    pub sizes: sizes::Sizes,
    /// Leave function bodies unchecked: enough for a package that is only imported.
    pub skip_bodies: bool,
}

/// What an import path leads to.
#[derive(Clone, Copy, Debug)]
pub enum Import {
    /// A package that has been checked, or read from facts.
    Package(Pkg),
    /// Nothing was found. What is selected from it is opaque.
    Missing,
}

/// Finds imported packages. `unsafe` and `C` are the checker's own business.
pub trait Importer: Sync {
    /// What `path` leads to when the package under check imports it.
    fn import(&self, path: Symbol) -> Import;
}

/// Checks a package.
///
/// The packages it imports must have been checked before; [`Importer`] gives them. Diagnostics have the rule
/// `type-error`.
pub fn check(
    input: &PackageInput<'_>,
    importer: &dyn Importer,
    config: &Config,
) -> (Package, Vec<Diagnostic>) {
    let mut checker = Checker::new(input, importer, config);
    checker.collect_objects();
    checker.package_objects();
    checker.process_delayed(0);
    if !config.skip_bodies {
        checker.find_init_order();
    }
    checker.monomorph();
    checker.finish()
}
