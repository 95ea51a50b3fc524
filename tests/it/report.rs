//! Reports: every format against a golden file, and what hostile or large input does to them.
//!
//! The sample has what is hard to write down: a path with a blank and a letter outside ASCII, tabs, an emoji before a
//! column, CRLF, a region over three lines, a flow through two files, a suppressed finding. With `HEAPLINT_BLESS=1`
//! the golden files are written instead of compared; read the difference before committing it.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use heaplint::base::diag::{ConfigError, Level};
use heaplint::base::index::Idx;
use heaplint::base::source::{FileId, SourceFile};
use heaplint::base::span::Span;
use heaplint::base::symbol::Symbol;
use heaplint::finding::{Finding, Group, Precision, RuleMeta, Suppressed, number};
use heaplint::report::{
    Format, Notice, Options, Parts, Places, Report, RuleDoc, Style, Summary, emit, line_hashes,
    write_config_errors, write_notices, write_summary,
};
use heaplint::site::{
    CallKind, Cost, FlowStep, Heat, Reason, Site, SiteKind, Traits, TypeKind, Verdict,
};
use serde_json::Value;

const DATA: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/report");

const POINTS: usize = 0;
const KEEP: usize = 1;

const OPTIONS: Options = Options {
    style: Style::PLAIN,
    sarif_category: None,
    show_suppressed: false,
};

fn file(path: &str) -> Arc<SourceFile> {
    let text = std::fs::read(Path::new(DATA).join(path)).unwrap();
    Arc::new(SourceFile::new(path, text))
}

/// The bytes of `needle` in `file`, which must have it.
fn span(file: &SourceFile, needle: &str) -> Span {
    let text = std::str::from_utf8(file.text()).unwrap();
    let start = text.find(needle).unwrap();
    Span::new(start as u32, (start + needle.len()) as u32)
}

fn finding(rule: &str, level: Level, file: usize, span: Span, message: &str) -> Finding {
    Finding {
        rule: rule.into(),
        level,
        file: FileId::from_usize(file),
        span,
        message: message.into(),
        package: "example.com/codec".into(),
        function: String::new(),
        expr: message.into(),
        site: None,
        trail: Vec::new(),
        advice: None,
        suppressed: None,
        old: None,
        fingerprint: 0,
        remedy: None,
    }
}

fn site(kind: SiteKind, file: usize, span: Span) -> Box<Site> {
    Box::new(Site {
        kind,
        file: FileId::from_usize(file),
        span,
        pos: span.start,
        function: Symbol::intern("Print"),
        expr: "p".into(),
        ty: "Point".into(),
        size: Some(16),
        type_kind: Some(TypeKind::Struct),
        target: "any".into(),
        callee: "fmt.Println".into(),
        call: Some(CallKind::Static),
        traits: Traits::default(),
        count: 0,
        verdict: Verdict::Heap(Reason::Argument),
        cost: Cost::Always,
        heat: Heat {
            loop_depth: 1,
            why: vec!["in the body of the loop at line 8".into()],
            ..Heat::default()
        },
        flow: Vec::new(),
    })
}

fn step(file: usize, span: Span, note: &str) -> FlowStep {
    FlowStep {
        file: FileId::from_usize(file),
        span,
        note: note.into(),
    }
}

fn rule(id: &str, level: Option<Level>) -> RuleDoc {
    let meta = RuleMeta {
        id: id.into(),
        summary: format!("What {id} finds"),
        level,
        group: Group::Recommended,
        since: "0.1.0".into(),
        tags: vec!["allocation".into(), "performance".into()],
        precision: Precision::High,
        why: "Each iteration allocates.\n\nThe collector has to find it again.".into(),
        fix: "Take it out of the loop. Or reuse one value.".into(),
        references: vec!["https://go.dev/doc/gc-guide".into()],
        rewrites: Vec::new(),
        options: Vec::new(),
        bad: vec!["for range ps {\n    sink(new(Point)) // want rule\n}\n".into()],
        good: vec!["p := new(Point)\n".into()],
        origin: None,
        about_run: false,
    };
    let markdown = format!("{}\n\n## What to do\n\n{}", meta.why, meta.fix);
    RuleDoc { meta, markdown }
}

