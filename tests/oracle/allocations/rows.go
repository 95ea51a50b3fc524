// Command allocations measures what sites allocate at run time: one function for each kind of site, its site on the line
// that ends in a `row` comment. It prints `row<TAB>case<TAB>allocations a run`. Rows whose cost hangs on a condition are
// called with both outcomes.
package main

import (
	"fmt"
	"testing"
)

type (
	empty  struct{}
	flag   struct{ set bool }
	cell   struct{ n int }
	named  struct{ text string }
	point  struct{ x, y int }
	degree int
	kilo   [1024]byte
	more   [1032]byte
	node   struct {
		value int
		next  *node
	}
)

func (p *point) sum() int { return p.x + p.y }

var (
	sink        any
	sinkInt     *int
	sinkEmpty   *empty
	sinkPoint   *point
	sinkFunc    func() int
	sinkMethod  func(*point) int
	sinkString  string
	sinkBytes   []byte
	sinkInts    []int
	sinkEmpties []empty
	sinkRunes   []rune
	sinkMap     map[int]int
	sinkChan    chan int
	sinkCount   int
	sinkError   error

	five, thousand  = 5, 1000
	shortText       = "abcde"
	longText        = "abcdefghijklmnopqrstuvwxyzabcdefghijklmn"
	shortBytes      = []byte(shortText)
	longBytes       = []byte(longText)
	lookup          = map[string]int{longText: 1}
	emptyCapture    = func() {}
	done            = make(chan bool, 1)
	unknownIterator = func(yield func(int) bool) { yield(1) }
	kiloValue       kilo
	moreValue       more
	points          = []point{{1, 2}, {3, 4}, {5, 6}}
	pointsByName    = map[named]int{{"a"}: 1}
	enough          = make([]int, 0, 16)
	full            = make([]int, 4)
	pointErr        = &failure{}
)

type failure struct{}

func (*failure) Error() string { return "" }

//go:noinline
func look(v any) bool { _, is := v.(int); return is }

//go:noinline
func lookBytes(b []byte) byte {
	if len(b) == 0 {
		return 0
	}
	return b[0]
}

//go:noinline
func writeBytes(b []byte) {
	for i := range b {
		b[i] = 'x'
	}
}

//go:noinline
func lookString(s string) byte {
	if s == "" {
		return 0
	}
	return s[0]
}

//go:noinline
func lookRunes(r []rune) {
	for i := range r {
		r[i] = 'x'
	}
}

//go:noinline
func lookInts(s []int) int { return len(s) }

//go:noinline
func lookFunc(f func() int) int { return f() }

//go:noinline
func lookAll(all ...int) int { return len(all) }

//go:noinline
func finish(n int) { done <- n > 0 }

//go:noinline
func finishAlone() { done <- true }

//go:noinline
func count(n *int) { *n++ }

// §1: escapes to heap, and allocates never, or sometimes.

//go:noinline
func constantInt() {
	sink = 5 // row constant int boxed
}

//go:noinline
func constantString() {
	sink = "text" // row constant string boxed
}

//go:noinline
func constantFloat() {
	sink = 1.5 // row constant float boxed
}

//go:noinline
func constantNamed() {
	sink = degree(300) // row constant of a named type boxed
}

//go:noinline
func boxedBool(b bool) {
	sink = b // row bool boxed
}

//go:noinline
func boxedByte(b byte) {
	sink = b // row byte boxed
}

//go:noinline
func boxedFlag(f flag) {
	sink = f // row struct of one bool boxed
}

//go:noinline
func boxedByteArray(a [1]byte) {
	sink = a // row array of one byte boxed
}

//go:noinline
func boxedInt(n int) {
	sink = n // row int boxed
}

//go:noinline
func boxedInt16(n int16) {
	sink = n // row int16 boxed
}

//go:noinline
func boxedUint32(n uint32) {
	sink = n // row uint32 boxed
}

//go:noinline
func boxedFloat(f float64) {
	sink = f // row float64 boxed
}

//go:noinline
func boxedRune(r rune) {
	sink = r // row rune boxed
}

//go:noinline
func boxedCell(c cell) {
	sink = c // row struct of one int boxed
}

//go:noinline
func boxedIntArray(a [1]int) {
	sink = a // row array of one int boxed
}

//go:noinline
func boxedHalves(h [2]int16) {
	sink = h // row array of two int16 boxed
}

