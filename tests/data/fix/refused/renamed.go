package refused

func renamed(xs []int, len func([]int) int) []int {
	out := []int{}
	for _, x := range xs {
		out = append(out, x) // left: stands for something else
	}
	return out
}
