//! Bytes to code.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use super::super::decode::{Decoder, Packages, Sections, method, with_receiver};
use super::super::{CODE_MAGIC, section};
use super::{Code, op, reference};
use crate::ast::Pragma;
use crate::base::bytes::{Corrupt, Reader};
use crate::base::index::{Idx, IndexVec};
use crate::base::symbol::{Symbol, sym};
use crate::escape::leaks::Leaks;
use crate::escape::summary::{Summary, Tag};
use crate::ir::body::{Body, Class, FuncRef, Instance, Local, LocalId, Pos};
use crate::ir::build::runtime_functions;
use crate::ir::node::{FuncId, Node, NodeId, Nodes};
use crate::ir::print::func_text;
use crate::ir::visit::Part;
use crate::ir::{Func, FuncKind, Inline, Package};
use crate::types::constant::Value;
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
                    by_ref: rustc_hash::FxHashMap::default(),
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

struct CodeReader<'d> {
    d: &'d Decoder,
    code: Code,
    objects: Vec<Obj>,
    refs: Vec<FuncRef>,
    tags: Vec<Tag>,
    /// Where the places of the declared function that is read start.
    start: u32,
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
        self.check_literals()
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
        })
    }

    fn summary(&self, r: &mut Reader<'_>) -> Result<Summary, Corrupt> {
        let pragma = Pragma(r.uint()? as u16);
        let mut params = Vec::new();
        for _ in 0..r.len()? {
            params.push(pick(&self.tags, r.index()?)?);
        }
        Ok(Summary { params, pragma })
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
        let mut nodes = NodeReader {
            code: self,
            body,
            stack: Vec::new(),
            last: 0,
        };
        nodes.run(r)?;
        let original = Arc::new(nodes.finish(r)?);
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
    fn literal(&mut self, number: usize) -> Result<FuncId, Corrupt> {
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

/// Reads the nodes of one body.
struct NodeReader<'c, 'd> {
    code: &'c mut CodeReader<'d>,
    body: Body,
    /// Nodes that are not part of another one yet.
    stack: Vec<NodeId>,
    /// The place of the last call.
    last: u32,
}

impl NodeReader<'_, '_> {
    fn run(&mut self, r: &mut Reader<'_>) -> Result<(), Corrupt> {
        for _ in 0..r.len()? {
            self.node(r)?;
        }
        let stmts = std::mem::take(&mut self.stack);
        self.body.stmts = self.body.add_list(&stmts);
        Ok(())
    }

    /// Reads where the variables are defined.
    fn finish(mut self, r: &mut Reader<'_>) -> Result<Body, Corrupt> {
        for id in self.body.locals.ids() {
            let defn = r.index()?;
            if defn > self.body.len() {
                return Err(Corrupt("no such definition"));
            }
            self.body.locals[id].defn = defn.checked_sub(1).map(NodeId::from_usize);
        }
        Ok(self.body)
    }

    fn node(&mut self, r: &mut Reader<'_>) -> Result<(), Corrupt> {
        let mut byte = r.byte()?;
        let mut init = 0;
        if byte == op::INIT {
            init = r.index()?;
            byte = r.byte()?;
        }
        let node = self.bare(byte & !op::EXPLICIT, r)?;
        let shape = shape(node, r)?;
        let (init, node) = self.with_parts(node, shape, init)?;
        let ty = if byte & op::EXPLICIT != 0 {
            self.code.d.ty(r)?
        } else {
            op::usual_type(&self.body, node)
        };
        let pos = match node {
            Node::Call { .. } => self.place(r)?,
            _ => Pos::NONE,
        };
        let id = self.body.add(node, ty, pos);
        let init = self.body.add_list(&init);
        self.body.set_init(id, init);
        self.stack.push(id);
        Ok(())
    }

    /// Takes the parts and the init list from the stack.
    fn with_parts(
        &mut self,
        node: Node,
        shape: [Option<usize>; 4],
        init: usize,
    ) -> Result<(Vec<NodeId>, Node), Corrupt> {
        let total = shape
            .into_iter()
            .flatten()
            .try_fold(init, usize::checked_add);
        let from = total.and_then(|n| self.stack.len().checked_sub(n));
        let from = from.ok_or(Corrupt("parts that are not there"))?;
        let taken = self.stack.split_off(from);
        let (init, mut rest) = taken.split_at(init);
        let mut parts = node.parts();
        for (part, len) in parts.iter_mut().zip(shape) {
            let (own, others) = rest.split_at(len.unwrap_or_default());
            rest = others;
            *part = match (*part, len, own) {
                (Part::Many(_), _, own) => Part::Many(self.body.add_list(own)),
                (Part::One(_), Some(_), &[one]) => Part::One(one),
                _ => Part::None,
            };
        }
        Ok((init.to_vec(), node.with_parts(parts)))
    }

    fn place(&mut self, r: &mut Reader<'_>) -> Result<Pos, Corrupt> {
        let delta = r.int()?;
        if delta == 0 {
            return Ok(Pos::NONE);
        }
        let delta = if delta > 0 { delta - 1 } else { delta };
        self.last = self.last.wrapping_add(delta as u32);
        Ok(Pos {
            offset: self.code.start.wrapping_add(self.last),
            ..Pos::NONE
        })
    }

    fn local(&self, r: &mut Reader<'_>) -> Result<LocalId, Corrupt> {
        let id = r.index()?;
        if id >= self.body.locals.len() {
            return Err(Corrupt("no such variable"));
        }
        Ok(LocalId::from_usize(id))
    }

    fn object(&self, r: &mut Reader<'_>) -> Result<Obj, Corrupt> {
        pick(&self.code.objects, r.index()?)
    }

    fn func(&self, r: &mut Reader<'_>) -> Result<FuncRef, Corrupt> {
        pick(&self.code.refs, r.index()?)
    }

    fn label(&self, r: &mut Reader<'_>) -> Result<Symbol, Corrupt> {
        self.code.d.string(r)
    }

    /// A node whose parts are not filled in.
    fn bare(&mut self, code: u8, r: &mut Reader<'_>) -> Result<Node, Corrupt> {
        let x = NodeId::from_usize(0);
        let (some, list) = (Some(x), Nodes::EMPTY);
        let flag = |base: u8, bit: u8| (code - base) & bit != 0;
        Ok(match code {
            op::NAME => Node::Name(self.local(r)?),
            op::BLANK => Node::Blank,
            op::GLOBAL => Node::Global(self.object(r)?),
            op::FUNC => Node::Func(self.func(r)?),
            op::METHOD_EXPR..op::LITERAL => Node::MethodExpr {
                func: self.func(r)?,
                direct: flag(op::METHOD_EXPR, 1),
            },
            op::LITERAL => Node::Literal(self.body.add_const(Value::read(r)?)),
            op::NIL => Node::Nil,
            op::TYPE => Node::Type,
            op::DICT => Node::Dict(self.func(r)?),
            op::UNARY => Node::Unary {
                op: pick(&op::UN_OPS, usize::from(r.byte()?))?,
                x,
            },
            op::BINARY => Node::Binary {
                op: pick(&op::BIN_OPS, usize::from(r.byte()?))?,
                x,
                y: x,
            },
            op::ADD_STR => Node::AddStr(list),
            op::ADDR..op::DEREF => Node::Addr {
                x,
                implicit: flag(op::ADDR, 1),
            },
            op::DEREF..op::DOT => Node::Deref {
                x,
                implicit: flag(op::DEREF, 1),
            },
            op::DOT..op::PTR_LIT => Node::Dot {
                x,
                field: r.uint()? as u32,
                implicit: flag(op::DOT, 1),
            },
            op::PTR_LIT => Node::PtrLit(x),
            op::DOT_INTER => Node::DotInter {
                x,
                method: self.object(r)?,
            },
            op::METHOD_VALUE => Node::MethodValue {
                x,
                func: self.func(r)?,
            },
            op::DOT_TYPE..op::INDEX => Node::DotType {
                x,
                comma_ok: flag(op::DOT_TYPE, 1),
            },
            op::INDEX => Node::Index { x, i: x },
            op::SLICE => Node::Slice { x, parts: list },
            op::CONV..op::COMP_LIT => Node::Conv {
                x,
                implicit: flag(op::CONV, 1),
            },
            op::COMP_LIT..op::STRUCT_KEY => Node::CompLit {
                list,
                dots: flag(op::COMP_LIT, 1),
            },
            op::STRUCT_KEY => Node::StructKey {
                field: r.uint()? as u32,
                value: x,
            },
            op::KEY => Node::Key { key: x, value: x },
            op::CLOSURE => Node::Closure(self.code.literal(r.index()?)?),
            op::CALL..op::BUILTIN => Node::Call {
                fun: x,
                args: list,
                go_defer: flag(op::CALL, 1),
                ddd: flag(op::CALL, 2),
            },
            op::BUILTIN..op::RECV => Node::Builtin {
                id: op::builtin(r.byte()?).ok_or(Corrupt("no such builtin"))?,
                args: list,
                ddd: flag(op::BUILTIN, 1),
            },
            op::RECV => Node::Recv(x),
            op::INLINED_CALL => Node::InlinedCall {
                body: list,
                results: list,
            },
            op::UNKNOWN => Node::Unknown(list),
            op::DCL => Node::Dcl(self.local(r)?),
            op::ASSIGN..op::ASSIGN_LIST => Node::Assign {
                x,
                y: some,
                def: flag(op::ASSIGN, 1),
            },
            op::ASSIGN_LIST..op::ASSIGN_OP => Node::AssignList {
                kind: pick(&op::LIST_KINDS, usize::from(r.byte()?))?,
                lhs: list,
                rhs: list,
                def: flag(op::ASSIGN_LIST, 1),
            },
            op::ASSIGN_OP..op::BLOCK => Node::AssignOp {
                op: pick(&op::BIN_OPS, usize::from(r.byte()?))?,
                x,
                y: x,
                inc_dec: flag(op::ASSIGN_OP, 1),
            },
            op::BLOCK => Node::Block(list),
            op::BRANCH => Node::Branch {
                kind: pick(&op::BRANCHES, usize::from(r.byte()?))?,
                label: self.label(r)?,
            },
            op::LABEL => Node::Label(self.label(r)?),
            op::FOR..op::RANGE => Node::For {
                cond: some,
                post: some,
                body: list,
                label: self.label(r)?,
                distinct: flag(op::FOR, 1),
            },
            op::RANGE..op::IF => Node::Range {
                x,
                key: some,
                value: some,
                body: list,
                distinct: flag(op::RANGE, 1),
                def: flag(op::RANGE, 2),
            },
            op::IF => Node::If {
                cond: x,
                body: list,
                els: list,
            },
            op::SWITCH => Node::Switch {
                tag: some,
                cases: list,
            },
            op::TYPE_SWITCH_GUARD => Node::TypeSwitchGuard {
                x,
                name: match r.byte()? {
                    0 => None,
                    _ => Some(self.label(r)?),
                },
            },
            op::CASE => Node::Case {
                list,
                var: some,
                body: list,
            },
            op::SELECT => Node::Select(list),
            op::COMM => Node::Comm {
                comm: some,
                body: list,
            },
            op::RETURN => Node::Return(list),
            op::SEND => Node::Send { chan: x, value: x },
            op::GO => Node::Go(x),
            op::DEFER => Node::Defer { call: x, at: some },
            op::INLINE_MARK => Node::InlineMark,
            _ => return Err(Corrupt("unknown kind of node")),
        })
    }
}

/// How many nodes each part of a node has that has all parts; `None` for parts that are not there.
fn shape(node: Node, r: &mut Reader<'_>) -> Result<[Option<usize>; 4], Corrupt> {
    let present = match op::optional_parts(node) {
        0 => 0xff,
        optional => r.byte()? | !optional,
    };
    let mut shape = [None; 4];
    for (i, part) in node.parts().into_iter().enumerate() {
        shape[i] = match part {
            Part::None => None,
            Part::Many(_) => Some(r.index()?),
            Part::One(_) => (present & 1 << i != 0).then_some(1),
        };
    }
    Ok(shape)
}

fn pick<T: Copy>(all: &[T], i: usize) -> Result<T, Corrupt> {
    all.get(i).copied().ok_or(Corrupt("number out of range"))
}
