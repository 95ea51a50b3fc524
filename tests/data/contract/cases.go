// Package cases asks of contracts what gVisor's checkescape tests ask of that tool, case by case; the table of answers is
// in tests/it/contract.rs. Each line with a finding says so.
package cases

import "fmt"

type shape interface{ grow() }

type pair struct{ a, b uint64 }

func (p pair) grow() { fmt.Printf("%v", p) }

// Arguments alone cost nothing.

//heaplint:noalloc
func takesShape(s shape) {}

//heaplint:noalloc
func takesPointer(p *pair) {}

// What the language builds.

//heaplint:noalloc
func newMap() map[string]bool {
	return make(map[string]bool) // want noalloc
}

//heaplint:noalloc
func newMapBelow() map[string]bool {
	return newMap() // want noalloc
}

//heaplint:noalloc
func newClosure(n int) func() {
	return func() { fmt.Printf("%v", n) } // want noalloc
}

//heaplint:noalloc
func newClosureBelow(n int) func() {
	return newClosure(n) // want noalloc
}

//heaplint:noalloc
func newSlice(n int) []byte {
	return make([]byte, n) // want noalloc
}

//heaplint:noalloc
func newSliceBelow(n int) []byte {
	return newSlice(n) // want noalloc
}

//heaplint:noalloc
func appends(list []byte) []byte {
	return append(list, 0) // want noalloc
}

//heaplint:noalloc
func appendsBelow() []byte {
	return appends(nil) // want noalloc
}

//heaplint:noalloc
func newChannel() chan int {
	return make(chan int) // want noalloc
}

//heaplint:noalloc
func newChannelBelow() chan int {
	return newChannel() // want noalloc
}

//heaplint:noalloc
func newPair() *pair {
	var p pair // want noalloc
	return &p
}

//heaplint:noalloc
func newPairBelow() *pair {
	return newPair() // want noalloc
}

// Calls of what is not known.

//heaplint:noalloc
func dispatches(s shape) {
	s.grow() // want noalloc-unprovable
}

//heaplint:noalloc
func dispatchesBelow(s shape) {
	dispatches(s) // want noalloc-unprovable
}

//heaplint:noalloc
func callsValue(f func()) {
	f() // want noalloc-unprovable
}

//heaplint:noalloc
func callsValueBelow(f func()) {
	callsValue(f) // want noalloc-unprovable
}

//heaplint:noalloc
func callsValueWithStruct(f func(pair) uint64, a, b uint64) uint64 {
	return f(pair{a: a, b: b}) // want noalloc-unprovable
}

type taker interface{ take(pair) uint64 }

//heaplint:noalloc
func dispatchesWithStruct(t taker, a, b uint64) uint64 {
	return t.take(pair{a: a, b: b}) // want noalloc-unprovable
}

// Stacks grow; that is not counted.

//go:noinline
func leaf() {}

//heaplint:noalloc
func splits() { leaf() }

// Generic code counts as it is instantiated.

type entry[K, V any] struct {
	key   K
	value V
}

//heaplint:noalloc
func (e *entry[K, V]) get() (K, V) { return e.key, e.value }

//heaplint:noalloc
func (e *entry[K, V]) clone() *V {
	v := new(V) // want noalloc
	*v = e.value
	return v
}

//heaplint:noalloc
func useEntry(e *entry[uint64, int]) (uint64, int) { return (*entry[uint64, int]).get(e) }

func cloneEntry(e *entry[uint64, int]) *int { return e.clone() }

//heaplint:noalloc
func identity[T any](v T) T { return v }

func delegate[T any](v T) T { return identity(v) }

//heaplint:noalloc
func useDelegate(n int) int { return delegate(n) }

func allocate[T any]() *T { return new(T) }

//heaplint:noalloc
func useAllocate() *int {
	return allocate[int]() // want noalloc
}

//heaplint:noalloc
func nobodyUses[T any](v T) T { // want noalloc-unprovable
	return v
}

//heaplint:noalloc
func scratch[T any](v T, i int) T {
	var list [2]T
	list[i] = v
	return list[0]
}

func useScratch(n, i int) int { return scratch(n, i) }

//heaplint:noalloc
func inClosure[T any]() *T {
	return func() *T {
		return new(T) // want noalloc
	}()
}

func useInClosure() *int { return inClosure[int]() }

//heaplint:noalloc
func constrained[T shape](v T) {
	v.grow() // want noalloc-unprovable
}

