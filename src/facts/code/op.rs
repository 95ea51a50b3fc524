//! Nodes as bytes: an operation for each kind of node, and the fields that are not nodes themselves.
//!
//! Nodes come after their parts, so a reader needs a stack instead of recursion, and the parts need no numbers. Flags
//! are part of the operation; [`EXPLICIT`] in its byte says that a type follows.

use crate::ir::body::{Body, FuncRef};
use crate::ir::node::{BinOp, Branch, ListKind, Node, UnOp};
use crate::types::builtin::BuiltinId;
use crate::types::ty::Ty;

/// The type is not the one that [`usual_type`] gives, and is written.
pub(super) const EXPLICIT: u8 = 0x80;

/// What comes before a node that has an init list: the list's length follows, then the node.
pub(super) const INIT: u8 = 0;

pub(super) const NAME: u8 = 1;
pub(super) const BLANK: u8 = 2;
pub(super) const GLOBAL: u8 = 3;
pub(super) const FUNC: u8 = 4;
/// And 1 if direct.
pub(super) const METHOD_EXPR: u8 = 5;
pub(super) const LITERAL: u8 = 7;
pub(super) const NIL: u8 = 8;
pub(super) const TYPE: u8 = 9;
pub(super) const DICT: u8 = 10;
pub(super) const UNARY: u8 = 11;
pub(super) const BINARY: u8 = 12;
pub(super) const ADD_STR: u8 = 13;
/// And 1 if implicit; so are the other two.
pub(super) const ADDR: u8 = 14;
pub(super) const DEREF: u8 = 16;
pub(super) const DOT: u8 = 18;
pub(super) const PTR_LIT: u8 = 20;
pub(super) const DOT_INTER: u8 = 21;
pub(super) const METHOD_VALUE: u8 = 22;
/// And 1 if with ok.
pub(super) const DOT_TYPE: u8 = 23;
pub(super) const INDEX: u8 = 25;
pub(super) const SLICE: u8 = 26;
/// And 1 if implicit.
pub(super) const CONV: u8 = 27;
/// And 1 for packed arguments.
pub(super) const COMP_LIT: u8 = 29;
pub(super) const STRUCT_KEY: u8 = 31;
pub(super) const KEY: u8 = 32;
pub(super) const CLOSURE: u8 = 33;
/// And 1 in `go` and `defer`, 2 if variadic.
pub(super) const CALL: u8 = 34;
/// And 1 if variadic.
pub(super) const BUILTIN: u8 = 38;
pub(super) const RECV: u8 = 40;
pub(super) const INLINED_CALL: u8 = 41;
pub(super) const UNKNOWN: u8 = 42;
pub(super) const DCL: u8 = 43;
/// And 1 if it declares; so do the others.
pub(super) const ASSIGN: u8 = 44;
pub(super) const ASSIGN_LIST: u8 = 46;
/// And 1 for `++` and `--`.
pub(super) const ASSIGN_OP: u8 = 48;
pub(super) const BLOCK: u8 = 50;
pub(super) const BRANCH: u8 = 51;
pub(super) const LABEL: u8 = 52;
/// And 1 with variables for each iteration.
pub(super) const FOR: u8 = 53;
/// And 1 with variables for each iteration, 2 if it declares them.
pub(super) const RANGE: u8 = 55;
pub(super) const IF: u8 = 59;
pub(super) const SWITCH: u8 = 60;
pub(super) const TYPE_SWITCH_GUARD: u8 = 61;
pub(super) const CASE: u8 = 62;
pub(super) const SELECT: u8 = 63;
pub(super) const COMM: u8 = 64;
pub(super) const RETURN: u8 = 65;
pub(super) const SEND: u8 = 66;
pub(super) const GO: u8 = 67;
pub(super) const DEFER: u8 = 68;
pub(super) const INLINE_MARK: u8 = 69;

