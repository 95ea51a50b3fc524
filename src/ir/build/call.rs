//! Calls, conversions and predeclared functions.

use super::Builder;
use super::expr::{is_declared, is_same};
use crate::ast::{Expr, ExprId};
use crate::base::few::Few;
use crate::ir::body::{FuncRef, Pos};
use crate::ir::node::{ListKind, Node, NodeId};
use crate::ir::receiver::with_receiver;
use crate::ir::shape::is_boxing as is_interface;
use crate::types::builtin::BuiltinId;
use crate::types::info::SelectionKind;
use crate::types::object::{Obj, ObjKind};
use crate::types::operand::Mode;
use crate::types::predicates::{default_type, is_type_param};
use crate::types::ty::{Signature, Ty, TyKind};
use crate::types::under::common_under;

/// A callee, with the arguments that come before the written ones.
struct Callee {
    fun: NodeId,
    first: Few<NodeId>,
}

impl Builder<'_> {
    pub(super) fn call(&mut self, e: ExprId, fun: ExprId, args: &[ExprId], spread: bool) -> NodeId {
        let pos = self.pos(e);
        let ty = self.type_of(e);
        let fun = self.ast().unparen(fun);
        match self.info().exprs[fun].mode {
            Mode::TypeExpr => return self.explicit_conversion(fun, args, pos),
            Mode::Builtin => return self.builtin(e, fun, args, spread),
            _ => {}
        }
        let Some(sig) = common_under(self.type_of(fun)).and_then(Ty::under_signature) else {
            let nodes: Vec<NodeId> = args.iter().map(|&a| self.expr(a)).collect();
            return self.unknown(&nodes, ty, pos);
        };
        let mut callee = self.callee(fun);
        let mut init = Vec::new();
        self.hoist_callee(&mut callee, pos, &mut init);
        let written = self.arguments(sig, args, spread, pos);
        let (plain, packed) = self.pack(sig, &written, spread, pos);
        let packed: Few<NodeId> = packed.into_iter().collect();
        let body = self.body_mut();
        let args = body.add_joined(&[&callee.first, plain, &packed]);
        let node = Node::Call {
            fun: callee.fun,
            args,
            go_defer: false,
            ddd: sig.variadic,
        };
        let call = self.add(node, ty, pos);
        let init = self.list(&init);
        self.body_mut().set_init(call, init);
        call
    }

    /// `T(x)`; at the position of `x`, as the compiler has it.
    fn explicit_conversion(&mut self, ty: ExprId, args: &[ExprId], pos: Pos) -> NodeId {
        let dst = self.type_of(ty);
        let Some(&arg) = args.first() else {
            return self.unknown(&[], dst, pos);
        };
        let x = self.expr(arg);
        let at = self.pos(arg);
        if self.body().node(x) == Node::Nil {
            let src = self.body().ty(x);
            self.body_mut()
                .set_ty(x, if src.is_invalid() { dst } else { src });
        }
        self.rune_literal(x, dst, at)
            .unwrap_or_else(|| self.conversion(x, dst, false, at))
    }

    fn callee(&mut self, fun: ExprId) -> Callee {
        let selector = match self.ast().expr(fun) {
            Expr::Index { x, .. } => self.ast().unparen(x),
            _ => fun,
        };
        if let (Expr::Selector { x, .. }, Some(selection)) =
            (self.ast().expr(selector), self.info().selection(selector))
            && selection.kind == SelectionKind::Method
        {
            let method = selection.obj;
            return self.method_callee(selector, x, method);
        }
        let node = self.expr(fun);
        let first = match self.body().node(node) {
            Node::Func(func @ FuncRef::Inst(..)) => {
                let pos = self.pos(fun);
                Few::One([self.dictionary(func, pos)])
            }
            _ => Few::None,
        };
        Callee { fun: node, first }
    }

    fn method_callee(&mut self, selector: ExprId, x: ExprId, method: Obj) -> Callee {
        let pos = self.pos(selector);
        let (recv, ty) = self.receiver(selector, x, pos);
        if is_type_param(ty) {
            let fun = self.type_param_method(method, ty, pos);
            return Callee {
                fun,
                first: Few::One([recv]),
            };
        }
        if is_interface(ty) {
            let ty = method.ty();
            let fun = self.add(Node::DotInter { x: recv, method }, ty, pos);
            return Callee {
                fun,
                first: Few::None,
            };
        }
        let own = self.type_arguments(selector);
        let func = self.method_ref(method, ty, own);
        let direct = is_declared(method, ty);
        let ty = self.method_type(method, ty);
        let fun = self.add(Node::MethodExpr { func, direct }, ty, pos);
        let first = match func {
            FuncRef::Inst(..) => Few::Two([recv, self.dictionary(func, pos)]),
            FuncRef::Decl(_) => Few::One([recv]),
        };
        Callee { fun, first }
    }

    /// A method's type as a function with its receiver first.
    pub(super) fn method_type(&mut self, method: Obj, recv: Ty) -> Ty {
        if let Some(&known) = self.method_types.get(&(method, recv)) {
            return known;
        }
        let Some(sig) = method.ty().as_signature() else {
            return Ty::INVALID;
        };
        let ty = with_receiver(sig, recv);
        self.method_types.insert((method, recv), ty);
        ty
    }

    /// A callee with calls or receives in it is evaluated into a temporary first (`typecheck.RewriteNonNameCall`).
    fn hoist_callee(&mut self, callee: &mut Callee, pos: Pos, init: &mut Vec<NodeId>) {
        let part = match self.body().node(callee.fun) {
            Node::DotInter { x, .. } => x,
            _ => callee.fun,
        };
        if !self.has_call(part) {
            return;
        }
        let temp = self.callee_copy(part, pos, init);
        let name = self.name(temp, pos);
        if let Node::DotInter { method, .. } = self.body().node(callee.fun) {
            let fun = callee.fun;
            self.body_mut()
                .replace(fun, Node::DotInter { x: name, method });
        } else {
            callee.fun = name;
        }
    }

    pub(super) fn has_call(&self, x: NodeId) -> bool {
        let mut found = false;
        let body = self.body();
        let mut x = x;
        // Most callees are names, or fields of what has a name.
        while !body.has_init(x) {
            match body.node(x) {
                Node::Dot { x: base, .. } => x = base,
                Node::Name(_) | Node::Global(_) | Node::Func(_) | Node::MethodExpr { .. } => {
                    return false;
                }
                _ => break,
            }
        }
        let mut stack = Vec::new();
        let mut next = Some(x);
        while let Some(id) = next.take().or_else(|| stack.pop()) {
            found |= match body.node(id) {
                Node::Call { .. } | Node::Recv(_) | Node::Unknown(_) => true,
                Node::Builtin { id, .. } => id != BuiltinId::New,
                _ => false,
            };
            if found {
                break;
            }
            body.push_children(id, &mut stack);
        }
        found
    }

    fn arguments(
        &mut self,
        sig: &'static Signature,
        args: &[ExprId],
        spread: bool,
        pos: Pos,
    ) -> Few<NodeId> {
        let params = sig.param_vars();
        let dst = |i: usize| {
            let last = params.len().checked_sub(1)?;
            if sig.variadic && !spread && i >= last {
                return match params[last].ty().under().kind() {
                    TyKind::Slice(elem) => Some(*elem),
                    _ => None,
                };
            }
            params.get(i).map(|p| p.ty())
        };
        self.several(args, &dst, pos)
    }

    /// Expressions with the `i`th converted to `dst(i)`; a single one with several values goes through temporaries
    /// (noder's `multiExpr`).
    pub(super) fn several(
        &mut self,
        exprs: &[ExprId],
        dst: &dyn Fn(usize) -> Option<Ty>,
        pos: Pos,
    ) -> Few<NodeId> {
        if let &[e] = exprs
            && let TyKind::Tuple(vars) = self.type_of(e).kind()
            && vars.len() > 1
        {
            return self.tuple(e, vars, dst, pos);
        }
        exprs
            .iter()
            .enumerate()
            .map(|(i, &e)| self.implicit_conversion(dst(i), e))
            .collect()
    }

    fn tuple(
        &mut self,
        e: ExprId,
        vars: &'static [Obj],
        dst: &dyn Fn(usize) -> Option<Ty>,
        pos: Pos,
    ) -> Few<NodeId> {
        let value = self.expr(e);
        let mut temps = Vec::new();
        let mut results: Vec<NodeId> = Vec::new();
        for (i, v) in vars.iter().enumerate() {
            let temp = self.temp(default_type(v.ty()), pos);
            temps.push(temp);
            let mut result = self.name(temp, pos);
            let src = self.body().ty(result);
            if let Some(dst) = dst(i).filter(|&d| !is_same(src, d)) {
                result = self.conversion(result, dst, true, pos);
            }
            results.push(result);
        }
        let lhs: Few<NodeId> = temps.iter().map(|&t| self.name(t, pos)).collect();
        let lhs = self.list(&lhs);
        let rhs = self.list(&[value]);
        let assign = Node::AssignList {
            kind: self.list_kind(value),
            lhs,
            rhs,
            def: true,
        };
        let assign = self.add_stmt(assign, pos);
        let declared = self.declarations(&temps);
        self.body_mut().set_init(assign, declared);
        for temp in temps {
            self.body_mut().locals[temp].defn = Some(assign);
        }
        results[0] = self.with_init(results[0], assign);
        results.into_iter().collect()
    }

    /// What a single value on the right of several destinations is.
    pub(super) fn list_kind(&self, value: NodeId) -> ListKind {
        match self.body().node(value) {
            Node::Index { .. } => ListKind::MapIndex,
            Node::Recv(_) => ListKind::Recv,
            Node::DotType { .. } => ListKind::DotType,
            _ => ListKind::Func,
        }
    }

    /// The value after a statement: names cannot have an init list, so they get a conversion to hold it
    /// (`ir.InitExpr`).
    fn with_init(&mut self, x: NodeId, stmt: NodeId) -> NodeId {
        let x = match self.body().node(x) {
            Node::Name(_) | Node::Literal(_) => {
                let (ty, pos) = (self.body().ty(x), self.body().pos(x));
                self.add(Node::Conv { x, implicit: false }, ty, pos)
            }
            _ => x,
        };
        self.body_mut().prepend_init(x, &[stmt]);
        x
    }

    /// Packs variadic arguments into a slice; none at all are `nil` (`typecheck.FixVariadicCall`). Gives the arguments
    /// that stay as they are, and the slice.
    fn pack<'n>(
        &mut self,
        sig: &'static Signature,
        args: &'n [NodeId],
        spread: bool,
        pos: Pos,
    ) -> (&'n [NodeId], Option<NodeId>) {
        let last = match sig.param_vars() {
            [.., last] if sig.variadic && !spread => last,
            _ => return (args, None),
        };
        let fixed = sig.param_vars().len() - 1;
        let (plain, extra) = args.split_at(fixed.min(args.len()));
        let packed = if extra.is_empty() {
            self.add(Node::Nil, last.ty(), pos)
        } else {
            let list = self.list(extra);
            self.add(Node::CompLit { list, dots: true }, last.ty(), pos)
        };
        (plain, Some(packed))
    }

    fn builtin(&mut self, e: ExprId, fun: ExprId, args: &[ExprId], spread: bool) -> NodeId {
        let pos = self.pos(e);
        let ty = self.type_of(e);
        let Some(ObjKind::Builtin(id)) = self.object(fun).map(|o| &o.data().kind) else {
            return self.unknown(&[], ty, pos);
        };
        match *id {
            BuiltinId::New => self.new_builtin(args, ty, pos),
            BuiltinId::Make => self.make_builtin(args, ty, pos),
            BuiltinId::UnsafeAlignof | BuiltinId::UnsafeOffsetof | BuiltinId::UnsafeSizeof => self
                .body_mut()
                .add_literal(crate::types::constant::Value::Int(0), ty, pos),
            id => {
                let nodes = self.builtin_arguments(id, args, spread, ty, pos);
                let args = self.list(&nodes);
                let node = Node::Builtin {
                    id,
                    args,
                    ddd: spread,
                };
                self.add(node, ty, pos)
            }
        }
    }

    fn builtin_arguments(
        &mut self,
        id: BuiltinId,
        args: &[ExprId],
        spread: bool,
        ty: Ty,
        pos: Pos,
    ) -> Few<NodeId> {
        let first = args.first().map_or(Ty::INVALID, |&a| self.type_of(a));
        let first = first.vars().first().map_or(first, |v| v.ty());
        let element = |t: Ty| match common_under(t).map(Ty::kind) {
            Some(TyKind::Slice(elem)) => Some(*elem),
            _ => None,
        };
        let any = crate::types::universe::UNIVERSE.any;
        let dst = |i: usize| match id {
            BuiltinId::Append if i == 0 => Some(ty),
            BuiltinId::Append if !spread => element(ty),
            BuiltinId::Delete if i == 1 => match common_under(first).map(Ty::kind) {
                Some(TyKind::Map { key, .. }) => Some(*key),
                _ => None,
            },
            BuiltinId::Panic => Some(any),
            BuiltinId::Min | BuiltinId::Max | BuiltinId::Complex => None,
            _ => None,
        };
        self.several(args, &dst, pos)
    }

    /// `new(T)`; `new(x)` is the address of a temporary.
    fn new_builtin(&mut self, args: &[ExprId], ty: Ty, pos: Pos) -> NodeId {
        let Some(&arg) = args.first() else {
            return self.unknown(&[], ty, pos);
        };
        if self.info().exprs[self.ast().unparen(arg)].mode == Mode::TypeExpr {
            let operand = self.type_operand(arg);
            let args = self.list(&[operand]);
            let node = Node::Builtin {
                id: BuiltinId::New,
                args,
                ddd: false,
            };
            return self.add(node, ty, pos);
        }
        let value = self.expr(arg);
        let mut init = Vec::new();
        let temp = self.temp_copy(value, pos, &mut init);
        self.mark_addr_taken(temp);
        let x = self.name(temp, pos);
        let address = self.add(Node::Addr { x, implicit: false }, ty, pos);
        let init = self.list(&init);
        self.body_mut().set_init(address, init);
        address
    }

    fn make_builtin(&mut self, args: &[ExprId], ty: Ty, pos: Pos) -> NodeId {
        let mut nodes = Vec::new();
        for (i, &arg) in args.iter().enumerate() {
            nodes.push(if i == 0 {
                self.type_operand(arg)
            } else {
                self.expr(arg)
            });
        }
        let args = self.list(&nodes);
        let node = Node::Builtin {
            id: BuiltinId::Make,
            args,
            ddd: false,
        };
        self.add(node, ty, pos)
    }

    pub(super) fn type_operand(&mut self, e: ExprId) -> NodeId {
        let (ty, pos) = (self.type_of(e), self.pos(e));
        self.add(Node::Type, ty, pos)
    }
}
