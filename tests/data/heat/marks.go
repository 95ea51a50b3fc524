package marks

//heaplint:hot
func Encode(xs []int) {
	at() // heat 0h
	for range xs {
		at() // heat 1h
		if xs == nil {
			panic(at()) // heat 0c
		}
	}
	if xs == nil {
		panic(at()) // heat 0c
	}
}

// Report is called once a day.
//
//heaplint:cold
func Report(xs []int) {
	for range xs {
		at() // heat 1c
	}
}

func (d *Decoder) Next() {
	at() // heat 0h
	f := func() {
		at() // heat 0h
	}
	f()
}

func (m Map[K, V]) Get() {
	at() // heat 0h
}

func (d Decoder) Other() {
	at() // heat 0
}
