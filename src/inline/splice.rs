//! Puts a copy of a callee's body in the place of a call (noder's `unifiedInlineCall`).
//!
//! The callee's whole arena is appended to the caller's, with all ids shifted; positions remember the call. Parameters
//! become variables that are assigned the arguments, results become variables that returns assign before they jump
//! behind the body. Function literals in the body are copied as functions of the caller's package.

use std::sync::Arc;

use super::callee::Target;
use super::pass::Pass;
use crate::base::index::Idx;
use crate::base::symbol::{Symbol, sym};
use crate::ir::body::{Body, Class, FuncKey, InlineId, InlinedAt, Local, LocalId, Pos};
use crate::ir::instantiate::{self, literals_in};
use crate::ir::node::{Branch, FuncId, ListKind, Node, NodeId, Nodes};
use crate::ir::visit::Part;
use crate::ir::{Func, Package};
use crate::types::ty::Ty;

/// A function to be put somewhere: its own package may be another one.
struct Source {
    func: Func,
    /// The function literals of its package that its body has, with what they are copied from.
    closures: Vec<(FuncId, Func)>,
    delay: bool,
}

/// Where the parts of the callee's body go in the caller's.
struct Shift {
    nodes: usize,
    consts: usize,
    lists: u32,
    locals: Vec<LocalId>,
    inline: InlineId,
    label: u32,
}

impl Shift {
    fn node(&self, id: NodeId) -> NodeId {
        NodeId::from_usize(id.index() + self.nodes)
    }

    fn list(&self, list: Nodes) -> Nodes {
        list.shifted(self.lists)
    }

    fn part(&self, part: Part) -> Part {
        match part {
            Part::None => Part::None,
            Part::One(id) => Part::One(self.node(id)),
            Part::Many(list) => Part::Many(self.list(list)),
        }
    }

    fn label(&self, name: Symbol) -> Symbol {
        if name == sym::EMPTY {
            return name;
        }
        Symbol::intern(&format!("~{name}·{}", self.label))
    }

    fn pos(&self, pos: Pos) -> Pos {
        Pos {
            inline: Some(self.inline),
            ..pos
        }
    }
}

/// Inlines the call; false if the callee's body is not known after all.
pub fn splice(pass: &mut Pass<'_>, caller: FuncId, call: NodeId, target: Target) -> bool {
    let Some(source) = source(pass, target) else {
        return false;
    };
    let Some(key) = pass.key(target) else {
        return false;
    };
    pass.splices += 1;
    let from = pass.package.funcs[caller].body.len();
    let mut body = std::mem::take(Arc::make_mut(&mut pass.package.funcs[caller].body));
    let shift = append(&mut body, &source.func, call, key, pass.splices);
    let result = replace_call(&mut body, call, &source, &shift);
    body.replace(call, result);
    let renamed = copy_closures(pass.package, caller, &source, &shift, &mut body);
    pass.package.funcs[caller].body = Arc::new(body);
    let known = pass.package.funcs.len();
    instantiate::uses_of(pass.package, pass.callees, caller, from, true);
    instantiate::run(pass.package, pass.callees, known, true);
    pass.statics.scan(pass.package, caller, from);
    for i in known..pass.package.funcs.len() {
        pass.statics.scan(pass.package, Idx::from_usize(i), 0);
    }
    for closure in renamed {
        pass.statics.scan(pass.package, closure, 0);
    }
    true
}

fn source(pass: &Pass<'_>, target: Target) -> Option<Source> {
    let finder = pass.finder();
    let (package, id) = finder.function(target)?;
    let func = package.funcs[id].clone();
    let delay = func.inline?.delay_results;
    let closures = literals_in(package, id);
    Some(Source {
        func,
        closures,
        delay,
    })
}

/// Appends the callee's arena.
fn append(body: &mut Body, callee: &Func, call: NodeId, key: FuncKey, number: u32) -> Shift {
    let original = &callee.original;
    let inline = body.inlined.push(InlinedAt {
        call: body.pos(call),
        callee: key,
    });
    let mut shift = Shift {
        nodes: body.len(),
        consts: body.const_count(),
        lists: body.list_count(),
        locals: Vec::new(),
        inline,
        label: number,
    };
    for local in &original.locals {
        let id = if let Class::Captured(outer) = local.class {
            outer
        } else {
            let copy = inlined_local(local, &shift);
            body.locals.push(copy)
        };
        shift.locals.push(id);
    }
    body.append_shifted(original, |node| shifted(node, &shift), |pos| shift.pos(pos));
    shift
}

