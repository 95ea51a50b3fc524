//! The nodes of a body from bytes.
//!
//! A node takes its parts from a stack, and is put there itself; so every node is part of one other at most, and the
//! nodes form trees whatever the bytes say.

use super::op;
use super::read::{CodeReader, pick};
use crate::base::bytes::{Corrupt, Reader};
use crate::base::index::Idx;
use crate::base::symbol::Symbol;
use crate::ir::body::{Body, FuncRef, LocalId, Pos};
use crate::ir::node::{Node, NodeId, Nodes};
use crate::ir::visit::Part;
use crate::types::constant::Value;
use crate::types::object::Obj;

/// Reads the nodes of a body whose variables are read.
pub(super) fn read(
    code: &mut CodeReader<'_>,
    body: Body,
    r: &mut Reader<'_>,
) -> Result<Body, Corrupt> {
    let mut nodes = NodeReader {
        code,
        body,
        stack: Vec::new(),
        last: 0,
    };
    for _ in 0..r.len()? {
        nodes.node(r)?;
    }
    nodes.finish(r)
}

struct NodeReader<'c, 'd> {
    code: &'c mut CodeReader<'d>,
    body: Body,
    /// Nodes that are not part of another one yet.
    stack: Vec<NodeId>,
    /// The place of the last call.
    last: u32,
}

impl NodeReader<'_, '_> {
    /// Reads where the variables are defined. What is left on the stack are the statements.
    fn finish(mut self, r: &mut Reader<'_>) -> Result<Body, Corrupt> {
        self.body.stmts = self.body.add_list(&self.stack);
        for id in self.body.locals.ids() {
            let defn = r.index()?;
            if defn > self.body.len() {
                return Err(Corrupt("no such definition"));
            }
            self.body.locals[id].defn = defn.checked_sub(1).map(NodeId::from_usize);
        }
        Ok(self.body)
    }

    fn node(&mut self, r: &mut Reader<'_>) -> Result<(), Corrupt> {
        let mut byte = r.byte()?;
        let mut init = 0;
        if byte == op::INIT {
            init = r.index()?;
            byte = r.byte()?;
        }
        let node = self.bare(byte & !op::EXPLICIT, r)?;
        let shape = shape(node, r)?;
        let (init, node) = self.with_parts(node, shape, init)?;
        let ty = if byte & op::EXPLICIT != 0 {
            self.code.d.ty(r)?
        } else {
            op::usual_type(&self.body, node)
        };
        let pos = match node {
            Node::Call { .. } => self.place(r)?,
            _ => Pos::NONE,
        };
        let id = self.body.add(node, ty, pos);
        let init = self.body.add_list(&init);
        self.body.set_init(id, init);
        self.stack.push(id);
        Ok(())
    }

    /// Takes the parts and the init list from the stack.
    fn with_parts(
        &mut self,
        node: Node,
        shape: [Option<usize>; 4],
        init: usize,
    ) -> Result<(Vec<NodeId>, Node), Corrupt> {
        let total = shape
            .into_iter()
            .flatten()
            .try_fold(init, usize::checked_add);
        let from = total.and_then(|n| self.stack.len().checked_sub(n));
        let from = from.ok_or(Corrupt("parts that are not there"))?;
        let taken = self.stack.split_off(from);
        let (init, mut rest) = taken.split_at(init);
        let mut parts = node.parts();
        for (part, len) in parts.iter_mut().zip(shape) {
            let (own, others) = rest.split_at(len.unwrap_or_default());
            rest = others;
            *part = match (*part, len, own) {
                (Part::Many(_), _, own) => Part::Many(self.body.add_list(own)),
                (Part::One(_), Some(_), &[one]) => Part::One(one),
                _ => Part::None,
            };
        }
        Ok((init.to_vec(), node.with_parts(parts)))
    }

    fn place(&mut self, r: &mut Reader<'_>) -> Result<Pos, Corrupt> {
        let delta = r.int()?;
        if delta == 0 {
            return Ok(Pos::NONE);
        }
        let delta = if delta > 0 { delta - 1 } else { delta };
        self.last = self.last.wrapping_add(delta as u32);
        Ok(Pos {
            offset: self.code.start.wrapping_add(self.last),
            ..Pos::NONE
        })
    }

    fn local(&self, r: &mut Reader<'_>) -> Result<LocalId, Corrupt> {
        let id = r.index()?;
        if id >= self.body.locals.len() {
            return Err(Corrupt("no such variable"));
        }
        Ok(LocalId::from_usize(id))
    }

    fn object(&self, r: &mut Reader<'_>) -> Result<Obj, Corrupt> {
        pick(&self.code.objects, r.index()?)
    }

    fn func(&self, r: &mut Reader<'_>) -> Result<FuncRef, Corrupt> {
        pick(&self.code.refs, r.index()?)
    }

    fn label(&self, r: &mut Reader<'_>) -> Result<Symbol, Corrupt> {
        self.code.d.string(r)
    }