//go:noinline
func boxedString(s string) {
	sink = s // row string boxed
}

//go:noinline
func boxedNamed(n named) {
	sink = n // row struct of one string boxed
}

//go:noinline
func boxedSlice(b []byte) {
	sink = b // row slice boxed
}

//go:noinline
func boxedEmpty(e empty) {
	sink = e // row value without size boxed
}

//go:noinline
func boxedNothing(a [0]int) {
	sink = a // row array of no elements boxed
}

//go:noinline
func boxedPoint(p point) {
	sink = p // row struct boxed
}

//go:noinline
func boxedPointer(p *point) {
	sink = p // row pointer boxed
}

//go:noinline
func boxedLiteral() {
	sink = point{3, 4} // row literal of constants boxed
}

//go:noinline
func boxedVariableLiteral(n int) {
	sink = point{3, n} // row literal of a variable boxed
}

//go:noinline
func boxedZero() {
	sink = point{} // row zero literal boxed
}

//go:noinline
func boxedKilo() {
	sink = kilo{} // row zero literal of 1024 bytes boxed
}

//go:noinline
func boxedMore() {
	sink = more{} // row zero literal of 1032 bytes boxed
}

//go:noinline
func boxedConstantVariable() {
	x := 1000
	sink = x // row variable that holds one constant boxed
}

//go:noinline
func boxedSmallConstantVariable() {
	x := 5
	sink = x // row variable that holds one constant boxed
}

//go:noinline
func boxedLiteralVariable() {
	t := point{3, 4}
	sink = t // row variable that holds one literal boxed
}

//go:noinline
func boxedZeroVariable() {
	var t point
	sink = t // row variable without initialiser boxed
}

//go:noinline
func boxedReassigned(c bool) {
	t := point{3, 4}
	if c {
		t = point{5, 6}
	}
	sink = t // row variable assigned twice boxed
}

//go:noinline
func emptyLiteral() {
	sinkEmpty = &empty{} // row address of a literal without size
}

//go:noinline
func emptyNew() {
	sinkEmpty = new(empty) // row new of a type without size
}

//go:noinline
func emptyMoved() {
	var e empty // row variable without size moved to the heap
	sinkEmpty = &e
}

//go:noinline
func pointLiteral() {
	sinkPoint = &point{1, 2} // row address of a literal
}

//go:noinline
func pointNew() {
	sinkPoint = new(point) // row new
}

//go:noinline
func plainClosure() {
	sinkFunc = func() int { return 1 } // row closure that captures nothing
}

//go:noinline
func capturingClosure(n int) {
	sinkFunc = func() int { return n } // row closure that captures
}

//go:noinline
func methodExpression() {
	sinkMethod = (*point).sum // row method expression
}

//go:noinline
func methodValue(p *point) {
	sinkFunc = p.sum // row method value
}

//go:noinline
func emptySliceLiteral() {
	sinkInts = []int{} // row slice literal without elements
}

//go:noinline
func sliceLiteral() {
	sinkInts = []int{1, 2} // row slice literal
}

//go:noinline
func makeNone() {
	sinkInts = make([]int, 0) // row make of no elements
}

//go:noinline
func makeSome() {
	sinkInts = make([]int, 3) // row make of a constant size
}

//go:noinline
func makeEmpties(n int) {
	sinkEmpties = make([]empty, n) // row make of elements without size
}

//go:noinline
func makeSized(n int) {
	sinkInts = make([]int, n) // row make of a run-time size
}

//go:noinline
func makeMap() {
	sinkMap = make(map[int]int) // row make of a map
}

//go:noinline
func stringOfBytes(b []byte) {
	sinkString = string(b) // row string of bytes
}

//go:noinline
func bytesOfString(s string) {
	sinkBytes = []byte(s) // row bytes of a string
}

//go:noinline
func runesOfString(s string) {
	sinkRunes = []rune(s) // row runes of a string
}

//go:noinline
func stringOfRune(r rune) {
	sinkString = string(r) // row string of a rune
}

//go:noinline
func concatenation(a, b string) {
	sinkString = a + b // row concatenation
}

//go:noinline
func appended(s []int, n int) {
	sinkInts = append(s, n) // row append
}

//go:noinline
func panicking(n int) {
	defer func() { sinkCount += recover().(int) }()
	panic(n) // row panic with an int
}

//go:noinline
func toInterface(e error) {
	sink = e // row interface to interface
}

