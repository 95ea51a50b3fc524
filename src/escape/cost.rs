//! What a site allocates when it runs, which is not what the verdict says.
//!
//! | site | on the heap | on the stack |
//! | --- | --- | --- |
//! | variable, `new(T)`, `&T{}` | always; never if T has no size | never |
//! | closure | always; never if it captures nothing | never |
//! | `[]T{…}`, `make([]T, n)` | always; never if n is 0 or T has no size | never; a run-time size above the stack buffer |
//! | `make(map…)`, map literal | always | above eight entries |
//! | boxing | never: constants, one byte, no size, literals of constants (since 1.25); 2, 4 and 8 bytes without pointers: from 256 on; strings and slices: unless empty | values above 1024 bytes |
//! | string conversion, `a + b` | unless tiny or empty | above the 32-byte buffer |
//! | `append` | when the capacity is exceeded | above the 32-byte buffer |
//! | channel | always | |
//!
//! Source: `walk/convert.go`, `walk/builtin.go`, `walk/expr.go` of the compiler and `runtime` (`iface.go`, `string.go`,
//! `slice.go`).

use super::analysis::{Decided, Decision};
use super::build::Subject;
use super::graph::Place;
use crate::ir::Package;
use crate::ir::body::{Body, ConvKind};
use crate::ir::node::{ListKind, Node, NodeId, Nodes};
use crate::ir::print::node_text;
use crate::ir::release::Release;
use crate::site::Cost;
use crate::types::builtin::BuiltinId;
use crate::types::constant::Value;
use crate::types::predicates::is_interface;
use crate::types::sizes::Sizes;
use crate::types::ty::{BasicKind, Ty, TyKind};

/// Bytes of the buffer that the compiler gives a temporary string or byte slice.
const TEMPORARY: i64 = 32;

/// Entries that a map keeps in its first group or bucket.
const MAP_GROUP: usize = 8;

/// Larger values are boxed by the runtime even if the box does not escape.
const MAX_BOX_ON_STACK: i64 = 1024;

/// Bytes of the zeros that all boxes of zero values share.
const SHARED_ZEROS: i64 = 1024;

/// Small integers have boxes of their own in the runtime.
const SMALL_INTEGERS: i64 = 256;

/// Judges what sites cost.
#[derive(Clone, Copy)]
pub struct Costs<'a> {
    /// The package.
    pub package: &'a Package,
    /// What the chosen compiler and its runtime do.
    pub release: &'static Release,
    /// The target.
    pub sizes: Sizes,
}

fn maybe(condition: impl Into<String>) -> Cost {
    Cost::Maybe(condition.into())
}

fn unless(never: bool) -> Cost {
    if never { Cost::Never } else { Cost::Always }
}

