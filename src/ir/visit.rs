//! Walking bodies, and the parts of a node, in the compiler's order (`ir/node_gen.go`).

use super::body::Body;
use super::node::{Node, NodeId, Nodes};

/// A part of a node.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Part {
    /// Nothing.
    None,
    /// One node.
    One(NodeId),
    /// A list.
    Many(Nodes),
}

use Part::{Many, One};

impl Part {
    fn opt(id: Option<NodeId>) -> Part {
        id.map_or(Part::None, One)
    }

    fn one(self, old: NodeId) -> NodeId {
        match self {
            One(id) => id,
            _ => old,
        }
    }

    fn maybe(self) -> Option<NodeId> {
        match self {
            One(id) => Some(id),
            _ => None,
        }
    }

    fn many(self) -> Nodes {
        match self {
            Many(list) => list,
            _ => Nodes::EMPTY,
        }
    }
}

const NONE: Part = Part::None;

impl Node {
    /// Whether the node is of a kind without parts: the most common ones.
    fn is_leaf(self) -> bool {
        matches!(
            self,
            Node::Name(_)
                | Node::Global(_)
                | Node::Func(_)
                | Node::Literal(_)
                | Node::Nil
                | Node::Dcl(_)
                | Node::InlineMark
        )
    }

    /// The node's parts in the compiler's order, without the init list, which comes first.
    pub fn parts(self) -> [Part; 4] {
        match self {
            Node::Name(_)
            | Node::Blank
            | Node::Global(_)
            | Node::Func(_)
            | Node::MethodExpr { .. }
            | Node::Literal(_)
            | Node::Nil
            | Node::Type
            | Node::Dict(_)
            | Node::Closure(_)
            | Node::Dcl(_)
            | Node::Branch { .. }
            | Node::Label(_)
            | Node::InlineMark => [NONE; 4],
            Node::Unary { x, .. }
            | Node::Addr { x, .. }
            | Node::PtrLit(x)
            | Node::Deref { x, .. }
            | Node::Dot { x, .. }
            | Node::DotInter { x, .. }
            | Node::MethodValue { x, .. }
            | Node::DotType { x, .. }
            | Node::Conv { x, .. }
            | Node::StructKey { value: x, .. }
            | Node::Recv(x)
            | Node::TypeSwitchGuard { x, .. }
            | Node::Go(x) => [One(x), NONE, NONE, NONE],
            Node::Binary { x, y, .. }
            | Node::Index { x, i: y }
            | Node::Key { key: x, value: y }
            | Node::AssignOp { x, y, .. }
            | Node::Send { chan: x, value: y } => [One(x), One(y), NONE, NONE],
            Node::AddStr(list)
            | Node::CompLit { list, .. }
            | Node::Builtin { args: list, .. }
            | Node::Unknown(list)
            | Node::Block(list)
            | Node::Select(list)
            | Node::Return(list) => [Many(list), NONE, NONE, NONE],
            Node::Slice { x, parts } => [One(x), Many(parts), NONE, NONE],
            Node::Call { fun, args, .. } => [One(fun), Many(args), NONE, NONE],
            Node::InlinedCall { body, results } => [Many(body), Many(results), NONE, NONE],
            Node::Assign { x, y, .. } => [One(x), Part::opt(y), NONE, NONE],
            Node::AssignList { lhs, rhs, .. } => [Many(lhs), Many(rhs), NONE, NONE],
            Node::For {
                cond, post, body, ..
            } => [Part::opt(cond), Part::opt(post), Many(body), NONE],
            Node::Range {
                x,
                key,
                value,
                body,
                ..
            } => [One(x), Part::opt(key), Part::opt(value), Many(body)],
            Node::If { cond, body, els } => [One(cond), Many(body), Many(els), NONE],
            Node::Switch { tag, cases } => [Part::opt(tag), Many(cases), NONE, NONE],
            Node::Case { list, var, body } => [Part::opt(var), Many(list), Many(body), NONE],
            Node::Comm { comm, body } => [Part::opt(comm), Many(body), NONE, NONE],
            Node::Defer { call, at } => [One(call), Part::opt(at), NONE, NONE],
        }
    }

