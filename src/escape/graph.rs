//! The location graph: what may hold what.
//!
//! Locations and edges live in two flat arenas that are emptied and used again for the next batch. An edge belongs to
//! its destination: solving walks from a destination back to everything that flows there. The graph does not know what a
//! location stands for; the builder keeps that beside it, under the same [`Loc`].
//!
//! | statement | edge | derefs |
//! | --- | --- | --- |
//! | `p = &q` | p ← q | −1 |
//! | `p = q` | p ← q | 0 |
//! | `p = *q` | p ← q | 1 |
//! | `sink = p` | heap ← p | 0 |
//!
//! Source: `escape/graph.go` of the compiler.

use super::leaks::Leaks;
use crate::base::index::{Idx, IndexVec};
use crate::ir::node::{FuncId, NodeId};
use crate::newtype_index;

newtype_index! {
    /// A location of the graph.
    Loc
}

newtype_index! {
    /// A function of the batch.
    Owner
}

newtype_index! {
    /// A step of the way that an edge stands for.
    NoteId
}

/// Facts of a location that only ever become true.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Attrs(u8);

impl Attrs {
    /// None.
    pub const NONE: Attrs = Attrs(0);
    /// Its storage must be on the heap.
    pub const ESCAPES: Attrs = Attrs(1);
    /// Its storage may be used after the statement, so it cannot be shared with the next one's.
    pub const PERSISTS: Attrs = Attrs(2);
    /// Memory that is reached through its value may be written.
    pub const MUTATES: Attrs = Attrs(4);
    /// Functions that are reached through its value may be called, their results untracked.
    pub const CALLS: Attrs = Attrs(8);
    /// What the heap has, and all that is on it.
    pub const HEAP: Attrs = Attrs(15);
    /// Those that a value hands on to what it came from.
    pub const USES: Attrs = Attrs(4 | 8);

    /// Whether all of `other` are true.
    pub fn has(self, other: Attrs) -> bool {
        self.0 & other.0 == other.0
    }

    /// Those of either.
    #[must_use]
    pub fn or(self, other: Attrs) -> Attrs {
        Attrs(self.0 | other.0)
    }

    /// Those of both.
    #[must_use]
    pub fn and(self, other: Attrs) -> Attrs {
        Attrs(self.0 & other.0)
    }
}

/// What kind of cell a location is, as far as solving asks.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Role {
    /// A local variable, a temporary, or the storage of an expression.
    Plain,
    /// A parameter or receiver.
    Param,
    /// The result of that index, from 0.
    Result(u32),
    /// The storage of a function literal of the batch; solving asks when it is called.
    Closure(Owner),
}

/// One abstract storage cell.
#[derive(Clone, Debug)]
pub struct Location {
    /// The function whose frame it would lie in.
    pub owner: Owner,
    /// How many loops its declaration lies in, from 1; 0 lies outside all, as an append's store does.
    pub loop_depth: u32,
    /// What kind of cell it is.
    pub role: Role,
    /// What is known of it.
    pub attrs: Attrs,
    /// A closure has captured it.
    pub captured: bool,
    /// It was assigned after its definition.
    pub reassigned: bool,
    /// Its address was taken.
    pub addr_taken: bool,
    /// Where its value leaks to, if it is a parameter.
    pub leaks: Leaks,
    /// Least derefs with which the parameter's value gets to what is not known, plus one; 0 for never.
    pub unknown_leak: u8,
}

/// A function of the batch.
#[derive(Clone, Copy, Debug)]
pub struct Frame {
    /// The nearest function of the batch that encloses it.
    pub parent: Option<Owner>,
    /// Whether some of its callers may be unknown: its results may go anywhere. Functions that are no closures have no
    /// use for it.
    pub results_lost: bool,
}

/// An assignment: `src`, loaded `derefs` times, is stored in `dst`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Edge {
    /// Where the value is stored.
    pub dst: Loc,
    /// Where it comes from.
    pub src: Loc,
    /// How many loads; −1 for the address.
    pub derefs: i32,
    /// The steps of the way, innermost expression first.
    pub note: Option<NoteId>,
}

