//! Expressions (noder's `writer.expr` and `reader.expr`).

use super::frame::is_array;
use super::{Builder, MAX_DEPTH};
use crate::ast::{Expr, ExprId};
use crate::base::few::Few;
use crate::ir::body::{FuncRef, Instance, Pos};
use crate::ir::node::{BinOp, Node, NodeId, UnOp};
use crate::ir::shape::is_boxing as is_interface;
use crate::lex::token::Kind;
use crate::types::constant::Value;
use crate::types::info::SelectionKind;
use crate::types::object::{Obj, ObjKind, VarKind};
use crate::types::operand::Mode;
use crate::types::predicates::{
    default_type, identical, is_integer, is_string, is_type_param, is_untyped,
};
use crate::types::ty::{BasicKind, Ty, TyKind};
use crate::types::universe::BYTE;

impl Builder<'_> {
    /// An expression's value.
    pub(super) fn expr(&mut self, e: ExprId) -> NodeId {
        if self.depth >= MAX_DEPTH {
            let (ty, pos) = (self.type_of(e), self.pos(e));
            return self.unknown(&[], ty, pos);
        }
        self.depth += 1;
        let node = self.expr_at_depth(e);
        self.depth -= 1;
        node
    }

    fn expr_at_depth(&mut self, e: ExprId) -> NodeId {
        let e = self.ast().unparen(self.rest_of(e));
        let pos = self.pos(e);
        if let Some(value) = self.info().const_value(e) {
            let value = value.clone();
            let ty = constant_type(self.type_of(e), &value);
            let literal = self.body_mut().add_literal(value, ty, pos);
            self.note_written(e, literal);
            return literal;
        }
        if self.info().exprs[e].mode == Mode::NilValue {
            let ty = self.type_of(e);
            return self.add(Node::Nil, ty, pos);
        }
        if let Some(obj) = self.object(e) {
            return self.object_use(e, obj, pos);
        }
        self.operation(e, pos)
    }

    /// The object that a name, a qualified name or an instantiation stands for.
    pub(super) fn object(&self, e: ExprId) -> Option<Obj> {
        let ast = self.ast();
        match ast.expr(e) {
            Expr::Name(_) => self.info().object(e),
            Expr::Selector { .. } if self.info().selection(e).is_none() => self.info().object(e),
            Expr::Index { x, .. } => {
                let x = ast.unparen(x);
                self.info().instances.get(&x)?;
                if self.info().selection(x).is_some() {
                    return None;
                }
                self.info().object(x)
            }
            _ => None,
        }
    }

    /// The type arguments with which a name or instantiation uses a generic function.
    pub(super) fn type_arguments(&self, e: ExprId) -> &'static [Ty] {
        let ast = self.ast();
        let name = match ast.expr(e) {
            Expr::Index { x, .. } => ast.unparen(x),
            _ => e,
        };
        self.info().instances.get(&name).map_or(&[], |i| i.targs)
    }

    fn object_use(&mut self, e: ExprId, obj: Obj, pos: Pos) -> NodeId {
        let ty = self.type_of(e);
        match &obj.kind {
            ObjKind::Var(v) if v.kind == VarKind::Package => {
                self.add(Node::Global(obj), obj.ty(), pos)
            }
            ObjKind::Var(_) => match self.local_of(obj, pos) {
                Some(local) => self.name(local, pos),
                None => self.unknown(&[], ty, pos),
            },
            ObjKind::Func(_) => {
                let func = self.func_ref(e, obj);
                self.add(Node::Func(func), ty, pos)
            }
            _ => self.unknown(&[], ty, pos),
        }
    }

    pub(super) fn func_ref(&self, e: ExprId, obj: Obj) -> FuncRef {
        match self.type_arguments(e) {
            [] => FuncRef::Decl(obj),
            targs => FuncRef::Inst(obj.origin(), Instance::of(targs)),
        }
    }

    fn operation(&mut self, e: ExprId, pos: Pos) -> NodeId {
        let ty = self.type_of(e);
        match self.ast().expr(e) {
            Expr::CompositeLit { elems, .. } => self.composite(e, elems),
            Expr::FuncLit { ty: sig, body } => self.function_literal(e, sig, body),
            Expr::Selector { x, .. } => self.selector(e, x, pos),
            Expr::Index { x, indices } => {
                let index = self.ast().list(indices).next();
                self.index(e, x, index, pos)
            }
            Expr::Slice { x, parts } => {
                let parts = self.ast().slice_parts(parts);
                self.slice(e, x, parts, pos)
            }
            Expr::Assert { x, .. } => {
                let x = self.expr(x);
                let comma_ok = matches!(ty.kind(), TyKind::Tuple(_));
                self.add(Node::DotType { x, comma_ok }, ty, pos)
            }
            Expr::Unary { op, x } => self.unary(op, x, ty, pos),
            Expr::Star(x) => {
                let x = self.expr(x);
                self.add(Node::Deref { x, implicit: false }, ty, pos)
            }
            Expr::Binary { .. } => self.binary_spine(e),
            Expr::Call { fun, args, spread } => {
                let args: Few<ExprId> = self.ast().list(args).collect();
                self.call(e, fun, &args, spread)
            }
            _ => self.unknown(&[], ty, pos),
        }
    }

    fn selector(&mut self, e: ExprId, x: ExprId, pos: Pos) -> NodeId {
        let ty = self.type_of(e);
        let Some(selection) = self.info().selection(e) else {
            return self.unknown(&[], ty, pos);
        };
        match selection.kind {
            SelectionKind::Field => {
                let x = self.expr(x);
                self.fields(x, &selection.path, pos)
            }
            SelectionKind::Method => {
                let (x, recv) = self.receiver(e, x, pos);
                let func = self.method_ref(selection.obj, recv, &[]);
                self.add(Node::MethodValue { x, func }, ty, pos)
            }
            SelectionKind::MethodExpr => {
                let func = self.method_ref(selection.obj, selection.recv, &[]);
                let direct =
                    selection.path.len() == 1 && is_declared(selection.obj, selection.recv);
                self.add(Node::MethodExpr { func, direct }, ty, pos)
            }
        }
    }

    /// Selects the fields of a path one after the other; all but the last are embedded ones that the source leaves out.
    fn fields(&mut self, mut x: NodeId, path: &[u32], pos: Pos) -> NodeId {
        for (i, &field) in path.iter().enumerate() {
            x = self.field(x, field, i + 1 < path.len(), pos);
        }
        x
    }

    pub(super) fn field(&mut self, x: NodeId, field: u32, implicit: bool, pos: Pos) -> NodeId {
        let base = self.body().ty(x);
        let ty = base
            .under_pointer()
            .unwrap_or(base)
            .under_struct()
            .and_then(|s| s.fields.get(field as usize))
            .map_or(Ty::INVALID, |f| f.ty());
        self.add(Node::Dot { x, field, implicit }, ty, pos)
    }

    /// The receiver of the method that `e` selects from `x`, after embedded fields and an implicit address or
    /// dereference; and its type (noder's `recvExpr`).
    pub(super) fn receiver(&mut self, e: ExprId, x: ExprId, pos: Pos) -> (NodeId, Ty) {
        let x = self.expr(x);
        let Some(selection) = self.info().selection(e) else {
            return (x, Ty::INVALID);
        };
        let embedded = selection.path.len().saturating_sub(1);
        let mut x = x;
        for &field in &selection.path[..embedded] {
            x = self.field(x, field, true, pos);
        }
        let ty = self.body().ty(x);
        let Some(declared) = declared_receiver(selection.obj) else {
            return (x, ty);
        };
        let elem = pointer(ty);
        match (pointer(declared), elem) {
            (None, Some(elem)) if !is_interface(declared) => {
                let x = self.add(Node::Deref { x, implicit: true }, elem, pos);
                (x, elem)
            }
            (Some(_), None) => {
                self.mark_addr_of(x);
                let ty = Ty::pointer(ty);
                (self.add(Node::Addr { x, implicit: true }, ty, pos), ty)
            }
            _ => (x, ty),
        }
    }

    /// A method as a function: of an instance's origin if the receiver is an instance, or if it has type arguments of
    /// its own.
    pub(super) fn method_ref(&self, method: Obj, recv: Ty, own: &[Ty]) -> FuncRef {
        let base = pointer(recv).unwrap_or(recv);
        let mut targs = base.as_named().map_or(&[][..], |n| n.targs()).to_vec();
        targs.extend_from_slice(own);
        if targs.is_empty() || is_interface(recv) {
            FuncRef::Decl(method)
        } else {
            FuncRef::Inst(method.origin(), Instance::of(&targs))
        }
    }

    fn index(&mut self, e: ExprId, x: ExprId, index: Option<ExprId>, pos: Pos) -> NodeId {
        let mut container = self.expr(x);
        let ty = self.type_of(e);
        let Some(index) = index else {
            return self.unknown(&[container], ty, pos);
        };
        let base = self.body().ty(container);
        let key = match base.under().kind() {
            TyKind::Map { key, .. } => Some(*key),
            _ => None,
        };
        if let Some(array) = base.under_pointer() {
            let deref = Node::Deref {
                x: container,
                implicit: true,
            };
            container = self.add(deref, array, pos);
        }
        let i = self.implicit_conversion(key, index);
        let ty = if is_string(base) && !matches!(ty.kind(), TyKind::Tuple(_)) {
            BYTE
        } else {
            ty
        };
        self.add(Node::Index { x: container, i }, ty, pos)
    }

    fn slice(&mut self, e: ExprId, x: ExprId, parts: [Option<ExprId>; 3], pos: Pos) -> NodeId {
        let mut x = self.expr(x);
        let ty = self.type_of(e);
        if is_array(self.body().ty(x)) {
            self.mark_addr_of(x);
            let (at, pointer) = (self.body().pos(x), Ty::pointer(self.body().ty(x)));
            x = self.add(Node::Addr { x, implicit: true }, pointer, at);
        }
        let count = if parts[2].is_some() { 3 } else { 2 };
        let nodes: Few<NodeId> = parts[..count]
            .iter()
            .map(|part| match part {
                Some(e) => self.expr(*e),
                None => self.blank(pos),
            })
            .collect();
        let parts = self.list(&nodes);
        self.add(Node::Slice { x, parts }, ty, pos)
    }

    fn unary(&mut self, op: Kind, x: ExprId, ty: Ty, pos: Pos) -> NodeId {
        let x = self.expr(x);
        match op {
            Kind::And => self.address(x, ty, pos),
            Kind::Arrow => self.add(Node::Recv(x), ty, pos),
            _ => {
                let op = match op {
                    Kind::Sub => UnOp::Neg,
                    Kind::Xor => UnOp::BitNot,
                    Kind::Not => UnOp::Not,
                    _ => UnOp::Plus,
                };
                self.add(Node::Unary { op, x }, ty, pos)
            }
        }
    }

    fn address(&mut self, x: NodeId, ty: Ty, pos: Pos) -> NodeId {
        if matches!(self.body().node(x), Node::CompLit { .. }) {
            return self.add(Node::PtrLit(x), ty, pos);
        }
        self.mark_addr_of(x);
        self.add(Node::Addr { x, implicit: false }, ty, pos)
    }

    /// Binary operators, in a loop down the left operands, which may be very many.
    fn binary_spine(&mut self, e: ExprId) -> NodeId {
        let mut spine = Vec::new();
        let mut at = e;
        while let Expr::Binary { x, .. } = self.ast().expr(at) {
            if at != e && self.info().const_value(at).is_some() {
                break;
            }
            spine.push(at);
            at = self.ast().unparen(self.rest_of(x));
        }
        let mut left = self.expr(at);
        let mut left_expr = at;
        let mut spine = spine.into_iter().rev().peekable();
        while let Some(at) = spine.next() {
            if !self.is_concatenation(at) {
                left = self.binary(at, left_expr, left);
                left_expr = at;
                continue;
            }
            // One node for a row of them: a list for each would take quadratic room.
            let mut parts = self.summands(left);
            let mut last = at;
            self.add_summand(last, &mut parts);
            while let Some(next) = spine.next_if(|&next| self.is_concatenation(next)) {
                last = next;
                self.add_summand(last, &mut parts);
            }
            let list = self.list(&parts);
            left = self.add(Node::AddStr(list), self.type_of(last), self.pos(last));
            left_expr = last;
        }
        left
    }

    fn is_concatenation(&self, e: ExprId) -> bool {
        matches!(self.ast().expr(e), Expr::Binary { op, .. } if binary_op(op) == Some(BinOp::Add))
            && is_string(self.type_of(e))
    }

    /// Adds what stands to the right of a concatenation's operator.
    fn add_summand(&mut self, e: ExprId, parts: &mut Vec<NodeId>) {
        if let Expr::Binary { y, .. } = self.ast().expr(e) {
            let right = self.expr(y);
            parts.extend(self.summands(right));
        }
    }

    /// The operands of a concatenation; anything else is one.
    fn summands(&self, x: NodeId) -> Vec<NodeId> {
        match self.body().node(x) {
            Node::AddStr(list) => self.body().list(list).to_vec(),
            _ => vec![x],
        }
    }

    fn binary(&mut self, e: ExprId, x: ExprId, left: NodeId) -> NodeId {
        let pos = self.pos(e);
        let ty = self.type_of(e);
        let Expr::Binary { op, y, .. } = self.ast().expr(e) else {
            return left;
        };
        let Some(op) = binary_op(op) else {
            return self.unknown(&[left], ty, pos);
        };
        let shift = matches!(op, BinOp::Lsh | BinOp::Rsh);
        let common = if shift { None } else { self.common_type(x, y) };
        let left = self.convert_node(common, x, left);
        let right = self.implicit_conversion(common, y);
        self.add(
            Node::Binary {
                op,
                x: left,
                y: right,
            },
            ty,
            pos,
        )
    }

    /// The type to which both operands are converted: one of theirs.
    fn common_type(&self, x: ExprId, y: ExprId) -> Option<Ty> {
        let (a, b) = (self.type_of(x), self.type_of(y));
        let nil = |e| self.info().exprs[self.ast().unparen(e)].mode == Mode::NilValue;
        match (is_interface(a), is_interface(b)) {
            _ if nil(x) => Some(b),
            _ if nil(y) => Some(a),
            (true, false) => Some(a),
            (false, true) => Some(b),
            (true, true) if identical(a, b) => None,
            (true, true) => Some(self.wider_interface(a, b)),
            _ => None,
        }
    }

    /// Of two interfaces the one that the other implements.
    fn wider_interface(&self, a: Ty, b: Ty) -> Ty {
        match crate::types::lookup::missing_method(a, b, true) {
            None => b,
            Some(_) => a,
        }
    }

    /// An expression converted to `dst` as an assignment does it: with a node if the types differ.
    pub(super) fn implicit_conversion(&mut self, dst: Option<Ty>, e: ExprId) -> NodeId {
        let node = self.expr(e);
        self.convert_node(dst, e, node)
    }

    fn convert_node(&mut self, dst: Option<Ty>, e: ExprId, node: NodeId) -> NodeId {
        let Some(dst) = dst else {
            return node;
        };
        let src = self.body().ty(node);
        if self.body().node(node) == Node::Nil {
            self.body_mut().set_ty(node, dst);
            return node;
        }
        if is_same(src, dst) {
            return node;
        }
        let pos = self.pos(e);
        self.conversion(node, dst, true, pos)
    }

    pub(super) fn conversion(&mut self, x: NodeId, dst: Ty, implicit: bool, pos: Pos) -> NodeId {
        let src = self.body().ty(x);
        if is_untyped(src) {
            self.body_mut().set_ty(x, default_type(src));
        }
        // What is converted to a type parameter is no constant any more, but still of one kind with it.
        if self.release.retypes_constants
            && is_type_param(dst)
            && matches!(self.body().node(x), Node::Literal(_))
        {
            self.body_mut().set_ty(x, dst);
        }
        self.add(Node::Conv { x, implicit }, dst, pos)
    }
}

