//! Types that would contain themselves, and so have no finite size.

use super::check::Checker;
use super::predicates::identical;
use super::ty::{Ty, TyKind, settle};

/// How deep types may contain each other by value before the search gives up.
const MAX_NEST: usize = 500;

impl Checker<'_> {
    /// Reports the declared type `ty` if it contains itself by value.
    pub(super) fn valid_type(&mut self, ty: Ty) {
        let mut nest = Vec::new();
        if !self.contains_no_cycle(ty, &mut nest)
            && let Some(named) = ty.as_named()
        {
            settle(&named.recursive, ());
            let message = format!("invalid recursive type {}", named.obj.name);
            self.error_at_object(named.obj, message);
        }
    }

    fn contains_no_cycle(&mut self, ty: Ty, nest: &mut Vec<Ty>) -> bool {
        let ty = ty.unalias();
        match ty.kind() {
            TyKind::Array { elem, .. } => self.contains_no_cycle(*elem, nest),
            TyKind::Struct(s) => s
                .fields
                .iter()
                .all(|f| self.contains_no_cycle(f.ty(), nest)),
            TyKind::Union(terms) => terms.iter().all(|t| self.contains_no_cycle(t.ty, nest)),
            TyKind::Interface(i) => i.embeddeds.iter().all(|&e| self.contains_no_cycle(e, nest)),
            TyKind::Named(_) => self.named_contains_no_cycle(ty, nest),
            TyKind::TypeParam(_) => self.argument_contains_no_cycle(ty, nest),
            _ => true,
        }
    }

    fn named_contains_no_cycle(&mut self, ty: Ty, nest: &mut Vec<Ty>) -> bool {
        let TyKind::Named(named) = ty.kind() else {
            return true;
        };
        let plain = named.inst.is_none() && named.tparams().is_empty();
        let foreign = named.obj.pkg != Some(self.pkg);
        if plain && (foreign || self.valid_types.contains(&ty)) {
            return true;
        }
        if nest.iter().any(|&t| identical(t, ty)) {
            return false;
        }
        if nest.len() > MAX_NEST {
            return true;
        }
        let TyKind::Named(orig) = named.origin(ty).kind() else {
            return true;
        };
        let Some(&rhs) = orig.rhs.get() else {
            return true;
        };
        nest.push(ty);
        let fine = self.contains_no_cycle(rhs, nest);
        nest.pop();
        if fine && plain {
            self.valid_types.insert(ty);
        }
        fine
    }

    /// A type parameter stands for the argument of the instance whose declaration it occurs in; that is looked at where
    /// the instance stands.
    fn argument_contains_no_cycle(&mut self, param: Ty, nest: &mut Vec<Ty>) -> bool {
        let Some(inst_ty) = nest.pop() else {
            return true;
        };
        let fine = match inst_ty.kind() {
            TyKind::Named(inst) => {
                let TyKind::Named(orig) = inst.origin(inst_ty).kind() else {
                    return true;
                };
                let at = orig.tparams().iter().position(|&p| p == param);
                match at.and_then(|i| inst.targs().get(i)) {
                    Some(&arg) => self.contains_no_cycle(arg, nest),
                    None => true,
                }
            }
            _ => true,
        };
        nest.push(inst_ty);
        fine
    }
}
