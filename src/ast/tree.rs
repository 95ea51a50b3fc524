//! The arenas of a tree: how nodes, lists and positions are stored, read and built.

use std::marker::PhantomData;

use super::{Comment, Decl, DeclId, Expr, ExprId, Field, FieldId, Linkname, Pragma, Stmt, StmtId};
use crate::base::index::{Idx, IndexVec};
use crate::base::source::LineDirective;
use crate::base::span::Span;
use crate::base::symbol::Symbol;

/// A run of ids in [`Ast::lists`]: the offset of its length, which the ids follow. Offset 0 is the empty list.
pub struct List<I> {
    at: u32,
    ids: PhantomData<fn(I)>,
}

impl<I> Clone for List<I> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<I> Copy for List<I> {}

impl<I> PartialEq for List<I> {
    fn eq(&self, other: &Self) -> bool {
        self.at == other.at
    }
}

impl<I> Eq for List<I> {}

impl<I> std::fmt::Debug for List<I> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "List@{}", self.at)
    }
}

impl<I> List<I> {
    /// The empty list.
    pub const EMPTY: List<I> = List {
        at: 0,
        ids: PhantomData,
    };

    /// Whether there is no element.
    pub fn is_empty(self) -> bool {
        self.at == 0
    }
}

impl<I> Default for List<I> {
    fn default() -> Self {
        Self::EMPTY
    }
}

/// Where [`Ast::lists`] holds the three parts of a slice expression.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct SliceParts(u32);

/// A node with gc's position and its end.
#[derive(Clone, Copy, Debug)]
struct Placed<T> {
    node: T,
    pos: u32,
    end: u32,
}

/// The tree of one file.
#[derive(Clone, Debug)]
pub struct Ast {
    /// The package clause's name, an [`Expr::Name`]; `None` when it is missing.
    pub package: Option<ExprId>,
    /// Top-level declarations in order.
    pub decls: Vec<DeclId>,
    /// Comments in order.
    pub comments: Vec<Comment>,
    /// `//go:linkname` directives in order.
    pub linknames: Vec<Linkname>,
    /// `//line` directives in order.
    pub line_directives: Vec<LineDirective>,
    exprs: IndexVec<ExprId, Placed<Expr>>,
    stmts: IndexVec<StmtId, Placed<Stmt>>,
    decl_nodes: IndexVec<DeclId, Decl>,
    decl_pos: IndexVec<DeclId, Span>,
    pragmas: Vec<(DeclId, Pragma)>,
    fields: IndexVec<FieldId, Field>,
    lists: Vec<u32>,
}

impl Default for Ast {
    fn default() -> Self {
        Ast {
            package: None,
            decls: Vec::new(),
            comments: Vec::new(),
            linknames: Vec::new(),
            line_directives: Vec::new(),
            exprs: IndexVec::new(),
            stmts: IndexVec::new(),
            decl_nodes: IndexVec::new(),
            decl_pos: IndexVec::new(),
            pragmas: Vec::new(),
            fields: IndexVec::new(),
            lists: vec![0],
        }
    }
}

/// Reading.
impl Ast {
    /// The expression.
    #[inline]
    pub fn expr(&self, id: ExprId) -> Expr {
        self.exprs[id].node
    }

    /// gc's position of an expression.
    #[inline]
    pub fn expr_pos(&self, id: ExprId) -> u32 {
        self.exprs[id].pos
    }

    /// Offset behind an expression's last byte.
    #[inline]
    pub fn expr_end(&self, id: ExprId) -> u32 {
        self.exprs[id].end
    }

    /// Offset of an expression's first byte.
    pub fn expr_start(&self, mut id: ExprId) -> u32 {
        loop {
            id = match self.exprs[id].node {
                Expr::CompositeLit { ty: Some(x), .. }
                | Expr::KeyValue { key: x, .. }
                | Expr::Selector { x, .. }
                | Expr::Index { x, .. }
                | Expr::Slice { x, .. }
                | Expr::Assert { x, .. }
                | Expr::TypeSwitchGuard(x)
                | Expr::Binary { x, .. }
                | Expr::Call { fun: x, .. } => x,
                _ => return self.expr_pos(id),
            }
        }
    }

    /// First to last byte of an expression.
    pub fn expr_span(&self, id: ExprId) -> Span {
        Span::new(self.expr_start(id), self.expr_end(id))
    }

    /// The name's symbol; the empty one if the expression is no name.
    #[inline]
    pub fn name(&self, id: ExprId) -> Symbol {
        match self.exprs[id].node {
            Expr::Name(symbol) => symbol,
            _ => crate::base::symbol::sym::EMPTY,
        }
    }

