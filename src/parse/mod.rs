//! Tokens to tree, with nom.
//!
//! # Words
//!
//! | word | meaning |
//! | --- | --- |
//! | production | a function `fn(Input) -> PResult<Node>` named after the Go spec's production |
//! | [`Input`](input::Input) | a cursor into the tokens; `Copy`, with depth and context, 24 bytes |
//! | keep, mark | a list in progress lies on a scratch stack: `mark` is where it begins, `keep` adds to it |
//! | want, got | `want` reports a missing token and goes on; `got` asks |
//!
//! Worked example: `x := f(1)` in a body is `stmt_list → opt_stmt → simple_or_labeled → expr_list`, which gives `x`; at `:=`
//! `assignment` reads `f(1)` through `expr → binary_expr → unary_expr → primary_expr`, whose loop sees `(` and reads the
//! arguments with `list`.
//!
//! Input: the source bytes. Output: [`Parsed`], always a tree and a list of mistakes, whatever the bytes are.
//!
//! # Invariants
//!
//! - A production looks at the current token's kind and commits: nothing is tried and taken back, so time is linear.
//! - Wrong code is reported where the compiler reports it, in its words, and parsing goes on behind a token that can
//!   follow. The productions' error type is used for one thing only: nesting deeper than [`MAX_NESTING`], which gives the
//!   declaration up.
//! - A returned input has the depth and flags that were passed in: see [`Input::nested`](input::Input) and its like.
//!
//! The grammar and its recovery follow `cmd/compile/internal/syntax/parser.go`; labels and branches
//! ([`branches`](self)) follow `branches.go` there, because the compiler reports those together with syntax errors.

mod branches;
mod comb;
mod decl;
mod error;
mod expr;
mod header;
mod input;
mod params;
mod pragma;
mod stmt;
mod types;

use self::comb::name;
use self::decl::{const_spec, func_decl, group, import_spec, type_spec, var_spec};
use self::error::{PResult, Reject};
use self::input::{File, Input};
use crate::ast::{Ast, Decl, DeclId};
use crate::lex::token::{Kind, TokenSet};
use crate::lex::{Lexed, SyntaxError, lex};

/// How deep brackets, prefixes and blocks may nest. Code that people or generators write stays far below it; beyond it
/// every later stage would have to guard its stack.
pub const MAX_NESTING: u32 = 1_000;

/// The tree of a file and the mistakes in it.
#[derive(Debug)]
pub struct Parsed {
    /// The tree; whole where there are no errors.
    pub ast: Ast,
    /// Mistakes by position, at most one syntax error a line.
    pub errors: Vec<SyntaxError>,
}

/// Lexes and parses one file.
pub fn parse_file(src: &[u8]) -> Parsed {
    parse(src, &lex(src))
}

/// Parses the tokens of one file; `src` is the text they were made of.
pub fn parse(src: &[u8], lexed: &Lexed) -> Parsed {
    let file = File::new(src, lexed);
    let i = Input::new(&file);
    let outcome = source_file(i);
    if let Err(nom::Err::Failure(Reject::TooDeep { at })) = outcome {
        too_deep(i, at);
    }
    let File { ast, errors, .. } = file;
    let (mut ast, mut errors) = (ast.into_inner(), errors.into_inner());
    ast.comments.clone_from(&lexed.comments);
    pragma::file_directives(src, lexed, &mut ast, &mut errors);
    ast.shrink_to_fit();
    Parsed {
        ast,
        errors: one_a_line(src, errors),
    }
}

fn too_deep(i: Input<'_>, at: u32) {
    i.error_at(at, format!("nested deeper than {MAX_NESTING} levels"));
}

/// Sorts mistakes and keeps the first syntax error of each line, as the compiler prints them.
fn one_a_line(src: &[u8], mut errors: Vec<SyntaxError>) -> Vec<SyntaxError> {
    errors.sort_by_key(|e| e.pos);
    let mut last_syntax_error = None;
    errors.retain(|e| {
        if !e.message.starts_with("syntax error") {
            return true;
        }
        let before = src.get(..e.pos as usize).unwrap_or_default();
        let line_start = memchr::memrchr(b'\n', before).map_or(0, |n| n + 1);
        last_syntax_error.replace(line_start) != Some(line_start)
    });
    errors.dedup();
    errors
}