//go:noinline
func moved(n int) {
	x := n // row variable moved to the heap
	sinkInt = &x
}

// §2: does not escape, and may allocate all the same.

//go:noinline
func lookKilo(k *kilo) {
	look(*k) // row value of 1024 bytes boxed on the stack
}

//go:noinline
func lookMore(m *more) {
	look(*m) // row value of 1032 bytes boxed on the stack
}

//go:noinline
func lookInt(n int) {
	look(n) // row int boxed on the stack
}

//go:noinline
func makeLocal(n int) {
	s := make([]int, n) // row make of a run-time size on the stack
	lookInts(s)
}

//go:noinline
func makeLocalBytes(n int) {
	s := make([]byte, n) // row make of run-time bytes on the stack
	lookBytes(s)
}

//go:noinline
func makeLocalConstant() {
	s := make([]int, 4) // row make of a constant size on the stack
	lookInts(s)
}

//go:noinline
func appendLocal(n int) {
	var s []int
	for i := range n {
		s = append(s, i) // row append on the stack
	}
	lookInts(s)
}

//go:noinline
func mapLocal(n int) {
	m := make(map[int]int) // row make of a map on the stack
	for i := range n {
		m[i] = i
	}
	sinkCount += len(m)
}

//go:noinline
func mapLiteralLocal(n int) {
	m := map[int]int{1: 1, 2: 2} // row map literal on the stack
	for i := range n {
		m[i+10] = i
	}
	sinkCount += len(m)
}

//go:noinline
func mapLiteralLong(n int) {
	m := map[int]int{1: n, 2: n, 3: n, 4: n, 5: n, 6: n, 7: n, 8: n, 9: n} // row map literal of nine entries
	sinkCount += len(m)
}

//go:noinline
func stringLocal(b []byte) {
	lookString(string(b)) // row string of bytes on the stack
}

//go:noinline
func bytesLocal(s string) {
	writeBytes([]byte(s)) // row bytes of a string on the stack
}

//go:noinline
func bytesShared(s string) {
	lookBytes([]byte(s)) // row bytes of a string that are only read
}

//go:noinline
func bytesOfConstant() {
	writeBytes([]byte("abcdefghijklmnopqrstuvwxyzabcdefghijklmn")) // row bytes of a constant on the stack
}

//go:noinline
func runesLocal(s string) {
	lookRunes([]rune(s)) // row runes of a string on the stack
}

//go:noinline
func runeCount(s string) {
	sinkCount += len([]rune(s)) // row runes that are only counted
}

//go:noinline
func runeLocal(r rune) {
	lookString(string(r)) // row string of a rune on the stack
}

//go:noinline
func concatenationLocal(a, b string) {
	lookString(a + b) // row concatenation on the stack
}

//go:noinline
func concatenationLong(s string) {
	lookString("abcdefghijklmnopqrstuvwxyzabcdefghijklmn" + s) // row concatenation with a long constant
}

//go:noinline
func stringKey(b []byte) {
	sinkCount += lookup[string(b)] // row string of bytes as a key
}

//go:noinline
func stringFieldKey(b []byte) {
	sinkCount += pointsByName[named{string(b)}] // row string of bytes in a key
}

//go:noinline
func stringVariableKey(b []byte) {
	s := string(b) // row string of bytes in a variable for a key
	sinkCount += lookup[s]
}

//go:noinline
func stringDeleted(b []byte) {
	delete(lookup, string(b)) // row string of bytes as a key to delete
}

//go:noinline
func stringCompared(b []byte) {
	if string(b) == longText { // row string of bytes compared
		sinkCount++
	}
}

//go:noinline
func stringSwitched(b []byte) {
	switch string(b) { // row string of bytes in a switch
	case "abcde", "abcdefghijklmnopqrstuvwxyzabcdefghijklmn":
		sinkCount++
	}
}

//go:noinline
func stringSwitchedVariables(b []byte) {
	switch string(b) { // row string of bytes in a switch over variables
	case longText, shortText:
		sinkCount++
	}
}

//go:noinline
func stringCounted(b []byte) {
	sinkCount += len(string(b)) // row string of bytes that is only counted
}

//go:noinline
func bytesRanged(s string) {
	for _, b := range []byte(s) { // row range over bytes of a string
		sinkCount += int(b)
	}
}

//go:noinline
func stringRanged(b []byte) {
	for _, r := range string(b) { // row range over string of bytes
		sinkCount += int(r)
	}
}

