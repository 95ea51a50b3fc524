//! Escape analysis against what the compiler prints.
//!
//! `tests/data/escape/flows.go` has a small function for each way a value can go; `flows-1.NN.txt` is what
//! `go build -gcflags='-m -l'` of that version prints for it (language version 1.22, for Go 1.21 its own), without the
//! file name, sorted. `inlined.go` and `inlined-1.NN.txt` are the same with inlining, `-m` and language version 1.23.

use std::fmt::Write;
use std::path::Path;

use heaplint::base::index::Idx;
use heaplint::base::source::SourceFile;
use heaplint::base::symbol::Symbol;
use heaplint::escape::analysis::{Analysis, analyse};
use heaplint::escape::build::Context;
use heaplint::escape::cost::Costs;
use heaplint::escape::message::Printer;
use heaplint::escape::sites::{Extra, Sites};
use heaplint::escape::summary::{Callees, Summary};
use heaplint::inline;
use heaplint::ir::body::FuncRef;
use heaplint::ir::build::Source;
use heaplint::ir::node::FuncId;
use heaplint::ir::release::Release;
use heaplint::ir::{self, Package};
use heaplint::parse::parse_file;
use heaplint::site::{Cost, GoVersion, Reason, Site, Verdict};
use heaplint::types::package::Pkg;
use heaplint::types::sizes::Sizes;
use heaplint::types::version::GoVersion as Language;
use heaplint::types::{Config, FileInput, Import, Importer, PackageInput, check};

/// A world of one package.
struct Alone;

impl Importer for Alone {
    fn import(&self, _: Symbol) -> Import {
        Import::Missing
    }
}

impl Callees for Alone {
    fn summary(&self, _: FuncRef) -> Option<&Summary> {
        None
    }
}

impl ir::Callees for Alone {
    fn find(&self, _: FuncRef) -> Option<(&Package, FuncId)> {
        None
    }

    fn package(&self, _: Pkg) -> Option<&Package> {
        None
    }
}

/// What is found in one file, a package by itself, under Go 1.`minor`.
struct Found {
    source: SourceFile,
    package: Package,
    inlining: Vec<inline::Message>,
    analysis: Analysis,
    /// The same without ways.
    bare: Analysis,
    release: &'static Release,
}

impl Found {
    /// Without inlining, in a language of at most 1.22.
    fn new(text: &str, minor: u8) -> Found {
        Found::of(text, minor, Language(minor.min(22)), true)
    }

    fn of(text: &str, minor: u8, language: Language, no_inline: bool) -> Found {
        let source = SourceFile::new(Path::new("f.go"), text.as_bytes().to_vec());
        let parsed = parse_file(source.text());
        assert!(parsed.errors.is_empty(), "{:?}", parsed.errors);
        let file = FileInput {
            file: Idx::from_usize(0),
            ast: &parsed.ast,
            src: source.text(),
            version: None,
        };
        let config = Config {
            version: language,
            sizes: Sizes::AMD64,
            skip_bodies: false,
        };
        let input = PackageInput {
            path: Symbol::intern("f"),
            files: &[file],
        };
        let (checked, _) = check(&input, &Alone, &config);
        let source_of = Source {
            ast: &parsed.ast,
            text: source.text(),
            version: language,
        };
        let version = GoVersion(u16::from(minor));
        let release = Release::of(version);
        let mut package = ir::build::build(&checked, &[source_of], release);
        let config = inline::Config {
            release,
            disabled: no_inline,
            explain: false,
        };
        let inlined = inline::run(&mut package, &Alone, config);
        let [analysis, bare] = [true, false].map(|ways| {
            let context = Context {
                package: &package,
                callees: &Alone,
                release,
                sizes: Sizes::AMD64,
                ways,
            };
            analyse(context, &inlined.mentions)
        });
        Found {
            source,
            package,
            inlining: inlined.messages,
            analysis,
            bare,
            release,
        }
    }

