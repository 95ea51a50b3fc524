//! Questions about types: identity, comparability, and the classes of basic types.
//!
//! The `is_…` functions do not look into type parameters: they are false for them. The `all_…` functions are true for a
//! type parameter when they hold for every type of its type set.

use super::object::Obj;
use super::ty::{Basic, BasicInfo, BasicKind, Interface, Signature, Struct, Term, Ty, TyKind};
use super::under::term_list;
use super::universe::RUNE;

/// The basic type behind `ty`, if it is one.
pub fn as_basic(ty: Ty) -> Option<&'static Basic> {
    match ty.under().kind() {
        TyKind::Basic(b) => Some(b),
        _ => None,
    }
}

/// The kind of the basic type behind `ty`; [`BasicKind::Invalid`] for all others.
pub fn basic_kind(ty: Ty) -> BasicKind {
    as_basic(ty).map_or(BasicKind::Invalid, |b| b.kind)
}

/// Whether the underlying type is basic and has one of the properties.
pub fn is_basic(ty: Ty, info: BasicInfo) -> bool {
    as_basic(ty).is_some_and(|b| b.info.any(info))
}

/// Whether `ty`, or every type in its type set, is basic and has one of the properties.
pub fn all_basic(ty: Ty, info: BasicInfo) -> bool {
    match ty.as_type_param() {
        Some(param) => {
            let terms = term_list(param);
            !terms.is_empty() && terms.iter().all(|t| is_basic(t.ty, info))
        }
        None => is_basic(ty, info),
    }
}

/// Booleans.
pub fn is_boolean(ty: Ty) -> bool {
    is_basic(ty, BasicInfo::BOOLEAN)
}

/// Integers.
pub fn is_integer(ty: Ty) -> bool {
    is_basic(ty, BasicInfo::INTEGER)
}

/// Unsigned integers.
pub fn is_unsigned(ty: Ty) -> bool {
    is_basic(ty, BasicInfo::UNSIGNED)
}

/// Floats.
pub fn is_float(ty: Ty) -> bool {
    is_basic(ty, BasicInfo::FLOAT)
}

/// Complex numbers.
pub fn is_complex(ty: Ty) -> bool {
    is_basic(ty, BasicInfo::COMPLEX)
}

/// Numbers.
pub fn is_numeric(ty: Ty) -> bool {
    is_basic(ty, BasicInfo::NUMERIC)
}

/// Strings.
pub fn is_string(ty: Ty) -> bool {
    is_basic(ty, BasicInfo::STRING)
}

/// Types that constants can have.
pub fn is_const_type(ty: Ty) -> bool {
    is_basic(ty, BasicInfo::CONST)
}

/// Booleans, type sets of them included.
pub fn all_boolean(ty: Ty) -> bool {
    all_basic(ty, BasicInfo::BOOLEAN)
}

/// Integers, type sets of them included.
pub fn all_integer(ty: Ty) -> bool {
    all_basic(ty, BasicInfo::INTEGER)
}

/// Unsigned integers, type sets of them included.
pub fn all_unsigned(ty: Ty) -> bool {
    all_basic(ty, BasicInfo::UNSIGNED)
}

/// Numbers, type sets of them included.
pub fn all_numeric(ty: Ty) -> bool {
    all_basic(ty, BasicInfo::NUMERIC)
}

/// Strings, type sets of them included.
pub fn all_string(ty: Ty) -> bool {
    all_basic(ty, BasicInfo::STRING)
}

/// Types with `<`, type sets of them included.
pub fn all_ordered(ty: Ty) -> bool {
    all_basic(ty, BasicInfo::ORDERED)
}

/// Numbers and strings, type sets of them included.
pub fn all_numeric_or_string(ty: Ty) -> bool {
    all_basic(ty, BasicInfo(BasicInfo::NUMERIC.0 | BasicInfo::STRING.0))
}

/// Whether the type has a name: predeclared and defined types and type parameters do.
pub fn has_name(ty: Ty) -> bool {
    matches!(
        ty.unalias().kind(),
        TyKind::Basic(_) | TyKind::Named(_) | TyKind::TypeParam(_)
    )
}

