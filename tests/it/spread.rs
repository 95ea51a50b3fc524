//! Heat that comes by calls. In the fixture every line whose site is hot says what makes it so.

use std::path::{Path, PathBuf};

use heaplint::base::glob::Patterns;
use heaplint::site::{GoVersion, HotBy, SiteKind, Trait};
use serde_json::Value;

use crate::command::heaplint;
use crate::pipeline::{Run, everything, no_marks, recommended, run_with};

fn calls() -> Run {
    let text = include_str!("../data/heat/calls.go");
    let none = Patterns::default();
    let run = run_with(text, GoVersion::NEWEST, &recommended(), &no_marks(&none));
    assert!(run.parses);
    run
}

fn name(by: HotBy) -> String {
    serde_json::to_value(by)
        .unwrap()
        .as_str()
        .unwrap()
        .to_owned()
}

#[test]
fn heat_spreads_along_calls() {
    let run = calls();
    let text = String::from_utf8_lossy(run.src.text()).into_owned();
    let mut wrong = Vec::new();
    let mut seen = 0;
    for site in run.sites.iter().filter(|s| s.kind == SiteKind::New) {
        let line = run.src.line_col(site.pos).line;
        let written = text.lines().nth(line as usize - 1).unwrap();
        let wanted = written.split_once("// hot: ").map_or("", |w| w.1.trim());
        let by: Vec<String> = site.heat.hot_by().into_iter().map(name).collect();
        if by.join(" ") != wanted {
            wrong.push(format!("{line}: {by:?}, {:?}\n{written}", site.heat));
        }
        seen += 1;
    }
    assert!(seen > 25, "{seen}");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

fn alone(text: &str) -> Run {
    let none = Patterns::default();
    let run = run_with(text, GoVersion::NEWEST, &everything(), &no_marks(&none));
    assert!(run.parses);
    run
}

#[test]
fn pools_that_benchmarks_drain_make_their_values_hot() {
    let text = include_str!("../data/heat/pools.go");
    let run = alone(text);
    let mut seen = 0;
    for site in run.sites.iter().filter(|s| s.kind == SiteKind::New) {
        let line = run.src.line_col(site.pos).line;
        let written = text.lines().nth(line as usize - 1).unwrap();
        let (_, wanted) = written.split_once("// hot:").unwrap();
        let by: Vec<String> = site.heat.hot_by().into_iter().map(name).collect();
        assert_eq!(by.join(" "), wanted.trim(), "{line}: {:?}", site.heat);
        let found = run.findings.iter().filter(|f| f.span == site.span);
        let found = found.filter(|f| f.rule == "drained-pool").count();
        assert_eq!(found, usize::from(!wanted.trim().is_empty()), "{line}");
        seen += 1;
    }
    assert_eq!(seen, 10);
    assert_eq!(
        evidence(&run, "makeBuffer"),
        [
            "called at line 107 by newWrapper, made for its pool, which (*wrapper).take asks at line 115, called by \
             BenchmarkWrapper's measured loop at line 120, which puts nothing back"
        ]
    );
}

#[test]
fn fields_of_objects_that_are_made_anew_start_empty() {
    let text = include_str!("../data/heat/fields.go");
    let run = alone(text);
    let appends = run.sites.iter().filter(|s| s.kind == SiteKind::Append);
    let grown = appends.filter(|s| s.traits.has(Trait::MadeAnew));
    let grown: Vec<u32> = grown.map(|s| run.src.line_col(s.pos).line).collect();
    let marked = (1..).zip(text.lines());
    let marked: Vec<u32> = marked
        .filter(|(_, line)| line.ends_with("// anew"))
        .map(|(number, _)| number)
        .collect();
    assert_eq!(grown, marked);
}

#[test]
fn packages_for_tests_are_told_by_their_names() {
    let serving = [
        "net/http/httptest",
        "testing/iotest",
        "go.uber.org/zap/zaptest/observer",
        "example.com/app/internal/testutil",
        "encoding/json/internal/jsontest",
    ];
    for path in serving {
        assert!(heaplint::heat::serves_tests(path), "{path}");
    }
    let others = [
        "net/http",
        "example.com/contest",
        "example.com/latest/api",
        "test",
        "example.com/a/btest",
    ];
    for path in others {
        assert!(!heaplint::heat::serves_tests(path), "{path}");
    }
}

/// The evidence for the sites of the function `name`.
fn evidence(run: &Run, name: &str) -> Vec<String> {
    let made = run.sites.iter().filter(|s| s.kind == SiteKind::New);
    let mut own = made.filter(|s| s.function.as_str() == name);
    own.next().unwrap().heat.why.clone()
}

#[test]
fn the_way_of_the_heat_is_shown() {
    let run = calls();
    assert_eq!(
        evidence(&run, "make1"),
        [
            "called at line 29 by inner, called at line 27 by middle, called in a loop at line 23 by outer"
        ]
    );
    assert_eq!(
        evidence(&run, "count"),
        ["called by itself, directly or through others"]
    );
    assert_eq!(
        evidence(&run, "fromMarked"),
        ["called at line 223 by marked, which is marked hot"]
    );
    assert_eq!(
        evidence(&run, "square.area"),
        ["called in a loop at line 170 by areas"]
    );
}

fn module() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/heat/module")
}

