//! Blanks around binary operators, as `gofmt` puts them where an expression stands alone.
//!
//! Among the arguments of a call with several, `gofmt` writes `n+1`; on its own the same expression is `n + 1`. Source:
//! `go/printer/nodes.go`, `binaryExpr` and `cutoff`.

use super::view::View;
use crate::ast::visit::Node;
use crate::ast::{Expr, ExprId, Stmt};
use crate::base::span::Span;
use crate::edit::{self, Edit};

/// Longer expressions are left as they are: the work grows with the square of the length.
const MAX_BYTES: usize = 1 << 10;

/// The source text of `expr` with the blanks that it has on its own.
pub(super) fn alone(view: &View<'_>, expr: ExprId) -> String {
    let span = view.ast().expr_span(expr);
    let mut edits = to_stand_alone(view, expr);
    for edit in &mut edits {
        edit.span = Span::new(edit.span.start - span.start, edit.span.end - span.start);
    }
    let text = edit::apply(view.expr_text(expr).as_bytes(), &edits);
    String::from_utf8_lossy(&text).into_owned()
}

/// The edits, in order, that give `expr` the blanks that it has on its own.
pub(super) fn to_stand_alone(view: &View<'_>, expr: ExprId) -> Vec<Edit> {
    let ast = view.ast();
    let mut edits = Vec::new();
    if view.expr_text(expr).len() > MAX_BYTES {
        return edits;
    }
    let mut todo = vec![(expr, 1)];
    while let Some((expr, depth)) = todo.pop() {
        let Expr::Binary { op, x, y } = ast.expr(expr) else {
            continue;
        };
        let blank = if op.precedence() < cutoff(view, expr, depth) {
            " "
        } else {
            ""
        };
        let operator = ast.expr_pos(expr);
        let behind = operator + op.spelling().len() as u32;
        // The operator stays, since it is the place of what the expression allocates.
        for gap in [
            Span::new(ast.expr_end(x), operator),
            Span::new(behind, ast.expr_start(y)),
        ] {
            if view.text(gap) != blank {
                edits.push(Edit::new(gap, blank));
            }
        }
        let same = precedence(view, x) == op.precedence();
        todo.extend([(x, if same { depth } else { depth + 1 }), (y, depth + 1)]);
    }
    edits.sort();
    edits
}

fn precedence(view: &View<'_>, expr: ExprId) -> u8 {
    match view.ast().expr(expr) {
        Expr::Binary { op, .. } => op.precedence(),
        _ => 0,
    }
}

/// Operators that bind less than this have blanks.
fn cutoff(view: &View<'_>, expr: ExprId, depth: u32) -> u8 {
    let (mut sums, mut products) = (false, false);
    let mut todo = vec![expr];
    while let Some(expr) = todo.pop() {
        if let Expr::Binary { op, x, y } = view.ast().expr(expr) {
            sums |= op.precedence() == 4;
            products |= op.precedence() == 5;
            todo.extend([x, y]);
        }
    }
    match (sums && products, depth) {
        (true, 1) => 5,
        (false, 1) => 6,
        _ => 4,
    }
}

/// Whether `expr` stands alone: as a value of a plain statement, or as the only argument of a call that does. What gets
/// `parentheses` of its own may also be an operand there.
pub(super) fn stands_alone(view: &View<'_>, mut expr: ExprId, parentheses: bool) -> bool {
    let ast = view.ast();
    loop {
        match view.parent(Node::Expr(expr)) {
            Some(Node::Expr(outer))
                if parentheses && matches!(ast.expr(outer), Expr::Binary { .. }) =>
            {
                expr = outer;
            }
            Some(Node::Expr(call)) => match view.call(call) {
                Some((_, args, _)) if args == [expr] => expr = call,
                _ => return false,
            },
            Some(Node::Stmt(stmt)) => {
                return match ast.stmt(stmt) {
                    Stmt::Assign { lhs, rhs, .. } => {
                        ast.list_len(lhs) == 1 || ast.list_len(rhs) == 1
                    }
                    Stmt::Expr(_) | Stmt::Return(_) => true,
                    _ => false,
                };
            }
            Some(Node::Decl(_)) => return true,
            _ => return false,
        }
    }
}
