//! Loops over functions become calls with the loop's body as a closure (cmd/compile/internal/rangefunc).
//!
//! `for x := range f { … }` is built as
//!
//! ```text
//! #state1 := ready
//! #yield1 := func(x T) bool { check and set #state1; …; #state1 = ready; return true }
//! f(#yield1)
//! if #state1 == panicked { panicrangestate }
//! #state1 = exhausted
//! ```
//!
//! followed by checks of `#next`, which says how the body was left if it was left for a place outside: a return of the
//! function, or a jump to an outer loop.

use super::Builder;
use super::func::Closure;
use super::runtime::{DEFER_RANGE_FUNC, PANIC_RANGE_STATE, signature};
use crate::ast::{ExprId, StmtId};
use crate::base::symbol::{Symbol, sym};
use crate::ir::FuncKind;
use crate::ir::body::{Class, FuncRef, LocalId, Pos};
use crate::ir::node::{BinOp, Branch, ListKind, Node, NodeId};
use crate::types::constant::Value;
use crate::types::ty::{BasicKind, Signature, Ty};
use crate::types::under::common_under;
use crate::types::universe::UNIVERSE;

/// The states of a loop (`internal/abi/rangefuncconsts.go`).
pub(super) const DONE: i64 = 0;
pub(super) const READY: i64 = 1;
const PANIC: i64 = 2;
const EXHAUSTED: i64 = 3;
const MISSING_PANIC: i64 = 4;

/// The value of `#next` for a return.
const RETURN: i64 = -1;
/// How far the values of `#next` for neighbouring loops are apart.
pub(super) const STEP: i64 = 2;

fn int() -> Ty {
    Ty::basic(BasicKind::Int)
}

fn boolean() -> Ty {
    Ty::basic(BasicKind::Bool)
}

/// A loop over a function whose body is under construction.
pub struct RangeLoop {
    /// Its label; empty for none.
    pub label: Symbol,
    /// Its state, a variable of the function around the body.
    pub state: LocalId,
    /// The body has a return, or a jump out of this loop to somewhere further out.
    pub check_return: bool,
    /// A loop within breaks out of this one.
    pub check_break: bool,
    /// A loop within continues this one.
    pub check_continue: bool,
    /// Jumps to labels of ordinary statements around this loop.
    pub branches: Vec<(Branch, Symbol)>,
}

/// A loop over a function as written.
#[derive(Clone, Copy)]
pub(super) struct Written<'a> {
    pub lhs: &'a [ExprId],
    pub define: bool,
    pub x: ExprId,
    pub body: StmtId,
    pub label: Symbol,
    pub pos: Pos,
}

impl<'a> Builder<'a> {
    pub(super) fn range_func(&mut self, l: Written<'_>, out: &mut Vec<NodeId>) {
        let pos = l.pos;
        let ty = common_under(self.typed(l.x)).and_then(Ty::under_signature);
        let yield_ty = ty.and_then(|s| s.param_vars().first()).map(|p| p.ty());
        let yield_sig = yield_ty
            .and_then(common_under)
            .and_then(Ty::under_signature);
        let (Some(_), Some(sig)) = (ty, yield_sig) else {
            out.push(self.unknown(&[], Ty::INVALID, pos));
            return;
        };
        let outermost = self.range_depth() == 0;
        if outermost {
            self.frame_mut().next = None;
            self.frame_mut().defers = None;
        }
        let count = self.root_mut().count_range_loop();
        let name = Symbol::intern(&format!("#state{count}"));
        let state = self.declare(name, int(), Class::Auto, pos);
        let mut stmts = vec![self.define_local(state, READY, pos)];
        let (closure, info) = self.body_closure(l, sig, state);
        let name = Symbol::intern(&format!("#yield{count}"));
        let yield_local = self.declare(name, self.body().ty(closure), Class::Auto, pos);
        stmts.push(self.define_as(yield_local, closure, pos));
        stmts.push(self.call_iterator(l.x, yield_local, pos));
        self.check_state(state, pos, &mut stmts);
        self.checks(&info, pos, &mut stmts);
        if outermost {
            out.extend(self.outer_declarations(pos));
        }
        out.extend(stmts);
    }

