// Package tools is called by others.
package tools

// Word is a word.
type Word struct{ Text string }

// Upper is called in a loop of another package.
func Upper(s string) *Word { return &Word{s} }