impl Costs<'_> {
    /// The cost of the site of a decision.
    pub fn of(&self, decision: &Decision) -> Cost {
        let on_heap = match decision.decided {
            Decided::Unknown => return Cost::Unknown,
            Decided::Heap(_) => true,
            Decided::Stack => false,
        };
        match decision.subject {
            Subject::Anonymous => Cost::Never,
            Subject::Variable(func, local) => {
                let ty = self.package.funcs[func].body.locals[local].ty;
                unless(!on_heap || self.sizes.size_of(ty) == 0)
            }
            Subject::Storage(at) => self.storage(decision, at, on_heap),
        }
    }

    fn storage(&self, decision: &Decision, at: Place, on_heap: bool) -> Cost {
        let body: &Body = &self.package.funcs[at.func].body;
        match body.node(at.node) {
            Node::Builtin { id, args, .. } => {
                self.builtin(body, id, args, at, decision.literal.as_ref(), on_heap)
            }
            Node::PtrLit(_) => self.pointed(body.ty(at.node), on_heap),
            Node::Closure(literal) => {
                let captures = &self.package.funcs[literal].closure_vars;
                unless(!on_heap || captures.is_empty())
            }
            Node::MethodValue { .. } => unless(!on_heap),
            Node::CompLit { list, .. } => self.literal(body, list, at.node, on_heap),
            Node::AddStr(list) => concatenation(body, list, on_heap),
            Node::Conv { x, .. } => match body.conv_kind(at.node) {
                ConvKind::Interface => {
                    let constant = decision.literal.is_some() || self.is_static(body, x, 0);
                    self.boxing(body.ty(x), constant, on_heap)
                }
                kind => conversion(body, kind, at.node, x, on_heap, decision.shared),
            },
            _ => Cost::Unknown,
        }
    }

    fn pointed(&self, pointer: Ty, on_heap: bool) -> Cost {
        let size = pointer.under_pointer().map(|t| self.sizes.size_of(t));
        unless(!on_heap || size == Some(0))
    }

    fn builtin(
        &self,
        body: &Body,
        id: BuiltinId,
        args: Nodes,
        at: Place,
        literal: Option<&Value>,
        on_heap: bool,
    ) -> Cost {
        let ty = body.ty(at.node);
        match (id, ty.under().kind()) {
            (BuiltinId::New, _) => self.pointed(ty, on_heap),
            (BuiltinId::Append, _) if on_heap => maybe("the capacity is exceeded"),
            (BuiltinId::Append, TyKind::Slice(elem)) => self.append_on_stack(*elem),
            (_, TyKind::Slice(elem)) => {
                let size = body.list(args).last().copied();
                let constant = literal.or_else(|| size.and_then(|s| body.literal(s)));
                let text = size.map(|s| node_text(self.package, at.func, s));
                let text = text.unwrap_or_default();
                self.make_slice(*elem, constant.and_then(Value::as_i64), &text, on_heap)
            }
            (_, TyKind::Map { .. }) if on_heap => Cost::Always,
            (_, TyKind::Map { .. }) => maybe(format!("more than {MAP_GROUP} entries are stored")),
            _ => Cost::Always,
        }
    }

    fn append_on_stack(&self, elem: Ty) -> Cost {
        let size = self.sizes.size_of(elem);
        if size > TEMPORARY {
            maybe("the capacity is exceeded")
        } else {
            maybe(format!("more than {TEMPORARY} bytes are needed"))
        }
    }

    /// `length` is the constant capacity, or `text` what is written for it.
    fn make_slice(&self, elem: Ty, length: Option<i64>, text: &str, on_heap: bool) -> Cost {
        let size = self.sizes.size_of(elem);
        match length {
            _ if size == 0 => Cost::Never,
            Some(n) => unless(!on_heap || n == 0),
            None if on_heap => Cost::Always,
            None => {
                let text = if text.contains(' ') {
                    format!("({text})")
                } else {
                    text.to_owned()
                };
                let bytes = if size == 1 {
                    text
                } else {
                    format!("{text} * {size}")
                };
                maybe(format!("{bytes} > {} bytes", self.release.make_buffer))
            }
        }
    }

    fn literal(&self, body: &Body, list: Nodes, at: NodeId, on_heap: bool) -> Cost {
        match body.ty(at).under().kind() {
            TyKind::Map { .. } if on_heap || list.len() > MAP_GROUP => Cost::Always,
            TyKind::Map { .. } => maybe(format!("more than {MAP_GROUP} entries are stored")),
            TyKind::Slice(elem) => {
                unless(!on_heap || list.is_empty() || self.sizes.size_of(*elem) == 0)
            }
            _ => unless(!on_heap),
        }
    }

    /// A value of type `ty` in an interface.
    fn boxing(&self, ty: Ty, constant: bool, on_heap: bool) -> Cost {
        let size = self.sizes.size_of(ty);
        if constant || size <= 1 {
            return Cost::Never;
        }
        if !on_heap {
            return unless(size <= MAX_BOX_ON_STACK);
        }
        let single = single_part(ty);
        match single.under().kind() {
            TyKind::Basic(b) if b.kind == BasicKind::String => maybe("the string is not empty"),
            TyKind::Slice(_) if same_type(single, ty) => maybe("the slice is not nil"),
            _ if !self.sizes.has_pointers(ty)
                && [2, 4, 8].contains(&size)
                && self.sizes.align_of(ty) == size =>
            {
                maybe(format!("the value is {SMALL_INTEGERS} or more as bits"))
            }
            _ => Cost::Always,
        }
    }

    /// Whether a boxed operand is data that the compiler lays out: a constant, or since 1.25 a literal of such, or a
    /// zero literal that fits the shared zeros.
    fn is_static(&self, body: &Body, x: NodeId, depth: u32) -> bool {
        match body.node(x) {
            Node::Literal(_) => true,
            Node::Nil => depth > 0,
            Node::Conv { x, .. } if body.conv_kind(x) == ConvKind::Nop => {
                depth < 100 && !is_interface(body.ty(x)) && self.is_static(body, x, depth + 1)
            }
            Node::CompLit { list, .. } if self.release.static_boxes && depth < 100 => {
                let is_value = matches!(
                    body.ty(x).under().kind(),
                    TyKind::Struct(_) | TyKind::Array { .. }
                );
                let fits = !list.is_empty() || self.sizes.size_of(body.ty(x)) <= SHARED_ZEROS;
                is_value
                    && fits
                    && body.list(list).iter().all(|&e| {
                        let value = element_value(body, e);
                        self.is_static(body, value, depth + 1)
                    })
            }
            Node::Name(local) if self.release.static_boxes && depth == 0 => {
                self.defined_static(body, local, depth)
            }
            _ => false,
        }
    }

    /// A variable whose only assignment is its definition by a static literal.
    fn defined_static(&self, body: &Body, local: crate::ir::body::LocalId, depth: u32) -> bool {
        let var = &body.locals[local];
        let Some(Node::Assign { y: Some(y), .. }) = var.defn.map(|d| body.node(d)) else {
            return false;
        };
        let once = !var.addr_taken && assignments(body, local) == 1;
        once && matches!(body.node(y), Node::CompLit { .. }) && self.is_static(body, y, depth + 1)
    }
}