    /// How many loops over functions are under construction around the innermost frame, itself included.
    pub(super) fn range_depth(&self) -> usize {
        self.frames
            .iter()
            .rev()
            .take_while(|f| f.range.is_some())
            .count()
    }

    /// The frame of the function that the loops are in.
    pub(super) fn root_index(&self) -> usize {
        self.frames.len() - 1 - self.range_depth()
    }

    pub(super) fn root_mut(&mut self) -> &mut super::frame::Frame<'a> {
        let root = self.root_index();
        &mut self.frames[root]
    }

    /// `x := value`
    pub(super) fn define_as(&mut self, local: LocalId, value: NodeId, pos: Pos) -> NodeId {
        let x = self.name(local, pos);
        let node = Node::Assign {
            x,
            y: Some(value),
            def: true,
        };
        let stmt = self.add_stmt(node, pos);
        self.define(stmt, &[local]);
        stmt
    }

    pub(super) fn define_local(&mut self, local: LocalId, value: i64, pos: Pos) -> NodeId {
        let value = self.int_literal(value, pos);
        self.define_as(local, value, pos)
    }

    pub(super) fn set(&mut self, x: NodeId, value: i64, pos: Pos) -> NodeId {
        let y = Some(self.int_literal(value, pos));
        self.add_stmt(Node::Assign { x, y, def: false }, pos)
    }

    pub(super) fn call_iterator(&mut self, x: ExprId, yield_local: LocalId, pos: Pos) -> NodeId {
        let mut fun = self.expr(x);
        let mut first = Vec::new();
        if let Node::Func(func @ FuncRef::Inst(..)) = self.body().node(fun) {
            first.push(self.dictionary(func, pos));
        }
        let mut init = Vec::new();
        if self.has_call(fun) {
            let temp = self.callee_copy(fun, pos, &mut init);
            fun = self.name(temp, pos);
        }
        first.push(self.name(yield_local, pos));
        let call = Node::Call {
            fun,
            args: self.list(&first),
            go_defer: false,
            ddd: false,
        };
        let call = self.add(call, Ty::tuple(Vec::new()), pos);
        let init = self.list(&init);
        self.body_mut().set_init(call, init);
        call
    }

    /// The body as a closure, and what jumps out of it.
    pub(super) fn body_closure(
        &mut self,
        l: Written<'_>,
        sig: &'static Signature,
        state: LocalId,
    ) -> (NodeId, RangeLoop) {
        let ty = signature(sig.param_vars().to_vec(), sig.result_vars().to_vec());
        let id = self.open_closure(&Closure {
            kind: FuncKind::RangeBody,
            ty,
            pos: l.pos,
        });
        self.frame_mut().results = vec![boolean()];
        self.frame_mut().range = Some(RangeLoop {
            label: l.label,
            state,
            check_return: false,
            check_break: false,
            check_continue: false,
            branches: Vec::new(),
        });
        let mut stmts = Vec::new();
        let params = self.body_parameters(l, sig, &mut stmts);
        let result = self.declare(Symbol::intern("#r"), boolean(), Class::Result, l.pos);
        self.funcs[id].params = params;
        self.funcs[id].results = vec![result];
        self.enter_body(l.pos, &mut stmts);
        stmts.extend(self.block(l.body));
        if !self.terminates(l.body) {
            self.leave_body(READY, true, l.pos, &mut stmts);
        }
        self.dictionary_variable();
        let list = self.list(&stmts);
        self.body_mut().stmts = list;
        let info = self.frame_mut().range.take();
        self.finish(id);
        let closure = self.add(Node::Closure(id), ty, l.pos);
        let info = info.unwrap_or(RangeLoop {
            label: l.label,
            state,
            check_return: false,
            check_break: false,
            check_continue: false,
            branches: Vec::new(),
        });
        (closure, info)
    }

    /// Range variables are the parameters; existing variables are assigned from parameters made up.
    pub(super) fn body_parameters(
        &mut self,
        l: Written<'_>,
        sig: &'static Signature,
        stmts: &mut Vec<NodeId>,
    ) -> Vec<LocalId> {
        let mut params = Vec::new();
        for (i, p) in sig.param_vars().iter().enumerate() {
            let written = l.lhs.get(i).copied();
            let declared = written
                .filter(|_| l.define)
                .map(|e| (e, self.declared_by(e)));
            if let Some((e, obj)) = declared {
                params.push(if let Some(obj) = obj {
                    self.declare_obj(obj, Class::Param)
                } else {
                    let pos = self.pos(e);
                    self.declare(sym::BLANK, p.ty(), Class::Param, pos)
                });
                continue;
            }
            let name = Symbol::intern(&format!("#p{}", i + 1));
            let local = self.declare(name, p.ty(), Class::Param, l.pos);
            params.push(local);
            if let Some(e) = written {
                let pos = self.pos(e);
                let x = self.destination(e, &mut Vec::new());
                let y = Some(self.name(local, pos));
                stmts.push(self.add_stmt(Node::Assign { x, y, def: false }, pos));
            }
        }
        params
    }

    /// The loop's state as a variable of the body.
    pub(super) fn state_name(&mut self, pos: Pos) -> NodeId {
        let state = self.frame().range.as_ref().map(|r| r.state);
        let at = self.frames.len() - 1;
        match state {
            Some(state) => {
                let local = self.captured_as(at, state, pos);
                self.name(local, pos)
            }
            None => self.blank(pos),
        }
    }

    /// The variable of frame `at` for variable `outer` of the frame around it, captured now unless it is already.
    pub(super) fn captured_as(&mut self, at: usize, outer: LocalId, pos: Pos) -> LocalId {
        let frame = &self.frames[at];
        let known = frame
            .captured
            .iter()
            .copied()
            .find(|&c| frame.body.locals[c].class == Class::Captured(outer));
        known.unwrap_or_else(|| self.capture(at, outer, None, pos))
    }

    /// A variable of the function that the loops are in, as one of the innermost body.
    pub(super) fn root_variable(&mut self, local: LocalId, pos: Pos) -> NodeId {
        let mut local = local;
        for at in self.root_index() + 1..self.frames.len() {
            local = self.captured_as(at, local, pos);
        }
        self.name(local, pos)
    }

    /// The check that the iterator has not misused the body.
    pub(super) fn enter_body(&mut self, pos: Pos, stmts: &mut Vec<NodeId>) {
        if !self.release.copies_loop_state {
            let (x, arg) = (self.state_name(pos), self.state_name(pos));
            let call = self.panic_call(arg, pos);
            stmts.push(self.if_compare(BinOp::Ne, x, READY, &[call], pos));
            let state = self.state_name(pos);
            stmts.push(self.set(state, PANIC, pos));
            return;
        }
        let state = self.state_name(pos);
        let temp = self.declare(Symbol::intern("#tmpState"), int(), Class::Auto, pos);
        stmts.push(self.define_as(temp, state, pos));
        let state = self.state_name(pos);
        stmts.push(self.set(state, PANIC, pos));
        let (x, arg) = (self.name(temp, pos), self.name(temp, pos));
        let call = self.panic_call(arg, pos);
        stmts.push(self.if_compare(BinOp::Ne, x, READY, &[call], pos));
    }

    /// Sets the state and returns whether to go on.
    pub(super) fn leave_body(
        &mut self,
        state: i64,
        go_on: bool,
        pos: Pos,
        stmts: &mut Vec<NodeId>,
    ) {
        let x = self.state_name(pos);
        stmts.push(self.set(x, state, pos));
        stmts.push(self.return_bool(go_on, pos));
    }

    pub(super) fn return_bool(&mut self, value: bool, pos: Pos) -> NodeId {
        let value = self
            .body_mut()
            .add_literal(Value::Bool(value), boolean(), pos);
        let list = self.list(&[value]);
        self.add_stmt(Node::Return(list), pos)
    }

    pub(super) fn panic_call(&mut self, arg: NodeId, pos: Pos) -> NodeId {
        let func = *PANIC_RANGE_STATE;
        let fun = self.add(Node::Func(FuncRef::Decl(func)), func.ty(), pos);
        let call = Node::Call {
            fun,
            args: self.list(&[arg]),
            go_defer: false,
            ddd: false,
        };
        self.add(call, Ty::tuple(Vec::new()), pos)
    }

    pub(super) fn if_compare(
        &mut self,
        op: BinOp,
        x: NodeId,
        value: i64,
        then: &[NodeId],
        pos: Pos,
    ) -> NodeId {
        let y = self.int_literal(value, pos);
        let cond = self.add(Node::Binary { op, x, y }, boolean(), pos);
        let node = Node::If {
            cond,
            body: self.list(then),
            els: crate::ir::node::Nodes::EMPTY,
        };
        self.add_stmt(node, pos)
    }

    /// Behind the call: the body must not have panicked, and must not run again.
    pub(super) fn check_state(&mut self, state: LocalId, pos: Pos, stmts: &mut Vec<NodeId>) {
        let x = self.name(state, pos);
        let arg = self.int_literal(MISSING_PANIC, pos);
        let call = self.panic_call(arg, pos);
        stmts.push(self.if_compare(BinOp::Eq, x, PANIC, &[call], pos));
        let x = self.name(state, pos);
        stmts.push(self.set(x, EXHAUSTED, pos));
    }

    /// `#next` as a variable of the innermost frame.
    pub(super) fn next_name(&mut self, pos: Pos) -> NodeId {
        let root = self.root_index();
        let local = match self.frames[root].next {
            Some(local) => local,
            None => self.declare_in_root(root, "#next", int()),
        };
        self.frames[root].next = Some(local);
        self.root_variable(local, pos)
    }

    /// A variable without position of the function that the loops are in.
    pub(super) fn declare_in_root(&mut self, root: usize, name: &str, ty: Ty) -> LocalId {
        let inner = self.frames.split_off(root + 1);
        let local = self.declare(Symbol::intern(name), ty, Class::Auto, Pos::NONE);
        self.frames.extend(inner);
        local
    }

    /// Declarations of `#next` and `#defers` before the outermost loop.
    pub(super) fn outer_declarations(&mut self, pos: Pos) -> Vec<NodeId> {
        let mut out = Vec::new();
        if let Some(next) = self.frame().next {
            let x = self.name(next, pos);
            let assign = self.add_stmt(
                Node::Assign {
                    x,
                    y: None,
                    def: false,
                },
                pos,
            );
            let declared = self.declarations(&[next]);
            self.body_mut().set_init(assign, declared);
            out.push(assign);
        }
        if let Some(defers) = self.frame().defers {
            let func = *DEFER_RANGE_FUNC;
            let fun = self.add(Node::Func(FuncRef::Decl(func)), func.ty(), pos);
            let call = Node::Call {
                fun,
                args: crate::ir::node::Nodes::EMPTY,
                go_defer: false,
                ddd: false,
            };
            let call = self.add(call, UNIVERSE.any, pos);
            out.push(self.define_as(defers, call, pos));
        }
        out
    }

    /// The token of a `defer` in the body of a loop over a function: the function that the loop is in runs it.
    pub(super) fn defer_token(&mut self, pos: Pos) -> Option<NodeId> {
        if self.range_depth() == 0 {
            return None;
        }
        let root = self.root_index();
        let local = match self.frames[root].defers {
            Some(local) => local,
            None => self.declare_in_root(root, "#defers", UNIVERSE.any),
        };
        self.frames[root].defers = Some(local);
        Some(self.root_variable(local, pos))
    }

    /// What is done behind a loop when its body was left for a place further out.
    pub(super) fn checks(&mut self, info: &RangeLoop, pos: Pos, stmts: &mut Vec<NodeId>) {
        let mut seen = Vec::new();
        for (i, &(kind, label)) in info.branches.iter().enumerate() {
            if seen.contains(&(kind, label)) {
                continue;
            }
            seen.push((kind, label));
            let jump = self.add_stmt(Node::Branch { kind, label }, pos);
            let value = -2 - i as i64;
            stmts.push(self.if_next(BinOp::Eq, value, true, vec![jump], pos));
        }
        if self.range_depth() == 0 {
            if info.check_return {
                let none = self.add_stmt(Node::Return(crate::ir::node::Nodes::EMPTY), pos);
                stmts.push(self.if_next(BinOp::Eq, RETURN, false, vec![none], pos));
            }
            return;
        }
        self.inner_checks(info, pos, stmts);
    }

    pub(super) fn inner_checks(&mut self, info: &RangeLoop, pos: Pos, stmts: &mut Vec<NodeId>) {
        let step = STEP * self.range_depth() as i64;
        if info.check_return {
            let then = self.leaving(DONE, false, pos);
            stmts.push(self.if_next(BinOp::Lt, 0, false, then, pos));
        }
        let arg = self.int_literal(DONE, pos);
        let call = self.panic_call(arg, pos);
        stmts.push(self.if_next(BinOp::Gt, step, false, vec![call], pos));
        if info.check_continue {
            let then = self.leaving(READY, true, pos);
            stmts.push(self.if_next(BinOp::Eq, step - 1, true, then, pos));
        }
        if info.check_break {
            let then = self.leaving(DONE, false, pos);
            stmts.push(self.if_next(BinOp::Eq, step, true, then, pos));
        }
        if info.check_continue || info.check_break {
            let then = self.leaving(DONE, false, pos);
            stmts.push(self.if_next(BinOp::Gt, 0, false, then, pos));
        }
    }

    pub(super) fn leaving(&mut self, state: i64, go_on: bool, pos: Pos) -> Vec<NodeId> {
        let mut out = Vec::new();
        self.leave_body(state, go_on, pos, &mut out);
        out
    }

    pub(super) fn if_next(
        &mut self,
        op: BinOp,
        value: i64,
        clear: bool,
        then: Vec<NodeId>,
        pos: Pos,
    ) -> NodeId {
        let mut stmts = Vec::new();
        if clear {
            let next = self.next_name(pos);
            stmts.push(self.set(next, 0, pos));
        }
        stmts.extend(then);
        let next = self.next_name(pos);
        self.if_compare(op, next, value, &stmts, pos)
    }

    /// A return in the body of a loop over a function; false if the innermost frame is no such body.
    pub(super) fn return_from_loop(
        &mut self,
        results: &[ExprId],
        pos: Pos,
        out: &mut Vec<NodeId>,
    ) -> bool {
        if self.range_depth() == 0 {
            return false;
        }
        let root = self.root_index();
        let types = self.frames[root].results.clone();
        if !results.is_empty() {
            let locals = self.named_results(root);
            let values = self.several(results, &|i| types.get(i).copied(), pos);
            let dsts: Vec<NodeId> = locals.iter().map(|&l| self.root_variable(l, pos)).collect();
            let node = match (&*dsts, &*values) {
                (&[x], &[y]) => Node::Assign {
                    x,
                    y: Some(y),
                    def: false,
                },
                _ => Node::AssignList {
                    kind: ListKind::Pairs,
                    lhs: self.list(&dsts),
                    rhs: self.list(&values),
                    def: false,
                },
            };
            out.push(self.add_stmt(node, pos));
        }
        for frame in &mut self.frames[root + 1..] {
            if let Some(range) = &mut frame.range {
                range.check_return = true;
            }
        }
        self.leave_with(RETURN, pos, out);
        true
    }
}
