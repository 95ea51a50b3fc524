// Replay reads recorded orders, matches them, and prints what came of it.
package main

import (
	"fmt"
	"log"
	"os"
	"strings"
	"time"

	"example.com/orderbook/book"
	"example.com/orderbook/feed"
	"example.com/orderbook/report"
)

type ticker struct {
	every time.Duration
	last  time.Time
}

//heaplint:hot
func (t *ticker) tick(now time.Time, say func(...any)) {
	if now.Sub(t.last) >= t.every {
		t.last = now
		say("still at it:", now)
	}
}

func main() {
	scratch := make([]byte, 1<<20)
	log.SetPrefix(string(scratch[:0]))

	var summary report.Summary
	var trades []book.Trade
	b := book.New(log.Printf)
	b.OnTrade(summary.Add)
	b.OnTrade(func(t book.Trade) { trades = append(trades, t) })

	clock := &ticker{every: time.Second}
	rejected := ""
	err := feed.Files(os.Args[1:], func(o book.Order) error {
		clock.tick(time.Now(), log.Println)
		if _, err := b.Submit(o); err != nil {
			rejected += fmt.Sprintf("%v\n", err)
		}
		return nil
	})
	if err != nil {
		log.Fatal(err)
	}

	acks := 0
	for _, t := range trades {
		ack := make(chan struct{})
		go confirm(t, ack)
		<-ack
		acks++
	}
	for _, line := range strings.Split(rejected, "\n") {
		fmt.Fprintln(os.Stderr, line)
	}

	summary.Plan(b.Depth(book.Buy))
	if _, err := summary.WriteTo(os.Stdout); err != nil {
		log.Fatal(err)
	}
	fmt.Println("median:", report.Median(trades), "confirmed:", acks)
}

func confirm(t book.Trade, ack chan<- struct{}) {
	defer close(ack)
	for try := range 3 {
		if t.Size > 0 {
			return
		}
		time.Sleep(time.Duration(try) * time.Millisecond) //heaplint:ignore defer-in-loop -- nothing is deferred here
	}
}
