//! Bytes to code.

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, OnceLock};

use rustc_hash::{FxHashMap, FxHashSet};

use super::super::decode::{Decoder, Packages, Sections, method, with_receiver};
use super::super::{CODE_MAGIC, section};
use super::{Code, nodes, reference};
use crate::ast::Pragma;
use crate::base::bytes::{Corrupt, Reader};
use crate::base::index::{Idx, IndexVec};
use crate::base::symbol::{Symbol, sym};
use crate::escape::effect::Effect;
use crate::escape::leaks::Leaks;
use crate::escape::summary::{Summary, Tag};
use crate::ir::body::{Body, Class, FuncName, FuncRef, Instance, Local, LocalId, Pos};
use crate::ir::build::runtime_functions;
use crate::ir::node::{FuncId, Node, NodeId};
use crate::ir::print::func_text;
use crate::ir::{ClosureCounts, Func, FuncKind, Inline, Package};
use crate::types::object::Obj;
use crate::types::package::Pkg;

/// Places of calls that are taken: each package has its own.
static PLACES: AtomicU32 = AtomicU32::new(1);

const KINDS: [FuncKind; 7] = [
    FuncKind::Declared,
    FuncKind::PackageInit,
    FuncKind::Literal,
    FuncKind::RangeBody,
    FuncKind::GoWrapper,
    FuncKind::DeferWrapper,
    FuncKind::Wrapper,
];

impl Decoder {
    /// The code that a blob describes; `self` has read the types that it was written with.
    pub fn code(mut self, blob: &[u8], packages: &dyn Packages) -> Result<Code, Corrupt> {
        let sections = Sections::split(blob, CODE_MAGIC)?;
        self.extend(&sections, packages)?;
        let mut reader = CodeReader {
            code: Code {
                package: Package {
                    pkg: self.pkg,
                    funcs: IndexVec::new(),
                    by_ref: FxHashMap::default(),
                    imports: Vec::new(),
                    inlined: FxHashSet::default(),
                    exported_bodies: FxHashSet::default(),
                    inlined_apart: FxHashSet::default(),
                    mentioned: OnceLock::new(),
                    embedded: FxHashSet::default(),
                },
                summaries: IndexVec::new(),
            },
            d: &self,
            objects: Vec::new(),
            refs: Vec::new(),
            tags: Vec::new(),
            start: 0,
            places: 0,
            literals: 0,
        };
        reader.objects(sections.get(section::OBJECTS)?)?;
        reader.refs(sections.get(section::REFS)?)?;
        reader.functions(sections.get(section::FUNCS)?)?;
        Ok(reader.code)
    }
}

pub(super) struct CodeReader<'d> {
    pub(super) d: &'d Decoder,
    code: Code,
    pub(super) objects: Vec<Obj>,
    pub(super) refs: Vec<FuncRef>,
    tags: Vec<Tag>,
    /// Where the places of the declared function that is read start.
    pub(super) start: u32,
    /// Where those of the next one start.
    places: u32,
    /// How many functions closures have created so far, which says which function the next one creates.
    literals: usize,
}

