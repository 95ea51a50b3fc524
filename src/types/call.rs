//! Calls, arguments, instantiation of functions.

use super::arena::alloc_slice;
use super::check::Checker;
use super::expr::ExprKind;
use super::infer::{rename_signature, rename_tparams};
use super::instantiate::instantiate_signature;
use super::object::{Obj, VarKind};
use super::operand::{Mode, Operand, Target};
use super::predicates::is_type_param;
use super::subst::{SubstMap, subst};
use super::ty::{Signature, Ty, TyKind};
use super::under::common_under;
use crate::ast::{Expr, ExprId, List};
use crate::base::symbol::sym;

/// The parts of a call under check.
#[derive(Clone, Copy)]
pub struct CallParts {
    /// The call.
    pub id: ExprId,
    /// The callee.
    pub fun: ExprId,
    /// The arguments.
    pub args: List<ExprId>,
    /// Whether the last one is followed by `...`.
    pub spread: bool,
}

/// Evaluated arguments. A generic function among them may have some type arguments already.
pub struct Args {
    /// The values.
    pub list: Vec<Operand>,
    /// By argument, the type arguments of partially instantiated functions; may be shorter than the list.
    pub targs: Vec<Vec<Ty>>,
}

/// Calls.
impl Checker<'_> {
    /// Checks a call or conversion whose callee `x` is checked already; `x` becomes its result.
    pub fn call_step(&mut self, x: &mut Operand, e: ExprId) -> ExprKind {
        let Expr::Call { fun, args, spread } = self.ast.expr(e) else {
            return ExprKind::Statement;
        };
        let call = CallParts {
            id: e,
            fun,
            args,
            spread,
        };
        match x.mode {
            Mode::Invalid | Mode::CgoFunc => {
                self.use_list(args);
                x.invalidate();
                ExprKind::Statement
            }
            Mode::TypeExpr => {
                self.conversion_call(x, call);
                ExprKind::Conversion
            }
            Mode::Builtin => self.builtin_call(x, call),
            _ => {
                self.function_call(x, call);
                ExprKind::Statement
            }
        }
    }

    /// `T(x)`
    fn conversion_call(&mut self, x: &mut Operand, call: CallParts) {
        self.non_generic(None, x);
        if x.is_invalid() {
            return self.use_list(call.args);
        }
        let ty = x.ty;
        x.invalidate();
        let mut args = self.ast.list(call.args);
        let (Some(arg), None) = (args.next(), args.next()) else {
            self.error_at(call.id, "a conversion has one argument");
            return self.use_list(call.args);
        };
        self.expr(Target::new(Some(ty)), x, arg);
        if x.is_invalid() {
            return;
        }
        let constraint = !is_type_param(ty)
            && ty
                .under_interface()
                .is_some_and(|i| !super::typeset::type_set(i).is_method_set());
        if constraint {
            return self.wrong(x, "a constraint is no type to convert to".into());
        }
        if call.spread {
            return self.wrong(x, "invalid use of ... in a conversion".into());
        }
        self.conversion(x, ty);
    }

    fn builtin_call(&mut self, x: &mut Operand, call: CallParts) -> ExprKind {
        let Some(id) = x.builtin else {
            x.invalidate();
            return ExprKind::Statement;
        };
        if !self.builtin(x, call, id) {
            x.invalidate();
        }
        if !x.is_invalid() && x.mode != Mode::Constant {
            self.env.has_call_or_recv = true;
        }
        id.kind()
    }

    /// A call of a function or method, which may be generic.
    fn function_call(&mut self, x: &mut Operand, call: CallParts) {
        let callee = common_under(x.ty);
        let Some((ty, sig)) = callee.and_then(|u| Some((u, u.as_signature()?))) else {
            self.wrong(x, format!("cannot call {}", self.describe(x)));
            return self.use_list(call.args);
        };
        let generic = !sig.tparams.is_empty();
        let mut ty = ty;
        let mut targs = Vec::new();
        if generic && let Expr::Index { indices, .. } = self.ast.expr(call.fun) {
            let Some(list) = self.explicit_targs(indices, sig) else {
                self.use_list(call.args);
                return x.invalidate();
            };
            targs = list;
            if targs.len() == sig.tparams.len() {
                ty = self.instantiate_at(call.fun, ty, &targs);
                targs = Vec::new();
            }
        }
        let args = self.call_args(call.args);
        let ty = self.arguments(call, ty, targs, args);
        let Some(sig) = ty.as_signature() else {
            return x.invalidate();
        };
        if generic && sig.tparams.is_empty() {
            self.record(call.fun, Mode::Value, ty, None, 0);
        }
        self.env.has_call_or_recv = true;
        // After failed inference the results still mention type parameters.
        let unresolved = !sig.tparams.is_empty() && !sig.result_vars().is_empty();
        set_results(x, sig);
        if unresolved {
            x.invalidate();
        }
    }

    /// The type arguments written in an instantiation; `None` if one is wrong or there are too many.
    fn explicit_targs(&mut self, list: List<ExprId>, sig: &Signature) -> Option<Vec<Ty>> {
        let ids: Vec<ExprId> = self.ast.list(list).collect();
        let targs: Vec<Ty> = ids.iter().map(|&id| self.typ(id)).collect();
        if targs.iter().any(|t| t.is_invalid()) {
            return None;
        }
        if let Some(&extra) = ids.get(sig.tparams.len()) {
            self.error_at(extra, "too many type arguments");
            return None;
        }
        Some(targs)
    }

    /// Checks the arguments `args` of a call of the function type `ty`, of which `targs` are known type arguments. Infers
    /// those that are missing, also of generic functions among the arguments. Gives the type of the callee, instantiated;
    /// `ty` itself after an error.
    pub fn arguments(&mut self, call: CallParts, ty: Ty, targs: Vec<Ty>, mut args: Args) -> Ty {
        let Some(sig) = ty.as_signature() else {
            return ty;
        };
        let Some(params) = self.adjusted_params(call, sig, &args.list) else {
            return ty;
        };
        let mut params_ty = params;
        let mut result = ty;
        let generic_arg = args.list.iter().any(is_generic_value);
        if !sig.tparams.is_empty() || generic_arg {
            match self.infer_call(call, ty, sig, params_ty, targs, &mut args) {
                Some((callee, params)) => (result, params_ty) = (callee, params),
                None => return ty,
            }
        }
        for (arg, param) in args.list.iter_mut().zip(params_ty.vars()) {
            self.assignment(arg, Some(param.ty()), "argument");
        }
        result
    }

    /// One parameter for each argument, as a tuple: variadic parameters are spread out. `None`, after a report, if the number of arguments is wrong.
    fn adjusted_params(
        &mut self,
        call: CallParts,
        sig: &Signature,
        args: &[Operand],
    ) -> Option<Ty> {
        let params = sig.param_vars();
        let count = params.len();
        if call.spread && (!sig.variadic || args.len() > self.ast.list_len(call.args)) {
            self.error_at(call.id, "invalid use of ... in a call");
            return None;
        }
        if sig.variadic && !call.spread && args.len() + 1 >= count {
            return Some(spread_params(params, args.len()));
        }
        if args.len() != count {
            let few = args.len() < count;
            let which = if few { "not enough" } else { "too many" };
            self.error_at(call.id, format!("{which} arguments in call"));
            return None;
        }
        Some(sig.params)
    }

    /// Infers type arguments of the callee and of generic functions among the arguments; gives the instantiated callee
    /// and the tuple of its parameters.
    fn infer_call(
        &mut self,
        call: CallParts,
        ty: Ty,
        sig: &'static Signature,
        params: Ty,
        targs: Vec<Ty>,
        args: &mut Args,
    ) -> Option<(Ty, Ty)> {
        let own = sig.tparams.len();
        // Renamed, so that a function that calls itself does not confuse its parameters with the callee's.
        let (own_tparams, renamed) = rename_tparams(sig.tparams, params);
        let mut tparams = own_tparams.to_vec();
        let mut known: Vec<Option<Ty>> = targs.into_iter().map(Some).collect();
        known.resize(own, None);
        let generic_args = Self::rename_args(args, &mut tparams, &mut known);
        let tparams = alloc_slice(tparams);
        let inferred = self.infer(call.id, tparams, known, renamed, &args.list, false)?;
        let mut result = (ty, params);
        if own > 0 {
            let targs = &inferred[..own];
            result.0 = self.instantiate_at(call.fun, ty, targs);
            let instantiated = result.0.as_signature().map(|s| s.params);
            result.1 = if params == sig.params {
                instantiated.unwrap_or(params)
            } else {
                subst(params, &SubstMap::new(sig.tparams, targs))
            };
        }
        let mut at = own;
        for i in generic_args {
            at = self.instantiate_arg(&mut args.list[i], inferred, at);
        }
        Some(result)
    }

    /// Gives each generic function among the arguments type parameters of its own, which join `tparams`; gives the
    /// indices of these arguments.
    fn rename_args(
        args: &mut Args,
        tparams: &mut Vec<Ty>,
        known: &mut Vec<Option<Ty>>,
    ) -> Vec<usize> {
        let mut generic = Vec::new();
        for (i, arg) in args.list.iter_mut().enumerate() {
            if !is_generic_value(arg) {
                continue;
            }
            arg.ty = rename_signature(arg.ty);
            if let Some(sig) = arg.ty.as_signature() {
                tparams.extend(sig.tparams);
            }
            known.extend(args.targs.get(i).into_iter().flatten().copied().map(Some));
            known.resize(tparams.len(), None);
            generic.push(i);
        }
        generic
    }

    /// Instantiates a generic argument with its part of the inferred types, from `at` on; gives where the next one begins.
    fn instantiate_arg(&mut self, arg: &mut Operand, inferred: &[Ty], at: usize) -> usize {
        let count = arg.ty.as_signature().map_or(0, |s| s.tparams.len());
        let Some(targs) = inferred.get(at..at + count) else {
            return at;
        };
        if let Some(id) = arg.expr {
            arg.ty = self.instantiate_at(id, arg.ty, targs);
        }
        self.remember(arg);
        at + count
    }

    /// The generic function type `ty` with type arguments filled in; notes the instantiation at `e` and has the
    /// constraints checked later.
    pub fn instantiate_at(&mut self, e: ExprId, ty: Ty, targs: &[Ty]) -> Ty {
        let Some(sig) = ty.as_signature() else {
            return ty;
        };
        let targs = alloc_slice(targs.to_vec());
        let inst = instantiate_signature(ty, targs);
        self.record_instance(e, targs, inst);
        self.later(move |c| {
            c.note_instance(sig.tparams, targs);
            if let Err((_, message)) = c.verify(sig.tparams, targs) {
                c.error_at(e, message);
            }
        });
        inst
    }

    /// Instantiates the generic function `x` with the type arguments of the index expression `inst` and, with `infer`,
    /// those that `target` tells. Without `infer`, an instantiation that leaves some open gives those there are and keeps
    /// `x` as it is.
    pub fn func_inst(
        &mut self,
        target: Option<Target>,
        x: &mut Operand,
        inst: Option<ExprId>,
        infer: bool,
    ) -> Option<Vec<Ty>> {
        let ty = x.ty.under();
        let sig = ty.as_signature()?;
        let mut targs = Vec::new();
        if let Some(Expr::Index { indices, .. }) = inst.map(|i| self.ast.expr(i)) {
            x.expr = inst;
            let Some(list) = self.explicit_targs(indices, sig) else {
                x.invalidate();
                return None;
            };
            targs = list;
        }
        if targs.len() < sig.tparams.len() {
            if !infer {
                return Some(targs);
            }
            let Some(list) = self.infer_from_target(target, x, sig, targs) else {
                x.invalidate();
                return None;
            };
            targs = list;
        }
        if let Some(e) = x.expr {
            x.ty = self.instantiate_at(e, ty, &targs);
            x.mode = Mode::Value;
        }
        None
    }

    /// All type arguments of the generic function `x`, as if it were the argument of a call whose parameter has its type
    /// and the argument that of the target.
    fn infer_from_target(
        &mut self,
        target: Option<Target>,
        x: &Operand,
        sig: &'static Signature,
        targs: Vec<Ty>,
    ) -> Option<Vec<Ty>> {
        let e = x.expr?;
        let mut params = Vec::new();
        let mut args = Vec::new();
        if let Some(target) = target {
            let ty = plain_signature(sig);
            params.push(Obj::var(VarKind::Param, sym::EMPTY, None, None, ty));
            args.push(Operand::value(target.sig));
        }
        let (tparams, params) = rename_tparams(sig.tparams, Ty::tuple(params));
        let mut known: Vec<Option<Ty>> = targs.into_iter().map(Some).collect();
        known.resize(tparams.len(), None);
        self.infer(e, tparams, known, params, &args, true)
            .map(<[Ty]>::to_vec)
    }
}

