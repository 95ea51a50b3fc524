//! Conversions, assignability, and which constants a type can represent.

use super::check::Checker;
use super::constant::{Fit, IntSize, Kind, Value};
use super::operand::{Mode, Operand};
use super::predicates::{
    all_string, as_basic, basic_kind, default_type, has_name, has_nil, identical,
    identical_ignore_tags, is_boolean, is_bytes_or_runes, is_complex, is_const_type, is_integer,
    is_numeric, is_pointer, is_real_interface, is_string, is_type_param, is_typed, is_untyped,
    max_type,
};
use super::ty::{Basic, BasicInfo, BasicKind, Ty, TyKind, TypeParam};
use super::under::{term_list, under_is};
use crate::ast::ChanDir;
use crate::lex::token::Kind as Token;

/// What an untyped operand becomes in a context that expects some type.
pub struct Implicit {
    /// Its type there.
    pub ty: Ty,
    /// A constant's value there, where that has changed.
    pub val: Option<Value>,
}

impl Implicit {
    fn of(ty: Ty) -> Implicit {
        Implicit { ty, val: None }
    }
}

/// Representability.
impl Checker<'_> {
    /// What values of a basic type can be; `None` for types that no constant has.
    pub fn fit(&self, basic: &Basic) -> Option<Fit> {
        let word = u32::from(self.config.sizes.word) * 8;
        let int = |bits, signed| Some(Fit::Int(IntSize { bits, signed }));
        match basic.kind {
            BasicKind::Bool | BasicKind::UntypedBool => Some(Fit::Bool),
            BasicKind::Int => int(word, true),
            BasicKind::Int8 => int(8, true),
            BasicKind::Int16 => int(16, true),
            BasicKind::Int32 => int(32, true),
            BasicKind::Int64 => int(64, true),
            BasicKind::Uint | BasicKind::Uintptr => int(word, false),
            BasicKind::Uint8 => int(8, false),
            BasicKind::Uint16 => int(16, false),
            BasicKind::Uint32 => int(32, false),
            BasicKind::Uint64 => int(64, false),
            BasicKind::Float32 => Some(Fit::Float32),
            BasicKind::Float64 => Some(Fit::Float64),
            BasicKind::Complex64 => Some(Fit::Complex64),
            BasicKind::Complex128 => Some(Fit::Complex128),
            BasicKind::String | BasicKind::UntypedString => Some(Fit::String),
            BasicKind::UntypedInt | BasicKind::UntypedRune => Some(Fit::UntypedInt),
            BasicKind::UntypedFloat => Some(Fit::UntypedFloat),
            BasicKind::UntypedComplex => Some(Fit::UntypedComplex),
            BasicKind::Invalid | BasicKind::UnsafePointer | BasicKind::UntypedNil => None,
        }
    }

    /// `val` as a value of a basic type, rounded if need be; `None` if the type cannot represent it.
    pub fn represented(&self, val: &Value, basic: &Basic) -> Option<Value> {
        match self.fit(basic) {
            Some(fit) => val.represent(fit),
            None => val.is_unknown().then_some(Value::Unknown),
        }
    }

    /// Makes the constant `x` a value of a basic type, or reports that it is none.
    pub fn representable(&mut self, x: &mut Operand, basic: &Basic) {
        match self.represented(&x.val, basic) {
            Some(val) => x.val = val,
            None => self.cannot_represent(x, basic),
        }
    }

    fn cannot_represent(&mut self, x: &mut Operand, basic: &Basic) {
        let truncated = is_numeric(x.ty) && !is_integer(x.ty) && basic.info.any(BasicInfo::INTEGER);
        let why = if truncated {
            "truncated to"
        } else {
            "does not fit"
        };
        self.wrong(x, format!("constant {why} {}", basic.name));
    }
}

