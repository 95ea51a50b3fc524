//! Inlining: costs, which functions can be inlined, which calls are, and what differs between compilers. The expected
//! costs and lines are what the compilers print for these programs with `-m=2`.

use heaplint::base::index::Idx;
use heaplint::base::source::SourceFile;
use heaplint::base::symbol::Symbol;
use heaplint::inline;
use heaplint::ir::body::FuncRef;
use heaplint::ir::build::{Source, build};
use heaplint::ir::node::FuncId;
use heaplint::ir::release::Release;
use heaplint::ir::{Callees, Package};
use heaplint::parse::parse_file;
use heaplint::site::GoVersion;
use heaplint::types::package::Pkg;
use heaplint::types::sizes::Sizes;
use heaplint::types::version::GoVersion as Language;
use heaplint::types::{self, Config, FileInput, Import, Importer, PackageInput};

struct Nothing;

impl Importer for Nothing {
    fn import(&self, _: Symbol) -> Import {
        Import::Missing
    }
}

impl Callees for Nothing {
    fn find(&self, _: FuncRef) -> Option<(&Package, FuncId)> {
        None
    }

    fn package(&self, _: Pkg) -> Option<&Package> {
        None
    }
}

/// A package after inlining, with what was said, as `line:column: text`.
struct Run {
    package: Package,
    lines: Vec<String>,
    reasons: Vec<(String, String)>,
}

impl Run {
    fn cost(&self, name: &str) -> Option<u32> {
        let f = self
            .package
            .funcs
            .iter()
            .find(|f| f.name.as_str() == name)?;
        f.inline.map(|i| i.cost)
    }

    fn reason(&self, name: &str) -> Option<&str> {
        let found = self.reasons.iter().find(|r| r.0 == name)?;
        Some(&found.1)
    }
}

fn run(version: u16, code: &str) -> Run {
    let text = format!("package p\n{code}\n");
    let file = SourceFile::new("p.go", text.clone().into_bytes());
    let parsed = parse_file(file.text());
    assert!(parsed.errors.is_empty(), "{text}");
    let files = [FileInput {
        file: Idx::from_usize(0),
        ast: &parsed.ast,
        src: file.text(),
        version: None,
    }];
    let config = Config {
        version: Language(version as u8),
        sizes: Sizes::AMD64,
        skip_bodies: false,
    };
    let path = Symbol::intern("example.com/p");
    let input = PackageInput {
        path,
        files: &files,
    };
    let (checked, problems) = types::check(&input, &Nothing, &config);
    assert!(problems.is_empty(), "{problems:?}");
    let release = Release::of(GoVersion(version));
    let sources = [Source {
        ast: &parsed.ast,
        text: file.text(),
        version: Language(version as u8),
    }];
    let mut package = build(&checked, &sources, release);
    let config = inline::Config {
        release,
        disabled: false,
        explain: true,
    };
    let out = inline::run(&mut package, &Nothing, config);
    let line = |m: &inline::Message| {
        let at = file.line_col(m.offset);
        format!("{}:{}: {}", at.line, at.column, m.text)
    };
    let name = |f: FuncId| package.funcs[f].name.as_str().to_owned();
    Run {
        lines: out.messages.iter().map(line).collect(),
        reasons: out
            .reasons
            .iter()
            .map(|(&f, why)| (name(f), why.clone()))
            .collect(),
        package,
    }
}

/// The cost of `func F` with these parameters and results, and this body.
fn cost(signature: &str, body: &str) -> Option<u32> {
    cost_in(27, signature, body)
}

fn cost_in(version: u16, signature: &str, body: &str) -> Option<u32> {
    const WORLD: &str =
        "var G int\ntype T struct{ a, b int }\nfunc (t *T) Ptr() int { return t.b }\n";
    run(version, &format!("{WORLD}func F{signature} {{ {body} }}")).cost("F")
}

#[test]
fn costs_of_statements_are_the_compilers() {
    assert_eq!(cost("()", ""), Some(0));
    assert_eq!(cost("()", "G = 1"), Some(3));
    assert_eq!(cost("(x int) int", "return x"), Some(2));
    assert_eq!(cost("(x int) int", "y := x; return y"), Some(7));
    assert_eq!(cost("(x int) int", "var y int; y = x; return y"), Some(9));
    assert_eq!(
        cost("(x int) int", "if x > 0 { return 1 }; return 2"),
        Some(8)
    );
    let counting = "for i := 0; i < x; i++ { G++ }; return 1";
    assert_eq!(cost("(x int) int", counting), Some(17));
    let summing = "s := 0; for _, v := range x { s += v }; return s";
    assert_eq!(cost("(x []int) int", summing), Some(16));
    let switching = "switch x { case 1: G=1; case 2,3: G=2; default: G=3 }";
    assert_eq!(cost("(x int)", switching), Some(17));
    assert_eq!(cost("()", "for range 10 { G++ }"), Some(5));
    assert_eq!(cost("(c chan int)", "select { case <-c: }"), Some(7));
}

