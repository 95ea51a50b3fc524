//! Package-level variables whose values are constants through and through: tables of numbers and text.
//!
//! The compiler lays such values out as data, nothing of them is evaluated, and nothing is said of them
//! (`staticinit/sched.go`). Tables make up much of some packages, so they are not even built. Whatever could be evaluated
//! or boxed, or have an address taken, is built and left to escape analysis to decide.
//!
//! | initialiser | data |
//! | --- | --- |
//! | `[...]uint8{1, 2, 3}`, `[]pair{{"a", 1}, {"b", 2}}` | yes |
//! | `[]any{1}`, `[]*pair{{"a", 1}}`, `map[string]int{"a": 1}`, `[]int{n}` | no |

use super::Builder;
use crate::ast::{Expr, ExprId};
use crate::types::info::Initializer;
use crate::types::predicates::is_interface;
use crate::types::ty::{Ty, TyKind};

impl Builder<'_> {
    /// Whether an initialiser of one variable is nothing but data. Data of the FIPS 140 module has no addresses in it,
    /// so that of slices and strings something is left to evaluate.
    pub(super) fn is_data(&self, initializer: &Initializer) -> bool {
        let [variable] = initializer.lhs[..] else {
            return false;
        };
        !is_interface(variable.ty())
            && !self.release.is_fips(self.checked.pkg.path)
            && self.is_plain(initializer.rhs)
    }

    fn is_plain(&self, e: ExprId) -> bool {
        let mut todo = vec![e];
        while let Some(e) = todo.pop() {
            let e = self.ast().unparen(e);
            if self.info().const_value(e).is_some() {
                continue;
            }
            let Expr::CompositeLit { elems, .. } = self.ast().expr(e) else {
                return false;
            };
            if !holds_plain(self.type_of(e)) {
                return false;
            }
            // Keys are names of fields and constants.
            todo.extend(self.ast().list(elems).map(|e| match self.ast().expr(e) {
                Expr::KeyValue { value, .. } => value,
                _ => e,
            }));
        }
        true
    }
}

/// Whether a literal of a type is laid out where it stands, and its elements are what is written, not boxed in interfaces.
fn holds_plain(ty: Ty) -> bool {
    match ty.under().kind() {
        TyKind::Slice(elem) | TyKind::Array { elem, .. } => !is_interface(*elem),
        TyKind::Struct(s) => !s.fields.iter().any(|field| is_interface(field.ty())),
        _ => false,
    }
}
