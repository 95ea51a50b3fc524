//! What the compiler does differently in each release: one table, a column a release.
//!
//! No other file asks which version it is. A row says what the release does; the value of a release that is not in the
//! table is that of the nearest one that is.
//!
//! | row | changed in | compiler's source |
//! | --- | --- | --- |
//! | `source_constants`, `keeps_known_cases`, `plain_inlined_names` | up to 1.21 | `noder/writer.go`, `deadcode`, `noder/reader.go` |
//! | `devirtualize_first`, `inlines_defer_wrapper_calls` | 1.22 | `inline/interleaved`, `typecheck/stmt.go` |
//! | `shape_names` | 1.22, 1.24, 1.25 | `noder/reader.go` |
//! | `static_assertions`, `helpers_in_runtime` | 1.24 | `ir/type.go`, `inline/inl.go` |
//! | `renames_inlined_results`, `package_closures`, `follows_captures` | 1.22 | `noder/reader.go`, `ir/func.go`, `ir/expr.go` |
//! | `tracks_uses`, `tracks_closure_results` | 1.22 | `escape/leaks.go`, `escape/solve.go` |
//! | `whole_package_first` | 1.23 | `inline/interleaved` |
//! | `self_recursion`, `closure_budgets`, `param_call_cost`, `dead_locals`, `fips_data` | 1.24 | `inline/inl.go`, `deadlocals`, `staticinit/sched.go` |
//! | `copies_loop_state` | 1.24 | `rangefunc/rewrite.go` |
//! | `max_variable` | 1.24 | `ir/cfg.go` |
//! | `joined` | 1.24 | `ir/scc.go`, `ir/func.go` |
//! | `skips_b_loop` | 1.24 to 1.25 | `inline/interleaved` |
//! | `keeps_b_loop` | 1.26 | `bloop` |
//! | `ranges_over_length` | 1.25 | `types2/range.go` |
//! | `append_store`, `make_buffer`, `literals`, `zero_sized_make` | 1.25 | `escape/call.go`, `escape/utils.go`, `escape/escape.go` |
//! | `slice_discount`, `tracks_concrete_types` | 1.26 | `inline/inl.go`, `devirtualize` |
//! | `literals`: lengths of literals, `direct`, `late_append` | 1.26 | `escape/escape.go`, `types/type.go`, `slice/slice.go` |
//! | `short_inlined_names`, `retypes_constants` | 1.27 | `ir/func.go`, `noder/reader.go` |
//! | `assigned_callees` | 1.27 | `escape/call.go` |
//! | `range_hands_on` | 1.27 | `slice/slice.go` |

use crate::base::symbol::Symbol;
use crate::site::GoVersion;
use crate::types::sizes::DirectRule;

/// Which values the compiler writes as literals where they are used, before it looks for forced heap allocation.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum LiteralRewriting {
    /// None.
    Off,
    /// Constants that reach a `make` size or a boxing through variables.
    Constants,
    /// Constants, and for `make` the length of a slice literal.
    ConstantsAndLengths,
}

/// The function whose argument is forced to the heap unless its only pointers are those of strings.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct NonStringEscape {
    /// Its package path.
    pub package: &'static str,
    /// Its name, generic.
    pub name: &'static str,
}

/// How the shapes that stand for groups of type arguments are named.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ShapeNames {
    /// After their types.
    Plain,
    /// With all bits of the hash of long names inverted.
    Inverted,
    /// With the last bit of the first byte of the hash inverted.
    Flipped,
    /// With the first byte of the hash inverted.
    Hashed,
}

/// Which function literals belong to the batch of the function around them; the others are functions of their own.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Joined {
    /// Those in functions; not those in the initialisers of package-level variables.
    InFunctions,
    /// Those that capture.
    Capturing,
}

