//! Code to bytes.
//!
//! Written are the functions that importers can name given the types they can reach: exported ones, methods of types
//! that are mentioned, and what their bodies refer to. A body may mention types that have such methods, so it goes in
//! rounds until nothing is new.

use rustc_hash::{FxHashMap, FxHashSet};

use super::super::encode::{Encoder, counted, join};
use super::super::{CODE_MAGIC, section};
use super::{Code, op, reference};
use crate::base::bytes::{put_bytes, put_int, put_uint};
use crate::base::index::Idx;
use crate::base::symbol::Symbol;
use crate::escape::summary::{Summary, Tag};
use crate::ir::Func;
use crate::ir::body::{Body, Class, FuncRef, Local, LocalId};
use crate::ir::build::runtime_functions;
use crate::ir::instantiate::type_param_types;
use crate::ir::node::{FuncId, Node, NodeId};
use crate::ir::visit::Part;
use crate::types::object::Obj;
use crate::types::package::Pkg;
use crate::types::ty::Ty;

/// The blob of a package's code, to be read after the blob of its types, whose checksum is `types`.
pub(in crate::facts) fn write(encoder: &mut Encoder, code: &Code, types: u32) -> Vec<u8> {
    let mut w = Writer {
        e: encoder,
        code,
        queue: Vec::new(),
        numbers: FxHashMap::default(),
        mentioned: FxHashSet::default(),
        objects: Table::default(),
        refs: Table::default(),
        tags: Table::default(),
        start: 0,
        extent: 0,
    };
    let mut funcs = w.functions();
    w.inlined(&mut funcs);
    w.embedded(&mut funcs);
    let objects = counted(w.objects.count, &w.objects.bytes);
    let refs = counted(w.refs.count, &w.refs.bytes);
    let mut out = types.to_le_bytes().to_vec();
    out.extend(counted(w.tags.count, &w.tags.bytes));
    put_uint(&mut out, u64::from(w.extent));
    out.extend(counted(w.queue.len() as u64, &funcs));
    let mut sections = encoder.drain();
    sections.push((section::OBJECTS, objects));
    sections.push((section::REFS, refs));
    sections.push((section::FUNCS, out));
    join(CODE_MAGIC, &sections)
}

/// Things that are written once and have a number.
struct Table<T> {
    numbers: FxHashMap<T, u64>,
    bytes: Vec<u8>,
    count: u64,
}

impl<T> Default for Table<T> {
    fn default() -> Table<T> {
        Table {
            numbers: FxHashMap::default(),
            bytes: Vec::new(),
            count: 0,
        }
    }
}

impl<T: Eq + std::hash::Hash> Table<T> {
    fn add(&mut self, item: T, bytes: &[u8]) -> u64 {
        let number = self.count;
        self.count += 1;
        self.numbers.insert(item, number);
        self.bytes.extend_from_slice(bytes);
        number
    }
}

struct Writer<'a> {
    e: &'a mut Encoder,
    code: &'a Code,
    /// The functions in the order of their new numbers.
    queue: Vec<FuncId>,
    numbers: FxHashMap<FuncId, u64>,
    /// Functions of this package that a body refers to.
    mentioned: FxHashSet<FuncId>,
    objects: Table<Obj>,
    refs: Table<FuncRef>,
    tags: Table<Vec<u8>>,
    /// Where the source of the declared function that is written starts.
    start: u32,
    /// The length of all declared functions' source so far.
    extent: u32,
}

