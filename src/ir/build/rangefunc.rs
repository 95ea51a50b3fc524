//! Loops over functions.
//!
//! The compiler rewrites them into calls with the body as a closure (cmd/compile/internal/rangefunc). That is not done
//! here yet: such a loop is unknown, and so is everything that its body touches.

use super::Builder;
use crate::ast::{ExprId, StmtId};
use crate::ir::body::Pos;
use crate::ir::node::NodeId;
use crate::types::ty::Ty;

impl Builder<'_> {
    pub(super) fn range_func(
        &mut self,
        lhs: &[ExprId],
        x: ExprId,
        body: StmtId,
        pos: Pos,
    ) -> NodeId {
        let mut names = Vec::new();
        let mut operands: Vec<NodeId> = lhs
            .iter()
            .map(|&e| self.destination(e, &mut names))
            .collect();
        operands.push(self.expr(x));
        operands.extend(self.block(body));
        let node = self.unknown(&operands, Ty::INVALID, pos);
        self.define(node, &names);
        node
    }
}