/// A node of a function's body.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Place {
    /// Whose body.
    pub func: FuncId,
    /// The node in it.
    pub node: NodeId,
}

/// One step of a way.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Note {
    /// The step around this one.
    pub next: Option<NoteId>,
    /// The expression or statement.
    pub at: Place,
    /// What it does with the value.
    pub why: Why,
}

/// What a step does with a value. The texts are those of the compiler at `-m=2`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Why {
    /// `&x`.
    AddressOf,
    /// `*p`.
    Indirection,
    /// `x.f`, `x.(T)`.
    Dot,
    /// `p.f`, and `s[i]`.
    DotOfPointer,
    /// `a[i]` of an array.
    ArrayIndex,
    /// `s[i:j]`.
    Slice,
    /// An element of `[]T{…}`.
    SliceElement,
    /// A field of `T{…}`.
    StructElement,
    /// An element of `[n]T{…}`.
    ArrayElement,
    /// A value stored in an interface.
    Interface,
    /// The storage of an allocating expression.
    Spill,
    /// `x = e`.
    Assign,
    /// `x, y = e, f`.
    AssignPair,
    /// `x, ok = e.(T)`.
    AssignDotType,
    /// `x, ok = m[k]`.
    AssignMapRead,
    /// `x, ok = <-c`.
    AssignReceive,
    /// `return e`.
    Return,
    /// An argument.
    CallParameter,
    /// The function that is called.
    CalleeOperand,
    /// `c <- e`.
    Send,
    /// `m[e] = …`.
    MapPutKey,
    /// A key of `map[K]V{…}`.
    MapLiteralKey,
    /// A value of `map[K]V{…}`.
    MapLiteralValue,
    /// `s` of `append(s, …)`.
    AppendeeSlice,
    /// `t` of `append(s, t...)`.
    AppendedSlice,
    /// `s` of `copy(d, s)`.
    CopiedSlice,
    /// The value of a range over an array.
    Range,
    /// The value of a range over something else.
    RangeDeref,
    /// The variable of a type switch.
    SwitchCase,
    /// A captured variable.
    Captured,
    /// The address of a captured variable.
    Reference,
    /// `[n]T(s)`.
    SliceToArray,
    /// A `uintptr` argument that `//go:uintptrescapes` keeps.
    UintptrEscapes,
    /// The `Data` field of a reflect header.
    HeaderData,
    /// The storage is too large for a frame.
    TooLarge,
    /// The storage needs more alignment than a frame gives.
    TooAligned,
    /// A `make` of run-time size.
    NonConstantSize,
    /// A `make` of elements without size.
    ZeroSizedElement,
    /// The closure of a `go` statement (the compiler prints no step for it).
    Go,
    /// The closure of a `defer` statement in a loop (likewise).
    DeferInLoop,
}

impl Why {
    /// The compiler's words.
    pub fn as_str(self) -> &'static str {
        match self {
            Why::AddressOf => "address-of",
            Why::Indirection => "indirection",
            Why::Dot => "dot",
            Why::DotOfPointer => "dot of pointer",
            Why::ArrayIndex => "fixed-array-index-of",
            Why::Slice => "slice",
            Why::SliceElement => "slice-literal-element",
            Why::StructElement => "struct literal element",
            Why::ArrayElement => "array literal element",
            Why::Interface => "interface-converted",
            Why::Spill => "spill",
            Why::Assign => "assign",
            Why::AssignPair => "assign-pair",
            Why::AssignDotType => "assign-pair-dot-type",
            Why::AssignMapRead => "assign-pair-mapr",
            Why::AssignReceive => "assign-pair-receive",
            Why::Return => "return",
            Why::CallParameter => "call parameter",
            Why::CalleeOperand => "callee operand",
            Why::Send => "send",
            Why::MapPutKey => "key of map put",
            Why::MapLiteralKey => "map literal key",
            Why::MapLiteralValue => "map literal value",
            Why::AppendeeSlice => "appendee slice",
            Why::AppendedSlice => "appended slice...",
            Why::CopiedSlice => "copied slice",
            Why::Range => "range",
            Why::RangeDeref => "range-deref",
            Why::SwitchCase => "switch case",
            Why::Captured => "captured by a closure",
            Why::Reference => "reference",
            Why::SliceToArray => "slice-to-array",
            Why::UintptrEscapes => "//go:uintptrescapes",
            Why::HeaderData => "reflect.Header.Data",
            Why::TooLarge => "too large for stack",
            Why::TooAligned => "too aligned for stack",
            Why::NonConstantSize => "non-constant size",
            Why::ZeroSizedElement => "zero-sized element",
            Why::Go => "go statement",
            Why::DeferInLoop => "defer in a loop",
        }
    }
}

