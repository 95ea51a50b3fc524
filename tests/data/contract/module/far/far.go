// Package far has what near calls.
package far

// Shape is an interface.
type Shape interface{ Grow() }

// Pair is a struct.
type Pair struct{ A, B uint64 }

// TakesPointer keeps nothing.
func TakesPointer(p *Pair) {}

// NewPair allocates.
//
//go:noinline
func NewPair() *Pair { return &Pair{} }

// Deeper calls what allocates.
//
//go:noinline
func Deeper() *Pair { return NewPair() }

// Dispatch calls a method.
//
//go:noinline
func Dispatch(s Shape) { s.Grow() }

// Exempt allocates, and has said why.
//
//go:noinline
func Exempt() *Pair {
	return new(Pair) //heaplint:alloc-ok -- it is called once
}

// Inlined allocates where it is inlined to.
func Inlined() *Pair { return new(Pair) }
