//! Inference of type arguments (Go spec, "Type inference").
//!
//! Three sources, in this order: typed arguments, which are unified with the parameters; constraints, whose core types and
//! methods are unified with what is known, until nothing new comes of it; and untyped constants, which give their default
//! type to parameters that nothing else decided. What was found may mention other type parameters, and is simplified at
//! the end.

use rustc_hash::FxHashMap;

use super::arena::alloc_slice;
use super::check::Checker;
use super::lookup::has_invalid_embedded_field;
use super::operand::Operand;
use super::predicates::{default_type, is_typed, max_type};
use super::subst::{SubstMap, fresh_tparams, subst};
use super::ty::{Signature, Term, Ty, TyKind};
use super::under::common_under;
use super::unify::{Unifier, UnifyMode, find_method};
use crate::ast::ExprId;

/// Why inference failed: the argument to blame, if one is, and a sentence. An empty sentence means that the cause has
/// been reported before.
struct Failure {
    arg: Option<usize>,
    message: String,
}

impl Failure {
    fn general(message: String) -> Failure {
        Failure { arg: None, message }
    }

    fn at(arg: usize, message: String) -> Failure {
        Failure {
            arg: Some(arg),
            message,
        }
    }
}

impl Checker<'_> {
    /// The complete list of type arguments for `tparams`, of which `targs` are given, from parameters (a tuple) and the
    /// arguments passed for them, one each. The type parameters must be new ones that do not occur in the arguments:
    /// see [`rename_tparams`]. With `reverse`, the call stands for an assignment of a generic function. `None` after a
    /// report.
    pub fn infer(
        &mut self,
        at: ExprId,
        tparams: &'static [Ty],
        targs: Vec<Option<Ty>>,
        params: Ty,
        args: &[Operand],
        reverse: bool,
    ) -> Option<&'static [Ty]> {
        match self.try_infer(tparams, targs, params, args, reverse) {
            Ok(found) => Some(alloc_slice(found)),
            Err(failure) => {
                if !failure.message.is_empty() {
                    let place = failure.arg.and_then(|i| args[i].expr).unwrap_or(at);
                    self.error_at(place, failure.message);
                }
                None
            }
        }
    }

    fn try_infer(
        &mut self,
        tparams: &[Ty],
        mut targs: Vec<Option<Ty>>,
        params: Ty,
        args: &[Operand],
        reverse: bool,
    ) -> Result<Vec<Ty>, Failure> {
        targs.resize(tparams.len(), None);
        if let Some(all) = targs.iter().copied().collect() {
            return Ok(all);
        }
        if args.iter().any(Operand::is_invalid) {
            return Err(Failure::general(String::new()));
        }
        // Parameters whose type is given must not be unified: passing is more liberal than unification.
        let params = subst(params, &SubstMap::partial(tparams, &targs));
        let mut u = Unifier::new(tparams, &targs, self.allow_version(21));
        let untyped = self.learn_from_arguments(&mut u, tparams, params, args, reverse)?;
        self.learn_from_constraints(&mut u, tparams)?;
        from_untyped(&mut u, params, args, &untyped)?;
        let mut inferred = u.inferred();
        kill_cycles(tparams, &mut inferred);
        simplify(tparams, &targs, &mut inferred);
        let done = |t: &Option<Ty>| t.filter(|&t| !is_parameterized(tparams, t));
        tparams
            .iter()
            .zip(&inferred)
            .map(|(p, t)| done(t).ok_or_else(|| Failure::general(format!("cannot infer {p}"))))
            .collect()
    }

    /// Unifies parameters with typed arguments; gives the indices of untyped arguments for type parameters.
    fn learn_from_arguments(
        &mut self,
        u: &mut Unifier,
        tparams: &[Ty],
        params: Ty,
        args: &[Operand],
        reverse: bool,
    ) -> Result<Vec<usize>, Failure> {
        let mut untyped = Vec::new();
        for (i, (param, arg)) in params.vars().iter().zip(args).enumerate() {
            let ty = param.ty();
            if !is_parameterized(tparams, ty) && !is_parameterized(tparams, arg.ty) {
                continue;
            }
            if is_typed(arg.ty) {
                if !u.unify(self, ty, arg.ty, UnifyMode::ASSIGN) {
                    return Err(Failure::at(i, mismatch(u, tparams, ty, arg.ty, reverse)));
                }
            } else if matches!(ty.kind(), TyKind::TypeParam(_)) && !arg.is_nil() {
                untyped.push(i);
            }
        }
        Ok(untyped)
    }

    /// Unifies type parameters with their constraints as long as that finds something.
    fn learn_from_constraints(&mut self, u: &mut Unifier, tparams: &[Ty]) -> Result<(), Failure> {
        loop {
            let before = u.unknowns();
            for &tparam in tparams {
                self.learn_from_constraint(u, tparams, tparam)?;
            }
            if u.unknowns() == before {
                return Ok(());
            }
        }
    }

    fn learn_from_constraint(
        &mut self,
        u: &mut Unifier,
        tparams: &[Ty],
        tparam: Ty,
    ) -> Result<(), Failure> {
        let known = u.at(tparam);
        match (core_term(tparam), known) {
            (Some((core, _)), Some(tx)) if !u.unify(self, tx, core.ty, UnifyMode::INEXACT) => {
                return Err(unsatisfied(tparam, tx));
            }
            // A constraint with one type and no tilde leaves no choice.
            (Some((core, true)), None) if !core.tilde => u.set(tparam, core.ty),
            _ => {}
        }
        match known {
            Some(tx) if !is_parameterized(tparams, tx) => self.learn_from_methods(u, tparam, tx),
            _ => Ok(()),
        }
    }

    /// A known type argument must have the constraint's methods; their types may tell about other parameters.
    fn learn_from_methods(&mut self, u: &mut Unifier, tparam: Ty, tx: Ty) -> Result<(), Failure> {
        let Some(param) = tparam.as_type_param() else {
            return Ok(());
        };
        if tx.is_invalid() {
            return Ok(());
        }
        for &m in param.type_set().methods {
            let fits = find_method(self, tx, m.pkg, m)
                .is_some_and(|found| u.unify(self, found, m.ty(), UnifyMode::EXACT));
            if !fits {
                if has_invalid_embedded_field(tx, &mut Vec::new()) {
                    return Ok(());
                }
                return Err(unsatisfied(tparam, tx));
            }
        }
        Ok(())
    }
}

