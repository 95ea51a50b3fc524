// Package flows has one small function for each way that a value can go.
package flows

import "unsafe"

var (
	sinkPointer *int
	sinkAny     any
	sinkSlice   []*int
	sinkFunc    func() int
	sinkFuncs   []func() *int
	sinkString  string
	sinkBytes   []byte
)

type node struct {
	value int
	next  *node
	items []int
	array [4]int
	ptr   *int
}

type keeper interface{ keep(p *int) }

type holder struct{ p *int }

func (h *holder) keep(p *int)     { h.p = p }
func (h holder) get() *int        { return h.p }
func (h *holder) field() **int    { return &h.p }
func (holder) unnamed(p, _ *int)  { sinkPointer = p }
func (h *holder) reset()          { *h = holder{} }
func (n *node) reslice(i int)     { n.items = n.items[i:] }
func (n *node) swap(m *node)      { n.next, n.next.next = n.next.next, n.next }
func (n *node) sub(i, j int)      { n.array[i], n.array[j] = n.array[j], n.array[i] }
func (n *node) sliceArray()       { n.items = n.array[:] }
func (n *node) count(by int)      { n.value -= by; n.value++ }

// Parameters.

func identity(p *int) *int               { return p }
func content(pp **int)                   { sinkPointer = *pp }
func load(pp **int) *int                 { return *pp }
func storeField(n *node, p *int)         { n.ptr = p }
func storeElement(s []*int, p *int)      { s[0] = p }
func storeArray(a [2]*int, p *int) *int  { a[0] = p; return a[1] }
func storeMap(m map[string]*int, p *int) { m["k"] = p }
func keyMap(m map[*int]int, p *int)      { m[p] = 1 }
func lookup(m map[*int]*int, p *int) *int {
	return m[p]
}
func receive(c chan *int) *int { return <-c }
func send(c chan *int, p *int) { c <- p }
func several(p, q *int) (*int, *int) {
	return q, p
}
func six(a, b, c, d, e, f *int) (*int, *int, *int, *int, *int, *int) {
	return a, b, c, d, e, f
}
func eight(a, b *int) (_, _, _, _, _ *int, r6, r7, r8 *int) {
	r7, r8 = a, b
	return
}
func named(p *int) (r *int) {
	r = p
	return
}
func escapingResult(p *int) (r *int) {
	sinkAny = &r
	r = p
	return
}
func assertPointer(x any) *int       { return x.(*int) }
func assertSlice(x any) []int        { return x.([]int) }
func commaOk(x any) (r []int) {
	r, _ = x.([]int)
	return
}
func toArray(s []*int) [2]*int         { return [2]*int(s) }
func toArrayPointer(s []*int) *[2]*int { return (*[2]*int)(s) }
func appendAll(d, s []*int) []*int     { return append(d, s...) }
func appendOne(d []*int, p *int) []*int {
	return append(d, p)
}
func appendInts(d []int, s ...int) []int { return append(d, s...) }
func copyAll(d, s []*int) int            { return copy(d, s) }
func clearAll(m map[string]*int, s []*int) {
	clear(m)
	clear(s)
}
func minimum(a, b string) string      { return min(a, b) }
func unsafeSlice(p *int, n int) []int { return unsafe.Slice(p, n) }
func unsafeAdd(p *int) unsafe.Pointer { return unsafe.Add(unsafe.Pointer(p), 8) }
func rangeKey(m map[*int]bool) *int {
	for k := range m {
		return k
	}
	return nil
}
func rangeValue(s []*int) {
	for _, v := range s {
		sinkPointer = v
	}
}
func variadic(ps ...*int)          { sinkPointer = ps[0] }
func variadicKept(ps ...*int)      { sinkSlice = ps }
func callParam(f func(*int) *int)  { f(nil) }
func callUsed(f func(*int) *int)   { sinkPointer = f(nil) }
func throughInterface(k keeper) {
	x := 1
	k.keep(&x)
}
func recursive(p *int, n int) *int {
	if n == 0 {
		return p
	}
	return recursive(p, n-1)
}
func even(p **int, n int) *int {
	if n == 0 {
		return *p
	}
	return odd(p, n-1)
}
func odd(p **int, n int) *int { return even(p, n-1) }

//go:noescape
func assembly(p *int, n uintptr)
func assemblyKept(p *int, q []byte)

//go:uintptrescapes
func keepUintptr(a uintptr, rest ...uintptr) {}

// Locals.

func addresses() {
	x, y, z := 1, 2, 3
	p := &x
	sinkPointer = p
	q := &y
	pp := &q
	_ = **pp
	var h holder
	h.keep(&z)
	_ = h
}

func loops() (last *int) {
	var outer *int
	for i := 0; i < 3; i++ {
		x := i
		outer = &x
		y := i
		inner := &y
		_ = *inner
		z := new(int)
		outer = z
		w := new(int)
		_ = *w
	}
	_ = outer
	i := 0
again:
	v := i
	last = nil
	if kept := &v; i < 3 {
		outer = kept
		i++
		goto again
	}
	return
}

func loopVariables(s []int, a [3]int, pa *[3]int) {
	for i := 0; i < 3; i++ {
		sinkPointer = &i
	}
	for _, v := range s {
		sinkPointer = &v
	}
	for i := range a {
		sinkPointer = &a[i]
	}
	for i := range pa {
		sinkPointer = &pa[i]
	}
}

func maps() {
	var x, y, z, w int
	m := map[string]*int{"a": &x}
	m["b"] = &y
	k := map[*int]int{}
	k[&z] = 1
	_ = k[&w]
	delete(k, &w)
	_ = make(map[int]int, 3)
}

