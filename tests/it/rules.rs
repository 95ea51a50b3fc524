//! Rule files: their examples, their schema, what is said about wrong ones, and how a repository adds its own.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use heaplint::base::files::Files;
use heaplint::base::source::SourceFile;
use heaplint::base::span::Span;
use heaplint::base::yaml::Spanned;
use heaplint::rules::{self, RuleSet};
use heaplint::settings::Settings;

use crate::pipeline::{everything, findings, snippet};

/// Files in memory.
pub struct Memory(pub BTreeMap<PathBuf, Vec<u8>>);

impl Memory {
    pub fn new(files: &[(&str, &str)]) -> Memory {
        let entry = |(path, text): &(&str, &str)| (PathBuf::from(path), text.as_bytes().to_vec());
        Memory(files.iter().map(entry).collect())
    }
}

impl Files for Memory {
    fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
        self.0
            .get(path)
            .cloned()
            .ok_or_else(|| io::ErrorKind::NotFound.into())
    }

    fn exists(&self, path: &Path) -> bool {
        self.0.keys().any(|p| p.starts_with(path))
    }

    fn list(&self, path: &Path) -> Option<Vec<PathBuf>> {
        let found: Vec<PathBuf> = self
            .0
            .keys()
            .filter(|p| p.parent() == Some(path))
            .cloned()
            .collect();
        (!found.is_empty()).then_some(found)
    }
}

const GOOD: &str = r"id: my-rule
summary: A rule of our own
level: error
match: { kind: make-chan, not: { function: [main, $allowed] } }
message: '`{expr}` in {function}'
why: because
fix: do not
examples: { bad: [], good: [] }
";

fn load(text: &str) -> (RuleSet, Vec<String>) {
    let files = Memory::new(&[("repo/my.yml", text)]);
    let config = Arc::new(SourceFile::new("repo/.heaplint.yml", Vec::new()));
    let path = Spanned {
        value: "my.yml".to_owned(),
        span: Span::default(),
    };
    let (set, errors) = RuleSet::builtin().extended(&files, &config, &[path]);
    (set, errors.iter().map(ToString::to_string).collect())
}

#[test]
fn the_built_in_rules_are_sound() {
    let errors: Vec<String> = RuleSet::builtin_errors()
        .iter()
        .map(ToString::to_string)
        .collect();
    assert!(errors.is_empty(), "{errors:#?}");
    for rule in RuleSet::builtin() {
        let name = rule.file.path().file_name().unwrap().to_str().unwrap();
        assert_eq!(
            name,
            format!("{}.yml", rule.meta.id),
            "the file is called as the rule"
        );
        assert!(!rule.meta.since.is_empty(), "{name}: since");
        assert!(!rule.meta.tags.is_empty(), "{name}: tags");
        assert!(
            !rule.meta.bad.is_empty() && !rule.meta.good.is_empty(),
            "{name}: examples both ways"
        );
    }
    assert!(RuleSet::builtin().iter().count() >= 28);
}

#[test]
fn the_examples_of_the_built_in_rules_hold() {
    let active = everything();
    let report = rules::test_examples(RuleSet::builtin(), |_| true, &|text| snippet(text, &active));
    let failures: Vec<String> = report.failures.iter().map(ToString::to_string).collect();
    assert!(failures.is_empty(), "{}", failures.join("\n"));
    assert!(report.examples >= 2 * report.rules);
}

#[test]
fn a_failing_example_is_shown_at_its_line() {
    let text = GOOD.replace(
        "examples: { bad: [], good: [] }",
        "examples:\n  bad:\n    - |\n      x := 1 // want my-rule\n      _ = x\n  good:\n    - |\n      c := make(chan int)\n      _ = c\n",
    );
    let (set, errors) = load(&text.replace(", $allowed", ""));
    assert_eq!(errors, [""; 0]);
    let active = heaplint::rules::Active::new(&set, |m| m.level, &[]);
    let report = rules::test_examples(&set, |r| r.meta.id == "my-rule", &|t| snippet(t, &active));
    let failures: Vec<String> = report.failures.iter().map(ToString::to_string).collect();
    assert_eq!(
        failures,
        [
            "repo/my.yml:11:7: `my-rule` is wanted here and not found",
            "repo/my.yml:15:7: `my-rule` is found here and not wanted",
        ]
    );
    assert_eq!((report.rules, report.examples), (1, 2));
}

