//! Causes: the places of a function's body, calls inlined, that matter for contracts.

use rustc_hash::FxHashSet;

use super::exempt::Exempt;
use super::fatal;
use crate::base::index::IndexVec;
use crate::base::source::FileId;
use crate::base::span::Span;
use crate::escape::analysis::{Analysis, Decision};
use crate::escape::build::Subject;
use crate::escape::effect::{Opaque, What};
use crate::escape::sites::Sites;
use crate::inline::callee::{Finder, Target};
use crate::ir::Package;
use crate::ir::body::{Body, Pos};
use crate::ir::node::{FuncId, Node, NodeId};
use crate::ir::print::plain_text;
use crate::site::{Cost, SiteKind};
use crate::types::builtin::BuiltinId;
use crate::types::ty::{Ty, TyKind};

/// A place that matters.
#[derive(Clone, Debug)]
pub struct Cause {
    /// Where, as the body has it: what was inlined knows the calls that brought it.
    pub pos: Pos,
    /// The code, for people.
    pub text: String,
    /// What happens there.
    pub kind: CauseKind,
}

/// What happens at a place.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum CauseKind {
    /// It allocates, always or under a condition.
    Allocates(What, Cost),
    /// It calls a known function.
    Calls(Target),
    /// It cannot be seen through.
    Opaque(Opaque),
}

/// Reads causes out of the bodies of an analysed package.
pub struct Causes<'a, 'w> {
    package: &'a Package,
    sites: Sites<'a>,
    finder: Finder<'a, 'w>,
    exempt: &'a Exempt,
    decisions: IndexVec<FuncId, Vec<&'a Decision>>,
}

impl<'a, 'w> Causes<'a, 'w> {
    /// Prepares for the functions of the finder's package.
    pub fn new(
        finder: Finder<'a, 'w>,
        sites: Sites<'a>,
        analysis: &'a Analysis,
        exempt: &'a Exempt,
    ) -> Causes<'a, 'w> {
        let package = finder.package;
        let mut decisions = IndexVec::from_elem(Vec::new(), package.funcs.len());
        for decision in analysis.batches.iter().flat_map(|b| &b.decisions) {
            decisions[decision.owner].push(decision);
        }
        Causes {
            package,
            sites,
            finder,
            exempt,
            decisions,
        }
    }

