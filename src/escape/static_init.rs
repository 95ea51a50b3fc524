//! Package-level variables whose values the compiler lays out as data: nothing of them is evaluated at run time, so
//! nothing of them is a location.
//!
//! | initialiser | what is left to evaluate |
//! | --- | --- |
//! | constant, `nil`, function, closure without captures, `[]byte("text")`, another package-level variable | nothing |
//! | `T{…}`, `[]T{…}`, `&T{…}`, a value in an interface | the parts that are not data, into that memory |
//! | an inlined call that only returns an expression, as that of `errors.New` | what is left of that expression, with the arguments in the place of parameters |
//! | map literal, `make`, `new`, call, anything else | all of it |
//!
//! What is left goes to the heap, as anything that a package-level variable holds. Initialisers of the blank variable
//! without effects are dropped. Since Go 1.24 the data of the FIPS 140 module has no addresses in it, so that whatever
//! needs one is evaluated.
//!
//! Source: `staticinit/sched.go` and `pkginit/init.go` of the compiler.

use rustc_hash::{FxHashMap, FxHashSet};

use super::build::Walk;
use super::graph::Why;
use crate::ir::body::{Body, ConvKind, LocalId};
use crate::ir::node::{BinOp, ListKind, Node, NodeId};
use crate::ir::shape::has_shape;
use crate::types::builtin::BuiltinId;
use crate::types::predicates::is_interface;
use crate::types::ty::TyKind;

/// What the parameters of inlined constructors stand for, and where the arguments are assigned.
#[derive(Default)]
struct Bound {
    args: FxHashMap<LocalId, (NodeId, NodeId)>,
    /// Assignments that are evaluated all the same, as something evaluated mentions a parameter.
    walked: FxHashSet<NodeId>,
}

impl Bound {
    /// The argument in place of a parameter, the expression itself if it is none.
    fn resolve(&self, body: &Body, mut id: NodeId) -> NodeId {
        while let Node::Name(local) = body.node(id) {
            match self.args.get(&local) {
                Some(&(arg, _)) => id = arg,
                None => break,
            }
        }
        id
    }
}

/// An inlined call of a function that only returns an expression.
struct Constructor {
    /// The statement that assigns the arguments.
    assign: Option<NodeId>,
    params: Vec<LocalId>,
    args: Vec<NodeId>,
    value: NodeId,
}

impl Walk<'_, '_> {
    /// Walks what is left of a package-level initialiser; false if the statement is none.
    pub fn static_init(&mut self, id: NodeId) -> bool {
        if !self.is_init || self.depth != 1 {
            return false;
        }
        match self.body.node(id) {
            Node::Assign { x, y: Some(y), .. } => match self.body.node(x) {
                Node::Global(_) => self.lay_out(y, true, id),
                Node::Blank if is_without_effects(self.body, y) => {}
                Node::Blank => self.lay_out(y, false, id),
                _ => return false,
            },
            _ => return false,
        }
        true
    }

    /// Goes through a value that lies in static memory, or is only looked at if it is not `kept`; parts that are not data
    /// are evaluated at run time.
    fn lay_out(&mut self, value: NodeId, kept: bool, at: NodeId) {
        let mut bound = Bound::default();
        let mut todo = vec![(value, kept)];
        let mut parts = Vec::new();
        while let Some((id, kept)) = todo.pop() {
            let id = bound.resolve(self.body, id);
            if self.is_laid_out(id, &mut bound, &mut parts) {
                // Behind a pointer, or in a slice or an interface, lies memory of its own.
                let kept = kept || self.points_to_data(id);
                todo.extend(parts.drain(..).map(|part| (part, kept)));
                continue;
            }
            self.assign_mentioned(id, &mut bound);
            if kept {
                self.send_to_heap(id, at, Why::Assign);
            } else {
                self.discard(id);
            }
        }
    }

    fn points_to_data(&self, id: NodeId) -> bool {
        let body = self.body;
        match body.node(id) {
            Node::PtrLit(_) => true,
            Node::CompLit { .. } => matches!(body.ty(id).under().kind(), TyKind::Slice(_)),
            Node::Conv { x, .. } => {
                body.conv_kind(id) == ConvKind::Interface && self.boxes(body.ty(x))
            }
            _ => false,
        }
    }

