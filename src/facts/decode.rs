//! Bytes to a package's objects and types.

use std::cell::Cell;
use std::sync::OnceLock;

use rustc_hash::FxHashMap;

use super::{MAGIC, PREDECLARED, field, node, object, predeclared, section};
use crate::ast::ChanDir;
use crate::base::bytes::{Corrupt, Reader, crc32};
use crate::base::symbol::{Symbol, sym};
use crate::ir::shape::shape_named;
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
    Ok(Decoder::new(blob, packages)?.pkg)
}

/// Types whose text would be longer than about this many names are refused: they can only be forged.
const MAX_WEIGHT: u64 = 1 << 20;

/// The sections of a blob by tag.
pub(super) struct Sections<'a> {
    found: Vec<(u8, &'a [u8])>,
}

impl<'a> Sections<'a> {
    pub(super) fn split(blob: &'a [u8], magic: [u8; 4]) -> Result<Sections<'a>, Corrupt> {
        let (body, crc) = blob.split_last_chunk().ok_or(Corrupt("too short"))?;
        if crc32(body) != u32::from_le_bytes(*crc) {
            return Err(Corrupt("checksum does not match"));
        }
        let rest = body
            .strip_prefix(&magic)
            .ok_or(Corrupt("not facts of this format"))?;
        let mut r = Reader::new(rest);
        let mut found = Vec::new();
        while !r.is_empty() {
            found.push((r.byte()?, r.bytes()?));
        }
        Ok(Sections { found })
    }

    pub(super) fn get(&self, tag: u8) -> Result<Reader<'a>, Corrupt> {
        let found = self.found.iter().find(|s| s.0 == tag);
        found
            .map(|s| Reader::new(s.1))
            .ok_or(Corrupt("a section is missing"))
    }
}

/// What the numbers in a package's blobs stand for. The blob of its code goes on where that of its types ended.
#[derive(Debug)]
pub struct Decoder {
    /// The package.
    pub(super) pkg: Pkg,
    strings: Vec<Symbol>,
    imports: Vec<Pkg>,
    shells: Vec<Ty>,
    tparams: Vec<Ty>,
    types: Vec<Ty>,
    /// How many names the text of each type has; declared types count as one.
    weights: Vec<u64>,
    /// The checksum of the types' blob.
    pub(super) checksum: u32,
    /// The weights of the types read since it was last set to 0.
    weight: Cell<u64>,
    scope: FxHashMap<Symbol, Obj>,
}

impl Decoder {
    /// Reads the blob of a package's types.
    pub fn new(blob: &[u8], packages: &dyn Packages) -> Result<Decoder, Corrupt> {
        let mut d = Decoder {
            pkg: Pkg::new(sym::EMPTY, sym::EMPTY),
            strings: Vec::new(),
            imports: Vec::new(),
            shells: Vec::new(),
            tparams: Vec::new(),
            types: (0..PREDECLARED).filter_map(predeclared).collect(),
            weights: vec![1; PREDECLARED],
            checksum: crc32(blob),
            weight: Cell::new(0),
            scope: FxHashMap::default(),
        };
        let sections = Sections::split(blob, MAGIC)?;
        d.strings(sections.get(section::STRINGS)?)?;
        let mut r = sections.get(section::PACKAGE)?;
        d.pkg = Pkg::new(d.string(&mut r)?, d.string(&mut r)?);
        d.imports(r, packages)?;
        d.common(&sections)?;
        d.objects(sections.get(section::OBJECTS)?)?;
        d.pkg.set_scope(std::mem::take(&mut d.scope));
        Ok(d)
    }

    /// The package.
    pub fn pkg(&self) -> Pkg {
        self.pkg
    }

    /// Goes on with the sections of the blob of its code.
    pub(super) fn extend(
        &mut self,
        sections: &Sections<'_>,
        packages: &dyn Packages,
    ) -> Result<(), Corrupt> {
        self.strings(sections.get(section::STRINGS)?)?;
        let mut r = sections.get(section::PACKAGE)?;
        let (path, name) = (self.string(&mut r)?, self.string(&mut r)?);
        if (path, name) != (self.pkg.path, self.pkg.name) {
            return Err(Corrupt("code of another package"));
        }
        self.imports(r, packages)?;
        self.common(sections)
    }

    fn common(&mut self, sections: &Sections<'_>) -> Result<(), Corrupt> {
        let known = (self.shells.len(), self.tparams.len());
        self.shells(sections.get(section::SHELLS)?)?;
        self.types(sections.get(section::TYPES)?)?;
        self.fills(known, sections.get(section::FILLS)?)
    }

    fn strings(&mut self, mut r: Reader<'_>) -> Result<(), Corrupt> {
        for _ in 0..r.len()? {
            self.strings.push(Symbol::intern(r.str()?));
        }
        Ok(())
    }

    fn imports(&mut self, mut r: Reader<'_>, packages: &dyn Packages) -> Result<(), Corrupt> {
        for _ in 0..r.len()? {
            let path = self.string(&mut r)?;
            self.imports.push(packages.package(path)?);
        }
        Ok(())
    }

    pub(super) fn string(&self, r: &mut Reader<'_>) -> Result<Symbol, Corrupt> {
        let i = r.index()?;
        self.strings
            .get(i)
            .copied()
            .ok_or(Corrupt("no such string"))
    }

