// Package near keeps promises, or does not.
package near

import "example.com/contract/far"

var last *far.Pair

//heaplint:noalloc
func pointer() {
	var p far.Pair
	far.TakesPointer(&p)
}

//heaplint:noalloc
func pair() *far.Pair {
	return far.NewPair() // want noalloc
}

//heaplint:noalloc
func deeper() *far.Pair {
	return far.Deeper() // want noalloc
}

//heaplint:noalloc
func dispatch(s far.Shape) {
	far.Dispatch(s) // want noalloc-unprovable
}

//heaplint:noalloc
func exempt() *far.Pair {
	return far.Exempt()
}

//heaplint:noalloc
func inlined() {
	last = far.Inlined() // want noalloc
}

//heaplint:noalloc
func inlinedAndStays() uint64 {
	return far.Inlined().A
}

func unrelated() {
	last = nil //heaplint:alloc-ok -- there is nothing to exempt
}

//heaplint:noaloc
func misspelt() {}

func noReason() *far.Pair {
	return far.Inlined() //heaplint:alloc-ok
}
