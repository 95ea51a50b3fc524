//! Interface calls whose receiver has a known concrete type become direct calls (cmd/compile/internal/devirtualize).

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;

use rustc_hash::FxHashMap;

use super::pass::Pass;
use crate::ir::body::{Body, Class, ConvKind, FuncRef, LocalId};
use crate::ir::node::{FuncId, Node, NodeId};
use crate::ir::print::node_text;
use crate::ir::receiver::with_receiver;
use crate::ir::shape::{has_shape, is_boxing as is_interface, is_shape};
use crate::ir::statics::outer_variable;
use crate::ir::typetext::type_text;
use crate::ir::visit::Stacks;
use crate::ir::wrapper;
use crate::types::lookup::{Lookup, lookup_field_or_method, missing_method};
use crate::types::object::Obj;
use crate::types::predicates::identical;
use crate::types::ty::{Ty, TyKind};

/// What is known of the values of an interface variable.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Concrete {
    /// Nothing, or several types.
    Unknown,
    /// Only nil, or only itself.
    None,
    /// One type.
    Type(Ty),
}

/// Devirtualizes `call` of `func` if it is an interface call on a known type.
pub fn call(pass: &mut Pass<'_>, func: FuncId, call: NodeId) {
    let body = &pass.package.funcs[func].body;
    let Node::Call {
        fun,
        go_defer: false,
        ..
    } = body.node(call)
    else {
        return;
    };
    let Node::DotInter { x, method } = body.node(fun) else {
        return;
    };
    let Some(ty) = concrete_type(pass, func, x) else {
        return;
    };
    if is_shape(ty) || missing_method(ty, body.ty(x), true).is_some() {
        return;
    }
    if let Some(why) = shaped(pass, ty, body.ty(x)) {
        let what = node_text(pass.package, func, call);
        let pos = body.pos(call);
        pass.say(func, pos, format!("cannot devirtualize {what}: {why}"));
        return;
    }
    let found = lookup_field_or_method(ty, true, method.pkg, method.name);
    if found.obj.is_some() {
        rewrite(pass, func, call, (fun, x), ty, &found);
    }
}

/// Methods of shaped types need a dictionary, which an interface value does not give.
fn shaped(pass: &Pass<'_>, ty: Ty, interface: Ty) -> Option<String> {
    let local = Some(pass.package.pkg);
    if has_shape(ty) {
        return Some(format!("shaped receiver {}", type_text(ty, local)));
    }
    let text = || format!("shaped interface {}", type_text(interface, local));
    has_shape(interface).then(text)
}

fn concrete_type(pass: &Pass<'_>, func: FuncId, x: NodeId) -> Option<Ty> {
    if pass.config.release.tracks_concrete_types {
        let mut seen = Vec::new();
        return match follow(pass, func, x, &mut seen) {
            Concrete::Type(ty) => Some(ty),
            _ => None,
        };
    }
    let (at, value) = pass.statics.value(pass.package, func, x);
    let body = &pass.package.funcs[at].body;
    match body.node(value) {
        Node::Conv { x, .. } if body.conv_kind(value) == ConvKind::Interface => {
            Some(body.ty(x)).filter(|&t| !is_interface(t))
        }
        _ => None,
    }
}

/// The type of the values that `x` can have (`concreteType1`).
fn follow(
    pass: &Pass<'_>,
    func: FuncId,
    mut x: NodeId,
    seen: &mut Vec<(FuncId, LocalId)>,
) -> Concrete {
    let body = &pass.package.funcs[func].body;
    loop {
        let ty = body.ty(x);
        if ty.is_invalid() {
            return Concrete::Unknown;
        }
        if !is_interface(ty) {
            return if matches!(ty.kind(), TyKind::Tuple(_)) {
                Concrete::Unknown
            } else {
                Concrete::Type(ty)
            };
        }
        x = match body.node(x) {
            Node::Conv { x, .. } | Node::DotType { x, comma_ok: false } => x,
            Node::InlinedCall { results, .. } => match *body.list(results) {
                [one] => one,
                _ => return Concrete::Unknown,
            },
            Node::Name(local) => {
                let (owner, variable) = pass.package.canonical(func, local);
                return variable_type(pass, owner, variable, seen);
            }
            _ => return Concrete::Unknown,
        };
    }
}

