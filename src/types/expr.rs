//! Expressions: dispatch, unary operators, and the types of untyped operands; binary operators are in `binary`.
//!
//! An expression's tables are filled on the way up. Untyped ones are marked [`flag::UNTYPED`]; when the context gives
//! them a type, [`Checker::update_expr_type`] walks down again. What stays marked at the end really is untyped.
//!
//! Left spines (`a + a + …`, `x.f().g()…`) may be of any length. [`Checker::expr_internal`] therefore walks to the
//! leftmost operand first and then applies one node after the other to it; all other nesting is bounded by the parser
//! and guarded by [`Checker::nested`].

use super::check::Checker;
use super::constant::Value;
use super::convert::is_comparison;
use super::info::flag;
use super::operand::{Mode, Operand, Target};
use super::predicates::{
    all_boolean, all_integer, all_numeric, all_string, has_nil, identical, is_generic, is_pointer,
    is_real_interface, is_typed, is_unsigned, is_untyped, pointer_elem,
};
use super::ty::{BasicKind, Ty, TyKind};
use super::under::{common_under, under_is};
use crate::ast::{ChanDir, Expr, ExprId};
use crate::lex::token::Kind as Token;

/// How an expression may stand as a statement.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ExprKind {
    /// A conversion: never.
    Conversion,
    /// Any other expression: never.
    Expression,
    /// A call or receive (or something wrong that was reported).
    Statement,
}

/// Entry points: operands of the various contexts.
impl Checker<'_> {
    /// Checks an expression that is a single value. A generic function takes missing type arguments from `target`.
    pub fn expr(&mut self, target: Option<Target>, x: &mut Operand, e: ExprId) {
        self.raw_expr(target, x, e, None, false);
        self.exclude(x, true);
        self.single_value(x);
    }

    /// Like [`Checker::expr`], but the value may be a generic function; `hint` is the type of an element of a composite
    /// literal, for those that leave out their own.
    pub fn generic_expr(&mut self, x: &mut Operand, e: ExprId, hint: Option<Ty>) {
        self.raw_expr(None, x, e, hint, true);
        self.exclude(x, true);
        self.single_value(x);
    }

    /// Checks an expression that is a value or a type; with `allow_generic` also a generic one.
    pub fn expr_or_type(&mut self, x: &mut Operand, e: ExprId, allow_generic: bool) {
        self.raw_expr(None, x, e, None, allow_generic);
        self.exclude(x, false);
        self.single_value(x);
    }

    /// Checks an expression that may stand for several values: those of a call, or with `allow_comma_ok` a value and
    /// whether there is one; the second result says that it is the latter.
    pub fn multi_expr(&mut self, e: ExprId, allow_comma_ok: bool) -> (Vec<Operand>, bool) {
        let mut x = Operand::new();
        self.raw_expr(None, &mut x, e, None, false);
        self.exclude(&mut x, true);
        if let (false, TyKind::Tuple(vars)) = (x.is_invalid(), x.ty.kind()) {
            let values = vars.iter().map(|v| Operand::value(v.ty()));
            return (values.collect(), false);
        }
        if allow_comma_ok && matches!(x.mode, Mode::MapIndex | Mode::CommaOk) {
            let ok = Operand::value(Ty::basic(BasicKind::UntypedBool));
            return (vec![x, ok], true);
        }
        (vec![x], false)
    }

    /// Checks any expression or type and notes what it is.
    pub fn raw_expr(
        &mut self,
        target: Option<Target>,
        x: &mut Operand,
        e: ExprId,
        hint: Option<Ty>,
        allow_generic: bool,
    ) -> ExprKind {
        let (kind, _) = self.expr_internal(target, x, e, hint, false);
        if !allow_generic {
            self.non_generic(target, x);
        }
        self.remember(x);
        kind
    }

    /// Notes what the operand is, as final unless it is untyped.
    pub fn remember(&mut self, x: &Operand) {
        let Some(id) = x.expr else { return };
        let value = (x.mode == Mode::Constant).then(|| x.val.clone());
        match x.mode {
            Mode::Invalid => {}
            Mode::NoValue => self.record(id, x.mode, Ty::tuple(Vec::new()), None, 0),
            _ if is_untyped(x.ty) => self.record(id, x.mode, x.ty, value, flag::UNTYPED),
            _ => self.record(id, x.mode, x.ty, value, 0),
        }
    }

    /// Reports a generic type or function that is used without type arguments, unless `target` gives them.
    pub fn non_generic(&mut self, target: Option<Target>, x: &mut Operand) {
        if x.is_invalid() || x.mode == Mode::NoValue {
            return;
        }
        let function = matches!(x.ty.kind(), TyKind::Signature(s) if !s.tparams.is_empty());
        if function && target.is_some() {
            self.func_inst(target, x, None, true);
        } else if function || is_generic(x.ty) {
            self.wrong(x, "generic type or function without type arguments".into());
        }
    }

    /// Reports calls without result and builtins, and with `no_types` types, where a value is wanted.
    pub fn exclude(&mut self, x: &mut Operand, no_types: bool) {
        let message = match x.mode {
            Mode::NoValue => "call without result used as a value",
            Mode::Builtin if no_types => "predeclared function must be called",
            Mode::TypeExpr if no_types => "a type is no expression",
            _ => return,
        };
        if let Some(id) = x.expr {
            self.error_at(id, message);
        }
        x.invalidate();
    }

    /// Reports a call with several results where one value is wanted.
    pub fn single_value(&mut self, x: &mut Operand) {
        if x.mode == Mode::Value && matches!(x.ty.kind(), TyKind::Tuple(_)) {
            self.wrong(x, "several values where one is wanted".into());
        }
    }
}