/// Whether an assignment from `src` to `dst` needs no conversion node.
pub fn is_same(src: Ty, dst: Ty) -> bool {
    if src.is_invalid() || dst.is_invalid() {
        return true;
    }
    identical(src, dst) || (is_untyped(src) && !is_interface(dst))
}

/// The pointer's element, for unnamed pointer types.
pub fn pointer(ty: Ty) -> Option<Ty> {
    match ty.unalias().kind() {
        TyKind::Pointer(elem) => Some(*elem),
        _ => None,
    }
}

/// The receiver type that a method is declared with.
pub fn declared_receiver(method: Obj) -> Option<Ty> {
    Some(method.ty().as_signature()?.recv?.ty())
}

/// Whether `recv` is the receiver type that the method is declared with.
pub fn is_declared(method: Obj, recv: Ty) -> bool {
    declared_receiver(method).is_some_and(|declared| identical(declared, recv))
}

/// The type of a constant node: untyped ones that no context decided have the compiler's (noder's `idealType`).
pub(super) fn constant_type(ty: Ty, value: &Value) -> Ty {
    let TyKind::Basic(basic) = ty.unalias().kind() else {
        return ty;
    };
    match basic.kind {
        BasicKind::UntypedInt | BasicKind::UntypedFloat | BasicKind::UntypedComplex => {
            let negative = value.sign() < 0;
            Ty::basic(if negative {
                BasicKind::Int
            } else {
                BasicKind::Uint
            })
        }
        BasicKind::UntypedBool => Ty::basic(BasicKind::Bool),
        BasicKind::UntypedString => Ty::basic(BasicKind::String),
        BasicKind::UntypedRune => Ty::basic(BasicKind::Int32),
        _ if is_integer(ty) => ty,
        _ => ty,
    }
}