/// Where an expression's value goes: into `dst`, after `derefs` loads.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Hole {
    /// The destination.
    pub dst: Loc,
    /// Loads on the way, −1 for the address.
    pub derefs: i32,
    /// The address of the expression is taken here, wherever it goes.
    pub addr_taken: bool,
    /// The steps so far, outermost last.
    pub note: Option<NoteId>,
}

impl Hole {
    /// The hole that stores in `dst` as is.
    pub fn into(dst: Loc) -> Hole {
        Hole {
            dst,
            derefs: 0,
            addr_taken: false,
            note: None,
        }
    }

    /// One address taken (−1) or `delta` loads more.
    #[must_use]
    pub fn shift(self, delta: i32) -> Hole {
        Hole {
            derefs: self.derefs.saturating_add(delta).max(-1),
            addr_taken: delta < 0,
            ..self
        }
    }
}

/// The graph of one batch.
#[derive(Debug)]
pub struct Graph {
    locations: IndexVec<Loc, Location>,
    edges: Vec<Edge>,
    notes: IndexVec<NoteId, Note>,
    frames: IndexVec<Owner, Frame>,
    /// Forced and immediate escapes: the edge that put a location on the heap while the graph was built.
    immediate: Vec<Edge>,
    keeps_notes: bool,
}

impl Graph {
    /// All that is stored here is on the heap.
    pub const HEAP: usize = 0;
    /// Memory reached from here is written.
    pub const MUTATOR: usize = 1;
    /// Functions reached from here are called.
    pub const CALLEE: usize = 2;
    /// What is stored here is gone.
    pub const BLANK: usize = 3;
    /// What is stored here goes to code that cannot be seen for want of a package: on the heap for all we know.
    pub const UNKNOWN: usize = 4;
    /// How many locations are pseudo ones.
    pub const PSEUDO: usize = 5;

    /// A graph with the pseudo locations and no function, whose edges have notes if they are to be kept.
    pub fn new(keeps_notes: bool) -> Graph {
        let mut graph = Graph {
            locations: IndexVec::new(),
            edges: Vec::new(),
            notes: IndexVec::new(),
            frames: IndexVec::new(),
            immediate: Vec::new(),
            keeps_notes,
        };
        graph.clear();
        graph
    }

    /// Forgets all but the pseudo locations, and keeps the memory.
    pub fn clear(&mut self) {
        self.locations.truncate(0);
        self.edges.clear();
        self.notes.truncate(0);
        self.frames.truncate(0);
        self.immediate.clear();
        let nowhere = Owner::from_usize(u32::MAX as usize - 1);
        for attrs in [
            Attrs::HEAP,
            Attrs::MUTATES,
            Attrs::CALLS,
            Attrs::NONE,
            Attrs::HEAP,
        ] {
            let pseudo = self.new_location(nowhere, 0, Role::Plain);
            self.locations[pseudo].attrs = attrs;
        }
    }

    /// The heap.
    pub fn heap() -> Loc {
        Loc::from_usize(Self::HEAP)
    }

    /// The mutator.
    pub fn mutator() -> Loc {
        Loc::from_usize(Self::MUTATOR)
    }

    /// The callee.
    pub fn callee() -> Loc {
        Loc::from_usize(Self::CALLEE)
    }

    /// The blank.
    pub fn blank() -> Loc {
        Loc::from_usize(Self::BLANK)
    }

    /// The unknown.
    pub fn unknown() -> Loc {
        Loc::from_usize(Self::UNKNOWN)
    }

    /// Adds a function of the batch.
    pub fn new_frame(&mut self, parent: Option<Owner>) -> Owner {
        self.frames.push(Frame {
            parent,
            results_lost: false,
        })
    }

