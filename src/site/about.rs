//! What rules can ask of a site besides its verdict, cost and heat: what its type is made of, how the function is called
//! that it is passed to, and facts that hold or do not.

use serde::{Deserialize, Serialize};

/// What a type is made of, seen through its name.
#[derive(
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Debug,
    Serialize,
    Deserialize,
    schemars::JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum TypeKind {
    /// `bool`.
    Bool,
    /// An integer, floating-point or complex number.
    Number,
    /// `string`.
    String,
    /// `*T`, `unsafe.Pointer`.
    Pointer,
    /// `func(…)`.
    Func,
    /// `interface { … }`, `any`.
    Interface,
    /// `struct { … }`.
    Struct,
    /// `[n]T`.
    Array,
    /// `[]T`.
    Slice,
    /// `map[K]V`.
    Map,
    /// `chan T`.
    Chan,
}

/// How a function is called.
#[derive(
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Debug,
    Serialize,
    Deserialize,
    schemars::JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum CallKind {
    /// It is known which function is called.
    Static,
    /// A method of an interface: `r.Read(buf[:])`. The compiler takes it to keep all that it is given.
    Interface,
    /// A function value: a variable, a parameter, a field. The compiler takes it to keep all that it is given.
    FuncValue,
}

/// A fact of a site that holds or does not.
#[derive(
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Debug,
    Serialize,
    Deserialize,
    schemars::JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Trait {
    /// A concatenation whose result goes to the variable that it begins with: `s += x`, where the variable is older than
    /// the innermost loop.
    GrowsItself,
    /// What grows, by `append` or by `m[k] = v`, is a variable of the function that starts without room: `var s []T`,
    /// `[]T{}`, `make(map[K]V)`.
    StartsEmpty,
    /// What grows does so at most once an iteration of one loop, and how often that runs is known before it starts: a
    /// range over something with a length, or a counting loop.
    CountKnown,
    /// What grows is a field that starts empty, of an object that a benchmark makes anew in each turn of its measured loop.
    MadeAnew,
    /// What is made is at least twice as long as the slice whose place it takes: `s = make([]T, 2*len(s))`. A slice that
    /// grows in this way does so a few times and no more.
    Doubles,
    /// Every argument of the call is constant.
    ConstantArguments,
    /// The variable is a parameter or the receiver.
    Parameter,
    /// The variable is a result.
    Result,
    /// The variable is declared by `range`.
    RangeVariable,
    /// The conversion is not written in the source.
    Implicit,
    /// The value is boxed by the assignment of a range clause: `for _, v = range list` into an interface variable.
    ByRange,
    /// The function around it can be inlined: where it is, the caller's frame may hold what is on the heap here.
    Inlinable,
    /// The closure is what a `go` statement calls with arguments: the statement makes another one, which holds it and
    /// them, and is a site of its own.
    CalledByGo,
    /// The package has benchmarks: what they run is known to matter, and loops that they do not reach less so.
    BenchmarksBeside,
    /// The parameter itself is kept by something that outlives the call.
    LeaksToHeap,
    /// What the parameter points to is kept by something that outlives the call.
    LeaksContent,
    /// The parameter, or what it points to, is handed back as a result.
    LeaksToResult,
}

/// A set of [`Trait`]s.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Traits(u32);

impl Traits {
    /// This set and `one`, if `holds`.
    #[must_use]
    pub fn with(self, one: Trait, holds: bool) -> Traits {
        Traits(self.0 | u32::from(holds) << one as u32)
    }

    /// Both sets.
    #[must_use]
    pub fn and(self, others: Traits) -> Traits {
        Traits(self.0 | others.0)
    }

    /// Whether `one` is in the set.
    pub fn has(self, one: Trait) -> bool {
        self.0 >> one as u32 & 1 == 1
    }
}