/// Whether the type is that of an untyped constant, boolean or `nil`.
pub fn is_untyped(ty: Ty) -> bool {
    matches!(ty.kind(), TyKind::Basic(b) if b.info.any(BasicInfo::UNTYPED))
}

/// The opposite of [`is_untyped`].
pub fn is_typed(ty: Ty) -> bool {
    !is_untyped(ty)
}

/// Whether the type is a type parameter.
pub fn is_type_param(ty: Ty) -> bool {
    ty.as_type_param().is_some()
}

/// Whether the underlying type is an interface; true for type parameters.
pub fn is_interface(ty: Ty) -> bool {
    matches!(ty.under().kind(), TyKind::Interface(_))
}

/// Whether the type is an interface and no type parameter: values in it are boxed.
pub fn is_real_interface(ty: Ty) -> bool {
    !is_type_param(ty) && is_interface(ty)
}

/// Whether the underlying type is a pointer.
pub fn is_pointer(ty: Ty) -> bool {
    matches!(ty.under().kind(), TyKind::Pointer(_))
}

/// Whether the underlying type is a pointer to an interface.
pub fn is_interface_pointer(ty: Ty) -> bool {
    matches!(ty.under().kind(), TyKind::Pointer(elem) if is_interface(*elem))
}

/// Whether the type is `[]byte` or `[]rune`, by underlying types.
pub fn is_bytes_or_runes(ty: Ty) -> bool {
    match ty.under().kind() {
        TyKind::Slice(elem) => {
            matches!(basic_kind(*elem), BasicKind::Uint8 | BasicKind::Int32)
        }
        _ => false,
    }
}

/// Whether the type is generic and not instantiated. Function types are not considered.
pub fn is_generic(ty: Ty) -> bool {
    match ty.kind() {
        TyKind::Alias(alias) if alias.inst.is_none() && !alias.tparams().is_empty() => true,
        TyKind::Alias(_) | TyKind::Named(_) => ty.as_named().is_some_and(|named| {
            named.inst.is_none() && named.tparams.get().is_some_and(|t| !t.is_empty())
        }),
        _ => false,
    }
}

/// The element type of a pointer type literal; `None` for other types.
pub fn pointer_elem(ty: Ty) -> Option<Ty> {
    match ty.unalias().kind() {
        TyKind::Pointer(elem) => Some(*elem),
        _ => None,
    }
}

/// Whether the type has a value `nil`. For a type parameter, all types of its type set must.
pub fn has_nil(ty: Ty) -> bool {
    match ty.under().kind() {
        TyKind::Basic(b) => b.kind == BasicKind::UnsafePointer,
        TyKind::Slice(_)
        | TyKind::Pointer(_)
        | TyKind::Signature(_)
        | TyKind::Map { .. }
        | TyKind::Chan { .. } => true,
        TyKind::Interface(_) => ty.as_type_param().is_none_or(|param| {
            let terms = term_list(param);
            !terms.is_empty() && terms.iter().all(|t| has_nil(t.ty))
        }),
        _ => false,
    }
}

/// The type that an untyped value gets where nothing else decides; all other types, and untyped `nil`, themselves.
pub fn default_type(ty: Ty) -> Ty {
    let TyKind::Basic(basic) = ty.kind() else {
        return ty;
    };
    match basic.kind {
        BasicKind::UntypedBool => Ty::basic(BasicKind::Bool),
        BasicKind::UntypedInt => Ty::basic(BasicKind::Int),
        BasicKind::UntypedRune => RUNE,
        BasicKind::UntypedFloat => Ty::basic(BasicKind::Float64),
        BasicKind::UntypedComplex => Ty::basic(BasicKind::Complex128),
        BasicKind::UntypedString => Ty::basic(BasicKind::String),
        _ => ty,
    }
}

/// The type that two untyped operands have together: the later one of integer, rune, float, complex. `None` if they do
/// not mix.
pub fn max_type(x: Ty, y: Ty) -> Option<Ty> {
    if x == y {
        return Some(x);
    }
    let (TyKind::Basic(a), TyKind::Basic(b)) = (x.kind(), y.kind()) else {
        return None;
    };
    let numeric = |k: &Basic| k.info.any(BasicInfo::UNTYPED) && k.info.any(BasicInfo::NUMERIC);
    (numeric(a) && numeric(b)).then_some(if a.kind > b.kind { x } else { y })
}