    /// Adds a location without attributes.
    pub fn new_location(&mut self, owner: Owner, loop_depth: u32, role: Role) -> Loc {
        self.locations.push(Location {
            owner,
            loop_depth,
            role,
            attrs: Attrs::NONE,
            captured: false,
            reassigned: false,
            addr_taken: false,
            leaks: Leaks::NONE,
            unknown_leak: 0,
        })
    }

    /// Adds a step to a hole's way.
    #[must_use]
    pub fn noted(&mut self, k: Hole, at: Place, why: Why) -> Hole {
        if !self.keeps_notes {
            return k;
        }
        let note = self.notes.push(Note {
            next: k.note,
            at,
            why,
        });
        Hole {
            note: Some(note),
            ..k
        }
    }

    /// Records that the value of `src` goes into `k`.
    ///
    /// A value that goes nowhere, or from a location to itself, makes no edge; an address that goes to the heap puts
    /// `src` there at once.
    pub fn flow(&mut self, k: Hole, src: Loc) {
        if k.addr_taken {
            self.locations[src].addr_taken = true;
        }
        if k.dst == Self::blank() || (k.dst == src && k.derefs >= 0) {
            return;
        }
        let edge = Edge {
            dst: k.dst,
            src,
            derefs: k.derefs,
            note: k.note,
        };
        if k.derefs < 0 && self[k.dst].attrs.has(Attrs::ESCAPES) {
            self.escape_now(edge);
        } else {
            self.edges.push(edge);
        }
    }

    fn escape_now(&mut self, edge: Edge) {
        let src = &mut self.locations[edge.src];
        if !src.attrs.has(Attrs::ESCAPES) {
            self.immediate.push(edge);
        }
        src.attrs = Attrs::HEAP;
    }

    /// Whether `inner` is a closure that lies, at whatever depth, in `outer`.
    pub fn encloses(&self, outer: Owner, inner: Owner) -> bool {
        let mut at = inner;
        while let Some(parent) = self.frames.get(at).and_then(|f| f.parent) {
            if parent == outer {
                return true;
            }
            at = parent;
        }
        false
    }

    /// How many locations there are, the pseudo ones among them.
    pub fn len(&self) -> usize {
        self.locations.len()
    }

    /// Whether there is nothing but pseudo locations.
    pub fn is_empty(&self) -> bool {
        self.len() <= Self::PSEUDO
    }

    /// All locations but the pseudo ones, in the order they were made.
    pub fn ids(&self) -> impl DoubleEndedIterator<Item = Loc> + use<> {
        self.locations.ids().skip(Self::PSEUDO)
    }

    /// The edges, in the order they were recorded.
    pub fn edges(&self) -> &[Edge] {
        &self.edges
    }

    /// The edges that put a location on the heap while the graph was built, a location once.
    pub fn immediate(&self) -> &[Edge] {
        &self.immediate
    }

    /// A step.
    pub fn note(&self, id: NoteId) -> Note {
        self.notes[id]
    }

    /// The steps of an edge, innermost expression first.
    pub fn notes(&self, first: Option<NoteId>) -> impl Iterator<Item = Note> + '_ {
        let mut at = first;
        std::iter::from_fn(move || {
            let note = self.notes[at?];
            at = note.next;
            Some(note)
        })
    }

    /// A function of the batch; `None` for the owner of pseudo locations.
    pub fn frame(&self, owner: Owner) -> Option<&Frame> {
        self.frames.get(owner)
    }

    /// The functions of the batch.
    pub fn frames(&self) -> impl Iterator<Item = &Frame> {
        self.frames.iter()
    }

    /// A function of the batch.
    pub fn frame_mut(&mut self, owner: Owner) -> &mut Frame {
        &mut self.frames[owner]
    }
}

impl std::ops::Index<Loc> for Graph {
    type Output = Location;

    fn index(&self, loc: Loc) -> &Location {
        &self.locations[loc]
    }
}

impl std::ops::IndexMut<Loc> for Graph {
    fn index_mut(&mut self, loc: Loc) -> &mut Location {
        &mut self.locations[loc]
    }
}
