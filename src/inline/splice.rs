//! Puts a copy of a callee's body in the place of a call (noder's `unifiedInlineCall`).
//!
//! The callee's whole arena is appended to the caller's, with all ids shifted; positions remember the call. Parameters
//! become variables that are assigned the arguments, results become variables that returns assign before they jump
//! behind the body. Function literals in the body are copied as functions of the caller's package.

use std::sync::Arc;

use super::callee::{Finder, Target};
use super::closures;
use super::pass::Pass;
use crate::base::few::Few;
use crate::base::index::Idx;
use crate::base::symbol::{Symbol, sym};
use crate::ir::body::{Body, Class, FuncKey, InlineId, InlinedAt, Local, LocalId, Pos};
use crate::ir::instantiate::{self, literals_in};
use crate::ir::node::{Branch, FuncId, ListKind, Node, NodeId, Nodes};
use crate::ir::outline::Template;
use crate::ir::release::Release;
use crate::ir::{Func, FuncKind};
use crate::types::package::Pkg;
use crate::types::ty::Ty;

/// A function to be put somewhere: its own package may be another one.
pub(super) struct Source {
    pub name: Symbol,
    target: Target,
    key: FuncKey,
    original: Arc<Body>,
    template: Template,
    params: Vec<LocalId>,
    results: Vec<LocalId>,
    /// Whether its body may have function literals.
    has_literals: bool,
    delay: bool,
    /// What the compiler says when it inlines a call.
    pub message: String,
}

impl Source {
    /// The function behind a target, if it can be inlined; `message` is what to say of it.
    pub fn new(finder: Finder<'_, '_>, target: Target, message: String) -> Option<Source> {
        let (package, id) = finder.function(target)?;
        let func = &package.funcs[id];
        Some(Source {
            name: func.name,
            target,
            key: func.key(id),
            original: Arc::clone(&func.original),
            template: Template::of(&func.original),
            params: func.params.clone(),
            results: func.results.clone(),
            // Literals in the body of a loop over a function may be counted with another function.
            has_literals: !func.closures.is_empty() || func.kind == FuncKind::RangeBody,
            delay: func.inline?.delay_results,
            message,
        })
    }

    /// The calls of its body, inner ones first, where the nodes are from number `nodes` on.
    pub fn calls(&self, nodes: usize) -> impl Iterator<Item = NodeId> {
        self.template.calls.iter().map(move |id| id.shifted(nodes))
    }

    /// The function literals of its package that its body has, with what they are copied from.
    fn literals(&self, finder: Finder<'_, '_>) -> Vec<(FuncId, Func)> {
        let function = finder.function(self.target).filter(|_| self.has_literals);
        function.map_or_else(Vec::new, |(package, id)| literals_in(package, id))
    }
}

/// What a body is put into.
struct Into {
    /// The number of calls inlined into the caller so far: what its labels are told apart by.
    number: usize,
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
    label: usize,
}

