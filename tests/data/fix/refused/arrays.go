package refused

const large = 1 << 16

type list []int

var kept []byte

func arrays(n, m int, s string, k uint16) (size int) {
	a := make([]int, large)              // left: too large for the stack
	b := make(list, 9000)                // left: a type with a name
	c := make([]byte, n)                 // left: the size has no constant bound
	d := make([]byte, min(n, 64))        // left: the size has no constant bound
	e := make([]byte, k)                 // left: too large for the stack
	f := make([]byte, length(s)&7)       // left: the size has no constant bound
	g := make([]byte, n, 70000)          // left: the size has no constant bound
	kept = make([]byte, 70000)           // left: something else would be allocated
	if h := make([]byte, 70000); n > 3 { // left: not stand in a plain statement
		size = len(h)
	}
	for i := range make([]byte, 70000) { // left: not stand in a plain statement
		size += i
	}
	func() { size = len(make([]byte, 70000)) }() // left: does not begin its line
	return size + len(a) + len(b) + len(c) + len(d) + len(e) + len(f) + len(g)
}

func length(s string) int { return len(s) }

func again(n int) int {
	a := make([]byte, 70000) // left: calls itself
	if n > 0 {
		return again(n - 1)
	}
	return len(a)
}

func generic2[T any](x T) int {
	a := make([]T, 20000) // left: generic function
	a[0] = x
	return len(a)
}

func use2() int { return generic2(1) }
