//! Unification: makes two types identical by finding types for type parameters (Go spec, "Type unification").
//!
//! Each bound type parameter has a slot; parameters that were found to be equal share one. Unification is *inexact*
//! where assignment is: a defined type matches a type literal with the same underlying type, a channel that sends and
//! receives matches one that does only one of the two, and an interface matches a type with its methods. Elements of
//! composite types must then match exactly.

use super::check::Checker;
use super::object::Obj;
use super::package::Pkg;
use super::predicates::{Pair, identical};
use super::ty::{Interface, Signature, Struct, Ty, TyKind};
use super::under::common_under;
use crate::ast::ChanDir;

/// How strictly two types must match.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct UnifyMode {
    /// The types are unified for an assignment: their elements must match exactly.
    assign: bool,
    /// The types must be identical.
    exact: bool,
}

impl UnifyMode {
    /// A value is assigned: the types themselves may differ where assignment allows it.
    pub const ASSIGN: UnifyMode = UnifyMode {
        assign: true,
        exact: false,
    };
    /// Types must be identical.
    pub const EXACT: UnifyMode = UnifyMode {
        assign: false,
        exact: true,
    };
    /// Types and their elements may differ.
    pub const INEXACT: UnifyMode = UnifyMode {
        assign: false,
        exact: false,
    };

    /// The mode for the elements of a composite type.
    fn element(self) -> UnifyMode {
        UnifyMode {
            exact: self.exact || self.assign,
            ..self
        }
    }
}

/// Deeper than this, types do not unify; go/types has the same limit.
const MAX_DEPTH: u32 = 50;

/// The type parameters to be found, and what was found so far.
pub struct Unifier {
    tparams: Vec<Ty>,
    /// By type parameter: its slot.
    slots: Vec<usize>,
    values: Vec<Option<Ty>>,
    depth: u32,
    /// Whether interfaces match types by their methods (Go 1.21).
    interfaces: bool,
}

impl Unifier {
    /// For the parameters `tparams`, of which some may be known.
    pub fn new(tparams: &[Ty], known: &[Option<Ty>], interfaces: bool) -> Unifier {
        let value = |i| known.get(i).copied().flatten();
        Unifier {
            tparams: tparams.to_vec(),
            slots: (0..tparams.len()).collect(),
            values: (0..tparams.len()).map(value).collect(),
            depth: 0,
            interfaces,
        }
    }

    /// What was found for a type parameter.
    pub fn at(&self, tparam: Ty) -> Option<Ty> {
        self.values[self.slots[self.index_of(tparam)?]]
    }

    /// Decides a type parameter.
    pub fn set(&mut self, tparam: Ty, ty: Ty) {
        if let Some(i) = self.index_of(tparam) {
            self.values[self.slots[i]] = Some(ty);
        }
    }

    /// How many type parameters are not known yet.
    pub fn unknowns(&self) -> usize {
        self.slots
            .iter()
            .filter(|&&s| self.values[s].is_none())
            .count()
    }

    /// What was found, by type parameter.
    pub fn inferred(&self) -> Vec<Option<Ty>> {
        self.slots.iter().map(|&s| self.values[s]).collect()
    }

    fn index_of(&self, tparam: Ty) -> Option<usize> {
        self.tparams.iter().position(|&t| t == tparam)
    }

    /// The index of the bound type parameter that `ty` is.
    fn bound(&self, ty: Ty) -> Option<usize> {
        match ty.unalias().kind() {
            TyKind::TypeParam(_) => self.index_of(ty.unalias()),
            _ => None,
        }
    }

    /// Makes two type parameters one; `false` if both are known already.
    fn join(&mut self, x: usize, y: usize) -> bool {
        let (sx, sy) = (self.slots[x], self.slots[y]);
        if sx == sy {
            return true;
        }
        let (from, to) = match (self.values[sx], self.values[sy]) {
            (Some(_), Some(_)) => return false,
            (Some(_), None) => (sy, sx),
            _ => (sx, sy),
        };
        for slot in &mut self.slots {
            if *slot == from {
                *slot = to;
            }
        }
        true
    }

    /// Unifies two types. What was found stays found even if the answer is no.
    pub fn unify(&mut self, check: &mut Checker<'_>, x: Ty, y: Ty, mode: UnifyMode) -> bool {
        self.nify(check, x, y, mode, None)
    }

    fn nify(
        &mut self,
        check: &mut Checker<'_>,
        x: Ty,
        y: Ty,
        mode: UnifyMode,
        pair: Option<&Pair<'_>>,
    ) -> bool {
        if x == y || x.unalias() == y.unalias() {
            return true;
        }
        if self.depth >= MAX_DEPTH {
            return false;
        }
        self.depth += 1;
        let same = self.different_nodes(check, x, y, mode, pair);
        self.depth -= 1;
        same
    }

