//! Bytes to a package's objects and types.

use std::sync::OnceLock;

use rustc_hash::FxHashMap;

use super::{MAGIC, PREDECLARED, field, node, object, predeclared, section};
use crate::ast::ChanDir;
use crate::base::bytes::{Corrupt, Reader, crc32};
use crate::base::symbol::{Symbol, sym};
use crate::types::arena::alloc_slice;
use crate::types::constant::Value;
use crate::types::instantiate::instantiate;
use crate::types::object::{FuncInfo, Obj, ObjKind, VarInfo, VarKind};
use crate::types::package::Pkg;
use crate::types::subst::new_type_param;
use crate::types::ty::{Interface, Signature, Struct, Term, Ty, TyKind, settle};

/// Where the packages come from that a blob mentions.
pub trait Packages {
    /// The package at `path`; it must be complete.
    fn package(&self, path: Symbol) -> Result<Pkg, Corrupt>;
}

/// The package that a blob describes.
pub fn decode(blob: &[u8], packages: &dyn Packages) -> Result<Pkg, Corrupt> {
    let sections = Sections::split(blob)?;
    let mut d = Decoder::new(&sections, packages)?;
    d.shells(sections.get(section::SHELLS)?)?;
    d.types(sections.get(section::TYPES)?)?;
    d.fills(sections.get(section::FILLS)?)?;
    d.objects(sections.get(section::OBJECTS)?)?;
    Ok(d.finish())
}

/// The sections of a blob by tag.
struct Sections<'a> {
    found: Vec<(u8, &'a [u8])>,
}

impl<'a> Sections<'a> {
    fn split(blob: &'a [u8]) -> Result<Sections<'a>, Corrupt> {
        let (body, crc) = blob.split_last_chunk().ok_or(Corrupt("too short"))?;
        if crc32(body) != u32::from_le_bytes(*crc) {
            return Err(Corrupt("checksum does not match"));
        }
        let rest = body
            .strip_prefix(&MAGIC)
            .ok_or(Corrupt("not facts of this format"))?;
        let mut r = Reader::new(rest);
        let mut found = Vec::new();
        while !r.is_empty() {
            found.push((r.byte()?, r.bytes()?));
        }
        Ok(Sections { found })
    }

    fn get(&self, tag: u8) -> Result<Reader<'a>, Corrupt> {
        let found = self.found.iter().find(|s| s.0 == tag);
        found
            .map(|s| Reader::new(s.1))
            .ok_or(Corrupt("a section is missing"))
    }
}

struct Decoder {
    pkg: Pkg,
    strings: Vec<Symbol>,
    imports: Vec<Pkg>,
    shells: Vec<Ty>,
    tparams: Vec<Ty>,
    types: Vec<Ty>,
    scope: FxHashMap<Symbol, Obj>,
}

impl Decoder {
    fn new(sections: &Sections<'_>, packages: &dyn Packages) -> Result<Decoder, Corrupt> {
        let mut r = sections.get(section::STRINGS)?;
        let mut strings = Vec::new();
        for _ in 0..r.len()? {
            strings.push(Symbol::intern(r.str()?));
        }
        let mut d = Decoder {
            pkg: Pkg::new(sym::EMPTY, sym::EMPTY),
            strings,
            imports: Vec::new(),
            shells: Vec::new(),
            tparams: Vec::new(),
            types: (0..PREDECLARED).filter_map(predeclared).collect(),
            scope: FxHashMap::default(),
        };
        let mut r = sections.get(section::PACKAGE)?;
        let (path, name) = (d.string(&mut r)?, d.string(&mut r)?);
        d.pkg = Pkg::new(path, name);
        for _ in 0..r.len()? {
            let path = d.string(&mut r)?;
            d.imports.push(packages.package(path)?);
        }
        Ok(d)
    }

    fn string(&self, r: &mut Reader<'_>) -> Result<Symbol, Corrupt> {
        let i = r.index()?;
        self.strings
            .get(i)
            .copied()
            .ok_or(Corrupt("no such string"))
    }