fn variable_type(
    pass: &Pass<'_>,
    func: FuncId,
    local: LocalId,
    seen: &mut Vec<(FuncId, LocalId)>,
) -> Concrete {
    let body = &pass.package.funcs[func].body;
    let variable = &body.locals[local];
    if variable.class != Class::Auto || variable.addr_taken {
        return Concrete::Unknown;
    }
    if seen.contains(&(func, local)) {
        return Concrete::None;
    }
    seen.push((func, local));
    // Most variables hold what some function returns, which shows without looking at the other assignments.
    let mut obscure = false;
    if let Some(defn) = variable.defn {
        let is_variable = |x: NodeId| body.node(x) == Node::Name(local);
        each_value(pass, func, defn, is_variable, |_, value| {
            obscure |= is_obscure(pass, &value);
        });
    }
    if obscure {
        return Concrete::Unknown;
    }
    let mut found = Concrete::None;
    let assigned = pass.assigned.of(pass, func);
    for value in assigned.get(&local).map_or(&[][..], Vec::as_slice) {
        let next = match *value {
            Value::Node(at, x) => follow(pass, at, x, seen),
            Value::Type(ty) if !is_interface(ty) => Concrete::Type(ty),
            Value::Type(_) => Concrete::Unknown,
        };
        found = match (found, next) {
            (_, Concrete::Unknown) => return Concrete::Unknown,
            (known, Concrete::None) | (Concrete::None, known) => known,
            (Concrete::Type(a), Concrete::Type(b)) if identical(a, b) => found,
            _ => return Concrete::Unknown,
        };
    }
    found
}

/// Whether nothing is known of a value at first sight.
fn is_obscure(pass: &Pass<'_>, value: &Value) -> bool {
    match *value {
        Value::Type(ty) => is_interface(ty),
        Value::Node(at, x) => {
            let body = &pass.package.funcs[at].body;
            let is_unknown = matches!(
                body.node(x),
                Node::Call { .. } | Node::Global(_) | Node::Index { .. } | Node::Dot { .. }
            );
            is_unknown && is_interface(body.ty(x))
        }
    }
}

/// The values that are assigned to the interface variables of a function, in it and in closures.
type Values = FxHashMap<LocalId, Vec<Value>>;

/// What is assigned in the function that was asked for last.
#[derive(Default)]
pub(super) struct Assigned(RefCell<Last>);

#[derive(Default)]
struct Last {
    known: Option<(FuncId, Rc<Values>)>,
    stacks: Stacks,
}

impl Assigned {
    /// To be called whenever a body changes.
    pub fn forget(&mut self) {
        self.0.get_mut().known = None;
    }

    fn of(&self, pass: &Pass<'_>, func: FuncId) -> Rc<Values> {
        let mut last = self.0.borrow_mut();
        match &last.known {
            Some((at, values)) if *at == func => Rc::clone(values),
            _ => {
                let values = Rc::new(assignments(pass, &mut last.stacks, func));
                last.known = Some((func, Rc::clone(&values)));
                values
            }
        }
    }
}

/// A value that is assigned to a variable.
enum Value {
    /// That of an expression of a function.
    Node(FuncId, NodeId),
    /// Some value of a type.
    Type(Ty),
}

