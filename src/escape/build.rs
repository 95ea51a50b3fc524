//! Building the graph of one batch: locations for variables, holes, flows, and what solving needs to know of functions.
//!
//! [`Builder`] holds what the functions of a batch share; [`Walk`] is the walk through one function, with its loop depth
//! and labels. The walk itself is spread by construct over `stmt`, `assign`, `expr`, `call` and `closure`.
//!
//! Source: `escape/escape.go` and `escape/graph.go` of the compiler.

use rustc_hash::{FxHashMap, FxHashSet};

use super::graph::{Attrs, Graph, Hole, Loc, Owner, Place, Role, Why};
use super::stmt::Met;
use super::summary::{Callees, Summary};
use crate::base::index::{Idx, IndexVec};
use crate::base::symbol::Symbol;
use crate::ir::body::{Body, Class, LocalId};
use crate::ir::node::{FuncId, NodeId};
use crate::ir::release::Release;
use crate::ir::scc;
use crate::ir::statics::OnDemand;
use crate::ir::{FuncKind, Package};
use crate::types::sizes::Sizes;
use crate::types::ty::Ty;

/// Expressions and blocks nested deeper are not followed: all in them goes to the unknown.
const MAX_NESTING: u32 = 1200;

/// What a package is analysed with.
#[derive(Clone, Copy)]
pub struct Context<'a> {
    /// The package, calls inlined.
    pub package: &'a Package,
    /// The tags of other packages' functions.
    pub callees: &'a dyn Callees,
    /// What the chosen compiler does.
    pub release: &'static Release,
    /// The target.
    pub sizes: Sizes,
    /// Whether the ways that values take to the heap are wanted, and not only what is on it.
    pub ways: bool,
}

/// What a location stands for.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Subject {
    /// A helper in between.
    Anonymous,
    /// A variable.
    Variable(FuncId, LocalId),
    /// The storage that an expression allocates.
    Storage(Place),
}

/// A function of the batch.
#[derive(Clone, Copy)]
pub(super) struct Member {
    pub owner: Owner,
    /// Where its variables' locations start in [`Builder::locals`].
    locals: usize,
}

/// What the functions of a batch share.
pub(super) struct Builder<'a> {
    pub cx: Context<'a>,
    pub graph: Graph,
    /// What the locations stand for.
    pub subjects: IndexVec<Loc, Subject>,
    /// The functions of the batch, among all.
    members: IndexVec<FuncId, Option<Member>>,
    /// Which these are.
    batch: Vec<FuncId>,
    /// The locations of their variables; none for those captured.
    locals: Vec<Option<Loc>>,
    /// Function literals met, with the holes of their records.
    pub closures: Vec<(Hole, FuncId)>,
    /// `uintptr` arguments whose operands were evaluated before the call.
    pub evaluated: FxHashSet<Place>,
    /// Assignments that were left out as assignments of a thing to itself, in the order met.
    pub self_assignments: Vec<Place>,
    /// Summaries of the functions of earlier batches.
    pub summaries: IndexVec<FuncId, Option<Summary>>,
    pub statics: OnDemand,
    /// Whether the data of the package has no addresses in it.
    pub is_fips: bool,
    /// What needs a look ahead in the function at hand.
    pub met: Met,
}

impl<'a> Builder<'a> {
    pub fn new(cx: Context<'a>) -> Builder<'a> {
        Builder {
            cx,
            graph: Graph::new(cx.ways),
            subjects: IndexVec::from_elem(Subject::Anonymous, Graph::PSEUDO),
            members: IndexVec::from_elem(None, cx.package.funcs.len()),
            batch: Vec::new(),
            locals: Vec::new(),
            closures: Vec::new(),
            evaluated: FxHashSet::default(),
            self_assignments: Vec::new(),
            summaries: IndexVec::from_elem(None, cx.package.funcs.len()),
            statics: OnDemand::new(cx.package.funcs.len(), cx.release),
            is_fips: cx.release.is_fips(cx.package.pkg.path),
            met: Met::default(),
        }
    }

    /// Makes room for the next batch.
    pub fn clear(&mut self) {
        self.graph.clear();
        self.subjects.truncate(Graph::PSEUDO);
        for func in self.batch.drain(..) {
            self.members[func] = None;
        }
        self.locals.clear();
        self.closures.clear();
        self.evaluated.clear();
        self.self_assignments.clear();
    }

    /// Whether the function is a literal that belongs to the function around it: it is walked where it stands.
    pub fn is_joined(&self, func: FuncId) -> bool {
        scc::is_joined(self.cx.package, self.cx.release, func)
    }

    /// A function's body.
    pub fn body(&self, func: FuncId) -> &'a Body {
        &self.cx.package.funcs[func].body
    }

