//! Labels, `goto`, `break`, `continue`, `fallthrough`: whether each leads somewhere.
//!
//! | word | meaning |
//! | --- | --- |
//! | block | a statement list that is a scope for labels: a `goto` may leave it, but not enter it |
//! | forward | a `goto` whose label was not declared yet; it waits in the block it stands in, then in those around it |
//!
//! What is reported, and where, follows `cmd/compile/internal/syntax/branches.go`. Forwards lie on one stack, indexed by
//! name, so a function with many of them takes linear time.

use rustc_hash::FxHashMap;

use super::input::Input;
use crate::ast::{Ast, Decl, ExprId, List, Stmt, StmtId};
use crate::base::symbol::{Symbol, sym};
use crate::lex::SyntaxError;
use crate::lex::token::Kind;

/// Checks one function body. The bodies of function literals in it are checked when they are parsed.
pub(super) fn check(i: Input<'_>, body: StmtId) {
    let errors = {
        let ast = i.file.ast.borrow();
        let mut checker = Checker::new(&ast);
        if let Stmt::Block(list) = ast.stmt(body) {
            checker.block(None, Targets::default(), None, list);
        }
        checker.finish()
    };
    i.file.errors.borrow_mut().extend(errors);
}

/// Where branches without a label lead.
#[derive(Clone, Copy, Default)]
struct Targets {
    breaks: Option<StmtId>,
    continues: Option<StmtId>,
    /// This statement list is that clause of the innermost switch.
    case: Option<usize>,
}

struct Label {
    /// The block that declares it.
    block: usize,
    stmt: StmtId,
    name: ExprId,
    used: bool,
}

struct Block {
    parent: Option<usize>,
    /// The labelled statement that it is the body of.
    labeled: Option<StmtId>,
    /// Forwards from this number on were met in this block.
    first_forward: usize,
    /// The variable that was declared last: how many forwards there were before it, and its name.
    var: Option<(usize, ExprId)>,
}

struct Checker<'a> {
    ast: &'a Ast,
    labels: FxHashMap<Symbol, Label>,
    blocks: Vec<Block>,
    /// Labels of forwards in source order; `None` once their label was met.
    forwards: Vec<Option<ExprId>>,
    waiting: FxHashMap<Symbol, Vec<usize>>,
    errors: Vec<SyntaxError>,
}

