//! Collects the package's objects, whatever the order of files and declarations.
//!
//! Package-level objects and methods get a [`DeclInfo`] each (the variables of `var a, b = f()` share one) and are
//! typed later, on demand. Imports go into the scope of their file.

use rustc_hash::FxHashMap;

use super::check::Checker;
use super::info::FuncDecl;
use super::object::{FuncInfo, Obj, ObjKind, VarInfo, VarKind};
use super::package::Pkg;
use super::ty::Ty;
use super::universe::UNSAFE;
use super::{Import, version};
use crate::ast::{Decl, DeclId, Expr, ExprId, FieldId, List};
use crate::base::symbol::{Symbol, sym};

/// Where a package-level object or method is declared, and what its initialisation depends on.
pub struct DeclInfo {
    /// The object; the first one of `var a, b = f()`.
    pub obj: Obj,
    /// Index of the file.
    pub file: usize,
    /// The declaration.
    pub decl: DeclId,
    /// What is declared.
    pub syntax: DeclSyntax,
    /// Indices of the declarations that the initialiser or body refers to; unordered, with repetitions.
    pub deps: Vec<u32>,
    /// 1 + place in the path of objects under check; 0 if it is not under check.
    pub grey: u32,
}

/// The parts of a declaration that concern one object.
#[derive(Clone, Debug)]
pub enum DeclSyntax {
    /// A constant.
    Const(ConstSyntax),
    /// A variable, or all those of `var a, b = f()`.
    Var {
        /// The variables, if one value gives all of them.
        lhs: Vec<Obj>,
        /// The type.
        ty: Option<ExprId>,
        /// The value.
        init: Option<ExprId>,
    },
    /// A type.
    Type,
    /// A function or method.
    Func,
}

/// A constant's type and value, inherited ones filled in.
#[derive(Clone, Copy, Debug)]
pub struct ConstSyntax {
    /// The type.
    pub ty: Option<ExprId>,
    /// The value.
    pub init: Option<ExprId>,
    /// The value of `iota`.
    pub iota: u32,
    /// Whether type and value are those of a previous spec.
    pub inherited: bool,
}

impl DeclInfo {
    /// Adds a dependency.
    pub fn add_dep(&mut self, to: usize) {
        let to = to as u32;
        if self.deps.last() != Some(&to) {
            self.deps.push(to);
        }
    }
}

/// A method whose receiver names a type.
struct Method {
    obj: Obj,
    base: Symbol,
    ptr: bool,
}

/// What collecting gathers beside the checker's own state.
#[derive(Default)]
struct Collected {
    scope: FxHashMap<Symbol, Obj>,
    methods: Vec<Method>,
    imports: FxHashMap<Symbol, Pkg>,
}

/// The last type and values of a group of constants.
#[derive(Clone, Copy, Default)]
pub struct ConstGroup {
    ty: Option<ExprId>,
    values: List<ExprId>,
}

impl ConstGroup {
    /// Moves on to a spec; gives whether it inherits, and what holds for it now.
    pub fn advance(
        &mut self,
        ty: Option<ExprId>,
        values: List<ExprId>,
        iota: u32,
    ) -> (bool, ConstGroup) {
        let written = ty.is_some() || !values.is_empty();
        if iota == 0 || written {
            *self = ConstGroup { ty, values };
        }
        (!written && iota != 0, *self)
    }

    /// Type and value of the constant at `i` in its spec.
    pub fn syntax(
        self,
        ast: &crate::ast::Ast,
        i: usize,
        iota: u32,
        inherited: bool,
    ) -> ConstSyntax {
        ConstSyntax {
            ty: self.ty,
            init: ast.list_get(self.values, i),
            iota,
            inherited,
        }
    }

    /// How many values there are.
    pub fn len(self, ast: &crate::ast::Ast) -> usize {
        ast.list_len(self.values)
    }
}