    /// A node whose parts are not filled in.
    fn bare(&mut self, code: u8, r: &mut Reader<'_>) -> Result<Node, Corrupt> {
        let x = NodeId::from_usize(0);
        let (some, list) = (Some(x), Nodes::EMPTY);
        let flag = |base: u8, bit: u8| (code - base) & bit != 0;
        Ok(match code {
            op::NAME => Node::Name(self.local(r)?),
            op::BLANK => Node::Blank,
            op::GLOBAL => Node::Global(self.object(r)?),
            op::FUNC => Node::Func(self.func(r)?),
            op::METHOD_EXPR..op::LITERAL => Node::MethodExpr {
                func: self.func(r)?,
                direct: flag(op::METHOD_EXPR, 1),
            },
            op::LITERAL => Node::Literal(self.body.add_const(Value::read(r)?)),
            op::NIL => Node::Nil,
            op::TYPE => Node::Type,
            op::DICT => Node::Dict(self.func(r)?),
            op::UNARY => Node::Unary {
                op: pick(&op::UN_OPS, usize::from(r.byte()?))?,
                x,
            },
            op::BINARY => Node::Binary {
                op: pick(&op::BIN_OPS, usize::from(r.byte()?))?,
                x,
                y: x,
            },
            op::ADD_STR => Node::AddStr(list),
            op::ADDR..op::DEREF => Node::Addr {
                x,
                implicit: flag(op::ADDR, 1),
            },
            op::DEREF..op::DOT => Node::Deref {
                x,
                implicit: flag(op::DEREF, 1),
            },
            op::DOT..op::PTR_LIT => Node::Dot {
                x,
                field: r.uint()? as u32,
                implicit: flag(op::DOT, 1),
            },
            op::PTR_LIT => Node::PtrLit(x),
            op::DOT_INTER => Node::DotInter {
                x,
                method: self.object(r)?,
            },
            op::METHOD_VALUE => Node::MethodValue {
                x,
                func: self.func(r)?,
            },
            op::DOT_TYPE..op::INDEX => Node::DotType {
                x,
                comma_ok: flag(op::DOT_TYPE, 1),
            },
            op::INDEX => Node::Index { x, i: x },
            op::SLICE => Node::Slice { x, parts: list },
            op::CONV..op::COMP_LIT => Node::Conv {
                x,
                implicit: flag(op::CONV, 1),
            },
            op::COMP_LIT..op::STRUCT_KEY => Node::CompLit {
                list,
                dots: flag(op::COMP_LIT, 1),
            },
            op::STRUCT_KEY => Node::StructKey {
                field: r.uint()? as u32,
                value: x,
            },
            op::KEY => Node::Key { key: x, value: x },
            op::CLOSURE => Node::Closure(self.code.literal(r.index()?)?),
            op::CALL..op::BUILTIN => Node::Call {
                fun: x,
                args: list,
                go_defer: flag(op::CALL, 1),
                ddd: flag(op::CALL, 2),
            },
            op::BUILTIN..op::RECV => Node::Builtin {
                id: op::builtin(r.byte()?).ok_or(Corrupt("no such builtin"))?,
                args: list,
                ddd: flag(op::BUILTIN, 1),
            },
            op::RECV => Node::Recv(x),
            op::INLINED_CALL => Node::InlinedCall {
                body: list,
                results: list,
            },
            op::UNKNOWN => Node::Unknown(list),
            op::DCL => Node::Dcl(self.local(r)?),
            op::ASSIGN..op::ASSIGN_LIST => Node::Assign {
                x,
                y: some,
                def: flag(op::ASSIGN, 1),
            },
            op::ASSIGN_LIST..op::ASSIGN_OP => Node::AssignList {
                kind: pick(&op::LIST_KINDS, usize::from(r.byte()?))?,
                lhs: list,
                rhs: list,
                def: flag(op::ASSIGN_LIST, 1),
            },
            op::ASSIGN_OP..op::BLOCK => Node::AssignOp {
                op: pick(&op::BIN_OPS, usize::from(r.byte()?))?,
                x,
                y: x,
                inc_dec: flag(op::ASSIGN_OP, 1),
            },
            op::BLOCK => Node::Block(list),
            op::BRANCH => Node::Branch {
                kind: pick(&op::BRANCHES, usize::from(r.byte()?))?,
                label: self.label(r)?,
            },
            op::LABEL => Node::Label(self.label(r)?),
            op::FOR..op::RANGE => Node::For {
                cond: some,
                post: some,
                body: list,
                label: self.label(r)?,
                distinct: flag(op::FOR, 1),
            },
            op::RANGE..op::IF => Node::Range {
                x,
                key: some,
                value: some,
                body: list,
                distinct: flag(op::RANGE, 1),
                def: flag(op::RANGE, 2),
            },
            op::IF => Node::If {
                cond: x,
                body: list,
                els: list,
            },
            op::SWITCH => Node::Switch {
                tag: some,
                cases: list,
            },
            op::TYPE_SWITCH_GUARD => Node::TypeSwitchGuard {
                x,
                name: match r.byte()? {
                    0 => None,
                    _ => Some(self.label(r)?),
                },
            },
            op::CASE => Node::Case {
                list,
                var: some,
                body: list,
            },
            op::SELECT => Node::Select(list),
            op::COMM => Node::Comm {
                comm: some,
                body: list,
            },
            op::RETURN => Node::Return(list),
            op::SEND => Node::Send { chan: x, value: x },
            op::GO => Node::Go(x),
            op::DEFER => Node::Defer { call: x, at: some },
            op::INLINE_MARK => Node::InlineMark,
            _ => return Err(Corrupt("unknown kind of node")),
        })
    }
}

/// How many nodes each part of a node has that has all parts; `None` for parts that are not there.
fn shape(node: Node, r: &mut Reader<'_>) -> Result<[Option<usize>; 4], Corrupt> {
    let present = match op::optional_parts(node) {
        0 => 0xff,
        optional => r.byte()? | !optional,
    };
    let mut shape = [None; 4];
    for (i, part) in node.parts().into_iter().enumerate() {
        shape[i] = match part {
            Part::None => None,
            Part::Many(_) => Some(r.index()?),
            Part::One(_) => (present & 1 << i != 0).then_some(1),
        };
    }
    Ok(shape)
}