/// The result of a call of `sig`.
fn set_results(x: &mut Operand, sig: &Signature) {
    match sig.result_vars() {
        [] => x.mode = Mode::NoValue,
        [one] => {
            x.mode = Mode::Value;
            x.ty = one.ty();
            if x.ty.is_invalid() {
                x.invalidate();
            }
        }
        _ => {
            x.mode = Mode::Value;
            x.ty = sig.results;
        }
    }
}

fn is_generic_value(x: &Operand) -> bool {
    !x.is_invalid() && matches!(x.ty.kind(), TyKind::Signature(s) if !s.tparams.is_empty())
}

/// `count` parameters: the last one, which is variadic, as often as is left for it.
fn spread_params(params: &[Obj], count: usize) -> Ty {
    let Some((last, fixed)) = params.split_last() else {
        return Ty::tuple(Vec::new());
    };
    let elem = match last.ty().under().kind() {
        TyKind::Slice(elem) => *elem,
        _ => last.ty(),
    };
    let mut vars = fixed.to_vec();
    if count > fixed.len() {
        let spread = Obj::var(VarKind::Param, last.name, last.pkg, last.pos, elem);
        vars.resize(count, spread);
    }
    Ty::tuple(vars)
}

/// The function type without its own type parameters, which it may still mention.
fn plain_signature(sig: &Signature) -> Ty {
    Ty::signature(Signature {
        tparams: &[],
        ..*sig
    })
}