    /// Where the selected name of a [`Expr::Selector`] lies.
    pub fn sel_span(&self, id: ExprId) -> Span {
        let end = self.expr_end(id);
        match self.exprs[id].node {
            Expr::Selector { sel, .. } => {
                Span::new(end.saturating_sub(sel.as_str().len() as u32), end)
            }
            _ => self.expr_span(id),
        }
    }

    /// `id` without the parentheses around it.
    pub fn unparen(&self, mut id: ExprId) -> ExprId {
        while let Expr::Paren(x) = self.exprs[id].node {
            id = x;
        }
        id
    }

    /// The statement.
    #[inline]
    pub fn stmt(&self, id: StmtId) -> Stmt {
        self.stmts[id].node
    }

    /// gc's position of a statement.
    #[inline]
    pub fn stmt_pos(&self, id: StmtId) -> u32 {
        self.stmts[id].pos
    }

    /// Offset behind a statement's last byte.
    #[inline]
    pub fn stmt_end(&self, id: StmtId) -> u32 {
        self.stmts[id].end
    }

    /// Offset of a statement's first byte.
    pub fn stmt_start(&self, id: StmtId) -> u32 {
        match self.stmts[id].node {
            Stmt::Labeled { label: x, .. }
            | Stmt::Expr(x)
            | Stmt::Send { chan: x, .. }
            | Stmt::IncDec { x, .. } => self.expr_start(x),
            Stmt::Assign { lhs, .. } => self
                .list(lhs)
                .next()
                .map_or(self.stmt_pos(id), |x| self.expr_start(x)),
            _ => self.stmt_pos(id),
        }
    }

    /// First to last byte of a statement.
    pub fn stmt_span(&self, id: StmtId) -> Span {
        Span::new(self.stmt_start(id), self.stmt_end(id))
    }

    /// The declaration.
    #[inline]
    pub fn decl(&self, id: DeclId) -> Decl {
        self.decl_nodes[id]
    }

    /// First to last byte of a declaration: the spec without the keyword in groups; functions start at `func`.
    pub fn decl_span(&self, id: DeclId) -> Span {
        self.decl_pos[id]
    }

    /// The `//go:` directives above a declaration.
    pub fn pragma(&self, id: DeclId) -> Pragma {
        match self.pragmas.binary_search_by_key(&id, |p| p.0) {
            Ok(i) => self.pragmas[i].1,
            Err(_) => Pragma::default(),
        }
    }

    /// The field.
    #[inline]
    pub fn field(&self, id: FieldId) -> Field {
        self.fields[id]
    }

    /// The ids of a list. The iterator is exact and can be reversed.
    #[inline]
    pub fn list<I: ListId>(
        &self,
        list: List<I>,
    ) -> impl DoubleEndedIterator<Item = I> + ExactSizeIterator + '_ + use<'_, I> {
        let at = list.at as usize;
        let len = self.lists[at] as usize;
        self.lists[at + 1..at + 1 + len]
            .iter()
            .map(|&raw| I::from_list(raw))
    }

    /// How many ids a list has.
    #[inline]
    pub fn list_len<I>(&self, list: List<I>) -> usize {
        self.lists[list.at as usize] as usize
    }

    /// Element `i` of a list.
    #[inline]
    pub fn list_get<I: ListId>(&self, list: List<I>, i: usize) -> Option<I> {
        let at = list.at as usize;
        if i < self.lists[at] as usize {
            Some(I::from_list(self.lists[at + 1 + i]))
        } else {
            None
        }
    }

    /// Low, high and max of a slice expression.
    pub fn slice_parts(&self, parts: SliceParts) -> [Option<ExprId>; 3] {
        let at = parts.0 as usize;
        [0, 1, 2].map(|i| ExprId::from_raw(self.lists[at + i]))
    }

    /// How many expressions there are: the length of a side table by [`ExprId`].
    pub fn expr_count(&self) -> usize {
        self.exprs.len()
    }

    /// How many statements there are.
    pub fn stmt_count(&self) -> usize {
        self.stmts.len()
    }

    /// How many declarations there are, local ones included.
    pub fn decl_count(&self) -> usize {
        self.decl_nodes.len()
    }

    /// How many fields there are.
    pub fn field_count(&self) -> usize {
        self.fields.len()
    }

    /// All expression ids, children before parents.
    pub fn expr_ids(&self) -> impl DoubleEndedIterator<Item = ExprId> + ExactSizeIterator + use<> {
        self.exprs.ids()
    }

    /// All statement ids, children before parents.
    pub fn stmt_ids(&self) -> impl DoubleEndedIterator<Item = StmtId> + ExactSizeIterator + use<> {
        self.stmts.ids()
    }

    /// All declaration ids, local ones included.
    pub fn decl_ids(&self) -> impl DoubleEndedIterator<Item = DeclId> + ExactSizeIterator + use<> {
        self.decl_nodes.ids()
    }

