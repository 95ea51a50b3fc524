//! A package's objects and types to bytes.
//!
//! Types are numbered children first. Nodes with the same bytes are one node, so `[]byte` is written once however often
//! the package mentions it.

use rustc_hash::FxHashMap;

use super::code::{Code, write::write};
use super::{Facts, MAGIC, PREDECLARED, field, node, object, predeclared, section};
use crate::ast::ChanDir;
use crate::base::bytes::{crc32, put_bytes, put_int, put_uint};
use crate::base::symbol::{Symbol, sym};
use crate::ir::shape::is_shape;
use crate::types::object::{Obj, ObjKind};
use crate::types::package::Pkg;
use crate::types::ty::{Interface, Named, Signature, Struct, Ty, TyKind, TypeParam};

/// The facts of a checked package, without its code.
pub fn encode(pkg: Pkg) -> Vec<u8> {
    Encoder::new(pkg).interface_of_package()
}

/// The facts of a checked package: those that its types consist of, and those of its code.
pub fn encode_all(pkg: Pkg, code: &Code) -> Facts {
    let mut e = Encoder::new(pkg);
    let types = e.interface_of_package();
    let code = write(&mut e, code, crc32(&types));
    Facts { types, code }
}

/// Numbers strings, packages and types in the order in which they are first mentioned.
///
/// A blob has what was mentioned since the blob before it ([`Encoder::drain`]), so the second one of a package goes on
/// where the first one ended.
pub(super) struct Encoder {
    pub(super) pkg: Pkg,
    strings: FxHashMap<Symbol, u64>,
    string_bytes: Vec<u8>,
    imports: Vec<Pkg>,
    /// Declared types and aliases of this package, in order of first mention.
    shells: Vec<Ty>,
    shell_of: FxHashMap<Ty, u64>,
    tparams: Vec<Ty>,
    tparam_of: FxHashMap<Ty, u64>,
    types: Vec<u8>,
    type_count: u64,
    type_of: FxHashMap<Ty, u64>,
    by_bytes: FxHashMap<Vec<u8>, u64>,
    fills: Vec<u8>,
    constraints: Vec<u8>,
    /// Shells and type parameters that are filled.
    filled: (usize, usize),
    written: Written,
}

/// How many of each kind are in blobs before.
#[derive(Default)]
struct Written {
    strings: u64,
    imports: usize,
    shells: usize,
    tparams: usize,
    types: u64,
}

impl Encoder {
    fn new(pkg: Pkg) -> Encoder {
        let type_of = (0..PREDECLARED)
            .filter_map(|i| Some((predeclared(i)?, i as u64)))
            .collect();
        Encoder {
            pkg,
            strings: FxHashMap::default(),
            string_bytes: Vec::new(),
            imports: Vec::new(),
            shells: Vec::new(),
            shell_of: FxHashMap::default(),
            tparams: Vec::new(),
            tparam_of: FxHashMap::default(),
            types: Vec::new(),
            type_count: 0,
            type_of,
            by_bytes: FxHashMap::default(),
            fills: Vec::new(),
            constraints: Vec::new(),
            filled: (0, 0),
            written: Written::default(),
        }
    }

    fn interface_of_package(&mut self) -> Vec<u8> {
        let objects = self.pkg.objects().iter().copied();
        let exported: Vec<Obj> = objects.filter(|o| o.exported()).collect();
        let mut objects = Vec::new();
        put_uint(&mut objects, exported.len() as u64);
        for &obj in &exported {
            self.object(obj, &mut objects);
        }
        self.fill_shells();
        let mut sections = self.drain();
        sections.push((section::OBJECTS, objects));
        join(MAGIC, &sections)
    }

    fn string(&mut self, s: Symbol) -> u64 {
        if let Some(&i) = self.strings.get(&s) {
            return i;
        }
        let i = self.strings.len() as u64;
        self.strings.insert(s, i);
        put_bytes(&mut self.string_bytes, s.as_str().as_bytes());
        i
    }

    pub(super) fn put_string(&mut self, out: &mut Vec<u8>, s: Symbol) {
        let i = self.string(s);
        put_uint(out, i);
    }

    pub(super) fn import(&mut self, pkg: Pkg) -> u64 {
        let known = self.imports.iter().position(|&p| p == pkg);
        known.unwrap_or_else(|| {
            self.imports.push(pkg);
            self.imports.len() - 1
        }) as u64
    }

    pub(super) fn object(&mut self, obj: Obj, out: &mut Vec<u8>) {
        let tag = match obj.data().kind {
            ObjKind::Const(_) => object::CONST,
            ObjKind::Func(_) => object::FUNC,
            ObjKind::TypeName => object::TYPE,
            _ => object::VAR,
        };
        out.push(tag);
        self.put_string(out, obj.name);
        self.put_type(out, obj.ty());
        if let Some(value) = obj.const_value() {
            value.write(out);
        } else if tag == object::CONST {
            crate::types::constant::Value::Unknown.write(out);
        }
    }

