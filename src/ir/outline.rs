//! Which nodes of bodies the passes over a package look for: one walk of each body finds them for all passes.

use super::Package;
use super::body::{Body, FuncRef};
use super::node::{FuncId, Node, NodeId};
use super::statics::says_something;
use super::visit::Stacks;
use crate::base::index::Idx;

/// Lists of ids, one for each function of a package, behind one another.
#[derive(Clone, Debug)]
struct Lists<T> {
    ids: Vec<T>,
    /// Where the list of each function ends.
    ends: Vec<usize>,
}

impl<T> Default for Lists<T> {
    fn default() -> Lists<T> {
        Lists {
            ids: Vec::new(),
            ends: Vec::new(),
        }
    }
}

impl<T> Lists<T> {
    fn close(&mut self) {
        self.ends.push(self.ids.len());
    }

    fn of(&self, func: FuncId) -> &[T] {
        let i = func.index();
        let from = if i == 0 { 0 } else { self.ends[i - 1] };
        &self.ids[from..self.ends[i]]
    }
}

/// The functions of its package that each function mentions, called or not, function literals among them. Dead nodes do
/// not count, and generic functions, which are no code, mention nothing.
#[derive(Clone, Default, Debug)]
pub struct Mentions(Lists<FuncId>);

impl Mentions {
    /// Walks the bodies of a package's functions.
    pub fn of(package: &Package) -> Mentions {
        Outlines::of(package).mentions
    }

    /// Those of a package with so many functions, each with the function that it mentions. For one function they keep
    /// their order.
    pub fn from_pairs(funcs: usize, pairs: &[(FuncId, FuncId)]) -> Mentions {
        let mut next = vec![0; funcs];
        for (func, _) in pairs {
            next[func.index()] += 1;
        }
        let mut start = 0;
        for count in &mut next {
            start += std::mem::replace(count, start);
        }
        let mut ids = vec![FuncId::from_usize(0); pairs.len()];
        for &(func, mentioned) in pairs {
            let place = &mut next[func.index()];
            ids[*place] = mentioned;
            *place += 1;
        }
        Mentions(Lists { ids, ends: next })
    }

    /// Those of a function, in source order as far as that is known.
    pub fn by(&self, func: FuncId) -> &[FuncId] {
        self.0.of(func)
    }
}

/// The function of the package that a node mentions.
pub(crate) fn mentioned(package: &Package, node: &Node) -> Option<FuncId> {
    match *node {
        Node::Func(f) | Node::MethodExpr { func: f, .. } | Node::MethodValue { func: f, .. } => {
            package.find(f)
        }
        Node::Closure(f) => Some(f),
        _ => None,
    }
}

/// What the bodies of a package's functions have of each kind of node that is looked for. Dead nodes do not count, and
/// generic functions, which are no code, have nothing.
#[derive(Default, Debug)]
pub struct Outlines {
    calls: Lists<NodeId>,
    closure_calls: Lists<NodeId>,
    mentions: Mentions,
    assigns: Lists<NodeId>,
    returns: Vec<u32>,
    stacks: Stacks,
}

impl Outlines {
    /// Walks the bodies of a package's functions.
    pub fn of(package: &Package) -> Outlines {
        let mut outlines = Outlines::default();
        outlines.extend(package);
        outlines
    }

    /// Adds what the package has more functions of by now.
    pub fn extend(&mut self, package: &Package) {
        for i in self.returns.len()..package.funcs.len() {
            let func = &package.funcs[FuncId::from_usize(i)];
            self.returns.push(0);
            if !func.generic {
                self.body(package, &func.body);
            }
            self.calls.close();
            self.closure_calls.close();
            self.mentions.0.close();
            self.assigns.close();
        }
    }

    /// Calls, inner ones first.
    pub fn calls(&self, func: FuncId) -> &[NodeId] {
        self.calls.of(func)
    }

    /// The calls that may turn out to call a function literal or an instance, in source order.
    pub fn closure_calls(&self, func: FuncId) -> &[NodeId] {
        self.closure_calls.of(func)
    }

    /// The functions that functions mention, in source order.
    pub fn mentions(&self) -> &Mentions {
        &self.mentions
    }

    /// What says something of the values of variables, in source order.
    pub fn assigns(&self, func: FuncId) -> &[NodeId] {
        self.assigns.of(func)
    }

    /// How many returns there are; those without values count twice.
    pub fn returns(&self, func: FuncId) -> u32 {
        self.returns[func.index()]
    }

    fn body(&mut self, package: &Package, body: &Body) {
        let mut returns = 0;
        let roots = body.list(body.stmts);
        body.walk(&mut self.stacks, roots, says_nothing, |id, leaving| {
            match *body.node_ref(id) {
                Node::Call { .. } if leaving => self.calls.ids.push(id),
                Node::Call { fun, .. } => {
                    if may_be_closure(body, fun) {
                        self.closure_calls.ids.push(id);
                    }
                    return true;
                }
                ref node @ (Node::Func(_)
                | Node::MethodExpr { .. }
                | Node::MethodValue { .. }
                | Node::Closure(_)) => self.mentions.0.ids.extend(mentioned(package, node)),
                Node::Return(values) => returns += if values.is_empty() { 2 } else { 1 },
                _ if says_something(body, id) => self.assigns.ids.push(id),
                _ => {}
            }
            false
        });
        if let Some(last) = self.returns.last_mut() {
            *last = returns;
        }
    }
}

/// Whether a node is a leaf that no list has.
fn says_nothing(node: &Node) -> bool {
    node.is_leaf()
        && !matches!(
            node,
            Node::Func(_) | Node::MethodExpr { .. } | Node::Closure(_) | Node::Dcl(_)
        )
}

/// Whether a callee expression may be a function literal or an instance of a generic function.
fn may_be_closure(body: &Body, fun: NodeId) -> bool {
    !matches!(
        body.node_ref(fun),
        Node::Func(FuncRef::Decl(_))
            | Node::MethodExpr {
                func: FuncRef::Decl(_),
                ..
            }
            | Node::DotInter { .. }
    )
}

/// What has to be looked at of a body that is copied into another one.
#[derive(Default, Debug)]
pub struct Template {
    /// Calls that are not dead, inner ones first.
    pub calls: Vec<NodeId>,
    /// Returns by number.
    pub returns: Vec<NodeId>,
    /// Closures by number.
    pub closures: Vec<NodeId>,
    /// What says something of the values of variables, by number.
    pub assigns: Vec<NodeId>,
    /// Whether there may be instances of generic functions.
    pub has_instances: bool,
}

impl Template {
    /// Looks at all nodes of a body.
    pub fn of(body: &Body) -> Template {
        let mut template = Template {
            has_instances: body.may_have_instances(),
            ..Template::default()
        };
        for i in 0..body.len() {
            let id = NodeId::from_usize(i);
            match body.node_ref(id) {
                Node::Return(_) => template.returns.push(id),
                Node::Closure(_) => template.closures.push(id),
                _ if says_something(body, id) => template.assigns.push(id),
                _ => {}
            }
        }
        template.calls = body.calls_below(&mut Stacks::default(), body.list(body.stmts));
        template
    }
}
