//! Slices in fields: where they grow, which never get room otherwise, and where the objects around them are made.
//!
//! A field is one variable for all values of its type. It gets room by nothing but growth if all that the program assigns
//! to it is `nil`, a part of itself, or what `append`, or a function like it, makes of it:
//!
//! ```go
//! s.stack = append(s.stack, x)          // grows
//! s.stack = s.stack[:len(s.stack)-1]    // a part of itself
//! s.names = appendName(s.names[:n], x)  // like append
//! s.buf = make([]byte, 64)              // has room
//! s.buf = p                             // may have
//! ```
//!
//! In an object that is made anew such a field starts empty. Which objects benchmarks make anew in each turn, and which of
//! these fields grow in it, is found once all packages are known ([`anew`](super::anew)).

use super::calls::{Edge, EdgeKind, Key, Reader};
use super::values::given;
use crate::ast::{Expr, ExprId, List, Stmt, StmtId};
use crate::base::symbol::sym;
use crate::lex::token::Kind;
use crate::types::info::SelectionKind;
use crate::types::object::Obj;
use crate::types::operand::Mode;
use crate::types::ty::{Ty, TyKind};

/// How deep structs are looked into for slices.
const MAX_NESTING: u32 = 5;

/// What a package does with slices in fields.
#[derive(Clone, Debug, Default)]
pub struct Fields {
    /// Where structs are made: edges from functions, and their types.
    pub made: Vec<(Edge, Ty)>,
    /// Where fields grow by `append`: edges from functions to fields, at the start of the call.
    pub grown: Vec<Edge>,
    /// Fields that may get room otherwise.
    pub roomy: Vec<Key>,
}

/// The fields of a struct that are slices, those of structs within it included.
pub(super) fn slices_in(ty: Ty) -> Vec<Key> {
    let mut found = Vec::new();
    let mut todo = vec![(ty, 0)];
    while let Some((ty, depth)) = todo.pop() {
        let fields = ty.under_struct().map_or(&[][..], |s| s.fields);
        for field in fields {
            match field.ty().under().kind() {
                TyKind::Slice(_) => found.push(Key::of(*field)),
                TyKind::Struct(_) if depth < MAX_NESTING => todo.push((field.ty(), depth + 1)),
                _ => {}
            }
        }
    }
    found
}

fn is_slice(ty: Ty) -> bool {
    matches!(ty.under().kind(), TyKind::Slice(_))
}

impl Reader<'_, '_> {
    /// `T{…}`
    pub(super) fn struct_made(&mut self, id: ExprId, elems: List<ExprId>) {
        let ty = self.ty(id);
        let Some(fields) = ty.under_struct().map(|s| s.fields) else {
            return;
        };
        self.made(self.file.ast.expr_start(id), ty);
        for (field, value) in given(self.file.ast, fields, elems) {
            self.field_given(field, value);
        }
    }

    /// `new(T)`
    pub(super) fn struct_new(&mut self, id: ExprId, fun: ExprId, args: List<ExprId>) {
        let ast = self.file.ast;
        let is_builtin = self.file.info.exprs[ast.unparen(fun)].mode == Mode::Builtin;
        if is_builtin
            && ast.name(ast.unparen(fun)).as_str() == "new"
            && let Some(made) = ast.list(args).next()
        {
            self.made(ast.expr_start(id), self.ty(made));
        }
    }

    /// `var v T`
    pub(super) fn struct_declared(&mut self, names: List<ExprId>) {
        for name in self.file.ast.list(names) {
            self.made(self.file.ast.expr_start(name), self.ty(name));
        }
    }

    fn made(&mut self, at: u32, ty: Ty) {
        if ty.under_struct().is_some()
            && let Some(named) = ty.as_named()
            && let Some(edge) = self.edge_at(at, Key::of(named.obj), EdgeKind::Make, 0)
        {
            self.calls.fields.made.push((edge, ty));
        }
    }

    fn field_given(&mut self, field: Obj, value: ExprId) {
        if is_slice(field.ty()) {
            if !self.is_nothing_else(field, value) {
                self.calls.fields.roomy.push(Key::of(field));
            }
        } else {
            self.copied(field.ty(), value);
        }
    }

