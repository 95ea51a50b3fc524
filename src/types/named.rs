//! Aliases, underlying types, and the parts of instances that are made on demand.
//!
//! Everything here works on complete types without a checker, and on types under check as far as they are known: a
//! type whose declaration is not done yet has the invalid underlying type, and nothing is remembered of that.

use std::sync::OnceLock;

use super::arena::alloc_slice;
use super::object::{Obj, ObjKind, VarKind};
use super::subst::{SubstMap, subst};
use super::ty::{Alias, Interface, Named, Signature, Struct, Ty, TyKind, TypeParam, settle};

impl Ty {
    /// The type without aliases around it. An alias whose declaration is not done yet is invalid.
    #[inline]
    #[must_use]
    pub fn unalias(self) -> Ty {
        match self.kind() {
            TyKind::Alias(a) => a.actual(),
            _ => self,
        }
    }

    /// The underlying type (Go spec, "Underlying types"); for a type parameter its constraint interface.
    #[inline]
    #[must_use]
    pub fn under(self) -> Ty {
        match self.kind() {
            TyKind::Named(_) | TyKind::Alias(_) | TyKind::TypeParam(_) => self.under_name(),
            _ => self,
        }
    }

    /// The underlying type of a type that has a name. It stands apart so that the question, asked millions of times, can
    /// be put in its callers' code.
    fn under_name(self) -> Ty {
        match self.kind() {
            TyKind::Named(n) => match n.under.get() {
                Some(&u) => u,
                None => resolve_under(self),
            },
            TyKind::Alias(a) => a.actual().under(),
            TyKind::TypeParam(p) => p.iface(),
            _ => self,
        }
    }

    /// The underlying struct, if it is one.
    pub fn under_struct(self) -> Option<&'static Struct> {
        match self.under().kind() {
            TyKind::Struct(s) => Some(s),
            _ => None,
        }
    }

    /// The underlying interface, if it is one; that of the constraint for a type parameter.
    pub fn under_interface(self) -> Option<&'static Interface> {
        match self.under().kind() {
            TyKind::Interface(i) => Some(i),
            _ => None,
        }
    }

    /// The underlying signature, if it is one.
    pub fn under_signature(self) -> Option<&'static Signature> {
        match self.under().kind() {
            TyKind::Signature(s) => Some(s),
            _ => None,
        }
    }

    /// The element type of the underlying pointer, if it is one.
    pub fn under_pointer(self) -> Option<Ty> {
        match self.under().kind() {
            TyKind::Pointer(elem) => Some(*elem),
            _ => None,
        }
    }
}

impl Alias {
    /// The type behind the `=` as written, with type arguments filled in; `None` while it is not known.
    pub fn rhs(&self) -> Option<Ty> {
        if let Some(&t) = self.rhs.get() {
            return Some(t);
        }
        let inst = self.inst?;
        let TyKind::Alias(orig) = inst.orig.kind() else {
            return None;
        };
        let orig_rhs = *orig.rhs.get()?;
        let tparams = orig.tparams();
        if tparams.len() != inst.targs.len() {
            return Some(Ty::INVALID);
        }
        let rhs = subst(orig_rhs, &SubstMap::new(tparams, inst.targs));
        Some(settle(&self.rhs, rhs))
    }

    /// The first type behind the alias that is none itself.
    pub fn actual(&self) -> Ty {
        if let Some(&t) = self.actual.get() {
            return t;
        }
        let Some(mut t) = self.rhs() else {
            return Ty::INVALID;
        };
        let mut steps = 0;
        while let TyKind::Alias(a) = t.kind() {
            let next = a.actual.get().copied().or_else(|| a.rhs());
            steps += 1;
            match next {
                Some(next) if steps < MAX_CHAIN => t = next,
                _ => return Ty::INVALID,
            }
        }
        settle(&self.actual, t)
    }
}

/// How long a chain of names may be; longer ones are taken for cycles.
const MAX_CHAIN: usize = 100_000;

