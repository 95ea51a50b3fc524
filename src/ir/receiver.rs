//! Methods as functions: their type with the receiver as first parameter, as method expressions have it.

use crate::base::symbol::{Symbol, sym};
use crate::types::object::{Obj, VarKind};
use crate::types::package::Pkg;
use crate::types::ty::{Signature, Ty};

/// A method's type as a function with its receiver, of type `recv`, first.
pub fn with_receiver(sig: &Signature, recv: Ty) -> Ty {
    let name = sig.recv.map_or(sym::EMPTY, |r| r.name);
    let pkg = sig.recv.and_then(|r| r.pkg);
    function(sig, (name, pkg, recv), sig.param_vars())
}

/// Such a type with another type of receiver, made from the one it has.
pub(super) fn with_other_receiver(ty: Ty, other: impl FnOnce(Ty) -> Ty) -> Ty {
    let Some(sig) = ty.as_signature() else {
        return ty;
    };
    match sig.param_vars().split_first() {
        Some((recv, rest)) => function(sig, (recv.name, recv.pkg, other(recv.ty())), rest),
        None => ty,
    }
}

fn function(sig: &Signature, recv: (Symbol, Option<Pkg>, Ty), rest: &[Obj]) -> Ty {
    let (name, pkg, ty) = recv;
    let mut params = vec![Obj::var(VarKind::Param, name, pkg, None, ty)];
    params.extend_from_slice(rest);
    Ty::signature(Signature {
        tparams: &[],
        rparams: &[],
        recv: None,
        params: Ty::tuple(params),
        results: sig.results,
        variadic: sig.variadic,
    })
}