    fn ty(&self, r: &mut Reader<'_>) -> Result<Ty, Corrupt> {
        let i = r.index()?;
        self.types.get(i).copied().ok_or(Corrupt("no such type"))
    }

    fn import(&self, i: usize) -> Result<Pkg, Corrupt> {
        self.imports
            .get(i)
            .copied()
            .ok_or(Corrupt("no such import"))
    }

    fn type_name(&self, name: Symbol) -> Obj {
        Obj::new(ObjKind::TypeName, name, Some(self.pkg), None, 0)
    }

    fn shells(&mut self, mut r: Reader<'_>) -> Result<(), Corrupt> {
        for _ in 0..r.len()? {
            let name = self.string(&mut r)?;
            let bits = r.byte()?;
            let obj = self.type_name(name);
            let ty = if bits & 1 == 0 {
                new_named(obj)
            } else {
                new_alias(obj)
            };
            obj.set_ty(ty);
            if bits & 2 != 0 {
                self.scope.insert(name, obj);
            }
            self.shells.push(ty);
        }
        for _ in 0..r.len()? {
            let name = self.string(&mut r)?;
            let index = r.index()?;
            let obj = self.type_name(name);
            self.tparams.push(new_type_param(obj, index as u32));
        }
        Ok(())
    }

    fn types(&mut self, mut r: Reader<'_>) -> Result<(), Corrupt> {
        for _ in 0..r.len()? {
            let ty = self.node(&mut r)?;
            self.types.push(ty);
        }
        Ok(())
    }

    fn node(&mut self, r: &mut Reader<'_>) -> Result<Ty, Corrupt> {
        let tag = r.byte()?;
        Ok(match tag {
            node::ARRAY => {
                let len = r.int()?;
                Ty::array(len, self.ty(r)?)
            }
            node::SLICE => Ty::slice(self.ty(r)?),
            node::POINTER => Ty::pointer(self.ty(r)?),
            node::CHAN | node::CHAN_SEND | node::CHAN_RECV => {
                let dir = match tag {
                    node::CHAN_SEND => ChanDir::Send,
                    node::CHAN_RECV => ChanDir::Recv,
                    _ => ChanDir::Both,
                };
                let elem = self.ty(r)?;
                Ty::new(TyKind::Chan { dir, elem })
            }
            node::MAP => {
                let (key, elem) = (self.ty(r)?, self.ty(r)?);
                Ty::new(TyKind::Map { key, elem })
            }
            node::STRUCT => self.structure(r)?,
            node::SIGNATURE | node::VARIADIC => self.signature(r, tag == node::VARIADIC)?,
            node::UNION => {
                let mut terms = Vec::new();
                for _ in 0..r.len()? {
                    let tilde = r.byte()? != 0;
                    let ty = self.ty(r)?;
                    terms.push(Term { tilde, ty });
                }
                Ty::new(TyKind::Union(alloc_slice(terms)))
            }
            node::INTERFACE | node::IMPLICIT => self.interface(r, tag == node::IMPLICIT)?,
            node::SHELL => self.shell(r)?,
            node::FOREIGN => self.foreign(r)?,
            node::TPARAM => self.tparam(r)?,
            node::INSTANCE => self.instance(r)?,
            _ => return Err(Corrupt("unknown kind of type")),
        })
    }

    fn shell(&self, r: &mut Reader<'_>) -> Result<Ty, Corrupt> {
        let i = r.index()?;
        self.shells
            .get(i)
            .copied()
            .ok_or(Corrupt("no such declared type"))
    }

    fn tparam(&self, r: &mut Reader<'_>) -> Result<Ty, Corrupt> {
        let i = r.index()?;
        self.tparams
            .get(i)
            .copied()
            .ok_or(Corrupt("no such type parameter"))
    }

    fn foreign(&self, r: &mut Reader<'_>) -> Result<Ty, Corrupt> {
        let pkg = self.import(r.index()?)?;
        let name = self.string(r)?;
        let obj = pkg.lookup(name).filter(|o| o.is_type_name());
        obj.map(Obj::ty)
            .ok_or(Corrupt("no such type in another package"))
    }

