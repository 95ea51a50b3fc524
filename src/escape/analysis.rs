//! The analysis of a package: batch after batch, and what it decides.
//!
//! Decisions come in the compiler's order: batches bottom up; in a batch the variables of all its functions, then the
//! allocating expressions in the order they were walked.

use rustc_hash::{FxHashMap, FxHashSet};

use super::build::{Builder, Context, Subject, Walk};
use super::call::{effective_pragma, is_escaping_uintptrs};
use super::graph::{Attrs, Edge, Graph, Loc, Place, Role, Why};
use super::leaks::Leaks;
use super::moved::{self, Moved};
use super::rewrite::Forced;
use super::solve::{Outcome, Solver};
use super::summary::{Summary, Tag};
use crate::ast::Pragma;
use crate::base::index::{Idx, IndexVec};
use crate::ir::Package;
use crate::ir::body::{Body, ConvKind, FuncRef, LocalId};
use crate::ir::node::{FuncId, Node, Nodes};
use crate::ir::outline::Mentions;
use crate::ir::scc;
use crate::site::Reason;
use crate::types::constant::Value;

/// What the compiler decides for a location.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Decided {
    /// It stays in its frame.
    Stack,
    /// It is on the heap; why, if that was asked for.
    Heap(Option<Reason>),
    /// It is on the heap if code that cannot be seen keeps it.
    Unknown,
}

/// One assignment on the way from a location to what outlives it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Step {
    /// Where the value is stored; `None` for the heap itself.
    pub dst: Option<Subject>,
    /// Where it comes from.
    pub src: Subject,
    /// How many loads; −1 for the address.
    pub derefs: i32,
    /// The expressions and statements on the way, innermost first.
    pub notes: Vec<(Place, Why)>,
}

/// A decision.
#[derive(Clone, Debug)]
pub struct Decision {
    /// A variable or an expression's storage.
    pub subject: Subject,
    /// The function in whose frame it would lie.
    pub owner: FuncId,
    /// What is decided.
    pub decided: Decided,
    /// A string's bytes are shared instead of copied.
    pub shared: bool,
    /// The constant that stands for a `make` size or a boxed operand.
    pub literal: Option<Value>,
    /// From the location to what outlives it; empty on the stack, and if ways were not asked for.
    pub steps: Vec<Step>,
}

/// What is decided for one batch.
#[derive(Clone, Debug, Default)]
pub struct BatchResult {
    /// The functions.
    pub members: Vec<FuncId>,
    /// Assignments of a thing to itself, in the order met.
    pub self_assignments: Vec<Place>,
    /// The decisions, in the compiler's order. If ways were not asked for, variables that stay in their frame are left
    /// out.
    pub decisions: Vec<Decision>,
}

/// What is decided for a package.
#[derive(Clone, Debug)]
pub struct Analysis {
    /// The batches, bottom up.
    pub batches: Vec<BatchResult>,
    /// The tags of each function; `None` for closures that nothing mentions any more.
    pub summaries: IndexVec<FuncId, Option<Summary>>,
    /// Slices that grow in their frame and are moved where they are handed on, by function; none if ways were not asked for.
    pub moved: Vec<Moved>,
}

impl Analysis {
    /// The summaries by the name that other packages know the functions under.
    pub fn exports<'a>(
        &'a self,
        package: &'a Package,
    ) -> impl Iterator<Item = (FuncRef, &'a Summary)> {
        let funcs = package.funcs.iter_enumerated();
        funcs.filter_map(|(id, func)| Some((func.sym?, self.summaries[id].as_ref()?)))
    }
}

/// Analyses a package whose calls are inlined, and whose functions mention each other as `mentions` says.
pub fn analyse(cx: Context<'_>, mentions: &Mentions) -> Analysis {
    let mut builder = Builder::new(cx);
    let mut solver = Solver::default();
    let batches = scc::bottom_up(cx.package, cx.release, mentions)
        .iter()
        .map(|group| run_batch(&mut builder, &mut solver, &group.funcs))
        .collect();
    let moved = moved::find(&builder.cx, &builder.summaries);
    Analysis {
        batches,
        summaries: builder.summaries,
        moved,
    }
}

fn run_batch(builder: &mut Builder<'_>, solver: &mut Solver, members: &[FuncId]) -> BatchResult {
    builder.clear();
    builder.add_members(members);
    for &func in members {
        if let Some(member) = builder.member(func).filter(|_| !builder.is_joined(func)) {
            Walk::new(builder, func, member, 0).function();
        }
    }
    builder.flow_captures();
    let forced = builder.force();
    let outcome = solver.solve(&mut builder.graph, builder.cx.release, builder.cx.ways);
    for &func in members {
        let summary = builder.summarize(func, &outcome);
        builder.summaries[func] = Some(summary);
    }
    BatchResult {
        members: members.to_vec(),
        self_assignments: std::mem::take(&mut builder.self_assignments),
        decisions: builder.decisions(&outcome, forced),
    }
}

