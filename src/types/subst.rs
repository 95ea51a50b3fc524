//! Substitution of type arguments for type parameters.
//!
//! Nothing is changed: a type in which a parameter occurs is made anew, all others are given back as they are. Variables
//! and methods that are made anew remember what they come from. Instances of generic types are not expanded here, only
//! asked for with other arguments, so substitution ends for recursive types too.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};

use super::arena::alloc_slice;
use super::instantiate::instantiate;
use super::named::{clone_func, clone_var};
use super::object::{Obj, ObjKind};
use super::ty::{Interface, Signature, Struct, Term, Ty, TyKind, TypeParam};

/// Type parameters and what stands for them.
#[derive(Clone, Debug)]
pub struct SubstMap {
    pairs: Vec<(Ty, Ty)>,
}

impl SubstMap {
    /// Maps `from[i]` to `to[i]`.
    pub fn new(from: &[Ty], to: &[Ty]) -> SubstMap {
        SubstMap {
            pairs: from.iter().copied().zip(to.iter().copied()).collect(),
        }
    }

    /// Maps `from[i]` to `to[i]` where that is known.
    pub fn partial(from: &[Ty], to: &[Option<Ty>]) -> SubstMap {
        let known = from.iter().zip(to).filter_map(|(&f, &t)| Some((f, t?)));
        SubstMap {
            pairs: known.collect(),
        }
    }

    fn get(&self, param: Ty) -> Option<Ty> {
        self.pairs
            .iter()
            .find(|(from, _)| *from == param)
            .map(|&(_, to)| to)
    }

    fn with(&self, from: &[Ty], to: &[Ty]) -> SubstMap {
        let mut all = self.clone();
        all.pairs
            .extend(from.iter().copied().zip(to.iter().copied()));
        all
    }
}

/// `ty` with the parameters of `map` replaced; `ty` itself if none occurs.
pub fn subst(ty: Ty, map: &SubstMap) -> Ty {
    if map.pairs.is_empty() {
        return ty;
    }
    match ty.kind() {
        TyKind::Basic(_) => ty,
        TyKind::TypeParam(_) => map.get(ty).unwrap_or(ty),
        TyKind::Array { len, elem } => one(ty, *elem, map, |e| Ty::array(*len, e)),
        TyKind::Slice(elem) => one(ty, *elem, map, Ty::slice),
        TyKind::Pointer(elem) => one(ty, *elem, map, Ty::pointer),
        TyKind::Chan { dir, elem } => one(ty, *elem, map, |elem| {
            Ty::new(TyKind::Chan { dir: *dir, elem })
        }),
        TyKind::Map { key, elem } => {
            let (k, e) = (subst(*key, map), subst(*elem, map));
            if k == *key && e == *elem {
                return ty;
            }
            Ty::new(TyKind::Map { key: k, elem: e })
        }
        TyKind::Struct(s) => match list(s.fields, |f| var(f, map)) {
            Some(fields) => Ty::of_struct(Struct {
                fields,
                tags: s.tags,
            }),
            None => ty,
        },
        TyKind::Tuple(vars) => match list(vars, |v| var(v, map)) {
            Some(vars) => Ty::new(TyKind::Tuple(vars)),
            None => ty,
        },
        TyKind::Signature(s) => signature(ty, s, map),
        TyKind::Union(terms) => match list(terms, |t| term(t, map)) {
            Some(terms) => Ty::new(TyKind::Union(terms)),
            None => ty,
        },
        TyKind::Interface(i) => interface(ty, i, map),
        TyKind::Named(n) => match n.inst {
            Some(inst) => instance(ty, inst.orig, inst.targs, map),
            None => ty,
        },
        TyKind::Alias(a) => match a.inst {
            Some(inst) => instance(ty, inst.orig, inst.targs, map),
            None => ty,
        },
    }
}

fn one(ty: Ty, elem: Ty, map: &SubstMap, make: impl FnOnce(Ty) -> Ty) -> Ty {
    let new = subst(elem, map);
    if new == elem { ty } else { make(new) }
}

/// The list with each element replaced; `None` if all stay the same.
fn list<T: Copy + PartialEq>(
    items: &'static [T],
    mut replace: impl FnMut(T) -> T,
) -> Option<&'static [T]> {
    let mut out: Option<Vec<T>> = None;
    for (i, &item) in items.iter().enumerate() {
        let new = replace(item);
        if new != item {
            out.get_or_insert_with(|| items.to_vec())[i] = new;
        }
    }
    out.map(alloc_slice)
}

fn var(v: Obj, map: &SubstMap) -> Obj {
    let ty = subst(v.ty(), map);
    if ty == v.ty() { v } else { clone_var(v, ty) }
}

fn func(f: Obj, map: &SubstMap) -> Obj {
    let ty = subst(f.ty(), map);
    if ty == f.ty() { f } else { clone_func(f, ty) }
}

