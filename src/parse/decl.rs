//! Declarations (Go spec, "Source file organization", "Declarations and scope").

use super::comb::{Separator, list, name, name_list, opt_assign, opt_literal};
use super::error::{PResult, SEMIS};
use super::expr::{binary_rest, expr_list, primary_rest};
use super::input::Input;
use super::params::{Dots, Names, func_type, param_list};
use super::pragma;
use super::stmt::block;
use super::types::{array_type, opt_type, slice_type, type_};
use crate::ast::{Ast, Decl, DeclId, Expr, ExprId, FieldId, List, Pragma, StmtId};
use crate::base::span::Span;
use crate::lex::token::{Kind, TokenSet};

/// A production of one spec: the input, and the spec's place in its group.
type Spec = for<'t> fn(Input<'t>, u32) -> PResult<'t, Option<DeclId>>;

/// The specs behind `import`, `const`, `type` or `var`: one, or a group in parentheses. They are kept.
pub(super) fn group(i: Input<'_>, spec: Spec) -> PResult<'_, ()> {
    let mut n = 0;
    let mut one = |i| {
        let (i, decl) = spec(i, n)?;
        decl.into_iter().for_each(|d| i.keep(d));
        n += 1;
        Ok((i, false))
    };
    if !i.at(Kind::LParen) {
        return one(i).map(|(i, _)| (i, ()));
    }
    pragma::clear(i);
    list(
        i.bump(),
        "grouped declaration",
        Separator::Semi,
        Kind::RParen,
        one,
    )
    .map(|(i, _)| (i, ()))
}

fn add_decl(i: Input<'_>, decl: Decl, start: u32, pragma: Pragma) -> DeclId {
    let span = Span::new(start, i.prev_end());
    i.file.ast.borrow_mut().add_decl(decl, span, pragma)
}

const GROUP_END: TokenSet = SEMIS.union(TokenSet::new(&[Kind::RParen]));

/// `ImportSpec = [ "." | PackageName ] ImportPath .`
pub(super) fn import_spec(i: Input<'_>, _: u32) -> PResult<'_, Option<DeclId>> {
    let start = i.start();
    let pragma = pragma::take(i);
    let (i, name) = match i.kind() {
        Kind::Name => name(i).map(|(i, x)| (i, Some(x)))?,
        Kind::Dot => {
            let dot = Expr::Name(crate::base::symbol::sym::DOT);
            (i.bump(), Some(i.bump().add(dot, start)))
        }
        _ => (i, None),
    };
    let (i, path) = opt_literal(i)?;
    let Some(path) = path else {
        i.syntax_error("missing import path");
        return Ok((i.advance(GROUP_END), None));
    };
    if !matches!(i.get(path), Expr::BasicLit(Kind::String | Kind::RawString)) {
        i.syntax_error_at(i.expr_pos(path), "import path must be a string");
    }
    Ok((
        i,
        Some(add_decl(i, Decl::Import { name, path }, start, pragma)),
    ))
}

/// `ConstSpec = IdentifierList [ [ Type ] "=" ExpressionList ] .`
pub(super) fn const_spec(i: Input<'_>, iota: u32) -> PResult<'_, Option<DeclId>> {
    let start = i.start();
    let pragma = pragma::take(i);
    let mark = i.mark();
    let (mut i, ()) = name_list(i)?;
    let names = i.list_since(mark);
    let mut ty = None;
    let mut values = List::EMPTY;
    if !i.at(Kind::Eof) && !i.kind().is_semi() && !i.at(Kind::RParen) {
        (i, ty) = opt_type(i)?;
        (i, values) = opt_values(i)?;
    }
    Ok((
        i,
        Some(add_decl(
            i,
            Decl::Const {
                names,
                ty,
                values,
                iota,
            },
            start,
            pragma,
        )),
    ))
}

/// `VarSpec = IdentifierList ( Type [ "=" ExpressionList ] | "=" ExpressionList ) .`
pub(super) fn var_spec(i: Input<'_>, _: u32) -> PResult<'_, Option<DeclId>> {
    let start = i.start();
    let pragma = pragma::take(i);
    let mark = i.mark();
    let (i, ()) = name_list(i)?;
    let names = i.list_since(mark);
    let (mut i, mut values) = opt_values(i)?;
    let mut ty = None;
    if values.is_empty() {
        let x;
        (i, x) = type_(i)?;
        ty = Some(x);
        (i, values) = opt_values(i)?;
    }
    Ok((
        i,
        Some(add_decl(i, Decl::Var { names, ty, values }, start, pragma)),
    ))
}

/// `[ "=" ExpressionList ]`
fn opt_values(i: Input<'_>) -> PResult<'_, List<ExprId>> {
    let (i, assigned) = opt_assign(i);
    if !assigned {
        return Ok((i, List::EMPTY));
    }
    let mark = i.mark();
    let (i, _) = expr_list(i)?;
    Ok((i, i.list_since(mark)))
}

/// `TypeSpec = identifier [ TypeParams ] [ "=" ] Type .`
pub(super) fn type_spec(i: Input<'_>, _: u32) -> PResult<'_, Option<DeclId>> {
    let start = i.start();
    let pragma = pragma::take(i);
    let (i, name) = name(i)?;
    let (i, (tparams, is_alias, ty)) = if i.at(Kind::LBrack) {
        bracket_type(i)?
    } else {
        plain_type(i, List::EMPTY)?
    };
    let (i, ty) = if let Some(ty) = ty {
        (i, ty)
    } else {
        let bad = i.bad_expr();
        i.syntax_error("in type declaration");
        (i.advance(GROUP_END), bad)
    };
    Ok((
        i,
        Some(add_decl(
            i,
            Decl::Type {
                name,
                tparams,
                is_alias,
                ty,
            },
            start,
            pragma,
        )),
    ))
}

/// Type parameters, whether it is an alias, and the type.
type TypeParts = (List<FieldId>, bool, Option<ExprId>);

/// `[ "=" ] Type`
fn plain_type(i: Input<'_>, tparams: List<FieldId>) -> PResult<'_, TypeParts> {
    let (i, is_alias) = opt_assign(i);
    let (i, ty) = opt_type(i)?;
    Ok((i, (tparams, is_alias, ty)))
}

/// A type declaration whose name is followed by `[`: an array or slice type, or type parameters.
fn bracket_type(i: Input<'_>) -> PResult<'_, TypeParts> {
    let pos = i.start();
    let inner = i.bump();
    match inner.kind() {
        Kind::Name => array_or_type_params(inner, pos),
        Kind::RBrack => {
            slice_type(inner.bump(), pos).map(|(i, ty)| (i, (List::EMPTY, false, Some(ty))))
        }
        _ => array_type(inner, pos, None).map(|(i, ty)| (i, (List::EMPTY, false, Some(ty)))),
    }
}

/// `[P …`: an expression is read and then split into a parameter's name and the start of its constraint, if it can be.
/// Only `P [` needs no reading: an index is never a constant, so it must be a constraint that begins with a bracket.
fn array_or_type_params(i: Input<'_>, pos: u32) -> PResult<'_, TypeParts> {
    let (mut i, mut x) = name(i)?;
    if !i.at(Kind::LBrack) {
        (i, x) = i.bracketed(|i| {
            let (i, x) = primary_rest(i, x)?;
            binary_rest(i, x, 0)
        })?;
    }
    match split_name(i, x, i.at(Kind::Comma)) {
        Some((name, constraint)) if constraint.is_some() || !i.at(Kind::RBrack) => {
            let (i, tparams) = param_list(
                i,
                Some((name, constraint)),
                Kind::RBrack,
                Names::Required,
                Dots::Forbidden,
            )?;
            plain_type(i, tparams)
        }
        _ => array_type(i, pos, Some(x)).map(|(i, ty)| (i, (List::EMPTY, false, Some(ty)))),
    }
}

/// Splits `P *T`, `P (T)`, `P *T|U` — read as a product, a call, a disjunction — into the name and the constraint. Unless
/// `force`, only if the constraint could not be a value.
fn split_name(i: Input<'_>, x: ExprId, force: bool) -> Option<(ExprId, Option<ExprId>)> {
    match i.get(x) {
        Expr::Name(_) => Some((x, None)),
        Expr::Binary {
            op: Kind::Mul,
            x: name,
            y,
        } => {
            let is_name = matches!(i.get(name), Expr::Name(_));
            let end = i.file.ast.borrow().expr_end(y);
            (is_name && (force || is_type_elem(&i.file.ast.borrow(), y)))
                .then(|| (name, Some(i.add_at(Expr::Star(y), i.expr_pos(x), end))))
        }
        Expr::Binary { op: Kind::Or, .. } => split_union(i, x, force),
        Expr::Call {
            fun,
            args,
            spread: false,
        } => {
            let ast = i.file.ast.borrow();
            let is_name = matches!(ast.expr(fun), Expr::Name(_));
            let arg = ast
                .list_get(args, 0)
                .filter(|_| is_name && ast.list_len(args) == 1)?;
            (force || is_type_elem(&ast, arg)).then(|| (fun, Some(ast.unparen(arg))))
        }
        _ => None,
    }
}

/// [`split_name`] for `P *T | U | V`: down the left spine to the first term, and back up with it split.
fn split_union(i: Input<'_>, x: ExprId, mut force: bool) -> Option<(ExprId, Option<ExprId>)> {
    let mut terms = Vec::new();
    let mut first = x;
    while let Expr::Binary {
        op: Kind::Or,
        x: left,
        y,
    } = i.get(first)
    {
        force |= is_type_elem(&i.file.ast.borrow(), y);
        terms.push((i.expr_pos(first), y));
        first = left;
    }
    let (name, constraint) = split_name(i, first, force)?;
    let mut constraint = constraint?;
    for (pos, y) in terms.into_iter().rev() {
        let end = i.file.ast.borrow().expr_end(y);
        constraint = i.add_at(
            Expr::Binary {
                op: Kind::Or,
                x: constraint,
                y,
            },
            pos,
            end,
        );
    }
    Some((name, Some(constraint)))
}

/// Whether an expression must be a type by its looks.
fn is_type_elem(ast: &Ast, x: ExprId) -> bool {
    let mut todo = vec![x];
    while let Some(x) = todo.pop() {
        match ast.expr(x) {
            Expr::ArrayType { .. }
            | Expr::StructType(_)
            | Expr::FuncType { .. }
            | Expr::InterfaceType(_)
            | Expr::SliceType(_)
            | Expr::MapType { .. }
            | Expr::ChanType { .. }
            | Expr::Unary {
                op: Kind::Tilde, ..
            } => return true,
            Expr::Binary { x, y, .. } => todo.extend([x, y]),
            Expr::Unary { x, .. } | Expr::Star(x) | Expr::Paren(x) => todo.push(x),
            _ => {}
        }
    }
    false
}

/// `FunctionDecl = "func" [ Receiver ] FunctionName [ TypeParameters ] Signature [ FunctionBody ] .` behind `func`, which is
/// at `start`.
pub(super) fn func_decl(i: Input<'_>, start: u32) -> PResult<'_, DeclId> {
    let pragma = pragma::take(i);
    let mut i = i;
    let mut recv = None;
    let mut is_method = false;
    if i.at(Kind::LParen) {
        is_method = true;
        let receivers;
        (i, receivers) = param_list(
            i.bump(),
            None,
            Kind::RParen,
            Names::Optional,
            Dots::Forbidden,
        )?;
        let count = i.file.ast.borrow().list_len(receivers);
        if count != 1 {
            let message = if count == 0 {
                "method has no receiver"
            } else {
                "method has multiple receivers"
            };
            i.error_at(i.start(), message);
        }
        recv = i.file.ast.borrow().list_get(receivers, 0);
    }
    let (i, (name, tparams, ty)) = if i.at(Kind::Name) {
        signature(i)?
    } else {
        no_name(i, is_method)
    };
    let (i, body) = if i.at(Kind::LBrace) {
        func_body(i).map(|(i, b)| (i, Some(b)))?
    } else {
        (i, None)
    };
    Ok((
        i,
        add_decl(
            i,
            Decl::Func {
                recv,
                name,
                tparams,
                ty,
                body,
            },
            start,
            pragma,
        ),
    ))
}

fn signature(i: Input<'_>) -> PResult<'_, (ExprId, List<FieldId>, ExprId)> {
    let (i, name) = name(i)?;
    let (i, (tparams, ty)) = func_type(i, i.start(), None)?;
    Ok((i, (name, tparams, ty)))
}

fn no_name(i: Input<'_>, is_method: bool) -> (Input<'_>, (ExprId, List<FieldId>, ExprId)) {
    const FOLLOW: TokenSet = SEMIS.union(TokenSet::new(&[Kind::LBrace]));
    let name = super::comb::blank_name(i);
    let ty = i.add_at(
        Expr::FuncType {
            params: List::EMPTY,
            results: List::EMPTY,
        },
        i.start(),
        i.start(),
    );
    i.syntax_error(if is_method {
        "expected name"
    } else {
        "expected name or ("
    });
    (i.advance(FOLLOW), (name, List::EMPTY, ty))
}

/// `FunctionBody = Block .` Labels and branches are checked if the body has no syntax error.
pub(super) fn func_body(i: Input<'_>) -> PResult<'_, StmtId> {
    let errors = i.error_count();
    let (rest, body) = i.body(|i| block(i, ""))?;
    if rest.error_count() == errors {
        super::branches::check(rest, body);
    }
    Ok((rest, body))
}
