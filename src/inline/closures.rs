//! Function literals of inlined bodies: they are copied as functions of the caller's package, and named after where they
//! came from (`ir.closureName`).
//!
//! | release | literal of `g`, inlined through `f` into `caller` |
//! | --- | --- |
//! | up to 1.26 | `caller.f.g.func3`, numbered with the literals of `caller`; `caller.f.g.3` from 1.22 on if that is a literal |
//! | from 1.27 on | `g.func1`, with its number in `g`; `g.1` if the caller is a literal itself |

use std::sync::Arc;

use super::splice::Shift;
use crate::base::index::Idx;
use crate::base::symbol::Symbol;
use crate::ir::body::{Body, Class, FuncKey, InlineId};
use crate::ir::build::closure_suffix;
use crate::ir::node::{FuncId, Node, NodeId};
use crate::ir::print::func_text;
use crate::ir::release::Release;
use crate::ir::{Func, FuncKind, Package};

/// The literals of one inlined body.
pub(super) struct Place<'a> {
    pub release: &'static Release,
    /// The function that it is put into.
    pub caller: FuncId,
    /// The name of the function that is put there.
    pub name: Symbol,
    /// The function literals in it, with what they are copied from.
    pub literals: &'a [(FuncId, Func)],
    /// Which of its nodes are closures.
    pub closures: &'a [NodeId],
    /// Where its parts went.
    pub shift: &'a Shift,
}

impl Place<'_> {
    /// Copies the literals and points the caller's body, and the literals around literals, to the copies.
    pub fn copy(&self, package: &mut Package, body: &mut Body) -> Vec<FuncId> {
        let mut copies: Vec<(FuncId, FuncId)> = Vec::new();
        for (old, literal) in self.literals {
            let parent = literal.parent.and_then(|p| find(&copies, p));
            let (name, pkg) = self.name_of(package, body, literal, parent);
            let func = Func {
                name: Symbol::intern(&name),
                pkg,
                inline: None,
                silent: package.funcs[self.caller].silent,
                body: Arc::clone(&literal.original),
                ..literal.clone()
            };
            copies.push((*old, package.funcs.push(func)));
        }
        if !copies.is_empty() {
            self.point(package, body, &copies);
        }
        copies.into_iter().map(|c| c.1).collect()
    }

    fn point(&self, package: &mut Package, body: &mut Body, copies: &[(FuncId, FuncId)]) {
        for id in self.closures {
            let id = id.shifted(self.shift.nodes);
            if let Node::Closure(old) = body.node(id)
                && let Some(new) = find(copies, old)
            {
                body.replace(id, Node::Closure(new));
                adopt(package, new, self.caller, Some(self.shift));
            }
        }
        for &(_, copy) in copies {
            let mut own = (*package.funcs[copy].original).clone();
            for i in 0..own.len() {
                let id = NodeId::from_usize(i);
                if let Node::Closure(old) = own.node(id)
                    && let Some(new) = find(copies, old)
                {
                    own.replace(id, Node::Closure(new));
                    adopt(package, new, copy, None);
                }
            }
            let own = Arc::new(own);
            package.funcs[copy].original = Arc::clone(&own);
            package.funcs[copy].body = own;
        }
    }

    /// The name of a copied literal, and the package that it carries. `parent` is the copy of the literal around it.
    fn name_of(
        &self,
        package: &mut Package,
        body: &Body,
        literal: &Func,
        parent: Option<FuncId>,
    ) -> (String, Option<crate::types::package::Pkg>) {
        let short = self.release.short_inlined_names;
        let around = parent.filter(|&p| short || package.funcs[p].kind != FuncKind::RangeBody);
        if let Some(around) = around {
            let around = &package.funcs[around];
            let rest = self.rest_of_name(literal);
            return (format!("{}{rest}", around.name), around.pkg);
        }
        let nested = package.funcs[self.caller].kind.is_closure();
        let suffix = closure_suffix(literal.kind, nested);
        if short {
            let number = trailing_number(literal.name.as_str());
            let name = format!("{}{suffix}{number}", self.name);
            return (name, literal.pkg);
        }
        self.long_name(package, body, literal, parent.is_none())
    }

    /// What a nested literal's name has after that of the literal around it.
    fn rest_of_name(&self, literal: &Func) -> &'static str {
        let around = self
            .literals
            .iter()
            .find(|(id, _)| Some(*id) == literal.parent);
        let name = literal.name.as_str();
        around
            .and_then(|(_, f)| name.strip_prefix(f.name.as_str()))
            .unwrap_or(name)
    }

    /// The caller's name, those of the functions on the way if the literal was `inlined` itself, and the next number.
    fn long_name(
        &self,
        package: &mut Package,
        body: &Body,
        literal: &Func,
        inlined: bool,
    ) -> (String, Option<crate::types::package::Pkg>) {
        let mut namer = self.caller;
        while package.funcs[namer].kind == FuncKind::RangeBody
            && let Some(parent) = package.funcs[namer].parent
        {
            namer = parent;
        }
        let mut name = match package.funcs[namer].kind {
            FuncKind::PackageInit => self.release.package_closures.to_owned(),
            _ => package.funcs[namer].name.as_str().to_owned(),
        };
        if inlined {
            for part in inlined_names(package, body, self.shift.inline) {
                name = format!("{name}.{part}");
            }
        }
        let namer = &mut package.funcs[namer];
        let nested = namer.kind.is_closure() && !(inlined && self.release.plain_inlined_names);
        let suffix = closure_suffix(literal.kind, nested);
        let number = match literal.kind {
            FuncKind::GoWrapper | FuncKind::DeferWrapper => {
                trailing_number(literal.name.as_str()).to_owned()
            }
            kind => namer.closures.next(kind).to_string(),
        };
        (format!("{name}{suffix}{number}"), namer.pkg)
    }
}

fn find(copies: &[(FuncId, FuncId)], old: FuncId) -> Option<FuncId> {
    copies.iter().find(|c| c.0 == old).map(|c| c.1)
}

/// The functions on the way to an inlined call, outermost first.
fn inlined_names(package: &Package, body: &Body, inline: InlineId) -> Vec<String> {
    let mut names = Vec::new();
    let mut at = Some(inline);
    while let Some(id) = at {
        let frame = body.inlined[id];
        names.push(match frame.callee {
            FuncKey::Ref(func) => func_text(func, func.obj().pkg),
            FuncKey::Closure(func) => package.funcs[func].name.as_str().to_owned(),
        });
        at = frame.call.inline;
    }
    names.reverse();
    names
}

fn trailing_number(name: &str) -> &str {
    let digits = name.len() - name.trim_end_matches(|c: char| c.is_ascii_digit()).len();
    &name[name.len() - digits..]
}

/// Gives a copied function literal its new parent; what it captures has moved with `shift`.
fn adopt(package: &mut Package, closure: FuncId, parent: FuncId, shift: Option<&Shift>) {
    let func = &mut package.funcs[closure];
    func.parent = Some(parent);
    let Some(shift) = shift else {
        return;
    };
    let mut own = (*func.original).clone();
    for &var in &func.closure_vars {
        if let Class::Captured(outer) = own.locals[var].class {
            own.locals[var].class = Class::Captured(shift.locals[outer.index()]);
        }
    }
    let own = Arc::new(own);
    func.original = Arc::clone(&own);
    func.body = own;
}
