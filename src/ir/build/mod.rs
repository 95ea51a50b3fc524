//! Checked syntax to [`ir`](super): what the compiler's noder and type checker of nodes do.
//!
//! The tree is walked once, in source order. What the compiler adds is added here: implicit conversions at the position
//! of their operand, temporaries for calls with several results, packed variadic arguments, wrappers of `go` and
//! `defer` calls, the function that initialises package variables. What it drops is not built: dead branches, code
//! behind returns, parentheses, constant expressions.
//!
//! Sources read: cmd/compile/internal/noder (writer.go, reader.go), typecheck.

mod call;
mod control;
mod data;
mod dictionary;
mod expr;
mod frame;
mod func;
mod init;
mod literal;
mod rangefunc;
mod rangeleave;
mod runtime;
mod select;
mod stmt;
mod switch;
mod wrap;
mod written;

pub use self::func::closure_suffix;
pub use self::runtime::{keep_alive, runtime_functions};

use std::sync::{Arc, OnceLock};

use rustc_hash::{FxHashMap, FxHashSet};

use self::frame::Frame;
use super::body::{Body, FuncRef, LocalId, Pos};
use super::node::FuncId;
use super::release::Release;
use super::typetext::number_local_types;
use super::{Func, Package};
use crate::ast::{Ast, ExprId};
use crate::base::index::IndexVec;
use crate::base::source::FileId;
use crate::types::info::{FileInfo, Package as Checked};
use crate::types::object::Obj;
use crate::types::ty::Ty;
use crate::types::version::GoVersion;

/// A file of the package: its tree, bytes and language version.
#[derive(Clone, Copy)]
pub struct Source<'a> {
    /// Its tree.
    pub ast: &'a Ast,
    /// Its bytes.
    pub text: &'a [u8],
    /// Its language version.
    pub version: GoVersion,
}

/// The first language version with variables of their own for each iteration.
const LOOP_VARIABLES: GoVersion = GoVersion(22);

/// Builds the functions of a checked package. `sources` are its files, in the order they were checked in.
pub fn build(checked: &Checked, sources: &[Source<'_>], release: &'static Release) -> Package {
    let mut builder = Builder {
        checked,
        sources,
        release,
        funcs: IndexVec::new(),
        by_ref: FxHashMap::default(),
        frames: Vec::new(),
        spare: Vec::new(),
        nothing: Arc::default(),
        method_types: FxHashMap::default(),
        replaced: FxHashMap::default(),
        package_closures: 0,
        init_functions: 0,
        depth: 0,
    };
    number_local_types(&local_types(checked));
    builder.package();
    Package {
        pkg: checked.pkg,
        funcs: builder.funcs,
        by_ref: builder.by_ref,
        imports: checked.imports.clone(),
        inlined: FxHashSet::default(),
        exported_bodies: FxHashSet::default(),
        inlined_apart: FxHashSet::default(),
        embedded: FxHashSet::default(),
        mentioned: OnceLock::new(),
    }
}

/// The names of the types that functions declare, in source order.
fn local_types(checked: &Checked) -> Vec<Obj> {
    let mut all = Vec::new();
    for file in &checked.files {
        let is_local = |obj: &Obj| {
            let named = obj.ty().as_named().is_some_and(|n| n.obj == *obj);
            named && obj.pkg == Some(checked.pkg) && checked.pkg.lookup(obj.name) != Some(*obj)
        };
        let names = file.type_names.iter().copied();
        let mut found: Vec<Obj> = names.filter(is_local).collect();
        found.sort_by_key(|obj| obj.pos.map(|p| p.offset));
        found.dedup();
        all.extend(found);
    }
    all
}

/// How deep nested code is followed; what lies deeper is [`Node::Unknown`](super::node::Node::Unknown).
const MAX_DEPTH: u32 = 1_000;

pub(super) struct Builder<'a> {
    checked: &'a Checked,
    sources: &'a [Source<'a>],
    release: &'static Release,
    funcs: IndexVec<FuncId, Func>,
    by_ref: FxHashMap<FuncRef, FuncId>,
    /// Functions under construction, outermost first.
    frames: Vec<Frame<'a>>,
    /// Empty bodies and tables with room: functions are built in them.
    spare: Vec<(Body, FxHashMap<Obj, LocalId>)>,
    /// The body of functions that have none yet.
    nothing: Arc<Body>,
    /// Types of methods as functions, by method and receiver.
    method_types: FxHashMap<(Obj, Ty), Ty>,
    /// Conditions of which only a part is left to evaluate, by file and expression.
    replaced: FxHashMap<(usize, ExprId), ExprId>,
    package_closures: u32,
    /// Functions named `init` so far: the compiler numbers them.
    init_functions: u32,
    depth: u32,
}

impl<'a> Builder<'a> {
    fn ast(&self) -> &'a Ast {
        self.frame().place.ast
    }

    fn info(&self) -> &'a FileInfo {
        self.frame().place.info
    }

    fn file_id(&self) -> FileId {
        self.info().file
    }

    fn at(&self, offset: u32) -> Pos {
        Pos::new(self.file_id(), offset)
    }

    fn pos(&self, e: ExprId) -> Pos {
        self.at(self.ast().expr_pos(e))
    }

    /// The type of an expression; invalid if it has none.
    fn type_of(&self, e: ExprId) -> Ty {
        self.info().type_of(e).unwrap_or(Ty::INVALID)
    }

    fn has_loop_variables(&self) -> bool {
        self.sources[self.frame().place.file].version >= LOOP_VARIABLES
    }
}