impl CodeReader<'_> {
    fn objects(&mut self, mut r: Reader<'_>) -> Result<(), Corrupt> {
        for _ in 0..r.len()? {
            let obj = self.object(&mut r)?;
            self.objects.push(obj);
        }
        Ok(())
    }

    fn object(&self, r: &mut Reader<'_>) -> Result<Obj, Corrupt> {
        let found = match r.byte()? {
            reference::METHOD => {
                let ty = self.d.ty(r)?;
                let name = self.d.string(r)?;
                let methods = ty.as_named().map_or(&[][..], |n| n.declared_methods());
                methods.iter().copied().find(|m| m.name == name)
            }
            reference::INTERFACE_METHOD => Some(self.interface_method(r)?),
            reference::FOREIGN => {
                let pkg = self.pkg(r)?;
                let name = self.d.string(r)?;
                pkg.and_then(|p| p.lookup(name))
            }
            reference::EXPORTED => self.d.pkg.lookup(self.d.string(r)?),
            reference::HIDDEN => Some(self.d.object(r)?),
            reference::RUNTIME => runtime_functions().get(usize::from(r.byte()?)).copied(),
            _ => None,
        };
        found.ok_or(Corrupt("no such object"))
    }

    fn interface_method(&self, r: &mut Reader<'_>) -> Result<Obj, Corrupt> {
        let recv = self.d.receiver(sym::EMPTY);
        recv.set_ty(self.d.ty(r)?);
        let pkg = self.pkg(r)?;
        let name = self.d.string(r)?;
        let sig = with_receiver(self.d.ty(r)?, recv, &[])?;
        Ok(method(name, pkg, false, sig))
    }

    fn pkg(&self, r: &mut Reader<'_>) -> Result<Option<Pkg>, Corrupt> {
        match r.index()? {
            0 => Ok(None),
            1 => Ok(Some(self.d.pkg)),
            i => Ok(Some(self.d.import(i - 2)?)),
        }
    }

    fn refs(&mut self, mut r: Reader<'_>) -> Result<(), Corrupt> {
        for _ in 0..r.len()? {
            let obj = pick(&self.objects, r.index()?)?;
            let func = match r.byte()? {
                0 => FuncRef::Decl(obj),
                _ => FuncRef::Inst(obj, self.instance(&mut r)?),
            };
            self.refs.push(func);
        }
        Ok(())
    }

    fn instance(&self, r: &mut Reader<'_>) -> Result<Instance, Corrupt> {
        self.d.forget_weight();
        let mut targs = Vec::new();
        for _ in 0..r.len()? {
            targs.push(self.d.ty(r)?);
        }
        self.d.check_weight()?;
        Ok(Instance::of(&targs))
    }

    fn functions(&mut self, mut r: Reader<'_>) -> Result<(), Corrupt> {
        if r.take(4)? != self.d.checksum.to_le_bytes() {
            return Err(Corrupt("code of another version of the package"));
        }
        for _ in 0..r.len()? {
            let unknown = r.byte()?;
            let leaks = match r.byte()? {
                reference::NO_TAG => Leaks::decode(None),
                len => Leaks::decode(Some(r.take(usize::from(len))?)),
            };
            self.tags.push(Tag { leaks, unknown });
        }
        let extent = u32::try_from(r.uint()?).map_err(|_| Corrupt("number too large"))?;
        self.places = PLACES.fetch_add(extent, Ordering::Relaxed);
        let count = r.len()?;
        for _ in 0..count {
            self.function(&mut r)?;
        }
        self.inlined(&mut r)?;
        self.embedded(&mut r)?;
        self.check_literals()
    }

    fn inlined(&mut self, r: &mut Reader<'_>) -> Result<(), Corrupt> {
        let package = &mut self.code.package;
        for functions in [&mut package.exported_bodies, &mut package.inlined_apart] {
            for _ in 0..r.len()? {
                functions.insert(FuncName {
                    path: self.d.string(r)?,
                    receiver: self.d.string(r)?,
                    name: self.d.string(r)?,
                });
            }
        }
        Ok(())
    }

    fn embedded(&mut self, r: &mut Reader<'_>) -> Result<(), Corrupt> {
        for _ in 0..r.len()? {
            let pkg = self.pkg(r)?;
            let name = self.d.string(r)?;
            // A type that no importer can have is not there, and need not be.
            let found = pkg.and_then(|p| p.lookup(name));
            self.code.package.embedded.extend(found);
        }
        Ok(())
    }

    fn function(&mut self, r: &mut Reader<'_>) -> Result<(), Corrupt> {
        let bits = r.byte()?;
        let flag = |i: u8| bits & 1 << i != 0;
        let kind = pick(&KINDS, usize::from(r.byte()?))?;
        let pragma = Pragma(r.uint()? as u16);
        let mut func = self.header(kind, r)?;
        func.pragma = pragma;
        func.has_body = flag(0);
        func.generic = flag(1);
        if flag(2) {
            func.inline = Some(Inline {
                cost: r.uint()? as u32,
                delay_results: flag(3),
            });
        }
        func.dup_ok = flag(6);
        func.silent = flag(7);
        let summary = if flag(5) {
            Some(self.summary(r)?)
        } else {
            None
        };
        if flag(4) {
            self.copied(&mut func, r)?;
        }
        self.code.push(func, summary);
        Ok(())
    }

    fn header(&self, kind: FuncKind, r: &mut Reader<'_>) -> Result<Func, Corrupt> {
        let (sym, name, ty, parent) = if kind.is_closure() {
            let parent = r.index()?;
            let funcs = &self.code.package.funcs;
            if parent >= funcs.len() {
                return Err(Corrupt("a literal outside of a function"));
            }
            let parent = FuncId::from_usize(parent);
            let outer = match r.byte()? {
                0 => "",
                _ => funcs[parent].name.as_str(),
            };
            let name = Symbol::intern(&format!("{outer}{}", self.d.string(r)?));
            (None, name, self.d.ty(r)?, Some(parent))
        } else {
            let func = pick(&self.refs, r.index()?)?;
            let name = Symbol::intern(&func_text(func, func.obj().pkg));
            (Some(func), name, func.obj().ty(), None)
        };
        Ok(Func {
            kind,
            name,
            pkg: Some(self.d.pkg),
            sym,
            pos: Pos::NONE,
            ty,
            params: Vec::new(),
            results: Vec::new(),
            closure_vars: Vec::new(),
            parent,
            pragma: Pragma::default(),
            has_body: false,
            generic: false,
            silent: false,
            dup_ok: false,
            body: Arc::default(),
            original: Arc::default(),
            inline: None,
            closures: ClosureCounts::default(),
        })
    }

    fn summary(&self, r: &mut Reader<'_>) -> Result<Summary, Corrupt> {
        let pragma = Pragma(r.uint()? as u16);
        let mut params = Vec::new();
        for _ in 0..r.len()? {
            params.push(pick(&self.tags, r.index()?)?);
        }
        let effect = match r.uint()?.checked_sub(1) {
            None => None,
            Some(number) => Some(Effect::decode(number).ok_or(Corrupt("no such effect"))?),
        };
        Ok(Summary {
            params,
            pragma,
            effect,
        })
    }

    /// Variables and nodes.
    fn copied(&mut self, func: &mut Func, r: &mut Reader<'_>) -> Result<(), Corrupt> {
        if func.sym.is_some() {
            self.start = self.places;
            self.places = self.places.wrapping_add(r.uint()? as u32);
        }
        let mut ids = Vec::new();
        for list in [&mut func.params, &mut func.results, &mut func.closure_vars] {
            for _ in 0..r.len()? {
                let id = r.index()?;
                ids.push(id);
                list.push(LocalId::from_usize(id));
            }
        }
        let mut body = Body::default();
        let outer = func.parent.map_or(0, |p| {
            let parent = &self.code.package.funcs[p];
            parent.original.locals.len()
        });
        for _ in 0..r.len()? {
            let local = self.local(outer, r)?;
            body.locals.push(local);
        }
        if ids.iter().any(|&id| id >= body.locals.len()) {
            return Err(Corrupt("no such variable"));
        }
        for count in [
            &mut func.closures.literals,
            &mut func.closures.range_bodies,
            &mut func.closures.wrappers,
        ] {
            *count = u32::try_from(r.uint()?).map_err(|_| Corrupt("number too large"))?;
        }
        let original = Arc::new(nodes::read(self, body, r)?);
        func.body = Arc::clone(&original);
        func.original = original;
        Ok(())
    }

    fn local(&self, outer: usize, r: &mut Reader<'_>) -> Result<Local, Corrupt> {
        let bits = r.byte()?;
        let flag = |i: u8| bits & 1 << i != 0;
        let pkg = self.pkg(r)?;
        let name = self.d.string(r)?;
        let ty = self.d.ty(r)?;
        let class = match r.index()? {
            0 => Class::Param,
            1 => Class::Result,
            2 => Class::Auto,
            captured if captured - 3 < outer => Class::Captured(LocalId::from_usize(captured - 3)),
            _ => return Err(Corrupt("no such captured variable")),
        };
        Ok(Local {
            name,
            pkg,
            pos: Pos::NONE,
            ty,
            class,
            defn: None,
            addr_taken: flag(0),
            autotemp: flag(1),
            inl_formal: flag(2),
            inl_local: flag(3),
        })
    }

    /// The function of the next closure in `number`'s body: literals come in the order of their closures, so that no
    /// literal is in itself, and each has one closure.
    pub(super) fn literal(&mut self, number: usize) -> Result<FuncId, Corrupt> {
        if number <= self.code.package.funcs.len() || number < self.literals {
            return Err(Corrupt("a literal in more than one place"));
        }
        self.literals = number + 1;
        Ok(FuncId::from_usize(number))
    }

    /// Closures create literals, of the function that they are in.
    fn check_literals(&self) -> Result<(), Corrupt> {
        let funcs = &self.code.package.funcs;
        for (id, func) in funcs.iter_enumerated() {
            for i in 0..func.original.len() {
                if let Node::Closure(literal) = func.original.node(NodeId::from_usize(i))
                    && funcs.get(literal).and_then(|l| l.parent) != Some(id)
                {
                    return Err(Corrupt("a closure of another function's literal"));
                }
            }
        }
        Ok(())
    }
}

pub(super) fn pick<T: Copy>(all: &[T], i: usize) -> Result<T, Corrupt> {
    all.get(i).copied().ok_or(Corrupt("number out of range"))
}