#[test]
fn mistakes_in_a_rule_file_are_all_shown_at_their_places() {
    let text = GOOD
        .replace("level: error", "level: eror\nsumary: twice")
        .replace("kind: make-chan", "kind: [make-chan, make-chn], heet: hot")
        .replace("{function}'", "{functoin} {'");
    let (_, errors) = load(&text);
    assert_eq!(
        errors,
        [
            "repo/my.yml:3:8: unknown value `eror` (did you mean `error`?)",
            "repo/my.yml:4:1: unknown key `sumary` (did you mean `summary`?)",
            "repo/my.yml:5:28: unknown value `make-chn` (did you mean `make-chan`?)",
            "repo/my.yml:5:39: unknown key `heet` (did you mean `heat`?)",
        ]
    );
    let (_, errors) = load(&GOOD.replace("{function}'", "{functoin} {'"));
    assert_eq!(
        errors,
        [
            "repo/my.yml:4:51: a name that starts with `$` has to stand alone",
            "repo/my.yml:5:10: unknown placeholder `{functoin}` (did you mean `function`?)",
            "repo/my.yml:5:10: a brace without its partner; write `{{` or `}}` for a brace",
        ]
    );
    let (_, errors) = load(
        &GOOD
            .replace("[main, $allowed]", "$allowed")
            .replace("my-rule", "My rule"),
    );
    assert_eq!(
        errors,
        [
            "repo/my.yml:1:5: `My rule` is no rule id (use lower-case words joined by hyphens)",
            "repo/my.yml:4:44: the rule has no option `allowed`",
        ]
    );
}

#[test]
fn a_rule_of_a_repository_is_added_or_replaces_one() {
    let (set, errors) = load(&GOOD.replace("[main, $allowed]", "main"));
    assert_eq!(errors, [""; 0]);
    assert_eq!(set.iter().count(), RuleSet::builtin().iter().count() + 1);
    let active = rules::Active::new(&set, |m| m.level.filter(|_| m.id == "my-rule"), &[]);
    let text = "package p\nfunc main() { _ = make(chan int) }\nfunc f() { _ = make(chan int) }\n";
    assert_eq!(findings(text, &active), ["3 my-rule"]);
    let (set, _) = load(
        &GOOD
            .replace("[main, $allowed]", "main")
            .replace("my-rule", "channel-in-loop"),
    );
    assert_eq!(set.iter().count(), RuleSet::builtin().iter().count());
    assert_eq!(
        set.get("channel-in-loop").unwrap().meta.origin.as_deref(),
        Some("repo/my.yml")
    );
}

#[test]
fn options_change_what_a_rule_matches() {
    let files = Memory::new(&[(
        "/r/.heaplint.yml",
        "rules: { oversized-local: { level: error, min-size: 1MiB } }\noverrides: [{ files: [cmd/**], rules: { oversized-local: off } }]\n",
    )]);
    let settings = Settings::load(&files, Path::new("/r/.heaplint.yml"));
    assert!(settings.errors.is_empty(), "{:?}", settings.errors);
    let text =
        "package p\nfunc f() {\n\tvar a [1 << 20]byte\n\tvar b [1 << 19]byte\n\tuse(a, b)\n}\n";
    assert_eq!(
        findings(text, &settings.active_for(Path::new("/r/a.go"))),
        ["3 oversized-local"]
    );
    assert_eq!(
        findings(text, &settings.active_for(Path::new("/r/cmd/a/a.go"))),
        [""; 0]
    );
}