    fn different_nodes(
        &mut self,
        check: &mut Checker<'_>,
        mut x: Ty,
        mut y: Ty,
        mode: UnifyMode,
        pair: Option<&Pair<'_>>,
    ) -> bool {
        // A defined type, if any, ends up in y; a bound type parameter in x.
        if x.as_named().is_some() || self.bound(y).is_some() {
            (x, y) = (y, x);
        }
        let by_methods = self.interfaces && is_interface(x);
        if !mode.exact && y.as_named().is_some() && is_literal(x) && !by_methods {
            y = y.under();
            if x == y || x.unalias() == y.unalias() {
                return true;
            }
        }
        match (self.bound(x), self.bound(y)) {
            (Some(px), Some(py)) => {
                if self.join(px, py) {
                    return true;
                }
                let values = (self.values[self.slots[px]], self.values[self.slots[py]]);
                match values {
                    (Some(a), Some(b)) => self.nify(check, a, b, mode, pair),
                    _ => false,
                }
            }
            (Some(px), None) => self.parameter(check, px, y, mode, pair),
            _ => self.types(check, x, y, mode, pair),
        }
    }

    /// Unifies the bound type parameter `px` with `y`.
    fn parameter(
        &mut self,
        check: &mut Checker<'_>,
        px: usize,
        y: Ty,
        mode: UnifyMode,
        pair: Option<&Pair<'_>>,
    ) -> bool {
        let Some(x) = self.values[self.slots[px]] else {
            self.values[self.slots[px]] = Some(y);
            return true;
        };
        if !self.nify(check, x, y, mode, pair) {
            return false;
        }
        let named = (x.as_named().is_some(), y.as_named().is_some());
        match (as_interface(x), as_interface(y)) {
            // Inexact unification may have found two interfaces to be alike that are not the same: two different names
            // do not agree, nor do different sets of methods.
            (Some(_), Some(_)) if named == (true, true) => return identical(x, y),
            (Some(a), Some(b)) if a.type_set().methods.len() != b.type_set().methods.len() => {
                return false;
            }
            (Some(_), None) | (None, Some(_)) => return false,
            _ => {}
        }
        if !mode.exact && !named.0 && (named.1 || is_directional(y)) {
            // The more specific one wins: a defined type over its literal, a directed channel over one that is not.
            self.values[self.slots[px]] = Some(y);
        }
        true
    }

    /// Unifies two types neither of which is a bound type parameter.
    fn types(
        &mut self,
        check: &mut Checker<'_>,
        mut x: Ty,
        mut y: Ty,
        mode: UnifyMode,
        pair: Option<&Pair<'_>>,
    ) -> bool {
        if self.interfaces && !mode.exact {
            match (as_interface(x), as_interface(y)) {
                (Some(a), Some(b)) => return self.shared_methods(check, a, b, pair),
                (Some(a), None) => return self.implemented(check, a, y, pair),
                (None, Some(b)) => return self.implemented(check, b, x, pair),
                (None, None) => {}
            }
        }
        if y.as_type_param().is_some() {
            (x, y) = (y, x);
        }
        self.structures(check, x, y, mode, pair)
    }

    /// Two interfaces with the same types match inexactly if one has the other's methods.
    fn shared_methods(
        &mut self,
        check: &mut Checker<'_>,
        x: &'static Interface,
        y: &'static Interface,
        outer: Option<&Pair<'_>>,
    ) -> bool {
        let (xset, yset) = (x.type_set(), y.type_set());
        if xset.comparable != yset.comparable || !xset.same_terms(yset) {
            return false;
        }
        if outer.is_some_and(|p| p.under_comparison(x, y)) {
            return true;
        }
        let pair = Pair { x, y, outer };
        let (few, many) = if xset.methods.len() <= yset.methods.len() {
            (xset, yset)
        } else {
            (yset, xset)
        };
        few.methods.iter().all(|m| {
            let other = many.lookup_method(m.pkg, m.name);
            other.is_some_and(|(_, o)| {
                self.nify(check, m.ty(), o.ty(), UnifyMode::EXACT, Some(&pair))
            })
        })
    }

    /// A type matches an interface inexactly if it has the interface's methods.
    fn implemented(
        &mut self,
        check: &mut Checker<'_>,
        iface: &'static Interface,
        ty: Ty,
        pair: Option<&Pair<'_>>,
    ) -> bool {
        iface.type_set().methods.iter().all(|m| {
            find_method(check, ty, m.pkg, *m).is_some_and(|found| {
                let generic = found.as_signature().is_some_and(|s| !s.tparams.is_empty());
                !generic && self.nify(check, m.ty(), found, UnifyMode::EXACT, pair)
            })
        })
    }

