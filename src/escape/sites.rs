//! Decisions as sites: what rules, reports and `explain` work on.
//!
//! A site has the position of the expression's own source. Where the compiler has several bodies for one piece of source
//! (instances of a generic function, copies of closures), the site has the worst of their decisions. What came by
//! inlining from elsewhere in the package is no site of its own: it is one where it was written. A function literal of
//! which only such copies are left has those sites. What came from another package is a site of the call, for nobody looks
//! at that package: `p := proto.String(s)` allocates where it stands.
//!
//! Beside the locations there are sites that the compiler never prints ([`unprinted`](super::unprinted)), and slices that
//! it moves to the heap ([`moved`](super::moved)).

use std::collections::BTreeMap;

use super::analysis::{Analysis, Decided, Decision, Step};
use super::build::Subject;
use super::callee::{Called, by_key, called, outermost_callee};
use super::cost::Costs;
use super::graph::{Place, Why};
use super::growth::Growth;
use crate::base::source::FileId;
use crate::base::span::Span;
use crate::ir::body::{Body, Class, ConvKind, FuncKey, Pos};
use crate::ir::node::{FuncId, Node, NodeId};
use crate::ir::print::{node_text, plain_text, variable_text};
use crate::ir::typetext::type_text;
use crate::ir::{FuncKind, Package};
use crate::site::{Cost, FlowStep, Heat, Reason, Site, SiteKind, Trait, Traits, TypeKind, Verdict};
use crate::types::builtin::BuiltinId;
use crate::types::ty::{BasicKind, Ty, TyKind};

/// Longest expression text of a site, in bytes.
const MAX_TEXT: usize = 120;

/// What is wanted beside the places that allocate.
pub struct Extra<'w> {
    /// Variables that stay in their frame.
    pub stack_variables: bool,
    /// Parameters that their functions keep or hand back.
    pub parameters: bool,
    /// Declared functions.
    pub functions: bool,
    /// The calls of functions of these names.
    pub calls: &'w dyn Fn(&str) -> bool,
}

impl Extra<'_> {
    /// Nothing.
    pub const NONE: Extra<'static> = Extra {
        stack_variables: false,
        parameters: false,
        functions: false,
        calls: &|_| false,
    };
}

/// Makes sites of a package's decisions.
pub struct Sites<'a> {
    /// Judges what they cost.
    pub costs: Costs<'a>,
    /// What else is wanted.
    pub extra: &'a Extra<'a>,
}

/// What a site is known by; its order is that of the output.
type Key = (u32, u32, SiteKind);

/// A site, and whether it was found in a copy of its function's body only.
pub(super) struct Made {
    pub site: Site,
    pub is_copy: bool,
}

/// The sites found so far.
#[derive(Default)]
pub(super) struct Found {
    own: BTreeMap<Key, Site>,
    /// Those of function literals that were put in the place of their calls: where nothing calls them in another way,
    /// the compiler leaves no other body of them.
    copies: BTreeMap<Key, Site>,
}

impl Found {
    pub(super) fn keep(&mut self, made: Option<Made>) {
        match made {
            Some(Made {
                site,
                is_copy: true,
            }) => keep_worst(&mut self.copies, site),
            Some(Made { site, .. }) => keep_worst(&mut self.own, site),
            None => {}
        }
    }

    /// Gives the site of `kind` at `pos`, if it is known, another cost.
    pub(super) fn recount(&mut self, pos: Pos, kind: SiteKind, cost: &Cost) {
        let Some(file) = pos.file else {
            return;
        };
        let key = (file.to_raw(), pos.offset, kind);
        let sites = if pos.inline.is_some() {
            &mut self.copies
        } else {
            &mut self.own
        };
        if let Some(site) = sites.get_mut(&key) {
            site.cost = cost.clone();
        }
    }

    fn into_sites(self) -> Vec<Site> {
        let mut sites = self.own;
        for (key, copy) in self.copies {
            sites.entry(key).or_insert(copy);
        }
        sites.into_values().collect()
    }
}

