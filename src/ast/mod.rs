//! The tree of one file: nodes in arenas, referred to by four-byte ids.
//!
//! # Words
//!
//! | word | meaning |
//! | --- | --- |
//! | node | a [`Expr`], [`Stmt`], [`Decl`] or [`Field`]; small, `Copy`, in an arena of its [`Ast`] |
//! | id | [`ExprId`], [`StmtId`], [`DeclId`], [`FieldId`]: where a node lies; later stages key side tables by it |
//! | list | [`List<Id>`]: a run of ids in one packed array; the empty list is free |
//! | pos | gc's position of a node: the byte offset its messages point to, which is often not its first byte |
//!
//! Types are expressions, as in the compiler's own syntax trees, because Go's grammar cannot tell them apart before names
//! are resolved: `a[i](x)` may be a call of an element or a conversion to an instantiated type.
//!
//! # Positions
//!
//! | node | `pos` |
//! | --- | --- |
//! | name, literal, type literal | first byte |
//! | selector, assertion | the `.` |
//! | index, slice expression | the `[` |
//! | call | the `(` |
//! | composite literal | the `{` |
//! | unary, binary, assignment, send | the operator |
//! | statement with a keyword | the keyword |
//! | key-value | the `:` |
//!
//! `end` is the offset behind the node's last byte. The first byte is [`Ast::expr_start`]: it walks down the left
//! spine, in a loop.
//!
//! # Invariants
//!
//! - Children have smaller ids than their parents, within one arena; nodes are never changed once the parser is done.
//! - An id is only meaningful in the [`Ast`] that made it.
//! - The tree may be very deep along left spines (`a + a + …`, `x.f().g()…`) and never deeper than
//!   [`MAX_NESTING`](crate::parse::MAX_NESTING) otherwise. Walkers loop along left spines.
//! - Broken code gives [`Expr::Bad`], [`Stmt::Bad`] and fewer nodes, never a node that breaks these rules.

pub mod dump;
pub mod visit;

use std::marker::PhantomData;

use crate::base::index::{Idx, IndexVec};
use crate::base::source::LineDirective;
use crate::base::span::Span;
use crate::base::symbol::Symbol;
use crate::lex::token::Kind;

crate::newtype_index! {
    /// An expression or type.
    ExprId
}
crate::newtype_index! {
    /// A statement.
    StmtId
}
crate::newtype_index! {
    /// A declaration: one spec of an `import`, `const`, `var` or `type` declaration, or a function.
    DeclId
}
crate::newtype_index! {
    /// A struct field, interface element, parameter, result or type parameter.
    FieldId
}

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

/// The direction of a channel type.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum ChanDir {
    /// `chan T`
    Both,
    /// `chan<- T`
    Send,
    /// `<-chan T`
    Recv,
}