impl<'a> Checker<'a> {
    fn new(ast: &'a Ast) -> Checker<'a> {
        Checker {
            ast,
            labels: FxHashMap::default(),
            blocks: Vec::new(),
            forwards: Vec::new(),
            waiting: FxHashMap::default(),
            errors: Vec::new(),
        }
    }

    fn error(&mut self, pos: u32, message: impl Into<String>) {
        self.errors.push(SyntaxError {
            pos,
            message: message.into(),
        });
    }

    fn error_at_name(&mut self, name: ExprId, message: String) {
        self.error(self.ast.expr_pos(name), message);
    }

    /// What waits in vain, and labels that nothing uses.
    fn finish(mut self) -> Vec<SyntaxError> {
        for name in std::mem::take(&mut self.forwards).into_iter().flatten() {
            let symbol = self.ast.name(name);
            let message = match self.labels.get_mut(&symbol) {
                Some(label) => {
                    label.used = true;
                    format!("goto {symbol} jumps into block")
                }
                None => format!("label {symbol} not defined"),
            };
            self.error_at_name(name, message);
        }
        let unused: Vec<ExprId> = self
            .labels
            .values()
            .filter(|l| !l.used)
            .map(|l| l.name)
            .collect();
        for name in unused {
            self.error_at_name(
                name,
                format!("label {} defined and not used", self.ast.name(name)),
            );
        }
        self.errors
    }

    fn block(
        &mut self,
        parent: Option<usize>,
        targets: Targets,
        labeled: Option<StmtId>,
        list: List<StmtId>,
    ) {
        let block = self.blocks.len();
        self.blocks.push(Block {
            parent,
            labeled,
            first_forward: self.forwards.len(),
            var: None,
        });
        let ast = self.ast;
        let count = ast.list_len(list);
        // `fallthrough` is the last statement even when empty ones follow.
        let trailing = ast
            .list(list)
            .rev()
            .take_while(|&s| ast.stmt(s) == Stmt::Empty)
            .count();
        for (n, stmt) in ast.list(list).take(count - trailing).enumerate() {
            self.stmt(block, targets, stmt, n + 1 == count - trailing);
        }
    }

    fn stmt(&mut self, block: usize, targets: Targets, stmt: StmtId, is_last: bool) {
        let mut stmt = stmt;
        let mut labeled = None;
        while let Stmt::Labeled { label, stmt: inner } = self.ast.stmt(stmt) {
            if self.ast.name(label) != sym::BLANK {
                self.declare(block, stmt, label);
                labeled = Some(stmt);
            }
            stmt = inner;
        }
        match self.ast.stmt(stmt) {
            Stmt::Decl(decls) => {
                let var = self.ast.list(decls).find_map(|d| match self.ast.decl(d) {
                    Decl::Var { names, .. } => self.ast.list_get(names, 0),
                    _ => None,
                });
                var.into_iter().for_each(|name| self.variable(block, name));
            }
            Stmt::Assign {
                op: Kind::Define,
                lhs,
                ..
            } => {
                let name = self.ast.list_get(lhs, 0);
                name.into_iter().for_each(|name| self.variable(block, name));
            }
            Stmt::Branch {
                keyword,
                label: None,
            } => self.unlabeled(targets, stmt, keyword, is_last),
            Stmt::Branch {
                keyword,
                label: Some(label),
            } => self.labeled_branch(block, keyword, label),
            _ => self.inner_blocks(block, targets, labeled, stmt),
        }
    }

    fn inner_blocks(
        &mut self,
        block: usize,
        targets: Targets,
        labeled: Option<StmtId>,
        stmt: StmtId,
    ) {
        let ast = self.ast;
        let inner = Targets {
            case: None,
            ..targets
        };
        match ast.stmt(stmt) {
            Stmt::Block(list) => self.block(Some(block), inner, labeled, list),
            Stmt::If { then, els, .. } => {
                self.body(block, inner, labeled, then);
                els.into_iter()
                    .for_each(|els| self.else_block(block, inner, labeled, els));
            }
            Stmt::For { body, .. } | Stmt::Range { body, .. } => {
                let inner = Targets {
                    breaks: Some(stmt),
                    continues: Some(stmt),
                    case: None,
                };
                self.body(block, inner, labeled, body);
            }
            Stmt::Switch { clauses, .. }
            | Stmt::TypeSwitch { clauses, .. }
            | Stmt::Select(clauses) => {
                for (n, clause) in ast.list(clauses).enumerate() {
                    let inner = Targets {
                        breaks: Some(stmt),
                        case: Some(n),
                        ..targets
                    };
                    if let Stmt::CaseClause { body, .. } | Stmt::CommClause { body, .. } =
                        ast.stmt(clause)
                    {
                        self.block(Some(block), inner, labeled, body);
                    }
                }
            }
            _ => {}
        }
    }

    fn body(&mut self, block: usize, targets: Targets, labeled: Option<StmtId>, body: StmtId) {
        if let Stmt::Block(list) = self.ast.stmt(body) {
            self.block(Some(block), targets, labeled, list);
        }
    }

    /// `else` opens a block of its own around its statement.
    fn else_block(
        &mut self,
        parent: usize,
        targets: Targets,
        labeled: Option<StmtId>,
        els: StmtId,
    ) {
        let block = self.blocks.len();
        self.blocks.push(Block {
            parent: Some(parent),
            labeled,
            first_forward: self.forwards.len(),
            var: None,
        });
        self.stmt(block, targets, els, true);
    }

    fn variable(&mut self, block: usize, name: ExprId) {
        self.blocks[block].var = Some((self.forwards.len(), name));
    }

    fn declare(&mut self, block: usize, stmt: StmtId, name: ExprId) {
        let symbol = self.ast.name(name);
        if self.labels.contains_key(&symbol) {
            return self.error_at_name(name, format!("label {symbol} already defined"));
        }
        let used = self.resolve_forwards(block, symbol);
        self.labels.insert(
            symbol,
            Label {
                block,
                stmt,
                name,
                used,
            },
        );
    }

    /// Ends the waiting of the forwards in this block that name `symbol`; says whether there were any.
    fn resolve_forwards(&mut self, block: usize, symbol: Symbol) -> bool {
        let Some(waiting) = self.waiting.get_mut(&symbol) else {
            return false;
        };
        let Block {
            first_forward, var, ..
        } = self.blocks[block];
        let met = waiting.split_off(waiting.partition_point(|&n| n < first_forward));
        for &n in &met {
            let Some(name) = self.forwards[n].take() else {
                continue;
            };
            if let Some((before, var)) = var
                && n < before
            {
                let var = self.ast.name(var);
                self.error_at_name(
                    name,
                    format!("goto {symbol} jumps over declaration of {var}"),
                );
            }
        }
        !met.is_empty()
    }

    fn unlabeled(&mut self, targets: Targets, stmt: StmtId, keyword: Kind, is_last: bool) {
        let message = match keyword {
            Kind::Break if targets.breaks.is_none() => "break is not in a loop, switch, or select",
            Kind::Continue if targets.continues.is_none() => "continue is not in a loop",
            Kind::Fallthrough => match self.fallthrough(targets, is_last) {
                Some(message) => message,
                None => return,
            },
            _ => return,
        };
        self.error(self.ast.stmt_pos(stmt), message);
    }

    fn fallthrough(&self, targets: Targets, is_last: bool) -> Option<&'static str> {
        let clauses = match targets.breaks.map(|s| self.ast.stmt(s)) {
            Some(Stmt::TypeSwitch { .. }) => return Some("cannot fallthrough in type switch"),
            Some(Stmt::Switch { clauses, .. }) => clauses,
            _ => return Some("fallthrough statement out of place"),
        };
        match targets.case {
            Some(n) if is_last && n + 1 == self.ast.list_len(clauses) => {
                Some("cannot fallthrough final case in switch")
            }
            Some(_) if is_last => None,
            _ => Some("fallthrough statement out of place"),
        }
    }

