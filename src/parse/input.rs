//! The input of every production: a cursor into the tokens of one file, with the context that travels downwards.

use std::cell::{Cell, RefCell};
use std::iter::{Copied, Enumerate};
use std::slice::Iter;

use nom::Needed;

use super::MAX_NESTING;
use super::error::{PResult, Reject};
use super::params::Par;
use crate::ast::{Ast, Expr, ExprId, Field, FieldId, List, ListId, Stmt, StmtId};
use crate::lex::token::Kind;
use crate::lex::{Lexed, SyntaxError, Token};

/// What all productions of one file share: the tokens, and the tree under construction.
pub(super) struct File<'t> {
    pub(super) src: &'t [u8],
    pub(super) lexed: &'t Lexed,
    tokens: &'t [Token],
    pub(super) ast: RefCell<Ast>,
    pub(super) errors: RefCell<Vec<SyntaxError>>,
    /// Ids of lists that are being read; each list takes back what it pushed.
    scratch: RefCell<Vec<u32>>,
    /// Parameters of lists that are being read, likewise.
    pub(super) params: RefCell<Vec<Par>>,
    /// Directives before this one have been given to a declaration or dropped.
    pub(super) next_directive: Cell<usize>,
}

impl<'t> File<'t> {
    pub(super) fn new(src: &'t [u8], lexed: &'t Lexed) -> File<'t> {
        File {
            src,
            lexed,
            tokens: &lexed.tokens,
            // Every second token is an expression of its own; the arenas are cut to size at the end.
            ast: RefCell::new(Ast::with_capacity(lexed.tokens.len())),
            errors: RefCell::new(lexed.errors.clone()),
            scratch: RefCell::new(Vec::new()),
            params: RefCell::new(Vec::new()),
            next_directive: Cell::new(0),
        }
    }
}

/// A cursor: `Copy`, so that context is undone for free. Productions return it with the flags and depth they were given.
#[derive(Clone, Copy)]
pub(super) struct Input<'t> {
    pub(super) file: &'t File<'t>,
    pos: u32,
    end: u32,
    depth: u16,
    /// The current token's kind: productions look at it several times.
    kind: Kind,
    /// A `{` behind a name opens a block, not a literal: in the header of `if`, `for`, `switch`.
    in_header: bool,
    /// Inside a function body, where statement keywords are good places to resume after an error.
    in_func: bool,
}

const _: () = assert!(size_of::<Input<'_>>() <= 24);

impl PartialEq for Input<'_> {
    /// By position only: everything else is the same within a file.
    fn eq(&self, other: &Self) -> bool {
        self.pos == other.pos
    }
}

impl std::fmt::Debug for Input<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:?}", self.token())
    }
}