    /// Whether the value is data but for the parts that are added to `todo`.
    fn is_laid_out(&self, id: NodeId, bound: &mut Bound, todo: &mut Vec<NodeId>) -> bool {
        let body = self.body;
        let has_addresses = !self.b.is_fips;
        let is_call = matches!(body.node(id), Node::InlinedCall { .. });
        if !is_call && !body.init(id).is_empty() {
            return false;
        }
        match body.node(id) {
            Node::Literal(_)
            | Node::Nil
            | Node::Func(_)
            | Node::MethodExpr { .. }
            | Node::Global(_) => true,
            Node::AddStr(list) => body
                .list(list)
                .iter()
                .all(|&part| body.literal(bound.resolve(body, part)).is_some()),
            Node::Conv { x, .. } => match body.conv_kind(id) {
                ConvKind::Nop => push(todo, x),
                ConvKind::Interface => {
                    let ty = body.ty(bound.resolve(body, x));
                    has_addresses && !is_interface(ty) && !has_shape(ty) && push(todo, x)
                }
                ConvKind::StringToBytes => {
                    has_addresses && body.literal(bound.resolve(body, x)).is_some()
                }
                _ => false,
            },
            Node::PtrLit(x) => has_addresses && push(todo, x),
            Node::Closure(literal) => {
                has_addresses && self.b.cx.package.funcs[literal].closure_vars.is_empty()
            }
            Node::CompLit { list, .. } => match body.ty(id).under().kind() {
                TyKind::Map { .. } => false,
                TyKind::Slice(_) if !has_addresses => false,
                _ => {
                    let elements = body.list(list).iter().rev();
                    todo.extend(elements.map(|&element| match body.node(element) {
                        Node::Key { value, .. } | Node::StructKey { value, .. } => value,
                        _ => element,
                    }));
                    true
                }
            },
            Node::InlinedCall { .. } if has_addresses => match self.constructor(id) {
                Some(call) => {
                    let pairs = call.params.iter().zip(&call.args);
                    let assign = call.assign.unwrap_or(id);
                    let args = pairs.map(|(&param, &arg)| (param, (arg, assign)));
                    bound.args.extend(args);
                    push(todo, call.value)
                }
                None => false,
            },
            _ => false,
        }
    }

    /// What is evaluated at run time needs the arguments that it mentions.
    fn assign_mentioned(&mut self, id: NodeId, bound: &mut Bound) {
        let body = self.body;
        let mut todo = vec![id];
        let mut assigns = Vec::new();
        while let Some(id) = todo.pop() {
            body.children(id, &mut todo);
            let Node::Name(local) = body.node(id) else {
                continue;
            };
            if let Some(&(arg, assign)) = bound.args.get(&local)
                && bound.walked.insert(assign)
            {
                todo.push(arg);
                assigns.push(assign);
            }
        }
        for assign in assigns {
            self.nested(assign, |walk| walk.stmt_after_init(assign));
        }
    }

    /// The inlined call as a constructor, if the compiler can put its arguments in the place of the parameters.
    fn constructor(&self, call: NodeId) -> Option<Constructor> {
        let constructor = self.shape_of(call)?;
        let body = self.body;
        let safe = constructor.params.iter().zip(&constructor.args);
        let mut safe = safe.map(|(&param, &arg)| {
            let uses = count_uses(body, constructor.value, param);
            !body.locals[param].addr_taken
                && is_without_effects(body, arg)
                && (uses <= 1 || is_repeatable(body, arg))
        });
        let captures = any(body, constructor.value, |id| {
            let Node::Closure(literal) = body.node(id) else {
                return false;
            };
            !self.b.cx.package.funcs[literal].closure_vars.is_empty()
        });
        (safe.all(|s| s) && !captures).then_some(constructor)
    }

