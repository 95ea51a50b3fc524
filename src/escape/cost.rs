//! What a site allocates when it runs, which is not what the verdict says.
//!
//! | site | on the heap | on the stack |
//! | --- | --- | --- |
//! | variable, `new(T)`, `&T{}` | always; never if T has no size | never |
//! | closure | always; never if it captures nothing | never |
//! | `[]T{…}`, `make([]T, n)` | always; never if n is 0 or T has no size | never; a run-time size above the stack buffer |
//! | `make(map…)`, map literal | always | above eight entries |
//! | boxing | never: constants, one byte, no size, literals of constants (since 1.25); 2, 4 and 8 bytes without pointers: from 256 on; strings and slices: unless empty | values above 1024 bytes |
//! | string conversion, `a + b` | unless tiny or empty | above the 32-byte buffer; never if it is only looked at ([`transient`](super::transient)) |
//! | `string(r)` | always | never |
//! | `append` | when the capacity is exceeded | above the 32-byte buffer |
//! | slice moved to the heap | unless empty or larger than the buffer | |
//! | channel | always | |
//!
//! Source: `walk/convert.go`, `walk/builtin.go`, `walk/expr.go` of the compiler and `runtime` (`iface.go`, `string.go`,
//! `slice.go`).

use std::cell::OnceCell;

use super::analysis::{Decided, Decision};
use super::build::Subject;
use super::graph::Place;
use super::transient::Surroundings;
use crate::base::index::IndexVec;
use crate::ir::Package;
use crate::ir::body::{Body, Class, ConvKind};
use crate::ir::node::{FuncId, Node, NodeId, Nodes};
use crate::ir::outline::Outlines;
use crate::ir::print::plain_text;
use crate::ir::release::Release;
use crate::ir::statics::Statics;
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

/// Larger variables are captured by reference.
const MAX_CAPTURED_VALUE: u64 = 128;

/// Small integers have boxes of their own in the runtime.
const SMALL_INTEGERS: i64 = 256;

/// Judges what sites cost.
pub struct Costs<'a> {
    /// The package.
    pub package: &'a Package,
    /// What the chosen compiler and its runtime do.
    pub release: &'static Release,
    /// The target.
    pub sizes: Sizes,
    /// What variables are known to hold.
    statics: Statics,
    /// Of the functions asked about so far.
    surroundings: IndexVec<FuncId, OnceCell<Surroundings>>,
}

fn maybe(condition: impl Into<String>) -> Cost {
    Cost::Maybe(condition.into())
}

fn unless(never: bool) -> Cost {
    if never { Cost::Never } else { Cost::Always }
}

