// Which pools benchmarks drain: what their `New` makes says so at the end of the line.
package p

import (
	"sync"
	"testing"
)

type buffer struct{ bytes []byte }

// Taken for a caller, who drops it.
var dropped = sync.Pool{New: func() any {
	return new(buffer) // hot: drained-pool
}}

func getDropped() *buffer { return dropped.Get().(*buffer) }

func BenchmarkDropped(b *testing.B) {
	for b.Loop() {
		getDropped()
	}
}

// Given back by the one who took it.
var returned = sync.Pool{New: func() any {
	return new(buffer) // hot:
}}

func getReturned() *buffer { return returned.Get().(*buffer) }

func (b *buffer) release() { returned.Put(b) }

func BenchmarkReturned(b *testing.B) {
	for b.Loop() {
		getReturned().release()
	}
}

// What borrows and gives back gives back nothing of what others took.
var borrowed = sync.Pool{New: func() any {
	return new(buffer) // hot: drained-pool
}}

func getBorrowed() *buffer { return borrowed.Get().(*buffer) }

func borrow() int {
	b := getBorrowed()
	defer borrowed.Put(b)
	return len(b.bytes)
}

func BenchmarkBorrowed(b *testing.B) {
	for b.Loop() {
		borrow()
		getBorrowed()
	}
}

func BenchmarkBorrowedOnly(b *testing.B) {
	for b.Loop() {
		borrow()
	}
}

// What gives back more than it takes gives back what it is given.
var consumed = sync.Pool{New: func() any {
	return new(buffer) // hot:
}}

func getConsumed() *buffer { return consumed.Get().(*buffer) }

func consume(b *buffer) {
	own := getConsumed()
	own.bytes = append(own.bytes[:0], b.bytes...)
	consumed.Put(own)
	consumed.Put(b)
}

func BenchmarkConsumed(b *testing.B) {
	for b.Loop() {
		consume(getConsumed())
	}
}

// Two variables of one pool.
var shared = sync.Pool{New: func() any {
	return new(buffer) // hot:
}}

var alias = &shared

func getShared() *buffer { return shared.Get().(*buffer) }

func dropShared(b *buffer) { alias.Put(b) }

func BenchmarkShared(b *testing.B) {
	for b.Loop() {
		dropShared(getShared())
	}
}

// In a field, and `New` makes by calling.
type wrapper struct{ pool sync.Pool }

func newWrapper() *wrapper {
	w := &wrapper{}
	w.pool.New = func() any { return makeBuffer() }
	return w
}

func makeBuffer() *buffer {
	return new(buffer) // hot: drained-pool
}

func (w *wrapper) take() *buffer { return w.pool.Get().(*buffer) }

func BenchmarkWrapper(b *testing.B) {
	w := newWrapper()
	for b.Loop() {
		w.take()
	}
}

// Given back by a function that comes with what was taken.
var leased = sync.Pool{New: func() any {
	return new(buffer) // hot:
}}

func lease() (*buffer, func()) {
	b := leased.Get().(*buffer)
	return b, func() { leased.Put(b) }
}

func BenchmarkLeased(b *testing.B) {
	for b.Loop() {
		_, done := lease()
		done()
	}
}

// One of many that may be called takes.
var seldom = sync.Pool{New: func() any {
	return new(buffer) // hot:
}}

type source interface{ next() int }

type first struct{}
type second struct{}
type third struct{}

func (first) next() int  { return len(seldom.Get().(*buffer).bytes) }
func (second) next() int { return 2 }
func (third) next() int  { return 3 }

var sources = []source{first{}, second{}, third{}}

func sum() (n int) {
	for _, s := range sources {
		n += s.next()
	}
	return n
}

func BenchmarkSeldom(b *testing.B) {
	for b.Loop() {
		sum()
	}
}

// Given back beside the measured loop.
var served = sync.Pool{New: func() any {
	return new(buffer) // hot:
}}

func send(to chan *buffer) { to <- served.Get().(*buffer) }

func serve(from chan *buffer) {
	for b := range from {
		served.Put(b)
	}
}

func BenchmarkServed(b *testing.B) {
	c := make(chan *buffer)
	go serve(c)
	for b.Loop() {
		send(c)
	}
}

// Where there are errors, what is given back is no matter.
var failing = sync.Pool{New: func() any {
	return new(buffer) // hot: drained-pool
}}

func open(name string) (*buffer, error) {
	b := failing.Get().(*buffer)
	if err := b.read(name); err != nil {
		failing.Put(b)
		return nil, err
	}
	return b, nil
}

func (b *buffer) read(name string) error {
	b.bytes = append(b.bytes[:0], name...)
	return nil
}

func BenchmarkOpen(b *testing.B) {
	for b.Loop() {
		if _, err := open("one"); err != nil {
			b.Fatal(err)
		}
	}
}
