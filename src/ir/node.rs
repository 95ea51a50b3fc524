//! Nodes: expressions and statements in the shape that the compiler gives them before it inlines.
//!
//! A node is small and `Copy`; what every node has (position, type, statements to run before it) lies beside it in
//! its [`Body`](super::body::Body). Variants carry the names of cmd/compile/internal/ir without the `O`; where the
//! compiler has one operation for each kind of operand (`OINDEX` and `OINDEXMAP`, the many conversions), there is one
//! variant here and the operand's type tells, so that a generic body stays right when its types are filled in.

use super::body::{FuncRef, LocalId};
use crate::base::index::Idx;
use crate::base::symbol::Symbol;
use crate::types::builtin::BuiltinId;
use crate::types::object::Obj;

crate::newtype_index! {
    /// An expression or statement of one body.
    NodeId
}
crate::newtype_index! {
    /// A constant of one body.
    ConstId
}
crate::newtype_index! {
    /// A function of one package: declared, literal or generated.
    FuncId
}

impl NodeId {
    /// The id that is `by` places further.
    #[inline]
    #[must_use]
    pub fn shifted(self, by: usize) -> NodeId {
        NodeId::from_usize(self.index() + by)
    }
}

/// A run of node ids in [`Body::lists`](super::body::Body).
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Nodes {
    pub(super) start: u32,
    pub(super) len: u32,
}

impl Nodes {
    /// No nodes.
    pub const EMPTY: Nodes = Nodes { start: 0, len: 0 };

    /// How many there are.
    pub fn len(self) -> usize {
        self.len as usize
    }

    /// Whether there is none.
    pub fn is_empty(self) -> bool {
        self.len == 0
    }

    /// The same run, `by` places further.
    #[must_use]
    pub fn shifted(self, by: u32) -> Nodes {
        Nodes {
            start: self.start + by,
            len: self.len,
        }
    }
}

/// A unary operator.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[allow(missing_docs)]
pub enum UnOp {
    Plus,
    Neg,
    BitNot,
    Not,
}

/// A binary operator, comparisons and shifts included.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[allow(missing_docs)]
pub enum BinOp {
    Add,
    Sub,
    Or,
    Xor,
    Mul,
    Div,
    Mod,
    And,
    AndNot,
    Lsh,
    Rsh,
    Eq,
    Ne,
    Lt,
    Le,
    Gt,
    Ge,
    AndAnd,
    OrOr,
}

/// What a list assignment is; the compiler's `OAS2…`.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum ListKind {
    /// `a, b = x, y`
    Pairs,
    /// `a, b = f()`
    Func,
    /// `v, ok = m[k]`
    MapIndex,
    /// `v, ok = <-c`
    Recv,
    /// `v, ok = x.(T)`
    DotType,
}

/// `break`, `continue`, `goto`, `fallthrough`.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[allow(missing_docs)]
pub enum Branch {
    Break,
    Continue,
    Goto,
    Fall,
}

