//! `fmt.Sprintf("%d", n)` → `strconv.Itoa(n)`: one verb, one operand of a basic type.
//!
//! | operand | verbs | becomes |
//! | --- | --- | --- |
//! | `int` | `%d %v` | `strconv.Itoa(x)` |
//! | signed | `%d %v`, `%x %o %b` | `strconv.FormatInt(int64(x), 10)`, base 16, 8, 2 |
//! | unsigned | `%d %v`, `%x %o %b` | `strconv.FormatUint(uint64(x), 10)`, likewise |
//! | `bool` | `%t %v` | `strconv.FormatBool(x)` |
//! | `string` | `%q` | `strconv.Quote(x)` |
//! | `string` | `%s %v` | `x` |
//!
//! `fmt.Sprint(x)` is `%v`. A type with methods is left alone, as `fmt` may ask its `Format`, `Error` or `String`; a plain
//! type of the same kind is converted. Source: `fmt/print.go` and `fmt/format.go`, which print such operands through the
//! same functions when there are no flags.
//!
//! A call is evaluated in its turn among other calls, a variable need not be (Go spec, "Order of evaluation"). Where the
//! call goes away altogether, nothing else in its statement may run code.

use super::view::View;
use super::{FMT, Offer, Refusal, fix, spacing};
use crate::ast::visit::{self, Node};
use crate::ast::{Expr, ExprId};
use crate::base::span::Span;
use crate::edit::{Edit, ImportChange, Rewrite};
use crate::lex::token::Kind;
use crate::site::{Site, SiteKind};
use crate::types::constant::Text;
use crate::types::predicates::{basic_kind, is_type_param};
use crate::types::ty::{BasicKind, Ty, TyKind};

/// A call of `fmt.Sprintf` or `fmt.Sprint` with one operand.
struct Formatting {
    call: ExprId,
    operand: ExprId,
    verb: u8,
}

/// What stands around the operand in the place of the call.
struct Target {
    /// The function of `strconv`; none if the operand is the result.
    function: Option<&'static str>,
    /// The type that the operand is converted to first; empty if it has it.
    convert: &'static str,
    /// More arguments.
    more: &'static str,
}

/// The fix for the call whose operand is boxed at `site`.
pub(super) fn propose(view: &View<'_>, site: &Site) -> Offer {
    let calls = view
        .at(site.pos)
        .filter_map(|e| formatting(view, e, site.kind));
    let found = calls
        .last()
        .ok_or(Refusal("not an operand of `fmt.Sprintf` or `fmt.Sprint`"))?;
    let found = found?;
    let ty = operand_type(view, found.operand)?;
    let target =
        target(ty, found.verb).ok_or(Refusal("`strconv` has nothing for this verb and type"))?;
    if target.function.is_none() && runs_more(view, &found) {
        return Err(Refusal(
            "something else in the statement may change the operand first",
        ));
    }
    let imports = ImportChange {
        plan: view.import_plan()?,
        needs: target.function.is_some(),
        frees: 1,
    };
    let title = match target.function {
        Some(function) => format!("Use strconv.{function}"),
        None => "Use the string itself".to_owned(),
    };
    let edits = edits(view, &found, &target);
    fix(view, Rewrite::Strconv, title, edits, Some(imports))
}

/// The call that `expr` is an operand of, if that is boxed, or is itself.
fn formatting(
    view: &View<'_>,
    expr: ExprId,
    kind: SiteKind,
) -> Option<Result<Formatting, Refusal>> {
    if kind != SiteKind::InterfaceConversion {
        let function = fmt_function(view, expr)?;
        return Some(read(view, expr, function));
    }
    let Some(Node::Expr(call)) = view.parent(Node::Expr(expr)) else {
        return None;
    };
    let function = fmt_function(view, call)?;
    let (_, args, _) = view.call(call)?;
    args.contains(&expr).then(|| read(view, call, function))
}

