//! Sites, their verdicts and costs, as the pipeline finds them. The fixtures carry their expectations: `//@ kind verdict cost` at the end of a line is every
//! site of that line, several joined by `;`; `//@<=24 …` and `//@>=25 …` hold for some versions only.

use std::path::Path;

use heaplint::site::{GoVersion, Site, SiteKind, Verdict};

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

const VERSIONS: [u16; 5] = [21, 23, 24, 25, 27];

/// What each line of `text` has in Go `go`.
fn found(text: &str, go: u16) -> Vec<Vec<String>> {
    let run = run(text, GoVersion(go), &everything());
    assert!(run.parses);
    let mut lines = vec![Vec::new(); text.lines().count()];
    for site in &run.sites {
        lines[run.src.line_col(site.pos).line as usize - 1].push(describe(site));
    }
    lines.iter_mut().for_each(|l| l.sort());
    lines
}

/// Compares a fixture with what is found; with `HEAPLINT_BLESS` set it writes the fixture anew, to be read.
#[track_caller]
fn check(name: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/data/sites")
        .join(name);
    let text = std::fs::read_to_string(&path).unwrap();
    if std::env::var_os("HEAPLINT_BLESS").is_some() {
        std::fs::write(&path, blessed(&text)).unwrap();
        return;
    }
    for go in VERSIONS {
        for ((number, line), found) in (1..).zip(text.lines()).zip(found(&text, go)) {
            assert_eq!(
                found,
                wanted(line, go),
                "{name}: Go 1.{go}, line {number}: {line}"
            );
        }
    }
}

fn blessed(text: &str) -> String {
    let by_version: Vec<_> = VERSIONS.iter().map(|&go| found(text, go)).collect();
    let mut out = String::new();
    for (i, line) in text.lines().enumerate() {
        let code = line.split("//@").next().unwrap().trim_end();
        let (old, new) = (by_version[0][i].join("; "), by_version[4][i].join("; "));
        let turn = by_version
            .iter()
            .position(|v| v[i].join("; ") == new)
            .unwrap();
        let comment = |range: &str, sites: &str| match sites {
            "" => String::new(),
            _ => format!(" //@{range} {sites}"),
        };
        let comments = if turn == 0 {
            comment("", &new)
        } else {
            let from = VERSIONS[turn];
            comment(&format!("<={}", from - 1), &old) + &comment(&format!(">={from}"), &new)
        };
        out.extend([code, &comments, "\n"]);
    }
    out
}

#[test]
fn sizes_are_judged_by_the_limits_of_the_version() {
    check("sizes.go");
}

#[test]
fn names_that_are_declared_anew_mean_what_they_say() {
    check("shadowed.go");
}

#[test]
fn what_go_and_defer_start_is_decided() {
    check("calls.go");
}

#[test]
fn a_condition_names_the_size() {
    let text = "package p\nfunc f(n int) int64 { s := make([]int64, n+1); return s[0] }\n";
    let run = run(text, GoVersion(27), &everything());
    let made = run.sites.iter().find(|s| s.kind == SiteKind::MakeSlice);
    let made = made.unwrap();
    let condition = match &made.cost {
        heaplint::site::Cost::Maybe(condition) => condition.as_str(),
        other => panic!("{other:?}"),
    };
    assert_eq!(condition, "(n + 1) * 8 > 32 bytes");
    assert_eq!(made.function.as_str(), "f");
    assert_eq!(made.expr, "make([]int64, n+1)");
}

#[test]
fn many_names_and_literals_stay_cheap() {
    use std::fmt::Write;
    let mut text = String::from("package p\nfunc f(n int) {\n");
    for i in 0..20_000 {
        writeln!(text, "{{ x := {i}; go func() {{ use(x, n) }}() }}").unwrap();
    }
    text.push_str("}\nfunc use(_, _ int)\n");
    let start = std::time::Instant::now();
    let run = run(&text, GoVersion(27), &everything());
    let closures = run.sites.iter().filter(|s| s.kind == SiteKind::Closure);
    assert_eq!(closures.count(), 20_000);
    assert!(start.elapsed().as_secs() < 20, "{:?}", start.elapsed());
}
