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

mod about;

pub use about::{CallKind, Trait, Traits, TypeKind};

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
    /// A slice that grew by `append` in the frame and is moved to the heap where its function hands it on, since Go 1.26.
    MovedSlice,
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
    /// `proto.String(s)`: what a function of another package allocates whose call is inlined.
    InlinedCall,
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
            SiteKind::MovedSlice => "moved-slice",
            SiteKind::MethodValue => "method-value",
            SiteKind::VariadicSlice => "variadic-slice",
            SiteKind::Go => "go",
            SiteKind::Defer => "defer",
            SiteKind::MapAssign => "map-assign",
            SiteKind::InlinedCall => "inlined-call",
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
    /// It runs at most once or rarely: on the way out of the loop, where an error is handled, in `init`, marked
    /// `//heaplint:cold`.
    pub cold: bool,
    /// It is hot whatever its loops say: by `//heaplint:hot` or by config.
    pub marked_hot: bool,
    /// It is cold for no other reason than that it lies on the way out of loops of its function.
    pub leaving: bool,
    /// How often it runs because its function is called often.
    pub calls: Calls,
    /// What profiles say of its line; `None` if they say nothing.
    pub measured: Option<Measurement>,
    /// One line for each piece of evidence, for people: "in the body of the loop at line 12".
    pub why: Vec<String>,
}

/// How often a function runs, as far as its callers in the program tell: estimates as powers of two. A loop counts for
/// [`Calls::LOOP`] doublings, a branch on the way halves.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Calls {
    /// How often when the program runs, loops and recursion of callers counted.
    pub often: u32,
    /// How often in each turn of the measured loop of a benchmark; at most [`Calls::MEASURED`].
    pub benchmarked: u32,
    /// How often while the program handles requests, of which there are as many as turns of a loop.
    pub per_request: u32,
    /// How often in each turn of a benchmark's measured loop because a pool has to make what it is asked for: the turn
    /// puts nothing back. At most [`Calls::MEASURED`].
    pub drained: u32,
}

impl Calls {
    /// What a loop is worth: eight turns.
    pub const LOOP: u32 = 3;
    /// More than two loops are all the same: more than anyone can afford.
    pub const MAX: u32 = 2 * Calls::LOOP;
    /// What the measured loop of a benchmark is worth: it is there to be fast, whatever branches it takes.
    pub const MEASURED: u32 = 12;

    /// Whether a benchmark runs it in every turn of its measured loop, as far as can be told: with no more branches on
    /// the way than one loop makes up for.
    pub fn is_every_turn(self) -> bool {
        self.benchmarked >= Calls::MEASURED - Calls::LOOP
    }

    /// How often a place runs that lies behind branches of its function.
    #[must_use]
    pub fn behind(self, halvings: u32) -> Calls {
        Calls {
            often: self.often.saturating_sub(halvings),
            benchmarked: self.benchmarked.saturating_sub(halvings),
            per_request: self.per_request.saturating_sub(halvings),
            drained: self.drained.saturating_sub(halvings),
        }
    }

    /// The larger one of each.
    #[must_use]
    pub fn max(self, other: Calls) -> Calls {
        Calls {
            often: self.often.max(other.often),
            benchmarked: self.benchmarked.max(other.benchmarked),
            per_request: self.per_request.max(other.per_request),
            drained: self.drained.max(other.drained),
        }
    }

    /// How many loops of callers that is.
    pub fn depth(self) -> u32 {
        let measured = u32::from(self.benchmarked > 0);
        self.often.div_ceil(Calls::LOOP).max(measured)
    }
}

/// What makes a site hot.
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
pub enum HotBy {
    /// A profile.
    Profile,
    /// A comment or the config.
    Mark,
    /// A loop of its own function.
    Loop,
    /// A benchmark that calls its function.
    Benchmark,
    /// A benchmark that runs it in every turn of its measured loop, or nearly: hardly a branch lies on the way.
    EveryTurn,
    /// Loops or recursion of its function's callers.
    Caller,
    /// A handler of requests that calls its function, or is it.
    Request,
    /// A benchmark that takes from a `sync.Pool` in its measured loop and puts nothing back: it runs to make what the pool
    /// does not have.
    DrainedPool,
}

impl Heat {
    /// Whether rules that ask for `heat: hot` match.
    pub fn is_hot(&self) -> bool {
        let measured = self.measured.as_ref().is_some_and(|m| m.hot);
        measured || self.marked_hot || (self.repeats() && !self.cold)
    }

    fn repeats(&self) -> bool {
        self.loop_depth > 0 || self.calls != Calls::default()
    }

    /// Whether its function's callers are a reason for it to be hot.
    pub fn is_called_often(&self) -> bool {
        self.calls != Calls::default() && !self.cold
    }

    /// All that makes it hot; empty if it is not.
    pub fn hot_by(&self) -> Vec<HotBy> {
        let measured = self.measured.as_ref().is_some_and(|m| m.hot);
        let calls = self.calls;
        let all = [
            (measured, HotBy::Profile),
            (self.marked_hot, HotBy::Mark),
            (self.loop_depth > 0 && !self.cold, HotBy::Loop),
            (calls.benchmarked > 0 && !self.cold, HotBy::Benchmark),
            (calls.is_every_turn() && !self.cold, HotBy::EveryTurn),
            (calls.often > 0 && !self.cold, HotBy::Caller),
            (calls.per_request > 0 && !self.cold, HotBy::Request),
            (calls.drained > 0 && !self.cold, HotBy::DrainedPool),
        ];
        let holds = all.into_iter().filter(|(holds, _)| *holds);
        holds.map(|(_, by)| by).collect()
    }

    /// The loops of the site's own function and those of its callers.
    pub fn depth(&self) -> u32 {
        self.loop_depth + self.calls.depth()
    }

    /// Whether the only thing that makes it hot is that it runs once a request.
    pub fn is_only_per_request(&self) -> bool {
        self.hot_by() == [HotBy::Request]
    }

    /// Adds how often calls make the site run. What lies on the way out of loops runs once a call.
    pub fn called(&mut self, calls: Calls) {
        self.calls = calls;
        if self.leaving && calls != Calls::default() {
            self.cold = false;
        }
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
