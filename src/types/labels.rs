//! Labels: every branch has a target it may go to, and every label is used.

use rustc_hash::FxHashMap;

use super::check::{Checker, MAX_DEPTH};
use super::object::{Obj, ObjKind};
use super::ty::Ty;
use crate::ast::{Decl, ExprId, List, Stmt, StmtId};
use crate::base::symbol::{Symbol, sym};
use crate::lex::token::Kind;

/// A `goto` whose label has not been met yet.
struct Jump {
    label: ExprId,
    /// Whether a variable was declared between it and here, in this block.
    over_decl: bool,
}

struct Label {
    obj: Obj,
    at: ExprId,
    used: bool,
}

/// A block that is open: the labels declared in it, and the labelled statement it is the body of.
#[derive(Default)]
struct Block {
    labels: Vec<Symbol>,
    of: Option<(Symbol, StmtId)>,
}

/// The labels of one function body.
#[derive(Default)]
struct Labels {
    all: FxHashMap<Symbol, Label>,
    forward: Vec<Jump>,
    blocks: Vec<Block>,
    /// Where the forward jumps of the innermost block begin.
    base: usize,
}

type Labelled = Option<(Symbol, StmtId)>;

impl Checker<'_> {
    /// Checks the labels and branches of a function body.
    pub(super) fn labels(&mut self, body: StmtId) {
        let Stmt::Block(list) = self.ast.stmt(body) else {
            return;
        };
        let mut labels = Labels::default();
        self.label_block(&mut labels, None, list);
        for jump in std::mem::take(&mut labels.forward) {
            let name = self.ast.name(jump.label);
            match labels.all.get_mut(&name) {
                Some(label) => {
                    label.used = true;
                    self.error_at(jump.label, format!("goto {name} jumps into block"));
                }
                None => self.error_at(jump.label, format!("label {name} not defined")),
            }
        }
        let mut unused: Vec<&Label> = labels.all.values().filter(|l| !l.used).collect();
        unused.sort_by_key(|l| l.at);
        for label in unused {
            self.error_at(
                label.at,
                format!("label {} defined and not used", label.obj.name),
            );
        }
    }

    fn label_block(&mut self, labels: &mut Labels, of: Labelled, list: List<StmtId>) {
        if labels.blocks.len() >= MAX_DEPTH as usize {
            return;
        }
        labels.blocks.push(Block {
            labels: Vec::new(),
            of,
        });
        let base = std::mem::replace(&mut labels.base, labels.forward.len());
        for s in self.ast.list(list) {
            self.label_stmt(labels, None, s);
        }
        for jump in &mut labels.forward[labels.base..] {
            jump.over_decl = false;
        }
        labels.base = base;
        labels.blocks.pop();
    }

    fn label_stmt(&mut self, labels: &mut Labels, mut of: Labelled, mut s: StmtId) {
        let ast = self.ast;
        while let Stmt::Labeled { label, stmt } = ast.stmt(s) {
            let name = ast.name(label);
            if name != sym::BLANK {
                self.declare_label(labels, label, name);
                of = Some((name, stmt));
            }
            s = stmt;
        }
        match ast.stmt(s) {
            Stmt::Decl(list) => {
                let is_var = |d| matches!(ast.decl(d), Decl::Var { .. });
                if ast.list(list).any(is_var) {
                    labels.pass_decl();
                }
            }
            Stmt::Assign {
                op: Kind::Define, ..
            } => labels.pass_decl(),
            Stmt::Branch {
                keyword,
                label: Some(label),
            } => self.label_branch(labels, keyword, label),
            Stmt::Block(list) => self.label_block(labels, of, list),
            Stmt::If { then, els, .. } => {
                self.label_stmt(labels, of, then);
                if let Some(els) = els {
                    self.label_stmt(labels, of, els);
                }
            }
            Stmt::Switch { clauses, .. }
            | Stmt::TypeSwitch { clauses, .. }
            | Stmt::Select(clauses) => self.label_clauses(labels, of, clauses),
            Stmt::For { body, .. } | Stmt::Range { body, .. } => {
                self.label_stmt(labels, of, body);
            }
            _ => {}
        }
    }

    fn label_clauses(&mut self, labels: &mut Labels, of: Labelled, clauses: List<StmtId>) {
        let ast = self.ast;
        labels.blocks.push(Block {
            labels: Vec::new(),
            of,
        });
        for clause in ast.list(clauses) {
            if let Stmt::CaseClause { body, .. } | Stmt::CommClause { body, .. } = ast.stmt(clause)
            {
                self.label_block(labels, None, body);
            }
        }
        labels.blocks.pop();
    }

    fn declare_label(&mut self, labels: &mut Labels, at: ExprId, name: Symbol) {
        if labels.all.contains_key(&name) {
            self.error_at(at, format!("label {name} already defined"));
            return;
        }
        let pos = self.pos(self.ast.expr_pos(at));
        let obj = Obj::typed(ObjKind::Label, name, Some(self.pkg), pos, Ty::INVALID);
        self.record_def(at, obj);
        let mut used = false;
        let mut kept = labels.forward.split_off(labels.base);
        kept.retain(|jump| {
            if self.ast.name(jump.label) != name {
                return true;
            }
            used = true;
            self.record_use(jump.label, obj);
            if jump.over_decl {
                self.error_at(
                    jump.label,
                    format!("goto {name} jumps over variable declaration"),
                );
            }
            false
        });
        labels.forward.append(&mut kept);
        labels.all.insert(name, Label { obj, at, used });
        if let Some(block) = labels.blocks.last_mut() {
            block.labels.push(name);
        }
    }

    fn label_branch(&mut self, labels: &mut Labels, keyword: Kind, at: ExprId) {
        let name = self.ast.name(at);
        let target = labels.enclosing(name).map(|s| self.ast.stmt(s));
        let is_loop = matches!(target, Some(Stmt::For { .. } | Stmt::Range { .. }));
        let valid = match keyword {
            Kind::Continue => is_loop,
            Kind::Break => {
                is_loop
                    || matches!(
                        target,
                        Some(Stmt::Switch { .. } | Stmt::TypeSwitch { .. } | Stmt::Select(_))
                    )
            }
            Kind::Goto if !labels.visible(name) => {
                labels.forward.push(Jump {
                    label: at,
                    over_decl: false,
                });
                return;
            }
            _ => true,
        };
        if !valid {
            self.error_at(at, format!("invalid branch label {name}"));
            return;
        }
        if let Some(label) = labels.all.get_mut(&name) {
            label.used = true;
            self.record_use(at, label.obj);
        }
    }
}

impl Labels {
    /// Forward jumps of the innermost block now jump over a declaration.
    fn pass_decl(&mut self) {
        let base = self.base;
        for jump in &mut self.forward[base..] {
            jump.over_decl = true;
        }
    }

    /// The enclosing statement labelled `name`.
    fn enclosing(&self, name: Symbol) -> Option<StmtId> {
        let mut labelled = self.blocks.iter().rev().filter_map(|b| b.of);
        labelled.find(|of| of.0 == name).map(|of| of.1)
    }

    /// Whether `name` has been declared in an enclosing block.
    fn visible(&self, name: Symbol) -> bool {
        self.blocks.iter().any(|b| b.labels.contains(&name))
    }
}