/// Untyped operands.
impl Checker<'_> {
    /// What the untyped operand `x` becomes where `target` is expected; `None` if it cannot be used there. Typed operands
    /// keep their type.
    pub fn implicit_type(&self, x: &Operand, target: Ty) -> Option<Implicit> {
        if x.is_invalid() || is_typed(x.ty) || target.is_invalid() {
            return Some(Implicit::of(x.ty));
        }
        if is_untyped(target) {
            return max_type(x.ty, target).map(Implicit::of);
        }
        if x.is_nil() {
            return has_nil(target).then_some(Implicit::of(target));
        }
        match target.under().kind() {
            TyKind::Basic(basic) => self.implicit_basic(x, target, basic),
            TyKind::Interface(_) if is_type_param(target) => {
                under_is(target, |u| self.implicit_type(x, u).is_some())
                    .then_some(Implicit::of(target))
            }
            TyKind::Interface(iface) if iface.type_set().is_all() => {
                Some(Implicit::of(default_type(x.ty)))
            }
            _ => None,
        }
    }

    fn implicit_basic(&self, x: &Operand, target: Ty, basic: &Basic) -> Option<Implicit> {
        if x.mode == Mode::Constant {
            let val = self.represented(&x.val, basic)?;
            return Some(Implicit {
                ty: target,
                val: Some(val),
            });
        }
        // Results of comparisons, and shifts whose type is still open.
        let fits = match basic_kind(x.ty) {
            BasicKind::UntypedBool => is_boolean(target),
            BasicKind::UntypedString => is_string(target),
            BasicKind::UntypedInt
            | BasicKind::UntypedRune
            | BasicKind::UntypedFloat
            | BasicKind::UntypedComplex => is_numeric(target),
            _ => false,
        };
        fits.then_some(Implicit::of(target))
    }

    /// Gives the untyped operand `x` the type `target`, or reports that it cannot have it.
    pub fn convert_untyped(&mut self, x: &mut Operand, target: Ty) {
        match self.implicit_type(x, target) {
            Some(implicit) => self.apply_implicit(x, implicit),
            None => self.wrong(x, format!("cannot use {} as {target}", self.describe(x))),
        }
    }

    /// Makes the untyped operand `x` what it was found to become.
    pub(super) fn apply_implicit(&mut self, x: &mut Operand, Implicit { ty, val }: Implicit) {
        let fits = val.is_some();
        if let Some(val) = val {
            if let Some(id) = x.expr {
                self.update_expr_val(id, &val);
            }
            x.val = val;
        }
        if ty != x.ty {
            x.ty = ty;
            match x.expr {
                Some(id) if fits => self.update_fitting(id, ty),
                Some(id) => self.update_expr_type(id, ty, false),
                None => {}
            }
        }
    }
}

/// Assignability.
impl Checker<'_> {
    /// Whether `x` can be assigned to a variable of type `ty` (Go spec, "Assignability").
    pub fn assignable_to(&mut self, x: &Operand, ty: Ty) -> bool {
        if x.is_invalid() || x.ty.is_invalid() || ty.is_invalid() {
            return true;
        }
        if identical(x.ty, ty) {
            return true;
        }
        let (source, target) = (x.ty.unalias(), ty.unalias());
        let (from, to) = (source.under(), target.under());
        let (from_param, to_param) = (source.as_type_param(), target.as_type_param());
        if is_untyped(from) {
            return self.untyped_assignable(x, target);
        }
        let no_params = from_param.is_none() && to_param.is_none();
        if no_params && (!has_name(source) || !has_name(target)) && identical(from, to) {
            return true;
        }
        let to_interface = matches!(to.kind(), TyKind::Interface(_)) && to_param.is_none();
        if to_interface && self.implements(source, target, false) {
            return true;
        }
        if no_params {
            return !to_interface && channel_assignable(source, target);
        }
        self.assignable_params(x, source, target)
    }

    fn untyped_assignable(&self, x: &Operand, target: Ty) -> bool {
        match target.as_type_param() {
            Some(param) => {
                let terms = term_list(param);
                !terms.is_empty() && terms.iter().all(|t| self.implicit_type(x, t.ty).is_some())
            }
            None => self.implicit_type(x, target).is_some(),
        }
    }

    /// Assignability from or to a type parameter: each type of its type set must do, and the other type must have no name.
    fn assignable_params(&mut self, x: &Operand, source: Ty, target: Ty) -> bool {
        if let Some(param) = target.as_type_param()
            && !has_name(source)
        {
            let terms = term_list(param);
            return !terms.is_empty() && terms.iter().all(|t| self.assignable_to(x, t.ty));
        }
        let Some(param) = source.as_type_param().filter(|_| !has_name(target)) else {
            return false;
        };
        let terms = term_list(param);
        !terms.is_empty()
            && terms
                .iter()
                .all(|t| self.assignable_to(&x.with_ty(t.ty), target))
    }
}

