//! Index and slice expressions, and indices in general.

use super::check::Checker;
use super::operand::{Mode, Operand};
use super::predicates::{all_integer, as_basic, identical, is_string, is_type_param, is_untyped};
use super::ty::{BasicKind, Ty, TyKind};
use super::under::{specific_types, term_list};
use super::universe::BYTE;
use crate::ast::{Expr, ExprId};

/// What an index expression yields.
struct Element {
    /// The key type of a map.
    key: Option<Ty>,
    /// The element type.
    elem: Ty,
    /// The length, if it is known.
    len: Option<i64>,
    /// Whether the element can be an addressable variable.
    addressable: bool,
    /// Whether it is one only if what is indexed is.
    inherits: bool,
}

impl Element {
    fn new(elem: Ty) -> Element {
        Element {
            key: None,
            elem,
            len: None,
            addressable: true,
            inherits: false,
        }
    }
}

/// What indexing a value with underlying type `under` yields; `None` if it cannot be indexed.
fn element_of(under: Ty) -> Option<Element> {
    match under.kind() {
        TyKind::Basic(_) if is_string(under) => Some(Element {
            addressable: false,
            ..Element::new(BYTE)
        }),
        TyKind::Array { len, elem } => Some(Element {
            len: Some(*len),
            inherits: true,
            ..Element::new(*elem)
        }),
        TyKind::Pointer(base) => match base.under().kind() {
            TyKind::Array { len, elem } => Some(Element {
                len: Some(*len),
                ..Element::new(*elem)
            }),
            _ => None,
        },
        TyKind::Slice(elem) => Some(Element::new(*elem)),
        TyKind::Map { key, elem } => Some(Element {
            key: Some(*key),
            addressable: false,
            ..Element::new(*elem)
        }),
        _ => None,
    }
}

/// What indexing a value of a type parameter yields: all types of its type set must agree.
fn common_element(ty: Ty) -> Option<Element> {
    let mut elements = term_list(ty.as_type_param()?)
        .iter()
        .map(|t| element_of(t.ty.under()));
    let mut all = elements.next()??;
    for element in elements {
        let element = element?;
        let same_key = match (all.key, element.key) {
            (Some(a), Some(b)) => identical(a, b),
            (None, None) => true,
            _ => false,
        };
        if !same_key || !identical(all.elem, element.elem) {
            return None;
        }
        // What one of the types does not allow, the type parameter does not.
        all.addressable &= element.addressable;
        all.inherits |= element.inherits;
        all.len = match (all.len, element.len) {
            (Some(a), Some(b)) => Some(a.min(b)),
            (a, b) => a.or(b),
        };
    }
    Some(all)
}

