//! What differs between compiler versions, one row a version: no stage asks "is this 1.25 or later" on its own.

use crate::site::GoVersion;

/// The limits of one version (`cmd/compile/internal/ir/cfg.go`, and `escape.go` for what it does with them).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Limits {
    /// A declared variable larger than this many bytes is on the heap.
    pub max_variable: u64,
    /// What `new`, `&T{}` or `make` allocates is on the heap if it is larger than this many bytes.
    pub max_implicit: u64,
    /// A `make` of run-time size that does not escape has a stack buffer of this many bytes; without one, such a `make`
    /// is always on the heap.
    pub make_buffer: Option<u64>,
}

/// The rows, by the first version that they hold for.
const ROWS: [(GoVersion, Limits); 3] = [
    (
        GoVersion(21),
        Limits {
            max_variable: 10 << 20,
            max_implicit: 64 << 10,
            make_buffer: None,
        },
    ),
    (
        GoVersion(24),
        Limits {
            max_variable: 128 << 10,
            max_implicit: 64 << 10,
            make_buffer: None,
        },
    ),
    (
        GoVersion(25),
        Limits {
            max_variable: 128 << 10,
            max_implicit: 64 << 10,
            make_buffer: Some(32),
        },
    ),
];

impl Limits {
    /// The limits of `go`, or of the nearest version that is known.
    pub fn of(go: GoVersion) -> Limits {
        let after = ROWS.partition_point(|(from, _)| *from <= go.known());
        ROWS[after.saturating_sub(1)].1
    }
}

#[cfg(test)]
mod tests {
    use super::{GoVersion, Limits};

    #[test]
    fn versions_between_the_rows_have_the_row_before() {
        let variable = |v| Limits::of(GoVersion(v)).max_variable;
        assert_eq!(
            [18, 21, 23, 24, 27, 40].map(variable),
            [
                10 << 20,
                10 << 20,
                10 << 20,
                128 << 10,
                128 << 10,
                128 << 10
            ]
        );
        assert_eq!(Limits::of(GoVersion(24)).make_buffer, None);
        assert_eq!(Limits::of(GoVersion(26)).make_buffer, Some(32));
    }
}