#[test]
fn costs_of_expressions_are_the_compilers() {
    assert_eq!(cost("()", "panic(\"x\")"), Some(3));
    assert_eq!(cost("(x *T) *int", "return &x.a"), Some(2));
    assert_eq!(cost("(x *T) *int", "return &x.b"), Some(4));
    assert_eq!(cost("(s []int) []int", "return append(s, 1, 2)"), Some(5));
    assert_eq!(cost("(n int) *T", "return &T{a: n}"), Some(5));
    assert_eq!(cost("() []int", "return []int{1, 2}"), Some(5));
    assert_eq!(cost("(t *T) func() int", "return t.Ptr"), Some(4));
    assert_eq!(cost("() func(*T) int", "return (*T).Ptr"), Some(1));
    assert_eq!(
        cost("(a, b string) string", "return a + b + \"c\""),
        Some(5)
    );
    assert_eq!(
        cost("(x any) (int, bool)", "y, ok := x.(int); return y, ok"),
        Some(12)
    );
    assert_eq!(
        cost("(m map[int][]int, k int)", "m[k] = append(m[k], 1)"),
        Some(9)
    );
}

#[test]
fn costs_of_calls_are_the_callees_or_57() {
    assert_eq!(
        cost("(i interface{ M(int) int }) int", "return i.M(1)"),
        Some(62)
    );
    assert_eq!(cost("(t *T) int", "return t.Ptr()"), Some(6));
    assert_eq!(
        cost("(x int) int", "return func() int { return x }()"),
        Some(20)
    );
    let named = "f := func() int { return x }; return f()";
    assert_eq!(cost("(x int) int", named), Some(25));
    assert_eq!(cost("(f func(int) int) int", "return f(1)"), Some(21));
    assert_eq!(
        cost_in(23, "(f func(int) int) int", "return f(1)"),
        Some(61)
    );
}

#[test]
fn slicing_to_the_same_length_is_cheap_since_1_26() {
    assert_eq!(cost("(x []int) []int", "return x[0:len(x)]"), Some(3));
    assert_eq!(
        cost_in(25, "(x []int) []int", "return x[0:len(x)]"),
        Some(6)
    );
}

#[test]
fn a_loop_over_a_function_costs_what_its_rewriting_costs() {
    let body = "for x := range f { G = x }";
    assert_eq!(cost("(f func(func(int) bool))", body), Some(55));
}

#[test]
fn some_constructs_forbid_inlining() {
    let r = run(
        27,
        "func D() { defer print(1) }\nfunc G() { go print(1) }\nfunc R() any { return recover() }\n//go:noinline\nfunc N() {}",
    );
    assert_eq!(r.reason("D"), Some("unhandled op DEFER"));
    assert_eq!(r.reason("G"), Some("unhandled op GO"));
    assert_eq!(r.reason("R"), Some("call to recover"));
    assert_eq!(r.reason("N"), Some("marked go:noinline"));
}

#[test]
fn calls_in_inlined_bodies_are_reported_where_the_outermost_call_is() {
    let r = run(
        27,
        "func a() int { return 1 }\nfunc b() int { return a() }\nfunc c() int { return b() }",
    );
    assert_eq!(
        r.lines,
        [
            "2:6: can inline a",
            "3:6: can inline b",
            "4:6: can inline c",
            "3:24: inlining call to a",
            "4:24: inlining call to b",
            "4:24: inlining call to a",
        ]
    );
}

#[test]
fn recursive_functions_are_inlined_once_since_1_24() {
    let code = "func fact(n int) int { if n == 0 { return 1 }; return n * fact(n-1) }";
    assert_eq!(
        run(27, code).lines,
        ["2:6: can inline fact", "2:63: inlining call to fact"]
    );
    let old = run(23, code);
    assert!(old.lines.is_empty());
    assert_eq!(old.reason("fact"), Some("recursive"));
}

#[test]
fn calls_on_known_concrete_types_are_direct() {
    let code = "type I interface{ M() int }\ntype T int\nfunc (t T) M() int { return int(t) }\nfunc F() int { var i I = T(3); return i.M() }";
    let r = run(27, code);
    assert!(
        r.lines
            .contains(&"5:42: devirtualizing i.M to T".to_owned()),
        "{:?}",
        r.lines
    );
    assert!(
        r.lines.contains(&"5:42: inlining call to T.M".to_owned()),
        "{:?}",
        r.lines
    );
}

#[test]
fn a_wrapped_deferred_call_is_inlined_into_its_wrapper() {
    let r = run(27, "func f(int) {}\nfunc F() { defer f(1) }");
    assert!(
        r.lines
            .contains(&"3:12: can inline F.deferwrap1".to_owned()),
        "{:?}",
        r.lines
    );
    assert!(
        r.lines.contains(&"3:19: inlining call to f".to_owned()),
        "{:?}",
        r.lines
    );
}