/// An expression or a type.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Expr {
    /// Something that did not parse; reported.
    Bad,
    /// An identifier: a use, or the name that a declaration declares.
    Name(Symbol),
    /// A literal; its text is the node's source text.
    BasicLit(Kind),
    /// `T{…}`; no type for the inner literals of `[]T{{…}}`. Elements may be [`Expr::KeyValue`].
    CompositeLit {
        /// The type before the brace.
        ty: Option<ExprId>,
        /// The elements.
        elems: List<ExprId>,
    },
    /// `key: value` in a composite literal.
    KeyValue {
        /// Before the colon.
        key: ExprId,
        /// Behind it.
        value: ExprId,
    },
    /// `func(…) … { … }`; `ty` is an [`Expr::FuncType`], `body` a [`Stmt::Block`].
    FuncLit {
        /// The signature.
        ty: ExprId,
        /// The body.
        body: StmtId,
    },
    /// `(x)`
    Paren(ExprId),
    /// `x.sel`; the selected name starts at `end - sel.len()`.
    Selector {
        /// Before the dot.
        x: ExprId,
        /// The selected name.
        sel: Symbol,
    },
    /// `x[i]`, `f[T1, T2]`: an element or an instantiation; the checker decides.
    Index {
        /// Before the bracket.
        x: ExprId,
        /// One or more.
        indices: List<ExprId>,
    },
    /// `x[lo:hi]`, `x[lo:hi:max]`; the list has one entry for each of the three, `0` where absent: see
    /// [`Ast::slice_parts`].
    Slice {
        /// Before the bracket.
        x: ExprId,
        /// Raw ids of low, high and max.
        parts: SliceParts,
    },
    /// `x.(T)`
    Assert {
        /// The interface value.
        x: ExprId,
        /// The asserted type.
        ty: ExprId,
    },
    /// `x.(type)`, only in the guard of a type switch (misuse is reported by the parser).
    TypeSwitchGuard(ExprId),
    /// `-x`, `!x`, `^x`, `+x`, `&x`, `<-x`, and `~T` in constraints.
    Unary {
        /// The operator.
        op: Kind,
        /// The operand.
        x: ExprId,
    },
    /// `*x`: a dereference or a pointer type.
    Star(ExprId),
    /// `x op y`
    Binary {
        /// The operator.
        op: Kind,
        /// Left.
        x: ExprId,
        /// Right.
        y: ExprId,
    },
    /// `f(args)`, `f(args...)`; conversions and builtins too.
    Call {
        /// The callee or type.
        fun: ExprId,
        /// The arguments.
        args: List<ExprId>,
        /// Whether the last argument is followed by `...`.
        spread: bool,
    },
    /// `[N]T`, `[...]T`
    ArrayType {
        /// The length; `None` for `...`.
        len: Option<ExprId>,
        /// The element type.
        elem: ExprId,
    },
    /// `[]T`
    SliceType(ExprId),
    /// `...T` as the type of a last parameter.
    DotsType(ExprId),
    /// `struct { … }`
    StructType(List<FieldId>),
    /// `interface { … }`: fields with a name are methods, others are embedded elements.
    InterfaceType(List<FieldId>),
    /// `func(params) results`
    FuncType {
        /// Parameters in order; `a, b int` are two fields that share the type's id.
        params: List<FieldId>,
        /// Results.
        results: List<FieldId>,
    },
    /// `map[K]V`
    MapType {
        /// The key type.
        key: ExprId,
        /// The value type.
        value: ExprId,
    },
    /// `chan T`, `chan<- T`, `<-chan T`
    ChanType {
        /// The direction.
        dir: ChanDir,
        /// The element type.
        elem: ExprId,
    },
}

/// Where [`Ast::lists`] holds the three parts of a slice expression.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct SliceParts(u32);

/// What a `go` or `defer` statement is.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum CallKind {
    /// `go f()`
    Go,
    /// `defer f()`
    Defer,
}