/// Reading.
impl<'t> Input<'t> {
    pub(super) fn new(file: &'t File<'t>) -> Input<'t> {
        let end = file.tokens.len() as u32;
        Input {
            file,
            pos: 0,
            end,
            depth: 0,
            kind: Kind::Eof,
            in_header: false,
            in_func: false,
        }
        .moved(0, end)
    }

    /// The same context at another token.
    #[inline(always)]
    fn moved(self, pos: u32, end: u32) -> Input<'t> {
        let kind = match self.file.tokens.get(pos as usize) {
            Some(token) if pos < end => token.kind(),
            _ => Kind::Eof,
        };
        Input {
            pos,
            end,
            kind,
            ..self
        }
    }

    /// The current token; the end of the file beyond the last one.
    #[inline]
    pub(super) fn token(&self) -> Token {
        match self.file.tokens.get(self.pos as usize) {
            Some(&token) if self.pos < self.end => token,
            _ => Token::new(Kind::Eof, self.file.src.len() as u32, 0),
        }
    }

    /// The current token's kind.
    #[inline(always)]
    pub(super) fn kind(&self) -> Kind {
        self.kind
    }

    /// Whether the current token is of that kind.
    #[inline(always)]
    pub(super) fn at(&self, kind: Kind) -> bool {
        self.kind == kind
    }

    /// Offset of the current token.
    #[inline]
    pub(super) fn start(&self) -> u32 {
        self.token().start()
    }

    /// Offset behind the token before the current one.
    #[inline]
    pub(super) fn prev_end(&self) -> u32 {
        match self.file.tokens.get((self.pos as usize).wrapping_sub(1)) {
            Some(&token) => self.file.lexed.end(token),
            None => 0,
        }
    }

    /// How many tokens lie behind.
    pub(super) fn pos(&self) -> u32 {
        self.pos
    }

    /// Behind the current token; the end of the file is never passed.
    #[inline(always)]
    #[must_use]
    pub(super) fn bump(self) -> Input<'t> {
        if self.at(Kind::Eof) {
            self
        } else {
            self.moved(self.pos + 1, self.end)
        }
    }

    /// Whether a token of that kind is here, and the input behind it.
    #[inline]
    pub(super) fn got(self, kind: Kind) -> (Input<'t>, bool) {
        if self.at(kind) {
            (self.bump(), true)
        } else {
            (self, false)
        }
    }

    /// Whether `{` may open a composite literal here (gc's `xnest >= 0`).
    #[inline]
    pub(super) fn literal_allowed(&self) -> bool {
        !self.in_header
    }

    /// Whether this is inside a function body.
    pub(super) fn in_func(&self) -> bool {
        self.in_func
    }
}

/// Context.
impl<'t> Input<'t> {
    /// Runs `f` inside brackets, where literals are allowed again.
    #[inline]
    pub(super) fn bracketed<T>(
        self,
        f: impl FnOnce(Input<'t>) -> PResult<'t, T>,
    ) -> PResult<'t, T> {
        let (rest, value) = f(Input {
            in_header: false,
            ..self
        })?;
        Ok((
            Input {
                in_header: self.in_header,
                ..rest
            },
            value,
        ))
    }

    /// Runs `f` in the header of a statement, where literals need brackets.
    pub(super) fn header<T>(self, f: impl FnOnce(Input<'t>) -> PResult<'t, T>) -> PResult<'t, T> {
        let (rest, value) = f(Input {
            in_header: true,
            ..self
        })?;
        Ok((
            Input {
                in_header: self.in_header,
                ..rest
            },
            value,
        ))
    }

    /// Runs `f` in the body of a function.
    pub(super) fn body<T>(self, f: impl FnOnce(Input<'t>) -> PResult<'t, T>) -> PResult<'t, T> {
        let (rest, value) = f(Input {
            in_header: false,
            in_func: true,
            ..self
        })?;
        Ok((
            Input {
                in_header: self.in_header,
                in_func: self.in_func,
                ..rest
            },
            value,
        ))
    }

    /// Runs `f` one level deeper; every cycle of the grammar passes through here, so the stack is bounded.
    #[inline]
    pub(super) fn nested<T>(self, f: impl FnOnce(Input<'t>) -> PResult<'t, T>) -> PResult<'t, T> {
        if u32::from(self.depth) >= MAX_NESTING {
            return Err(nom::Err::Failure(Reject::TooDeep { at: self.start() }));
        }
        let (rest, value) = f(Input {
            depth: self.depth + 1,
            ..self
        })?;
        Ok((
            Input {
                depth: self.depth,
                ..rest
            },
            value,
        ))
    }
}

