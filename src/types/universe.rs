//! The predeclared types, constants and functions.

use std::sync::{LazyLock, OnceLock};

use rustc_hash::FxHashMap;

use super::arena::alloc_slice;
use super::builtin::BuiltinId;
use super::constant::Value;
use super::object::{FuncInfo, Obj, ObjKind, VarInfo, VarKind};
use super::package::Pkg;
use super::ty::{Basic, BasicInfo, BasicKind, Interface, Signature, Ty, TyData, TyKind, settle};
use super::typeset::TypeSet;
use crate::base::symbol::{Symbol, sym};

const fn basic(kind: BasicKind, info: u8, name: &'static &'static str) -> TyData {
    TyData::new_static(TyKind::Basic(Basic {
        kind,
        info: BasicInfo(info),
        name,
    }))
}

const B: u8 = BasicInfo::BOOLEAN.0;
const I: u8 = BasicInfo::INTEGER.0;
const U: u8 = BasicInfo::INTEGER.0 | BasicInfo::UNSIGNED.0;
const F: u8 = BasicInfo::FLOAT.0;
const C: u8 = BasicInfo::COMPLEX.0;
const S: u8 = BasicInfo::STRING.0;
const N: u8 = BasicInfo::UNTYPED.0;

/// Basic types by kind.
pub(super) static BASIC: [TyData; 26] = [
    basic(BasicKind::Invalid, 0, &"invalid type"),
    basic(BasicKind::Bool, B, &"bool"),
    basic(BasicKind::Int, I, &"int"),
    basic(BasicKind::Int8, I, &"int8"),
    basic(BasicKind::Int16, I, &"int16"),
    basic(BasicKind::Int32, I, &"int32"),
    basic(BasicKind::Int64, I, &"int64"),
    basic(BasicKind::Uint, U, &"uint"),
    basic(BasicKind::Uint8, U, &"uint8"),
    basic(BasicKind::Uint16, U, &"uint16"),
    basic(BasicKind::Uint32, U, &"uint32"),
    basic(BasicKind::Uint64, U, &"uint64"),
    basic(BasicKind::Uintptr, U, &"uintptr"),
    basic(BasicKind::Float32, F, &"float32"),
    basic(BasicKind::Float64, F, &"float64"),
    basic(BasicKind::Complex64, C, &"complex64"),
    basic(BasicKind::Complex128, C, &"complex128"),
    basic(BasicKind::String, S, &"string"),
    basic(BasicKind::UnsafePointer, 0, &"unsafe.Pointer"),
    basic(BasicKind::UntypedBool, B | N, &"untyped bool"),
    basic(BasicKind::UntypedInt, I | N, &"untyped int"),
    basic(BasicKind::UntypedRune, I | N, &"untyped rune"),
    basic(BasicKind::UntypedFloat, F | N, &"untyped float"),
    basic(BasicKind::UntypedComplex, C | N, &"untyped complex"),
    basic(BasicKind::UntypedString, S | N, &"untyped string"),
    basic(BasicKind::UntypedNil, N, &"untyped nil"),
];

static BYTE_DATA: TyData = basic(BasicKind::Uint8, U, &"byte");
static RUNE_DATA: TyData = basic(BasicKind::Int32, I, &"rune");

/// The tuple without variables.
pub(super) static EMPTY_TUPLE: TyData = TyData::new_static(TyKind::Tuple(&[]));

/// `byte`: identical to `uint8`, printed differently.
pub const BYTE: Ty = Ty::from_static(&BYTE_DATA);
/// `rune`: identical to `int32`, printed differently.
pub const RUNE: Ty = Ty::from_static(&RUNE_DATA);

/// The predeclared objects.
pub struct Universe {
    /// By name.
    pub objects: FxHashMap<Symbol, Obj>,
    /// `any`, an alias.
    pub any: Ty,
    /// `error`, a defined type.
    pub error: Ty,
    /// `comparable`, a defined type.
    pub comparable: Ty,
    /// `interface{}` as a node of its own.
    pub empty_interface: Ty,
}

/// The universe scope.
pub static UNIVERSE: LazyLock<Universe> = LazyLock::new(build);

/// Predeclared names that stand for basic types.
const TYPE_NAMES: &[BasicKind] = &[
    BasicKind::Bool,
    BasicKind::Int,
    BasicKind::Int8,
    BasicKind::Int16,
    BasicKind::Int32,
    BasicKind::Int64,
    BasicKind::Uint,
    BasicKind::Uint8,
    BasicKind::Uint16,
    BasicKind::Uint32,
    BasicKind::Uint64,
    BasicKind::Uintptr,
    BasicKind::Float32,
    BasicKind::Float64,
    BasicKind::Complex64,
    BasicKind::Complex128,
    BasicKind::String,
];

fn type_name(name: &str, ty: Ty) -> Obj {
    Obj::typed(ObjKind::TypeName, Symbol::intern(name), None, None, ty)
}

