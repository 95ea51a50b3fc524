package generics

type Number interface {
	~int | ~int64 | float64
	comparable
	String() string
}

type (
	Pair[K comparable, V any]  struct{ Key K; Value V }
	Array                      [N]int
	Sized                      [N * 2]int
	Pointers[P *T,]            struct{}
	Grouped[P interface{ *T }] []P
	Slices[P []E, E any]       map[string]P
	Union[P *T | Q]            chan P
	Alias[T any]               = Pair[string, T]
	Embeds                     struct {
		Pair[int, string]
		list.List[int] `tag:"x"`
		*Other
		field [4]int
		a, b  Pair[int, []string]
	}
)

const N, T = 3, 4

func Map[S ~[]E, E, R any](s S, f func(E) R) []R {
	out := make([]R, 0, len(s))
	for _, e := range s {
		out = append(out, f(e))
	}
	return out
}

func (p *Pair[K, _]) Convert[U any](f func(K) U) U { return f(p.Key) }

func use() {
	_ = Map[[]int, int, string](nil, nil)
	_ = Pair[string, int]{"a", 1}
	if x := (Pair[string, int]{}); x.Value > 0 {
	}
	a, b := w < x, y > (z)
	_, _ = a, b
	f := Map[[]int]
	_ = f
}
