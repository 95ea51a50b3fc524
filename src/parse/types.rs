//! Types (Go spec, "Types"); signatures are in `params`.

use nom::Parser;
use nom::sequence::{preceded, terminated};

use super::comb::{Separator, blank_name, list, name, name_list, opt_literal, tok, want};
use super::error::{PResult, SEMIS};
use super::expr::expr;
use super::input::Input;
use super::params::{Dots, Names, func_type, param_list};
use crate::ast::{ChanDir, Expr, ExprId, Field, List};
use crate::lex::token::{Kind, TokenSet};

/// What can follow a type.
const AFTER_TYPE: TokenSet = SEMIS.union(TokenSet::new(&[
    Kind::Comma,
    Kind::Colon,
    Kind::RParen,
    Kind::RBrack,
    Kind::RBrace,
]));

/// A type; its absence is reported.
pub(super) fn type_(i: Input<'_>) -> PResult<'_, ExprId> {
    let (rest, ty) = opt_type(i)?;
    if let Some(ty) = ty {
        return Ok((rest, ty));
    }
    let bad = i.bad_expr();
    i.syntax_error("expected type");
    Ok((i.advance(AFTER_TYPE), bad))
}

/// `Type = TypeName [ TypeArgs ] | TypeLit | "(" Type ")" .` Nothing is consumed where no type begins.
pub(super) fn opt_type(i: Input<'_>) -> PResult<'_, Option<ExprId>> {
    match i.kind() {
        Kind::Name => qualified_name(i, None).map(|(rest, x)| (rest, Some(x))),
        Kind::Mul => i.nested(pointer_type.map(Some).parse_fn()),
        Kind::LBrack => i.nested(array_or_slice.map(Some).parse_fn()),
        Kind::Struct => i.nested(struct_type.map(Some).parse_fn()),
        Kind::Interface => i.nested(interface_type.map(Some).parse_fn()),
        Kind::Func => i.nested(func_type_literal.map(Some).parse_fn()),
        Kind::Map => i.nested(map_type.map(Some).parse_fn()),
        Kind::Chan | Kind::Arrow => i.nested(chan_type.map(Some).parse_fn()),
        Kind::LParen => i.nested(paren_type.map(Some).parse_fn()),
        _ => Ok((i, None)),
    }
}

/// Lets a nom parser stand where a function is wanted.
trait ParseFn<'t, T> {
    fn parse_fn(self) -> impl FnOnce(Input<'t>) -> PResult<'t, T>;
}

impl<'t, T, P> ParseFn<'t, T> for P
where
    P: Parser<Input<'t>, Output = T, Error = super::error::Reject>,
{
    fn parse_fn(mut self) -> impl FnOnce(Input<'t>) -> PResult<'t, T> {
        move |i| self.parse(i)
    }
}

fn pointer_type(i: Input<'_>) -> PResult<'_, ExprId> {
    let (rest, elem) = type_(i.bump())?;
    Ok((rest, rest.add(Expr::Star(elem), i.start())))
}

/// Parentheses around a type mean nothing and leave no node.
fn paren_type(i: Input<'_>) -> PResult<'_, ExprId> {
    terminated(preceded(tok(Kind::LParen), type_), want(Kind::RParen)).parse(i)
}

fn func_type_literal(i: Input<'_>) -> PResult<'_, ExprId> {
    func_type(i.bump(), i.start(), Some("function type")).map(|(rest, (_, ty))| (rest, ty))
}

fn map_type(i: Input<'_>) -> PResult<'_, ExprId> {
    let (rest, (_, _, key, _, value)) = (
        tok(Kind::Map),
        want(Kind::LBrack),
        type_,
        want(Kind::RBrack),
        type_,
    )
        .parse(i)?;
    Ok((rest, rest.add(Expr::MapType { key, value }, i.start())))
}

/// `ChannelType = ( "chan" | "chan" "<-" | "<-" "chan" ) ElementType .`
fn chan_type(i: Input<'_>) -> PResult<'_, ExprId> {
    let (rest, dir) = if i.at(Kind::Arrow) {
        (i.bump().want(Kind::Chan), ChanDir::Recv)
    } else {
        let (rest, arrow) = i.bump().got(Kind::Arrow);
        (rest, if arrow { ChanDir::Send } else { ChanDir::Both })
    };
    let (rest, elem) = opt_type(rest)?;
    let elem = elem.unwrap_or_else(|| {
        rest.syntax_error("missing channel element type");
        rest.bad_expr()
    });
    Ok((rest, rest.add(Expr::ChanType { dir, elem }, i.start())))
}

fn array_or_slice(i: Input<'_>) -> PResult<'_, ExprId> {
    let inner = i.bump();
    if inner.at(Kind::RBrack) {
        slice_type(inner.bump(), i.start())
    } else {
        array_type(inner, i.start(), None)
    }
}

/// `[]T` behind its brackets.
pub(super) fn slice_type(i: Input<'_>, pos: u32) -> PResult<'_, ExprId> {
    let (rest, elem) = type_(i)?;
    Ok((rest, rest.add(Expr::SliceType(elem), pos)))
}

/// `[N]T`, `[...]T` behind the `[`, and behind `len` if that was read already.
pub(super) fn array_type(
    mut i: Input<'_>,
    pos: u32,
    mut len: Option<ExprId>,
) -> PResult<'_, ExprId> {
    let mut open = false;
    if len.is_none() {
        (i, open) = i.got(Kind::Ellipsis);
    }
    if len.is_none() && !open {
        (i, len) = i.bracketed(|i| expr(i).map(|(rest, x)| (rest, Some(x))))?;
    }
    if i.at(Kind::Comma) {
        i.syntax_error("unexpected comma; expected ]");
        i = i.bump();
    }
    let (rest, elem) = type_(i.want(Kind::RBrack))?;
    Ok((rest, rest.add(Expr::ArrayType { len, elem }, pos)))
}

/// `TypeName = identifier | QualifiedIdent .` with type arguments; `first` if the name was read already.
pub(super) fn qualified_name(i: Input<'_>, first: Option<ExprId>) -> PResult<'_, ExprId> {
    let (mut i, mut x) = match first {
        Some(x) => (i, x),
        None if i.at(Kind::Name) => name(i)?,
        None => {
            const FOLLOW: TokenSet = SEMIS.union(TokenSet::new(&[Kind::Dot, Kind::RBrace]));
            let blank = blank_name(i);
            i.syntax_error("expected name");
            (i.advance(FOLLOW), blank)
        }
    };
    if i.at(Kind::Dot) {
        let pos = i.start();
        let (rest, sel) = name(i.bump())?;
        let sel = rest.file.ast.borrow().name(sel);
        x = rest.add(Expr::Selector { x, sel }, pos);
        i = rest;
    }
    if i.at(Kind::LBrack) {
        i.nested(|i| type_instance(i, x))
    } else {
        Ok((i, x))
    }
}

/// `TypeArgs = "[" TypeList [ "," ] "]" .`
fn type_instance(i: Input<'_>, x: ExprId) -> PResult<'_, ExprId> {
    let mark = i.mark();
    let mut inner = i.bump();
    if inner.at(Kind::RBrack) {
        inner.syntax_error("expected type argument list");
        inner.keep(inner.bad_expr());
    } else {
        (inner, _) = inner.bracketed(|i| type_list(i, true))?;
    }
    let indices = inner.list_since(mark);
    let rest = inner.want(Kind::RBrack);
    Ok((rest, rest.add(Expr::Index { x, indices }, i.start())))
}

/// `TypeList = Type { "," Type } [ "," ] .` kept on the scratch stack; says whether a comma was seen. Unless `strict`, the
/// first element may be any expression.
pub(super) fn type_list(i: Input<'_>, strict: bool) -> PResult<'_, bool> {
    let (mut i, first) = if strict {
        type_(i)?
    } else {
        i.bracketed(expr)?
    };
    i.keep(first);
    let mut comma = false;
    while i.at(Kind::Comma) {
        comma = true;
        let (rest, next) = opt_type(i.bump())?;
        i = rest;
        let Some(next) = next else { break };
        i.keep(next);
    }
    Ok((i, comma))
}

/// `StructType = "struct" "{" { FieldDecl ";" } "}" .`
fn struct_type(i: Input<'_>) -> PResult<'_, ExprId> {
    let mark = i.mark();
    let inner = i.bump().want(Kind::LBrace);
    let (rest, _) = list(inner, "struct type", Separator::Semi, Kind::RBrace, |i| {
        field_decl(i).map(|(rest, ())| (rest, false))
    })?;
    let fields = rest.list_since(mark);
    Ok((rest, rest.add(Expr::StructType(fields), i.start())))
}

/// `FieldDecl = ( IdentifierList Type | EmbeddedField ) [ Tag ] .` The fields are kept.
fn field_decl(i: Input<'_>) -> PResult<'_, ()> {
    match i.kind() {
        Kind::Name => named_or_embedded(i),
        Kind::Mul => {
            let (mut rest, parens) = i.bump().got(Kind::LParen);
            if parens {
                i.bump().syntax_error("cannot parenthesize embedded type");
            }
            let ty;
            (rest, ty) = qualified_name(rest, None)?;
            let star = rest.add(Expr::Star(ty), i.start());
            embedded(
                if parens {
                    rest.got(Kind::RParen).0
                } else {
                    rest
                },
                star,
            )
        }
        Kind::LParen => {
            i.syntax_error("cannot parenthesize embedded type");
            let (inner, star) = i.bump().got(Kind::Mul);
            let (rest, mut ty) = qualified_name(inner, None)?;
            if star {
                ty = rest.add(Expr::Star(ty), i.bump().start());
            }
            embedded(rest.got(Kind::RParen).0, ty)
        }
        _ => {
            const FOLLOW: TokenSet = SEMIS.union(TokenSet::new(&[Kind::RBrace]));
            i.syntax_error("expected field name or embedded type");
            Ok((i.advance(FOLLOW), ()))
        }
    }
}

fn named_or_embedded(i: Input<'_>) -> PResult<'_, ()> {
    let (i, first) = name(i)?;
    if i.at(Kind::Dot) || i.kind().is_literal() || i.kind().is_semi() || i.at(Kind::RBrace) {
        let (i, ty) = qualified_name(i, Some(first))?;
        return embedded(i, ty);
    }
    if i.at(Kind::LBrack) {
        // `a [n]T` is a field of array type, `T[P]` an embedded instance: the brackets' content and what follows decide.
        let (i, ty) = i.nested(|i| array_or_type_args(i, first))?;
        if matches!(i.get(ty), Expr::Index { .. }) {
            return embedded(i, ty);
        }
        let (i, tag) = opt_literal(i)?;
        i.keep(i.add_field(Field {
            name: Some(first),
            ty,
            tag,
        }));
        return Ok((i, ()));
    }
    named_fields(i, first)
}

fn named_fields(i: Input<'_>, first: ExprId) -> PResult<'_, ()> {
    let mark = i.mark();
    i.keep(first);
    let mut i = i;
    if i.at(Kind::Comma) {
        (i, ()) = name_list(i.bump())?;
    }
    let (i, ty) = type_(i)?;
    let (i, tag) = opt_literal(i)?;
    let names: List<ExprId> = i.list_since(mark);
    for n in 0.. {
        let name = i.file.ast.borrow().list_get(names, n);
        if name.is_none() {
            break;
        }
        i.keep(i.add_field(Field { name, ty, tag }));
    }
    Ok((i, ()))
}

fn embedded(i: Input<'_>, ty: ExprId) -> PResult<'_, ()> {
    let (i, tag) = opt_literal(i)?;
    i.keep(i.add_field(Field {
        name: None,
        ty,
        tag,
    }));
    Ok((i, ()))
}

/// `[n]E` or `[]E` (a type) or `[T1, T2]` behind `x` (an instance of it).
pub(super) fn array_or_type_args(i: Input<'_>, x: ExprId) -> PResult<'_, ExprId> {
    let pos = i.start();
    let inner = i.bump();
    if inner.at(Kind::RBrack) {
        return slice_type(inner.bump(), pos);
    }
    let mark = inner.mark();
    let (inner, comma) = inner.bracketed(|i| type_list(i, false))?;
    let indices: List<ExprId> = inner.list_since(mark);
    let rest = inner.want(Kind::RBrack);
    if !comma {
        let (rest, elem) = opt_type(rest)?;
        if let Some(elem) = elem {
            let len = rest.file.ast.borrow().list_get(indices, 0);
            return Ok((rest, rest.add(Expr::ArrayType { len, elem }, pos)));
        }
    }
    Ok((rest, rest.add(Expr::Index { x, indices }, pos)))
}

/// `InterfaceType = "interface" "{" { ( MethodElem | TypeElem ) ";" } "}" .`
fn interface_type(i: Input<'_>) -> PResult<'_, ExprId> {
    let mark = i.mark();
    let inner = i.bump().want(Kind::LBrace);
    let (rest, _) = list(
        inner,
        "interface type",
        Separator::Semi,
        Kind::RBrace,
        |i| {
            let (i, field) = interface_elem(i)?;
            i.keep(i.add_field(field));
            Ok((i, false))
        },
    )?;
    let fields = rest.list_since(mark);
    Ok((rest, rest.add(Expr::InterfaceType(fields), i.start())))
}

fn interface_elem(i: Input<'_>) -> PResult<'_, Field> {
    if !i.at(Kind::Name) {
        let (i, ty) = type_elem(i, None)?;
        return Ok((
            i,
            Field {
                name: None,
                ty,
                tag: None,
            },
        ));
    }
    let (i, first) = name(i)?;
    match i.kind() {
        Kind::LParen => method_elem(i, first),
        Kind::LBrack => i.nested(|i| method_or_instance(i, first)),
        _ => {
            let (i, ty) = qualified_name(i, Some(first))?;
            embedded_elem(i, ty)
        }
    }
}

/// `MethodElem = MethodName Signature .`
fn method_elem(i: Input<'_>, name: ExprId) -> PResult<'_, Field> {
    let (i, (_, ty)) = func_type(i, i.start(), Some("interface method"))?;
    Ok((
        i,
        Field {
            name: Some(name),
            ty,
            tag: None,
        },
    ))
}

fn embedded_elem(i: Input<'_>, ty: ExprId) -> PResult<'_, Field> {
    let (i, ty) = type_elem(i, Some(ty))?;
    Ok((
        i,
        Field {
            name: None,
            ty,
            tag: None,
        },
    ))
}

/// `name[…]`: an embedded instance `T[P1, P2]`, or a method with type parameters, which interfaces may not have.
fn method_or_instance(i: Input<'_>, name: ExprId) -> PResult<'_, Field> {
    let pos = i.start();
    let inner = i.bump();
    if inner.at(Kind::RBrack) {
        let rest = inner.bump();
        let method = rest.at(Kind::LParen);
        let what = if method {
            "empty type parameter list"
        } else {
            "empty type argument list"
        };
        rest.error_at(inner.start(), what);
        return if method {
            method_elem(rest, name)
        } else {
            embedded_elem(rest, name)
        };
    }
    // Type arguments look like a parameter list without names.
    let (rest, fields) = param_list(inner, None, Kind::RBrack, Names::Optional, Dots::Forbidden)?;
    let first = rest.file.ast.borrow().list_get(fields, 0);
    match first {
        None if rest.at(Kind::LParen) => method_elem(rest, name),
        None => embedded_elem(rest, name),
        Some(first) if rest.file.ast.borrow().field(first).name.is_some() => {
            let method = method_elem(rest, name)?;
            rest.error_at(pos, "interface method must have no type parameters");
            Ok(method)
        }
        Some(_) => {
            let types: Vec<ExprId> = {
                let ast = rest.file.ast.borrow();
                ast.list(fields).map(|f| ast.field(f).ty).collect()
            };
            let indices = rest.file.ast.borrow_mut().add_list(&types);
            embedded_elem(rest, rest.add(Expr::Index { x: name, indices }, pos))
        }
    }
}

/// `TypeElem = TypeTerm { "|" TypeTerm } .`; `first` if the first term was read already.
pub(super) fn type_elem(i: Input<'_>, first: Option<ExprId>) -> PResult<'_, ExprId> {
    let (mut i, mut x) = match first {
        Some(x) => (i, x),
        None => type_term(i)?,
    };
    while i.at(Kind::Or) {
        let pos = i.start();
        let (rest, y) = type_term(i.bump())?;
        x = rest.add(Expr::Binary { op: Kind::Or, x, y }, pos);
        i = rest;
    }
    Ok((i, x))
}

/// What can follow a term of a constraint.
const AFTER_TERM: TokenSet = SEMIS.union(TokenSet::new(&[
    Kind::Or,
    Kind::Tilde,
    Kind::RParen,
    Kind::RBrack,
    Kind::RBrace,
]));

/// `TypeTerm = Type | "~" Type .`
fn type_term(i: Input<'_>) -> PResult<'_, ExprId> {
    if i.at(Kind::Tilde) {
        let (rest, x) = type_(i.bump())?;
        return Ok((
            rest,
            rest.add(Expr::Unary { op: Kind::Tilde, x }, i.start()),
        ));
    }
    let (rest, ty) = opt_type(i)?;
    if let Some(ty) = ty {
        return Ok((rest, ty));
    }
    let bad = i.bad_expr();
    i.syntax_error("expected ~ term or type");
    Ok((i.advance(AFTER_TERM), bad))
}