//go:noinline
func closureLocal(n int) {
	lookFunc(func() int { return n }) // row closure on the stack
}

//go:noinline
func methodLocal(p *point) {
	lookFunc(p.sum) // row method value on the stack
}

//go:noinline
func literalsLocal(n int) {
	p := &point{n, n} // row address of a literal on the stack
	sinkCount += p.sum()
	s := []int{n, n, n} // row slice literal on the stack
	lookInts(s)
	q := new(point) // row new on the stack
	sinkCount += q.sum()
	lookAll(n, n, n) // row variadic slice on the stack
}

// §3: what the compiler says nothing of.

//go:noinline
func channel() {
	sinkChan = make(chan int) // row channel
}

//go:noinline
func channelLocal() {
	c := make(chan int, 1) // row channel that stays local
	c <- 1
	sinkCount += <-c
}

//go:noinline
func goWithArgument(n int) {
	go finish(n) // row go with an argument
	<-done
}

//go:noinline
func goAlone() {
	go finishAlone() // row go without arguments
	<-done
}

//go:noinline
func deferOnce(n int) {
	defer count(&n) // row defer outside of loops
}

//go:noinline
func deferInLoop(n int) {
	for range n {
		defer count(&sinkCount) // row defer in a loop that captures nothing
	}
}

//go:noinline
func deferVariableInLoop(n int) {
	for i := range n {
		defer finishCount(i) // row defer in a loop that captures
	}
}

//go:noinline
func finishCount(n int) { sinkCount += n }

//go:noinline
func deferClosureInLoop(n int) {
	for i := range n {
		defer func() { sinkCount += i }() // row defer of a closure in a loop
	}
}

//go:noinline
func rangeBoxes(all []point) {
	var v any
	for _, v = range all { // row range that boxes
		if look(v) {
			sinkCount++
		}
	}
	sink = v
}

//go:noinline
func rangeUnknown(seq func(func(int) bool)) {
	n := 0 // row variable that the body of an unknown iterator's loop assigns
	for i := range seq {
		n += i
	}
	sinkCount += n
}

type measured struct {
	row, of string
	run     func()
}