/// Argument lists.
impl Checker<'_> {
    /// Checks a list of expressions; a call that is the only one may stand for several values.
    pub fn expr_list(&mut self, list: &[ExprId]) -> Vec<Operand> {
        if let [one] = list {
            return self.multi_expr(*one, false).0;
        }
        let check = |&e: &ExprId| {
            let mut x = Operand::new();
            self.expr(None, &mut x, e);
            x
        };
        list.iter().map(check).collect()
    }

    fn call_args(&mut self, args: List<ExprId>) -> Args {
        let list: Vec<ExprId> = self.ast.list(args).collect();
        self.generic_expr_list(&list)
    }

    /// Like [`Checker::expr_list`], but values may be generic functions, instantiated in part or not at all (from Go 1.21
    /// on).
    pub fn generic_expr_list(&mut self, list: &[ExprId]) -> Args {
        let mut args = Args {
            list: Vec::with_capacity(list.len()),
            targs: Vec::new(),
        };
        for (i, &e) in list.iter().enumerate() {
            let mut x = Operand::new();
            if let Some(targs) = self.generic_arg(&mut x, e) {
                args.targs.resize(i + 1, Vec::new());
                args.targs[i] = targs;
            }
            self.exclude(&mut x, true);
            match x.ty.kind() {
                TyKind::Tuple(vars) if list.len() == 1 && x.mode == Mode::Value => {
                    args.list
                        .extend(vars.iter().map(|v| Operand::value(v.ty())));
                }
                _ => {
                    self.single_value(&mut x);
                    args.list.push(x);
                }
            }
        }
        args
    }

    /// Checks an argument; gives its type arguments if it is a function that lacks some.
    fn generic_arg(&mut self, x: &mut Operand, e: ExprId) -> Option<Vec<Ty>> {
        let (_, pending) = self.expr_internal(None, x, e, None, true);
        if !pending {
            self.remember(x);
            return None;
        }
        let infer = !self.allow_version(21);
        let targs = self.func_inst(None, x, Some(e), infer);
        x.expr = Some(e);
        if targs.is_none() {
            self.remember(x);
        }
        targs
    }

    fn use_list(&mut self, list: List<ExprId>) {
        let list: Vec<ExprId> = self.ast.list(list).collect();
        self.use_exprs(&list);
    }

    /// Checks expressions that something wrong around them leaves without meaning, for the sake of what they contain.
    /// Gives whether all are right themselves.
    pub fn use_exprs(&mut self, list: &[ExprId]) -> bool {
        let mut fine = true;
        for &e in list {
            fine &= self.use_one(e);
        }
        fine
    }

    fn use_one(&mut self, e: ExprId) -> bool {
        match self.ast.expr(self.ast.unparen(e)) {
            Expr::Name(name) if name == sym::BLANK => return true,
            Expr::KeyValue { value, .. } => return self.use_one(value),
            _ => {}
        }
        let mut x = Operand::new();
        self.raw_expr(None, &mut x, e, None, true);
        !x.is_invalid()
    }
}
