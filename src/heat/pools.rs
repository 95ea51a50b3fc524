//! What a package does with values of type `sync.Pool`: where it takes from them, where it gives back, and what makes
//! what they do not have.
//!
//! Variables stand for the pools that they hold, as they do for functions ([`values`](super::values)): a field is one
//! variable for all values of its type, a container one for all of its elements. Variables that are given each other's
//! values are the same pool.
//!
//! ```go
//! var buffers = sync.Pool{New: func() any { return new(buffer) }}    // the literal makes what `buffers` does not have
//!
//! func get() *buffer { return buffers.Get().(*buffer) }              // `get` takes from `buffers`
//! func (b *buffer) free() { buffers.Put(b) }                         // `free` gives back to `buffers`
//! ```
//!
//! Whether what is taken in a turn of a benchmark comes back is found once all packages are known
//! ([`drained`](super::drained)).

use super::calls::{Edge, EdgeKind, Key, Reader, qualified};
use crate::ast::{Expr, ExprId};
use crate::lex::token::Kind;
use crate::types::object::Obj;
use crate::types::ty::Ty;

/// The pools of a package.
#[derive(Clone, Debug, Default)]
pub struct Pools {
    /// Where they are asked and given back to: edges from the function to the variable.
    pub uses: Vec<Edge>,
    /// Variables, and functions that make what their pools do not have.
    pub makers: Vec<(Key, Key)>,
    /// Variables that hold the same pool.
    pub same: Vec<(Key, Key)>,
}

/// Whether a type is `sync.Pool`.
pub(super) fn is_pool(ty: Ty) -> bool {
    let named = ty.as_named().map(|named| named.obj);
    named.is_some_and(|obj| obj.name.as_str() == "Pool" && is_of_sync(obj))
}

fn is_of_sync(obj: Obj) -> bool {
    obj.pkg.is_some_and(|pkg| pkg.path.as_str() == "sync")
}

/// What calls of a method do to the pool; `None` if it is not one of a pool.
fn use_by(method: Obj) -> Option<EdgeKind> {
    let kind = match method.name.as_str() {
        "Get" => EdgeKind::Take,
        "Put" => EdgeKind::Put,
        _ => return None,
    };
    let of_pool = is_of_sync(method) && qualified(method).starts_with("(*sync.Pool)");
    of_pool.then_some(kind)
}

impl Reader<'_, '_> {
    /// Notes the call at `at` of `callee`, which `fun` names, if it is a pool's.
    pub(super) fn use_of_pool(&mut self, at: u32, callee: Obj, fun: ExprId) {
        let ast = self.file.ast;
        if let Some(kind) = use_by(callee)
            && let Expr::Selector { x, .. } = ast.expr(ast.unparen(fun))
            && let Some(pool) = self.variable(x)
        {
            let edge = self.edge_at(at, pool, kind, 0);
            self.calls.pools.uses.extend(edge);
        }
    }

    /// That a variable holds the pool that `value` is, or pools that are its parts.
    pub(super) fn pool(&mut self, dst: Key, value: ExprId) {
        let ast = self.file.ast;
        let mut todo = vec![value];
        while let Some(x) = todo.pop() {
            let x = ast.unparen(x);
            match ast.expr(x) {
                Expr::CompositeLit { elems, .. } if is_pool(self.ty(x)) => {
                    // `New` is the only field that can be set.
                    let values = ast.list(elems).map(|elem| match ast.expr(elem) {
                        Expr::KeyValue { value, .. } => value,
                        _ => elem,
                    });
                    values.for_each(|made_by| self.maker(dst, made_by));
                }
                Expr::CompositeLit { elems, .. } => todo.extend(ast.list(elems)),
                Expr::KeyValue { value, .. } => todo.push(value),
                Expr::Unary { op: Kind::And, x } => todo.push(x),
                _ => {
                    let same = self.variable(x).filter(|&other| other != dst);
                    self.calls.pools.same.extend(same.map(|other| (dst, other)));
                }
            }
        }
    }

    fn maker(&mut self, pool: Key, value: ExprId) {
        let mut todo = vec![value];
        while let Some(x) = todo.pop() {
            let x = self.file.ast.unparen(x);
            let made_by = self.held(x, &mut todo);
            let makers = &mut self.calls.pools.makers;
            makers.extend(made_by.map(|made_by| (pool, made_by)));
        }
    }

    /// `pool.New = value`
    pub(super) fn maker_assigned(&mut self, dst: ExprId, value: ExprId) {
        let ast = self.file.ast;
        let Expr::Selector { x, sel } = ast.expr(ast.unparen(dst)) else {
            return;
        };
        let ty = self.ty(x);
        let base = ty.under_pointer().filter(|_| ty.as_named().is_none());
        if sel.as_str() == "New"
            && is_pool(base.unwrap_or(ty))
            && let Some(pool) = self.variable(x)
        {
            self.maker(pool, value);
        }
    }
}
