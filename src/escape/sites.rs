//! Decisions as sites: what rules, reports and `explain` work on.
//!
//! A site has the position of the expression's own source. Where the compiler has several bodies for one piece of source
//! (instances of a generic function, copies of closures), the site has the worst of their decisions. What came by
//! inlining from elsewhere is no site of its own: it is one where it was written.
//!
//! Beside the locations there are sites that the compiler never prints: channels, the records that `go` statements and
//! `defer` statements in loops make, and boxing by the assignment of a range clause.

use std::collections::BTreeMap;

use super::analysis::{Analysis, Decided, Decision, Step};
use super::build::Subject;
use super::cost::Costs;
use super::graph::{Place, Why};
use crate::base::span::Span;
use crate::base::symbol::Symbol;
use crate::ir::body::{Body, ConvKind, Pos};
use crate::ir::node::{FuncId, Node, NodeId};
use crate::ir::print::node_text;
use crate::ir::typetext::type_text;
use crate::ir::{FuncKind, Package};
use crate::site::{Cost, FlowStep, Heat, Reason, Site, SiteKind, Verdict};
use crate::types::builtin::BuiltinId;
use crate::types::predicates::is_interface;
use crate::types::ty::{Ty, TyKind};

/// Longest expression text of a site, in bytes.
const MAX_TEXT: usize = 120;

/// Makes sites of a package's decisions.
pub struct Sites<'a> {
    /// Judges what they cost.
    pub costs: Costs<'a>,
    /// Variables that stay in their frame are sites too.
    pub stack_variables: bool,
}

/// What a site is known by; its order is that of the output.
type Key = (u32, u32, SiteKind);

