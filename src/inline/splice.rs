//! Puts a copy of a callee's body in the place of a call (noder's `unifiedInlineCall`).
//!
//! The callee's whole arena is appended to the caller's, with all ids shifted; positions remember the call. Parameters
//! become variables that are assigned the arguments, results become variables that returns assign before they jump
//! behind the body. Function literals in the body are copied as functions of the caller's package.

use std::sync::Arc;

use super::callee::Target;
use super::closures;
use super::pass::Pass;
use crate::base::index::Idx;
use crate::base::symbol::{Symbol, sym};
use crate::ir::body::{Body, Class, FuncKey, InlineId, InlinedAt, Local, LocalId, Pos};
use crate::ir::instantiate::{self, World, literals_in};
use crate::ir::node::{Branch, FuncId, ListKind, Node, NodeId, Nodes};
use crate::ir::release::Release;
use crate::ir::visit::Part;
use crate::ir::{Func, FuncKind};
use crate::types::package::Pkg;
use crate::types::ty::Ty;

/// A function to be put somewhere: its own package may be another one.
pub(super) struct Source {
    pub name: Symbol,
    original: Arc<Body>,
    params: Vec<LocalId>,
    results: Vec<LocalId>,
    /// The function literals of its package that its body has, with what they are copied from.
    pub closures: Vec<(FuncId, Func)>,
    delay: bool,
}

/// What a body is put into.
struct Into {
    /// The number of inlined calls so far.
    number: u32,
    /// The package of the caller's name: names that the compiler makes up for parameters belong to it.
    pkg: Option<Pkg>,
    release: &'static Release,
}

impl Into {
    /// What the compiler calls an unnamed parameter or result there.
    fn made_up(&self, local: &Local) -> Symbol {
        match local.name.as_str().strip_prefix("~r") {
            Some(number) if self.release.renames_inlined_results => {
                Symbol::intern(&format!("~R{number}"))
            }
            _ => local.name,
        }
    }
}

/// Where the parts of the callee's body go in the caller's.
pub(super) struct Shift {
    pub nodes: usize,
    consts: usize,
    lists: u32,
    pub locals: Vec<LocalId>,
    pub inline: InlineId,
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
    let into = Into {
        number: pass.splices,
        pkg: pass.package.funcs[caller].pkg,
        release: pass.config.release,
    };
    let shift = append(&mut body, &source.original, call, key, &into);
    let result = replace_call(&mut body, call, &source, &shift);
    body.replace(call, result);
    let place = closures::Place {
        release: pass.config.release,
        caller,
        source: &source,
        shift: &shift,
    };
    let copied = place.copy(pass.package, &mut body);
    pass.package.funcs[caller].body = Arc::new(body);
    let known = pass.package.funcs.len();
    let world = World {
        callees: pass.callees,
        release: pass.config.release,
    };
    instantiate::uses_of(pass.package, world, caller, from, true);
    instantiate::run_silently(pass.package, world, known);
    pass.statics.scan(pass.package, caller, from);
    for i in known..pass.package.funcs.len() {
        pass.statics.scan(pass.package, Idx::from_usize(i), 0);
    }
    for closure in copied {
        pass.statics.scan(pass.package, closure, 0);
    }
    true
}

fn source(pass: &Pass<'_>, target: Target) -> Option<Source> {
    let finder = pass.finder();
    let (package, id) = finder.function(target)?;
    let func = &package.funcs[id];
    // Literals in the body of a loop over a function may be counted with another function.
    let may_have_literals = !func.closures.is_empty() || func.kind == FuncKind::RangeBody;
    Some(Source {
        name: func.name,
        original: Arc::clone(&func.original),
        params: func.params.clone(),
        results: func.results.clone(),
        closures: if may_have_literals {
            literals_in(package, id)
        } else {
            Vec::new()
        },
        delay: func.inline?.delay_results,
    })
}

/// Appends the callee's arena.
fn append(body: &mut Body, original: &Body, call: NodeId, key: FuncKey, into: &Into) -> Shift {
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
        label: into.number,
    };
    for local in &original.locals {
        let id = if let Class::Captured(outer) = local.class {
            outer
        } else {
            let copy = inlined_local(local, &shift, into);
            body.locals.push(copy)
        };
        shift.locals.push(id);
    }
    body.append_shifted(original, |node| shifted(node, &shift), |pos| shift.pos(pos));
    shift
}

fn inlined_local(local: &Local, shift: &Shift, into: &Into) -> Local {
    let formal = local.class != Class::Auto;
    let (name, pkg) = if local.name.as_str().starts_with('~') {
        (into.made_up(local), into.pkg)
    } else {
        (local.name, local.pkg)
    };
    Local {
        name,
        pkg,
        class: Class::Auto,
        // What the compiler has no place for stays without one.
        pos: if local.pos == Pos::NONE {
            local.pos
        } else {
            shift.pos(local.pos)
        },
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
    let params: Vec<LocalId> = source.params.iter().map(|&p| local(p)).collect();
    let results: Vec<LocalId> = source.results.iter().map(|&r| local(r)).collect();
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
    let mut stmts = body.list(shift.list(source.original.stmts)).to_vec();
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
