//! Benchmark loops `for b.Loop() { … }`, whose bodies must not be optimised away.
//!
//! Up to 1.25 nothing is inlined in the body (`inline/interleaved`). From 1.26 on all is, and what its statements assign,
//! return or pass is kept alive by calls of `runtime.KeepAlive` (`bloop`):
//!
//! | statement | becomes |
//! | --- | --- |
//! | `x := e`, `x.f = e`, `x++` | itself, then `KeepAlive(&x)` |
//! | `_ = e` | `tmp := e; KeepAlive(&tmp)` |
//! | `f(e)` with results | `tmp := f(e); KeepAlive(&tmp)` |
//! | `f(x, e)` without results | `tmp := e; f(x, tmp); KeepAlive(&x); KeepAlive(&tmp)` |

use std::sync::Arc;

use super::Message;
use crate::base::symbol::Symbol;
use crate::ir::Package;
use crate::ir::body::{Body, Class, ConvKind, FuncRef, Local, LocalId, Pos};
use crate::ir::build::keep_alive;
use crate::ir::node::{FuncId, ListKind, Node, NodeId, Nodes};
use crate::types::builtin::BuiltinId;
use crate::types::ty::{BasicKind, Ty, TyKind};

/// Whether the package may have such loops at all.
pub(super) fn has_testing(package: &Package) -> bool {
    let testing = |path: Symbol| path.as_str() == "testing";
    package.imports.iter().any(|p| testing(p.path))
}

/// Whether a node is such a loop.
fn is_loop(body: &Body, id: NodeId) -> bool {
    let Node::For { cond: Some(c), .. } = body.node(id) else {
        return false;
    };
    let Node::Call { fun, .. } = body.node(c) else {
        return false;
    };
    let Node::MethodExpr { func, .. } = body.node(fun) else {
        return false;
    };
    let method = func.obj();
    let of_testing = method.pkg.is_some_and(|p| p.path.as_str() == "testing");
    let recv = method.ty().as_signature().and_then(|s| s.recv);
    let recv = recv.and_then(|r| r.ty().under_pointer()?.as_named());
    of_testing && method.name.as_str() == "Loop" && recv.is_some_and(|n| n.obj.name.as_str() == "B")
}

/// The nodes below `roots` whose loops are such, and what lies in the bodies of these.
#[derive(Default)]
pub(super) struct Skipped {
    /// The loops.
    pub loops: Vec<NodeId>,
    /// Calls in their bodies.
    pub calls: Vec<NodeId>,
}

impl Skipped {
    /// Of a package's function, for compilers that inline nothing there.
    pub(super) fn below(body: &Body, roots: &[NodeId]) -> Skipped {
        let mut skipped = Skipped::default();
        let mut todo: Vec<(NodeId, bool)> = roots.iter().map(|&id| (id, false)).collect();
        let mut below = Vec::new();
        while let Some((id, inside)) = todo.pop() {
            below.clear();
            body.children(id, &mut below);
            let inner: &[NodeId] = match body.node(id) {
                Node::For { body: stmts, .. } if !inside && is_loop(body, id) => {
                    skipped.loops.push(id);
                    body.list(stmts)
                }
                Node::Call { .. } if inside => {
                    skipped.calls.push(id);
                    &[]
                }
                _ => &[],
            };
            todo.extend(below.iter().map(|&c| (c, inside || inner.contains(&c))));
        }
        skipped
    }

    /// What the compiler says of the loops.
    pub(super) fn messages<'s>(&'s self, body: &'s Body) -> impl Iterator<Item = Message> + 's {
        self.loops.iter().map(|&id| {
            let at = body.outermost(body.pos(id));
            Message {
                file: at.file,
                offset: at.offset,
                text: "skip inlining within testing.B.loop for for loop".to_owned(),
            }
        })
    }
}

/// Keeps alive what statements in the bodies of such loops make.
pub(super) fn keep(package: &mut Package) {
    if !has_testing(package) {
        return;
    }
    for func in package.funcs.ids() {
        let lists = lists(&package.funcs[func].body);
        if lists.is_empty() || package.funcs[func].generic {
            continue;
        }
        let mut keeper = Keeper {
            body: (*package.funcs[func].body).clone(),
            kept: Vec::new(),
        };
        lists.into_iter().for_each(|list| keeper.statements(list));
        let Keeper { body, kept } = keeper;
        package.funcs[func].body = Arc::new(body);
        kept.into_iter()
            .for_each(|local| mark_addressed(package, func, local));
        package.funcs[func].original = Arc::clone(&package.funcs[func].body);
    }
}

/// The address of a variable is taken: everywhere it is known.
fn mark_addressed(package: &mut Package, mut func: FuncId, mut local: LocalId) {
    loop {
        let same = Arc::ptr_eq(&package.funcs[func].body, &package.funcs[func].original);
        let body = Arc::make_mut(&mut package.funcs[func].body);
        body.locals[local].addr_taken = true;
        let class = body.locals[local].class;
        if same {
            package.funcs[func].original = Arc::clone(&package.funcs[func].body);
        }
        match (class, package.funcs[func].parent) {
            (Class::Captured(outer), Some(parent)) => (func, local) = (parent, outer),
            _ => return,
        }
    }
}