    /// `line:column: text` for each message, by position.
    fn lines(&self) -> Vec<String> {
        let printer = Printer {
            package: &self.package,
            release: self.release,
            sizes: Sizes::AMD64,
        };
        let escape = printer.lines(&self.analysis);
        assert_eq!(escape, printer.lines(&self.bare));
        let escape = escape.into_iter();
        let escape = escape.filter_map(|line| Some((line.pos?.offset, line.text)));
        let inlining = self.inlining.iter().map(|m| (m.offset, m.text.clone()));
        let mut lines: Vec<_> = inlining
            .chain(escape)
            .map(|(offset, text)| (self.source.line_col(offset), text))
            .collect();
        lines.sort();
        lines
            .into_iter()
            .map(|(at, text)| format!("{}:{}: {text}", at.line, at.column))
            .collect()
    }

    fn sites(&self) -> Vec<Site> {
        let costs = Costs::new(&self.package, self.release, Sizes::AMD64);
        let extra = Extra {
            stack_variables: true,
            ..Extra::NONE
        };
        Sites {
            costs,
            extra: &extra,
        }
        .of(&self.analysis)
    }

    /// The site of an expression or variable with that text.
    fn site(&self, expr: &str) -> Site {
        let sites = self.sites();
        let found = sites.into_iter().find(|s| s.expr == expr);
        found.unwrap_or_else(|| panic!("no site {expr}"))
    }
}

fn data(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/data/escape")
        .join(name);
    std::fs::read_to_string(path).unwrap()
}

/// The lines that only one side has.
fn difference(ours: &[String], theirs: &[String]) -> String {
    let mut out = String::new();
    for line in ours.iter().filter(|l| !theirs.contains(l)) {
        writeln!(out, "only ours:   {line}").unwrap();
    }
    for line in theirs.iter().filter(|l| !ours.contains(l)) {
        writeln!(out, "only theirs: {line}").unwrap();
    }
    out
}

/// Asserts that the lines are those of `tests/data/escape/FILE`.
fn assert_lines(ours: &[String], file: &str) {
    let theirs: Vec<String> = data(file).lines().map(str::to_owned).collect();
    let difference = difference(ours, &theirs);
    assert!(difference.is_empty(), "{file}:\n{difference}");
    assert_eq!(ours.len(), theirs.len(), "{file}");
}

#[test]
fn flows_are_those_of_each_compiler() {
    let source = data("flows.go");
    for minor in 21..=27 {
        let ours = Found::new(&source, minor).lines();
        assert_lines(&ours, &format!("flows-1.{minor}.txt"));
    }
}

#[test]
fn what_inlining_and_initialisers_leave_is_that_of_each_compiler() {
    let source = data("inlined.go");
    for minor in 24..=27 {
        let mut ours = Found::of(&source, minor, Language(23), false).lines();
        ours.dedup();
        assert_lines(&ours, &format!("inlined-1.{minor}.txt"));
    }
}

#[test]
fn tables_are_only_counted_and_maps_are_made() {
    let lines = |entries: usize| {
        let table = "1, ".repeat(entries);
        let square = "n".to_owned() + &"*n".repeat(14);
        let source = format!(
            "package p\nvar empty = map[int]int{{}}\nvar table = []int{{{table}}}\nvar made = f(2)\n\
             func f(n int) int {{ return {square} }}\n"
        );
        Found::of(&source, 27, Language(27), false).lines()
    };
    let (small, large) = (lines(10), lines(5000));
    // Into a function of 5000 nodes and more, calls are inlined up to a cost of 20.
    let inlined = "4:13: inlining call to f".to_owned();
    assert!(small.contains(&inlined) && !large.contains(&inlined));
    for lines in [small, large] {
        let made = lines.iter().filter(|line| line.contains("escapes to heap"));
        assert_eq!(
            made.collect::<Vec<_>>(),
            ["2:24: map[int]int{} escapes to heap"]
        );
    }
}

#[test]
fn a_missing_import_makes_unknown_and_says_nothing() {
    let found = Found::new(
        "package p\nimport \"missing\"\nfunc f() {\n\tx, y := 1, 2\n\tmissing.Keep(&x)\n\t_ = &y\n}\n",
        27,
    );
    assert_eq!(found.lines(), Vec::<String>::new());
    let x = found.site("x");
    assert!(matches!(x.verdict, Verdict::Unknown(_)), "{x:?}");
    assert_eq!(x.cost, Cost::Unknown);
    assert_eq!(found.site("y").verdict, Verdict::Stack);
}

