package calls

import "os"

func loops(files []*os.File, n int, ch chan func()) {
	for _, f := range files { //@<=22 variable heap:defer-in-loop always
		defer f.Close() //@ defer heap:defer-in-loop always
		defer func() { use(f) }() //@ closure heap:defer-in-loop always; variadic-slice stack never
		defer func() {}() //@ closure heap:defer-in-loop never
		defer tidy()
		go func() { use(n) }() //@ closure heap:goroutine always; interface-conversion stack never; variadic-slice stack never
		go func() { tidy() }() //@ closure heap:goroutine never
		go use(n) //@ go heap:goroutine always; interface-conversion heap:goroutine maybe; variadic-slice stack never
		go use(1) //@ go heap:goroutine always; interface-conversion heap:goroutine never; variadic-slice stack never
		go os.Exit(1) //@ go heap:goroutine never
		go func(k int) { use(k) }(n) //@ closure heap:goroutine never; go heap:goroutine always; interface-conversion stack never; variadic-slice stack never
		ch <- func() { use(n) } //@ closure heap:sent always; interface-conversion stack never; variadic-slice stack never
		ch <- func() {} //@ closure heap:sent never
		func() { use(n) }() //@ interface-conversion stack never; variadic-slice stack never
		g := func() { use(n) } //@ closure heap:stored always; interface-conversion stack never; variadic-slice stack never
		fs := append([]func(){}, func() { use(n) }, g) //@<=24 append heap:non-constant-size maybe; closure heap:stored always; interface-conversion stack never; slice-literal stack never; variadic-slice stack never //@>=25 append stack maybe; closure heap:stored always; interface-conversion stack never; slice-literal stack never; variadic-slice stack never
		use(fs) //@ interface-conversion stack never; variadic-slice stack never
	}
	defer tidy()
	defer func() { use(n) }() //@ closure stack never; interface-conversion stack never; variadic-slice stack never
	for range n {
		func() { //@ closure stack never
			defer use(n) //@ defer stack never; interface-conversion stack never; variadic-slice stack never
		}()
	}
}

func fields(n int) {
	type pair struct{ n int }
	go func() { use(pair{n: 1}) }() //@ closure heap:goroutine never; interface-conversion stack never; variadic-slice stack never
	go func() { //@ closure heap:goroutine never
		m := 1
		use(m) //@ interface-conversion stack never; variadic-slice stack never
	}()
}

func again(n int) {
top:
	defer use(n) //@ defer heap:defer-in-loop always; interface-conversion heap:defer-in-loop maybe; variadic-slice stack never
	if n > 3 {
		goto top
	}
}

var handler = func(n int) {
	go use(n) //@ go heap:goroutine always; interface-conversion heap:goroutine maybe; variadic-slice stack never
}

//go:noinline
func use(...any) {}

//go:noinline
func tidy() {}
