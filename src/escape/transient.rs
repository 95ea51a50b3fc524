//! Strings and runes that are made only to be looked at: the compiler lets a string share the bytes it is made of, and
//! does not make runes that are only counted.
//!
//! | expression | shares, or is not made |
//! | --- | --- |
//! | `m[string(b)]`, `m[T{string(b)}]` | yes, where the map is read |
//! | `s := string(b)`, and the next statement reads `m[s]` | since Go 1.25, if that is the only use |
//! | `delete(m, string(b))` | since Go 1.25 |
//! | `string(b) == s`, `<` and so on | yes |
//! | `switch string(b)` | if every case is a constant |
//! | `"text" + string(b)` | if the constant is not empty |
//! | `len(string(b))`, `len([]rune(s))` | yes |
//!
//! Source: `walk/order.go`, `walk/switch.go`, `walk/builtin.go` and `ssa/_gen/generic.rules` of the compiler.

use rustc_hash::FxHashMap;

use crate::ir::body::{Body, ConvKind, LocalId};
use crate::ir::node::{ListKind, Node, NodeId, Nodes};
use crate::ir::release::Release;
use crate::types::builtin::BuiltinId;
use crate::types::constant::Value;
use crate::types::ty::{Ty, TyKind};

/// Where the nodes of a body stand.
pub(super) struct Surroundings {
    parents: FxHashMap<NodeId, NodeId>,
    /// How often each variable is mentioned, captures included.
    mentions: FxHashMap<LocalId, u32>,
    /// Where variables are declared; parameters and results are not.
    declarations: FxHashMap<LocalId, NodeId>,
    /// What variables of slice and map type are assigned, `None` for zero; no entry for those that get something in
    /// another way than by a plain assignment.
    values: FxHashMap<LocalId, Option<Vec<Option<NodeId>>>>,
}

impl Surroundings {
    /// Looks at a body once. `captured` gives the variables that the literal of a closure expression captures.
    pub fn of(body: &Body, captured: impl Fn(NodeId) -> Vec<LocalId>) -> Surroundings {
        let mut found = Surroundings {
            parents: FxHashMap::default(),
            mentions: FxHashMap::default(),
            declarations: FxHashMap::default(),
            values: FxHashMap::default(),
        };
        let mut below = Vec::new();
        body.preorder(body.stmts, |id| {
            below.clear();
            body.children(id, &mut below);
            found.parents.extend(below.iter().map(|&child| (child, id)));
            let mentioned = match body.node(id) {
                Node::Name(local) => vec![local],
                Node::Closure(_) => captured(id),
                _ => Vec::new(),
            };
            if matches!(body.node(id), Node::Closure(_)) {
                mentioned.iter().for_each(|&local| found.lose(local));
            }
            for local in mentioned {
                *found.mentions.entry(local).or_default() += 1;
            }
            found.assigned(body, id);
            true
        });
        found
    }

    fn assigned(&mut self, body: &Body, id: NodeId) {
        match body.node(id) {
            Node::Dcl(local) => {
                self.declarations.insert(local, id);
            }
            Node::Assign { x, y, .. } => self.assign(body, x, y),
            Node::AssignList {
                kind: ListKind::Pairs,
                lhs,
                rhs,
                ..
            } => {
                for (&x, &y) in body.list(lhs).iter().zip(body.list(rhs)) {
                    self.assign(body, x, Some(y));
                }
            }
            Node::AssignList { lhs, .. } => {
                for &x in body.list(lhs) {
                    self.lose_target(body, x);
                }
            }
            Node::Range { key, value, .. } => {
                for x in [key, value].into_iter().flatten() {
                    self.lose_target(body, x);
                }
            }
            _ => {}
        }
    }

    fn assign(&mut self, body: &Body, x: NodeId, y: Option<NodeId>) {
        if let Node::Name(local) = body.node(x)
            && is_container(body.locals[local].ty)
        {
            let values = self.values.entry(local).or_insert_with(|| Some(Vec::new()));
            values.iter_mut().for_each(|list| list.push(y));
        }
    }

    fn lose_target(&mut self, body: &Body, x: NodeId) {
        if let Node::Name(local) = body.node(x) {
            self.lose(local);
        }
    }

    fn lose(&mut self, local: LocalId) {
        self.values.insert(local, None);
    }