var rows = []measured{
	{"constant int boxed", "", constantInt},
	{"constant string boxed", "", constantString},
	{"constant float boxed", "", constantFloat},
	{"constant of a named type boxed", "", constantNamed},
	{"bool boxed", "true", func() { boxedBool(five == 5) }},
	{"byte boxed", "255", func() { boxedByte(255) }},
	{"struct of one bool boxed", "true", func() { boxedFlag(flag{five == 5}) }},
	{"array of one byte boxed", "200", func() { boxedByteArray([1]byte{200}) }},
	{"int boxed", "5", func() { boxedInt(five) }},
	{"int boxed", "1000", func() { boxedInt(thousand) }},
	{"int16 boxed", "5", func() { boxedInt16(int16(five)) }},
	{"int16 boxed", "1000", func() { boxedInt16(int16(thousand)) }},
	{"uint32 boxed", "5", func() { boxedUint32(uint32(five)) }},
	{"uint32 boxed", "1000", func() { boxedUint32(uint32(thousand)) }},
	{"float64 boxed", "0", func() { boxedFloat(0) }},
	{"float64 boxed", "2.5", func() { boxedFloat(2.5) }},
	{"rune boxed", "x", func() { boxedRune('x') }},
	{"rune boxed", "世", func() { boxedRune('世') }},
	{"struct of one int boxed", "5", func() { boxedCell(cell{five}) }},
	{"struct of one int boxed", "1000", func() { boxedCell(cell{thousand}) }},
	{"array of one int boxed", "5", func() { boxedIntArray([1]int{five}) }},
	{"array of one int boxed", "1000", func() { boxedIntArray([1]int{thousand}) }},
	{"array of two int16 boxed", "0, 0", func() { boxedHalves([2]int16{}) }},
	{"array of two int16 boxed", "1, 1", func() { boxedHalves([2]int16{1, 1}) }},
	{"string boxed", "empty", func() { boxedString(shortText[:0]) }},
	{"string boxed", "5 bytes", func() { boxedString(shortText) }},
	{"struct of one string boxed", "empty", func() { boxedNamed(named{shortText[:0]}) }},
	{"struct of one string boxed", "5 bytes", func() { boxedNamed(named{shortText}) }},
	{"slice boxed", "nil", func() { boxedSlice(nil) }},
	{"slice boxed", "5 bytes", func() { boxedSlice(shortBytes) }},
	{"value without size boxed", "", func() { boxedEmpty(empty{}) }},
	{"array of no elements boxed", "", func() { boxedNothing([0]int{}) }},
	{"struct boxed", "zero", func() { boxedPoint(point{}) }},
	{"struct boxed", "5, 1000", func() { boxedPoint(point{five, thousand}) }},
	{"pointer boxed", "", func() { boxedPointer(sinkPoint) }},
	{"literal of constants boxed", "", boxedLiteral},
	{"literal of a variable boxed", "", func() { boxedVariableLiteral(thousand) }},
	{"zero literal boxed", "", boxedZero},
	{"zero literal of 1024 bytes boxed", "", boxedKilo},
	{"zero literal of 1032 bytes boxed", "", boxedMore},
	{"variable that holds one constant boxed", "1000", boxedConstantVariable},
	{"variable that holds one constant boxed", "5", boxedSmallConstantVariable},
	{"variable that holds one literal boxed", "", boxedLiteralVariable},
	{"variable without initialiser boxed", "", boxedZeroVariable},
	{"variable assigned twice boxed", "", func() { boxedReassigned(five == 5) }},
	{"address of a literal without size", "", emptyLiteral},
	{"new of a type without size", "", emptyNew},
	{"variable without size moved to the heap", "", emptyMoved},
	{"address of a literal", "", pointLiteral},
	{"new", "", pointNew},
	{"closure that captures nothing", "", plainClosure},
	{"closure that captures", "", func() { capturingClosure(five) }},
	{"method expression", "", methodExpression},
	{"method value", "", func() { methodValue(sinkPoint) }},
	{"slice literal without elements", "", emptySliceLiteral},
	{"slice literal", "", sliceLiteral},
	{"make of no elements", "", makeNone},
	{"make of a constant size", "", makeSome},
	{"make of elements without size", "1000", func() { makeEmpties(thousand) }},
	{"make of a run-time size", "5", func() { makeSized(five) }},
	{"make of a run-time size", "1000", func() { makeSized(thousand) }},
	{"make of a map", "", makeMap},
	{"string of bytes", "1 byte", func() { stringOfBytes(shortBytes[:1]) }},
	{"string of bytes", "5 bytes", func() { stringOfBytes(shortBytes) }},
	{"bytes of a string", "empty", func() { bytesOfString(shortText[:0]) }},
	{"bytes of a string", "5 bytes", func() { bytesOfString(shortText) }},
	{"runes of a string", "empty", func() { runesOfString(shortText[:0]) }},
	{"runes of a string", "5 runes", func() { runesOfString(shortText) }},
	{"string of a rune", "x", func() { stringOfRune('x') }},
	{"string of a rune", "世", func() { stringOfRune('世') }},
	{"concatenation", "with empty", func() { concatenation(shortText, shortText[:0]) }},
	{"concatenation", "5 and 5 bytes", func() { concatenation(shortText, shortText) }},
	{"append", "with room", func() { appended(enough, 1) }},
	{"append", "to a full slice", func() { appended(full, 1) }},
	{"panic with an int", "5", func() { panicking(five) }},
	{"panic with an int", "1000", func() { panicking(thousand) }},
	{"interface to interface", "", func() { toInterface(pointErr) }},
	{"variable moved to the heap", "", func() { moved(five) }},

	{"value of 1024 bytes boxed on the stack", "", func() { lookKilo(&kiloValue) }},
	{"value of 1032 bytes boxed on the stack", "", func() { lookMore(&moreValue) }},
	{"int boxed on the stack", "1000", func() { lookInt(thousand) }},
	{"make of a run-time size on the stack", "4", func() { makeLocal(five - 1) }},
	{"make of a run-time size on the stack", "5", func() { makeLocal(five) }},
	{"make of run-time bytes on the stack", "32", func() { makeLocalBytes(five + 27) }},
	{"make of run-time bytes on the stack", "33", func() { makeLocalBytes(five + 28) }},
	{"make of a constant size on the stack", "", makeLocalConstant},
	{"append on the stack", "none", func() { appendLocal(five - 5) }},
	{"append on the stack", "4", func() { appendLocal(five - 1) }},
	{"append on the stack", "5", func() { appendLocal(five) }},
	{"make of a map on the stack", "8", func() { mapLocal(five + 3) }},
	{"make of a map on the stack", "9", func() { mapLocal(five + 4) }},
	{"map literal on the stack", "2", func() { mapLiteralLocal(five - 5) }},
	{"map literal on the stack", "9", func() { mapLiteralLocal(five + 2) }},
	{"map literal of nine entries", "", func() { mapLiteralLong(five) }},
	{"string of bytes on the stack", "5 bytes", func() { stringLocal(shortBytes) }},
	{"string of bytes on the stack", "40 bytes", func() { stringLocal(longBytes) }},
	{"bytes of a string on the stack", "5 bytes", func() { bytesLocal(shortText) }},
	{"bytes of a string on the stack", "40 bytes", func() { bytesLocal(longText) }},
	{"bytes of a string that are only read", "40 bytes", func() { bytesShared(longText) }},
	{"bytes of a constant on the stack", "40 bytes", bytesOfConstant},
	{"runes of a string on the stack", "5 runes", func() { runesLocal(shortText) }},
	{"runes of a string on the stack", "40 runes", func() { runesLocal(longText) }},
	{"runes that are only counted", "40 runes", func() { runeCount(longText) }},
	{"string of a rune on the stack", "世", func() { runeLocal('世') }},
	{"concatenation on the stack", "5 and 5 bytes", func() { concatenationLocal(shortText, shortText) }},
	{"concatenation on the stack", "40 and 5 bytes", func() { concatenationLocal(longText, shortText) }},
	{"concatenation with a long constant", "with empty", func() { concatenationLong(shortText[:0]) }},
	{"concatenation with a long constant", "5 bytes", func() { concatenationLong(shortText) }},
	{"string of bytes as a key", "40 bytes", func() { stringKey(longBytes) }},
	{"string of bytes in a key", "40 bytes", func() { stringFieldKey(longBytes) }},
	{"string of bytes in a variable for a key", "5 bytes", func() { stringVariableKey(shortBytes) }},
	{"string of bytes in a variable for a key", "40 bytes", func() { stringVariableKey(longBytes) }},
	{"string of bytes as a key to delete", "5 bytes", func() { stringDeleted(shortBytes) }},
	{"string of bytes as a key to delete", "40 bytes", func() { stringDeleted(longBytes) }},
	{"string of bytes compared", "40 bytes", func() { stringCompared(longBytes) }},
	{"string of bytes in a switch", "40 bytes", func() { stringSwitched(longBytes) }},
	{"string of bytes in a switch over variables", "5 bytes", func() { stringSwitchedVariables(shortBytes) }},
	{"string of bytes in a switch over variables", "40 bytes", func() { stringSwitchedVariables(longBytes) }},
	{"string of bytes that is only counted", "40 bytes", func() { stringCounted(longBytes) }},
	{"range over bytes of a string", "40 bytes", func() { bytesRanged(longText) }},
	{"range over string of bytes", "5 bytes", func() { stringRanged(shortBytes) }},
	{"range over string of bytes", "40 bytes", func() { stringRanged(longBytes) }},
	{"closure on the stack", "", func() { closureLocal(five) }},
	{"method value on the stack", "", func() { methodLocal(sinkPoint) }},
	{"address of a literal on the stack", "", func() { literalsLocal(five) }},
	{"slice literal on the stack", "", func() { literalsLocal(five) }},
	{"new on the stack", "", func() { literalsLocal(five) }},
	{"variadic slice on the stack", "", func() { literalsLocal(five) }},

	{"channel", "", channel},
	{"channel that stays local", "", channelLocal},
	{"go with an argument", "", func() { goWithArgument(five) }},
	{"go without arguments", "", goAlone},
	{"defer outside of loops", "", func() { deferOnce(five) }},
	{"defer in a loop that captures nothing", "10", func() { deferInLoop(five + 5) }},
	{"defer in a loop that captures", "10", func() { deferVariableInLoop(five + 5) }},
	{"defer of a closure in a loop", "10", func() { deferClosureInLoop(five + 5) }},
	{"range that boxes", "3 elements", func() { rangeBoxes(points) }},
	{"variable that the body of an unknown iterator's loop assigns", "", func() { rangeUnknown(unknownIterator) }},
}

func main() {
	sinkPoint = &point{1, 2}
	emptyCapture()
	for _, m := range rows {
		fmt.Printf("%s\t%s\t%g\n", m.row, m.of, testing.AllocsPerRun(100, m.run))
	}
}
