package codec

import "testing"

func BenchmarkDecode(b *testing.B) {
	d := NewDecoder()
	for b.Loop() {
		d.Decode("x")
	}
}

func BenchmarkEncode(b *testing.B) {
	r := &Record{}
	measure(b, func() { Encode(r) })
}

func measure(b *testing.B, f func()) {
	for i := 0; i < b.N; i++ {
		f()
	}
}

func BenchmarkParallel(b *testing.B) {
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			Parallel()
		}
	})
}

func TestDecode(t *testing.T) {
	for range 3 {
		Tested()
	}
}

func BenchmarkNext(b *testing.B) {
	left := b.N
	for left > 0 {
		Next()
		left--
	}
}

func BenchmarkPrepared(b *testing.B) {
	Setup()
	f := prepare()
	for i := 0; i < b.N; i++ {
		f()
	}
}

func prepare() func() {
	return func() { Prepared() }
}

func BenchmarkGiven(b *testing.B) {
	measureOne(b, Given)
}

func measureOne(b *testing.B, f func() *Record) {
	for i := 0; i < b.N; i++ {
		f()
	}
}
