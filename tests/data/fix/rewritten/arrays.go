package rewritten

const page = 100 << 10

func assigned(fill func([]byte)) (n int) {
	b := make([]byte, page)
	n = copy(b, "x")
	return n + len(b)
}

func declared(xs []int) int {
	var seen = make([]int, 1<<13+1)
	for range xs {
		seen[0]++
		// A new array, all zero, for each round.
		round := make([]int, 100*90)
		round[1]++
		seen[0] += round[1]
	}
	return seen[0]
}

func expression(s string) int {
	switch {
	case len(s) > 3:
		return copy(make([]byte, 0, 70000)[:9], s)
	}
	return 0
}

func bounded(p []byte, k uint8, n uint) (sum int) {
	head := make([]byte, min(len(p), 64))
	copy(head, p)
	small := make([]int16, k)
	rest := make([]byte, n%32)
	mask := make([]byte, n&15, 15)
	both := make([]byte, int(n%8))
	// A capacity that is constant holds the length, which cannot be more.
	held := make([]uint16, k, 0x9000)
	return len(head) + len(small) + len(rest) + len(mask) + len(both) + len(held)
}

func names(bArray int) int {
	b := make([]byte, page)
	_ = make([]byte, page)
	return len(b) + bArray
}
