// Command goparse parses the files named on standard input with go/parser, one after the other, and prints what that took.
package main

import (
	"bufio"
	"fmt"
	"go/parser"
	"go/token"
	"os"
	"time"
)

func main() {
	var sources [][]byte
	bytes := 0
	names := bufio.NewScanner(os.Stdin)
	for names.Scan() {
		source, err := os.ReadFile(names.Text())
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		sources = append(sources, source)
		bytes += len(source)
	}
	start := time.Now()
	wrong := 0
	for _, source := range sources {
		if _, err := parser.ParseFile(token.NewFileSet(), "", source, parser.ParseComments|parser.SkipObjectResolution); err != nil {
			wrong++
		}
	}
	seconds := time.Since(start).Seconds()
	fmt.Printf("go/parser: %d files, %d bytes, %d with errors, %.1f MB/s\n", len(sources), bytes, wrong, float64(bytes)/1e6/seconds)
}