impl Builder<'_> {
    /// The tags of a function, once its batch is solved.
    fn summarize(&self, func: FuncId, outcome: &Outcome) -> Summary {
        let f = &self.cx.package.funcs[func];
        let body: &Body = &f.body;
        let params = f.params.iter().map(|&param| {
            let untagged = f.has_body && is_escaping_uintptrs(f, param);
            if untagged || !self.has_pointers(body.locals[param].ty) {
                Tag::HEAP
            } else if !f.has_body {
                self.external_tag(f.pragma)
            } else if outcome.gave_up {
                Tag::UNKNOWN
            } else {
                self.tag(func, body, param)
            }
        });
        Summary {
            params: params.collect(),
            pragma: effective_pragma(f.pragma, f.has_body),
            effect: None,
        }
    }

    /// Functions without a body are not seen through, unless they promise to keep nothing; even then they may write and
    /// call.
    fn external_tag(&self, pragma: Pragma) -> Tag {
        if !pragma.has(Pragma::NOESCAPE) {
            Tag::HEAP
        } else if self.cx.release.tracks_uses {
            Tag {
                leaks: Leaks::USED,
                unknown: 0,
            }
        } else {
            Tag::NONE
        }
    }

    /// Parameters without a name are not used.
    fn tag(&self, func: FuncId, body: &Body, param: LocalId) -> Tag {
        let name = body.locals[param].name.as_str();
        if name == "_" || name.starts_with('~') {
            return Tag::NONE;
        }
        let location = &self.graph[self.local(func, param)];
        Tag {
            leaks: location.leaks.normalised(),
            unknown: location.unknown_leak,
        }
    }

    fn decisions(&self, outcome: &Outcome, forced: Forced) -> Vec<Decision> {
        if self.cx.ways {
            self.decisions_with_ways(outcome, forced)
        } else {
            self.bare_decisions(outcome, forced)
        }
    }

    /// What is on the heap, and what is allocated in the frame.
    fn bare_decisions(&self, outcome: &Outcome, mut forced: Forced) -> Vec<Decision> {
        let unknown = outcome.causes.iter().filter(|cause| cause.unknown);
        let unknown: FxHashSet<Loc> = unknown.map(|cause| cause.loc).collect();
        let mut decisions = Vec::new();
        for loc in self.graph.ids() {
            let subject = self.subjects[loc];
            let escapes = self.graph[loc].attrs.has(Attrs::ESCAPES);
            let decided = match subject {
                Subject::Anonymous => continue,
                _ if escapes && unknown.contains(&loc) && !forced.reasons.contains_key(&loc) => {
                    Decided::Unknown
                }
                _ if escapes => Decided::Heap(None),
                _ if outcome.gave_up => Decided::Unknown,
                Subject::Variable(..) => continue,
                Subject::Storage(_) => Decided::Stack,
            };
            decisions.push(Decision {
                subject,
                owner: frame_of(subject),
                decided,
                shared: self.is_shared(loc),
                literal: forced.literals.remove(&loc),
                steps: Vec::new(),
            });
        }
        decisions
    }

    fn decisions_with_ways(&self, outcome: &Outcome, mut forced: Forced) -> Vec<Decision> {
        let mut causes = Causes::default();
        for (i, cause) in outcome.causes.iter().enumerate() {
            causes.by_loc.insert(cause.loc, i);
            let decided = if cause.unknown {
                Decided::Unknown
            } else {
                Decided::Heap(Some(self.reason(cause.root, &cause.way, &causes)))
            };
            causes.decided.insert(cause.loc, decided);
        }
        let mut decisions = Vec::new();
        for loc in self.graph.ids() {
            let subject = self.subjects[loc];
            if subject == Subject::Anonymous {
                continue;
            }
            let must = forced.reasons.get(&loc).copied();
            let decided = match (
                must.and_then(|(_, why)| forced_reason(why)),
                causes.decided.get(&loc),
            ) {
                (Some(reason), Some(_)) => Decided::Heap(Some(reason)),
                (_, Some(&decided)) => decided,
                (_, None) if outcome.gave_up => Decided::Unknown,
                (_, None) => Decided::Stack,
            };
            let steps = match must {
                Some(note) => vec![Step {
                    dst: None,
                    src: subject,
                    derefs: -1,
                    notes: vec![note],
                }],
                None => self.steps_from(loc, outcome, &causes),
            };
            decisions.push(Decision {
                subject,
                owner: frame_of(subject),
                decided,
                shared: self.is_shared(loc),
                literal: forced.literals.remove(&loc),
                steps,
            });
        }
        decisions
    }

    /// Bytes that are never written can be the string's own.
    fn is_shared(&self, loc: Loc) -> bool {
        let Subject::Storage(place) = self.subjects[loc] else {
            return false;
        };
        self.cx.release.shares_strings
            && !self.graph[loc].attrs.has(Attrs::MUTATES)
            && self.body(place.func).conv_kind(place.node) == ConvKind::StringToBytes
    }

    /// The way to what outlives the location and, if that was on the heap already for a way of its own, on from there.
    fn steps_from(&self, loc: Loc, outcome: &Outcome, causes: &Causes) -> Vec<Step> {
        let mut steps = Vec::new();
        let mut at = loc;
        let mut before = outcome.causes.len();
        while let Some(&i) = causes.by_loc.get(&at).filter(|&&i| i < before) {
            let cause = &outcome.causes[i];
            steps.extend(self.steps(&cause.way));
            (at, before) = (cause.root, i);
        }
        steps
    }

    fn steps<'s>(&'s self, way: &'s [Edge]) -> impl Iterator<Item = Step> + 's {
        way.iter().map(|edge| Step {
            dst: (edge.dst.index() >= Graph::PSEUDO).then(|| self.subjects[edge.dst]),
            src: self.subjects[edge.src],
            derefs: edge.derefs,
            notes: self
                .graph
                .notes(edge.note)
                .map(|note| (note.at, note.why))
                .collect(),
        })
    }

    /// The category of a cause: what its last edge does, and to what.
    fn reason(&self, root: Loc, way: &[Edge], causes: &Causes) -> Reason {
        let notes: Vec<(Place, Why)> = way.last().map_or_else(Vec::new, |edge| {
            let notes = self.graph.notes(edge.note);
            notes.map(|n| (n.at, n.why)).collect()
        });
        if let Some(reason) = notes.iter().find_map(|&(_, why)| forced_reason(why)) {
            return reason;
        }
        if notes.iter().any(|(_, why)| *why == Why::Captured) {
            return match causes.decided.get(&root) {
                Some(Decided::Heap(Some(Reason::Goroutine))) => Reason::Goroutine,
                Some(Decided::Heap(Some(Reason::DeferInLoop))) => Reason::DeferInLoop,
                _ => Reason::Captured,
            };
        }
        if root == Graph::heap() {
            return self.heap_reason(notes.last().copied());
        }
        match (self.graph[root].role, causes.decided.get(&root)) {
            (_, Some(Decided::Heap(Some(reason)))) => *reason,
            (Role::Result(_), _) => Reason::Returned,
            _ if way
                .last()
                .is_some_and(|e| self.graph[e.src].owner != self.graph[root].owner) =>
            {
                Reason::Captured
            }
            _ => Reason::OutlivesLoop,
        }
    }

    fn heap_reason(&self, outermost: Option<(Place, Why)>) -> Reason {
        let Some((at, why)) = outermost else {
            return Reason::Argument;
        };
        let body = self.body(at.func);
        match why {
            Why::Send => Reason::Sent,
            Why::CallParameter => match body.node(at.node) {
                Node::Builtin {
                    id: crate::types::builtin::BuiltinId::Panic,
                    ..
                } => Reason::Panic,
                Node::Builtin { .. } => Reason::Stored,
                _ => Reason::Argument,
            },
            Why::Assign
            | Why::AssignPair
            | Why::AssignDotType
            | Why::AssignMapRead
            | Why::AssignReceive
                if stores_in_global(body, at) =>
            {
                Reason::Global
            }
            Why::AppendeeSlice | Why::AppendedSlice | Why::CopiedSlice => Reason::Stored,
            Why::UintptrEscapes => Reason::Argument,
            Why::Dot | Why::Spill => Reason::Argument,
            _ => Reason::Stored,
        }
    }
}