impl Sites<'_> {
    /// All sites, by file, position and kind. Their spans are the byte at gc's position: only the tree knows more.
    pub fn of(&self, analysis: &Analysis) -> Vec<Site> {
        let mut sites: BTreeMap<Key, Site> = BTreeMap::new();
        for batch in &analysis.batches {
            for decision in &batch.decisions {
                let variable = matches!(decision.subject, Subject::Variable(..));
                if self.stack_variables || !variable || decision.decided != Decided::Stack {
                    keep_worst(&mut sites, self.site(decision));
                }
            }
            for &func in &batch.members {
                self.unprinted(func, &mut sites);
            }
        }
        sites.into_values().collect()
    }

    fn package(&self) -> &Package {
        self.costs.package
    }

    fn site(&self, decision: &Decision) -> Option<Site> {
        let (kind, pos, ty, expr) = self.describe(decision)?;
        let mut site = self.blank_site(kind, pos, decision.owner, ty, &expr)?;
        site.verdict = verdict(decision.decided);
        site.cost = self.costs.of(decision);
        site.size = self.size(decision, ty);
        if let Subject::Storage(at) = decision.subject {
            site.target = self.target(at);
        }
        site.callee = self.callee(&decision.steps);
        site.flow = decision
            .steps
            .iter()
            .filter_map(|s| self.flow_step(s))
            .collect();
        Some(site)
    }

    fn blank_site(
        &self,
        kind: SiteKind,
        pos: Pos,
        owner: FuncId,
        ty: Ty,
        expr: &str,
    ) -> Option<Site> {
        let file = pos.file.filter(|_| pos.inline.is_none())?;
        let here = Span::new(pos.offset, pos.offset.saturating_add(1));
        Some(Site {
            kind,
            file,
            span: here,
            pos: pos.offset,
            function: self.named_function(owner),
            expr: shortened(expr),
            ty: type_text(ty, Some(self.package().pkg)),
            size: None,
            target: String::new(),
            callee: String::new(),
            verdict: Verdict::Stack,
            cost: Cost::Never,
            heat: Heat::default(),
            flow: Vec::new(),
        })
    }

    /// The innermost function with a name of its own.
    fn named_function(&self, mut func: FuncId) -> Symbol {
        while let Some(parent) = self.package().funcs[func].parent {
            func = parent;
        }
        self.package().funcs[func].name
    }

    /// What kind of site a decision is about, where, its type and its text; `None` for what no source stands for.
    pub fn describe(&self, decision: &Decision) -> Option<(SiteKind, Pos, Ty, String)> {
        match decision.subject {
            Subject::Anonymous => None,
            Subject::Variable(func, local) => {
                let local = &self.package().funcs[func].body.locals[local];
                let written = !local.autotemp && !local.name.as_str().starts_with(['~', '#', '.']);
                written.then(|| {
                    let name = local.name.as_str().to_owned();
                    (SiteKind::Variable, local.pos, local.ty, name)
                })
            }
            Subject::Storage(at) => {
                let body: &Body = &self.package().funcs[at.func].body;
                let kind = self.kind(body, at.node)?;
                let text = node_text(self.package(), at.func, at.node);
                Some((kind, body.pos(at.node), allocated(body, at.node), text))
            }
        }
    }

    fn kind(&self, body: &Body, id: NodeId) -> Option<SiteKind> {
        Some(match body.node(id) {
            Node::Builtin {
                id: BuiltinId::New, ..
            } => SiteKind::New,
            Node::Builtin {
                id: BuiltinId::Append,
                ..
            } => SiteKind::Append,
            Node::Builtin { .. } => match body.ty(id).under().kind() {
                TyKind::Map { .. } => SiteKind::MakeMap,
                _ => SiteKind::MakeSlice,
            },
            Node::PtrLit(_) => SiteKind::AddressOfLiteral,
            Node::Closure(literal) => match self.package().funcs[literal].kind {
                FuncKind::GoWrapper => SiteKind::Go,
                FuncKind::DeferWrapper => SiteKind::Defer,
                _ => SiteKind::Closure,
            },
            Node::MethodValue { .. } => SiteKind::MethodValue,
            Node::CompLit { dots: true, .. } => SiteKind::VariadicSlice,
            Node::CompLit { .. } => match body.ty(id).under().kind() {
                TyKind::Map { .. } => SiteKind::MapLiteral,
                _ => SiteKind::SliceLiteral,
            },
            Node::AddStr(_) => SiteKind::Concatenation,
            Node::Conv { .. } => match body.conv_kind(id) {
                ConvKind::Interface => SiteKind::InterfaceConversion,
                _ => SiteKind::StringConversion,
            },
            _ => return None,
        })
    }

    /// Bytes of one object, where the type says: not for what has a run-time size.
    fn size(&self, decision: &Decision, ty: Ty) -> Option<u64> {
        let bytes = |ty| u64::try_from(self.costs.sizes.size_of(ty)).ok();
        let Subject::Storage(at) = decision.subject else {
            return bytes(ty);
        };
        let body: &Body = &self.package().funcs[at.func].body;
        match (body.node(at.node), ty.under().kind()) {
            (Node::CompLit { list, .. }, TyKind::Slice(elem)) => {
                bytes(*elem)?.checked_mul(list.len() as u64)
            }
            (Node::Builtin { args, .. }, TyKind::Slice(elem)) => {
                let size = body.list(args).last()?;
                let n = decision.literal.as_ref().or_else(|| body.literal(*size));
                let n = n?.as_u64()?;
                bytes(*elem)?.checked_mul(n)
            }
            (Node::Conv { .. }, _) if body.conv_kind(at.node) == ConvKind::Interface => bytes(ty),
            (
                Node::PtrLit(_)
                | Node::Builtin {
                    id: BuiltinId::New, ..
                },
                _,
            ) => bytes(ty),
            _ => None,
        }
    }

    /// The interface that a value is boxed in.
    fn target(&self, at: Place) -> String {
        let body: &Body = &self.package().funcs[at.func].body;
        if body.conv_kind(at.node) == ConvKind::Interface {
            type_text(body.ty(at.node), Some(self.package().pkg))
        } else {
            String::new()
        }
    }

    /// The function that the value is passed to on its way.
    fn callee(&self, steps: &[Step]) -> String {
        let call = steps
            .iter()
            .flat_map(|s| &s.notes)
            .find(|(_, why)| *why == Why::CallParameter);
        call.map_or_else(String::new, |(at, _)| {
            let body: &Body = &self.package().funcs[at.func].body;
            match body.node(at.node) {
                Node::Call { fun, .. } => node_text(self.package(), at.func, fun),
                Node::Builtin { id, .. } => format!("{id:?}").to_lowercase(),
                _ => String::new(),
            }
        })
    }

    fn flow_step(&self, step: &Step) -> Option<FlowStep> {
        let (at, why) = *step.notes.last()?;
        let body: &Body = &self.package().funcs[at.func].body;
        if at.node >= first_free(body) {
            return None;
        }
        let pos = body.outermost(body.pos(at.node));
        let file = pos.file?;
        let span = Span::new(pos.offset, pos.offset.saturating_add(1));
        let note = format!(
            "{} goes to {} ({})",
            self.value_text(step),
            step.dst
                .map_or_else(|| "the heap".to_owned(), |dst| self.subject_text(dst)),
            why.as_str()
        );
        Some(FlowStep { file, span, note })
    }

    fn value_text(&self, step: &Step) -> String {
        let source = self.subject_text(step.src);
        match step.derefs {
            ..0 => format!("the address of {source}"),
            0 => source,
            n => format!(
                "{}{source}",
                "*".repeat(usize::try_from(n.min(8)).unwrap_or(0))
            ),
        }
    }

    fn subject_text(&self, subject: Subject) -> String {
        match subject {
            Subject::Anonymous => "a temporary".to_owned(),
            Subject::Variable(func, local) => {
                let name = self.package().funcs[func].body.locals[local].name;
                match name.as_str() {
                    name if name.starts_with("~r") => "the result".to_owned(),
                    name => format!("`{name}`"),
                }
            }
            Subject::Storage(at) => {
                let text = node_text(self.package(), at.func, at.node);
                format!("the storage of `{}`", shortened(&text))
            }
        }
    }

    /// The sites that no location stands for.
    fn unprinted(&self, func: FuncId, sites: &mut BTreeMap<Key, Site>) {
        let body: &Body = &self.package().funcs[func].body;
        body.preorder(body.stmts, |id| {
            match body.node(id) {
                Node::Builtin {
                    id: BuiltinId::Make,
                    ..
                } if matches!(body.ty(id).under().kind(), TyKind::Chan { .. }) => {
                    let text = node_text(self.package(), func, id);
                    let site =
                        self.blank_site(SiteKind::MakeChan, body.pos(id), func, body.ty(id), &text);
                    keep_worst(sites, site.map(always(Reason::Channel)));
                }
                Node::Builtin {
                    id: BuiltinId::Append,
                    ..
                } if !self.costs.release.append_store => {
                    keep_worst(sites, self.grown(func, body, id));
                }
                Node::Range { x, key, value, .. } => {
                    self.range_boxing(func, body, x, [key, value], sites);
                }
                _ => {}
            }
            true
        });
    }

    /// An `append` of releases that have no location for what it allocates: always on the heap.
    fn grown(&self, func: FuncId, body: &Body, id: NodeId) -> Option<Site> {
        let text = node_text(self.package(), func, id);
        let site = self.blank_site(SiteKind::Append, body.pos(id), func, body.ty(id), &text)?;
        Some(Site {
            verdict: Verdict::Heap(Reason::NonConstantSize),
            cost: Cost::Maybe("the capacity is exceeded".to_owned()),
            ..site
        })
    }

    /// `for k, v = range x` into interface variables: what is assigned is boxed on each iteration.
    fn range_boxing(
        &self,
        func: FuncId,
        body: &Body,
        x: NodeId,
        targets: [Option<NodeId>; 2],
        sites: &mut BTreeMap<Key, Site>,
    ) {
        for (target, ty) in targets.into_iter().zip(range_types(body.ty(x))) {
            let (Some(target), Some(ty)) = (target, ty) else {
                continue;
            };
            let boxes = is_interface(body.ty(target))
                && !is_interface(ty)
                && !self
                    .costs
                    .sizes
                    .is_pointer_shaped(ty, self.costs.release.direct);
            if !boxes {
                continue;
            }
            let text = node_text(self.package(), func, target);
            let site = self.blank_site(
                SiteKind::InterfaceConversion,
                body.pos(target),
                func,
                ty,
                &text,
            );
            keep_worst(sites, site.map(always(Reason::Stored)));
        }
    }
}