fn term(t: Term, map: &SubstMap) -> Term {
    Term {
        tilde: t.tilde,
        ty: subst(t.ty, map),
    }
}

fn instance(ty: Ty, orig: Ty, targs: &'static [Ty], map: &SubstMap) -> Ty {
    match list(targs, |t| subst(t, map)) {
        Some(targs) => instantiate(orig, targs),
        None => ty,
    }
}

/// A signature's receiver stays as it is: whoever substitutes in a method knows the new one.
fn signature(ty: Ty, s: &'static Signature, map: &SubstMap) -> Ty {
    let Some(&first) = s.tparams.first() else {
        return signature_with(ty, s, &[], map);
    };
    if map.get(first).is_some() {
        // The signature itself is being instantiated: its parameters are the ones replaced.
        return signature_with(ty, s, s.tparams, map);
    }
    // A generic method of a type that is being instantiated. Each instance gets type parameters of its own, because
    // their constraints may mention those of the receiver.
    let (fresh, map) = fresh_tparams(s.tparams, map);
    signature_with(ty, s, fresh, &map)
}

fn signature_with(ty: Ty, s: &'static Signature, tparams: &'static [Ty], map: &SubstMap) -> Ty {
    let (params, results) = (subst(s.params, map), subst(s.results, map));
    if params == s.params && results == s.results && tparams == s.tparams {
        return ty;
    }
    Ty::signature(Signature {
        tparams,
        rparams: s.rparams,
        recv: s.recv,
        params,
        results,
        variadic: s.variadic,
    })
}

/// The interface and, where a method's receiver is the interface itself, its methods anew.
fn interface(ty: Ty, i: &'static Interface, map: &SubstMap) -> Ty {
    let methods = list(i.methods, |m| func(m, map));
    let embeddeds = list(i.embeddeds, |e| subst(e, map));
    if methods.is_none() && embeddeds.is_none() {
        return ty;
    }
    let mut receivers = Vec::new();
    let methods = methods
        .unwrap_or(i.methods)
        .iter()
        .map(|&m| with_open_receiver(m, ty, &mut receivers))
        .collect();
    let new = Ty::interface(Interface {
        methods: alloc_slice(methods),
        embeddeds: embeddeds.unwrap_or(i.embeddeds),
        implicit: i.implicit,
        tset: OnceLock::new(),
    });
    for recv in receivers {
        recv.set_ty(new);
    }
    new
}

/// Method `m` with a receiver that has no type yet, if its receiver is `old`; the receiver is noted.
fn with_open_receiver(m: Obj, old: Ty, receivers: &mut Vec<Obj>) -> Obj {
    let Some(sig) = m.ty().as_signature() else {
        return m;
    };
    let Some(recv) = sig.recv.filter(|r| r.ty() == old) else {
        return m;
    };
    let ObjKind::Var(info) = &recv.data().kind else {
        return m;
    };
    let new = Obj::new(ObjKind::Var(*info), recv.name, recv.pkg, recv.pos, 0);
    receivers.push(new);
    clone_func(
        m,
        Ty::signature(Signature {
            recv: Some(new),
            ..*sig
        }),
    )
}

/// Type parameters like `tparams`, with constraints in which `map` and the new parameters are substituted; and `map`
/// with the new parameters for the old ones.
pub fn fresh_tparams(tparams: &[Ty], map: &SubstMap) -> (&'static [Ty], SubstMap) {
    let fresh: Vec<Ty> = tparams.iter().map(|&p| fresh_tparam(p)).collect();
    let map = map.with(tparams, &fresh);
    for (old, new) in tparams.iter().zip(&fresh) {
        let (TyKind::TypeParam(old), TyKind::TypeParam(new)) = (old.kind(), new.kind()) else {
            continue;
        };
        if let Some(&bound) = old.bound.get() {
            super::ty::settle(&new.bound, subst(bound, &map));
        }
    }
    (alloc_slice(fresh), map)
}

/// Numbers for type parameters that no declaration makes; those of declarations are smaller.
static NEXT_FRESH: AtomicU64 = AtomicU64::new(1 << 48);

/// A type parameter of the same name and place, without a constraint; anything else is given back.
fn fresh_tparam(of: Ty) -> Ty {
    let TyKind::TypeParam(old) = of.kind() else {
        return of;
    };
    let obj = Obj::new(
        ObjKind::TypeName,
        old.obj.name,
        old.obj.pkg,
        old.obj.pos,
        old.obj.tag,
    );
    new_type_param(obj, old.index() as u32)
}

/// A type parameter without a constraint, at place `index` of its list; `obj` is its name, which gets it as type.
pub fn new_type_param(obj: Obj, index: u32) -> Ty {
    let ty = Ty::type_param(TypeParam {
        obj,
        id: NEXT_FRESH.fetch_add(1, Ordering::Relaxed),
        index: OnceLock::from(index),
        bound: OnceLock::new(),
        iface: OnceLock::new(),
        endless: OnceLock::new(),
    });
    obj.set_ty(ty);
    ty
}
