//! Package initialisation: a function that assigns to package-level variables in order.

use super::Builder;
use crate::ir::body::Pos;
use crate::ir::node::{FuncId, ListKind, Node, NodeId};
use crate::types::info::Initializer;
use crate::types::object::Obj;
use crate::types::ty::Ty;

impl Builder<'_> {
    pub(super) fn package_init(&mut self, init: FuncId) {
        let checked = self.checked;
        if checked.files.is_empty() {
            return; // nothing to initialise, and no file to be in
        }
        self.open(init, 0);
        let mut out = Vec::new();
        for initializer in &checked.init_order {
            let place = self.place(initializer.file);
            self.frame_mut().place = place;
            if let Some(nodes) = self.data_nodes(initializer) {
                self.body_mut().leave_out(nodes);
            } else {
                let stmt = self.initializer(initializer);
                out.push(stmt);
            }
        }
        let list = self.list(&out);
        self.body_mut().stmts = list;
        self.finish(init);
    }

    fn initializer(&mut self, initializer: &Initializer) -> NodeId {
        let pos = initializer
            .lhs
            .first()
            .and_then(|o| o.pos)
            .map_or(Pos::NONE, |p| Pos::new(p.file, p.offset));
        let lhs: Vec<NodeId> = initializer
            .lhs
            .iter()
            .map(|&obj| self.variable(obj, pos))
            .collect();
        if let [x] = lhs[..] {
            let ty = initializer.lhs.first().map(|o| o.ty());
            let y = self.implicit_conversion(ty, initializer.rhs);
            let node = Node::Assign {
                x,
                y: Some(y),
                def: false,
            };
            self.add_stmt(node, pos)
        } else {
            let types: Vec<Ty> = initializer.lhs.iter().map(|o| o.ty()).collect();
            let values = self.several(&[initializer.rhs], &|i| types.get(i).copied(), pos);
            let node = Node::AssignList {
                kind: ListKind::Pairs,
                lhs: self.list(&lhs),
                rhs: self.list(&values),
                def: false,
            };
            self.add_stmt(node, pos)
        }
    }

    fn variable(&mut self, obj: Obj, pos: Pos) -> NodeId {
        if Self::is_blank(obj.name) {
            return self.blank(pos);
        }
        self.add(Node::Global(obj), obj.ty(), pos)
    }
}
