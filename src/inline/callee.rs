//! Which function a call calls, as far as the compiler knows (`inline.inlCallee`).

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

/// Finds callees in one package and those it imports.
#[derive(Clone, Copy)]
pub struct Finder<'a> {
    /// The package under analysis.
    pub package: &'a Package,
    /// The packages it imports.
    pub callees: &'a dyn Callees,
    /// What variables hold.
    pub statics: &'a Statics,
}

impl Finder<'_> {
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
            Target::Imported(func) => self.callees.find(func),
        }
    }

    /// Whether and at which cost a target can be inlined.
    pub fn inline(&self, target: Target) -> Option<Inline> {
        let (package, func) = self.function(target)?;
        let inline = package.funcs[func].inline?;
        match target {
            Target::Imported(f) if !self.has_body(f) => None,
            _ => Some(inline),
        }
    }

    /// Whether the body of another package's function can be read: a package's export data has the bodies of its own
    /// functions, and of those that were inlined into them (`linker.relocFuncExt`).
    fn has_body(&self, func: FuncRef) -> bool {
        let imports = &self.package.imports;
        let Some(pkg) = func.obj().pkg else {
            return false;
        };
        imports.iter().any(|p| p.path == pkg.path)
            || imports.iter().any(|&via| self.exports_body(via, func))
    }

    fn exports_body(&self, via: Pkg, func: FuncRef) -> bool {
        self.callees
            .package(via)
            .is_some_and(|package| exports::has(package, func))
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