fn interface(methods: &'static [Obj], embeddeds: &'static [Ty]) -> Ty {
    Ty::interface(Interface {
        methods,
        embeddeds,
        implicit: false,
        tset: OnceLock::new(),
    })
}

/// A predeclared defined type.
fn defined(obj: Obj, under: Ty) -> Ty {
    let ty = Ty::named(obj, None);
    obj.set_ty(ty);
    if let TyKind::Named(n) = ty.kind() {
        settle(&n.rhs, under);
        settle(&n.under, under);
    }
    ty
}

/// `type error interface { Error() string }`
fn error_type(obj: Obj) -> Ty {
    let empty = sym::EMPTY;
    let result = Obj::var(
        VarKind::Result,
        empty,
        None,
        None,
        Ty::basic(BasicKind::String),
    );
    let recv_info = VarInfo {
        kind: VarKind::Recv,
        embedded: false,
        origin: None,
    };
    let recv = Obj::new(ObjKind::Var(recv_info), empty, None, None, 0);
    let sig = Ty::signature(Signature {
        tparams: &[],
        rparams: &[],
        recv: Some(recv),
        params: Ty::tuple(Vec::new()),
        results: Ty::tuple(vec![result]),
        variadic: false,
    });
    let info = FuncInfo {
        ptr_recv: false,
        origin: None,
    };
    let method = Obj::typed(ObjKind::Func(info), sym::ERROR_METHOD, None, None, sig);
    let ty = defined(obj, interface(alloc_slice(vec![method]), &[]));
    recv.set_ty(ty);
    ty
}

/// `type any = interface{}`
fn any_type(obj: Obj, under: Ty) -> Ty {
    let ty = Ty::alias(obj, None);
    obj.set_ty(ty);
    if let TyKind::Alias(a) = ty.kind() {
        settle(&a.rhs, under);
        settle(&a.actual, under);
    }
    ty
}

/// `comparable`: an interface whose type set is all comparable types.
fn comparable_type(obj: Obj) -> Ty {
    let ty = interface(&[], &[]);
    if let TyKind::Interface(i) = ty.kind() {
        settle(&i.tset, TypeSet::comparable());
    }
    defined(obj, ty)
}

fn constants() -> [Obj; 3] {
    let bool_const = |name, value| {
        let kind = ObjKind::constant(OnceLock::from(Value::Bool(value)));
        Obj::typed(kind, name, None, None, Ty::basic(BasicKind::UntypedBool))
    };
    let iota = ObjKind::constant(OnceLock::from(Value::Int(0)));
    [
        bool_const(sym::TRUE, true),
        bool_const(sym::FALSE, false),
        Obj::typed(
            iota,
            sym::IOTA,
            None,
            None,
            Ty::basic(BasicKind::UntypedInt),
        ),
    ]
}

fn builtins() -> impl Iterator<Item = Obj> {
    BuiltinId::PREDECLARED
        .iter()
        .map(|&id| Obj::typed(ObjKind::Builtin(id), id.name(), None, None, Ty::INVALID))
}

fn new_type_name(name: Symbol) -> Obj {
    Obj::new(ObjKind::TypeName, name, None, None, 0)
}

fn build() -> Universe {
    let empty_interface = interface(&[], &[]);
    let named = [sym::ERROR, sym::ANY, sym::COMPARABLE].map(new_type_name);
    let [error, any, comparable] = named;
    let basics = TYPE_NAMES.iter().map(|&kind| {
        let ty = Ty::basic(kind);
        type_name(BASIC[kind as usize].basic_name(), ty)
    });
    let nil = Obj::typed(
        ObjKind::Nil,
        sym::NIL,
        None,
        None,
        Ty::basic(BasicKind::UntypedNil),
    );
    let objects = basics
        .chain([type_name("byte", BYTE), type_name("rune", RUNE), nil])
        .chain(named)
        .chain(constants())
        .chain(builtins())
        .map(|obj| (obj.name, obj))
        .collect();
    Universe {
        objects,
        error: error_type(error),
        any: any_type(any, empty_interface),
        comparable: comparable_type(comparable),
        empty_interface,
    }
}

/// Package `unsafe`.
pub static UNSAFE: LazyLock<Pkg> = LazyLock::new(|| {
    let pkg = Pkg::new(sym::UNSAFE, sym::UNSAFE);
    let name = Symbol::intern("Pointer");
    let pointer = Ty::basic(BasicKind::UnsafePointer);
    let pointer = Obj::typed(ObjKind::TypeName, name, Some(pkg), None, pointer);
    let funcs = BuiltinId::UNSAFE.iter().map(|&id| {
        let kind = ObjKind::Builtin(id);
        Obj::typed(kind, id.name(), Some(pkg), None, Ty::INVALID)
    });
    pkg.set_scope(funcs.chain([pointer]).map(|obj| (obj.name, obj)).collect());
    pkg
});
