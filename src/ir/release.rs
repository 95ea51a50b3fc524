//! What building and inlining do differently in each compiler release: one table, a column a release.
//!
//! | row | changed in | compiler's source |
//! | --- | --- | --- |
//! | `devirtualize_first`, `inlines_defer_wrapper_calls` | 1.22 | `inline/interleaved`, `typecheck/stmt.go` |
//! | `whole_package_first` | 1.23 | `inline/interleaved` |
//! | `self_recursion`, `closure_budgets`, `param_call_cost`, `dead_locals` | 1.24 | `inline/inl.go`, `deadlocals` |
//! | `skips_b_loop` | 1.24 to 1.25 | `inline/interleaved` |
//! | `slice_discount`, `tracks_concrete_types` | 1.26 | `inline/inl.go`, `devirtualize` |
//! | `short_inlined_names` | 1.27 | `ir/func.go` |

use crate::site::GoVersion;

/// One column of the table.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Release {
    /// The first version it holds for.
    pub since: GoVersion,
    /// Calls are devirtualized before they are inlined, so that the result may be inlined.
    pub devirtualize_first: bool,
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
    /// Nothing is inlined in the body of `for b.Loop()`.
    pub skips_b_loop: bool,
    /// Slicing from 0 or to the length costs less.
    pub slice_discount: bool,
    /// Concrete types of interface variables are followed through assignments.
    pub tracks_concrete_types: bool,
    /// Closures of inlined bodies are named after the inlined function alone.
    pub short_inlined_names: bool,
    /// What closures of package-level initialisers are named after.
    pub package_closures: &'static str,
}

const GO1_21: Release = Release {
    since: GoVersion(21),
    devirtualize_first: false,
    inlines_defer_wrapper_calls: false,
    whole_package_first: false,
    self_recursion: false,
    closure_budgets: false,
    param_call_cost: CALL_COST,
    dead_locals: false,
    skips_b_loop: false,
    slice_discount: false,
    tracks_concrete_types: false,
    short_inlined_names: false,
    package_closures: "glob.",
};

const GO1_22: Release = Release {
    since: GoVersion(22),
    devirtualize_first: true,
    inlines_defer_wrapper_calls: true,
    package_closures: "init",
    ..GO1_21
};

const GO1_23: Release = Release {
    since: GoVersion(23),
    whole_package_first: true,
    ..GO1_22
};

const GO1_24: Release = Release {
    since: GoVersion(24),
    self_recursion: true,
    closure_budgets: true,
    param_call_cost: 17,
    dead_locals: true,
    skips_b_loop: true,
    ..GO1_23
};

const GO1_26: Release = Release {
    since: GoVersion(26),
    skips_b_loop: false,
    slice_discount: true,
    tracks_concrete_types: true,
    ..GO1_24
};

const GO1_27: Release = Release {
    since: GoVersion(27),
    short_inlined_names: true,
    ..GO1_26
};

/// The columns, oldest first.
static TABLE: [Release; 6] = [GO1_21, GO1_22, GO1_23, GO1_24, GO1_26, GO1_27];

/// What a call that is not inlined costs on top of its node.
pub const CALL_COST: u32 = 57;

impl Release {
    /// The column of `version`, or of the nearest version that is known.
    pub fn of(version: GoVersion) -> &'static Release {
        let after = TABLE.partition_point(|r| r.since <= version.known());
        &TABLE[after.saturating_sub(1)]
    }
}

#[cfg(test)]
mod tests {
    use super::Release;
    use crate::site::GoVersion;

    #[test]
    fn versions_between_columns_have_the_column_before() {
        assert_eq!(Release::of(GoVersion(25)).since, GoVersion(24));
        assert_eq!(Release::of(GoVersion(40)).since, GoVersion(27));
    }

    #[test]
    fn recursive_functions_are_inlined_from_1_24_on() {
        assert!(
            [21, 22, 23]
                .iter()
                .all(|&v| !Release::of(GoVersion(v)).self_recursion)
        );
        assert!(
            [24, 27]
                .iter()
                .all(|&v| Release::of(GoVersion(v)).self_recursion)
        );
    }
}