impl<'a> Costs<'a> {
    /// For the sites of a package whose calls are inlined.
    pub fn new(package: &'a Package, release: &'static Release, sizes: Sizes) -> Costs<'a> {
        Costs {
            package,
            release,
            sizes,
            statics: Statics::of(package, &Outlines::of(package), release),
            surroundings: package.funcs.iter().map(|_| OnceCell::new()).collect(),
        }
    }

    /// Where the nodes of a function stand.
    pub(super) fn surroundings(&self, func: FuncId) -> &Surroundings {
        self.surroundings[func].get_or_init(|| {
            let body = &self.package.funcs[func].body;
            Surroundings::of(body, |id| {
                let Node::Closure(literal) = body.node(id) else {
                    return Vec::new();
                };
                let literal = &self.package.funcs[literal];
                let outer = literal.closure_vars.iter();
                let outer = outer.filter_map(|&var| match literal.body.locals[var].class {
                    Class::Captured(outer) => Some(outer),
                    _ => None,
                });
                outer.collect()
            })
        })
    }

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

    /// Bytes of the object that a function literal is: its code, and what it captures, by value where the compiler does.
    pub(super) fn closure_size(&self, literal: FuncId) -> u64 {
        let func = &self.package.funcs[literal];
        let captured = func.closure_vars.iter().map(|&var| {
            let (owner, local) = self.package.canonical(literal, var);
            let variable = &self.package.funcs[owner].body.locals[local];
            let size = u64::try_from(self.sizes.size_of(variable.ty)).unwrap_or_default();
            let by_value = size <= MAX_CAPTURED_VALUE
                && !variable.addr_taken
                && !self.statics.is_reassigned((owner, local));
            if by_value {
                size
            } else {
                u64::from(self.sizes.word)
            }
        });
        u64::from(self.sizes.word) + captured.sum::<u64>()
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
                    let constant = decision.literal.is_some() || self.is_static(at.func, x);
                    self.boxing(body.ty(x), constant, on_heap)
                }
                kind => self.conversion(kind, at, x, on_heap, decision.shared && !on_heap),
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
                let text = size.map(|s| plain_text(self.package, at.func, s));
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
            self.append_in_buffer(elem)
        }
    }

    /// The cost of an `append` to a slice that starts in a buffer of the frame.
    pub(super) fn append_in_buffer(&self, elem: Ty) -> Cost {
        let size = self.sizes.size_of(elem).max(1);
        let room = TEMPORARY / size * size;
        maybe(format!("more than {room} bytes are needed"))
    }

    /// The cost of handing on such a slice.
    pub(super) fn move_to_heap(&self, elem: Ty) -> Cost {
        let most = TEMPORARY / self.sizes.size_of(elem).max(1);
        if most == 1 {
            maybe("it has one element")
        } else {
            maybe(format!("it has elements, {most} at most"))
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

    /// Whether a boxed operand is data that the compiler lays out: a constant, or since 1.25 a literal of such, also
    /// where a variable holds nothing else.
    fn is_static(&self, func: FuncId, x: NodeId) -> bool {
        let body = &self.package.funcs[func].body;
        if !self.release.static_boxes {
            return is_constant(body, x);
        }
        let (func, value) = self.statics.value(self.package, func, x);
        let body: &Body = &self.package.funcs[func].body;
        let mut todo = vec![value];
        while let Some(id) = todo.pop() {
            match body.node(id) {
                Node::Literal(_) => {}
                Node::Nil if id != value => {}
                Node::Conv { x, .. }
                    if body.conv_kind(id) == ConvKind::Nop && !is_interface(body.ty(x)) =>
                {
                    todo.push(x);
                }
                Node::CompLit { list, .. }
                    if matches!(
                        body.ty(id).under().kind(),
                        TyKind::Struct(_) | TyKind::Array { .. }
                    ) =>
                {
                    todo.extend(body.list(list).iter().map(|&e| element_value(body, e)));
                }
                _ => return false,
            }
        }
        true
    }

    fn conversion(
        &self,
        kind: ConvKind,
        at: Place,
        x: NodeId,
        on_heap: bool,
        shared: bool,
    ) -> Cost {
        let body: &Body = &self.package.funcs[at.func].body;
        let is_constant = body.literal(x).is_some();
        match (kind, on_heap) {
            _ if shared => Cost::Never,
            (ConvKind::RuneToString, _) => unless(!on_heap),
            (ConvKind::BytesToString | ConvKind::RunesToString, true) => {
                maybe("the string has more than one byte")
            }
            (ConvKind::StringToBytes | ConvKind::StringToRunes, true) => match body.literal(x) {
                Some(text) => unless(text.as_text().is_some_and(|t| t.to_bytes().is_empty())),
                None => maybe("the string is not empty"),
            },
            (ConvKind::StringToBytes, false) if is_constant => Cost::Never,
            _ if self.is_transient(at) => Cost::Never,
            (ConvKind::StringToRunes, false) => {
                maybe(format!("there are more than {TEMPORARY} runes"))
            }
            _ => maybe(format!("there are more than {TEMPORARY} bytes")),
        }
    }

    fn is_transient(&self, at: Place) -> bool {
        let body = &self.package.funcs[at.func].body;
        self.surroundings(at.func)
            .is_transient(body, at.node, self.release)
    }
}

fn is_constant(body: &Body, mut x: NodeId) -> bool {
    while let Node::Conv { x: inner, .. } = body.node(x) {
        if body.conv_kind(x) != ConvKind::Nop || is_interface(body.ty(inner)) {
            return false;
        }
        x = inner;
    }
    body.literal(x).is_some()
}

fn same_type(a: Ty, b: Ty) -> bool {
    a.under() == b.under()
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