fn frame_of(subject: Subject) -> FuncId {
    match subject {
        Subject::Variable(func, _) | Subject::Storage(Place { func, .. }) => func,
        Subject::Anonymous => FuncId::from_usize(0),
    }
}

/// What is known of the causes so far.
#[derive(Default)]
struct Causes {
    by_loc: FxHashMap<Loc, usize>,
    decided: FxHashMap<Loc, Decided>,
}

fn forced_reason(why: Why) -> Option<Reason> {
    match why {
        Why::TooLarge | Why::TooAligned => Some(Reason::TooLarge),
        Why::NonConstantSize => Some(Reason::NonConstantSize),
        Why::ZeroSizedElement => Some(Reason::ZeroSizedElement),
        Why::Go => Some(Reason::Goroutine),
        Why::DeferInLoop => Some(Reason::DeferInLoop),
        _ => None,
    }
}

/// Whether a destination of the assignment is (part of) a package-level variable and not behind a pointer.
fn stores_in_global(body: &Body, at: Place) -> bool {
    let one = |x| is_global(body, x);
    let any = |list: Nodes| body.list(list).iter().any(|&x| is_global(body, x));
    match body.node(at.node) {
        Node::Assign { x, .. } | Node::AssignOp { x, .. } => one(x),
        Node::AssignList { lhs, .. } => any(lhs),
        _ => false,
    }
}

fn is_global(body: &Body, mut x: crate::ir::node::NodeId) -> bool {
    loop {
        x = match body.node(x) {
            Node::Global(_) => return true,
            Node::Dot { x, .. } | Node::Index { x, .. } => x,
            _ => return false,
        };
    }
}
