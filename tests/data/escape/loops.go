package f

var F []func() int
var G []*int

func once(n int) {
	for a, b := 0, 1; a < b; a++ {
		F = append(F, func() int { return a + b })
	}
	for c := 0; c < 3; c++ {
		defer func() { println(c) }()
	}
	for d, e := 0, 1; d < e; d, e = d+1, e-1 {
		F = append(F, func() int { return d + e })
	}
	for g := 0; g < n; g++ {
		if g == 3 {
			g++
			continue
		}
		F = append(F, func() int { return g })
	}
}
func addressed() {
	for a, b := 0, 1; a < b; a++ {
		G = append(G, &a)
	}
}
func assigned(n int) {
	for a := 0; a < n; a++ {
		F = append(F, func() int { a++; return a })
	}
	for b := 0; b < n; {
		F = append(F, func() int { return b })
		b++
	}
}
func nested(n int) {
	for a := 0; a < n; a++ {
		for b := 0; b < n; b++ {
			F = append(F, func() int { return a + b })
		}
	}
	for c := 0; c < n; c++ {
		for d := range G {
			F = append(F, func() int { return c + d })
		}
		F = append(F, func() int { return c })
	}
	for e := 0; e < n; e++ {
		F = append(F, func() int { return e })
		for range G {
			F = append(F, func() int { return e })
		}
	}
}