/// The operator of a binary expression.
pub fn binary_op(op: Kind) -> Option<BinOp> {
    Some(match op {
        Kind::Add | Kind::AddAssign | Kind::Inc => BinOp::Add,
        Kind::Sub | Kind::SubAssign | Kind::Dec => BinOp::Sub,
        Kind::Or | Kind::OrAssign => BinOp::Or,
        Kind::Xor | Kind::XorAssign => BinOp::Xor,
        Kind::Mul | Kind::MulAssign => BinOp::Mul,
        Kind::Div | Kind::DivAssign => BinOp::Div,
        Kind::Rem | Kind::RemAssign => BinOp::Mod,
        Kind::And | Kind::AndAssign => BinOp::And,
        Kind::AndNot | Kind::AndNotAssign => BinOp::AndNot,
        Kind::Shl | Kind::ShlAssign => BinOp::Lsh,
        Kind::Shr | Kind::ShrAssign => BinOp::Rsh,
        Kind::Eq => BinOp::Eq,
        Kind::Ne => BinOp::Ne,
        Kind::Lt => BinOp::Lt,
        Kind::Le => BinOp::Le,
        Kind::Gt => BinOp::Gt,
        Kind::Ge => BinOp::Ge,
        Kind::AndAnd => BinOp::AndAnd,
        Kind::OrOr => BinOp::OrOr,
        _ => return None,
    })
}
