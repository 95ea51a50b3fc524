//! The cost of a body: its nodes, each 1, with the compiler's corrections (`inline.hairyVisitor`).

use super::callee::Finder;
use super::intrinsics::{Special, special};
use crate::ir::FuncKind;
use crate::ir::body::{Body, ConvKind, FuncRef};
use crate::ir::node::{Branch, FuncId, ListKind, Node, NodeId, Nodes};
use crate::ir::release::{CALL_COST, Release};
use crate::ir::shape::has_shape;
use crate::types::builtin::BuiltinId;
use crate::types::sizes::Sizes;
use crate::types::ty::{Ty, TyKind};

/// The cost up to which a function can be inlined.
pub const BUDGET: u32 = 80;
/// That into a big function.
pub const BIG_BUDGET: u32 = 20;
/// That of a closure, which may turn out to be called only once.
pub const CLOSURE_BUDGET: u32 = 10 * BUDGET;
/// From so many nodes on a function is big.
const BIG_NODES: i64 = 5000;
/// What a closure costs besides its node.
const CLOSURE_COST: i64 = 15;

/// What a call of `runtime.throw` costs where the compiler knows it by name.
const THROW_COST: i64 = 1 + BUDGET as i64;

/// What reading a word of the dictionary costs: index, dereference, variable and number.
const DICTIONARY_WORD: i64 = 4;

/// What the address of read-only data costs.
const CONSTANT_ADDRESS: i64 = 2;

/// Why a function cannot be inlined, whatever it costs: the text behind `cannot inline F: `.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Impossible(pub String);

/// Counts one function.
pub struct Counter<'a, 'w> {
    /// Where callees are found.
    pub finder: Finder<'a, 'w>,
    /// What differs between compilers.
    pub release: &'static Release,
    /// The function.
    pub func: FuncId,
    /// Whether it is big.
    pub big: bool,
}

