package sizes

var table [1 << 20]byte

const kib = 1 << 10

func locals() {
	var small [131072]byte
	var a [131073]byte //@>=24 variable heap:too-large always
	var b, c [1 << 17]int64 //@>=24 variable heap:too-large always; variable heap:too-large always
	var nested [400][400]float32 //@>=24 variable heap:too-large always
	var pointers [0x4001]*int //@>=24 variable heap:too-large always
	var texts [8_193]string //@>=24 variable heap:too-large always
	huge := [10<<20 + 1]byte{} //@ variable heap:too-large always
	var named [1024 * kib]byte //@>=24 variable heap:too-large always
	var unknown [1 << 20]thing
	var slice = [...]byte{1, 2, 3}
	use(len(small), len(a), len(b), len(c), len(nested), len(pointers), len(texts), len(huge), len(named), len(unknown), len(slice)) //@ variadic-slice stack never
}

type thing struct{}

func parameters(p [1 << 20]byte) (r [1 << 20]byte) { return p }

func implicit() {
	_ = make([]byte, 65536) //@ make-slice stack never
	_ = make([]byte, 65537) //@ make-slice heap:too-large always
	_ = make([]int64, 0, 8193) //@ make-slice heap:too-large always
	_ = make([]int64, 8192) //@ make-slice stack never
	_ = new([8192]int64) //@ new stack never
	_ = new([8193]int64) //@ new heap:too-large always
	_ = &[65537]byte{} //@ address-of-literal heap:too-large always
	_ = &thing{} //@ address-of-literal stack never
	_ = make(map[string]int, 1<<20) //@ make-map stack maybe
	_ = make(chan int) //@ make-chan heap:channel always
	_ = make([]thing, 1<<20) //@<=24 make-slice stack never //@>=25 make-slice heap:zero-sized-element never
	_ = make(named, 1<<20) //@ make-slice heap:too-large always
}

type named []byte

func runtime(n int, s string, xs []int, a [4]int) {
	_ = make([]byte, n) //@<=24 make-slice heap:non-constant-size always //@>=25 make-slice stack maybe
	_ = make([]byte, 0, 2*n) //@<=24 make-slice heap:non-constant-size always //@>=25 make-slice stack maybe
	_ = make([]byte, n, 16) //@ make-slice stack never
	_ = make([]rune, len(s)) //@<=24 make-slice heap:non-constant-size always //@>=25 make-slice stack maybe
	_ = make([]int, len(xs)) //@<=24 make-slice heap:non-constant-size always //@>=25 make-slice stack maybe
	_ = make([]int, len(a)) //@ make-slice stack never
	_ = make([]int, kib) //@ make-slice stack never
	_ = make([]int, count()) //@<=24 make-slice heap:non-constant-size always //@>=25 make-slice stack maybe
	_ = make([]thing, n) //@<=24 make-slice heap:non-constant-size never //@>=25 make-slice heap:zero-sized-element never
	_ = make([]byte, int(n)) //@<=24 make-slice heap:non-constant-size always //@>=25 make-slice stack maybe
}

// A variable that is set once may be seen through since Go 1.25.
func fixed(xs []int) {
	n := 32
	_ = make([]byte, n) //@<=24 make-slice heap:non-constant-size always //@>=25 make-slice stack never
	m := 32
	m++
	_ = make([]byte, m) //@<=24 make-slice heap:non-constant-size always //@>=25 make-slice stack maybe
	for i := range xs {
		_ = make([]byte, i) //@<=24 make-slice heap:non-constant-size always //@>=25 make-slice stack maybe
	}
	k := xs[0] + m
	_ = make([]byte, k) //@<=24 make-slice heap:non-constant-size always //@>=25 make-slice stack maybe
}

//go:noinline
func count() int { return 3 }

//go:noinline
func use(...int) {}
