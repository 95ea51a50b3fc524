//! Types as text: as go/types prints them.

use heaplint::base::symbol::Symbol;
use heaplint::types::typestring::Style;

use super::types::Known;
use super::types::check_as;

/// The type of `name` in a package at path `a/p`.
fn type_of(src: &str, name: &str) -> (String, String) {
    let c = check_as(27, "a/p", src, &Known::default());
    assert_eq!(c.messages(), [""; 0]);
    let ty = c.package.pkg.lookup(Symbol::intern(name)).unwrap().ty();
    let short = ty.printed(Style::Short(Some(c.package.pkg)));
    (ty.to_string(), short.to_string())
}

#[track_caller]
fn prints(declaration: &str, expected: &str) {
    let (text, _) = type_of(&format!("package p\n{declaration}\n"), "x");
    assert_eq!(text, expected);
}

#[test]
fn types_are_written_as_go_writes_them() {
    prints("var x chan (<-chan int)", "chan (<-chan int)");
    prints("var x chan<- <-chan []byte", "chan<- <-chan []byte");
    prints("var x [2]*map[rune]any", "[2]*map[rune]any");
    prints("var x interface{}", "interface{}");
    prints(
        "var x interface{ error; M(int) }",
        "interface{M(int); error}",
    );
    prints(
        "func x(a, b int, c ...string) {}",
        "func(a int, b int, c ...string)",
    );
    prints("func x() (int, error) { panic(0) }", "func() (int, error)");
    prints("func x() (n int) { return }", "func() (n int)");
    prints(
        "type T int\nvar x struct{ T; f T }",
        "struct{a/p.T; f a/p.T}",
    );
    prints(
        "var x struct{ f int `a:\"b\\n\"` }",
        "struct{f int \"a:\\\"b\\\\n\\\"\"}",
    );
    prints("type A = int\nvar x []A", "[]a/p.A");
    prints("const x = 'a'", "untyped rune");
}

#[test]
fn generic_types_show_parameters_or_arguments() {
    prints(
        "type x[K comparable, V any] struct{}",
        "a/p.x[K comparable, V any]",
    );
    prints(
        "type T[P any] int\nvar x T[[]T[int]]",
        "a/p.T[[]a/p.T[int]]",
    );
    prints("func x[P, Q any](P) Q { panic(0) }", "func[P, Q any](P) Q");
    prints(
        "func x[S ~[]E, E int | ~string](s S) {}",
        "func[S ~[]E, E int | ~string](s S)",
    );
    prints(
        "type x[P interface{ *Q }, Q any] int",
        "a/p.x[P interface{*Q}, Q any]",
    );
    prints(
        "type x[P interface{ m(P) }] int",
        "a/p.x[P interface{m(P)}]",
    );
    prints(
        "type x[string any] int",
        "a/p.x[string/* type parameter */ any]",
    );
}

#[test]
fn people_see_short_names() {
    let src = "package p\ntype T int\nvar x map[T]error\n";
    let (full, short) = type_of(src, "x");
    assert_eq!((&*full, &*short), ("map[a/p.T]error", "map[T]error"));
}