/// One column of the table.
#[allow(clippy::struct_excessive_bools)] // a column of a table of facts
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Release {
    /// The first version it holds for.
    pub since: GoVersion,
    /// Calls are devirtualized before they are inlined, so that the result may be inlined.
    pub devirtualize_first: bool,
    /// Constant expressions print as they are written.
    pub source_constants: bool,
    /// Of a switch that is known, the matching clause becomes `case true:`, and the tag stays if none matches.
    pub keeps_known_cases: bool,
    /// Closures of inlined bodies are called `funcN` in closures too.
    pub plain_inlined_names: bool,
    /// `go` and `defer` calls are wrapped before inlining, so that the wrapped call may be inlined.
    pub inlines_defer_wrapper_calls: bool,
    /// Whether every function can be inlined is decided before any call is.
    pub whole_package_first: bool,
    /// Functions that call themselves can be inlined.
    pub self_recursion: bool,
    /// Closures have budgets of their own.
    pub closure_budgets: bool,
    /// What a call of a parameter or captured variable costs on top of its node.
    pub param_call_cost: u32,
    /// Assignments to variables that nothing uses are dropped before escape analysis.
    pub dead_locals: bool,
    /// The body of a loop over a function checks a copy of the loop's state.
    pub copies_loop_state: bool,
    /// The data of the FIPS 140 module has no addresses in it.
    pub fips_data: bool,
    /// Nothing is inlined in the body of `for b.Loop()`.
    pub skips_b_loop: bool,
    /// What statements in the body of `for b.Loop()` make is kept alive.
    pub keeps_b_loop: bool,
    /// An array that is ranged over without its elements is not evaluated.
    pub ranges_over_length: bool,
    /// Slicing from 0 or to the length costs less.
    pub slice_discount: bool,
    /// Concrete types of interface variables are followed through assignments.
    pub tracks_concrete_types: bool,
    /// Closures of inlined bodies are named after the inlined function alone.
    pub short_inlined_names: bool,
    /// A constant converted to a type parameter has its type before the conversion.
    pub retypes_constants: bool,
    /// How shapes are named.
    pub shape_names: ShapeNames,
    /// Assertions to and cases of types that are known look up no type at run time.
    pub static_assertions: bool,
    /// What the compiler knows by name as cheap, or as forbidding to be inlined, is in package runtime and in reflect.
    pub helpers_in_runtime: bool,
    /// A literal knows the values of the variables that it captures.
    pub follows_captures: bool,
    /// Unnamed results of inlined functions are called `~R0` and so on.
    pub renames_inlined_results: bool,
    /// What closures of package-level initialisers are named after.
    pub package_closures: &'static str,
    /// A declared variable of more bytes is on the heap.
    pub max_variable: i64,
    /// What `new`, `&T{}`, a constant `make` or a closure record allocates is on the heap above so many bytes.
    pub max_implicit: i64,
    /// Variables of more bytes are captured by reference.
    pub max_by_value: i64,
    /// Tags and locations know whether memory is written through and functions are called.
    pub tracks_uses: bool,
    /// Any closure whose calls are all known may return outer variables' addresses; without it only one called at once.
    pub tracks_closure_results: bool,
    /// Which literals are analysed with the function around them.
    pub joined: Joined,
    /// A `make` of run-time size that does not escape has a stack buffer of so many bytes; 0: such a `make` is on the
    /// heap.
    pub make_buffer: i64,
    /// A `make` of zero-sized elements counts as heap.
    pub zero_sized_make: bool,
    /// `append` has a location for the backing store it may allocate.
    pub append_store: bool,
    /// Which literals are written where they are used.
    pub literals: LiteralRewriting,
    /// Boxed literals and variables that hold only one become read-only data.
    pub static_boxes: bool,
    /// A string of bytes that is only the key of the next map read or `delete` shares the bytes.
    pub looks_up_bytes: bool,
    /// A local slice that grows by `append` may stay in its buffer until it is given away.
    pub late_append: bool,
    /// To range over such a slice gives it away, as does the address of a part of an element.
    pub range_hands_on: bool,
    /// Which types an interface holds without boxing.
    pub direct: DirectRule,
    /// A function variable may have several known callees.
    pub assigned_callees: bool,
    /// The function that spares strings, if there is one.
    pub non_string_escape: Option<NonStringEscape>,
    /// Conversions of strings to bytes that are only read share the string's memory.
    pub shares_strings: bool,
}

const GO1_21: Release = Release {
    since: GoVersion(21),
    devirtualize_first: false,
    source_constants: true,
    keeps_known_cases: true,
    plain_inlined_names: true,
    inlines_defer_wrapper_calls: false,
    whole_package_first: false,
    self_recursion: false,
    closure_budgets: false,
    param_call_cost: CALL_COST,
    dead_locals: false,
    copies_loop_state: false,
    fips_data: false,
    skips_b_loop: false,
    keeps_b_loop: false,
    ranges_over_length: false,
    slice_discount: false,
    tracks_concrete_types: false,
    short_inlined_names: false,
    retypes_constants: false,
    shape_names: ShapeNames::Plain,
    static_assertions: false,
    helpers_in_runtime: true,
    follows_captures: false,
    renames_inlined_results: true,
    package_closures: "glob.",
    max_variable: 10 << 20,
    max_implicit: 64 << 10,
    max_by_value: 128,
    tracks_uses: false,
    tracks_closure_results: false,
    joined: Joined::InFunctions,
    make_buffer: 0,
    zero_sized_make: false,
    append_store: false,
    literals: LiteralRewriting::Off,
    static_boxes: false,
    looks_up_bytes: false,
    late_append: false,
    range_hands_on: false,
    direct: DirectRule::SingleField,
    assigned_callees: false,
    non_string_escape: None,
    shares_strings: false,
};

