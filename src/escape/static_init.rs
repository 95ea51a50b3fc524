//! Package-level variables whose values the compiler lays out as data: nothing of them is evaluated at run time, so
//! nothing of them is a location.
//!
//! | initialiser | what is left to evaluate |
//! | --- | --- |
//! | constant, `nil`, function, closure without captures, `[]byte("text")` | nothing |
//! | `T{…}`, `[]T{…}`, `&T{…}`, a value in an interface | the parts that are not data, into that memory |
//! | map literal, `make`, `new`, call, anything else | all of it |
//!
//! What is left goes to the heap, as anything that a package-level variable holds. Initialisers of the blank variable
//! without effects are dropped.
//!
//! Source: `staticinit/sched.go` and `pkginit/init.go` of the compiler.

use super::build::Walk;
use super::graph::Why;
use crate::ir::FuncKind;
use crate::ir::body::ConvKind;
use crate::ir::node::{Node, NodeId};
use crate::types::predicates::is_interface;
use crate::types::ty::TyKind;

impl Walk<'_, '_> {
    /// Walks what is left of a package-level initialiser; false if the statement is none.
    pub fn static_init(&mut self, id: NodeId) -> bool {
        if self.b.cx.package.funcs[self.func].kind != FuncKind::PackageInit || self.depth != 1 {
            return false;
        }
        match self.body.node(id) {
            Node::Assign { x, y: Some(y), .. } => match self.body.node(x) {
                Node::Global(_) => self.lay_out(y, id),
                Node::Blank if self.is_without_effects(y) => {}
                _ => return false,
            },
            _ => return false,
        }
        true
    }

    /// Goes through a value that lies in static memory; parts that are not data are stored there at run time.
    fn lay_out(&mut self, value: NodeId, at: NodeId) {
        let body = self.body;
        let mut todo = vec![value];
        while let Some(id) = todo.pop() {
            if self.is_laid_out_call(id) {
                continue;
            }
            if !body.init(id).is_empty() {
                self.send_to_heap(id, at, Why::Assign);
                continue;
            }
            match body.node(id) {
                Node::Literal(_) | Node::Nil | Node::Func(_) | Node::MethodExpr { .. } => {}
                Node::PtrLit(x) => todo.push(x),
                Node::Closure(literal)
                    if self.b.cx.package.funcs[literal].closure_vars.is_empty() => {}
                Node::CompLit { list, .. }
                    if !matches!(body.ty(id).under().kind(), TyKind::Map { .. }) =>
                {
                    let elements = body.list(list).iter().rev();
                    todo.extend(elements.map(|&element| match body.node(element) {
                        Node::Key { value, .. } | Node::StructKey { value, .. } => value,
                        _ => element,
                    }));
                }
                Node::Conv { x, .. } => match body.conv_kind(id) {
                    ConvKind::Nop => todo.push(x),
                    ConvKind::Interface if !is_interface(body.ty(x)) => todo.push(x),
                    ConvKind::StringToBytes if body.literal(x).is_some() => {}
                    _ => self.send_to_heap(id, at, Why::Assign),
                },
                _ => self.send_to_heap(id, at, Why::Assign),
            }
        }
    }

    /// Whether an inlined call only puts its arguments in a literal, as that of `errors.New` does: it is data too.
    fn is_laid_out_call(&self, id: NodeId) -> bool {
        let body = self.body;
        if !matches!(body.node(id), Node::InlinedCall { .. }) {
            return false;
        }
        let mut todo = vec![id];
        while let Some(id) = todo.pop() {
            let is_data = match body.node(id) {
                Node::CompLit { .. } => !matches!(
                    body.ty(id).under().kind(),
                    TyKind::Map { .. } | TyKind::Slice(_)
                ),
                Node::Conv { x, .. } => match body.conv_kind(id) {
                    ConvKind::Nop => true,
                    ConvKind::Interface => !is_interface(body.ty(x)),
                    _ => false,
                },
                Node::InlinedCall { .. }
                | Node::Name(_)
                | Node::Blank
                | Node::Func(_)
                | Node::Literal(_)
                | Node::Nil
                | Node::PtrLit(_)
                | Node::StructKey { .. }
                | Node::Key { .. }
                | Node::Dcl(_)
                | Node::Assign { .. }
                | Node::AssignList { .. }
                | Node::Block(_)
                | Node::Branch { .. }
                | Node::Label(_)
                | Node::InlineMark => true,
                _ => false,
            };
            if !is_data {
                return false;
            }
            body.children(id, &mut todo);
        }
        true
    }

    /// Whether evaluating the expression runs no other code.
    fn is_without_effects(&self, id: NodeId) -> bool {
        let body = self.body;
        let mut todo = vec![id];
        while let Some(id) = todo.pop() {
            match body.node(id) {
                Node::Call { .. }
                | Node::InlinedCall { .. }
                | Node::Builtin { .. }
                | Node::Recv(_)
                | Node::Unknown(_) => return false,
                _ => body.children(id, &mut todo),
            }
        }
        true
    }
}
