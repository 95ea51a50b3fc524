//! Switches.

use super::Builder;
use super::expr::is_same;
use crate::ast::{Expr, ExprId, FieldId, List, Stmt, StmtId};
use crate::ir::body::{Class, Pos};
use crate::ir::node::{Node, NodeId};
use crate::ir::shape::is_boxing as is_interface;
use crate::lex::token::Kind;
use crate::types::constant::Value;
use crate::types::operand::Mode;
use crate::types::ty::{BasicKind, Ty, TyKind};
use crate::types::universe::UNIVERSE;

/// A clause to be built.
#[derive(Clone)]
struct Clause {
    at: StmtId,
    cases: Vec<ExprId>,
    body: Vec<StmtId>,
}

impl Builder<'_> {
    fn clauses(&self, clauses: &[StmtId]) -> Vec<Clause> {
        let ast = self.ast();
        clauses
            .iter()
            .filter_map(|&at| match ast.stmt(at) {
                Stmt::CaseClause { exprs, body, .. } => Some(Clause {
                    at,
                    cases: ast.list(exprs).collect(),
                    body: ast.list(body).collect(),
                }),
                _ => None,
            })
            .collect()
    }

    pub(super) fn switch_stmt(
        &mut self,
        init: Option<StmtId>,
        tag: Option<ExprId>,
        clauses: &[StmtId],
        pos: Pos,
        out: &mut Vec<NodeId>,
    ) {
        let init = self.simple(init);
        let mut clauses = self.clauses(clauses);
        let mut tag = tag;
        let mut always = false;
        if let Some(only) = self.known_clause(tag, &clauses) {
            let keeps = self.release.keeps_known_cases;
            let matches = only.as_ref().is_some_and(|c| !c.cases.is_empty());
            always = keeps && matches;
            if matches || !keeps {
                tag = None;
            }
            let bare = |c| Clause {
                cases: Vec::new(),
                ..c
            };
            clauses = only.into_iter().map(bare).collect();
        }
        let tag_ty = tag.map_or(Ty::basic(BasicKind::Bool), |t| self.typed(t));
        let common = self.case_type(tag_ty, &clauses);
        let tag = tag.map(|t| self.implicit_conversion(common.or(Some(tag_ty)), t));
        let nodes: Vec<NodeId> = clauses.iter().map(|c| self.case(c, common)).collect();
        if always {
            nodes.iter().for_each(|&case| self.match_always(case));
        }
        let node = Node::Switch {
            tag,
            cases: self.list(&nodes),
        };
        let node = self.add_stmt(node, pos);
        let init = self.list(&init);
        self.body_mut().set_init(node, init);
        out.push(node);
    }

    /// Makes a default clause `case true:`.
    fn match_always(&mut self, case: NodeId) {
        let pos = self.body().pos(case);
        let ty = Ty::basic(BasicKind::Bool);
        let literal = self.body_mut().add_literal(Value::Bool(true), ty, pos);
        let list = self.list(&[literal]);
        if let Node::Case { var, body, .. } = self.body().node(case) {
            self.body_mut()
                .replace(case, Node::Case { list, var, body });
        }
    }

    /// If tag and cases are constant as far as the match: the one clause that runs, or none.
    fn known_clause(&self, tag: Option<ExprId>, clauses: &[Clause]) -> Option<Option<Clause>> {
        let value = match tag {
            Some(t) => self.info().const_value(t)?.clone(),
            None => Value::Bool(true),
        };
        let mut target = None;
        'clauses: for clause in clauses {
            if clause.cases.is_empty() {
                target = Some(clause);
            }
            for &case in &clause.cases {
                let case = self.info().const_value(case)?;
                if Value::compare(&value, Kind::Eq, case) {
                    target = Some(clause);
                    break 'clauses;
                }
            }
        }
        let Some(clause) = target else {
            return Some(None);
        };
        let falls = clause.body.last().is_some_and(|&s| {
            matches!(
                self.ast().stmt(s),
                Stmt::Branch {
                    keyword: Kind::Fallthrough,
                    ..
                }
            )
        });
        (!falls).then(|| Some(clause.clone()))
    }

    /// The type that cases are converted to: the tag's, or `any` if interfaces and other types are mixed; none for
    /// channels.
    fn case_type(&self, tag: Ty, clauses: &[Clause]) -> Option<Ty> {
        if matches!(tag.under().kind(), TyKind::Chan { .. }) {
            return None;
        }
        let mixed = clauses.iter().flat_map(|c| &c.cases).any(|&case| {
            let nil = self.info().exprs[self.ast().unparen(case)].mode == Mode::NilValue;
            let ty = self.typed(case);
            let assignable = nil || is_same(ty, tag) || implements(ty, tag);
            !assignable && (is_interface(ty) || is_interface(tag))
        });
        Some(if mixed { UNIVERSE.any } else { tag })
    }

    fn case(&mut self, clause: &Clause, common: Option<Ty>) -> NodeId {
        let pos = self.stmt_pos(clause.at);
        let cases: Vec<NodeId> = clause
            .cases
            .iter()
            .map(|&c| self.implicit_conversion(common, c))
            .collect();
        let mut body = Vec::new();
        self.stmts(&clause.body, &mut body);
        let node = Node::Case {
            list: self.list(&cases),
            var: None,
            body: self.list(&body),
        };
        self.add_stmt(node, pos)
    }

    pub(super) fn type_switch(
        &mut self,
        init: Option<StmtId>,
        name: Option<ExprId>,
        guard: ExprId,
        clauses: &[StmtId],
        pos: Pos,
        out: &mut Vec<NodeId>,
    ) {
        let init = self.simple(init);
        let at = self.pos(guard);
        let x = match self.ast().expr(guard) {
            Expr::TypeSwitchGuard(x) => self.expr(x),
            _ => self.expr(guard),
        };
        let name = name.map(|n| self.ast().name(n));
        let guard = self.add_stmt(Node::TypeSwitchGuard { x, name }, at);
        let clauses = self.clauses(clauses);
        let nodes: Vec<NodeId> = clauses.iter().map(|c| self.type_case(c, guard)).collect();
        let node = Node::Switch {
            tag: Some(guard),
            cases: self.list(&nodes),
        };
        let node = self.add_stmt(node, pos);
        let init = self.list(&init);
        self.body_mut().set_init(node, init);
        out.push(node);
    }

    fn type_case(&mut self, clause: &Clause, guard: NodeId) -> NodeId {
        let pos = self.stmt_pos(clause.at);
        let types: Vec<NodeId> = clause.cases.iter().map(|&c| self.case_operand(c)).collect();
        let var = self.info().implicits.get(&clause.at).copied().map(|obj| {
            let local = self.declare_obj(obj, Class::Auto);
            let at = clause.cases.last().map_or(pos, |&c| self.type_end(c));
            let variable = &mut self.body_mut().locals[local];
            variable.pos = at;
            variable.defn = Some(guard);
            self.name(local, at)
        });
        let mut body = Vec::new();
        self.stmts(&clause.body, &mut body);
        let node = Node::Case {
            list: self.list(&types),
            var,
            body: self.list(&body),
        };
        self.add_stmt(node, pos)
    }

    fn case_operand(&mut self, e: ExprId) -> NodeId {
        let inner = self.ast().unparen(e);
        if self.info().exprs[inner].mode == Mode::NilValue {
            let pos = self.pos(e);
            return self.add(Node::Nil, Ty::INVALID, pos);
        }
        self.type_operand(e)
    }

    /// Where the last type name in a type expression begins (noder's `typeExprEndPos`).
    fn type_end(&self, mut e: ExprId) -> Pos {
        let ast = self.ast();
        let last = |fields: List<FieldId>| ast.list(fields).next_back().map(|f| ast.field(f).ty);
        loop {
            let inner = match ast.expr(e) {
                Expr::Selector { x, .. } => return self.pos(x),
                Expr::Paren(x) | Expr::Star(x) | Expr::SliceType(x) => Some(x),
                Expr::ArrayType { elem, .. } | Expr::ChanType { elem, .. } => Some(elem),
                Expr::MapType { value, .. } => Some(value),
                Expr::InterfaceType(fields) => last(fields),
                Expr::FuncType { params, results } => last(results).or_else(|| last(params)),
                Expr::Index { indices, .. } => ast.list(indices).next_back(),
                _ => None,
            };
            match inner {
                Some(inner) => e = inner,
                None => return self.pos(e),
            }
        }
    }
}

/// Whether a value of `ty` can be assigned to interface `to`.
fn implements(ty: Ty, to: Ty) -> bool {
    is_interface(to) && crate::types::lookup::missing_method(ty, to, true).is_none()
}