impl Shift {
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

/// Inlines the call; gives the number of the first new node.
pub fn splice(pass: &mut Pass<'_>, caller: FuncId, call: NodeId, source: &Source) -> usize {
    pass.assigned.forget();
    let literals = source.literals(pass.finder());
    // Nothing else may hold on to the body while it changes, or it would be copied.
    let nothing = Arc::clone(&pass.nothing);
    let mut own = std::mem::replace(&mut pass.package.funcs[caller].body, nothing);
    let body = Arc::make_mut(&mut own);
    let into = Into {
        number: body.inlined.len(),
        pkg: pass.package.funcs[caller].pkg,
        release: pass.config.release,
    };
    let shift = append(body, source, call, &into);
    let appended = body.len();
    let end = pass.end_label(shift.label);
    let result = replace_call(body, call, source, &shift, end);
    body.replace(call, result);
    let place = closures::Place {
        release: pass.config.release,
        caller,
        name: source.name,
        literals: &literals,
        closures: &source.template.closures,
        shift: &shift,
    };
    let copied = place.copy(pass.package, body);
    pass.package.funcs[caller].body = own;
    let known = pass.package.funcs.len();
    if source.template.has_instances {
        let world = pass.world();
        instantiate::uses_of(pass.package, world, caller, shift.nodes, true);
        instantiate::run_silently(pass.package, world, known);
    }
    let assigns = source.template.assigns.iter();
    let assigns = assigns.map(|id| id.shifted(shift.nodes));
    pass.statics.look_at_all(pass.package, caller, assigns);
    pass.statics.scan(pass.package, caller, appended);
    for i in known..pass.package.funcs.len() {
        pass.statics.scan(pass.package, Idx::from_usize(i), 0);
    }
    for closure in copied {
        pass.statics.scan(pass.package, closure, 0);
    }
    shift.nodes
}

/// Appends the callee's arena.
fn append(body: &mut Body, source: &Source, call: NodeId, into: &Into) -> Shift {
    let original = &source.original;
    let inline = body.inlined.push(InlinedAt {
        call: body.pos(call),
        callee: source.key,
    });
    let mut shift = Shift {
        nodes: body.len(),
        consts: body.const_count(),
        lists: body.list_count(),
        locals: Vec::with_capacity(original.locals.len()),
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
    let (name, pkg) = if local.name.is_made_up() {
        (into.made_up(local), into.pkg)
    } else {
        (local.name, local.pkg)
    };
    Local {
        name,
        pkg,
        class: Class::Auto,
        pos: if has_no_place(local) {
            local.pos
        } else {
            shift.pos(local.pos)
        },
        defn: local.defn.map(|d| d.shifted(shift.nodes)),
        inl_formal: local.inl_formal || formal,
        inl_local: local.inl_local || !formal,
        ..*local
    }
}

/// Whether the compiler has no place for the variable: it stays without one. Variables of bodies read from facts have
/// only lost theirs.
fn has_no_place(local: &Local) -> bool {
    local.pos == Pos::NONE && matches!(local.name.as_str(), "#next" | "#defers")
}

/// The node with all its ids shifted.
fn shifted(node: &Node, shift: &Shift) -> Node {
    match *node {
        Node::Name(local) => Node::Name(shift.locals[local.index()]),
        Node::Dcl(local) => Node::Dcl(shift.locals[local.index()]),
        Node::Literal(c) => Node::Literal(Idx::from_usize(c.index() + shift.consts)),
        Node::Label(label) => Node::Label(shift.label(label)),
        Node::Branch { kind, label } => Node::Branch {
            kind,
            label: shift.label(label),
        },
        _ => {
            let mut node = node.shifted(shift.nodes, shift.lists);
            if let Node::For { label, .. } = &mut node {
                *label = shift.label(*label);
            }
            node
        }
    }
}

/// What stands in the call's place: argument assignments as its init list, the body, and the results.
fn replace_call(
    body: &mut Body,
    call: NodeId,
    source: &Source,
    shift: &Shift,
    end: Symbol,
) -> Node {
    let pos = body.pos(call);
    let Node::Call { fun, args, .. } = body.node(call) else {
        return body.node(call);
    };
    let local = |&l: &LocalId| shift.locals[l.index()];
    let params: Few<LocalId> = source.params.iter().map(local).collect();
    let results: Few<LocalId> = source.results.iter().map(local).collect();
    let mut init = Vec::with_capacity(4 + 2 * results.len());
    init.extend_from_slice(body.list(body.init(call)));
    callee_effects(body, fun, &mut init);
    if !params.is_empty() {
        init.push(assign_arguments(body, &params, args, pos));
    }
    if !source.delay {
        for &result in &*results {
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
    for id in &source.template.returns {
        let id = id.shifted(shift.nodes);
        replace_return(body, id, &results, source.delay, end, pos);
    }
    let label = body.add(Node::Label(end), Ty::INVALID, pos);
    let init = body.add_list(&init);
    body.set_init(call, init);
    let results: Few<NodeId> = results.iter().map(|&r| name(body, r, pos)).collect();
    Node::InlinedCall {
        body: body.add_longer(source.original.stmts.shifted(shift.lists), label),
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

/// The statement that declares the parameters and assigns the arguments to them.
fn assign_arguments(body: &mut Body, params: &[LocalId], args: Nodes, pos: Pos) -> NodeId {
    let is_blank = |body: &Body, param: LocalId| body.locals[param].name == sym::BLANK;
    let mut declared = Vec::with_capacity(params.len());
    let lhs: Few<NodeId> = params
        .iter()
        .map(|&param| {
            if is_blank(body, param) {
                return body.add(Node::Blank, Ty::INVALID, pos);
            }
            let x = name(body, param, pos);
            declared.push(body.add(Node::Dcl(param), Ty::INVALID, pos));
            x
        })
        .collect();
    let node = Node::AssignList {
        kind: ListKind::Pairs,
        lhs: body.add_list(&lhs),
        rhs: args,
        def: true,
    };
    let assign = body.add(node, Ty::INVALID, pos);
    let declared = body.add_list(&declared);
    body.set_init(assign, declared);
    for &param in params {
        body.locals[param].defn = Some(assign);
    }
    assign
}

/// A return assigns the results and jumps behind the body.
fn replace_return(
    body: &mut Body,
    id: NodeId,
    results: &[LocalId],
    delay: bool,
    end: Symbol,
    pos: Pos,
) {
    let Node::Return(values) = body.node(id) else {
        return;
    };
    let mut declared = Few::None;
    let mut assign = None;
    if !values.is_empty() {
        let lhs: Few<NodeId> = results.iter().map(|&r| name(body, r, pos)).collect();
        let node = Node::AssignList {
            kind: ListKind::Pairs,
            lhs: body.add_list(&lhs),
            rhs: values,
            def: false,
        };
        let stmt = body.add(node, Ty::INVALID, pos);
        assign = Some(stmt);
        if delay {
            let declare = |&result: &LocalId| {
                body.locals[result].defn = Some(stmt);
                body.add(Node::Dcl(result), Ty::INVALID, pos)
            };
            declared = results.iter().map(declare).collect();
        }
    }
    let goto = Node::Branch {
        kind: Branch::Goto,
        label: end,
    };
    let goto = body.add(goto, Ty::INVALID, pos);
    let list = body.add_joined(&[&declared, assign.as_slice(), &[goto]]);
    body.replace(id, Node::Block(list));
    body.set_pos(id, pos);
}