const DECLARATIONS: TokenSet =
    TokenSet::new(&[Kind::Import, Kind::Const, Kind::Type, Kind::Var, Kind::Func]);

/// `SourceFile = PackageClause ";" { ImportDecl ";" } { TopLevelDecl ";" } .`
fn source_file(i: Input<'_>) -> PResult<'_, ()> {
    if !i.at(Kind::Package) {
        i.syntax_error("package statement must be first");
        return Ok((i, ()));
    }
    pragma::clear(i);
    let (i, package) = name(i.bump())?;
    let rest = if i.kind().is_semi() {
        i.bump()
    } else {
        i.want(Kind::Semi)
    };
    if rest.error_count() > 0 {
        // Without a package clause the rest is no Go file, and would only give follow-up errors.
        return Ok((rest, ()));
    }
    rest.file.ast.borrow_mut().package = Some(package);
    top_level(rest)
}

/// What became of a declaration.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Outcome {
    Complete,
    /// A function without a body, which a misplaced brace may follow.
    Bodiless,
    /// It nested too deep and was skipped.
    GivenUp,
}

fn top_level(mut i: Input<'_>) -> PResult<'_, ()> {
    let mut previous = Kind::Import;
    let mut outcome = Outcome::Complete;
    while !i.at(Kind::Eof) {
        let kind = i.kind();
        if kind == Kind::Import && previous != Kind::Import {
            i.syntax_error("imports must appear before other declarations");
        }
        previous = kind;
        if !DECLARATIONS.contains(kind) {
            i.syntax_error(if outcome == Outcome::Bodiless && kind == Kind::LBrace {
                "unexpected semicolon or newline before {"
            } else {
                "non-declaration statement outside function body"
            });
            i = i.advance(DECLARATIONS);
            continue;
        }
        (i, outcome) = declaration(i);
        pragma::clear(i);
        if i.kind().is_semi() {
            i = i.bump();
        } else if !i.at(Kind::Eof) && outcome != Outcome::GivenUp {
            i.syntax_error("after top level declaration");
            i = i.advance(DECLARATIONS);
        }
    }
    Ok((i, ()))
}

/// One declaration at the top of the file, or what follows one that was given up.
fn declaration(i: Input<'_>) -> (Input<'_>, Outcome) {
    let mark = i.mark();
    let outcome = match i.kind() {
        Kind::Func => func_decl(i.bump(), i.start()).map(|(rest, decl)| {
            rest.keep(decl);
            rest
        }),
        kind => {
            let spec = match kind {
                Kind::Import => import_spec,
                Kind::Const => const_spec,
                Kind::Type => type_spec,
                _ => var_spec,
            };
            group(i.bump(), spec).map(|(rest, ())| rest)
        }
    };
    match outcome {
        Ok(rest) => {
            let decls = rest.list_since(mark);
            let mut ast = rest.file.ast.borrow_mut();
            let ids: Vec<DeclId> = ast.list(decls).collect();
            ast.decls.extend(&ids);
            let bodiless = ids
                .last()
                .is_some_and(|&d| matches!(ast.decl(d), Decl::Func { body: None, .. }));
            (
                rest,
                if bodiless {
                    Outcome::Bodiless
                } else {
                    Outcome::Complete
                },
            )
        }
        Err(error) => (give_up(i, &error), Outcome::GivenUp),
    }
}

/// Skips a declaration that nests too deep: to the next declaration keyword at the start of a line.
fn give_up<'t>(i: Input<'t>, error: &nom::Err<Reject>) -> Input<'t> {
    i.drop_scratch();
    let at = match error {
        nom::Err::Failure(Reject::TooDeep { at }) => *at,
        _ => i.start(),
    };
    too_deep(i, at);
    let mut rest = i.bump();
    while !rest.at(Kind::Eof) {
        let start = rest.start() as usize;
        let at_line_start = start == 0 || i.file.src.get(start - 1) == Some(&b'\n');
        if at_line_start && rest.start() > at && DECLARATIONS.contains(rest.kind()) {
            break;
        }
        rest = rest.bump();
    }
    rest
}
