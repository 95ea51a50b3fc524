// Package p has function literals that come with inlined bodies: their names, and what is inlined into what.
package p

func pair() func(func(int) bool) {
	return func(yield func(int) bool) {
		if yield(1) {
			yield(2)
		}
	}
}

func loop() {
	for x := range pair() {
		println(x)
	}
}

func literal() {
	func() {
		f := pair()
		f(nil)
	}()
}

func adder(n int) func(int) int {
	return func(x int) int { return x + n }
}

func twice() int {
	f, g := adder(1), adder(2)
	h := func(x int) int { return f(x) * 2 }
	return h(1) + g(1)
}

func nested() func() int {
	return func() int { return func() int { return 1 }() }
}

func calls() int { return nested()() }

const on, off = true, false

func conditions(n int) bool {
	if off && n > 1 || on && n < 5 {
		return true
	}
	return n > 7 && on
}

func unnamed() (_ int, _ error) { return }

func _() { println("nobody calls this") }

var first = func() int { return second() }

var second = func() int { return 2 }