    /// The same node with other parts, given in the order of [`Node::parts`].
    #[must_use]
    pub fn with_parts(mut self, parts: [Part; 4]) -> Node {
        let [a, b, c, d] = parts;
        match &mut self {
            Node::Name(_)
            | Node::Blank
            | Node::Global(_)
            | Node::Func(_)
            | Node::MethodExpr { .. }
            | Node::Literal(_)
            | Node::Nil
            | Node::Type
            | Node::Dict(_)
            | Node::Closure(_)
            | Node::Dcl(_)
            | Node::Branch { .. }
            | Node::Label(_)
            | Node::InlineMark => {}
            Node::Unary { x, .. }
            | Node::Addr { x, .. }
            | Node::PtrLit(x)
            | Node::Deref { x, .. }
            | Node::Dot { x, .. }
            | Node::DotInter { x, .. }
            | Node::MethodValue { x, .. }
            | Node::DotType { x, .. }
            | Node::Conv { x, .. }
            | Node::StructKey { value: x, .. }
            | Node::Recv(x)
            | Node::TypeSwitchGuard { x, .. }
            | Node::Go(x) => *x = a.one(*x),
            Node::Binary { x, y, .. }
            | Node::Index { x, i: y }
            | Node::Key { key: x, value: y }
            | Node::AssignOp { x, y, .. }
            | Node::Send { chan: x, value: y } => (*x, *y) = (a.one(*x), b.one(*y)),
            Node::AddStr(list)
            | Node::CompLit { list, .. }
            | Node::Builtin { args: list, .. }
            | Node::Unknown(list)
            | Node::Block(list)
            | Node::Select(list)
            | Node::Return(list) => *list = a.many(),
            Node::Slice { x, parts: list }
            | Node::Call {
                fun: x, args: list, ..
            } => (*x, *list) = (a.one(*x), b.many()),
            Node::InlinedCall {
                body: x,
                results: y,
            }
            | Node::AssignList { lhs: x, rhs: y, .. } => (*x, *y) = (a.many(), b.many()),
            Node::Assign { x, y, .. } => (*x, *y) = (a.one(*x), b.maybe()),
            Node::For {
                cond, post, body, ..
            } => (*cond, *post, *body) = (a.maybe(), b.maybe(), c.many()),
            Node::Range {
                x,
                key,
                value,
                body,
                ..
            } => (*x, *key, *value, *body) = (a.one(*x), b.maybe(), c.maybe(), d.many()),
            Node::If { cond, body, els } => {
                (*cond, *body, *els) = (a.one(*cond), b.many(), c.many());
            }
            Node::Switch { tag, cases } => (*tag, *cases) = (a.maybe(), b.many()),
            Node::Case { list, var, body } => {
                (*var, *list, *body) = (a.maybe(), b.many(), c.many());
            }
            Node::Comm { comm, body } => (*comm, *body) = (a.maybe(), b.many()),
            Node::Defer { call, at } => (*call, *at) = (a.one(*call), b.maybe()),
        }
        self
    }
}

impl Body {
    /// The direct children of a node in the compiler's order: init list, operands, bodies.
    pub fn children(&self, id: NodeId, out: &mut Vec<NodeId>) {
        out.extend_from_slice(self.list(self.init(id)));
        let node = self.node(id);
        if node.is_leaf() {
            return;
        }
        for part in node.parts() {
            match part {
                Part::None => {}
                One(x) => out.push(x),
                Many(list) => out.extend_from_slice(self.list(list)),
            }
        }
    }

    /// Visits the nodes below `roots` and these themselves, parents before children, in source order, without recursion.
    /// `visit` says whether to go on below the node.
    pub fn preorder(&self, roots: Nodes, mut visit: impl FnMut(NodeId) -> bool) {
        let mut stack: Vec<NodeId> = self.list(roots).iter().rev().copied().collect();
        while let Some(id) = stack.pop() {
            if visit(id) {
                let from = stack.len();
                self.children(id, &mut stack);
                stack[from..].reverse();
            }
        }
    }

    /// Visits the nodes below `roots` and these themselves, children before parents, without recursion: the order in
    /// which the compiler looks for calls to inline.
    pub fn postorder(&self, roots: &[NodeId], mut visit: impl FnMut(NodeId)) {
        let mut stack: Vec<(NodeId, bool)> = roots.iter().rev().map(|&id| (id, false)).collect();
        let mut below = Vec::new();
        while let Some((id, done)) = stack.pop() {
            if done {
                visit(id);
                continue;
            }
            stack.push((id, true));
            below.clear();
            self.children(id, &mut below);
            stack.extend(below.iter().rev().map(|&c| (c, false)));
        }
    }
}