/// Whether values of the type can be compared with `==`; interfaces always can, though that may panic.
pub fn comparable(ty: Ty) -> bool {
    comparable_type(ty, true, &mut Vec::new())
}

/// Like [`comparable`]; unless `dynamic`, an interface is only comparable if all types in its type set are. `seen`
/// holds the types whose answer is being found out.
pub fn comparable_type(ty: Ty, dynamic: bool, seen: &mut Vec<Ty>) -> bool {
    match ty.under().kind() {
        TyKind::Basic(b) => return b.kind != BasicKind::UntypedNil,
        TyKind::Pointer(_) | TyKind::Chan { .. } => return true,
        TyKind::Struct(_) | TyKind::Array { .. } | TyKind::Interface(_) => {}
        _ => return false,
    }
    if seen.contains(&ty) {
        return true;
    }
    seen.push(ty);
    match ty.under().kind() {
        TyKind::Struct(s) => s
            .fields
            .iter()
            .all(|f| comparable_type(f.ty(), dynamic, seen)),
        TyKind::Array { elem, .. } => comparable_type(*elem, dynamic, seen),
        TyKind::Interface(iface) => {
            dynamic && !is_type_param(ty) || iface.type_set().is_comparable(seen)
        }
        _ => true,
    }
}

/// Whether the two are the same type (Go spec, "Type identity"). Type parameters of generic function types are the same
/// when they stand in the same place.
pub fn identical(x: Ty, y: Ty) -> bool {
    x == y || Comparer::default().identical(x, y, None)
}

/// Like [`identical`], but struct tags do not count.
pub fn identical_ignore_tags(x: Ty, y: Ty) -> bool {
    x == y
        || Comparer {
            ignore_tags: true,
            ..Comparer::default()
        }
        .identical(x, y, None)
}

/// Whether two lists have the same types.
pub fn identical_lists(x: &[Ty], y: &[Ty]) -> bool {
    x.len() == y.len() && x.iter().zip(y).all(|(&a, &b)| identical(a, b))
}

/// Whether two lists of terms stand for the same set, given that both are in normal form.
pub fn identical_terms(x: &[Term], y: &[Term]) -> bool {
    let within = |a: &[Term], b: &[Term]| {
        a.iter().all(|t| {
            b.iter()
                .any(|u| t.tilde == u.tilde && identical(t.ty, u.ty))
        })
    };
    x.len() == y.len() && within(x, y) && within(y, x)
}

/// State of one comparison.
#[derive(Default)]
struct Comparer {
    ignore_tags: bool,
    /// Type parameters of generic function types on the way here: those of the left with those of the right.
    renamed: Vec<(Ty, Ty)>,
}

/// Interfaces under comparison, innermost first: a method's signature may mention the interface again.
pub(super) struct Pair<'a> {
    pub(super) x: &'static Interface,
    pub(super) y: &'static Interface,
    pub(super) outer: Option<&'a Pair<'a>>,
}

impl Pair<'_> {
    /// Whether the two are compared further out, in whichever order.
    pub(super) fn under_comparison(&self, x: &Interface, y: &Interface) -> bool {
        let same = |a: &Interface, b: &Interface| std::ptr::eq(a, b);
        let mut at = Some(self);
        while let Some(pair) = at {
            if same(pair.x, x) && same(pair.y, y) || same(pair.x, y) && same(pair.y, x) {
                return true;
            }
            at = pair.outer;
        }
        false
    }
}

