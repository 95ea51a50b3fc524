//! Which function a call calls, as far as the compiler knows (`inline.inlCallee`).

use std::cell::RefCell;

use rustc_hash::FxHashMap;

use super::exports;
use crate::ir::body::{Class, FuncRef};
use crate::ir::node::{FuncId, Node, NodeId};
use crate::ir::statics::Statics;
use crate::ir::{Callees, Inline, Package};
use crate::types::package::Pkg;

/// A known callee.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Target {
    /// A function of the package under analysis.
    Local(FuncId),
    /// A function of another package.
    Imported(FuncRef),
}

/// A function of another package.
#[derive(Clone, Copy)]
pub struct Imported<'w> {
    /// Its package.
    pub package: &'w Package,
    /// Its number there.
    pub id: FuncId,
    /// Whether and at which cost its calls can be inlined in the package under analysis.
    inline: Option<Inline>,
}

/// The functions of other packages, those asked for before remembered: they do not change any more.
pub struct Imports<'w> {
    callees: &'w dyn Callees,
    /// The packages that the package under analysis imports itself.
    direct: Vec<Pkg>,
    known: RefCell<FxHashMap<FuncRef, Option<Imported<'w>>>>,
}

impl<'w> Imports<'w> {
    /// Those that `package` can refer to.
    pub fn new(package: &Package, callees: &'w dyn Callees) -> Imports<'w> {
        Imports {
            callees,
            direct: package.imports.clone(),
            known: RefCell::default(),
        }
    }

    /// The function, if its package is known.
    pub fn find(&self, func: FuncRef) -> Option<Imported<'w>> {
        let mut known = self.known.borrow_mut();
        *known.entry(func).or_insert_with(|| self.look_up(func))
    }

    fn look_up(&self, func: FuncRef) -> Option<Imported<'w>> {
        let (package, id) = self.callees.find(func)?;
        let inline = package.funcs[id].inline;
        Some(Imported {
            package,
            id,
            inline: inline.filter(|_| self.has_body(func)),
        })
    }

    /// Whether the body of the function can be read: a package's export data has the bodies of its own functions, and of
    /// those that were inlined into them (`linker.relocFuncExt`).
    fn has_body(&self, func: FuncRef) -> bool {
        let Some(pkg) = func.obj().pkg else {
            return false;
        };
        self.direct.iter().any(|p| p.path == pkg.path)
            || self.direct.iter().any(|&via| self.exports_body(via, func))
    }

    fn exports_body(&self, via: Pkg, func: FuncRef) -> bool {
        self.callees
            .package(via)
            .is_some_and(|package| exports::has(package, func))
    }
}

/// Finds callees in one package and those it imports.
#[derive(Clone, Copy)]
pub struct Finder<'a, 'w> {
    /// The package under analysis.
    pub package: &'a Package,
    /// The packages it imports.
    pub imports: &'a Imports<'w>,
    /// What variables hold.
    pub statics: &'a Statics,
}

impl Finder<'_, '_> {
    /// The callee of a call in `caller` whose callee expression is `fun`. A closure counts only if its variables are
    /// `caller`'s own.
    pub fn target(&self, caller: FuncId, fun: NodeId) -> Option<Target> {
        let (func, value) = self.statics.value(self.package, caller, fun);
        match self.package.funcs[func].body.node(value) {
            Node::Func(f)
            | Node::MethodExpr {
                func: f,
                direct: true,
            } => Some(self.resolve(f)),
            Node::Closure(closure) => self
                .is_own(caller, closure)
                .then_some(Target::Local(closure)),
            _ => None,
        }
    }

    fn resolve(&self, func: FuncRef) -> Target {
        self.package
            .find(func)
            .map_or(Target::Imported(func), Target::Local)
    }

    fn is_own(&self, caller: FuncId, closure: FuncId) -> bool {
        let closure = &self.package.funcs[closure];
        closure.closure_vars.is_empty() || closure.parent == Some(caller)
    }

    /// The function behind a target: its package and number there.
    pub fn function(&self, target: Target) -> Option<(&Package, FuncId)> {
        match target {
            Target::Local(func) => Some((self.package, func)),
            Target::Imported(func) => self.imports.find(func).map(|f| (f.package, f.id)),
        }
    }

    /// Whether and at which cost a target can be inlined.
    pub fn inline(&self, target: Target) -> Option<Inline> {
        match target {
            Target::Local(func) => self.package.funcs[func].inline,
            Target::Imported(func) => self.imports.find(func)?.inline,
        }
    }

    /// Whether a target is a function literal.
    pub fn is_closure(&self, target: Target) -> bool {
        matches!(target, Target::Local(f) if self.package.funcs[f].kind.is_closure())
    }

    /// Whether the callee expression is a parameter or captured variable itself: the compiler hopes to know it once the
    /// caller is inlined.
    pub fn is_parameter(&self, caller: FuncId, fun: NodeId) -> bool {
        let body = &self.package.funcs[caller].body;
        let Node::Name(local) = body.node(fun) else {
            return false;
        };
        matches!(body.locals[local].class, Class::Param | Class::Captured(_))
    }
}