    /// What the node is a part of.
    pub fn parent(&self, id: NodeId) -> Option<NodeId> {
        self.parents.get(&id).copied()
    }

    /// The statement that declares a variable.
    pub fn declaration(&self, local: LocalId) -> Option<NodeId> {
        self.declarations.get(&local).copied()
    }

    /// All that a slice or map variable is assigned, `None` for zero; `None` if that is not known.
    pub fn values(&self, local: LocalId) -> Option<&[Option<NodeId>]> {
        match self.values.get(&local) {
            Some(values) => values.as_deref(),
            None => Some(&[]),
        }
    }

    /// Whether the conversion is only looked at where it stands.
    pub fn is_transient(&self, body: &Body, id: NodeId, release: &Release) -> bool {
        let Some(&parent) = self.parents.get(&id) else {
            return false;
        };
        if matches!(
            body.node(parent),
            Node::Builtin {
                id: BuiltinId::Len,
                ..
            }
        ) {
            return true;
        }
        body.conv_kind(id) == ConvKind::BytesToString
            && (self.is_part_of_key(body, id) || self.is_read(body, id, parent, release))
    }

    /// Whether the string is the key of a map that is read, or a part of one.
    fn is_part_of_key(&self, body: &Body, id: NodeId) -> bool {
        let mut at = id;
        while let Some(&parent) = self.parents.get(&at) {
            match body.node(parent) {
                Node::Index { x, i } => return i == at && is_map(body, x),
                Node::StructKey { .. } | Node::Key { .. } => at = parent,
                Node::CompLit { .. }
                    if matches!(
                        body.ty(parent).under().kind(),
                        TyKind::Struct(_) | TyKind::Array { .. }
                    ) =>
                {
                    at = parent;
                }
                _ => return false,
            }
        }
        false
    }

    fn is_read(&self, body: &Body, id: NodeId, parent: NodeId, release: &Release) -> bool {
        match body.node(parent) {
            Node::Binary { .. } => true,
            Node::Builtin {
                id: BuiltinId::Delete,
                ..
            } => release.looks_up_bytes,
            Node::Switch { tag, cases } => tag == Some(id) && are_constant(body, cases),
            Node::AddStr(list) => body.list(list).iter().any(|&x| is_text(body, x)),
            Node::Assign { x, .. } => {
                release.looks_up_bytes && self.is_looked_up_next(body, parent, x)
            }
            _ => false,
        }
    }

    /// Whether the variable that a statement assigns is used once, as the key of a map that the next statement reads.
    fn is_looked_up_next(&self, body: &Body, assign: NodeId, x: NodeId) -> bool {
        let Node::Name(local) = body.node(x) else {
            return false;
        };
        // One mention is the assignment's own.
        if self.mentions.get(&local) != Some(&2) {
            return false;
        }
        let next = self.next_statement(body, assign);
        next.is_some_and(|next| {
            let mut todo = vec![next];
            let mut is_key = false;
            while let Some(id) = todo.pop() {
                match body.node(id) {
                    Node::Call { .. } => return false,
                    Node::Index { x, i } => {
                        is_key |= is_map(body, x) && body.node(i) == Node::Name(local);
                    }
                    _ => {}
                }
                body.children(id, &mut todo);
            }
            is_key
        })
    }

    fn next_statement(&self, body: &Body, id: NodeId) -> Option<NodeId> {
        let mut siblings = Vec::new();
        match self.parents.get(&id) {
            Some(&parent) => body.children(parent, &mut siblings),
            None => siblings.extend_from_slice(body.list(body.stmts)),
        }
        let at = siblings.iter().position(|&s| s == id)?;
        siblings.get(at + 1).copied()
    }
}

fn is_container(ty: Ty) -> bool {
    matches!(ty.under().kind(), TyKind::Slice(_) | TyKind::Map { .. })
}

fn is_map(body: &Body, x: NodeId) -> bool {
    matches!(body.ty(x).under().kind(), TyKind::Map { .. })
}

fn is_text(body: &Body, x: NodeId) -> bool {
    let text = body.literal(x).and_then(Value::as_text);
    text.is_some_and(|t| !t.to_bytes().is_empty())
}

fn are_constant(body: &Body, cases: Nodes) -> bool {
    body.list(cases).iter().all(|&case| match body.node(case) {
        Node::Case { list, .. } => body.list(list).iter().all(|&x| body.literal(x).is_some()),
        _ => false,
    })
}
