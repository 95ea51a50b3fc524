// Package p has instances of generic code: shaped functions, the functions that carry the instances' own names, and
// what looking a type up in the dictionary costs.
package p

type A int

type B int

func id[P any](p P) P { return p }

func shapes() { id(A(1)); id(B(2)); id("") }

type List[T any] struct {
	head *T
	rest []T
}

func (l *List[T]) Push(v T) { l.rest = append(l.rest, v) }

func (l *List[T]) Two() (T, int) { return l.rest[0], len(l.rest) }

func (l List[T]) first() *T { return l.head }

type holder struct{ l List[string] }

func zero[T any]() T { return *new(T) }

func as[T any](x any) (T, bool) { v, ok := x.(T); return v, ok }

func is[T any](x any) bool {
	switch x.(type) {
	case T:
		return true
	}
	return false
}

func pointers[T comparable](x, y T) bool { return x == y }

func looksUp(x any) (int, bool) {
	zero[int]()
	is[string](x)
	return as[int](x)
}

func value() func(string) string { return id[string] }

func use[T any](x T) {}

func local() {
	type t struct{ a int }
	use(t{})
	use([]t{})
	pointers(&t{}, nil)
	use(&t{})
}

type stringer interface{ String() string }

type name string

func (n name) String() string { return string(n) }

func text(x stringer) string {
	if n, ok := x.(name); ok {
		return n.String()
	}
	switch x := x.(type) {
	case name, *A:
		return ""
	case B:
		return x.String()
	}
	return x.String()
}

func (*A) String() string { return "A" }

func (B) String() string { return "B" }