fn findings(points: &SourceFile, keep: &SourceFile) -> Vec<Finding> {
    let boxed = span(points, "p)\n\t}");
    let boxed = Span::new(boxed.start, boxed.start + 1);
    let mut boxing = finding(
        "boxing-in-loop",
        Level::Warning,
        POINTS,
        boxed,
        "`p` (Point) is boxed in any on every iteration",
    );
    boxing.function = "Print".into();
    boxing.site = Some(site(SiteKind::InterfaceConversion, POINTS, boxed));

    let moved = span(points, "q := p");
    let moved = Span::new(moved.start, moved.start + 1);
    let mut outliving = finding(
        "outlives-loop",
        Level::Error,
        POINTS,
        moved,
        "`q` is moved to the heap on every iteration",
    );
    outliving.function = "Last".into();
    let mut variable = site(SiteKind::Variable, POINTS, moved);
    variable.flow = vec![
        step(POINTS, span(points, "&q"), "address of q is stored in last"),
        step(KEEP, span(keep, "sink = p"), "stored in sink [global]"),
    ];
    outliving.site = Some(variable);

    let made = span(points, "make(\n\t\t\t[]byte,\n\t\t\tn,\n\t\t)");
    let mut sized = finding(
        "make-runtime-size",
        Level::Note,
        POINTS,
        made,
        "`make([]byte, n)` has a size that only the run knows",
    );
    sized.function = "Fill".into();
    let mut make = site(SiteKind::MakeSlice, POINTS, made);
    make.verdict = Verdict::Stack;
    make.cost = Cost::Maybe("n > 32".into());
    make.size = None;
    sized.site = Some(make);

    let label = span(points, "+ fmt");
    let mut silenced = finding(
        "concat-in-loop",
        Level::Warning,
        POINTS,
        label,
        "`label` is concatenated",
    );
    silenced.suppressed = Some(Suppressed {
        by: label,
        reason: "only in tests".into(),
    });
    let strange = span(keep, "sink *Point");
    let odd = finding(
        "syntax-error",
        Level::Error,
        KEEP,
        strange,
        "unexpected `%`:\n::error::x, \u{1b}[31mred\u{202e}",
    );
    vec![odd, sized, boxing, silenced, outliving]
}

fn sample() -> Parts {
    let (points, keep) = (file("codec/points ü.go"), file("codec/keep.go"));
    let mut findings = findings(&points, &keep);
    number(&mut findings, |id| {
        ["codec/points ü.go", "codec/keep.go"][id.index()]
    });
    Parts {
        limit: None,
        compiler_lines: Vec::new(),
        findings,
        rules: [
            "outlives-loop",
            "make-runtime-size",
            "syntax-error",
            "concat-in-loop",
        ]
        .iter()
        .map(|id| rule(id, Some(Level::Error)))
        .chain([rule("boxing-in-loop", None)])
        .collect(),
        files: BTreeMap::from([
            (FileId::from_usize(POINTS), points),
            (FileId::from_usize(KEEP), keep),
        ]),
        summary: Summary {
            files: 2,
            bytes: 1_234_567,
            packages: 1,
            missing_imports: vec![
                "example.com/b".into(),
                "example.com/a".into(),
                "example.com/b".into(),
            ],
            elapsed: None,
        },
        notices: vec![Notice {
            path: Some(PathBuf::from("codec/locked.go")),
            level: Level::Warning,
            message: "permission denied".into(),
        }],
        places: Places {
            cwd: "/somewhere/repo/tests".into(),
            root: "/somewhere/repo".into(),
        },
    }
}