func channels() {
	var x int
	c := make(chan *int, 1)
	c <- &x
	select {
	case c <- &x:
	case p := <-c:
		_ = p
	default:
	}
}

func boxing(n int, s string, p *int, i any) (any, any) {
	var t struct{ a, b int }
	sinkAny = n
	sinkAny = 5
	sinkAny = "text"
	sinkAny = p
	sinkAny = i
	sinkAny = t
	_ = any(s)
	_ = i == n
	c := 7
	sinkAny = c
	return n, s
}

func typeSwitch(x any) any {
	switch v := x.(type) {
	case int:
		return &v
	case *int:
		return v
	case []int, string:
		return v
	}
	return nil
}

func literals(p *int) {
	_ = []int{1, 2}
	_ = &node{ptr: p}
	_ = node{next: &node{}}
	sinkSlice = []*int{p}
	sinkAny = &[]int{}
	sinkAny = [2]*int{p}
	big := [200000]byte{}
	_ = big
	_ = new([70000]byte)
}

func makes(n int) {
	m := 20
	_ = make([]int, n)
	_ = make([]int, 10)
	_ = make([]int, m)
	_ = make([]int, 0, n)
	_ = make([]int, 9000)
	_ = make([]struct{}, n)
	sinkBytes = make([]byte, n)
	five := []int{1, 2, 3, 4, 5}
	_ = make([]int, len(five))
}

func strings(s string, b []byte, r []rune, n rune) int {
	_ = string(b)
	_ = s + "x" + s
	sinkString = string(b)
	sinkString = s + s
	_ = string(r)
	_ = string(n)
	_ = []rune(s)
	w := []byte(s)
	w[0] = 1
	read := []byte(s)
	return len(read) + len(w)
}

func appends(s []int) {
	var local []int
	local = append(local, 1)
	s = append(s, 1, 2)
	sinkBytes = append(sinkBytes, 'x')
}

func self(n *node, a, b *node) {
	n.next = n.next
	n.next.next = a.next
	*n = *n
	a.items[0] = a.items[1]
}

// Closures.

func byValue() func() int {
	n := 1
	return func() int { return n }
}

func byReference() func() int {
	n := 1
	return func() int { n++; return n }
}

func assignedBefore(c bool) func() int {
	x := 1
	if c {
		x = 2
	}
	return func() int { return x }
}

func assignedAfter() func() int {
	x := 1
	f := func() int { return x }
	x = 3
	return f
}

func large() func() byte {
	var small [128]byte
	var big [136]byte
	return func() byte { return small[0] + big[0] }
}

func called() int {
	x := 1
	func() { x++ }()
	f := func(p *int) *int { return p }
	y := 2
	return x + *f(&y)
}

func returnsOuter() int {
	u := 1
	f := func() *int { return &u }
	return *f()
}

func losesResults(g func(func() *int)) {
	u := 1
	f := func() *int { return &u }
	g(f)
}

func nested() func() func() int {
	x := 1
	return func() func() int {
		y := 2
		return func() int { x++; return x + y }
	}
}

func assigned(c bool) {
	var f func(*int) *int
	if c {
		f = identity
	} else {
		f = func(p *int) *int { return nil }
	}
	x := 1
	_ = f(&x)
}

func assignedUnknown(g func(*int)) {
	f := g
	x := 1
	f(&x)
}

func methodValues(h *holder, k keeper) {
	x := 1
	f := h.keep
	f(&x)
	g := k.keep
	_ = g
	v := holder{&x}
	sinkFuncs = append(sinkFuncs, v.get)
	(*holder).keep(h, &x)
	e := holder.get
	_ = e(v)
}

func keepNothing(p *int) {}
func keepAll(p *int)     { sinkPointer = p }

func defers(n int) {
	x, y, z := 1, 2, 3
	defer keepNothing(&x)
	defer keepAll(&y)
	defer func() { z++ }()
	for i := 0; i < n; i++ {
		w := 1
		defer keepNothing(&w)
		defer func() { recover() }()
	}
}

func goroutines(h *holder) {
	x, y := 1, 2
	go keepNothing(&x)
	go func() { y++ }()
	go h.reset()
	go println("done")
}

func panics(p *int, n int) {
	if n > 0 {
		panic(p)
	}
	panic(n)
}

func uintptrs(p *int) uintptr {
	var x, y int
	a := uintptr(unsafe.Pointer(&x))
	sinkAny = unsafe.Pointer(uintptr(unsafe.Pointer(&y)) + 8)
	keepUintptr(uintptr(unsafe.Pointer(p)), uintptr(unsafe.Pointer(&x)))
	return a
}

func variadics() {
	x, y := 1, 2
	variadic(&x)
	variadicKept(&y)
	variadic()
}

var initialised = func() *int { x := 1; return &x }()

var table = map[string]func(int) any{"box": func(n int) any { return n }}

func loopVariable(n int, use func(func() int)) {
	for i := 0; i < n; i++ {
		use(func() int { return i })
	}
	for i, j := 0, n; i < j; i, j = i+1, j-1 {
		use(func() int { return i })
		use(func() int { j--; return j })
	}
	for i := 0; i < n; {
		use(func() int { i++; return i })
	}
}

type boxed[T any] struct{ value T }

type number int

func clauseVariables(v any) any {
	switch v := v.(type) {
	case boxed[number]:
		return &v
	case func(number) *number:
		return &v
	case interface{ method(number) }:
		return &v
	case map[string][]number:
		return &v
	}
	return nil
}

func runesOfConstant(use func([]rune)) int {
	kept := []rune("kept")
	use([]rune("används"))
	return len(kept)
}

var runesAsData = []rune("data")
