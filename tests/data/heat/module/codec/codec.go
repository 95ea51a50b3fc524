// Package codec is measured by benchmarks.
package codec

// Record is what is decoded.
type Record struct{ Fields []string }

// Decoder decodes.
type Decoder struct{ last *Record }

// Decode is called in a benchmark's loop.
func (d *Decoder) Decode(s string) *Record {
	d.last = d.record(s)
	return d.last
}

func (d *Decoder) record(s string) *Record {
	return &Record{Fields: []string{s}}
}

// NewDecoder is called before the loop.
func NewDecoder() *Decoder { return &Decoder{} }

// Encode is called in the loop of a helper.
func Encode(r *Record) []byte {
	return make([]byte, len(r.Fields))
}

// Parallel is called by many goroutines.
func Parallel() *Record { return new(Record) }

// Tested is called in the loop of a test, which says nothing.
func Tested() *Record { return new(Record) }
