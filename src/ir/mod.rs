//! Typed Go in the compiler's shape: what inlining and escape analysis work on.
//!
//! # Words
//!
//! | word | meaning |
//! | --- | --- |
//! | [`Package`] | the functions of a package in the compiler's order |
//! | [`Func`] | a function: declared, a literal, or made by the compiler |
//! | [`Body`](body::Body) | its nodes and variables, in an arena of its own |
//! | [`Node`](node::Node) | an expression or statement, named as in cmd/compile/internal/ir |
//! | init list | statements that run before a node: declarations of `x := …`, temporaries of `a, b = f()` |
//! | [`Local`](body::Local) | a variable; one that a closure captures is a local of class `Captured` there |
//! | [`Pos`](body::Pos) | file, gc's offset, and the inlined call that brought the node here |
//! | [`FuncRef`](body::FuncRef) | a function as any package's bodies refer to it |
//!
//! # Example
//!
//! `x := f(1, "a")` with `func f(n int, args ...any) int` becomes
//!
//! ```text
//! Assign { def, x: Name(x), y: Call { fun: Func(f), ddd, args: [Literal 1, CompLit { dots } [Conv { implicit } Literal "a"]] } }
//! ```
//!
//! with `Dcl(x)` in the assignment's init list. Parentheses are gone, constants are folded, implicit conversions,
//! dereferences and addresses are nodes, and dead branches are left out, all as the compiler's noder does it
//! (`noder/writer.go`, `noder/reader.go`, `typecheck`).
//!
//! # Across packages
//!
//! A body refers to functions, package-level variables and types by object, and to closures by [`FuncId`] of the
//! package that owns the body. To inline a call, the callee's body as it was before anything was inlined into it
//! ([`Func::original`]) is copied into the caller's arena; closures in it are copied as new functions of the caller's
//! package. [`Callees`] gives the packages that other packages' functions live in.

pub mod body;
pub mod boxes;
pub mod build;
mod canonical;
pub mod convert;
mod finite;
mod funcref;
pub mod instantiate;
mod needs;
pub mod node;
pub mod outline;
pub mod print;
pub mod quote;
pub mod receiver;
pub mod release;
pub mod scc;
pub mod shape;
pub mod statics;
pub mod typetext;
pub mod visit;
pub mod wrapper;

use std::sync::{Arc, OnceLock};

use rustc_hash::{FxHashMap, FxHashSet};

use self::body::{Body, Class, FuncKey, FuncName, FuncRef, LocalId, Pos};
use self::node::FuncId;
use crate::ast::Pragma;
use crate::base::index::IndexVec;
use crate::base::symbol::Symbol;
use crate::types::object::Obj;
use crate::types::package::Pkg;
use crate::types::ty::Ty;

/// The name of the parameter that generic functions get their dictionary by.
pub const DICTIONARY: &str = ".dict";

/// What a function is.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum FuncKind {
    /// Declared in the source, or an instance of such.
    Declared,
    /// The function that runs the package's variable initialisers.
    PackageInit,
    /// A function literal.
    Literal,
    /// The body of a range-over-func loop.
    RangeBody,
    /// The wrapper of a `go` statement.
    GoWrapper,
    /// The wrapper of a `defer` statement.
    DeferWrapper,
    /// A method or generic wrapper.
    Wrapper,
}

impl FuncKind {
    /// Whether it is a closure: has an [`Node::Closure`](node::Node::Closure) somewhere.
    pub fn is_closure(self) -> bool {
        matches!(
            self,
            FuncKind::Literal | FuncKind::RangeBody | FuncKind::GoWrapper | FuncKind::DeferWrapper
        )
    }

    /// Whether it is the closure that a `go` or `defer` call is wrapped in.
    pub fn is_wrapper(self) -> bool {
        matches!(self, FuncKind::GoWrapper | FuncKind::DeferWrapper)
    }
}

/// That a function can be inlined.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Inline {
    /// The number of nodes, corrected as the compiler does.
    pub cost: u32,
    /// Whether result variables are declared by the only return statement.
    pub delay_results: bool,
}

