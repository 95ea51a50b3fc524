//! The examples in rule files are tests: every line of a bad one that ends in `// want rule-id` is found, no other line
//! is, and in good ones nothing is.
//!
//! A snippet is a whole file, declarations, or statements; the latter two are wrapped. Other rules may find things in it
//! without being named.

use crate::base::diag::ConfigError;
use crate::base::span::Span;
use crate::base::yaml::Problem;

use super::set::{Rule, RuleSet};

/// What became of a Go source.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Snippet {
    /// Whether it parsed without errors.
    pub parses: bool,
    /// Findings as rule id and line, from 1.
    pub findings: Vec<(String, u32)>,
}

/// What became of all examples.
#[derive(Clone, Debug, Default)]
pub struct ExampleReport {
    /// How many rules were tested.
    pub rules: usize,
    /// How many examples were run.
    pub examples: usize,
    /// What went wrong, at its line in the rule file.
    pub failures: Vec<ConfigError>,
}

/// Runs the examples of the rules that `wanted` says. `run` takes a Go file through the stages with all rules on.
pub fn test_examples(
    set: &RuleSet,
    wanted: impl Fn(&Rule) -> bool,
    run: &dyn Fn(&str) -> Snippet,
) -> ExampleReport {
    let mut report = ExampleReport::default();
    for rule in set.iter().filter(|r| wanted(r)) {
        report.rules += 1;
        let lists = [&rule.meta.bad, &rule.meta.good];
        for (texts, spans) in lists.into_iter().zip(&rule.examples) {
            for (text, &span) in texts.iter().zip(spans) {
                report.examples += 1;
                let bad = std::ptr::eq(texts, &raw const rule.meta.bad);
                let example = Example {
                    rule,
                    text,
                    span,
                    bad,
                };
                report.failures.extend(example.failures(run));
            }
        }
    }
    report
}

struct Example<'e> {
    rule: &'e Rule,
    text: &'e str,
    /// Its bytes in the rule file.
    span: Span,
    bad: bool,
}

impl Example<'_> {
    fn failures(&self, run: &dyn Fn(&str) -> Snippet) -> Vec<ConfigError> {
        let id = &self.rule.meta.id;
        let wanted = wants(self.text);
        let mut failures = Vec::new();
        if self.bad && !wanted.iter().any(|(rule, _)| rule == id) {
            failures.push(self.failure(1, format!("no line of this example says `// want {id}`")));
        }
        let (found, parses) = findings(self.text, run);
        if !parses && !wanted.iter().any(|(rule, _)| rule == super::SYNTAX_ERROR) {
            failures.push(self.failure(1, "this example does not parse".to_owned()));
        }
        for (rule, line) in wanted.iter().filter(|w| !found.contains(w)) {
            failures.push(self.failure(*line, format!("`{rule}` is wanted here and not found")));
        }
        for (rule, line) in found.iter().filter(|f| f.0 == *id && !wanted.contains(f)) {
            failures.push(self.failure(*line, format!("`{rule}` is found here and not wanted")));
        }
        failures
    }

    /// A failure at line `line` of the example.
    fn failure(&self, line: u32, message: String) -> ConfigError {
        let wanted = self
            .text
            .lines()
            .nth(line.saturating_sub(1) as usize)
            .unwrap_or_default()
            .trim();
        let source = self.span.text(self.rule.file.text());
        let at = memchr::memmem::find(source, wanted.as_bytes());
        let span = match at {
            Some(at) if !wanted.is_empty() => {
                let start = self.span.start + at as u32;
                Span::new(start, start + wanted.len() as u32)
            }
            _ => self.span,
        };
        ConfigError::new(&self.rule.file, Problem::new(span, message))
    }
}

/// The rules and lines that `// want` comments name.
fn wants(text: &str) -> Vec<(String, u32)> {
    let mut found = Vec::new();
    for (line, text) in (1..).zip(text.lines()) {
        let Some((_, ids)) = text.split_once("// want ") else {
            continue;
        };
        let ids = ids.split([' ', ',', '\t']).filter(|id| !id.is_empty());
        found.extend(ids.map(|id| (id.to_owned(), line)));
    }
    found
}

/// The findings in a snippet by its own lines, each rule once a line, and whether it parses in any wrapping.
fn findings(text: &str, run: &dyn Fn(&str) -> Snippet) -> (Vec<(String, u32)>, bool) {
    let mut last = Snippet::default();
    let mut lines_before = 0;
    for (before, after) in wrappings(text) {
        lines_before = before.matches('\n').count() as u32;
        last = run(&format!("{before}{text}{after}"));
        if last.parses {
            break;
        }
    }
    let parses = last.parses;
    let mut found: Vec<(String, u32)> = last
        .findings
        .into_iter()
        .map(|(rule, line)| (rule, line.saturating_sub(lines_before)))
        .collect();
    found.sort();
    found.dedup();
    (found, parses)
}

/// What may have to stand around a snippet, most probable last.
fn wrappings(text: &str) -> Vec<(String, &'static str)> {
    let code = |line: &&str| {
        let line = line.trim();
        !line.is_empty() && !line.starts_with("//")
    };
    let first = text.lines().find(code).unwrap_or_default().trim_start();
    if first.starts_with("package ") {
        return vec![(String::new(), "")];
    }
    let head = format!("package example{}", imports(text));
    let declarations = (format!("{head}\n\n"), "");
    let statements = (format!("{head}\n\nfunc example() {{\n"), "\n}\n");
    let keywords = ["func ", "type ", "import "];
    if keywords.iter().any(|k| first.starts_with(k)) {
        vec![statements, declarations]
    } else {
        vec![declarations, statements]
    }
}

/// Imports for the packages that examples commonly use, on the line of the package clause.
fn imports(text: &str) -> String {
    const PACKAGES: [&str; 24] = [
        "bufio",
        "bytes",
        "context",
        "encoding/json",
        "errors",
        "fmt",
        "io",
        "log",
        "log/slog",
        "maps",
        "math",
        "net/http",
        "os",
        "reflect",
        "regexp",
        "slices",
        "sort",
        "strconv",
        "strings",
        "sync",
        "sync/atomic",
        "time",
        "unicode",
        "unicode/utf8",
    ];
    if text.contains("import ") {
        return String::new();
    }
    let used = |path: &&&str| {
        let name = path.rsplit('/').next().unwrap_or(path);
        let called = format!("{name}.");
        let mentions = text.match_indices(&called);
        let mut before = mentions.map(|(at, _)| text[..at].chars().next_back());
        before.any(|c| c.is_none_or(|c| !c.is_alphanumeric() && c != '_' && c != '.'))
    };
    let clauses = PACKAGES
        .iter()
        .filter(used)
        .map(|path| ["; import \"", path, "\""]);
    clauses.flatten().collect()
}