/// Follows names from `ty` to a type literal, and gives all of them that underlying type.
fn resolve_under(ty: Ty) -> Ty {
    let mut path = Vec::new();
    let mut at = ty;
    let under = loop {
        match at.kind() {
            TyKind::Alias(a) => at = a.actual(),
            TyKind::Named(n) => {
                if let Some(&u) = n.under.get() {
                    break u;
                }
                let Some(rhs) = n.rhs(at) else {
                    return Ty::INVALID;
                };
                path.push(n);
                if path.len() > MAX_CHAIN {
                    break Ty::INVALID;
                }
                at = rhs;
            }
            // A defined type must not be made of a type parameter; that is reported where it is declared.
            TyKind::TypeParam(_) => break Ty::INVALID,
            _ => break at,
        }
    };
    for n in path {
        settle(&n.under, under);
    }
    under
}

impl Named {
    /// Type parameters; none if it is not generic. Those of the origin are not an instance's.
    pub fn tparams(&self) -> &'static [Ty] {
        self.tparams.get().copied().unwrap_or_default()
    }

    /// The generic type this is an instance of, or `self_ty` itself.
    pub fn origin(&self, self_ty: Ty) -> Ty {
        self.inst.map_or(self_ty, |i| i.orig)
    }

    /// The type as written behind the name, with type arguments filled in; `None` while it is not known.
    pub fn rhs(&self, self_ty: Ty) -> Option<Ty> {
        if let Some(&t) = self.rhs.get() {
            return Some(t);
        }
        let rhs = self.expand_rhs(self_ty)?;
        Some(settle(&self.rhs, rhs))
    }

    fn expand_rhs(&self, self_ty: Ty) -> Option<Ty> {
        let inst = self.inst?;
        let TyKind::Named(orig) = inst.orig.kind() else {
            return None;
        };
        if orig.recursive.get().is_some() {
            return Some(Ty::INVALID);
        }
        let orig_rhs = *orig.rhs.get()?;
        let tparams = orig.tparams();
        if tparams.len() != inst.targs.len() {
            return Some(Ty::INVALID);
        }
        let rhs = subst(orig_rhs, &SubstMap::new(tparams, inst.targs));
        Some(match rhs.kind() {
            TyKind::Interface(i) => with_receiver(i, rhs, inst.orig, self_ty),
            _ => rhs,
        })
    }

    /// The declared methods; for an instance those of its origin.
    pub fn declared_methods(&self) -> &'static [Obj] {
        match self.inst.map(|i| i.orig.kind()) {
            Some(TyKind::Named(orig)) => orig.methods.get().copied().unwrap_or_default(),
            _ => self.methods.get().copied().unwrap_or_default(),
        }
    }

    /// Method `i`; of an instance, with type arguments filled in. The origin's method must have its signature by now.
    pub fn method(&self, self_ty: Ty, i: usize) -> Obj {
        let declared = self.declared_methods()[i];
        if self.inst.is_none() {
            return declared;
        }
        let cells = self.method_cells();
        match cells[i].get() {
            Some(&m) => m,
            None => settle(&cells[i], self.expand_method(self_ty, declared)),
        }
    }

    fn method_cells(&self) -> &'static [OnceLock<Obj>] {
        if let Some(cells) = self.inst_methods.get() {
            return cells;
        }
        let methods = self.declared_methods().iter();
        let empty: Vec<OnceLock<Obj>> = methods.map(|_| OnceLock::new()).collect();
        settle(&self.inst_methods, alloc_slice(empty))
    }

    fn expand_method(&self, self_ty: Ty, declared: Obj) -> Obj {
        let Some(old) = declared.ty().as_signature() else {
            return declared;
        };
        let targs = self.targs();
        let mut params = (old.params, old.results);
        let mut tparams = old.tparams;
        if old.rparams.len() == targs.len() {
            let map = SubstMap::new(old.rparams, targs);
            if let TyKind::Signature(s) = subst(declared.ty(), &map).kind() {
                params = (s.params, s.results);
                tparams = s.tparams;
            }
        }
        let ptr = declared.as_func().is_some_and(|f| f.ptr_recv);
        let recv_ty = if ptr { Ty::pointer(self_ty) } else { self_ty };
        let recv = old.recv.map(|r| clone_var(r, recv_ty));
        let sig = Ty::signature(Signature {
            tparams,
            rparams: &[],
            recv,
            params: params.0,
            results: params.1,
            variadic: old.variadic,
        });
        clone_func(declared, sig)
    }
}

