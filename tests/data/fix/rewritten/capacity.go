package rewritten

type point struct{ x, y int }

type points []point

func ranged(xs []int) []int {
	out := []int{}
	for _, x := range xs {
		out = append(out, x*x)
	}
	return out
}

func made(m map[string]int) points {
	out := make(points, 0)
	for _, n := range m {
		if n < 0 {
			n = -n
		}
		out = append(out, point{n, n})
	}
	return out
}

// The slice is nil for an empty string, but nobody sees it.
func unseen(s string) (sum int) {
	var codes []rune
	for _, r := range s {
		codes = append(codes, r)
	}
	for i := range codes {
		sum += int(codes[i])
	}
	return sum + len(codes)
}

func apart(xs []int, use func(int)) []string {
	names := []string{}
	use(len(xs))
	for i := 0; i < len(xs); i++ {
		for range 3 {
			if i > 1 {
				break
			}
		}
		names = append(names, "x")
	}
	return names
}

func counted() []int {
	squares := []int{}
	for i := range 100 {
		squares = append(squares, i*i)
	}
	return squares
}

func array(p *[8]int) []int {
	out := []int{}
	for _, x := range p {
		out = append(out, x)
	}
	return out
}

func field(s struct{ list []int }) []int {
	var keep []int
	var all []int
	for _, x := range s.list {
		all = append(all, x)
	}
	return append(keep, all...)
}
