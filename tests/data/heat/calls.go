package p

// Each line with `// hot:` names what makes its site hot; the site of every other `new` is not hot.

import (
	"errors"
	"fmt"
	"os"
	"sort"
	"sync"
)

type item struct{ n int }

var sink *item

func keep(x *item) { sink = x }

// Three frames up there is a loop.

func outer(list []int) {
	for range list {
		middle()
	}
}

func middle() { inner() }

func inner() { make1() }

func make1() { keep(new(item)) } // hot: caller

func once() { keep(new(item)) }

func runsOnce() { once() }

// Branches on the way make it less likely.

func rarely(list []int, a, b, c bool) {
	for range list {
		if a {
			if b {
				if c {
					unlikely()
				}
				likely()
			}
		}
	}
}

func unlikely() { keep(new(item)) }

func likely() { keep(new(item)) } // hot: caller

// Errors are rare.

func parse(list []int) error {
	for _, n := range list {
		if err := check(n); err != nil {
			report()
			continue
		}
		if n > 3 {
			return fmt.Errorf("%d is too large", wrapped())
		}
		if n < 0 {
			fail()
			os.Exit(1)
		}
	}
	return nil
}

func check(n int) error {
	keep(new(item)) // hot: caller
	if n == 7 {
		keep(new(item))
		return errors.New("seven")
	}
	return nil
}

func report() { keep(new(item)) }

func wrapped() int { keep(new(item)); return 1 }

func fail() { keep(new(item)) }

// What leaves a loop runs once a call, and the call may be in a loop.

func find(list []int) *item {
	for _, n := range list {
		if n == 1 {
			return new(item) // hot: caller
		}
	}
	return nil
}

func findAll(lists [][]int) {
	for _, list := range lists {
		keep(find(list))
	}
}

// Function values run where they are called.

type walker struct{ visit func() }

func (w walker) walk(list []int) {
	for range list {
		w.visit()
	}
}

func useWalker() {
	w := walker{visit: func() { keep(new(item)) }} // hot: caller
	w.walk(nil)
}

func each(f func()) {
	for range 3 {
		f()
	}
}

func useEach() {
	each(func() { keep(new(item)) }) // hot: caller
	each(named)
	f := func() { keep(new(item)) }
	f()
}

func named() { keep(new(item)) } // hot: caller

var table = map[string]func(){"a": entry}

func entry() { keep(new(item)) } // hot: caller

func useTable() {
	for range 3 {
		table["a"]()
	}
}

func maker() func() { return func() { keep(new(item)) } } // hot: caller

func useMaker() {
	f := maker()
	for range 3 {
		f()
	}
}

// Methods of interfaces lead to what implements them and is stored in interfaces.

type shape interface{ area() int }

type square struct{ side int }

func (s square) area() int { keep(new(item)); return s.side } // hot: caller

type circle struct{ r int }

func (c *circle) area() int { keep(new(item)); return c.r }

func areas(shapes []shape) {
	for _, s := range shapes {
		s.area()
	}
}

func useShapes() { areas([]shape{square{1}}) }

// The standard library calls back.

func useSort(list []int) {
	sort.Slice(list, func(i, j int) bool { keep(new(item)); return list[i] < list[j] }) // hot: caller
	sort.Sort(byN(list))
	var o sync.Once
	for range list {
		o.Do(func() { keep(new(item)) })
	}
}

type byN []int

func (b byN) Len() int           { return len(b) }
func (b byN) Less(i, j int) bool { keep(new(item)); return b[i] < b[j] } // hot: caller
func (b byN) Swap(i, j int)      { b[i], b[j] = b[j], b[i] }

// Recursion is a loop.

func count(n int) int {
	if n == 0 {
		return 0
	}
	keep(new(item)) // hot: caller
	return count(n-1) + 1
}

func even(n int) bool { keep(new(item)); return n == 0 || odd(n-1) } // hot: caller

func odd(n int) bool { return n != 0 && even(n-1) }

// Goroutines and deferred calls run as often as the statement.

func spawn(list []int) {
	for range list {
		go worker()
		defer cleanup()
	}
}

func worker() { keep(new(item)) } // hot: caller

func cleanup() { keep(new(item)) } // hot: caller

// Marks start and stop the flow.

//heaplint:hot
func marked() { fromMarked() } // its callees are hot

func fromMarked() { keep(new(item)) } // hot: caller

//heaplint:cold
func coldOne() { fromCold() }

func fromCold() { keep(new(item)) }

func callsCold(list []int) {
	for range list {
		coldOne()
	}
}

func init() {
	for range 3 {
		atStart()
	}
}

func atStart() { keep(new(item)) }

// A type parameter's methods, and a generic function's argument.

func sum[T shape](list []T, f func(T)) {
	for _, x := range list {
		f(x)
	}
}

func useSum() {
	sum([]square{{1}}, func(square) { keep(new(item)) }) // hot: caller
}
