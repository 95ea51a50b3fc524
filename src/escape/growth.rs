//! What grows in loops: whether it starts without room, and whether how far it will grow could be known before.
//!
//! ```go
//! var out []T                       // starts empty
//! for _, x := range list {          // as many iterations as `list` has elements
//!     out = append(out, f(x))       // count known: once an iteration, directly in the loop
//! }
//! ```
//!
//! A statement in an `if` runs less often than its loop, and behind a `continue` too, so nothing is known there. A
//! variable that is assigned anything else than what it grows to, whose address is taken or that a closure captures may
//! have room from elsewhere.

use super::transient::Surroundings;
use crate::ir::body::{Body, Class, LocalId};
use crate::ir::node::{BinOp, Branch, Node, NodeId, Nodes};
use crate::site::{Trait, Traits};
use crate::types::builtin::BuiltinId;
use crate::types::constant::Value;
use crate::types::predicates::is_string;
use crate::types::ty::{BasicKind, Ty, TyKind};

/// A body, and where its nodes stand.
#[derive(Clone, Copy)]
pub(super) struct Growth<'b> {
    pub body: &'b Body,
    pub around: &'b Surroundings,
}

impl Growth<'_> {
    /// Of `x = append(s, …)`.
    pub fn of_append(self, id: NodeId) -> Traits {
        let Node::Builtin { args, ddd, .. } = self.body.node(id) else {
            return Traits::default();
        };
        let first = self.body.list(args).first().copied();
        match (self.grown(id, first), self.around.parent(id)) {
            (Some(local), Some(stmt)) => self.traits(local, stmt, !ddd),
            _ => Traits::default(),
        }
    }

    /// Of `make(T, …, size)`.
    pub fn of_make(self, id: NodeId) -> Traits {
        let Node::Builtin { args, .. } = self.body.node(id) else {
            return Traits::default();
        };
        let size = self.body.list(args).iter().skip(1).next_back();
        let assigned = self.around.parent(id).map(|stmt| self.body.node(stmt));
        let holds = match (size, assigned) {
            (Some(&size), Some(Node::Assign { x, .. })) => self.doubles(size, x),
            _ => false,
        };
        Traits::default().with(Trait::Doubles, holds)
    }

    /// Whether `size` is at least twice the length or capacity of `of`: `2*len(x)`, `cap(x)<<1`, `2*cap(x) + n`.
    fn doubles(self, size: NodeId, of: NodeId) -> bool {
        let at_least = |x: NodeId, least: i64| {
            let value = self.body.literal(x).and_then(Value::as_i64);
            value.is_some_and(|value| value >= least)
        };
        match self.body.node(size) {
            Node::Binary { op, x, y } => match op {
                BinOp::Mul if at_least(y, 2) => self.is_length(x, of),
                BinOp::Mul if at_least(x, 2) => self.is_length(y, of),
                BinOp::Lsh => at_least(y, 1) && self.is_length(x, of),
                BinOp::Add => self.doubles(x, of) || self.doubles(y, of),
                _ => false,
            },
            _ => false,
        }
    }

    /// Whether `x` is `len(of)` or `cap(of)`.
    fn is_length(self, x: NodeId, of: NodeId) -> bool {
        match self.body.node(x) {
            Node::Builtin {
                id: BuiltinId::Len | BuiltinId::Cap,
                args,
                ..
            } => self
                .body
                .list(args)
                .iter()
                .all(|&arg| self.is_same(arg, of)),
            _ => false,
        }
    }

    /// Whether two expressions are the same variable, or the same field of it.
    fn is_same(self, one: NodeId, other: NodeId) -> bool {
        match (self.body.node(one), self.body.node(other)) {
            (Node::Name(one), Node::Name(other)) => one == other,
            (
                Node::Dot { x, field, .. },
                Node::Dot {
                    x: of_other,
                    field: other,
                    ..
                },
            ) => field == other && self.is_same(x, of_other),
            _ => false,
        }
    }

    /// Of the statement that assigns to an element of the map `map`.
    pub fn of_map(self, map: NodeId, stmt: NodeId) -> Traits {
        match self.body.node(map) {
            Node::Name(local) => self.traits(local, stmt, true),
            _ => Traits::default(),
        }
    }

    /// Of `s + …`, or of the statement `s += …`.
    pub fn of_concatenation(self, id: NodeId) -> Traits {
        let grown = match self.body.node(id) {
            Node::AddStr(list) => {
                let first = self.body.list(list).first().copied();
                self.grown(id, first)
                    .zip(self.around.parent(id))
                    .map(|(local, stmt)| (Some(local), stmt))
            }
            Node::AssignOp { x, .. } => match self.body.node(x) {
                Node::Name(local) => Some((Some(local), id)),
                _ => Some((None, id)),
            },
            _ => None,
        };
        let holds = grown.is_some_and(|(local, stmt)| self.loops_since(local, stmt) > 0);
        Traits::default().with(Trait::GrowsItself, holds)
    }

    /// The variable that `first`, an operand of `id`, is, if the value of `id` is assigned to it.
    fn grown(self, id: NodeId, first: Option<NodeId>) -> Option<LocalId> {
        let Node::Name(from) = self.body.node(first?) else {
            return None;
        };
        match self.body.node(self.around.parent(id)?) {
            Node::Assign { x, .. } if self.body.node(x) == Node::Name(from) => Some(from),
            _ => None,
        }
    }

    fn traits(self, local: LocalId, stmt: NodeId, by_one: bool) -> Traits {
        let known = by_one && self.is_count_known(stmt) && self.loops_since(Some(local), stmt) == 1;
        Traits::default()
            .with(Trait::StartsEmpty, self.starts_empty(local))
            .with(Trait::CountKnown, known)
    }

    fn starts_empty(self, local: LocalId) -> bool {
        let variable = &self.body.locals[local];
        let Some(values) = self.around.values(local) else {
            return false;
        };
        let is_empty = |value: &Option<NodeId>| match *value {
            None => true,
            Some(value) => self.is_empty(value),
        };
        let grows = |value: &Option<NodeId>| value.is_some_and(|v| self.is_growth_of(v, local));
        let from_zero = variable.class == Class::Result || values.iter().any(is_empty);
        from_zero
            && variable.class != Class::Param
            && !variable.addr_taken
            && values.iter().all(|v| is_empty(v) || grows(v))
    }

    /// Whether the value is a slice or map without room.
    fn is_empty(self, value: NodeId) -> bool {
        match self.body.node(value) {
            Node::Nil => true,
            Node::CompLit { list, .. } => list.is_empty(),
            Node::Builtin {
                id: BuiltinId::Make,
                args,
                ..
            } => match self.body.list(args) {
                [_] => true,
                [_, size] => self.body.literal(*size).and_then(Value::as_i64) == Some(0),
                _ => false,
            },
            Node::Conv { x, .. } => self.is_empty(x),
            _ => false,
        }
    }

    fn is_growth_of(self, value: NodeId, local: LocalId) -> bool {
        match self.body.node(value) {
            Node::Builtin {
                id: BuiltinId::Append,
                args,
                ..
            } => {
                let first = self.body.list(args).first();
                first.is_some_and(|&s| self.body.node(s) == Node::Name(local))
            }
            _ => false,
        }
    }

    /// How many loops lie between the declaration of the variable and a statement; for no variable, all around it.
    fn loops_since(self, local: Option<LocalId>, stmt: NodeId) -> usize {
        let declared = local.and_then(|l| self.around.declaration(l));
        let outside = declared.map_or(0, |d| self.loops_around(d).len());
        self.loops_around(stmt).len().saturating_sub(outside)
    }

    /// The loops that repeat a node, innermost first.
    fn loops_around(self, id: NodeId) -> Vec<NodeId> {
        let mut loops = Vec::new();
        let mut at = id;
        while let Some(parent) = self.around.parent(at) {
            let repeats = match self.body.node(parent) {
                Node::For { .. } => !self.is_init(parent, at),
                Node::Range { body, .. } => self.body.list(body).contains(&at),
                _ => false,
            };
            if repeats {
                loops.push(parent);
            }
            at = parent;
        }
        loops
    }

    fn is_init(self, of: NodeId, stmt: NodeId) -> bool {
        self.body.list(self.body.init(of)).contains(&stmt)
    }

    /// Whether the statement stands directly in a loop whose iterations can be counted before it starts.
    fn is_count_known(self, stmt: NodeId) -> bool {
        let Some(parent) = self.around.parent(stmt) else {
            return false;
        };
        match self.body.node(parent) {
            Node::Range { x, body, .. } => {
                has_length(self.body.ty(x)) && self.is_reached(body, stmt)
            }
            Node::For {
                cond: Some(cond),
                post: Some(post),
                body,
                ..
            } => self.counts(cond, post) && self.is_reached(body, stmt),
            _ => false,
        }
    }

    /// `i < n` with `i++`.
    fn counts(self, cond: NodeId, post: NodeId) -> bool {
        match (self.body.node(cond), self.body.node(post)) {
            (
                Node::Binary {
                    op: BinOp::Lt | BinOp::Le,
                    x,
                    ..
                },
                Node::AssignOp {
                    x: counter,
                    inc_dec: true,
                    ..
                },
            ) => self.body.node(x) == self.body.node(counter),
            _ => false,
        }
    }

    /// Whether no `continue` or `goto` before the statement can pass it over.
    fn is_reached(self, list: Nodes, stmt: NodeId) -> bool {
        let statements = self.body.list(list);
        let Some(at) = statements.iter().position(|&s| s == stmt) else {
            return false;
        };
        let mut todo = statements[..at].to_vec();
        while let Some(id) = todo.pop() {
            let passes = matches!(
                self.body.node(id),
                Node::Branch {
                    kind: Branch::Continue | Branch::Goto,
                    ..
                }
            );
            if passes {
                return false;
            }
            self.body.children(id, &mut todo);
        }
        true
    }
}

/// Whether a range over a value of this type runs a number of times that is known before.
fn has_length(ty: Ty) -> bool {
    let under = ty.under_pointer().unwrap_or(ty).under();
    match under.kind() {
        TyKind::Slice(_) | TyKind::Array { .. } | TyKind::Map { .. } => true,
        TyKind::Basic(basic) => {
            is_string(under) || (BasicKind::Int..=BasicKind::Uintptr).contains(&basic.kind)
        }
        _ => false,
    }
}