    fn labeled_branch(&mut self, block: usize, keyword: Kind, name: ExprId) {
        let symbol = self.ast.name(name);
        if keyword == Kind::Goto {
            if !self.goto_reaches(block, symbol) {
                self.waiting
                    .entry(symbol)
                    .or_default()
                    .push(self.forwards.len());
                self.forwards.push(Some(name));
            }
            return;
        }
        let word = keyword.spelling();
        let Some(label) = self.labels.get_mut(&symbol) else {
            return self.error_at_name(name, format!("{word} label not defined: {symbol}"));
        };
        label.used = true; // even where it is no valid target
        let target = label.stmt;
        let encloses = self
            .ancestors(block)
            .any(|b| self.blocks[b].labeled == Some(target));
        let Stmt::Labeled { stmt, .. } = self.ast.stmt(target) else {
            return;
        };
        let fits = match self.ast.stmt(stmt) {
            Stmt::For { .. } | Stmt::Range { .. } => true,
            Stmt::Switch { .. } | Stmt::TypeSwitch { .. } | Stmt::Select(_) => {
                keyword == Kind::Break
            }
            _ => false,
        };
        if !encloses || !fits {
            self.error_at_name(name, format!("invalid {word} label {symbol}"));
        }
    }

    fn goto_reaches(&mut self, block: usize, symbol: Symbol) -> bool {
        let Some(label) = self.labels.get_mut(&symbol) else {
            return false;
        };
        label.used = true;
        let declared_in = label.block;
        self.ancestors(block).any(|b| b == declared_in)
    }

    /// The block and those around it.
    fn ancestors(&self, block: usize) -> impl Iterator<Item = usize> + '_ {
        std::iter::successors(Some(block), |&b| self.blocks[b].parent)
    }
}
