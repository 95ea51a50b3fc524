package lib

type Point struct{ X, Y int }

func (p *Point) Scale(by int) *Point { p.X *= by; p.Y *= by; return p }

func (p Point) Sum() int { return add(p.X, p.Y) }

func add(a, b int) int { return a + b }

var counter int

var Last *Point

func Keep(p *Point) { Last = p; counter++ }

func Drop(p *Point) int { return p.X }

func Big(p *Point, q *Point, n int) **Point {
	for i := 0; i < n; i++ {
		for j := range 10 {
			if (i+j)%2 == 0 {
				p.X += q.Y * i
			} else {
				p.Y -= q.X * j
			}
		}
	}
	switch {
	case n > 1:
		Last = p
	case n < -1:
		panic("negative: " + p.String())
	}
	return &q
}

func (p *Point) String() string {
	type local struct{ *Point }
	l := local{p}
	return l.name("point", 1.5, 'x', 1<<40, 2i)
}

func (p *Point) name(rest ...any) string { return "p" }

type shape interface {
	area() int
	Name() string
}

type square struct{ side int }

func (s square) area() int    { return s.side * s.side }
func (s square) Name() string { return "square" }

func Square(side int) shape { return square{side} }

func Area(s shape) int { return s.area() }

type List[T any] struct {
	items []T
	next  *List[T]
}

func (l *List[T]) Push(x T) { l.items = append(l.items, x); counter += hidden(len(l.items), 1) }

func (l *List[T]) Each(f func(T) bool) {
	for _, x := range l.items {
		if !f(x) {
			return
		}
	}
}

func hidden[N int | float64](a, b N) N { return a + b }

func Map[T, U any](in []T, f func(T) U) (out []U) {
	out = make([]U, 0, len(in))
	for i := range in {
		out = append(out, f(in[i]))
	}
	add := func(x T) { out = append(out, f(x)); func() { _ = in[0] }() }
	if len(in) > 3 {
		add(in[3])
	}
	return out
}

func Counter() func() int {
	n := 0
	return func() int { n++; return n }
}

func First[T any](all ...T) (x T, err error) {
	if len(all) == 0 {
		return x, failed{"empty"}
	}
	return all[0], nil
}

type failed struct{ why string }

func (f failed) Error() string { return f.why }

func Lookup(m map[string]*Point, key string) (p *Point, ok bool) { p, ok = m[key]; return }

func Kind(x any) string {
	switch v := x.(type) {
	case int, uint:
		return "number"
	case *Point:
		return v.name(v)
	case error:
		return v.Error()
	}
	return ""
}

//go:noinline
func Opaque(b []byte) string { return string(b[1:]) }

func Send(c chan<- *Point, p *Point) {
	select {
	case c <- p:
	default:
	}
}

func Retry(n int) {
again:
	if n--; n > 0 {
		goto again
	}
}

func Even(n int) bool {
	if n == 0 {
		return true
	}
	return Odd(n - 1)
}

func Odd(n int) bool {
	if n == 0 {
		return false
	}
	return Even(n - 1)
}

func Walk(f func(func(int) bool)) bool {
	for x := range f {
		if x > 3 {
			return true
		}
	}
	return false
}
