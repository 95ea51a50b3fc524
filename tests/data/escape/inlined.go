// Package inlined has what escape analysis makes of code that inlining, or the layout of initialisers, has changed.
package inlined

var (
	sink    any
	sinkInt *int
	limits  = []int{1, 2, 3}
)

type failure struct{ text string }

func (f *failure) Error() string { return f.text }

func fail(text string) error { return &failure{text} }

type ring struct {
	n    int
	next *ring
}

func (r *ring) all() func(func(*ring) bool) {
	return func(yield func(*ring) bool) {
		for at := r; at != nil; at = at.next {
			if !yield(at) {
				return
			}
		}
	}
}

// Variables that nothing uses once their calls are inlined.

func inlinedLiteral(n int) int {
	total := 0
	add := func(by int) { total += by }
	add(n)
	add(2)
	return total
}

func unusedLiteral(p *int) {
	unused := func() { sinkInt = p }
	_, ignored := 1, func() int { return *p }
	if false {
		unused()
		ignored()
	}
}

func usedByUnused() {
	x := 1
	first := func() { sinkInt = &x }
	second := first
	if false {
		second()
	}
}

func blankKeeps(p *int) {
	f := func() { sinkInt = p }
	_ = f
}

// Callees that are results of calls.

func callsResult(r *ring, yield func(*ring) bool) {
	r.all()(func(at *ring) bool { return yield(at) })
}

func rangesOverResult(r *ring) (a, b int) {
	for at := range r.all() {
		if at.n > 0 {
			return at.n, 1
		}
	}
	return 0, 0
}

func longLiteral(r *ring) int {
	sum := 0
	for at := range r.all() {
		switch at.n {
		case 1, 2, 3:
			sum += at.n * 2
		case 4, 5, 6:
			sum -= at.n * 3
		case 7, 8, 9:
			sum ^= at.n + at.n<<1 + at.n<<2
		default:
			sum |= at.n - sum*at.n + at.n/3
		}
		sum += sum>>1 + sum>>2 + sum>>3 + sum>>4
		sum -= sum<<1 - sum<<2 - sum<<3 - sum<<4
		sum ^= sum&1 + sum&2 + sum&3 + sum&4
	}
	return sum
}

// Range variables are assigned on each iteration, also where each has its own.

func nestedCapture(run func(func())) {
	for _, outer := range limits {
		for _, inner := range limits {
			run(func() { println(outer, inner) })
		}
	}
}

// Function variables with more than one value.

func known()            {}
func alsoKnown(p *int)  {}
func keepInt(p *int)    { sinkInt = p }
func pick(f func(*int)) { sink = f }

type table struct{ f func(*int) }

func unknownOrKnown(t *table, p *int) {
	f := t.f
	if f == nil {
		f = alsoKnown
	}
	f(p)
}

func allKnown(c bool, p *int) {
	f := alsoKnown
	if c {
		f = func(q *int) { _ = *q }
	}
	f(p)
}

// Functions that are not compiled.

func _(p *int) { sinkInt = p }

func generic[T any](v T, p *int) any {
	sinkInt = p
	return v
}

// Initialisers.

type option struct {
	name  string
	value any
	on    []int
	at    *int
}

func newOption(name string, value any) *option { return &option{name: name, value: value} }
func withMap(name string) *option              { return &option{name: name, value: map[string]int{name: 1}} }
func twice(v any) [2]any                       { return [2]any{v, v} }
func bytesOf(s string) []byte                  { return []byte(s) }
func addressOf(n int) *int                     { return &n }
func plain() *option                           { return &option{name: "plain"} }

var number = 7

var (
	errText  = fail("text")
	errSum   = fail("a" + "b")
	boxed    = newOption("n", number)
	nested   = newOption("nested", &option{on: []int{1, 2}})
	made     = newOption("made", make([]int, 3))
	mapped   = withMap("key")
	repeated = twice(3)
	pointed  = twice(&option{name: "once"})
	bytes    = bytesOf("bytes")
	address  = addressOf(4)
	alone    = plain()
	table1   = []any{1, "two", fail("three"), func() {}, []int{4}}
	called   = newOption("called", len(limits))
	captured = func() func() int { n := 1; return func() int { return n } }()
	_        = newOption("blank", 1)
	_        = &option{name: "unused"}
	_        = map[string]int{"unused": 1}
	_, pair  = fail("left"), fail("right")
)