fn inlined_local(local: &Local, shift: &Shift) -> Local {
    let formal = local.class != Class::Auto;
    Local {
        class: Class::Auto,
        pos: shift.pos(local.pos),
        defn: local.defn.map(|d| shift.node(d)),
        inl_formal: local.inl_formal || formal,
        inl_local: local.inl_local || !formal,
        ..*local
    }
}

/// The node with all its ids shifted.
fn shifted(node: Node, shift: &Shift) -> Node {
    match node {
        Node::Name(local) => Node::Name(shift.locals[local.index()]),
        Node::Dcl(local) => Node::Dcl(shift.locals[local.index()]),
        Node::Literal(c) => Node::Literal(Idx::from_usize(c.index() + shift.consts)),
        Node::Label(label) => Node::Label(shift.label(label)),
        Node::Branch { kind, label } => Node::Branch {
            kind,
            label: shift.label(label),
        },
        _ => {
            let parts = node.parts().map(|p| shift.part(p));
            match node.with_parts(parts) {
                Node::For {
                    cond,
                    post,
                    body,
                    label,
                    distinct,
                } => Node::For {
                    cond,
                    post,
                    body,
                    label: shift.label(label),
                    distinct,
                },
                other => other,
            }
        }
    }
}

/// What stands in the call's place: argument assignments as its init list, the body, and the results.
fn replace_call(body: &mut Body, call: NodeId, source: &Source, shift: &Shift) -> Node {
    let pos = body.pos(call);
    let Node::Call { fun, args, .. } = body.node(call) else {
        return body.node(call);
    };
    let mut init = body.list(body.init(call)).to_vec();
    callee_effects(body, fun, &mut init);
    let args = body.list(args).to_vec();
    let local = |l: LocalId| shift.locals[l.index()];
    let params: Vec<LocalId> = source.func.params.iter().map(|&p| local(p)).collect();
    let results: Vec<LocalId> = source.func.results.iter().map(|&r| local(r)).collect();
    assign_arguments(body, &params, &args, pos, &mut init);
    if !source.delay {
        for &result in &results {
            init.push(body.add(Node::Dcl(result), Ty::INVALID, pos));
            let x = name(body, result, pos);
            let zero = Node::Assign {
                x,
                y: None,
                def: false,
            };
            init.push(body.add(zero, Ty::INVALID, pos));
        }
    }
    init.push(body.add(Node::InlineMark, Ty::INVALID, pos));
    let end = Symbol::intern(&format!(".i{}", shift.label));
    replace_returns(body, shift, &results, source.delay, end, pos);
    let mut stmts = body.list(shift.list(source.func.original.stmts)).to_vec();
    stmts.push(body.add(Node::Label(end), Ty::INVALID, pos));
    let init = body.add_list(&init);
    body.set_init(call, init);
    let results: Vec<NodeId> = results.iter().map(|&r| name(body, r, pos)).collect();
    Node::InlinedCall {
        body: body.add_list(&stmts),
        results: body.add_list(&results),
    }
}

fn name(body: &mut Body, local: LocalId, pos: Pos) -> NodeId {
    let ty = body.locals[local].ty;
    body.add(Node::Name(local), ty, pos)
}

/// What a callee expression does when it is evaluated (`inline.CalleeEffects`).
fn callee_effects(body: &mut Body, mut fun: NodeId, init: &mut Vec<NodeId>) {
    loop {
        let own = body.take_init(fun);
        init.extend_from_slice(body.list(own));
        fun = match body.node(fun) {
            Node::Conv { x, .. } => x,
            Node::InlinedCall {
                body: stmts,
                results,
            } => {
                init.extend_from_slice(body.list(stmts));
                match body.list(results).first() {
                    Some(&result) => result,
                    None => return,
                }
            }
            _ => return,
        };
    }
}

