package calls

import "os"

func loops(files []*os.File, n int, ch chan func()) {
	for _, f := range files {
		defer f.Close()         //@ defer heap:defer-in-loop always
		defer func() { use(f) }() //@ closure heap:defer-in-loop always
		defer func() {}()       //@ closure heap:defer-in-loop never
		defer tidy()            //@ defer heap:defer-in-loop never
		go func() { use(n) }()  //@ closure heap:goroutine always
		go func() { tidy() }()  //@ closure heap:goroutine never
		go use(n)               //@ go heap:goroutine always
		go use(1)               //@ go heap:goroutine never
		go use(undeclared)      //@ go heap:goroutine unknown
		go os.Exit(1)           //@ go heap:goroutine unknown
		go func(k int) { use(k) }(n) //@ go heap:goroutine always; closure unknown unknown
		ch <- func() { use(n) } //@ closure heap:sent always
		ch <- func() {}         //@ closure heap:sent never
		func() { use(n) }()     //@ closure stack never
		g := func() { use(n) }  //@ closure unknown unknown
		fs := append([]func(){}, func() { use(n) }, g) //@ closure heap:stored always
		use(fs)
	}
	defer tidy()           //@ defer stack never
	defer func() { use(n) }() //@ closure stack never
	for range n {
		func() { //@ closure stack never
			defer use(n) //@ defer stack never
		}()
	}
}

func fields(n int) {
	type pair struct{ n int }
	go func() { use(pair{n: 1}) }() //@ closure heap:goroutine unknown
	go func() {                     //@ closure heap:goroutine never
		m := 1
		use(m)
	}()
}

func again(n int) {
top:
	defer use(n) //@ defer unknown unknown
	if n > 3 {
		goto top
	}
}

var handler = func(n int) { //@ closure unknown unknown
	go use(n) //@ go heap:goroutine always
}

func use(...any) {}
func tidy()      {}