    pub(super) fn put_type(&mut self, out: &mut Vec<u8>, ty: Ty) {
        let number = self.ty(ty);
        put_uint(out, number);
    }

    /// The number of a type.
    pub(super) fn ty(&mut self, ty: Ty) -> u64 {
        if let Some(&n) = self.type_of.get(&ty) {
            return n;
        }
        let Some(bytes) = self.node(ty) else {
            self.type_of.insert(ty, 0);
            return 0;
        };
        let number = if let Some(&n) = self.by_bytes.get(&bytes) {
            n
        } else {
            let n = PREDECLARED as u64 + self.type_count;
            self.type_count += 1;
            self.types.extend_from_slice(&bytes);
            self.by_bytes.insert(bytes, n);
            n
        };
        self.type_of.insert(ty, number);
        number
    }

    /// The bytes of a node; `None` for what cannot be said, which becomes the invalid type.
    fn node(&mut self, ty: Ty) -> Option<Vec<u8>> {
        let mut out = Vec::new();
        match ty.kind() {
            TyKind::Basic(_) => return None,
            TyKind::Tuple(vars) => {
                out.push(node::TUPLE);
                self.variables(&mut out, vars);
            }
            TyKind::Array { len, elem } => {
                out.push(node::ARRAY);
                put_int(&mut out, *len);
                self.put_type(&mut out, *elem);
            }
            TyKind::Slice(elem) => self.elem(&mut out, node::SLICE, *elem),
            TyKind::Pointer(elem) => self.elem(&mut out, node::POINTER, *elem),
            TyKind::Chan { dir, elem } => {
                let tag = match dir {
                    ChanDir::Both => node::CHAN,
                    ChanDir::Send => node::CHAN_SEND,
                    ChanDir::Recv => node::CHAN_RECV,
                };
                self.elem(&mut out, tag, *elem);
            }
            TyKind::Map { key, elem } => {
                out.push(node::MAP);
                self.put_type(&mut out, *key);
                self.put_type(&mut out, *elem);
            }
            TyKind::Struct(s) => self.structure(&mut out, s),
            TyKind::Signature(s) => self.signature(&mut out, s),
            TyKind::Union(terms) => {
                out.push(node::UNION);
                put_uint(&mut out, terms.len() as u64);
                for t in *terms {
                    out.push(u8::from(t.tilde));
                    self.put_type(&mut out, t.ty);
                }
            }
            TyKind::Interface(i) => self.interface(&mut out, i),
            TyKind::Named(n) => match n.inst {
                Some(inst) => self.instance(&mut out, inst.orig, inst.targs),
                None if is_shape(ty) => {
                    out.push(node::SHAPE);
                    self.put_string(&mut out, n.obj.name);
                    self.put_type(&mut out, ty.under());
                }
                None => self.declared(&mut out, ty, n.obj)?,
            },
            TyKind::Alias(a) => match a.inst {
                Some(inst) => self.instance(&mut out, inst.orig, inst.targs),
                None => self.declared(&mut out, ty, a.obj)?,
            },
            TyKind::TypeParam(_) => {
                let i = *self.tparam_of.get(&ty)?;
                out.push(node::TPARAM);
                put_uint(&mut out, i);
            }
        }
        Some(out)
    }

    fn elem(&mut self, out: &mut Vec<u8>, tag: u8, elem: Ty) {
        out.push(tag);
        self.put_type(out, elem);
    }

    fn instance(&mut self, out: &mut Vec<u8>, orig: Ty, targs: &[Ty]) {
        out.push(node::INSTANCE);
        self.put_type(out, orig);
        put_uint(out, targs.len() as u64);
        for &t in targs {
            self.put_type(out, t);
        }
    }

    /// A declared type: a shell of this package, or a name of another one.
    fn declared(&mut self, out: &mut Vec<u8>, ty: Ty, obj: Obj) -> Option<()> {
        let pkg = obj.pkg?;
        if pkg == self.pkg {
            out.push(node::SHELL);
            let i = self.shell(ty);
            put_uint(out, i);
            return Some(());
        }
        if pkg.opaque || pkg.lookup(obj.name) != Some(obj) {
            return None;
        }
        out.push(node::FOREIGN);
        let i = self.import(pkg);
        put_uint(out, i);
        self.put_string(out, obj.name);
        Some(())
    }

