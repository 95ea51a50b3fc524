package main

import (
	"fmt"
	"go/ast"
	"go/build"
	"go/parser"
	"go/token"
	"go/types"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"
)

// universe holds all packages that were checked, one for each import path, so that types are comparable.
type universe struct {
	fset     *token.FileSet
	lang     string
	targets  map[string]*target
	built    map[string]*build.Package
	resolved map[[2]string]*build.Package
	checked  map[string]*types.Package
	emit     func(*target, *types.Info)

	packages, files, bytes int
	parseTime, checkTime   time.Duration
}

func newUniverse(lang string, targets []*target) *universe {
	u := &universe{
		fset:     token.NewFileSet(),
		lang:     lang,
		targets:  make(map[string]*target),
		built:    make(map[string]*build.Package),
		resolved: make(map[[2]string]*build.Package),
		checked:  map[string]*types.Package{"unsafe": types.Unsafe},
	}
	for _, t := range targets {
		u.targets[t.pkg.ImportPath] = t
		u.built[t.pkg.ImportPath] = t.pkg
	}
	return u
}

// checkTargets checks all targets with bodies and calls emit once for each of their packages. With tests, a package is
// emitted together with its in-package test files, and its external test package is checked against that variant.
func (u *universe) checkTargets(targets []*target, tests bool, emit func(*target, *types.Info)) {
	u.emit = emit
	for _, t := range targets {
		p := t.pkg
		t.hasTests = tests && len(p.TestGoFiles)+len(p.XTestGoFiles) > 0
	}
	for _, t := range targets {
		p := t.pkg
		if !t.hasTests {
			u.importPackage(p, importer{u: u})
			continue
		}
		inner, info := u.check(p.ImportPath, p, slices.Concat(p.GoFiles, p.TestGoFiles), importer{u: u}, true)
		emit(t, info)
		if len(p.XTestGoFiles) > 0 {
			v := newVariant(inner)
			_, info := u.check(p.ImportPath+"_test", p, p.XTestGoFiles, importer{u: u, variant: v}, true)
			emit(t, info)
		}
	}
}

// variant is the part of the universe that must be checked again because it depends on a package that its test files
// change.
type variant struct {
	depends map[string]bool
	checked map[string]*types.Package
}

func newVariant(inner *types.Package) *variant {
	path := inner.Path()
	return &variant{depends: map[string]bool{path: true}, checked: map[string]*types.Package{path: inner}}
}

// dependsOn says whether p imports v's package, directly or not.
func (u *universe) dependsOn(v *variant, p *build.Package) bool {
	answer, known := v.depends[p.ImportPath]
	if known {
		return answer
	}
	v.depends[p.ImportPath] = false
	for _, imp := range p.Imports {
		if q := u.resolve(imp, p.Dir); q != nil && u.dependsOn(v, q) {
			v.depends[p.ImportPath] = true
			return true
		}
	}
	return false
}

// importer imports from source; with a variant, packages that depend on the variant's are checked against it.
type importer struct {
	u       *universe
	variant *variant
}

func (i importer) Import(path string) (*types.Package, error) { return i.ImportFrom(path, ".", 0) }

func (i importer) ImportFrom(path, dir string, _ types.ImportMode) (*types.Package, error) {
	if path == "unsafe" {
		return types.Unsafe, nil
	}
	p := i.u.resolve(path, dir)
	if p == nil {
		return nil, fmt.Errorf("cannot find package %q", path)
	}
	return i.u.importPackage(p, i)
}

// importPackage checks p, once in the universe or in the importer's variant. Bodies are checked if p is a target.
func (u *universe) importPackage(p *build.Package, i importer) (*types.Package, error) {
	checked := u.checked
	inVariant := i.variant != nil && u.dependsOn(i.variant, p)
	if inVariant {
		checked = i.variant.checked
	}
	if done, ok := checked[p.ImportPath]; ok {
		if done == nil {
			return nil, fmt.Errorf("import cycle through %q", p.ImportPath)
		}
		return done, nil
	}
	checked[p.ImportPath] = nil
	t := u.targets[p.ImportPath]
	bodies := t != nil && !t.hasTests && !inVariant
	pkg, info := u.check(p.ImportPath, p, p.GoFiles, i, bodies)
	checked[p.ImportPath] = pkg
	if bodies {
		u.emit(t, info)
	}
	return pkg, nil
}

