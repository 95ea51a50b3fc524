//! Builtins on slices, maps, channels and memory: `append`, `cap`, `clear`, `close`, `copy`, `delete`, `len`, `make`,
//! `new`, and package `unsafe`.

use super::{BuiltinId, no_value, result};
use crate::ast::{ChanDir, Expr, ExprId};
use crate::types::call::CallParts;
use crate::types::check::Checker;
use crate::types::constant::Value;
use crate::types::info::{Selection, SelectionKind};
use crate::types::lookup::deref;
use crate::types::operand::{Mode, Operand};
use crate::types::predicates::{all_string, identical, is_string, is_untyped, pointer_elem};
use crate::types::ty::{BasicKind, Ty, TyKind};
use crate::types::under::{common_under, specific_types, under_is};
use crate::types::universe::BYTE;

/// The element type of slices that `ty` consists of; `None` if it allows anything else.
fn slice_elem(ty: Ty) -> Option<Ty> {
    let mut elem = None;
    for (_, under) in specific_types(ty) {
        let TyKind::Slice(e) = under.kind() else {
            return None;
        };
        if !identical(*elem.get_or_insert(*e), *e) {
            return None;
        }
    }
    elem
}

/// Whether `ty` is a string, or allows byte slices and strings only; and whether it allows a string.
fn bytes_or_string(ty: Ty) -> (bool, bool) {
    let mut string = false;
    let types = specific_types(ty);
    let fits = types.iter().all(|(_, under)| {
        let is_str = is_string(*under);
        string |= is_str;
        is_str || matches!(under.kind(), TyKind::Slice(e) if identical(*e, BYTE))
    });
    (fits && !types.is_empty(), string)
}

/// The array that a pointer to an array points to; other types themselves.
fn array_behind(under: Ty) -> Ty {
    match pointer_elem(under).map(Ty::under) {
        Some(array) if matches!(array.kind(), TyKind::Array { .. }) => array,
        _ => under,
    }
}

/// Whether the size of a type depends on a type parameter.
fn has_variable_size(ty: Ty, seen: &mut Vec<Ty>) -> bool {
    match ty.unalias().kind() {
        TyKind::TypeParam(_) => true,
        TyKind::Array { elem, .. } => has_variable_size(*elem, seen),
        TyKind::Struct(s) => s.fields.iter().any(|f| has_variable_size(f.ty(), seen)),
        TyKind::Named(_) => {
            let ty = ty.unalias();
            if seen.contains(&ty) {
                return false;
            }
            seen.push(ty);
            has_variable_size(ty.under(), seen)
        }
        _ => false,
    }
}

