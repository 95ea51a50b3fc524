//! `switch`, type switch and `select` statements.

use rustc_hash::FxHashMap;

use super::check::Checker;
use super::constant::Value;
use super::object::{Obj, ObjKind};
use super::operand::{Mode, Operand};
use super::predicates::{comparable, has_nil, identical, is_interface, is_type_param};
use super::ty::{BasicKind, Ty};
use crate::ast::{Expr, ExprId, List, Stmt, StmtId};
use crate::base::symbol::sym;
use crate::lex::token::Kind;

/// The constants that a switch has seen, with their types.
type Seen = FxHashMap<String, Vec<Ty>>;

impl Checker<'_> {
    fn single_default(&mut self, clauses: List<StmtId>) {
        let ast = self.ast;
        let is_default = |s: &StmtId| match ast.stmt(*s) {
            Stmt::CaseClause { is_default, .. } => is_default,
            Stmt::CommClause { comm, .. } => comm.is_none(),
            _ => false,
        };
        for s in ast.list(clauses).filter(is_default).skip(1) {
            self.error(ast.stmt_span(s), "multiple defaults");
        }
    }

    pub(super) fn switch_stmt(&mut self, tag: Option<ExprId>, clauses: List<StmtId>) {
        let ast = self.ast;
        let mut x = Operand::new();
        if let Some(tag) = tag {
            self.switch_tag(&mut x, tag);
        } else {
            x.mode = Mode::Constant;
            x.ty = Ty::basic(BasicKind::Bool);
            x.val = Value::Bool(true);
        }
        self.single_default(clauses);
        let mut seen = Seen::default();
        for clause in ast.list(clauses) {
            if let Stmt::CaseClause { exprs, body, .. } = ast.stmt(clause) {
                for e in ast.list(exprs) {
                    self.case_value(&x, e, &mut seen);
                }
                self.clause_body(body);
            }
        }
    }

    fn switch_tag(&mut self, x: &mut Operand, tag: ExprId) {
        self.expr(None, x, tag);
        self.assignment(x, None, "switch expression");
        if x.mode != Mode::Invalid && !comparable(x.ty) && !has_nil(x.ty) {
            self.error_at(
                tag,
                format!(
                    "cannot switch on {} ({} is not comparable)",
                    self.expr_text(tag),
                    x.ty
                ),
            );
            x.invalidate();
        }
    }

    fn case_value(&mut self, x: &Operand, e: ExprId, seen: &mut Seen) {
        let mut v = Operand::new();
        self.expr(None, &mut v, e);
        if x.mode == Mode::Invalid || v.mode == Mode::Invalid {
            return;
        }
        self.convert_untyped(&mut v, x.ty);
        if v.mode == Mode::Invalid {
            return;
        }
        let mut result = v.clone();
        self.comparison(&mut result, x, Kind::Eq);
        if result.mode == Mode::Invalid || v.mode != Mode::Constant {
            return;
        }
        let Some(key) = case_key(&v.val) else { return };
        let types = seen.entry(key).or_default();
        if types.iter().any(|&t| identical(t, v.ty)) {
            self.error_at(e, format!("duplicate case {}", self.expr_text(e)));
            return;
        }
        types.push(v.ty);
    }

    fn is_nil_name(&self, e: ExprId) -> bool {
        match self.ast.expr(self.ast.unparen(e)) {
            Expr::Name(name) => self
                .lookup(name)
                .is_some_and(|obj| matches!(obj.kind, ObjKind::Nil)),
            _ => false,
        }
    }

    pub(super) fn type_switch_stmt(
        &mut self,
        name: Option<ExprId>,
        guard: ExprId,
        clauses: List<StmtId>,
    ) {
        let ast = self.ast;
        let name = name.filter(|&n| {
            let blank = ast.name(n) == sym::BLANK;
            if blank {
                self.error_at(n, "no new variable on left side of :=");
            }
            !blank
        });
        let x = self.type_switch_operand(guard);
        self.single_default(clauses);
        let mut seen: Vec<Option<Ty>> = Vec::new();
        for clause in ast.list(clauses) {
            let Stmt::CaseClause { exprs, body, .. } = ast.stmt(clause) else {
                continue;
            };
            let ty = self.case_types(x.as_ref(), exprs, &mut seen);
            let outer = self.open_scope();
            if let Some(name) = name {
                let var: Obj = self.local_var(name);
                var.set_ty(ty);
                self.declare(self.env.scope, None, var);
                self.tables().implicits.insert(clause, var);
            }
            self.stmt_list(body);
            self.env.scope = outer;
        }
    }

    /// The operand of a type switch; `None` (reported) if it is no interface.
    fn type_switch_operand(&mut self, guard: ExprId) -> Option<Operand> {
        let e = match self.ast.expr(guard) {
            Expr::TypeSwitchGuard(x) => x,
            _ => guard,
        };
        let mut x = Operand::new();
        self.expr(None, &mut x, e);
        if x.mode == Mode::Invalid {
            return None;
        }
        if is_type_param(x.ty) || !is_interface(x.ty) {
            self.error_at(e, format!("{} is not an interface", self.expr_text(e)));
            return None;
        }
        Some(x)
    }

    /// The type of the variable in a clause for `exprs`: the one type of the clause, else that of `x`.
    fn case_types(
        &mut self,
        x: Option<&Operand>,
        exprs: List<ExprId>,
        seen: &mut Vec<Option<Ty>>,
    ) -> Ty {
        let ast = self.ast;
        let mut last = None;
        for e in ast.list(exprs) {
            last = if self.is_nil_name(e) {
                let mut ignored = Operand::new();
                self.expr(None, &mut ignored, e);
                None
            } else {
                let ty = self.var_type(e);
                if ty.is_invalid() {
                    last = Some(ty);
                    continue;
                }
                Some(ty)
            };
            let same = |old: &Option<Ty>| match (*old, last) {
                (Some(a), Some(b)) => identical(a, b),
                (None, None) => true,
                _ => false,
            };
            if seen.iter().any(same) {
                self.error_at(e, format!("duplicate case {}", self.expr_text(e)));
                continue;
            }
            seen.push(last);
            if let (Some(x), Some(ty)) = (x, last)
                && !self.assertable_to(x.ty, ty)
            {
                self.error_at(e, format!("impossible type switch case: {ty}"));
            }
        }
        match last {
            Some(ty) if ast.list_len(exprs) == 1 => ty,
            _ => x.map_or(Ty::INVALID, |x| x.ty),
        }
    }

    pub(super) fn select_stmt(&mut self, clauses: List<StmtId>) {
        let ast = self.ast;
        self.single_default(clauses);
        for clause in ast.list(clauses) {
            let Stmt::CommClause { comm, body } = ast.stmt(clause) else {
                continue;
            };
            if let Some(comm) = comm
                && !self.is_communication(comm)
            {
                self.error(
                    ast.stmt_span(comm),
                    "select case must be receive, send or assign recv",
                );
                continue;
            }
            let outer = self.open_scope();
            if let Some(comm) = comm {
                self.stmt(comm);
            }
            self.stmt_list(body);
            self.env.scope = outer;
        }
    }

    fn is_communication(&self, s: StmtId) -> bool {
        let ast = self.ast;
        let value = match ast.stmt(s) {
            Stmt::Send { .. } => return true,
            Stmt::Assign { rhs, .. } if ast.list_len(rhs) == 1 => ast.list_get(rhs, 0),
            Stmt::Expr(e) => Some(e),
            _ => None,
        };
        value.is_some_and(|e| {
            matches!(
                ast.expr(ast.unparen(e)),
                Expr::Unary {
                    op: Kind::Arrow,
                    ..
                }
            )
        })
    }
}

/// What two equal case constants share; none for values that gc does not compare.
fn case_key(value: &Value) -> Option<String> {
    match value {
        Value::Unknown | Value::Bool(_) => None,
        other => Some(format!("{other:?}")),
    }
}
