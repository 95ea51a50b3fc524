// Command rewrites prints what its functions give, and to standard error how many objects they allocate. What it prints
// must not change when heaplint has rewritten it.
package main

import (
	"fmt"
	"os"
	"runtime"
)

type level int

type label string

var sink string

//go:noinline
func keep(s string) { sink += s + ";" }

func formats(ns []int, words []string) {
	for i, n := range ns {
		keep(fmt.Sprintf("%d", n))
		keep(fmt.Sprintf("%x", int64(n)))
		keep(fmt.Sprintf("%v", uint8(n)))
		keep(fmt.Sprintf("%o", level(n)))
		keep(fmt.Sprint(n + i))
		keep(fmt.Sprintf("%t", n > 500))
	}
	for _, w := range words {
		keep(fmt.Sprintf("%s", w))
		keep(fmt.Sprintf("%q", w+"\x00\u00e9\xff"))
		keep(fmt.Sprint(label(w)))
	}
}

func arrays(words []string) (sum int) {
	for i, w := range words {
		page := make([]byte, 100<<10)
		sum += copy(page[i:], w) + int(page[0]) + len(page) + cap(page)
		head := make([]byte, min(len(w), 40))
		sum += copy(head, w) + len(head) + cap(head)
		head = append(head, w...)
		sum += len(head)
	}
	return sum
}

func capacities(words []string, m map[string]int, text string) (sum int) {
	lengths := []int{}
	for _, w := range words {
		lengths = append(lengths, len(w))
	}
	var runes []rune
	for _, r := range text {
		runes = append(runes, r)
	}
	for i := range runes {
		sum += int(runes[i])
	}
	counts := make([]int, 0)
	for _, n := range m {
		counts = append(counts, n)
	}
	var none []int
	for _, n := range lengths[:0] {
		none = append(none, n)
	}
	for _, n := range append(counts, lengths...) {
		sum += n
	}
	return sum + len(none)
}

func bytes(words []string) string {
	var b []byte
	for _, w := range words {
		b = append(b, []byte(w+"-"+w)...)
		copy(b[1:], []byte(w))
	}
	return string(b)
}

func main() {
	var ns []int
	for i := range 300 {
		ns = append(ns, i*i-20000)
	}
	words := []string{"", "a", "two words", "\u4e16\u754c", "a longer word than fits into thirty-two bytes of buffer"}
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	formats(ns, words)
	sum := arrays(words) + capacities(words, map[string]int{"x": 1, "y": 2}, "text \u00e9\u00e8")
	text := bytes(words)
	runtime.ReadMemStats(&after)
	fmt.Println(sink, sum, text)
	fmt.Fprintln(os.Stderr, after.Mallocs-before.Mallocs)
}