/// Whether a channel of both directions may become the other channel type.
fn channel_assignable(source: Ty, target: Ty) -> bool {
    match (source.under().kind(), target.under().kind()) {
        (TyKind::Chan { dir, elem: a }, TyKind::Chan { elem: b, .. }) => {
            *dir == ChanDir::Both && identical(*a, *b) && (!has_name(source) || !has_name(target))
        }
        _ => false,
    }
}

/// Conversions.
impl Checker<'_> {
    /// Checks the conversion `T(x)` (Go spec, "Conversions"); `x` becomes its result.
    pub fn conversion(&mut self, x: &mut Operand, ty: Ty) {
        let constant = x.mode == Mode::Constant;
        let fine = if constant && is_const_type(ty) {
            self.convert_constant(x, ty)
        } else if constant && is_type_param(ty) {
            let fine = self.constant_to_param(x, ty);
            x.mode = Mode::Value;
            fine
        } else {
            let fine = self.convertible_to(x, ty);
            x.mode = Mode::Value;
            fine
        };
        if !fine {
            return self.wrong(x, format!("cannot convert {} to {ty}", self.describe(x)));
        }
        if is_untyped(x.ty)
            && let Some(id) = x.expr
        {
            let last = converted_type(x, ty, constant);
            self.update_expr_type(id, last, true);
        }
        x.ty = ty;
    }

    fn convert_constant(&self, x: &mut Operand, ty: Ty) -> bool {
        match as_basic(ty).and_then(|b| self.converted_value(x, b)) {
            Some(val) => {
                x.val = val;
                true
            }
            None => false,
        }
    }

    fn constant_to_param(&self, x: &Operand, ty: Ty) -> bool {
        under_is(ty, |u| {
            is_string(x.ty) && is_bytes_or_runes(u)
                || as_basic(u).is_some_and(|b| self.converted_value(x, b).is_some())
        })
    }

    /// The constant `x` converted to a basic type: integers become strings of one code point.
    fn converted_value(&self, x: &Operand, basic: &Basic) -> Option<Value> {
        if let Some(val) = self.represented(&x.val, basic) {
            return Some(val);
        }
        if !is_integer(x.ty) || !basic.info.any(BasicInfo::STRING) {
            return None;
        }
        let code = x.val.as_u64().and_then(|c| u32::try_from(c).ok());
        let c = code
            .and_then(char::from_u32)
            .unwrap_or(char::REPLACEMENT_CHARACTER);
        Some(Value::string(c.encode_utf8(&mut [0; 4]).as_bytes()))
    }

    /// Whether `T(x)` is allowed for a value that is no constant or a type that constants do not have.
    pub fn convertible_to(&mut self, x: &Operand, ty: Ty) -> bool {
        if self.assignable_to(x, ty) {
            return true;
        }
        let (source, target) = (x.ty.unalias(), ty.unalias());
        match (source.as_type_param(), target.as_type_param()) {
            (None, None) => self.convertible_types(source, target),
            (Some(from), _) => all_terms(from, |t| self.convertible_to(&x.with_ty(t), target)),
            (None, Some(to)) => all_terms(to, |t| self.convertible_to(x, t)),
        }
    }

    fn convertible_types(&self, source: Ty, target: Ty) -> bool {
        let (from, to) = (source.under(), target.under());
        identical_ignore_tags(from, to)
            || convertible_pointers(source, target)
            || convertible_basics(from, to)
            || convertible_unsafe(from, to)
            || self.slice_to_array(from, to)
    }

    fn slice_to_array(&self, from: Ty, to: Ty) -> bool {
        let TyKind::Slice(elem) = from.kind() else {
            return false;
        };
        let is_array = |ty: Ty| matches!(ty.under().kind(), TyKind::Array { elem: e, .. } if identical(*elem, *e));
        match to.kind() {
            TyKind::Array { .. } => self.allow_version(20) && is_array(to),
            TyKind::Pointer(base) => self.allow_version(17) && is_array(*base),
            _ => false,
        }
    }
}