    /// What is copied may have room, in all of its fields.
    fn copied(&mut self, ty: Ty, value: ExprId) {
        let ast = self.file.ast;
        let is_copy = !matches!(ast.expr(ast.unparen(value)), Expr::CompositeLit { .. });
        if is_copy && ty.under_struct().is_some() {
            self.calls.fields.roomy.extend(slices_in(ty));
        }
    }

    /// An assignment.
    pub(super) fn fields_assigned(&mut self, lhs: List<ExprId>, rhs: List<ExprId>) {
        let ast = self.file.ast;
        for (i, dst) in ast.list(lhs).enumerate() {
            let dst = ast.unparen(dst);
            // Of what a call returns, the first value is taken to be made of the call's first argument.
            let value = if ast.list_len(rhs) == 1 && i > 0 {
                None
            } else {
                ast.list_get(rhs, i)
            };
            match (self.field(dst), value) {
                (Some(field), Some(value)) => {
                    self.field_given(field, value);
                    self.grows(field, value);
                }
                (Some(field), None) => self.calls.fields.roomy.push(Key::of(field)),
                (None, Some(value)) if !matches!(ast.expr(dst), Expr::Name(_)) => {
                    self.copied(self.ty(dst), value);
                }
                _ => {}
            }
        }
    }

    /// The field that a selector selects.
    fn field(&self, x: ExprId) -> Option<Obj> {
        let selected = match self.file.ast.expr(x) {
            Expr::Selector { .. } => self.file.info.selection(x)?,
            _ => return None,
        };
        (selected.kind == SelectionKind::Field).then(|| selected.obj.origin())
    }

    /// Whether a value is nil, a part of the field, or what a call makes of the field as its first argument.
    fn is_nothing_else(&self, field: Obj, value: ExprId) -> bool {
        let ast = self.file.ast;
        let mut x = ast.unparen(value);
        loop {
            x = match ast.expr(x) {
                Expr::Name(name) => return name == sym::NIL,
                Expr::Selector { .. } => return self.field(x) == Some(field),
                Expr::Slice { x, .. } => ast.unparen(x),
                Expr::Call { args, .. } => match ast.list(args).next() {
                    Some(first) => ast.unparen(first),
                    None => return false,
                },
                _ => return false,
            };
        }
    }

    /// Notes an `append` to the field.
    fn grows(&mut self, field: Obj, value: ExprId) {
        let ast = self.file.ast;
        let value = ast.unparen(value);
        let Expr::Call { fun, .. } = ast.expr(value) else {
            return;
        };
        let fun = ast.unparen(fun);
        let is_builtin = self.file.info.exprs[fun].mode == Mode::Builtin;
        if is_builtin
            && ast.name(fun).as_str() == "append"
            && self.is_nothing_else(field, value)
            && let Some(edge) =
                self.edge_at(ast.expr_start(value), Key::of(field), EdgeKind::Grow, 0)
        {
            self.calls.fields.grown.push(edge);
        }
    }

    /// `&x.f`, and calls of methods that take the field's address.
    pub(super) fn address_taken(&mut self, id: ExprId) {
        let ast = self.file.ast;
        let of = match ast.expr(id) {
            Expr::Unary { op: Kind::And, x } => x,
            Expr::Selector { x, .. } if self.takes_address(id) => x,
            _ => return,
        };
        let of = ast.unparen(of);
        if let Some(field) = self.field(of).filter(|field| is_slice(field.ty())) {
            self.calls.fields.roomy.push(Key::of(field));
        }
    }

    fn takes_address(&self, method: ExprId) -> bool {
        let selected = self.file.info.selection(method);
        let func = selected.and_then(|s| s.obj.as_func());
        func.is_some_and(|func| func.ptr_recv)
    }

    /// `for x.f = range …`
    pub(super) fn field_ranged(&mut self, stmt: StmtId) {
        let ast = self.file.ast;
        if let Stmt::Range { lhs, .. } = ast.stmt(stmt) {
            for dst in ast.list(lhs) {
                let field = self.field(ast.unparen(dst));
                self.calls.fields.roomy.extend(field.map(Key::of));
            }
        }
    }
}