    fn instance(&self, r: &mut Reader<'_>) -> Result<Ty, Corrupt> {
        let orig = self.ty(r)?;
        let generic = match orig.kind() {
            TyKind::Named(n) => n.inst.is_none(),
            TyKind::Alias(a) => a.inst.is_none(),
            _ => false,
        };
        if !generic {
            return Err(Corrupt("an instance of what is not generic"));
        }
        let mut targs = Vec::new();
        for _ in 0..r.len()? {
            targs.push(self.ty(r)?);
        }
        Ok(instantiate(orig, alloc_slice(targs)))
    }

    fn structure(&mut self, r: &mut Reader<'_>) -> Result<Ty, Corrupt> {
        let (mut fields, mut tags) = (Vec::new(), Vec::new());
        for i in 0..r.len()? {
            let bits = r.byte()?;
            let name = self.string(r)?;
            let ty = self.ty(r)?;
            if bits & field::TAGGED != 0 {
                tags.resize(i, sym::EMPTY);
                tags.push(self.string(r)?);
            }
            let pkg = match bits & field::FOREIGN {
                0 => self.pkg,
                _ => self.import(r.index()?)?,
            };
            let kind = ObjKind::Var(VarInfo {
                kind: VarKind::Field,
                embedded: bits & field::EMBEDDED != 0,
                origin: None,
            });
            fields.push(Obj::typed(kind, name, Some(pkg), None, ty));
        }
        Ok(Ty::new(TyKind::Struct(Struct {
            fields: alloc_slice(fields),
            tags: alloc_slice(tags),
        })))
    }

