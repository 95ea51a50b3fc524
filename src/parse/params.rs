//! Signatures and parameter lists (Go spec, "Function types", "Type parameter declarations").

use super::comb::{Separator, list, name};
use super::error::{PResult, word};
use super::input::Input;
use super::types::{array_or_type_args, opt_type, qualified_name, type_elem};
use crate::ast::{Expr, ExprId, Field, FieldId, List};
use crate::lex::token::{Kind, TokenSet};

/// `[ TypeParameters ] Signature`, behind the keyword or name; gives the type parameters and an [`Expr::FuncType`] at `pos`.
/// With a `context` type parameters are reported.
pub(super) fn func_type<'t>(
    i: Input<'t>,
    pos: u32,
    context: Option<&str>,
) -> PResult<'t, (List<FieldId>, ExprId)> {
    let mut i = i;
    let mut tparams = List::EMPTY;
    if i.at(Kind::LBrack) {
        if let Some(context) = context {
            i.syntax_error_at(
                i.start(),
                &format!("{context} must have no type parameters"),
            );
        }
        i = i.bump();
        if i.at(Kind::RBrack) {
            i.syntax_error("empty type parameter list");
            i = i.bump();
        } else {
            (i, tparams) = param_list(i, None, Kind::RBrack, Names::Required, Dots::Forbidden)?;
        }
    }
    let (i, params) = param_list(
        i.want(Kind::LParen),
        None,
        Kind::RParen,
        Names::Optional,
        Dots::Last,
    )?;
    let (i, results) = result(i)?;
    Ok((i, (tparams, i.add(Expr::FuncType { params, results }, pos))))
}

/// `Result = Parameters | Type .`
fn result(i: Input<'_>) -> PResult<'_, List<FieldId>> {
    if i.at(Kind::LParen) {
        return param_list(
            i.bump(),
            None,
            Kind::RParen,
            Names::Optional,
            Dots::Forbidden,
        );
    }
    let (i, ty) = opt_type(i)?;
    let list = ty.map(|ty| {
        i.list_of(i.add_field(Field {
            name: None,
            ty,
            tag: None,
        }))
    });
    Ok((i, list.unwrap_or_default()))
}

/// A parameter as read: `a` alone may turn out to be a name or a type.
#[derive(Clone, Copy)]
pub(super) struct Par {
    name: Option<ExprId>,
    ty: Option<ExprId>,
}

/// Whether all parameters must have names: in lists of type parameters.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Names {
    Required,
    Optional,
}

/// Where `...T` may stand.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Dots {
    Last,
    Forbidden,
}

/// `ParameterList = ParameterDecl { "," ParameterDecl } [ "," ] .` behind its opening bracket, up to and with `close`;
/// `first` holds what was read already. Either all results are named or none is.
pub(super) fn param_list(
    i: Input<'_>,
    first: Option<(ExprId, Option<ExprId>)>,
    close: Kind,
    names: Names,
    dots: Dots,
) -> PResult<'_, List<FieldId>> {
    let mark = i.file.params.borrow().len();
    let keep = |i: Input<'_>, par| i.file.params.borrow_mut().push(par);
    let mut first = first;
    if let Some((name, Some(ty))) = first
        && i.at(close)
    {
        let field = i.add_field(Field {
            name: Some(name),
            ty,
            tag: None,
        });
        return Ok((i.bump(), i.list_of(field)));
    }
    let (i, end) = list(i, "parameter list", Separator::Comma, close, |i| {
        let (i, par) = match first.take() {
            Some((name, Some(ty))) => (
                i,
                Some(Par {
                    name: Some(name),
                    ty: Some(ty),
                }),
            ),
            Some((name, None)) => param_decl(i, Some(name), close)?,
            None => param_decl(i, None, close)?,
        };
        par.into_iter().for_each(|par| keep(i, par));
        Ok((i, false))
    })?;
    let mut params = i.file.params.borrow_mut().split_off(mark);
    distribute(i, &mut params, end, names);
    check_dots(i, &mut params, dots);
    let fields = i.mark();
    for par in params {
        let ty = par.ty.unwrap_or_else(|| i.bad_expr());
        i.keep(i.add_field(Field {
            name: par.name,
            ty,
            tag: None,
        }));
    }
    Ok((i, i.list_since(fields)))
}

/// Gives every parameter its type: `a, b int` shares one, `int, string` has no names.
fn distribute(i: Input<'_>, params: &mut [Par], end: u32, names: Names) {
    let named = params
        .iter()
        .filter(|p| p.name.is_some() && p.ty.is_some())
        .count();
    let typed = params.iter().filter(|p| p.ty.is_some()).count();
    if named == 0 && names == Names::Optional {
        for par in params.iter_mut() {
            par.ty = par.ty.or(par.name.take());
        }
    } else if named != params.len() {
        share_types(i, params, end, names, named == typed);
    }
}