impl<'a> Counter<'a, '_> {
    fn original(&self) -> &'a Body {
        &self.finder.package.funcs[self.func].original
    }

    /// The cost of the function's body before anything is inlined into it; some cost above `limit` if it is above that:
    /// what a node takes off is less than what its children cost, so counting can stop there.
    ///
    /// # Errors
    ///
    /// The first construct that forbids inlining.
    pub fn cost(&self, limit: u32) -> Result<u32, Impossible> {
        let body = self.original();
        let mut total = 0;
        let mut reason = None;
        body.preorder(body.stmts, |id| {
            if reason.is_some() || total > i64::from(limit) {
                return false;
            }
            match self.node(id) {
                Ok(cost) => {
                    total += cost;
                    !matches!(body.node_ref(id), Node::Type)
                }
                Err(why) => {
                    reason = Some(why);
                    false
                }
            }
        });
        match reason {
            Some(why) => Err(why),
            None => Ok(u32::try_from(total).unwrap_or_default()),
        }
    }

    /// What the node itself adds; its children are counted on their own.
    fn node(&self, id: NodeId) -> Result<i64, Impossible> {
        let body = self.original();
        Ok(match body.node(id) {
            Node::Type | Node::MethodExpr { .. } | Node::Block(_) => 0,
            Node::DotType { x, .. } => 1 + self.assertion(id, x),
            Node::Case { list, .. } => 1 + self.dynamic_types(list),
            Node::Switch { tag, cases } => 1 + tag.map_or(0, |t| self.static_cases(t, cases)),
            Node::Branch {
                kind: Branch::Fall, ..
            } => 0,
            Node::Dcl(_) | Node::Dict(_) | Node::MethodValue { .. } => 2,
            Node::TypeSwitchGuard { name, .. } => 1 + i64::from(name.is_some()),
            Node::CompLit { .. } => 1 + i64::from(is_slice(body.ty(id))),
            Node::Closure(_) => 1 + CLOSURE_COST,
            Node::Conv { .. } => i64::from(body.conv_kind(id) != ConvKind::Nop),
            Node::Addr { x, .. } => self.address(x),
            Node::Deref { x, .. } => self.dereference(x),
            Node::Slice { x, parts } => self.slice(x, parts),
            Node::AssignList {
                kind: ListKind::Pairs,
                lhs,
                rhs,
                ..
            } => 1 - tuple_discount(body, lhs, rhs),
            Node::Comm { comm, .. } => 1 + comm.map_or(0, |c| communication(body, c)),
            Node::Builtin {
                id: builtin, args, ..
            } => self.builtin(builtin, args, body.ty(id))?,
            Node::Call { fun, .. } => self.call(fun)?,
            Node::Go(_) => return Err(Impossible("unhandled op GO".to_owned())),
            Node::Defer { .. } => return Err(Impossible("unhandled op DEFER".to_owned())),
            Node::Unknown(_) => return Err(Impossible("unknown".to_owned())),
            _ => 1,
        })
    }

    /// `&x.f` at offset 0 of a plain name is free.
    fn address(&self, x: NodeId) -> i64 {
        let body = self.original();
        let Node::Dot { x: base, field, .. } = body.node(x) else {
            return 1;
        };
        let plain = matches!(body.node(base), Node::Name(_) | Node::Global(_));
        let ty = body.ty(base);
        let fields = ty
            .under_pointer()
            .unwrap_or(ty)
            .under_struct()
            .map_or(&[][..], |s| s.fields);
        let first = Sizes::AMD64.offsets_of(fields).get(field as usize) == Some(&0);
        if plain && first { -1 } else { 1 }
    }

    /// `*(*T)(unsafe.Pointer(&x))` counts its dereference and address as one.
    fn dereference(&self, mut x: NodeId) -> i64 {
        let body = self.original();
        while let Node::Conv { x: inner, .. } = body.node(x) {
            if body.conv_kind(x) != ConvKind::Nop {
                break;
            }
            x = inner;
        }
        i64::from(!matches!(body.node(x), Node::Addr { .. }))
    }

    /// Missing parts are placeholders, which [`Body::preorder`] counts like any node.
    fn slice(&self, x: NodeId, parts: Nodes) -> i64 {
        let body = self.original();
        let parts = body.list(parts);
        let missing = parts
            .iter()
            .filter(|&&p| body.node(p) == Node::Blank)
            .count() as i64;
        let mut cost = 1 - missing;
        if !self.release.slice_discount {
            return cost;
        }
        let part = |i: usize| parts.get(i).copied();
        if part(0).is_some_and(|low| body.literal(low).is_some_and(|v| v.as_i64() == Some(0))) {
            cost -= 1;
        }
        if part(1).is_some_and(|high| is_length_of(body, high, x)) {
            cost -= 2;
        }
        cost
    }

    /// Types that depend on type parameters are looked up in the dictionary.
    fn dynamic_types(&self, list: Nodes) -> i64 {
        let body = self.original();
        let dynamic = |&&id: &&NodeId| body.node(id) == Node::Type && has_shape(body.ty(id));
        body.list(list).iter().filter(dynamic).count() as i64 * (DICTIONARY_WORD + 1)
    }

    /// An assertion to such a type also needs the type that it starts from: a constant address or another such word.
    fn assertion(&self, id: NodeId, x: NodeId) -> i64 {
        let body = self.original();
        if !has_shape(body.ty(id)) {
            let looks_up = !self.release.static_assertions && has_methods(body.ty(x));
            return if looks_up { 2 * CONSTANT_ADDRESS } else { 0 };
        }
        DICTIONARY_WORD
            + if has_shape(body.ty(x)) {
                DICTIONARY_WORD
            } else {
                CONSTANT_ADDRESS
            }
    }

    /// Older releases look up the types of cases if the value's interface has methods.
    fn static_cases(&self, tag: NodeId, cases: Nodes) -> i64 {
        let body = self.original();
        let Node::TypeSwitchGuard { x, .. } = body.node(tag) else {
            return 0;
        };
        if self.release.static_assertions || !has_methods(body.ty(x)) {
            return 0;
        }
        let is_static = |&&id: &&NodeId| body.node(id) == Node::Type && !has_shape(body.ty(id));
        let types = body.list(cases).iter().map(|&case| match body.node(case) {
            Node::Case { list, .. } => body.list(list).iter().filter(is_static).count() as i64,
            _ => 0,
        });
        types.sum::<i64>() * (CONSTANT_ADDRESS + 1)
    }

    fn builtin(&self, id: BuiltinId, args: Nodes, ty: Ty) -> Result<i64, Impossible> {
        let body = self.original();
        Ok(match id {
            BuiltinId::Recover => return Err(Impossible("call to recover".to_owned())),
            BuiltinId::Panic => {
                let boxed = body.list(args).first().is_some_and(|&x| {
                    body.conv_kind(x) == ConvKind::Interface
                        && matches!(body.node(x), Node::Conv { implicit: true, .. })
                });
                2 - i64::from(boxed)
            }
            BuiltinId::Make if args.len() == 1 && !is_slice(ty) => 2,
            BuiltinId::New => 1 + self.dynamic_types(args),
            _ => 1,
        })
    }

    fn call(&self, fun: NodeId) -> Result<i64, Impossible> {
        let body = self.original();
        if matches!(body.node(fun), Node::DotInter { .. }) {
            return Ok(1 + i64::from(CALL_COST));
        }
        if let Node::Func(f) | Node::MethodExpr { func: f, .. } = body.node(fun) {
            match special(f, self.release) {
                Special::Throw => return Ok(THROW_COST),
                Special::Intrinsic | Special::Cheap => return Ok(1),
                Special::Forbids => return Err(forbidden(f)),
                Special::None => {}
            }
        }
        if let Some(cost) = self.inlinable(fun) {
            return Ok(1 + i64::from(cost));
        }
        let extra = if self.finder.is_parameter(self.func, fun) {
            self.release.param_call_cost
        } else {
            CALL_COST
        };
        Ok(1 + i64::from(extra))
    }

    /// The callee's cost, if this call would be inlined.
    fn inlinable(&self, fun: NodeId) -> Option<u32> {
        let target = self.finder.target(self.func, fun)?;
        let inline = self.finder.inline(target)?;
        let limit = call_limit(
            self.release,
            self.big,
            self.finder.is_closure(target),
            false,
        );
        (inline.cost <= limit).then_some(inline.cost)
    }
}