fn unsatisfied(tparam: Ty, tx: Ty) -> Failure {
    let bound = tparam
        .as_type_param()
        .map_or(Ty::INVALID, super::ty::TypeParam::constraint);
    Failure::general(format!("{tparam} (type {tx}) does not satisfy {bound}"))
}

fn mismatch(u: &Unifier, tparams: &[Ty], param: Ty, arg: Ty, reverse: bool) -> String {
    let inferred = subst(param, &SubstMap::partial(tparams, &u.inferred()));
    match (inferred == param, reverse) {
        (true, _) => format!("type {arg} does not match {param}"),
        (false, false) => format!("type {arg} does not match inferred type {inferred} for {param}"),
        (false, true) => format!("inferred type {inferred} for {param} does not match type {arg}"),
    }
}

/// Gives type parameters that only have untyped arguments the default type of the largest kind among these.
fn from_untyped(
    u: &mut Unifier,
    params: Ty,
    args: &[Operand],
    untyped: &[usize],
) -> Result<(), Failure> {
    let mut largest: Vec<(Ty, Ty)> = Vec::new();
    for &i in untyped {
        let tparam = params.vars()[i].ty();
        if u.at(tparam).is_some() {
            continue;
        }
        let ty = args[i].ty;
        match largest.iter_mut().find(|(t, _)| *t == tparam) {
            None => largest.push((tparam, ty)),
            Some((_, max)) => {
                let Some(larger) = max_type(*max, ty) else {
                    let message =
                        format!("mismatched types {max} and {ty} (cannot infer {tparam})");
                    return Err(Failure::at(i, message));
                };
                *max = larger;
            }
        }
    }
    for (tparam, ty) in largest {
        u.set(tparam, default_type(ty));
    }
    Ok(())
}

/// Replaces type parameters in what was inferred until nothing changes.
fn simplify(tparams: &[Ty], given: &[Option<Ty>], inferred: &mut [Option<Ty>]) {
    let mut dirty: Vec<usize> = (0..inferred.len())
        .filter(|&i| inferred[i].is_some() && given[i].is_none())
        .collect();
    while !dirty.is_empty() {
        let map = SubstMap::partial(tparams, inferred);
        dirty.retain(|&i| {
            let Some(old) = inferred[i] else {
                return false;
            };
            let new = subst(old, &map);
            if new == old {
                return false;
            }
            inferred[i] = Some(without_tparams(tparams, new));
            true
        });
    }
}

/// A generic function argument whose type parameters are all known is not generic any more.
fn without_tparams(tparams: &[Ty], ty: Ty) -> Ty {
    match ty.kind() {
        TyKind::Signature(s) if !s.tparams.is_empty() && !is_parameterized(tparams, ty) => {
            Ty::signature(Signature {
                tparams: &[],
                ..**s
            })
        }
        _ => ty,
    }
}

/// New type parameters for `tparams`, and `ty` with these: so that a function's own type parameters, which may occur in
/// the arguments of a recursive call, are not taken for the ones to be inferred.
pub fn rename_tparams(tparams: &'static [Ty], ty: Ty) -> (&'static [Ty], Ty) {
    if tparams.is_empty() {
        return (tparams, ty);
    }
    let (fresh, map) = fresh_tparams(tparams, &SubstMap::new(&[], &[]));
    (fresh, subst(ty, &map))
}

/// Like [`rename_tparams`], for the type of a generic function: gives the function type with the new type parameters.
pub fn rename_signature(sig: Ty) -> Ty {
    let Some(s) = sig.as_signature() else {
        return sig;
    };
    let (tparams, renamed) = rename_tparams(s.tparams, sig);
    match renamed.as_signature() {
        Some(r) => Ty::signature(Signature { tparams, ..*r }),
        None => sig,
    }
}

