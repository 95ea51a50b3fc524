//! `b := make([]T, 64)` → `var bArray [64]T` and `b := bArray[:]`.
//!
//! A variable is a new one, all zero, each time its declaration runs (Go spec, "Variable declarations"), as `make` gives a
//! new array each time. It is declared right before the statement that has the `make`, so that both run equally often;
//! nobody can tell that it is made a little earlier.
//!
//! | size | array | slice |
//! | --- | --- | --- |
//! | `n` constant | `[n]T` | `[:]` |
//! | `n` and capacity `c` constant | `[c]T` | `[:n]` |
//! | `n` at most a constant `c`, which is the capacity | `[c]T` | `[:n]` |
//! | `n` at most a small constant known from what is written | `[c]T` | `[:n:n]`, since the capacity is `n` |
//!
//! Stack space is no part of the language, but it is finite: see [`MAX_BYTES`].

use super::bound::{self, Bound};
use super::view::View;
use super::{Offer, Refusal, fix, spacing};
use crate::ast::visit::{self, Node};
use crate::ast::{Decl, DeclId, Expr, ExprId, Stmt, StmtId};
use crate::edit::{Edit, Rewrite};
use crate::lex::token::Kind;
use crate::site::{Site, SiteKind};
use crate::types::builtin::BuiltinId;
use crate::types::object::Obj;

/// The largest array: what the compiler keeps of a variable on the stack since Go 1.24.
const MAX_BYTES: u64 = 128 << 10;

/// The largest array for a size that is not constant: all of it is cleared each time.
const MAX_BOUND_BYTES: u64 = 1 << 10;

/// From this size on a function that calls itself is left alone: its stack has to hold the array many times.
const LARGE_BYTES: u64 = 1 << 10;

/// What `make` is to be replaced with.
struct Shape {
    /// The array's length as source text.
    length: String,
    /// How many elements these are.
    count: u64,
    /// Whether the length is written as a constant.
    exact: bool,
    /// The slice expression's brackets.
    brackets: String,
}

/// The fix for the `make` at `site`.
pub(super) fn propose(view: &View<'_>, site: &Site) -> Offer {
    if site.kind != SiteKind::MakeSlice {
        return Err(Refusal("not a `make` of a slice"));
    }
    let found = view.builtin_at(site.pos, BuiltinId::Make);
    let (call, args, _) = found.ok_or(Refusal("not a call of `make`"))?;
    let Expr::SliceType(elem) = view.ast().expr(args[0]) else {
        return Err(Refusal("the slice has a type with a name"));
    };
    refuse_surroundings(view, call)?;
    let shape = shape(view, &args)?;
    refuse_size(view, call, elem, &shape)?;
    let stmt = statement(view, call)?;
    let start = view.ast().stmt_start(stmt);
    let indent = view
        .indent(start)
        .ok_or(Refusal("the statement does not begin its line"))?;
    let name = view.fresh(&wished_name(view, stmt));
    let (length, elem) = (&shape.length, one_line(view, elem)?);
    let declaration = format!("var {name} [{length}]{elem}{}{indent}", view.newline());
    let slice = format!("{name}{}", shape.brackets);
    let edits = vec![
        Edit::insert(start, declaration),
        Edit::new(view.ast().expr_span(call), slice),
    ];
    let title = "Slice a local array".to_owned();
    fix(view, Rewrite::FixedArray, title, edits, None)
}

/// What forbids the rewrite whatever the sizes are.
fn refuse_surroundings(view: &View<'_>, call: ExprId) -> Result<(), Refusal> {
    if view.imports("unsafe") || view.imports("C") {
        return Err(Refusal(
            "the file uses `unsafe` or cgo, which may keep addresses",
        ));
    }
    let generic = view
        .declared_function(Node::Expr(call))
        .is_some_and(|f| is_generic(view, f));
    if generic {
        return Err(Refusal("sizes in a generic function are not known"));
    }
    Ok(())
}

fn is_generic(view: &View<'_>, function: DeclId) -> bool {
    let Decl::Func { name, .. } = view.ast().decl(function) else {
        return false;
    };
    let signature = view.object(name).and_then(|f| f.ty().as_signature());
    signature.is_none_or(|s| !s.tparams.is_empty() || !s.rparams.is_empty())
}

