//! What variables hold: the functions and literals that are stored in locals, fields, parameters, results and containers.

use super::calls::{Callee, Edge, EdgeKind, Key, Reader, is_of_interface};
use super::pools;
use crate::ast::{Ast, Expr, ExprId, List};
use crate::lex::token::Kind;
use crate::types::object::{Obj, VarKind};
use crate::types::operand::Mode;
use crate::types::ty::{Ty, TyKind};

/// How deep a type is looked into for functions.
const MAX_TYPE_DEPTH: u32 = 5;

impl Reader<'_, '_> {
    /// The variable, field or results that an expression's value comes out of.
    pub(super) fn variable(&self, x: ExprId) -> Option<Key> {
        let ast = self.file.ast;
        let mut x = ast.unparen(x);
        loop {
            x = match ast.expr(x) {
                Expr::Name(_) => return variable_key(self.file.info.object(x)?),
                Expr::Selector { .. } => {
                    let field = self.file.info.selection(x).map(|s| s.obj);
                    return variable_key(field.or_else(|| self.file.info.object(x))?);
                }
                Expr::Call { fun, .. } => return self.results_of(fun),
                Expr::Index { x, .. }
                | Expr::Slice { x, .. }
                | Expr::Assert { x, .. }
                | Expr::Star(x)
                | Expr::Unary {
                    op: Kind::And | Kind::Arrow,
                    x,
                } => ast.unparen(x),
                _ => return None,
            };
        }
    }

    fn results_of(&self, fun: ExprId) -> Option<Key> {
        match self.callee(fun) {
            Callee::Known(obj) => match Key::of(obj) {
                Key::At(file, offset) => Some(Key::Results(file, offset)),
                _ => None,
            },
            _ => None,
        }
    }

    pub(super) fn assign(&mut self, lhs: List<ExprId>, rhs: List<ExprId>) {
        let ast = self.file.ast;
        let one_value = ast.list_len(rhs) == 1;
        for (i, dst) in ast.list(lhs).enumerate() {
            let at = if one_value { 0 } else { i };
            if let Some(value) = ast.list_get(rhs, at) {
                self.store_in(dst, value);
            }
        }
    }

    pub(super) fn store_in(&mut self, dst: ExprId, value: ExprId) {
        match self.holds(self.ty(dst)) {
            Holds::Nothing => {}
            holds => self.keep(holds, self.variable(dst), value),
        }
        self.maker_assigned(dst, value);
    }

    /// That a variable is given `value`, of a type that holds something.
    pub(super) fn keep(&mut self, holds: Holds, dst: Option<Key>, value: ExprId) {
        match (holds, dst) {
            (Holds::Functions, Some(dst)) => self.store(dst, value),
            (Holds::Pools, Some(dst)) => self.pool(dst, value),
            _ => {}
        }
    }

    pub(super) fn results(&mut self, at: u32, values: List<ExprId>) {
        let Some(function) = self.file.heat.place(at).function else {
            return;
        };
        for value in self.file.ast.list(values) {
            let holds = self.holds(self.ty(value));
            let results = Key::Results(self.id(), function);
            self.keep(holds, Some(results), value);
            if holds == Holds::Functions {
                // Whoever called may call what it was given.
                let edge = self.edge_at(at, results, EdgeKind::Possible, 0);
                self.calls.edges.extend(edge);
            }
        }
    }

    /// Fields of a struct literal.
    pub(super) fn literal(&mut self, id: ExprId, elems: List<ExprId>) {
        let ty = self.ty(id);
        let ty = ty.under_pointer().unwrap_or(ty);
        let Some(fields) = ty.under_struct().map(|s| s.fields) else {
            return;
        };
        for (field, value) in given(self.file.ast, fields, elems) {
            let holds = self.holds(field.ty());
            self.keep(holds, Some(Key::of(field)), value);
        }
    }

