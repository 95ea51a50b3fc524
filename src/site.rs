//! The words that the stages from `escape` to `report` share: site, verdict, cost, heat.
//!
//! | word | meaning |
//! | --- | --- |
//! | [`Site`] | a place in the source that may allocate: a variable, or an expression |
//! | [`Verdict`] | what the chosen compiler decides for it: stack, heap with a reason and a flow, or unknown |
//! | [`Cost`] | what it allocates at run time: never, maybe (with a condition), always |
//! | [`Heat`] | how often it runs |
//!
//! Verdict and cost differ: a boxed constant "escapes to heap" and costs nothing; a `make` of run-time size "does not
//! escape" and allocates above its stack buffer.
//!
//! Example: in `for _, p := range ps { fmt.Println(p) }` the second `p` is a site of kind
//! [`SiteKind::InterfaceConversion`], verdict heap (it leaks through `Println`'s parameter), cost always (for a struct
//! `p`), heat: loop depth 1.

use serde::{Deserialize, Serialize};

use crate::base::source::FileId;
use crate::base::span::Span;
use crate::base::symbol::Symbol;

/// What kind of place a site is. The kebab-case names are those of rule files and `dump sites`.
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
pub enum SiteKind {
    /// A declared variable, parameter or result (`moved to heap: x`).
    Variable,
    /// `new(T)` or `new(expr)`.
    New,
    /// `make([]T, …)`.
    MakeSlice,
    /// `make(map[K]V, …)`.
    MakeMap,
    /// `make(chan T, …)`.
    MakeChan,
    /// `&T{…}`.
    AddressOfLiteral,
    /// `[]T{…}`.
    SliceLiteral,
    /// `map[K]V{…}`.
    MapLiteral,
    /// `func(…) { … }`.
    Closure,
    /// A value stored in an interface, explicitly or implicitly.
    InterfaceConversion,
    /// `a + b` on strings.
    Concatenation,
    /// `string(b)`, `[]byte(s)`, `[]rune(s)`, `string(r)`.
    StringConversion,
    /// `append(s, …)`.
    Append,
    /// `x.M` used as a value.
    MethodValue,
    /// The slice that packs the arguments of `...T`.
    VariadicSlice,
    /// The closure or record that a `go` statement makes.
    Go,
    /// The closure or record that a `defer` statement makes.
    Defer,
    /// `m[k] = v`: a map that may have to grow.
    MapAssign,
    /// `f(x)`, as written: what is allocated inside of the function called is not looked at. Only rules that name this
    /// kind meet it.
    Call,
    /// A parameter that its function keeps or hands back, so that what callers pass escapes. Only rules that name this
    /// kind meet it.
    Parameter,
    /// A declared function, with the number of places in it that allocate. Only rules that name this kind meet it.
    Function,
}

impl SiteKind {
    /// How many kinds there are.
    pub const COUNT: usize = SiteKind::Function as usize + 1;

    /// Whether a site of this kind is a place that may allocate by itself; the others tell something else that rules
    /// can ask for.
    pub fn is_allocation(self) -> bool {
        !matches!(
            self,
            SiteKind::Call | SiteKind::Parameter | SiteKind::Function
        )
    }

    /// The kebab-case name.
    pub fn as_str(self) -> &'static str {
        match self {
            SiteKind::Variable => "variable",
            SiteKind::New => "new",
            SiteKind::MakeSlice => "make-slice",
            SiteKind::MakeMap => "make-map",
            SiteKind::MakeChan => "make-chan",
            SiteKind::AddressOfLiteral => "address-of-literal",
            SiteKind::SliceLiteral => "slice-literal",
            SiteKind::MapLiteral => "map-literal",
            SiteKind::Closure => "closure",
            SiteKind::InterfaceConversion => "interface-conversion",
            SiteKind::Concatenation => "concatenation",
            SiteKind::StringConversion => "string-conversion",
            SiteKind::Append => "append",
            SiteKind::MethodValue => "method-value",
            SiteKind::VariadicSlice => "variadic-slice",
            SiteKind::Go => "go",
            SiteKind::Defer => "defer",
            SiteKind::MapAssign => "map-assign",
            SiteKind::Call => "call",
            SiteKind::Parameter => "parameter",
            SiteKind::Function => "function",
        }
    }
}

/// Why a site is on the heap, as a category that rules can match.
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
pub enum Reason {
    /// A variable or result too large for the stack.
    TooLarge,
    /// `make` of a slice whose size is not a constant the compiler can see.
    NonConstantSize,
    /// A `make` whose elements take no room.
    ZeroSizedElement,
    /// Returned from its function.
    Returned,
    /// Stored in a package-level variable.
    Global,
    /// Stored through a pointer, slice element or map.
    Stored,
    /// Sent on a channel.
    Sent,
    /// Passed to a call that keeps it, or that cannot be seen through.
    Argument,
    /// Captured by a closure that outlives its maker.
    Captured,
    /// Started by `go`.
    Goroutine,
    /// A `defer` that runs once an iteration.
    DeferInLoop,
    /// It outlives the iteration of the loop that made it.
    OutlivesLoop,
    /// Passed to `panic`.
    Panic,
    /// Channels are always on the heap.
    Channel,
}

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

/// What the chosen compiler version decides.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Verdict {
    /// It stays in its frame.
    Stack,
    /// It is on the heap, and why.
    Heap(Reason),
    /// It cannot be decided, and what was missing.
    Unknown(String),
}

impl Verdict {
    /// `stack`, `heap` or `unknown`.
    pub fn as_str(&self) -> &'static str {
        match self {
            Verdict::Stack => "stack",
            Verdict::Heap(_) => "heap",
            Verdict::Unknown(_) => "unknown",
        }
    }
}

