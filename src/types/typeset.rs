//! Type sets: what an interface means.
//!
//! An interface as written has methods, and embeds other interfaces, types and unions. Its type set says what that comes
//! to: all methods, the types that are allowed, and whether they must be comparable (Go spec, "Interface types"). It is
//! found out when first asked for. While an embedded type is not declared yet, the answer is given but not kept.

use std::cell::RefCell;

use rustc_hash::FxHashSet;

use super::arena::{self, alloc_slice};
use super::object::Obj;
use super::package::Pkg;
use super::predicates::{comparable_type, identical};
use super::terms::Terms;
use super::ty::{Interface, Term, Ty, TyKind, TypeParam, settle};
use crate::base::symbol::{Symbol, sym};

/// The type set of an interface.
#[derive(Debug)]
pub struct TypeSet {
    /// All methods, explicit and embedded, in the order of [`method_order`].
    pub methods: &'static [Obj],
    /// The types allowed.
    pub terms: Terms,
    /// Whether types must be comparable; only set where all types are allowed otherwise.
    pub comparable: bool,
}

crate::pooled!(TypeSet);

/// More terms than this are not looked at, as in go/types: operations on lists of terms are quadratic.
pub const MAX_TERMS: usize = 100;

impl TypeSet {
    /// The set of all comparable types.
    pub fn comparable() -> &'static TypeSet {
        arena::alloc(TypeSet {
            methods: &[],
            terms: Terms::All,
            comparable: true,
        })
    }

    fn all() -> TypeSet {
        TypeSet {
            methods: &[],
            terms: Terms::All,
            comparable: false,
        }
    }

    /// Whether no type is in the set.
    pub fn is_empty(&self) -> bool {
        self.terms.is_empty()
    }

    /// Whether every type is in the set.
    pub fn is_all(&self) -> bool {
        self.is_method_set() && self.methods.is_empty()
    }

    /// Whether methods alone describe the set: the interface may be the type of a variable.
    pub fn is_method_set(&self) -> bool {
        !self.comparable && self.terms.is_all()
    }

    /// Whether the set names types: it allows some, but not all.
    pub fn has_terms(&self) -> bool {
        !self.specific_terms().is_empty()
    }

    /// The types that the set names; none if it allows all or no type.
    pub fn specific_terms(&self) -> &[Term] {
        self.terms.list()
    }

    /// Whether all types in the set are strictly comparable. `seen` holds the types whose answer is being found out.
    pub fn is_comparable(&self, seen: &mut Vec<Ty>) -> bool {
        match &self.terms {
            Terms::All => self.comparable,
            Terms::Of(list) => {
                !list.is_empty() && list.iter().all(|t| comparable_type(t.ty, false, seen))
            }
        }
    }

    /// Whether the types that this set names are all in `other`.
    pub fn subset_of(&self, other: &TypeSet) -> bool {
        self.terms.subset_of(&other.terms)
    }

    /// Whether both name the same types.
    pub fn same_terms(&self, other: &TypeSet) -> bool {
        self.terms.subset_of(&other.terms) && other.terms.subset_of(&self.terms)
    }

    /// The method of that name as seen from `pkg`, with its place among the methods.
    pub fn lookup_method(&self, pkg: Option<Pkg>, name: Symbol) -> Option<(usize, Obj)> {
        if name == sym::BLANK {
            return None;
        }
        let found = self.methods.iter().position(|m| m.same_id(pkg, name))?;
        Some((found, self.methods[found]))
    }
}

impl Interface {
    /// What the interface means.
    pub fn type_set(&self) -> &'static TypeSet {
        match self.tset.get() {
            Some(set) => set,
            None => compute(self),
        }
    }
}

impl TypeParam {
    /// The types that may stand for the parameter.
    pub fn type_set(&self) -> &'static TypeSet {
        match self.iface().kind() {
            TyKind::Interface(i) => i.type_set(),
            _ => arena::alloc(TypeSet::all()),
        }
    }
}

/// What the interface means.
pub fn type_set(iface: &Interface) -> &'static TypeSet {
    iface.type_set()
}

/// The order of methods in a type set: exported ones first, by name, then by package path (as in go/types).
pub fn method_order(a: &Obj, b: &Obj) -> std::cmp::Ordering {
    let path = |o: &Obj| o.pkg.map_or("", |p| p.path.as_str());
    let key = |o: &Obj| (!o.exported(), o.name.as_str());
    key(a).cmp(&key(b)).then_with(|| {
        if a.exported() {
            std::cmp::Ordering::Equal
        } else {
            path(a).cmp(path(b))
        }
    })
}

