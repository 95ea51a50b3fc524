//! `go` and `defer`: calls with operands or results become calls of a wrapper without any
//! (`typecheck.normalizeGoDeferCall`).

use super::Builder;
use super::func::Closure;
use crate::ast::{CallKind, ExprId};
use crate::ir::FuncKind;
use crate::ir::body::Pos;
use crate::ir::node::{ListKind, Node, NodeId, Nodes};
use crate::types::builtin::BuiltinId;
use crate::types::predicates::basic_kind;
use crate::types::ty::{BasicKind, Signature, Ty, TyKind};

impl Builder<'_> {
    pub(super) fn go_defer(&mut self, kind: CallKind, call: ExprId, pos: Pos) -> NodeId {
        let call = self.expr(call);
        let mut init: Vec<NodeId> = {
            let list = self.body_mut().take_init(call);
            self.body().list(list).to_vec()
        };
        let call = if self.is_plain_call(call) {
            call
        } else {
            self.wrap_call(kind, call, pos, &mut init)
        };
        if let Node::Call { fun, args, ddd, .. } = self.body().node(call) {
            let marked = Node::Call {
                fun,
                args,
                go_defer: true,
                ddd,
            };
            self.body_mut().replace(call, marked);
        }
        let stmt = match kind {
            CallKind::Go => Node::Go(call),
            CallKind::Defer => Node::Defer {
                call,
                at: self.defer_token(pos),
            },
        };
        let stmt = self.add_stmt(stmt, pos);
        let init = self.list(&init);
        self.body_mut().set_init(stmt, init);
        stmt
    }

    /// A call of a function, not of an interface's method, that takes and returns nothing.
    fn is_plain_call(&self, call: NodeId) -> bool {
        let body = self.body();
        let Node::Call { fun, .. } = body.node(call) else {
            return false;
        };
        if matches!(body.node(fun), Node::DotInter { .. }) {
            return false;
        }
        body.ty(fun)
            .under_signature()
            .is_some_and(|s| s.param_vars().is_empty() && s.result_vars().is_empty())
    }

    fn wrap_call(
        &mut self,
        kind: CallKind,
        call: NodeId,
        pos: Pos,
        init: &mut Vec<NodeId>,
    ) -> NodeId {
        let mut operands = Vec::new();
        self.operands_of(call, &mut operands);
        self.spill(&operands, pos, init);
        let call_pos = self.body().pos(call);
        let ty = Ty::signature(Signature {
            tparams: &[],
            rparams: &[],
            recv: None,
            params: Ty::tuple(Vec::new()),
            results: Ty::tuple(Vec::new()),
            variadic: false,
        });
        let closure = Closure {
            kind: match kind {
                CallKind::Go => FuncKind::GoWrapper,
                CallKind::Defer => FuncKind::DeferWrapper,
            },
            ty,
            pos,
        };
        let id = self.open_closure(&closure);
        self.move_into_closure(call);
        self.finish(id);
        let fun = self.add(Node::Closure(id), ty, pos);
        self.add(
            Node::Call {
                fun,
                args: Nodes::EMPTY,
                go_defer: true,
                ddd: false,
            },
            Ty::tuple(Vec::new()),
            call_pos,
        )
    }

    /// The operands that are evaluated when the statement runs.
    fn operands_of(&self, call: NodeId, out: &mut Vec<NodeId>) {
        let body = self.body();
        match body.node(call) {
            Node::Call { fun, args, .. } => {
                match body.node(fun) {
                    Node::DotInter { x, .. } => out.push(x),
                    _ => self.visit_operand(fun, out),
                }
                for &arg in body.list(args) {
                    self.visit_operand(arg, out);
                }
            }
            Node::Builtin { args, .. } => {
                for &arg in body.list(args) {
                    self.visit_operand(arg, out);
                }
            }
            _ => out.push(call),
        }
    }

    /// Some operands can as well be evaluated by the wrapper; composite literals are taken apart.
    fn visit_operand(&self, x: NodeId, out: &mut Vec<NodeId>) {
        let body = self.body();
        match body.node(x) {
            Node::Literal(_)
            | Node::Nil
            | Node::MethodExpr { .. }
            | Node::Func(_)
            | Node::Dict(_)
            | Node::Builtin {
                id: BuiltinId::New, ..
            } => {}
            Node::Conv { x: from, .. }
                if basic_kind(body.ty(x)) == BasicKind::Uintptr
                    && basic_kind(body.ty(from)) == BasicKind::UnsafePointer =>
            {
                self.visit_operand(from, out);
            }
            Node::CompLit { list, .. } if !is_map(body.ty(x)) => {
                for &elem in body.list(list) {
                    match body.node(elem) {
                        Node::Key { value, .. } | Node::StructKey { value, .. } => {
                            self.visit_operand(value, out);
                        }
                        _ => self.visit_operand(elem, out),
                    }
                }
            }
            _ => out.push(x),
        }
    }

    /// Evaluates operands into temporaries; the nodes become uses of these.
    fn spill(&mut self, operands: &[NodeId], call_pos: Pos, init: &mut Vec<NodeId>) {
        if operands.is_empty() {
            return;
        }
        let mut lhs = Vec::new();
        let mut rhs = Vec::new();
        let mut temps = Vec::new();
        for &x in operands {
            let node = self.body().node(x);
            let pos = match node {
                Node::Name(_) | Node::Global(_) => call_pos,
                _ => self.body().pos(x),
            };
            let ty = self.body().ty(x);
            let temp = self.temp(ty, pos);
            init.push(self.add_stmt(Node::Dcl(temp), pos));
            lhs.push(self.name(temp, pos));
            let copy = self.add(node, ty, self.frame().body.pos(x));
            let own_init = self.body_mut().take_init(x);
            self.body_mut().set_init(copy, own_init);
            rhs.push(copy);
            temps.push(temp);
            self.body_mut().replace(x, Node::Name(temp));
        }
        let node = Node::AssignList {
            kind: ListKind::Pairs,
            lhs: self.list(&lhs),
            rhs: self.list(&rhs),
            def: false,
        };
        let assign = self.add_stmt(node, call_pos);
        for temp in temps {
            self.body_mut().locals[temp].defn = Some(assign);
        }
        init.push(assign);
    }

    /// Copies the call, whose operands are temporaries by now, from the enclosing function into the one just opened.
    fn move_into_closure(&mut self, call: NodeId) {
        let at = self.frames.len() - 1;
        let root = self.copy_outward(call, at);
        let list = self.list(&[root]);
        self.body_mut().stmts = list;
    }

    /// Copies a node of the frame around `at`; names become captured variables.
    fn copy_outward(&mut self, id: NodeId, at: usize) -> NodeId {
        let outer = &self.frames[at - 1].body;
        let (node, ty, pos) = (outer.node(id), outer.ty(id), outer.pos(id));
        let node = match node {
            Node::Name(local) => {
                let known = self.frames[at].captured.iter().copied().find(|&c| {
                    self.frames[at].body.locals[c].class == crate::ir::body::Class::Captured(local)
                });
                Node::Name(known.unwrap_or_else(|| self.capture(at, local, None, pos)))
            }
            Node::Literal(c) => {
                let value = outer.value(c).clone();
                Node::Literal(self.body_mut().add_const(value))
            }
            _ => {
                let parts = node.parts().map(|part| self.copy_part(part, at));
                node.with_parts(parts)
            }
        };
        self.add(node, ty, pos)
    }

    fn copy_part(&mut self, part: crate::ir::visit::Part, at: usize) -> crate::ir::visit::Part {
        use crate::ir::visit::Part;
        match part {
            Part::None => Part::None,
            Part::One(x) => Part::One(self.copy_outward(x, at)),
            Part::Many(list) => {
                let ids = self.frames[at - 1].body.list(list).to_vec();
                let copies: Vec<NodeId> = ids.iter().map(|&x| self.copy_outward(x, at)).collect();
                Part::Many(self.list(&copies))
            }
        }
    }
}

fn is_map(ty: Ty) -> bool {
    matches!(ty.under().kind(), TyKind::Map { .. })
}