    fn shell(&mut self, ty: Ty) -> u64 {
        if let Some(&i) = self.shell_of.get(&ty) {
            return i;
        }
        let i = self.shells.len() as u64;
        self.shells.push(ty);
        self.shell_of.insert(ty, i);
        // Its own type parameters may occur anywhere, so they have numbers from the start.
        let tparams = match ty.kind() {
            TyKind::Named(n) => n.tparams(),
            TyKind::Alias(a) => a.tparams(),
            _ => &[],
        };
        self.declare_tparams(tparams);
        i
    }

    pub(super) fn declare_tparams(&mut self, tparams: &[Ty]) {
        for &t in tparams {
            let next = self.tparams.len() as u64;
            if let std::collections::hash_map::Entry::Vacant(slot) = self.tparam_of.entry(t) {
                slot.insert(next);
                self.tparams.push(t);
            }
        }
    }

    fn put_tparams(&mut self, out: &mut Vec<u8>, tparams: &[Ty]) {
        self.declare_tparams(tparams);
        put_uint(out, tparams.len() as u64);
        for t in tparams {
            let i = self.tparam_of.get(t).copied().unwrap_or_default();
            put_uint(out, i);
        }
    }

    fn structure(&mut self, out: &mut Vec<u8>, s: &Struct) {
        out.push(node::STRUCT);
        put_uint(out, s.fields.len() as u64);
        for (i, f) in s.fields.iter().enumerate() {
            let foreign = f.pkg.filter(|&p| p != self.pkg);
            let tag = s.tag(i);
            let mut bits = 0;
            if f.as_var().is_some_and(|v| v.embedded) {
                bits |= field::EMBEDDED;
            }
            if !tag.as_str().is_empty() {
                bits |= field::TAGGED;
            }
            if foreign.is_some() {
                bits |= field::FOREIGN;
            }
            out.push(bits);
            self.put_string(out, f.name);
            self.put_type(out, f.ty());
            if bits & field::TAGGED != 0 {
                self.put_string(out, tag);
            }
            if let Some(pkg) = foreign {
                let i = self.import(pkg);
                put_uint(out, i);
            }
        }
    }

    fn signature(&mut self, out: &mut Vec<u8>, s: &Signature) {
        out.push(if s.variadic {
            node::VARIADIC
        } else {
            node::SIGNATURE
        });
        self.put_tparams(out, s.tparams);
        self.variables(out, s.param_vars());
        self.variables(out, s.result_vars());
    }

    fn variables(&mut self, out: &mut Vec<u8>, vars: &[Obj]) {
        put_uint(out, vars.len() as u64);
        for v in vars {
            self.put_string(out, v.name);
            self.put_type(out, v.ty());
        }
    }

    fn interface(&mut self, out: &mut Vec<u8>, i: &Interface) {
        out.push(if i.implicit {
            node::IMPLICIT
        } else {
            node::INTERFACE
        });
        put_uint(out, self.owner(i));
        put_uint(out, i.methods.len() as u64);
        for m in i.methods {
            self.put_string(out, m.name);
            let foreign = m.pkg.filter(|&p| p != self.pkg);
            let pkg = foreign.map_or(0, |p| self.import(p) + 1);
            put_uint(out, pkg);
            self.put_type(out, m.ty());
        }
        put_uint(out, i.embeddeds.len() as u64);
        for &e in i.embeddeds {
            self.put_type(out, e);
        }
    }

    /// 1 + the shell that an interface's methods have as receiver; 0 if it is the interface itself.
    fn owner(&mut self, i: &Interface) -> u64 {
        let sig = i.methods.first().and_then(|m| m.ty().as_signature());
        let recv = sig.and_then(|s| s.recv).map(Obj::ty);
        match recv.map(|r| (r, r.kind())) {
            Some((r, TyKind::Named(n))) if n.inst.is_none() && n.obj.pkg == Some(self.pkg) => {
                self.shell(r) + 1
            }
            _ => 0,
        }
    }

    /// Writes what the shells stand for, and the constraints of type parameters. Either may lead to more of both.
    pub(super) fn fill_shells(&mut self) {
        loop {
            if let Some(&shell) = self.shells.get(self.filled.0) {
                self.filled.0 += 1;
                self.fill_shell(shell);
            } else if let Some(&param) = self.tparams.get(self.filled.1) {
                self.filled.1 += 1;
                self.fill_bound(param);
            } else {
                return;
            }
        }
    }

    fn fill_bound(&mut self, param: Ty) {
        let bound = param.as_type_param();
        let bound = bound.map_or(Ty::INVALID, TypeParam::constraint);
        let number = self.ty(bound);
        put_uint(&mut self.constraints, number);
    }

