//! Who calls whom in one package, from checked syntax.
//!
//! # Words
//!
//! | word | meaning |
//! | --- | --- |
//! | [`Key`] | a function, a literal, a variable that holds functions, a method of an interface: a node of the graph |
//! | [`Edge`] | that one node's running makes another one run: a call, or a value that a variable holds |
//! | callback | a function that is given to code that is not seen, which calls it |
//!
//! A call of a variable is an edge to the variable, and what is stored in the variable is an edge from it: so calls reach
//! the functions that the variable may hold, whatever the order of statements. Containers and their elements are one
//! variable, a field is one variable for all values of its type. A call of an interface's method is an edge to that
//! method; what implements it is found once all packages are known ([`spread`](super::spread)).
//!
//! Worked example: in
//!
//! ```go
//! type Walker struct{ visit func(int) }
//!
//! func (w *Walker) walk(list []int) {
//!     for _, n := range list {
//!         w.visit(n)                            // walk → field visit, depth 1
//!     }
//! }
//!
//! func Sum(list []int) (sum int) {
//!     w := Walker{func(n int) { sum += n }}     // field visit → literal
//!     w.walk(list)                              // Sum → walk, depth 0
//!     return sum
//! }
//! ```
//!
//! the literal runs as often as `walk`, and a loop deeper.
//!
//! Calls on cold places are no edges. Literals that are called where they stand belong to the function around them.

use rustc_hash::FxHashMap;

use super::fields::Fields;
use super::handlers::Handlers;
use super::pools::Pools;
use super::values::Holds;
use super::{FileHeat, Place};
use crate::ast::{Ast, Decl, Expr, ExprId, List, Stmt};
use crate::base::glob::Patterns;
use crate::base::source::FileId;
use crate::base::symbol::Symbol;
use crate::types::info::{self, FileInfo, SelectionKind};
use crate::types::object::Obj;
use crate::types::operand::Mode;
use crate::types::ty::Ty;

/// A node of the graph.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Key {
    /// A function by its name, a literal by its `func`, a variable by its name.
    At(FileId, u32),
    /// An object of a package whose source is not looked at.
    Object(Obj),
    /// The results of the function at that place.
    Results(FileId, u32),
    /// The measured loops of the benchmark at that place.
    Benchmark(FileId, u32),
    /// Whatever pool is meant: what a test file puts back is known by name alone.
    AnyPool,
    /// All methods of that name.
    Named(Symbol),
}

impl Key {
    /// The node of an object.
    pub fn of(obj: Obj) -> Key {
        let obj = obj.origin();
        obj.pos
            .map_or(Key::Object(obj), |p| Key::At(p.file, p.offset))
    }
}

/// That one node's running makes another one run.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Edge {
    /// The caller, or the variable.
    pub from: Key,
    /// The callee, or what the variable holds.
    pub to: Key,
    /// Where.
    pub at: (FileId, u32),
    /// How many loops of the caller the call lies in.
    pub depth: u32,
    /// How often the branches around it halve the number of its runs.
    pub halvings: u32,
    /// How many statements of the caller before it may return though nothing failed.
    pub guards: u32,
    /// Whether the call lies in a function that is marked as hot.
    pub marked_hot: bool,
    /// The named function that the call stands in.
    pub by: Symbol,
    /// What makes it.
    pub kind: EdgeKind,
}

/// What makes an edge.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum EdgeKind {
    /// A call of a known function.
    Static,
    /// A call of a variable or of an interface's method.
    Dynamic,
    /// A value that is stored.
    Value,
    /// A value that is handed to a function, by its key; it counts if nobody sees what that function does.
    Callback(Key),
    /// A call before a measured loop, of what makes the functions that the loop calls.
    Prepared,
    /// A call that may happen, which nothing but [`pools`](super::pools) counts on.
    Possible,
    /// A pool that is asked for a value.
    Take,
    /// A pool that is given a value back.
    Put,
    /// A struct that is made.
    Make,
    /// A slice in a field that grows.
    Grow,
}