/// Slices, maps and channels.
impl Checker<'_> {
    /// `append(s, v…)`
    pub(super) fn append(
        &mut self,
        x: &mut Operand,
        call: CallParts,
        args: &mut [Operand],
    ) -> bool {
        let Some(elem) = slice_elem(x.ty) else {
            return self.bad_argument(x, BuiltinId::Append);
        };
        let (_, rest) = args.split_at_mut(1);
        if call.spread {
            let [values] = rest else {
                self.error_at(call.id, "invalid use of ... with append");
                return false;
            };
            let bytes = Ty::slice(BYTE);
            if !(self.assignable_to(x, bytes) && bytes_or_string(values.ty) == (true, true)) {
                self.assignment(values, Some(Ty::slice(elem)), "argument of append");
            }
        } else {
            for value in rest {
                self.assignment(value, Some(elem), "argument of append");
            }
        }
        x.mode = Mode::Value;
        true
    }

    /// `len(v)`, `cap(v)`: constant for constant strings, and for arrays unless the argument calls something.
    pub(super) fn length(&mut self, x: &mut Operand, id: BuiltinId) -> bool {
        let is_len = id == BuiltinId::Len;
        let has_length = |u: Ty| match array_behind(u).kind() {
            TyKind::Basic(_) => is_len && is_string(u),
            TyKind::Array { .. } | TyKind::Slice(_) | TyKind::Chan { .. } => true,
            TyKind::Map { .. } => is_len,
            _ => false,
        };
        if !under_is(x.ty, has_length) {
            return self.bad_argument(x, id);
        }
        let len = match array_behind(x.ty.under()).kind() {
            TyKind::Array { len, .. } if !self.env.has_call_or_recv => Some(Some(*len)),
            _ if x.mode == Mode::Constant => {
                let text = x.val.as_text();
                Some(text.and_then(|t| i64::try_from(t.len()).ok()))
            }
            _ => None,
        };
        x.mode = Mode::Value;
        x.ty = Ty::basic(BasicKind::Int);
        if let Some(len) = len {
            x.mode = Mode::Constant;
            x.val = len.filter(|n| *n >= 0).map_or(Value::Unknown, Value::Int);
        }
        true
    }

    /// `clear(m)`
    pub(super) fn clear(&mut self, x: &mut Operand) -> bool {
        let clears = |u: Ty| matches!(u.kind(), TyKind::Map { .. } | TyKind::Slice(_));
        if !under_is(x.ty, clears) {
            return self.bad_argument(x, BuiltinId::Clear);
        }
        no_value(x)
    }

    /// `close(c)`
    pub(super) fn close(&mut self, x: &mut Operand) -> bool {
        let closes = |u: Ty| matches!(u.kind(), TyKind::Chan { dir, .. } if *dir != ChanDir::Recv);
        if !under_is(x.ty, closes) {
            return self.bad_argument(x, BuiltinId::Close);
        }
        no_value(x)
    }

    /// `copy(dst, src)`
    pub(super) fn copy(&mut self, x: &mut Operand, args: &mut [Operand]) -> bool {
        let [_, y] = args else { return false };
        let Some(to) = slice_elem(x.ty) else {
            return self.bad_argument(x, BuiltinId::Copy);
        };
        let bytes = Ty::slice(BYTE);
        if !(self.assignable_to(x, bytes) && bytes_or_string(y.ty).0) {
            let from = match slice_elem(y.ty) {
                Some(elem) => elem,
                None if all_string(y.ty) => BYTE,
                None => return self.bad_argument(y, BuiltinId::Copy),
            };
            if !identical(to, from) {
                return self.bad_argument(y, BuiltinId::Copy);
            }
        }
        result(x, Ty::basic(BasicKind::Int))
    }

    /// `delete(m, key)`
    pub(super) fn delete(&mut self, x: &mut Operand, args: &mut [Operand]) -> bool {
        let [_, k] = args else { return false };
        let mut key = None;
        let maps = under_is(x.ty, |u| match u.kind() {
            TyKind::Map { key: k, .. } => identical(*key.get_or_insert(*k), *k),
            _ => false,
        });
        let Some(key) = key.filter(|_| maps) else {
            return self.bad_argument(x, BuiltinId::Delete);
        };
        self.assignment(k, Some(key), "argument of delete");
        *x = k.clone();
        no_value(x)
    }

    /// `make(T, sizes…)`
    pub(super) fn make(
        &mut self,
        x: &mut Operand,
        call: CallParts,
        first: ExprId,
        sizes: &[ExprId],
    ) -> bool {
        let ty = self.var_type(first);
        if ty.is_invalid() {
            self.use_exprs(sizes);
            return false;
        }
        let min = match common_under(ty).map(Ty::kind) {
            Some(TyKind::Slice(_)) => 1,
            Some(TyKind::Map { .. } | TyKind::Chan { .. }) => 0,
            _ => {
                self.error_at(first, format!("cannot make {ty}"));
                self.use_exprs(sizes);
                return false;
            }
        };
        if !(min..=min + 1).contains(&sizes.len()) {
            self.error_at(call.id, "wrong number of arguments for make");
            return false;
        }
        let values: Vec<i64> = sizes.iter().map(|&s| self.index_value(s, -1).1).collect();
        if let [len, cap] = values[..]
            && cap >= 0
            && len > cap
        {
            self.error_at(call.id, "length and capacity swapped");
        }
        result(x, ty)
    }

    /// `new(T)`, and from Go 1.26 on `new(value)`
    pub(super) fn new_value(&mut self, x: &mut Operand, arg: ExprId) -> bool {
        self.expr_or_type(x, arg, false);
        if x.mode == Mode::Builtin {
            self.exclude(x, true);
        }
        if x.mode != Mode::TypeExpr && !x.is_invalid() {
            if is_untyped(x.ty) {
                self.assignment(x, None, "argument of new");
            }
            if !self.allow_version(26) {
                self.error_at(arg, "new with a value requires go1.26");
            }
        }
        !x.is_invalid() && {
            let ty = Ty::pointer(x.ty);
            result(x, ty)
        }
    }
}