/// The lists of statements that such loops have anywhere in their bodies.
fn lists(body: &Body) -> Vec<Nodes> {
    let mut found = Vec::new();
    let top = body.list(body.stmts).iter();
    let mut todo: Vec<(NodeId, bool)> = top.map(|&id| (id, false)).collect();
    let mut below = Vec::new();
    while let Some((id, inside)) = todo.pop() {
        let inside = inside || is_loop(body, id);
        if inside {
            match body.node(id) {
                Node::For { body: list, .. }
                | Node::Block(list)
                | Node::Case { body: list, .. }
                | Node::Comm { body: list, .. }
                | Node::Range { body: list, .. } => found.push(list),
                Node::If {
                    body: list, els, ..
                } => found.extend([list, els]),
                _ => {}
            }
        }
        below.clear();
        body.children(id, &mut below);
        todo.extend(below.iter().map(|&c| (c, inside)));
    }
    found
}

/// Rewrites statements of one function.
struct Keeper {
    body: Body,
    /// Variables whose address is taken now.
    kept: Vec<LocalId>,
}

impl Keeper {
    fn statements(&mut self, list: Nodes) {
        for (i, stmt) in self.body.list(list).to_vec().into_iter().enumerate() {
            let kept = self.statement(stmt);
            self.body.set_list_entry(list, i, kept);
        }
    }

    fn statement(&mut self, id: NodeId) -> NodeId {
        match self.body.node(id) {
            Node::Assign { x: old, y, def } => {
                let x = self.destination(old, y.map(|y| self.body.ty(y)), id);
                let def = def || x != old;
                self.body.replace(id, Node::Assign { x, y, def });
                let name = self.name_of(x);
                self.followed(id, name.as_slice())
            }
            Node::AssignOp { x, .. } => {
                let name = self.name_of(x);
                self.followed(id, name.as_slice())
            }
            Node::AssignList { kind, lhs, rhs, .. } => self.assign_list(id, kind, lhs, rhs),
            Node::Call { fun, args, .. } => self.call(id, fun, args),
            Node::Builtin {
                id: BuiltinId::Print | BuiltinId::Println | BuiltinId::Delete,
                args,
                ..
            } => self.arguments(id, args),
            _ => id,
        }
    }

    /// A temporary in the place of a blank destination, declared by the statement.
    fn destination(&mut self, x: NodeId, ty: Option<Ty>, stmt: NodeId) -> NodeId {
        let (Node::Blank, Some(ty)) = (self.body.node(x), ty) else {
            return x;
        };
        let (temp, name) = self.temp(ty, self.body.pos(stmt));
        self.declare(stmt, temp);
        name
    }

    fn assign_list(&mut self, id: NodeId, kind: ListKind, lhs: Nodes, rhs: Nodes) -> NodeId {
        let values = self.body.list(rhs).to_vec();
        let mut names = Vec::new();
        for (i, x) in self.body.list(lhs).to_vec().into_iter().enumerate() {
            let ty = match (kind, values.as_slice()) {
                (ListKind::Pairs, values) => values.get(i).map(|&v| self.body.ty(v)),
                (_, [one]) => tuple_part(self.body.ty(*one), i),
                _ => None,
            };
            let x = self.destination(x, ty, id);
            self.body.set_list_entry(lhs, i, x);
            names.extend(self.name_of(x));
        }
        self.followed(id, &names)
    }

    fn call(&mut self, id: NodeId, fun: NodeId, args: Nodes) -> NodeId {
        let sig = self.body.ty(fun).under_signature();
        let results = sig.map_or(&[][..], |s| s.result_vars());
        if results.is_empty() {
            return self.arguments(id, args);
        }
        let pos = self.body.pos(id);
        let temps: Vec<_> = results.iter().map(|r| self.temp(r.ty(), pos)).collect();
        let names: Vec<NodeId> = temps.iter().map(|t| t.1).collect();
        let kind = match results {
            [_] => ListKind::Pairs,
            _ => ListKind::Func,
        };
        let assign = Node::AssignList {
            kind,
            lhs: self.body.add_list(&names),
            rhs: self.body.add_list(&[id]),
            def: true,
        };
        let assign = self.body.add(assign, Ty::INVALID, pos);
        temps.iter().for_each(|t| self.declare(assign, t.0));
        self.followed(assign, &names)
    }

