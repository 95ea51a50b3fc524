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

// Next is called in a loop that runs as often as something else says, which is given b.N.
func Next() *Record { return new(Record) }

// Prepared is called by a function that a helper makes before the loop.
func Prepared() *Record { return new(Record) }

// Given is given to a helper by its name.
func Given() *Record { return new(Record) }

// Setup is called before a loop that calls a variable.
func Setup() *Record { return new(Record) }