    /// The package that they are of.
    pub fn package(&self) -> &'a Package {
        self.package
    }

    /// The causes in a function; `used` gets the exempt ranges that took one out.
    pub fn of(&self, func: FuncId, used: &mut FxHashSet<(FileId, Span)>) -> Vec<Cause> {
        let body: &Body = &self.package.funcs[func].body;
        let mut found = Vec::new();
        let live = self.nodes(func, &mut found);
        let decisions = self.decisions[func].iter();
        found.extend(decisions.filter_map(|d| self.decided(d, &live)));
        found.retain(|cause| {
            let ranges: Vec<(FileId, Span)> = self.exempt.around(body, cause.pos).collect();
            // Of a call it is not known yet whether there is anything to exempt.
            if ranges.is_empty() || matches!(cause.kind, CauseKind::Calls(_)) {
                return true;
            }
            used.extend(ranges);
            false
        });
        found
    }

    /// Whether a call is exempt, and by what.
    pub fn exempting(&self, func: FuncId, cause: &Cause) -> Vec<(FileId, Span)> {
        let body: &Body = &self.package.funcs[func].body;
        self.exempt.around(body, cause.pos).collect()
    }

    /// What the nodes of a function say by themselves. Gives those that do not lie on a way to the end of the program.
    fn nodes(&self, func: FuncId, found: &mut Vec<Cause>) -> FxHashSet<NodeId> {
        let body: &Body = &self.package.funcs[func].body;
        let fatal = fatal::statements(body);
        let mut live = FxHashSet::default();
        body.preorder(body.stmts, |id| {
            if fatal.contains(&id) {
                return false;
            }
            live.insert(id);
            if let Some(kind) = self.node(func, body, id) {
                found.push(Cause {
                    pos: body.pos(id),
                    text: self.text(func, body, id),
                    kind,
                });
            }
            // What a goroutine does is its own matter.
            !matches!(body.node(id), Node::Go(_))
        });
        live
    }

    fn text(&self, func: FuncId, body: &Body, id: NodeId) -> String {
        let shown = match body.node(id) {
            Node::Call { fun, .. } => fun,
            _ => id,
        };
        plain_text(self.package, func, shown)
    }

    fn node(&self, func: FuncId, body: &Body, id: NodeId) -> Option<CauseKind> {
        let always = |kind| Some(CauseKind::Allocates(What::Site(kind), Cost::Always));
        match body.node(id) {
            Node::Call { fun, .. } => Some(self.call(func, body, fun)),
            Node::Go(_) => always(SiteKind::Go),
            Node::Unknown(_) => Some(CauseKind::Opaque(Opaque::Code)),
            Node::Builtin {
                id: BuiltinId::Make,
                ..
            } if is_chan(body.ty(id)) => always(SiteKind::MakeChan),
            Node::Builtin {
                id: BuiltinId::Append,
                ..
            } if !self.sites.costs.release.append_store => Some(CauseKind::Allocates(
                What::Site(SiteKind::Append),
                Cost::Maybe("the capacity is exceeded".to_owned()),
            )),
            Node::Assign { x, .. } | Node::AssignOp { x, .. } if is_entry(body, x) => Some(grown()),
            Node::AssignList { lhs, .. } if body.list(lhs).iter().any(|&x| is_entry(body, x)) => {
                Some(grown())
            }
            _ => None,
        }
    }

    fn call(&self, func: FuncId, body: &Body, fun: NodeId) -> CauseKind {
        if let Some(target) = self.finder.target(func, fun) {
            return CauseKind::Calls(target);
        }
        match body.node(fun) {
            Node::DotInter { .. } => CauseKind::Opaque(Opaque::Interface),
            Node::MethodExpr { func, .. } if is_interface_method(func.obj().ty()) => {
                CauseKind::Opaque(Opaque::Interface)
            }
            Node::MethodExpr { func, .. } | Node::Func(func) => {
                let target = self.package.find(func);
                CauseKind::Calls(target.map_or(Target::Imported(func), Target::Local))
            }
            Node::Closure(literal) => CauseKind::Calls(Target::Local(literal)),
            _ => CauseKind::Opaque(Opaque::Value),
        }
    }

    fn decided(&self, decision: &Decision, live: &FxHashSet<NodeId>) -> Option<Cause> {
        if let Subject::Storage(at) = decision.subject
            && !live.contains(&at.node)
        {
            return None;
        }
        let cost = self.sites.costs.of(decision);
        let (kind, pos, _, text) = self.sites.describe(decision)?;
        let kind = match cost {
            Cost::Never => return None,
            Cost::Unknown => CauseKind::Opaque(Opaque::Code),
            // Said by the statement itself.
            _ if kind == SiteKind::Go => return None,
            cost => CauseKind::Allocates(What::Site(kind), cost),
        };
        Some(Cause { pos, text, kind })
    }
}

fn grown() -> CauseKind {
    CauseKind::Allocates(
        What::MapGrowth,
        Cost::Maybe("the map has to grow".to_owned()),
    )
}

fn is_chan(ty: Ty) -> bool {
    matches!(ty.under().kind(), TyKind::Chan { .. })
}

/// Whether a destination is an entry of a map.
fn is_entry(body: &Body, x: NodeId) -> bool {
    match body.node(x) {
        Node::Index { x, .. } => matches!(body.ty(x).under().kind(), TyKind::Map { .. }),
        _ => false,
    }
}

fn is_interface_method(ty: Ty) -> bool {
    let recv = ty.as_signature().and_then(|s| s.recv);
    recv.is_some_and(|r| r.ty().under_interface().is_some())
}