/// Dispatch.
impl Checker<'_> {
    /// Checks `e` without noting it. With `keep_inst`, an explicit instantiation of a generic function at the top is left
    /// to the caller, with the uninstantiated function in `x`; the second result says that this was so.
    pub fn expr_internal(
        &mut self,
        target: Option<Target>,
        x: &mut Operand,
        e: ExprId,
        hint: Option<Ty>,
        keep_inst: bool,
    ) -> (ExprKind, bool) {
        let walked = self.nested(e, |c| c.walk_spine(target, x, e, hint, keep_inst));
        walked.unwrap_or_else(|| {
            x.invalidate();
            x.expr = Some(e);
            (ExprKind::Statement, false)
        })
    }

    fn walk_spine(
        &mut self,
        target: Option<Target>,
        x: &mut Operand,
        e: ExprId,
        hint: Option<Ty>,
        keep_inst: bool,
    ) -> (ExprKind, bool) {
        let mark = self.spine.len();
        let mut at = e;
        while let Some(left) = self.left_operand(at) {
            self.spine.push(at);
            at = left;
        }
        let at_top = |id: ExprId| if id == e { target } else { None };
        let mut kind = self.leaf(x, at, hint.filter(|_| at == e));
        let mut pending = false;
        while self.spine.len() > mark {
            let Some(parent) = self.spine.pop() else {
                break;
            };
            self.finish_left(x, parent, pending);
            pending = false;
            kind = match self.ast.expr(parent) {
                Expr::Index { .. } => {
                    let generic = self.index_step(x, parent);
                    let keep = keep_inst && parent == e || self.is_callee(parent, mark);
                    pending = generic && keep;
                    if generic && !keep {
                        self.func_inst(at_top(parent), x, Some(parent), true);
                    }
                    ExprKind::Expression
                }
                _ => self.step(x, parent),
            };
            x.expr = Some(parent);
        }
        (kind, pending)
    }

    /// Whether the next node on the spine calls `e`.
    fn is_callee(&self, e: ExprId, mark: usize) -> bool {
        let above = self.spine[mark..].last();
        above.is_some_and(|&p| matches!(self.ast.expr(p), Expr::Call { fun, .. } if fun == e))
    }

    /// The operand on the left that is checked before `e`, as an expression in its own right.
    fn left_operand(&self, e: ExprId) -> Option<ExprId> {
        match self.ast.expr(e) {
            Expr::Binary { x, .. }
            | Expr::Slice { x, .. }
            | Expr::Assert { x, .. }
            | Expr::Index { x, .. }
            | Expr::Call { fun: x, .. } => Some(x),
            Expr::Selector { x, .. } if self.package_name(x).is_none() => Some(x),
            _ => None,
        }
    }

    /// What is done with the left operand `x` before `parent` is applied to it.
    fn finish_left(&mut self, x: &mut Operand, parent: ExprId, pending: bool) {
        let parent = self.ast.expr(parent);
        let generic = matches!(parent, Expr::Index { .. } | Expr::Call { .. });
        if !generic {
            self.non_generic(None, x);
        }
        self.remember(x);
        if !pending {
            let types = generic || matches!(parent, Expr::Selector { .. });
            self.exclude(x, !types);
            self.single_value(x);
        }
    }

    /// Applies the node `e` to its left operand `x`.
    fn step(&mut self, x: &mut Operand, e: ExprId) -> ExprKind {
        match self.ast.expr(e) {
            Expr::Binary { op, y, .. } => {
                let mut right = Operand::new();
                self.expr(None, &mut right, y);
                self.binary(x, Some(e), right, op);
            }
            Expr::Call { .. } => return self.call_step(x, e),
            Expr::Selector { .. } => self.selector_step(x, e, false),
            Expr::Slice { .. } => self.slice_step(x, e),
            Expr::Assert { ty, .. } => self.assert_step(x, ty),
            _ => x.invalidate(),
        }
        if x.is_invalid() {
            ExprKind::Statement
        } else {
            ExprKind::Expression
        }
    }

    /// Checks an expression that is no chain of operands.
    fn leaf(&mut self, x: &mut Operand, e: ExprId, hint: Option<Ty>) -> ExprKind {
        x.invalidate();
        x.expr = Some(e);
        let mut kind = ExprKind::Expression;
        match self.ast.expr(e) {
            Expr::Name(_) => self.ident(x, e, false),
            Expr::BasicLit(token) => self.basic_lit(x, e, token),
            Expr::FuncLit { ty, body } => self.func_lit(x, e, ty, body),
            Expr::CompositeLit { .. } => self.composite_lit(x, e, hint),
            Expr::Paren(inner) => kind = self.raw_expr(None, x, inner, None, false),
            Expr::Selector { .. } => self.qualified_name(x, e),
            Expr::Star(inner) => self.star(x, inner),
            Expr::Unary { op, x: inner } => {
                self.unary(x, e, op, inner);
                if op == Token::Arrow {
                    kind = ExprKind::Statement;
                }
            }
            Expr::ArrayType { .. }
            | Expr::SliceType(_)
            | Expr::StructType(_)
            | Expr::FuncType { .. }
            | Expr::InterfaceType(_)
            | Expr::MapType { .. }
            | Expr::ChanType { .. } => {
                x.ty = self.typ(e);
                x.mode = Mode::TypeExpr;
            }
            Expr::TypeSwitchGuard(inner) => {
                self.error_at(e, "use of .(type) outside a type switch");
                self.use_exprs(&[inner]);
            }
            // The parser has reported what can stand here.
            _ => {}
        }
        x.expr = Some(e);
        if x.is_invalid() {
            return ExprKind::Statement;
        }
        kind
    }

    /// `x.(T)`
    fn assert_step(&mut self, x: &mut Operand, ty: ExprId) {
        if x.is_invalid() {
            return;
        }
        if !is_real_interface(x.ty) {
            return self.wrong(x, "type assertion on what is no interface".into());
        }
        let asserted = self.var_type(ty);
        if asserted.is_invalid() {
            return x.invalidate();
        }
        x.mode = Mode::CommaOk;
        x.ty = asserted;
    }

    /// `*x`: an indirection or a pointer type.
    fn star(&mut self, x: &mut Operand, inner: ExprId) {
        self.expr_or_type(x, inner, false);
        match x.mode {
            Mode::Invalid => {}
            Mode::TypeExpr => x.ty = Ty::pointer(x.ty),
            _ => {
                let mut base = None;
                let same_base = under_is(x.ty, |u| match pointer_elem(u) {
                    Some(elem) => identical(*base.get_or_insert(elem), elem),
                    None => false,
                });
                match base {
                    Some(elem) if same_base => {
                        x.mode = Mode::Variable;
                        x.ty = elem;
                    }
                    _ => self.wrong(x, format!("cannot indirect {}", self.describe(x))),
                }
            }
        }
    }

    fn basic_lit(&mut self, x: &mut Operand, e: ExprId, token: Token) {
        let kind = match token {
            Token::Int => BasicKind::UntypedInt,
            Token::Float => BasicKind::UntypedFloat,
            Token::Imag => BasicKind::UntypedComplex,
            Token::Rune => BasicKind::UntypedRune,
            _ => BasicKind::UntypedString,
        };
        let text = self.ast.expr_span(e).text(self.src());
        x.val = Value::from_literal(text, token);
        x.mode = Mode::Constant;
        x.ty = Ty::basic(kind);
        self.overflow(x);
    }
}