/// A statement.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Stmt {
    /// Something that did not parse; reported.
    Bad,
    /// Nothing between two semicolons.
    Empty,
    /// `label: stmt`
    Labeled {
        /// An [`Expr::Name`].
        label: ExprId,
        /// What it labels.
        stmt: StmtId,
    },
    /// `{ … }`; `end - 1` is the closing brace.
    Block(List<StmtId>),
    /// An expression as a statement.
    Expr(ExprId),
    /// `chan <- value`
    Send {
        /// The channel.
        chan: ExprId,
        /// What is sent.
        value: ExprId,
    },
    /// `var`, `const` or `type` declarations inside a function.
    Decl(List<DeclId>),
    /// `lhs = rhs`, `lhs := rhs` (op [`Kind::Assign`] or [`Kind::Define`]), `x op= y` (op e.g. [`Kind::AddAssign`]).
    Assign {
        /// The operator.
        op: Kind,
        /// Left of it.
        lhs: List<ExprId>,
        /// Right of it.
        rhs: List<ExprId>,
    },
    /// `x++`, `x--` (op [`Kind::Inc`] or [`Kind::Dec`]).
    IncDec {
        /// The operator.
        op: Kind,
        /// What it changes.
        x: ExprId,
    },
    /// `break`, `continue`, `goto`, `fallthrough`.
    Branch {
        /// The keyword.
        keyword: Kind,
        /// An [`Expr::Name`].
        label: Option<ExprId>,
    },
    /// `go f()`, `defer f()`; the call is any expression when the code is wrong.
    Call {
        /// Which of the two.
        kind: CallKind,
        /// The call.
        call: ExprId,
    },
    /// `return results`
    Return(List<ExprId>),
    /// `if init; cond { then } else { els }`; `els` is a block or another `if`.
    If {
        /// The simple statement before the condition.
        init: Option<StmtId>,
        /// The condition; [`Expr::Bad`] where it is missing.
        cond: ExprId,
        /// A [`Stmt::Block`].
        then: StmtId,
        /// A [`Stmt::Block`] or [`Stmt::If`].
        els: Option<StmtId>,
    },
    /// `for init; cond; post { body }`
    For {
        /// Before the first semicolon.
        init: Option<StmtId>,
        /// The condition.
        cond: Option<ExprId>,
        /// Behind the second semicolon.
        post: Option<StmtId>,
        /// A [`Stmt::Block`].
        body: StmtId,
    },
    /// `for lhs := range x { body }`
    Range {
        /// Key and value; none for `for range x`.
        lhs: List<ExprId>,
        /// Whether `:=` declares them.
        define: bool,
        /// What is ranged over.
        x: ExprId,
        /// A [`Stmt::Block`].
        body: StmtId,
    },
    /// `switch init; tag { clauses }`
    Switch {
        /// The simple statement before the tag.
        init: Option<StmtId>,
        /// The tag.
        tag: Option<ExprId>,
        /// [`Stmt::CaseClause`]s.
        clauses: List<StmtId>,
    },
    /// `switch init; name := x.(type) { clauses }`
    TypeSwitch {
        /// The simple statement before the guard.
        init: Option<StmtId>,
        /// The variable, an [`Expr::Name`].
        name: Option<ExprId>,
        /// An [`Expr::TypeSwitchGuard`].
        guard: ExprId,
        /// [`Stmt::CaseClause`]s.
        clauses: List<StmtId>,
    },
    /// `select { clauses }`, of [`Stmt::CommClause`]s.
    Select(List<StmtId>),
    /// `case exprs:` or `default:` (no expressions) with its body; only in switches.
    CaseClause {
        /// The expressions or types.
        exprs: List<ExprId>,
        /// Whether this is `default`.
        is_default: bool,
        /// The statements.
        body: List<StmtId>,
    },
    /// `case comm:` or `default:` (no statement) with its body; only in `select`.
    CommClause {
        /// A send, an expression or an assignment.
        comm: Option<StmtId>,
        /// The statements.
        body: List<StmtId>,
    },
}

/// A struct field, interface element, parameter, result, receiver or type parameter.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Field {
    /// An [`Expr::Name`]; `None` for embedded fields and elements, and for unnamed parameters and results.
    pub name: Option<ExprId>,
    /// The type; for an interface method an [`Expr::FuncType`]; for a type parameter its constraint.
    pub ty: ExprId,
    /// The tag of a struct field, an [`Expr::BasicLit`].
    pub tag: Option<ExprId>,
}

/// `//go:` directives above a function or type, as bits.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub struct Pragma(pub u16);

