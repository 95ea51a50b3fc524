// Package book matches buy and sell orders of one instrument.
package book

import (
	"errors"
	"fmt"
	"sort"
)

// Side says whether an order buys or sells.
type Side uint8

// The two sides.
const (
	Buy Side = iota
	Sell
)

// An Order waits in the book until it is filled or cancelled.
type Order struct {
	ID    uint64
	Side  Side
	Price int64 // in cents
	Size  int64
}

// A Trade is what comes of two orders that meet.
type Trade struct {
	Maker, Taker uint64
	Price, Size  int64
}

// A Book holds the open orders of one instrument.
type Book struct {
	bids, asks []*Order
	byID       map[uint64]*Order
	onTrade    []func(Trade)
	log        func(format string, args ...any)
}

// New makes an empty book that reports what it does to log.
func New(log func(format string, args ...any)) *Book {
	return &Book{byID: make(map[uint64]*Order), log: log}
}

// OnTrade calls f with every trade from now on.
func (b *Book) OnTrade(f func(Trade)) {
	b.onTrade = append(b.onTrade, f)
}

var errSize = errors.New("size must be positive")

// Submit matches an order against the book and keeps what is left of it.
func (b *Book) Submit(o Order) ([]Trade, error) {
	if o.Size <= 0 {
		return nil, fmt.Errorf("order %d: %w", o.ID, errSize)
	}
	trades := b.match(&o)
	if o.Size > 0 {
		b.rest(o)
	}
	return trades, nil
}

func (b *Book) match(taker *Order) []Trade {
	var trades []Trade
	other := &b.asks
	if taker.Side == Sell {
		other = &b.bids
	}
	for len(*other) > 0 && taker.Size > 0 {
		maker := (*other)[0]
		if !crosses(taker, maker) {
			break
		}
		trade := Trade{Maker: maker.ID, Taker: taker.ID, Price: maker.Price, Size: min(maker.Size, taker.Size)}
		maker.Size -= trade.Size
		taker.Size -= trade.Size
		b.log("trade %d/%d: %d at %d", trade.Maker, trade.Taker, trade.Size, trade.Price)
		for _, f := range b.onTrade {
			f(trade)
		}
		trades = append(trades, trade)
		if maker.Size == 0 {
			*other = (*other)[1:]
			delete(b.byID, maker.ID)
		}
	}
	return trades
}

func crosses(taker, maker *Order) bool {
	if taker.Side == Buy {
		return taker.Price >= maker.Price
	}
	return taker.Price <= maker.Price
}

// rest puts what is left of an order into the book. The parameter moves to the heap: the book keeps its address.
func (b *Book) rest(o Order) {
	b.byID[o.ID] = &o
	if o.Side == Buy {
		b.bids = append(b.bids, &o)
		sort.SliceStable(b.bids, func(i, j int) bool { return b.bids[i].Price > b.bids[j].Price })
		return
	}
	b.asks = append(b.asks, &o)
	sort.SliceStable(b.asks, func(i, j int) bool { return b.asks[i].Price < b.asks[j].Price })
}

// Cancel takes an order out of the book.
func (b *Book) Cancel(id uint64) bool {
	o, ok := b.byID[id]
	if !ok {
		return false
	}
	delete(b.byID, id)
	side := &b.asks
	if o.Side == Buy {
		side = &b.bids
	}
	for i, other := range *side {
		if other == o {
			*side = append((*side)[:i], (*side)[i+1:]...)
			break
		}
	}
	return true
}

// Depth sums the open size at each price of a side.
func (b *Book) Depth(side Side) map[int64]int64 {
	orders := b.asks
	if side == Buy {
		orders = b.bids
	}
	depth := make(map[int64]int64, len(orders))
	for _, o := range orders {
		depth[o.Price] += o.Size
	}
	return depth
}