#[test]
fn a_parameter_that_goes_to_the_unknown_is_unknown_to_callers() {
    let found = Found::new(
        "package p\nimport \"missing\"\nfunc g(p *int) { missing.Keep(p) }\nfunc f() { x := 1; g(&x) }\n",
        27,
    );
    assert!(matches!(found.site("x").verdict, Verdict::Unknown(_)));
    assert_eq!(found.lines(), Vec::<String>::new());
}

#[test]
fn reasons_say_where_a_value_goes() {
    let found = Found::new(
        "package p\nvar sink any\nfunc returned() *int { a := 1; return &a }\n\
         func stored(m map[int]*int) { b := 1; m[0] = &b }\nfunc sent(c chan *int) { d := 1; c <- &d }\n\
         func global() { e := 1; sink = &e }\nfunc started() { f := 1; go func() { f++ }() }\n\
         func passed(g func(*int)) { h := 1; g(&h) }\nfunc large() { var i [1 << 20]byte; _ = i }\n\
         func captured() func() { j := 1; return func() { j++ } }\n\
         func looped() { var k *int; for { l := 1; k = &l }; _ = k }\nfunc paniced() { n := 1; panic(&n) }\n",
        27,
    );
    let reason = |name| found.site(name).verdict;
    for (name, expected) in [
        ("a", Reason::Returned),
        ("b", Reason::Stored),
        ("d", Reason::Sent),
        ("e", Reason::Global),
        ("f", Reason::Goroutine),
        ("h", Reason::Argument),
        ("i", Reason::TooLarge),
        ("j", Reason::Captured),
        ("l", Reason::OutlivesLoop),
        ("n", Reason::Panic),
    ] {
        assert_eq!(reason(name), Verdict::Heap(expected), "{name}");
    }
}

#[test]
fn flows_lead_from_the_site_to_what_outlives_it() {
    let found = Found::new(
        "package p\nfunc f() func() int {\n\tx := 1\n\treturn func() int { x++; return x }\n}\n",
        27,
    );
    let notes: Vec<String> = found.site("x").flow.into_iter().map(|s| s.note).collect();
    assert_eq!(
        notes,
        [
            "the address of `x` goes to the storage of `func literal` (reference)",
            "the address of the storage of `func literal` goes to the result (return)",
        ]
    );
}

#[test]
fn costs_are_those_of_the_runtime() {
    let found = Found::new(
        "package p\nvar sink any\nvar text string\ntype T struct{ a, b int }\n\
         func f(n int, b bool, s string, p T, bs []byte) {\n\tsink = 5\n\tsink = b\n\tsink = n\n\tsink = s\n\tsink = p\n\
         \tsink = struct{}{}\n\tsink = T{1, 2}\n\tsink = func() {}\n\tsink = new(struct{})\n\tsink = new(T)\n\
         \t_ = make([]int, n)\n\t_ = map[int]int{}\n\ttext = string(bs)\n\t_ = make(chan int)\n\
         \tvar big [2000]byte\n\tvar local any = big\n\t_ = local\n}\n",
        27,
    );
    let cost = |expr: &str| found.site(expr).cost.as_str();
    let heap_box = |expr: &str| {
        let sites = found.sites();
        let site = sites
            .iter()
            .find(|s| s.expr == expr && s.kind.as_str() == "interface-conversion");
        site.unwrap_or_else(|| panic!("no box of {expr}"))
            .cost
            .as_str()
    };
    for (expr, expected) in [
        ("5", "never"),
        ("b", "never"),
        ("n", "maybe"),
        ("s", "maybe"),
        ("p", "always"),
        ("struct {}{}", "never"),
        ("T{...}", "never"),
        ("big", "always"),
    ] {
        assert_eq!(heap_box(expr), expected, "{expr} boxed");
    }
    for (expr, expected) in [
        ("func literal", "never"),
        ("new(struct {})", "never"),
        ("new(T)", "always"),
        ("make([]int, n)", "maybe"),
        ("map[int]int{}", "maybe"),
        ("string(bs)", "maybe"),
        ("make(chan int)", "always"),
    ] {
        assert_eq!(cost(expr), expected, "{expr}");
    }
}