/// Building.
impl Input<'_> {
    /// Adds an expression that ends behind the token before this one.
    #[inline]
    pub(super) fn add(self, expr: Expr, pos: u32) -> ExprId {
        self.file
            .ast
            .borrow_mut()
            .add_expr(expr, pos, self.prev_end())
    }

    /// Adds an expression with an explicit end.
    #[inline]
    pub(super) fn add_at(self, expr: Expr, pos: u32, end: u32) -> ExprId {
        self.file.ast.borrow_mut().add_expr(expr, pos, end)
    }

    /// Adds a statement that ends behind the token before this one.
    #[inline]
    pub(super) fn add_stmt(self, stmt: Stmt, pos: u32) -> StmtId {
        self.file
            .ast
            .borrow_mut()
            .add_stmt(stmt, pos, self.prev_end().max(pos))
    }

    pub(super) fn add_field(self, field: Field) -> FieldId {
        self.file.ast.borrow_mut().add_field(field)
    }

    /// The placeholder for an expression that is missing here.
    pub(super) fn bad_expr(self) -> ExprId {
        self.add_at(Expr::Bad, self.start(), self.start())
    }

    #[inline]
    pub(super) fn get(self, id: ExprId) -> Expr {
        self.file.ast.borrow().expr(id)
    }

    pub(super) fn expr_pos(self, id: ExprId) -> u32 {
        self.file.ast.borrow().expr_pos(id)
    }

    /// A list of one.
    #[inline]
    pub(super) fn list_of<I: ListId>(self, id: I) -> List<I> {
        self.file.ast.borrow_mut().add_list(&[id])
    }

    /// Where a new list begins on the scratch stack.
    #[inline]
    pub(super) fn mark(self) -> usize {
        self.file.scratch.borrow().len()
    }

    /// Puts an element on the scratch stack.
    #[inline]
    pub(super) fn keep<I: ListId>(self, id: I) {
        self.file.scratch.borrow_mut().push(id.to_list());
    }

    /// Makes a list of what was kept since `mark`.
    #[inline]
    pub(super) fn list_since<I: ListId>(self, mark: usize) -> List<I> {
        let mut scratch = self.file.scratch.borrow_mut();
        let list = self.file.ast.borrow_mut().add_raw_list(&scratch[mark..]);
        scratch.truncate(mark);
        list
    }

    /// Forgets all lists in progress: after a production was given up.
    pub(super) fn drop_scratch(self) {
        self.file.scratch.borrow_mut().clear();
        self.file.params.borrow_mut().clear();
    }
}

impl<'t> nom::Input for Input<'t> {
    type Item = Token;
    type Iter = Copied<Iter<'t, Token>>;
    type IterIndices = Enumerate<Self::Iter>;

    fn input_len(&self) -> usize {
        (self.end - self.pos) as usize
    }

    fn take(&self, index: usize) -> Self {
        self.moved(self.pos, self.end.min(self.pos + index as u32))
    }

    fn take_from(&self, index: usize) -> Self {
        self.moved(self.end.min(self.pos + index as u32), self.end)
    }

    fn take_split(&self, index: usize) -> (Self, Self) {
        (self.take_from(index), self.take(index))
    }

    fn position<P: Fn(Self::Item) -> bool>(&self, predicate: P) -> Option<usize> {
        self.iter_elements().position(predicate)
    }

    fn iter_elements(&self) -> Self::Iter {
        let tokens = self.file.tokens.get(self.pos as usize..self.end as usize);
        tokens.unwrap_or_default().iter().copied()
    }

    fn iter_indices(&self) -> Self::IterIndices {
        self.iter_elements().enumerate()
    }

    fn slice_index(&self, count: usize) -> Result<usize, Needed> {
        if count <= self.input_len() {
            Ok(count)
        } else {
            Err(Needed::new(count - self.input_len()))
        }
    }
}

#[cfg(test)]
mod tests {
    use nom::Input as _;

    use super::{File, Input};
    use crate::lex::lex;
    use crate::lex::token::Kind;

    #[test]
    fn halves_come_rest_first() {
        let src = b"a + b";
        let lexed = lex(src);
        let file = File::new(src, &lexed);
        let (rest, taken) = Input::new(&file).take_split(1);
        assert_eq!((taken.input_len(), taken.kind()), (1, Kind::Name));
        assert_eq!(
            (rest.input_len(), rest.kind()),
            (lexed.tokens.len() - 1, Kind::Add)
        );
        assert_eq!(taken.bump().kind(), Kind::Eof);
    }
}