    pub(super) fn ty(&self, r: &mut Reader<'_>) -> Result<Ty, Corrupt> {
        let i = r.index()?;
        let weight = self.weights.get(i).copied().unwrap_or_default();
        self.weight.set(self.weight.get().saturating_add(weight));
        self.types.get(i).copied().ok_or(Corrupt("no such type"))
    }

    pub(super) fn import(&self, i: usize) -> Result<Pkg, Corrupt> {
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
            self.weight.set(1);
            let ty = self.node(&mut r)?;
            self.types.push(ty);
            self.weights.push(self.weight.get());
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
            node::TUPLE => self.variables(r, VarKind::Result)?,
            node::SHAPE => self.shape(r)?,
            _ => return Err(Corrupt("unknown kind of type")),
        })
    }

    fn shape(&self, r: &mut Reader<'_>) -> Result<Ty, Corrupt> {
        let name = self.string(r)?;
        let under = self.ty(r)?;
        match under.kind() {
            TyKind::Named(_) | TyKind::Alias(_) | TyKind::TypeParam(_) => {
                Err(Corrupt("a shape of a type with a name"))
            }
            _ => Ok(shape_named(name.as_str(), under)),
        }
    }

    /// Starts to weigh anew.
    pub(super) fn forget_weight(&self) {
        self.weight.set(0);
    }

    /// Refuses what takes too long to print.
    pub(super) fn check_weight(&self) -> Result<(), Corrupt> {
        if self.weight.get() > MAX_WEIGHT {
            return Err(Corrupt("type too large"));
        }
        Ok(())
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
        Ok(Ty::of_struct(Struct {
            fields: alloc_slice(fields),
            tags: alloc_slice(tags),
        }))
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
        Ok(Ty::signature(Signature {
            tparams,
            rparams: &[],
            recv: None,
            params,
            results,
            variadic,
        }))
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
            methods.push(method(
                name,
                Some(pkg),
                false,
                with_receiver(sig, recv, &[])?,
            ));
        }
        let mut embeddeds = Vec::new();
        for _ in 0..r.len()? {
            embeddeds.push(self.ty(r)?);
        }
        let ty = Ty::interface(Interface {
            methods: alloc_slice(methods),
            embeddeds: alloc_slice(embeddeds),
            implicit,
            tset: OnceLock::new(),
        });
        for recv in receivers {
            recv.set_ty(owner.unwrap_or(ty));
        }
        Ok(ty)
    }

    pub(super) fn receiver(&self, name: Symbol) -> Obj {
        let info = VarInfo {
            kind: VarKind::Recv,
            embedded: false,
            origin: None,
        };
        Obj::new(ObjKind::Var(info), name, Some(self.pkg), None, 0)
    }

    /// Fills the shells and type parameters but the first ones, which are filled.
    fn fills(&mut self, known: (usize, usize), mut r: Reader<'_>) -> Result<(), Corrupt> {
        for i in known.0..self.shells.len() {
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
        for i in known.1..self.tparams.len() {
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
            methods.push(method(name, Some(self.pkg), ptr_recv, sig));
        }
        Ok(methods)
    }

    fn objects(&mut self, mut r: Reader<'_>) -> Result<(), Corrupt> {
        for _ in 0..r.len()? {
            let obj = self.object(&mut r)?;
            // Type names of this package came with their shells.
            if !obj.is_type_name() || !self.scope.contains_key(&obj.name) {
                self.scope.insert(obj.name, obj);
            }
        }
        Ok(())
    }

    /// A package-level object.
    pub(super) fn object(&self, r: &mut Reader<'_>) -> Result<Obj, Corrupt> {
        let tag = r.byte()?;
        let name = self.string(r)?;
        let ty = self.ty(r)?;
        let kind = match tag {
            object::CONST => ObjKind::constant(OnceLock::from(Value::read(r)?)),
            object::VAR => ObjKind::Var(VarInfo {
                kind: VarKind::Package,
                embedded: false,
                origin: None,
            }),
            object::FUNC => ObjKind::Func(FuncInfo {
                ptr_recv: false,
                origin: None,
            }),
            object::TYPE => ObjKind::TypeName,
            _ => return Err(Corrupt("unknown kind of object")),
        };
        Ok(Obj::typed(kind, name, Some(self.pkg), None, ty))
    }
}

fn new_named(obj: Obj) -> Ty {
    Ty::named(obj, None)
}

fn new_alias(obj: Obj) -> Ty {
    Ty::alias(obj, None)
}

pub(super) fn method(name: Symbol, pkg: Option<Pkg>, ptr_recv: bool, sig: Ty) -> Obj {
    let info = FuncInfo {
        ptr_recv,
        origin: None,
    };
    Obj::typed(ObjKind::Func(info), name, pkg, None, sig)
}

pub(super) fn with_receiver(sig: Ty, recv: Obj, rparams: &'static [Ty]) -> Result<Ty, Corrupt> {
    let s = sig
        .as_signature()
        .ok_or(Corrupt("a method without a function type"))?;
    Ok(Ty::signature(Signature {
        recv: Some(recv),
        rparams,
        ..*s
    }))
}