/// How often code that is not seen calls the functions it is given.
#[derive(Clone, Copy, Debug)]
pub struct Callbacks<'c> {
    /// Functions that call them again and again: `sort.Slice`.
    pub hot: &'c Patterns,
    /// Functions that call them once: `(*sync.Once).Do`.
    pub cold: &'c Patterns,
}

/// A file of the package.
#[derive(Clone, Copy)]
pub struct File<'a> {
    /// Its tree.
    pub ast: &'a Ast,
    /// What checking found out.
    pub info: &'a FileInfo,
    /// Its regions.
    pub heat: &'a FileHeat,
    /// Whether it is a test file: tests loop over cases, which says nothing of how often what they test runs.
    pub is_test: bool,
}

/// What a package adds to the graph.
#[derive(Clone, Debug, Default)]
pub struct PackageCalls {
    /// Its import path.
    pub path: Option<Symbol>,
    /// Its edges, in the order of files and places.
    pub edges: Vec<Edge>,
    /// Its functions by name, methods too, in order: what benchmarks mean by it.
    pub functions: Vec<(Symbol, bool, Key)>,
    /// Functions that handle requests.
    pub handlers: Vec<Key>,
    /// Methods of interfaces that are called.
    pub dynamic: Vec<Obj>,
    /// Types that interfaces may hold.
    pub converted: Vec<Ty>,
    /// The import path of the package that benchmarks are about, where these are the calls of such.
    pub benchmarks_of: Option<Symbol>,
    /// What it does with pools.
    pub pools: Pools,
    /// What it does with slices in fields.
    pub fields: Fields,
}

impl PackageCalls {
    /// Reads the calls of a checked package. `converted` are the types that it stores in interfaces.
    pub fn of<'a>(
        package: &'a info::Package,
        files: &[File<'a>],
        converted: Vec<Ty>,
        callbacks: Callbacks<'_>,
        handlers: Handlers<'_>,
    ) -> PackageCalls {
        let mut calls = PackageCalls {
            path: Some(package.pkg.path),
            converted,
            ..PackageCalls::default()
        };
        for decl in &package.funcs {
            let recv = decl.obj.ty().as_signature().and_then(|s| s.recv);
            let entry = (decl.obj.name, recv.is_some(), Key::of(decl.obj));
            calls.functions.push(entry);
            if handlers.is_handler(decl.obj) {
                calls.handlers.push(Key::of(decl.obj));
            }
        }
        for file in files.iter().filter(|file| !file.is_test) {
            let mut reader = Reader {
                file,
                callbacks,
                handlers,
                holds: FxHashMap::default(),
                calls: &mut calls,
            };
            reader.read();
        }
        calls
    }
}

pub(super) struct Reader<'r, 'a> {
    pub(super) file: &'r File<'a>,
    callbacks: Callbacks<'r>,
    handlers: Handlers<'r>,
    /// What values of a type may be, as far as it was asked.
    pub(super) holds: FxHashMap<Ty, Holds>,
    pub(super) calls: &'r mut PackageCalls,
}

/// What is called.
pub(super) enum Callee {
    /// A declared function or method, and the objects of its parameters.
    Known(Obj),
    /// A method of an interface.
    Method(Obj),
    /// What a variable holds.
    Held(Key),
    /// A literal where it stands, a conversion, something predeclared, or unknown.
    Other,
}

impl Reader<'_, '_> {
    fn read(&mut self) {
        let ast = self.file.ast;
        for id in ast.expr_ids() {
            match ast.expr(id) {
                Expr::Call { fun, args, .. } => {
                    self.call(id, fun, args);
                    self.struct_new(id, fun, args);
                }
                Expr::CompositeLit { elems, .. } => {
                    self.literal(id, elems);
                    self.struct_made(id, elems);
                }
                Expr::FuncLit { .. } => self.func_literal(id),
                Expr::Unary { .. } | Expr::Selector { .. } => self.address_taken(id),
                _ => {}
            }
        }
        for id in ast.stmt_ids() {
            match ast.stmt(id) {
                Stmt::Assign { lhs, rhs, .. } => {
                    self.assign(lhs, rhs);
                    self.fields_assigned(lhs, rhs);
                }
                Stmt::Range { lhs, x, .. } => {
                    self.field_ranged(id);
                    for dst in ast.list(lhs) {
                        self.store_in(dst, x);
                    }
                }
                Stmt::Send { chan, value } => self.store_in(chan, value),
                Stmt::Return(values) => self.results(ast.stmt_pos(id), values),
                _ => {}
            }
        }
        for id in ast.decl_ids() {
            if let Decl::Var { names, values, .. } = ast.decl(id) {
                self.assign(names, values);
                if ast.list_len(values) == 0 {
                    self.struct_declared(names);
                }
            }
        }
    }

