//! Assignments and initialisations.

use super::check::Checker;
use super::constant::Value;
use super::info::flag;
use super::object::{Obj, ObjKind};
use super::operand::{Mode, Operand, Target};
use super::predicates::{default_type, is_interface, is_type_param, is_untyped};
use super::ty::{BasicKind, Ty};
use crate::ast::{Expr, ExprId, List, StmtId};
use crate::base::symbol::sym;

/// Whether `ty` is the type of `nil`.
fn is_untyped_nil(ty: Ty) -> bool {
    ty == Ty::basic(BasicKind::UntypedNil)
}

impl Checker<'_> {
    /// Checks that `x` can be assigned to a variable of type `ty` (`None` for the blank name without a type), and gives
    /// an untyped `x` its type. If not, `x` becomes invalid. `context` is for the message.
    pub fn assignment(&mut self, x: &mut Operand, ty: Option<Ty>, context: &str) {
        self.single_value(x);
        match x.mode {
            Mode::Invalid => return,
            Mode::NilValue
            | Mode::Constant
            | Mode::Variable
            | Mode::MapIndex
            | Mode::Value
            | Mode::CommaOk => {}
            Mode::NoValue | Mode::Builtin | Mode::TypeExpr | Mode::CgoFunc => {
                self.cannot_use(x, ty, context);
                return;
            }
        }
        if is_untyped(x.ty) {
            let fits = self.type_untyped(x, ty, context);
            // What has become of the variable's type can be assigned to it, and is nothing generic.
            if !fits || ty == Some(x.ty) {
                return;
            }
        }
        self.non_generic(Target::new(ty), x);
        let Some(ty) = ty else { return };
        if x.mode != Mode::Invalid && !self.assignable_to(x, ty) {
            self.cannot_use(x, Some(ty), context);
        }
    }

    fn cannot_use(&mut self, x: &mut Operand, ty: Option<Ty>, context: &str) {
        let silent = x.ty.is_invalid() || ty.is_some_and(Ty::is_invalid);
        if let (Some(e), false) = (x.expr, silent) {
            let text = self.expr_text(e);
            let what = match ty {
                Some(ty) => format!(
                    "cannot use {text} (of type {}) as {ty} value in {context}",
                    x.ty
                ),
                None => format!("cannot use {text} in {context}"),
            };
            self.error_at(e, what);
        }
        x.invalidate();
    }

    /// Gives an untyped operand the type it takes when assigned to `ty`; false if it cannot.
    fn type_untyped(&mut self, x: &mut Operand, ty: Option<Ty>, context: &str) -> bool {
        let to_default = ty.is_none_or(|t| is_interface(t) && !is_type_param(t));
        if ty.is_none() && x.is_nil() {
            if let Some(e) = x.expr {
                self.error_at(e, format!("use of untyped nil in {context}"));
            }
            x.invalidate();
            return false;
        }
        let target = match ty {
            Some(t) if !to_default || x.is_nil() => t,
            _ => default_type(x.ty),
        };
        let Some(implicit) = self.implicit_type(x, target) else {
            self.cannot_use(x, Some(target), context);
            return false;
        };
        self.apply_implicit(x, implicit);
        true
    }

    /// Gives a constant the value `x`, and its type if it has none.
    pub(super) fn init_const(&mut self, lhs: Obj, x: &mut Operand) {
        let known_bad = lhs.known_ty().is_some_and(Ty::is_invalid);
        if x.mode == Mode::Invalid || x.ty.is_invalid() || known_bad {
            lhs.set_ty(Ty::INVALID);
            lhs.set_const_value(Value::Unknown);
            return;
        }
        if x.mode != Mode::Constant {
            if let Some(e) = x.expr {
                self.error_at(e, format!("{} is not constant", self.expr_text(e)));
            }
            lhs.set_ty(Ty::INVALID);
            lhs.set_const_value(Value::Unknown);
            return;
        }
        lhs.set_ty(x.ty);
        self.assignment(x, lhs.known_ty(), "constant declaration");
        let value = match x.mode {
            Mode::Invalid => Value::Unknown,
            _ => x.val.clone(),
        };
        lhs.set_const_value(value);
    }

    /// Initialises a variable with `x`; a variable without a type gets that of `x`.
    pub(super) fn init_var(&mut self, lhs: Obj, x: &mut Operand, context: &str) {
        let known_bad = lhs.known_ty().is_some_and(Ty::is_invalid);
        if x.mode == Mode::Invalid || x.ty.is_invalid() || known_bad {
            lhs.set_ty(Ty::INVALID);
            x.invalidate();
            return;
        }
        if lhs.known_ty().is_none() {
            if is_untyped_nil(x.ty) {
                if let Some(e) = x.expr {
                    self.error_at(e, format!("use of untyped nil in {context}"));
                }
                lhs.set_ty(Ty::INVALID);
                x.invalidate();
                return;
            }
            lhs.set_ty(if is_untyped(x.ty) {
                default_type(x.ty)
            } else {
                x.ty
            });
        }
        self.assignment(x, lhs.known_ty(), context);
    }

    /// The type of the left side of an assignment: `Ok(None)` for the blank name, `Err` if it cannot be assigned to.
    fn lhs_var(&mut self, lhs: ExprId) -> Result<Option<Ty>, ()> {
        let name = self.ast.unparen(lhs);
        if let Expr::Name(sym::BLANK) = self.ast.expr(name) {
            return Ok(None);
        }
        let mut x = Operand::new();
        self.expr(None, &mut x, lhs);
        if x.mode == Mode::Invalid || x.ty.is_invalid() {
            return Err(());
        }
        match x.mode {
            Mode::Variable | Mode::MapIndex => Ok(Some(x.ty)),
            _ => {
                let message = format!("cannot assign to {}", self.expr_text(lhs));
                self.error_at(lhs, message);
                Err(())
            }
        }
    }

    /// Checks `lhs = rhs`.
    fn assign_var(&mut self, lhs: ExprId, rhs: ExprId, context: &str) {
        let Ok(ty) = self.lhs_var(lhs) else {
            self.use_exprs(&[rhs]);
            return;
        };
        let mut x = Operand::new();
        self.expr(Target::new(ty), &mut x, rhs);
        self.assignment(&mut x, ty, context);
    }

    /// Checks `lhs = x` for a value that has been evaluated.
    pub(super) fn assign_operand(&mut self, lhs: ExprId, x: &mut Operand, context: &str) {
        match self.lhs_var(lhs) {
            Ok(ty) => self.assignment(x, ty, context),
            Err(()) => x.invalidate(),
        }
    }

    fn is_call(&self, e: ExprId) -> bool {
        matches!(self.ast.expr(self.ast.unparen(e)), Expr::Call { .. })
    }

    fn mismatch(&mut self, at: ExprId, lhs: usize, rhs: usize) {
        self.error_at(
            at,
            format!("assignment mismatch: {lhs} variables but {rhs} values"),
        );
    }

    /// Initialises `lhs` with `rhs`, one value each or one call for all. With `at`, these are the results of a return
    /// statement.
    pub(super) fn init_vars(&mut self, lhs: &[Obj], rhs: &[ExprId], at: Option<StmtId>) {
        let context = match (at, lhs.len()) {
            (Some(_), _) => "return statement",
            (None, 1) => "assignment",
            (None, _) => "multiple assignment",
        };
        if lhs.len() == rhs.len() && !(rhs.len() == 1 && self.is_call(rhs[0])) {
            for (&v, &e) in lhs.iter().zip(rhs) {
                let mut x = Operand::new();
                self.expr(Target::new(v.known_ty()), &mut x, e);
                self.init_var(v, &mut x, context);
            }
            return;
        }
        if let [e] = *rhs {
            self.init_from_one(lhs, e, context, at);
        } else {
            let fine = self.use_exprs(rhs);
            if fine {
                self.count_error(lhs.len(), rhs, at);
            }
        }
        for v in lhs {
            v.set_ty(Ty::INVALID);
        }
    }

    fn count_error(&mut self, want: usize, rhs: &[ExprId], at: Option<StmtId>) {
        let few = if rhs.len() < want {
            "not enough"
        } else {
            "too many"
        };
        match (rhs.last(), at) {
            (Some(&e), None) => self.mismatch(e, want, rhs.len()),
            (Some(&e), Some(_)) => self.error_at(e, format!("{few} return values")),
            (None, Some(s)) => {
                let span = self.ast.stmt_span(s);
                self.error(span, "not enough return values");
            }
            (None, None) => {}
        }
    }

    fn init_from_one(&mut self, lhs: &[Obj], e: ExprId, context: &str, at: Option<StmtId>) {
        let (mut values, comma_ok) = self.multi_expr(e, lhs.len() == 2 && at.is_none());
        if values.len() == lhs.len() {
            for (&v, x) in lhs.iter().zip(&mut values) {
                self.init_var(v, x, context);
            }
            self.note_comma_ok(e, comma_ok, &values);
        } else if values.first().is_some_and(|x| x.mode != Mode::Invalid) {
            match at {
                None => self.mismatch(e, lhs.len(), values.len()),
                Some(_) => self.error_at(e, "wrong number of return values"),
            }
        }
    }

    fn note_comma_ok(&mut self, e: ExprId, comma_ok: bool, values: &[Operand]) {
        if let (true, [a, b]) = (comma_ok, values)
            && a.mode != Mode::Invalid
            && b.mode != Mode::Invalid
        {
            self.record_comma_ok(e, [a.ty, b.ty]);
        }
    }

    /// Checks `lhs = rhs`, one value each or one call for all.
    pub(super) fn assign_vars(&mut self, lhs: &[ExprId], rhs: &[ExprId]) {
        let context = if lhs.len() == 1 {
            "assignment"
        } else {
            "multiple assignment"
        };
        if lhs.len() == rhs.len() && !(rhs.len() == 1 && self.is_call(rhs[0])) {
            for (&l, &r) in lhs.iter().zip(rhs) {
                self.assign_var(l, r, context);
            }
            return;
        }
        let [e] = *rhs else {
            let fine = self.use_lhs(lhs) & self.use_exprs(rhs);
            if let (true, Some(&last)) = (fine, rhs.last()) {
                self.mismatch(last, lhs.len(), rhs.len());
            }
            return;
        };
        let (mut values, comma_ok) = self.multi_expr(e, lhs.len() == 2);
        if values.len() == lhs.len() {
            for (&l, x) in lhs.iter().zip(&mut values) {
                self.assign_operand(l, x, context);
            }
            self.note_comma_ok(e, comma_ok, &values);
            return;
        }
        if values.first().is_some_and(|x| x.mode != Mode::Invalid) {
            self.mismatch(e, lhs.len(), values.len());
        }
        self.use_lhs(lhs);
    }

    /// Evaluates left sides only to record what they use; false if one is wrong.
    fn use_lhs(&mut self, lhs: &[ExprId]) -> bool {
        let mut fine = true;
        for &e in lhs {
            fine &= self.ast.name(self.ast.unparen(e)) == sym::BLANK || self.use_exprs(&[e]);
        }
        fine
    }

    /// Checks `lhs := rhs`.
    pub(super) fn short_var_decl(&mut self, at: StmtId, lhs: List<ExprId>, rhs: &[ExprId]) {
        let ast = self.ast;
        let top = self.delayed.len();
        let mut vars: Vec<Obj> = Vec::with_capacity(ast.list_len(lhs));
        let mut new: Vec<Obj> = Vec::new();
        let mut wrong = false;
        for e in ast.list(lhs) {
            let found = self.short_var(e, &new);
            wrong |= found.is_none();
            let (var, is_new) = found.unwrap_or_else(|| (self.local_var(e), false));
            if is_new && var.name != sym::BLANK {
                new.push(var);
            }
            vars.push(var);
        }
        self.init_vars(&vars, rhs, None);
        self.process_delayed(top);
        if new.is_empty() && !wrong {
            let span = ast.stmt_span(at);
            self.error(span, "no new variables on left side of :=");
        }
        for var in new {
            self.declare(self.env.scope, None, var);
        }
    }

    /// The variable that a name on the left of `:=` stands for, and whether it is a new one; `None` (reported) if the
    /// expression cannot stand there.
    fn short_var(&mut self, e: ExprId, new: &[Obj]) -> Option<(Obj, bool)> {
        let Expr::Name(name) = self.ast.expr(e) else {
            self.use_lhs(&[e]);
            self.error_at(e, "non-name on left side of :=");
            return None;
        };
        if new.iter().any(|v| v.name == name) {
            self.error_at(e, format!("{name} repeated on left side of :="));
            return None;
        }
        let scope = self.env.scope;
        if let Some(old) = scope.and_then(|s| self.scopes.lookup(s, name)) {
            self.record_use(e, old);
            if matches!(old.kind, ObjKind::Var(_)) {
                return Some((old, false));
            }
            self.error_at(e, format!("cannot assign to {name}"));
            return None;
        }
        let var = self.local_var(e);
        self.record_def(e, var);
        Some((var, true))
    }

    /// Notes the two types of a comma-ok expression, and of the parentheses around it.
    fn record_comma_ok(&mut self, mut e: ExprId, types: [Ty; 2]) {
        if types.iter().any(|t| t.is_invalid()) {
            return;
        }
        let vars = types.map(|ty| {
            let kind = super::object::VarKind::Local;
            Obj::var(kind, sym::EMPTY, Some(self.pkg), None, ty)
        });
        let tuple = Ty::tuple(vars.to_vec());
        loop {
            let mode = self.info[self.env.file].exprs[e].mode;
            let flags = self.info[self.env.file].exprs[e].flags & !flag::UNTYPED;
            self.record(e, mode, tuple, None, flags);
            match self.ast.expr(e) {
                Expr::Paren(x) => e = x,
                _ => return,
            }
        }
    }
}