/// A function.
#[derive(Clone, Debug)]
pub struct Func {
    /// What it is.
    pub kind: FuncKind,
    /// The name in messages, without package: `F`, `(*T).M`, `T.M`, `F.func1`.
    pub name: Symbol,
    /// The package it is of.
    pub pkg: Option<Pkg>,
    /// What it is known as to other bodies; `None` for closures.
    pub sym: Option<FuncRef>,
    /// Where messages about the function point: its name, or the `func` or `for` keyword, not inlined.
    pub pos: Pos,
    /// Its signature; methods have a receiver.
    pub ty: Ty,
    /// Receiver, then parameters.
    pub params: Vec<LocalId>,
    /// Results.
    pub results: Vec<LocalId>,
    /// Variables of the enclosing function that it uses: locals of class captured.
    pub closure_vars: Vec<LocalId>,
    /// For closures, the function whose body has the closure expression.
    pub parent: Option<FuncId>,
    /// Its directives.
    pub pragma: Pragma,
    /// Whether it has a body at all; assembly functions have none.
    pub has_body: bool,
    /// Declared with type parameters, or a literal in such a function: only its instances are code.
    pub generic: bool,
    /// An instance that another package has reported already: nothing is said about it.
    pub silent: bool,
    /// An instance, or a closure of one: no messages about parameters.
    pub dup_ok: bool,
    /// The body, calls in it inlined once [`inline`](crate::inline) has run.
    pub body: Arc<Body>,
    /// The body before anything was inlined into it.
    pub original: Arc<Body>,
    /// Whether and at which cost it can be inlined; `None` if not, or before it was looked at.
    pub inline: Option<Inline>,
    /// How many closures are named after it.
    pub closures: ClosureCounts,
}

/// How many closures of each kind are named after a function.
#[derive(Clone, Copy, Default, Debug)]
pub struct ClosureCounts {
    /// Function literals.
    pub literals: u32,
    /// Bodies of range-over-func loops.
    pub range_bodies: u32,
    /// Wrappers of `go` and `defer` calls.
    pub wrappers: u32,
}

impl ClosureCounts {
    /// Whether there are none.
    pub fn is_empty(self) -> bool {
        self.literals + self.range_bodies + self.wrappers == 0
    }

    /// Counts one more of a kind, and gives its number.
    pub fn next(&mut self, kind: FuncKind) -> u32 {
        let counter = match kind {
            FuncKind::RangeBody => &mut self.range_bodies,
            FuncKind::GoWrapper | FuncKind::DeferWrapper => &mut self.wrappers,
            _ => &mut self.literals,
        };
        *counter += 1;
        *counter
    }
}

impl Func {
    /// What an inlining tree calls it.
    pub fn key(&self, id: FuncId) -> FuncKey {
        self.sym.map_or(FuncKey::Closure(id), FuncKey::Ref)
    }
}

/// The functions of a package.
#[derive(Clone, Debug)]
pub struct Package {
    /// The package.
    pub pkg: Pkg,
    /// In the compiler's order: package initialisation, declarations by file, closures as met, instances as found.
    pub funcs: IndexVec<FuncId, Func>,
    /// Where functions are that bodies refer to.
    pub by_ref: FxHashMap<FuncRef, FuncId>,
    /// The packages that it imports itself.
    pub imports: Vec<Pkg>,
    /// Functions of other packages that were inlined here.
    pub inlined: FxHashSet<FuncRef>,
    /// Those of them that importers can come upon: their bodies are in the package's export data.
    pub exported_bodies: FxHashSet<FuncName>,
    /// Methods of other packages that were inlined here, but not into bodies that importers copy: importers come upon
    /// them if the package's objects mention their types.
    pub inlined_apart: FxHashSet<FuncName>,
    /// Type names of other packages whose methods the package's own types have by embedding: wrappers inline them.
    pub embedded: FxHashSet<Obj>,
    /// The names of the types that the package's objects are made of, once asked for.
    pub mentioned: OnceLock<FxHashSet<Obj>>,
}

impl Package {
    /// The function that `func` refers to, if it is one of this package.
    pub fn find(&self, func: FuncRef) -> Option<FuncId> {
        match func {
            FuncRef::Decl(obj) if obj.pkg != Some(self.pkg) => None,
            _ => self.by_ref.get(&func).copied(),
        }
    }

    /// The variable that `local` of `func` stands for: closures refer to variables of enclosing functions.
    pub fn canonical(&self, mut func: FuncId, mut local: LocalId) -> (FuncId, LocalId) {
        while let Class::Captured(outer) = self.funcs[func].body.locals[local].class {
            match self.funcs[func].parent {
                Some(parent) => func = parent,
                None => break,
            }
            local = outer;
        }
        (func, local)
    }
}

/// Gives other packages' functions: their bodies for inlining and, through `escape`, their parameter tags.
pub trait Callees {
    /// The package that has `func`, and which function it is there; `None` if it is not known.
    fn find(&self, func: FuncRef) -> Option<(&Package, FuncId)>;

    /// A package that was built before; `None` if it is not known.
    fn package(&self, pkg: Pkg) -> Option<&Package>;
}