#[test]
fn a_page_and_its_markdown_hold_what_the_file_holds() {
    let rule = &RuleSet::builtin().get("oversized-local").unwrap().meta;
    let (page, markdown) = (rules::page(rule), rules::markdown(rule));
    for text in [&page, &markdown] {
        for part in [
            rule.why.as_str(),
            rule.fix.as_str(),
            "min-size",
            &rule.references[0],
        ] {
            assert!(text.contains(part), "{part}");
        }
    }
    assert!(page.starts_with("oversized-local\n===============\n"));
    assert!(markdown.contains("```go\nfunc checksum"));
}

#[test]
fn the_committed_schemas_are_current() {
    let schemas = [
        ("config", heaplint::config::schema()),
        ("rule", rules::schema()),
    ];
    for (name, schema) in schemas {
        let path = format!(
            "{}/tests/data/schema/{name}.schema.json",
            env!("CARGO_MANIFEST_DIR")
        );
        let current = serde_json::to_string_pretty(&schema).unwrap() + "\n";
        if std::env::var_os("HEAPLINT_BLESS").is_some() {
            std::fs::write(&path, &current).unwrap();
        }
        let committed = std::fs::read_to_string(&path).unwrap_or_default();
        assert!(
            committed == current,
            "{path} is stale; HEAPLINT_BLESS=1 cargo test rewrites it"
        );
    }
}

#[test]
fn the_demo_shows_most_rules() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/demo");
    let active = everything();
    let mut rules = Vec::new();
    for file in [
        "book/book.go",
        "feed/feed.go",
        "report/report.go",
        "cmd/replay/main.go",
    ] {
        let text = std::fs::read_to_string(root.join(file)).unwrap();
        let found = findings(&text, &active);
        rules.extend(
            found
                .iter()
                .filter_map(|f| f.split(' ').nth(1))
                .map(str::to_owned),
        );
    }
    for rule in [
        "boxing-in-loop",
        "channel-in-loop",
        "closure-in-loop",
        "defer-in-loop",
        "goroutine-in-loop",
        "make-runtime-size",
        "oversized-allocation",
        "oversized-local",
        "unused-suppression",
    ] {
        assert!(rules.iter().any(|r| r == rule), "{rule}");
    }
}

#[test]
fn the_readme_has_the_table_of_rules() {
    let (begin, end) = ("<!-- rules: begin -->\n", "<!-- rules: end -->");
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md");
    let readme = std::fs::read_to_string(&path).unwrap();
    let from = readme.find(begin).unwrap() + begin.len();
    let to = readme.find(end).unwrap();
    let metas = RuleSet::builtin().metas();
    let mut table = Vec::new();
    heaplint::report::write_rule_table(&metas.iter().collect::<Vec<_>>(), &mut table).unwrap();
    let table = String::from_utf8(table).unwrap();
    if std::env::var_os("HEAPLINT_BLESS").is_some() {
        let anew = format!("{}{table}{}", &readme[..from], &readme[to..]);
        std::fs::write(&path, anew).unwrap();
    } else {
        assert_eq!(
            &readme[from..to],
            table,
            "HEAPLINT_BLESS=1 writes the table anew"
        );
    }
}

/// A rule of our own with the lines `more`, all others off, over `text`.
fn found_by(more: &str, text: &str) -> Vec<heaplint::finding::Finding> {
    let rule = GOOD.replace(
        "match: { kind: make-chan, not: { function: [main, $allowed] } }",
        more,
    );
    let (set, errors) = load(&rule);
    assert_eq!(errors, [""; 0]);
    let active = rules::Active::new(&set, |m| m.level.filter(|_| m.id == "my-rule"), &[]);
    crate::pipeline::run(text, heaplint::site::GoVersion(27), &active).findings
}