thread_local! {
    /// Addresses of the interfaces whose type sets are being computed: an interface that embeds itself (an error that
    /// is reported where it is declared) must not be followed for ever.
    static OPEN: RefCell<Vec<usize>> = const { RefCell::new(Vec::new()) };
}

fn compute(iface: &Interface) -> &'static TypeSet {
    let address = std::ptr::from_ref(iface) as usize;
    if OPEN.with_borrow(|open| open.contains(&address)) {
        return arena::alloc(TypeSet::all());
    }
    OPEN.with_borrow_mut(|open| open.push(address));
    let mut collector = Collector::new();
    collector.interface(iface);
    OPEN.with_borrow_mut(Vec::pop);
    let complete = collector.complete;
    let set = arena::alloc(collector.finish());
    if complete {
        settle(&iface.tset, set)
    } else {
        set
    }
}

/// Gathers methods and terms of one interface.
struct Collector {
    methods: Vec<Obj>,
    /// Names taken, with the package path for unexported ones.
    seen: FxHashSet<(Symbol, Symbol)>,
    terms: Terms,
    comparable: bool,
    complete: bool,
}

impl Collector {
    fn new() -> Collector {
        Collector {
            methods: Vec::new(),
            seen: FxHashSet::default(),
            terms: Terms::All,
            comparable: false,
            complete: true,
        }
    }

    fn interface(&mut self, iface: &Interface) {
        self.methods(iface.methods);
        for &elem in iface.embeddeds {
            self.embedded(elem);
        }
    }

    /// Adds methods. Of two with the same name the first stays; that they agree is checked where they are declared.
    fn methods(&mut self, methods: &[Obj]) {
        for &m in methods {
            let pkg = match m.pkg {
                Some(p) if !m.exported() => p.path,
                _ => sym::EMPTY,
            };
            if self.seen.insert((m.name, pkg)) {
                self.methods.push(m);
            }
        }
    }

    fn embedded(&mut self, elem: Ty) {
        let under = elem.under();
        match under.kind() {
            TyKind::Interface(i) => {
                let set = i.type_set();
                self.methods(set.methods);
                self.restrict(set.terms.clone(), set.comparable);
            }
            TyKind::Union(terms) => {
                if let Some(terms) = self.union(terms) {
                    self.restrict(terms, false);
                }
            }
            _ if under.is_invalid() => self.complete = false,
            _ => self.restrict(Terms::single(elem), false),
        }
    }

    /// The types of a union; `None` if there are too many.
    fn union(&mut self, terms: &[Term]) -> Option<Terms> {
        let mut all = Terms::Of(Vec::new());
        for &term in terms {
            let under = term.ty.under();
            let more = match under.kind() {
                TyKind::Interface(i) => i.type_set().terms.clone(),
                _ if under.is_invalid() => {
                    self.complete = false;
                    continue;
                }
                // ~T is empty unless T is its own underlying type.
                _ if term.tilde && !identical(term.ty, under) => continue,
                _ => Terms::Of(vec![term]),
            };
            all = all.union(more);
            if all.list().len() > MAX_TERMS {
                return None;
            }
        }
        Some(all)
    }

    /// Keeps only what is also in `terms`, and comparable if either side asks for it.
    fn restrict(&mut self, terms: Terms, comparable: bool) {
        let both = std::mem::replace(&mut self.terms, Terms::All).intersect(terms);
        self.comparable |= comparable;
        self.terms = match both {
            Terms::Of(mut list) if self.comparable => {
                list.retain(|t| comparable_type(t.ty, false, &mut Vec::new()));
                self.comparable = false;
                Terms::Of(list)
            }
            other => other,
        };
    }

    fn finish(mut self) -> TypeSet {
        self.methods.sort_by(method_order);
        TypeSet {
            methods: alloc_slice(self.methods),
            terms: self.terms,
            comparable: self.comparable,
        }
    }
}

/// Calls `holds` with the types that a value of type `ty` may have and their underlying types: `ty` itself, or each
/// specific type of a type parameter; with `None` once if it has none. Whether all calls said yes.
pub fn typeset_all(ty: Ty, mut holds: impl FnMut(Option<(Ty, Ty)>) -> bool) -> bool {
    let Some(param) = ty.as_type_param() else {
        return holds(Some((ty, ty.under())));
    };
    let terms = param.type_set().specific_terms();
    if terms.is_empty() {
        return holds(None);
    }
    terms.iter().all(|t| holds(Some((t.ty, t.ty.under()))))
}