impl Sites<'_> {
    /// All sites, by file, position and kind. Their spans are the byte at gc's position: only the tree knows more.
    pub fn of(&self, analysis: &Analysis) -> Vec<Site> {
        let mut found = Found::default();
        for batch in &analysis.batches {
            for decision in &batch.decisions {
                let variable = matches!(decision.subject, Subject::Variable(..));
                if self.extra.stack_variables || !variable || decision.decided != Decided::Stack {
                    found.keep(self.site(decision));
                }
            }
            for &func in &batch.members {
                self.unprinted(func, &mut found);
            }
        }
        for moved in &analysis.moved {
            self.moved(moved, &mut found);
        }
        self.asked_for(analysis, &mut found);
        found.into_sites()
    }

    pub(super) fn package(&self) -> &Package {
        self.costs.package
    }

    fn site(&self, decision: &Decision) -> Option<Made> {
        let (kind, pos, ty, expr) = self.describe(decision)?;
        let called = self.called(&decision.steps);
        let mut made = self.blank_site(kind, pos, decision.owner, ty, &expr)?;
        let site = &mut made.site;
        site.verdict = verdict(decision.decided);
        site.cost = self.costs.of(decision);
        site.size = self.size(decision, ty);
        if let Subject::Storage(at) = decision.subject {
            site.target = self.target(at);
        }
        if site.kind == SiteKind::InlinedCall {
            site.cost = self.in_callee(decision, std::mem::replace(&mut site.cost, Cost::Never));
        } else {
            site.callee = called.name;
            site.call = called.kind;
        }
        site.traits = self.traits(decision.subject, site.traits);
        let by_go = kind == SiteKind::Closure && self.is_called_by_go(decision);
        site.traits = site.traits.with(Trait::CalledByGo, by_go);
        site.flow = decision
            .steps
            .iter()
            .filter_map(|s| self.flow_step(s))
            .collect();
        let is_idle = site.kind == SiteKind::InlinedCall && site.cost == Cost::Never;
        (!is_idle).then_some(made)
    }

    pub(super) fn blank_site(
        &self,
        kind: SiteKind,
        pos: Pos,
        owner: FuncId,
        ty: Ty,
        expr: &str,
    ) -> Option<Made> {
        let body: &Body = &self.package().funcs[owner].body;
        if let Some(callee) = outermost_callee(body, pos).filter(|c| self.is_elsewhere(*c)) {
            return self.call_site(callee, body.outermost(pos), owner, ty);
        }
        let file = pos.file?;
        let is_copy = match pos.inline {
            None => false,
            Some(inline) => {
                if !matches!(body.inlined[inline].callee, FuncKey::Closure(_)) {
                    return None;
                }
                true
            }
        };
        self.site_at(kind, (file, pos.offset), owner, ty, expr)
            .map(|site| Made { site, is_copy })
    }

    /// Whether a function is one of another package.
    fn is_elsewhere(&self, callee: FuncKey) -> bool {
        match callee {
            FuncKey::Ref(func) => func.obj().pkg.is_some_and(|pkg| pkg != self.package().pkg),
            FuncKey::Closure(_) => false,
        }
    }

    /// The site of an inlined call of another package's function.
    fn call_site(&self, callee: FuncKey, pos: Pos, owner: FuncId, ty: Ty) -> Option<Made> {
        let called = by_key(callee);
        let at = (pos.file?, pos.offset);
        let mut site = self.site_at(SiteKind::InlinedCall, at, owner, ty, &called.name)?;
        site.callee = called.name;
        site.call = called.kind;
        Some(Made {
            site,
            is_copy: false,
        })
    }

    fn site_at(
        &self,
        kind: SiteKind,
        (file, offset): (FileId, u32),
        owner: FuncId,
        ty: Ty,
        expr: &str,
    ) -> Option<Site> {
        let named = self.named_function(owner);
        let inlinable = self.package().funcs[named].inline.is_some();
        Some(Site {
            kind,
            file,
            span: Span::new(offset, offset.saturating_add(1)),
            pos: offset,
            function: self.package().funcs[named].name,
            expr: shortened(expr),
            ty: self.shown_type(ty),
            size: None,
            type_kind: type_kind(ty),
            target: String::new(),
            callee: String::new(),
            call: None,
            traits: Traits::default().with(Trait::Inlinable, inlinable),
            count: 0,
            verdict: Verdict::Stack,
            cost: Cost::Never,
            heat: Heat::default(),
            flow: Vec::new(),
        })
    }

    /// A type for people, who write `any`.
    pub(super) fn shown_type(&self, ty: Ty) -> String {
        type_text(ty, Some(self.package().pkg)).replace("interface {}", "any")
    }

    /// The innermost function with a name of its own.
    fn named_function(&self, mut func: FuncId) -> FuncId {
        while let Some(parent) = self.package().funcs[func].parent {
            func = parent;
        }
        func
    }

    /// `known`, and what the variable or expression says.
    fn traits(&self, subject: Subject, known: Traits) -> Traits {
        match subject {
            Subject::Anonymous => known,
            Subject::Variable(func, local) => {
                let body: &Body = &self.package().funcs[func].body;
                let variable = &body.locals[local];
                let by_range = variable
                    .defn
                    .is_some_and(|d| matches!(body.node(d), Node::Range { .. }));
                known
                    .with(Trait::Parameter, variable.class == Class::Param)
                    .with(Trait::Result, variable.class == Class::Result)
                    .with(Trait::RangeVariable, by_range)
            }
            Subject::Storage(at) => {
                let body: &Body = &self.package().funcs[at.func].body;
                match body.node(at.node) {
                    Node::Conv { implicit, .. } => known.with(Trait::Implicit, implicit),
                    Node::AddStr(_) => known.and(self.growth(at.func).of_concatenation(at.node)),
                    Node::Builtin {
                        id: BuiltinId::Append,
                        ..
                    } => known.and(self.growth(at.func).of_append(at.node)),
                    Node::Builtin {
                        id: BuiltinId::Make,
                        ..
                    } => known.and(self.growth(at.func).of_make(at.node)),
                    _ => known,
                }
            }
        }
    }

    /// What an inlined call costs of which a part costs `cost`: that hangs on the branches and loops that the callee has
    /// around it.
    fn in_callee(&self, decision: &Decision, cost: Cost) -> Cost {
        let at = match decision.subject {
            Subject::Anonymous => return cost,
            Subject::Storage(at) => Some(at),
            Subject::Variable(func, local) => {
                let declared = self.costs.surroundings(func).declaration(local);
                declared.map(|node| Place { func, node })
            }
        };
        match at {
            Some(at) if cost == Cost::Always && self.is_conditional(at) => {
                Cost::Maybe("it takes the branch that does".to_owned())
            }
            _ => cost,
        }
    }

    /// Whether something decides in the inlined body around a node if it runs.
    fn is_conditional(&self, at: Place) -> bool {
        let body: &Body = &self.package().funcs[at.func].body;
        let surroundings = self.costs.surroundings(at.func);
        let mut node = at.node;
        while let Some(parent) = surroundings.parent(node) {
            let is_part = body.pos(parent).inline.is_some();
            match body.node(parent) {
                _ if !is_part => return false,
                Node::If { .. } | Node::Case { .. } | Node::Comm { .. } => return true,
                Node::For { .. } | Node::Range { .. } => return true,
                _ => node = parent,
            }
        }
        false
    }

    /// Whether a closure goes to the one that a `go` statement makes for it and its arguments.
    fn is_called_by_go(&self, decision: &Decision) -> bool {
        decision.steps.iter().any(|step| match step.dst {
            Some(Subject::Storage(at)) => {
                let body: &Body = &self.package().funcs[at.func].body;
                self.kind(body, at.node) == Some(SiteKind::Go)
            }
            _ => false,
        })
    }

    pub(super) fn growth(&self, func: FuncId) -> Growth<'_> {
        Growth {
            body: &self.package().funcs[func].body,
            around: self.costs.surroundings(func),
        }
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
            (Node::Closure(literal), _) => Some(self.costs.closure_size(literal)),
            _ => None,
        }
    }

    /// The interface that a value is boxed in, or what a string conversion starts from.
    fn target(&self, at: Place) -> String {
        let body: &Body = &self.package().funcs[at.func].body;
        match body.node(at.node) {
            Node::Conv { .. } if body.conv_kind(at.node) == ConvKind::Interface => {
                self.shown_type(body.ty(at.node))
            }
            Node::Conv { x, .. } => self.shown_type(body.ty(x)),
            _ => String::new(),
        }
    }

    /// The function that the value is passed to on its way.
    fn called(&self, steps: &[Step]) -> Called {
        let call = steps
            .iter()
            .flat_map(|s| &s.notes)
            .find(|(_, why)| *why == Why::CallParameter);
        call.map_or_else(Called::default, |&(at, _)| called(self.package(), at))
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
            n if source.starts_with('`') => {
                let stars = usize::try_from(n.min(8)).unwrap_or(0);
                format!("{}{source}", "*".repeat(stars))
            }
            _ => format!("what {source} points to"),
        }
    }

    fn subject_text(&self, subject: Subject) -> String {
        match subject {
            Subject::Anonymous => "a temporary".to_owned(),
            Subject::Variable(func, local) => variable_text(self.package(), func, local),
            Subject::Storage(at) => {
                let body: &Body = &self.package().funcs[at.func].body;
                if matches!(body.node(at.node), Node::CompLit { dots: true, .. }) {
                    return "the slice of variadic arguments".to_owned();
                }
                let text = plain_text(self.package(), at.func, at.node);
                format!("the storage of `{}`", shortened(&text))
            }
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

/// What a type is made of; `None` for type parameters, tuples and what is not known.
fn type_kind(ty: Ty) -> Option<TypeKind> {
    Some(match ty.under().kind() {
        TyKind::Basic(basic) => match basic.kind {
            BasicKind::Bool | BasicKind::UntypedBool => TypeKind::Bool,
            BasicKind::String | BasicKind::UntypedString => TypeKind::String,
            BasicKind::UnsafePointer => TypeKind::Pointer,
            BasicKind::Invalid | BasicKind::UntypedNil => return None,
            _ => TypeKind::Number,
        },
        TyKind::Array { .. } => TypeKind::Array,
        TyKind::Slice(_) => TypeKind::Slice,
        TyKind::Struct(_) => TypeKind::Struct,
        TyKind::Pointer(_) => TypeKind::Pointer,
        TyKind::Signature(_) => TypeKind::Func,
        TyKind::Interface(_) => TypeKind::Interface,
        TyKind::Map { .. } => TypeKind::Map,
        TyKind::Chan { .. } => TypeKind::Chan,
        _ => return None,
    })
}

/// One past the last node of a body.
fn first_free(body: &Body) -> NodeId {
    crate::base::index::Idx::from_usize(body.len())
}

fn verdict(decided: Decided) -> Verdict {
    match decided {
        Decided::Stack => Verdict::Stack,
        // Sites are made of decisions with ways; of others, this is what can be said.
        Decided::Heap(reason) => Verdict::Heap(reason.unwrap_or(Reason::Stored)),
        Decided::Unknown => Verdict::Unknown("an import that was not found".to_owned()),
    }
}

fn keep_worst(sites: &mut BTreeMap<Key, Site>, site: Site) {
    let key = (site.file.to_raw(), site.pos, site.kind);
    match sites.get(&key) {
        Some(old) if badness(old) >= badness(&site) => {}
        _ => {
            sites.insert(key, site);
        }
    }
}

fn badness(site: &Site) -> (u8, u8) {
    let verdict = match site.verdict {
        Verdict::Stack => 0,
        Verdict::Unknown(_) => 1,
        Verdict::Heap(_) => 2,
    };
    let cost = match site.cost {
        Cost::Never => 0,
        Cost::Unknown => 1,
        Cost::Maybe(_) => 2,
        Cost::Always => 3,
    };
    (verdict, cost)
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