impl Writer<'_> {
    fn functions(&mut self) -> Vec<u8> {
        let mut out = Vec::new();
        let mut next = 0;
        loop {
            for id in self.code.package.funcs.ids() {
                if self.is_wanted(id) {
                    self.enqueue(id);
                }
                while let Some(&func) = self.queue.get(next) {
                    next += 1;
                    self.function(func, &mut out);
                }
            }
            let before = self.queue.len();
            self.e.fill_shells();
            let more = self.code.package.funcs.ids().any(|id| self.is_wanted(id));
            if before == self.queue.len() && !more {
                return out;
            }
        }
    }

    /// What the export data has of other packages' functions, in an order that hangs on their names alone.
    fn inlined(&mut self, out: &mut Vec<u8>) {
        let package = &self.code.package;
        for functions in [&package.exported_bodies, &package.inlined_apart] {
            let parts = functions.iter().map(|f| [f.path, f.receiver, f.name]);
            let mut names: Vec<[Symbol; 3]> = parts.collect();
            names.sort_by_key(|name| name.map(Symbol::as_str));
            put_uint(out, names.len() as u64);
            for part in names.into_iter().flatten() {
                self.e.put_string(out, part);
            }
        }
    }

    /// The types of other packages whose methods types of this one have. Those of the universe have no package.
    fn embedded(&mut self, out: &mut Vec<u8>) {
        let embedded = self.code.package.embedded.iter();
        let mut names: Vec<(Pkg, Symbol)> =
            embedded.filter_map(|o| Some((o.pkg?, o.name))).collect();
        names.sort_by_key(|(pkg, name)| (pkg.path.as_str(), name.as_str()));
        put_uint(out, names.len() as u64);
        for (pkg, name) in names {
            self.put_pkg(out, Some(pkg));
            self.e.put_string(out, name);
        }
    }

    fn enqueue(&mut self, id: FuncId) -> u64 {
        let next = self.queue.len() as u64;
        *self.numbers.entry(id).or_insert_with(|| {
            self.queue.push(id);
            next
        })
    }

    /// Whether a function that is not written yet can be named by importers.
    fn is_wanted(&self, id: FuncId) -> bool {
        let Some(FuncRef::Decl(obj)) = self.code.package.funcs[id].sym else {
            return false;
        };
        if self.numbers.contains_key(&id) {
            return false;
        }
        self.mentioned.contains(&id)
            || match reference::declaring_type(obj) {
                Some(ty) => self.e.mentions(ty),
                None => obj.exported(),
            }
    }

    fn function(&mut self, id: FuncId, out: &mut Vec<u8>) {
        let func = &self.code.package.funcs[id];
        let summary = self.code.summaries[id].as_ref();
        let is_copied = !func.original.locals.is_empty() || !func.original.stmts.is_empty();
        let flags = [
            func.has_body,
            func.generic,
            func.inline.is_some(),
            func.inline.is_some_and(|i| i.delay_results),
            is_copied,
            summary.is_some(),
            func.dup_ok,
            func.silent,
        ];
        out.push(bits(&flags));
        out.push(func.kind as u8);
        put_uint(out, u64::from(func.pragma.0));
        self.header(func, out);
        if let Some(inline) = func.inline {
            put_uint(out, u64::from(inline.cost));
        }
        if let Some(summary) = summary {
            self.summary(summary, out);
        }
        if is_copied {
            self.extent(func, out);
            self.locals(func, out);
            let closures = func.closures;
            for count in [closures.literals, closures.range_bodies, closures.wrappers] {
                put_uint(out, u64::from(count));
            }
            self.body(&func.original, out);
        }
    }

    /// What a function is called: a declared one by reference, a literal by what its name has behind its parent's.
    fn header(&mut self, func: &Func, out: &mut Vec<u8>) {
        if let Some(sym) = func.sym {
            // Type parameters may occur anywhere in the body, so they have numbers from the start.
            self.e.declare_tparams(&type_param_types(sym.obj()));
            self.put_ref(out, sym);
            return;
        }
        let parent = func.parent.and_then(|p| self.numbers.get(&p).copied());
        put_uint(out, parent.unwrap_or_default());
        let name = func.name.as_str();
        let outer = func
            .parent
            .map_or("", |p| self.code.package.funcs[p].name.as_str());
        let suffix = name.strip_prefix(outer);
        out.push(u8::from(suffix.is_some()));
        let suffix = Symbol::intern(suffix.unwrap_or(name));
        self.e.put_string(out, suffix);
        self.e.put_type(out, func.ty);
    }

    /// Literals come behind the function that they are in, and share its places.
    fn extent(&mut self, func: &Func, out: &mut Vec<u8>) {
        if func.sym.is_some() {
            self.start = func.pos.offset;
            let extent = self.extent_of(func);
            put_uint(out, u64::from(extent));
            self.extent = self.extent.saturating_add(extent);
        }
    }

    /// One more than the offset of the last call in a declared function, counted from its position.
    fn extent_of(&self, func: &Func) -> u32 {
        let mut last = 0;
        let mut todo = vec![&func.original];
        while let Some(body) = todo.pop() {
            body.preorder(body.stmts, |id| {
                match body.node(id) {
                    Node::Call { .. } => last = last.max(body.pos(id).offset),
                    Node::Closure(literal) => todo.push(&self.code.package.funcs[literal].original),
                    _ => {}
                }
                true
            });
        }
        last.saturating_sub(func.pos.offset).saturating_add(1)
    }

    fn summary(&mut self, summary: &Summary, out: &mut Vec<u8>) {
        put_uint(out, u64::from(summary.pragma.0));
        put_uint(out, summary.params.len() as u64);
        for tag in &summary.params {
            let number = self.tag(*tag);
            put_uint(out, number);
        }
        put_uint(out, summary.effect.map_or(0, |e| e.encode() + 1));
    }

    fn tag(&mut self, tag: Tag) -> u64 {
        let mut bytes = vec![tag.unknown];
        match tag.leaks.encode() {
            None => bytes.push(reference::NO_TAG),
            Some(slots) => put_bytes(&mut bytes, slots),
        }
        match self.tags.numbers.get(&bytes) {
            Some(&number) => number,
            None => self.tags.add(bytes.clone(), &bytes),
        }
    }

    fn locals(&mut self, func: &Func, out: &mut Vec<u8>) {
        let body = &func.original;
        for ids in [&func.params, &func.results, &func.closure_vars] {
            put_uint(out, ids.len() as u64);
            for id in ids {
                put_uint(out, id.index() as u64);
            }
        }
        put_uint(out, body.locals.len() as u64);
        for local in &body.locals {
            self.local(local, out);
        }
    }

    fn local(&mut self, local: &Local, out: &mut Vec<u8>) {
        let flags = [
            local.addr_taken,
            local.autotemp,
            local.inl_formal,
            local.inl_local,
        ];
        out.push(bits(&flags));
        self.put_pkg(out, local.pkg);
        self.e.put_string(out, local.name);
        self.e.put_type(out, local.ty);
        let class = match local.class {
            Class::Param => 0,
            Class::Result => 1,
            Class::Auto => 2,
            Class::Captured(outer) => 3 + outer.index() as u64,
        };
        put_uint(out, class);
    }

    /// 0 for none, 1 for this package, else 2 more than the number of the import.
    fn put_pkg(&mut self, out: &mut Vec<u8>, pkg: Option<Pkg>) {
        let number = match pkg {
            None => 0,
            Some(pkg) if pkg == self.e.pkg => 1,
            Some(pkg) => self.e.import(pkg) + 2,
        };
        put_uint(out, number);
    }

    /// The nodes of a body, parts first, and where its variables are defined.
    fn body(&mut self, body: &Body, out: &mut Vec<u8>) {
        let mut nodes = Vec::new();
        let mut numbers: FxHashMap<NodeId, u64> = FxHashMap::default();
        let mut last = self.start;
        let mut count = 0;
        body.postorder(body.list(body.stmts), |id| {
            numbers.insert(id, count);
            count += 1;
            self.node(body, id, &mut last, &mut nodes);
        });
        put_uint(out, count);
        out.extend(nodes);
        for local in &body.locals {
            let defn = local.defn.and_then(|d| numbers.get(&d).copied());
            put_uint(out, defn.map_or(0, |d| d + 1));
        }
    }

    fn node(&mut self, body: &Body, id: NodeId, last: &mut u32, out: &mut Vec<u8>) {
        let node = body.node(id);
        let init = body.init(id);
        if !init.is_empty() {
            out.push(op::INIT);
            put_uint(out, init.len() as u64);
        }
        let ty = body.ty(id);
        let explicit = !self.is_same(ty, op::usual_type(body, node));
        out.push(op::of(node) | if explicit { op::EXPLICIT } else { 0 });
        self.fields(body, node, out);
        parts(node, out);
        if explicit {
            self.e.put_type(out, ty);
        }
        if matches!(node, Node::Call { .. }) {
            self.place(body, id, last, out);
        }
    }

    fn is_same(&mut self, ty: Ty, usual: Ty) -> bool {
        ty == usual || (!usual.is_invalid() && self.e.known(usual) == Some(self.e.ty(ty)))
    }

    /// Where a call is, from the call before it; 0 is nowhere.
    fn place(&mut self, body: &Body, id: NodeId, last: &mut u32, out: &mut Vec<u8>) {
        let pos = body.pos(id);
        if pos.file.is_none() || pos.offset < self.start {
            put_int(out, 0);
            return;
        }
        let delta = i64::from(pos.offset) - i64::from(*last);
        put_int(out, if delta < 0 { delta } else { delta + 1 });
        *last = pos.offset;
    }

    /// What a node has besides its parts.
    fn fields(&mut self, body: &Body, node: Node, out: &mut Vec<u8>) {
        match node {
            Node::Name(local) | Node::Dcl(local) => put_local(out, local),
            Node::Global(obj) | Node::DotInter { method: obj, .. } => self.put_object(out, obj),
            Node::Func(func)
            | Node::MethodExpr { func, .. }
            | Node::MethodValue { func, .. }
            | Node::Dict(func) => self.put_ref(out, func),
            Node::Literal(value) => body.value(value).write(out),
            Node::Unary { op, .. } => out.push(op as u8),
            Node::Binary { op, .. } | Node::AssignOp { op, .. } => out.push(op as u8),
            Node::Dot { field, .. } | Node::StructKey { field, .. } => {
                put_uint(out, u64::from(field));
            }
            Node::Closure(literal) => {
                let number = self.enqueue(literal);
                put_uint(out, number);
            }
            Node::Builtin { id, .. } => out.push(id as u8),
            Node::AssignList { kind, .. } => out.push(kind as u8),
            Node::Branch { kind, label } => {
                out.push(kind as u8);
                self.e.put_string(out, label);
            }
            Node::Label(label) | Node::For { label, .. } => self.e.put_string(out, label),
            Node::TypeSwitchGuard { name, .. } => {
                out.push(u8::from(name.is_some()));
                if let Some(name) = name {
                    self.e.put_string(out, name);
                }
            }
            _ => {}
        }
    }

    fn put_ref(&mut self, out: &mut Vec<u8>, func: FuncRef) {
        if let Some(id) = self.code.package.find(FuncRef::Decl(func.obj())) {
            self.mentioned.insert(id);
        }
        let number = match self.refs.numbers.get(&func) {
            Some(&number) => number,
            None => self.reference(func),
        };
        put_uint(out, number);
    }

    fn reference(&mut self, func: FuncRef) -> u64 {
        let mut bytes = Vec::new();
        self.put_object(&mut bytes, func.obj());
        match func {
            FuncRef::Decl(_) => bytes.push(0),
            FuncRef::Inst(_, instance) => {
                bytes.push(1);
                put_uint(&mut bytes, instance.targs().len() as u64);
                for &ty in instance.targs() {
                    self.e.put_type(&mut bytes, ty);
                }
            }
        }
        self.refs.add(func, &bytes)
    }

    fn put_object(&mut self, out: &mut Vec<u8>, obj: Obj) {
        let number = match self.objects.numbers.get(&obj) {
            Some(&number) => number,
            None => self.object(obj),
        };
        put_uint(out, number);
    }

    fn object(&mut self, obj: Obj) -> u64 {
        let mut bytes = Vec::new();
        let foreign = obj.pkg.filter(|&p| p != self.e.pkg);
        let recv = obj.ty().as_signature().and_then(|s| s.recv);
        if let Some(i) = runtime_functions().iter().position(|&f| f == obj) {
            bytes.extend([reference::RUNTIME, i as u8]);
        } else if let Some(ty) = reference::declaring_type(obj) {
            bytes.push(reference::METHOD);
            self.e.put_type(&mut bytes, ty);
            self.e.put_string(&mut bytes, obj.name);
        } else if let Some(recv) = recv {
            bytes.push(reference::INTERFACE_METHOD);
            self.e.put_type(&mut bytes, recv.ty());
            self.put_pkg(&mut bytes, obj.pkg);
            self.e.put_string(&mut bytes, obj.name);
            self.e.put_type(&mut bytes, obj.ty());
        } else if let Some(pkg) = foreign {
            bytes.push(reference::FOREIGN);
            self.put_pkg(&mut bytes, Some(pkg));
            self.e.put_string(&mut bytes, obj.name);
        } else if obj.exported() {
            bytes.push(reference::EXPORTED);
            self.e.put_string(&mut bytes, obj.name);
        } else {
            bytes.push(reference::HIDDEN);
            self.e.object(obj, &mut bytes);
        }
        self.objects.add(obj, &bytes)
    }
}

fn put_local(out: &mut Vec<u8>, local: LocalId) {
    put_uint(out, local.index() as u64);
}

fn bits(flags: &[bool]) -> u8 {
    let set = flags.iter().enumerate().filter(|f| *f.1);
    set.fold(0, |bits, (i, _)| bits | 1 << i)
}

/// How many nodes each part has; the nodes themselves came before.
fn parts(node: Node, out: &mut Vec<u8>) {
    let parts = node.parts();
    if op::optional_parts(node) != 0 {
        out.push(bits(&parts.map(|p| p != Part::None)));
    }
    for part in parts {
        if let Part::Many(list) = part {
            put_uint(out, list.len() as u64);
        }
    }
}
