//! Promises to allocate nothing.
//!
//! `tests/data/contract/cases.go` asks what the tests of gVisor's checkescape ask (`tools/checkescape/test1` and `test2`),
//! in our own words. Their tool looks at machine code; ours predicts it. The answers:
//!
//! | case there | theirs | ours |
//! | --- | --- | --- |
//! | arguments: interface, pointer | nothing | nothing |
//! | map, closure, slice, append, channel, address of a local; directly, by a call, from another package | escapes | `noalloc` |
//! | interface call, call of a function value; directly, by a call, with structs, generic | interface, dynamic | `noalloc-unprovable` |
//! | stack split | stack | nothing: a stack that grows is not counted |
//! | generic: identity, delegate, method expression, numbers, lookup | nothing | nothing |
//! | generic: `new(T)`, boxing, bytes of a string, closure | heap | `noalloc`, as its instances do |
//! | generic without any instance | by its constraint | `noalloc-unprovable`: only instances are code |
//! | generic scratch array | heap, to be safe | nothing: no instance has a large one |
//! | equality of interfaces, arrays, structs; assertions; receive; string iteration | dynamic | nothing: none of these allocates |
//! | boxing of a pointer, of a constant, of what stays in the frame | nothing | nothing |
//! | boxing of array, string, slice, number, pointers | heap | `noalloc` |
//! | `panic` with a formatted message | needs an exemption | nothing: the way ends there |
//! | one of two conversions exempt | the other | the other |
//! | bytes of a constant string that stay, that are returned; bytes of a string | nothing, heap, heap | the same |
//! | map lookup, delete, clear, iteration | stack | nothing |
//! | map update | builtin | `noalloc`: the map may have to grow |
//! | `make(map[int]int)` that is only measured | nothing | `noalloc`: nobody counts its entries |
//! | closure, array, `make` of a constant size that stay | nothing | nothing |
//! | array of 256 KiB | heap | `noalloc` |
//! | appends that the compiler buffers and moves at the return | builtin, at the return | `noalloc`, at the appends |
//! | append to a slice with room | nothing | `noalloc`: nobody counts the room |
//! | closure that appends: returned, called | nothing, builtin | the same |
//! | exemption on a call | its line | all that the call leads to |

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use heaplint::site::GoVersion;
use serde_json::Value;

use crate::command::{command, text};
use crate::pipeline::{everything, run};

type Lines = BTreeSet<(u32, String)>;

/// What `// want` comments ask for.
fn wanted(text: &str) -> Lines {
    let mut found = Lines::new();
    for (number, line) in (1..).zip(text.lines()) {
        if let Some((_, rules)) = line.split_once("// want ") {
            found.extend(rules.split(' ').map(|rule| (number, rule.to_owned())));
        }
    }
    found
}

#[track_caller]
fn same(found: &Lines, wanted: &Lines) {
    let missing: Vec<_> = wanted.difference(found).collect();
    let unwanted: Vec<_> = found.difference(wanted).collect();
    assert!(
        missing.is_empty() && unwanted.is_empty(),
        "missing: {missing:?}\nunwanted: {unwanted:?}"
    );
}

const ABOUT_PROMISES: [&str; 4] = [
    "noalloc",
    "noalloc-unprovable",
    "unknown-suppression",
    "unused-suppression",
];

#[test]
fn the_cases_of_checkescape_have_an_answer() {
    let text = include_str!("../data/contract/cases.go");
    let run = run(text, GoVersion::NEWEST, &everything());
    assert!(run.parses);
    let about = |rule: &str| ABOUT_PROMISES.contains(&rule);
    let findings = run.findings.iter().filter(|f| about(&f.rule));
    let found: Lines = findings
        .map(|f| (run.src.line_col(f.span.start).line, f.rule.clone()))
        .collect();
    same(&found, &wanted(text));
}

fn module() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/contract/module")
}

fn check(args: &[&str]) -> Value {
    let mut command = command(&module());
    command.args(["check", "--format", "json"]).args(args);
    let output = command.env_remove("HEAPLINT_NO_CACHE").output().unwrap();
    serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{}", text(&output.stderr)))
}

