//! Types as the compiler prints them in messages (`types/fmt.go`).
//!
//! Unlike go/types: `interface {}` and `struct { x int }` have spaces, parameters have no names, and unexported
//! fields and methods of other packages carry their package's name.
//!
//! There are two ways to write a type. For readers, names carry the name of their package; the *link text* identifies
//! the type in the whole program: names carry the path of their package, types declared in functions a number, and
//! `byte`, `rune` and `any` are what they stand for. Type arguments are always written in the second way, because the
//! compiler makes them a part of the instance's name.

use std::fmt::Write;
use std::sync::{LazyLock, PoisonError, RwLock};

use rustc_hash::FxHashMap;

use crate::ast::ChanDir;
use crate::base::symbol::Symbol;
use crate::types::object::Obj;
use crate::types::package::Pkg;
use crate::types::ty::{Interface, Signature, Struct, Ty, TyKind};

/// The numbers of types declared in functions, as far as their packages have been built.
static LOCAL_TYPES: LazyLock<RwLock<FxHashMap<Obj, usize>>> = LazyLock::new(RwLock::default);

/// Numbers the types that the functions of a package declare; `objs` are their names, in source order.
pub fn number_local_types(objs: &[Obj]) {
    if objs.is_empty() {
        return;
    }
    let mut known = LOCAL_TYPES.write().unwrap_or_else(PoisonError::into_inner);
    known.extend(objs.iter().enumerate().map(|(i, &obj)| (obj, i + 1)));
}

/// The number of a type declared in a function; `None` for all others.
fn local_number(obj: Obj) -> Option<usize> {
    if obj.pkg?.lookup(obj.name) == Some(obj) {
        return None;
    }
    let known = LOCAL_TYPES.read().unwrap_or_else(PoisonError::into_inner);
    known.get(&obj).copied()
}

/// Deeper types print as `...`: they can only come from code made to be deep.
const MAX_DEPTH: u32 = 200;

/// The text of `ty` for messages about package `local`, whose names stand alone.
pub fn type_text(ty: Ty, local: Option<Pkg>) -> String {
    let mut writer = Writer {
        out: String::new(),
        local,
        paths: false,
        depth: 0,
    };
    writer.ty(ty);
    writer.out
}

/// The text that identifies a type: with full package paths (`types.LinkString`).
pub fn link_text(ty: Ty) -> String {
    let mut writer = Writer {
        out: String::new(),
        local: None,
        paths: true,
        depth: 0,
    };
    writer.ty(ty);
    writer.out
}

/// Whether the compiler gives the type a symbol: only then a conversion to it prints without parentheses. An alias is
/// the type it stands for.
pub fn has_name(ty: Ty) -> bool {
    matches!(
        ty.unalias().kind(),
        TyKind::Basic(_) | TyKind::Named(_) | TyKind::TypeParam(_)
    ) || is_any(ty)
}

/// The predeclared `any`, which prints as such; other aliases print as what they stand for.
fn is_any(ty: Ty) -> bool {
    matches!(ty.kind(), TyKind::Alias(a) if a.obj.pkg.is_none() && a.obj.name.as_str() == "any")
}

/// Whether the compiler is told the package's name for its path.
fn is_command(pkg: Pkg) -> bool {
    pkg.name.as_str() == "main"
}

struct Writer {
    out: String,
    local: Option<Pkg>,
    paths: bool,
    depth: u32,
}

impl Writer {
    fn ty(&mut self, ty: Ty) {
        if self.depth > MAX_DEPTH {
            self.out.push_str("...");
            return;
        }
        self.depth += 1;
        self.kind(ty);
        self.depth -= 1;
    }

    fn kind(&mut self, ty: Ty) {
        match ty.kind() {
            TyKind::Basic(b) => self.basic(b.name),
            TyKind::Named(n) => self.named(n.obj, n.targs()),
            TyKind::TypeParam(p) => self.out.push_str(p.obj.name.as_str()),
            TyKind::Alias(_) if is_any(ty) && !self.paths => self.out.push_str("any"),
            TyKind::Alias(a) => self.ty(a.actual()),
            TyKind::Pointer(elem) => self.prefixed("*", *elem),
            TyKind::Slice(elem) => self.prefixed("[]", *elem),
            TyKind::Array { len, elem } => self.prefixed(&format!("[{len}]"), *elem),
            TyKind::Map { key, elem } => {
                self.prefixed("map[", *key);
                self.prefixed("]", *elem);
            }
            TyKind::Chan { dir, elem } => self.chan(*dir, *elem),
            TyKind::Struct(s) => self.fields(s),
            TyKind::Interface(i) => self.interface(i),
            TyKind::Signature(s) => {
                self.out.push_str("func");
                self.signature(s);
            }
            TyKind::Tuple(vars) => self.tuple(vars, None),
            TyKind::Union(terms) => {
                for (i, term) in terms.iter().enumerate() {
                    self.out.push_str(if i > 0 { " | " } else { "" });
                    self.prefixed(if term.tilde { "~" } else { "" }, term.ty);
                }
            }
        }
    }

    fn basic(&mut self, name: &str) {
        let text = match name {
            "Pointer" => "unsafe.Pointer",
            "byte" if self.paths => "uint8",
            "rune" if self.paths => "int32",
            _ => name,
        };
        self.out.push_str(text);
    }

    fn prefixed(&mut self, prefix: &str, ty: Ty) {
        self.out.push_str(prefix);
        self.ty(ty);
    }

