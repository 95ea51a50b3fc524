//! The children of a node, one function for each family: what walkers are made of.
//!
//! A walker keeps its own work list and asks for children; nothing here recurses, so no input can exhaust the stack.

use super::{Ast, Decl, DeclId, Expr, ExprId, Field, FieldId, List, Stmt, StmtId};

/// A node of any family.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Node {
    /// An expression or type.
    Expr(ExprId),
    /// A statement.
    Stmt(StmtId),
    /// A declaration.
    Decl(DeclId),
    /// A field.
    Field(FieldId),
}

/// Calls `f` with each child of `node`, in source order.
pub fn children(ast: &Ast, node: Node, f: &mut impl FnMut(Node)) {
    match node {
        Node::Expr(id) => expr_children(ast, id, f),
        Node::Stmt(id) => stmt_children(ast, id, f),
        Node::Decl(id) => decl_children(ast, id, f),
        Node::Field(id) => field_children(ast.field(id), f),
    }
}

/// Calls `f` with every node below `root`, parents first, in source order.
pub fn walk(ast: &Ast, root: Node, mut f: impl FnMut(Node)) {
    let mut todo = vec![root];
    while let Some(node) = todo.pop() {
        f(node);
        let from = todo.len();
        children(ast, node, &mut |child| todo.push(child));
        todo[from..].reverse();
    }
}

fn exprs(ast: &Ast, list: List<ExprId>, f: &mut impl FnMut(Node)) {
    ast.list(list).for_each(|x| f(Node::Expr(x)));
}

fn stmts(ast: &Ast, list: List<StmtId>, f: &mut impl FnMut(Node)) {
    ast.list(list).for_each(|x| f(Node::Stmt(x)));
}

fn fields(ast: &Ast, list: List<FieldId>, f: &mut impl FnMut(Node)) {
    ast.list(list).for_each(|x| f(Node::Field(x)));
}

fn expr_children(ast: &Ast, id: ExprId, f: &mut impl FnMut(Node)) {
    match ast.expr(id) {
        Expr::Bad | Expr::Name(_) | Expr::BasicLit(_) => {}
        Expr::CompositeLit { ty, elems } => {
            ty.into_iter().for_each(|x| f(Node::Expr(x)));
            exprs(ast, elems, f);
        }
        Expr::FuncLit { ty, body } => {
            f(Node::Expr(ty));
            f(Node::Stmt(body));
        }
        Expr::Paren(x)
        | Expr::Selector { x, .. }
        | Expr::TypeSwitchGuard(x)
        | Expr::Unary { x, .. }
        | Expr::Star(x)
        | Expr::SliceType(x)
        | Expr::DotsType(x)
        | Expr::ChanType { elem: x, .. } => f(Node::Expr(x)),
        Expr::Index { x, indices } => {
            f(Node::Expr(x));
            exprs(ast, indices, f);
        }
        Expr::Slice { x, parts } => {
            f(Node::Expr(x));
            ast.slice_parts(parts)
                .into_iter()
                .flatten()
                .for_each(|x| f(Node::Expr(x)));
        }
        Expr::KeyValue { key: x, value: y }
        | Expr::Assert { x, ty: y }
        | Expr::Binary { x, y, .. }
        | Expr::MapType { key: x, value: y } => {
            f(Node::Expr(x));
            f(Node::Expr(y));
        }
        Expr::Call { fun, args, .. } => {
            f(Node::Expr(fun));
            exprs(ast, args, f);
        }
        Expr::ArrayType { len, elem } => {
            len.into_iter().for_each(|x| f(Node::Expr(x)));
            f(Node::Expr(elem));
        }
        Expr::StructType(list) | Expr::InterfaceType(list) => fields(ast, list, f),
        Expr::FuncType { params, results } => {
            fields(ast, params, f);
            fields(ast, results, f);
        }
    }
}

