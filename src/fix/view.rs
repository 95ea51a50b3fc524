//! A typed file as rewrites look at it: who is whose parent, what a name stands for, how lines are written.

use std::cell::OnceCell;
use std::sync::Arc;

use rustc_hash::FxHashSet;

use super::{Refusal, imports};
use crate::ast::visit::{self, Node};
use crate::ast::{Ast, Decl, DeclId, Expr, ExprId, Stmt, StmtId};
use crate::base::index::IndexVec;
use crate::base::span::Span;
use crate::base::symbol::Symbol;
use crate::edit::{Edit, ImportPlan};
use crate::types::builtin::BuiltinId;
use crate::types::info::FileInfo;
use crate::types::object::{Obj, ObjKind, VarKind};
use crate::types::operand::Mode;
use crate::types::package::Pkg;
use crate::types::sizes::Sizes;
use crate::types::ty::Ty;

/// A file and what checking found out about it, of a package without mistakes.
#[derive(Clone, Copy)]
pub struct Typed<'f> {
    /// Its bytes.
    pub src: &'f [u8],
    /// Its tree.
    pub ast: &'f Ast,
    /// Its types and objects.
    pub info: &'f FileInfo,
    /// The package that it belongs to.
    pub pkg: Pkg,
    /// The target's sizes.
    pub sizes: Sizes,
}

/// [`Typed`] with what rewrites ask again and again.
pub struct View<'f> {
    pub(super) file: Typed<'f>,
    exprs: IndexVec<ExprId, Option<Node>>,
    stmts: IndexVec<StmtId, Option<Node>>,
    decls: IndexVec<DeclId, Option<Node>>,
    names: OnceCell<FxHashSet<Symbol>>,
    imports: OnceCell<Result<Arc<ImportPlan>, Refusal>>,
}

/// Statements that run one after the other, and which of them one is.
pub(super) struct Row {
    /// The statements of a block or clause.
    pub(super) stmts: Vec<StmtId>,
    /// The index of the one asked about.
    pub(super) at: usize,
}

impl<'f> View<'f> {
    /// Looks at `file`.
    pub fn new(file: Typed<'f>) -> View<'f> {
        let ast = file.ast;
        let mut view = View {
            file,
            exprs: IndexVec::from_elem(None, ast.expr_count()),
            stmts: IndexVec::from_elem(None, ast.stmt_count()),
            decls: IndexVec::from_elem(None, ast.decl_count()),
            names: OnceCell::new(),
            imports: OnceCell::new(),
        };
        for &decl in &ast.decls {
            visit::walk(ast, Node::Decl(decl), |parent| view.adopt(parent));
        }
        view
    }

    fn adopt(&mut self, parent: Node) {
        visit::children(self.file.ast, parent, &mut |child| match child {
            Node::Expr(id) => self.exprs[id] = Some(parent),
            Node::Stmt(id) => self.stmts[id] = Some(parent),
            Node::Decl(id) => self.decls[id] = Some(parent),
            Node::Field(_) => {}
        });
    }

    pub(super) fn ast(&self) -> &'f Ast {
        self.file.ast
    }

    /// The node that `node` is a direct part of.
    pub(super) fn parent(&self, node: Node) -> Option<Node> {
        match node {
            Node::Expr(id) => self.exprs[id],
            Node::Stmt(id) => self.stmts[id],
            Node::Decl(id) => self.decls[id],
            Node::Field(_) => None,
        }
    }

