package literals

import "unsafe"

const (
	a, b = iota, 0x_ff
	c, d
	e = 'é' + '\'' + '\x41' + '\u00e9'
	f = 1_000.5e-3 + 0x1p-2 + .5 + 5i + 0b11 + 0o17 + 017
	g = "tab\t\"quoted\"" + `raw
\n`
)

var m = map[string][]*struct{ n int }{"x": {{1}, nil}, `y`: nil}
var fn = func(a, b int, rest ...string) (x, y int) { return a + b*2 - -1, ^b &^ 3 }
var arr = [...]int{2: 1, 5}
var conv = (*int)(unsafe.Pointer(uintptr(0)))
var ch = (<-chan int)(nil)
var recv = <-(chan int)(nil)
var p = new(42)
var nested = x.y[i].(T).z(1, xs...)[:n]
var ünïcode, _٣ = 1, 2
