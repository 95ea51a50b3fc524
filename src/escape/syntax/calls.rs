//! Function literals, and what `go` and `defer` make of their calls.

use super::names::is_universal;
use super::{Finder, decided};
use crate::ast::visit::{Node, walk};
use crate::ast::{CallKind, Expr, ExprId, List, StmtId};
use crate::base::span::Span;
use crate::base::symbol::{Symbol, sym};
use crate::site::{Cost, Reason, Site, SiteKind, Verdict};

/// How a function literal is used, where syntax shows it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Use {
    /// Called where it stands.
    Called,
    /// The whole call of a `go` or `defer`: the literal itself is what they keep.
    Started(CallKind),
    /// Called by the closure that a `go` or `defer` makes around it.
    Wrapped,
    /// Stored for good, for this reason.
    Kept(Reason),
}

impl Finder<'_> {
    /// A function literal. Its user has been seen before it.
    pub(super) fn literal(&mut self, id: ExprId) {
        let ast = self.input.ast;
        let span = ast.expr_span(id);
        let site = Site {
            expr: "func literal".to_owned(),
            ..self.site(SiteKind::Closure, span, ast.expr_pos(id))
        };
        let in_code = span.start < self.code_until;
        let site = match self.uses.get(&id).copied().filter(|_| in_code) {
            Some(Use::Called) => on_stack(site),
            Some(Use::Kept(reason)) => decided(site, Some(reason), super::FLOW),
            Some(Use::Started(CallKind::Go)) => decided(site, Some(Reason::Goroutine), super::FLOW),
            Some(Use::Started(CallKind::Defer)) => self.deferred(site, span.start),
            Some(Use::Wrapped) | None => decided(site, None, super::FLOW),
        };
        let captures = self.captures(id);
        self.found.push(with_cost(site, captures));
    }

    /// `go f(x)`, `defer f(x)`: unless the call is one of a literal without parameters and results, they make a closure
    /// that holds the function and the arguments.
    pub(super) fn started(&mut self, stmt: StmtId, kind: CallKind, call: ExprId) {
        let ast = self.input.ast;
        let Expr::Call { fun, args, .. } = ast.expr(ast.unparen(call)) else {
            return;
        };
        let fun = ast.unparen(fun);
        if self.is_plain_literal(fun) && args.is_empty() {
            self.uses.insert(fun, Use::Started(kind));
            return;
        }
        if matches!(ast.expr(fun), Expr::FuncLit { .. }) {
            self.uses.insert(fun, Use::Wrapped);
        }
        let site_kind = match kind {
            CallKind::Go => SiteKind::Go,
            CallKind::Defer => SiteKind::Defer,
        };
        let span = ast.stmt_span(stmt);
        let site = Site {
            callee: self.callee(fun),
            ..self.site(site_kind, span, span.start)
        };
        let site = match kind {
            CallKind::Go => decided(site, Some(Reason::Goroutine), super::FLOW),
            CallKind::Defer => self.deferred(site, span.start),
        };
        let record = self.record(fun, args);
        self.found.push(with_cost(site, record));
    }

    /// What is deferred is on the heap if its statement is in a loop, as the compiler counts loops.
    fn deferred(&self, site: Site, at: u32) -> Site {
        if !self.input.heat.loops_at(at).is_empty() {
            return decided(site, Some(Reason::DeferInLoop), super::FLOW);
        }
        if self.names.has_goto {
            decided(site, None, "whether a goto makes a loop")
        } else {
            on_stack(site)
        }
    }

    /// Whether `fun` is a literal without parameters and results.
    fn is_plain_literal(&self, fun: ExprId) -> bool {
        let ast = self.input.ast;
        match ast.expr(fun) {
            Expr::FuncLit { ty, .. } => matches!(
                ast.expr(ty),
                Expr::FuncType { params, results } if params.is_empty() && results.is_empty()
            ),
            _ => false,
        }
    }

    fn callee(&self, fun: ExprId) -> String {
        match self.input.ast.expr(fun) {
            Expr::FuncLit { .. } => "func literal".to_owned(),
            _ => self.text(self.input.ast.expr_span(fun)),
        }
    }

    /// Whether the closure around a call has anything to hold; `None` if that is not known.
    fn record(&self, fun: ExprId, args: List<ExprId>) -> Option<bool> {
        let ast = self.input.ast;
        if ast.list(args).any(|x| self.reader.is_runtime(x)) {
            return Some(true);
        }
        let constant = |x| matches!(ast.expr(ast.unparen(x)), Expr::BasicLit(_));
        let held = match ast.expr(fun) {
            Expr::FuncLit { .. } => self.captures(fun),
            Expr::Name(name) if self.names.is_function(name) => Some(false),
            Expr::Name(name) if self.names.is_local(name) => Some(true),
            Expr::Selector { x, .. } if self.is_local_chain(x) => Some(true),
            _ => None,
        };
        match held {
            Some(false) if !ast.list(args).all(constant) => None,
            held => held,
        }
    }

    /// Whether `x` is a local variable or a field of one, to any depth.
    fn is_local_chain(&self, mut x: ExprId) -> bool {
        loop {
            x = match self.input.ast.expr(self.input.ast.unparen(x)) {
                Expr::Selector { x, .. } => x,
                Expr::Name(name) => return self.names.is_local(name),
                _ => return false,
            };
        }
    }

    /// Whether a function literal uses variables of the function around it; `None` if that is not known.
    fn captures(&self, literal: ExprId) -> Option<bool> {
        let ast = self.input.ast;
        let Expr::FuncLit { body, .. } = ast.expr(literal) else {
            return None;
        };
        let span = ast.expr_span(literal);
        let (mut sure, mut unsure, mut key_before) = (false, false, None);
        walk(ast, Node::Stmt(body), |node| {
            let Node::Expr(id) = node else { return };
            match ast.expr(id) {
                // The key of a literal may be a field's name: it proves nothing. It follows its pair in the walk.
                Expr::KeyValue { key, .. } => key_before = Some(key),
                Expr::Name(name) => match self.is_captured(name, span) {
                    Some(false) => {}
                    Some(true) if key_before != Some(id) => sure = true,
                    _ => unsure = true,
                },
                _ => {}
            }
        });
        if sure || !unsure { Some(sure) } else { None }
    }

    /// Whether a use of `name` inside of the literal `span` is one of a variable outside of it.
    fn is_captured(&self, name: Symbol, span: Span) -> Option<bool> {
        match self.names.declared(name, span) {
            _ if name == sym::BLANK => Some(false),
            (_, false) => Some(false),
            (false, true) if self.names.is_local(name) && !is_universal(name) => Some(true),
            _ => None,
        }
    }
}

fn on_stack(site: Site) -> Site {
    Site {
        verdict: Verdict::Stack,
        cost: Cost::Never,
        ..site
    }
}

/// The cost of a closure: an object each time if it is on the heap and holds anything, else nothing.
fn with_cost(site: Site, holds: Option<bool>) -> Site {
    let cost = match (&site.verdict, holds) {
        (Verdict::Stack, _) | (Verdict::Heap(_), Some(false)) => Cost::Never,
        (Verdict::Heap(_), Some(true)) => Cost::Always,
        _ => Cost::Unknown,
    };
    Site { cost, ..site }
}
