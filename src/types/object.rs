//! Objects: what names stand for.
//!
//! An [`Obj`] is a reference to a node that lives as long as the process, like a type. Its type is a cell because
//! package-level objects are collected before any of them is typed.

use std::fmt;
use std::hash::{Hash, Hasher};
use std::sync::OnceLock;

use super::arena;
use super::builtin::BuiltinId;
use super::constant::Value;
use super::package::Pkg;
use super::ty::Ty;
use crate::base::source::FileId;
use crate::base::symbol::Symbol;

/// Where an object is declared: a file and the byte offset of the name in it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Pos {
    /// The file.
    pub file: FileId,
    /// Offset of the name's first byte.
    pub offset: u32,
}

/// What a name stands for.
#[derive(Clone, Copy)]
pub struct Obj(&'static ObjData);

/// The node behind an [`Obj`].
pub struct ObjData {
    /// The declared name.
    pub name: Symbol,
    /// What kind of object it is, and what only that kind has.
    pub kind: ObjKind,
    /// The package that declares it; `None` for predeclared objects.
    pub pkg: Option<Pkg>,
    /// Where it is declared; `None` for predeclared objects and those read from facts without positions.
    pub pos: Option<Pos>,
    /// A number that the checker of its package gives it: the index of its declaration if it is a package-level object
    /// or method, the number of the declaring function if it is a local variable, 0 otherwise.
    pub tag: u32,
    ty: OnceLock<Ty>,
}

crate::pooled!(ObjData);
crate::pooled!(OnceLock<Value>);

const _: () = assert!(size_of::<ObjData>() <= 64);

/// The kinds of objects.
pub enum ObjKind {
    /// An import, in its file's scope.
    PkgName(Pkg),
    /// A constant; the value is unset until its declaration is checked.
    Const(&'static OnceLock<Value>),
    /// A type or type parameter.
    TypeName,
    /// A variable.
    Var(VarInfo),
    /// A function or method.
    Func(FuncInfo),
    /// A predeclared or `unsafe` function.
    Builtin(BuiltinId),
    /// `nil`
    Nil,
    /// A label.
    Label,
}

impl ObjKind {
    /// A constant.
    pub fn constant(value: OnceLock<Value>) -> ObjKind {
        ObjKind::Const(arena::alloc(value))
    }
}

/// What a variable is.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum VarKind {
    /// Declared at package level.
    Package,
    /// Declared in a function.
    Local,
    /// A receiver.
    Recv,
    /// A parameter.
    Param,
    /// A result.
    Result,
    /// A struct field.
    Field,
}

/// What only variables have.
#[derive(Clone, Copy, Debug)]
pub struct VarInfo {
    /// What it is.
    pub kind: VarKind,
    /// Whether it is an embedded field.
    pub embedded: bool,
    /// The field or parameter of the generic type that this one was instantiated from.
    pub origin: Option<Obj>,
}

/// What only functions and methods have.
#[derive(Clone, Copy, Debug)]
pub struct FuncInfo {
    /// Whether a method's receiver is written as a pointer; known before the signature is.
    pub ptr_recv: bool,
    /// The method of the generic type that this one was instantiated from.
    pub origin: Option<Obj>,
}

impl PartialEq for Obj {
    #[inline]
    fn eq(&self, other: &Obj) -> bool {
        std::ptr::eq(self.0, other.0)
    }
}

impl Eq for Obj {}

impl Hash for Obj {
    fn hash<H: Hasher>(&self, state: &mut H) {
        (std::ptr::from_ref(self.0) as usize).hash(state);
    }
}

impl fmt::Debug for Obj {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0.name)
    }
}

impl std::ops::Deref for Obj {
    type Target = ObjData;

    #[inline]
    fn deref(&self) -> &ObjData {
        self.0
    }
}

impl Obj {
    /// A new object without a type.
    pub fn new(kind: ObjKind, name: Symbol, pkg: Option<Pkg>, pos: Option<Pos>, tag: u32) -> Obj {
        Obj(arena::alloc(ObjData {
            name,
            kind,
            pkg,
            pos,
            tag,
            ty: OnceLock::new(),
        }))
    }