fn text(format: Format, report: &Report, options: &Options) -> String {
    let mut out = Vec::new();
    emit(format, report, options, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

fn json(format: Format, report: &Report, options: &Options) -> Value {
    serde_json::from_str(&text(format, report, options)).unwrap()
}

/// Compares with, or blesses, `tests/data/report/golden/NAME`.
#[track_caller]
fn check_golden(name: &str, actual: &str) {
    let path = Path::new(DATA).join("golden").join(name);
    if std::env::var_os("HEAPLINT_BLESS").is_some() {
        std::fs::write(&path, actual).unwrap();
    }
    let expected = std::fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(
        actual, expected,
        "{name} differs; HEAPLINT_BLESS=1 writes it anew"
    );
}

#[test]
fn every_format_writes_its_golden_file() {
    let report = Report::new(sample());
    for (format, name) in [
        (Format::Human, "human.txt"),
        (Format::Concise, "concise.txt"),
        (Format::Json, "report.json"),
        (Format::Sarif, "report.sarif"),
        (Format::Github, "github.txt"),
        (Format::Markdown, "summary.md"),
    ] {
        check_golden(name, &text(format, &report, &OPTIONS));
    }
}

#[test]
fn a_terminal_gets_ascii_and_colour_as_it_can() {
    let report = Report::new(sample());
    let plain = text(Format::Human, &report, &OPTIONS);
    assert!(!plain.contains('\u{1b}'));
    let with = |style| text(Format::Human, &report, &Options { style, ..OPTIONS });
    let ascii = with(Style {
        unicode: false,
        ..Style::PLAIN
    });
    assert!(!ascii.contains('╭') && ascii.contains('|'));
    let color = with(Style {
        color: true,
        ..Style::PLAIN
    });
    assert!(color.contains("\u{1b}[33m"));
    assert!(
        !color.contains("\u{1b}[31mred"),
        "escapes of the repository act"
    );
}

#[test]
fn the_order_of_findings_does_not_hang_on_the_order_of_threads() {
    let forward = Report::new(sample());
    let mut parts = sample();
    parts.findings.reverse();
    parts.rules.reverse();
    let backward = Report::new(parts);
    for format in Format::ALL {
        assert_eq!(
            text(format, &forward, &OPTIONS),
            text(format, &backward, &OPTIONS)
        );
    }
}

#[test]
fn no_format_tells_where_the_checkout_lies() {
    let report = Report::new(sample());
    for format in Format::ALL {
        assert!(
            !text(format, &report, &OPTIONS).contains("somewhere"),
            "{format:?}"
        );
    }
}

#[test]
fn the_summary_names_figures_and_what_was_missing() {
    let mut parts = sample();
    parts.summary.elapsed = Some(Duration::from_millis(500));
    let report = Report::new(parts);
    let mut out = Vec::new();
    write_notices(&report, Style::PLAIN, &mut out).unwrap();
    write_summary(&report, Style::PLAIN, &mut out).unwrap();
    check_golden("stderr.txt", &String::from_utf8(out).unwrap());
    assert_eq!(report.worst(), Some(Level::Error));
    assert_eq!(report.count(Level::Warning), 1);
}

#[test]
fn suppressed_findings_are_carried_only_on_demand() {
    let report = Report::new(sample());
    let all = Options {
        show_suppressed: true,
        ..OPTIONS
    };
    let results = |options: &Options| {
        let log = json(Format::Sarif, &report, options);
        log["runs"][0]["results"].as_array().unwrap().clone()
    };
    assert_eq!(results(&OPTIONS).len(), 4);
    let carried = results(&all);
    assert_eq!(carried.len(), 5);
    let marked: Vec<_> = carried
        .iter()
        .filter(|r| r.get("suppressions").is_some())
        .collect();
    assert_eq!(marked.len(), 1);
    assert_eq!(
        marked[0]["suppressions"][0]["justification"],
        "only in tests"
    );
    let findings = json(Format::Json, &report, &all)["findings"].clone();
    assert_eq!(findings.as_array().unwrap().len(), 5);
    assert!(!text(Format::Concise, &report, &all).contains("concat-in-loop"));
}

#[test]
fn a_category_is_written_so_that_github_reads_it() {
    let report = Report::new(sample());
    let none = json(Format::Sarif, &report, &OPTIONS);
    assert!(none["runs"][0].get("automationDetails").is_none());
    let named = Options {
        sarif_category: Some("heaplint/linux".into()),
        ..OPTIONS
    };
    let log = json(Format::Sarif, &report, &named);
    assert_eq!(log["runs"][0]["automationDetails"]["id"], "heaplint/linux/");
}

/// `n` findings in a file of `n` lines: every tenth an error, the others notes.
fn many(n: usize) -> Report {
    let line = "x := new(T)\n";
    let source = Arc::new(SourceFile::new("many.go", line.repeat(n).into_bytes()));
    let findings = (0..n).map(|i| {
        let level = if i % 10 == 0 {
            Level::Error
        } else {
            Level::Note
        };
        let start = (i * line.len()) as u32;
        finding("r", level, 0, Span::new(start, start + 1), "m")
    });
    Report::new(Parts {
        findings: findings.collect(),
        files: BTreeMap::from([(FileId::from_usize(0), source)]),
        ..Parts::default()
    })
}

#[test]
fn sarif_keeps_the_loudest_results_and_says_what_it_left_out() {
    let log = json(Format::Sarif, &many(6_000), &OPTIONS);
    let run = &log["runs"][0];
    let results = run["results"].as_array().unwrap();
    assert_eq!(results.len(), 5_000);
    let errors = results.iter().filter(|r| r["level"] == "error").count();
    assert_eq!(errors, 600);
    let notice = &run["invocations"][0]["toolExecutionNotifications"][0];
    let said = notice["message"]["text"].as_str().unwrap();
    assert!(said.starts_with("1,000 results left out"), "{said}");
    assert_eq!(
        json(Format::Json, &many(6_000), &OPTIONS)["findings"]
            .as_array()
            .unwrap()
            .len(),
        6_000
    );
}

#[test]
fn a_sarif_name_never_repeats_the_id() {
    let report = Report::new(Parts {
        rules: vec![rule("noalloc", None), rule("boxing-in-loop", None)],
        ..Parts::default()
    });
    let log = json(Format::Sarif, &report, &OPTIONS);
    let rules = &log["runs"][0]["tool"]["driver"]["rules"];
    let names: Vec<_> = rules
        .as_array()
        .unwrap()
        .iter()
        .map(|r| &r["name"])
        .collect();
    assert_eq!(names, [&"BoxingInLoop".into(), &serde_json::Value::Null]);
}

#[test]
fn github_gets_ten_of_a_level_and_the_count_of_the_rest() {
    let out = text(Format::Github, &many(200), &OPTIONS);
    let lines: Vec<&str> = out.lines().collect();
    assert_eq!(
        lines.iter().filter(|l| l.starts_with("::error ")).count(),
        10
    );
    assert_eq!(
        lines.iter().filter(|l| l.starts_with("::notice ")).count(),
        10
    );
    assert!(lines[0].starts_with("::error "));
    assert_eq!(
        lines[20],
        "heaplint: 10 errors, 170 notes more; GitHub shows 10 annotations of each level"
    );
}

#[test]
fn a_line_of_megabytes_is_cut_around_the_finding() {
    let mut line = vec![b'a'; 20_000_000];
    line[10_000_000..10_000_004].copy_from_slice(b"make");
    line[9_999_990] = 0xff;
    line[9_999_991] = 0x1b;
    let source = Arc::new(SourceFile::new("long.go", line));
    let at = Span::new(10_000_000, 10_000_004);
    let report = Report::new(Parts {
        findings: vec![finding("r", Level::Error, 0, at, &"m".repeat(100_000))],
        files: BTreeMap::from([(FileId::from_usize(0), source)]),
        ..Parts::default()
    });
    for format in Format::ALL {
        if format != Format::Json {
            let out = text(format, &report, &OPTIONS);
            assert!(out.len() < 20_000, "{format:?}: {}", out.len());
            assert!(!out.contains('\u{1b}'), "{format:?}");
        }
    }
    let human = text(Format::Human, &report, &OPTIONS);
    assert!(human.contains("[long.go:1:10000001]"), "{human}");
    assert!(human.contains("\u{fffd}␛aaaaaaaamakeaaaa"), "{human}");
}

#[test]
fn places_beyond_the_text_are_shown_at_its_end() {
    for (source, line) in [("", 1), ("a\n", 2), ("\u{feff}a", 1), ("a\r\nb", 2)] {
        let file = Arc::new(SourceFile::new("x.go", source.as_bytes()));
        let report = Report::new(Parts {
            findings: vec![finding("r", Level::Error, 0, Span::new(900, 901), "m")],
            files: BTreeMap::from([(FileId::from_usize(0), file)]),
            ..Parts::default()
        });
        let human = text(Format::Human, &report, &OPTIONS);
        assert!(
            human.contains(&format!("x.go:{line}:")),
            "{source:?}: {human}"
        );
        let region = &json(Format::Sarif, &report, &OPTIONS)["runs"][0]["results"][0]["locations"]
            [0]["physicalLocation"]["region"];
        assert_eq!(region["startLine"], line);
    }
}

#[test]
fn config_errors_are_shown_at_their_place() {
    let text = "rules:\n  boxing-in-lop: error\n  boxing-in-loop: off\n";
    let file = Arc::new(SourceFile::new("sub/.heaplint.yml", text.as_bytes()));
    let place = span(&file, "boxing-in-lop");
    let errors = [
        ConfigError {
            file: Arc::clone(&file),
            span: place,
            message: "there is no rule `boxing-in-lop`".into(),
            help: Some("did you mean `boxing-in-loop`?".into()),
            related: Some((span(&file, "boxing-in-loop"), "the one that exists".into())),
        },
        ConfigError {
            file: Arc::new(SourceFile::new("gone.yml", Vec::new())),
            span: Span::default(),
            message: "cannot be read: no such file".into(),
            help: None,
            related: None,
        },
    ];
    let mut out = Vec::new();
    write_config_errors(&errors, Style::PLAIN, &mut out).unwrap();
    check_golden("config.txt", &String::from_utf8(out).unwrap());
}

/// The values are those of an implementation of the same definition in another language. Microsoft's SARIF Multitool
/// (`rewrite --insert RollingHashPartialFingerprints`) gives the same for all but the byte order mark, which it drops
/// and the upload action keeps.
#[test]
fn line_hashes_are_those_of_the_upload_action() {
    let check = |text: &[u8], expected: &[&str]| {
        let wanted: BTreeSet<u32> = (1..=expected.len() as u32).collect();
        let hashes: Vec<String> = line_hashes(text, &wanted).into_values().collect();
        assert_eq!(hashes, expected, "{:?}", String::from_utf8_lossy(text));
    };
    let empty = "c129715d7a2bc9a3:1";
    check(b"", &[empty]);
    check(b"package p\n", &["cde080435e064ff1:1", empty]);
    check(b"package p", &["c150439ec292fb0b:1"]);
    check(
        b" a\nb\n  \t\tc\n d",
        &[
            "271789c17abda88f:1",
            "54703d4cd895b18:1",
            "180aee12dab6264:1",
            "a23a3dc5e078b07b:1",
        ],
    );
    check(
        b" hello; \t\r\nworld!!!\r\n\r\n\r  \t\tGreetings\r End",
        &[
            "8b7cf3e952e7aeb2:1",
            "b1ae1287ec4718d9:1",
            "bff680108adb0fcc:1",
            "c6805c5e1288b612:1",
            "b86d3392aea1be30:1",
            "e6ceba753e1a442:1",
        ],
    );
    check(
        "\u{feff}package p // Größe 😀\nvar x = 1\n".as_bytes(),
        &["c47c50f04ce3578b:1", "836af93fb4e2d8dc:1", empty],
    );
    check(
        b"\xff\xf0\x9f\x98y\nz\n",
        &["fd8f5d221d1778fc:1", "95de0951c928fa27:1", empty],
    );
}

#[test]
fn equal_line_hashes_are_numbered_over_the_whole_file() {
    let text = "x\n".repeat(53);
    let hashes = line_hashes(text.as_bytes(), &BTreeSet::from([1, 4, 99]));
    let hash = "c0fe7b2700d6c254";
    let expected = BTreeMap::from([(1, format!("{hash}:1")), (4, format!("{hash}:4"))]);
    assert_eq!(hashes, expected, "line 99 does not exist");
}
