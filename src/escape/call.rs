//! Calls: where arguments go, by what is known of the callee, and calls of predeclared functions.
//!
//! | callee | argument goes to | result |
//! | --- | --- | --- |
//! | of this batch | the parameter's location | flows from the result's location |
//! | tagged before, or of another package | heap, mutator, callee and result holes as the tag says | |
//! | known to be one of several (1.27) | all of theirs | all of theirs |
//! | an interface's method, or any function value | heap | |
//! | of a package that is missing | unknown | |
//!
//! Source: `escape/call.go` of the compiler.

use super::build::Walk;
use super::expr::{is_uintptr, is_unsafe_pointer};
use super::graph::{Attrs, Graph, Hole, Why};
use super::leaks::{Layout, Leaks, Sink};
use super::summary::{Summary, Tag};
use crate::ast::Pragma;
use crate::ir::Func;
use crate::ir::body::{ConvKind, FuncRef, LocalId};
use crate::ir::build::keep_alive;
use crate::ir::node::{FuncId, Node, NodeId, Nodes};
use crate::ir::statics::Assigned;
use crate::types::builtin::BuiltinId;
use crate::types::predicates::is_interface;
use crate::types::ty::{BasicKind, Ty, TyKind};

/// A callee that is known.
#[derive(Clone, Copy)]
pub(super) enum Callee<'a> {
    /// Of this batch.
    Member(FuncId),
    /// Of this package, tagged before.
    Tagged(FuncId),
    /// Of another package.
    Imported(&'a Summary),
    /// Of a package that is missing.
    Missing,
}

