//! How code refers to functions, methods and package-level variables.

use crate::types::object::Obj;
use crate::types::ty::{Ty, TyKind};

/// A method of a declared type: the type and the method's name.
pub(super) const METHOD: u8 = 0;
/// A method of an interface: the receiver's type, package, name and signature.
pub(super) const INTERFACE_METHOD: u8 = 1;
/// An object of another package: its number and the name.
pub(super) const FOREIGN: u8 = 2;
/// An exported object: its name.
pub(super) const EXPORTED: u8 = 3;
/// An unexported object, as exported ones are written among the types.
pub(super) const HIDDEN: u8 = 4;
/// A function that only the compiler calls: its number.
pub(super) const RUNTIME: u8 = 5;

/// In place of a tag's length: the tag that means that the value itself leaks.
pub(super) const NO_TAG: u8 = 0x7f;

/// The type that a method is declared with, the generic one if it is; `None` for functions and interface methods.
pub(super) fn declaring_type(method: Obj) -> Option<Ty> {
    let recv = method.ty().as_signature()?.recv?.ty().unalias();
    let base = match recv.kind() {
        TyKind::Pointer(elem) => elem.unalias(),
        _ => recv,
    };
    let named = base.as_named()?;
    let declared = named.inst.map_or(base, |i| i.orig);
    let methods = declared.as_named()?.declared_methods();
    methods.contains(&method).then_some(declared)
}