    /// What a variable holds once `value` is stored in it.
    pub(super) fn store(&mut self, dst: Key, value: ExprId) {
        let mut todo = vec![value];
        while let Some(x) = todo.pop() {
            let x = self.file.ast.unparen(x);
            match self.held(x, &mut todo) {
                Some(key) if key != dst => self.holds_value(dst, key, x),
                _ => {}
            }
        }
    }

    fn holds_value(&mut self, from: Key, to: Key, x: ExprId) {
        let at = self.file.ast.expr_start(x);
        self.calls.edges.push(Edge {
            from,
            to,
            at: (self.id(), at),
            depth: 0,
            halvings: 0,
            guards: 0,
            marked_hot: false,
            by: self.file.heat.function_at(at),
            kind: EdgeKind::Value,
        });
    }

    /// The function or variable that a value is; the parts of one that is made of others go to `todo`.
    pub(super) fn held(&mut self, x: ExprId, todo: &mut Vec<ExprId>) -> Option<Key> {
        let ast = self.file.ast;
        match ast.expr(x) {
            Expr::FuncLit { .. } => return Some(Key::At(self.id(), ast.expr_pos(x))),
            Expr::CompositeLit { elems, .. } => {
                let is_struct = self.ty(x).under_struct().is_some();
                todo.extend(ast.list(elems).filter(|_| !is_struct));
                return None;
            }
            Expr::KeyValue { value, .. } => {
                todo.push(value);
                return None;
            }
            Expr::Call { fun, args, .. } => {
                let mode = self.file.info.exprs[ast.unparen(fun)].mode;
                if matches!(mode, Mode::TypeExpr | Mode::Builtin) {
                    // What `len` measures is not held.
                    if mode == Mode::TypeExpr || self.holds(self.ty(x)) != Holds::Nothing {
                        todo.extend(ast.list(args));
                    }
                    return None;
                }
            }
            Expr::Index { x: base, .. } if self.function(ast.unparen(base)).is_some() => {
                return self.function(ast.unparen(base)).map(Key::of);
            }
            _ => {}
        }
        if let Some(obj) = self.function(x) {
            if is_of_interface(obj) {
                self.dynamic(obj);
            }
            return Some(Key::of(obj));
        }
        if self.holds(self.ty(x)) == Holds::Functions {
            self.variable(x)
        } else {
            None
        }
    }

    /// What values of the type are, or containers of such.
    pub(super) fn holds(&mut self, ty: Ty) -> Holds {
        *self.holds.entry(ty).or_insert_with(|| holds(ty))
    }
}

/// What a variable holds that is followed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Holds {
    /// Nothing of the kind.
    Nothing,
    /// Functions.
    Functions,
    /// Values of type `sync.Pool`.
    Pools,
}

fn holds(ty: Ty) -> Holds {
    let mut ty = ty;
    for _ in 0..MAX_TYPE_DEPTH {
        ty = match ty.under().kind() {
            TyKind::Signature(_) => return Holds::Functions,
            TyKind::Pointer(elem) | TyKind::Slice(elem) => *elem,
            TyKind::Array { elem, .. } | TyKind::Map { elem, .. } | TyKind::Chan { elem, .. } => {
                *elem
            }
            TyKind::Struct(_) if pools::is_pool(ty) => return Holds::Pools,
            _ => return Holds::Nothing,
        };
    }
    Holds::Nothing
}

/// Local variables and parameters of functions, fields, package-level variables.
fn variable_key(obj: Obj) -> Option<Key> {
    let info = obj.as_var()?;
    (info.kind != VarKind::Recv).then(|| Key::of(obj))
}

/// What a struct literal gives to which of `fields`.
pub(super) fn given<'a>(
    ast: &'a Ast,
    fields: &'a [Obj],
    elems: List<ExprId>,
) -> impl Iterator<Item = (Obj, ExprId)> + 'a {
    let elems = ast.list(elems).enumerate();
    elems.filter_map(|(i, elem)| match ast.expr(elem) {
        Expr::KeyValue { key, value } => {
            let name = ast.name(ast.unparen(key));
            let field = fields.iter().find(|field| field.name == name);
            Some((*field?, value))
        }
        _ => Some((*fields.get(i)?, elem)),
    })
}
