//! Sites to findings, by rules that are data.
//!
//! # Words
//!
//! | word | meaning |
//! | --- | --- |
//! | rule file | YAML in `rules/` (built in) or in a repository (named by config): [`schema::RuleFile`] |
//! | [`RuleSet`] | the rules there are, read and checked |
//! | [`Active`] | the rules that are on for a file, with levels and options applied |
//! | matcher | the compiled `match` of a rule; it answers yes, no, or unknown |
//!
//! Worked example: `rules/defer-in-loop.yml` says `match: { kind: defer, verdict: heap, cost: [always, maybe], heat: hot }`.
//! A site of kind `defer` meets the rules that can match that kind; this one answers yes if the other keys hold, and the
//! template `message` becomes the finding's message.
//!
//! # Invariants
//!
//! - No rule is in code. Five ids are known here because they speak of the run and not of sites: [`SYNTAX_ERROR`],
//!   [`UNKNOWN_SUPPRESSION`], [`UNUSED_SUPPRESSION`], [`NOALLOC`] and [`NOALLOC_UNPROVABLE`]; even their texts and levels
//!   are files.
//! - What is unknown is not reported.
//! - Findings come out in the order of the sites, then those about syntax and comments; [`crate::finding::number`] sorts.

mod active;
mod docs;
mod examples;
mod matcher;
mod message;
mod schema;
mod set;
mod suppress;

pub use active::Active;
pub use docs::{markdown, page};
pub use examples::{ExampleReport, Snippet, test_examples};
pub use message::phrase as reason_phrase;
pub use set::{
    NOALLOC, NOALLOC_UNPROVABLE, Rule, RuleSet, SYNTAX_ERROR, UNKNOWN_SUPPRESSION,
    UNUSED_SUPPRESSION,
};

use self::active::ActiveRule;
use self::matcher::Answer;
use self::suppress::Suppressions;
use crate::base::diag::{Diagnostic, Level};
use crate::base::source::{FileId, SourceFile};
use crate::base::span::Span;
use crate::directive::{Directives, Ignore};
use crate::finding::{Finding, Suppressed, normalise};
use crate::site::{FlowStep, GoVersion, Site};

/// What is known of a file when its rules are run.
#[derive(Clone, Copy, Debug)]
pub struct FileInput<'i> {
    /// The file.
    pub file: FileId,
    /// Its bytes.
    pub src: &'i SourceFile,
    /// Its package's import path, or its folder.
    pub package: &'i str,
    /// The compiler whose decisions the sites carry.
    pub go: GoVersion,
    /// Its sites, in any order.
    pub sites: &'i [Site],
    /// What its comments say.
    pub directives: &'i Directives,
    /// What earlier stages found wrong in it; their rule is the id of a rule about the run.
    pub diagnostics: &'i [Diagnostic],
    /// What was found by other means than sites.
    pub found: &'i [Found],
}

/// Something that was found by other means than sites; level and texts are its rule's.
#[derive(Clone, Debug)]
pub struct Found {
    /// The id of a rule about the run.
    pub rule: &'static str,
    /// Where.
    pub span: Span,
    /// The enclosing function as gc names it; empty outside of functions.
    pub function: String,
    /// What it is known by among those of its function and rule.
    pub expr: String,
    /// One sentence.
    pub message: String,
    /// The steps that lead to it.
    pub trail: Vec<FlowStep>,
    /// Whether a comment may suppress it.
    pub suppressible: bool,
}

/// The findings of one file, suppressed ones included and marked.
pub fn check_file(input: &FileInput<'_>, active: &Active) -> Vec<Finding> {
    let mut checker = Checker {
        input,
        active,
        suppressions: Suppressions::new(input.src, input.directives),
        findings: Vec::new(),
    };
    for site in input.sites {
        checker.site(site);
    }
    for diagnostic in input.diagnostics {
        checker.about_run(diagnostic.rule, diagnostic.span, &diagnostic.message, true);
    }
    for found in input.found {
        checker.found(found);
    }
    let complaints = checker.suppressions.complaints(input.directives, active);
    for c in complaints {
        checker.about_run(c.rule, c.span, &c.message, false);
    }
    checker.findings
}

/// The JSON Schema of rule files.
pub fn schema() -> schemars::Schema {
    schemars::schema_for!(schema::RuleFile)
}

struct Checker<'c> {
    input: &'c FileInput<'c>,
    active: &'c Active,
    suppressions: Suppressions<'c>,
    findings: Vec<Finding>,
}

impl Checker<'_> {
    fn site(&mut self, site: &Site) {
        let (input, active) = (self.input, self.active);
        active.each_match(site, input.go, |rule, answer| {
            let covered = self.suppressions.cover(&rule.id, site.span);
            if answer == Answer::Yes && !is_part(&self.findings, rule, site, input) {
                self.findings.push(at_site(input, rule, site, covered));
            }
        });
    }

    fn about_run(&mut self, rule: &'static str, span: Span, detail: &str, suppressible: bool) {
        let text = String::from_utf8_lossy(span.text(self.input.src.text())).into_owned();
        self.found(&Found {
            rule,
            span,
            function: String::new(),
            expr: text,
            message: detail.to_owned(),
            trail: Vec::new(),
            suppressible,
        });
    }

    fn found(&mut self, found: &Found) {
        let Some(rule) = self.active.rule(found.rule) else {
            return;
        };
        let covered = if found.suppressible {
            self.suppressions.cover(&rule.id, found.span)
        } else {
            None
        };
        self.findings.push(Finding {
            rule: rule.id.clone(),
            level: rule.level,
            file: self.input.file,
            span: found.span,
            message: rule.message.render_detail(&found.message),
            advice: None,
            package: self.input.package.to_owned(),
            function: found.function.clone(),
            expr: normalise(&found.expr),
            site: None,
            trail: found.trail.clone(),
            suppressed: covered.map(suppressed),
            old: None,
            fingerprint: 0,
            remedy: None,
        });
    }
}

/// Whether a rule has found what the site is a part of, on the same line: `&T{list: make([]int, 8)}` is one finding. What
/// a rule rewrites it finds everywhere.
fn is_part(findings: &[Finding], rule: &ActiveRule, site: &Site, input: &FileInput<'_>) -> bool {
    if rule.rewrites {
        return false;
    }
    let line = |span: Span| input.src.line_col(span.start).line;
    let around = |f: &&Finding| f.span.start <= site.span.start && site.span.end <= f.span.end;
    let near = findings
        .iter()
        .rev()
        .take_while(|f| line(f.span) == line(site.span));
    near.filter(around)
        .any(|f| f.rule == rule.id && f.span != site.span)
}

fn at_site(input: &FileInput<'_>, rule: &ActiveRule, site: &Site, by: Option<&Ignore>) -> Finding {
    Finding {
        rule: rule.id.clone(),
        level: loudness(rule.level, site),
        file: input.file,
        span: site.span,
        message: rule.message.render(site, input.go),
        advice: rule.advice(site, input.go),
        package: input.package.to_owned(),
        function: site.function.as_str().to_owned(),
        expr: normalise(&site.expr),
        site: Some(Box::new(site.clone())),
        trail: Vec::new(),
        suppressed: by.map(suppressed),
        old: None,
        fingerprint: 0,
        remedy: None,
    }
}

/// Once a request is often, but seldom worth more than a note.
fn loudness(level: Level, site: &Site) -> Level {
    if site.heat.is_only_per_request() {
        level.min(Level::Note)
    } else {
        level
    }
}

fn suppressed(by: &Ignore) -> Suppressed {
    Suppressed {
        by: by.comment,
        reason: by.reason.clone(),
    }
}
