//! Instances of generic functions: a body for each shape of type arguments (noder's `objIdx` with shaped types).
//!
//! A generic body is built once, with type parameters as types. An instance is a copy with the types filled in. It
//! belongs to the package that uses it, wherever the generic function is declared. Which operation a node is follows
//! from its types, so nothing else has to change.

use std::cell::RefCell;
use std::sync::Arc;

use rustc_hash::{FxHashMap, FxHashSet};

use super::body::{Body, FuncRef, Instance};
use super::finite::can_be_made;
use super::needs::Needs;
use super::node::{FuncId, Node, NodeId};
use super::print::func_text;
use super::receiver::with_other_receiver;
use super::release::Release;
use super::shape::shape;
use super::{Callees, Func, Package, wrapper};
use crate::base::index::Idx;
use crate::base::symbol::Symbol;
use crate::types::arena::alloc_slice;
use crate::types::object::Obj;
use crate::types::subst::{SubstMap, subst};
use crate::types::ty::{Ty, TyKind, TypeParam};

/// How many functions one package may have: types that grow with every instantiation would never end.
pub(super) const MAX_FUNCTIONS: usize = 200_000;

/// What instances are made with.
#[derive(Clone, Copy)]
pub struct World<'a> {
    /// The packages that others' generic functions are in.
    pub callees: &'a dyn Callees,
    /// The compiler.
    pub release: &'static Release,
    /// What was found out of instances.
    pub shaped: &'a Shaped,
}

/// The instances for the shapes of instances' type arguments, by instance: most are used many times in a package.
/// `None` where there is nothing to be made.
#[derive(Default)]
pub struct Shaped(RefCell<FxHashMap<FuncRef, Option<FuncRef>>>);

impl Shaped {
    fn of(&self, used: FuncRef, release: &Release) -> Option<FuncRef> {
        let mut known = self.0.borrow_mut();
        *known
            .entry(used)
            .or_insert_with(|| shaped_instance(used, release))
    }
}

/// Makes all instances of a package, and points the uses to them.
pub fn run(package: &mut Package, world: World<'_>) {
    let mut needs = Needs::new(package);
    needs.package(package);
    let mut done = 0;
    loop {
        while done < package.funcs.len().min(MAX_FUNCTIONS) {
            let func = FuncId::from_usize(done);
            if !package.funcs[func].generic {
                uses_of(package, world, func, 0, false);
                needs.body(package, func);
            }
            done += 1;
        }
        needs.make(package, world);
        if done >= package.funcs.len().min(MAX_FUNCTIONS) {
            return;
        }
    }
}

/// Makes the instances that the functions from number `from` on need, and those that these need: functions that came
/// with inlined bodies. Their own packages have reported them.
pub fn run_silently(package: &mut Package, world: World<'_>, from: usize) {
    let mut i = from;
    while i < package.funcs.len().min(MAX_FUNCTIONS) {
        let func = FuncId::from_usize(i);
        if !package.funcs[func].generic {
            uses_of(package, world, func, 0, true);
        }
        i += 1;
    }
}

/// Points the uses of instances in the nodes of `func` from number `from` on to functions of `package`.
pub fn uses_of(package: &mut Package, world: World<'_>, func: FuncId, from: usize, silent: bool) {
    let body = &package.funcs[func].body;
    if !body.may_have_instances() {
        return;
    }
    let ids = (from..body.len()).map(NodeId::from_usize);
    let uses: Vec<NodeId> = ids
        .filter(|&id| is_instance_use(body.node_ref(id)))
        .collect();
    if uses.is_empty() {
        return;
    }
    let called = called_instances(body, from);
    let mut changes = Vec::new();
    for id in uses {
        let node = package.funcs[func].body.node(id);
        let Some(used) = instance_use(node) else {
            continue;
        };
        let called = called.contains(&id);
        if !called || !silent {
            wrapper::ensure(package, world, used, silent);
        }
        if !called && package.find(used).is_some() {
            continue;
        }
        if let Some((shaped, node)) = shaped_use(node, world) {
            ensure(package, world, shaped, silent);
            changes.push((id, shaped, node));
        }
    }
    if !changes.is_empty() {
        change(&mut package.funcs[func], &changes);
    }
}

/// Puts nodes that use shaped functions in their places.
fn change(func: &mut Func, changes: &[(NodeId, FuncRef, Node)]) {
    let same = Arc::ptr_eq(&func.body, &func.original);
    if same {
        func.original = Arc::default();
    }
    let body = Arc::make_mut(&mut func.body);
    for &(id, shaped, node) in changes {
        if let Node::MethodExpr { .. } = node {
            let ty = shaped_receiver(body.ty(id), shaped);
            body.set_ty(id, ty);
        }
        body.replace(id, node);
    }
    if same {
        func.original = Arc::clone(&func.body);
    }
}

