//! Generic code that needs instances without end (Go spec, "Instantiations"; go/types, `mono.go`).
//!
//! The compiler makes a body for each list of type arguments, so it refuses `func f[A any]() { f[[]A]() }`: each instance
//! needs another. What flows where makes a graph:
//!
//! - a vertex is a type parameter, or a type declared inside a generic function, which has that function's parameters
//!   without writing them;
//! - an edge says that what is at its source becomes (weight 0) or becomes part of (weight 1) what is at its target.
//!
//! | code | edges |
//! | --- | --- |
//! | `func f[A, B any]() { f[B, A]() }` | `A ← B` 0, `B ← A` 0 |
//! | `func f[A any]() { f[[]A]() }` | `A ← A` 1 |
//! | `func f[A any]() { type T int; f[T]() }` | `T ← A` 1, `A ← T` 0 |
//!
//! Instances have no end exactly if there is a cycle with an edge of weight 1. Cycles never lead through other packages.

use rustc_hash::FxHashMap;

use super::check::Checker;
use super::object::{Obj, Pos};
use super::scope::ScopeId;
use super::ty::{Ty, TyKind, settle};

struct Vertex {
    /// The type parameter or local type.
    ty: Ty,
    /// Its name.
    obj: Obj,
    /// The largest weight of a path to it so far.
    weight: usize,
    /// The last edge of that path, and how many edges it has.
    last: usize,
    length: usize,
}

struct Edge {
    from: usize,
    to: usize,
    weight: usize,
    /// The type argument.
    arg: Ty,
}

/// What flows into the type parameters of the package under check.
#[derive(Default)]
pub(super) struct Graph {
    vertices: Vec<Vertex>,
    edges: Vec<Edge>,
    /// Vertices by where their name is declared: copies of a type parameter are the same there. `None` for types that
    /// depend on no type parameter.
    by_pos: FxHashMap<Pos, Option<usize>>,
    /// The type parameters of receivers, with those that the type declares in their place.
    receivers: Vec<(Ty, Ty)>,
    canonical: FxHashMap<Pos, Ty>,
    /// The blocks that declare types.
    blocks: FxHashMap<Obj, ScopeId>,
}

impl Graph {
    /// Notes that type parameter `own` of a receiver is `declared` of its type.
    pub(super) fn receiver(&mut self, own: Ty, declared: Ty) {
        if let Some(pos) = own.as_type_param().and_then(|p| p.obj.pos) {
            self.canonical.insert(pos, declared);
            self.receivers.push((own, declared));
        }
    }

    /// Notes that `block`, in a function, declares the type `obj`.
    pub(super) fn local_type(&mut self, obj: Obj, block: Option<ScopeId>) {
        if let Some(block) = block {
            self.blocks.insert(obj, block);
        }
    }

    fn add(&mut self, ty: Ty, obj: Obj) -> usize {
        self.vertices.push(Vertex {
            ty,
            obj,
            weight: 0,
            last: 0,
            length: 0,
        });
        self.vertices.len() - 1
    }

    fn type_param(&mut self, param: Ty) -> Option<usize> {
        let pos = param.as_type_param()?.obj.pos?;
        let param = self.canonical.get(&pos).copied().unwrap_or(param);
        let obj = param.as_type_param()?.obj;
        let pos = obj.pos?;
        if let Some(&known) = self.by_pos.get(&pos) {
            return known;
        }
        let new = self.add(param, obj);
        self.by_pos.insert(pos, Some(new));
        Some(new)
    }

    /// Follows the heaviest paths; gives a vertex behind a cycle that makes them ever heavier.
    fn find_cycle(&mut self) -> Option<usize> {
        let mut again = true;
        while again {
            again = false;
            for (i, edge) in self.edges.iter().enumerate() {
                let from = &self.vertices[edge.from];
                let (weight, length) = (from.weight + edge.weight, from.length + 1);
                if weight <= self.vertices[edge.to].weight {
                    continue;
                }
                let to = &mut self.vertices[edge.to];
                (to.weight, to.length, to.last) = (weight, length, i);
                if length == self.vertices.len() {
                    return Some(edge.to);
                }
                again = true;
            }
        }
        None
    }

    /// The vertices of the cycle that the path to `end` comes from, against the flow.
    fn cycle_before(&self, end: usize) -> Vec<usize> {
        let mut path = Vec::new();
        let mut at = end;
        loop {
            if let Some(first) = path.iter().position(|&v| v == at) {
                return path.split_off(first);
            }
            path.push(at);
            at = self.edges[self.vertices[at].last].from;
        }
    }

    /// Lets all parameters on cycles know that instances of what they belong to have no end.
    fn mark(&self) {
        for edge in self.edges.iter().filter(|e| e.weight > 0) {
            if is_endless(self.vertices[edge.to].ty) {
                continue;
            }
            let after = self.reachable(edge.to, |e| (e.from, e.to));
            if !after[edge.from] {
                continue;
            }
            let before = self.reachable(edge.from, |e| (e.to, e.from));
            for (i, vertex) in self.vertices.iter().enumerate() {
                if after[i] && before[i] {
                    set_endless(vertex.ty);
                }
            }
        }
        for &(own, declared) in &self.receivers {
            if is_endless(declared) {
                set_endless(own);
            }
        }
    }