    /// Unifies type by type constructor. A type parameter that is not bound is in `x`, if there is one.
    fn structures(
        &mut self,
        check: &mut Checker<'_>,
        x: Ty,
        y: Ty,
        mode: UnifyMode,
        pair: Option<&Pair<'_>>,
    ) -> bool {
        let inner = mode.element();
        let (xu, yu) = (x.unalias(), y.unalias());
        match (xu.kind(), yu.kind()) {
            (TyKind::Basic(a), TyKind::Basic(b)) => a.kind == b.kind,
            (TyKind::Array { len: n, elem: a }, TyKind::Array { len: m, elem: b }) => {
                (*n < 0 || *m < 0 || n == m) && self.nify(check, *a, *b, inner, pair)
            }
            (TyKind::Slice(a), TyKind::Slice(b)) | (TyKind::Pointer(a), TyKind::Pointer(b)) => {
                self.nify(check, *a, *b, inner, pair)
            }
            (TyKind::Struct(a), TyKind::Struct(b)) => {
                same_fields(a, b) && self.variables(check, a.fields, b.fields, inner, pair)
            }
            (TyKind::Tuple(a), TyKind::Tuple(b)) => self.variables(check, a, b, mode, pair),
            (TyKind::Signature(a), TyKind::Signature(b)) => {
                self.signatures(check, a, b, inner, pair)
            }
            (TyKind::Interface(a), TyKind::Interface(b)) => {
                self.identical_interfaces(check, a, b, pair)
            }
            (TyKind::Map { key: k, elem: a }, TyKind::Map { key: l, elem: b }) => {
                self.nify(check, *k, *l, inner, pair) && self.nify(check, *a, *b, inner, pair)
            }
            (TyKind::Chan { dir: d, elem: a }, TyKind::Chan { dir: e, elem: b }) => {
                (!mode.exact || d == e) && self.nify(check, *a, *b, inner, pair)
            }
            (TyKind::Named(a), TyKind::Named(b)) => {
                let (s, t) = (a.targs(), b.targs());
                s.len() == t.len()
                    && s.iter()
                        .zip(t)
                        .all(|(&a, &b)| self.nify(check, a, b, mode, pair))
                    && a.obj == b.obj
            }
            (TyKind::TypeParam(_), _) => match common_under(xu) {
                Some(core) => self.nify(check, core, y, UnifyMode::ASSIGN, pair),
                None => false,
            },
            _ => false,
        }
    }

    fn variables(
        &mut self,
        check: &mut Checker<'_>,
        x: &[Obj],
        y: &[Obj],
        mode: UnifyMode,
        pair: Option<&Pair<'_>>,
    ) -> bool {
        x.len() == y.len()
            && x.iter()
                .zip(y)
                .all(|(a, b)| self.nify(check, a.ty(), b.ty(), mode, pair))
    }

    /// Type parameters of the signatures are not compared: generic functions were given new ones that are bound here.
    fn signatures(
        &mut self,
        check: &mut Checker<'_>,
        x: &Signature,
        y: &Signature,
        mode: UnifyMode,
        pair: Option<&Pair<'_>>,
    ) -> bool {
        x.variadic == y.variadic
            && self.nify(check, x.params, y.params, mode, pair)
            && self.nify(check, x.results, y.results, mode, pair)
    }

    fn identical_interfaces(
        &mut self,
        check: &mut Checker<'_>,
        x: &'static Interface,
        y: &'static Interface,
        outer: Option<&Pair<'_>>,
    ) -> bool {
        let (xset, yset) = (x.type_set(), y.type_set());
        if xset.comparable != yset.comparable
            || !xset.same_terms(yset)
            || xset.methods.len() != yset.methods.len()
        {
            return false;
        }
        if outer.is_some_and(|p| p.under_comparison(x, y)) {
            return true;
        }
        let pair = Pair { x, y, outer };
        xset.methods.iter().zip(yset.methods).all(|(m, n)| {
            m.same_id(n.pkg, n.name)
                && self.nify(check, m.ty(), n.ty(), UnifyMode::EXACT, Some(&pair))
        })
    }
}

/// The type of the method of `ty` that is named like `like` as seen from `pkg`; `None` if there is none.
pub fn find_method(check: &mut Checker<'_>, ty: Ty, pkg: Option<Pkg>, like: Obj) -> Option<Ty> {
    let found = check.lookup_field_or_method(ty, false, pkg, like.name);
    let method = found.obj.filter(|o| o.as_func().is_some())?;
    Some(method.ty())
}

fn same_fields(x: &Struct, y: &Struct) -> bool {
    let embedded = |f: &Obj| f.as_var().is_some_and(|v| v.embedded);
    x.fields.len() == y.fields.len()
        && x.fields
            .iter()
            .zip(y.fields)
            .enumerate()
            .all(|(i, (f, g))| {
                embedded(f) == embedded(g) && x.tag(i) == y.tag(i) && f.same_id(g.pkg, g.name)
            })
}

/// Whether the type is written out: neither a defined type nor a type parameter.
fn is_literal(ty: Ty) -> bool {
    !matches!(ty.unalias().kind(), TyKind::Named(_) | TyKind::TypeParam(_))
}

fn is_interface(ty: Ty) -> bool {
    as_interface(ty).is_some() || ty.as_type_param().is_some()
}

/// The underlying interface; `None` for type parameters.
fn as_interface(ty: Ty) -> Option<&'static Interface> {
    match ty.as_type_param() {
        Some(_) => None,
        None => ty.under_interface(),
    }
}

fn is_directional(ty: Ty) -> bool {
    matches!(ty.under().kind(), TyKind::Chan { dir, .. } if *dir != ChanDir::Both)
}
