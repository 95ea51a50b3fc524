// Replay splits one line many times and keeps profiles of that, an allocs profile and a CPU profile:
//
//	go build -trimpath -o /tmp/replay ./cmd/replay && /tmp/replay allocs.pprof cmd/replay/default.pgo
package main

import (
	"os"
	"runtime"
	"runtime/pprof"
	"time"

	"example.com/replay/feed"
)

var kept [64]*feed.Record

var seen int

func main() {
	runtime.MemProfileRate = 1
	cpu, err := os.Create(os.Args[2])
	check(err)
	check(pprof.StartCPUProfile(cpu))
	print(len(feed.Header(3)))
	replay()
	pprof.StopCPUProfile()
	check(cpu.Close())

	heap, err := os.Create(os.Args[1])
	check(err)
	check(pprof.Lookup("allocs").WriteTo(heap, 0))
	check(heap.Close())
}

func replay() {
	began := time.Now()
	for i := 0; time.Since(began) < time.Second; i++ {
		kept[i%len(kept)] = feed.Split("a line", 8+i%8)
		feed.Each("a line", 40+i%8, func(_ int, part []byte) { seen += len(part) })
	}
}

func check(err error) {
	if err != nil {
		panic(err)
	}
}
