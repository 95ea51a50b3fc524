//! Lists of terms `T`, `~T` in normal form: the part of a type set that names types.
//!
//! A list stands for the union of its terms. In normal form terms are disjoint, so two lists are equal as sets when each
//! is a subset of the other.

use super::predicates::identical;
use super::ty::{Term, Ty};

/// A union of terms.
#[derive(Clone, Debug)]
pub enum Terms {
    /// All types.
    All,
    /// The types of the terms; none if there is no term.
    Of(Vec<Term>),
}

impl Terms {
    /// The one type `ty`.
    pub fn single(ty: Ty) -> Terms {
        Terms::Of(vec![Term { tilde: false, ty }])
    }

    /// Whether there is no type.
    pub fn is_empty(&self) -> bool {
        matches!(self, Terms::Of(list) if list.is_empty())
    }

    /// Whether there are all types.
    pub fn is_all(&self) -> bool {
        matches!(self, Terms::All)
    }

    /// The terms, if types are named; none for all types.
    pub fn list(&self) -> &[Term] {
        match self {
            Terms::All => &[],
            Terms::Of(list) => list,
        }
    }

    /// The types of either.
    #[must_use]
    pub fn union(self, other: Terms) -> Terms {
        match (self, other) {
            (Terms::Of(mut x), Terms::Of(y)) => {
                x.extend(y);
                Terms::Of(normalize(&x))
            }
            _ => Terms::All,
        }
    }

    /// The types of both.
    #[must_use]
    pub fn intersect(self, other: Terms) -> Terms {
        match (self, other) {
            (Terms::All, rest) | (rest, Terms::All) => rest,
            (Terms::Of(x), Terms::Of(y)) => {
                let both = x
                    .iter()
                    .flat_map(|&a| y.iter().filter_map(move |&b| intersect(a, b)));
                Terms::Of(normalize(&both.collect::<Vec<_>>()))
            }
        }
    }

    /// Whether all these types are in `other`.
    pub fn subset_of(&self, other: &Terms) -> bool {
        match (self, other) {
            (_, Terms::All) => true,
            (Terms::All, _) => false,
            (Terms::Of(x), Terms::Of(y)) => x.iter().all(|&a| y.iter().any(|&b| subset(a, b))),
        }
    }

    /// Whether `ty` is one of the types.
    pub fn includes(&self, ty: Ty) -> bool {
        match self {
            Terms::All => true,
            Terms::Of(list) => list.iter().any(|&t| includes(t, ty)),
        }
    }
}

/// The type as far as a term with that tilde cares.
fn seen_by(tilde: bool, ty: Ty) -> Ty {
    if tilde { ty.under() } else { ty }
}

/// Whether the term stands for `ty` among others.
pub fn includes(term: Term, ty: Ty) -> bool {
    identical(term.ty, seen_by(term.tilde, ty))
}

/// Whether the terms have no type in common.
pub fn disjoint(x: Term, y: Term) -> bool {
    !identical(seen_by(y.tilde, x.ty), seen_by(x.tilde, y.ty))
}

fn subset(x: Term, y: Term) -> bool {
    !disjoint(x, y) && (!x.tilde || y.tilde)
}

fn intersect(x: Term, y: Term) -> Option<Term> {
    if disjoint(x, y) {
        return None;
    }
    Some(if !x.tilde || y.tilde { x } else { y })
}

/// Merges terms that have types in common. Quadratic; unions are short.
fn normalize(list: &[Term]) -> Vec<Term> {
    let mut out: Vec<Term> = Vec::with_capacity(list.len());
    let mut used = vec![false; list.len()];
    for i in 0..list.len() {
        if used[i] {
            continue;
        }
        let mut x = list[i];
        for j in i + 1..list.len() {
            if !used[j] && !disjoint(x, list[j]) {
                used[j] = true;
                x = if x.tilde || !list[j].tilde {
                    x
                } else {
                    list[j]
                };
            }
        }
        out.push(x);
    }
    out
}
