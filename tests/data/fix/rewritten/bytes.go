//go:build go1.21

package rewritten

func appended(b []byte, s, t string) []byte {
	b = append(b, []byte(s)...)
	b = append(b[:0], []byte(s+t)...)
	n := copy(b, []byte(t))
	return b[n:]
}