fn all_terms(param: &TypeParam, mut holds: impl FnMut(Ty) -> bool) -> bool {
    let terms = term_list(param);
    !terms.is_empty() && terms.iter().all(|t| holds(t.ty))
}

/// Pointers to types of identical structure.
fn convertible_pointers(source: Ty, target: Ty) -> bool {
    let (TyKind::Pointer(a), TyKind::Pointer(b)) = (source.kind(), target.kind()) else {
        return false;
    };
    !is_type_param(*a) && !is_type_param(*b) && identical_ignore_tags(a.under(), b.under())
}

fn convertible_basics(from: Ty, to: Ty) -> bool {
    let real = |ty: Ty| {
        as_basic(ty).is_some_and(|b| {
            b.info
                .any(BasicInfo(BasicInfo::INTEGER.0 | BasicInfo::FLOAT.0))
        })
    };
    real(from) && real(to)
        || is_complex(from) && is_complex(to)
        || is_string(to) && (is_integer(from) || is_bytes_or_runes(from))
        || is_string(from) && is_bytes_or_runes(to)
}

/// `unsafe.Pointer` from and to pointers and `uintptr`.
fn convertible_unsafe(from: Ty, to: Ty) -> bool {
    let address = |ty: Ty| is_pointer(ty) || basic_kind(ty) == BasicKind::Uintptr;
    let raw = |ty: Ty| basic_kind(ty) == BasicKind::UnsafePointer;
    address(from) && raw(to) || raw(from) && address(to)
}

/// The type that the untyped operand of a conversion to `ty` is recorded with.
fn converted_type(x: &Operand, ty: Ty, constant: bool) -> Ty {
    if x.is_nil() || matches!(basic_kind(x.ty), BasicKind::UntypedNil) {
        return ty;
    }
    if is_real_interface(ty) || constant && !is_const_type(ty) {
        return default_type(x.ty);
    }
    // string(65): the 65 stays what it is.
    if x.mode == Mode::Constant && is_integer(x.ty) && all_string(ty) {
        return x.ty;
    }
    ty
}

/// Messages.
impl Checker<'_> {
    /// Reports what is wrong with `x` and invalidates it.
    pub fn wrong(&mut self, x: &mut Operand, message: String) {
        if !x.is_invalid()
            && !x.ty.is_invalid()
            && let Some(id) = x.expr
        {
            self.error_at(id, message);
        }
        x.invalidate();
    }

    /// `x` in a message: its type, and its value if it is a small constant.
    pub fn describe(&self, x: &Operand) -> String {
        if x.is_nil() {
            return "nil".into();
        }
        match x.val.as_i64() {
            Some(val) if x.mode == Mode::Constant => format!("{val} ({})", x.ty),
            _ => format!("value of type {}", x.ty),
        }
    }

    /// Reports a constant that is too large, or not representable by its type.
    pub fn overflow(&mut self, x: &mut Operand) {
        if x.val.is_unknown() {
            if let Some(id) = x.expr {
                self.error_at(id, "constant result is not representable");
            }
            return;
        }
        if is_typed(x.ty) {
            if let Some(basic) = as_basic(x.ty) {
                self.representable(x, basic);
            }
            return;
        }
        if x.val.kind() == Kind::Int && x.val.bit_len() > MAX_INT_BITS {
            if let Some(id) = x.expr {
                self.error_at(id, "constant overflow");
            }
            x.val = Value::Unknown;
        }
    }
}

/// Untyped integers of more bits are refused, as by the compiler.
const MAX_INT_BITS: usize = 512;

/// Whether `op` is one of the six comparison operators.
pub fn is_comparison(op: Token) -> bool {
    matches!(
        op,
        Token::Eq | Token::Ne | Token::Lt | Token::Le | Token::Gt | Token::Ge
    )
}
