//! Expressions (Go spec, "Expressions").

use nom::Parser;
use nom::sequence::terminated;

use super::comb::{Separator, known_name, list, want};
use super::decl::func_body;
use super::error::{PResult, SEMIS};
use super::input::Input;
use super::params::func_type;
use super::types::{type_, type_list};
use crate::ast::{Ast, ChanDir, Expr, ExprId, List};
use crate::lex::token::{Kind, TokenSet};

/// `Expression = UnaryExpr | Expression binary_op Expression .`
#[inline]
pub(super) fn expr(i: Input<'_>) -> PResult<'_, ExprId> {
    i.nested(|i| binary_expr(i, 0))
}

/// An expression of operators that bind tighter than `min`.
fn binary_expr(i: Input<'_>, min: u8) -> PResult<'_, ExprId> {
    let (i, x) = unary_expr(i)?;
    binary_rest(i, x, min)
}

/// The rest of a binary expression behind its first operand: precedence climbing.
pub(super) fn binary_rest(mut i: Input<'_>, mut x: ExprId, min: u8) -> PResult<'_, ExprId> {
    loop {
        let op = i.kind();
        let precedence = op.precedence();
        if precedence <= min {
            return Ok((i, x));
        }
        let (rest, y) = binary_expr(i.bump(), precedence)?;
        x = rest.add(Expr::Binary { op, x, y }, i.start());
        i = rest;
    }
}

/// `UnaryExpr = PrimaryExpr | unary_op UnaryExpr .`
#[inline(always)]
fn unary_expr(i: Input<'_>) -> PResult<'_, ExprId> {
    match i.kind() {
        Kind::Mul => prefix(i, |x, _| Expr::Star(x)),
        Kind::Add | Kind::Sub | Kind::Not | Kind::Xor | Kind::Tilde => {
            prefix(i, |x, op| Expr::Unary { op, x })
        }
        Kind::And => address_of(i),
        Kind::Arrow => arrow(i),
        _ => primary_expr(i),
    }
}

fn prefix(i: Input<'_>, node: fn(ExprId, Kind) -> Expr) -> PResult<'_, ExprId> {
    let (rest, x) = i.bump().nested(unary_expr)?;
    Ok((rest, rest.add(node(x, i.kind()), i.start())))
}

/// `&x`; parentheses around a literal behind it mean nothing.
fn address_of(i: Input<'_>) -> PResult<'_, ExprId> {
    let (rest, x) = i.bump().nested(unary_expr)?;
    let x = rest.file.ast.borrow().unparen(x);
    Ok((rest, rest.add(Expr::Unary { op: Kind::And, x }, i.start())))
}

/// `<-x`, or a channel type whose arrow was read first: `<-chan T` and `<-chan T(x)` begin alike, so the operand decides.
fn arrow(i: Input<'_>) -> PResult<'_, ExprId> {
    let (rest, x) = i.bump().nested(unary_expr)?;
    if !matches!(rest.get(x), Expr::ChanType { .. }) {
        return Ok((
            rest,
            rest.add(Expr::Unary { op: Kind::Arrow, x }, i.start()),
        ));
    }
    reassociate_arrow(rest, x);
    rest.file.ast.borrow_mut().set_expr_pos(x, i.start());
    Ok((rest, x))
}

/// Moves arrows one channel inwards: `<-(chan<- E)` was `<-chan (<-E)` all along.
fn reassociate_arrow(i: Input<'_>, chan: ExprId) {
    let mut at = chan;
    let mut dir = ChanDir::Send;
    while dir == ChanDir::Send {
        let Expr::ChanType { dir: own, elem } = i.get(at) else {
            let text = source_text(i, at);
            return i.syntax_error(&format!("unexpected {text}, expected chan"));
        };
        dir = own;
        if dir == ChanDir::Recv {
            i.syntax_error("unexpected <-, expected chan");
        }
        i.file.ast.borrow_mut().replace_expr(
            at,
            Expr::ChanType {
                dir: ChanDir::Recv,
                elem,
            },
        );
        at = elem;
    }
}

/// The source text of an expression, for messages.
pub(super) fn source_text(i: Input<'_>, id: ExprId) -> String {
    let span = i.file.ast.borrow().expr_span(id);
    String::from_utf8_lossy(span.text(i.file.src)).into_owned()
}

/// `PrimaryExpr = Operand { Selector | Index | Slice | TypeAssertion | Arguments | LiteralValue } .`
#[inline(always)]
pub(super) fn primary_expr(i: Input<'_>) -> PResult<'_, ExprId> {
    let (i, x) = operand(i)?;
    primary_rest(i, x)
}

/// What follows an operand.
pub(super) fn primary_rest(mut i: Input<'_>, mut x: ExprId) -> PResult<'_, ExprId> {
    loop {
        (i, x) = match i.kind() {
            Kind::Dot => dot(i, x)?,
            Kind::LBrack => index_or_slice(i, x)?,
            Kind::LParen => call(i, x)?,
            Kind::LBrace if may_be_literal_type(i, x) => {
                if matches!(i.get(x), Expr::Paren(_)) {
                    i.syntax_error("cannot parenthesize type in composite literal");
                }
                literal_value(i, Some(x))?
            }
            _ => return Ok((i, x)),
        };
    }
}

/// `Operand = Literal | OperandName | "(" Expression ")" .` Types are operands too.
#[inline(always)]
fn operand(i: Input<'_>) -> PResult<'_, ExprId> {
    match i.kind() {
        Kind::Name => Ok(known_name(i)),
        kind if kind.is_literal() => {
            let rest = i.bump();
            Ok((rest, rest.add(Expr::BasicLit(kind), i.start())))
        }
        Kind::LParen => paren(i),
        Kind::Func => func_lit_or_type(i),
        Kind::LBrack | Kind::Chan | Kind::Map | Kind::Struct | Kind::Interface => type_(i),
        _ => no_operand(i),
    }
}

#[cold]
fn no_operand(i: Input<'_>) -> PResult<'_, ExprId> {
    const FOLLOW: TokenSet = TokenSet::new(&[Kind::RParen, Kind::RBrack, Kind::RBrace]);
    let x = i.bad_expr();
    i.syntax_error("expected expression");
    Ok((i.advance(FOLLOW), x))
}

fn paren(i: Input<'_>) -> PResult<'_, ExprId> {
    let (rest, x) = i
        .bump()
        .bracketed(|i| terminated(expr, want(Kind::RParen)).parse(i))?;
    Ok((rest, rest.add(Expr::Paren(x), i.start())))
}

/// `FunctionLit = "func" Signature FunctionBody .` or a function type.
fn func_lit_or_type(i: Input<'_>) -> PResult<'_, ExprId> {
    let (rest, (_, ty)) = func_type(i.bump(), i.start(), Some("function type"))?;
    if !rest.at(Kind::LBrace) {
        return Ok((rest, ty));
    }
    let (rest, body) = rest.bracketed(func_body)?;
    Ok((rest, rest.add(Expr::FuncLit { ty, body }, i.start())))
}

/// `.sel`, `.(T)`, `.(type)`
#[inline]
fn dot(i: Input<'_>, x: ExprId) -> PResult<'_, ExprId> {
    let after = i.bump();
    match after.kind() {
        Kind::Name => {
            let sel = after.file.lexed.names[after.token().payload() as usize];
            let rest = after.bump();
            Ok((rest, rest.add(Expr::Selector { x, sel }, i.start())))
        }
        Kind::LParen => assertion(after.bump(), x, i.start()),
        _ => {
            const FOLLOW: TokenSet = SEMIS.union(TokenSet::new(&[Kind::RParen]));
            after.syntax_error("expected name or (");
            Ok((after.advance(FOLLOW), x))
        }
    }
}

fn assertion(i: Input<'_>, x: ExprId, pos: u32) -> PResult<'_, ExprId> {
    if i.at(Kind::Type) {
        let rest = i.bump().want(Kind::RParen);
        return Ok((rest, rest.add(Expr::TypeSwitchGuard(x), pos)));
    }
    let (rest, ty) = terminated(type_, want(Kind::RParen)).parse(i)?;
    Ok((rest, rest.add(Expr::Assert { x, ty }, pos)))
}

/// `[i]`, `[T1, T2]`, `[lo:hi]`, `[lo:hi:max]`
#[inline]
fn index_or_slice(i: Input<'_>, x: ExprId) -> PResult<'_, ExprId> {
    i.bump()
        .bracketed(|inner| bracket_suffix(inner, x, i.start()))
}

fn bracket_suffix(mut i: Input<'_>, x: ExprId, pos: u32) -> PResult<'_, ExprId> {
    let mark = i.mark();
    let mut comma = false;
    if !i.at(Kind::Colon) {
        if i.at(Kind::RBrack) {
            // An empty index is wrong, but a bracket pair all the same.
            i.syntax_error("expected operand");
            i.keep(i.bad_expr());
        } else {
            (i, comma) = type_list(i, false)?;
        }
        if comma || i.at(Kind::RBrack) {
            let indices = i.list_since(mark);
            let rest = i.want(Kind::RBrack);
            return Ok((rest, rest.add(Expr::Index { x, indices }, pos)));
        }
    }
    let low = first_of(i, i.list_since(mark));
    slice_suffix(i, x, low, pos)
}

fn first_of(i: Input<'_>, kept: List<ExprId>) -> Option<ExprId> {
    i.file.ast.borrow().list_get(kept, 0)
}

/// From the first `:` of a slice expression on.
fn slice_suffix(mut i: Input<'_>, x: ExprId, low: Option<ExprId>, pos: u32) -> PResult<'_, ExprId> {
    if i.at(Kind::Colon) {
        i = i.bump();
    } else {
        const FOLLOW: TokenSet = TokenSet::new(&[Kind::Comma, Kind::Colon, Kind::RBrack]);
        i.syntax_error("expected comma, : or ]");
        i = i.advance(FOLLOW);
    }
    let (mut high, mut max) = (None, None);
    if !i.at(Kind::Colon) && !i.at(Kind::RBrack) {
        (i, high) = expr.map(Some).parse(i)?;
    }
    if i.at(Kind::Colon) {
        if high.is_none() {
            i.error_at(i.start(), "middle index required in 3-index slice");
            high = Some(i.bad_expr());
        }
        i = i.bump();
        if i.at(Kind::RBrack) {
            i.error_at(i.start(), "final index required in 3-index slice");
            max = Some(i.bad_expr());
        } else {
            (i, max) = expr.map(Some).parse(i)?;
        }
    }
    let rest = i.want(Kind::RBrack);
    let parts = rest.file.ast.borrow_mut().add_slice_parts([low, high, max]);
    Ok((rest, rest.add(Expr::Slice { x, parts }, pos)))
}

/// `Arguments = "(" [ ExpressionList [ "..." ] [ "," ] ] ")" .`
#[inline]
fn call(i: Input<'_>, fun: ExprId) -> PResult<'_, ExprId> {
    let mark = i.mark();
    let mut spread = false;
    let (rest, _) = i.bump().bracketed(|i| {
        list(i, "argument list", Separator::Comma, Kind::RParen, |i| {
            let (i, arg) = expr(i)?;
            i.keep(arg);
            let (i, dots) = i.got(Kind::Ellipsis);
            spread = dots;
            Ok((i, dots))
        })
    })?;
    let args = rest.list_since(mark);
    Ok((rest, rest.add(Expr::Call { fun, args, spread }, i.start())))
}

/// Whether a `{` behind `x` opens a composite literal rather than a block.
fn may_be_literal_type(i: Input<'_>, x: ExprId) -> bool {
    let ast = i.file.ast.borrow();
    let bare = ast.unparen(x);
    match ast.expr(bare) {
        Expr::Name(_) | Expr::Selector { .. } => i.literal_allowed(),
        Expr::Index { .. } => i.literal_allowed() && !is_value(&ast, bare),
        Expr::ArrayType { .. }
        | Expr::SliceType(_)
        | Expr::StructType(_)
        | Expr::MapType { .. } => true,
        _ => false,
    }
}

/// Whether an expression must be a value by its looks.
fn is_value(ast: &Ast, id: ExprId) -> bool {
    let mut todo = vec![id];
    while let Some(id) = todo.pop() {
        match ast.expr(id) {
            Expr::BasicLit(_)
            | Expr::CompositeLit { .. }
            | Expr::FuncLit { .. }
            | Expr::Slice { .. }
            | Expr::Assert { .. }
            | Expr::TypeSwitchGuard(_)
            | Expr::Call { .. }
            | Expr::Unary { .. }
            | Expr::Binary { .. } => return true,
            Expr::Paren(x) => todo.push(x),
            Expr::Index { x, indices } => {
                todo.push(x);
                // A list of several can only be type arguments.
                if ast.list_len(indices) == 1 {
                    todo.extend(ast.list(indices));
                }
            }
            _ => {}
        }
    }
    false
}

/// `LiteralValue = "{" [ ElementList [ "," ] ] "}" .`
pub(super) fn literal_value(i: Input<'_>, ty: Option<ExprId>) -> PResult<'_, ExprId> {
    let mark = i.mark();
    let (rest, _) = i.bracketed(|i| {
        let i = i.want(Kind::LBrace);
        list(
            i,
            "composite literal",
            Separator::Comma,
            Kind::RBrace,
            keyed_element,
        )
    })?;
    let elems = rest.list_since(mark);
    Ok((rest, rest.add(Expr::CompositeLit { ty, elems }, i.start())))
}

/// `KeyedElement = [ Key ":" ] Element .`
fn keyed_element(i: Input<'_>) -> PResult<'_, bool> {
    let (i, mut element) = element(i)?;
    let mut rest = i;
    if i.at(Kind::Colon) {
        let value;
        (rest, value) = self::element(i.bump())?;
        element = rest.add(
            Expr::KeyValue {
                key: element,
                value,
            },
            i.start(),
        );
    }
    rest.keep(element);
    Ok((rest, false))
}

/// `Element = Expression | LiteralValue .`
fn element(i: Input<'_>) -> PResult<'_, ExprId> {
    if i.at(Kind::LBrace) {
        i.nested(|i| literal_value(i, None))
    } else {
        expr(i)
    }
}

/// `ExpressionList = Expression { "," Expression } .` The expressions are kept on the scratch stack; gives how many.
#[inline]
pub(super) fn expr_list(i: Input<'_>) -> PResult<'_, usize> {
    let (mut i, x) = expr(i)?;
    i.keep(x);
    let mut n = 1;
    while i.at(Kind::Comma) {
        let (rest, x) = expr(i.bump())?;
        rest.keep(x);
        i = rest;
        n += 1;
    }
    Ok((i, n))
}