func useConstrained(p *pair) { constrained[shape](p) }

//heaplint:noalloc
func genericCallback[T any](f func(T), v T) {
	f(v) // want noalloc-unprovable
}

func useGenericCallback(f func(int)) { genericCallback(f, 1) }

//heaplint:noalloc
func numeric[T ~uint64](a, b T) (bool, uint32) { return a == b, uint32(a) }

//heaplint:noalloc
func lookup[K ~uint64 | ~string, V any](list []entry[K, V], key K) (V, bool) {
	for i := range list {
		if list[i].key == key {
			return list[i].value, true
		}
	}
	var zero V
	return zero, false
}

//heaplint:noalloc
func equal[T comparable](a, b T) bool { return a == b }

//heaplint:noalloc
func genericBox[T any](v T) any {
	return v // want noalloc
}

//heaplint:noalloc
func genericBytes[T ~string](v T) []byte {
	return []byte(v) // want noalloc
}

//heaplint:noalloc
func genericAssert[T any](v any) (T, bool) {
	t, ok := v.(T)
	return t, ok
}

//heaplint:noalloc
func genericReceive[T any](c <-chan T) T { return <-c }

//heaplint:noalloc
func genericIndex[K comparable, V any](m map[K]V, key K) V { return m[key] }

//heaplint:noalloc
func genericClear[T ~[]int | ~map[int]int](v T) { clear(v) }

func useGenerics(list []entry[string, int], c chan int, m map[string]int) {
	numeric(uint64(1), 2)
	lookup(list, "a")
	equal("a", "b")
	genericBox([4]uint64{})
	genericBytes("a")
	genericAssert[int](list)
	genericReceive(c)
	genericIndex(m, "a")
	genericClear([]int{1})
}

// The same without type parameters.

//heaplint:noalloc
func receives(c <-chan int) int { return <-c }

//heaplint:noalloc
func compares(a, b any) bool { return a == b }

//heaplint:noalloc
func boxes(v [4]uint64) any {
	return any(v) // want noalloc
}

//heaplint:noalloc
func boxesQuietly(v [4]uint64) any {
	var boxed any = v // want noalloc
	return boxed
}

//heaplint:noalloc
func boxStays(n int) int {
	leaf()
	var boxed any = n
	return boxed.(int)
}

//heaplint:noalloc
func boxesPointer(p *int) any {
	leaf()
	return p
}

// Ways that end in a panic do not count.

//heaplint:noalloc
func panics(explicit bool, s string) {
	if len(s) != 0 {
		panic(fmt.Sprintf("value: %s", s))
	}
	if explicit {
		panic(any("explicit constant"))
	}
	panic("implicit constant")
}

//heaplint:noalloc
func boxesConstant() (any, *pair) {
	p := newPair() // want noalloc
	var boxed any = "constant"
	return boxed, p
}

//heaplint:noalloc
func boxesString(s string) any {
	return s // want noalloc
}

//heaplint:noalloc
func boxesSlice(b []byte) any {
	return b // want noalloc
}

//heaplint:noalloc
func boxesNumber(n uint64) any {
	return n // want noalloc
}

//heaplint:noalloc
func boxesPointers(v struct{ a, b *int }) any {
	return v // want noalloc
}

// An exemption covers its line and no other.

//heaplint:noalloc
func partlyExempt(exempt bool, s string, n uint64) any {
	if exempt {
		return s //heaplint:alloc-ok -- this conversion only
	}
	return n // want noalloc
}

// Of these nobody makes an instance, so nobody knows what there is to exempt; of the last one somebody does.

func exemptGeneric[T any](list []T, value T) []T {
	return append(list, value) //heaplint:alloc-ok -- callers pay for it
}

func exemptInLiteral[T any](value T) func() T {
	return func() T {
		//heaplint:alloc-ok -- the copy
		kept := value
		return kept
	}
}

type shelf[T any] struct{ list []T }

func (s *shelf[T]) exemptMethod(value T) {
	s.list = append(s.list, value) //heaplint:alloc-ok -- callers pay for it
}

func exemptForNothing[T any](list []T) int {
	return len(list) //heaplint:alloc-ok -- this allocates nothing // want unused-suppression
}

func usesInstance(list []int) int {
	return exemptForNothing(list)
}

//heaplint:noalloc
func exemptCall() *pair {
	return newPair() //heaplint:alloc-ok -- the call, and all that it leads to
}

