//! Finds fields and methods by name, through embedded fields; and methods that a type lacks for an interface.
//!
//! The search goes breadth first through embedded structs: the shallowest match wins, two at one depth are ambiguous
//! (Go spec, "Selectors").

use rustc_hash::FxHashSet;

use super::check::Checker;
use super::object::{Obj, same_pkg};
use super::package::Pkg;
use super::predicates::identical;
use super::ty::{Named, Ty, TyKind};
use super::typeset::type_set;
use crate::base::few::Few;
use crate::base::symbol::{Symbol, sym};

/// What a lookup found.
#[derive(Clone, Debug, Default)]
pub struct Lookup {
    /// The field or method; `None` if there is none, or no single one.
    pub obj: Option<Obj>,
    /// Field indices from the outermost type to the embedded one, then the index of the field or method there. If
    /// `obj` is `None` and the path is not empty, the name is ambiguous.
    pub path: Few<u32>,
    /// Whether a pointer is followed on the way. If `obj` is `None`: a method exists but needs a pointer receiver.
    pub indirect: bool,
}

/// A method that a type lacks.
#[derive(Clone, Copy, Debug)]
pub struct Missing {
    /// The interface's method.
    pub method: Obj,
    /// Whether the type has a method of that name, with another signature or a pointer receiver.
    pub wrong_type: bool,
}

/// `*T` to `T` and true; anything else, defined pointer types included, to itself and false.
pub fn deref(ty: Ty) -> (Ty, bool) {
    match ty.unalias().kind() {
        TyKind::Pointer(elem) => (*elem, true),
        _ => (ty, false),
    }
}

/// A type at the depth that is searched.
struct Embedded {
    ty: Ty,
    path: Few<u32>,
    indirect: bool,
    /// Found several times at this depth.
    multiple: bool,
}

impl Embedded {
    fn path_to(&self, i: usize) -> Few<u32> {
        self.path.iter().copied().chain([i as u32]).collect()
    }
}

/// Types that were searched at a shallower depth.
#[derive(Default)]
struct Seen {
    /// The first one that is no instance: most searches end at it, and need no table.
    first: Option<Ty>,
    /// The others that are none.
    plain: FxHashSet<Ty>,
    instances: Vec<Ty>,
}

impl Seen {
    /// Adds a defined type; false if it was there.
    fn insert(&mut self, ty: Ty, named: &Named) -> bool {
        if named.inst.is_none() {
            return match self.first {
                None => {
                    self.first = Some(ty);
                    true
                }
                Some(first) => first != ty && self.plain.insert(ty),
            };
        }
        if self.instances.iter().any(|&t| identical(t, ty)) {
            return false;
        }
        self.instances.push(ty);
        true
    }
}

/// One search.
struct Search<'a> {
    pkg: Option<Pkg>,
    name: Symbol,
    /// Called with a declared method before its signature is needed.
    resolve: &'a mut dyn FnMut(Obj),
    found: Lookup,
    ambiguous: bool,
}

