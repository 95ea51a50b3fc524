//! Composite literals.

use super::Builder;
use crate::ast::{Expr, ExprId, List};
use crate::ir::body::{ConvKind, Pos};
use crate::ir::convert::conv_kind;
use crate::ir::node::{Node, NodeId};
use crate::types::constant::Value;
use crate::types::ty::{BasicKind, Ty, TyKind};
use crate::types::under::common_under;

impl Builder<'_> {
    /// `T{…}`, and `{…}` inside another literal, which may stand for `&T{…}`.
    pub(super) fn composite(&mut self, e: ExprId, elems: List<ExprId>) -> NodeId {
        let pos = self.pos(e);
        let ty = self.type_of(e);
        let core = common_under(ty).unwrap_or(ty);
        let (lit_ty, core) = match core.kind() {
            TyKind::Pointer(elem) => (*elem, common_under(*elem).unwrap_or(*elem)),
            _ => (ty, core),
        };
        let elems: Vec<ExprId> = self.ast().list(elems).collect();
        let nodes: Vec<NodeId> = match core.kind() {
            TyKind::Struct(_) => self.struct_elements(core, &elems),
            TyKind::Map { key, elem } => {
                let (key, elem) = (Some(*key), Some(*elem));
                elems.iter().map(|&e| self.element(key, elem, e)).collect()
            }
            TyKind::Slice(elem) | TyKind::Array { elem, .. } => {
                let elem = Some(*elem);
                elems.iter().map(|&e| self.element(None, elem, e)).collect()
            }
            _ => return self.unknown(&[], ty, pos),
        };
        let list = self.list(&nodes);
        let lit = self.add(Node::CompLit { list, dots: false }, lit_ty, pos);
        if lit_ty == ty {
            return lit;
        }
        self.add(Node::PtrLit(lit), ty, pos)
    }

    /// An element of an array, slice or map literal, keyed or not.
    fn element(&mut self, key_ty: Option<Ty>, value_ty: Option<Ty>, e: ExprId) -> NodeId {
        let Expr::KeyValue { key, value } = self.ast().expr(e) else {
            return self.implicit_conversion(value_ty, e);
        };
        let pos = self.pos(key);
        let key = self.implicit_conversion(key_ty, key);
        let value = self.implicit_conversion(value_ty, value);
        self.add(Node::Key { key, value }, Ty::INVALID, pos)
    }

    fn struct_elements(&mut self, core: Ty, elems: &[ExprId]) -> Vec<NodeId> {
        elems
            .iter()
            .enumerate()
            .map(|(i, &e)| self.struct_element(core, i, e))
            .collect()
    }

    fn struct_element(&mut self, core: Ty, i: usize, e: ExprId) -> NodeId {
        let fields = core.under_struct().map_or(&[][..], |s| s.fields);
        let (at, field, value) = match self.ast().expr(e) {
            Expr::KeyValue { key, value } => {
                let name = self.ast().name(key);
                let found = fields.iter().position(|f| f.name == name);
                (key, found, value)
            }
            _ => (e, Some(i), e),
        };
        let pos = self.pos(at);
        let ty = field.and_then(|i| fields.get(i)).map(|f| f.ty());
        let value = self.implicit_conversion(ty, value);
        let field = field.unwrap_or_default() as u32;
        self.add(Node::StructKey { field, value }, Ty::INVALID, pos)
    }

    /// `[]rune("…")`: the compiler makes a literal of the constant, with a key at each element
    /// (`typecheck.stringtoruneslit`).
    pub(super) fn rune_literal(&mut self, x: NodeId, ty: Ty, pos: Pos) -> Option<NodeId> {
        let Some(Value::Str(text)) = self.body().literal(x) else {
            return None;
        };
        let text = text.to_string_lossy();
        if conv_kind(Ty::basic(BasicKind::String), ty) != ConvKind::StringToRunes {
            return None;
        }
        let TyKind::Slice(elem) = ty.under().kind() else {
            return None;
        };
        let mut elements = Vec::new();
        for (i, c) in text.chars().enumerate() {
            let key = self.int_literal(i as i64, pos);
            let rune = Value::Int(i64::from(u32::from(c)));
            let value = self.body_mut().add_literal(rune, *elem, pos);
            elements.push(self.add(Node::Key { key, value }, Ty::INVALID, pos));
        }
        let list = self.list(&elements);
        Some(self.add(Node::CompLit { list, dots: false }, ty, pos))
    }
}
