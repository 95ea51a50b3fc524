//! What is called where: the names that rules know functions by.
//!
//! | call | name | kind |
//! | --- | --- | --- |
//! | `fmt.Println(x)` | `fmt.Println` | static |
//! | `pool.Put(x)` on a `*sync.Pool` | `(*sync.Pool).Put` | static |
//! | `r.Read(b)` on an `io.Reader` | `(io.Reader).Read` | interface |
//! | `f(x)` on a variable | | function value |
//!
//! A package is named by its import path; what a vendor folder holds, by the path behind it.

use super::graph::Place;
use crate::ir::Package;
use crate::ir::body::{Body, FuncKey, FuncRef, Pos};
use crate::ir::node::{Node, NodeId};
use crate::ir::typetext::type_text;
use crate::site::CallKind;
use crate::types::object::Obj;
use crate::types::ty::Ty;

/// A callee.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(super) struct Called {
    /// Its name; empty for function values.
    pub name: String,
    /// How it is called; `None` for predeclared functions.
    pub kind: Option<CallKind>,
}

/// What the call at a place calls. A function that is known is named as it is written there: an inlined call hides those
/// in its body.
pub(super) fn called(package: &Package, at: Place) -> Called {
    let body: &Body = &package.funcs[at.func].body;
    let own = match body.node(at.node) {
        Node::Call { fun, .. } => by_operand(body, fun),
        Node::Builtin { id, .. } => Called {
            name: format!("{id:?}").to_lowercase(),
            kind: None,
        },
        _ => Called::default(),
    };
    match outermost_callee(body, body.pos(at.node)) {
        Some(callee) if own.kind == Some(CallKind::Static) => by_key(callee),
        _ => own,
    }
}

/// The outermost function whose inlined body a position lies in.
pub(super) fn outermost_callee(body: &Body, pos: Pos) -> Option<FuncKey> {
    let mut at = pos.inline?;
    while let Some(outer) = body.inlined[at].call.inline {
        at = outer;
    }
    Some(body.inlined[at].callee)
}

/// A function that was inlined; literals have no name.
pub(super) fn by_key(func: FuncKey) -> Called {
    Called {
        name: match func {
            FuncKey::Ref(func) => qualified(func),
            FuncKey::Closure(_) => String::new(),
        },
        kind: Some(CallKind::Static),
    }
}

/// What is called by calling `fun`.
pub(super) fn by_operand(body: &Body, fun: NodeId) -> Called {
    let (name, kind) = match body.node(fun) {
        Node::Func(func) | Node::MethodExpr { func, .. } => (qualified(func), CallKind::Static),
        Node::Closure(_) => (String::new(), CallKind::Static),
        Node::DotInter { x, method } => (interface_method(body.ty(x), method), CallKind::Interface),
        _ => (String::new(), CallKind::FuncValue),
    };
    Called {
        name,
        kind: Some(kind),
    }
}

/// A method of an interface by the type that declares it, or, if that has no name, by the one that it is called on.
fn interface_method(on: Ty, method: Obj) -> String {
    let func = FuncRef::Decl(method);
    if func.name().is_some() {
        return qualified(func);
    }
    format!("({}).{}", type_text(on, None), method.name)
}

/// The name of a declared function: `path.F`, `(path.T).M`, `(*path.T).M`.
fn qualified(func: FuncRef) -> String {
    let Some(name) = func.name() else {
        return func.obj().name.to_string();
    };
    let path = name.path.as_str();
    let path = path.rsplit_once("/vendor/").map_or(path, |(_, path)| path);
    if name.receiver.as_str().is_empty() {
        return format!("{path}.{}", name.name);
    }
    let recv = func.obj().ty().as_signature().and_then(|s| s.recv);
    let by_pointer = recv.is_some_and(|r| r.ty().under_pointer().is_some());
    let star = if by_pointer { "*" } else { "" };
    format!("({star}{path}.{}).{}", name.receiver, name.name)
}
