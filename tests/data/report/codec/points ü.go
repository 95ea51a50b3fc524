package codec

import "fmt"

type Point struct{ X, Y float64 }

func Print(ps []Point) {
	for _, p := range ps {
		label := "Größe 😀" + fmt.Sprint(p)
		fmt.Println(label, p)
	}
}

func Last(ps []Point) *Point {
	var last *Point
	for _, p := range ps {
		q := p




		last = &q
	}
	return last
}

func Fill(n int) [][]byte {
	out := [][]byte{}
	for i := 0; i < n; i++ {
		out = append(out, make(
			[]byte,
			n,
		))
	}
	return out
}