impl Checker<'_> {
    /// Collects imports, package-level objects and methods of all files.
    pub(super) fn collect_objects(&mut self) {
        let mut all = Collected::default();
        for file in 0..self.files.len() {
            let scope = self.scopes.open(None);
            self.file_scopes.push(scope);
            self.enter(super::check::Env {
                file,
                version: version::file_version(self.config.version, self.files[file].version),
                ..Default::default()
            });
            self.collect_file(&mut all);
        }
        self.imports.sort_by_key(|p| p.path.as_str());
        self.pkg.set_scope(std::mem::take(&mut all.scope));
        self.check_file_scopes();
        for method in all.methods {
            self.attach_method(&method);
        }
    }

    fn collect_file(&mut self, all: &mut Collected) {
        let ast = self.ast;
        let mut group = ConstGroup::default();
        for &id in &ast.decls {
            match ast.decl(id) {
                Decl::Bad => {}
                Decl::Import { name, path } => self.collect_import(all, name, path),
                Decl::Const {
                    names,
                    ty,
                    values,
                    iota,
                } => {
                    let (inherited, now) = group.advance(ty, values, iota);
                    self.collect_consts(all, id, names, now, iota, inherited);
                }
                Decl::Var { names, ty, values } => self.collect_vars(all, id, names, ty, values),
                Decl::Type { name, .. } => self.collect_type(all, id, name),
                Decl::Func { recv, name, .. } => self.collect_func(all, id, recv, name),
            }
        }
    }

    fn import_package(&mut self, all: &mut Collected, path: Symbol) -> Pkg {
        if path == sym::UNSAFE {
            return *UNSAFE;
        }
        if let Some(&pkg) = all.imports.get(&path) {
            return pkg;
        }
        let pkg = match (path, self.importer.import(path)) {
            (sym::C, _) => Pkg::opaque(sym::C, sym::C),
            (_, Import::Package(pkg)) => pkg,
            (_, Import::Missing) => Pkg::opaque(path, guess_name(path)),
        };
        all.imports.insert(path, pkg);
        self.imports.push(pkg);
        pkg
    }

    fn collect_import(&mut self, all: &mut Collected, name: Option<ExprId>, path_expr: ExprId) {
        let Some(path) = self.import_path(path_expr) else {
            return;
        };
        let pkg = self.import_package(all, path);
        if pkg.opaque {
            self.opaque_files[self.env.file] = true;
        }
        let local = name.map_or(pkg.name, |n| self.ast.name(n));
        if local == sym::BLANK {
            return;
        }
        let scope = self.file_scopes[self.env.file];
        if local == sym::DOT {
            for obj in pkg.objects().iter().filter(|o| o.exported()) {
                self.scopes.insert(scope, obj.name, *obj);
            }
            return;
        }
        let pos = name.and_then(|n| self.pos(self.ast.expr_pos(n)));
        let kind = ObjKind::PkgName(pkg);
        let obj = Obj::typed(kind, local, Some(self.pkg), pos, Ty::INVALID);
        if let Some(name) = name {
            self.record_def(name, obj);
        }
        if self.scopes.insert(scope, local, obj).is_some() {
            self.error(
                self.ast.expr_span(name.unwrap_or(path_expr)),
                format!("{local} redeclared in this block"),
            );
        }
    }

    fn import_path(&self, path: ExprId) -> Option<Symbol> {
        let text = self.ast.expr_span(path).text(self.src());
        let inner = text.get(1..text.len().checked_sub(1)?)?;
        (!inner.is_empty()).then(|| Symbol::intern_bytes(inner))
    }

    fn new_decl(&mut self, obj: Obj, decl: DeclId, syntax: DeclSyntax) {
        self.decls.push(DeclInfo {
            obj,
            file: self.env.file,
            decl,
            syntax,
            deps: Vec::new(),
            grey: 0,
        });
    }

    /// A new object that the next declaration info will belong to.
    fn pkg_object(&mut self, kind: ObjKind, name: ExprId) -> Obj {
        let tag = self.decls.len() as u32 + 1;
        let pos = self.pos(self.ast.expr_pos(name));
        let obj = Obj::new(kind, self.ast.name(name), Some(self.pkg), pos, tag);
        self.record_def(name, obj);
        self.obj_list.push(obj);
        obj
    }

    fn declare_in_package(&mut self, all: &mut Collected, id: ExprId, obj: Obj) {
        if obj.name == sym::BLANK {
            return;
        }
        if obj.name == sym::INIT && obj.as_func().is_none() {
            self.error_at(id, "cannot declare init - must be func");
            return;
        }
        if all.scope.contains_key(&obj.name) {
            self.error_at(id, format!("{} redeclared in this block", obj.name));
            return;
        }
        all.scope.insert(obj.name, obj);
    }

    fn collect_consts(
        &mut self,
        all: &mut Collected,
        id: DeclId,
        names: List<ExprId>,
        group: ConstGroup,
        iota: u32,
        inherited: bool,
    ) {
        let ast = self.ast;
        for (i, name) in ast.list(names).enumerate() {
            let obj = self.pkg_object(ObjKind::constant(std::sync::OnceLock::new()), name);
            let syntax = group.syntax(ast, i, iota, inherited);
            self.new_decl(obj, id, DeclSyntax::Const(syntax));
            self.declare_in_package(all, name, obj);
        }
        self.check_arity(names, group.len(ast), true);
    }

    fn collect_vars(
        &mut self,
        all: &mut Collected,
        id: DeclId,
        names: List<ExprId>,
        ty: Option<ExprId>,
        values: List<ExprId>,
    ) {
        let ast = self.ast;
        let count = ast.list_len(values);
        let shared = count == 1 && ast.list_len(names) > 1;
        let mut lhs = Vec::new();
        for (i, name) in ast.list(names).enumerate() {
            let obj = self.pkg_object(package_var(), name);
            if shared {
                lhs.push(obj);
            } else {
                let init = ast.list_get(values, i);
                let lhs = Vec::new();
                self.new_decl(obj, id, DeclSyntax::Var { lhs, ty, init });
            }
            self.declare_in_package(all, name, obj);
        }
        if let (true, Some(&first)) = (shared, lhs.first()) {
            let init = ast.list_get(values, 0);
            self.new_decl(first, id, DeclSyntax::Var { lhs, ty, init });
        }
        if ty.is_none() || count > 0 {
            self.check_arity(names, count, false);
        }
    }

    /// Reports a declaration with too few or too many values.
    pub(super) fn check_arity(&mut self, names: List<ExprId>, values: usize, constant: bool) {
        let ast = self.ast;
        let count = ast.list_len(names);
        let missing = values < count && (constant || values != 1);
        let Some(at) = ast.list_get(names, values.min(count.saturating_sub(1))) else {
            return;
        };
        if missing {
            self.error_at(at, format!("missing init expr for {}", ast.name(at)));
        } else if values > count {
            self.error_at(at, "extra init expr");
        }
    }

    fn collect_type(&mut self, all: &mut Collected, id: DeclId, name: ExprId) {
        let obj = self.pkg_object(ObjKind::TypeName, name);
        self.new_decl(obj, id, DeclSyntax::Type);
        self.declare_in_package(all, name, obj);
    }

    fn collect_func(
        &mut self,
        all: &mut Collected,
        id: DeclId,
        recv: Option<FieldId>,
        name: ExprId,
    ) {
        let receiver = recv.map(|r| self.unpack_recv(self.ast.field(r).ty));
        let info = FuncInfo {
            ptr_recv: receiver.as_ref().is_some_and(|r| r.ptr),
            origin: None,
        };
        let obj = self.pkg_object(ObjKind::Func(info), name);
        self.new_decl(obj, id, DeclSyntax::Func);
        self.func_decls.push(FuncDecl {
            obj,
            file: self.env.file,
            decl: id,
        });
        match receiver {
            None if obj.name == sym::INIT => {}
            None => self.declare_in_package(all, name, obj),
            Some(r) => {
                if let (Expr::Name(base), true) = (self.ast.expr(r.base), obj.name != sym::BLANK) {
                    all.methods.push(Method {
                        obj,
                        base,
                        ptr: r.ptr,
                    });
                }
            }
        }
    }

    fn check_file_scopes(&mut self) {
        for file in 0..self.files.len() {
            let names = self.scopes.names(self.file_scopes[file]);
            for (name, obj) in names {
                if let (Some(pos), Some(_)) = (obj.pos, self.pkg.lookup(name)) {
                    let end = pos.offset + name.as_str().len() as u32;
                    let span = crate::base::span::Span::new(pos.offset, end);
                    self.error_in(file, span, format!("{name} already declared by an import"));
                }
            }
        }
    }

    /// Gives a method to the defined type that its receiver names, through aliases that are not generic.
    fn attach_method(&mut self, method: &Method) {
        let mut ptr = method.ptr;
        let mut name = method.base;
        for _ in 0..self.decls.len() {
            let Some((obj, decl)) = self.type_decl_of(name) else {
                return;
            };
            let Decl::Type {
                tparams,
                is_alias,
                ty,
                ..
            } = decl
            else {
                return;
            };
            if !is_alias {
                self.methods.entry(obj).or_default().push(method.obj);
                return;
            }
            if !tparams.is_empty() {
                return;
            }
            let file = self.decls[obj.tag as usize - 1].file;
            let ast = self.files[file].ast;
            let mut ty = ast.unparen(ty);
            if let Expr::Star(x) = ast.expr(ty) {
                if ptr {
                    return;
                }
                ptr = true;
                ty = ast.unparen(x);
            }
            let Expr::Name(next) = ast.expr(ty) else {
                return;
            };
            name = next;
        }
    }

    fn type_decl_of(&self, name: Symbol) -> Option<(Obj, Decl)> {
        let obj = self.pkg.lookup(name)?;
        if !obj.is_type_name() {
            return None;
        }
        let info = self.decls.get((obj.tag as usize).checked_sub(1)?)?;
        Some((obj, self.files[info.file].ast.decl(info.decl)))
    }
}

