//! How statements end: whether control can run off their end, and how far their jumps lead out.
//!
//! Two passes over the statements by id, no recursion: children have smaller ids than their parents, so contexts are
//! handed down in descending order and outcomes gathered in ascending order.

use rustc_hash::FxHashMap;

use super::failure;
use crate::ast::visit::{Node, children};
use crate::ast::{Ast, Expr, ExprId, List, Stmt, StmtId};
use crate::base::index::IndexVec;
use crate::base::symbol::{Symbol, sym};
use crate::lex::token::Kind;

/// Where a statement stands. Levels count loops of the same function or literal.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Context {
    /// In how many loops it is.
    pub(super) level: u32,
    /// The body it belongs to: raw id of the block, 0 if it is not reached from a function.
    body: u32,
    /// The level behind the statement that a `break` without label leaves.
    pub(super) break_level: Option<u32>,
    /// The level that `continue` stays at.
    continue_level: Option<u32>,
}

impl Context {
    /// Whether `block` is the body that it belongs to.
    pub(super) fn is_body(self, block: StmtId) -> bool {
        self.body == block.to_raw()
    }
}

/// A set of levels. Code deeper than 63 loops counts as 63.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Levels(u64);

impl Levels {
    fn one(level: u32) -> Levels {
        Levels(1 << level.min(63))
    }

    fn union(self, other: Levels) -> Levels {
        Levels(self.0 | other.0)
    }

    fn up_to(self, level: u32) -> Levels {
        Levels(self.0 & (u64::MAX >> (63 - level.min(63))))
    }

    fn highest(self) -> Option<u32> {
        self.0.checked_ilog2()
    }
}

/// How a statement or list ends.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Outcome {
    /// Whether control can reach its end, or leave it for a place right behind it.
    pub(super) falls: bool,
    /// The levels that a `return`, `continue`, `goto` or labelled `break` out of it leads to.
    pub(super) jumps: Levels,
    /// Whether a `break` without label leads out of it.
    pub(super) breaks: bool,
    /// Whether it contains a call that ends the program or panics, as the only way it ends.
    pub(super) fatal: bool,
    /// Whether the only way it ends is to return an error that it makes or names.
    pub(super) failed: bool,
    /// Whether it may return where nothing failed.
    pub(super) returns: bool,
}

impl Outcome {
    const PLAIN: Outcome = Outcome {
        falls: true,
        jumps: Levels(0),
        breaks: false,
        fatal: false,
        failed: false,
        returns: false,
    };

    /// Nothing follows: an endless loop, a `select` without clauses.
    const STUCK: Outcome = Outcome {
        falls: false,
        ..Outcome::PLAIN
    };

    fn jump(level: u32) -> Outcome {
        Outcome {
            falls: false,
            jumps: Levels::one(level),
            ..Outcome::STUCK
        }
    }

    /// Either of the two happens.
    fn or(self, other: Outcome) -> Outcome {
        Outcome {
            falls: self.falls || other.falls,
            jumps: self.jumps.union(other.jumps),
            breaks: self.breaks || other.breaks,
            fatal: self.fatal && other.fatal,
            failed: self.failed && other.failed,
            returns: self.returns || other.returns,
        }
    }

    /// This, and if control runs off its end, `next`.
    pub(super) fn then(self, next: Outcome) -> Outcome {
        if !self.falls {
            return self;
        }
        Outcome {
            falls: next.falls,
            jumps: self.jumps.union(next.jumps),
            breaks: self.breaks || next.breaks,
            fatal: next.fatal && self.jumps == Levels(0) && !self.breaks,
            failed: next.failed && self.jumps == Levels(0) && !self.breaks,
            returns: self.returns || next.returns,
        }
    }

    /// The level at which things go on once this has begun, where it stands in `context`.
    pub(super) fn level(self, context: Context) -> u32 {
        let breaks = context.break_level.filter(|_| self.breaks);
        if self.falls {
            return context.level;
        }
        let to = self.jumps.highest().max(breaks).unwrap_or(0);
        to.min(context.level)
    }
}

