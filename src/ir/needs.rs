//! Which instances a package makes because its code mentions a type: the compiler makes all methods of an instance of a
//! generic type as soon as it reads the type (noder's `objIdx`, `dictNameOf`).
//!
//! Read are the types of package-level objects and of all that bodies mention, what these types are made of, and what a
//! dictionary holds: types that a generic function needs at run time, filled in. The inside of types that other packages
//! declare is left out: their own packages make those instances.

use std::sync::Arc;

use rustc_hash::FxHashSet;

use super::body::{Body, Class, FuncRef, Instance};
use super::finite::{are_endless, can_be_made, is_oversized};
use super::instantiate::{self, World, generic_bodies, type_param_types};
use super::node::{FuncId, Node, NodeId};
use super::shape::{has_shape, is_shape};
use super::{Package, wrapper};
use crate::base::index::Idx;
use crate::types::builtin::BuiltinId;
use crate::types::object::ObjKind;
use crate::types::package::Pkg;
use crate::types::subst::{SubstMap, subst};
use crate::types::ty::{Named, Ty, TyKind};

/// What has been read, and what is still to be looked into.
pub(super) struct Needs {
    /// The package.
    own: Option<Pkg>,
    seen: FxHashSet<Ty>,
    todo: Vec<Ty>,
    /// Instances whose dictionaries have been looked into.
    dictionaries: FxHashSet<FuncRef>,
    /// Those to look into.
    pending: Vec<FuncRef>,
    /// Types read lately, by number of the slot that they fall into: most nodes have one of them.
    recent: Vec<Option<Ty>>,
}

/// How many types read lately are remembered, a power of two.
const RECENT: usize = 512;

/// Odd and without a pattern: a product with it has all of a number in its highest bits.
const SPREAD: usize = 0x9e37_79b9_7f4a_7c15_u64 as usize;

impl Needs {
    /// Nothing read yet for `package`.
    pub fn new(package: &Package) -> Needs {
        Needs {
            own: Some(package.pkg),
            seen: FxHashSet::default(),
            todo: Vec::new(),
            dictionaries: FxHashSet::default(),
            pending: Vec::new(),
            recent: vec![None; RECENT],
        }
    }

    /// Reads the types of package-level objects.
    pub fn package(&mut self, package: &Package) {
        for &obj in package.pkg.objects() {
            let generic = match obj.kind {
                ObjKind::TypeName => obj.ty().as_named().is_some_and(|n| !n.tparams().is_empty()),
                ObjKind::Func(_) => !type_param_types(obj).is_empty(),
                ObjKind::Var(_) => false,
                _ => true,
            };
            if !generic {
                self.read(obj.ty());
            }
        }
    }

    /// Reads the types that a body mentions.
    pub fn body(&mut self, package: &Package, func: FuncId) {
        let body = &package.funcs[func].body;
        for &ty in body.types() {
            self.read_often(ty);
        }
        if body.may_have_dictionaries() {
            for i in 0..body.len() {
                if let Node::Dict(func) = *body.node_ref(NodeId::from_usize(i)) {
                    self.pending.push(func);
                }
            }
        }
        for local in &body.locals {
            self.read_often(local.ty);
        }
    }

    fn read_often(&mut self, ty: Ty) {
        let slot = (ty.number() / 8).wrapping_mul(SPREAD) >> (usize::BITS - RECENT.ilog2());
        let recent = &mut self.recent[slot];
        if *recent != Some(ty) {
            *recent = Some(ty);
            self.read(ty);
        }
    }

    fn read(&mut self, ty: Ty) {
        // Most types are other packages' and no instances, into which nothing looks: they need no place in a table.
        if let TyKind::Named(named) = ty.kind()
            && named.obj.pkg != self.own
            && named.targs().is_empty()
        {
            return;
        }
        if !matches!(ty.kind(), TyKind::Basic(_) | TyKind::TypeParam(_)) && self.seen.insert(ty) {
            self.todo.push(ty);
        }
    }

    /// Makes the functions of all types read so far.
    pub fn make(&mut self, package: &mut Package, world: World<'_>) {
        loop {
            if let Some(ty) = self.todo.pop() {
                self.look_into(package, world, ty);
            } else if let Some(func) = self.pending.pop() {
                self.dictionary(package, world, func);
            } else {
                return;
            }
            if package.funcs.len() > instantiate::MAX_FUNCTIONS {
                return;
            }
        }
    }

