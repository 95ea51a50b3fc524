//! Select statements.

use super::Builder;
use crate::ast::{Stmt, StmtId};
use crate::ir::body::{ConvKind, Pos};
use crate::ir::node::{ListKind, Node, NodeId};

impl Builder<'_> {
    pub(super) fn select_stmt(&mut self, clauses: &[StmtId], pos: Pos, out: &mut Vec<NodeId>) {
        let nodes: Vec<NodeId> = clauses.iter().map(|&c| self.comm_clause(c)).collect();
        let list = self.list(&nodes);
        out.push(self.add_stmt(Node::Select(list), pos));
    }

    fn comm_clause(&mut self, clause: StmtId) -> NodeId {
        let pos = self.stmt_pos(clause);
        let Stmt::CommClause { comm, body } = self.ast().stmt(clause) else {
            return self.add_stmt(Node::Unknown(crate::ir::node::Nodes::EMPTY), pos);
        };
        let stmts: Vec<StmtId> = self.ast().list(body).collect();
        let comm = self.simple(comm).first().copied();
        let mut body = Vec::new();
        let comm = comm.map(|c| self.communication(c, pos, &mut body));
        self.stmts(&stmts, &mut body);
        let body = self.list(&body);
        self.add_stmt(Node::Comm { comm, body }, pos)
    }

    /// The compiler wants the receive alone in the clause; what has to be done with its value goes to the body.
    fn communication(&mut self, comm: NodeId, pos: Pos, body: &mut Vec<NodeId>) -> NodeId {
        match self.body().node(comm) {
            Node::Assign {
                x,
                y: Some(y),
                def: false,
            } if self.body().conv_kind(y) == ConvKind::Interface => {
                let Node::Conv { x: recv, implicit } = self.body().node(y) else {
                    return comm;
                };
                let mut init = Vec::new();
                let temp = self.temp_copy(recv, pos, &mut init);
                let value = self.name(temp, pos);
                self.body_mut()
                    .replace(y, Node::Conv { x: value, implicit });
                self.body_mut().replace(
                    comm,
                    Node::Assign {
                        x,
                        y: Some(y),
                        def: false,
                    },
                );
                body.push(comm);
                let [dcl, assign] = init[..] else {
                    return comm;
                };
                let declared = self.list(&[dcl]);
                self.body_mut().set_init(assign, declared);
                assign
            }
            Node::AssignList {
                kind: ListKind::Pairs,
                rhs,
                ..
            } => {
                let Some(&first) = self.body().list(rhs).first() else {
                    return comm;
                };
                let init = self.body_mut().take_init(first);
                body.push(comm);
                match *self.body().list(init) {
                    [receive] => receive,
                    _ => comm,
                }
            }
            _ => comm,
        }
    }
}