fn assign_arguments(
    body: &mut Body,
    params: &[LocalId],
    args: &[NodeId],
    pos: Pos,
    init: &mut Vec<NodeId>,
) {
    if params.is_empty() {
        return;
    }
    let mut lhs = Vec::new();
    let mut declared = Vec::new();
    for &param in params {
        if body.locals[param].name == sym::BLANK {
            lhs.push(body.add(Node::Blank, Ty::INVALID, pos));
            continue;
        }
        lhs.push(name(body, param, pos));
        declared.push(body.add(Node::Dcl(param), Ty::INVALID, pos));
    }
    let node = Node::AssignList {
        kind: ListKind::Pairs,
        lhs: body.add_list(&lhs),
        rhs: body.add_list(args),
        def: true,
    };
    let assign = body.add(node, Ty::INVALID, pos);
    let declared = body.add_list(&declared);
    body.set_init(assign, declared);
    for &param in params {
        body.locals[param].defn = Some(assign);
    }
    init.push(assign);
}

/// Returns assign the results and jump behind the body.
fn replace_returns(
    body: &mut Body,
    shift: &Shift,
    results: &[LocalId],
    delay: bool,
    end: Symbol,
    pos: Pos,
) {
    for i in shift.nodes..body.len() {
        let id = NodeId::from_usize(i);
        let Node::Return(values) = body.node(id) else {
            continue;
        };
        let mut stmts = Vec::new();
        if !values.is_empty() {
            let lhs: Vec<NodeId> = results.iter().map(|&r| name(body, r, pos)).collect();
            let node = Node::AssignList {
                kind: ListKind::Pairs,
                lhs: body.add_list(&lhs),
                rhs: values,
                def: false,
            };
            let assign = body.add(node, Ty::INVALID, pos);
            if delay {
                for &result in results {
                    stmts.push(body.add(Node::Dcl(result), Ty::INVALID, pos));
                    body.locals[result].defn = Some(assign);
                }
            }
            stmts.push(assign);
        }
        let goto = Node::Branch {
            kind: Branch::Goto,
            label: end,
        };
        stmts.push(body.add(goto, Ty::INVALID, pos));
        let list = body.add_list(&stmts);
        body.replace(id, Node::Block(list));
        body.set_pos(id, pos);
    }
}

/// Copies the function literals of the callee into the caller's package and points the caller's copy of the body, and
/// the literals within literals, to the copies.
fn copy_closures(
    package: &mut Package,
    caller: FuncId,
    source: &Source,
    shift: &Shift,
    body: &mut Body,
) -> Vec<FuncId> {
    let copies: Vec<(FuncId, FuncId)> = source
        .closures
        .iter()
        .map(|(old, func)| {
            let mut func = func.clone();
            func.inline = None;
            func.body = Arc::clone(&func.original);
            (*old, package.funcs.push(func))
        })
        .collect();
    let find = |old: FuncId| copies.iter().find(|c| c.0 == old).map(|c| c.1);
    for i in shift.nodes..body.len() {
        let id = NodeId::from_usize(i);
        if let Node::Closure(old) = body.node(id)
            && let Some(new) = find(old)
        {
            body.replace(id, Node::Closure(new));
            adopt(package, new, caller, Some(shift));
        }
    }
    for &(_, copy) in &copies {
        let mut own = (*package.funcs[copy].original).clone();
        for i in 0..own.len() {
            let id = NodeId::from_usize(i);
            if let Node::Closure(old) = own.node(id)
                && let Some(new) = find(old)
            {
                own.replace(id, Node::Closure(new));
                adopt(package, new, copy, None);
            }
        }
        let own = Arc::new(own);
        package.funcs[copy].original = Arc::clone(&own);
        package.funcs[copy].body = own;
    }
    copies.into_iter().map(|c| c.1).collect()
}

/// Gives a copied function literal its new parent; what it captures has moved with `shift`.
fn adopt(package: &mut Package, closure: FuncId, parent: FuncId, shift: Option<&Shift>) {
    let func = &mut package.funcs[closure];
    func.parent = Some(parent);
    let Some(shift) = shift else {
        return;
    };
    let mut own = (*func.original).clone();
    for &var in &func.closure_vars {
        if let Class::Captured(outer) = own.locals[var].class {
            own.locals[var].class = Class::Captured(shift.locals[outer.index()]);
        }
    }
    let own = Arc::new(own);
    func.original = Arc::clone(&own);
    func.body = own;
}
