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
mod tree;
pub mod visit;

pub use tree::{Ast, List, ListId, SliceParts};

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