/// The name of the function of package `fmt` that `call` calls, if it formats to a string.
fn fmt_function(view: &View<'_>, call: ExprId) -> Option<&'static str> {
    let (fun, ..) = view.call(call)?;
    let Expr::Selector { x, sel } = view.ast().expr(fun) else {
        return None;
    };
    let of_fmt = view.package(x).is_some_and(|p| p.path.as_str() == FMT);
    let sel = sel.as_str();
    (of_fmt && (sel == "Sprintf" || sel == "Sprint")).then_some(sel)
}

fn read(view: &View<'_>, call: ExprId, function: &str) -> Result<Formatting, Refusal> {
    let (_, args, spread) = view.call(call).ok_or(Refusal("not a call"))?;
    let (operand, verb) = match (function, args.as_slice(), spread) {
        ("Sprint", &[operand], false) => (operand, b'v'),
        ("Sprintf", &[format, operand], false) => (operand, verb(view, format)?),
        _ => return Err(Refusal("the call has not just one operand")),
    };
    Ok(Formatting {
        call,
        operand,
        verb,
    })
}

/// The verb that is all of a constant format.
fn verb(view: &View<'_>, format: ExprId) -> Result<u8, Refusal> {
    let text = view.file.info.const_value(format).and_then(|v| v.as_text());
    let bytes = text.map(Text::to_bytes).unwrap_or_default();
    match *bytes {
        [b'%', verb] => Ok(verb),
        _ => Err(Refusal("the format is not just one verb")),
    }
}

/// The type of the operand, if its value alone decides what is printed.
fn operand_type(view: &View<'_>, operand: ExprId) -> Result<Ty, Refusal> {
    if view.file.info.const_value(operand).is_some() {
        return Err(Refusal("the operand is a constant"));
    }
    let ty = view
        .ty(operand)
        .ok_or(Refusal("the operand's type is not known"))?;
    let is_basic = matches!(ty.under().kind(), TyKind::Basic(_)) && !is_type_param(ty);
    if !is_basic {
        return Err(Refusal("the operand is not of a basic type"));
    }
    if has_methods(ty) {
        return Err(Refusal(
            "the operand's type has methods, which `fmt` may ask",
        ));
    }
    Ok(ty)
}

/// Whether a defined type declares any method. Those behind pointers are no matter, but nobody will miss the rewrite.
fn has_methods(ty: Ty) -> bool {
    ty.as_named()
        .is_some_and(|named| !named.declared_methods().is_empty())
}

fn target(ty: Ty, verb: u8) -> Option<Target> {
    let named = ty.as_named().is_some();
    let kind = basic_kind(ty.under());
    let plain = |function, convert| Target {
        function,
        convert: if named { convert } else { "" },
        more: "",
    };
    match (kind, verb) {
        (BasicKind::String, b's' | b'v') => Some(plain(None, "string")),
        (BasicKind::String, b'q') => Some(plain(Some("Quote"), "string")),
        (BasicKind::Bool, b't' | b'v') => Some(plain(Some("FormatBool"), "bool")),
        (BasicKind::Int, b'd' | b'v') => Some(plain(Some("Itoa"), "int")),
        _ => integer(kind, named, verb),
    }
}

fn integer(kind: BasicKind, named: bool, verb: u8) -> Option<Target> {
    use BasicKind::{Int, Int8, Int16, Int32, Int64, Uint, Uint8, Uint16, Uint32, Uint64, Uintptr};
    let (function, wide, is_wide) = match kind {
        Int | Int8 | Int16 | Int32 | Int64 => ("FormatInt", "int64", kind == Int64),
        Uint | Uint8 | Uint16 | Uint32 | Uint64 | Uintptr => {
            ("FormatUint", "uint64", kind == Uint64)
        }
        _ => return None,
    };
    Some(Target {
        function: Some(function),
        convert: if is_wide && !named { "" } else { wide },
        more: match verb {
            b'd' | b'v' => ", 10",
            b'x' => ", 16",
            b'o' => ", 8",
            b'b' => ", 2",
            _ => return None,
        },
    })
}

/// Whether calls or receives run in the statement beside `found`: neither around it nor in it.
fn runs_more(view: &View<'_>, found: &Formatting) -> bool {
    let Some(stmt) = view.stmt_of(found.call) else {
        return true;
    };
    let around: Vec<Node> = view.around(Node::Expr(found.call)).collect();
    let mut todo = vec![Node::Stmt(stmt)];
    while let Some(node) = todo.pop() {
        if let Node::Expr(expr) = node {
            if expr == found.call {
                continue;
            }
            let runs = match view.ast().expr(expr) {
                Expr::Call { .. } => !view.is_harmless_call(expr) && !around.contains(&node),
                Expr::Unary { op, .. } => op == Kind::Arrow && !around.contains(&node),
                _ => false,
            };
            if runs {
                return true;
            }
        }
        visit::children(view.ast(), node, &mut |child| {
            if !matches!(child, Node::Stmt(_)) {
                todo.push(child);
            }
        });
    }
    false
}

fn edits(view: &View<'_>, found: &Formatting, target: &Target) -> Vec<Edit> {
    let ast = view.ast();
    let (whole, kept) = (ast.expr_span(found.call), ast.expr_span(found.operand));
    let mut before = target
        .function
        .map_or(String::new(), |f| format!("strconv.{f}("));
    let mut behind = target.more.to_owned();
    let in_parentheses = target.function.is_none() && binds_loosely(view, found.operand);
    if !target.convert.is_empty() || in_parentheses {
        before.push_str(target.convert);
        before.push('(');
        behind.insert(0, ')');
    }
    if target.function.is_some() {
        behind.push(')');
    }
    let mut edits = vec![
        Edit::new(Span::new(whole.start, kept.start), before),
        Edit::new(Span::new(kept.end, whole.end), behind),
    ];
    if target.more.is_empty() && spacing::stands_alone(view, found.call, in_parentheses) {
        edits.extend(spacing::to_stand_alone(view, found.operand));
    }
    edits
}

/// Whether an expression needs parentheses where a call stood.
fn binds_loosely(view: &View<'_>, expr: ExprId) -> bool {
    matches!(
        view.ast().expr(expr),
        Expr::Binary { .. } | Expr::Unary { .. } | Expr::Star(_)
    )
}