    /// `params := args; { var r T; r = value; goto end }; end:`
    fn shape_of(&self, call: NodeId) -> Option<Constructor> {
        let body = self.body;
        let Node::InlinedCall { body: stmts, .. } = body.node(call) else {
            return None;
        };
        let (assign, params, args) = match *body.list(body.init(call)) {
            [assign, mark] if body.node(mark) == Node::InlineMark => {
                let Node::AssignList {
                    kind: ListKind::Pairs,
                    lhs,
                    rhs,
                    ..
                } = body.node(assign)
                else {
                    return None;
                };
                (Some(assign), body.list(lhs), body.list(rhs))
            }
            [mark] if body.node(mark) == Node::InlineMark => (None, &[][..], &[][..]),
            _ => return None,
        };
        let [block, label] = *body.list(stmts) else {
            return None;
        };
        let (Node::Block(list), Node::Label(_)) = (body.node(block), body.node(label)) else {
            return None;
        };
        let [declared, result, _] = *body.list(list) else {
            return None;
        };
        let (Node::Dcl(_), Node::AssignList { rhs, .. }) = (body.node(declared), body.node(result))
        else {
            return None;
        };
        let [value] = *body.list(rhs) else {
            return None;
        };
        let pairs = params.iter().zip(args);
        let (params, args) = pairs
            .filter_map(|(&param, &arg)| match body.node(param) {
                Node::Name(local) => Some((local, arg)),
                _ => None,
            })
            .unzip();
        Some(Constructor {
            assign,
            params,
            args,
            value,
        })
    }
}

fn push(todo: &mut Vec<NodeId>, id: NodeId) -> bool {
    todo.push(id);
    true
}

/// Whether `is` holds for a node of the expression.
fn any(body: &Body, id: NodeId, is: impl Fn(NodeId) -> bool) -> bool {
    let mut todo = vec![id];
    while let Some(id) = todo.pop() {
        if is(id) {
            return true;
        }
        body.children(id, &mut todo);
    }
    false
}

fn count_uses(body: &Body, value: NodeId, param: LocalId) -> usize {
    let (mut count, mut todo) = (0, vec![value]);
    while let Some(id) = todo.pop() {
        count += usize::from(body.node(id) == Node::Name(param));
        body.children(id, &mut todo);
    }
    count
}

/// Whether evaluating the expression runs no other code and cannot panic.
fn is_without_effects(body: &Body, id: NodeId) -> bool {
    !any(body, id, |id| has_effect(body, id))
}

/// Whether the node itself may do more than give a value.
fn has_effect(body: &Body, id: NodeId) -> bool {
    match body.node(id) {
        Node::Binary {
            op: BinOp::Div | BinOp::Mod,
            y,
            ..
        } => body.literal(y).is_none_or(|divisor| divisor.sign() == 0),
        Node::Conv { .. } => matches!(
            body.conv_kind(id),
            ConvKind::SliceToArray | ConvKind::SliceToArrayPointer
        ),
        Node::Dot { x, .. } => body.ty(x).under_pointer().is_some(),
        Node::Builtin { id: of, args, .. } => match of {
            BuiltinId::New
            | BuiltinId::Len
            | BuiltinId::Cap
            | BuiltinId::Real
            | BuiltinId::Imag
            | BuiltinId::Complex => false,
            BuiltinId::Make => {
                let sizes = body.list(args).get(1..).unwrap_or_default();
                matches!(body.ty(id).under().kind(), TyKind::Slice(_))
                    || !sizes
                        .iter()
                        .all(|&s| body.literal(s).is_some_and(|v| v.sign() == 0))
            }
            _ => true,
        },
        Node::Name(_)
        | Node::Blank
        | Node::Global(_)
        | Node::Func(_)
        | Node::Type
        | Node::Literal(_)
        | Node::Nil
        | Node::Unary { .. }
        | Node::Binary { .. }
        | Node::AddStr(_)
        | Node::Addr { .. }
        | Node::PtrLit(_)
        | Node::CompLit { .. }
        | Node::Key { .. }
        | Node::StructKey { .. } => false,
        _ => true,
    }
}

/// Whether evaluating the expression twice gives the same value twice.
fn is_repeatable(body: &Body, id: NodeId) -> bool {
    !any(body, id, |id| {
        has_effect(body, id)
            || match body.node(id) {
                Node::PtrLit(_) => true,
                Node::Builtin { id: of, .. } => matches!(of, BuiltinId::Make | BuiltinId::New),
                Node::CompLit { .. } => matches!(
                    body.ty(id).under().kind(),
                    TyKind::Map { .. } | TyKind::Slice(_)
                ),
                Node::Conv { .. } => matches!(
                    body.conv_kind(id),
                    ConvKind::StringToBytes | ConvKind::StringToRunes
                ),
                _ => false,
            }
    })
}
