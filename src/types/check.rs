//! The checker of one package: its state, the environment of the code under check, delayed actions, and recording.
//!
//! `impl Checker` blocks are spread over the files of this stage by language concern.

use std::sync::LazyLock;

use rustc_hash::{FxHashMap, FxHashSet};

use super::constant::Value;
use super::info::Package;
use super::info::{FileInfo, FuncDecl, Initializer, InstanceInfo, Selection, flag};
use super::monomorph::Graph;
use super::object::{Obj, ObjKind, Pos, VarKind};
use super::operand::{Mode, Operand};
use super::package::Pkg;
use super::resolve::DeclInfo;
use super::scope::{ScopeId, Scopes};
use super::ty::Ty;
use super::universe::UNIVERSE;
use super::version::GoVersion;
use super::{Config, FileInput, Importer, PackageInput};
use crate::ast::{Ast, ExprId};
use crate::base::diag::{Diagnostic, Level};
use crate::base::span::Span;
use crate::base::symbol::{Symbol, sym};

/// Where the code under check stands. Copied when a declaration or function body is checked out of turn.
#[derive(Clone, Copy, Debug, Default)]
pub struct Env {
    /// Index of the file.
    pub file: usize,
    /// The innermost block; `None` at package level, where the file's scope follows.
    pub scope: Option<ScopeId>,
    /// The package-level declaration under check: its dependencies decide the order of initialisation.
    pub decl: Option<usize>,
    /// The value of `iota`, in a constant declaration.
    pub iota: Option<u32>,
    /// For a constant with an inherited value: where it is declared.
    pub errpos: Option<Span>,
    /// Inside a type parameter list.
    pub in_tparam_list: bool,
    /// The signature of the function under check.
    pub sig: Option<Ty>,
    /// Its number, from 1: the `tag` of its local variables; see [`Checker::funcs_open`].
    pub func: u32,
    /// The expression contains a call or a receive (decides whether `len` and `cap` are constant).
    pub has_call_or_recv: bool,
    /// The file's language version.
    pub version: GoVersion,
}

/// A function whose body is or was under check: what captures need.
#[derive(Clone, Copy, Debug)]
pub struct FuncContext {
    /// The enclosing function; 0 for declared functions and literals at package level.
    pub outer: u32,
    /// The literal, if it is one, and the file it is in.
    pub lit: Option<(usize, ExprId)>,
}

/// Work put off until the end of the statement or declaration, in order.
pub type Action<'a> = Box<dyn FnOnce(&mut Checker<'a>) + 'a>;

/// The state of checking one package.
pub struct Checker<'a> {
    /// What the run asks for.
    pub config: &'a Config,
    /// Finds imported packages.
    pub importer: &'a dyn Importer,
    /// The package under check.
    pub pkg: Pkg,
    /// Its files.
    pub files: &'a [FileInput<'a>],
    /// The tree of the file under check: `files[env.file].ast`.
    pub ast: &'a Ast,
    /// Findings by file.
    pub info: Vec<FileInfo>,
    /// Blocks.
    pub scopes: Scopes,
    /// The scope of each file: its imports.
    pub file_scopes: Vec<ScopeId>,
    /// Where the code under check stands.
    pub env: Env,
    /// Declarations of package-level objects and methods, by `tag - 1`.
    pub decls: Vec<DeclInfo>,
    /// Methods by the package-level type name they are declared on.
    pub methods: FxHashMap<Obj, Vec<Obj>>,
    /// Function contexts by number - 1.
    pub funcs: Vec<FuncContext>,
    /// Functions with bodies, as found.
    pub func_decls: Vec<FuncDecl>,
    /// Initialisers in execution order.
    pub init_order: Vec<Initializer>,
    /// Imported packages.
    pub imports: Vec<Pkg>,
    /// Objects under check, outermost first: for cycles.
    pub obj_path: Vec<Obj>,
    /// Actions put off; `None` once taken.
    pub delayed: Vec<Option<(Env, Action<'a>)>>,
    /// How deep expressions, types and statements are nested right now.
    pub depth: u32,
    /// Nodes between an expression under check and its leftmost operand; see `walk_spine`.
    pub spine: Vec<ExprId>,
    /// What was found to be wrong.
    pub diagnostics: Vec<Diagnostic>,
    /// Package-level objects and methods in source order.
    pub obj_list: Vec<Obj>,
    /// By file: whether it imports a package that was not found, so that unknown names may be its.
    pub opaque_files: Vec<bool>,
    /// Types known not to contain themselves.
    pub valid_types: FxHashSet<Ty>,
    /// What flows into the package's type parameters.
    pub(super) mono: Graph,
}