/// Contexts and outcomes of all statements of a file.
pub(super) struct Flow {
    pub(super) contexts: IndexVec<StmtId, Context>,
    pub(super) outcomes: IndexVec<StmtId, Outcome>,
    /// The levels behind and at labelled statements, by body and label.
    labels: FxHashMap<(u32, Symbol), Label>,
}

#[derive(Clone, Copy)]
struct Label {
    /// The level of the labelled statement itself.
    level: u32,
    /// Whether it is a loop.
    is_loop: bool,
}

impl Flow {
    /// Computes both; `bodies` are the bodies of all functions and literals.
    pub(super) fn new(ast: &Ast, bodies: &[StmtId]) -> Flow {
        let count = ast.stmt_count();
        let mut flow = Flow {
            contexts: IndexVec::from_elem(Context::default(), count),
            outcomes: IndexVec::from_elem(Outcome::PLAIN, count),
            labels: FxHashMap::default(),
        };
        for &body in bodies {
            flow.contexts[body].body = body.to_raw();
        }
        for id in ast.stmt_ids().rev() {
            flow.hand_down(ast, id);
        }
        for id in ast.stmt_ids() {
            flow.outcomes[id] = flow.outcome(ast, id);
        }
        flow
    }

    fn hand_down(&mut self, ast: &Ast, id: StmtId) {
        let own = self.contexts[id];
        let inner = self.inner_context(ast, id, own);
        children(ast, Node::Stmt(id), &mut |node| {
            if let Node::Stmt(child) = node {
                // Bodies of literals are no children of statements, so this never overwrites a body's context.
                self.contexts[child] = inner;
            }
        });
        // The statement before a loop's first semicolon is not repeated.
        if let Stmt::For {
            init: Some(init), ..
        } = ast.stmt(id)
        {
            self.contexts[init] = own;
        }
    }

    fn inner_context(&mut self, ast: &Ast, id: StmtId, own: Context) -> Context {
        let mut inner = own;
        match ast.stmt(id) {
            Stmt::For { .. } | Stmt::Range { .. } => {
                inner.level += 1;
                inner.break_level = Some(own.level);
                inner.continue_level = Some(inner.level);
            }
            Stmt::Switch { .. } | Stmt::TypeSwitch { .. } | Stmt::Select(_) => {
                inner.break_level = Some(own.level);
            }
            Stmt::Labeled { label, stmt } => {
                let name = ast.name(label);
                let is_loop = matches!(ast.stmt(stmt), Stmt::For { .. } | Stmt::Range { .. });
                let known = Label {
                    level: own.level,
                    is_loop,
                };
                self.labels.insert((own.body, name), known);
            }
            _ => {}
        }
        inner
    }

    fn outcome(&self, ast: &Ast, id: StmtId) -> Outcome {
        match ast.stmt(id) {
            Stmt::Block(list) => self.list(ast, list),
            Stmt::CaseClause { body, .. } | Stmt::CommClause { body, .. } => self.list(ast, body),
            Stmt::Labeled { stmt, .. } => self.outcomes[stmt],
            Stmt::Return(values) => {
                let failed = failure::is_returned(ast, values);
                Outcome {
                    failed,
                    returns: !failed,
                    ..Outcome::jump(0)
                }
            }
            Stmt::Branch { keyword, label } => self.branch(ast, id, keyword, label),
            Stmt::Expr(x) if ends_program(ast, x) => Outcome {
                fatal: true,
                ..Outcome::STUCK
            },
            Stmt::If { then, els, .. } => {
                let failing = failure::branch(ast, id);
                let branch = |s| Outcome {
                    returns: self.outcomes[s].returns && failing != Some(ast.stmt_span(s)),
                    ..self.outcomes[s]
                };
                branch(then).or(els.map_or(Outcome::PLAIN, branch))
            }
            Stmt::For { cond, body, .. } => self.looped(id, body, cond.is_some()),
            Stmt::Range { body, .. } => self.looped(id, body, true),
            Stmt::Switch { clauses, .. } | Stmt::TypeSwitch { clauses, .. } => {
                self.switch(ast, clauses)
            }
            Stmt::Select(clauses) => self.clauses(ast, clauses, true),
            _ => Outcome::PLAIN,
        }
    }

