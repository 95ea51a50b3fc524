package statements

import (
	"fmt"
	. "math"
	_ "embed"
)

//go:noinline
func control(xs []int, ch chan<- <-chan int) (n int, err error) {
outer:
	for i, x := range xs {
		switch {
		case x > 0, x < -10:
			continue outer
		case x == 0:
			fallthrough
		default:
			break outer
		}
		_ = i
	}
	for range 10 {
	}
	for i := 0; i < 3; i++ {
		defer func() { recover() }()
		go fmt.Println(i)
	}
	for n < 4 {
		n++
	}
	for {
		goto end
	}
end:
	if v, ok := any(n).(int); !ok {
	} else if v > 1 {
		n -= v
	} else {
		n &^= 1 << v
	}
	switch v := any(n).(type) {
	case nil:
	case int, *string:
		_ = v
	}
	select {
	case v, ok := <-<-make(chan chan int):
		_, _ = v, ok
	case ch <- make(chan int):
	default:
	}
	var a, b = xs[1:], xs[1:2:3]
	copy(a, b)
	if f := (struct{ x int }{1}); f.x == len([]int{1, 2}) {
	}
	for _, p := range []struct{ x, y int }{{1, 2}, {x: 3}} {
		_ = &p
	}
	return n, nil
}
