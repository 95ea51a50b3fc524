//! Sites, their verdicts and costs, as the pipeline finds them. The fixtures carry their expectations: `//@ kind verdict cost` at the end of a line is every
//! site of that line, several joined by `;`; `//@<=24 …` and `//@>=25 …` hold for some versions only.

use std::path::Path;

use heaplint::site::{GoVersion, Site, SiteKind, Trait, Verdict};

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
    for site in run.sites.iter().filter(|s| s.kind.is_allocation()) {
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
fn slices_that_grow_in_the_frame_are_moved_where_they_are_handed_on() {
    check("moved.go");
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

/// The sites of kind `kind` with what rules can ask of them: callee, how it is called, and the traits among `asked`.
fn facts(text: &str, kind: SiteKind, asked: &[Trait]) -> Vec<String> {
    let run = run(text, GoVersion(27), &everything());
    assert!(run.parses);
    let sites = run.sites.iter().filter(|s| s.kind == kind);
    sites
        .map(|site| {
            let traits = asked.iter().filter(|&&t| site.traits.has(t));
            let words = traits.map(|t| {
                serde_json::to_value(t)
                    .unwrap()
                    .as_str()
                    .unwrap()
                    .to_owned()
            });
            let line = run.src.line_col(site.pos).line;
            let call = site.call.map(|c| format!("{c:?}")).unwrap_or_default();
            let words: Vec<_> = words.collect();
            let parts = [line.to_string(), site.callee.clone(), call, words.join(" ")];
            parts
                .iter()
                .filter(|p| !p.is_empty())
                .cloned()
                .collect::<Vec<_>>()
                .join(" ")
        })
        .collect()
}

#[test]
fn what_a_value_is_passed_to_is_named_with_its_import_path() {
    let text = "package p
import (\"fmt\"; \"io\"; \"os\"; \"sync\")
var pool sync.Pool
func f(r io.Reader, g func(any), n []int) {
	fmt.Println(n)
	pool.Put(n)
	g(n)
	os.Stdout.WriteString(fmt.Sprint(n))
	wrapped(n)
}
func wrapped(n []int) { fmt.Print(n) }
";
    assert_eq!(
        facts(text, SiteKind::InterfaceConversion, &[]),
        [
            "5 fmt.Println Static",
            "6 (*sync.Pool).Put Static",
            "7 FuncValue",
            "8 fmt.Sprint Static",
            "11 fmt.Print Static",
        ]
    );
    let text = "package p
import \"io\"
func f(r io.Reader) { var buf [8]byte; r.Read(buf[:]) }
";
    assert_eq!(
        facts(text, SiteKind::Variable, &[]),
        ["3 (io.Reader).Read Interface"]
    );
}

#[test]
fn calls_are_sites_if_a_rule_names_them_inlined_or_not() {
    let text = "package p
import (\"errors\"; \"fmt\"; \"regexp\"; \"time\")
func f(text string) {
	regexp.MustCompile(\"a\")
	regexp.MustCompile(text)
	_ = errors.New(\"a\")
	_ = errors.New(text)
	_ = fmt.Errorf(\"a\")
	_ = fmt.Errorf(\"a %s\", text)
	func() { <-time.After(time.Second) }()
}
";
    assert_eq!(
        facts(text, SiteKind::Call, &[Trait::ConstantArguments]),
        [
            "4 regexp.MustCompile Static constant-arguments",
            "5 regexp.MustCompile Static",
            "6 errors.New Static constant-arguments",
            "7 errors.New Static",
            "8 fmt.Errorf Static constant-arguments",
            "9 fmt.Errorf Static",
            "10 time.After Static constant-arguments",
        ]
    );
    let none = heaplint::rules::Active::new(heaplint::rules::RuleSet::builtin(), |_| None, &[]);
    let quiet = run(text, GoVersion(27), &none);
    assert!(quiet.sites.iter().all(|s| s.kind.is_allocation()));
}

#[test]
fn what_grows_in_a_loop_is_known_by_where_it_starts_and_how_often_it_grows() {
    let text = "package p
func f(list []int, ch chan int, given []int) (named []int, m map[int]int) {
	var a, b, c, d []int
	e := make([]int, 0, 9)
	for i := range list {
		a = append(a, i)
		if i > 3 {
			b = append(b, i)
		}
		for range list {
			c = append(c, i)
		}
		e = append(e, i)
		given = append(given, i)
		named = append(named, i)
	}
	for range ch {
		d = append(d, 1)
	}
	for i := 0; i < len(list); i++ {
		var inner []int
		inner = append(inner, i)
		if i > 5 {
			continue
		}
		a = append(a, len(inner), len(b), len(c), len(d), len(e))
	}
	return named, nil
}
";
    let asked = [Trait::StartsEmpty, Trait::CountKnown];
    assert_eq!(
        facts(text, SiteKind::Append, &asked),
        [
            "6 starts-empty count-known",
            "8 starts-empty",
            "11 starts-empty",
            "13 count-known",
            "14 count-known",
            "15 starts-empty count-known",
            "18 starts-empty",
            "22 starts-empty",
            "26 starts-empty",
        ]
    );
    let text = "package p
func f(list []int, given map[int]int) int {
	m, n := map[int]int{}, make(map[int]int, 9)
	s := \"\"
	for _, v := range list {
		m[v] = 1
		n[v]++
		given[v], s = 2, s+\"x\"
		t := \"\"
		t += s
		s += t
	}
	return len(m) + len(n) + len(s)
}
";
    let doubled = "package p
type table struct{ list []int }
func f(t *table, s []int, n int) []int {
	for len(s) < n {
		s = make([]int, len(s)*2)
		t.list = make([]int, 2*cap(t.list)+1)
		s = make([]int, 0, len(s)<<1)
		s = make([]int, len(s)+2)
		s = make([]int, 2*len(t.list))
		grown := make([]int, 2*len(s))
		copy(grown, s)
	}
	return s
}
";
    assert_eq!(
        facts(doubled, SiteKind::MakeSlice, &[Trait::Doubles]),
        ["5 doubles", "6 doubles", "7 doubles", "8", "9", "10"]
    );
    assert_eq!(
        facts(text, SiteKind::MapAssign, &asked),
        [
            "6 starts-empty count-known",
            "7 count-known",
            "8 count-known"
        ]
    );
    assert_eq!(
        facts(text, SiteKind::Concatenation, &[Trait::GrowsItself]),
        ["8", "10", "11 grows-itself"]
    );
}

#[test]
fn a_literal_that_is_only_inlined_has_its_sites() {
    let text = "package p
func f(list []int) (out []int) {
	add := func(v int) { out = append(out, v) }
	for _, v := range list {
		add(v)
	}
	return out
}
";
    assert_eq!(facts(text, SiteKind::Append, &[]), ["3"]);
}

#[test]
fn parameters_tell_whether_they_leak() {
    let text = "package p
var sink *int
func keep(p *int, q **int, r, s *int) *int {
	sink = p
	sink = *q
	return r
}
";
    let asked = [
        Trait::LeaksToHeap,
        Trait::LeaksContent,
        Trait::LeaksToResult,
    ];
    assert_eq!(
        facts(text, SiteKind::Parameter, &asked),
        ["3 leaks-to-heap", "3 leaks-content", "3 leaks-to-result"]
    );
}

#[test]
fn a_function_counts_its_places_that_allocate_and_may_run() {
    let text = "package p
func f(a, b string, n int) []string {
	if n > 3 {
		panic(a + b)
	}
	go f(a, b, n+1)
	return []string{a + b, b + a}
}
";
    let run = run(text, GoVersion(27), &everything());
    let function = run.sites.iter().find(|s| s.kind == SiteKind::Function);
    assert_eq!(function.unwrap().count, 4);
}

#[test]
fn flows_speak_of_the_source_and_not_of_the_compilers_variables() {
    let source = "package p\n\nimport (\n\t\"fmt\"\n\t\"io\"\n)\n\nfunc name(i int) string { return fmt.Sprint(i) }\n\nfunc log(w io.Writer, xs []int, ys []string) []string {\n\tfor _, x := range xs {\n\t\tys = append(ys, name(x))\n\t\tfmt.Fprintln(w, name(x))\n\t}\n\treturn ys\n}\n";
    let run = run(source, GoVersion::NEWEST, &everything());
    let flows = run.sites.iter().flat_map(|s| &s.flow);
    let notes: Vec<&str> = flows.map(|step| step.note.as_str()).collect();
    for wanted in [
        "the address of the storage of `name(…)` goes to the slice of variadic arguments (slice-literal-element)",
        "the address of the storage of `append(ys, name(…))` goes to `ys` (assign)",
    ] {
        assert!(notes.contains(&wanted), "{wanted}: {notes:#?}");
    }
    let made_up = |note: &&str| {
        ["~r", "~R", ".autotmp", "... argument"]
            .iter()
            .any(|name| note.contains(name))
    };
    assert!(!notes.iter().any(made_up), "{notes:#?}");
}
