//! Unions of terms in constraints: `~int | string | fmt.Stringer` (Go spec, "General interfaces").

use super::arena::alloc_slice;
use super::check::Checker;
use super::predicates::identical;
use super::terms::disjoint;
use super::ty::{Term, Ty, TyKind};
use super::typeset::MAX_TERMS;
use super::universe::UNIVERSE;
use crate::ast::{Expr, ExprId};
use crate::lex::token::Kind;

impl Checker<'_> {
    /// The type of an interface element: a union, or the type itself if it is a single one without a tilde.
    pub fn parse_union(&mut self, e: ExprId) -> Ty {
        let (operators, operands) = self.flatten_union(e);
        let mut terms: Vec<Term> = Vec::new();
        for (i, &operand) in operands.iter().enumerate() {
            let term = self.parse_term(operand);
            if operands.len() == 1 && !term.tilde {
                return term.ty;
            }
            if terms.len() == MAX_TERMS {
                let message = format!("cannot handle more than {MAX_TERMS} union terms");
                self.error_at(operand, message);
                return Ty::INVALID;
            }
            terms.push(term);
            if i > 0 {
                let so_far = Ty::new(TyKind::Union(alloc_slice(terms.clone())));
                self.record_type_expr(operators[i - 1], so_far);
            }
        }
        let terms = alloc_slice(terms);
        self.later(move |check| check.valid_terms(&operands, terms));
        Ty::new(TyKind::Union(terms))
    }

    /// The `|` nodes and the terms between them, left to right.
    fn flatten_union(&self, e: ExprId) -> (Vec<ExprId>, Vec<ExprId>) {
        let (mut operators, mut operands, mut at) = (Vec::new(), Vec::new(), e);
        while let Expr::Binary { op: Kind::Or, x, y } = self.ast.expr(at) {
            operators.push(at);
            operands.push(y);
            at = x;
        }
        operands.push(at);
        operators.reverse();
        operands.reverse();
        (operators, operands)
    }

    fn parse_term(&mut self, e: ExprId) -> Term {
        let (tilde, x) = match self.ast.expr(e) {
            Expr::Unary { op: Kind::Tilde, x } => (true, x),
            _ => (false, e),
        };
        let mut ty = self.typ(x);
        if ty.as_type_param().is_some() {
            self.error_at(x, "term cannot be a type parameter");
            ty = Ty::INVALID;
        }
        let term = Term { tilde, ty };
        if tilde {
            let union = Ty::new(TyKind::Union(alloc_slice(vec![term])));
            self.record_type_expr(e, union);
        }
        term
    }

    /// Reports terms that make no sense in a union.
    fn valid_terms(&mut self, operands: &[ExprId], terms: &[Term]) {
        for (i, &t) in terms.iter().enumerate() {
            if t.ty.is_invalid() {
                continue;
            }
            if let Some(message) = wrong_term(t, &terms[..i]) {
                self.error_at(operands[i], message);
            }
        }
    }
}

/// What is wrong with term `t` behind `before`.
fn wrong_term(t: Term, before: &[Term]) -> Option<String> {
    let under = t.ty.under();
    if let TyKind::Interface(i) = under.kind() {
        let set = i.type_set();
        return if t.tilde {
            Some(format!("invalid use of ~ ({} is an interface)", t.ty))
        } else if !set.methods.is_empty() {
            Some(format!(
                "cannot use {} in union (it contains methods)",
                t.ty
            ))
        } else if set.comparable || t.ty == UNIVERSE.comparable {
            Some(format!(
                "cannot use {} in union (it embeds comparable)",
                t.ty
            ))
        } else {
            None
        };
    }
    if t.tilde && !identical(under, t.ty) {
        let message = format!("invalid use of ~ (underlying type of {} is {under})", t.ty);
        return Some(message);
    }
    let other = before
        .iter()
        .find(|b| b.ty.under_interface().is_none() && !disjoint(**b, t))?;
    Some(format!("overlapping terms {} and {}", t.ty, other.ty))
}