/// What may be called: mostly one function.
enum Resolved<'a> {
    One(Callee<'a>),
    /// One of several, or, if there are none, any function.
    Any(Vec<Callee<'a>>),
}

impl<'a> Resolved<'a> {
    fn as_slice(&self) -> &[Callee<'a>] {
        match self {
            Resolved::One(callee) => std::slice::from_ref(callee),
            Resolved::Any(callees) => callees,
        }
    }
}

impl<'a> Walk<'_, 'a> {
    /// A call, its init statements done; results go into `ks`, or nowhere if the call is a statement.
    pub fn call(&mut self, ks: Option<&[Hole]>, id: NodeId) {
        match self.body.node(id) {
            Node::Call { fun, args, .. } => self.function_call(ks, fun, args, id),
            Node::InlinedCall { body, results } => {
                self.stmts(body);
                for (i, &result) in self.body.list(results).iter().enumerate() {
                    let k = self.result_hole(ks, i);
                    self.expr(k, result);
                }
            }
            Node::Builtin {
                id: builtin,
                args,
                ddd,
            } => {
                let k = self.result_hole(ks, 0);
                self.builtin_call(k, builtin, args, ddd, id);
            }
            _ => {}
        }
    }

    fn result_hole(&self, ks: Option<&[Hole]>, i: usize) -> Hole {
        ks.and_then(|ks| ks.get(i).copied())
            .unwrap_or_else(|| self.blank())
    }

    fn argument(&mut self, k: Hole, arg: NodeId, call: NodeId) {
        let k = self.note(k, call, Why::CallParameter);
        self.expr(k, arg);
    }

    fn function_call(&mut self, ks: Option<&[Hole]>, fun: NodeId, args: Nodes, id: NodeId) {
        let args = self.body.list(args);
        if let Node::DotInter { x, .. } = self.body.node(fun) {
            let heap = self.heap();
            for &arg in [x].iter().chain(args) {
                self.argument(heap, arg, id);
            }
            return;
        }
        if self.body.node(fun) == Node::Func(FuncRef::Decl(keep_alive())) {
            args.iter().for_each(|&arg| self.expr(self.blank(), arg));
            return;
        }
        let callees = self.resolve(fun);
        let callees = callees.as_slice();
        self.wire_results(ks, callees);
        self.callee_operand(ks, callees.is_empty(), fun, id);
        if let Some(k) = self.non_string_hole(callees, fun, args) {
            for &arg in args {
                self.argument(k, arg, id);
            }
            return;
        }
        let pragma = self.pragma(callees);
        for (i, &arg) in args.iter().enumerate() {
            self.keep_uintptr(arg, pragma);
            let k = match *callees {
                [] => self.heap(),
                [callee] => self.parameter(callee, i, ks),
                _ => {
                    let holes = callees.iter().map(|&c| self.parameter(c, i, ks));
                    let holes: Vec<Hole> = holes.collect();
                    self.tee(&holes)
                }
            };
            self.argument(k, arg, id);
        }
    }

    /// Results of callees in the batch flow on from their locations.
    fn wire_results(&mut self, ks: Option<&[Hole]>, callees: &[Callee<'_>]) {
        let package = self.b.cx.package;
        for callee in callees {
            let (Some(ks), Callee::Member(func)) = (ks, *callee) else {
                continue;
            };
            for (&k, &result) in ks.iter().zip(&package.funcs[func].results) {
                let ty = self.b.body(func).locals[result].ty;
                if k.derefs < 0 || self.b.has_pointers(ty) {
                    let loc = self.b.local(func, result);
                    self.b.graph.flow(k, loc);
                }
            }
        }
    }

    /// The function value goes nowhere, but if the callee is not known and a result is used, the results of a closure
    /// that comes here are lost.
    fn callee_operand(&mut self, ks: Option<&[Hole]>, is_unknown: bool, fun: NodeId, id: NodeId) {
        let used = ks.is_some_and(|ks| ks.iter().any(|k| k.dst != Graph::blank()));
        let k = if is_unknown && used {
            let callee = self.callee();
            self.note(callee, id, Why::CalleeOperand)
        } else {
            self.blank()
        };
        self.called_at_once(fun);
        self.expr(k, fun);
    }

    /// `func() { … }()`: the results of such a literal are known in any release.
    fn called_at_once(&mut self, fun: NodeId) {
        if let Node::Closure(literal) = self.body.node(fun)
            && let Some(member) = self.b.member(literal)
            && !self.b.cx.release.tracks_closure_results
        {
            self.b.graph.frame_mut(member.owner).results_lost = false;
        }
    }

    /// The functions that may be called; none if the callee is not known to the compiler.
    fn resolve(&mut self, fun: NodeId) -> Resolved<'a> {
        let (func, value) = self.b.statics.value(self.b.cx.package, self.func, fun);
        if let Some(callee) = self.resolve_value(func, value) {
            return Resolved::One(callee);
        }
        match self.b.body(func).node(value) {
            Node::Name(local) if self.b.cx.release.assigned_callees => {
                let package = self.b.cx.package;
                let values = self.b.statics.known().function_values(package, func, local);
                Resolved::Any(self.resolve_assigned(values.unwrap_or_default()))
            }
            _ => Resolved::Any(Vec::new()),
        }
    }

    /// The callee that an expression names; `None` if it is none.
    fn resolve_value(&self, func: FuncId, value: NodeId) -> Option<Callee<'a>> {
        match self.b.body(func).node(value) {
            Node::Func(func) => Some(self.resolve_ref(func)),
            Node::MethodExpr { func, .. } if !is_interface_method(func) => {
                Some(self.resolve_ref(func))
            }
            Node::Closure(literal) => Some(self.resolve_own(literal)),
            _ => None,
        }
    }

    /// What is known of a function by reference.
    pub fn resolve_ref(&self, func: FuncRef) -> Callee<'a> {
        if let Some(own) = self.b.cx.package.find(func) {
            return self.resolve_own(own);
        }
        match self.b.cx.callees.summary(func) {
            Some(summary) => Callee::Imported(summary),
            None => Callee::Missing,
        }
    }

    fn resolve_own(&self, func: FuncId) -> Callee<'a> {
        if self.b.member(func).is_some() {
            Callee::Member(func)
        } else if self.b.summaries[func].is_some() {
            Callee::Tagged(func)
        } else {
            Callee::Missing
        }
    }

    /// The callees of a variable, if each value is one; nil values panic when called and are passed over.
    fn resolve_assigned(&self, values: &[Assigned]) -> Vec<Callee<'a>> {
        let mut callees = Vec::new();
        for &(func, value) in values {
            let Some(value) = value.filter(|&v| !self.is_nil(func, v)) else {
                continue;
            };
            let Some(callee) = self.resolve_value(func, value) else {
                return Vec::new();
            };
            if self.pragma(&[callee]) != Pragma::default() {
                return Vec::new();
            }
            callees.push(callee);
        }
        callees
    }

    fn is_nil(&self, func: FuncId, mut id: NodeId) -> bool {
        let body = self.b.body(func);
        while let Node::Conv { x, .. } = body.node(id) {
            if body.conv_kind(id) != ConvKind::Nop {
                return false;
            }
            id = x;
        }
        body.node(id) == Node::Nil
    }

    /// Where parameter `i` of the callee takes its argument, receiver first; results go into `ks`.
    pub fn parameter(&mut self, callee: Callee<'_>, i: usize, ks: Option<&[Hole]>) -> Hole {
        let tag = match callee {
            Callee::Member(func) => {
                let params = &self.b.cx.package.funcs[func].params;
                return match params.get(i) {
                    Some(&param) => Hole::into(self.b.local(func, param)),
                    None => self.heap(),
                };
            }
            Callee::Tagged(func) => self.b.summaries[func]
                .as_ref()
                .map_or(Tag::UNKNOWN, |s| s.tag(i)),
            Callee::Imported(summary) => summary.tag(i),
            Callee::Missing => Tag::UNKNOWN,
        };
        self.tagged(tag, ks)
    }

    fn tagged(&mut self, tag: Tag, ks: Option<&[Hole]>) -> Hole {
        let layout = Layout::of(self.b.cx.release);
        let mut holes = [self.blank(); Leaks::MOST + 1];
        let mut count = 0;
        for (sink, derefs) in tag.leaks.ways(layout) {
            let k = match sink {
                Sink::Heap => self.heap(),
                Sink::Mutator => self.mutator(),
                Sink::Callee => self.callee(),
                Sink::Result(i) => match ks {
                    Some(_) => self.result_hole(ks, i as usize),
                    None => continue,
                },
            };
            holes[count] = k.shift(derefs);
            count += 1;
        }
        if tag.unknown > 0 {
            let unknown = Hole::into(Graph::unknown());
            holes[count] = unknown.shift(i32::from(tag.unknown) - 1);
            count += 1;
        }
        self.tee(&holes[..count])
    }

    /// The directives of the callees that matter to `uintptr` arguments.
    fn pragma(&self, callees: &[Callee<'_>]) -> Pragma {
        let mut all = Pragma::default();
        for callee in callees {
            let own = match *callee {
                Callee::Member(f) | Callee::Tagged(f) => {
                    let func = &self.b.cx.package.funcs[f];
                    effective_pragma(func.pragma, func.has_body)
                }
                Callee::Imported(summary) => summary.pragma,
                Callee::Missing => Pragma::default(),
            };
            for bit in [Pragma::UINTPTR_ESCAPES, Pragma::UINTPTR_KEEPALIVE] {
                if own.has(bit) {
                    all = all.with(bit);
                }
            }
        }
        all
    }

    /// `f(uintptr(unsafe.Pointer(p)))` for a function like a system call: p lives in a temporary until the call is over,
    /// and escapes if the function says so. Variadic arguments are looked at one by one.
    fn keep_uintptr(&mut self, arg: NodeId, pragma: Pragma) {
        if pragma == Pragma::default() {
            return;
        }
        let body = self.body;
        match body.node(arg) {
            Node::CompLit { list, .. } => {
                for &element in body.list(list) {
                    let value = match body.node(element) {
                        Node::Key { value, .. } => value,
                        _ => element,
                    };
                    self.keep_pointer(value, pragma);
                }
            }
            _ => self.keep_pointer(arg, pragma),
        }
    }

    fn keep_pointer(&mut self, conv: NodeId, pragma: Pragma) {
        let Node::Conv { x, .. } = self.body.node(conv) else {
            return;
        };
        if !is_unsafe_pointer(self.body.ty(x)) || !is_uintptr(self.body.ty(conv)) {
            return;
        }
        let temporary = self.helper(Attrs::PERSISTS);
        let stored = self.note(Hole::into(temporary), conv, Why::Assign);
        self.expr(stored, x);
        let k = if pragma.has(Pragma::UINTPTR_ESCAPES) {
            let heap = self.heap();
            self.note(heap, conv, Why::UintptrEscapes)
        } else {
            self.mutator()
        };
        self.b.graph.flow(k, temporary);
        let place = self.place(conv);
        self.b.evaluated.insert(place);
    }

    /// The function that forces its argument to the heap unless all its pointers are those of strings.
    fn non_string_hole(
        &self,
        callees: &[Callee<'_>],
        fun: NodeId,
        args: &[NodeId],
    ) -> Option<Hole> {
        let rule = self.b.cx.release.non_string_escape?;
        let (Node::Func(func @ FuncRef::Inst(..)), [_], Some(&arg)) =
            (self.body.node(fun), callees, args.last())
        else {
            return None;
        };
        let obj = func.obj();
        let is_it = obj.name.as_str() == rule.name
            && obj.pkg.is_some_and(|p| p.path.as_str() == rule.package);
        is_it.then(|| {
            if self.has_other_pointers(self.body.ty(arg)) {
                self.heap()
            } else {
                self.blank()
            }
        })
    }

    fn has_other_pointers(&self, ty: Ty) -> bool {
        if !self.b.has_pointers(ty) {
            return false;
        }
        match ty.under().kind() {
            TyKind::Basic(b) => b.kind != BasicKind::String,
            TyKind::Struct(s) => s.fields.iter().any(|f| self.has_other_pointers(f.ty())),
            TyKind::Array { elem, .. } => self.has_other_pointers(*elem),
            _ => true,
        }
    }

    fn builtin_call(&mut self, k: Hole, builtin: BuiltinId, args: Nodes, ddd: bool, id: NodeId) {
        let list = self.body.list(args);
        match (builtin, list) {
            (BuiltinId::Append, [slice, values @ ..]) => self.append(k, *slice, values, ddd, id),
            (BuiltinId::Copy, [to, from]) => {
                let mutator = self.mutator();
                self.argument(mutator, *to, id);
                let k = self.contents_hole(*from, Why::CopiedSlice, id);
                self.argument(k, *from, id);
            }
            (BuiltinId::Panic, [x]) => {
                let heap = self.heap();
                self.argument(heap, *x, id);
            }
            (BuiltinId::Min | BuiltinId::Max, _) => {
                for &arg in list {
                    self.argument(k, arg, id);
                }
            }
            (BuiltinId::Clear, [x]) => {
                let mutator = self.mutator();
                self.argument(mutator, *x, id);
            }
            (
                BuiltinId::UnsafeStringData
                | BuiltinId::UnsafeSliceData
                | BuiltinId::UnsafeAdd
                | BuiltinId::UnsafeSlice
                | BuiltinId::UnsafeString,
                [x, rest @ ..],
            ) => {
                self.argument(k, *x, id);
                for &n in rest {
                    self.discard(n);
                }
            }
            _ => self.discards(args),
        }
    }

    /// The hole for what a slice refers to when it is copied: the heap, if its elements have pointers.
    fn contents_hole(&mut self, slice: NodeId, why: Why, id: NodeId) -> Hole {
        match self.body.ty(slice).under().kind() {
            TyKind::Slice(elem) if self.b.has_pointers(*elem) => {
                let heap = self.heap();
                self.deref(heap, id, why)
            }
            _ => self.blank(),
        }
    }

    /// The slice goes to the result and is written through, its elements go to the heap since they may be copied there,
    /// and the values go to the heap. The new backing store outlives every loop.
    fn append(&mut self, k: Hole, slice: NodeId, values: &[NodeId], ddd: bool, id: NodeId) {
        let mutator = self.mutator();
        let contents = self.contents_hole(slice, Why::AppendeeSlice, id);
        let uses = self.b.cx.release.tracks_uses;
        let appendee = match (uses, contents.dst == Graph::blank()) {
            (true, true) => self.tee(&[k, mutator]),
            (true, false) => self.tee(&[k, mutator, contents]),
            (false, true) => k,
            (false, false) => self.tee(&[k, contents]),
        };
        self.argument(appendee, slice, id);
        for &value in values {
            let k = if ddd {
                self.contents_hole(value, Why::AppendedSlice, id)
            } else {
                self.heap()
            };
            self.argument(k, value, id);
        }
        if self.b.cx.release.append_store {
            let store = self.spill(k, id);
            self.b.graph[store.dst].loop_depth = 0;
        }
    }
}

/// The directives as callers see them: the `uintptr` arguments of functions without a body stay alive.
pub(super) fn effective_pragma(own: Pragma, has_body: bool) -> Pragma {
    if has_body {
        own
    } else {
        own.with(Pragma::UINTPTR_KEEPALIVE)
    }
}

/// Whether the parameter takes the `...uintptr` arguments of a `//go:uintptrescapes` function: it has no tag.
pub(super) fn is_escaping_uintptrs(f: &Func, param: LocalId) -> bool {
    let ty = f.body.locals[param].ty;
    f.pragma.has(Pragma::UINTPTR_ESCAPES)
        && f.ty.as_signature().is_some_and(|s| s.variadic)
        && f.params.last() == Some(&param)
        && matches!(ty.under().kind(), TyKind::Slice(elem) if is_uintptr(*elem))
}

/// Whether the method is an interface's: which method runs is then not known.
fn is_interface_method(func: FuncRef) -> bool {
    func.obj()
        .ty()
        .as_signature()
        .and_then(|s| s.recv)
        .is_some_and(|recv| is_interface(recv.ty()))
}