fn in_module(args: &[&str]) -> Vec<u8> {
    let output = heaplint(&module(), args);
    assert!(output.status.code().is_some_and(|code| code < 2));
    output.stdout
}

/// Hot sites that cost something as `file:line`.
fn hot(args: &[&str]) -> Vec<String> {
    let out = in_module(&[&["dump", "sites"], args].concat());
    let out = String::from_utf8(out).unwrap();
    let mut places: Vec<String> = Vec::new();
    for line in out.lines() {
        let fields: Vec<&str> = line.split('\t').collect();
        if fields[4] == "hot" && fields[3] != "never" {
            let place = fields[0].rsplit_once(':').unwrap().0;
            places.push(place.rsplit('/').next().unwrap().to_owned());
        }
    }
    places.dedup();
    places
}

#[test]
fn benchmarks_and_other_packages_make_hot() {
    let codec = [
        "codec.go:17",
        "codec.go:25",
        "codec.go:29",
        "codec.go:35",
        "codec.go:38",
        "codec.go:41",
    ];
    assert_eq!(hot(&["codec"]), codec);
    // Whether test files are checked or only looked at makes no difference to the others.
    let tested = hot(&["codec", "--tests"]);
    assert!(codec.iter().all(|c| tested.contains(&(*c).to_owned())));
    assert!(!tested.contains(&"codec.go:32".to_owned()), "{tested:?}");
    let server = ["server.go:21", "server.go:30", "server.go:35"];
    assert_eq!(hot(&["server"]), server);
    assert!(hot(&["tools"]).is_empty());
    assert!(hot(&["server", "tools"]).contains(&"tools.go:8".to_owned()));
}

#[test]
fn handlers_are_what_the_config_says() {
    let dir = Path::new(env!("CARGO_TARGET_TMPDIR")).join("handlers");
    std::fs::create_dir_all(&dir).unwrap();
    let config = dir.join("none.yml");
    std::fs::write(&config, "hot: { handlers: [], services: [] }\n").unwrap();
    let config = config.to_str().unwrap();
    let named = ["server.go:35"];
    assert_eq!(hot(&["server", "--config", config]), named);
    std::fs::write(
        dir.join("own.yml"),
        "hot: { handlers: [\"func(string) *server.Page\"], services: [] }\n",
    )
    .unwrap();
    let own = dir.join("own.yml");
    let found = hot(&["server", "--config", own.to_str().unwrap()]);
    assert_eq!(found, ["server.go:21", "server.go:35"]);
}

#[test]
fn what_is_hot_by_requests_alone_is_a_note() {
    let dir = Path::new(env!("CARGO_TARGET_TMPDIR")).join("requests");
    std::fs::create_dir_all(&dir).unwrap();
    let rule = "id: hot-literal\nsummary: A literal that is hot\nlevel: warning\nmatch: { kind: address-of-literal, \
                verdict: heap, heat: hot }\nmessage: \"`{expr}`, {heat}\"\nwhy: It allocates.\nfix: Do not.\nexamples:\n  \
                bad: []\n  good: []\n";
    std::fs::write(dir.join("rule.yml"), rule).unwrap();
    let config = dir.join("config.yml");
    std::fs::write(
        &config,
        "extends: [none, ./rule.yml]\nrules: { hot-literal: warning }\n",
    )
    .unwrap();
    let out = in_module(&[
        "check",
        "--format",
        "json",
        "--config",
        config.to_str().unwrap(),
        "server",
        "codec",
    ]);
    let json: Value = serde_json::from_slice(&out).unwrap();
    let of = |line: u64| {
        let findings = json["findings"].as_array().unwrap().iter();
        let mut on_line = findings.filter(|f| f["start"]["line"] == line);
        on_line.next().unwrap().clone()
    };
    let page = of(21);
    assert_eq!(page["level"], "note");
    assert_eq!(page["site"]["hot_by"], serde_json::json!(["request"]));
    assert_eq!(
        page["site"]["heat_evidence"],
        serde_json::json!(["runs once a request: called at server.go:18 by Show"])
    );
    let record = of(17);
    assert_eq!(record["level"], "warning");
    assert_eq!(
        record["site"]["hot_by"],
        serde_json::json!(["benchmark", "every-turn"])
    );
    assert_eq!(
        record["site"]["heat_evidence"],
        serde_json::json!([
            "called at codec.go:12 by (*Decoder).Decode, called by BenchmarkDecode's measured loop at codec_test.go:8"
        ])
    );
}
