//! Instances of generic types and functions, and whether type arguments satisfy constraints.
//!
//! An instance of a generic type is made without looking into the type: what lies behind its name, and its methods, are
//! filled in when asked for ([`named`](super::named)). Equal instances are one node in the whole process, so recursive
//! types close into cycles and packages share what they expand. *Equal* is stricter here than Go's identity: `T[byte]`
//! and `T[uint8]` are two nodes, and so are instances whose arguments differ in parameter names, because they print
//! differently; which thread asks first must not show.

use std::hash::Hasher;
use std::sync::{LazyLock, PoisonError, RwLock};

use rustc_hash::{FxHashMap, FxHasher};

use super::check::Checker;
use super::object::Obj;
use super::predicates::{comparable_type, identical, is_interface_pointer};
use super::subst::{SubstMap, subst};
use super::ty::{Instance, Signature, Ty, TyKind};

const SHARDS: usize = 32;

type Shard = RwLock<FxHashMap<u64, Vec<Ty>>>;

/// All instances, by hash.
static TABLE: LazyLock<[Shard; SHARDS]> = LazyLock::new(Default::default);

/// The instance of the generic type or alias `orig` with these arguments. Whether they satisfy the constraints is not
/// looked at. With another number of arguments than `orig` has parameters, what lies behind the instance is invalid.
pub fn instantiate(orig: Ty, targs: &'static [Ty]) -> Ty {
    let hash = instance_hash(orig, targs);
    let shard = &TABLE[(hash >> 59) as usize % SHARDS];
    let known = shard.read().unwrap_or_else(PoisonError::into_inner);
    if let Some(found) = find(known.get(&hash), orig, targs) {
        return found;
    }
    drop(known);
    let mut table = shard.write().unwrap_or_else(PoisonError::into_inner);
    let bucket = table.entry(hash).or_default();
    if let Some(found) = find(Some(bucket), orig, targs) {
        return found;
    }
    let new = new_instance(orig, targs);
    bucket.push(new);
    new
}

fn find(bucket: Option<&Vec<Ty>>, orig: Ty, targs: &[Ty]) -> Option<Ty> {
    bucket?.iter().copied().find(|t| {
        let inst = match t.kind() {
            TyKind::Named(n) => n.inst,
            TyKind::Alias(a) => a.inst,
            _ => None,
        };
        inst.is_some_and(|i| i.orig == orig && same_list(i.targs, targs))
    })
}

fn new_instance(orig: Ty, targs: &'static [Ty]) -> Ty {
    let inst = Some(Instance { orig, targs });
    match orig.kind() {
        TyKind::Named(n) => Ty::named(n.obj, inst),
        TyKind::Alias(a) => Ty::alias(a.obj, inst),
        _ => Ty::INVALID,
    }
}

fn instance_hash(orig: Ty, targs: &[Ty]) -> u64 {
    let mut h = FxHasher::default();
    hash_identity(orig, &mut h);
    for &t in targs {
        hash_type(t, 3, &mut h);
    }
    h.finish()
}

fn hash_identity(ty: Ty, h: &mut FxHasher) {
    std::hash::Hash::hash(&ty, h);
}

/// Hashes the upper `depth` levels of a type.
fn hash_type(ty: Ty, depth: u32, h: &mut FxHasher) {
    let mut inner = |t: Ty| {
        if depth > 0 {
            hash_type(t, depth - 1, h);
        }
    };
    match ty.kind() {
        TyKind::Slice(e) => inner(*e),
        TyKind::Pointer(e) => inner(*e),
        TyKind::Chan { elem, .. } => inner(*elem),
        TyKind::Array { elem, .. } => inner(*elem),
        TyKind::Map { key, elem } => {
            inner(*key);
            inner(*elem);
        }
        TyKind::Signature(s) => {
            inner(s.params);
            inner(s.results);
        }
        TyKind::Struct(s) => s.fields.iter().for_each(|f| inner(f.ty())),
        TyKind::Tuple(vars) => vars.iter().for_each(|v| inner(v.ty())),
        TyKind::Interface(i) => h.write_usize(i.methods.len()),
        TyKind::Union(terms) => h.write_usize(terms.len()),
        TyKind::Basic(_) | TyKind::Named(_) | TyKind::Alias(_) | TyKind::TypeParam(_) => {
            hash_identity(ty, h);
        }
    }
    h.write_u8(discriminant(ty));
}