impl Comparer {
    fn identical(&mut self, x: Ty, y: Ty, outer: Option<&Pair<'_>>) -> bool {
        let (x, y) = (x.unalias(), y.unalias());
        if x == y {
            return true;
        }
        match (x.kind(), y.kind()) {
            (TyKind::Basic(a), TyKind::Basic(b)) => a.kind == b.kind,
            (TyKind::Array { len: n, elem: a }, TyKind::Array { len: m, elem: b }) => {
                // An unknown length is an error that was reported; it agrees with every other.
                (*n < 0 || *m < 0 || n == m) && self.identical(*a, *b, outer)
            }
            (TyKind::Slice(a), TyKind::Slice(b)) | (TyKind::Pointer(a), TyKind::Pointer(b)) => {
                self.identical(*a, *b, outer)
            }
            (TyKind::Struct(a), TyKind::Struct(b)) => self.structs(a, b, outer),
            (TyKind::Tuple(a), TyKind::Tuple(b)) => self.variables(a, b, outer),
            (TyKind::Signature(a), TyKind::Signature(b)) => self.signatures(a, b, outer),
            (TyKind::Union(a), TyKind::Union(b)) => identical_terms(a, b),
            (TyKind::Interface(a), TyKind::Interface(b)) => self.interfaces(a, b, outer),
            (TyKind::Map { key: k, elem: a }, TyKind::Map { key: l, elem: b }) => {
                self.identical(*k, *l, outer) && self.identical(*a, *b, outer)
            }
            (TyKind::Chan { dir: d, elem: a }, TyKind::Chan { dir: e, elem: b }) => {
                d == e && self.identical(*a, *b, outer)
            }
            (TyKind::Named(a), TyKind::Named(b)) => {
                a.obj == b.obj && self.lists(a.targs(), b.targs(), outer)
            }
            (TyKind::TypeParam(_), TyKind::TypeParam(_)) => self.renamed.contains(&(x, y)),
            _ => false,
        }
    }

    fn lists(&mut self, x: &[Ty], y: &[Ty], outer: Option<&Pair<'_>>) -> bool {
        x.len() == y.len() && x.iter().zip(y).all(|(&a, &b)| self.identical(a, b, outer))
    }

    fn variables(&mut self, x: &[Obj], y: &[Obj], outer: Option<&Pair<'_>>) -> bool {
        x.len() == y.len()
            && x.iter()
                .zip(y)
                .all(|(a, b)| self.identical(a.ty(), b.ty(), outer))
    }

    fn structs(&mut self, x: &Struct, y: &Struct, outer: Option<&Pair<'_>>) -> bool {
        let embedded = |f: &Obj| f.as_var().is_some_and(|v| v.embedded);
        x.fields.len() == y.fields.len()
            && x.fields
                .iter()
                .zip(y.fields)
                .enumerate()
                .all(|(i, (f, g))| {
                    embedded(f) == embedded(g)
                        && (self.ignore_tags || x.tag(i) == y.tag(i))
                        && f.same_id(g.pkg, g.name)
                        && self.identical(f.ty(), g.ty(), outer)
                })
    }

    fn signatures(&mut self, x: &Signature, y: &Signature, outer: Option<&Pair<'_>>) -> bool {
        if x.variadic != y.variadic || x.tparams.len() != y.tparams.len() {
            return false;
        }
        let mark = self.renamed.len();
        self.renamed
            .extend(x.tparams.iter().copied().zip(y.tparams.iter().copied()));
        let same = self.constraints(x.tparams, y.tparams, outer)
            && self.variables(x.param_vars(), y.param_vars(), outer)
            && self.variables(x.result_vars(), y.result_vars(), outer);
        self.renamed.truncate(mark);
        same
    }

    fn constraints(&mut self, x: &[Ty], y: &[Ty], outer: Option<&Pair<'_>>) -> bool {
        let bound = |t: &Ty| t.as_type_param().and_then(|p| p.bound.get().copied());
        x.iter().zip(y).all(|(a, b)| match (bound(a), bound(b)) {
            (Some(a), Some(b)) => self.identical(a, b, outer),
            _ => false,
        })
    }

    fn interfaces(
        &mut self,
        x: &'static Interface,
        y: &'static Interface,
        outer: Option<&Pair<'_>>,
    ) -> bool {
        let (a, b) = (x.type_set(), y.type_set());
        if a.comparable != b.comparable || a.methods.len() != b.methods.len() || !a.same_terms(b) {
            return false;
        }
        if outer.is_some_and(|p| p.under_comparison(x, y)) {
            return true;
        }
        let pair = Pair { x, y, outer };
        a.methods
            .iter()
            .zip(b.methods)
            .all(|(f, g)| f.same_id(g.pkg, g.name) && self.identical(f.ty(), g.ty(), Some(&pair)))
    }
}
