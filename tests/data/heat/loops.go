package loops

func plain(n int) {
	at() // heat 0
	for i := at(); i < n; i++ { // heat 0
		at() // heat 1
		for range n {
			at() // heat 2
		}
		at() // heat 1
	}
	for range at() { // heat 0
		at() // heat 1
	}
	at() // heat 0
}

func waysOut(xs []int) error {
	for _, x := range xs {
		if x < 0 {
			return at() // heat 0c
		}
		if x == 1 {
			at() // heat 0c
			break
		}
		if x == 2 {
			at() // heat 1
			continue
		}
		switch x {
		case 3:
			at() // heat 1
			break
		case 4:
			at() // heat 0c
			return nil
		case 5:
			at() // heat 1
			fallthrough
		default:
			at() // heat 1
		}
		if x == 6 {
			if x == 7 {
				continue
			}
			at() // heat 0c
			return nil
		}
		if x == 8 {
			at() // heat 1
			if x == 9 {
				continue
			}
			return nil
		}
		if x == 10 {
			at() // heat 0c
			panic("no")
		} else {
			at() // heat 1
		}
	}
	if xs == nil {
		return at() // heat 0
	}
	at() // heat 0
	return nil
}

func nested(xs [][]int) {
outer:
	for range xs {
		for range xs {
			if at() { // heat 2
				at() // heat 1
				break
			}
			if at() { // heat 2
				at() // heat 1
				continue outer
			}
			if at() { // heat 2
				at() // heat 0c
				break outer
			}
			if at() { // heat 2
				at() // heat 0c
				goto done
			}
			for range xs {
				switch {
				case at(): // heat 3
					at() // heat 1
					continue outer
				}
			}
		}
		at() // heat 1
	}
done:
	at() // heat 0
}

func hiddenContinue(xs []int) {
outer:
	for range xs {
		at() // heat 1
		for range xs {
			if xs == nil {
				continue outer
			}
		}
		at() // heat 0c
		return
	}
}

func once(xs []int) int {
	for range xs {
		at() // heat 0c
		return 1
	}
	for {
		at() // heat 1
		if xs == nil {
			break
		}
	}
	select {}
}

func server(next func() int) {
	for {
		x := next()
		if x == 0 {
			at() // heat 0c
			os.Exit(1)
		}
		if x == 1 {
			log.Fatalf("%v", at()) // heat 0c
		}
		at() // heat 1
	}
}

func literals(xs []int) {
	for range xs {
		func() {
			at() // heat 1
			if xs == nil {
				at() // heat 1
				return
			}
		}()
		go func() {
			at() // heat 1
			for range xs {
				at() // heat 2
				if xs == nil {
					at() // heat 1
					return
				}
			}
		}()
		f := func() {
			at() // heat 0
			for range xs {
				at() // heat 1
			}
		}
		f()
	}
}

func init() {
	at() // heat 0c
	for range 3 {
		at() // heat 1c
	}
}

var table = at() // heat 0c