fn package_var() -> ObjKind {
    ObjKind::Var(VarInfo {
        kind: VarKind::Package,
        embedded: false,
        origin: None,
    })
}

/// The likely name of a package that was not found: the last element of its path that is no version, without the
/// decorations that people give to repositories.
fn guess_name(path: Symbol) -> Symbol {
    let is_version =
        |s: &str| s.len() > 1 && s.starts_with('v') && s[1..].bytes().all(|b| b.is_ascii_digit());
    let mut elems = path.as_str().rsplit('/').filter(|e| !e.is_empty());
    let mut last = elems.next().unwrap_or_default();
    if is_version(last) {
        last = elems.next().unwrap_or(last);
    }
    let last = match last.rsplit_once('.') {
        Some((stem, v)) if is_version(v) => stem,
        _ => last,
    };
    let last = last.strip_prefix("go-").unwrap_or(last);
    let last = last.strip_suffix(".go").unwrap_or(last);
    let last = last.strip_suffix("-go").unwrap_or(last);
    Symbol::intern(last)
}

#[cfg(test)]
mod tests {
    use super::guess_name;
    use crate::base::symbol::Symbol;

    #[test]
    fn names_of_missing_packages_are_guessed_from_their_paths() {
        for (path, name) in [
            ("github.com/a/b", "b"),
            ("github.com/a/go-b/v2", "b"),
            ("gopkg.in/yaml.v3", "yaml"),
            ("nats.io/nats.go", "nats"),
        ] {
            assert_eq!(guess_name(Symbol::intern(path)).as_str(), name);
        }
    }
}