    fn fill_shell(&mut self, shell: Ty) {
        let mut out = Vec::new();
        match shell.kind() {
            TyKind::Named(n) => self.fill_named(&mut out, n),
            TyKind::Alias(a) => {
                self.put_tparams(&mut out, a.tparams());
                self.put_type(&mut out, a.rhs().unwrap_or(Ty::INVALID));
            }
            _ => {}
        }
        self.fills.extend(out);
    }

    fn fill_named(&mut self, out: &mut Vec<u8>, n: &Named) {
        self.put_tparams(out, n.tparams());
        self.put_type(out, n.rhs.get().copied().unwrap_or(Ty::INVALID));
        let methods = n.declared_methods();
        put_uint(out, methods.len() as u64);
        for m in methods {
            self.method(out, *m);
        }
    }

    fn method(&mut self, out: &mut Vec<u8>, m: Obj) {
        self.put_string(out, m.name);
        out.push(u8::from(m.as_func().is_some_and(|f| f.ptr_recv)));
        let sig = m.ty().as_signature();
        self.put_tparams(out, sig.map_or(&[], |s| s.rparams));
        let recv = sig.and_then(|s| s.recv);
        self.put_string(out, recv.map_or(sym::EMPTY, |r| r.name));
        self.put_type(out, recv.map_or(Ty::INVALID, Obj::ty));
        self.put_type(out, m.ty());
    }

    /// The number of a type that has one already.
    pub(super) fn known(&self, ty: Ty) -> Option<u64> {
        self.type_of.get(&ty).copied()
    }

    /// Whether a declared type of this package is mentioned.
    pub(super) fn mentions(&self, shell: Ty) -> bool {
        self.shell_of.contains_key(&shell)
    }

    /// The sections with what is new since the last blob.
    pub(super) fn drain(&mut self) -> Vec<(u8, Vec<u8>)> {
        let package = self.package_section();
        let shells = self.shell_section();
        let strings = counted(
            self.strings.len() as u64 - self.written.strings,
            &std::mem::take(&mut self.string_bytes),
        );
        let types = counted(
            self.type_count - self.written.types,
            &std::mem::take(&mut self.types),
        );
        let mut fills = std::mem::take(&mut self.fills);
        fills.append(&mut self.constraints);
        self.written = Written {
            strings: self.strings.len() as u64,
            imports: self.imports.len(),
            shells: self.shells.len(),
            tparams: self.tparams.len(),
            types: self.type_count,
        };
        vec![
            (section::STRINGS, strings),
            (section::PACKAGE, package),
            (section::SHELLS, shells),
            (section::TYPES, types),
            (section::FILLS, fills),
        ]
    }

    fn package_section(&mut self) -> Vec<u8> {
        let mut out = Vec::new();
        self.put_string(&mut out, self.pkg.path);
        self.put_string(&mut out, self.pkg.name);
        let new = self.imports[self.written.imports..].to_vec();
        put_uint(&mut out, new.len() as u64);
        for p in new {
            self.put_string(&mut out, p.path);
        }
        out
    }

    fn shell_section(&mut self) -> Vec<u8> {
        let mut out = Vec::new();
        let shells = self.shells[self.written.shells..].to_vec();
        put_uint(&mut out, shells.len() as u64);
        for ty in shells {
            let (obj, is_alias) = match ty.kind() {
                TyKind::Named(n) => (Some(n.obj), false),
                TyKind::Alias(a) => (Some(a.obj), true),
                _ => (None, false),
            };
            self.put_string(&mut out, obj.map_or(self.pkg.name, |o| o.name));
            // Types declared in functions are not in the package's scope.
            let in_scope = obj.is_some_and(|o| self.pkg.lookup(o.name) == Some(o));
            out.push(u8::from(is_alias) | u8::from(in_scope) << 1);
        }
        let tparams = self.tparams[self.written.tparams..].to_vec();
        put_uint(&mut out, tparams.len() as u64);
        for ty in tparams {
            let param = ty.as_type_param();
            self.put_string(&mut out, param.map_or(sym::EMPTY, |p| p.obj.name));
            put_uint(&mut out, param.map_or(0, |p| p.index() as u64));
        }
        out
    }
}

/// A list with its length in front.
pub(super) fn counted(count: u64, bytes: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(bytes.len() + 4);
    put_uint(&mut out, count);
    out.extend_from_slice(bytes);
    out
}

/// A blob of these sections.
pub(super) fn join(magic: [u8; 4], sections: &[(u8, Vec<u8>)]) -> Vec<u8> {
    let mut out = magic.to_vec();
    for (tag, bytes) in sections {
        out.push(*tag);
        put_bytes(&mut out, bytes);
    }
    let crc = crc32(&out);
    out.extend_from_slice(&crc.to_le_bytes());
    out
}
