//! The sites of a file, as far as syntax alone decides them.
//!
//! A verdict is given only if it holds whatever the types are; where types or flow are needed it is
//! [`Verdict::Unknown`] with what is missing. Decided are: variables of array types with literal sizes, `new`, `&[N]T{…}`
//! and constant `make` over the compiler's limits, `make` of run-time size, channels, and function literals and records
//! that `go`, `defer`, `append` and sends take.
//!
//! The rules of the compiler are those of `cmd/compile/internal/escape` (`HeapAllocReason`, `goDeferStmt`, `loopDepth`);
//! which of them a version has is in [`Release`].
//!
//! Example: in `for … { go func() { use(x) }() }` the literal is a site of kind `closure`, on the heap because a goroutine
//! uses it, and costs an object each time because it captures `x`.

mod calls;
mod consts;
mod names;

use rustc_hash::FxHashMap;

use self::calls::Use;
use self::consts::Reader;
pub use self::names::{Kinds, Names, PackageNames};
use crate::ast::visit::{Node, walk};
use crate::ast::{Ast, Decl, DeclId, Expr, ExprId, List, Stmt, StmtId};
use crate::base::bytesize;
use crate::base::source::{FileId, SourceFile};
use crate::base::span::Span;
use crate::base::symbol::sym;
use crate::finding::normalise;
use crate::heat::FileHeat;
use crate::ir::release::Release;
use crate::lex::token::Kind;
use crate::site::{Cost, GoVersion, Reason, Site, SiteKind, Verdict};

/// A file whose sites are asked for.
#[derive(Clone, Copy, Debug)]
pub struct FileInput<'f> {
    /// The file.
    pub file: FileId,
    /// Its bytes.
    pub src: &'f SourceFile,
    /// Its tree.
    pub ast: &'f Ast,
    /// What its package declares.
    pub package: &'f PackageNames,
    /// How often its places run.
    pub heat: &'f FileHeat,
    /// The compiler.
    pub go: GoVersion,
    /// Bytes of a pointer of the target: 8 or 4.
    pub word: u64,
}

/// What a verdict lacks when it hangs on where a value flows.
const FLOW: &str = "where the value flows";
/// What a verdict lacks when it hangs on a size.
const SIZE: &str = "the size of the type";

/// The sites of a file in source order.
pub fn sites(input: &FileInput<'_>) -> Vec<Site> {
    let mut found = Vec::new();
    for &decl in &input.ast.decls {
        if matches!(input.ast.decl(decl), Decl::Func { .. } | Decl::Var { .. }) {
            declaration(input, decl, &mut found);
        }
    }
    found.sort_by_key(|site| (site.pos, site.kind, site.span));
    found
}

fn declaration(input: &FileInput<'_>, decl: DeclId, found: &mut Vec<Site>) {
    let names = Names::new(input.ast, input.package, decl);
    let is_func = matches!(input.ast.decl(decl), Decl::Func { .. });
    let mut finder = Finder {
        input,
        release: Release::of(input.go),
        reader: Reader {
            ast: input.ast,
            text: input.src.text(),
            names: &names,
            word: input.word,
        },
        names: &names,
        uses: FxHashMap::default(),
        code_until: if is_func { u32::MAX } else { 0 },
        found,
    };
    walk(input.ast, Node::Decl(decl), |node| match node {
        Node::Expr(id) => finder.expr(id),
        Node::Stmt(id) => finder.stmt(id),
        Node::Decl(id) if id != decl => finder.local(id),
        Node::Decl(_) | Node::Field(_) => {}
    });
}

struct Finder<'f> {
    input: &'f FileInput<'f>,
    release: &'static Release,
    reader: Reader<'f>,
    names: &'f Names<'f>,
    /// How function literals are used, noted at the node around them.
    uses: FxHashMap<ExprId, Use>,
    /// Up to which offset the walk is inside of a function: what package-level variables are set to runs only once and
    /// is mostly computed by the compiler.
    code_until: u32,
    found: &'f mut Vec<Site>,
}