/// The uses among the nodes from number `from` on that are calls.
fn called_instances(body: &Body, from: usize) -> FxHashSet<NodeId> {
    let ids = (from..body.len()).map(NodeId::from_usize);
    let callee = |id| match *body.node_ref(id) {
        Node::Call { fun, .. } => Some(fun),
        _ => None,
    };
    ids.filter_map(callee)
        .filter(|&fun| is_instance_use(body.node_ref(fun)))
        .collect()
}

/// Whether a node refers to an instance.
pub(super) fn is_instance_use(node: &Node) -> bool {
    matches!(
        node,
        Node::Func(FuncRef::Inst(..))
            | Node::MethodExpr {
                func: FuncRef::Inst(..),
                ..
            }
            | Node::MethodValue {
                func: FuncRef::Inst(..),
                ..
            }
    )
}

/// The instance that a node refers to.
fn instance_use(node: Node) -> Option<FuncRef> {
    match node {
        Node::Func(func @ FuncRef::Inst(..))
        | Node::MethodExpr {
            func: func @ FuncRef::Inst(..),
            ..
        }
        | Node::MethodValue {
            func: func @ FuncRef::Inst(..),
            ..
        } => Some(func),
        _ => None,
    }
}

/// Makes the function for the shapes of an instance's type arguments.
pub(super) fn ensure_shaped(package: &mut Package, world: World<'_>, func: FuncRef, silent: bool) {
    if let Some(shaped) = world.shaped.of(func, world.release) {
        ensure(package, world, shaped, silent);
    }
}

/// The shaped function that a node uses, and the node that says so; `None` if there is nothing to change.
fn shaped_use(node: Node, world: World<'_>) -> Option<(FuncRef, Node)> {
    let (Node::Func(used)
    | Node::MethodExpr { func: used, .. }
    | Node::MethodValue { func: used, .. }) = node
    else {
        return None;
    };
    let shaped = world.shaped.of(used, world.release)?;
    let node = match node {
        Node::MethodExpr { direct, .. } => Node::MethodExpr {
            func: shaped,
            direct,
        },
        Node::MethodValue { x, .. } => Node::MethodValue { x, func: shaped },
        _ => Node::Func(shaped),
    };
    Some((shaped, node))
}

/// The instance for the shapes of an instance's type arguments; `None` if they do not fit.
fn shaped_instance(used: FuncRef, release: &Release) -> Option<FuncRef> {
    let FuncRef::Inst(obj, instance) = used else {
        return None;
    };
    let params = type_params(obj);
    if params.len() != instance.targs().len() {
        return None;
    }
    let shapes: Vec<Ty> = params
        .iter()
        .zip(instance.targs())
        .map(|(p, &t)| shape(t, p.iface(), release))
        .collect();
    Some(FuncRef::Inst(obj, Instance::of(&shapes)))
}

/// Type parameters of a function: those of its receiver, then its own.
pub fn type_param_types(obj: Obj) -> Vec<Ty> {
    let Some(sig) = obj.ty().as_signature() else {
        return Vec::new();
    };
    sig.rparams.iter().chain(sig.tparams).copied().collect()
}

fn type_params(obj: Obj) -> Vec<&'static TypeParam> {
    type_param_types(obj)
        .into_iter()
        .filter_map(Ty::as_type_param)
        .collect()
}

/// The type of a method expression whose receiver is the shaped instance.
fn shaped_receiver(ty: Ty, func: FuncRef) -> Ty {
    match func {
        FuncRef::Inst(_, instance) => with_other_receiver(ty, |recv| shaped_type(recv, instance)),
        FuncRef::Decl(_) => ty,
    }
}

/// `List[int]` to `List[go.shape.int]`, behind a pointer too.
fn shaped_type(ty: Ty, instance: Instance) -> Ty {
    if let TyKind::Pointer(elem) = ty.unalias().kind() {
        return Ty::pointer(shaped_type(*elem, instance));
    }
    let targs = instance.targs();
    match ty.as_named().and_then(|n| n.inst) {
        Some(inst) if inst.targs.len() <= targs.len() => crate::types::instantiate::instantiate(
            inst.orig,
            alloc_slice(targs[..inst.targs.len()].to_vec()),
        ),
        _ => ty,
    }
}