    fn tparam_list(&self, r: &mut Reader<'_>) -> Result<&'static [Ty], Corrupt> {
        let mut list = Vec::new();
        for _ in 0..r.len()? {
            list.push(self.tparam(r)?);
        }
        Ok(alloc_slice(list))
    }

    fn signature(&mut self, r: &mut Reader<'_>, variadic: bool) -> Result<Ty, Corrupt> {
        let tparams = self.tparam_list(r)?;
        let params = self.variables(r, VarKind::Param)?;
        let results = self.variables(r, VarKind::Result)?;
        if variadic && params.vars().is_empty() {
            return Err(Corrupt("a variadic function without parameters"));
        }
        Ok(Ty::new(TyKind::Signature(Signature {
            tparams,
            rparams: &[],
            recv: None,
            params,
            results,
            variadic,
        })))
    }

    fn variables(&self, r: &mut Reader<'_>, kind: VarKind) -> Result<Ty, Corrupt> {
        let mut vars = Vec::new();
        for _ in 0..r.len()? {
            let name = self.string(r)?;
            let ty = self.ty(r)?;
            vars.push(Obj::var(kind, name, Some(self.pkg), None, ty));
        }
        Ok(Ty::tuple(vars))
    }

    fn interface(&mut self, r: &mut Reader<'_>, implicit: bool) -> Result<Ty, Corrupt> {
        let owner = match r.index()? {
            0 => None,
            i => Some(
                *self
                    .shells
                    .get(i - 1)
                    .ok_or(Corrupt("no such declared type"))?,
            ),
        };
        let mut methods = Vec::new();
        let mut receivers = Vec::new();
        for _ in 0..r.len()? {
            let name = self.string(r)?;
            let pkg = match r.index()? {
                0 => self.pkg,
                i => self.import(i - 1)?,
            };
            let sig = self.ty(r)?;
            let recv = self.receiver(sym::EMPTY);
            receivers.push(recv);
            methods.push(method(name, pkg, false, with_receiver(sig, recv, &[])?));
        }
        let mut embeddeds = Vec::new();
        for _ in 0..r.len()? {
            embeddeds.push(self.ty(r)?);
        }
        let ty = Ty::new(TyKind::Interface(Interface {
            methods: alloc_slice(methods),
            embeddeds: alloc_slice(embeddeds),
            implicit,
            tset: OnceLock::new(),
        }));
        for recv in receivers {
            recv.set_ty(owner.unwrap_or(ty));
        }
        Ok(ty)
    }

    fn receiver(&self, name: Symbol) -> Obj {
        let info = VarInfo {
            kind: VarKind::Recv,
            embedded: false,
            origin: None,
        };
        Obj::new(ObjKind::Var(info), name, Some(self.pkg), None, 0)
    }

    fn fills(&mut self, mut r: Reader<'_>) -> Result<(), Corrupt> {
        for i in 0..self.shells.len() {
            let tparams = self.tparam_list(&mut r)?;
            let rhs = self.ty(&mut r)?;
            match self.shells[i].kind() {
                TyKind::Named(n) => {
                    settle(&n.tparams, tparams);
                    settle(&n.rhs, rhs);
                    let methods = self.methods(&mut r)?;
                    settle(&n.methods, alloc_slice(methods));
                }
                TyKind::Alias(a) => {
                    settle(&a.tparams, tparams);
                    settle(&a.rhs, rhs);
                }
                _ => {}
            }
        }
        for i in 0..self.tparams.len() {
            let bound = self.ty(&mut r)?;
            if bound.as_type_param().is_some() {
                return Err(Corrupt("a type parameter as a constraint"));
            }
            if let TyKind::TypeParam(p) = self.tparams[i].kind() {
                settle(&p.bound, bound);
            }
        }
        Ok(())
    }

    fn methods(&self, r: &mut Reader<'_>) -> Result<Vec<Obj>, Corrupt> {
        let mut methods = Vec::new();
        for _ in 0..r.len()? {
            let name = self.string(r)?;
            let ptr_recv = r.byte()? != 0;
            let rparams = self.tparam_list(r)?;
            let recv = self.receiver(self.string(r)?);
            recv.set_ty(self.ty(r)?);
            let sig = with_receiver(self.ty(r)?, recv, rparams)?;
            methods.push(method(name, self.pkg, ptr_recv, sig));
        }
        Ok(methods)
    }

    fn objects(&mut self, mut r: Reader<'_>) -> Result<(), Corrupt> {
        for _ in 0..r.len()? {
            let tag = r.byte()?;
            let name = self.string(&mut r)?;
            let ty = self.ty(&mut r)?;
            let kind = match tag {
                object::CONST => ObjKind::Const(OnceLock::from(Value::read(&mut r)?)),
                object::VAR => ObjKind::Var(VarInfo {
                    kind: VarKind::Package,
                    embedded: false,
                    origin: None,
                }),
                object::FUNC => ObjKind::Func(FuncInfo {
                    ptr_recv: false,
                    origin: None,
                }),
                // Type names of this package came with their shells.
                object::TYPE if self.scope.contains_key(&name) => continue,
                object::TYPE => ObjKind::TypeName,
                _ => return Err(Corrupt("unknown kind of object")),
            };
            let obj = Obj::typed(kind, name, Some(self.pkg), None, ty);
            self.scope.insert(name, obj);
        }
        Ok(())
    }

    fn finish(self) -> Pkg {
        self.pkg.set_scope(self.scope);
        self.pkg
    }
}

fn new_named(obj: Obj) -> Ty {
    Ty::named(obj, None)
}

fn new_alias(obj: Obj) -> Ty {
    Ty::alias(obj, None)
}

fn method(name: Symbol, pkg: Pkg, ptr_recv: bool, sig: Ty) -> Obj {
    let info = FuncInfo {
        ptr_recv,
        origin: None,
    };
    Obj::typed(ObjKind::Func(info), name, Some(pkg), None, sig)
}

fn with_receiver(sig: Ty, recv: Obj, rparams: &'static [Ty]) -> Result<Ty, Corrupt> {
    let s = sig
        .as_signature()
        .ok_or(Corrupt("a method without a function type"))?;
    Ok(Ty::new(TyKind::Signature(Signature {
        recv: Some(recv),
        rparams,
        ..*s
    })))
}
