//! What importers need of a package's code: headers and tags of what they can reach, and the bodies that they copy.
//!
//! | of a function | is kept if |
//! | --- | --- |
//! | header and tags | another package can refer to it, or a kept body does |
//! | body, as it was before anything was inlined into it | it can be inlined, is generic, or is a literal in such a body |
//!
//! Other packages refer to exported functions and, by way of interfaces and embedding, to any exported method, and with
//! an instance of a generic type they get all its methods; other unexported functions are reached through bodies that are
//! copied. Instances are not kept: whoever needs one makes it from the generic body.
//!
//! # As bytes
//!
//! ```text
//! "hlc" format, then sections as in the blob of the types, whose numbers go on here; at the end the CRC-32
//!   1 … 5       strings, imports, types and what they stand for that only code mentions
//!   6 objects   functions, methods and variables that code mentions
//!   7 refs      functions by object, and with which type arguments
//!   8 funcs     checksum of the types' blob, parameter tags, functions
//! ```
//!
//! A function has its directives, cost, tags and [effect](crate::escape::effect); a body that is copied has its variables and nodes, each node behind
//! its parts. Of positions only calls have one, and it says no more than whether two calls are the same one.

mod nodes;
mod op;
mod read;
mod reference;
pub(super) mod write;

use std::sync::{Arc, OnceLock};

use rustc_hash::{FxHashMap, FxHashSet};

use crate::base::index::{Idx, IndexVec};
use crate::base::symbol::Symbol;
use crate::escape::analysis::Analysis;
use crate::escape::summary::Summary;
use crate::ir::body::{Body, FuncRef};
use crate::ir::node::{FuncId, Node, NodeId};
use crate::ir::{Func, Package};

/// The code of a package as its importers need it.
#[derive(Clone, Debug)]
pub struct Code {
    /// The functions: bodies are there if importers copy them, and `body` is the same as `original`.
    pub package: Package,
    /// Parameter tags; `None` for literals and generic functions, which nobody calls from outside.
    pub summaries: IndexVec<FuncId, Option<Summary>>,
}

impl Code {
    /// Keeps of an analysed package what its importers need.
    pub fn exported(package: &Package, analysis: &Analysis) -> Code {
        let kept = Reach::of(package).kept();
        let mut renumbered: FxHashMap<FuncId, FuncId> = FxHashMap::default();
        for (i, &old) in kept.iter().enumerate() {
            renumbered.insert(old, FuncId::from_usize(i));
        }
        let mut code = Code {
            package: Package {
                pkg: package.pkg,
                funcs: IndexVec::new(),
                by_ref: FxHashMap::default(),
                imports: package.imports.clone(),
                inlined: FxHashSet::default(),
                exported_bodies: package.exported_bodies.clone(),
                inlined_apart: package.inlined_apart.clone(),
                embedded: package.embedded.clone(),
                mentioned: OnceLock::new(),
            },
            summaries: IndexVec::new(),
        };
        for &old in &kept {
            let func = pruned(&package.funcs[old], &renumbered);
            let called = !func.generic && !func.kind.is_closure();
            let summary = analysis.summaries[old].clone().filter(|_| called);
            code.push(func, summary);
        }
        code
    }

    /// Adds a function with its tags.
    pub(super) fn push(&mut self, func: Func, summary: Option<Summary>) {
        let sym = func.sym;
        let id = self.package.funcs.push(func);
        if let Some(sym) = sym {
            self.package.by_ref.insert(sym, id);
        }
        self.summaries.push(summary);
    }

    /// Where a function of this package is.
    pub fn find(&self, func: FuncRef) -> Option<(&Package, FuncId)> {
        Some((&self.package, self.package.find(func)?))
    }

    /// The tags of a function of this package.
    pub fn summary(&self, func: FuncRef) -> Option<&Summary> {
        self.summaries[self.package.find(func)?].as_ref()
    }
}

/// Whether importers copy the body.
fn is_copied(func: &Func) -> bool {
    func.has_body && (func.inline.is_some() || func.generic || func.kind.is_closure())
}

/// Which functions can be reached from other packages.
struct Reach<'a> {
    package: &'a Package,
    found: FxHashSet<FuncId>,
    todo: Vec<FuncId>,
    /// Unexported methods by name: calls through an interface may turn out to call any of them.
    hidden: FxHashMap<Symbol, Vec<FuncId>>,
}

impl<'a> Reach<'a> {
    fn of(package: &'a Package) -> Reach<'a> {
        let mut reach = Reach {
            package,
            found: FxHashSet::default(),
            todo: Vec::new(),
            hidden: FxHashMap::default(),
        };
        for (id, func) in package.funcs.iter_enumerated() {
            let Some(FuncRef::Decl(obj)) = func.sym else {
                continue;
            };
            // Whoever mentions an instance of a generic type makes all of its methods.
            let is_method = obj.ty().as_signature().is_some_and(|s| s.recv.is_some());
            if obj.exported() || func.generic && is_method {
                reach.add(id);
            } else if is_method {
                reach.hidden.entry(obj.name).or_default().push(id);
            }
        }
        while let Some(id) = reach.todo.pop() {
            let func = &package.funcs[id];
            if is_copied(func) {
                reach.body(&func.original);
            }
        }
        reach
    }

    fn add(&mut self, id: FuncId) {
        if self.found.insert(id) {
            self.todo.push(id);
        }
    }

    fn body(&mut self, body: &Body) {
        body.preorder(body.stmts, |node| {
            match body.node(node) {
                Node::Func(func)
                | Node::MethodExpr { func, .. }
                | Node::MethodValue { func, .. } => self.refer(func),
                Node::Closure(literal) => self.add(literal),
                Node::DotInter { method, .. } => {
                    for id in self.hidden.remove(&method.name).unwrap_or_default() {
                        self.add(id);
                    }
                }
                _ => {}
            }
            true
        });
    }

    /// Of an instance the generic function is needed.
    fn refer(&mut self, func: FuncRef) {
        if let Some(id) = self.package.find(FuncRef::Decl(func.obj())) {
            self.add(id);
        }
    }

    /// What was found, in the package's order.
    fn kept(self) -> Vec<FuncId> {
        let mut kept: Vec<FuncId> = self.found.into_iter().collect();
        kept.sort_unstable();
        kept
    }
}

/// A function with what importers need of it, and new numbers.
fn pruned(func: &Func, renumbered: &FxHashMap<FuncId, FuncId>) -> Func {
    if !is_copied(func) {
        return Func {
            params: Vec::new(),
            results: Vec::new(),
            body: Arc::default(),
            original: Arc::default(),
            ..func.clone()
        };
    }
    let original = with_numbers(&func.original, renumbered);
    Func {
        parent: func.parent.and_then(|p| renumbered.get(&p).copied()),
        // A copied literal is looked at anew, in its new surroundings.
        inline: func.inline.filter(|_| !func.kind.is_closure()),
        body: Arc::clone(&original),
        original,
        ..func.clone()
    }
}

fn with_numbers(body: &Arc<Body>, renumbered: &FxHashMap<FuncId, FuncId>) -> Arc<Body> {
    let mut own: Option<Body> = None;
    for i in 0..body.len() {
        let id = NodeId::from_usize(i);
        if let Node::Closure(old) = body.node(id)
            && let Some(&new) = renumbered.get(&old)
        {
            own.get_or_insert_with(|| (**body).clone())
                .replace(id, Node::Closure(new));
        }
    }
    own.map_or_else(|| Arc::clone(body), Arc::new)
}