/// Unary operators and channels.
impl Checker<'_> {
    fn unary(&mut self, x: &mut Operand, e: ExprId, op: Token, inner: ExprId) {
        self.expr(None, x, inner);
        if x.is_invalid() {
            return;
        }
        match op {
            Token::And => return self.address(x, inner),
            Token::Arrow => return self.receive(x),
            _ => {}
        }
        let defined = match op {
            Token::Add | Token::Sub => all_numeric(x.ty),
            Token::Xor => all_integer(x.ty),
            Token::Not => all_boolean(x.ty),
            _ => false,
        };
        if !defined {
            return self.undefined_operator(x, op);
        }
        if x.mode != Mode::Constant {
            x.mode = Mode::Value;
            return;
        }
        if x.val.is_unknown() {
            return;
        }
        let bits = if is_unsigned(x.ty) {
            u32::try_from(self.config.sizes.size_of(x.ty) * 8).unwrap_or_default()
        } else {
            0
        };
        x.val = Value::unary(op, &x.val, bits);
        x.expr = Some(e);
        self.overflow(x);
    }

    pub(super) fn undefined_operator(&mut self, x: &mut Operand, op: Token) {
        let message = format!(
            "operator {} is not defined on {}",
            op.spelling(),
            self.describe(x)
        );
        self.wrong(x, message);
    }

    /// `&x`
    fn address(&mut self, x: &mut Operand, inner: ExprId) {
        let literal = matches!(
            self.ast.expr(self.ast.unparen(inner)),
            Expr::CompositeLit { .. }
        );
        if !literal && x.mode != Mode::Variable {
            return self.wrong(x, "cannot take the address".into());
        }
        x.mode = Mode::Value;
        x.ty = Ty::pointer(x.ty);
    }

    /// `<-x`
    fn receive(&mut self, x: &mut Operand) {
        match self.chan_elem(x, true) {
            Some(elem) => {
                x.mode = Mode::CommaOk;
                x.ty = elem;
                self.env.has_call_or_recv = true;
            }
            None => self.wrong(x, format!("cannot receive from {}", self.describe(x))),
        }
    }

    /// The element type of a channel that can be received from or sent to; `None` for all else.
    pub fn chan_elem(&self, x: &Operand, recv: bool) -> Option<Ty> {
        let closed = if recv { ChanDir::Send } else { ChanDir::Recv };
        let open = under_is(
            x.ty,
            |u| matches!(u.kind(), TyKind::Chan { dir, .. } if *dir != closed),
        );
        match common_under(x.ty)?.kind() {
            TyKind::Chan { elem, .. } if open => Some(*elem),
            _ => None,
        }
    }
}

