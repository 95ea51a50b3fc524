//! Ways that end the program or panic for sure.

use rustc_hash::FxHashSet;

use crate::ir::body::{Body, FuncRef};
use crate::ir::node::{Node, NodeId, Nodes};
use crate::types::builtin::BuiltinId;

/// The statements after which a body can do nothing but panic or end: of each list that ends so, the tail that no jump
/// leads out of.
pub(super) fn statements(body: &Body) -> FxHashSet<NodeId> {
    let mut found = FxHashSet::default();
    tail(body, body.list(body.stmts), &mut found);
    body.preorder(body.stmts, |id| {
        for list in lists(body.node(id)).into_iter().flatten() {
            tail(body, body.list(list), &mut found);
        }
        true
    });
    found
}

/// The statement lists of a node.
fn lists(node: Node) -> [Option<Nodes>; 2] {
    match node {
        Node::Block(list)
        | Node::InlinedCall { body: list, .. }
        | Node::For { body: list, .. }
        | Node::Range { body: list, .. }
        | Node::Case { body: list, .. }
        | Node::Comm { body: list, .. } => [Some(list), None],
        Node::If { body, els, .. } => [Some(body), Some(els)],
        _ => [None, None],
    }
}

fn tail(body: &Body, list: &[NodeId], found: &mut FxHashSet<NodeId>) {
    let end = list
        .iter()
        .rposition(|&id| !matches!(body.node(id), Node::Label(_)));
    let Some(end) = end.filter(|&end| ends(body, list[end])) else {
        return;
    };
    let before = list[..end].iter().rev();
    found.insert(list[end]);
    found.extend(before.take_while(|&&id| !jumps(body, id)));
}

/// Whether a statement panics or ends the program.
fn ends(body: &Body, id: NodeId) -> bool {
    match body.node(id) {
        Node::Builtin {
            id: BuiltinId::Panic,
            ..
        } => true,
        Node::Call { fun, .. } => match body.node(fun) {
            Node::Func(func) => exits(func),
            _ => false,
        },
        _ => false,
    }
}

fn exits(func: FuncRef) -> bool {
    let obj = func.obj();
    let path = obj.pkg.map_or("", |p| p.path.as_str());
    let name = obj.name.as_str();
    match path {
        "os" => name == "Exit",
        "log" => name.starts_with("Fatal") || name.starts_with("Panic"),
        "runtime" => matches!(name, "Goexit" | "throw" | "fatal") || name.starts_with("panic"),
        _ => false,
    }
}

/// Whether something in a statement may lead elsewhere than to the next one.
fn jumps(body: &Body, id: NodeId) -> bool {
    let mut found = false;
    let mut todo = vec![id];
    while let Some(id) = todo.pop() {
        found |= matches!(
            body.node(id),
            Node::Return(_) | Node::Branch { .. } | Node::Label(_)
        );
        body.children(id, &mut todo);
    }
    found
}
