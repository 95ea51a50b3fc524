//! Types: what later stages and users rely on from the checker, on small programs.

use std::collections::HashMap;

use heaplint::ast::{Expr, ExprId, Stmt};
use heaplint::base::diag::Diagnostic;
use heaplint::base::index::Idx;
use heaplint::base::source::FileId;
use heaplint::base::symbol::Symbol;
use heaplint::parse::{Parsed, parse_file};
use heaplint::types::info::{FileInfo, Package, SelectionKind};
use heaplint::types::package::Pkg;
use heaplint::types::sizes::Sizes;
use heaplint::types::version::GoVersion;
use heaplint::types::{self, Config, FileInput, Import, Importer, PackageInput};

/// Packages that were checked before.
#[derive(Default)]
pub struct Known(pub HashMap<Symbol, Pkg>);

impl Importer for Known {
    fn import(&self, path: Symbol) -> Import {
        match self.0.get(&path) {
            Some(&pkg) => Import::Package(pkg),
            None => Import::Missing,
        }
    }
}

/// A package of one file.
pub struct Checked {
    src: String,
    parsed: Parsed,
    pub package: Package,
    diagnostics: Vec<Diagnostic>,
}

impl Checked {
    fn info(&self) -> &FileInfo {
        &self.package.files[0]
    }

    pub fn messages(&self) -> Vec<&str> {
        self.diagnostics
            .iter()
            .map(|d| d.message.as_str())
            .collect()
    }

    fn text(&self, id: ExprId) -> &str {
        let span = self.parsed.ast.expr_span(id);
        &self.src[span.start as usize..span.end as usize]
    }

    /// The expressions written as `text`, in the order of their ids.
    fn exprs<'s>(&'s self, text: &'s str) -> impl Iterator<Item = ExprId> + 's {
        let ids = self.parsed.ast.expr_ids();
        ids.filter(move |&id| self.text(id) == text)
    }

    /// The recorded types of the expressions written as `text`.
    pub fn types_of(&self, text: &str) -> Vec<String> {
        let types = self.exprs(text).filter_map(|id| self.info().type_of(id));
        types.map(|ty| ty.to_string()).collect()
    }
}

pub fn check_as(version: u8, path: &str, src: &str, known: &Known) -> Checked {
    let parsed = parse_file(src.as_bytes());
    assert!(parsed.errors.is_empty(), "{:?}", parsed.errors);
    let file = FileInput {
        file: FileId::from_usize(0),
        ast: &parsed.ast,
        src: src.as_bytes(),
        version: None,
    };
    let config = Config {
        version: GoVersion(version),
        sizes: Sizes::AMD64,
        skip_bodies: false,
    };
    let input = PackageInput {
        path: Symbol::intern(path),
        files: &[file],
    };
    let (package, diagnostics) = types::check(&input, known, &config);
    Checked {
        src: src.to_owned(),
        parsed,
        package,
        diagnostics,
    }
}

pub fn check(src: &str) -> Checked {
    check_as(27, "p", src, &Known::default())
}

fn check_deep(src: String) -> Vec<String> {
    let run = move || {
        let checked = check(&src);
        checked.messages().into_iter().map(String::from).collect()
    };
    let thread = std::thread::Builder::new().stack_size(types::check::STACK_BYTES);
    thread.spawn(run).unwrap().join().unwrap()
}

#[test]
fn untyped_constants_get_the_type_of_their_context() {
    let c = check("package p\nvar f float32 = 1 << 3\nvar i = 2.0 * 4\nvar b byte = 'a' + 1\n");
    assert_eq!(c.messages(), [""; 0]);
    assert_eq!(c.types_of("1 << 3"), ["float32"]);
    assert_eq!(c.types_of("2.0 * 4"), ["float64"]);
    assert_eq!(c.types_of("'a' + 1"), ["byte"]);
    let sum = c.exprs("'a' + 1").next().unwrap();
    assert_eq!(c.info().const_value(sum).unwrap().as_i64(), Some(98));
}

#[test]
fn captures_are_the_outer_variables_of_each_literal() {
    let c = check(
        "package p
var g int
func f(a, b int) func() int {
	c := 0
	return func() int {
		d := b
		return func() int { c++; return a + d + g }()
	}
}
",
    );
    let mut lists: Vec<Vec<&str>> = Vec::new();
    for id in c.parsed.ast.expr_ids() {
        if let Expr::FuncLit { .. } = c.parsed.ast.expr(id) {
            let captures = &c.info().captures[&id];
            lists.push(captures.iter().map(|o| o.name.as_str()).collect());
        }
    }
    assert_eq!(lists, [vec!["c", "a", "d"], vec!["b", "c", "a"]]);
}

#[test]
fn variables_are_initialised_after_what_they_depend_on() {
    let c = check(
        "package p
var a = b + f()
var b, unused = g()
var d = 3
func f() int { return d }
func g() (int, int) { return d, 1 }
",
    );
    let order = c.package.init_order.iter();
    let names: Vec<Vec<&str>> = order
        .map(|i| i.lhs.iter().map(|o| o.name.as_str()).collect())
        .collect();
    assert_eq!(names, [vec!["d"], vec!["b", "unused"], vec!["a"]]);
}

