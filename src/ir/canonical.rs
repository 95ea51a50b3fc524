//! One type for all that are identical: what tables of the whole process keep of a type, whichever package came first.
//!
//! Identical types may differ in what nobody can tell when the program runs: `byte` and `uint8`, aliases, names of
//! parameters, the package that wrote an exported field, methods written or embedded. A canonical type has none of
//! these: no aliases, no names where none are needed, interfaces with all their methods written.

use std::sync::OnceLock;

use crate::base::symbol::sym;
use crate::types::arena::alloc_slice;
use crate::types::instantiate::instantiate;
use crate::types::object::{Obj, ObjKind, VarInfo, VarKind};
use crate::types::ty::{BasicKind, Interface, Signature, Struct, Ty, TyKind};

/// The canonical type of all that are identical to `ty`.
pub(super) fn canonical(ty: Ty) -> Ty {
    match ty.kind() {
        TyKind::Basic(b) => match *b.name {
            "byte" => Ty::basic(BasicKind::Uint8),
            "rune" => Ty::basic(BasicKind::Int32),
            _ => ty,
        },
        TyKind::Alias(a) => canonical(a.actual()),
        TyKind::Named(n) => match n.inst {
            Some(inst) => instantiate(inst.orig, canonical_list(inst.targs)),
            None => ty,
        },
        TyKind::TypeParam(_) | TyKind::Union(_) => ty,
        TyKind::Pointer(elem) => part(ty, *elem, Ty::pointer),
        TyKind::Slice(elem) => part(ty, *elem, Ty::slice),
        TyKind::Array { len, elem } => part(ty, *elem, |e| Ty::array(*len, e)),
        TyKind::Chan { dir, elem } => {
            part(ty, *elem, |elem| Ty::new(TyKind::Chan { dir: *dir, elem }))
        }
        TyKind::Map { key, elem } => Ty::new(TyKind::Map {
            key: canonical(*key),
            elem: canonical(*elem),
        }),
        TyKind::Tuple(vars) => Ty::tuple(vars.iter().map(|&v| unnamed(v)).collect()),
        TyKind::Signature(s) => signature(s, None),
        TyKind::Struct(s) => Ty::of_struct(Struct {
            fields: alloc_slice(s.fields.iter().map(|&f| field(f)).collect()),
            tags: s.tags,
        }),
        TyKind::Interface(i) if i.type_set().is_method_set() => interface(i),
        TyKind::Interface(_) => ty,
    }
}

/// The canonical types of a list.
pub(super) fn canonical_list(types: &[Ty]) -> &'static [Ty] {
    alloc_slice(types.iter().map(|&t| canonical(t)).collect())
}

fn part(ty: Ty, elem: Ty, make: impl FnOnce(Ty) -> Ty) -> Ty {
    let new = canonical(elem);
    if new == elem { ty } else { make(new) }
}

fn unnamed(v: Obj) -> Obj {
    Obj::var(VarKind::Param, sym::EMPTY, None, None, canonical(v.ty()))
}

fn signature(s: &Signature, recv: Option<Obj>) -> Ty {
    Ty::signature(Signature {
        tparams: s.tparams,
        rparams: &[],
        recv,
        params: canonical(s.params),
        results: canonical(s.results),
        variadic: s.variadic,
    })
}

fn field(f: Obj) -> Obj {
    let info = VarInfo {
        kind: VarKind::Field,
        embedded: f.as_var().is_some_and(|v| v.embedded),
        origin: None,
    };
    let pkg = f.pkg.filter(|_| !f.exported());
    Obj::typed(ObjKind::Var(info), f.name, pkg, None, canonical(f.ty()))
}

/// The interface with all methods written; their receiver is the interface itself.
fn interface(i: &'static Interface) -> Ty {
    let info = VarInfo {
        kind: VarKind::Recv,
        embedded: false,
        origin: None,
    };
    let recv = Obj::new(ObjKind::Var(info), sym::EMPTY, None, None, 0);
    let method = |m: &Obj| {
        let sig = m.ty().as_signature();
        let ty = sig.map_or(Ty::INVALID, |s| signature(s, Some(recv)));
        let info = crate::types::object::FuncInfo {
            ptr_recv: false,
            origin: None,
        };
        let pkg = m.pkg.filter(|_| !m.exported());
        Obj::typed(ObjKind::Func(info), m.name, pkg, None, ty)
    };
    let ty = Ty::interface(Interface {
        methods: alloc_slice(i.type_set().methods.iter().map(method).collect()),
        embeddeds: &[],
        implicit: false,
        tset: OnceLock::new(),
    });
    recv.set_ty(ty);
    ty
}