/// From right to left, each name takes the type behind it; what has none of either is reported once.
fn share_types(
    i: Input<'_>,
    params: &mut [Par],
    end: u32,
    names: Names,
    all_typed_are_named: bool,
) {
    let mut error = None;
    let mut ty = None;
    for par in params.iter_mut().rev() {
        match (par.ty, par.name) {
            (Some(own), Some(_)) => ty = Some(own),
            (Some(own), None) => {
                ty = Some(own);
                let pos = i.file.ast.borrow().expr_start(own);
                par.name = Some(i.add_at(Expr::Name(crate::base::symbol::sym::BLANK), pos, pos));
                error = Some(pos);
            }
            (None, Some(name)) if ty.is_none() => {
                let pos = i.expr_pos(name);
                par.ty = Some(i.add_at(Expr::Bad, pos, pos));
                error = Some(pos);
            }
            (None, _) => par.ty = ty,
        }
    }
    let Some(pos) = error else { return };
    let (pos, message) = match (all_typed_are_named, names) {
        (true, Names::Required) => (end, "missing type constraint"),
        (true, Names::Optional) => (end, "missing parameter type"),
        (false, Names::Required) if params.len() == 1 => {
            (pos, "missing type parameter name or invalid array length")
        }
        (false, Names::Required) => (pos, "missing type parameter name"),
        (false, Names::Optional) => (pos, "missing parameter name"),
    };
    i.syntax_error_at(pos, message);
}

/// `...T` may only be the type of the last parameter; elsewhere it becomes `T`.
fn check_dots(i: Input<'_>, params: &mut [Par], dots: Dots) {
    let mut reported = false;
    let last = params.len().wrapping_sub(1);
    for (n, par) in params.iter_mut().enumerate() {
        let Some(ty) = par.ty else { continue };
        let Expr::DotsType(elem) = i.get(ty) else {
            continue;
        };
        if dots == Dots::Last && n == last {
            continue;
        }
        if !reported {
            let message = if dots == Dots::Last {
                "can only use ... with final parameter"
            } else {
                "invalid use of ..."
            };
            i.error_at(i.expr_pos(ty), message);
            reported = true;
        }
        par.ty = Some(elem);
    }
}

/// `ParameterDecl = [ identifier ] [ "..." ] Type .` Constraints of type parameters may be unions.
fn param_decl(i: Input<'_>, first: Option<ExprId>, close: Kind) -> PResult<'_, Option<Par>> {
    let unions = close == Kind::RBrack;
    if first.is_none() && unions && i.at(Kind::Tilde) {
        return type_elem(i, None).map(|(i, ty)| {
            (
                i,
                Some(Par {
                    name: None,
                    ty: Some(ty),
                }),
            )
        });
    }
    let (i, name) = match first {
        Some(name) => (i, Some(name)),
        None if i.at(Kind::Name) => name(i).map(|(i, x)| (i, Some(x)))?,
        None => (i, None),
    };
    match name {
        Some(x) if i.at(Kind::LBrack) => {
            let (i, ty) = i.nested(|i| array_or_type_args(i, x))?;
            let is_instance = matches!(i.get(ty), Expr::Index { .. });
            union_rest(
                i,
                Par {
                    name: if is_instance { None } else { Some(x) },
                    ty: Some(ty),
                },
                unions,
            )
        }
        Some(x) if i.at(Kind::Dot) => {
            let (i, ty) = qualified_name(i, Some(x))?;
            union_rest(
                i,
                Par {
                    name: None,
                    ty: Some(ty),
                },
                unions,
            )
        }
        Some(x) if unions && i.at(Kind::Or) => union_rest(
            i,
            Par {
                name: None,
                ty: Some(x),
            },
            unions,
        ),
        _ => param_type(i, name, close),
    }
}

fn param_type(i: Input<'_>, name: Option<ExprId>, close: Kind) -> PResult<'_, Option<Par>> {
    let unions = close == Kind::RBrack;
    if i.at(Kind::Ellipsis) {
        let (rest, ty) = dots_type(i)?;
        return Ok((rest, Some(Par { name, ty: Some(ty) })));
    }
    if unions && i.at(Kind::Tilde) {
        return type_elem(i, None).map(|(i, ty)| (i, Some(Par { name, ty: Some(ty) })));
    }
    let (i, ty) = opt_type(i)?;
    if ty.is_some() || name.is_some() {
        return union_rest(i, Par { name, ty }, unions && ty.is_some());
    }
    i.syntax_error(&format!("expected {}", word(close)));
    Ok((
        i.advance(TokenSet::new(&[Kind::Comma]).union(TokenSet::new(&[close]))),
        None,
    ))
}

/// `| T | U` behind the first term of a constraint.
fn union_rest(i: Input<'_>, par: Par, unions: bool) -> PResult<'_, Option<Par>> {
    match par.ty {
        Some(first) if unions && i.at(Kind::Or) => {
            let (i, ty) = type_elem(i, Some(first))?;
            Ok((
                i,
                Some(Par {
                    ty: Some(ty),
                    ..par
                }),
            ))
        }
        _ => Ok((i, Some(par))),
    }
}

fn dots_type(i: Input<'_>) -> PResult<'_, ExprId> {
    let (rest, elem) = opt_type(i.bump())?;
    let ty = if let Some(elem) = elem {
        rest.add(Expr::DotsType(elem), i.start())
    } else {
        rest.syntax_error("... is missing type");
        rest.bad_expr()
    };
    Ok((rest, ty))
}