    /// Adds the functions of a batch, with a location for each of their variables.
    pub fn add_members(&mut self, funcs: &[FuncId]) {
        self.batch.extend_from_slice(funcs);
        let mut locals = 0;
        for &func in funcs {
            let owner = self.graph.new_frame(None);
            self.members[func] = Some(Member { owner, locals });
            locals += self.body(func).locals.len();
        }
        for &func in funcs {
            if let Some(member) = self.members[func] {
                self.link_to_parent(func, member.owner);
                self.add_locals(func, member.owner);
            }
        }
    }

    /// Whether there are several functions in the batch.
    pub fn is_of_several(&self) -> bool {
        self.batch.len() > 1
    }

    /// What is known of a function of the batch; `None` for others.
    pub fn member(&self, func: FuncId) -> Option<Member> {
        self.members[func]
    }

    /// A literal's results are known while all its calls are, if the release keeps track of them; those of a literal
    /// that is called where it stands are known in any release, which its call says.
    fn link_to_parent(&mut self, func: FuncId, owner: Owner) {
        let mut parent = self.cx.package.funcs[func].parent;
        while let Some(p) = parent.filter(|&p| self.member(p).is_none()) {
            parent = self.cx.package.funcs[p].parent;
        }
        let parent = parent.and_then(|p| Some(self.member(p)?.owner));
        let frame = self.graph.frame_mut(owner);
        frame.parent = parent;
        frame.results_lost = !self.cx.release.tracks_closure_results;
    }

    fn add_locals(&mut self, func: FuncId, owner: Owner) {
        for (id, local) in self.body(func).locals.iter_enumerated() {
            let loc = (!matches!(local.class, Class::Captured(_))).then(|| {
                let role = self.role(func, id, local.class);
                let loc = self.new_loc(Subject::Variable(func, id), owner, 1, role);
                self.graph[loc].attrs = Attrs::PERSISTS;
                loc
            });
            self.locals.push(loc);
        }
    }

    fn role(&self, func: FuncId, id: LocalId, class: Class) -> Role {
        let results = &self.cx.package.funcs[func].results;
        match class {
            Class::Param => Role::Param,
            Class::Result => results
                .iter()
                .position(|&r| r == id)
                .map_or(Role::Plain, |i| Role::Result(i as u32)),
            Class::Auto | Class::Captured(_) => Role::Plain,
        }
    }

    pub fn new_loc(&mut self, subject: Subject, owner: Owner, depth: u32, role: Role) -> Loc {
        self.subjects.push(subject);
        self.graph.new_location(owner, depth, role)
    }

    /// The location of a variable, looked up where it is declared; the unknown if that function is in no batch here.
    pub fn local(&self, func: FuncId, local: LocalId) -> Loc {
        let (func, local) = self.cx.package.canonical(func, local);
        self.member(func)
            .and_then(|m| self.locals.get(m.locals + local.index()).copied().flatten())
            .unwrap_or_else(Graph::unknown)
    }

    /// Whether values of the type can lead to storage; those of types that are not known may.
    pub fn has_pointers(&self, ty: Ty) -> bool {
        match ty.vars() {
            [] => ty.is_invalid() || self.cx.sizes.has_pointers(ty),
            vars => vars.iter().any(|v| self.has_pointers(v.ty())),
        }
    }
}

/// The walk through one function.
pub(super) struct Walk<'b, 'a> {
    pub b: &'b mut Builder<'a>,
    pub func: FuncId,
    pub owner: Owner,
    /// Where its variables' locations start in [`Builder::locals`].
    locals: usize,
    pub body: &'a Body,
    /// Whether the function sets package-level variables before the program starts.
    pub is_init: bool,
    /// Whether it is to be found out which variables are assigned again: where there is no literal, none is captured, and
    /// only for those is it asked.
    pub tracks_assignments: bool,
    /// How many loops the walk is in, from 1.
    pub depth: u32,
    /// Labels not met yet, and whether a later `goto` jumps back to them.
    pub labels: FxHashMap<Symbol, bool>,
    /// Variables that their loops declare anew on each iteration.
    pub fresh: FxHashSet<LocalId>,
    pub nesting: u32,
}

impl<'b, 'a> Walk<'b, 'a> {
    /// The walk through a function of the batch.
    pub fn new(b: &'b mut Builder<'a>, func: FuncId, member: Member, nesting: u32) -> Walk<'b, 'a> {
        let body = b.body(func);
        let is_init = b.cx.package.funcs[func].kind == FuncKind::PackageInit;
        Walk {
            b,
            func,
            owner: member.owner,
            locals: member.locals,
            body,
            is_init,
            tracks_assignments: true,
            depth: 1,
            labels: FxHashMap::default(),
            fresh: FxHashSet::default(),
            nesting,
        }
    }