#[test]
fn instances_of_one_shape_are_one_function() {
    let code = "type A int\ntype B int\nfunc id[P any](p P) P { return p }\nfunc F() { id(A(1)); id(B(2)); id(\"\") }";
    let r = run(27, code);
    let can: Vec<&String> = r
        .lines
        .iter()
        .filter(|l| l.contains("can inline id"))
        .collect();
    let shaped = can.iter().filter(|l| l.contains("go.shape")).count();
    assert_eq!((shaped, can.len()), (2, 5), "{can:?}");
}

/// The lines that name a cost, or an inlined call, as `-m=2` prints them.
fn with_costs(version: u16, source: &str) -> Vec<String> {
    let text = source.split_once("package p\n").expect("a package").1;
    let skipped = source.lines().count() - text.lines().count();
    let r = run(version, text);
    let cost = |l: &str| {
        let name = l.split_once(": can inline ")?.1;
        r.cost(name).map(|c| format!("{l} with cost {c}"))
    };
    let moved = |l: String| {
        let (line, rest) = l.split_once(':').expect("a line number");
        let line: usize = line.parse().expect("a line number");
        format!("{}:{rest}", line - 1 + skipped)
    };
    let mut lines: Vec<String> = r
        .lines
        .iter()
        .map(|l| moved(cost(l).unwrap_or_else(|| l.clone())))
        .collect();
    lines.sort();
    lines.dedup();
    lines
}

#[track_caller]
fn compare(version: u16, source: &str, printed: &str) {
    let mut wanted: Vec<&str> = printed.lines().collect();
    wanted.sort_unstable();
    assert_eq!(with_costs(version, source), wanted, "Go 1.{version}");
}

#[test]
fn instances_are_as_the_compiler_makes_them() {
    let source = include_str!("../data/inline/instances.go");
    compare(
        21,
        source,
        include_str!("../data/inline/instances-1.21.txt"),
    );
    compare(
        24,
        source,
        include_str!("../data/inline/instances-1.24.txt"),
    );
    compare(
        27,
        source,
        include_str!("../data/inline/instances-1.27.txt"),
    );
}

#[test]
fn literals_of_inlined_bodies_are_named_as_the_release_does() {
    let source = include_str!("../data/inline/closures.go");
    compare(24, source, include_str!("../data/inline/closures-1.24.txt"));
    compare(27, source, include_str!("../data/inline/closures-1.27.txt"));
}

#[test]
fn bodies_of_loops_over_functions_cost_less_since_1_24() {
    let source = "var G int
func each(yield func(int) bool) { yield(1) }
func count() { for range each { G++ } }
func first() any { for x := range each { return x }; return nil }
func skip() { for x := range each { if x > 1 { G++ }; continue } }
";
    let costs = |version: u16| {
        let run = run(version, source);
        ["count-range1", "first-range1"].map(|name| run.cost(name))
    };
    assert_eq!(costs(23), [Some(75), Some(79)]);
    assert_eq!(costs(24), [Some(23), Some(27)]);
    assert_eq!(costs(27), [Some(23), Some(27)]);
    let run = run(27, source);
    assert_eq!(run.cost("skip-range1"), Some(27));
}

#[test]
fn what_is_known_before_inlining_costs_what_it_did_in_each_release() {
    let switches = "const mode = 2
func sw(x int) int {
	switch mode {
	case 1:
		return call(x)
	case 2:
		x++
	default:
		return call2(x)
	}
	switch {
	case mode == 1:
		panic(1)
	case mode == 2:
		return 3
	}
	return call(x)
}
//go:noinline
func call(x int) int { return x }
//go:noinline
func call2(x int) int { return x }
";
    assert_eq!(run(21, switches).cost("sw"), Some(72));
    assert_eq!(run(22, switches).cost("sw"), Some(70));
    let array = "type ring struct{ buf [4]int }
func (r *ring) clear() { for i := range r.buf { r.buf[i] = 0 } }
";
    assert_eq!(run(24, array).cost("(*ring).clear"), Some(12));
    assert_eq!(run(25, array).cost("(*ring).clear"), Some(11));
}

#[test]
fn literals_inlined_into_literals_have_no_func_in_their_names_since_1_22() {
    let source = "func mk(x int) func() int { return func() int { return x } }
func use() func() int { return func() int { g := mk(2); return g() } }
";
    let name = |version: u16| {
        let funcs = run(version, source).package.funcs;
        let mut names = funcs.iter().map(|f| f.name.as_str());
        names
            .find(|n| n.starts_with("use.func1.mk."))
            .map(str::to_owned)
    };
    assert_eq!(name(21).as_deref(), Some("use.func1.mk.func1"));
    assert_eq!(name(22).as_deref(), Some("use.func1.mk.1"));
}
