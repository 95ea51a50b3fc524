//! What benchmarks call in their measured loops, by names alone.
//!
//! Test files of packages that are checked without their tests are read for this and nothing else, so their types are
//! not known: `x.Encode(v)` means every method `Encode` of the package, or else of those that the file imports.
//!
//! | loop | is measured |
//! | --- | --- |
//! | `for i := 0; i < b.N; i++`, `for range b.N`, `for b.Loop()` | yes |
//! | `for pb.Next()` in a function given to `b.RunParallel` | yes |
//! | any loop of a function that says `b.N` elsewhere and has none of these | yes |
//! | a function, or function literal, that is given to a test's own function with such a loop | yes |
//! | what makes the functions that such a loop calls by a variable, `f := prepare(b); for … { f() }` | yes |
//! | any other loop | if it lies in one of these |
//!
//! A function that a field holds, `{name: "small", run: func() { … }}`, is called where a field of that name is.
//!
//! Other functions of the test file are followed, but what they do in loops of their own is not taken for hot: tests
//! loop over cases.

use rustc_hash::{FxHashMap, FxHashSet};

use super::FileHeat;
use super::calls::{Edge, EdgeKind, Key, PackageCalls};
use crate::ast::{Ast, Decl, Expr, ExprId, Stmt};
use crate::base::nest::Nest;
use crate::base::source::{FileId, SourceFile};
use crate::base::span::Span;
use crate::base::symbol::{Symbol, sym};
use crate::types::universe::UNIVERSE;

/// What a test file says that is worth reading it for.
pub const MARK: &[u8] = b"\nfunc Benchmark";

/// A test file.
#[derive(Clone, Copy)]
pub struct TestFile<'a> {
    /// Its id.
    pub id: FileId,
    /// Its text.
    pub src: &'a SourceFile,
    /// Its tree.
    pub ast: &'a Ast,
    /// Its regions.
    pub heat: &'a FileHeat,
}

/// The functions of packages, by import path and name.
#[derive(Debug, Default)]
pub struct Functions {
    by_path: FxHashMap<Symbol, ByName>,
}

#[derive(Debug, Default)]
struct ByName {
    functions: FxHashMap<Symbol, Key>,
    methods: FxHashMap<Symbol, Vec<Key>>,
    /// What fields hold, in test files.
    fields: FxHashMap<Symbol, Vec<Key>>,
}

impl ByName {
    fn add(&mut self, (name, is_method, key): (Symbol, bool, Key)) {
        if is_method {
            self.methods.entry(name).or_default().push(key);
        } else {
            self.functions.insert(name, key);
        }
    }
}

impl Functions {
    /// Those of the packages whose calls are known.
    pub fn new<'p>(packages: impl IntoIterator<Item = &'p PackageCalls>) -> Functions {
        let mut functions = Functions::default();
        for package in packages {
            if let Some(path) = package.path {
                let names = functions.by_path.entry(path).or_default();
                package.functions.iter().for_each(|&f| names.add(f));
            }
        }
        functions
    }
}