// resolve finds the package that the import of path in a file of dir means; nil if there is none.
func (u *universe) resolve(path, dir string) *build.Package {
	key := [2]string{path, dir}
	if p, known := u.resolved[key]; known {
		return p
	}
	p := u.find(path, dir)
	if p != nil {
		if same := u.built[p.ImportPath]; same != nil {
			p = same
		}
		u.built[p.ImportPath] = p
	}
	u.resolved[key] = p
	return p
}

func (u *universe) find(path, dir string) *build.Package {
	if m := moduleOf(dir); m != nil {
		if rel, ok := strings.CutPrefix(path+"/", m.path+"/"); ok {
			return ignoreError(build.Default.ImportDir(filepath.Join(m.dir, filepath.FromSlash(rel)), 0))
		}
	}
	if t := u.targets[path]; t != nil {
		return t.pkg
	}
	if p := ignoreError(build.Default.Import(path, dir, 0)); p != nil {
		return p
	}
	// In a GOPATH tree, as the go command has it, an import of a major version falls back to the folder without it.
	if unversioned := majorVersion.ReplaceAllString(path, "$1"); unversioned != path {
		return ignoreError(build.Default.Import(unversioned, dir, 0))
	}
	return nil
}

var majorVersion = regexp.MustCompile(`/v[1-9][0-9]*(/|$)`)

func ignoreError(p *build.Package, err error) *build.Package {
	if err != nil {
		return nil
	}
	if m := moduleOf(p.Dir); m != nil {
		p.ImportPath = importPath(p.Dir)
	}
	return p
}

// check parses and type-checks files of p as package path. Bodies are checked, and information recorded, only if asked.
func (u *universe) check(path string, p *build.Package, names []string, imp types.ImporterFrom, bodies bool) (*types.Package,
	*types.Info) {
	var problems []error
	files := u.parse(p, names, &problems)
	conf := types.Config{
		GoVersion:        u.languageOf(p),
		IgnoreFuncBodies: !bodies,
		Importer:         imp,
		Sizes:            types.SizesFor("gc", build.Default.GOARCH),
		Error:            func(err error) { problems = append(problems, err) },
	}
	info := new(types.Info)
	if bodies {
		info = &types.Info{
			Defs:      make(map[*ast.Ident]types.Object),
			Uses:      make(map[*ast.Ident]types.Object),
			Instances: make(map[*ast.Ident]types.Instance),
		}
	}
	start, before := time.Now(), u.parseTime+u.checkTime
	// The error is the first of those that the callback has seen.
	pkg, _ := conf.Check(path, u.fset, files, info)
	// Imports are checked inside: their time is already counted.
	u.checkTime += time.Since(start) - (u.parseTime + u.checkTime - before)
	u.packages++
	if len(problems) > 0 && bodies {
		fmt.Fprintln(os.Stderr, "!", path, len(problems), problems[0])
	}
	return pkg, info
}

func (u *universe) parse(p *build.Package, names []string, problems *[]error) []*ast.File {
	start := time.Now()
	defer func() { u.parseTime += time.Since(start) }()
	var files []*ast.File
	for _, name := range names {
		file := filepath.Join(p.Dir, name)
		text, err := os.ReadFile(file)
		if err != nil {
			*problems = append(*problems, err)
			continue
		}
		f, err := parser.ParseFile(u.fset, file, text, parser.SkipObjectResolution)
		if err != nil {
			*problems = append(*problems, err)
		}
		u.files++
		u.bytes += len(text)
		files = append(files, f)
	}
	return files
}

// languageOf is the language version that a package's files start from.
func (u *universe) languageOf(p *build.Package) string {
	if m := moduleOf(p.Dir); m != nil {
		return m.lang
	}
	return u.lang
}