impl Finder<'_> {
    fn expr(&mut self, id: ExprId) {
        let ast = self.input.ast;
        if matches!(ast.expr(id), Expr::FuncLit { .. }) {
            self.literal(id);
            self.code_until = self.code_until.max(ast.expr_end(id));
            return;
        }
        if ast.expr_pos(id) >= self.code_until {
            return;
        }
        match ast.expr(id) {
            Expr::Call { fun, args, spread } => self.call(id, fun, args, spread),
            Expr::Unary { op: Kind::And, x } => self.address(id, x),
            _ => {}
        }
    }

    fn stmt(&mut self, id: StmtId) {
        match self.input.ast.stmt(id) {
            Stmt::Call { kind, call } => self.started(id, kind, call),
            Stmt::Send { value, .. } => self.note_use(value, Use::Kept(Reason::Sent)),
            Stmt::Assign {
                op: Kind::Define,
                lhs,
                rhs,
            } => self.defined(lhs, rhs),
            _ => {}
        }
    }

    fn note_use(&mut self, value: ExprId, how: Use) {
        let value = self.input.ast.unparen(value);
        if matches!(self.input.ast.expr(value), Expr::FuncLit { .. }) {
            self.uses.insert(value, how);
        }
    }

    fn call(&mut self, id: ExprId, fun: ExprId, args: List<ExprId>, spread: bool) {
        self.uses
            .entry(self.input.ast.unparen(fun))
            .or_insert(Use::Called);
        let Some(builtin) = self.names.predeclared(fun) else {
            return;
        };
        let mut args = self.input.ast.list(args);
        match (builtin, args.next()) {
            (sym::NEW, Some(ty)) => self.new_object(id, SiteKind::New, self.reader.size(ty)),
            (sym::MAKE, Some(ty)) => {
                let (len, cap) = (args.next(), args.next());
                self.make(id, ty, cap.or(len));
            }
            (sym::APPEND, Some(_)) if !spread => {
                args.for_each(|x| self.note_use(x, Use::Kept(Reason::Stored)));
            }
            _ => {}
        }
    }

    /// `&x`, where `x` is a composite literal.
    fn address(&mut self, id: ExprId, x: ExprId) {
        let ast = self.input.ast;
        if let Expr::CompositeLit { ty, .. } = ast.expr(ast.unparen(x)) {
            let size = ty.and_then(|ty| self.reader.size(ty));
            self.new_object(id, SiteKind::AddressOfLiteral, size);
        }
    }

    fn new_object(&mut self, id: ExprId, kind: SiteKind, size: Option<u64>) {
        let missing = if size.is_some() { FLOW } else { SIZE };
        let site = self.site(
            kind,
            self.input.ast.expr_span(id),
            self.input.ast.expr_pos(id),
        );
        let over = size.is_some_and(|n| exceeds(n, self.release.max_implicit));
        self.found.push(Site {
            size,
            ..decided(site, over.then_some(Reason::TooLarge), missing)
        });
    }

    fn make(&mut self, id: ExprId, ty: ExprId, size: Option<ExprId>) {
        let ast = self.input.ast;
        let site = |kind| self.site(kind, ast.expr_span(id), ast.expr_pos(id));
        let made = match ast.expr(ast.unparen(ty)) {
            Expr::ChanType { .. } => decided(site(SiteKind::MakeChan), Some(Reason::Channel), FLOW),
            Expr::MapType { .. } => decided(site(SiteKind::MakeMap), None, FLOW),
            Expr::SliceType(elem) => match size {
                Some(size) => self.make_slice(site(SiteKind::MakeSlice), elem, size),
                None => return,
            },
            _ => return,
        };
        let ty = self.text(ast.expr_span(ty));
        self.found.push(Site { ty, ..made });
    }

    /// `size` is the capacity, or the length where no capacity is given.
    fn make_slice(&self, site: Site, elem: ExprId, size: ExprId) -> Site {
        let elem = self.reader.size(elem);
        if let Some(count) = self.reader.constant(size) {
            let bytes = elem
                .zip(u64::try_from(count).ok())
                .and_then(|(e, n)| e.checked_mul(n));
            // The compiler divides: a slice of 3-byte elements may be a little smaller than the limit and stay.
            let over = elem.is_some_and(|e| {
                e > 0 && count > i128::from(self.release.max_implicit) / i128::from(e)
            });
            let missing = if elem.is_some() { FLOW } else { SIZE };
            return Site {
                size: bytes,
                ..decided(site, over.then_some(Reason::TooLarge), missing)
            };
        }
        if !self.reader.is_runtime(size) || elem == Some(0) {
            return decided(site, None, "the value of the size");
        }
        match self.release.make_buffer {
            0 => Site {
                cost: if elem.is_some() {
                    Cost::Always
                } else {
                    Cost::Maybe("its elements have a size".into())
                },
                ..decided(site, Some(Reason::NonConstantSize), FLOW)
            },
            _ if self.names.may_be_static(size) => decided(site, None, "the value of the size"),
            buffer => Site {
                cost: Cost::Maybe(self.over_buffer(elem, size, buffer)),
                ..decided(site, None, FLOW)
            },
        }
    }

    /// When a `make` of run-time size does not fit its stack buffer: "n * 8 > 32 bytes".
    fn over_buffer(&self, elem: Option<u64>, size: ExprId, buffer: i64) -> String {
        let ast = self.input.ast;
        let text = self.text(ast.expr_span(size));
        let text = match ast.expr(size) {
            Expr::Binary { .. } => format!("({text})"),
            _ => text,
        };
        match elem {
            Some(1) => format!("{text} > {buffer} bytes"),
            Some(n) => format!("{text} * {n} > {buffer} bytes"),
            None => format!(
                "it needs more than {}",
                bytesize::display(buffer.unsigned_abs())
            ),
        }
    }

    /// `var` declarations inside of functions.
    fn local(&mut self, decl: DeclId) {
        let ast = self.input.ast;
        let Decl::Var { names, ty, values } = ast.decl(decl) else {
            return;
        };
        for (i, name) in ast.list(names).enumerate() {
            let literal = ast.list_get(values, i).and_then(|v| self.literal_type(v));
            self.variable(name, ty.or(literal));
        }
    }

    fn defined(&mut self, lhs: List<ExprId>, rhs: List<ExprId>) {
        let ast = self.input.ast;
        for (name, value) in ast.list(lhs).zip(ast.list(rhs)) {
            let ty = self.literal_type(value);
            if self
                .names
                .is_first_declaration(ast.name(name), ast.expr_pos(name))
            {
                self.variable(name, ty);
            }
        }
    }

    fn literal_type(&self, value: ExprId) -> Option<ExprId> {
        match self.input.ast.expr(self.input.ast.unparen(value)) {
            Expr::CompositeLit { ty, .. } => ty,
            _ => None,
        }
    }

    /// A variable is a site only if it is decided: the flow of the others is not known here.
    fn variable(&mut self, name: ExprId, ty: Option<ExprId>) {
        let ast = self.input.ast;
        let Some((ty, size)) = ty.and_then(|ty| Some((ty, self.reader.size(ty)?))) else {
            return;
        };
        if !exceeds(size, self.release.max_variable) || ast.name(name) == sym::BLANK {
            return;
        }
        let site = self.site(SiteKind::Variable, ast.expr_span(name), ast.expr_pos(name));
        self.found.push(Site {
            ty: self.text(ast.expr_span(ty)),
            size: Some(size),
            ..decided(site, Some(Reason::TooLarge), FLOW)
        });
    }

    /// A site about which nothing is decided yet.
    fn site(&self, kind: SiteKind, span: Span, pos: u32) -> Site {
        Site {
            kind,
            file: self.input.file,
            span: self.first_line(span),
            pos,
            function: self.input.heat.function_at(pos),
            expr: self.text(span),
            ty: String::new(),
            size: None,
            target: String::new(),
            callee: String::new(),
            verdict: Verdict::Unknown(FLOW.to_owned()),
            cost: Cost::Unknown,
            heat: self.input.heat.at(span.start),
            flow: Vec::new(),
        }
    }

    /// `span` up to the end of its first line.
    fn first_line(&self, span: Span) -> Span {
        let text = span.text(self.input.src.text());
        let len = memchr::memchr2(b'\n', b'\r', text).unwrap_or(text.len());
        Span::new(span.start, span.start + len as u32)
    }

    /// Source text on one line, cut where it gets long.
    fn text(&self, span: Span) -> String {
        const LIMIT: usize = 80;
        let bytes = span.text(self.input.src.text());
        let text = normalise(&String::from_utf8_lossy(
            &bytes[..bytes.len().min(4 * LIMIT)],
        ));
        match text.char_indices().nth(LIMIT) {
            Some((end, _)) => format!("{}…", &text[..end]),
            None => text,
        }
    }
}

/// Whether a size is over a limit of the table.
fn exceeds(size: u64, limit: i64) -> bool {
    u64::try_from(limit).is_ok_and(|limit| size > limit)
}

/// `site` on the heap for `reason`, at the cost of an object each time; unknown without one.
fn decided(site: Site, reason: Option<Reason>, missing: &str) -> Site {
    match reason {
        Some(reason) => Site {
            verdict: Verdict::Heap(reason),
            cost: Cost::Always,
            ..site
        },
        None => Site {
            verdict: Verdict::Unknown(missing.to_owned()),
            cost: Cost::Unknown,
            ..site
        },
    }
}