/// A copy of variable `v` with another type, that remembers `v` as its origin.
pub fn clone_var(v: Obj, ty: Ty) -> Obj {
    let mut info = v.as_var().copied().unwrap_or(super::object::VarInfo {
        kind: VarKind::Param,
        embedded: false,
        origin: None,
    });
    info.origin = Some(v.origin());
    Obj::typed(ObjKind::Var(info), v.name, v.pkg, v.pos, ty)
}

/// A copy of function `f` with another signature, that remembers `f` as its origin.
pub fn clone_func(f: Obj, sig: Ty) -> Obj {
    let info = super::object::FuncInfo {
        ptr_recv: f.as_func().is_some_and(|i| i.ptr_recv),
        origin: Some(f.origin()),
    };
    Obj::typed(ObjKind::Func(info), f.name, f.pkg, f.pos, sig)
}

/// The interface with methods whose receiver is `new` where it was `old`.
fn with_receiver(iface: &'static Interface, ty: Ty, old: Ty, new: Ty) -> Ty {
    match replace_receivers(iface.methods, old, new) {
        Some(methods) => Ty::interface(Interface {
            methods,
            embeddeds: iface.embeddeds,
            implicit: iface.implicit,
            tset: OnceLock::new(),
        }),
        None => ty,
    }
}

/// Methods with receiver type `new` where it was `old`; `None` if there is nothing to replace.
pub fn replace_receivers(methods: &'static [Obj], old: Ty, new: Ty) -> Option<&'static [Obj]> {
    let recv_of = |m: &Obj| m.ty().as_signature().and_then(|s| s.recv);
    if !methods
        .iter()
        .any(|m| recv_of(m).is_some_and(|r| r.ty() == old))
    {
        return None;
    }
    let replaced = methods.iter().map(|&m| match m.ty().as_signature() {
        Some(sig) if sig.recv.is_some_and(|r| r.ty() == old) => {
            let copy = Signature {
                tparams: sig.tparams,
                rparams: sig.rparams,
                recv: sig.recv.map(|r| clone_var(r, new)),
                params: sig.params,
                results: sig.results,
                variadic: sig.variadic,
            };
            clone_func(m, Ty::signature(copy))
        }
        _ => m,
    });
    Some(alloc_slice(replaced.collect()))
}

impl TypeParam {
    /// The constraint as an interface: anything else is wrapped in an implicit one.
    pub fn iface(&self) -> Ty {
        if let Some(&i) = self.iface.get() {
            return i;
        }
        let Some(&bound) = self.bound.get() else {
            return super::universe::UNIVERSE.empty_interface;
        };
        let under = bound.under();
        let iface = match under.kind() {
            TyKind::Interface(_) => under,
            TyKind::Basic(_) if under.is_invalid() => super::universe::UNIVERSE.empty_interface,
            _ => Ty::interface(Interface {
                methods: &[],
                embeddeds: alloc_slice(vec![bound]),
                implicit: true,
                tset: OnceLock::new(),
            }),
        };
        if under.is_invalid() {
            // The constraint may just not be declared yet.
            return iface;
        }
        settle(&self.iface, iface)
    }

    /// The place in the list that declares it.
    pub fn index(&self) -> usize {
        self.index.get().copied().unwrap_or_default() as usize
    }
}