/// Types of untyped expressions.
impl Checker<'_> {
    /// Gives the untyped expression `e`, and its operands as far as they have the same type, the type `ty`; nothing
    /// happens if it has a final type already. An untyped `ty` is not final unless `last`.
    pub fn update_expr_type(&mut self, e: ExprId, ty: Ty, last: bool) {
        self.update_below(e, ty, last, |checker, id, old| {
            checker.still_fits(id, old, ty)
        });
    }

    /// As [`update_expr_type`](Self::update_expr_type) where the value of `e`, if it is constant, is known to fit.
    pub fn update_fitting(&mut self, e: ExprId, ty: Ty) {
        self.update_below(e, ty, false, |checker, id, old| {
            id == e || checker.still_fits(id, old, ty)
        });
    }

    fn update_below(
        &mut self,
        e: ExprId,
        ty: Ty,
        last: bool,
        fits: impl Fn(&Checker<'_>, ExprId, Ty) -> bool,
    ) {
        let mut todo = Vec::new();
        let mut next = Some(e);
        while let Some(id) = next.or_else(|| todo.pop()) {
            let (left, right) = self.update_one(id, ty, last, &fits);
            todo.extend(right);
            next = left;
        }
    }

    /// Updates one expression; gives the operands that have its type.
    fn update_one(
        &mut self,
        e: ExprId,
        ty: Ty,
        last: bool,
        fits: &impl Fn(&Checker<'_>, ExprId, Ty) -> bool,
    ) -> (Option<ExprId>, Option<ExprId>) {
        let info = self.tables().exprs[e];
        let Some(old) = info.ty.filter(|_| info.flags & flag::UNTYPED != 0) else {
            return (None, None);
        };
        let constant = info.mode == Mode::Constant;
        let operands = self.typed_operands(e, constant);
        if !last && is_untyped(ty) {
            self.tables().exprs[e].ty = Some(ty);
            return operands;
        }
        let cleared = info.flags & !(flag::UNTYPED | flag::SHIFT_LHS);
        self.tables().exprs[e].flags = cleared;
        if info.flags & flag::SHIFT_LHS != 0 && !all_integer(ty) {
            self.error_at(e, "shifted operand must be an integer");
            return operands;
        }
        if constant && !fits(self, e, old) {
            self.error_at(e, "constant does not fit its type");
            return operands;
        }
        self.tables().exprs[e].ty = Some(ty);
        operands
    }

    /// Whether the value of the constant expression `e` of untyped type `old` can have the type `ty`.
    fn still_fits(&self, e: ExprId, old: Ty, ty: Ty) -> bool {
        let val = self.info[self.env.file].const_value(e);
        let x = Operand {
            mode: Mode::Constant,
            ty: old,
            val: val.cloned().unwrap_or(Value::Unknown),
            ..Operand::new()
        };
        self.implicit_type(&x, ty).is_some()
    }

    /// The operands of `e` whose type is that of `e`. Those of constants keep theirs: they never come to be.
    fn typed_operands(&self, e: ExprId, constant: bool) -> (Option<ExprId>, Option<ExprId>) {
        match self.ast.expr(e) {
            Expr::Paren(x) => (Some(x), None),
            Expr::Unary { x, .. } if !constant => (Some(x), None),
            Expr::Binary { op, .. } if constant || is_comparison(op) => (None, None),
            Expr::Binary { op, x, .. } if is_shift(op) => (Some(x), None),
            Expr::Binary { x, y, .. } => (Some(x), Some(y)),
            _ => (None, None),
        }
    }

    /// Notes the value that the context gave the untyped constant `e`.
    pub fn update_expr_val(&mut self, e: ExprId, val: &Value) {
        let tables = self.tables();
        let info = tables.exprs[e];
        if info.flags & flag::UNTYPED == 0 || info.mode != Mode::Constant {
            return;
        }
        // Most are small integers, whose value no type changes.
        match (tables.const_value(e), val) {
            (Some(Value::Int(old)), Value::Int(new)) if old == new => {}
            _ => tables.record_const(e, val.clone()),
        }
    }

    /// Gives two operands, of which one may be untyped, the same type if they can have it. If not, `x` is invalid.
    pub fn match_types(&mut self, x: &mut Operand, y: &mut Operand) {
        if !may_convert(x, y) {
            return;
        }
        self.convert_untyped(x, y.ty);
        if x.is_invalid() {
            return;
        }
        self.convert_untyped(y, x.ty);
        if y.is_invalid() {
            x.invalidate();
        }
    }
}

/// Whether it makes sense to convert one operand, which is untyped, to the type of the other.
fn may_convert(x: &Operand, y: &Operand) -> bool {
    if is_typed(x.ty) && is_typed(y.ty) || all_numeric(x.ty) != all_numeric(y.ty) {
        return false;
    }
    if is_real_interface(x.ty) || is_real_interface(y.ty) {
        return true;
    }
    if all_boolean(x.ty) != all_boolean(y.ty) || all_string(x.ty) != all_string(y.ty) {
        return false;
    }
    if x.is_nil() {
        return has_nil(y.ty);
    }
    if y.is_nil() {
        return has_nil(x.ty);
    }
    !is_pointer(x.ty) && !is_pointer(y.ty)
}

pub(super) fn is_shift(op: Token) -> bool {
    matches!(op, Token::Shl | Token::Shr)
}