    /// The nodes around `node`, innermost first.
    pub(super) fn around(&self, node: Node) -> impl Iterator<Item = Node> + '_ {
        std::iter::successors(self.parent(node), |&n| self.parent(n))
    }

    /// The innermost statement around an expression.
    pub(super) fn stmt_of(&self, expr: ExprId) -> Option<StmtId> {
        self.around(Node::Expr(expr)).find_map(|n| match n {
            Node::Stmt(id) => Some(id),
            _ => None,
        })
    }

    /// The function literal or declaration around `node`.
    pub(super) fn function_of(&self, node: Node) -> Option<Node> {
        self.around(node).find(|&n| match n {
            Node::Expr(id) => matches!(self.ast().expr(id), Expr::FuncLit { .. }),
            Node::Decl(id) => matches!(self.ast().decl(id), Decl::Func { .. }),
            _ => false,
        })
    }

    /// The declared function around `node`.
    pub(super) fn declared_function(&self, node: Node) -> Option<DeclId> {
        self.around(node).find_map(|n| match n {
            Node::Decl(id) if matches!(self.ast().decl(id), Decl::Func { .. }) => Some(id),
            _ => None,
        })
    }

    /// The statements among which `stmt` stands, if it stands right in a block or clause.
    pub(super) fn row(&self, stmt: StmtId) -> Option<Row> {
        let Some(Node::Stmt(parent)) = self.parent(Node::Stmt(stmt)) else {
            return None;
        };
        let list = match self.ast().stmt(parent) {
            Stmt::Block(list) => list,
            Stmt::CaseClause { body, .. } | Stmt::CommClause { body, .. } => body,
            _ => return None,
        };
        let stmts: Vec<StmtId> = self.ast().list(list).collect();
        let at = stmts.iter().position(|&s| s == stmt)?;
        Some(Row { stmts, at })
    }

    /// The expressions at gc's position `pos`.
    pub(super) fn at(&self, pos: u32) -> impl Iterator<Item = ExprId> + '_ {
        let ast = self.ast();
        ast.expr_ids().filter(move |&e| ast.expr_pos(e) == pos)
    }

    /// The call of `builtin` at gc's position `pos`, with its arguments and whether the last one is spread.
    pub(super) fn builtin_at(
        &self,
        pos: u32,
        builtin: BuiltinId,
    ) -> Option<(ExprId, Vec<ExprId>, bool)> {
        self.at(pos).find_map(|call| {
            let (args, spread) = self.builtin_call(call, builtin)?;
            Some((call, args, spread))
        })
    }

    /// The arguments of `call` if it is one of `builtin`, and whether the last one is spread.
    pub(super) fn builtin_call(
        &self,
        call: ExprId,
        builtin: BuiltinId,
    ) -> Option<(Vec<ExprId>, bool)> {
        let (fun, args, spread) = self.call(call)?;
        let object = self.object(self.ast().unparen(fun))?;
        let is_it = matches!(object.kind, ObjKind::Builtin(id) if id == builtin);
        is_it.then_some((args, spread))
    }

    /// Callee, arguments and spread of a call or conversion.
    pub(super) fn call(&self, call: ExprId) -> Option<(ExprId, Vec<ExprId>, bool)> {
        match self.ast().expr(call) {
            Expr::Call { fun, args, spread } => {
                Some((fun, self.ast().list(args).collect(), spread))
            }
            _ => None,
        }
    }

    /// Whether `call` converts to a type, or calls a builtin: nothing of the program's runs.
    pub(super) fn is_harmless_call(&self, call: ExprId) -> bool {
        self.call(call).is_some_and(|(fun, ..)| {
            matches!(
                self.file.info.exprs[fun].mode,
                Mode::TypeExpr | Mode::Builtin
            )
        })
    }

    /// What a name or selector stands for.
    pub(super) fn object(&self, expr: ExprId) -> Option<Obj> {
        self.file.info.object(expr)
    }

    /// The type of an expression.
    pub(super) fn ty(&self, expr: ExprId) -> Option<Ty> {
        self.file.info.type_of(expr)
    }

    /// The value of an integer constant that is not negative.
    pub(super) fn constant(&self, expr: ExprId) -> Option<u64> {
        self.file.info.const_value(expr)?.as_u64()
    }

    /// The variable that a name stands for, if it is declared in a function: local, parameter or receiver.
    pub(super) fn local(&self, expr: ExprId) -> Option<Obj> {
        let object = self.object(expr)?;
        let kind = object.as_var()?.kind;
        let local = !matches!(kind, VarKind::Package | VarKind::Field);
        (local && matches!(self.ast().expr(expr), Expr::Name(_))).then_some(object)
    }

    /// All names that stand for `object`, its declaration included.
    pub(super) fn uses(&self, object: Obj) -> impl Iterator<Item = ExprId> + '_ {
        let ast = self.ast();
        ast.expr_ids().filter(move |&e| {
            matches!(ast.expr(e), Expr::Name(_)) && self.object(e) == Some(object)
        })
    }

    /// Whether a local variable is set once, where it is declared, and nothing can set it behind the scenes.
    pub(super) fn is_settled(&self, object: Obj) -> bool {
        let is_result = object.as_var().is_none_or(|v| v.kind == VarKind::Result);
        !is_result
            && !self.uses(object).any(|name| {
                let declares = object
                    .pos
                    .is_some_and(|p| p.offset == self.ast().expr_pos(name));
                !declares && self.may_set(name)
            })
    }

    /// Whether the code around a variable's name assigns to it or takes its address.
    pub(super) fn may_set(&self, name: ExprId) -> bool {
        // The address of a part is enough, and so is a method that takes the address by itself.
        let mut part = name;
        loop {
            let Some(parent) = self.parent(Node::Expr(part)) else {
                return false;
            };
            match parent {
                Node::Expr(x) => match self.ast().expr(x) {
                    Expr::Unary { op, .. } => return op == crate::lex::token::Kind::And,
                    Expr::Paren(_) => part = x,
                    Expr::Selector { .. } if !self.is_reference(part) => part = x,
                    Expr::Index { x: base, .. } if base == part && self.is_array(part) => part = x,
                    Expr::Slice { x: base, .. } => return base == part && self.is_array(part),
                    Expr::Call { fun, .. } if fun == part => return self.is_method(part),
                    _ => return self.is_method(part),
                },
                Node::Stmt(stmt) => return self.sets(stmt, part),
                _ => return false,
            }
        }
    }

    fn sets(&self, stmt: StmtId, part: ExprId) -> bool {
        match self.ast().stmt(stmt) {
            Stmt::Assign { lhs, .. } | Stmt::Range { lhs, .. } => {
                self.ast().list(lhs).any(|x| x == part)
            }
            Stmt::IncDec { .. } => true,
            _ => false,
        }
    }

    fn is_array(&self, expr: ExprId) -> bool {
        let ty = self.ty(expr).map(Ty::under);
        ty.is_some_and(|t| matches!(t.kind(), crate::types::ty::TyKind::Array { .. }))
    }

    /// Whether what is selected from `expr` lies behind a pointer or the like.
    fn is_reference(&self, expr: ExprId) -> bool {
        let ty = self.ty(expr);
        ty.is_none_or(|t| t.under_pointer().is_some())
    }

    /// Whether `expr` is a selected method, which may have a pointer receiver.
    fn is_method(&self, expr: ExprId) -> bool {
        let selected = self.object(expr);
        selected.is_some_and(|o| o.as_func().is_some())
    }

    /// The package that a name stands for.
    pub(super) fn package(&self, name: ExprId) -> Option<Pkg> {
        match self.object(name)?.kind {
            ObjKind::PkgName(pkg) => Some(pkg),
            _ => None,
        }
    }

    /// Whether the file imports `path`.
    pub(super) fn imports(&self, path: &str) -> bool {
        let ast = self.ast();
        ast.decls.iter().any(|&decl| match ast.decl(decl) {
            Decl::Import { path: literal, .. } => {
                self.text(ast.expr_span(literal)).trim_matches(['"', '`']) == path
            }
            _ => false,
        })
    }

    /// The edits of imports for `fmt` and `strconv`, found once a file.
    pub(super) fn import_plan(&self) -> Result<Arc<ImportPlan>, Refusal> {
        let plan = || imports::plan(self).map(Arc::new);
        self.imports.get_or_init(plan).clone()
    }

    /// Whether `name` means what it means to all of Go, everywhere in the file.
    pub(super) fn is_predeclared(&self, name: &str) -> bool {
        let name = Symbol::intern(name);
        let ast = self.ast();
        self.file.pkg.lookup(name).is_none()
            && !ast.expr_ids().any(|e| {
                matches!(ast.expr(e), Expr::Name(n) if n == name)
                    && self.object(e).is_some_and(|o| o.pkg.is_some())
            })
    }

    /// A name that nothing in sight has, made of `wish`.
    pub(super) fn fresh(&self, wish: &str) -> String {
        let names = self.names.get_or_init(|| self.names());
        let taken = |name: &str| {
            let symbol = Symbol::intern(name);
            names.contains(&symbol) || self.file.pkg.lookup(symbol).is_some()
        };
        let numbered = (2..).map(|n| format!("{wish}{n}"));
        let mut names = std::iter::once(wish.to_owned()).chain(numbered);
        names.find(|n| !taken(n)).unwrap_or_default()
    }

    fn names(&self) -> FxHashSet<Symbol> {
        let names = self.ast().expr_ids().map(|e| self.ast().name(e));
        names.collect()
    }

    /// Source text.
    pub(super) fn text(&self, span: Span) -> &'f str {
        std::str::from_utf8(span.text(self.file.src)).unwrap_or_default()
    }

    /// The source text of an expression.
    pub(super) fn expr_text(&self, expr: ExprId) -> &'f str {
        self.text(self.ast().expr_span(expr))
    }

    /// How lines end.
    pub(super) fn newline(&self) -> &'static str {
        let first = memchr::memchr(b'\n', self.file.src);
        match first.and_then(|i| i.checked_sub(1)) {
            Some(before) if self.file.src[before] == b'\r' => "\r\n",
            _ => "\n",
        }
    }

    /// The white space before `offset`, if it is the first thing on its line.
    pub(super) fn indent(&self, offset: u32) -> Option<&'f str> {
        let before = self.file.src.get(..offset as usize)?;
        let start = memchr::memrchr(b'\n', before).map_or(0, |i| i + 1);
        let indent = self.text(Span::new(start as u32, offset));
        let blank = indent.len() == before.len() - start && indent.trim().is_empty();
        blank.then_some(indent)
    }

    /// Fails if one of `edits` would take out a comment.
    pub(super) fn keep_comments(&self, edits: &[Edit]) -> Result<(), Refusal> {
        let lost = |edit: &Edit| {
            let touches = |c: Span| c.start < edit.span.end && edit.span.start < c.end;
            self.ast().comments.iter().any(|c| touches(c.span))
        };
        if edits.iter().any(lost) {
            return Err(Refusal("a comment stands in the code to be rewritten"));
        }
        Ok(())
    }
}
