// Package bloop has something to run in benchmark loops.
package bloop

type node struct {
	next  *node
	value int
}

func add(a, b int) int             { return a + b }
func newNode(value int) *node      { return &node{value: value} }
func pair(value int) (*node, bool) { return &node{value: value}, true }
func (n *node) link(to *node)      { n.next = to }
func each(yield func(int) bool)    { yield(1) }

//go:noinline
func sink(xs ...any) {}

//go:noinline
func sum(xs []int) int { return len(xs) }

type linker interface{ link(*node) }
