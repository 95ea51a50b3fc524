// Package feed reads orders from frames of bytes: a length, then the fields as text.
package feed

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
	"sync"

	"example.com/orderbook/book"
)

// A Decoder reads frames.
type Decoder struct {
	r     io.Reader
	stats Stats
}

// Stats counts what a decoder has seen.
type Stats struct {
	Frames, Bytes int64
	LastSymbol    *string
}

// NewDecoder reads from r.
func NewDecoder(r io.Reader) *Decoder {
	return &Decoder{r: r}
}

// ReadAll reads all frames and calls use with each order.
func (d *Decoder) ReadAll(use func(book.Order) error) error {
	for {
		var head [4]byte
		if _, err := io.ReadFull(d.r, head[:]); err == io.EOF {
			return nil
		} else if err != nil {
			return fmt.Errorf("frame %d: %w", d.stats.Frames, err)
		}
		size := int(binary.BigEndian.Uint32(head[:]))
		payload := make([]byte, size+1)
		if _, err := io.ReadFull(d.r, payload[:size]); err != nil {
			return fmt.Errorf("frame %d: %w", d.stats.Frames, err)
		}
		order, err := parse(string(payload[:size]))
		if err != nil {
			return err
		}
		d.stats.Frames++
		d.stats.Bytes += int64(size)
		if err := use(order); err != nil {
			return err
		}
	}
}

// Stats returns the counts so far.
func (d *Decoder) Stats() Stats { return d.stats }

func parse(line string) (book.Order, error) {
	fields := strings.Split(line, "|")
	if len(fields) != 4 {
		return book.Order{}, fmt.Errorf("%d fields in %q", len(fields), line)
	}
	var numbers [3]int64
	for i, text := range fields[1:] {
		n, err := strconv.ParseInt(text, 10, 64)
		if err != nil {
			return book.Order{}, err
		}
		numbers[i] = n
	}
	side := book.Buy
	if fields[0] == "S" {
		side = book.Sell
	}
	return book.Order{ID: uint64(numbers[0]), Side: side, Price: numbers[1], Size: numbers[2]}, nil
}

// Encode writes an order as a frame.
func Encode(w io.Writer, o book.Order) error {
	var b bytes.Buffer
	text := side(o.Side) + "|" + strconv.FormatUint(o.ID, 10) + "|" + fmt.Sprint(o.Price) + "|" + fmt.Sprint(o.Size)
	if err := binary.Write(&b, binary.BigEndian, uint32(len(text))); err != nil {
		return err
	}
	b.WriteString(text)
	_, err := w.Write(b.Bytes())
	return err
}

func side(s book.Side) string {
	if s == book.Sell {
		return "S"
	}
	return "B"
}

// Files reads the frames of many files at once and calls use with each order, one at a time.
func Files(paths []string, use func(book.Order) error) error {
	var (
		wg    sync.WaitGroup
		mu    sync.Mutex
		first error
	)
	for _, path := range paths {
		f, err := os.Open(path)
		if err != nil {
			return err
		}
		defer f.Close()
		wg.Add(1)
		go func() {
			defer wg.Done()
			err := NewDecoder(f).ReadAll(func(o book.Order) error {
				mu.Lock()
				defer mu.Unlock()
				return use(o)
			})
			if err != nil {
				mu.Lock()
				first = err
				mu.Unlock()
			}
		}()
	}
	wg.Wait()
	return first
}