//heaplint:noalloc
func exemptBlock(list []int) []int {
	//heaplint:alloc-ok -- the whole statement below
	if len(list) == 0 {
		list = append(list, 1)
	}
	return list
}

// Conversions of strings.

//go:noinline
func length(b []byte) int { return len(b) }

//heaplint:noalloc
func constantBytesStay() int { return length([]byte("constant")) }

//heaplint:noalloc
func constantBytes() []byte {
	return []byte("constant") // want noalloc
}

//heaplint:noalloc
func bytesOf(s string) []byte {
	return []byte(s) // want noalloc
}

// Comparisons and maps.

//heaplint:noalloc
func comparesArrays(a, b [5]string) bool { return a == b }

//heaplint:noalloc
func comparesStrings(a, b string) bool { return a == b }

//heaplint:noalloc
func reads(m map[uint64]int, key uint64) (int, bool) {
	v, ok := m[key]
	return v, ok
}

//heaplint:noalloc
func readsBelow(m map[uint64]int, key uint64) int {
	n, _ := reads(m, key)
	return n
}

//heaplint:noalloc
func writes(m map[int]int, key, value int) {
	m[key] = value // want noalloc
}

//heaplint:noalloc
func counts(m map[int]int, key int) {
	m[key]++ // want noalloc
}

//heaplint:noalloc
func deletes(m map[int]int, key int) {
	delete(m, key)
	clear(m)
}

//heaplint:noalloc
func sums(m map[int]int, s string) (sum int) {
	for _, v := range m {
		sum += v
	}
	for _, r := range s {
		sum += int(r)
	}
	return sum
}

// What stays in the frame.

//heaplint:noalloc
func emptyMap() int {
	m := make(map[int]int) // want noalloc
	return len(m)
}

//heaplint:noalloc
func closureStays(n int) bool {
	f := func() int { return n }
	return f == nil
}

//heaplint:noalloc
func large(i, j int, v byte) byte {
	var list [256 * 1024]byte // want noalloc
	list[i] = v
	return list[j]
}

//heaplint:noalloc
func small(i, j int, v byte) byte {
	var list [4]byte
	list[i] = v
	return list[j]
}

//go:noinline
func store(dst *int, v int) { *dst = v }

//heaplint:noalloc
func appendAmongLocals(s []int, v int) int {
	values := [1]int{len(append(s, v))} // want noalloc
	store(&values[0], v)
	return values[0]
}

//heaplint:noalloc
func grows() []int {
	var list []int
	list = append(list, 1) // want noalloc
	list = append(list, 2) // want noalloc
	return list
}

//heaplint:noalloc
func growsExempt() []int {
	var list []int
	list = append(list, 1) //heaplint:alloc-ok -- the first growth
	list = append(list, 2) //heaplint:alloc-ok -- the second
	return list
}

//heaplint:noalloc
func appendsToRoom(list []int) int {
	list = append(list, 1) //heaplint:alloc-ok -- this append only
	var local [2]int
	slice := append(local[:0], 1) // want noalloc
	return len(list) + slice[0]
}

//heaplint:noalloc
func constantMake() []byte {
	return make([]byte, 8) // want noalloc
}

//heaplint:noalloc
func constantMakeStays(v byte) byte {
	list := make([]byte, 8)
	list[0] = v
	return list[0]
}

//heaplint:noalloc
func returnsAppender() func() []int {
	return func() []int {
		var list []int
		return append(list, 1)
	}
}

//heaplint:noalloc
func callsAppender() []int {
	return func() []int {
		var list []int
		return append(list, 1) // want noalloc
	}()
}

// Goroutines and deferred calls.

//heaplint:noalloc
func spawns() {
	go leaf() // want noalloc
}

//heaplint:noalloc
func defers() {
	defer leaf()
}

var kept *pair

//go:noinline
func keepPair() { kept = newPair() }

//heaplint:noalloc
func defersAllocation() {
	defer keepPair() // want noalloc
}

//heaplint:noalloc
func defersInlined() {
	defer newPair() // what is inlined here and dropped stays in the frame
}

// Recursion, and the standard library.

//heaplint:noalloc
func descends(n int) *pair {
	if n == 0 {
		return newPair() // want noalloc
	}
	return descends(n - 1)
}

//heaplint:noalloc
func prints(n int) {
	fmt.Println(n) // want noalloc
}
