//! Types: immutable nodes, and single-assignment cells where the language allows cycles.
//!
//! A [`Ty`] is a reference to a node that lives as long as the process (see [`arena`](super::arena)). Only
//! [`Named`], [`Alias`] and [`TypeParam`] can be part of a cycle, so only they (and the objects for fields, parameters
//! and methods) have cells that are set after creation; every other node is complete when it is made. `==` on `Ty` is
//! identity of nodes; identity of types as the language defines it is [`identical`](super::predicates::identical).

use std::fmt;
use std::hash::{Hash, Hasher};
use std::sync::OnceLock;

use super::arena::{self, alloc_slice};
use super::object::Obj;
use super::sizes::Layout;
use super::typeset::TypeSet;
use crate::ast::ChanDir;
use crate::base::symbol::Symbol;

/// A type.
#[derive(Clone, Copy)]
pub struct Ty(&'static TyData);

/// The node behind a [`Ty`].
pub struct TyData {
    kind: TyKind,
}

crate::pooled!(TyData);
crate::pooled!(Struct);
crate::pooled!(Signature);
crate::pooled!(Interface);
crate::pooled!(Named);
crate::pooled!(TypeParam);
crate::pooled!(Alias);

const _: () = assert!(size_of::<TyData>() <= 24);

impl PartialEq for Ty {
    #[inline]
    fn eq(&self, other: &Ty) -> bool {
        std::ptr::eq(self.0, other.0)
    }
}

impl Eq for Ty {}

impl Hash for Ty {
    fn hash<H: Hasher>(&self, state: &mut H) {
        (std::ptr::from_ref(self.0) as usize).hash(state);
    }
}

impl fmt::Debug for Ty {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// What a type is. Most types are small ones, pointers and tuples of parameters, and programs have hundreds of thousands
/// of them: what is larger than two words lies elsewhere.
pub enum TyKind {
    /// A predeclared type, an untyped kind, `unsafe.Pointer` or the invalid type.
    Basic(Basic),
    /// `[len]elem`
    Array {
        /// The length; negative when it is unknown because of an error.
        len: i64,
        /// The element type.
        elem: Ty,
    },
    /// `[]elem`
    Slice(Ty),
    /// `struct { … }`
    Struct(&'static Struct),
    /// `*elem`
    Pointer(Ty),
    /// Parameters, results, or the values of a call with any number of results but one.
    Tuple(&'static [Obj]),
    /// A function type.
    Signature(&'static Signature),
    /// `~A | B` as an element of an interface.
    Union(&'static [Term]),
    /// An interface.
    Interface(&'static Interface),
    /// `map[key]elem`
    Map {
        /// The key type.
        key: Ty,
        /// The element type.
        elem: Ty,
    },
    /// A channel.
    Chan {
        /// Its direction.
        dir: ChanDir,
        /// The element type.
        elem: Ty,
    },
    /// A defined type or an instance of one.
    Named(&'static Named),
    /// A type parameter.
    TypeParam(&'static TypeParam),
    /// An alias or an instance of one; see [`Ty::unalias`].
    Alias(&'static Alias),
}

/// The kinds of [`Basic`] types, in the order of go/types.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
#[repr(u8)]
#[allow(missing_docs)]
pub enum BasicKind {
    Invalid,
    Bool,
    Int,
    Int8,
    Int16,
    Int32,
    Int64,
    Uint,
    Uint8,
    Uint16,
    Uint32,
    Uint64,
    Uintptr,
    Float32,
    Float64,
    Complex64,
    Complex128,
    String,
    UnsafePointer,
    UntypedBool,
    UntypedInt,
    UntypedRune,
    UntypedFloat,
    UntypedComplex,
    UntypedString,
    UntypedNil,
}

/// A set of properties of basic types, as bits.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct BasicInfo(pub u8);

impl BasicInfo {
    /// Booleans.
    pub const BOOLEAN: BasicInfo = BasicInfo(1);
    /// Integers.
    pub const INTEGER: BasicInfo = BasicInfo(1 << 1);
    /// Unsigned integers (also [`BasicInfo::INTEGER`]).
    pub const UNSIGNED: BasicInfo = BasicInfo(1 << 2);
    /// Floats.
    pub const FLOAT: BasicInfo = BasicInfo(1 << 3);
    /// Complex numbers.
    pub const COMPLEX: BasicInfo = BasicInfo(1 << 4);
    /// Strings.
    pub const STRING: BasicInfo = BasicInfo(1 << 5);
    /// Untyped kinds.
    pub const UNTYPED: BasicInfo = BasicInfo(1 << 6);
    /// `< <= > >=` apply.
    pub const ORDERED: BasicInfo = BasicInfo(1 << 1 | 1 << 3 | 1 << 5);
    /// Numbers.
    pub const NUMERIC: BasicInfo = BasicInfo(1 << 1 | 1 << 3 | 1 << 4);
    /// Types that constants can have.
    pub const CONST: BasicInfo = BasicInfo(1 | 1 << 1 | 1 << 3 | 1 << 4 | 1 << 5);

    /// Whether the two sets share a property.
    #[inline]
    pub fn any(self, other: BasicInfo) -> bool {
        self.0 & other.0 != 0
    }
}

/// A predeclared type. `byte` and `uint8` are two nodes of the same kind that differ in name only.
#[derive(Clone, Copy, Debug)]
pub struct Basic {
    /// The kind: two basic types are identical if their kinds are.
    pub kind: BasicKind,
    /// Its properties.
    pub info: BasicInfo,
    /// The name it is printed with; a reference to keep types small.
    pub name: &'static &'static str,
}

/// A struct type.
pub struct Struct {
    /// Field variables in order.
    pub fields: &'static [Obj],
    /// Tag values by field; empty if no field has a tag.
    pub tags: &'static [Symbol],
}

impl Struct {
    /// The tag of field `i`, unquoted; empty if it has none.
    pub fn tag(&self, i: usize) -> Symbol {
        self.tags
            .get(i)
            .copied()
            .unwrap_or(crate::base::symbol::sym::EMPTY)
    }
}

/// A function type.
pub struct Signature {
    /// Its own type parameters.
    pub tparams: &'static [Ty],
    /// The type parameters of a method's receiver, as the method declares them.
    pub rparams: &'static [Ty],
    /// The receiver variable of a method.
    pub recv: Option<Obj>,
    /// A tuple.
    pub params: Ty,
    /// A tuple.
    pub results: Ty,
    /// Whether the last parameter is `...T` (its type is then `[]T`; in rare builtins `string` or a type parameter).
    pub variadic: bool,
}

/// `~T` or `T` in a union.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Term {
    /// Whether the tilde is there.
    pub tilde: bool,
    /// The type.
    pub ty: Ty,
}

/// An interface as written; what it means is its [`TypeSet`].
pub struct Interface {
    /// Explicitly declared methods, in source order.
    pub methods: &'static [Obj],
    /// Embedded elements, in source order.
    pub embeddeds: &'static [Ty],
    /// Whether this wraps the constraint of a type parameter that was written without `interface`.
    pub implicit: bool,
    /// The type set, once asked for.
    pub tset: OnceLock<&'static TypeSet>,
}

/// A defined type, or an instance of a generic one.
pub struct Named {
    /// The type name; for an instance that of its origin.
    pub obj: Obj,
    /// What it is an instance of.
    pub inst: Option<Instance>,
    /// Its type parameters; unset or empty if it is not generic. Never set for instances.
    pub tparams: OnceLock<&'static [Ty]>,
    /// The type behind the name as written; for instances substituted on demand.
    pub rhs: OnceLock<Ty>,
    /// The underlying type: no name, alias or type parameter.
    pub under: OnceLock<Ty>,
    /// Declared methods. Never set for instances.
    pub methods: OnceLock<&'static [Obj]>,
    /// The methods of an instance, each made on demand.
    pub inst_methods: OnceLock<&'static [OnceLock<Obj>]>,
    /// Set if the type contains itself by value, which is reported: its instances have nothing behind their name, since
    /// filling them in might never end.
    pub recursive: OnceLock<()>,
    /// How it lies in memory on targets with words of 4 and of 8 bytes, once asked for.
    pub(super) layouts: [OnceLock<Layout>; 2],
    /// Whether it is, or contains, the runtime's mark for types that never lie in the heap, once asked for.
    pub(super) not_in_heap: OnceLock<bool>,
}

/// A generic type and its arguments.
#[derive(Clone, Copy, Debug)]
pub struct Instance {
    /// The generic type, a [`Named`] or [`Alias`].
    pub orig: Ty,
    /// One type for each of its parameters.
    pub targs: &'static [Ty],
}

/// A type parameter.
pub struct TypeParam {
    /// Its type name.
    pub obj: Obj,
    /// Unique in the process; the order is that of creation within one package.
    pub id: u64,
    /// Its place in the list that declares it.
    pub index: OnceLock<u32>,
    /// The constraint as written.
    pub bound: OnceLock<Ty>,
    /// The constraint as an interface.
    pub iface: OnceLock<Ty>,
    /// Set if instances of what it belongs to need ever larger instances, which the compiler refuses: nobody can make
    /// them all.
    pub endless: OnceLock<()>,
}

/// An alias declaration, or an instance of a generic one.
pub struct Alias {
    /// The type name; for an instance that of its origin.
    pub obj: Obj,
    /// What it is an instance of.
    pub inst: Option<Instance>,
    /// Its type parameters; unset or empty if it is not generic.
    pub tparams: OnceLock<&'static [Ty]>,
    /// The type behind the `=` as written.
    pub rhs: OnceLock<Ty>,
    /// The first type behind it that is no alias.
    pub actual: OnceLock<Ty>,
}

/// Sets a cell unless another thread has; gives what it holds now.
pub fn settle<T: Copy>(cell: &OnceLock<T>, value: T) -> T {
    *cell.get_or_init(|| value)
}

impl Ty {
    /// A new type.
    pub fn new(kind: TyKind) -> Ty {
        Ty(arena::alloc(TyData { kind }))
    }

    /// What the type is; aliases are seen as such.
    #[inline]
    pub fn kind(self) -> &'static TyKind {
        &self.0.kind
    }

    /// A number that no other type has at the same time, for tables.
    #[inline]
    pub fn number(self) -> usize {
        std::ptr::from_ref(self.0) as usize
    }

    /// A predeclared type.
    pub const fn basic(kind: BasicKind) -> Ty {
        Ty(&super::universe::BASIC[kind as usize])
    }

    /// The type of what could not be typed; no message mentions it.
    pub const INVALID: Ty = Ty::basic(BasicKind::Invalid);

    pub(super) const fn from_static(data: &'static TyData) -> Ty {
        Ty(data)
    }

    /// `*elem`
    pub fn pointer(elem: Ty) -> Ty {
        Ty::new(TyKind::Pointer(elem))
    }

    /// `[]elem`
    pub fn slice(elem: Ty) -> Ty {
        Ty::new(TyKind::Slice(elem))
    }

    /// `[len]elem`; a negative length is unknown.
    pub fn array(len: i64, elem: Ty) -> Ty {
        Ty::new(TyKind::Array { len, elem })
    }

    /// A function type.
    pub fn signature(signature: Signature) -> Ty {
        Ty::new(TyKind::Signature(arena::alloc(signature)))
    }

    /// An interface.
    pub fn interface(interface: Interface) -> Ty {
        Ty::new(TyKind::Interface(arena::alloc(interface)))
    }

    /// `struct { … }`
    pub fn of_struct(fields: Struct) -> Ty {
        Ty::new(TyKind::Struct(arena::alloc(fields)))
    }

    /// A type parameter.
    pub fn type_param(param: TypeParam) -> Ty {
        Ty::new(TyKind::TypeParam(arena::alloc(param)))
    }

    /// A defined type named by `obj`, or an instance of one. What lies behind the name is set later.
    pub fn named(obj: Obj, inst: Option<Instance>) -> Ty {
        Ty::new(TyKind::Named(arena::alloc(Named {
            obj,
            inst,
            tparams: OnceLock::new(),
            rhs: OnceLock::new(),
            under: OnceLock::new(),
            methods: OnceLock::new(),
            inst_methods: OnceLock::new(),
            recursive: OnceLock::new(),
            layouts: Default::default(),
            not_in_heap: OnceLock::new(),
        })))
    }

    /// An alias named by `obj`, or an instance of one. What lies behind the name is set later.
    pub fn alias(obj: Obj, inst: Option<Instance>) -> Ty {
        Ty::new(TyKind::Alias(arena::alloc(Alias {
            obj,
            inst,
            tparams: OnceLock::new(),
            rhs: OnceLock::new(),
            actual: OnceLock::new(),
        })))
    }

    /// A tuple of variables.
    pub fn tuple(vars: Vec<Obj>) -> Ty {
        if vars.is_empty() {
            return Ty(&super::universe::EMPTY_TUPLE);
        }
        Ty::new(TyKind::Tuple(alloc_slice(vars)))
    }

    /// The variables of a tuple; none for other types.
    pub fn vars(self) -> &'static [Obj] {
        match self.kind() {
            TyKind::Tuple(vars) => vars,
            _ => &[],
        }
    }

    /// Whether this is the invalid type itself.
    #[inline]
    pub fn is_invalid(self) -> bool {
        matches!(self.unalias().kind(), TyKind::Basic(b) if b.kind == BasicKind::Invalid)
    }

    /// The defined type, if it is one (aliases are looked through).
    pub fn as_named(self) -> Option<&'static Named> {
        match self.unalias().kind() {
            TyKind::Named(n) => Some(n),
            _ => None,
        }
    }

    /// The type parameter, if it is one (aliases are looked through).
    pub fn as_type_param(self) -> Option<&'static TypeParam> {
        match self.unalias().kind() {
            TyKind::TypeParam(p) => Some(p),
            _ => None,
        }
    }

    /// The signature, if the type itself is one (not by its underlying type).
    pub fn as_signature(self) -> Option<&'static Signature> {
        match self.unalias().kind() {
            TyKind::Signature(s) => Some(s),
            _ => None,
        }
    }
}

impl TyData {
    /// The name of a basic type; empty for other types.
    pub(super) fn basic_name(&self) -> &'static str {
        match &self.kind {
            TyKind::Basic(b) => b.name,
            _ => "",
        }
    }

    pub(super) const fn new_static(kind: TyKind) -> TyData {
        TyData { kind }
    }
}

impl Signature {
    /// Parameter variables.
    pub fn param_vars(&self) -> &'static [Obj] {
        self.params.vars()
    }

    /// Result variables.
    pub fn result_vars(&self) -> &'static [Obj] {
        self.results.vars()
    }
}

impl Named {
    /// Type arguments; none if it is not an instance.
    pub fn targs(&self) -> &'static [Ty] {
        self.inst.map_or(&[], |i| i.targs)
    }
}

impl Alias {
    /// Type arguments; none if it is not an instance.
    pub fn targs(&self) -> &'static [Ty] {
        self.inst.map_or(&[], |i| i.targs)
    }

    /// Type parameters; none if it is not generic.
    pub fn tparams(&self) -> &'static [Ty] {
        self.tparams.get().copied().unwrap_or_default()
    }
}

/// A number for a new type parameter.
pub fn next_type_param_id() -> u64 {
    use std::sync::atomic::{AtomicU64, Ordering};
    static NEXT: AtomicU64 = AtomicU64::new(1);
    NEXT.fetch_add(1, Ordering::Relaxed)
}
