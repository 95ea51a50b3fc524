package refused

func appended(s string, keep func([]byte)) []byte {
	keep([]byte(s))             // left: not what `append` or `copy` takes last
	b := append([]byte(s), 'x') // left: the statement is not; not what `append` or `copy` takes last
	return b
}
