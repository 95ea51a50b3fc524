//! Sites from syntax alone. The fixtures carry their expectations: `//@ kind verdict cost` at the end of a line is every
//! site of that line, several joined by `;`; `//@<=24 …` and `//@>=25 …` hold for some versions only.

use heaplint::site::{GoVersion, Site, Verdict};

use crate::pipeline::{everything, run};

fn describe(site: &Site) -> String {
    let verdict = match &site.verdict {
        Verdict::Heap(reason) => format!(
            "heap:{}",
            serde_json::to_value(reason).unwrap().as_str().unwrap()
        ),
        other => other.as_str().to_owned(),
    };
    format!("{} {verdict} {}", site.kind.as_str(), site.cost.as_str())
}

/// The sites that the line's comments want for version `go`.
fn wanted(line: &str, go: u16) -> Vec<String> {
    let mut sites = Vec::new();
    for part in line.split("//@").skip(1) {
        let (range, rest) = part.split_at(part.find(' ').unwrap_or(part.len()));
        let holds = match (range.strip_prefix("<="), range.strip_prefix(">=")) {
            (Some(n), _) => go <= n.parse().unwrap(),
            (_, Some(n)) => go >= n.parse().unwrap(),
            _ => true,
        };
        if holds {
            sites.extend(
                rest.split(';')
                    .map(|s| s.trim().to_owned())
                    .filter(|s| !s.is_empty()),
            );
        }
    }
    sites.sort();
    sites
}

#[track_caller]
fn check(text: &str) {
    for go in [21, 23, 24, 25, 27] {
        let run = run(text, GoVersion(go), &everything());
        assert!(run.parses);
        for (number, line) in (1..).zip(text.lines()) {
            let here = run
                .sites
                .iter()
                .filter(|s| run.src.line_col(s.pos).line == number);
            let mut found: Vec<String> = here.map(describe).collect();
            found.sort();
            assert_eq!(found, wanted(line, go), "Go 1.{go}, line {number}: {line}");
        }
    }
}

#[test]
fn sizes_are_judged_by_the_limits_of_the_version() {
    check(include_str!("../data/sites/sizes.go"));
}

#[test]
fn names_that_are_declared_anew_decide_nothing() {
    check(include_str!("../data/sites/shadowed.go"));
}

#[test]
fn what_go_and_defer_start_is_decided() {
    check(include_str!("../data/sites/calls.go"));
}

#[test]
fn a_condition_names_the_size() {
    let text = "package p\nfunc f(n int) { _ = make([]int64, n+1) }\n";
    let run = run(text, GoVersion(27), &everything());
    let condition = match &run.sites[0].cost {
        heaplint::site::Cost::Maybe(condition) => condition.as_str(),
        other => panic!("{other:?}"),
    };
    assert_eq!(condition, "(n+1) * 8 > 32 bytes");
    assert_eq!(run.sites[0].function.as_str(), "f");
    assert_eq!(run.sites[0].expr, "make([]int64, n+1)");
}

#[test]
fn many_names_and_literals_stay_cheap() {
    use std::fmt::Write;
    let mut text = String::from("package p\nfunc f(n int) {\n");
    for i in 0..20_000 {
        writeln!(text, "{{ x := {i}; go func() {{ use(x, n) }}() }}").unwrap();
    }
    text.push_str("}\n");
    let start = std::time::Instant::now();
    let run = run(&text, GoVersion(27), &everything());
    assert_eq!(run.sites.len(), 20_000);
    assert!(start.elapsed().as_secs() < 20, "{:?}", start.elapsed());
}