    /// A call that gives nothing: its arguments are kept.
    fn arguments(&mut self, id: NodeId, args: Nodes) -> NodeId {
        let (mut stmts, mut names) = (Vec::new(), Vec::new());
        for (i, arg) in self.body.list(args).to_vec().into_iter().enumerate() {
            let own = self.name_of(arg);
            match self.body.node(arg) {
                _ if own.is_some() => names.extend(own),
                Node::CompLit { list, .. } if is_slice(self.body.ty(arg)) => {
                    for (i, element) in self.body.list(list).to_vec().into_iter().enumerate() {
                        if let Some(name) = self.name_of(element) {
                            names.push(name);
                        } else if !matches!(self.body.node(element), Node::Key { .. }) {
                            let pos = self.body.pos(element);
                            let name = self.stored(element, pos, &mut stmts);
                            self.body.set_list_entry(list, i, name);
                            names.push(name);
                        }
                    }
                }
                _ => {
                    let pos = self.body.pos(id);
                    let name = self.stored(arg, pos, &mut stmts);
                    self.body.set_list_entry(args, i, name);
                    names.push(name);
                }
            }
        }
        if !stmts.is_empty() {
            stmts.push(id);
            let list = self.body.add_list(&stmts);
            let pos = self.body.pos(id);
            let block = self.body.add(Node::Block(list), Ty::INVALID, pos);
            return self.followed(block, &names);
        }
        self.followed(id, &names)
    }

    /// A temporary with the value of `x`; the statement that sets it goes to `stmts`.
    fn stored(&mut self, x: NodeId, pos: Pos, stmts: &mut Vec<NodeId>) -> NodeId {
        let (temp, name) = self.temp(self.body.ty(x), pos);
        let assign = Node::Assign {
            x: name,
            y: Some(x),
            def: true,
        };
        let assign = self.body.add(assign, Ty::INVALID, pos);
        self.declare(assign, temp);
        stmts.push(assign);
        self.body.add(Node::Name(temp), self.body.ty(x), pos)
    }

    fn temp(&mut self, ty: Ty, pos: Pos) -> (LocalId, NodeId) {
        let name = format!(".autotmp_{}", self.body.locals.len());
        let temp = self.body.locals.push(Local {
            name: Symbol::intern(&name),
            pkg: None,
            pos,
            ty,
            class: Class::Auto,
            defn: None,
            addr_taken: false,
            autotemp: true,
            inl_formal: false,
            inl_local: false,
        });
        (temp, self.body.add(Node::Name(temp), ty, pos))
    }

    fn declare(&mut self, stmt: NodeId, temp: LocalId) {
        let pos = self.body.pos(stmt);
        let declaration = self.body.add(Node::Dcl(temp), Ty::INVALID, pos);
        let mut init = self.body.list(self.body.init(stmt)).to_vec();
        init.push(declaration);
        let init = self.body.add_list(&init);
        self.body.set_init(stmt, init);
    }

    /// The variable that an expression is, or is a part of.
    fn name_of(&self, mut x: NodeId) -> Option<NodeId> {
        let body = &self.body;
        loop {
            x = match body.node(x) {
                Node::Name(_) | Node::Global(_) => return Some(x),
                Node::Slice { x, .. } if is_slice(body.ty(x)) => x,
                Node::Dot { x, .. } | Node::Addr { x, .. } | Node::Index { x, .. } => x,
                Node::Conv { x: inner, .. } => match body.conv_kind(x) {
                    ConvKind::Nop | ConvKind::Number | ConvKind::Interface => inner,
                    _ => return None,
                },
                _ => return None,
            };
        }
    }

    /// The statement, and then what keeps the variables alive.
    fn followed(&mut self, stmt: NodeId, names: &[NodeId]) -> NodeId {
        if names.is_empty() {
            return stmt;
        }
        let pos = self.body.pos(stmt);
        let mut all = vec![stmt];
        all.extend(names.iter().map(|&name| self.keep_alive(name, pos)));
        let list = self.body.add_list(&all);
        self.body.add(Node::Block(list), Ty::INVALID, pos)
    }

    fn keep_alive(&mut self, name: NodeId, pos: Pos) -> NodeId {
        let (node, ty) = (self.body.node(name), self.body.ty(name));
        if let Node::Name(local) = node {
            self.kept.push(local);
        }
        let x = self.body.add(node, ty, pos);
        let addr = Node::Addr { x, implicit: true };
        let x = self.body.add(addr, Ty::pointer(ty), pos);
        let word = Ty::basic(BasicKind::UnsafePointer);
        let arg = self.body.add(Node::Conv { x, implicit: true }, word, pos);
        let callee = keep_alive();
        let fun = Node::Func(FuncRef::Decl(callee));
        let fun = self.body.add(fun, callee.ty(), pos);
        let call = Node::Call {
            fun,
            args: self.body.add_list(&[arg]),
            go_defer: false,
            ddd: false,
        };
        self.body.add(call, Ty::tuple(Vec::new()), pos)
    }
}

fn is_slice(ty: Ty) -> bool {
    matches!(ty.under().kind(), TyKind::Slice(_))
}

/// The type of the result with that number of a call with several.
fn tuple_part(ty: Ty, i: usize) -> Option<Ty> {
    match ty.kind() {
        TyKind::Tuple(vars) => vars.get(i).map(|v| v.ty()),
        _ => None,
    }
}
