package shadowed

type byte struct{ a, b int64 }

//go:noinline
func new(x any) any { return x }

const size = 64

func f(n int) {
	var a [1 << 20]byte //@ variable heap:too-large always
	var b [1 << 20]int8 //@>=24 variable heap:too-large always
	_ = new([1 << 20]int{}) //@<=24 interface-conversion stack always //@>=25 interface-conversion stack never
	{
		const n = 4
		_ = make([]int, n) //@ make-slice stack never
	}
	{
		size := n
		use(size) //@ interface-conversion stack never; variadic-slice stack never
	}
	_ = make([]int, size) //@ make-slice stack never
	use(len(a), len(b)) //@ interface-conversion stack never; interface-conversion stack never; variadic-slice stack never
}

func g(int32 int, make func(...any) any) {
	var a [1 << 20]int16 //@>=24 variable heap:too-large always
	_ = make([]int{}, int32) //@ interface-conversion heap:argument maybe; interface-conversion heap:argument maybe; slice-literal heap:argument never; variadic-slice heap:argument always
	use(a[int32]) //@ interface-conversion stack never; variadic-slice stack never
}

//go:noinline
func use(...any) {}
