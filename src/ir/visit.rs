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

impl Node {
    /// Whether nodes of this kind have no parts.
    #[inline]
    pub fn is_leaf(&self) -> bool {
        matches!(
            self,
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
                | Node::InlineMark
        )
    }

    /// The same node, with its parts `nodes` places further and its lists `lists` places.
    #[must_use]
    pub fn shifted(mut self, nodes: usize, lists: u32) -> Node {
        self.each_part(
            &mut |id: &mut NodeId| *id = id.shifted(nodes),
            &mut |list: &mut Nodes| *list = list.shifted(lists),
        );
        self
    }

    /// Calls `one` with each part that is a node, and `many` with each that is a list. Unlike [`Node::parts`] it takes
    /// nothing apart: inlining copies bodies with it, and that is where much of its time goes.
    #[inline]
    fn each_part(&mut self, one: &mut impl FnMut(&mut NodeId), many: &mut impl FnMut(&mut Nodes)) {
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
            | Node::Go(x) => one(x),
            Node::Binary { x, y, .. }
            | Node::Index { x, i: y }
            | Node::Key { key: x, value: y }
            | Node::AssignOp { x, y, .. }
            | Node::Send { chan: x, value: y } => {
                one(x);
                one(y);
            }
            Node::AddStr(list)
            | Node::CompLit { list, .. }
            | Node::Builtin { args: list, .. }
            | Node::Unknown(list)
            | Node::Block(list)
            | Node::Select(list)
            | Node::Return(list) => many(list),
            Node::Slice { x, parts: list }
            | Node::Call {
                fun: x, args: list, ..
            } => {
                one(x);
                many(list);
            }
            Node::InlinedCall {
                body: x,
                results: y,
            }
            | Node::AssignList { lhs: x, rhs: y, .. } => {
                many(x);
                many(y);
            }
            Node::Assign { x, y, .. } | Node::Defer { call: x, at: y } => {
                one(x);
                y.iter_mut().for_each(one);
            }
            Node::For {
                cond, post, body, ..
            } => {
                cond.iter_mut().chain(post).for_each(one);
                many(body);
            }
            Node::Range {
                x,
                key,
                value,
                body,
                ..
            } => {
                one(x);
                key.iter_mut().chain(value).for_each(one);
                many(body);
            }
            Node::If { cond, body, els } => {
                one(cond);
                many(body);
                many(els);
            }
            Node::Switch {
                tag: first,
                cases: list,
            }
            | Node::Comm {
                comm: first,
                body: list,
            } => {
                first.iter_mut().for_each(one);
                many(list);
            }
            Node::Case { list, var, body } => {
                var.iter_mut().for_each(one);
                many(list);
                many(body);
            }
        }
    }
}

/// A stack that children are put on.
struct Pushed<'a, F> {
    body: &'a Body,
    stack: &'a mut Vec<NodeId>,
    skip: F,
}

impl<F: Fn(&Node) -> bool> Pushed<'_, F> {
    #[inline]
    fn one(&mut self, id: NodeId) {
        if !(self.skip)(self.body.node_ref(id)) || self.body.has_init(id) {
            self.stack.push(id);
        }
    }

    #[inline]
    fn some(&mut self, id: Option<NodeId>) {
        if let Some(id) = id {
            self.one(id);
        }
    }

    #[inline]
    fn list(&mut self, list: Nodes) {
        for &id in self.body.list(list).iter().rev() {
            self.one(id);
        }
    }

    /// The parts of [`Node::parts`] from the last to the first, without making that table: walks spend their time here.
    #[inline]
    fn parts(&mut self, id: NodeId) {
        match *self.body.node_ref(id) {
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
            | Node::Go(x) => self.one(x),
            Node::Binary { x, y, .. }
            | Node::Index { x, i: y }
            | Node::Key { key: x, value: y }
            | Node::AssignOp { x, y, .. }
            | Node::Send { chan: x, value: y } => {
                self.one(y);
                self.one(x);
            }
            Node::AddStr(list)
            | Node::CompLit { list, .. }
            | Node::Builtin { args: list, .. }
            | Node::Unknown(list)
            | Node::Block(list)
            | Node::Select(list)
            | Node::Return(list) => self.list(list),
            Node::Slice { x, parts: list }
            | Node::Call {
                fun: x, args: list, ..
            } => {
                self.list(list);
                self.one(x);
            }
            Node::InlinedCall {
                body: first,
                results: second,
            }
            | Node::AssignList {
                lhs: first,
                rhs: second,
                ..
            } => {
                self.list(second);
                self.list(first);
            }
            Node::Assign { x, y, .. } => {
                self.some(y);
                self.one(x);
            }
            Node::For {
                cond: a,
                post: b,
                body,
                ..
            } => {
                self.list(body);
                self.some(b);
                self.some(a);
            }
            Node::Range {
                x,
                key,
                value,
                body,
                ..
            } => {
                self.list(body);
                self.some(value);
                self.some(key);
                self.one(x);
            }
            Node::If { cond, body, els } => {
                self.list(els);
                self.list(body);
                self.one(cond);
            }
            Node::Case { list, var, body } => {
                self.list(body);
                self.list(list);
                self.some(var);
            }
            Node::Switch {
                tag: first,
                cases: list,
            }
            | Node::Comm {
                comm: first,
                body: list,
            } => {
                self.list(list);
                self.some(first);
            }
            Node::Defer { call, at } => {
                self.some(at);
                self.one(call);
            }
        }
    }
}