#[test]
fn a_cycle_of_initialisers_is_reported() {
    let c = check("package p\nvar a = f()\nfunc f() int { return a }\n");
    assert_eq!(c.diagnostics.len(), 1, "{:?}", c.messages());
}

#[test]
fn nothing_is_reported_for_what_a_missing_import_leaves_unknown() {
    let c = check(
        "package p
import (
	\"example.com/gone/v2\"
	. \"example.com/dotted\"
)
type T struct { gone.Embedded; n Dotted }
type I interface { gone.Face; M() }
var i I = T{}
func (t T) M() { t.Promoted(1, gone.C); var x int = gone.F(t.n); _ = x + gone.V }
func use() {
	for k, v := range gone.Map { print(k, v) }
	switch v := gone.V.(type) { case gone.T1: print(v); case int: print(v) }
	a, b := gone.Two()
	_, _ = a, b
	x := Dotted{A: 1}
	gone.Generic[int](x)
	var arr [gone.N]int
	_ = len(arr)
	defer gone.F().Close()
}
",
    );
    assert_eq!(c.messages(), [""; 0]);
}

#[test]
fn one_mistake_is_reported_once() {
    let c = check("package p\nvar x = undefinedName\nvar y = x + 1\nvar z int = y\n");
    assert_eq!(c.messages(), ["undefined: undefinedName"]);
}

#[test]
fn selections_tell_the_way_through_embedded_fields() {
    let c = check(
        "package p
type A struct { x, n int }
func (*A) M() {}
type B struct { *A }
type C struct { pad int; B }
func f(c C) { _ = c.n; c.M(); _ = (*A).M }
",
    );
    assert_eq!(c.messages(), [""; 0]);
    let selection = |text: &str| {
        let id = c.exprs(text).next().unwrap();
        c.info().selection(id).unwrap()
    };
    let field = selection("c.n");
    assert_eq!(
        (field.kind, &*field.path),
        (SelectionKind::Field, &[1, 0, 1][..])
    );
    assert!(field.indirect);
    assert_eq!(selection("c.M").kind, SelectionKind::Method);
    assert_eq!(selection("(*A).M").kind, SelectionKind::MethodExpr);
    assert_eq!(c.types_of("(*A).M"), ["func(*p.A)"]);
}

#[test]
fn each_clause_of_a_type_switch_has_its_own_variable() {
    let c = check(
        "package p
func f(x any) {
	switch v := x.(type) {
	case int: _ = v
	case string, nil: _ = v
	default: _ = v
	}
}
",
    );
    let mut types = Vec::new();
    for id in c.parsed.ast.stmt_ids() {
        if let Stmt::CaseClause { .. } = c.parsed.ast.stmt(id) {
            types.push(c.info().implicits[&id].ty().to_string());
        }
    }
    assert_eq!(types, ["int", "any", "any"]);
}

#[test]
fn type_arguments_are_inferred_and_instances_recorded() {
    let c = check(
        "package p
type List[T any] struct { head T; next *List[T] }
func (l *List[T]) Push(x T) *List[T] { return &List[T]{x, l} }
func Map[S ~[]E, E, R any](s S, f func(E) R) []R { return nil }
type Names []string
var lens = Map(Names{}, func(s string) int { return len(s) })
var l = (&List[int]{}).Push(1)
",
    );
    assert_eq!(c.messages(), [""; 0]);
    let call = c.exprs("Map").last().unwrap();
    let instance = c.info().instances[&call];
    let args: Vec<String> = instance.targs.iter().map(ToString::to_string).collect();
    assert_eq!(args, ["p.Names", "string", "int"]);
    assert_eq!(c.types_of("lens"), ["[]int"]);
    assert_eq!(c.types_of("l").last().unwrap(), "*p.List[int]");
}

#[test]
fn the_language_version_decides_what_can_be_ranged_over() {
    let src = "package p\nfunc f() { for i := range 3 { _ = i } }\n";
    let known = Known::default();
    assert_eq!(check_as(22, "p", src, &known).messages(), [""; 0]);
    assert_eq!(check_as(21, "p", src, &known).diagnostics.len(), 1);
}