/// The findings about promises in `near`, as line, rule, message and steps.
fn near(json: &Value) -> Vec<(u32, String, String, Vec<String>)> {
    let findings = json["findings"].as_array().unwrap().iter();
    let in_near = findings.filter(|f| f["path"].as_str().unwrap().ends_with("near.go"));
    let about = in_near.filter(|f| ABOUT_PROMISES.contains(&f["rule"].as_str().unwrap()));
    about
        .map(|f| {
            let text = |v: &Value| v.as_str().unwrap().to_owned();
            let steps = f["flow"].as_array().cloned().unwrap_or_default();
            let step = |s: &Value| {
                let path = text(&s["path"]);
                let name = path.rsplit('/').next().unwrap();
                format!("{name}:{} {}", s["start"]["line"], text(&s["message"]))
            };
            (
                u32::try_from(f["start"]["line"].as_u64().unwrap()).unwrap(),
                text(&f["rule"]),
                text(&f["message"]),
                steps.iter().map(step).collect(),
            )
        })
        .collect()
}

#[test]
fn promises_reach_into_other_packages_and_the_cache() {
    let text = std::fs::read_to_string(module().join("near/near.go")).unwrap();
    let mut wanted = wanted(&text);
    for (word, rule) in [
        ("is nothing to exempt", "unused-suppression"),
        ("noaloc", "unknown-suppression"),
        ("return far.Inlined() //", "unknown-suppression"),
    ] {
        let line = text.lines().position(|l| l.contains(word)).unwrap();
        wanted.insert((u32::try_from(line).unwrap() + 1, rule.to_owned()));
    }
    let cache = Path::new(env!("CARGO_TARGET_TMPDIR")).join("contract-cache");
    let _ = std::fs::remove_dir_all(&cache);
    let cache = cache.to_str().unwrap();
    // The second time what `far` does comes out of the cache.
    for args in [
        &["near", "--no-cache"][..],
        &["near", "--cache-dir", cache],
        &["near", "--cache-dir", cache],
        &["near", "far", "--no-cache"],
    ] {
        let found = near(&check(args));
        let lines: Lines = found.iter().map(|f| (f.0, f.1.clone())).collect();
        same(&lines, &wanted);
        let deeper = found.iter().find(|f| f.2.contains("`deeper`")).unwrap();
        assert_eq!(
            deeper.2,
            "`deeper` may not allocate, but it calls `far.Deeper`, which allocates (address-of-literal)"
        );
    }
}

#[test]
fn the_way_to_an_allocation_is_shown() {
    let text = "package p\n\nvar sink *int\n\nfunc small() *int { return new(int) }\n\n//go:noinline\nfunc keep() {\n\tsink = \
                small()\n}\n\n//heaplint:noalloc\nfunc Root() {\n\tkeep()\n}\n";
    let run = run(text, GoVersion::NEWEST, &everything());
    let finding = run.findings.iter().find(|f| f.rule == "noalloc").unwrap();
    assert_eq!(
        finding.message,
        "`Root` may not allocate, but it allocates: `new(int)`, reached through keep → small"
    );
    assert_eq!(finding.function, "Root");
    let line = |offset| run.src.line_col(offset).line;
    assert_eq!(line(finding.span.start), 14);
    let steps = finding.trail.iter();
    let steps: Vec<(u32, &str)> = steps
        .map(|s| (line(s.span.start), s.note.as_str()))
        .collect();
    assert_eq!(
        steps,
        [
            (14, "calls keep"),
            (9, "calls small, which is inlined"),
            (5, "allocates: `new(int)`")
        ]
    );
}

#[test]
fn promises_are_suppressed_as_other_findings_are() {
    let text = "package p\n\n//heaplint:noalloc\nfunc f(n int) []int {\n\treturn make([]int, n) //heaplint:ignore noalloc -- \
                not yet\n}\n";
    let run = run(text, GoVersion::NEWEST, &everything());
    let finding = run.findings.iter().find(|f| f.rule == "noalloc").unwrap();
    assert_eq!(finding.suppressed.as_ref().unwrap().reason, "not yet");
}
