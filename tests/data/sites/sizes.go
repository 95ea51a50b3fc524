package sizes

import "io"

var table [1 << 20]byte

const kib = 1 << 10

func locals() {
	var small [131072]byte
	var a [131073]byte                //@>=24 variable heap:too-large always
	var b, c [1 << 17]int64           //@>=24 variable heap:too-large always; variable heap:too-large always
	var nested [400][400]float32      //@>=24 variable heap:too-large always
	var pointers [0x4001]*int         //@>=24 variable heap:too-large always
	var texts [8_193]string           //@>=24 variable heap:too-large always
	huge := [10<<20 + 1]byte{}        //@ variable heap:too-large always
	var named [1024 * kib]byte        // a named constant needs the type checker
	var unknown [1 << 20]thing        // so does a named type
	var slice = [...]byte{1, 2, 3}
	use(small, a, b, c, nested, pointers, texts, huge, named, unknown, slice)
}

type thing struct{}

func parameters(p [1 << 20]byte) (r [1 << 20]byte) { return p }

func implicit() {
	_ = make([]byte, 65536)         //@ make-slice unknown unknown
	_ = make([]byte, 65537)         //@ make-slice heap:too-large always
	_ = make([]int64, 0, 8193)      //@ make-slice heap:too-large always
	_ = make([]int64, 8192)         //@ make-slice unknown unknown
	_ = new([8192]int64)            //@ new unknown unknown
	_ = new([8193]int64)            //@ new heap:too-large always
	_ = &[65537]byte{}              //@ address-of-literal heap:too-large always
	_ = &thing{}                    //@ address-of-literal unknown unknown
	_ = make(map[string]int, 1<<20) //@ make-map unknown unknown
	_ = make(chan int)              //@ make-chan heap:channel always
	_ = make([]thing, 1<<20)        //@ make-slice unknown unknown
	_ = make(named, 1<<20)
}

type named []byte

func runtime(n int, s string, xs []int, a [4]int, r io.Reader) {
	_ = make([]byte, n)       //@<=24 make-slice heap:non-constant-size always //@>=25 make-slice unknown maybe
	_ = make([]byte, 0, 2*n)  //@<=24 make-slice heap:non-constant-size always //@>=25 make-slice unknown maybe
	_ = make([]byte, n, 16)   //@ make-slice unknown unknown
	_ = make([]rune, len(s))  //@<=24 make-slice heap:non-constant-size always //@>=25 make-slice unknown maybe
	_ = make([]int, len(xs))  //@<=24 make-slice heap:non-constant-size always //@>=25 make-slice unknown maybe
	_ = make([]int, len(a))   //@ make-slice unknown unknown
	_ = make([]int, kib)      //@ make-slice unknown unknown
	_ = make([]int, io.Limit) //@ make-slice unknown unknown
	_ = make([]int, count())  //@<=24 make-slice heap:non-constant-size always //@>=25 make-slice unknown unknown
	_ = make([]thing, n)      //@<=24 make-slice heap:non-constant-size maybe //@>=25 make-slice unknown maybe
	_ = make([]byte, int(n))  //@<=24 make-slice heap:non-constant-size always //@>=25 make-slice unknown maybe
}

// A variable that is set once may be seen through since Go 1.25.
func fixed(xs []int) {
	n := 32
	_ = make([]byte, n) //@<=24 make-slice heap:non-constant-size always //@>=25 make-slice unknown unknown
	m := 32
	m++
	_ = make([]byte, m) //@<=24 make-slice heap:non-constant-size always //@>=25 make-slice unknown maybe
	for i := range xs {
		_ = make([]byte, i) //@<=24 make-slice heap:non-constant-size always //@>=25 make-slice unknown maybe
	}
	k := xs[0]
	_ = make([]byte, k) //@<=24 make-slice heap:non-constant-size always //@>=25 make-slice unknown maybe
}

func count() int { return 3 }
