package rewritten

// Every verb and kind that strconv has a function for; fmt is used by one more call, and stays.

import (
	"errors"
	"fmt"
	"time"
)

type level int

type flag bool

type label string

func integers(i int, i8 int8, i64 int64, u uint, u8 byte, u64 uint64, p uintptr, l level, keep func(string)) {
	keep(fmt.Sprintf("%d", i))
	keep(fmt.Sprintf("%v", i+1))
	keep(fmt.Sprint(i * 2))
	keep(fmt.Sprintf("%d", l))
	keep(fmt.Sprintf("%x", i))
	keep(fmt.Sprintf("%d", int16(i8)))
	keep(fmt.Sprintf("%o", i64))
	keep(fmt.Sprintf("%d", i64))
	keep(fmt.Sprintf("%b", u))
	keep(fmt.Sprintf("%d", u64))
	keep(fmt.Sprintf("%x", p))
	var r rune = rune(u)
	keep(fmt.Sprintf("%d", r) + "!")
}

func texts(s string, l label, a, b string, keep func(string)) {
	keep(fmt.Sprintf("%s", s))
	keep(fmt.Sprintf("%q", s))
	keep(fmt.Sprintf("%q", a+b))
	keep(fmt.Sprint(l))
	keep("<" + fmt.Sprintf("%v", a+b) + ">")
	const format = "%s"
	keep(fmt.Sprintf(format, s[1:]))
	// The operand's own call still runs where it did.
	keep(fmt.Sprintf("%s", join(a, b)))
}

func nested(s string, n int, keep func(string)) {
	keep(fmt.Sprintf("%s", fmt.Sprintf("%d", n)))
	keep(fmt.Sprintf("%q", fmt.Sprint(s)))
}

func join(a, b string) string {
	return a + b
}

func stays(d time.Duration) error {
	return errors.New(fmt.Sprintf("%v", d))
}
