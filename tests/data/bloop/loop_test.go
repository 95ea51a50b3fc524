package bloop

import "testing"

var table map[string]*node

func BenchmarkStatements(b *testing.B) {
	x := 1
	ch := make(chan int, 1)
	for b.Loop() {
		add(x, 2)
		newNode(3)
		n := newNode(4)
		n.link(newNode(5))
		_ = newNode(6)
		_, ok := pair(7)
		_, found := table["a"]
		_, _ = ok, found
		var l linker = n
		l.link(newNode(8))
		sink(&x, x, "text", newNode(9))
		sum([]int{1, 2})
		n.value++
		table["b"] = newNode(10)
		p := new(int)
		*p = 3
		println(newNode(11), "x", x)
		delete(table, "c")
		defer sink(p)
		select {
		case ch <- 1:
			newNode(12)
		case v := <-ch:
			sink(v)
		}
	}
}

func BenchmarkNested(b *testing.B) {
	for i := 0; b.Loop(); i++ {
		if i > 1 {
			newNode(1)
		} else {
			_ = make([]int, 4)
		}
		for j := range each {
			newNode(j)
		}
		switch i {
		case 1:
			newNode(2)
		}
		func() { newNode(3) }()
		f := func(n int) *int { return &n }
		f(4)
	}
	for range b.N {
		newNode(5)
	}
}

func loop(b *testing.B, size int) {
	buf := make([]byte, size)
	for b.Loop() {
		buf[0]++
		newNode(size)
	}
}

func BenchmarkCalled(b *testing.B) {
	loop(b, 10)
	b.Run("a", func(b *testing.B) { loop(b, 100) })
}
