//! One Go file through the stages, for the tests of the stages around rules.

use heaplint::base::diag::{Diagnostic, Level};
use heaplint::base::glob::Patterns;
use heaplint::base::index::Idx;
use heaplint::base::source::{FileId, SourceFile};
use heaplint::base::span::Span;
use heaplint::directive;
use heaplint::escape::syntax::{self, PackageNames};
use heaplint::finding::Finding;
use heaplint::heat::{FileHeat, HeatConfig};
use heaplint::parse::parse_file;
use heaplint::rules::{Active, FileInput, Snippet, check_file};
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
    }
}

pub fn run(text: &str, go: GoVersion, active: &Active) -> Run {
    let none = Patterns::default();
    run_with(text, go, active, &no_marks(&none))
}

pub fn run_with(text: &str, go: GoVersion, active: &Active, marks: &HeatConfig<'_>) -> Run {
    let src = SourceFile::new("a.go", text.as_bytes());
    let file = FileId::from_usize(0);
    let parsed = parse_file(src.text());
    let ast = &parsed.ast;
    let directives = directive::read(&src, ast);
    let heat = FileHeat::new(&src, ast, &directives.marks, marks);
    let sites = syntax::sites(&syntax::FileInput {
        file,
        src: &src,
        ast,
        package: &PackageNames::new([(ast, src.text())]),
        heat: &heat,
        go,
        word: 8,
    });
    let diagnostics: Vec<Diagnostic> = parsed
        .errors
        .iter()
        .map(|e| Diagnostic {
            file,
            span: Span::new(e.pos, e.pos + 1),
            level: Level::Error,
            rule: heaplint::rules::SYNTAX_ERROR,
            message: e.message.clone(),
        })
        .collect();
    let findings = check_file(
        &FileInput {
            file,
            src: &src,
            package: "example",
            go,
            sites: &sites,
            directives: &directives,
            diagnostics: &diagnostics,
        },
        active,
    );
    Run {
        src,
        heat,
        sites,
        findings,
        parses: parsed.errors.is_empty(),
    }
}

/// Every rule on, with default options.
pub fn everything() -> Active {
    Settings::defaults("".as_ref()).everything()
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