fn same_type(a: Ty, b: Ty) -> bool {
    a.under() == b.under()
}

/// How often a body assigns to the variable or a part of it.
fn assignments(body: &Body, local: crate::ir::body::LocalId) -> usize {
    let mut count = 0;
    body.preorder(body.stmts, |id| {
        count += match body.node(id) {
            Node::Assign { x, .. } | Node::AssignOp { x, .. } => {
                usize::from(is_part_of(body, x, local))
            }
            Node::AssignList { lhs, kind, .. } => {
                let hits = body
                    .list(lhs)
                    .iter()
                    .filter(|&&x| is_part_of(body, x, local));
                hits.count() * if kind == ListKind::Pairs { 1 } else { 2 }
            }
            Node::Range { key, value, .. } => [key, value]
                .into_iter()
                .flatten()
                .filter(|&x| is_part_of(body, x, local))
                .count(),
            _ => 0,
        };
        true
    });
    count
}

fn is_part_of(body: &Body, mut x: NodeId, local: crate::ir::body::LocalId) -> bool {
    loop {
        x = match body.node(x) {
            Node::Name(l) => return l == local,
            Node::Dot { x, .. } | Node::Index { x, .. } => x,
            _ => return false,
        };
    }
}

fn element_value(body: &Body, element: NodeId) -> NodeId {
    match body.node(element) {
        Node::Key { value, .. } | Node::StructKey { value, .. } => value,
        _ => element,
    }
}

/// The one field or element that the type consists of, or the type itself.
fn single_part(mut ty: Ty) -> Ty {
    for _ in 0..100 {
        ty = match ty.under().kind() {
            TyKind::Struct(s) if s.fields.len() == 1 => s.fields[0].ty(),
            TyKind::Array { len: 1, elem } => *elem,
            _ => return ty,
        };
    }
    ty
}

fn concatenation(body: &Body, list: Nodes, on_heap: bool) -> Cost {
    if on_heap {
        return maybe("more than one operand is not empty");
    }
    let constant: usize = body
        .list(list)
        .iter()
        .filter_map(|&x| body.literal(x)?.as_text().map(|t| t.to_bytes().len()))
        .sum();
    if i64::try_from(constant).is_ok_and(|bytes| bytes >= TEMPORARY) {
        maybe("another operand than the constant is not empty")
    } else {
        maybe(format!("the result has more than {TEMPORARY} bytes"))
    }
}

fn conversion(
    body: &Body,
    kind: ConvKind,
    id: NodeId,
    x: NodeId,
    on_heap: bool,
    shared: bool,
) -> Cost {
    let is_constant = body.literal(x).is_some();
    match (kind, on_heap) {
        _ if shared && !on_heap => Cost::Never,
        (ConvKind::BytesToString | ConvKind::RunesToString, true) => {
            maybe("the string has more than one byte")
        }
        (ConvKind::RuneToString, false) => Cost::Never,
        (ConvKind::RuneToString, true) => maybe("the rune is not ASCII"),
        (ConvKind::StringToBytes | ConvKind::StringToRunes, true) => {
            maybe("the string is not empty")
        }
        (ConvKind::StringToBytes, false) if is_constant => Cost::Never,
        (ConvKind::StringToRunes, false) => maybe(format!("there are more than {TEMPORARY} runes")),
        (ConvKind::BytesToString, false) if is_looked_at(body, id) => Cost::Never,
        _ => maybe(format!("there are more than {TEMPORARY} bytes")),
    }
}

/// Whether a string made of bytes is only looked at where it stands, so that it may share their memory: as a map key, in
/// a comparison, for its length, in a `switch`, or beside a constant in a concatenation.
fn is_looked_at(body: &Body, id: NodeId) -> bool {
    let mut found = false;
    body.preorder(body.stmts, |parent| {
        found |= looks_at(body, parent, id);
        !found
    });
    found
}

fn looks_at(body: &Body, parent: NodeId, id: NodeId) -> bool {
    match body.node(parent) {
        Node::Index { x, i } => i == id && matches!(body.ty(x).under().kind(), TyKind::Map { .. }),
        Node::Binary { x, y, .. } => x == id || y == id,
        Node::Builtin {
            id: BuiltinId::Len | BuiltinId::Delete,
            args,
            ..
        } => body.list(args).contains(&id),
        Node::Switch { tag, .. } => tag == Some(id),
        Node::AddStr(list) => {
            let list = body.list(list);
            let has_text = |&x: &NodeId| {
                body.literal(x)
                    .and_then(Value::as_text)
                    .is_some_and(|t| !t.to_bytes().is_empty())
            };
            list.contains(&id) && list.iter().any(has_text)
        }
        _ => false,
    }
}