/// The stacks of a walk, which can serve many.
#[derive(Default, Debug)]
pub struct Stacks {
    todo: Vec<NodeId>,
    /// The nodes that are to be left, each with the height of the stack at which its children are done.
    open: Vec<(usize, NodeId)>,
}

impl Body {
    /// The direct children of a node in the compiler's order: init list, operands, bodies.
    pub fn children(&self, id: NodeId, out: &mut Vec<NodeId>) {
        let from = out.len();
        self.push_children(id, out);
        out[from..].reverse();
    }

    /// Puts the direct children of a node on a stack, the first one on top.
    #[inline]
    pub fn push_children(&self, id: NodeId, stack: &mut Vec<NodeId>) {
        self.push_children_but(id, stack, |_| false);
    }

    /// Puts the direct children of a node on a stack, the first one on top, but for those of which `skip` says that they
    /// are of no interest. It may say so of leaves alone; leaves that have statements to run before them are not skipped.
    #[inline]
    pub fn push_children_but(
        &self,
        id: NodeId,
        stack: &mut Vec<NodeId>,
        skip: impl Fn(&Node) -> bool,
    ) {
        let mut pushed = Pushed {
            body: self,
            stack,
            skip,
        };
        pushed.parts(id);
        if self.has_init(id) {
            pushed.list(self.init(id));
        }
    }

    /// Visits the nodes below `roots` and these themselves, parents before children, in source order, without recursion.
    /// `visit` says whether to go on below the node.
    pub fn preorder(&self, roots: Nodes, mut visit: impl FnMut(NodeId) -> bool) {
        let mut stack = Vec::with_capacity(64);
        stack.extend(self.list(roots).iter().rev());
        while let Some(id) = stack.pop() {
            if visit(id) {
                self.push_children(id, &mut stack);
            }
        }
    }

    /// Visits the nodes below `roots` and these themselves, children before parents, without recursion: the order in
    /// which the compiler looks for calls to inline.
    pub fn postorder(&self, roots: &[NodeId], mut visit: impl FnMut(NodeId)) {
        self.walk(
            &mut Stacks::default(),
            roots,
            |_| false,
            |id, leaving| {
                if leaving {
                    visit(id);
                }
                true
            },
        );
    }

    /// The calls below `roots` and among these themselves, inner ones first.
    pub fn calls_below(&self, stacks: &mut Stacks, roots: &[NodeId]) -> Vec<NodeId> {
        let mut calls = Vec::new();
        self.walk(stacks, roots, Node::is_leaf, |id, leaving| {
            let is_call = matches!(self.node_ref(id), Node::Call { .. });
            if is_call && leaving {
                calls.push(id);
            }
            is_call
        });
        calls
    }

    /// Visits the nodes below `roots` and these themselves in source order, without recursion. `visit` is called with
    /// each node before its children, and says whether to call it again behind them, with `true`. `skip` is that of
    /// [`Body::push_children_but`]: many nodes are leaves, and looking at one costs less than putting it on a stack.
    pub fn walk(
        &self,
        stacks: &mut Stacks,
        roots: &[NodeId],
        skip: impl Fn(&Node) -> bool,
        mut visit: impl FnMut(NodeId, bool) -> bool,
    ) {
        let Stacks { todo, open } = stacks;
        todo.clear();
        todo.extend(roots.iter().rev());
        loop {
            while let Some(&(height, id)) = open.last()
                && height == todo.len()
            {
                open.pop();
                visit(id, true);
            }
            let Some(id) = todo.pop() else {
                return;
            };
            if visit(id, false) {
                open.push((todo.len(), id));
            }
            self.push_children_but(id, todo, &skip);
        }
    }
}
