package p

import "strings"

var kept []int

//go:noinline
func look(s []int) int { return len(s) }

//go:noinline
func keep(s []int) { kept = s }

func returned(list []int) []int {
	var out []int
	for _, v := range list {
		out = append(out, v)
	}
	return out
}

func once(v int) []int {
	var out []int
	out = append(out, v)
	return out
}

func twice(v int) (out []int) {
	out = append(out, v)
	out = append(out, v)
	return
}

func large(list []string) [][5]int {
	var out [][5]int
	for range list {
		out = append(out, [5]int{})
	}
	return out
}

func stored(list []int) {
	out := []int{}
	for _, v := range list {
		if look(out) < 9 {
			out = append(out, v)
		}
	}
	kept = out
}

func passed(list []int) []int {
	var out []int
	for _, v := range list {
		out = append(out, v)
	}
	keep(out)
	return out
}

func addressed(list []int) (*int, []int) {
	var out []int
	for _, v := range list {
		out = append(out, v)
	}
	return &out[0], out
}

func twoWays(list []int) []int {
	var out []int
	for _, v := range list {
		if v < 0 {
			return out
		}
		out = append(out, v)
	}
	return out
}

func captured(list []int) []int {
	var out []int
	each(list, func(v int) { out = append(out, v) })
	return out
}

//go:noinline
func each(list []int, f func(int)) {
	for _, v := range list {
		f(v)
	}
}

func ranged(list []int) (sum int) {
	var out []int
	for _, v := range list {
		out = append(out, v)
	}
	for _, v := range out {
		sum += v
	}
	return sum
}

func rangedAndReturned(list []int) []int {
	var out []int
	for _, v := range list {
		out = append(out, v)
	}
	for i := range out {
		out[i]++
	}
	return out[:len(out)]
}

func readers(texts []string) (list []*strings.Reader) {
	for _, text := range texts {
		list = append(list, strings.NewReader(text))
	}
	return list
}

func lengths(texts []string) (sum int) {
	for _, text := range texts {
		sum += strings.NewReader(text).Len()
	}
	return sum
}

func pointers(list []int) (all []*strings.Reader) {
	for range list {
		var out []*strings.Reader
		if len(all) > 0 {
			out = append(out, strings.NewReader("a"), nil)
			out = append(out, nil)
		}
		all = out
	}
	return all
}