/// How deep the checker follows nested code and declarations that wait for each other; what lies deeper is reported
/// and left invalid. A thread that checks packages needs [`STACK_BYTES`] for it.
pub const MAX_DEPTH: u32 = 40_000;

/// The stack that checking may need: [`MAX_DEPTH`] times the largest frames, unoptimised builds included.
pub const STACK_BYTES: usize = 256 << 20;

/// The tree of a package without files.
static NO_AST: LazyLock<Ast> = LazyLock::new(Ast::default);

impl<'a> Checker<'a> {
    /// A checker that has not looked at anything yet.
    pub(super) fn new(
        input: &PackageInput<'a>,
        importer: &'a dyn Importer,
        config: &'a Config,
    ) -> Checker<'a> {
        let files = input.files;
        let name = files
            .iter()
            .find_map(|f| f.ast.package.map(|p| f.ast.name(p)))
            .unwrap_or(sym::EMPTY);
        Checker {
            config,
            importer,
            pkg: Pkg::new(input.path, name),
            files,
            ast: files.first().map_or(&NO_AST, |f| f.ast),
            info: files.iter().map(|f| FileInfo::new(f.file, f.ast)).collect(),
            scopes: Scopes::default(),
            file_scopes: Vec::with_capacity(files.len()),
            env: Env::default(),
            decls: Vec::new(),
            methods: FxHashMap::default(),
            funcs: Vec::new(),
            func_decls: Vec::new(),
            init_order: Vec::new(),
            imports: Vec::new(),
            obj_path: Vec::new(),
            delayed: Vec::new(),
            depth: 0,
            spine: Vec::new(),
            diagnostics: Vec::new(),
            obj_list: Vec::new(),
            opaque_files: vec![false; files.len()],
            valid_types: FxHashSet::default(),
            mono: Graph::default(),
        }
    }

    /// What was found out.
    pub(super) fn finish(self) -> (Package, Vec<Diagnostic>) {
        let package = Package {
            pkg: self.pkg,
            files: self.info,
            imports: self.imports,
            init_order: self.init_order,
            funcs: self.func_decls,
        };
        (package, self.diagnostics)
    }

    /// The bytes of the file under check.
    pub fn src(&self) -> &'a [u8] {
        self.files[self.env.file].src
    }

    /// The text of an expression.
    pub fn expr_text(&self, id: ExprId) -> String {
        String::from_utf8_lossy(self.ast.expr_span(id).text(self.src())).into_owned()
    }

    /// Where a name of the file under check lies.
    pub fn pos(&self, offset: u32) -> Option<Pos> {
        Some(Pos {
            file: self.files[self.env.file].file,
            offset,
        })
    }

    /// Switches to another environment; gives the old one, to be given back by [`Checker::leave`].
    pub fn enter(&mut self, env: Env) -> Env {
        let old = std::mem::replace(&mut self.env, env);
        self.ast = self.files[env.file].ast;
        old
    }

    /// Goes back to an environment that [`Checker::enter`] gave.
    pub fn leave(&mut self, env: Env) {
        self.enter(env);
    }

    /// Whether the file's language version is at least Go 1.`minor`.
    pub fn allow_version(&self, minor: u8) -> bool {
        self.env.version >= GoVersion(minor)
    }

    /// Reports an error at a span of the file under check.
    pub fn error(&mut self, span: Span, message: impl Into<String>) {
        self.error_in(self.env.file, span, message.into());
    }

    /// Reports an error at an expression of the file under check.
    pub fn error_at(&mut self, id: ExprId, message: impl Into<String>) {
        self.error(self.ast.expr_span(id), message);
    }

    /// Reports an error in a file given by index.
    pub fn error_in(&mut self, file: usize, span: Span, message: String) {
        self.diagnostics.push(Diagnostic {
            file: self.files[file].file,
            span,
            level: Level::Note,
            rule: "type-error",
            message,
        });
    }

    /// Puts work off; it runs in today's environment.
    pub fn later(&mut self, action: impl FnOnce(&mut Checker<'a>) + 'a) {
        self.delayed.push(Some((self.env, Box::new(action))));
    }

    /// Runs the actions put off since `top`, those they put off included.
    pub fn process_delayed(&mut self, top: usize) {
        let mut i = top;
        while i < self.delayed.len() {
            if let Some((env, action)) = self.delayed[i].take() {
                let old = self.enter(env);
                action(self);
                self.leave(old);
            }
            i += 1;
        }
        self.delayed.truncate(top);
    }

    /// Runs `f` one level deeper; `None` (after a report) if that is too deep.
    pub fn nested<T>(&mut self, at: ExprId, f: impl FnOnce(&mut Self) -> T) -> Option<T> {
        if self.depth >= MAX_DEPTH {
            self.error_at(at, "nested too deeply");
            return None;
        }
        self.depth += 1;
        let out = f(self);
        self.depth -= 1;
        Some(out)
    }
}

