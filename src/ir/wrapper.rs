//! Instances by their own name: functions that only pass on to the function for the shape of their type arguments
//! (noder's `callShaped`).
//!
//! `F[int]` used as a value, and the methods of `T[int]`, are functions without a dictionary parameter. Their body calls
//! the shaped function with the dictionary for `int`:
//!
//! ```text
//! func F[int](x int) int { return F[go.shape.int](&.dict.F[int], x) }
//! ```

use std::sync::Arc;

use super::body::{Body, Class, FuncRef, Instance, Local, LocalId};
use super::finite::can_be_made;
use super::instantiate::{World, generic_function, type_param_types};
use super::node::{ListKind, Node, NodeId, Nodes};
use super::print::func_text;
use super::receiver::with_receiver;
use super::shape::has_shape;
use super::{ClosureCounts, Func, FuncKind, Package};
use crate::base::symbol::Symbol;
use crate::types::object::Obj;
use crate::types::subst::{SubstMap, subst};
use crate::types::ty::{BasicKind, Ty};

/// Makes the function unless the package has it. `silent` is as in [`Func::silent`].
pub fn ensure(package: &mut Package, world: World<'_>, func: FuncRef, silent: bool) {
    let FuncRef::Inst(obj, instance) = func else {
        return;
    };
    if package.find(func).is_some() || instance.targs().iter().any(|&t| has_shape(t)) {
        return;
    }
    if !can_be_made(obj, instance) {
        return;
    }
    let Some(generic) = generic_function(package, world, obj) else {
        return;
    };
    let map = SubstMap::new(&type_param_types(obj), instance.targs());
    let wrapper = wrapper(&generic, obj, instance, &map);
    let id = package.funcs.push(Func { silent, ..wrapper });
    package.by_ref.insert(func, id);
}

fn wrapper(generic: &Func, obj: Obj, instance: Instance, map: &SubstMap) -> Func {
    let func = FuncRef::Inst(obj, instance);
    let mut body = Body::default();
    let params = copies(generic, &generic.params, map, &mut body);
    let results = copies(generic, &generic.results, map, &mut body);
    let ty = subst(generic.ty, map);
    pass_on(&mut body, generic, func, ty, &params);
    let body = Arc::new(body);
    Func {
        kind: FuncKind::Wrapper,
        name: Symbol::intern(&func_text(func, obj.pkg)),
        sym: Some(func),
        ty,
        params,
        results,
        generic: false,
        dup_ok: true,
        has_body: true,
        original: Arc::clone(&body),
        body,
        inline: None,
        closures: ClosureCounts::default(),
        ..generic.clone()
    }
}

/// The parameters or results of the generic function without the dictionary, with types filled in.
fn copies(generic: &Func, locals: &[LocalId], map: &SubstMap, body: &mut Body) -> Vec<LocalId> {
    let original = locals.iter().map(|&l| generic.original.locals[l]);
    original
        .filter(|l| l.name.as_str() != super::DICTIONARY)
        .map(|l| {
            body.locals.push(Local {
                ty: subst(l.ty, map),
                defn: None,
                addr_taken: false,
                ..l
            })
        })
        .collect()
}

/// The one statement of a wrapper: the call, returned if it has results.
fn pass_on(body: &mut Body, generic: &Func, func: FuncRef, ty: Ty, params: &[LocalId]) {
    let Some(sig) = ty.as_signature() else {
        return;
    };
    let pos = generic.pos;
    let word = Ty::basic(BasicKind::UnsafePointer);
    let dictionary = body.add(Node::Dict(func), word, pos);
    let mut args: Vec<NodeId> = params
        .iter()
        .map(|&p| body.add(Node::Name(p), body.locals[p].ty, pos))
        .collect();
    let fun = if sig.recv.is_some() {
        args.insert(1.min(args.len()), dictionary);
        let recv = params.first().map_or(Ty::INVALID, |&p| body.locals[p].ty);
        let method = Node::MethodExpr { func, direct: true };
        body.add(method, with_receiver(sig, recv), pos)
    } else {
        args.insert(0, dictionary);
        body.add(Node::Func(func), ty, pos)
    };
    let results = sig.result_vars();
    let call = Node::Call {
        fun,
        args: body.add_list(&args),
        go_defer: false,
        ddd: sig.variadic,
    };
    let call_ty = match results {
        [one] => one.ty(),
        _ => sig.results,
    };
    let call = body.add(call, call_ty, pos);
    let stmt = match results {
        [] => call,
        [_] => {
            let values = body.add_list(&[call]);
            body.add(Node::Return(values), Ty::INVALID, pos)
        }
        many => return_several(body, call, many),
    };
    body.stmts = body.add_list(&[stmt]);
}

/// Several results go through temporaries that the statement declares.
fn return_several(body: &mut Body, call: NodeId, results: &[Obj]) -> NodeId {
    let pos = body.pos(call);
    let (mut lhs, mut values, mut declared) = (Vec::new(), Vec::new(), Vec::new());
    for (i, result) in results.iter().enumerate() {
        let temp = body.locals.push(Local {
            name: Symbol::intern(&format!(".autotmp_{i}")),
            pkg: None,
            pos,
            ty: result.ty(),
            class: Class::Auto,
            defn: None,
            addr_taken: false,
            autotemp: true,
            inl_formal: false,
            inl_local: false,
        });
        declared.push(body.add(Node::Dcl(temp), Ty::INVALID, pos));
        lhs.push(body.add(Node::Name(temp), result.ty(), pos));
        values.push(body.add(Node::Name(temp), result.ty(), pos));
    }
    let assign = Node::AssignList {
        kind: ListKind::Func,
        lhs: body.add_list(&lhs),
        rhs: body.add_list(&[call]),
        def: false,
    };
    let assign = body.add(assign, Ty::INVALID, pos);
    set_init(body, assign, &declared);
    let values = body.add_list(&values);
    let stmt = body.add(Node::Return(values), Ty::INVALID, pos);
    set_init(body, stmt, &[assign]);
    stmt
}

fn set_init(body: &mut Body, id: NodeId, stmts: &[NodeId]) {
    let list: Nodes = body.add_list(stmts);
    body.set_init(id, list);
}