fn forbidden(func: FuncRef) -> Impossible {
    match func.obj().name.as_str() {
        "deferrangefunc" => Impossible("defer call in range func".to_owned()),
        name => Impossible(format!("call to {name}")),
    }
}

/// The cost up to which a call is inlined.
pub fn call_limit(release: &Release, big: bool, closure: bool, only_call: bool) -> u32 {
    let limit = if big { BIG_BUDGET } else { BUDGET };
    match (release.closure_budgets && closure, only_call) {
        (false, _) => limit,
        (true, false) => limit * 2,
        (true, true) => (limit * 2).max(CLOSURE_BUDGET),
    }
}

/// The cost up to which a function of this kind can be inlined at all.
pub fn budget(release: &Release, kind: FuncKind) -> u32 {
    if release.closure_budgets && kind.is_closure() {
        CLOSURE_BUDGET
    } else {
        BUDGET
    }
}

/// Whether a function is big, by the nodes of its body.
pub fn is_big(body: &Body) -> bool {
    // No node counts more than twice.
    if ((body.len() + body.left_out()) as i64) < (BIG_NODES - 1) / 2 {
        return false;
    }
    // The function itself is a node to the compiler, and so is the type of a method expression.
    let mut left = BIG_NODES - 1 - body.left_out() as i64;
    body.preorder(body.stmts, |id| {
        left -= match body.node(id) {
            Node::Dcl(_) | Node::Dict(_) | Node::MethodExpr { .. } => 2,
            Node::AssignList {
                kind: ListKind::Pairs,
                lhs,
                rhs,
                ..
            } => 1 - tuple_discount(body, lhs, rhs),
            // Parts that are left out are no nodes.
            Node::Slice { parts, .. } => 1 - absent(body, parts),
            _ => 1,
        };
        left > 0
    });
    left <= 0
}

fn absent(body: &Body, parts: Nodes) -> i64 {
    let parts = body.list(parts).iter();
    parts.filter(|&&p| body.node(p) == Node::Blank).count() as i64
}

/// `a, b = f()` goes through temporaries, which are not to count.
fn tuple_discount(body: &Body, lhs: Nodes, rhs: Nodes) -> i64 {
    let Some(&first) = body.list(rhs).first() else {
        return 0;
    };
    match *body.list(body.init(first)) {
        [one] if matches!(body.node(one), Node::AssignList { .. }) => 4 * lhs.len() as i64 + 1,
        _ => 0,
    }
}

/// Receives in a select have two destinations, blank ones if need be.
fn communication(body: &Body, comm: NodeId) -> i64 {
    match body.node(comm) {
        Node::Recv(_) => 3,
        Node::Assign { y: Some(y), .. } if matches!(body.node(y), Node::Recv(_)) => 1,
        _ => 0,
    }
}

/// Whether a type is an interface with methods.
fn has_methods(ty: Ty) -> bool {
    ty.under_interface()
        .is_some_and(|i| !i.type_set().methods.is_empty())
}

fn is_slice(ty: Ty) -> bool {
    matches!(ty.under().kind(), TyKind::Slice(_))
}

/// Whether `high` is `len(x)` of the same variable.
fn is_length_of(body: &Body, high: NodeId, x: NodeId) -> bool {
    let Node::Builtin {
        id: BuiltinId::Len,
        args,
        ..
    } = body.node(high)
    else {
        return false;
    };
    let same = |a: NodeId| {
        let variable = matches!(body.node(x), Node::Name(_) | Node::Global(_));
        variable && body.node(a) == body.node(x)
    };
    body.list(args).first().is_some_and(|&a| same(a))
}