fn discriminant(ty: Ty) -> u8 {
    match ty.kind() {
        TyKind::Basic(_) => 0,
        TyKind::Array { .. } => 1,
        TyKind::Slice(_) => 2,
        TyKind::Struct(_) => 3,
        TyKind::Pointer(_) => 4,
        TyKind::Tuple(_) => 5,
        TyKind::Signature(_) => 6,
        TyKind::Union(_) => 7,
        TyKind::Interface(_) => 8,
        TyKind::Map { .. } => 9,
        TyKind::Chan { .. } => 10,
        TyKind::Named(_) => 11,
        TyKind::TypeParam(_) => 12,
        TyKind::Alias(_) => 13,
    }
}

fn same_list(a: &[Ty], b: &[Ty]) -> bool {
    a.len() == b.len() && a.iter().zip(b).all(|(&a, &b)| same(a, b))
}

/// Whether the two are written the same: nothing could tell them apart, not even by printing them.
fn same(a: Ty, b: Ty) -> bool {
    if a == b {
        return true;
    }
    match (a.kind(), b.kind()) {
        (TyKind::Slice(a), TyKind::Slice(b)) | (TyKind::Pointer(a), TyKind::Pointer(b)) => {
            same(*a, *b)
        }
        (TyKind::Array { len: n, elem: a }, TyKind::Array { len: m, elem: b }) => {
            n == m && same(*a, *b)
        }
        (TyKind::Chan { dir: d, elem: a }, TyKind::Chan { dir: e, elem: b }) => {
            d == e && same(*a, *b)
        }
        (TyKind::Map { key: k, elem: a }, TyKind::Map { key: l, elem: b }) => {
            same(*k, *l) && same(*a, *b)
        }
        (TyKind::Tuple(a), TyKind::Tuple(b)) => same_vars(a, b),
        (TyKind::Struct(a), TyKind::Struct(b)) => {
            same_vars(a.fields, b.fields) && (0..a.fields.len()).all(|i| a.tag(i) == b.tag(i))
        }
        (TyKind::Signature(a), TyKind::Signature(b)) => {
            a.tparams == b.tparams
                && a.variadic == b.variadic
                && same(a.params, b.params)
                && same(a.results, b.results)
        }
        (TyKind::Union(a), TyKind::Union(b)) => {
            a.len() == b.len()
                && a.iter()
                    .zip(*b)
                    .all(|(s, t)| s.tilde == t.tilde && same(s.ty, t.ty))
        }
        (TyKind::Interface(a), TyKind::Interface(b)) => {
            a.implicit == b.implicit
                && same_vars(a.methods, b.methods)
                && same_list(a.embeddeds, b.embeddeds)
        }
        _ => false,
    }
}

/// Whether two lists of variables or methods have the same names and types.
fn same_vars(a: &[Obj], b: &[Obj]) -> bool {
    let embedded = |o: &Obj| o.as_var().is_some_and(|v| v.embedded);
    a.len() == b.len()
        && a.iter().zip(b).all(|(v, w)| {
            v.name == w.name && v.pkg == w.pkg && embedded(v) == embedded(w) && same(v.ty(), w.ty())
        })
}

/// The generic function type `sig` with type arguments filled in; no longer generic. Invalid if `sig` is no function
/// type or has another number of type parameters.
pub fn instantiate_signature(sig: Ty, targs: &[Ty]) -> Ty {
    let Some(s) = sig
        .as_signature()
        .filter(|s| s.tparams.len() == targs.len())
    else {
        return Ty::INVALID;
    };
    let replaced = match subst(sig, &SubstMap::new(s.tparams, targs)).as_signature() {
        Some(r) => r,
        None => s,
    };
    Ty::signature(Signature {
        tparams: &[],
        ..*replaced
    })
}