    pub(super) fn id(&self) -> FileId {
        self.file.info.file
    }

    pub(super) fn ty(&self, x: ExprId) -> Ty {
        self.file.info.type_of(x).unwrap_or(Ty::INVALID)
    }

    fn func_literal(&mut self, id: ExprId) {
        if self.handlers.has_signature(self.ty(id)) {
            let key = Key::At(self.id(), self.file.ast.expr_pos(id));
            self.calls.handlers.push(key);
        }
    }

    /// Adds the edge of a call at `at`, if there is one.
    fn edge(&mut self, at: u32, to: Key, kind: EdgeKind, more: u32) {
        let edge = self.edge_at(at, to, kind, more);
        self.calls.edges.extend(edge);
    }

    /// The edge of a call at `at`; none where the place is cold or lies outside of functions.
    pub(super) fn edge_at(&self, at: u32, to: Key, kind: EdgeKind, more: u32) -> Option<Edge> {
        let Place {
            function: Some(function),
            depth,
            halvings,
            guards,
            rare: false,
            marked_hot,
        } = self.file.heat.place(at)
        else {
            return None;
        };
        Some(Edge {
            from: Key::At(self.id(), function),
            to,
            at: (self.id(), at),
            depth: depth + more,
            halvings,
            guards,
            marked_hot,
            by: self.file.heat.function_at(at),
            kind,
        })
    }

    fn call(&mut self, id: ExprId, fun: ExprId, args: List<ExprId>) {
        let at = self.file.ast.expr_pos(id);
        match self.callee(fun) {
            Callee::Known(obj) => {
                self.edge(at, Key::of(obj), EdgeKind::Static, 0);
                self.use_of_pool(at, obj, fun);
                self.arguments(at, obj, args);
            }
            Callee::Method(method) => {
                self.dynamic(method);
                self.edge(at, Key::of(method), EdgeKind::Dynamic, 0);
                self.arguments(at, method, args);
            }
            Callee::Held(key) => self.edge(at, key, EdgeKind::Dynamic, 0),
            Callee::Other => {}
        }
    }

    pub(super) fn dynamic(&mut self, method: Obj) {
        let method = method.origin();
        if self.calls.dynamic.last() != Some(&method) {
            self.calls.dynamic.push(method);
        }
    }

    pub(super) fn callee(&self, fun: ExprId) -> Callee {
        let ast = self.file.ast;
        let mut fun = ast.unparen(fun);
        let info = &self.file.info;
        if matches!(info.exprs[fun].mode, Mode::TypeExpr | Mode::Builtin) {
            return Callee::Other;
        }
        // `F[int](x)`
        if let Expr::Index { x, .. } = ast.expr(fun)
            && self.function(ast.unparen(x)).is_some()
        {
            fun = ast.unparen(x);
        }
        match self.function(fun) {
            Some(obj) if is_of_interface(obj) => Callee::Method(obj),
            Some(obj) => Callee::Known(obj),
            None => self.variable(fun).map_or(Callee::Other, Callee::Held),
        }
    }

    /// The declared function or method that a name or selector means.
    pub(super) fn function(&self, x: ExprId) -> Option<Obj> {
        match self.file.ast.expr(x) {
            Expr::Name(_) => self.file.info.object(x),
            Expr::Selector { .. } => match self.file.info.selection(x) {
                Some(selected) if selected.kind == SelectionKind::Field => None,
                Some(selected) => Some(selected.obj),
                None => self.file.info.object(x),
            },
            _ => None,
        }
        .filter(|obj| obj.as_func().is_some())
    }