#[test]
fn objects_of_a_checked_package_serve_its_importers() {
    let mut known = Known::default();
    let a = check(
        "package a
type Set[K comparable] map[K]struct{}
func (s Set[K]) Add(k K) Set[K] { return s }
const Max = 1 << 40
type Stringer interface { String() string; hidden() }
",
    );
    known.0.insert(Symbol::intern("m/a"), a.package.pkg);
    let b = check_as(
        27,
        "m/b",
        "package b
import \"m/a\"
var s = a.Set[string]{}.Add(\"x\")
var m int64 = a.Max
type mine struct{}
func (mine) String() string { return \"\" }
func (mine) hidden() {}
var bad a.Stringer = mine{}
",
        &known,
    );
    assert_eq!(b.types_of("s"), ["p.Set[string]"]);
    // An unexported method of another package cannot be implemented.
    assert_eq!(b.diagnostics.len(), 1, "{:?}", b.messages());
    assert!(b.messages()[0].contains("cannot use mine{}"));
}

#[test]
fn types_without_end_are_reported_and_do_not_hang() {
    let c = check(
        "package p
type A B
type B A
type C [2]C
type D = []D
type E struct { E }
type F interface { F }
type G[T any] struct { next *G[G[T]]; v T }
var g G[int]
var deep = g.next.next.next.v
type H[T any] struct { h H[H[T]] }
var h H[int]
const k = l
const l = k
",
    );
    for name in ["A", "C", "D", "E", "F", "H"] {
        let said = |m: &&str| m.starts_with("invalid recursive") && m.ends_with(name);
        assert!(c.messages().iter().any(said), "{name}: {:?}", c.messages());
    }
    assert!(!c.messages().iter().any(|m| m.ends_with('G')));
}

#[test]
fn deep_code_is_checked_without_exhausting_the_stack() {
    let nothing = [""; 0];
    let chain = "package p\ntype S struct{}\nfunc (s S) m() S { return s }\nvar z = S{}".to_owned();
    assert_eq!(check_deep(chain + &".m()".repeat(20_000)), nothing);
    let sum = "package p\nvar x = 1".to_owned();
    assert_eq!(check_deep(sum + &" + 1".repeat(50_000)), nothing);
    let waiting: Vec<String> = (0..5_000)
        .map(|i| format!("type T{i} struct {{ next *T{} }}\n", i + 1))
        .collect();
    let waiting = format!("package p\n{}type T5000 int\n", waiting.concat());
    assert_eq!(check_deep(waiting), nothing);
    let literals = "func() { _ = ".repeat(300) + "1" + &" }".repeat(300);
    assert_eq!(
        check_deep(format!("package p\nvar f = {literals}\n")),
        nothing
    );
}

#[test]
fn a_pointer_term_of_a_constraint_ends_where_it_is_written() {
    let c = check("package p\ntype S[T *int | string, U *T] struct{}\n");
    assert_eq!(c.types_of("*int"), ["*int"]);
    assert_eq!(c.types_of("*int | string"), ["*int | string"]);
    assert_eq!(c.diagnostics.len(), 0, "{:?}", c.messages());
}

#[test]
fn type_sets_of_interfaces_that_grow_as_they_embed_themselves_end() {
    let c = check(
        "package p
type I[P any] interface { I[*P]; I[[]P]; m() }
type S[P any] struct { *S[*P] }
func f(x S[int]) { x.none() }
",
    );
    let messages = c.messages();
    assert!(
        messages.iter().any(|m| m.contains("recursive")),
        "{messages:?}"
    );
    assert!(messages.iter().any(|m| m.contains("none")), "{messages:?}");
}

/// Where, in line and column, and what is said of the package if it is one thing.
fn only_mistake(src: &str) -> String {
    let c = check(src);
    assert_eq!(c.diagnostics.len(), 1, "{:?}", c.messages());
    let before = &src[..c.diagnostics[0].span.start as usize];
    let line = before.matches('\n').count() + 1;
    let column = before.len() - before.rfind('\n').map_or(0, |at| at + 1) + 1;
    format!("{line}:{column}: {}", c.messages()[0])
}

#[test]
fn generic_code_that_needs_instances_without_end_is_reported_where_go_does() {
    let types_and_functions = "package p
type T[A any] struct{ x *T[T[A]] }
func F[A any](n int, a A) { if n > 0 { F[T[A]](n-1, T[A]{}) } }
func g() { F[int](3, 1) }
";
    assert_eq!(
        only_mistake(types_and_functions),
        "2:8: instantiation cycle: A instantiated as p.T[A]"
    );
    let methods = "package p
type L[A any] struct{ a *A }
func (l *L[B]) Grow() { var n L[[]B]; n.Grow() }
";
    assert_eq!(
        only_mistake(methods),
        "2:8: instantiation cycle: A instantiated as []B"
    );
    let mutual = "package p
func f[A any](a A) { h[[]A](nil) }
func h[B any](b B) { f[B](b) }
";
    assert_eq!(
        only_mistake(mutual),
        "2:8: instantiation cycle: A instantiated as B, B instantiated as []A"
    );
    let local_type = "package p
func f[A any](a A) {
	type T struct{ a A }
	f[T](T{a})
}
";
    assert_eq!(
        only_mistake(local_type),
        "2:8: instantiation cycle: A instantiated as p.T, T implicitly parameterized by A"
    );
    let swap = "package p
func ok[A, B any](a A, b B) { ok[B, A](b, a) }
func plain[A any](a A) { type T int; both[T, []A]() }
func both[A, B any]() {}
";
    assert_eq!(check(swap).messages(), [""; 0]);
}
