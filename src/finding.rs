//! What the rules say, as plain data: findings, and what reports need to know of a rule.
//!
//! A [`Finding`] is a rule at a site. Its identity ([`Finding::fingerprint`]) is made of what an edit elsewhere does not
//! change: rule, package, enclosing function, normalised expression, and an ordinal among findings that share all four.
//! Line numbers and file names are no part of it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::base::diag::Level;
use crate::base::source::FileId;
use crate::base::span::Span;
use crate::edit::{Fix, Rewrite};
use crate::option::OptionSpec;
use crate::site::{FlowStep, Site};

/// A rule at a place.
#[derive(Clone, PartialEq, Debug)]
pub struct Finding {
    /// The rule's id.
    pub rule: String,
    /// How loud it is here, overrides applied.
    pub level: Level,
    /// The file.
    pub file: FileId,
    /// The region to show.
    pub span: Span,
    /// One line, from the rule's template.
    pub message: String,
    /// What to do, a sentence each, as far as it is certain to help here; `None` if the rule's `fix` says it for all.
    pub advice: Option<Vec<String>>,
    /// The package it lies in: its import path, or its folder where there is no module.
    pub package: String,
    /// The enclosing function as gc names it; empty outside of functions.
    pub function: String,
    /// The expression with its white space normalised: part of the identity.
    pub expr: String,
    /// The site; none for findings about comments and syntax.
    pub site: Option<Box<Site>>,
    /// The steps that lead to it, where no site has them.
    pub trail: Vec<FlowStep>,
    /// Set when a comment suppresses it; it is counted but not reported.
    pub suppressed: Option<Suppressed>,
    /// Set when it was there before; it is counted but not reported.
    pub old: Option<Old>,
    /// The identity that survives edits; 0 until [`number`] has run.
    pub fingerprint: u64,
    /// Whether it can be mended by a rewrite; `None` if nobody has asked, or its rule offers none.
    pub remedy: Option<Remedy>,
}

/// What became of the question for a fix.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Remedy {
    /// This keeps the program's meaning and takes the finding away.
    Fix(Box<Fix>),
    /// There would be a fix, but another one at the same place goes first.
    Waits,
    /// There is none, and why: part of a sentence.
    None(&'static str),
}

/// How a finding was suppressed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Suppressed {
    /// The bytes of the comment.
    pub by: Span,
    /// The reason behind `--`; empty if none was given.
    pub reason: String,
}

/// Who knows a finding from before.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Old {
    /// A baseline file.
    Baseline,
    /// The revision that the run compares with.
    Revision,
}

/// What a finding is known by, whatever is edited around it. Twins share it, so it is a matter of how many there are.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Identity {
    /// The package's import path.
    pub package: String,
    /// The function as gc names it; empty outside of functions.
    pub function: String,
    /// The rule's id.
    pub rule: String,
    /// The expression with its white space normalised.
    pub expr: String,
}

impl Finding {
    /// Whether it is to be reported: not suppressed and not old.
    pub fn is_open(&self) -> bool {
        self.suppressed.is_none() && self.old.is_none()
    }

    /// The fix, if there is one.
    pub fn fix(&self) -> Option<&Fix> {
        match &self.remedy {
            Some(Remedy::Fix(fix)) => Some(fix),
            _ => None,
        }
    }

    /// What it is known by.
    pub fn identity(&self) -> Identity {
        Identity {
            package: self.package.clone(),
            function: self.function.clone(),
            rule: self.rule.clone(),
            expr: self.expr.clone(),
        }
    }
}

/// How many findings there were of each identity.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Known(pub BTreeMap<Identity, usize>);

impl Known {
    /// Counts `findings`.
    pub fn of<'f>(findings: impl IntoIterator<Item = &'f Finding>) -> Known {
        let mut known = Known::default();
        for finding in findings {
            *known.0.entry(finding.identity()).or_insert(0) += 1;
        }
        known
    }

    /// Takes one finding like `finding` out; false if there is none left.
    pub fn take(&mut self, finding: &Finding) -> bool {
        match self.0.get_mut(&finding.identity()) {
            Some(left) if *left > 0 => {
                *left -= 1;
                true
            }
            _ => false,
        }
    }
}

/// Gives every finding its fingerprint, and sorts them: by the order of paths that `path_of` gives, then by place, then
/// by rule. The result hangs only on the set of findings, not on their order.
pub fn number<'p>(findings: &mut [Finding], path_of: impl Fn(FileId) -> &'p str) {
    findings.sort_by(|a, b| {
        let key = |f: &Finding| (path_of(f.file), f.span);
        key(a)
            .cmp(&key(b))
            .then_with(|| a.rule.cmp(&b.rule))
            .then_with(|| a.message.cmp(&b.message))
    });
    let mut seen: BTreeMap<u64, u64> = BTreeMap::new();
    for finding in findings {
        let parts = [
            finding.rule.as_str(),
            &finding.package,
            &finding.function,
            &finding.expr,
        ];
        let base = hash(parts.iter().map(|p| p.as_bytes()));
        let ordinal = seen.entry(base).or_insert(0);
        finding.fingerprint = hash([&base.to_le_bytes()[..], &ordinal.to_le_bytes()[..]]);
        *ordinal += 1;
    }
}