/// The operation of a node, flags included.
pub(super) fn of(node: Node) -> u8 {
    match node {
        Node::Name(_) => NAME,
        Node::Blank => BLANK,
        Node::Global(_) => GLOBAL,
        Node::Func(_) => FUNC,
        Node::MethodExpr { direct, .. } => METHOD_EXPR + u8::from(direct),
        Node::Literal(_) => LITERAL,
        Node::Nil => NIL,
        Node::Type => TYPE,
        Node::Dict(_) => DICT,
        Node::Unary { .. } => UNARY,
        Node::Binary { .. } => BINARY,
        Node::AddStr(_) => ADD_STR,
        Node::Addr { implicit, .. } => ADDR + u8::from(implicit),
        Node::Deref { implicit, .. } => DEREF + u8::from(implicit),
        Node::Dot { implicit, .. } => DOT + u8::from(implicit),
        Node::PtrLit(_) => PTR_LIT,
        Node::DotInter { .. } => DOT_INTER,
        Node::MethodValue { .. } => METHOD_VALUE,
        Node::DotType { comma_ok, .. } => DOT_TYPE + u8::from(comma_ok),
        Node::Index { .. } => INDEX,
        Node::Slice { .. } => SLICE,
        Node::Conv { implicit, .. } => CONV + u8::from(implicit),
        Node::CompLit { dots, .. } => COMP_LIT + u8::from(dots),
        Node::StructKey { .. } => STRUCT_KEY,
        Node::Key { .. } => KEY,
        Node::Closure(_) => CLOSURE,
        Node::Call { go_defer, ddd, .. } => CALL + u8::from(go_defer) + 2 * u8::from(ddd),
        Node::Builtin { ddd, .. } => BUILTIN + u8::from(ddd),
        Node::Recv(_) => RECV,
        Node::InlinedCall { .. } => INLINED_CALL,
        Node::Unknown(_) => UNKNOWN,
        Node::Dcl(_) => DCL,
        Node::Assign { def, .. } => ASSIGN + u8::from(def),
        Node::AssignList { def, .. } => ASSIGN_LIST + u8::from(def),
        Node::AssignOp { inc_dec, .. } => ASSIGN_OP + u8::from(inc_dec),
        Node::Block(_) => BLOCK,
        Node::Branch { .. } => BRANCH,
        Node::Label(_) => LABEL,
        Node::For { distinct, .. } => FOR + u8::from(distinct),
        Node::Range { def, distinct, .. } => RANGE + u8::from(distinct) + 2 * u8::from(def),
        Node::If { .. } => IF,
        Node::Switch { .. } => SWITCH,
        Node::TypeSwitchGuard { .. } => TYPE_SWITCH_GUARD,
        Node::Case { .. } => CASE,
        Node::Select(_) => SELECT,
        Node::Comm { .. } => COMM,
        Node::Return(_) => RETURN,
        Node::Send { .. } => SEND,
        Node::Go(_) => GO,
        Node::Defer { .. } => DEFER,
        Node::InlineMark => INLINE_MARK,
    }
}

/// Which parts may be missing, as bits: if there are such, a byte says which are there.
pub(super) fn optional_parts(node: Node) -> u8 {
    match node {
        Node::Assign { .. } | Node::Defer { .. } => 0b10,
        Node::For { .. } => 0b11,
        Node::Range { .. } => 0b110,
        Node::Switch { .. } | Node::Case { .. } | Node::Comm { .. } => 0b1,
        _ => 0,
    }
}

/// The type that most nodes of that kind have, as far as their parts tell.
pub(super) fn usual_type(body: &Body, node: Node) -> Ty {
    match node {
        Node::Name(local) => body.locals[local].ty,
        Node::Func(FuncRef::Decl(obj)) => obj.ty(),
        Node::Unary { x, .. } | Node::Binary { x, .. } | Node::Slice { x, .. } => body.ty(x),
        Node::Call { fun, .. } => match body.ty(fun).under_signature() {
            Some(sig) => match sig.result_vars() {
                [one] => one.ty(),
                _ => sig.results,
            },
            None => Ty::INVALID,
        },
        _ => Ty::INVALID,
    }
}

/// The unary operators by number.
pub(super) const UN_OPS: [UnOp; 4] = [UnOp::Plus, UnOp::Neg, UnOp::BitNot, UnOp::Not];

/// The binary operators by number.
pub(super) const BIN_OPS: [BinOp; 19] = [
    BinOp::Add,
    BinOp::Sub,
    BinOp::Or,
    BinOp::Xor,
    BinOp::Mul,
    BinOp::Div,
    BinOp::Mod,
    BinOp::And,
    BinOp::AndNot,
    BinOp::Lsh,
    BinOp::Rsh,
    BinOp::Eq,
    BinOp::Ne,
    BinOp::Lt,
    BinOp::Le,
    BinOp::Gt,
    BinOp::Ge,
    BinOp::AndAnd,
    BinOp::OrOr,
];

/// The forms of list assignments by number.
pub(super) const LIST_KINDS: [ListKind; 5] = [
    ListKind::Pairs,
    ListKind::Func,
    ListKind::MapIndex,
    ListKind::Recv,
    ListKind::DotType,
];

/// The jumps by number.
pub(super) const BRANCHES: [Branch; 4] =
    [Branch::Break, Branch::Continue, Branch::Goto, Branch::Fall];

/// The predeclared functions by number, those of package `unsafe` behind the others.
pub(super) fn builtin(number: u8) -> Option<BuiltinId> {
    let mut all = BuiltinId::PREDECLARED.iter().chain(BuiltinId::UNSAFE);
    all.nth(usize::from(number)).copied()
}

#[cfg(test)]
mod tests {
    use super::{BIN_OPS, BRANCHES, LIST_KINDS, UN_OPS, builtin};

    #[test]
    fn numbers_are_the_order_of_declaration() {
        assert!(UN_OPS.iter().enumerate().all(|(i, &op)| op as usize == i));
        assert!(BIN_OPS.iter().enumerate().all(|(i, &op)| op as usize == i));
        let kinds = LIST_KINDS.iter().enumerate();
        assert!(kinds.into_iter().all(|(i, &kind)| kind as usize == i));
        assert!(BRANCHES.iter().enumerate().all(|(i, &b)| b as usize == i));
        assert!((0..26).all(|i| builtin(i).is_some_and(|b| b as u8 == i)));
    }
}
