package main

import (
	"bytes"
	"fmt"
	"go/build"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
)

// target is a package whose lines are asked for.
type target struct {
	pkg *build.Package
	// shown maps the absolute paths of the files to print to the paths that the output shows.
	shown map[string]string
	// hasTests says that the package is checked with its test files instead of as it is imported.
	hasTests bool
}

// module is what this program needs of a go.mod.
type module struct {
	dir, path, lang string
}

// findTargets lists the packages of the arguments in order of their folders, each once.
func findTargets(args []string, tests bool) []*target {
	byDir := make(map[string]*target)
	for _, arg := range args {
		info, err := os.Stat(arg)
		switch {
		case err != nil:
			fmt.Fprintln(os.Stderr, "!", arg, 1, err)
		case info.IsDir():
			walk(arg, func(dir string) { addDir(byDir, dir, "", tests) })
		default:
			addDir(byDir, filepath.Dir(arg), arg, tests)
		}
	}
	var targets []*target
	for _, t := range byDir {
		targets = append(targets, t)
	}
	slices.SortFunc(targets, func(a, b *target) int { return strings.Compare(a.pkg.Dir, b.pkg.Dir) })
	return targets
}

// walk calls visit for root and all folders below that `...` would match.
func walk(root string, visit func(dir string)) {
	err := filepath.WalkDir(root, func(p string, d fs.DirEntry, err error) error {
		if err != nil || !d.IsDir() {
			return err
		}
		name := d.Name()
		hidden := strings.HasPrefix(name, ".") || strings.HasPrefix(name, "_")
		if p != root && (hidden || name == "testdata" || name == "vendor" && !inGoroot(p)) {
			return fs.SkipDir
		}
		visit(p)
		return nil
	})
	if err != nil {
		fmt.Fprintln(os.Stderr, "!", root, 1, err)
	}
}

func inGoroot(p string) bool {
	_, ok := below(absolute(p), filepath.Join(build.Default.GOROOT, "src"))
	return ok
}

func absolute(p string) string {
	abs, err := filepath.Abs(p)
	if err != nil {
		return p
	}
	return abs
}

// below gives the slash-separated path of p relative to dir, if it lies there.
func below(p, dir string) (string, bool) {
	if p == dir {
		return ".", true
	}
	rest, ok := strings.CutPrefix(p, dir+string(filepath.Separator))
	return filepath.ToSlash(rest), ok
}

// addDir adds the package in dir to the targets; only is the one file to show, or empty for all. The standard library's
// packages builtin and unsafe are left out: their files only document what the compiler knows by itself.
func addDir(byDir map[string]*target, dir, only string, tests bool) {
	abs := absolute(dir)
	t := byDir[abs]
	if t == nil {
		pkg, err := build.Default.ImportDir(abs, 0)
		if _, none := err.(*build.NoGoError); err != nil && !(none && tests && len(pkg.TestGoFiles)+len(pkg.XTestGoFiles) > 0) {
			if !none {
				fmt.Fprintln(os.Stderr, "!", dir, 1, err)
			}
			return
		}
		pkg.ImportPath = importPath(abs)
		if pkg.Goroot && (pkg.ImportPath == "builtin" || pkg.ImportPath == "unsafe") {
			return // documentation, not code
		}
		t = &target{pkg: pkg, shown: make(map[string]string)}
		byDir[abs] = t
	}
	names := slices.Clone(t.pkg.GoFiles)
	if tests {
		names = slices.Concat(names, t.pkg.TestGoFiles, t.pkg.XTestGoFiles)
	}
	for _, name := range names {
		if only == "" || filepath.Base(only) == name {
			t.shown[filepath.Join(abs, name)] = filepath.ToSlash(filepath.Join(dir, name))
		}
	}
}

// importPath is the import path of the package in the folder abs: by its module, GOROOT or GOPATH.
func importPath(abs string) string {
	if m := moduleOf(abs); m != nil {
		rel, _ := below(abs, m.dir)
		return path.Join(m.path, rel)
	}
	for _, root := range append([]string{build.Default.GOROOT}, filepath.SplitList(build.Default.GOPATH)...) {
		if rel, ok := below(abs, filepath.Join(root, "src")); ok {
			return rel
		}
	}
	return abs
}

var modules = make(map[string]*module)

// moduleOf reads the go.mod that governs dir; nil with GO111MODULE=off, in GOROOT, and where there is none.
func moduleOf(dir string) *module {
	if os.Getenv("GO111MODULE") == "off" || inGoroot(dir) {
		return nil
	}
	m, known := modules[dir]
	if known {
		return m
	}
	if text, err := os.ReadFile(filepath.Join(dir, "go.mod")); err == nil {
		m = parseModule(dir, text)
	} else if parent := filepath.Dir(dir); parent != dir {
		m = moduleOf(parent)
	}
	modules[dir] = m
	return m
}

// parseModule reads the module and go lines of a go.mod; without a go line the language is go1.16.
func parseModule(dir string, text []byte) *module {
	m := &module{dir: dir, lang: "go1.16"}
	for raw := range bytes.Lines(text) {
		fields := strings.Fields(string(raw))
		if len(fields) < 2 {
			continue
		}
		switch fields[0] {
		case "module":
			m.path = strings.Trim(fields[1], `"`)
		case "go":
			m.lang = "go" + fields[1]
		}
	}
	return m
}
