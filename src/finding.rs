//! What the rules hand to the reports: findings, and what is known of the rules themselves.
//!
//! | word | meaning |
//! | --- | --- |
//! | [`Finding`] | a rule at a place, worded for people, with a stable identity |
//! | [`SiteInfo`] | what the stages decided about the place; absent for syntax errors and misused comments |
//! | [`RuleMeta`] | a rule as documentation: what `explain`, SARIF and the README say about it |
//! | [`fingerprint`] | the identity: rule, package, function, expression and ordinal, but no line number |
//!
//! Everything here is plain data: `rules` makes it, `report` renders it, and neither knows the other.
//!
//! Example: in `for _, p := range ps { fmt.Println(p) }` the rule `boxing-in-loop` makes one finding whose span is the
//! second `p`, whose message is "`p` (Point) is boxed in any on every iteration" and whose fingerprint stays the same
//! when lines are added above the loop.

use serde::{Deserialize, Serialize};

use crate::base::diag::Level;
use crate::base::source::FileId;
use crate::base::span::Span;
use crate::base::symbol::Symbol;
use crate::site::{Cost, FlowStep, Heat, Site, SiteKind, Verdict};

/// A rule at a place.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Finding {
    /// The rule's id: `boxing-in-loop`.
    pub rule: Symbol,
    /// How loud it is, after config and overrides.
    pub level: Level,
    /// The file it lies in.
    pub file: FileId,
    /// The region to show: small, on one line where possible.
    pub span: Span,
    /// One or two sentences; the first stands alone, because it may be all that is shown. Names in backticks.
    pub message: String,
    /// The innermost named function as gc names it (`F`, `(*T).M`); the empty symbol outside of functions.
    pub function: Symbol,
    /// What was decided about the site, if the finding is about one.
    pub site: Option<SiteInfo>,
    /// The remedy in one line; empty if the rule has none.
    pub fix: String,
    /// The identity that survives edits: what [`fingerprint`] gives.
    pub fingerprint: String,
    /// From the site to where it outlives its frame; empty if not computed.
    pub flow: Vec<FlowStep>,
    /// The reason given in the comment or baseline that silences it; `None` for a finding to be reported.
    pub suppressed: Option<String>,
}

/// The part of a [`Site`] that reports show.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SiteInfo {
    /// What kind of place it is.
    pub kind: SiteKind,
    /// The type of what is allocated; empty if not known.
    pub ty: String,
    /// Bytes of one object, if known.
    pub size: Option<u64>,
    /// The compiler's decision.
    pub verdict: Verdict,
    /// What it costs at run time.
    pub cost: Cost,
    /// How often it runs.
    pub heat: Heat,
}

impl From<&Site> for SiteInfo {
    fn from(site: &Site) -> SiteInfo {
        SiteInfo {
            kind: site.kind,
            ty: site.ty.clone(),
            size: site.size,
            verdict: site.verdict.clone(),
            cost: site.cost.clone(),
            heat: site.heat.clone(),
        }
    }
}

/// How often a finding of a rule is true, as code scanning sorts by it.
#[derive(
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Debug,
    Default,
    Serialize,
    Deserialize,
    schemars::JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Precision {
    /// Many findings need no action.
    Low,
    /// Some findings need no action.
    Medium,
    /// Nearly every finding is true.
    #[default]
    High,
    /// Decided by the language or the compiler; no false finding is known.
    VeryHigh,
}

impl Precision {
    /// The kebab-case name, which is SARIF's too.
    pub fn as_str(self) -> &'static str {
        match self {
            Precision::Low => "low",
            Precision::Medium => "medium",
            Precision::High => "high",
            Precision::VeryHigh => "very-high",
        }
    }
}

/// A rule as documentation.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct RuleMeta {
    /// The kebab-case id.
    pub id: Symbol,
    /// One line without a full stop, at most 1,024 characters.
    pub summary: String,
    /// One paragraph of plain text: what it finds and why that costs. At most 1,024 characters.
    pub description: String,
    /// Why, how to fix it, examples and references, as plain text.
    pub help_text: String,
    /// The same as GitHub-flavoured Markdown.
    pub help_markdown: String,
    /// The level without config.
    pub level: Level,
    /// How often it is true.
    pub precision: Precision,
    /// Words to filter by: `performance`, `allocation`; code scanning reads the first ten.
    pub tags: Vec<String>,
    /// Absolute URLs to read on.
    pub references: Vec<String>,
}

/// The identity of a finding: 16 lower-case hex digits over what names it for people.
///
/// `package` is the import path (or the directory relative to the repository where there is none), `expr` the source
/// text of the site, whose blanks are folded so that gofmt does not change it, and `ordinal` counts the findings with
/// the same four names in source order, from 0. Lines and columns are left out: edits elsewhere in the file must not
/// make a finding new. The hash is FNV-1a (Fowler, Noll, Vo; 64 bits), each part closed by a byte that no UTF-8 text
/// has, so that parts cannot run into each other.
pub fn fingerprint(
    rule: &str,
    package: &str,
    function: &str,
    expr: &str,
    ordinal: usize,
) -> String {
    let expr = expr.split_whitespace().collect::<Vec<_>>().join(" ");
    let parts = [rule, package, function, &expr, &ordinal.to_string()];
    let hash = parts
        .iter()
        .flat_map(|part| part.bytes().chain([0xFF]))
        .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
        });
    format!("{hash:016x}")
}

#[cfg(test)]
mod tests {
    use super::fingerprint;

    #[test]
    fn an_identity_ignores_blanks_and_tells_the_parts_apart() {
        let base = fingerprint("r", "p", "f", "make([]int, n)", 0);
        assert_eq!(base, fingerprint("r", "p", "f", "make([]int,\n\t n)", 0));
        assert_eq!(base.len(), 16);
        for other in [
            fingerprint("r", "p", "f", "make([]int, n)", 1),
            fingerprint("r", "p", "g", "make([]int, n)", 0),
            fingerprint("rp", "", "f", "make([]int, n)", 0),
        ] {
            assert_ne!(base, other);
        }
    }
}
