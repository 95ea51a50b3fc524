//! The vocabulary that productions are made of, besides nom's own combinators.

use super::error::{PResult, Reject, SEMIS, word};
use super::input::Input;
use crate::ast::{Expr, ExprId};
use crate::lex::token::{Kind, TokenSet};

/// Exactly this token; anything else is [`Reject::NotHere`].
pub(super) fn tok<'t>(kind: Kind) -> impl Fn(Input<'t>) -> PResult<'t, u32> {
    move |i| {
        if i.at(kind) {
            Ok((i.bump(), i.start()))
        } else {
            Err(nom::Err::Error(Reject::NotHere))
        }
    }
}

/// This token; its absence is reported and survived. Gives its offset.
pub(super) fn want<'t>(kind: Kind) -> impl Fn(Input<'t>) -> PResult<'t, u32> {
    move |i| Ok((i.want(kind), i.start()))
}

/// The separator of a [`list`].
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Separator {
    Comma,
    Semi,
}

impl Separator {
    fn tokens(self) -> TokenSet {
        match self {
            Separator::Comma => TokenSet::new(&[Kind::Comma]),
            Separator::Semi => SEMIS,
        }
    }

    fn kind(self) -> Kind {
        match self {
            Separator::Comma => Kind::Comma,
            Separator::Semi => Kind::Semi,
        }
    }
}

const CLOSERS: TokenSet = TokenSet::new(&[Kind::RParen, Kind::RBrack, Kind::RBrace]);

/// `list = [ element { sep element } [ sep ] ] close`. No more elements are read once `element` gives true.
pub(super) fn list<'t>(
    mut i: Input<'t>,
    context: &str,
    separator: Separator,
    close: Kind,
    mut element: impl FnMut(Input<'t>) -> PResult<'t, bool>,
) -> PResult<'t, u32> {
    let separators = separator.tokens();
    let mut done = false;
    while !done && !i.at(Kind::Eof) && !i.at(close) {
        (i, done) = element(i)?;
        if separators.contains(i.kind()) {
            i = i.bump();
        } else if !i.at(close) {
            let (sep, end) = (word(separator.kind()), word(close));
            i.syntax_error(&format!("in {context}; possibly missing {sep} or {end}"));
            i = i.advance(CLOSERS);
            if !i.at(close) {
                return Ok((i, i.start()));
            }
        }
    }
    let pos = i.start();
    Ok((i.want(close), pos))
}

/// An identifier; `_` where there is none.
#[inline]
pub(super) fn name(i: Input<'_>) -> PResult<'_, ExprId> {
    if i.at(Kind::Name) {
        return Ok(known_name(i));
    }
    i.syntax_error("expected name");
    let blank = blank_name(i);
    Ok((i.bump(), blank))
}

/// The identifier that is here.
#[inline(always)]
pub(super) fn known_name(i: Input<'_>) -> (Input<'_>, ExprId) {
    let token = i.token();
    let n = token.payload() as usize;
    let lexed = i.file.lexed;
    let end = token.start() + lexed.name_lens[n];
    (
        i.bump(),
        i.add_at(Expr::Name(lexed.names[n]), token.start(), end),
    )
}

/// The name `_` where a name is missing.
pub(super) fn blank_name(i: Input<'_>) -> ExprId {
    i.add_at(
        Expr::Name(crate::base::symbol::sym::BLANK),
        i.start(),
        i.start(),
    )
}

/// `IdentifierList = identifier { "," identifier } .` The names are kept on the scratch stack.
pub(super) fn name_list(i: Input<'_>) -> PResult<'_, ()> {
    let (mut i, first) = name(i)?;
    i.keep(first);
    while i.at(Kind::Comma) {
        let (rest, next) = name(i.bump())?;
        rest.keep(next);
        i = rest;
    }
    Ok((i, ()))
}

/// A literal, if one is here.
pub(super) fn opt_literal(i: Input<'_>) -> PResult<'_, Option<ExprId>> {
    let kind = i.kind();
    if !kind.is_literal() {
        return Ok((i, None));
    }
    let rest = i.bump();
    Ok((rest, Some(rest.add(Expr::BasicLit(kind), i.start()))))
}

/// `=`; `:=` is reported and taken for it. Says whether one was there.
pub(super) fn opt_assign(i: Input<'_>) -> (Input<'_>, bool) {
    if i.at(Kind::Define) {
        i.syntax_error("expected =");
        return (i.bump(), true);
    }
    i.got(Kind::Assign)
}
