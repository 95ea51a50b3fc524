package shadowed

type byte struct{ a, b int64 }

func new(x any) any { return x }

const size = 64

func f(n int) {
	var a [1 << 20]byte
	var b [1 << 20]int8 //@>=24 variable heap:too-large always
	_ = new([1 << 20]int)
	{
		const n = 4
		_ = make([]int, n) //@ make-slice unknown unknown
	}
	{
		size := n
		use(size)
	}
	_ = make([]int, size) //@ make-slice unknown unknown
	use(a, b)
}

func g(int32 int, make func(...any) any) {
	var a [1 << 20]int32
	_ = make([]int, int32)
	use(a)
}