fn shape(view: &View<'_>, args: &[ExprId]) -> Result<Shape, Refusal> {
    const WHY: Refusal = Refusal("the size has no constant bound");
    let length = *args.get(1).ok_or(WHY)?;
    let capacity = args.get(2).copied();
    let text = one_line(view, length)?;
    let whole = capacity.unwrap_or(length);
    if let Some(count) = view.constant(whole) {
        let within = capacity.is_none_or(
            |_| matches!(bound::of(view, length), Some(Bound::AtMost(n)) if n <= count),
        );
        if !within {
            return Err(WHY);
        }
        one_line(view, whole)?;
        return Ok(Shape {
            length: spacing::alone(view, whole),
            count,
            exact: true,
            brackets: capacity.map_or("[:]".to_owned(), |_| format!("[:{text}]")),
        });
    }
    match bound::of(view, length) {
        Some(Bound::AtMost(count)) if capacity.is_none() && bound::is_pure(view, length) => {
            Ok(Shape {
                length: count.to_string(),
                count,
                exact: false,
                brackets: bounded(view, length, &text),
            })
        }
        _ => Err(WHY),
    }
}

/// `[:n:n]`, with the blanks that `gofmt` puts around the colons beside operators.
fn bounded(view: &View<'_>, length: ExprId, text: &str) -> String {
    if matches!(view.ast().expr(length), Expr::Binary { .. }) {
        format!("[: {text} : {text}]")
    } else {
        format!("[:{text}:{text}]")
    }
}

fn one_line(view: &View<'_>, expr: ExprId) -> Result<String, Refusal> {
    let text = view.expr_text(expr);
    if text.contains('\n') {
        return Err(Refusal("the `make` is written over several lines"));
    }
    Ok(text.to_owned())
}

fn refuse_size(view: &View<'_>, call: ExprId, elem: ExprId, shape: &Shape) -> Result<(), Refusal> {
    let elem = view
        .ty(elem)
        .ok_or(Refusal("the element type is not known"))?;
    let size = u64::try_from(view.file.sizes.size_of(elem)).unwrap_or(u64::MAX);
    let bytes = size.saturating_mul(shape.count);
    let most = if shape.exact {
        MAX_BYTES
    } else {
        MAX_BOUND_BYTES
    };
    if bytes > most {
        return Err(Refusal("the array would be too large for the stack"));
    }
    if bytes > LARGE_BYTES && calls_itself(view, call) {
        return Err(Refusal(
            "the function calls itself, and its stack would grow",
        ));
    }
    Ok(())
}

/// Whether the function around `call` mentions itself.
fn calls_itself(view: &View<'_>, call: ExprId) -> bool {
    let ast = view.ast();
    let Some(function) = view.declared_function(Node::Expr(call)) else {
        return false;
    };
    let Decl::Func {
        name,
        body: Some(body),
        ..
    } = ast.decl(function)
    else {
        return false;
    };
    let itself = view.object(name);
    let mut found = false;
    visit::walk(ast, Node::Stmt(body), |node| {
        if let Node::Expr(e) = node {
            found |= itself.is_some() && view.object(e).map(Obj::origin) == itself;
        }
    });
    found
}

/// The statement before which the array is declared: one that evaluates `call` once whenever it runs.
fn statement(view: &View<'_>, call: ExprId) -> Result<StmtId, Refusal> {
    const WHY: Refusal = Refusal("the `make` does not stand in a plain statement");
    let stmt = view.stmt_of(call).ok_or(WHY)?;
    let simple = match view.ast().stmt(stmt) {
        Stmt::Assign { .. } | Stmt::Expr(_) | Stmt::Return(_) | Stmt::Send { .. } => true,
        Stmt::Decl(decls) => view.ast().list_len(decls) == 1,
        _ => false,
    };
    (simple && view.row(stmt).is_some())
        .then_some(stmt)
        .ok_or(WHY)
}

/// `bArray` for a variable `b` that gets the slice, else `array`.
fn wished_name(view: &View<'_>, stmt: StmtId) -> String {
    let ast = view.ast();
    let names = match ast.stmt(stmt) {
        Stmt::Assign {
            op: Kind::Define | Kind::Assign,
            lhs,
            ..
        } => ast.list(lhs).collect(),
        Stmt::Decl(decls) => match ast.list_get(decls, 0).map(|d| ast.decl(d)) {
            Some(Decl::Var { names, .. }) => ast.list(names).collect(),
            _ => Vec::new(),
        },
        _ => Vec::new(),
    };
    let first = names.first().map_or("", |&n| ast.name(n).as_str());
    match (first, names.len()) {
        ("" | "_", _) => "array".to_owned(),
        (name, 1) => format!("{name}Array"),
        _ => "array".to_owned(),
    }
}