    /// What a known function is given: its parameters hold it, and if nobody sees the function, it calls it.
    fn arguments(&mut self, at: u32, callee: Obj, args: List<ExprId>) {
        let Some(signature) = callee.ty().as_signature() else {
            return;
        };
        let params = signature.param_vars();
        let args: Vec<ExprId> = self.file.ast.list(args).collect();
        let mut times = None;
        for (i, arg) in args.into_iter().enumerate() {
            let Some(&param) = params.get(i.min(params.len().wrapping_sub(1))) else {
                return;
            };
            let holds = self.holds(param.ty());
            if holds == Holds::Pools {
                self.keep(holds, Some(Key::of(param)), arg);
                continue;
            }
            if holds == Holds::Functions {
                // Nobody looks into a function without a source.
                if let param @ Key::At(..) = Key::of(param) {
                    self.store(param, arg);
                }
            } else if !self.may_call_back(param.ty(), arg) {
                continue;
            }
            let more = *times.get_or_insert_with(|| self.times(callee));
            if let Some(more) = more {
                self.call_back(at, Key::of(callee), (param, arg), more);
            }
        }
    }

    /// Whether an unseen function may call methods of an argument, or the argument itself.
    fn may_call_back(&self, param: Ty, arg: ExprId) -> bool {
        let methods = |i: &crate::types::ty::Interface| !i.type_set().methods.is_empty();
        let by_method = param.under_interface().is_some_and(methods);
        by_method && self.ty(arg).under_interface().is_none()
            || param.under_interface().is_some() && self.ty(arg).under_signature().is_some()
    }

    /// In how many more loops an unseen function calls what it is given; `None` if it does so once and for all.
    fn times(&self, callee: Obj) -> Option<u32> {
        let name = qualified(callee);
        if self.callbacks.cold.match_name(&name) {
            return None;
        }
        Some(u32::from(self.callbacks.hot.match_name(&name)))
    }

    fn call_back(&mut self, at: u32, callee: Key, (param, arg): (Obj, ExprId), more: u32) {
        let kind = EdgeKind::Callback(callee);
        let mut todo = vec![arg];
        while let Some(x) = todo.pop() {
            let x = self.file.ast.unparen(x);
            if let Some(key) = self.held(x, &mut todo) {
                self.edge(at, key, kind, more);
            }
        }
        let Some(iface) = param.ty().under_interface() else {
            return;
        };
        let ty = self.ty(arg);
        for &method in iface.type_set().methods {
            let found =
                crate::types::lookup::lookup_field_or_method(ty, true, method.pkg, method.name);
            if let Some(obj) = found.obj.filter(|obj| obj.as_func().is_some()) {
                self.edge(at, Key::of(obj), kind, more);
            }
        }
    }
}

/// Whether a method belongs to an interface or a type parameter's constraint.
pub(super) fn is_of_interface(obj: Obj) -> bool {
    let recv = obj.ty().as_signature().and_then(|s| s.recv);
    recv.is_some_and(|r| r.ty().under_interface().is_some())
}

/// `sort.Slice`, `(*sync.Once).Do`, `http.HandlerFunc.ServeHTTP`: the package by its path.
pub(super) fn qualified(func: Obj) -> String {
    let path = func.pkg.map_or("", |p| p.path.as_str());
    let recv = func.ty().as_signature().and_then(|s| s.recv);
    let Some(recv) = recv.map(Obj::ty) else {
        return format!("{path}.{}", func.name);
    };
    let pointer = recv.under_pointer().filter(|_| recv.as_named().is_none());
    let named = pointer.unwrap_or(recv).as_named();
    let ty = named.map_or("", |n| n.obj.name.as_str());
    if pointer.is_some() {
        format!("(*{path}.{ty}).{}", func.name)
    } else {
        format!("{path}.{ty}.{}", func.name)
    }
}
