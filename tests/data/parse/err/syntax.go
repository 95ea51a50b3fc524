package p

import "fmt"; import 5 // ERROR "import path must be a string"

var x = ) // ERROR "unexpected ), expected expression"

type T struct {
	a int,  // ERROR "unexpected comma, expected semicolon, newline, or }|possibly missing semicolon or newline or }"
}

func f(a int, b) { // ERROR "mixed named and unnamed|missing parameter type"
	x := [3]int{1, 2 // ERROR "unexpected newline in composite literal; possibly missing comma or }"
	}
}

func g() {
	if x = 1 { // ERROR "cannot use assignment x = 1 as value"
	}
	for i := 0; i < 10 { // ERROR "unexpected {, expected semicolon or newline"
	} // ERROR "unexpected }, expected expression"
	defer (f()) // ERROR "expression in defer must not be parenthesized"
	else { } // ERROR "unexpected keyword else"
}

func h() {
	break // ERROR "break is not in a loop, switch, or select"
	goto L // ERROR "jumps into block|label L not defined"
	{
	M: // ERROR "label M defined and not used"
	}
}

func i(... int, s string) {} // ERROR "can only use ... with final parameter"

func after() { return }

fun z() {} // ERROR "non-declaration statement outside function body"