/// What the test files of one folder call. `path` is the import path of the package that they test.
pub fn calls(path: Symbol, files: &[TestFile<'_>], known: &Functions) -> PackageCalls {
    let mut own = ByName::default();
    for file in files {
        for &decl in &file.ast.decls {
            if let Decl::Func { recv, name, .. } = file.ast.decl(decl) {
                let key = Key::At(file.id, file.ast.expr_pos(name));
                own.add((file.ast.name(name), recv.is_some(), key));
            }
        }
    }
    let held: Vec<(Symbol, Key)> = files.iter().flat_map(held).collect();
    for &(name, key) in &held {
        own.fields.entry(name).or_default().push(key);
    }
    let measuring = measuring(files);
    let mut calls = PackageCalls {
        benchmarks_of: Some(path),
        ..PackageCalls::default()
    };
    for file in files {
        let reader = Reader {
            file,
            path,
            own: &own,
            known,
            imports: imports(file),
            measured: measured(file, &measuring),
            measuring: &measuring,
            held: held.iter().map(|(_, key)| *key).collect(),
        };
        let edges = reader.edges().into_iter();
        let (uses, edges): (Vec<_>, Vec<_>) = edges.partition(|e| e.kind == EdgeKind::Put);
        calls.pools.uses.extend(uses);
        calls.edges.extend(edges);
    }
    calls
}

/// The import paths of a file by the names that it uses.
fn imports(file: &TestFile<'_>) -> FxHashMap<Symbol, Symbol> {
    let mut found = FxHashMap::default();
    for decl in file.ast.decl_ids() {
        let Decl::Import { name, path } = file.ast.decl(decl) else {
            continue;
        };
        let text = file.ast.expr_span(path).text(file.src.text());
        let text = String::from_utf8_lossy(text);
        let path = text.trim_matches(['"', '`']);
        let last = path.rsplit('/').next().unwrap_or(path);
        let name = name.map_or_else(|| Symbol::intern(last), |n| file.ast.name(n));
        found.insert(name, Symbol::intern(path));
    }
    found
}

/// The loops of a file that are measured by themselves.
fn loops(file: &TestFile<'_>) -> Vec<Span> {
    let ast = file.ast;
    let (mut measured, mut others) = (Vec::new(), Vec::new());
    for id in ast.stmt_ids() {
        let (by_itself, body) = match ast.stmt(id) {
            Stmt::For { cond, body, .. } => (cond.is_some_and(|c| is_measured(ast, c)), body),
            Stmt::Range { x, body, .. } => (selects(ast, x, "N"), body),
            _ => continue,
        };
        let loops = if by_itself {
            &mut measured
        } else {
            &mut others
        };
        loops.push(ast.stmt_span(body));
    }
    let around = |span: &Span| file.heat.declared_at(span.start);
    let direct: FxHashSet<Option<u32>> = measured.iter().map(around).collect();
    let counted: FxHashSet<Option<u32>> = ast
        .expr_ids()
        .filter(|&x| selects(ast, x, "N"))
        .map(|x| file.heat.declared_at(ast.expr_start(x)))
        .collect();
    let indirect = |span: &Span| counted.contains(&around(span)) && !direct.contains(&around(span));
    measured.extend(others.into_iter().filter(indirect));
    measured
}

fn is_measured(ast: &Ast, cond: ExprId) -> bool {
    match ast.expr(ast.unparen(cond)) {
        Expr::Binary { y, .. } => selects(ast, y, "N"),
        Expr::Call { fun, .. } => selects(ast, fun, "Loop") || selects(ast, fun, "Next"),
        _ => false,
    }
}

fn selects(ast: &Ast, x: ExprId, name: &str) -> bool {
    matches!(ast.expr(ast.unparen(x)), Expr::Selector { sel, .. } if sel.as_str() == name)
}

/// The functions of the files that measure, directly or by calling another one that does.
fn measuring(files: &[TestFile<'_>]) -> FxHashSet<Symbol> {
    let mut found: FxHashSet<Symbol> = FxHashSet::default();
    let mut callers: FxHashMap<Symbol, Vec<Symbol>> = FxHashMap::default();
    for file in files {
        let spans = loops(file);
        found.extend(spans.iter().map(|span| file.heat.function_at(span.start)));
        for id in file.ast.expr_ids() {
            if let Expr::Call { fun, .. } = file.ast.expr(id) {
                let callee = file.ast.name(file.ast.unparen(fun));
                let by = file.heat.function_at(file.ast.expr_pos(id));
                callers.entry(callee).or_default().push(by);
            }
        }
    }
    let mut todo: Vec<Symbol> = found.iter().copied().collect();
    while let Some(callee) = todo.pop() {
        for &by in callers.get(&callee).into_iter().flatten() {
            if found.insert(by) {
                todo.push(by);
            }
        }
    }
    found.remove(&sym::INIT);
    found
}

/// What is measured of a file: loops, and literals that are given to functions that measure.
fn measured(file: &TestFile<'_>, measuring: &FxHashSet<Symbol>) -> Nest {
    let ast = file.ast;
    let mut spans = loops(file);
    for id in ast.expr_ids() {
        if let Expr::Call { fun, args, .. } = ast.expr(id)
            && measuring.contains(&ast.name(ast.unparen(fun)))
        {
            let literals = ast.list(args).map(|x| ast.unparen(x));
            let literals = literals.filter(|&x| matches!(ast.expr(x), Expr::FuncLit { .. }));
            spans.extend(literals.map(|x| ast.expr_span(x)));
        }
    }
    Nest::new(spans)
}

/// The function literals of a file that fields hold, by the fields' names.
fn held(file: &TestFile<'_>) -> Vec<(Symbol, Key)> {
    let ast = file.ast;
    let mut found = Vec::new();
    let mut hold = |field: ExprId, value: ExprId| {
        let value = ast.unparen(value);
        if let (Expr::FuncLit { .. }, Expr::Name(name) | Expr::Selector { sel: name, .. }) =
            (ast.expr(value), ast.expr(ast.unparen(field)))
        {
            found.push((name, Key::At(file.id, ast.expr_pos(value))));
        }
    };
    for id in ast.expr_ids() {
        if let Expr::KeyValue { key, value } = ast.expr(id) {
            hold(key, value);
        }
    }
    for id in ast.stmt_ids() {
        if let Stmt::Assign { lhs, rhs, .. } = ast.stmt(id) {
            let fields = ast.list(lhs).zip(ast.list(rhs));
            let fields = fields.filter(|(f, _)| matches!(ast.expr(*f), Expr::Selector { .. }));
            fields.for_each(|(field, value)| hold(field, value));
        }
    }
    found
}

struct Reader<'r> {
    file: &'r TestFile<'r>,
    path: Symbol,
    own: &'r ByName,
    known: &'r Functions,
    imports: FxHashMap<Symbol, Symbol>,
    measured: Nest,
    measuring: &'r FxHashSet<Symbol>,
    /// Function literals in fields.
    held: FxHashSet<Key>,
}

impl Reader<'_> {
    fn edges(&self) -> Vec<Edge> {
        let ast = self.file.ast;
        let by_variable = self.calling_variables();
        let mut edges = Vec::new();
        for id in ast.expr_ids() {
            let Expr::Call { fun, args, .. } = ast.expr(id) else {
                continue;
            };
            let at = ast.expr_pos(id);
            edges.extend(self.of_held(fun, at));
            let Some(function) = self.common_function(at) else {
                continue;
            };
            let is_measured = self.is_measured(at);
            let own = self.edges_to(fun, at, function, is_measured);
            let edge = |to, kind| self.edge(at, function, is_measured, to, kind);
            if let Expr::Selector { sel, .. } = ast.expr(ast.unparen(fun)) {
                edges.push(edge(Key::Named(sel), EdgeKind::Possible));
                if own.is_empty() && sel.as_str() == "Put" {
                    edges.push(edge(Key::AnyPool, EdgeKind::Put));
                }
            }
            edges.extend(own);
            if self.measuring.contains(&ast.name(ast.unparen(fun))) {
                for arg in ast.list(args) {
                    edges.extend(self.edges_to(arg, at, function, true));
                }
            }
            if !is_measured && by_variable.contains(&function) && self.is_own(fun) {
                let before = self.edges_to(fun, at, function, true).into_iter();
                edges.extend(before.map(|edge| Edge {
                    kind: EdgeKind::Prepared,
                    ..edge
                }));
            }
        }
        edges
    }

    /// What a call in a literal that a field holds makes run.
    fn of_held(&self, fun: ExprId, at: u32) -> Vec<Edge> {
        let literal = self.file.heat.place(at).function;
        let literal = literal.filter(|&l| self.held.contains(&Key::At(self.file.id, l)));
        literal.map_or(Vec::new(), |l| self.edges_to(fun, at, l, false))
    }

    fn is_measured(&self, at: u32) -> bool {
        self.measured.around(at).next().is_some()
    }

    /// The declared function around a place that is not cold: literals in test files count as parts of theirs.
    fn common_function(&self, at: u32) -> Option<u32> {
        let function = self.file.heat.declared_at(at);
        function.filter(|_| !self.file.heat.place(at).rare)
    }

    /// Functions whose measured loops call variables.
    fn calling_variables(&self) -> FxHashSet<u32> {
        let ast = self.file.ast;
        let calls = ast.expr_ids().filter_map(|id| match ast.expr(id) {
            Expr::Call { fun, .. } => Some((ast.expr_pos(id), ast.unparen(fun))),
            _ => None,
        });
        let of_variables = calls.filter(|&(at, fun)| match ast.expr(fun) {
            Expr::Name(name) => {
                let is_known = UNIVERSE.objects.contains_key(&name);
                !is_known && self.functions_called(name).is_empty() && self.is_measured(at)
            }
            _ => false,
        });
        of_variables
            .filter_map(|(at, _)| self.common_function(at))
            .collect()
    }

    /// Whether the function that is named is one of the test files.
    fn is_own(&self, fun: ExprId) -> bool {
        let ast = self.file.ast;
        let name = ast.name(ast.unparen(fun));
        self.own.functions.contains_key(&name)
    }

    /// What a place in `function` that names functions makes run.
    fn edges_to(&self, named: ExprId, at: u32, function: u32, measured: bool) -> Vec<Edge> {
        let callees = self.callees(named);
        // Of methods of one name any may be meant, as with a call of an interface's method.
        let halvings = callees.len().checked_ilog2().unwrap_or(0);
        let edge = |to| Edge {
            halvings,
            ..self.edge(at, function, measured, to, EdgeKind::Dynamic)
        };
        callees.into_iter().map(edge).collect()
    }

    fn edge(&self, at: u32, function: u32, measured: bool, to: Key, kind: EdgeKind) -> Edge {
        let from = if measured {
            Key::Benchmark(self.file.id, function)
        } else {
            Key::At(self.file.id, function)
        };
        Edge {
            from,
            to,
            at: (self.file.id, at),
            depth: 0,
            halvings: 0,
            guards: 0,
            marked_hot: false,
            by: self.file.heat.function_at(at),
            kind,
        }
    }

    fn callees(&self, fun: ExprId) -> Vec<Key> {
        let ast = self.file.ast;
        let mut fun = ast.unparen(fun);
        if let Expr::Index { x, .. } = ast.expr(fun) {
            fun = ast.unparen(x);
        }
        match ast.expr(fun) {
            Expr::Name(name) => self.functions_called(name),
            Expr::Selector { x, sel } => match self.imports.get(&ast.name(ast.unparen(x))) {
                Some(path) => self.of(*path, |names| names.functions.get(&sel).copied()),
                None => match self.own.fields.get(&sel) {
                    Some(held) => held.clone(),
                    None => self.methods_called(sel),
                },
            },
            _ => Vec::new(),
        }
    }

    fn of(&self, path: Symbol, find: impl Fn(&ByName) -> Option<Key>) -> Vec<Key> {
        let names = self.known.by_path.get(&path);
        names.and_then(find).into_iter().collect()
    }

    fn functions_called(&self, name: Symbol) -> Vec<Key> {
        match self.own.functions.get(&name) {
            Some(&key) => vec![key],
            None => self.of(self.path, |names| names.functions.get(&name).copied()),
        }
    }

    fn methods_called(&self, name: Symbol) -> Vec<Key> {
        let tested = self.known.by_path.get(&self.path);
        let near = [Some(self.own), tested];
        let mut found = methods(near.into_iter().flatten(), name);
        if found.is_empty() {
            let mut imported: Vec<&Symbol> = self.imports.values().collect();
            imported.sort_by_key(|path| path.as_str());
            let imported = imported
                .into_iter()
                .filter_map(|p| self.known.by_path.get(p));
            found = methods(imported, name);
        }
        found
    }
}

fn methods<'n>(packages: impl Iterator<Item = &'n ByName>, name: Symbol) -> Vec<Key> {
    let found = packages.filter_map(|names| names.methods.get(&name));
    found.flatten().copied().collect()
}
