// Which fields start empty in each turn of a benchmark: the lines where they grow say so.
package p

import "testing"

type parser struct {
	state
	list   []int
	room   []int
	given  []int
	shown  []int
	copied saved
}

type saved struct{ old []int }

type state struct {
	stack []int
	names []byte
}

func newParser(given []int) *parser {
	return &parser{room: make([]int, 0, 8), given: given}
}

func show(list *[]int) { *list = nil }

func (p *parser) parse(from *parser, n int) {
	for i := range n {
		p.push(i)
	}
	show(&p.shown)
	p.copied = from.copied
	p.copied.old = append(p.copied.old, n)
}

func (p *parser) push(i int) {
	p.list = append(p.list, i) // anew
	p.room = append(p.room, i)
	p.given = append(p.given, i)
	p.shown = append(p.shown, i)
	p.state.grow(byte(i))
}

func (s *state) grow(b byte) {
	if len(s.stack) > 1<<10 {
		s.stack = nil
	}
	s.stack = s.stack[:0]
	s.stack = append(s.stack, 1) // anew
	s.names = appendName(s.names[:0], b)
	s.names = append(s.names, b) // anew
}

func appendName(to []byte, b byte) []byte { return append(to, b) }

func BenchmarkParse(b *testing.B) {
	from := newParser(nil)
	for b.Loop() {
		newParser(nil).parse(from, 9)
	}
}

// Made once, before the loop.
type kept struct{ list []int }

func newKept() *kept { return &kept{} }

func (k *kept) add(n int) { k.list = append(k.list, n) }

func BenchmarkKept(b *testing.B) {
	k := newKept()
	for b.Loop() {
		k.add(1)
	}
}

// Made in each turn of one benchmark, and grown in those of another.
type other struct{ list []int }

func newOther() *other { return new(other) }

func (o *other) add2(n int) { o.list = append(o.list, n) }

func BenchmarkNewOther(b *testing.B) {
	for b.Loop() {
		newOther()
	}
}

func BenchmarkAddOther(b *testing.B) {
	o := newOther()
	for b.Loop() {
		o.add2(1)
	}
}

// Made by what a benchmark calls before its loop, which calls a function that it was given.
type prepared struct{ list []int }

func (p *prepared) add4(n int) { p.list = append(p.list, n) }

func prepare() (*prepared, func()) {
	p := new(prepared)
	return p, func() { p.add4(1) }
}

func BenchmarkPrepared(b *testing.B) {
	_, f := prepare()
	for b.Loop() {
		f()
	}
}

// Made if it is not in the cache.
type cached struct{ list []int }

func (c *cached) add5(n int) { c.list = append(c.list, n) }

var cache = map[string]*cached{}

func lookUp(name string) *cached {
	for found, c := range cache {
		if found == name {
			return c
		}
	}
	if c, ok := cache[name]; ok {
		return c
	}
	if name == "" {
		return nil
	}
	c := &cached{}
	c.add5(len(name))
	return c
}

func BenchmarkLookUp(b *testing.B) {
	for b.Loop() {
		lookUp("one")
	}
}

// By a function that a field of a table holds.
type tabled struct{ list []int }

func (t *tabled) add3(n int) {
	t.list = append(t.list, n) // anew
}

func fill() {
	var t tabled
	t.add3(1)
}

func BenchmarkTable(b *testing.B) {
	cases := []struct{ run func() }{{run: func() { fill() }}}
	for _, c := range cases {
		b.Run("", func(b *testing.B) {
			for b.Loop() {
				c.run()
			}
		})
	}
}
