// Command syntax prints what the compiler's own parser finds wrong in the files named on standard input, one a line:
// path:line:col: message. It is built by tests/oracle/syntax-score beside a copy of that parser, because the compiler's
// packages cannot be imported from outside.
package main

import (
	"bufio"
	"fmt"
	"os"
	"strings"

	"oracle/syntax"
)

func main() {
	out := bufio.NewWriter(os.Stdout)
	defer out.Flush()
	names := bufio.NewScanner(os.Stdin)
	for names.Scan() {
		if err := check(names.Text(), out); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
	}
}

func check(name string, out *bufio.Writer) error {
	file, err := os.Open(name)
	if err != nil {
		return err
	}
	defer file.Close()
	report := func(err error) {
		e := err.(syntax.Error)
		message := strings.ReplaceAll(e.Msg, "\n", " ")
		fmt.Fprintf(out, "%s:%d:%d: %s\n", name, e.Pos.Line(), e.Pos.Col(), message)
	}
	syntax.Parse(syntax.NewFileBase(name), file, report, nil, syntax.CheckBranches)
	return nil
}
