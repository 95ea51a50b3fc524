//! Comments against findings: which comment covers which finding, and which covers none.

use rustc_hash::FxHashMap;

use super::active::Active;
use super::set::{UNKNOWN_SUPPRESSION, UNUSED_SUPPRESSION};
use crate::base::nest::Nest;
use crate::base::source::SourceFile;
use crate::base::span::Span;
use crate::base::suggest;
use crate::directive::{Directives, Ignore, Scope};

/// The suppressions of a file, and what has come of them.
pub(super) struct Suppressions<'d> {
    src: &'d SourceFile,
    ignores: &'d [Ignore],
    /// By ignore and by rule named; of `nolint` the one entry stands for all rules.
    used: Vec<Vec<bool>>,
    by_line: FxHashMap<u32, Vec<usize>>,
    ranges: Nest,
    /// The ignores of `ranges`.
    ranged: Vec<usize>,
    whole_file: Vec<usize>,
}

/// A complaint about a comment: the rule, the bytes and the sentence.
pub(super) struct Complaint {
    pub(super) rule: &'static str,
    pub(super) span: Span,
    pub(super) message: String,
}

impl<'d> Suppressions<'d> {
    pub(super) fn new(src: &'d SourceFile, directives: &'d Directives) -> Self {
        let ignores = directives.ignores.as_slice();
        let mut by_line: FxHashMap<u32, Vec<usize>> = FxHashMap::default();
        let (mut ranged, mut spans, mut whole_file) = (Vec::new(), Vec::new(), Vec::new());
        for (i, ignore) in ignores.iter().enumerate() {
            match ignore.scope {
                None => whole_file.push(i),
                Some(Scope::Line(line)) => by_line.entry(line).or_default().push(i),
                Some(Scope::Range(span)) => {
                    ranged.push(i);
                    spans.push(span);
                }
            }
        }
        Suppressions {
            src,
            ignores,
            used: ignores
                .iter()
                .map(|i| vec![false; i.rules.len().max(1)])
                .collect(),
            by_line,
            ranges: Nest::new(spans),
            ranged,
            whole_file,
        }
    }

    /// The comment that covers a finding of `rule` at `span`, the nearest one first; it counts as used from now on.
    pub(super) fn cover(&mut self, rule: &str, span: Span) -> Option<&'d Ignore> {
        if self.ignores.is_empty() {
            return None;
        }
        let (ignore, named) = self.find(rule, span)?;
        self.used[ignore][named] = true;
        Some(&self.ignores[ignore])
    }

    /// An ignore that covers, and which of its rules it is.
    fn find(&self, rule: &str, span: Span) -> Option<(usize, usize)> {
        let ends = [span.start, span.end.saturating_sub(1).max(span.start)];
        let lines = ends.map(|at| self.src.line_col(at).line);
        let on_lines = lines
            .iter()
            .filter_map(|line| self.by_line.get(line))
            .flatten()
            .copied();
        let around = self.ranges.around(span.start).map(|i| self.ranged[i]);
        on_lines
            .chain(around)
            .chain(self.whole_file.iter().copied())
            .find_map(|i| self.names(i, rule).map(|named| (i, named)))
    }

    fn names(&self, ignore: usize, rule: &str) -> Option<usize> {
        let rules = &self.ignores[ignore].rules;
        if rules.is_empty() {
            return Some(0);
        }
        rules.iter().position(|(name, _)| name == rule)
    }

    /// What is wrong with the comments themselves, once every finding has been seen.
    pub(super) fn complaints(&self, directives: &Directives, active: &Active) -> Vec<Complaint> {
        let mut found: Vec<Complaint> = directives
            .slips
            .iter()
            .map(|slip| Complaint {
                rule: UNKNOWN_SUPPRESSION,
                span: slip.comment,
                message: slip.message.clone(),
            })
            .collect();
        for (ignore, used) in self.ignores.iter().zip(&self.used) {
            complain(ignore, used, active, &mut found);
        }
        found
    }
}

fn complain(ignore: &Ignore, used: &[bool], active: &Active, found: &mut Vec<Complaint>) {
    if active.reason_required() && ignore.reason.is_empty() {
        found.push(Complaint {
            rule: UNKNOWN_SUPPRESSION,
            span: ignore.comment,
            message: "the suppression gives no reason; add `-- why`".to_owned(),
        });
    }
    if ignore.rules.is_empty() && !used[0] {
        found.push(Complaint {
            rule: UNUSED_SUPPRESSION,
            span: ignore.comment,
            message: "`nolint:heaplint` suppresses nothing here".to_owned(),
        });
    }
    for ((rule, span), used) in ignore.rules.iter().zip(used) {
        if !active.knows(rule) {
            found.push(unknown(rule, *span, active));
        } else if !used && active.level(rule).is_some() {
            found.push(Complaint {
                rule: UNUSED_SUPPRESSION,
                span: ignore.comment,
                message: format!("there is no finding of `{rule}` to suppress here"),
            });
        }
    }
}

fn unknown(rule: &str, span: Span, active: &Active) -> Complaint {
    let near = suggest::nearest(rule, active.ids().iter().map(String::as_str));
    let help = near.map_or(String::new(), |near| format!("; did you mean `{near}`?"));
    Complaint {
        rule: UNKNOWN_SUPPRESSION,
        span,
        message: format!("there is no rule `{rule}`{help}"),
    }
}
