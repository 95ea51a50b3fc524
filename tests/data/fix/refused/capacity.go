package refused

func returned(xs []int) []int {
	var out []int
	for _, x := range xs {
		out = append(out, x) // left: may be nil, and that can be seen
	}
	return out
}

func left(xs []int) []int {
	out := []int{}
	for _, x := range xs {
		if x < 0 {
			break
		}
		out = append(out, x) // left: the loop may be left
	}
	return out
}

func skipped(xs []int) []int {
	out := []int{}
	for _, x := range xs {
		if x < 0 {
			out = append(out, x) // left: right in a loop's body
		}
	}
	return out
}

func counted(n int) []int {
	out := []int{}
	for i := 0; i < n; i++ {
		out = append(out, i) // left: not bounded by a length
	}
	return out
}

func stepped(xs []int) []int {
	out := []int{}
	for i := 0; i < len(xs); i++ {
		i++
		out = append(out, i) // left: is not known before it
	}
	return out
}

func shrinking(xs []int) []int {
	out := []int{}
	for i := 0; i < len(xs); i++ {
		xs = xs[1:]
		out = append(out, i) // left: is not known before it
	}
	return out
}

func captured(xs []int) func() []int {
	out := []int{}
	for _, x := range xs {
		out = append(out, x) // left: a function literal uses the slice
	}
	return func() []int { return out }
}

func measured(xs []int) int {
	out := []int{}
	for _, x := range xs {
		out = append(out, x) // left: the capacity of the slice is looked at
	}
	return cap(out)
}

func set(xs []int) []int {
	out := []int{}
	for _, x := range xs {
		out = append(out, x) // left: the slice is set elsewhere
	}
	out = out[:0]
	return out
}

func early(xs []int, ok bool) []int {
	out := []int{}
	if !ok {
		return nil
	}
	for _, x := range xs {
		out = append(out, x) // left: may end between
	}
	return out
}

func changed(m map[int]int) []int {
	out := []int{}
	m[1] = 1
	for k := range m {
		out = append(out, k) // left: may change before it
	}
	return out
}

func empty(xs []struct{}) []int {
	out := []int{}
	for i := range xs {
		out = append(out, i) // left: takes no room
	}
	return out
}

func received(c chan int) []int {
	out := []int{}
	for n := range c {
		out = append(out, n) // left: is not known before it
	}
	return out
}

func several(xs []int) []int {
	out := []int{}
	for _, x := range xs {
		out = append(out, x, x) // left: not just one value
	}
	return out
}

func given(out, xs []int) []int {
	for _, x := range xs {
		out = append(out, x) // left: a parameter or result
	}
	return out
}