    fn look_into(&mut self, package: &mut Package, world: World<'_>, ty: Ty) {
        match ty.kind() {
            TyKind::Basic(_) | TyKind::TypeParam(_) | TyKind::Union(_) => {}
            TyKind::Pointer(elem) | TyKind::Slice(elem) | TyKind::Array { elem, .. } => {
                self.read(*elem);
            }
            TyKind::Chan { elem, .. } => self.read(*elem),
            TyKind::Map { key, elem } => {
                self.read(*key);
                self.read(*elem);
            }
            TyKind::Struct(s) => s.fields.iter().for_each(|f| self.read(f.ty())),
            TyKind::Tuple(vars) => vars.iter().for_each(|v| self.read(v.ty())),
            TyKind::Signature(s) => {
                self.read(s.params);
                self.read(s.results);
            }
            TyKind::Interface(i) => {
                i.methods.iter().for_each(|m| self.read(m.ty()));
                i.embeddeds.iter().for_each(|&e| self.read(e));
            }
            TyKind::Alias(a) => self.read(a.actual()),
            TyKind::Named(n) => self.named(package, world, ty, n),
        }
    }

    fn named(&mut self, package: &mut Package, world: World<'_>, ty: Ty, named: &Named) {
        let own = named.obj.pkg == Some(package.pkg);
        if !named.targs().is_empty() {
            self.instance(package, world, ty, named);
        } else if own && named.tparams().is_empty() && !is_shape(ty) {
            self.read(ty.under());
            let methods = named.methods.get().copied().unwrap_or_default();
            methods.iter().for_each(|m| self.read(m.ty()));
        }
    }

    /// All methods of an instance, and what it is made of.
    fn instance(&mut self, package: &mut Package, world: World<'_>, ty: Ty, named: &Named) {
        let targs = named.targs();
        let incomplete = |t: &Ty| t.as_type_param().is_some();
        let Some(origin) = named.inst.and_then(|i| i.orig.as_named()) else {
            return;
        };
        if targs.iter().any(incomplete) || are_endless(origin.tparams()) || is_oversized(ty) {
            return;
        }
        targs.iter().for_each(|&t| self.read(t));
        self.read(ty.under());
        for &method in origin.methods.get().copied().unwrap_or_default() {
            let params = type_param_types(method);
            if params.len() != targs.len() {
                continue;
            }
            self.read(subst(method.ty(), &SubstMap::new(&params, targs)));
            let func = FuncRef::Inst(method, Instance::of(targs));
            if targs.iter().any(|&t| has_shape(t)) {
                instantiate::ensure_shaped(package, world, func, false);
            } else {
                wrapper::ensure(package, world, func, false);
                self.pending.push(func);
            }
        }
    }

    /// What the dictionary of an instance holds.
    fn dictionary(&mut self, package: &Package, world: World<'_>, func: FuncRef) {
        let FuncRef::Inst(obj, instance) = func else {
            return;
        };
        if !self.dictionaries.insert(func) || instance.targs().iter().any(|&t| has_shape(t)) {
            return;
        }
        if !can_be_made(obj, instance) {
            return;
        }
        let map = SubstMap::new(&type_param_types(obj), instance.targs());
        for body in generic_bodies(package, world, obj) {
            self.derived(&body, &map);
        }
    }

    /// Reads the types of a generic body that depend on type parameters and are needed at run time.
    fn derived(&mut self, body: &Arc<Body>, map: &SubstMap) {
        let read = |needs: &mut Needs, ty: Ty| {
            let filled = subst(ty, map);
            if filled != ty {
                needs.read(filled);
            }
        };
        for i in 0..body.len() {
            let id = NodeId::from_usize(i);
            match body.node(id) {
                Node::Conv { x, .. } => {
                    read(self, body.ty(x));
                    read(self, body.ty(id));
                }
                Node::Range { x, .. } => read(self, body.ty(x)),
                Node::DotType { .. }
                | Node::Type
                | Node::CompLit { .. }
                | Node::Builtin {
                    id: BuiltinId::New | BuiltinId::Make,
                    ..
                } => read(self, body.ty(id)),
                Node::Func(func) | Node::MethodExpr { func, .. } => self.subdictionary(func, map),
                _ => {}
            }
        }
        for local in &body.locals {
            if local.class == Class::Auto && !local.autotemp {
                read(self, local.ty);
            }
        }
    }

    fn subdictionary(&mut self, func: FuncRef, map: &SubstMap) {
        let FuncRef::Inst(obj, instance) = func else {
            return;
        };
        let targs: Vec<Ty> = instance.targs().iter().map(|&t| subst(t, map)).collect();
        if targs != instance.targs() {
            targs.iter().for_each(|&t| self.read(t));
            self.pending.push(FuncRef::Inst(obj, Instance::of(&targs)));
        }
    }
}
