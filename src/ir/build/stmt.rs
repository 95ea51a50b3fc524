//! Statements (noder's `writer.stmts`, `reader.stmt1`).

use super::expr::binary_op;
use super::{Builder, MAX_DEPTH};
use crate::ast::{Decl, DeclId, Expr, ExprId, Stmt, StmtId};
use crate::base::few::Few;
use crate::base::symbol::sym;
use crate::ir::body::{Class, LocalId, Pos};
use crate::ir::node::{BinOp, Branch, ListKind, Node, NodeId};
use crate::lex::token::Kind;
use crate::types::object::Obj;
use crate::types::operand::Mode;
use crate::types::predicates::default_type;
use crate::types::ty::{Ty, TyKind};
use crate::types::under::common_under;

impl Builder<'_> {
    /// Appends statements, without those that nothing can reach.
    pub(super) fn stmts(&mut self, stmts: &[StmtId], out: &mut Vec<NodeId>) {
        let labeled = |b: &Self, s: StmtId| matches!(b.ast().stmt(s), Stmt::Labeled { .. });
        let last_label = stmts.iter().rposition(|&s| labeled(self, s));
        let mut dead = false;
        for (i, &stmt) in stmts.iter().enumerate() {
            if dead && last_label.is_none_or(|l| i > l) {
                continue;
            }
            self.stmt(stmt, out);
            dead = self.terminates(stmt);
        }
    }

    /// The statements of a block.
    pub(super) fn block(&mut self, block: StmtId) -> Vec<NodeId> {
        let mut out = Vec::new();
        if let Stmt::Block(list) = self.ast().stmt(block) {
            let stmts: Vec<StmtId> = self.ast().list(list).collect();
            self.stmts(&stmts, &mut out);
        }
        out
    }

    pub(super) fn stmt(&mut self, s: StmtId, out: &mut Vec<NodeId>) {
        if self.depth >= MAX_DEPTH {
            let pos = self.stmt_pos(s);
            out.push(self.unknown(&[], Ty::INVALID, pos));
            return;
        }
        self.depth += 1;
        self.stmt_at_depth(s, out);
        self.depth -= 1;
    }

    pub(super) fn stmt_pos(&self, s: StmtId) -> Pos {
        self.at(self.ast().stmt_pos(s))
    }

    fn stmt_at_depth(&mut self, s: StmtId, out: &mut Vec<NodeId>) {
        let pos = self.stmt_pos(s);
        match self.ast().stmt(s) {
            Stmt::Bad | Stmt::Empty => {}
            Stmt::Labeled { label, stmt } => {
                let label = self.ast().name(label);
                out.push(self.add_stmt(Node::Label(label), pos));
                self.labeled(stmt, label, out);
            }
            Stmt::Block(_) => out.extend(self.block(s)),
            Stmt::Expr(e) => {
                let x = self.expr(e);
                out.push(x);
            }
            Stmt::Send { chan, value } => out.push(self.send(chan, value, pos)),
            Stmt::Decl(decls) => {
                let decls: Few<DeclId> = self.ast().list(decls).collect();
                for &decl in &*decls {
                    self.local_declaration(decl, out);
                }
            }
            Stmt::Assign { op, lhs, rhs } => {
                let lhs: Few<ExprId> = self.ast().list(lhs).collect();
                let rhs: Few<ExprId> = self.ast().list(rhs).collect();
                self.assignment(op, &lhs, &rhs, pos, out);
            }
            Stmt::IncDec { op, x } => out.push(self.inc_dec(op, x, pos)),
            Stmt::Branch { keyword, label } => {
                let kind = branch_kind(keyword);
                let label = label.map_or(sym::EMPTY, |l| self.ast().name(l));
                if !self.branch_from_loop(kind, label, pos, out) {
                    out.push(self.add_stmt(Node::Branch { kind, label }, pos));
                }
            }
            Stmt::Call { kind, call } => out.push(self.go_defer(kind, call, pos)),
            Stmt::Return(results) => {
                let results: Few<ExprId> = self.ast().list(results).collect();
                if !self.return_from_loop(&results, pos, out) {
                    out.push(self.return_stmt(&results, pos));
                }
            }
            Stmt::If {
                init,
                cond,
                then,
                els,
            } => self.if_stmt(s, init, cond, (then, els), out),
            _ => self.labeled(s, sym::EMPTY, out),
        }
    }

    fn send(&mut self, chan: ExprId, value: ExprId, pos: Pos) -> NodeId {
        let elem = match common_under(self.type_of(chan)).map(Ty::kind) {
            Some(TyKind::Chan { elem, .. }) => Some(*elem),
            _ => None,
        };
        let chan = self.expr(chan);
        let value = self.implicit_conversion(elem, value);
        self.add_stmt(Node::Send { chan, value }, pos)
    }

    fn return_stmt(&mut self, results: &[ExprId], pos: Pos) -> NodeId {
        let types = self.frame().results.clone();
        let values = self.several(results, &|i| types.get(i).copied(), pos);
        let list = self.list(&values);
        self.add_stmt(Node::Return(list), pos)
    }

    fn inc_dec(&mut self, op: Kind, x: ExprId, pos: Pos) -> NodeId {
        let x = self.expr(x);
        let ty = self.body().ty(x);
        let y = self
            .body_mut()
            .add_literal(crate::types::constant::Value::Int(1), ty, pos);
        let op = binary_op(op).unwrap_or(BinOp::Add);
        let node = Node::AssignOp {
            op,
            x,
            y,
            inc_dec: true,
        };
        self.add_stmt(node, pos)
    }

    fn local_declaration(&mut self, decl: DeclId, out: &mut Vec<NodeId>) {
        let Decl::Var { names, values, .. } = self.ast().decl(decl) else {
            return;
        };
        let names: Few<ExprId> = self.ast().list(names).collect();
        let values: Few<ExprId> = self.ast().list(values).collect();
        let pos = self.declaration_pos(&names);
        self.plain_assignment(&names, &values, pos, out);
    }

    /// A local declaration is where its first name is.
    fn declaration_pos(&self, names: &[ExprId]) -> Pos {
        names.first().map_or(Pos::NONE, |&n| self.pos(n))
    }

    fn assignment(
        &mut self,
        op: Kind,
        lhs: &[ExprId],
        rhs: &[ExprId],
        pos: Pos,
        out: &mut Vec<NodeId>,
    ) {
        let operator = match op {
            Kind::Assign | Kind::Define => None,
            _ => binary_op(op),
        };
        let (Some(op), &[x], &[y]) = (operator, lhs, rhs) else {
            return self.plain_assignment(lhs, rhs, pos, out);
        };
        let shift = matches!(op, BinOp::Lsh | BinOp::Rsh);
        let dst = (!shift).then(|| self.type_of(x));
        let x = self.expr(x);
        let y = self.implicit_conversion(dst, y);
        out.push(self.add_stmt(
            Node::AssignOp {
                op,
                x,
                y,
                inc_dec: false,
            },
            pos,
        ));
    }

    /// `lhs = rhs`, `lhs := rhs`, `var lhs = rhs`, `var lhs`.
    fn plain_assignment(
        &mut self,
        lhs: &[ExprId],
        rhs: &[ExprId],
        pos: Pos,
        out: &mut Vec<NodeId>,
    ) {
        let mut names = Vec::new();
        let types: Few<Option<Ty>> = lhs.iter().map(|&e| self.destination_type(e)).collect();
        let dsts: Few<NodeId> = lhs
            .iter()
            .map(|&e| self.destination(e, &mut names))
            .collect();
        if rhs.is_empty() {
            for local in names {
                out.push(self.zeroed(local, pos));
            }
            return;
        }
        let values = self.several(rhs, &|i| types.get(i).copied().flatten(), pos);
        let def = !names.is_empty();
        let node = match (&*dsts, &*values) {
            (&[x], &[y]) => Node::Assign { x, y: Some(y), def },
            _ => Node::AssignList {
                kind: ListKind::Pairs,
                lhs: self.list(&dsts),
                rhs: self.list(&values),
                def,
            },
        };
        let stmt = self.add_stmt(node, pos);
        self.define(stmt, &names);
        out.push(stmt);
    }

    /// `var x T`
    fn zeroed(&mut self, local: LocalId, pos: Pos) -> NodeId {
        let x = self.name(local, pos);
        let assign = self.add_stmt(
            Node::Assign {
                x,
                y: None,
                def: false,
            },
            pos,
        );
        let declared = self.declarations(&[local]);
        self.body_mut().set_init(assign, declared);
        assign
    }

    /// Makes `stmt` the one that declares and defines `names` (noder's `initDefn`).
    pub(super) fn define(&mut self, stmt: NodeId, names: &[LocalId]) {
        if names.is_empty() {
            return;
        }
        let declared = self.declarations(names);
        self.body_mut().prepend_init_list(stmt, declared);
        for &name in names {
            self.body_mut().locals[name].defn = Some(stmt);
        }
    }

    /// The object that a name on the left declares, if it does.
    pub(super) fn declared_by(&self, e: ExprId) -> Option<Obj> {
        let Expr::Name(_) = self.ast().expr(e) else {
            return None;
        };
        let obj = self.info().object(e)?;
        let here = obj
            .pos
            .is_some_and(|p| p.file == self.file_id() && p.offset == self.ast().expr_pos(e));
        (here && obj.as_var().is_some()).then_some(obj)
    }

    /// What values assigned to `e` are converted to; `None` for the blank identifier.
    fn destination_type(&self, e: ExprId) -> Option<Ty> {
        let e = self.ast().unparen(e);
        if self.ast().name(e) == sym::BLANK {
            return None;
        }
        match self.info().object(e).filter(|o| o.as_var().is_some()) {
            Some(obj) if matches!(self.ast().expr(e), Expr::Name(_)) => Some(obj.ty()),
            _ => Some(self.type_of(e)),
        }
    }

    /// A destination; names that it declares are appended to `names`.
    pub(super) fn destination(&mut self, e: ExprId, names: &mut Vec<LocalId>) -> NodeId {
        let e = self.ast().unparen(e);
        let pos = self.pos(e);
        if self.ast().name(e) == sym::BLANK {
            return self.blank(pos);
        }
        match self.declared_by(e) {
            Some(obj) => {
                let local = self.declare_obj(obj, Class::Auto);
                names.push(local);
                self.name(local, pos)
            }
            None => self.expr(e),
        }
    }

    /// Whether nothing behind the statement in its list can be reached (noder's `terminates`).
    pub(super) fn terminates(&mut self, s: StmtId) -> bool {
        let mut stack = Vec::new();
        let mut next = Some(s);
        while let Some(s) = next.take().or_else(|| stack.pop()) {
            match self.ast().stmt(s) {
                Stmt::Return(_)
                | Stmt::Branch {
                    keyword: Kind::Goto,
                    ..
                } => {}
                Stmt::Branch { keyword, label } => {
                    let label = label.map_or(sym::EMPTY, |l| self.ast().name(l));
                    if !self.leaves_range_body(branch_kind(keyword), label) {
                        return false;
                    }
                }
                Stmt::Expr(e) if self.is_panic(e) => {}
                Stmt::If {
                    cond, then, els, ..
                } => {
                    let known = self.static_bool(cond).0;
                    if known != Some(false) {
                        stack.push(then);
                    }
                    match els {
                        _ if known == Some(true) => {}
                        Some(els) => stack.push(els),
                        None => return false,
                    }
                }
                Stmt::Block(list) => {
                    let last = self
                        .ast()
                        .list(list)
                        .rev()
                        .find(|&s| self.ast().stmt(s) != Stmt::Empty);
                    match last {
                        Some(last) => stack.push(last),
                        None => return false,
                    }
                }
                _ => return false,
            }
        }
        true
    }

    fn is_panic(&self, e: ExprId) -> bool {
        let ast = self.ast();
        let Expr::Call { fun, .. } = ast.expr(ast.unparen(e)) else {
            return false;
        };
        let fun = ast.unparen(fun);
        self.info().exprs[fun].mode == Mode::Builtin && ast.name(fun) == sym::PANIC
    }

    /// Whether a condition is known, and what of it is left to evaluate (noder's `staticBool`).
    /// Operands of which less is left are noted as replaced.
    pub(super) fn static_bool(&mut self, e: ExprId) -> (Option<bool>, ExprId) {
        let ast = self.ast();
        if let Some(value) = self.info().const_value(e) {
            return (value.as_bool(), e);
        }
        match ast.expr(e) {
            Expr::Unary { op: Kind::Not, x } => (self.static_operand(x).0, e),
            Expr::Binary { op, x, y } if matches!(op, Kind::AndAnd | Kind::OrOr) => {
                self.static_logical(op == Kind::AndAnd, x, y, e)
            }
            _ => (None, e),
        }
    }

    /// `x && y` (or `||`): one side may decide alone, or be neutral.
    fn static_logical(
        &mut self,
        and: bool,
        x: ExprId,
        y: ExprId,
        e: ExprId,
    ) -> (Option<bool>, ExprId) {
        let (left, left_rest) = self.static_operand(x);
        if left == Some(!and) {
            return (left, left_rest);
        }
        let (right, right_rest) = self.static_operand(y);
        if left == Some(and) || right == Some(!and) {
            let rest = if self.info().const_value(left_rest).is_some() {
                right_rest
            } else {
                e
            };
            return (right, rest);
        }
        (None, e)
    }

    fn static_operand(&mut self, x: ExprId) -> (Option<bool>, ExprId) {
        let (known, rest) = self.static_bool(x);
        if rest != x {
            let file = self.frame().place.file;
            self.replaced.insert((file, x), rest);
        }
        (known, rest)
    }

    /// What is left of an expression.
    pub(super) fn rest_of(&self, e: ExprId) -> ExprId {
        if self.replaced.is_empty() {
            return e;
        }
        let known = self.replaced.get(&(self.frame().place.file, e)).copied();
        known.unwrap_or(e)
    }

    /// The default type of an untyped operand.
    pub(super) fn typed(&self, e: ExprId) -> Ty {
        default_type(self.type_of(e))
    }
}

fn branch_kind(keyword: Kind) -> Branch {
    match keyword {
        Kind::Break => Branch::Break,
        Kind::Continue => Branch::Continue,
        Kind::Goto => Branch::Goto,
        _ => Branch::Fall,
    }
}