impl Search<'_> {
    fn hit(&mut self, obj: Obj, at: &Embedded, i: usize) {
        self.ambiguous |= self.found.obj.is_some() || at.multiple;
        self.found = Lookup {
            obj: Some(obj),
            path: at.path_to(i),
            indirect: at.indirect,
        };
    }

    fn method_of(&mut self, ty: Ty, named: &'static Named) -> Option<(usize, Obj)> {
        if !same_pkg(named.obj.pkg, self.pkg) && !self.name.is_exported() {
            return None;
        }
        let methods = named.declared_methods();
        let i = methods.iter().position(|m| m.name == self.name)?;
        (self.resolve)(methods[i]);
        Some((i, named.method(ty, i)))
    }

    fn look_in(&mut self, at: &Embedded, seen: &mut Seen, next: &mut Vec<Embedded>) {
        let ty = at.ty.unalias();
        if let TyKind::Named(named) = ty.kind() {
            if !seen.insert(ty, named) {
                return;
            }
            if let Some((i, m)) = self.method_of(ty, named) {
                self.hit(m, at, i);
                return;
            }
        }
        match ty.under().kind() {
            TyKind::Struct(s) => self.look_in_fields(s.fields, at, next),
            TyKind::Interface(iface) => {
                if let Some((i, m)) = type_set(iface).lookup_method(self.pkg, self.name) {
                    self.hit(m, at, i);
                }
            }
            _ => {}
        }
    }

    fn look_in_fields(&mut self, fields: &[Obj], at: &Embedded, next: &mut Vec<Embedded>) {
        for (i, f) in fields.iter().enumerate() {
            if f.same_id(self.pkg, self.name) {
                self.hit(*f, at, i);
            } else if self.found.obj.is_none() && f.as_var().is_some_and(|v| v.embedded) {
                let (ty, is_ptr) = deref(f.ty());
                next.push(Embedded {
                    ty,
                    path: at.path_to(i),
                    indirect: at.indirect || is_ptr,
                    multiple: at.multiple,
                });
            }
        }
    }

    fn run(mut self, ty: Ty, addressable: bool) -> Lookup {
        let (ty, is_ptr) = deref(ty);
        if self.name == sym::BLANK || is_ptr && ty.under_interface().is_some() {
            return Lookup::default();
        }
        let mut current = Few::One([Embedded {
            ty,
            path: Few::None,
            indirect: is_ptr,
            multiple: false,
        }]);
        let mut seen = Seen::default();
        let mut effort = 0;
        while !current.is_empty() && effort < MAX_EFFORT {
            effort += current.iter().map(|at| at.path.len() + 1).sum::<usize>();
            let mut next = Vec::new();
            for at in &*current {
                self.look_in(at, &mut seen, &mut next);
                if self.ambiguous {
                    return Lookup {
                        obj: None,
                        indirect: false,
                        ..self.found
                    };
                }
            }
            if let Some(obj) = self.found.obj {
                if has_ptr_recv(obj) && !self.found.indirect && !addressable {
                    return Lookup {
                        indirect: true,
                        ..Lookup::default()
                    };
                }
                return self.found;
            }
            current = Few::Many(consolidate(next));
        }
        Lookup::default()
    }
}

/// How many embedded types are searched, each counted as often as it is deep. Instances that embed pointers to ever
/// larger instances have no end, and the larger they are the more work is each.
const MAX_EFFORT: usize = 10_000;

/// Whether `obj` is a method with a pointer receiver.
pub fn has_ptr_recv(obj: Obj) -> bool {
    let Some(info) = obj.as_func() else {
        return false;
    };
    match obj.ty().as_signature().and_then(|s| s.recv) {
        Some(recv) => deref(recv.ty()).1,
        None => info.ptr_recv,
    }
}

/// Merges entries of the same type.
fn consolidate(list: Vec<Embedded>) -> Vec<Embedded> {
    let mut out: Vec<Embedded> = Vec::with_capacity(list.len());
    for e in list {
        match out.iter_mut().find(|o| identical(o.ty, e.ty)) {
            Some(same) => same.multiple = true,
            None => out.push(e),
        }
    }
    out
}

fn search(
    ty: Ty,
    addressable: bool,
    pkg: Option<Pkg>,
    name: Symbol,
    resolve: &mut dyn FnMut(Obj),
) -> Lookup {
    let search = Search {
        pkg,
        name,
        resolve,
        found: Lookup::default(),
        ambiguous: false,
    };
    search.run(ty, addressable)
}

fn field_or_method(
    ty: Ty,
    addressable: bool,
    pkg: Option<Pkg>,
    name: Symbol,
    resolve: &mut dyn FnMut(Obj),
) -> Lookup {
    // A defined pointer type has the fields of what it points to, but no methods.
    if let (Some(_), TyKind::Pointer(_)) = (ty.as_named(), ty.under().kind()) {
        let found = search(ty.under(), false, pkg, name, resolve);
        return match found.obj {
            Some(obj) if obj.as_func().is_some() => Lookup::default(),
            _ => found,
        };
    }
    search(ty, addressable, pkg, name, resolve)
}

/// The field or method `name` of a value of type `ty`, as seen from `pkg`; `addressable` says whether methods with
/// pointer receivers count. All types must be complete: for later stages.
pub fn lookup_field_or_method(ty: Ty, addressable: bool, pkg: Option<Pkg>, name: Symbol) -> Lookup {
    field_or_method(ty, addressable, pkg, name, &mut |_| {})
}