    fn list(&self, ast: &Ast, list: List<StmtId>) -> Outcome {
        let outcomes = ast.list(list).map(|s| self.outcomes[s]);
        outcomes
            .rev()
            .fold(Outcome::PLAIN, |rest, first| first.then(rest))
    }

    /// A loop ends where its condition may fail or something breaks out of it. A jump to the loop's own level may be a
    /// labelled `break` of it, or a `continue` of the loop around: both go on at that level.
    fn looped(&self, id: StmtId, body: StmtId, conditional: bool) -> Outcome {
        let level = self.contexts[id].level;
        let body = self.outcomes[body];
        let jumps = body.jumps.up_to(level);
        let falls = conditional || body.breaks || jumps.highest() == Some(level);
        Outcome {
            falls,
            jumps,
            breaks: false,
            fatal: !falls && body.fatal,
            failed: false,
            returns: body.returns,
        }
    }

    fn switch(&self, ast: &Ast, clauses: List<StmtId>) -> Outcome {
        let is_default = |s| {
            matches!(
                ast.stmt(s),
                Stmt::CaseClause {
                    is_default: true,
                    ..
                }
            )
        };
        let complete = ast.list(clauses).any(is_default);
        self.clauses(ast, clauses, complete)
    }

    /// One of the clauses runs, or none if they are not `complete`; a `break` ends the whole.
    fn clauses(&self, ast: &Ast, clauses: List<StmtId>, complete: bool) -> Outcome {
        let outcomes = ast.list(clauses).map(|s| self.outcomes[s]);
        let all = outcomes.reduce(Outcome::or).unwrap_or(Outcome::STUCK);
        let falls = all.falls || all.breaks || !complete;
        Outcome {
            falls,
            breaks: false,
            fatal: all.fatal && !falls,
            failed: all.failed && !falls,
            ..all
        }
    }

    fn branch(&self, ast: &Ast, id: StmtId, keyword: Kind, label: Option<ExprId>) -> Outcome {
        let context = self.contexts[id];
        let target = label.and_then(|l| self.labels.get(&(context.body, ast.name(l))));
        let to = match (keyword, target) {
            (Kind::Break, _) if label.is_none() => {
                return Outcome {
                    breaks: true,
                    ..Outcome::STUCK
                };
            }
            (Kind::Fallthrough, _) => return Outcome::PLAIN,
            (Kind::Continue, _) if label.is_none() => context.continue_level,
            (Kind::Continue, Some(l)) => Some(l.level + u32::from(l.is_loop)),
            (Kind::Break | Kind::Goto, Some(l)) => Some(l.level),
            _ => None,
        };
        // Broken code goes on where it stands.
        Outcome::jump(to.unwrap_or(context.level))
    }
}

/// Whether the expression is a call that does not return: of `panic`, `os.Exit`, `log.Fatal…`, `log.Panic…`,
/// `runtime.Goexit`, and `Fatal` of anything else that logs. Names are taken at their word: whoever shadows `panic` gets a colder place.
fn ends_program(ast: &Ast, x: ExprId) -> bool {
    let Expr::Call { fun, .. } = ast.expr(ast.unparen(x)) else {
        return false;
    };
    match ast.expr(ast.unparen(fun)) {
        Expr::Name(name) => name == sym::PANIC,
        Expr::Selector { x, sel } => {
            let package = ast.name(ast.unparen(x)).as_str();
            let name = sel.as_str();
            match package {
                "os" => name == "Exit",
                "log" => name.starts_with("Fatal") || name.starts_with("Panic"),
                "runtime" => name == "Goexit",
                _ => ["Fatal", "Fatalf", "Fatalln"].contains(&name),
            }
        }
        _ => false,
    }
}