impl Pragma {
    /// `//go:noinline`
    pub const NOINLINE: Pragma = Pragma(1);
    /// `//go:noescape`
    pub const NOESCAPE: Pragma = Pragma(1 << 1);
    /// `//go:nosplit`
    pub const NOSPLIT: Pragma = Pragma(1 << 2);
    /// `//go:uintptrescapes`
    pub const UINTPTR_ESCAPES: Pragma = Pragma(1 << 3);
    /// `//go:uintptrkeepalive`
    pub const UINTPTR_KEEPALIVE: Pragma = Pragma(1 << 4);
    /// `//go:norace`
    pub const NORACE: Pragma = Pragma(1 << 5);
    /// `//go:nocheckptr`
    pub const NOCHECKPTR: Pragma = Pragma(1 << 6);
    /// `//go:systemstack`
    pub const SYSTEMSTACK: Pragma = Pragma(1 << 7);
    /// `//go:nowritebarrier`, `…rec`
    pub const NOWRITEBARRIER: Pragma = Pragma(1 << 8);
    /// `//go:yeswritebarrierrec`
    pub const YESWRITEBARRIERREC: Pragma = Pragma(1 << 9);
    /// `//go:cgo_unsafe_args`
    pub const CGO_UNSAFE_ARGS: Pragma = Pragma(1 << 10);
    /// `//go:notinheap` and its successor by embedding are types' matters; this is the old directive.
    pub const NOTINHEAP: Pragma = Pragma(1 << 11);
    /// `//go:registerparams`
    pub const REGISTERPARAMS: Pragma = Pragma(1 << 12);
    /// `//go:fix inline`
    pub const FIX_INLINE: Pragma = Pragma(1 << 13);

    /// Whether all bits of `other` are set.
    pub fn has(self, other: Pragma) -> bool {
        self.0 & other.0 == other.0
    }

    /// Both sets of bits.
    #[must_use]
    pub fn with(self, other: Pragma) -> Pragma {
        Pragma(self.0 | other.0)
    }
}

/// A `//go:linkname local [remote]` directive.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Linkname {
    /// Offset of the comment.
    pub pos: u32,
    /// The name in this package.
    pub local: Symbol,
    /// The symbol it stands for; empty for the one-argument form.
    pub remote: Symbol,
}

/// A declaration.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Decl {
    /// Something that did not parse; reported.
    Bad,
    /// One import spec.
    Import {
        /// An [`Expr::Name`]; `.` and `_` are names here.
        name: Option<ExprId>,
        /// An [`Expr::BasicLit`].
        path: ExprId,
    },
    /// One spec of a `const` declaration.
    Const {
        /// [`Expr::Name`]s.
        names: List<ExprId>,
        /// The type, if written.
        ty: Option<ExprId>,
        /// The values, if written; an empty list repeats the previous spec of the group.
        values: List<ExprId>,
        /// The spec's place in its group, from 0: the value of `iota`.
        iota: u32,
    },
    /// One spec of a `var` declaration.
    Var {
        /// [`Expr::Name`]s.
        names: List<ExprId>,
        /// The type, if written.
        ty: Option<ExprId>,
        /// The values, if written.
        values: List<ExprId>,
    },
    /// One spec of a `type` declaration.
    Type {
        /// An [`Expr::Name`].
        name: ExprId,
        /// Type parameters.
        tparams: List<FieldId>,
        /// `=`: an alias.
        is_alias: bool,
        /// The type behind it.
        ty: ExprId,
    },
    /// A function or method.
    Func {
        /// The receiver.
        recv: Option<FieldId>,
        /// An [`Expr::Name`].
        name: ExprId,
        /// Type parameters; methods may have them from Go 1.27 on.
        tparams: List<FieldId>,
        /// An [`Expr::FuncType`].
        ty: ExprId,
        /// A [`Stmt::Block`]; functions written elsewhere have none.
        body: Option<StmtId>,
    },
}

/// A comment, its markers included.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Comment {
    /// Its bytes.
    pub span: Span,
}

const _: () = assert!(size_of::<Expr>() <= 12);
const _: () = assert!(size_of::<Stmt>() <= 20);
const _: () = assert!(size_of::<Option<ExprId>>() == 4);

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