impl Checker<'_> {
    /// Checks `x[…]` with `x` checked already. Returns true if `x` is a generic function, which is then to be
    /// instantiated; else `x` becomes the element or the instantiated type.
    pub fn index_step(&mut self, x: &mut Operand, e: ExprId) -> bool {
        let Expr::Index { indices, .. } = self.ast.expr(e) else {
            return false;
        };
        match x.mode {
            Mode::Invalid => {
                let rest: Vec<ExprId> = self.ast.list(indices).collect();
                self.use_exprs(&rest);
                return false;
            }
            Mode::TypeExpr => {
                x.ty = self.var_type(e);
                if x.ty.is_invalid() {
                    x.invalidate();
                }
                return false;
            }
            Mode::Value if is_generic_function(x.ty) => return true,
            _ => {}
        }
        self.non_generic(None, x);
        let Some(index) = self.ast.list_get(indices, 0) else {
            x.invalidate();
            return false;
        };
        if !x.is_invalid() {
            self.element(x, index);
        }
        if let Some(extra) = self.ast.list_get(indices, 1) {
            self.error_at(extra, "more than one index");
        }
        false
    }

    /// `x[index]`
    fn element(&mut self, x: &mut Operand, index: ExprId) {
        let element = if is_type_param(x.ty) {
            common_element(x.ty)
        } else {
            element_of(x.ty.under())
        };
        let Some(element) = element else {
            self.wrong(x, format!("cannot index {}", self.describe(x)));
            self.use_exprs(&[index]);
            return;
        };
        if let Some(key) = element.key {
            let mut k = Operand::new();
            self.generic_expr(&mut k, index, None);
            self.assignment(&mut k, Some(key), "map index");
            x.mode = Mode::MapIndex;
            x.ty = element.elem;
            return;
        }
        let len = match x.val.as_text() {
            Some(text) if x.mode == Mode::Constant => i64::try_from(text.len()).unwrap_or(-1),
            _ => element.len.unwrap_or(-1),
        };
        let from_value = element.inherits && x.mode != Mode::Variable;
        x.mode = if element.addressable && !from_value {
            Mode::Variable
        } else {
            Mode::Value
        };
        x.ty = element.elem;
        self.index_value(index, len);
    }

    /// Checks an index, which must be below `max` unless that is negative. Gives its type and value: an invalid type if it
    /// is wrong, -1 if it is no constant.
    pub fn index_value(&mut self, index: ExprId, max: i64) -> (Ty, i64) {
        let mut x = Operand::new();
        self.expr(None, &mut x, index);
        if !self.valid_index(&mut x, false) {
            return (Ty::INVALID, -1);
        }
        if x.mode != Mode::Constant {
            return (x.ty, -1);
        }
        let Some(value) = x.val.as_i64() else {
            return (Ty::INVALID, -1);
        };
        if max >= 0 && value >= max {
            self.error_at(index, format!("index {value} out of bounds [0:{max}]"));
            return (Ty::INVALID, -1);
        }
        (x.ty, value)
    }

    /// Whether `x` can be an index or size: an integer, or a constant that is one and fits `int`. Reports it otherwise.
    pub fn valid_index(&mut self, x: &mut Operand, allow_negative: bool) -> bool {
        if x.is_invalid() {
            return false;
        }
        let int = Ty::basic(BasicKind::Int);
        self.convert_untyped(x, int);
        if x.is_invalid() {
            return false;
        }
        if !all_integer(x.ty) {
            self.wrong(x, "index or size must be an integer".into());
            return false;
        }
        if x.mode != Mode::Constant {
            return true;
        }
        if !allow_negative && x.val.sign() < 0 {
            self.wrong(x, "index or size must not be negative".into());
            return false;
        }
        if let Some(basic) = as_basic(int) {
            self.representable(x, basic);
        }
        !x.is_invalid()
    }

    /// Checks `x[lo:hi]` or `x[lo:hi:max]` with `x` checked already.
    pub fn slice_step(&mut self, x: &mut Operand, e: ExprId) {
        let Expr::Slice { parts, .. } = self.ast.expr(e) else {
            return;
        };
        let parts = self.ast.slice_parts(parts);
        if x.is_invalid() {
            let present: Vec<ExprId> = parts.into_iter().flatten().collect();
            self.use_exprs(&present);
            return;
        }
        let len = self.sliced(x, parts[2].is_some());
        if !x.is_invalid() {
            x.mode = Mode::Value;
        }
        let max = len.map_or(-1, |n| n.saturating_add(1));
        let mut last = 0;
        for part in parts.into_iter().flatten() {
            let (_, value) = self.index_value(part, max);
            if value >= 0 && value < last {
                self.error_at(part, "slice indices out of order");
            }
            last = last.max(value);
        }
    }

    /// Makes `x` the result of slicing it; gives the length of what is sliced, if it is known.
    fn sliced(&mut self, x: &mut Operand, three: bool) -> Option<i64> {
        let Some(under) = sliceable(x.ty) else {
            self.wrong(x, format!("cannot slice {}", self.describe(x)));
            return None;
        };
        match under.kind() {
            TyKind::Basic(_) if is_string(under) && !three => {
                let len = x.val.as_text().map(|t| t.len() as u64);
                if is_untyped(x.ty) {
                    x.ty = Ty::basic(BasicKind::String);
                }
                return len
                    .filter(|_| x.mode == Mode::Constant)
                    .and_then(|n| i64::try_from(n).ok());
            }
            TyKind::Array { len, elem } if x.mode == Mode::Variable => {
                x.ty = Ty::slice(*elem);
                return Some(*len).filter(|n| *n >= 0);
            }
            TyKind::Pointer(base) => {
                if let TyKind::Array { len, elem } = base.under().kind() {
                    x.ty = Ty::slice(*elem);
                    return Some(*len).filter(|n| *n >= 0);
                }
            }
            TyKind::Slice(_) => return None,
            _ => {}
        }
        self.wrong(x, format!("cannot slice {}", self.describe(x)));
        None
    }
}

/// The underlying type that all types of the type set share, where strings count as byte slices if both occur; `string`
/// if there is a string among them.
fn sliceable(ty: Ty) -> Option<Ty> {
    if !is_type_param(ty) {
        return Some(ty.under());
    }
    let mut string = false;
    let mut common: Option<Ty> = None;
    for (_, mut under) in specific_types(ty) {
        if is_string(under) {
            string = true;
            under = Ty::slice(BYTE);
        }
        if !identical(*common.get_or_insert(under), under) {
            return None;
        }
    }
    if string {
        return Some(Ty::basic(BasicKind::String));
    }
    common
}

/// Whether the type is that of a function that has type parameters.
pub fn is_generic_function(ty: Ty) -> bool {
    matches!(ty.under().kind(), TyKind::Signature(s) if !s.tparams.is_empty())
}