    /// By vertex, whether edges lead there from `start`; `ends` are the two ends of an edge.
    fn reachable(&self, start: usize, ends: impl Fn(&Edge) -> (usize, usize)) -> Vec<bool> {
        let mut next = vec![Vec::new(); self.vertices.len()];
        for edge in &self.edges {
            let (from, to) = ends(edge);
            next[from].push(to);
        }
        let mut seen = vec![false; self.vertices.len()];
        let mut todo = vec![start];
        while let Some(at) = todo.pop() {
            if !std::mem::replace(&mut seen[at], true) {
                todo.extend(&next[at]);
            }
        }
        seen
    }
}

/// Whether instances of what declares the type parameter `ty` have no end.
fn is_endless(ty: Ty) -> bool {
    ty.as_type_param()
        .is_some_and(|p| p.endless.get().is_some())
}

fn set_endless(ty: Ty) {
    if let Some(param) = ty.as_type_param() {
        settle(&param.endless, ());
    }
}

impl Checker<'_> {
    /// Notes that something with type parameters `tparams` is instantiated with `targs`.
    pub(super) fn note_instance(&mut self, tparams: &[Ty], targs: &[Ty]) {
        for (&param, &arg) in tparams.iter().zip(targs) {
            let own = |p: &super::ty::TypeParam| p.obj.pkg == Some(self.pkg);
            if param.as_type_param().is_some_and(own)
                && let Some(to) = self.mono.type_param(param)
            {
                self.flow(to, arg, arg);
            }
        }
    }

    /// Notes what of `ty`, a part of the type argument `arg`, flows to the vertex `to`.
    fn flow(&mut self, to: usize, ty: Ty, arg: Ty) {
        let ty = ty.unalias();
        match ty.kind() {
            TyKind::Basic(_) | TyKind::Union(_) => {}
            TyKind::TypeParam(_) => {
                let from = self.mono.type_param(ty);
                self.add_flow(from, to, ty, arg);
            }
            TyKind::Named(n) => {
                let from = self.local_type_vertex(n.origin(ty));
                self.add_flow(from, to, ty, arg);
                n.targs().iter().for_each(|&t| self.flow(to, t, arg));
            }
            TyKind::Array { elem, .. } | TyKind::Chan { elem, .. } => self.flow(to, *elem, arg),
            TyKind::Pointer(elem) | TyKind::Slice(elem) => self.flow(to, *elem, arg),
            TyKind::Map { key, elem } => {
                self.flow(to, *key, arg);
                self.flow(to, *elem, arg);
            }
            TyKind::Struct(s) => s.fields.iter().for_each(|f| self.flow(to, f.ty(), arg)),
            TyKind::Tuple(vars) => vars.iter().for_each(|v| self.flow(to, v.ty(), arg)),
            TyKind::Signature(s) => {
                self.flow(to, s.params, arg);
                self.flow(to, s.results, arg);
            }
            TyKind::Interface(i) => {
                i.methods.iter().for_each(|m| self.flow(to, m.ty(), arg));
                i.embeddeds.iter().for_each(|&e| self.flow(to, e, arg));
            }
            TyKind::Alias(_) => {}
        }
    }

    fn add_flow(&mut self, from: Option<usize>, to: usize, ty: Ty, arg: Ty) {
        if let Some(from) = from {
            let weight = usize::from(ty != arg.unalias());
            let edge = Edge {
                from,
                to,
                weight,
                arg,
            };
            self.mono.edges.push(edge);
        }
    }

    /// The vertex of a defined type; `None` unless it is declared inside a generic function.
    fn local_type_vertex(&mut self, ty: Ty) -> Option<usize> {
        let obj = ty.as_named()?.obj;
        let mut scope = self.mono.blocks.get(&obj).copied();
        scope?;
        let pos = obj.pos?;
        if let Some(&known) = self.mono.by_pos.get(&pos) {
            return known;
        }
        let mut params = Vec::new();
        while let Some(block) = scope {
            let names = self.scopes.names(block).into_iter().map(|(_, o)| o);
            params.extend(names.filter(|o| o.is_type_name() && o.pos < obj.pos));
            scope = self.scopes.parent(block);
        }
        let mut vertex = None;
        for param in params.into_iter().filter_map(Obj::known_ty) {
            if let Some(from) = self.mono.type_param(param) {
                let to = *vertex.get_or_insert_with(|| self.mono.add(ty, obj));
                self.add_flow(Some(from), to, ty, param);
            }
        }
        self.mono.by_pos.insert(pos, vertex);
        vertex
    }

    /// Reports generic code that needs instances without end, unless something else is wrong with the package.
    pub(super) fn monomorph(&mut self) {
        let Some(end) = self.mono.find_cycle() else {
            return;
        };
        self.mono.mark();
        if !self.diagnostics.is_empty() {
            return;
        }
        let cycle = self.mono.cycle_before(end);
        let steps: Vec<String> = cycle.iter().map(|&v| self.mono.step(v)).collect();
        let message = format!("instantiation cycle: {}", steps.join(", "));
        if let Some(&first) = cycle.first() {
            self.error_at_object(self.mono.vertices[first].obj, message);
        }
    }
}

impl Graph {
    /// The last edge of the path to a vertex in words.
    fn step(&self, vertex: usize) -> String {
        let vertex = &self.vertices[vertex];
        let arg = self.edges[vertex.last].arg;
        let how = match vertex.ty.as_type_param() {
            Some(_) => "instantiated as",
            None => "implicitly parameterized by",
        };
        format!("{} {how} {arg}", vertex.obj.name)
    }
}
