//! Functions as bodies of any package refer to them: by the object that declares them, and type arguments.

use crate::base::symbol::{Symbol, sym};
use crate::types::object::Obj;
use crate::types::ty::Ty;

/// A function as bodies of any package refer to it.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum FuncRef {
    /// A declared function or method, or a method of an interface.
    Decl(Obj),
    /// An instance of a generic function, or a method of an instance of a generic type.
    Inst(Obj, Instance),
}

impl FuncRef {
    /// The declared function.
    pub fn obj(self) -> Obj {
        match self {
            FuncRef::Decl(obj) | FuncRef::Inst(obj, _) => obj,
        }
    }
}

/// A declared function by names alone: package path, receiver's type name (empty for functions), name.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct FuncName {
    /// The path of its package.
    pub path: Symbol,
    /// The name of the type that it is a method of; empty for a function.
    pub receiver: Symbol,
    /// Its own name.
    pub name: Symbol,
}

impl FuncRef {
    /// What the declared function is called; `None` for methods of interfaces without a name and of the universe.
    pub fn name(self) -> Option<FuncName> {
        let obj = self.obj();
        let receiver = match obj.ty().as_signature()?.recv {
            Some(recv) => receiver_name(recv.ty())?,
            None => sym::EMPTY,
        };
        Some(FuncName {
            path: obj.pkg?.path,
            receiver,
            name: obj.name,
        })
    }
}

/// The name of a receiver's type, or of what it points to.
fn receiver_name(ty: Ty) -> Option<Symbol> {
    let base = ty.under_pointer().filter(|_| ty.as_named().is_none());
    Some(base.unwrap_or(ty).as_named()?.obj.name)
}

/// The type arguments of an instance; equal lists are the same slice (see [`shape`](super::shape)).
#[derive(Clone, Copy, Debug)]
pub struct Instance {
    targs: &'static &'static [Ty],
}

impl Instance {
    pub(super) fn from_interned(targs: &'static &'static [Ty]) -> Instance {
        Instance { targs }
    }

    /// The arguments: those of the receiver's type first, then the function's own.
    pub fn targs(self) -> &'static [Ty] {
        self.targs
    }
}

impl PartialEq for Instance {
    fn eq(&self, other: &Instance) -> bool {
        std::ptr::eq(self.targs, other.targs)
    }
}

impl Eq for Instance {}

impl std::hash::Hash for Instance {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        (std::ptr::from_ref(self.targs) as usize).hash(state);
    }
}