/// Scopes and objects.
impl Checker<'_> {
    /// The object that `name` denotes where the code under check stands.
    pub fn lookup(&self, name: Symbol) -> Option<Obj> {
        if let Some((_, obj)) = self.scopes.lookup_chain(self.env.scope, name) {
            return Some(obj);
        }
        self.pkg
            .lookup(name)
            .or_else(|| {
                let scope = *self.file_scopes.get(self.env.file)?;
                self.scopes.lookup(scope, name)
            })
            .or_else(|| UNIVERSE.objects.get(&name).copied())
    }

    /// The declaration of a package-level object or method of the package under check.
    pub fn decl_index(&self, obj: Obj) -> Option<usize> {
        if obj.pkg != Some(self.pkg) {
            return None;
        }
        match &obj.data().kind {
            ObjKind::Var(v) if v.kind != VarKind::Package => None,
            _ => (obj.tag as usize).checked_sub(1),
        }
    }

    /// Notes that the declaration under check depends on `to`.
    pub fn add_decl_dep(&mut self, to: Obj) {
        if let (Some(from), Some(to)) = (self.env.decl, self.decl_index(to)) {
            self.decls[from].add_dep(to);
        }
    }
}

/// Recording.
impl Checker<'_> {
    /// The tables of the file under check.
    pub fn tables(&mut self) -> &mut FileInfo {
        &mut self.info[self.env.file]
    }

    /// Notes what an expression is. Untyped operands are noted as not final; see `record_untyped` in `expr.rs`.
    pub fn record(&mut self, id: ExprId, mode: Mode, ty: Ty, value: Option<Value>, flags: u8) {
        let tables = self.tables();
        tables.record(id, mode, ty, flags);
        if let Some(value) = value {
            tables.record_const(id, value);
        }
    }

    /// Notes that `id` denotes a type.
    pub fn record_type_expr(&mut self, id: ExprId, ty: Ty) {
        self.tables().record(id, Mode::TypeExpr, ty, 0);
    }

    /// Notes the operand `x` at its expression, as final.
    pub fn record_operand(&mut self, x: &Operand) {
        if let Some(id) = x.expr {
            let value = (x.mode == Mode::Constant).then(|| x.val.clone());
            self.record(id, x.mode, x.ty, value, 0);
        }
    }

    /// Notes that the name `id` declares `obj`.
    pub fn record_def(&mut self, id: ExprId, obj: Obj) {
        let tables = self.tables();
        tables.objects[id] = Some(obj);
        if obj.is_type_name() {
            tables.type_names.push(obj);
        }
    }

    /// Notes that the name or selector `id` uses `obj`.
    pub fn record_use(&mut self, id: ExprId, obj: Obj) {
        self.tables().objects[id] = Some(obj);
    }

    /// Notes what a selector selects, and its object.
    pub fn record_selection(&mut self, id: ExprId, selection: Selection) {
        self.record_use(id, selection.obj);
        self.tables().record_selection(id, selection);
    }

    /// Notes an instantiation by the name or selector under `id` (index expressions and parentheses are seen through).
    pub fn record_instance(&mut self, id: ExprId, targs: &'static [Ty], ty: Ty) {
        let name = self.instance_name(id);
        self.tables()
            .instances
            .insert(name, InstanceInfo { targs, ty });
    }

    fn instance_name(&self, mut id: ExprId) -> ExprId {
        loop {
            id = match self.ast.expr(id) {
                crate::ast::Expr::Paren(x) | crate::ast::Expr::Index { x, .. } => x,
                _ => return id,
            }
        }
    }

    /// Notes that `id` calls the predeclared `panic`.
    pub fn mark_panics(&mut self, id: ExprId) {
        self.tables().exprs[id].flags |= flag::PANICS;
    }

    /// Whether `id` is known to call the predeclared `panic`.
    pub fn panics(&self, id: ExprId) -> bool {
        self.info[self.env.file].exprs[id].flags & flag::PANICS != 0
    }

    /// Notes a use of the local variable `obj` for the captures of the literals that enclose the use.
    pub fn note_capture(&mut self, obj: Obj) {
        let mut func = self.env.func;
        while func != obj.tag && func != 0 {
            let context = self.funcs[func as usize - 1];
            if let Some((file, lit)) = context.lit {
                let list = self.info[file].captures.entry(lit).or_default();
                if !list.contains(&obj) {
                    list.push(obj);
                }
            }
            func = context.outer;
        }
    }
}
