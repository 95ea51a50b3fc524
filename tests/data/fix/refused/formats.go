package refused

// Each of these boxes a value in a way that strconv does not stand for.

import (
	"fmt"
	"time"
)

type celsius int

func (c celsius) String() string { return "cold" }

var text string

func change() string {
	text = "changed"
	return ""
}

func formats(n int, f float64, c celsius, e error, d time.Duration, keep func(string)) {
	keep(fmt.Sprintf("%d ", n))       // left: the format is not just one verb
	keep(fmt.Sprintf("%5d", n))       // left: the format is not just one verb
	keep(fmt.Sprintf("%d%d", n, n))   // left: not just one operand; not just one operand
	keep(fmt.Sprintf("%s", n))        // left: nothing for this verb and type
	keep(fmt.Sprintf("%v", f))        // left: nothing for this verb and type
	keep(fmt.Sprintf("%d", c))        // left: the operand's type has methods
	keep(fmt.Sprintf("%v", d))        // left: the operand's type has methods
	keep(fmt.Errorf("%d", n).Error()) // left: not an operand
	keep(fmt.Sprint(text) + change()) // left: something else in the statement may change the operand
	keep(fmt.Sprint([]int{n}))        // left: not of a basic type
	fmt.Sprint(text)                  // left: the result would not compile
	//heaplint:ignore any-box -- it is wanted
	keep(fmt.Sprintf("%d", n))
	keep(fmt.Sprintf("%d", // a comment would be lost
		n)) // left: a comment stands in the code
}

func generic[T ~int](n T) string {
	return fmt.Sprintf("%d", n) // left: not of a basic type
}

func use() string { return generic(1) }