fn lines(more: &str, text: &str) -> Vec<u32> {
    let src = SourceFile::new("a.go", text.as_bytes());
    let found = found_by(more, text);
    found
        .iter()
        .map(|f| src.line_col(f.span.start).line)
        .collect()
}

#[test]
fn a_rule_asks_for_the_facts_of_a_site() {
    let text = "package p
import (\"fmt\"; \"io\")
func f(r io.Reader, g func(*int), names []string) (out []string) {
	var buf [8]byte
	r.Read(buf[:])
	n := 1
	g(&n)
	for _, name := range names {
		out = append(out, fmt.Sprint(name))
	}
	return out
}
";
    assert_eq!(
        lines("match: { kind: variable, call: interface }", text),
        [4]
    );
    assert_eq!(
        lines("match: { kind: variable, call: func-value }", text),
        [6]
    );
    assert_eq!(
        lines("match: { kind: variable, type-kind: [array, map] }", text),
        [4]
    );
    assert_eq!(
        lines("match: { has: [starts-empty, count-known] }", text),
        [9]
    );
    assert_eq!(lines("match: { kind: call, callee: 'fmt.*' }", text), [9]);
    assert_eq!(
        lines("match: { kind: call, callee: 'fmt.P*' }", text),
        [0; 0]
    );
    assert_eq!(
        lines("match: { kind: function, min-allocations: 3 }", text),
        [3]
    );
    assert_eq!(
        lines("match: { kind: function, min-allocations: 9 }", text),
        [0; 0]
    );
}

#[test]
fn only_rules_that_name_them_meet_calls_parameters_and_functions() {
    let text = "package p\nvar sink *int\nfunc f(p *int) { sink = p }\nfunc g() { f(new(int)) }\n";
    assert_eq!(
        lines("match: { cost: [never, maybe, always, unknown] }", text),
        [4]
    );
    assert_eq!(lines("match: { kind: [parameter, new] }", text), [3, 4]);
}

#[test]
fn advice_is_given_where_it_holds() {
    let advice = "match: { kind: make-slice }
advice:
  - { when: { max-size: 64 }, text: 'small: {type}' }
  - { when: [{ reason: global }, { reason: returned }], text: 'kept' }";
    let text = "package p
var sink []byte
func f(n int) []byte {
	sink = make([]byte, 64)
	sink = make([]byte, n)
	s := make([]byte, n, 1000)
	s[0] = 1
	return make([]byte, 65)
}
";
    let found = found_by(advice, text);
    let advice: Vec<_> = found.iter().map(|f| f.advice.clone().unwrap()).collect();
    assert_eq!(
        advice,
        [
            vec!["small: []byte", "kept"],
            vec!["kept"],
            vec![],
            vec!["kept"]
        ]
    );
    let plain = found_by("match: { kind: make-slice }", text);
    assert!(plain.iter().all(|f| f.advice.is_none()));
}

#[test]
fn a_preset_says_which_rules_are_on() {
    use heaplint::base::diag::Level;
    use heaplint::config::{Preset, starting_level};
    let levels = |group: &str| {
        let (set, errors) = load(
            &GOOD
                .replace("level: error", group)
                .replace(", $allowed", ""),
        );
        assert_eq!(errors, [""; 0]);
        let meta = set.get("my-rule").unwrap().meta.clone();
        let presets = [
            Preset::None,
            Preset::Recommended,
            Preset::Strict,
            Preset::All,
        ];
        presets.map(|preset| starting_level(preset, &meta))
    };
    let (note, warning) = (Some(Level::Note), Some(Level::Warning));
    assert_eq!(levels("level: note"), [None, note, warning, note]);
    assert_eq!(
        levels("level: note\npreset: strict"),
        [None, None, note, note]
    );
    assert_eq!(
        levels("level: warning\npreset: all"),
        [None, None, None, warning]
    );
    assert_eq!(levels("level: off"), [None, None, None, warning]);
}