/// The single type of a type parameter's constraint, with `true`; else its core type with `false`, with a tilde if any
/// term has one.
fn core_term(tparam: Ty) -> Option<(Term, bool)> {
    let terms = tparam.as_type_param()?.type_set().specific_terms();
    if let [only] = terms {
        return Some((*only, true));
    }
    let ty = common_under(tparam)?;
    let tilde = terms.iter().any(|t| t.tilde);
    Some((Term { tilde, ty }, false))
}

/// Whether one of `tparams` occurs in `ty`. Type parameters that a function type declares itself do not count as such.
pub fn is_parameterized(tparams: &[Ty], ty: Ty) -> bool {
    Walker {
        tparams,
        seen: FxHashMap::default(),
    }
    .finds(ty)
}

struct Walker<'a> {
    tparams: &'a [Ty],
    /// Answers for types that may come again: interfaces may contain themselves, instances are shared.
    seen: FxHashMap<Ty, bool>,
}

impl Walker<'_> {
    fn finds(&mut self, ty: Ty) -> bool {
        match ty.unalias().kind() {
            TyKind::Basic(_) | TyKind::Union(_) => false,
            TyKind::TypeParam(_) => self.tparams.contains(&ty.unalias()),
            TyKind::Array { elem, .. } | TyKind::Chan { elem, .. } => self.finds(*elem),
            TyKind::Slice(elem) | TyKind::Pointer(elem) => self.finds(*elem),
            TyKind::Map { key, elem } => self.finds(*key) || self.finds(*elem),
            TyKind::Struct(s) => s.fields.iter().any(|f| self.finds(f.ty())),
            TyKind::Tuple(vars) => vars.iter().any(|v| self.finds(v.ty())),
            TyKind::Signature(s) => self.finds(s.params) || self.finds(s.results),
            TyKind::Interface(i) => self.once(ty, |w| {
                let set = i.type_set();
                set.methods.iter().any(|m| w.finds(m.ty()))
                    || set.has_terms() && set.specific_terms().iter().all(|t| w.finds(t.ty))
            }),
            TyKind::Named(n) => {
                !n.targs().is_empty() && self.once(ty, |w| n.targs().iter().any(|&t| w.finds(t)))
            }
            // Aliases were looked through.
            TyKind::Alias(_) => false,
        }
    }

    fn once(&mut self, ty: Ty, look: impl FnOnce(&mut Self) -> bool) -> bool {
        if let Some(&known) = self.seen.get(&ty) {
            return known;
        }
        self.seen.insert(ty, false);
        let found = look(self);
        self.seen.insert(ty, found);
        found
    }
}

/// Forgets what was inferred for parameters that occur in it again, directly or through others: replacing them would
/// never end.
fn kill_cycles(tparams: &[Ty], inferred: &mut [Option<Ty>]) {
    let mut finder = CycleFinder {
        tparams,
        inferred,
        path: Vec::new(),
    };
    for &t in tparams {
        finder.walk(t);
    }
}

struct CycleFinder<'a> {
    tparams: &'a [Ty],
    inferred: &'a mut [Option<Ty>],
    /// Types on the way here.
    path: Vec<Ty>,
}

impl CycleFinder<'_> {
    fn walk(&mut self, ty: Ty) {
        let ty = ty.unalias();
        if matches!(ty.kind(), TyKind::Basic(_)) {
            return;
        }
        if self.path.contains(&ty) {
            if let Some(i) = self.tparams.iter().position(|&t| t == ty) {
                self.inferred[i] = None;
            }
            return;
        }
        self.path.push(ty);
        self.children(ty);
        self.path.pop();
    }

    fn children(&mut self, ty: Ty) {
        match ty.kind() {
            TyKind::Basic(_) | TyKind::Alias(_) => {}
            TyKind::Array { elem, .. } | TyKind::Chan { elem, .. } => self.walk(*elem),
            TyKind::Slice(elem) | TyKind::Pointer(elem) => self.walk(*elem),
            TyKind::Map { key, elem } => {
                self.walk(*key);
                self.walk(*elem);
            }
            TyKind::Struct(s) => s.fields.iter().for_each(|f| self.walk(f.ty())),
            TyKind::Tuple(vars) => vars.iter().for_each(|v| self.walk(v.ty())),
            TyKind::Signature(s) => {
                self.walk(s.params);
                self.walk(s.results);
            }
            TyKind::Union(terms) => terms.iter().for_each(|t| self.walk(t.ty)),
            TyKind::Interface(i) => {
                i.methods.iter().for_each(|m| self.walk(m.ty()));
                i.embeddeds.iter().for_each(|&e| self.walk(e));
            }
            TyKind::Named(n) => n.targs().iter().for_each(|&t| self.walk(t)),
            TyKind::TypeParam(_) => {
                let i = self.tparams.iter().position(|&t| t == ty);
                if let Some(found) = i.and_then(|i| self.inferred[i]) {
                    self.walk(found);
                }
            }
        }
    }
}
