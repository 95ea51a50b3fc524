//! Which bodies of other packages' functions a package's export data has (`linker.relocFuncExt`): an importer of the
//! package can inline these even if it does not import the packages that declare them.
//!
//! They were inlined somewhere in the package, and the importer can come upon them: functions through bodies that it may
//! copy, methods through types that the package's objects are made of.

use rustc_hash::FxHashSet;

use crate::base::index::Idx;
use crate::ir::body::{Body, FuncRef};
use crate::ir::node::{Node, NodeId};
use crate::ir::{Callees, Package};
use crate::types::object::Obj;
use crate::types::package::Pkg;
use crate::types::ty::{Ty, TyKind};

/// Whether the export data of `package` has the body of `func`, which another package declares.
pub(super) fn has(package: &Package, func: FuncRef) -> bool {
    let Some(known_as) = func.name() else {
        return false;
    };
    if package.exported_bodies.contains(&known_as) {
        return true;
    }
    let Some(receiver) = receiver_name(func.obj()) else {
        return false;
    };
    package.embedded.contains(&receiver)
        || package.inlined_apart.contains(&known_as)
            && package
                .mentioned
                .get_or_init(|| mentioned_types(package))
                .contains(&receiver)
}

/// Notes what a package exports of other packages' code, once calls in it are inlined.
pub(super) fn note(package: &mut Package, callees: &dyn Callees) {
    package.embedded = embedded_types(package.pkg);
    let mut reached = FxHashSet::default();
    let mut todo = Vec::new();
    for func in &package.funcs {
        if func.inline.is_some() || func.generic {
            refer(&func.original, &mut reached, &mut todo);
        }
    }
    while let Some(func) = todo.pop() {
        // Generic bodies go along with whatever refers to them.
        let generic = matches!(func, FuncRef::Inst(..));
        if (generic || package.inlined.contains(&func))
            && let Some((owner, id)) = callees.find(FuncRef::Decl(func.obj()))
        {
            refer(&owner.funcs[id].original, &mut reached, &mut todo);
        }
    }
    for &func in &package.inlined {
        if reached.contains(&func) {
            package.exported_bodies.extend(func.name());
        } else if receiver_name(func.obj()).is_some() {
            package.inlined_apart.extend(func.name());
        }
    }
}

/// Adds the functions that a body refers to.
fn refer(body: &Body, reached: &mut FxHashSet<FuncRef>, todo: &mut Vec<FuncRef>) {
    for i in 0..body.len() {
        if let Node::Func(func) | Node::MethodExpr { func, .. } = body.node(NodeId::from_usize(i))
            && reached.insert(func)
        {
            todo.push(func);
        }
    }
}

/// The type name that a method is declared on.
fn receiver_name(method: Obj) -> Option<Obj> {
    let recv = method.ty().as_signature()?.recv?.ty();
    named_obj(recv)
}

/// The name of a type, or of what it points to.
fn named_obj(ty: Ty) -> Option<Obj> {
    let base = match ty.unalias().kind() {
        TyKind::Pointer(elem) => *elem,
        _ => ty,
    };
    Some(base.as_named()?.obj)
}

/// The type names of other packages whose methods the types of a package have by embedding: the compiler makes wrappers
/// of these methods, and inlines them there.
fn embedded_types(pkg: Pkg) -> FxHashSet<Obj> {
    let mut found = FxHashSet::default();
    let mut todo: Vec<Ty> = pkg
        .objects()
        .iter()
        .copied()
        .filter(|obj| obj.is_type_name())
        .map(Obj::ty)
        .collect();
    while let Some(ty) = todo.pop() {
        let fields = ty.under_struct().map_or(&[][..], |s| s.fields);
        for field in fields {
            let embedded = field.as_var().is_some_and(|v| v.embedded);
            let Some(obj) = named_obj(field.ty()).filter(|_| embedded) else {
                continue;
            };
            if obj.pkg != Some(pkg) && found.insert(obj) {
                todo.push(obj.ty());
            }
        }
    }
    found
}

/// The names of the types that the exported objects of a package are made of, methods included, and of those that bodies
/// mention which importers may copy.
fn mentioned_types(package: &Package) -> FxHashSet<Obj> {
    let mut names = FxHashSet::default();
    let mut seen = FxHashSet::default();
    let exported = package.pkg.objects().iter().copied();
    let exported = exported.filter(|obj| obj.exported());
    let mut todo: Vec<Ty> = exported.map(Obj::ty).collect();
    for func in &package.funcs {
        if func.inline.is_some() || func.generic {
            types_of_body(&func.original, &mut todo);
        }
    }
    while let Some(ty) = todo.pop() {
        if seen.insert(ty) {
            parts(ty, &mut names, &mut todo);
        }
    }
    names
}

/// The types of variables and of package-level variables in a body, and those that are written in it.
fn types_of_body(body: &Body, types: &mut Vec<Ty>) {
    types.extend(body.locals.iter().map(|local| local.ty));
    for i in 0..body.len() {
        let id = NodeId::from_usize(i);
        match body.node(id) {
            Node::Global(obj) => types.push(obj.ty()),
            Node::CompLit { .. } | Node::Conv { .. } | Node::DotType { .. } | Node::Type => {
                types.push(body.ty(id));
            }
            _ => {}
        }
    }
}

/// What a type is made of.
fn parts(ty: Ty, names: &mut FxHashSet<Obj>, todo: &mut Vec<Ty>) {
    match ty.kind() {
        TyKind::Basic(_) | TyKind::TypeParam(_) | TyKind::Union(_) => {}
        TyKind::Pointer(elem)
        | TyKind::Slice(elem)
        | TyKind::Array { elem, .. }
        | TyKind::Chan { elem, .. } => todo.push(*elem),
        TyKind::Map { key, elem } => todo.extend([*key, *elem]),
        TyKind::Struct(s) => todo.extend(s.fields.iter().map(|f| f.ty())),
        TyKind::Tuple(vars) => todo.extend(vars.iter().map(|v| v.ty())),
        TyKind::Signature(s) => todo.extend([s.params, s.results]),
        TyKind::Interface(i) => todo.extend(i.methods.iter().map(|m| m.ty())),
        TyKind::Alias(a) => todo.push(a.actual()),
        TyKind::Named(n) => {
            names.insert(n.obj);
            todo.push(ty.under());
            todo.extend_from_slice(n.targs());
            let methods = n.methods.get().copied().unwrap_or_default();
            todo.extend(methods.iter().map(|m| m.ty()));
        }
    }
}