/// The first method of interface `t` (in order of ids) that `v` lacks. If `static_` is false and `v` is an interface,
/// only methods that both have are compared, as for assertions. `equivalent` compares signatures.
pub fn missing_method_with(
    v: Ty,
    t: Ty,
    static_: bool,
    equivalent: &mut dyn FnMut(Ty, Ty) -> bool,
    resolve: &mut dyn FnMut(Obj),
) -> Option<Missing> {
    let wanted = type_set(t.under_interface()?).methods;
    if let Some(iface) = v.under_interface() {
        let have = type_set(iface);
        return wanted.iter().find_map(|&m| {
            let missing = |wrong_type| {
                Some(Missing {
                    method: m,
                    wrong_type,
                })
            };
            match have.lookup_method(m.pkg, m.name) {
                None => static_.then_some(Missing {
                    method: m,
                    wrong_type: false,
                }),
                Some((_, f)) if equivalent(f.ty(), m.ty()) => None,
                Some(_) => missing(true),
            }
        });
    }
    wanted.iter().find_map(|&m| {
        let found = search(v, false, m.pkg, m.name, resolve);
        let wrong_type = match found.obj {
            Some(f) if f.as_func().is_some() => {
                if equivalent(f.ty(), m.ty()) {
                    return None;
                }
                true
            }
            Some(_) => false,
            None => found.indirect,
        };
        Some(Missing {
            method: m,
            wrong_type,
        })
    })
}

/// The first method of interface `t` that `v` lacks; see [`missing_method_with`]. All types must be complete.
pub fn missing_method(v: Ty, t: Ty, static_: bool) -> Option<Missing> {
    missing_method_with(v, t, static_, &mut identical, &mut |_| {})
}

/// How many types [`has_invalid_embedded_field`] looks at: instances can embed ever larger ones.
const MAX_SEEN: usize = 200;

/// Whether a struct (or what a pointer points to) or an interface embeds, at any depth, a type that is not known: it
/// may then have fields and methods that nobody can see.
pub fn has_invalid_embedded_field(ty: Ty, seen: &mut Vec<Ty>) -> bool {
    let ty = match ty.under_pointer() {
        Some(elem) if elem.under_struct().is_some() => elem,
        _ => ty,
    };
    let under = ty.under();
    if seen.len() >= MAX_SEEN || seen.contains(&under) {
        return false;
    }
    seen.push(under);
    let mut unknown = |t: Ty| t.is_invalid() || has_invalid_embedded_field(t, seen);
    match under.kind() {
        TyKind::Struct(s) => {
            let embedded = |f: &&Obj| f.as_var().is_some_and(|v| v.embedded);
            s.fields.iter().filter(embedded).any(|f| unknown(f.ty()))
        }
        TyKind::Interface(i) => i.embeddeds.iter().any(|&e| unknown(e)),
        _ => false,
    }
}

impl Checker<'_> {
    /// The field or method `name` of a value of type `ty`. Methods come with their signatures.
    pub fn lookup_field_or_method(
        &mut self,
        ty: Ty,
        addressable: bool,
        pkg: Option<Pkg>,
        name: Symbol,
    ) -> Lookup {
        field_or_method(ty, addressable, pkg, name, &mut |m| self.obj_decl(m))
    }

    /// The first method of interface `t` that `v` lacks.
    pub fn missing_method(
        &mut self,
        v: Ty,
        t: Ty,
        static_: bool,
        equivalent: &mut dyn FnMut(Ty, Ty) -> bool,
    ) -> Option<Missing> {
        missing_method_with(v, t, static_, equivalent, &mut |m| self.obj_decl(m))
    }

    /// Whether `v` has all methods of interface `t`; true as well if that cannot be known because of errors.
    pub fn has_all_methods(
        &mut self,
        v: Ty,
        t: Ty,
        static_: bool,
        equivalent: &mut dyn FnMut(Ty, Ty) -> bool,
    ) -> bool {
        v.is_invalid()
            || self.missing_method(v, t, static_, equivalent).is_none()
            || has_invalid_embedded_field(v, &mut Vec::new())
    }

    /// Whether `x.(t)` can succeed for some `x` of interface type `v`.
    pub fn assertable_to(&mut self, v: Ty, t: Ty) -> bool {
        let is_param = t.as_type_param().is_some();
        if t.under_interface().is_some() && !is_param {
            return true;
        }
        self.has_all_methods(t, v, false, &mut identical)
    }
}
