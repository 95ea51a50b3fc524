//! Package-level variables whose values are constants through and through: tables of numbers and text.
//!
//! The compiler lays such values out as data, nothing of them is evaluated, and nothing is said of them
//! (`staticinit/sched.go`). Tables make up much of some packages, so they are not even built; their nodes are only counted,
//! because into big functions less is inlined. Whatever could be evaluated, converted or boxed, or have an address taken,
//! is built and left to escape analysis to decide.
//!
//! | initialiser | data |
//! | --- | --- |
//! | `[...]uint8{1, 2, 3}`, `[]pair{{"a", 1}, {"b", 2}}` | yes |
//! | `[]any{1}`, `[]*pair{{"a", 1}}`, `map[string]int{"a": 1}`, `[]int{n}` | no |

use super::Builder;
use super::expr::{constant_type, is_same};
use crate::ast::{Expr, ExprId};
use crate::types::info::Initializer;
use crate::types::ty::{Ty, TyKind};

impl Builder<'_> {
    /// How many nodes an initialiser of one variable would have that is nothing but data; `None` if it is more. Data of the
    /// FIPS 140 module has no addresses in it, so that of slices and strings something is left to evaluate.
    pub(super) fn data_nodes(&self, initializer: &Initializer) -> Option<usize> {
        let [variable] = initializer.lhs[..] else {
            return None;
        };
        if self.release.is_fips(self.checked.pkg.path) {
            return None;
        }
        // The statement, the variable, and what is assigned to it.
        Some(2 + self.plain_nodes(initializer.rhs, variable.ty())?)
    }

    /// How many nodes a value of type `ty` has, if it is data.
    fn plain_nodes(&self, e: ExprId, ty: Ty) -> Option<usize> {
        let mut nodes = 0;
        let mut todo = vec![(e, ty)];
        while let Some((e, ty)) = todo.pop() {
            let e = self.ast().unparen(e);
            nodes += 1;
            let own = self.type_of(e);
            if let Some(value) = self.info().const_value(e) {
                is_same(constant_type(own, value), ty).then_some(())?;
                continue;
            }
            let Expr::CompositeLit { elems, .. } = self.ast().expr(e) else {
                return None;
            };
            (is_same(own, ty) && is_laid_out(own)).then_some(())?;
            for (i, elem) in self.ast().list(elems).enumerate() {
                let (key, value) = match self.ast().expr(elem) {
                    Expr::KeyValue { key, value } => (Some(key), value),
                    _ => (None, elem),
                };
                let (ty, more) = self.element_of(own, i, key)?;
                nodes += more;
                todo.push((value, ty));
            }
        }
        Some(nodes)
    }

    /// The type of an element, which `key` tells if it is written, and how many nodes there are for its place.
    fn element_of(&self, literal: Ty, i: usize, key: Option<ExprId>) -> Option<(Ty, usize)> {
        match literal.under().kind() {
            TyKind::Slice(elem) | TyKind::Array { elem, .. } => {
                let constant = key.is_none_or(|key| self.info().const_value(key).is_some());
                constant.then_some((*elem, if key.is_some() { 2 } else { 0 }))
            }
            TyKind::Struct(s) => {
                let mut fields = s.fields.iter();
                let field = match key.map(|key| self.ast().name(key)) {
                    Some(name) => fields.find(|field| field.name == name),
                    None => fields.nth(i),
                };
                Some((field?.ty(), 1))
            }
            _ => None,
        }
    }
}

/// Whether a literal of a type lies where its elements are: a map is made at run time, even an empty one.
fn is_laid_out(ty: Ty) -> bool {
    let under = ty.under().kind();
    matches!(
        under,
        TyKind::Slice(_) | TyKind::Array { .. } | TyKind::Struct(_)
    )
}