/// What the site allocates when it runs.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Cost {
    /// Nothing.
    Never,
    /// Something under a condition, given as a phrase: "n * 8 > 32 bytes".
    Maybe(String),
    /// At least one object each time.
    Always,
    /// It hangs on an unknown verdict.
    Unknown,
}

impl Cost {
    /// `never`, `maybe`, `always` or `unknown`.
    pub fn as_str(&self) -> &'static str {
        match self {
            Cost::Never => "never",
            Cost::Maybe(_) => "maybe",
            Cost::Always => "always",
            Cost::Unknown => "unknown",
        }
    }
}

/// How often a site runs.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Heat {
    /// How many loops of its own function the site lies in, those that it leaves for good taken out.
    pub loop_depth: u32,
    /// It runs at most once or rarely: on the way out of the loop, in `init`, marked `//heaplint:cold`.
    pub cold: bool,
    /// It is hot whatever its loops say: by `//heaplint:hot` or by config.
    pub marked_hot: bool,
    /// What profiles say of its line; `None` if they say nothing.
    pub measured: Option<Measurement>,
    /// One line for each piece of evidence, for people: "in the body of the loop at line 12".
    pub why: Vec<String>,
}

impl Heat {
    /// Whether rules that ask for `heat: hot` match.
    pub fn is_hot(&self) -> bool {
        let measured = self.measured.as_ref().is_some_and(|m| m.hot);
        measured || self.marked_hot || (self.loop_depth > 0 && !self.cold)
    }

    /// `hot`, `warm` (neither hot nor cold) or `cold`.
    pub fn as_str(&self) -> &'static str {
        match self {
            _ if self.is_hot() => "hot",
            Heat { cold: true, .. } => "cold",
            _ => "warm",
        }
    }
}

/// What profiles measured on a line.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Measurement {
    /// The largest share of a profile, in millionths.
    pub share: u32,
    /// Objects allocated; 0 if only time was measured.
    pub objects: u64,
    /// Bytes allocated; 0 if only time was measured.
    pub bytes: u64,
    /// Whether the share is large enough to be hot by measurement.
    pub hot: bool,
}

/// A step of the flow from a site to where it outlives its frame.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct FlowStep {
    /// The file of the step.
    pub file: FileId,
    /// The bytes of the expression or statement.
    pub span: Span,
    /// What happens there: "address of x is stored in p".
    pub note: String,
}

/// A place that may allocate, with all that is known of it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Site {
    /// What kind of place it is.
    pub kind: SiteKind,
    /// The file it lies in.
    pub file: FileId,
    /// The region to show: small, on one line where possible.
    pub span: Span,
    /// gc's position for the site: byte offset of the operator, bracket or name that its messages point to.
    pub pos: u32,
    /// The innermost named function, as gc names it: `F`, `(*T).M`; package-level initialisers have `init`.
    pub function: Symbol,
    /// What is allocated, as source text on one line: the expression or the variable's name.
    pub expr: String,
    /// The type, as written or as the checker prints it; empty if not known.
    pub ty: String,
    /// Bytes of one object, if known.
    pub size: Option<u64>,
    /// What the type is made of, if known.
    pub type_kind: Option<TypeKind>,
    /// The interface type of a boxing, the type that a string conversion starts from: what rules may show. Empty if there
    /// is none.
    pub target: String,
    /// The function that is called, or that the value is passed to on its way out: `fmt.Println`, `(*sync.Pool).Put`,
    /// `(io.Reader).Read`, with the import path as qualifier. Empty if there is none, or if it is a function value.
    pub callee: String,
    /// How that function is called; `None` if there is no such call.
    pub call: Option<CallKind>,
    /// What else holds.
    pub traits: Traits,
    /// Of a function, the places in it that allocate, those that are cold left out; otherwise 0.
    pub count: u32,
    /// The compiler's decision.
    pub verdict: Verdict,
    /// What it costs.
    pub cost: Cost,
    /// How often it runs.
    pub heat: Heat,
    /// From the site to where it outlives its frame; empty if not computed.
    pub flow: Vec<FlowStep>,
}

/// A version of the Go compiler, by its minor number: 21 for Go 1.21.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct GoVersion(pub u16);

impl GoVersion {
    /// The oldest version whose decisions are known.
    pub const OLDEST: GoVersion = GoVersion(21);
    /// The newest version whose decisions are known.
    pub const NEWEST: GoVersion = GoVersion(27);

    /// Reads `1.27`, `1.27.3`, `go1.27`, `1.27rc1`.
    pub fn parse(text: &str) -> Option<GoVersion> {
        let rest = text.strip_prefix("go").unwrap_or(text).strip_prefix("1.")?;
        let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        let tail = &rest[digits..];
        let sane = tail.is_empty()
            || tail.starts_with('.')
            || tail.starts_with("rc")
            || tail.starts_with("beta");
        if sane {
            rest[..digits].parse().ok().map(GoVersion)
        } else {
            None
        }
    }

    /// The nearest version whose decisions are known.
    #[must_use]
    pub fn known(self) -> GoVersion {
        self.clamp(Self::OLDEST, Self::NEWEST)
    }
}

impl std::fmt::Display for GoVersion {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "1.{}", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::GoVersion;

    #[test]
    fn versions_are_read_as_go_writes_them() {
        for text in ["1.22", "go1.22", "1.22.10", "1.22rc1"] {
            assert_eq!(GoVersion::parse(text), Some(GoVersion(22)), "{text}");
        }
        for text in ["", "1", "2.1", "1.x", "1.22x", "v1.22"] {
            assert_eq!(GoVersion::parse(text), None, "{text}");
        }
    }
}
