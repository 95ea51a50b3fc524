package user

import "lib"

type mine struct {
	lib.Point
	list lib.List[*mine]
}

func use(n int) int {
	p, q := &lib.Point{X: 1}, &lib.Point{}
	lib.Keep(p)
	n += lib.Drop(q) + q.Scale(2).Sum()
	r := &lib.Point{}
	w := lib.Big(p, r, n)
	(*w).Scale(n)
	s := lib.Square(n)
	n += lib.Area(s)
	_ = s.Name()
	return n
}

func generic(names []string) []*int {
	m := &mine{}
	m.list.Push(m)
	m.list.Each(func(x *mine) bool { return x.X > 0 })
	m.list.Each(func(x *mine) bool { return x.Sum() > len(names) })
	lens := lib.Map(names, func(s string) int { return len(s) })
	return lib.Map(lens, func(n int) *int { return &n })
}

func closures() (int, error) {
	next := lib.Counter()
	next()
	x, err := lib.First(1, 2, 3)
	if err != nil {
		return 0, err
	}
	return x + next(), nil
}

func rest(m map[string]*lib.Point, b []byte, c chan *lib.Point) string {
	p, _ := lib.Lookup(m, "a")
	lib.Retry(len(b))
	lib.Send(c, &lib.Point{X: 2})
	buf := make([]byte, 10)
	return lib.Kind(p) + lib.Kind(len(b)) + lib.Opaque(buf) + (&lib.Point{}).String()
}

type taker interface{ Keep(*lib.Point) }

type kept struct{ lib.List[int] }

func (k *kept) Keep(p *lib.Point) { lib.Keep(p) }

func dynamic() {
	var t taker = &kept{}
	t.Keep(&lib.Point{})
	f := lib.Drop
	f(&lib.Point{})
	g := (*lib.Point).Scale
	g(&lib.Point{}, 1)
	h := (&lib.Point{}).Scale
	h(2)
}

func loops(n int) bool {
	count := func(yield func(int) bool) {
		for i := n; yield(i); i++ {
		}
	}
	return lib.Even(n) && lib.Odd(n+1) && lib.Walk(count)
}
