//! What `heaplint dump types` prints of a file: every identifier that defines or uses an object, with its type.
//!
//! Package names, labels, builtin functions and blank identifiers are left out, and so is the variable that a type
//! switch declares, because it has no object of its own: each clause has one. The type is that of the instance where a
//! generic function or type is instantiated, and the object's own everywhere else. An embedded field is a definition and
//! a use in one place: the field is printed. `tests/oracle/gotypes` prints the same from go/types.

use super::info::FileInfo;
use super::object::{Obj, ObjKind};
use super::ty::Ty;
use crate::ast::{Ast, Expr, ExprId};
use crate::base::symbol::{Symbol, sym};

/// An identifier with its type.
#[derive(Clone, Copy, Debug)]
pub struct Line {
    /// Offset of the identifier's first byte.
    pub offset: u32,
    /// The identifier.
    pub name: Symbol,
    /// Its type; prints as go/types' `TypeString` with full package paths.
    pub ty: Ty,
}

/// The identifiers of one file in source order.
pub fn lines(ast: &Ast, info: &FileInfo) -> Vec<Line> {
    let mut lines: Vec<Line> = ast
        .expr_ids()
        .filter_map(|id| line(ast, info, id))
        .collect();
    lines.sort_by_key(|l| l.offset);
    lines.dedup_by_key(|l| l.offset);
    lines
}

fn line(ast: &Ast, info: &FileInfo, id: ExprId) -> Option<Line> {
    let (offset, name) = match ast.expr(id) {
        Expr::Name(name) => (ast.expr_start(id), name),
        Expr::Selector { sel, .. } => (ast.sel_span(id).start, sel),
        _ => return None,
    };
    if name == sym::BLANK {
        return None;
    }
    let used = info.object(id);
    let obj = info.embedded.get(&id).copied().or(used)?;
    let ty = match info.instances.get(&id) {
        // An embedded instance: the instance is the field's type too, or what it points to.
        Some(instance) => instance.ty,
        None => shown_type(obj)?,
    };
    Some(Line { offset, name, ty })
}

/// The object's type if it is of a kind that is printed.
fn shown_type(obj: Obj) -> Option<Ty> {
    match obj.data().kind {
        ObjKind::PkgName(_) | ObjKind::Label | ObjKind::Builtin(_) => None,
        _ => Some(obj.ty()),
    }
}