/// FNV-1a over the parts with a separator behind each: fixed for ever, because baselines store it.
fn hash<'a>(parts: impl IntoIterator<Item = &'a [u8]>) -> u64 {
    let step = |h: u64, b: &u8| (h ^ u64::from(*b)).wrapping_mul(0x0100_0000_01b3);
    parts.into_iter().fold(0xcbf2_9ce4_8422_2325, |h, part| {
        step(part.iter().fold(h, step), &0xff)
    })
}

/// `text` with every run of white space as one blank, so that reformatting keeps the identity.
pub fn normalise(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// How often a rule is right, for SARIF's `precision`.
#[derive(
    Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize, schemars::JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Precision {
    /// It repeats what the compiler decides.
    VeryHigh,
    /// It is right but for rare constructs.
    #[default]
    High,
    /// It may be wrong about how often a place runs.
    Medium,
    /// A hint.
    Low,
}

impl Precision {
    /// The name in SARIF.
    pub fn as_str(self) -> &'static str {
        match self {
            Precision::VeryHigh => "very-high",
            Precision::High => "high",
            Precision::Medium => "medium",
            Precision::Low => "low",
        }
    }
}

/// The least of the presets that has a rule.
#[derive(
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Debug,
    Default,
    Serialize,
    Deserialize,
    schemars::JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Group {
    /// On unless config says otherwise: what it finds is worth acting on.
    #[default]
    Recommended,
    /// For code that has to be fast: right as often, but worth acting on less often.
    Strict,
    /// For a look at everything.
    All,
}

/// A rule as reports and pages show it.
#[derive(Clone, PartialEq, Debug)]
pub struct RuleMeta {
    /// The id: `oversized-local`.
    pub id: String,
    /// One line without a full stop.
    pub summary: String,
    /// The level where it is on; `None` is off.
    pub level: Option<Level>,
    /// Where it is on.
    pub group: Group,
    /// The version of heaplint that first had it; empty in a user's own rules.
    pub since: String,
    /// Words to find it by, sorted.
    pub tags: Vec<String>,
    /// How often it is right.
    pub precision: Precision,
    /// Why it matters: paragraphs of Markdown.
    pub why: String,
    /// What to do: paragraphs of Markdown.
    pub fix: String,
    /// Links.
    pub references: Vec<String>,
    /// The rewrites it offers, the first that applies to be taken.
    pub rewrites: Vec<Rewrite>,
    /// Its options, sorted by name.
    pub options: Vec<OptionSpec>,
    /// Examples of code that it finds.
    pub bad: Vec<String>,
    /// Examples of code that it leaves alone.
    pub good: Vec<String>,
    /// The file it was read from; `None` for a built-in rule.
    pub origin: Option<String>,
    /// Whether it is about the run itself (syntax, suppressions) and not about sites.
    pub about_run: bool,
}

impl RuleMeta {
    /// The level in `recommended`; `None` is off.
    pub fn default_level(&self) -> Option<Level> {
        self.level.filter(|_| self.group == Group::Recommended)
    }
}

#[cfg(test)]
mod tests {
    use super::{Finding, number};
    use crate::base::diag::Level;
    use crate::base::index::Idx;
    use crate::base::source::FileId;
    use crate::base::span::Span;

    fn finding(file: usize, at: u32, expr: &str) -> Finding {
        Finding {
            rule: "r".into(),
            level: Level::Warning,
            file: FileId::from_usize(file),
            span: Span::new(at, at + 1),
            message: "m".into(),
            advice: None,
            package: "p".into(),
            function: "f".into(),
            expr: expr.into(),
            site: None,
            trail: Vec::new(),
            suppressed: None,
            old: None,
            fingerprint: 0,
            remedy: None,
        }
    }

    #[test]
    fn moving_a_finding_keeps_its_fingerprint_and_twins_differ() {
        let mut before = vec![
            finding(0, 10, "x"),
            finding(0, 20, "x"),
            finding(0, 30, "y"),
        ];
        let mut after = vec![finding(1, 99, "y"), finding(1, 7, "x"), finding(1, 8, "x")];
        number(&mut before, |_| "a.go");
        number(&mut after, |_| "b.go");
        let prints = |fs: &[Finding]| fs.iter().map(|f| f.fingerprint).collect::<Vec<_>>();
        assert_eq!(prints(&before), prints(&after));
        assert_ne!(before[0].fingerprint, before[1].fingerprint);
    }
}