/// Why a type does not implement an interface or satisfy a constraint.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Unsatisfied {
    /// The target is no interface.
    NotInterface,
    /// No type satisfies the target.
    EmptySet,
    /// A method is missing or has another type.
    Method,
    /// The type is not comparable.
    Comparable,
    /// The type is not among those that the target names.
    NotInSet,
}

impl Unsatisfied {
    /// The sentence about types `v` and `t`.
    pub fn describe(self, v: Ty, t: Ty, constraint: bool) -> String {
        let verb = if constraint { "satisfy" } else { "implement" };
        match self {
            Unsatisfied::NotInterface if is_interface_pointer(t) => {
                format!("{v} does not {verb} {t} (type {t} is pointer to interface, not interface)")
            }
            Unsatisfied::NotInterface => {
                format!("{v} does not {verb} {t} ({t} is not an interface)")
            }
            Unsatisfied::EmptySet => format!("cannot {verb} {t} (empty type set)"),
            Unsatisfied::Method => {
                format!("{v} does not {verb} {t} (missing or mismatched method)")
            }
            Unsatisfied::Comparable => format!("{v} does not {verb} comparable"),
            Unsatisfied::NotInSet => format!("{v} does not {verb} {t}"),
        }
    }
}

impl Checker<'_> {
    /// Whether the type arguments satisfy the constraints of the type parameters; else the index of the first that does
    /// not, and why.
    pub fn verify(&mut self, tparams: &[Ty], targs: &[Ty]) -> Result<(), (usize, String)> {
        let map = SubstMap::new(tparams, targs);
        for (i, (tparam, &targ)) in tparams.iter().zip(targs).enumerate() {
            let Some(param) = tparam.as_type_param() else {
                continue;
            };
            let bound = subst(param.constraint(), &map);
            if let Err(why) = self.satisfies(targ, bound, true) {
                return Err((i, why.describe(targ, bound, true)));
            }
        }
        Ok(())
    }

    /// Whether `v` implements interface `t`; with `constraint`, whether it satisfies constraint `t`, for which ordinary
    /// interfaces count as comparable (Go spec, "Satisfying a type constraint").
    pub fn implements(&mut self, v: Ty, t: Ty, constraint: bool) -> bool {
        self.satisfies(v, t, constraint).is_ok()
    }

    /// Like [`Checker::implements`], with the reason if it does not.
    pub fn satisfies(&mut self, v: Ty, t: Ty, constraint: bool) -> Result<(), Unsatisfied> {
        let (vu, tu) = (v.under(), t.under());
        let broken_pointer = matches!(vu.kind(), TyKind::Pointer(e) if e.under().is_invalid());
        if vu.is_invalid() || tu.is_invalid() || broken_pointer {
            return Ok(());
        }
        let TyKind::Interface(ti) = tu.kind() else {
            return Err(Unsatisfied::NotInterface);
        };
        let tset = ti.type_set();
        if tset.is_all() {
            return Ok(());
        }
        let vset = match vu.kind() {
            TyKind::Interface(i) => Some(i.type_set()),
            _ => None,
        };
        if vset.is_some_and(super::typeset::TypeSet::is_empty) {
            return Ok(());
        }
        if tset.is_empty() {
            return Err(Unsatisfied::EmptySet);
        }
        if !self.has_all_methods(v, t, true, &mut identical) {
            return Err(Unsatisfied::Method);
        }
        if tset.has_terms() {
            let included = match vset {
                Some(vset) => vset.subset_of(tset),
                None => tset.terms.includes(v),
            };
            if !included {
                return Err(Unsatisfied::NotInSet);
            }
        }
        if tset.is_comparable(&mut Vec::new()) && !self.comparable_argument(v, constraint) {
            return Err(Unsatisfied::Comparable);
        }
        Ok(())
    }

    fn comparable_argument(&self, v: Ty, constraint: bool) -> bool {
        comparable_type(v, false, &mut Vec::new())
            || constraint && self.allow_version(20) && comparable_type(v, true, &mut Vec::new())
    }
}