/// Package `unsafe`.
impl Checker<'_> {
    /// `unsafe.Add(p, n)`
    pub(super) fn unsafe_add(&mut self, x: &mut Operand, args: &mut [Operand]) -> bool {
        let [_, n] = args else { return false };
        let pointer = Ty::basic(BasicKind::UnsafePointer);
        self.assignment(x, Some(pointer), "argument of unsafe.Add");
        !x.is_invalid() && self.valid_index(n, true) && result(x, pointer)
    }

    /// `unsafe.Sizeof(v)`, `unsafe.Alignof(v)`: constant unless the type depends on a type parameter.
    pub(super) fn size_of(&mut self, x: &mut Operand, id: BuiltinId) -> bool {
        self.assignment(x, None, "argument of unsafe function");
        if x.is_invalid() {
            return false;
        }
        let ty = x.ty;
        result(x, Ty::basic(BasicKind::Uintptr));
        if !has_variable_size(ty, &mut Vec::new()) {
            let sizes = self.config.sizes;
            x.mode = Mode::Constant;
            x.val = Value::Int(match id {
                BuiltinId::UnsafeAlignof => sizes.align_of(ty),
                _ => sizes.size_of(ty),
            });
        }
        true
    }

    /// `unsafe.Offsetof(v.f)`
    pub(super) fn offset_of(&mut self, x: &mut Operand, arg: ExprId) -> bool {
        let selector = self.ast.unparen(arg);
        let Expr::Selector { x: left, sel } = self.ast.expr(selector) else {
            self.error_at(arg, "argument of unsafe.Offsetof must be a selector");
            self.use_exprs(&[arg]);
            return false;
        };
        self.expr(None, x, left);
        if x.is_invalid() {
            return false;
        }
        let base = match pointer_elem(x.ty.under()) {
            Some(elem) if elem.under_struct().is_some() => deref(x.ty.under()).0,
            _ => x.ty,
        };
        let found = self.lookup_field_or_method(base, false, Some(self.pkg), sel);
        let Some(field) = found
            .obj
            .filter(|o| o.as_var().is_some() && !found.indirect)
        else {
            self.error_at(arg, format!("no offset of {sel} in {base}"));
            return false;
        };
        let path = found.path;
        let offset = self.offset_along(base, &path);
        let selection = Selection {
            kind: SelectionKind::Field,
            recv: base,
            obj: field,
            path,
            indirect: false,
        };
        self.record_selection(selector, selection);
        let mode = if x.mode == Mode::Variable {
            Mode::Variable
        } else {
            Mode::Value
        };
        self.record(selector, mode, field.ty(), None, 0);
        result(x, Ty::basic(BasicKind::Uintptr));
        if !has_variable_size(base, &mut Vec::new()) {
            x.mode = Mode::Constant;
            x.val = Value::Int(offset);
        }
        true
    }

    /// The offset of the field at the end of a path of field indices.
    fn offset_along(&self, base: Ty, path: &[u32]) -> i64 {
        let mut ty = base;
        let mut offset: i64 = 0;
        for &i in path {
            let Some(s) = ty.under_struct() else { break };
            let offsets = self.config.sizes.offsets_of(s.fields);
            let Some(field) = s.fields.get(i as usize) else {
                break;
            };
            offset = offset.saturating_add(offsets.get(i as usize).copied().unwrap_or(0));
            ty = field.ty();
        }
        offset
    }

    /// `unsafe.Slice(p, n)`
    pub(super) fn unsafe_slice(&mut self, x: &mut Operand, args: &mut [Operand]) -> bool {
        let [_, n] = args else { return false };
        let Some(elem) = common_under(x.ty).and_then(pointer_elem) else {
            return self.bad_argument(x, BuiltinId::UnsafeSlice);
        };
        self.valid_index(n, false) && result(x, Ty::slice(elem))
    }

    /// `unsafe.SliceData(s)`
    pub(super) fn unsafe_slice_data(&mut self, x: &mut Operand) -> bool {
        match common_under(x.ty).map(Ty::kind) {
            Some(TyKind::Slice(elem)) => result(x, Ty::pointer(*elem)),
            _ => self.bad_argument(x, BuiltinId::UnsafeSliceData),
        }
    }

    /// `unsafe.String(p, n)`
    pub(super) fn unsafe_string(&mut self, x: &mut Operand, args: &mut [Operand]) -> bool {
        let [_, n] = args else { return false };
        self.assignment(x, Some(Ty::pointer(BYTE)), "argument of unsafe.String");
        !x.is_invalid() && self.valid_index(n, false) && result(x, Ty::basic(BasicKind::String))
    }

    /// `unsafe.StringData(s)`
    pub(super) fn unsafe_string_data(&mut self, x: &mut Operand) -> bool {
        let string = Ty::basic(BasicKind::String);
        self.assignment(x, Some(string), "argument of unsafe.StringData");
        !x.is_invalid() && result(x, Ty::pointer(BYTE))
    }
}
