// Package report sums trades up.
package report

import (
	"fmt"
	"io"
	"sort"

	"example.com/orderbook/book"
)

// maxPrice bounds the histogram, in cents.
const maxPrice = 1 << 16

// A Summary is what the day came to.
type Summary struct {
	Trades int
	Volume int64
	High   *int64
	Low    *int64
	lines  []func(io.Writer)
}

// Add counts a trade.
func (s *Summary) Add(t book.Trade) {
	s.Trades++
	s.Volume += t.Size
	price := t.Price
	if s.High == nil || price > *s.High {
		s.High = &price
	}
	if s.Low == nil || price < *s.Low {
		s.Low = &price
	}
}

// Median finds the median price of trades by counting prices.
func Median(trades []book.Trade) int64 {
	var counts [65536]int64
	var total int64
	for _, t := range trades {
		counts[t.Price%maxPrice] += t.Size
		total += t.Size
	}
	var seen int64
	for price, n := range counts {
		if seen += n; 2*seen >= total {
			return int64(price)
		}
	}
	return 0
}

// Plan notes a line for each price to be written later.
func (s *Summary) Plan(depth map[int64]int64) {
	prices := make([]int64, 0, len(depth))
	for price := range depth {
		prices = append(prices, price)
	}
	sort.Slice(prices, func(i, j int) bool { return prices[i] < prices[j] })
	for _, price := range prices {
		size := depth[price]
		s.lines = append(s.lines, func(w io.Writer) {
			fmt.Fprintf(w, "%8.2f %8d\n", float64(price)/100, size)
		})
	}
}

// WriteTo writes the planned lines and the sums.
func (s *Summary) WriteTo(w io.Writer) (int64, error) {
	var n counter
	out := io.MultiWriter(w, &n)
	for _, line := range s.lines {
		line(out)
	}
	_, err := fmt.Fprintln(out, s.Trades, "trades,", s.Volume, "shares")
	return int64(n), err
}

type counter int64

func (c *counter) Write(p []byte) (int, error) {
	*c += counter(len(p))
	return len(p), nil
}