    fn named(&mut self, obj: Obj, targs: &[Ty]) {
        self.qualifier(obj.pkg);
        self.out.push_str(obj.name.as_str());
        if !targs.is_empty() {
            self.linked(|w| w.targs(targs));
        }
        if let (true, Some(number)) = (self.paths, local_number(obj)) {
            let _infallible = write!(self.out, "·{number}");
        }
    }

    fn targs(&mut self, targs: &[Ty]) {
        self.out.push('[');
        for (i, &targ) in targs.iter().enumerate() {
            self.out.push_str(if i > 0 { "," } else { "" });
            self.ty(targ);
        }
        self.out.push(']');
    }

    /// Writes a part as link text.
    fn linked(&mut self, write: impl FnOnce(&mut Writer)) {
        let (local, paths) = (self.local.take(), self.paths);
        self.paths = true;
        write(self);
        (self.local, self.paths) = (local, paths);
    }

    fn qualifier(&mut self, pkg: Option<Pkg>) {
        if let Some(p) = pkg.filter(|&p| Some(p) != self.local) {
            if self.paths && !is_command(p) {
                push_prefix(&mut self.out, p.path.as_str());
            } else {
                self.out.push_str(p.name.as_str());
            }
            self.out.push('.');
        }
    }

    fn chan(&mut self, dir: ChanDir, elem: Ty) {
        let inner_recv = matches!(
            elem.kind(),
            TyKind::Chan {
                dir: ChanDir::Recv,
                ..
            }
        );
        match dir {
            ChanDir::Recv => self.prefixed("<-chan ", elem),
            ChanDir::Send => self.prefixed("chan<- ", elem),
            ChanDir::Both if inner_recv => {
                self.prefixed("chan (", elem);
                self.out.push(')');
            }
            ChanDir::Both => self.prefixed("chan ", elem),
        }
    }

    fn fields(&mut self, s: &Struct) {
        self.out.push_str("struct {");
        for (i, field) in s.fields.iter().enumerate() {
            self.out.push_str(if i > 0 { "; " } else { " " });
            let embedded = field.as_var().is_some_and(|v| v.embedded);
            if !embedded || self.paths && !has_name_of_type(*field) {
                self.member(*field);
                self.out.push_str(if embedded { " = " } else { " " });
            }
            self.ty(field.ty());
            let tag = s.tag(i);
            if tag != crate::base::symbol::sym::EMPTY {
                let _infallible = write!(self.out, " {:?}", tag.as_str());
            }
        }
        self.out
            .push_str(if s.fields.is_empty() { "}" } else { " }" });
    }

    fn member(&mut self, obj: Obj) {
        if !obj.exported() {
            self.qualifier(obj.pkg);
        }
        self.out.push_str(obj.name.as_str());
    }

    fn interface(&mut self, i: &'static Interface) {
        let methods = i.type_set().methods;
        self.out.push_str("interface {");
        for (k, m) in methods.iter().enumerate() {
            self.out.push_str(if k > 0 { "; " } else { " " });
            if m.exported() {
                self.member(*m);
            } else {
                self.linked(|w| w.member(*m));
            }
            if let Some(sig) = m.ty().as_signature() {
                self.signature(sig);
            }
        }
        self.out
            .push_str(if methods.is_empty() { "}" } else { " }" });
    }

    fn signature(&mut self, s: &Signature) {
        self.tuple(s.param_vars(), s.variadic.then_some(()));
        match s.result_vars() {
            [] => {}
            [one] => self.prefixed(" ", one.ty()),
            many => {
                self.out.push(' ');
                self.tuple(many, None);
            }
        }
    }

    fn tuple(&mut self, vars: &[Obj], variadic: Option<()>) {
        self.out.push('(');
        for (i, v) in vars.iter().enumerate() {
            self.out.push_str(if i > 0 { ", " } else { "" });
            match v.ty().kind() {
                TyKind::Slice(elem) if variadic.is_some() && i + 1 == vars.len() => {
                    self.prefixed("...", *elem);
                }
                _ => self.ty(v.ty()),
            }
        }
        self.out.push(')');
    }
}

/// Whether an embedded field is named as its type is in link text; aliases and instances are not.
fn has_name_of_type(field: Obj) -> bool {
    let ty = field.ty();
    let base = match ty.unalias().kind() {
        TyKind::Pointer(elem) => elem.unalias(),
        _ => ty.unalias(),
    };
    let same = |obj: Obj| obj.name == field.name && (obj.exported() || obj.pkg == field.pkg);
    base.as_named()
        .is_some_and(|n| n.targs().is_empty() && same(n.obj))
}

/// A package path as it is in the names of symbols: dots behind the last slash are escaped, except in paths of the
/// compiler's own.
fn push_prefix(out: &mut String, path: &str) {
    let last = path.rfind('/').map_or(0, |i| i + 1);
    out.push_str(&path[..last]);
    for c in path[last..].chars() {
        match c {
            '.' if path != SHAPES => out.push_str("%2e"),
            _ => out.push(c),
        }
    }
}

/// The path of the package that shapes belong to.
pub(super) const SHAPES: &str = "go.shape";

/// A symbol as messages print it: names of other packages carry the package's name.
pub fn symbol_text(name: Symbol, pkg: Option<Pkg>, local: Option<Pkg>) -> String {
    match pkg {
        Some(p) if Some(p) != local => format!("{}.{name}", p.name),
        _ => name.as_str().to_owned(),
    }
}
