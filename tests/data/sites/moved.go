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
		out = append(out, v) //@<=24 append heap:non-constant-size maybe //@>=25 append heap:returned maybe
	}
	return out //@>=27 moved-slice heap:returned maybe
}

func once(v int) []int {
	var out []int
	out = append(out, v) //@<=24 append heap:non-constant-size maybe //@>=25 append heap:returned maybe
	return out
}

func twice(v int) (out []int) {
	out = append(out, v) //@<=24 append heap:non-constant-size maybe //@>=25 append heap:returned maybe
	out = append(out, v) //@<=24 append heap:non-constant-size maybe //@>=25 append heap:returned maybe
	return //@>=27 moved-slice heap:returned maybe
}

func large(list []string) [][5]int {
	var out [][5]int
	for range list {
		out = append(out, [5]int{}) //@<=24 append heap:non-constant-size maybe //@>=25 append heap:returned maybe
	}
	return out
}

func stored(list []int) {
	out := []int{} //@ slice-literal heap:global never
	for _, v := range list {
		if look(out) < 9 {
			out = append(out, v) //@<=24 append heap:non-constant-size maybe //@>=25 append heap:global maybe
		}
	}
	kept = out //@>=27 moved-slice heap:stored maybe
}

func passed(list []int) []int {
	var out []int
	for _, v := range list {
		out = append(out, v) //@<=24 append heap:non-constant-size maybe //@>=25 append heap:argument maybe
	}
	keep(out)
	return out
}

func addressed(list []int) (*int, []int) {
	var out []int
	for _, v := range list {
		out = append(out, v) //@<=24 append heap:non-constant-size maybe //@>=25 append heap:returned maybe
	}
	return &out[0], out
}

func twoWays(list []int) []int {
	var out []int
	for _, v := range list {
		if v < 0 {
			return out
		}
		out = append(out, v) //@<=24 append heap:non-constant-size maybe //@>=25 append heap:returned maybe
	}
	return out
}

func captured(list []int) []int {
	var out []int
	each(list, func(v int) { out = append(out, v) }) //@<=24 append heap:non-constant-size maybe; closure stack never //@>=25 append heap:captured maybe; closure stack never
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
		out = append(out, v) //@<=24 append heap:non-constant-size maybe //@>=25 append stack maybe
	}
	for _, v := range out { //@>=27 moved-slice heap:stored maybe
		sum += v
	}
	return sum
}

func rangedAndReturned(list []int) []int {
	var out []int
	for _, v := range list {
		out = append(out, v) //@<=24 append heap:non-constant-size maybe //@>=25 append heap:returned maybe
	}
	for i := range out {
		out[i]++
	}
	return out[:len(out)]
}

func readers(texts []string) (list []*strings.Reader) {
	for _, text := range texts {
		list = append(list, strings.NewReader(text)) //@<=24 append heap:non-constant-size maybe; inlined-call heap:stored always //@>=25 append heap:returned maybe; inlined-call heap:stored always
	}
	return list //@>=27 moved-slice heap:returned maybe
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
			out = append(out, strings.NewReader("a"), nil) //@<=24 append heap:non-constant-size maybe; inlined-call heap:stored always //@>=25 append heap:returned maybe; inlined-call heap:stored always
			out = append(out, nil) //@<=24 append heap:non-constant-size maybe //@>=25 append heap:returned maybe
		}
		all = out //@>=27 moved-slice heap:stored maybe
	}
	return all
}