    /// Bytes that the tree holds on the heap.
    pub fn heap_size(&self) -> usize {
        self.exprs.heap_size()
            + self.stmts.heap_size()
            + self.decl_nodes.heap_size()
            + self.decl_pos.heap_size()
            + self.fields.heap_size()
            + self.lists.capacity() * size_of::<u32>()
            + self.comments.capacity() * size_of::<Comment>()
            + self.decls.capacity() * size_of::<DeclId>()
            + self.pragmas.capacity() * size_of::<(DeclId, Pragma)>()
    }
}

/// Building: for the parser.
impl Ast {
    /// An empty tree with room for what so many tokens usually become.
    pub fn with_capacity(tokens: usize) -> Ast {
        Ast {
            exprs: IndexVec::with_capacity(tokens * 5 / 8 + 16),
            stmts: IndexVec::with_capacity(tokens / 8 + 16),
            fields: IndexVec::with_capacity(tokens / 32 + 16),
            lists: {
                let mut lists = Vec::with_capacity(tokens / 2 + 16);
                lists.push(0);
                lists
            },
            ..Ast::default()
        }
    }

    /// Adds an expression.
    #[inline]
    pub fn add_expr(&mut self, expr: Expr, pos: u32, end: u32) -> ExprId {
        self.exprs.push(Placed {
            node: expr,
            pos,
            end,
        })
    }

    /// Adds a statement.
    #[inline]
    pub fn add_stmt(&mut self, stmt: Stmt, pos: u32, end: u32) -> StmtId {
        self.stmts.push(Placed {
            node: stmt,
            pos,
            end,
        })
    }

    /// Adds a declaration.
    pub fn add_decl(&mut self, decl: Decl, span: Span, pragma: Pragma) -> DeclId {
        self.decl_pos.push(span);
        let id = self.decl_nodes.push(decl);
        if pragma != Pragma::default() {
            self.pragmas.push((id, pragma));
        }
        id
    }

    /// Adds a field.
    #[inline]
    pub fn add_field(&mut self, field: Field) -> FieldId {
        self.fields.push(field)
    }

    /// Adds a list of `ids`.
    #[inline]
    pub fn add_list<I: ListId>(&mut self, ids: &[I]) -> List<I> {
        if ids.is_empty() {
            return List::EMPTY;
        }
        let at = self.lists.len() as u32;
        self.lists.push(ids.len() as u32);
        self.lists.extend(ids.iter().map(|id| id.to_list()));
        List {
            at,
            ids: PhantomData,
        }
    }

    /// Adds a list of packed ids, as [`ListId::to_list`] gives them.
    #[inline]
    pub fn add_raw_list<I: ListId>(&mut self, raw: &[u32]) -> List<I> {
        if raw.is_empty() {
            return List::EMPTY;
        }
        let at = self.lists.len() as u32;
        self.lists.push(raw.len() as u32);
        self.lists.extend_from_slice(raw);
        List {
            at,
            ids: PhantomData,
        }
    }

    /// Adds the three parts of a slice expression.
    pub fn add_slice_parts(&mut self, parts: [Option<ExprId>; 3]) -> SliceParts {
        let at = self.lists.len() as u32;
        self.lists
            .extend(parts.map(|p| p.map_or(0, ExprId::to_raw)));
        SliceParts(at)
    }

    /// Turns a node into another one: for the few places where the grammar learns late what it has parsed.
    pub fn replace_expr(&mut self, id: ExprId, expr: Expr) {
        self.exprs[id].node = expr;
    }

    /// Moves gc's position of an expression, likewise.
    pub fn set_expr_pos(&mut self, id: ExprId, pos: u32) {
        self.exprs[id].pos = pos;
    }

    /// Moves the end of a statement, likewise.
    pub fn set_stmt_end(&mut self, id: StmtId, end: u32) {
        self.stmts[id].end = end;
    }

    /// Gives back unused capacity.
    pub fn shrink_to_fit(&mut self) {
        self.exprs.shrink_to_fit();
        self.stmts.shrink_to_fit();
        self.decl_nodes.shrink_to_fit();
        self.decl_pos.shrink_to_fit();
        self.fields.shrink_to_fit();
        self.lists.shrink_to_fit();
        self.comments.shrink_to_fit();
        self.decls.shrink_to_fit();
    }
}

/// An id that can stand in a [`List`].
pub trait ListId: Idx {
    /// Reads the packed form.
    fn from_list(raw: u32) -> Self;
    /// The packed form.
    fn to_list(self) -> u32;
}

macro_rules! list_ids {
    ($($id:ident),*) => {$(
        impl ListId for $id {
            #[inline]
            fn from_list(raw: u32) -> Self {
                <$id as Idx>::from_usize(raw as usize)
            }

            #[inline]
            fn to_list(self) -> u32 {
                Idx::index(self) as u32
            }
        }
    )*};
}

list_ids!(ExprId, StmtId, DeclId, FieldId);
