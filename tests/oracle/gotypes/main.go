// Gotypes prints what go/types knows of every identifier, in the format of `heaplint dump types`:
//
//	path:line:col name type
//
// Usage: gotypes [-tests] [-lang go1.N] [-quiet] PATH…
//
// A PATH is a Go file (its whole package is checked, only its lines are printed) or a folder (all packages in it and
// below, as `go list PATH/...` would name them, without testdata, "_" and "." folders; vendor folders only in GOROOT).
//
// # Which identifiers
//
// One line for each identifier for which go/types records an object in Defs or Uses, except package names, labels,
// builtin functions and the blank identifier. The symbolic variable of a type switch has no object of its own, so its
// declaration has no line; its uses do. An embedded field is a definition and a use at one identifier: the definition
// (the field) is printed. Universe objects count: `nil`, `true`, `iota`, `int`, `error`.
//
// # Which type
//
//   - Where Instances has the identifier (a generic function or type that is instantiated, explicitly or by inference):
//     the instance's type.
//   - Elsewhere the object's own type, obj.Type(): untyped constants are "untyped int"; a field or method selected
//     from an instantiated type has its substituted type; a generic function or type that is not instantiated here
//     prints its type parameters.
//
// Types are printed by types.TypeString with full package paths.
//
// # Order and positions
//
// Lines are sorted by path (bytes), line, column. Positions are physical: //line is ignored. Paths start as given on
// the command line.
//
// Problems (type errors, missing imports) go to stderr, one line a package: `! import/path count first-error`. With
// them the lines of that package are still printed.
package main

import (
	"bufio"
	"cmp"
	"flag"
	"fmt"
	"go/ast"
	"go/build"
	"go/token"
	"go/types"
	"os"
	"runtime"
	"slices"
	"strings"
	"time"
)

// line is one line of output; the path is kept apart for sorting.
type line struct {
	path      string
	line, col int
	text      string
}

func main() {
	tests := flag.Bool("tests", false, "check test files too")
	lang := flag.String("lang", languageVersion(), "language version of packages without a go.mod")
	quiet := flag.Bool("quiet", false, "print no lines: to measure")
	stats := flag.Bool("stats", false, "print times and counts to stderr")
	flag.Parse()

	build.Default.CgoEnabled = false
	build.Default.GOOS, build.Default.GOARCH = "linux", "amd64"

	start := time.Now()
	targets := findTargets(flag.Args(), *tests)
	u := newUniverse(*lang, targets)
	var lines []line
	u.checkTargets(targets, *tests, func(t *target, info *types.Info) {
		if !*quiet {
			lines = u.appendLines(lines, t, info)
		}
	})
	if *stats {
		fmt.Fprintf(os.Stderr, "# %d packages, %d files, %d bytes, parse %.3fs, check %.3fs, all %.3fs\n", u.packages,
			u.files, u.bytes, u.parseTime.Seconds(), u.checkTime.Seconds(), time.Since(start).Seconds())
	}
	printSorted(lines)
}

// languageVersion is the language version of the toolchain that built this program: go1.27 for go1.27.3.
func languageVersion() string {
	parts := strings.SplitN(strings.Fields(runtime.Version())[0], ".", 3)
	return strings.Join(parts[:2], ".")
}

func printSorted(lines []line) {
	slices.SortFunc(lines, func(a, b line) int {
		return cmp.Or(strings.Compare(a.path, b.path), cmp.Compare(a.line, b.line), cmp.Compare(a.col, b.col))
	})
	out := bufio.NewWriterSize(os.Stdout, 1<<20)
	defer out.Flush()
	for _, l := range lines {
		fmt.Fprintf(out, "%s:%d:%d %s\n", l.path, l.line, l.col, l.text)
	}
}

// appendLines adds the lines of one checked package of target t.
func (u *universe) appendLines(lines []line, t *target, info *types.Info) []line {
	seen := make(map[*ast.Ident]bool, len(info.Defs))
	add := func(id *ast.Ident, obj types.Object) {
		if !wanted(id, obj) || seen[id] {
			return
		}
		pos := u.fset.PositionFor(id.Pos(), false)
		shown, ok := t.shown[pos.Filename]
		if !ok {
			return
		}
		seen[id] = true
		text := id.Name + " " + types.TypeString(typeOf(id, obj, info), qualifier)
		lines = append(lines, line{shown, pos.Line, pos.Column, text})
	}
	for id, obj := range info.Defs {
		add(id, obj)
	}
	for id, obj := range info.Uses {
		add(id, obj)
	}
	return lines
}

func qualifier(p *types.Package) string { return p.Path() }

// wanted says whether an identifier with that object has a line.
func wanted(id *ast.Ident, obj types.Object) bool {
	if obj == nil || id.Name == "_" || !id.Pos().IsValid() || id.Pos() == token.NoPos {
		return false
	}
	switch obj.(type) {
	case *types.PkgName, *types.Label, *types.Builtin:
		return false
	}
	return true
}

// typeOf is the type to print: the instance's where the identifier is instantiated, else the object's.
func typeOf(id *ast.Ident, obj types.Object, info *types.Info) types.Type {
	if inst, ok := info.Instances[id]; ok {
		return inst.Type
	}
	return obj.Type()
}