    /// A new object with a type.
    pub fn typed(kind: ObjKind, name: Symbol, pkg: Option<Pkg>, pos: Option<Pos>, ty: Ty) -> Obj {
        let obj = Obj::new(kind, name, pkg, pos, 0);
        obj.set_ty(ty);
        obj
    }

    /// A new variable with a type.
    pub fn var(kind: VarKind, name: Symbol, pkg: Option<Pkg>, pos: Option<Pos>, ty: Ty) -> Obj {
        let info = VarInfo {
            kind,
            embedded: false,
            origin: None,
        };
        Obj::typed(ObjKind::Var(info), name, pkg, pos, ty)
    }

    /// The node, for as long as the process runs.
    #[inline]
    pub fn data(self) -> &'static ObjData {
        self.0
    }

    /// The type; invalid while it is not known.
    #[inline]
    pub fn ty(self) -> Ty {
        self.0.ty.get().copied().unwrap_or(Ty::INVALID)
    }

    /// The type, if it has been set.
    #[inline]
    pub fn known_ty(self) -> Option<Ty> {
        self.0.ty.get().copied()
    }

    /// Sets the type; the first one set stays.
    pub fn set_ty(self, ty: Ty) {
        let _kept = self.0.ty.set(ty);
    }

    /// The variable's own data, if it is a variable.
    #[inline]
    pub fn as_var(self) -> Option<&'static VarInfo> {
        match &self.0.kind {
            ObjKind::Var(v) => Some(v),
            _ => None,
        }
    }

    /// The function's own data, if it is a function or method.
    #[inline]
    pub fn as_func(self) -> Option<&'static FuncInfo> {
        match &self.0.kind {
            ObjKind::Func(f) => Some(f),
            _ => None,
        }
    }

    /// Whether it is a type name.
    pub fn is_type_name(self) -> bool {
        matches!(self.0.kind, ObjKind::TypeName)
    }

    /// The constant's value; `None` if it is no constant or not known yet.
    pub fn const_value(self) -> Option<&'static Value> {
        match &self.0.kind {
            ObjKind::Const(v) => v.get(),
            _ => None,
        }
    }

    /// Sets a constant's value; the first one set stays.
    pub fn set_const_value(self, value: Value) {
        if let ObjKind::Const(cell) = &self.0.kind {
            let _kept = cell.set(value);
        }
    }

    /// Whether the name is exported.
    pub fn exported(self) -> bool {
        self.0.name.is_exported()
    }

    /// Whether it is named `name` as seen from `pkg`: unexported names of two packages are never the same
    /// (Go spec, "Uniqueness of identifiers").
    pub fn same_id(self, pkg: Option<Pkg>, name: Symbol) -> bool {
        self.0.name == name && (self.0.pkg == pkg || same_pkg(self.0.pkg, pkg) || self.exported())
    }

    /// The canonical order of methods: exported ones first, then by name, then by package path.
    pub fn cmp_id(self, other: Obj) -> std::cmp::Ordering {
        let path = |o: Obj| o.0.pkg.map(|p| p.path.as_str());
        other
            .exported()
            .cmp(&self.exported())
            .then_with(|| self.0.name.as_str().cmp(other.0.name.as_str()))
            .then_with(|| {
                if self.exported() {
                    std::cmp::Ordering::Equal
                } else {
                    path(self).cmp(&path(other))
                }
            })
    }

    /// The object this one was instantiated from, or itself.
    #[must_use]
    pub fn origin(self) -> Obj {
        match &self.0.kind {
            ObjKind::Var(v) => v.origin.unwrap_or(self),
            ObjKind::Func(f) => f.origin.unwrap_or(self),
            _ => self,
        }
    }
}

/// Whether both are the same package, by path.
pub fn same_pkg(a: Option<Pkg>, b: Option<Pkg>) -> bool {
    match (a, b) {
        (Some(a), Some(b)) => a == b || a.path == b.path,
        (None, None) => true,
        _ => false,
    }
}