/// What is assigned to interface variables of `func`, in it and in closures; nil is left out.
fn assignments(pass: &Pass<'_>, stacks: &mut Stacks, func: FuncId) -> Values {
    let mut out = Values::default();
    let mut todo = vec![func];
    while let Some(at) = todo.pop() {
        let body = &pass.package.funcs[at].body;
        let variable = |x: NodeId| {
            let (owner, local) = pass.package.canonical(at, outer_variable(body, x)?);
            let is_asked_for =
                owner == func && is_interface(pass.package.funcs[func].body.locals[local].ty);
            is_asked_for.then_some(local)
        };
        let says_nothing = |node: &Node| node.is_leaf() && !matches!(node, Node::Closure(_));
        body.walk(stacks, body.list(body.stmts), says_nothing, |id, _| {
            if let Node::Closure(closure) = *body.node_ref(id) {
                todo.push(closure);
            } else {
                each_value(
                    pass,
                    at,
                    id,
                    |x| variable(x).is_some(),
                    |x, value| {
                        if let Some(local) = variable(x) {
                            out.entry(local).or_default().push(value);
                        }
                    },
                );
            }
            false
        });
    }
    out
}

/// Calls `add` with what the node assigns, if it assigns, to each of its destinations that `is_wanted`; nil is left out.
fn each_value(
    pass: &Pass<'_>,
    at: FuncId,
    id: NodeId,
    is_wanted: impl Fn(NodeId) -> bool,
    mut add: impl FnMut(NodeId, Value),
) {
    let body: &Body = &pass.package.funcs[at].body;
    match body.node(id) {
        Node::Assign { x, y: Some(y), .. } if is_wanted(x) && body.node(y) != Node::Nil => {
            add(x, value_of(pass, at, y));
        }
        Node::AssignList { lhs, rhs, .. } => {
            for (i, &x) in body.list(lhs).iter().enumerate() {
                if is_wanted(x)
                    && let Some(value) = list_value(pass, at, body.list(rhs), i)
                {
                    add(x, value);
                }
            }
        }
        Node::Range { x, key, value, .. } => {
            let ty = body.ty(x);
            for (i, dst) in [key, value].into_iter().enumerate() {
                if let Some(dst) = dst.filter(|&dst| is_wanted(dst)) {
                    add(dst, Value::Type(range_type(ty, i)));
                }
            }
        }
        Node::Switch {
            tag: Some(tag),
            cases,
        } => {
            if let Node::TypeSwitchGuard { x, .. } = body.node(tag) {
                for &case in body.list(cases) {
                    if let Node::Case { var: Some(v), .. } = body.node(case)
                        && is_wanted(v)
                    {
                        add(v, Value::Node(at, x));
                    }
                }
            }
        }
        _ => {}
    }
}

/// Calls are known by their result type only, until they are inlined.
fn value_of(pass: &Pass<'_>, func: FuncId, y: NodeId) -> Value {
    let body = &pass.package.funcs[func].body;
    match body.node(y) {
        Node::Call { .. } => Value::Type(body.ty(y)),
        _ => Value::Node(func, y),
    }
}

fn list_value(pass: &Pass<'_>, func: FuncId, rhs: &[NodeId], i: usize) -> Option<Value> {
    let body = &pass.package.funcs[func].body;
    if rhs.len() > 1 || (rhs.len() == 1 && i == 0 && body.ty(rhs[0]).vars().len() < 2) {
        let y = *rhs.get(i)?;
        return (body.node(y) != Node::Nil).then(|| value_of(pass, func, y));
    }
    let &value = rhs.first()?;
    if let Node::InlinedCall { results, .. } = body.node(value) {
        return body.list(results).get(i).map(|&r| Value::Node(func, r));
    }
    if let (Node::DotType { x, .. }, 0) = (body.node(value), i) {
        let ty = body.ty(value).vars().first()?.ty();
        return Some(if is_interface(ty) {
            Value::Node(func, x)
        } else {
            Value::Type(ty)
        });
    }
    body.ty(value).vars().get(i).map(|v| Value::Type(v.ty()))
}

fn range_type(ty: Ty, i: usize) -> Ty {
    let base = ty.under_pointer().unwrap_or(ty);
    match (base.under().kind(), i) {
        (TyKind::Array { elem, .. } | TyKind::Slice(elem) | TyKind::Map { elem, .. }, 1)
        | (TyKind::Chan { elem, .. } | TyKind::Map { key: elem, .. }, 0) => *elem,
        _ => Ty::INVALID,
    }
}