/// Makes the instance unless the package has it.
fn ensure(package: &mut Package, world: World<'_>, func: FuncRef, silent: bool) {
    if package.find(func).is_some() {
        return;
    }
    let FuncRef::Inst(obj, instance) = func else {
        return;
    };
    if !can_be_made(obj, instance) {
        return;
    }
    let Some((generic, closures)) = generic_source(package, world, obj) else {
        return;
    };
    let map = SubstMap::new(&type_param_types(obj), instance.targs());
    let id = package.funcs.push(filled_in(&generic, &map));
    package.by_ref.insert(func, id);
    let name = func_text(func, obj.pkg);
    let renamed = |old: &str| old.replacen(generic.name.as_str(), &name, 1);
    let copy = &mut package.funcs[id];
    copy.sym = Some(func);
    copy.name = Symbol::intern(&name);
    copy.silent = silent;
    let mut copies = vec![];
    for (old, closure) in &closures {
        let new = package.funcs.push(filled_in(closure, &map));
        let text = renamed(closure.name.as_str());
        let copy = &mut package.funcs[new];
        copy.name = Symbol::intern(&text);
        copy.silent = silent;
        copies.push((*old, new));
    }
    let all: Vec<FuncId> = std::iter::once(id)
        .chain(copies.iter().map(|c| c.1))
        .collect();
    for func in all {
        point_to_copies(package, func, &copies);
    }
}

/// The generic function that an instance is of.
pub(super) fn generic_function(package: &Package, world: World<'_>, obj: Obj) -> Option<Func> {
    let decl = FuncRef::Decl(obj);
    let (owner, id) = match package.find(decl) {
        Some(id) => (package, id),
        None => world.callees.find(decl)?,
    };
    Some(owner.funcs[id].clone())
}

/// The bodies of a generic function and of the literals in it.
pub(super) fn generic_bodies(package: &Package, world: World<'_>, obj: Obj) -> Vec<Arc<Body>> {
    let Some((generic, literals)) = generic_source(package, world, obj) else {
        return Vec::new();
    };
    let literals = literals.into_iter().map(|(_, literal)| literal.original);
    std::iter::once(generic.original).chain(literals).collect()
}

/// The generic function and the literals in it, with what they were.
fn generic_source(
    package: &Package,
    world: World<'_>,
    obj: Obj,
) -> Option<(Func, Vec<(FuncId, Func)>)> {
    let decl = FuncRef::Decl(obj);
    let (owner, id) = match package.find(decl) {
        Some(id) => (package, id),
        None => world.callees.find(decl)?,
    };
    Some((owner.funcs[id].clone(), literals_in(owner, id)))
}

/// The function literals in a function's original body, and those within, with their numbers.
pub fn literals_in(package: &Package, func: FuncId) -> Vec<(FuncId, Func)> {
    let mut found = Vec::new();
    let mut todo = vec![Arc::clone(&package.funcs[func].original)];
    while let Some(body) = todo.pop() {
        body.preorder(body.stmts, |node| {
            if let Node::Closure(literal) = body.node(node) {
                let copy = package.funcs[literal].clone();
                todo.push(Arc::clone(&copy.original));
                found.push((literal, copy));
            }
            true
        });
    }
    found
}

/// A copy of a function with types filled in.
fn filled_in(func: &Func, map: &SubstMap) -> Func {
    let mut body = (*func.original).clone();
    body.map_types(|ty| subst(ty, map));
    for i in 0..body.len() {
        let id = NodeId::from_usize(i);
        let node = match body.node(id) {
            Node::Func(f) => Node::Func(filled_ref(f, map)),
            Node::MethodExpr { func, direct } => Node::MethodExpr {
                func: filled_ref(func, map),
                direct,
            },
            Node::MethodValue { x, func } => Node::MethodValue {
                x,
                func: filled_ref(func, map),
            },
            other => other,
        };
        body.replace(id, node);
    }
    let body = Arc::new(body);
    Func {
        generic: false,
        dup_ok: true,
        ty: subst(func.ty, map),
        original: Arc::clone(&body),
        body,
        inline: None,
        ..func.clone()
    }
}

fn filled_ref(func: FuncRef, map: &SubstMap) -> FuncRef {
    match func {
        FuncRef::Inst(obj, instance) => {
            let targs: Vec<Ty> = instance.targs().iter().map(|&t| subst(t, map)).collect();
            FuncRef::Inst(obj, Instance::of(&targs))
        }
        decl @ FuncRef::Decl(_) => decl,
    }
}

/// Lets the closure expressions of a copied function create the copied literals.
fn point_to_copies(package: &mut Package, func: FuncId, copies: &[(FuncId, FuncId)]) {
    if copies.is_empty() {
        return;
    }
    let mut body = (*package.funcs[func].original).clone();
    for i in 0..body.len() {
        let id = NodeId::from_usize(i);
        let Node::Closure(old) = body.node(id) else {
            continue;
        };
        if let Some(&(_, new)) = copies.iter().find(|c| c.0 == old) {
            body.replace(id, Node::Closure(new));
            package.funcs[new].parent = Some(func);
        }
    }
    let body = Arc::new(body);
    package.funcs[func].original = Arc::clone(&body);
    package.funcs[func].body = body;
}