const GO1_22: Release = Release {
    since: GoVersion(22),
    devirtualize_first: true,
    source_constants: false,
    keeps_known_cases: false,
    plain_inlined_names: false,
    inlines_defer_wrapper_calls: true,
    shape_names: ShapeNames::Inverted,
    follows_captures: true,
    renames_inlined_results: false,
    package_closures: "init",
    tracks_uses: true,
    tracks_closure_results: true,
    shares_strings: true,
    ..GO1_21
};

const GO1_23: Release = Release {
    since: GoVersion(23),
    whole_package_first: true,
    ..GO1_22
};

const GO1_24: Release = Release {
    since: GoVersion(24),
    shape_names: ShapeNames::Flipped,
    static_assertions: true,
    helpers_in_runtime: false,
    self_recursion: true,
    closure_budgets: true,
    param_call_cost: 17,
    dead_locals: true,
    copies_loop_state: true,
    fips_data: true,
    skips_b_loop: true,
    max_variable: 128 << 10,
    joined: Joined::Capturing,
    non_string_escape: Some(NonStringEscape {
        package: "hash/maphash",
        name: "escapeForHash",
    }),
    ..GO1_23
};

const GO1_25: Release = Release {
    since: GoVersion(25),
    shape_names: ShapeNames::Hashed,
    ranges_over_length: true,
    make_buffer: 32,
    zero_sized_make: true,
    append_store: true,
    literals: LiteralRewriting::Constants,
    static_boxes: true,
    looks_up_bytes: true,
    non_string_escape: Some(NonStringEscape {
        package: "internal/abi",
        name: "EscapeNonString",
    }),
    ..GO1_24
};

const GO1_26: Release = Release {
    since: GoVersion(26),
    skips_b_loop: false,
    keeps_b_loop: true,
    slice_discount: true,
    tracks_concrete_types: true,
    literals: LiteralRewriting::ConstantsAndLengths,
    late_append: true,
    direct: DirectRule::OneWord,
    ..GO1_25
};

const GO1_27: Release = Release {
    since: GoVersion(27),
    retypes_constants: true,
    short_inlined_names: true,
    assigned_callees: true,
    range_hands_on: true,
    ..GO1_26
};

/// The columns, oldest first.
static TABLE: [Release; 7] = [GO1_21, GO1_22, GO1_23, GO1_24, GO1_25, GO1_26, GO1_27];

/// What a call that is not inlined costs on top of its node.
pub const CALL_COST: u32 = 57;

/// The packages of the FIPS 140 module, since Go 1.24.
const FIPS: &str = "crypto/internal/fips140";

impl Release {
    /// Whether the data of the package at `path` must have no addresses in it.
    pub fn is_fips(&self, path: Symbol) -> bool {
        let below = path.as_str().strip_prefix(FIPS);
        self.fips_data && below.is_some_and(|b| b.is_empty() || b.starts_with('/'))
    }

    /// The column of `version`, or of the nearest version that is known.
    pub fn of(version: GoVersion) -> &'static Release {
        let after = TABLE.partition_point(|r| r.since <= version.known());
        &TABLE[after.saturating_sub(1)]
    }
}

#[cfg(test)]
mod tests {
    use super::{LiteralRewriting, Release};
    use crate::site::GoVersion;

    fn of(minor: u16) -> &'static Release {
        Release::of(GoVersion(minor))
    }

    #[test]
    fn unknown_versions_have_the_nearest_column() {
        assert_eq!((of(18).since, of(40).since), (GoVersion(21), GoVersion(27)));
    }

    #[test]
    fn recursive_functions_are_inlined_from_1_24_on() {
        assert_eq!(
            [21, 23, 24, 27].map(|v| of(v).self_recursion),
            [false, false, true, true]
        );
    }

    #[test]
    fn a_runtime_make_leaves_the_heap_in_1_25_and_a_large_local_joins_it_in_1_24() {
        assert_eq!([21, 24, 25, 27].map(|v| of(v).make_buffer), [0, 0, 32, 32]);
        assert_eq!([23, 24].map(|v| of(v).max_variable), [10 << 20, 128 << 10]);
        assert_eq!(of(25).literals, LiteralRewriting::Constants);
    }
}