#[test]
fn a_box_of_a_literal_is_paid_for_until_1_24() {
    let source =
        "package p\nvar sink any\ntype T struct{ a, b int }\nfunc f() { sink = T{1, 2} }\n";
    let cost = |minor| Found::new(source, minor).site("T{...}").cost;
    assert_eq!([24, 25].map(cost), [Cost::Always, Cost::Never]);
}

#[test]
fn deep_code_ends() {
    let calls = format!("{}x{}", "f(".repeat(900), ")".repeat(900));
    let sum = vec!["x"; 20_000].join(" + ");
    let source = format!("package p\nfunc f(x int) int {{ return {calls} + {sum} }}\n");
    assert_eq!(Found::new(&source, 27).lines(), Vec::<String>::new());
}

#[test]
fn generic_code_that_needs_instances_without_end_gets_none() {
    let source = "package f
type P[A, B any] struct { a A; b B }
type T[A any] struct { l, r *T[P[A, A]]; m *T[P[A, int]] }
func (t *T[A]) M() { t.l.M(); t.m.M() }
func F[A any](n int, a A) *A {
	if n > 0 {
		F(n-1, P[A, A]{a, a})
		F(n-1, P[int, A]{1, a})
	}
	return &a
}
func use(t *T[int]) *int { t.M(); return F(3, new(int)) }
func undeclared() { nothing() }
";
    let found = Found::new(source, 27);
    let names: Vec<&str> = found
        .package
        .funcs
        .iter()
        .map(|f| f.name.as_str())
        .collect();
    assert!(names.contains(&"use"), "{names:?}");
    assert!(!names.iter().any(|n| n.contains("[int]")), "{names:?}");
    assert!(names.len() < 10, "{names:?}");
    assert!(found.site("new(int)").verdict != Verdict::Stack);
}

#[test]
fn variables_of_loops_are_fresh_on_each_iteration_since_1_22() {
    let source = data("loops.go");
    let moved = |language: u8| -> Vec<String> {
        let lines = Found::of(&source, 27, Language(language), true).lines();
        let places = lines
            .iter()
            .filter_map(|l| l.split_once(": moved to heap: "));
        places.map(|(at, name)| format!("{at} {name}")).collect()
    };
    assert_eq!(
        moved(22),
        ["25:6 a", "30:6 a", "33:6 b", "39:6 a", "44:6 c"]
    );
    let shared = [
        "7:6 a", "10:6 c", "13:6 d", "13:9 e", "16:6 g", "25:6 a", "30:6 a", "33:6 b", "39:6 a",
        "40:7 b", "44:6 c", "45:7 d", "50:6 e",
    ];
    assert_eq!(moved(21), shared);
}

#[test]
fn constants_print_as_they_are_written_up_to_1_21() {
    let source = "package f
const size = 16
const name = \"name: \"
func grow(n int) []byte { return make([]byte, n, n+2*(size+1)) }
func fixed() []byte { return make([]byte, 1<<4) }
func label(s string) string { return name + s }
func raw() any { return `a \"raw\"` + \"b\" }
func flag() any { return -size }
func length() any { return len(name) }
";
    let printed = |minor: u8| -> Vec<String> {
        let lines = Found::new(source, minor).lines();
        let texts = lines
            .iter()
            .filter_map(|l| l.strip_suffix(" escapes to heap"));
        let texts = texts.filter_map(|l| l.split_once(": "));
        texts.map(|(_, text)| text.to_owned()).collect()
    };
    let written = [
        "make([]byte, n, n + 2 * (size + 1))",
        "make([]byte, 1 << 4)",
        "name + s",
        "`a \"raw\"` + \"b\"",
        "-size",
        "len(name)",
    ];
    assert_eq!(printed(21), written);
    let values = [
        "make([]byte, n, n + 34)",
        "make([]byte, 16)",
        "\"name: \" + s",
        "\"a \\\"raw\\\"b\"",
        "-16",
        "6",
    ];
    assert_eq!(printed(22), values);
}