    /// The location of a variable of the function. Those that it captures have theirs in a function around it.
    pub fn local(&self, local: LocalId) -> Loc {
        let own = self.b.locals[self.locals + local.index()];
        own.unwrap_or_else(|| self.b.local(self.func, local))
    }

    /// The node as a place.
    pub fn place(&self, node: NodeId) -> Place {
        Place {
            func: self.func,
            node,
        }
    }

    /// `k`, with a step added.
    pub fn note(&mut self, k: Hole, at: NodeId, why: Why) -> Hole {
        let at = self.place(at);
        self.b.graph.noted(k, at, why)
    }

    /// `k` after one load.
    pub fn deref(&mut self, k: Hole, at: NodeId, why: Why) -> Hole {
        self.note(k.shift(1), at, why)
    }

    /// `k` for the address.
    pub fn addr_of(&mut self, k: Hole, at: NodeId, why: Why) -> Hole {
        self.note(k.shift(-1), at, why)
    }

    /// `k` for what an interface holds, asserted to `ty`: one load more if it is boxed.
    pub fn unboxed(&mut self, k: Hole, ty: Ty, at: NodeId, why: Why) -> Hole {
        let boxed = !ty.is_invalid() && self.boxes(ty);
        self.note(if boxed { k.shift(1) } else { k }, at, why)
    }

    /// Whether an interface keeps values of `ty` in a box.
    pub fn boxes(&self, ty: Ty) -> bool {
        let cx = &self.b.cx;
        !crate::types::predicates::is_interface(ty)
            && !cx.sizes.is_pointer_shaped(ty, cx.release.direct)
    }

    /// The hole of the heap.
    #[allow(clippy::unused_self)] // reads like its neighbours, which need the release
    pub fn heap(&self) -> Hole {
        Hole::into(Graph::heap())
    }

    /// The hole of memory that is written through; nothing in releases that do not ask.
    pub fn mutator(&self) -> Hole {
        self.use_hole(Graph::mutator())
    }

    /// The hole of functions that are called, likewise.
    pub fn callee(&self) -> Hole {
        self.use_hole(Graph::callee())
    }

    fn use_hole(&self, of: Loc) -> Hole {
        Hole::into(if self.b.cx.release.tracks_uses {
            of
        } else {
            Graph::blank()
        })
    }

    /// The hole that drops everything.
    #[allow(clippy::unused_self)] // reads like its neighbours, which need the release
    pub fn blank(&self) -> Hole {
        Hole::into(Graph::blank())
    }

    /// A location without a name at the current loop depth.
    pub fn helper(&mut self, attrs: Attrs) -> Loc {
        let (owner, depth) = (self.owner, self.depth);
        let loc = self
            .b
            .new_loc(Subject::Anonymous, owner, depth, Role::Plain);
        self.b.graph[loc].attrs = attrs;
        loc
    }

    /// One hole that flows on into all of `ks`.
    pub fn tee(&mut self, ks: &[Hole]) -> Hole {
        match ks {
            [] => self.blank(),
            [k] => *k,
            _ => {
                let loc = self.helper(Attrs::NONE);
                for &k in ks {
                    self.b.graph.flow(k, loc);
                }
                Hole::into(loc)
            }
        }
    }

    /// The storage of an allocating expression: its address flows to `k`, and what it holds comes through the hole that
    /// is returned.
    pub fn spill(&mut self, k: Hole, id: NodeId) -> Hole {
        self.spill_as(k, id, Role::Plain)
    }

    /// [`spill`](Walk::spill) with a role.
    pub fn spill_as(&mut self, k: Hole, id: NodeId, role: Role) -> Hole {
        let subject = Subject::Storage(self.place(id));
        let (owner, depth) = (self.owner, self.depth);
        let loc = self.b.new_loc(subject, owner, depth, role);
        let k = self.addr_of(k, id, Why::Spill);
        self.b.graph.flow(k, loc);
        Hole::into(loc)
    }

    /// Whether the walk may go a level deeper.
    pub fn may_nest(&self) -> bool {
        self.nesting < MAX_NESTING
    }

    /// Runs `f` one level deeper; at the limit, what `id` mentions goes to the unknown instead.
    pub fn nested(&mut self, id: NodeId, f: impl FnOnce(&mut Self)) {
        if !self.may_nest() {
            self.give_up(id);
            return;
        }
        self.nesting += 1;
        f(self);
        self.nesting -= 1;
    }
}