/// The type of what is allocated: what a pointer points to, what is boxed.
fn allocated(body: &Body, id: NodeId) -> Ty {
    let ty = body.ty(id);
    match body.node(id) {
        Node::Conv { x, .. } if body.conv_kind(id) == ConvKind::Interface => body.ty(x),
        Node::PtrLit(_)
        | Node::Builtin {
            id: BuiltinId::New, ..
        } => ty.under_pointer().unwrap_or(ty),
        _ => ty,
    }
}

/// A site that is always on the heap and always allocates.
fn always(reason: Reason) -> impl FnOnce(Site) -> Site {
    move |site| Site {
        verdict: Verdict::Heap(reason),
        cost: Cost::Always,
        ..site
    }
}

/// The types of key and value of a range over `ty`, as far as they may be boxed.
fn range_types(ty: Ty) -> [Option<Ty>; 2] {
    let under = ty.under_pointer().map_or(ty, |t| t).under();
    match under.kind() {
        TyKind::Slice(elem) | TyKind::Array { elem, .. } => [None, Some(*elem)],
        TyKind::Map { key, elem } => [Some(*key), Some(*elem)],
        TyKind::Chan { elem, .. } => [Some(*elem), None],
        _ => [None, None],
    }
}

/// One past the last node of a body.
fn first_free(body: &Body) -> NodeId {
    crate::base::index::Idx::from_usize(body.len())
}

fn verdict(decided: Decided) -> Verdict {
    match decided {
        Decided::Stack => Verdict::Stack,
        Decided::Heap(reason) => Verdict::Heap(reason),
        Decided::Unknown => Verdict::Unknown("an import that was not found".to_owned()),
    }
}

fn keep_worst(sites: &mut BTreeMap<Key, Site>, site: Option<Site>) {
    let Some(site) = site else {
        return;
    };
    let key = (site.file.to_raw(), site.pos, site.kind);
    match sites.get(&key) {
        Some(old) if badness(&old.verdict) >= badness(&site.verdict) => {}
        _ => {
            sites.insert(key, site);
        }
    }
}

fn badness(verdict: &Verdict) -> u8 {
    match verdict {
        Verdict::Stack => 0,
        Verdict::Unknown(_) => 1,
        Verdict::Heap(_) => 2,
    }
}

/// The text on one line, cut at a character if it is long.
fn shortened(text: &str) -> String {
    let mut line = text.replace('\n', " ");
    if line.len() > MAX_TEXT {
        let cut = (0..=MAX_TEXT)
            .rev()
            .find(|&i| line.is_char_boundary(i))
            .unwrap_or(0);
        line.truncate(cut);
        line.push('…');
    }
    line
}
