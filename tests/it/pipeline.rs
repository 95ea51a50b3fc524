//! One Go file through the stages, for the tests of the stages around rules.

use std::sync::Arc;

use heaplint::base::glob::Patterns;
use heaplint::base::source::SourceFile;
use heaplint::directive;
use heaplint::driver::check_alone;
use heaplint::finding::Finding;
use heaplint::heat::{FileHeat, HeatConfig};
use heaplint::parse::parse_file;
use heaplint::rules::{Active, Snippet};
use heaplint::settings::Settings;
use heaplint::site::{GoVersion, Site};

/// A Go file and what the stages make of it.
pub struct Run {
    pub src: SourceFile,
    pub heat: FileHeat,
    pub sites: Vec<Site>,
    pub findings: Vec<Finding>,
    pub parses: bool,
}

pub fn no_marks(none: &Patterns) -> HeatConfig<'_> {
    HeatConfig {
        hot_functions: none,
        cold_functions: none,
        hot_file: false,
        cold_file: false,
        for_tests: false,
    }
}

pub fn run(text: &str, go: GoVersion, active: &Active) -> Run {
    let none = Patterns::default();
    run_with(text, go, active, &no_marks(&none))
}

pub fn run_with(text: &str, go: GoVersion, active: &Active, marks: &HeatConfig<'_>) -> Run {
    let alone = check_alone(text, go, marks, active);
    let parsed = parse_file(alone.src.text());
    let directives = directive::read(&alone.src, &parsed.ast);
    let heat = FileHeat::new(&alone.src, &parsed.ast, &directives.marks, marks);
    Run {
        src: alone.src,
        heat,
        sites: alone.sites,
        findings: alone.findings,
        parses: alone.parses,
    }
}

/// Every rule on, with default options.
pub fn everything() -> Active {
    Settings::defaults("".as_ref()).everything()
}

/// The rules that are on without any config.
pub fn recommended() -> Arc<Active> {
    Settings::defaults("".as_ref()).active_for("a.go".as_ref())
}

/// The pipeline as `rules test` wants it.
pub fn snippet(text: &str, active: &Active) -> Snippet {
    let run = run(text, GoVersion::NEWEST, active);
    let shown = run.findings.iter().filter(|f| f.suppressed.is_none());
    Snippet {
        parses: run.parses,
        findings: shown
            .map(|f| (f.rule.clone(), run.src.line_col(f.span.start).line))
            .collect(),
    }
}

/// The findings of `text` as `line rule`, suppressed ones with ` (suppressed)` behind, sorted by line.
pub fn findings(text: &str, active: &Active) -> Vec<String> {
    let run = run(text, GoVersion::NEWEST, active);
    let mut lines: Vec<(u32, String)> = run
        .findings
        .iter()
        .map(|f| {
            let line = run.src.line_col(f.span.start).line;
            let suppressed = if f.suppressed.is_some() {
                " (suppressed)"
            } else {
                ""
            };
            (line, format!("{line} {}{suppressed}", f.rule))
        })
        .collect();
    lines.sort();
    lines.into_iter().map(|(_, text)| text).collect()
}
