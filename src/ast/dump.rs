//! The tree as text, for tests and for `heaplint dump ast`: one node a line, children indented below it.
//!
//! `x := f(1)` is dumped as
//!
//! ```text
//! Assign :=
//!   Name x
//!   Call
//!     Name f
//!     Int 1
//! ```

use std::fmt::Write;

use super::visit::{Node, children};
use super::{Ast, CallKind, ChanDir, Decl, DeclId, Expr, ExprId, Stmt, StmtId};

/// The whole file.
pub fn dump(ast: &Ast, src: &[u8]) -> String {
    let mut out = String::new();
    if let Some(name) = ast.package {
        let _ = writeln!(out, "Package {}", ast.name(name)); // writing to a string cannot fail
    }
    for &decl in &ast.decls {
        dump_node(ast, src, Node::Decl(decl), &mut out);
    }
    out
}

fn dump_node(ast: &Ast, src: &[u8], root: Node, out: &mut String) {
    let mut todo = vec![(root, 0)];
    while let Some((node, depth)) = todo.pop() {
        let _ = writeln!(out, "{:1$}{2}", "", 2 * depth, label(ast, src, node));
        let from = todo.len();
        children(ast, node, &mut |child| todo.push((child, depth + 1)));
        todo[from..].reverse();
    }
}

fn label(ast: &Ast, src: &[u8], node: Node) -> String {
    match node {
        Node::Expr(id) => expr_label(ast, src, id),
        Node::Stmt(id) => stmt_label(ast, id),
        Node::Decl(id) => decl_label(ast, id),
        Node::Field(id) if ast.field(id).name.is_none() => "Field unnamed".into(),
        Node::Field(_) => "Field".into(),
    }
}

fn expr_label(ast: &Ast, src: &[u8], id: ExprId) -> String {
    match ast.expr(id) {
        Expr::Bad => "Bad".into(),
        Expr::Name(name) => format!("Name {name}"),
        Expr::BasicLit(kind) => {
            format!(
                "{kind:?} {}",
                String::from_utf8_lossy(ast.expr_span(id).text(src))
            )
        }
        Expr::CompositeLit { ty, .. } => with("CompositeLit", ty.is_none(), "untyped"),
        Expr::KeyValue { .. } => "KeyValue".into(),
        Expr::FuncLit { .. } => "FuncLit".into(),
        Expr::Paren(_) => "Paren".into(),
        Expr::Selector { sel, .. } => format!("Selector .{sel}"),
        Expr::Index { .. } => "Index".into(),
        Expr::Slice { parts, .. } => {
            let part = |p: Option<ExprId>| if p.is_some() { "x" } else { "-" };
            let [low, high, max] = ast.slice_parts(parts).map(part);
            format!("Slice {low}:{high}:{max}")
        }
        Expr::Assert { .. } => "Assert".into(),
        Expr::TypeSwitchGuard(_) => "TypeSwitchGuard".into(),
        Expr::Unary { op, .. } => format!("Unary {}", op.spelling()),
        Expr::Star(_) => "Star".into(),
        Expr::Binary { op, .. } => format!("Binary {}", op.spelling()),
        Expr::Call { spread, .. } => with("Call", spread, "..."),
        Expr::ArrayType { len, .. } => with("ArrayType", len.is_none(), "..."),
        Expr::SliceType(_) => "SliceType".into(),
        Expr::DotsType(_) => "DotsType".into(),
        Expr::StructType(_) => "StructType".into(),
        Expr::InterfaceType(_) => "InterfaceType".into(),
        Expr::FuncType { params, results } => {
            format!(
                "FuncType {} {}",
                ast.list_len(params),
                ast.list_len(results)
            )
        }
        Expr::MapType { .. } => "MapType".into(),
        Expr::ChanType { dir, .. } => match dir {
            ChanDir::Both => "ChanType chan".into(),
            ChanDir::Send => "ChanType chan<-".into(),
            ChanDir::Recv => "ChanType <-chan".into(),
        },
    }
}

fn stmt_label(ast: &Ast, id: StmtId) -> String {
    match ast.stmt(id) {
        Stmt::Bad => "Bad".into(),
        Stmt::Empty => "Empty".into(),
        Stmt::Labeled { .. } => "Labeled".into(),
        Stmt::Block(_) => "Block".into(),
        Stmt::Expr(_) => "ExprStmt".into(),
        Stmt::Send { .. } => "Send".into(),
        Stmt::Decl(_) => "DeclStmt".into(),
        Stmt::Assign { op, lhs, .. } => format!("Assign {} {}", ast.list_len(lhs), op.spelling()),
        Stmt::IncDec { op, .. } => format!("IncDec {}", op.spelling()),
        Stmt::Branch { keyword, .. } => format!("Branch {}", keyword.spelling()),
        Stmt::Call {
            kind: CallKind::Go, ..
        } => "Go".into(),
        Stmt::Call {
            kind: CallKind::Defer,
            ..
        } => "Defer".into(),
        Stmt::Return(_) => "Return".into(),
        Stmt::If { init, els, .. } => {
            parts("If", &[("init", init.is_some()), ("else", els.is_some())])
        }
        Stmt::For {
            init, cond, post, ..
        } => parts(
            "For",
            &[
                ("init", init.is_some()),
                ("cond", cond.is_some()),
                ("post", post.is_some()),
            ],
        ),
        Stmt::Range { define, .. } => with("Range", define, ":="),
        Stmt::Switch { init, tag, .. } => parts(
            "Switch",
            &[("init", init.is_some()), ("tag", tag.is_some())],
        ),
        Stmt::TypeSwitch { init, name, .. } => parts(
            "TypeSwitch",
            &[("init", init.is_some()), ("name", name.is_some())],
        ),
        Stmt::Select(_) => "Select".into(),
        Stmt::CaseClause {
            exprs, is_default, ..
        } if !is_default => format!("Case {}", ast.list_len(exprs)),
        Stmt::CommClause { comm: Some(_), .. } => "Comm".into(),
        Stmt::CaseClause { .. } | Stmt::CommClause { .. } => "Default".into(),
    }
}

fn decl_label(ast: &Ast, id: DeclId) -> String {
    match ast.decl(id) {
        Decl::Bad => "Bad".into(),
        Decl::Import { .. } => "Import".into(),
        Decl::Const { iota, .. } => format!("Const iota={iota}"),
        Decl::Var { .. } => "Var".into(),
        Decl::Type { is_alias, .. } => with("Type", is_alias, "="),
        Decl::Func { recv, .. } => with("Func", recv.is_some(), "method"),
    }
}

fn with(name: &str, show: bool, extra: &str) -> String {
    if show {
        format!("{name} {extra}")
    } else {
        name.into()
    }
}

fn parts(name: &str, parts: &[(&str, bool)]) -> String {
    let present = parts.iter().filter(|p| p.1).map(|p| p.0);
    std::iter::once(name)
        .chain(present)
        .collect::<Vec<_>>()
        .join(" ")
}