fn stmt_children(ast: &Ast, id: StmtId, f: &mut impl FnMut(Node)) {
    match ast.stmt(id) {
        Stmt::Bad | Stmt::Empty => {}
        Stmt::Labeled { label, stmt } => {
            f(Node::Expr(label));
            f(Node::Stmt(stmt));
        }
        Stmt::Block(list) | Stmt::Select(list) => stmts(ast, list, f),
        Stmt::Expr(x) | Stmt::IncDec { x, .. } | Stmt::Call { call: x, .. } => f(Node::Expr(x)),
        Stmt::Send { chan, value } => {
            f(Node::Expr(chan));
            f(Node::Expr(value));
        }
        Stmt::Decl(list) => ast.list(list).for_each(|d| f(Node::Decl(d))),
        Stmt::Assign { lhs, rhs, .. } => {
            exprs(ast, lhs, f);
            exprs(ast, rhs, f);
        }
        Stmt::Branch { label, .. } => label.into_iter().for_each(|x| f(Node::Expr(x))),
        Stmt::Return(list) => exprs(ast, list, f),
        Stmt::If {
            init,
            cond,
            then,
            els,
        } => {
            init.into_iter().for_each(|s| f(Node::Stmt(s)));
            f(Node::Expr(cond));
            f(Node::Stmt(then));
            els.into_iter().for_each(|s| f(Node::Stmt(s)));
        }
        Stmt::For {
            init,
            cond,
            post,
            body,
        } => {
            init.into_iter().for_each(|s| f(Node::Stmt(s)));
            cond.into_iter().for_each(|x| f(Node::Expr(x)));
            post.into_iter().for_each(|s| f(Node::Stmt(s)));
            f(Node::Stmt(body));
        }
        Stmt::Range { lhs, x, body, .. } => {
            exprs(ast, lhs, f);
            f(Node::Expr(x));
            f(Node::Stmt(body));
        }
        Stmt::Switch { init, tag, clauses } => {
            init.into_iter().for_each(|s| f(Node::Stmt(s)));
            tag.into_iter().for_each(|x| f(Node::Expr(x)));
            stmts(ast, clauses, f);
        }
        Stmt::TypeSwitch {
            init,
            name,
            guard,
            clauses,
        } => {
            init.into_iter().for_each(|s| f(Node::Stmt(s)));
            name.into_iter().for_each(|x| f(Node::Expr(x)));
            f(Node::Expr(guard));
            stmts(ast, clauses, f);
        }
        Stmt::CaseClause {
            exprs: list, body, ..
        } => {
            exprs(ast, list, f);
            stmts(ast, body, f);
        }
        Stmt::CommClause { comm, body } => {
            comm.into_iter().for_each(|s| f(Node::Stmt(s)));
            stmts(ast, body, f);
        }
    }
}

fn decl_children(ast: &Ast, id: DeclId, f: &mut impl FnMut(Node)) {
    match ast.decl(id) {
        Decl::Bad => {}
        Decl::Import { name, path } => {
            name.into_iter().for_each(|x| f(Node::Expr(x)));
            f(Node::Expr(path));
        }
        Decl::Const {
            names, ty, values, ..
        }
        | Decl::Var { names, ty, values } => {
            exprs(ast, names, f);
            ty.into_iter().for_each(|x| f(Node::Expr(x)));
            exprs(ast, values, f);
        }
        Decl::Type {
            name, tparams, ty, ..
        } => {
            f(Node::Expr(name));
            fields(ast, tparams, f);
            f(Node::Expr(ty));
        }
        Decl::Func {
            recv,
            name,
            tparams,
            ty,
            body,
        } => {
            recv.into_iter().for_each(|x| f(Node::Field(x)));
            f(Node::Expr(name));
            fields(ast, tparams, f);
            f(Node::Expr(ty));
            body.into_iter().for_each(|s| f(Node::Stmt(s)));
        }
    }
}

fn field_children(field: Field, f: &mut impl FnMut(Node)) {
    field.name.into_iter().for_each(|x| f(Node::Expr(x)));
    f(Node::Expr(field.ty));
    field.tag.into_iter().for_each(|x| f(Node::Expr(x)));
}
