//! Interned lists of type arguments, and the shapes that stand for groups of types (noder's `shapify`).
//!
//! The compiler has one body for all type arguments of one shape: where the constraint lists no types all pointers are
//! one shape, otherwise all types with one underlying type are. A shape is a type of package `go.shape` that is named
//! after its underlying type.

use std::sync::{LazyLock, Mutex, PoisonError};

use rustc_hash::FxHashMap;

use super::body::Instance;
use super::canonical::{canonical, canonical_list};
use super::finite::is_oversized;
use super::release::{Release, ShapeNames};
use super::typetext::{SHAPES, link_text};
use crate::base::sha256;
use crate::base::symbol::Symbol;
use crate::types::object::{Obj, ObjKind};
use crate::types::package::Pkg;
use crate::types::predicates::{identical_lists, is_interface};
use crate::types::ty::{BasicKind, Ty, TyKind, settle};

/// Longer names of shapes are hashed.
const MAX_NAME: usize = 500;

/// Lists of type arguments by how they are written.
type Lists = FxHashMap<String, Vec<&'static &'static [Ty]>>;

/// All lists so far.
static LISTS: LazyLock<Mutex<Lists>> = LazyLock::new(Mutex::default);

/// All shapes so far, by name.
static BY_NAME: LazyLock<Mutex<FxHashMap<String, Ty>>> = LazyLock::new(Mutex::default);

/// The package that shapes belong to.
static SHAPE_PACKAGE: LazyLock<Pkg> = LazyLock::new(|| {
    let name = Symbol::intern(SHAPES);
    Pkg::new(name, name)
});

impl Instance {
    /// The instance with these type arguments; identical lists give equal instances. Arguments of no real size are
    /// invalid ones.
    pub fn of(targs: &[Ty]) -> Instance {
        if targs.iter().any(|&t| is_oversized(t)) {
            return Instance::of(&vec![Ty::INVALID; targs.len()]);
        }
        let text: Vec<String> = targs.iter().map(|&t| link_text(t)).collect();
        let mut lists = LISTS.lock().unwrap_or_else(PoisonError::into_inner);
        let lists = lists.entry(text.join(",")).or_default();
        if let Some(known) = lists.iter().find(|l| identical_lists(l, targs)) {
            return Instance::from_interned(known);
        }
        let list: &'static &'static [Ty] = Box::leak(Box::new(canonical_list(targs)));
        lists.push(list);
        Instance::from_interned(list)
    }
}

/// The shape of type argument `ty` for a type parameter with constraint `constraint`.
pub fn shape(ty: Ty, constraint: Ty, release: &Release) -> Ty {
    let under = ty.under();
    let under = match under.kind() {
        TyKind::Pointer(_) if is_basic(constraint) => Ty::pointer(Ty::basic(BasicKind::Uint8)),
        _ => under,
    };
    named_shape(under, release.shape_names)
}

/// Whether a constraint asks for nothing but methods.
fn is_basic(constraint: Ty) -> bool {
    constraint
        .under_interface()
        .is_none_or(|i| i.type_set().is_method_set())
}

/// Long names are hashed.
fn shape_name(text: String, names: ShapeNames) -> String {
    if names == ShapeNames::Plain || text.len() <= MAX_NAME {
        return text;
    }
    let mut hash = sha256::digest(text.as_bytes());
    let (bytes, bits) = match names {
        ShapeNames::Flipped => (1, 1),
        ShapeNames::Hashed => (1, 0xff),
        _ => (hash.len(), 0xff),
    };
    hash[..bytes].iter_mut().for_each(|byte| *byte ^= bits);
    sha256::hex(&hash)
}

/// Whether the type is a shape.
pub fn is_shape(ty: Ty) -> bool {
    ty.as_named()
        .is_some_and(|n| n.obj.pkg == Some(*SHAPE_PACKAGE))
}

/// Whether a shape occurs among the type arguments that the type is made with, or it is one.
pub fn has_shape(ty: Ty) -> bool {
    match ty.unalias().kind() {
        TyKind::Pointer(elem) | TyKind::Slice(elem) | TyKind::Array { elem, .. } => {
            has_shape(*elem)
        }
        TyKind::Named(n) => is_shape(ty) || n.targs().iter().any(|&t| has_shape(t)),
        TyKind::Map { key, elem } => has_shape(*key) || has_shape(*elem),
        TyKind::Chan { elem, .. } => has_shape(*elem),
        TyKind::Struct(s) => s.fields.iter().any(|f| has_shape(f.ty())),
        TyKind::Tuple(vars) => vars.iter().any(|v| has_shape(v.ty())),
        TyKind::Signature(s) => has_shape(s.params) || has_shape(s.results),
        TyKind::Interface(i) => i.methods.iter().any(|m| has_shape(m.ty())),
        _ => false,
    }
}

/// Whether values of the type are interfaces; not true of type parameters.
pub fn is_boxing(ty: Ty) -> bool {
    ty.as_type_param().is_none() && is_interface(ty)
}

fn named_shape(under: Ty, names: ShapeNames) -> Ty {
    by_name(&shape_name(link_text(under), names), || canonical(under))
}

/// The shape that is called `name`, as its type name is, and stands for the types with underlying type `under`. To be
/// asked for by name when the types that `under` mentions are not complete yet.
pub fn shape_named(name: &str, under: Ty) -> Ty {
    by_name(name, || under)
}

fn by_name(name: &str, under: impl FnOnce() -> Ty) -> Ty {
    let mut shapes = BY_NAME.lock().unwrap_or_else(PoisonError::into_inner);
    *shapes.entry(name.to_owned()).or_insert_with_key(|name| {
        let obj = Obj::new(
            ObjKind::TypeName,
            Symbol::intern(name),
            Some(*SHAPE_PACKAGE),
            None,
            0,
        );
        let ty = Ty::named(obj, None);
        let under = under();
        if let TyKind::Named(named) = ty.kind() {
            settle(&named.rhs, under);
            settle(&named.under, under);
            settle(&named.methods, &[]);
        }
        obj.set_ty(ty);
        ty
    })
}