/// The call of the method that was found on the concrete type, with the receiver as a type assertion.
fn rewrite(
    pass: &mut Pass<'_>,
    func: FuncId,
    call: NodeId,
    (fun, x): (NodeId, NodeId),
    ty: Ty,
    found: &Lookup,
) {
    let Some(method) = found.obj else {
        return;
    };
    let local = Some(pass.package.pkg);
    let what = node_text(pass.package, func, fun);
    let partial = declared_on_interface(method);
    let prefix = if partial { "partially " } else { "" };
    let text = format!("{prefix}devirtualizing {what} to {}", type_text(ty, local));
    let pos = pass.package.funcs[func].body.pos(call);
    pass.say(func, pos, text);
    let sel_pos = pass.package.funcs[func].body.pos(fun);
    let at = if pass.config.release.tracks_concrete_types {
        pos
    } else {
        sel_pos
    };
    pass.assigned.forget();
    let body = Arc::make_mut(&mut pass.package.funcs[func].body);
    let mut recv = body.add(Node::DotType { x, comma_ok: false }, ty, at);
    let embedded = found.path.len().saturating_sub(1);
    for &field in &found.path[..embedded] {
        let base = body.ty(recv);
        let field_ty = base
            .under_pointer()
            .unwrap_or(base)
            .under_struct()
            .and_then(|s| s.fields.get(field as usize))
            .map_or(Ty::INVALID, |f| f.ty());
        let node = Node::Dot {
            x: recv,
            field,
            implicit: true,
        };
        recv = body.add(node, field_ty, sel_pos);
    }
    if partial {
        body.replace(fun, Node::DotInter { x: recv, method });
        return;
    }
    let recv = adjust(body, recv, method);
    let recv_ty = body.ty(recv);
    let target = reference(method, recv_ty);
    let Node::Call {
        args,
        go_defer,
        ddd,
        ..
    } = body.node(call)
    else {
        return;
    };
    let mut all = vec![recv];
    all.extend_from_slice(body.list(args));
    let callee = Node::MethodExpr {
        func: target,
        direct: true,
    };
    let callee = body.add(callee, method_type(method, recv_ty), sel_pos);
    let args = body.add_list(&all);
    body.replace(
        call,
        Node::Call {
            fun: callee,
            args,
            go_defer,
            ddd,
        },
    );
    let world = pass.world();
    wrapper::ensure(pass.package, world, target, true);
}

fn declared_receiver(method: Obj) -> Option<Ty> {
    Some(method.ty().as_signature()?.recv?.ty())
}

fn declared_on_interface(method: Obj) -> bool {
    declared_receiver(method).is_none_or(is_interface)
}

/// An implicit dereference or address, as the method's receiver wants it.
fn adjust(body: &mut crate::ir::body::Body, recv: NodeId, method: Obj) -> NodeId {
    let pointer = |t: Ty| match t.unalias().kind() {
        TyKind::Pointer(elem) => Some(*elem),
        _ => None,
    };
    let (ty, pos) = (body.ty(recv), body.pos(recv));
    let wants_pointer = declared_receiver(method).is_some_and(|t| pointer(t).is_some());
    match (wants_pointer, pointer(ty)) {
        (false, Some(elem)) => body.add(
            Node::Deref {
                x: recv,
                implicit: true,
            },
            elem,
            pos,
        ),
        (true, None) => body.add(
            Node::Addr {
                x: recv,
                implicit: true,
            },
            Ty::pointer(ty),
            pos,
        ),
        _ => recv,
    }
}

fn reference(method: Obj, recv: Ty) -> FuncRef {
    let base = recv.under_pointer().unwrap_or(recv);
    match base.as_named().map(super::super::types::ty::Named::targs) {
        Some(targs) if !targs.is_empty() => {
            FuncRef::Inst(method.origin(), crate::ir::body::Instance::of(targs))
        }
        _ => FuncRef::Decl(method),
    }
}

/// A method's type as a function with its receiver first.
fn method_type(method: Obj, recv: Ty) -> Ty {
    let sig = method.ty().as_signature();
    sig.map_or(Ty::INVALID, |sig| with_receiver(sig, recv))
}