/// An expression or statement.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Node {
    // Expressions.
    /// A parameter, result, local or captured variable (`ONAME`).
    Name(LocalId),
    /// The blank identifier as a destination.
    Blank,
    /// A package-level variable.
    Global(Obj),
    /// A declared function or an instance of one, as a value or callee.
    Func(FuncRef),
    /// A method with its receiver as first parameter (`OMETHEXPR`). The receiver type is that of the first parameter
    /// of the node's type; it differs from the declared receiver for promoted and implicitly dereferenced methods.
    MethodExpr {
        /// The method; interface methods are objects without a body.
        func: FuncRef,
        /// Whether the receiver type is the method's declared one: only then a call is a direct call.
        direct: bool,
    },
    /// A constant; the node's type says which.
    Literal(ConstId),
    /// `nil`, or the zero value of a shaped type.
    Nil,
    /// A type as an operand of `new` and in type-switch clauses; the node's type.
    Type,
    /// The address of the dictionary of an instance, as the first argument of a shaped function.
    Dict(FuncRef),
    /// `-x`, `!x`, `^x`, `+x`
    Unary {
        /// The operator.
        op: UnOp,
        /// The operand.
        x: NodeId,
    },
    /// `x op y`; never string concatenation.
    Binary {
        /// The operator.
        op: BinOp,
        /// Left.
        x: NodeId,
        /// Right.
        y: NodeId,
    },
    /// `a + b + …` on strings, flat.
    AddStr(Nodes),
    /// `&x`
    Addr {
        /// What is addressed.
        x: NodeId,
        /// Made by the compiler for a method call or slicing of an array.
        implicit: bool,
    },
    /// `&T{…}` (`OPTRLIT`); the operand is a [`Node::CompLit`].
    PtrLit(NodeId),
    /// `*x`
    Deref {
        /// The pointer.
        x: NodeId,
        /// Made by the compiler.
        implicit: bool,
    },
    /// `x.f`: `ODOT` if `x` is a struct, `ODOTPTR` if it points to one.
    Dot {
        /// The struct or pointer.
        x: NodeId,
        /// The field's index.
        field: u32,
        /// A step through an embedded field that the source does not write (printed all the same).
        implicit: bool,
    },
    /// `x.M` on an interface, as a callee (`ODOTINTER`).
    DotInter {
        /// The interface value.
        x: NodeId,
        /// The method.
        method: Obj,
    },
    /// `x.M` as a value (`OMETHVALUE`).
    MethodValue {
        /// The receiver.
        x: NodeId,
        /// The method; of an interface if `x` is one.
        func: FuncRef,
    },
    /// `x.(T)`; the node's type is `T`.
    DotType {
        /// The interface value.
        x: NodeId,
        /// `ODOTTYPE2`: the comma-ok form.
        comma_ok: bool,
    },
    /// `x[i]` of a slice, array, string, pointer-free; maps too (`OINDEXMAP`). Arrays behind pointers have a deref.
    Index {
        /// The container.
        x: NodeId,
        /// The index or key.
        i: NodeId,
    },
    /// `x[lo:hi:max]`; arrays are sliced through an implicit address. The list has three entries, or two without max;
    /// a missing part is [`Node::Blank`].
    Slice {
        /// The slice, string or pointer to array.
        x: NodeId,
        /// Low, high and, if it is there, max.
        parts: Nodes,
    },
    /// `T(x)`, explicit or implicit; [`Body::conv_kind`](super::body::Body::conv_kind) tells which of the `OCONV…`.
    Conv {
        /// What is converted.
        x: NodeId,
        /// Not written in the source.
        implicit: bool,
    },
    /// `T{…}`: `OSTRUCTLIT`, `OARRAYLIT`, `OSLICELIT` or `OMAPLIT` by the node's type.
    CompLit {
        /// Elements: [`Node::StructKey`] for structs, [`Node::Key`] for maps and keyed elements, else plain.
        list: Nodes,
        /// The slice that packs variadic arguments.
        dots: bool,
    },
    /// `field: value` in a struct literal.
    StructKey {
        /// The field's index.
        field: u32,
        /// Its value.
        value: NodeId,
    },
    /// `key: value` in an array, slice or map literal.
    Key {
        /// The key.
        key: NodeId,
        /// Its value.
        value: NodeId,
    },
    /// A function literal, or a closure that the compiler made.
    Closure(FuncId),
    /// A call. `OCALLINTER` if `fun` is a [`Node::DotInter`], else `OCALLFUNC`; methods of concrete types are called by
    /// method expression with the receiver as first argument. Variadic arguments are packed.
    Call {
        /// The callee.
        fun: NodeId,
        /// The arguments.
        args: Nodes,
        /// The call of a `go` or `defer` statement.
        go_defer: bool,
        /// Whether the last parameter is variadic (`IsDDD`: printed with `...`).
        ddd: bool,
    },
    /// A call of a predeclared or `unsafe` function. `new` and `make` have a [`Node::Type`] first.
    Builtin {
        /// Which.
        id: BuiltinId,
        /// The arguments.
        args: Nodes,
        /// `append(s, t...)`
        ddd: bool,
    },
    /// A receive.
    Recv(NodeId),
    /// A call whose body was put here (`OINLCALL`): run `init` of this node, then `body`; the value is `results`.
    InlinedCall {
        /// The callee's statements, with the return label last.
        body: Nodes,
        /// The result variables.
        results: Nodes,
    },
    /// An expression whose callee or operand type is not known (missing import); the operands are there for their
    /// effects, and flow anywhere.
    Unknown(Nodes),

    // Statements.
    /// Declares a variable (`ODCL`).
    Dcl(LocalId),
    /// `x = y`, `x := y`, `var x T` (no `y`).
    Assign {
        /// The destination.
        x: NodeId,
        /// The value; `None` zeroes.
        y: Option<NodeId>,
        /// Whether this declares `x`.
        def: bool,
    },
    /// `x op= y`, `x++`
    AssignOp {
        /// The operator.
        op: BinOp,
        /// The destination.
        x: NodeId,
        /// The right side; the literal 1 for `++` and `--`.
        y: NodeId,
        /// Whether it was `++` or `--`.
        inc_dec: bool,
    },
    /// Several destinations.
    AssignList {
        /// Which form.
        kind: ListKind,
        /// Destinations.
        lhs: Nodes,
        /// Values; one for all forms but [`ListKind::Pairs`].
        rhs: Nodes,
        /// Whether this declares some of them.
        def: bool,
    },
    /// Statements.
    Block(Nodes),
    /// `break`, `continue`, `goto`, `fallthrough`.
    Branch {
        /// Which.
        kind: Branch,
        /// The label; empty for none.
        label: Symbol,
    },
    /// `label:`; the labelled statement follows in the list.
    Label(Symbol),
    /// `for`; the init statements are the node's init list.
    For {
        /// The condition.
        cond: Option<NodeId>,
        /// The post statement.
        post: Option<NodeId>,
        /// The body.
        body: Nodes,
        /// The label, or empty.
        label: Symbol,
        /// Fresh variables for each iteration (language version 1.22).
        distinct: bool,
    },
    /// `for key, value = range x`
    Range {
        /// What is ranged over.
        x: NodeId,
        /// The key's destination.
        key: Option<NodeId>,
        /// The value's destination.
        value: Option<NodeId>,
        /// The body.
        body: Nodes,
        /// Declares its variables; their `Dcl`s are in the init list.
        def: bool,
        /// Fresh variables for each iteration.
        distinct: bool,
    },
    /// `if`; the init statements are the node's init list.
    If {
        /// The condition.
        cond: NodeId,
        /// Then.
        body: Nodes,
        /// Else.
        els: Nodes,
    },
    /// `switch`; the tag of a type switch is a [`Node::TypeSwitchGuard`]; clauses are [`Node::Case`].
    Switch {
        /// The tag.
        tag: Option<NodeId>,
        /// The clauses.
        cases: Nodes,
    },
    /// `v := x.(type)`
    TypeSwitchGuard {
        /// The interface value.
        x: NodeId,
        /// The written variable's name; each clause has its own variable.
        name: Option<Symbol>,
    },
    /// A clause of a switch; `default` has no expressions.
    Case {
        /// Expressions, or types ([`Node::Type`], [`Node::Nil`]).
        list: Nodes,
        /// The clause's variable, a [`Node::Name`].
        var: Option<NodeId>,
        /// Its statements.
        body: Nodes,
    },
    /// `select`, of [`Node::Comm`].
    Select(Nodes),
    /// A clause of a select; `default` has no statement.
    Comm {
        /// A send, receive or assignment from a receive.
        comm: Option<NodeId>,
        /// Its statements.
        body: Nodes,
    },
    /// `return`
    Return(Nodes),
    /// `chan <- value`
    Send {
        /// The channel.
        chan: NodeId,
        /// What is sent.
        value: NodeId,
    },
    /// `go`; the call has neither parameters nor results.
    Go(NodeId),
    /// `defer`, likewise.
    Defer {
        /// The call.
        call: NodeId,
        /// The token of the function whose end runs it, inside a range-over-func body.
        at: Option<NodeId>,
    },
    /// Where an inlined body starts; an inlining tree entry of the body.
    InlineMark,
}

const _: () = assert!(size_of::<Node>() <= 32);
