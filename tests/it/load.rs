//! Which packages files make, and what imports mean.

use std::path::PathBuf;

use heaplint::base::diag::Diagnostic;
use heaplint::load::{
    self, Env, FileRequest, Ignored, Imported, Options, Package, Program, Variant,
};
use heaplint::site::GoVersion;
use heaplint::walk::{self, Request};

use crate::tree::Tree;

/// A run of walk and load over a tree.
struct Run {
    program: Program,
    diagnostics: Vec<Diagnostic>,
}

fn options(tree: &Tree) -> Options {
    let env = Env {
        gopath: vec![tree.root().join("gopath")],
        modcache: Some(tree.root().join("cache")),
        ..Env::default()
    };
    Options {
        cwd: tree.root().to_path_buf(),
        go: None,
        tests: false,
        target: env.target.clone(),
        env,
        overlay: std::sync::Arc::default(),
    }
}

fn run_with(tree: &Tree, paths: &[&str], options: Options) -> Run {
    let mut request = Request::new(tree.root(), paths.iter().map(PathBuf::from));
    request.tests = options.tests;
    let walked = walk::walk(&request);
    let (program, diagnostics) = load::load(&walked, options, |batch| {
        batch.iter().map(FileRequest::read).collect()
    });
    Run {
        program,
        diagnostics,
    }
}

fn run(files: &[(&str, &str)]) -> Run {
    let tree = Tree::new(files);
    run_with(&tree, &["."], options(&tree))
}

fn run_tests(files: &[(&str, &str)]) -> Run {
    let tree = Tree::new(files);
    let options = Options {
        tests: true,
        ..options(&tree)
    };
    run_with(&tree, &["."], options)
}

impl Run {
    fn find(&self, path: &str, variant: Variant) -> &Package {
        let found = |p: &&Package| p.path.as_str() == path && p.variant == variant;
        self.program
            .packages
            .iter()
            .find(found)
            .unwrap_or_else(|| panic!("no package {path}"))
    }

    fn package(&self, path: &str) -> &Package {
        self.find(path, Variant::Plain)
    }

    /// Import paths of all packages in order.
    fn paths(&self) -> Vec<&str> {
        self.program
            .packages
            .iter()
            .map(|p| p.path.as_str())
            .collect()
    }

    /// File names of a package, those with findings marked by `!`.
    fn files(&self, package: &Package) -> String {
        let name = |f: &load::PackageFile| {
            let path = self.program.files[f.id].path();
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            if f.has_findings() { name + "!" } else { name }
        };
        package.files.iter().map(name).collect::<Vec<_>>().join(" ")
    }

    /// What `path` means in `package`: a package's path, or the kind of meaning.
    fn import(&self, package: &Package, path: &str) -> String {
        match package.import(heaplint::base::symbol::Symbol::intern(path)) {
            Some(Imported::Package(id)) => {
                let package = &self.program.packages[id];
                format!("{} {:?}", package.path, package.variant)
            }
            Some(Imported::Std(path)) => format!("std {path}"),
            other => format!("{other:?}"),
        }
    }

    /// `path:line:column: rule: message` of every diagnostic.
    fn messages(&self) -> Vec<String> {
        let message = |d: &Diagnostic| {
            let file = &self.program.files[d.file];
            let at = file.line_col(d.span.start);
            let path = file.path().display();
            format!(
                "{path}:{}:{}: {}: {}",
                at.line, at.column, d.rule, d.message
            )
        };
        self.diagnostics.iter().map(message).collect()
    }

    fn language(&self, package: &str) -> u16 {
        self.package(package).files[0].language.0
    }
}

#[test]
fn a_module_gives_paths_versions_and_order() {
    let r = run(&[
        (
            "go.mod",
            "module example.com/m\n\ngo 1.22\ntoolchain go1.25.1\n",
        ),
        (
            "main.go",
            "package main\nimport (\n\"example.com/m/b\"; \"fmt\"; \"unsafe\"; \"C\"\n)\n",
        ),
        ("b/b.go", "package b\nimport \"example.com/m/z\"\n"),
        ("z/z.go", "//go:build go1.24\n\npackage z\n"),
        ("a/a.go", "package a\nimport \"example.org/none\"\n"),
    ]);
    assert_eq!(
        r.paths(),
        [
            "example.com/m/z",
            "example.com/m/b",
            "example.com/m",
            "example.com/m/a"
        ]
    );
    let main = r.package("example.com/m");
    assert_eq!(main.name.as_str(), "main");
    assert_eq!(r.import(main, "example.com/m/b"), "example.com/m/b Plain");
    assert_eq!(r.import(main, "fmt"), "std fmt");
    assert_eq!(r.import(main, "unsafe"), "Some(Unsafe)");
    assert_eq!(r.import(main, "C"), "Some(C)");
    assert_eq!(
        r.import(r.package("example.com/m/a"), "example.org/none"),
        "Some(Missing)"
    );
    assert_eq!(r.program.missing.len(), 1);
    assert_eq!(r.program.missing[0].path.as_str(), "example.org/none");
    assert_eq!(
        (r.language("example.com/m"), r.language("example.com/m/z")),
        (22, 24)
    );
    assert_eq!(r.program.builds[main.build].compiler, GoVersion(25));
    assert_eq!(r.messages(), [""; 0]);
}

#[test]
fn the_compiler_is_the_one_asked_for_or_the_modules_and_at_least_1_21() {
    let compiler = |go_mod: &str, go: Option<u16>| {
        let tree = Tree::new(&[("go.mod", go_mod), ("a.go", "package a\n")]);
        let options = Options {
            go: go.map(GoVersion),
            ..options(&tree)
        };
        let r = run_with(&tree, &["."], options);
        let package = r.program.packages.iter().next().unwrap();
        (
            r.program.builds[package.build].compiler.0,
            package.files[0].language.0,
        )
    };
    assert_eq!(compiler("module m\ngo 1.24\n", None), (24, 24));
    assert_eq!(compiler("module m\ngo 1.24\n", Some(27)), (27, 24));
    assert_eq!(compiler("module m\ngo 1.18\n", None), (21, 18));
    assert_eq!(compiler("module m\n", None), (21, 16));
    assert_eq!(compiler("module m\ngo 1.99\n", None), (27, 99));
}

#[test]
fn build_constraints_choose_files() {
    let tree = Tree::new(&[
        ("go.mod", "module m\ngo 1.24\n"),
        ("a.go", "package a\n"),
        ("a_windows.go", "package a\n"),
        ("a_amd64.go", "package a\n"),
        ("tag.go", "//go:build special\n\npackage a\n"),
        ("old.go", "// +build !linux\n\npackage a\n"),
        ("ignore.go", "//go:build ignore\n\npackage main\n"),
        ("c.go", "package a\nimport \"C\"\n"),
        ("new.go", "//go:build go1.26\n\npackage a\n"),
        ("doc.go", "package documentation\n"),
    ]);
    let files = |change: &dyn Fn(&mut Options)| {
        let mut options = options(&tree);
        change(&mut options);
        let r = run_with(&tree, &["."], options);
        r.files(r.package("m"))
    };
    assert_eq!(files(&|_| ()), "a.go! a_amd64.go! c.go!");
    assert_eq!(files(&|o| o.target.cgo = false), "a.go! a_amd64.go!");
    assert_eq!(
        files(&|o| o.target.goos = "windows".to_string()),
        "a.go! a_amd64.go! a_windows.go! c.go! old.go!"
    );
    assert_eq!(
        files(&|o| {
            o.target.tags.push("special".to_string());
            o.go = Some(GoVersion(26));
        }),
        "a.go! a_amd64.go! c.go! new.go! tag.go!"
    );
    let r = run_with(&tree, &["."], options(&tree));
    let why: Vec<_> = r.program.ignored.iter().map(|i| i.why).collect();
    assert_eq!(why.len(), 6);
    assert_eq!(why.iter().filter(|w| **w == Ignored::Constraint).count(), 4);
}

#[test]
fn bad_constraints_are_reported_and_leave_the_file_out() {
    let r = run(&[
        ("go.mod", "module m\n"),
        ("a.go", "package a\n"),
        ("b.go", "//go:build linux &&\n\npackage a\n"),
    ]);
    assert_eq!(r.files(r.package("m")), "a.go!");
    assert_eq!(
        r.messages(),
        ["b.go:1:20: build-constraint: unexpected end of expression"]
    );
}

#[test]
fn a_named_file_is_checked_with_its_package() {
    let tree = Tree::new(&[
        ("go.mod", "module m\n"),
        ("a/a.go", "package a\n"),
        ("a/b.go", "package a\nimport \"m/d\"\n"),
        (
            "a/gen.go",
            "// Code generated by hand. DO NOT EDIT.\n\npackage a\n",
        ),
        ("d/d.go", "package d\n"),
    ]);
    let r = run_with(&tree, &["a/a.go", "a/gen.go"], options(&tree));
    assert_eq!(r.files(r.package("m/a")), "a.go! b.go gen.go");
    assert_eq!(r.files(r.package("m/d")), "d.go");
    let selected: Vec<_> = r.program.selected().map(|(_, p)| p.path.as_str()).collect();
    assert_eq!(selected, ["m/a"]);
}

#[test]
fn two_names_in_a_folder_are_reported_and_kept_apart() {
    let r = run(&[
        ("go.mod", "module m\n"),
        ("a.go", "package other\n"),
        ("b.go", "package p\n"),
        ("c.go", "package p\n"),
        ("broken.go", "pakage p\n"),
    ]);
    assert_eq!(r.files(r.package("m")), "b.go! broken.go! c.go!");
    assert_eq!(r.files(r.find("m#other", Variant::Stray)), "a.go!");
    assert_eq!(
        r.messages(),
        ["a.go:1:9: package-clause: package other; expected package p"]
    );
}

#[test]
fn cycles_are_cut_and_the_rest_goes_on() {
    let r = run(&[
        ("go.mod", "module m\n"),
        ("a/a.go", "package a\nimport \"m/b\"\n"),
        ("b/b.go", "package b\nimport \"m/c\"\n"),
        ("c/c.go", "package c\nimport \"m/a\"\nimport \"m/d\"\n"),
        ("d/d.go", "package d\nimport \"m/d\"\n"),
    ]);
    assert_eq!(r.paths(), ["m/d", "m/c", "m/b", "m/a"]);
    assert_eq!(r.import(r.package("m/c"), "m/a"), "Some(Cycle)");
    assert_eq!(
        r.messages(),
        [
            "c/c.go:2:8: import-cycle: import cycle not allowed: m/a imports m/b imports m/c imports m/a",
            "d/d.go:2:8: import-cycle: import cycle not allowed: m/d imports m/d",
        ]
    );
}

#[test]
fn tests_make_variants() {
    let files = [
        ("go.mod", "module m\n"),
        ("p/p.go", "package p\nimport \"m/base\"\n"),
        ("p/in_test.go", "package p\nimport \"testing\"\n"),
        (
            "p/out_test.go",
            "package p_test\nimport (\"m/p\"; \"m/user\"; \"m/base\")\n",
        ),
        ("user/user.go", "package user\nimport \"m/p\"\n"),
        ("base/base.go", "package base\n"),
        ("only/x_test.go", "package only_test\n"),
    ];
    let r = run_tests(&files);
    assert_eq!(r.files(r.package("m/p")), "p.go!");
    assert_eq!(r.files(r.find("m/p", Variant::Tested)), "in_test.go! p.go");
    let external = r.find("m/p_test", Variant::External);
    assert_eq!(r.files(external), "out_test.go!");
    assert_eq!(r.import(external, "m/p"), "m/p Tested");
    assert_eq!(r.import(external, "m/user"), "m/user Again");
    assert_eq!(r.import(external, "m/base"), "m/base Plain");
    let again = r.find("m/user", Variant::Again);
    assert_eq!(r.import(again, "m/p"), "m/p Tested");
    assert_eq!(r.files(again), "user.go");
    assert_eq!(r.import(r.package("m/user"), "m/p"), "m/p Plain");
    assert_eq!(
        r.files(r.find("m/only_test", Variant::External)),
        "x_test.go!"
    );
    assert_eq!(r.messages(), [""; 0]);
    let without = run(&files);
    assert_eq!(without.paths(), ["m/base", "m/p", "m/user"]);
    assert_eq!(without.program.ignored, []);
}

#[test]
fn imports_precede_importers_in_every_variant() {
    let r = run_tests(&[
        ("go.mod", "module m\n"),
        ("a/a.go", "package a\nimport \"m/b\"\n"),
        ("a/a_test.go", "package a\n"),
        ("a/x_test.go", "package a_test\nimport (\"m/a\"; \"m/c\")\n"),
        ("b/b.go", "package b\n"),
        ("b/b_test.go", "package b\nimport \"m/d\"\n"),
        ("c/c.go", "package c\nimport \"m/d\"\n"),
        ("d/d.go", "package d\nimport \"m/a\"\n"),
    ]);
    for (id, package) in r.program.packages.iter_enumerated() {
        for import in &package.imports {
            if let Imported::Package(imported) = import.target {
                assert!(imported < id, "{} before {}", import.path, package.path);
            }
        }
    }
    assert_eq!(r.messages(), [""; 0]);
}

#[test]
fn nested_modules_are_their_own() {
    let r = run(&[
        (
            "go.mod",
            "module m\ngo 1.20\nrequire m/sub v1.0.0\nreplace m/sub => ./sub\n",
        ),
        ("a.go", "package a\nimport (\"m/sub/x\"; \"m/other\")\n"),
        ("sub/go.mod", "module m/sub\ngo 1.25\n"),
        ("sub/x/x.go", "package x\n"),
        ("other/go.mod", "module elsewhere\n"),
        ("other/o.go", "package other\n"),
    ]);
    let root = r.package("m");
    assert_eq!(r.import(root, "m/sub/x"), "m/sub/x Plain");
    assert_eq!(r.import(root, "m/other"), "Some(Missing)");
    let copies: Vec<_> = r
        .program
        .packages
        .iter()
        .filter(|p| p.path.as_str() == "m/sub/x")
        .collect();
    assert_eq!(copies.len(), 2, "one for each build");
    assert_eq!(copies[0].files[0].id, copies[1].files[0].id, "read once");
    assert!(copies.iter().all(|p| p.files[0].language == GoVersion(25)));
    assert_eq!(r.package("elsewhere").name.as_str(), "other");
}

#[test]
fn a_workspace_joins_its_modules() {
    let files = [
        (
            "go.work",
            "go 1.24\nuse (\n\t./a\n\t./b\n)\nreplace c.com/c => ./c\n",
        ),
        (
            "a/go.mod",
            "module a.com/a\ngo 1.22\nrequire c.com/c v1.0.0\n",
        ),
        ("a/a.go", "package a\nimport (\"b.com/b\"; \"c.com/c\")\n"),
        ("b/go.mod", "module b.com/b\ngo 1.23\n"),
        ("b/b.go", "package b\n"),
        ("c/go.mod", "module c.com/c\ngo 1.21\n"),
        ("c/c.go", "package c\n"),
    ];
    let tree = Tree::new(&files);
    let r = run_with(&tree, &["a"], options(&tree));
    let a = r.package("a.com/a");
    assert_eq!(r.import(a, "b.com/b"), "b.com/b Plain");
    assert_eq!(r.import(a, "c.com/c"), "c.com/c Plain");
    assert_eq!(r.program.builds[a.build].compiler, GoVersion(24));
    assert_eq!((r.language("a.com/a"), r.language("b.com/b")), (22, 23));
    let mut alone = options(&tree);
    alone.env.workspace_off = true;
    let r = run_with(&tree, &["a"], alone);
    assert_eq!(r.import(r.package("a.com/a"), "b.com/b"), "Some(Missing)");
}

#[test]
fn the_module_cache_is_searched_at_selected_versions() {
    let tree = Tree::new(&[
        (
            "m/go.mod",
            "module m\ngo 1.16\nrequire (\n\tx.com/Big v1.0.0\n\ty.com/y v1.0.0\n)\n",
        ),
        (
            "m/m.go",
            "package m\nimport (\"x.com/Big/p\"; \"y.com/y\"; \"z.com/z\")\n",
        ),
        ("cache/x.com/!big@v1.0.0/p/p.go", "package p\n"),
        (
            "cache/x.com/!big@v1.2.0/p/p.go",
            "package p\nimport \"y.com/y\"\n",
        ),
        (
            "cache/cache/download/x.com/!big/@v/v1.2.0.mod",
            "module x.com/Big\ngo 1.19\n",
        ),
        ("cache/y.com/y@v1.0.0/y.go", "package y\n"),
        (
            "cache/y.com/y@v1.0.0/y_test.go",
            "package y\nimport \"nowhere.com/x\"\n",
        ),
        (
            "cache/cache/download/y.com/y/@v/v1.0.0.mod",
            "module y.com/y\nrequire x.com/Big v1.2.0\n",
        ),
    ]);
    let r = run_with(&tree, &["m"], options(&tree));
    let m = r.package("m");
    assert_eq!(r.import(m, "x.com/Big/p"), "x.com/Big/p Plain");
    assert_eq!(r.import(m, "z.com/z"), "Some(Missing)");
    let p = r.package("x.com/Big/p");
    assert!(p.dir.ends_with("cache/x.com/!big@v1.2.0/p") && !p.is_selected());
    assert_eq!((r.language("x.com/Big/p"), r.language("y.com/y")), (19, 16));
    assert_eq!(r.program.missing.len(), 1);
}

#[test]
fn replacements_are_followed() {
    let r = run(&[
        (
            "m/go.mod",
            "module m\ngo 1.24\nrequire (\n\tx.com/x v1.0.0\n\ty.com/y v1.0.0\n)\n\
             replace x.com/x v1.0.0 => ../fork\nreplace y.com/y => other.com/y v2.0.0\n",
        ),
        ("m/m.go", "package m\nimport (\"x.com/x\"; \"y.com/y\")\n"),
        ("fork/x.go", "package x\n"),
        ("fork/go.mod", "module whatever\ngo 1.20\n"),
        ("cache/other.com/y@v2.0.0/y.go", "package y\n"),
    ]);
    assert!(r.package("x.com/x").dir.ends_with("fork"));
    assert!(
        r.package("y.com/y")
            .dir
            .ends_with("cache/other.com/y@v2.0.0")
    );
    assert_eq!(r.language("x.com/x"), 20);
}

#[test]
fn a_vendor_folder_is_used_alone() {
    let files = [
        ("go.mod", "module m\ngo 1.24\nrequire x.com/x v1.0.0\n"),
        (
            "m.go",
            "package m\nimport (\"x.com/x\"; \"x.com/x/more\")\n",
        ),
        (
            "vendor/modules.txt",
            "# x.com/x v1.0.0\n## explicit; go 1.19\nx.com/x\n",
        ),
        ("vendor/x.com/x/x.go", "package x\n"),
        ("cache/x.com/x@v1.0.0/x.go", "package x\n"),
        ("cache/x.com/x@v1.0.0/more/more.go", "package more\n"),
    ];
    let tree = Tree::new(&files);
    let r = run_with(&tree, &["m.go"], options(&tree));
    assert!(r.package("x.com/x").dir.ends_with("vendor/x.com/x"));
    assert_eq!(r.language("x.com/x"), 19);
    assert_eq!(r.import(r.package("m"), "x.com/x/more"), "Some(Missing)");
    let mut off = options(&tree);
    off.env.vendor_off = true;
    let r = run_with(&tree, &["m.go"], off);
    assert!(r.package("x.com/x").dir.ends_with("cache/x.com/x@v1.0.0"));
    assert_eq!(
        r.import(r.package("m"), "x.com/x/more"),
        "x.com/x/more Plain"
    );
}

#[test]
fn gopath_without_modules() {
    let files = [
        ("gopath/src/a.com/a/go.mod", "module a.com/a\ngo 1.18\n"),
        (
            "gopath/src/a.com/a/a.go",
            "package a\nimport (\"b.com/b\"; \"c.com/c\"; \"v.com/v/v3/p\"; \"./in\")\n",
        ),
        (
            "gopath/src/a.com/a/in/in.go",
            "package in\nimport \"c.com/c\"\n",
        ),
        ("gopath/src/a.com/a/vendor/c.com/c/c.go", "package c\n"),
        ("gopath/src/b.com/b/b.go", "package b\nimport \"c.com/c\"\n"),
        ("gopath/src/c.com/c/c.go", "package c\n"),
        ("gopath/src/v.com/v/go.mod", "module v.com/v/v3\n"),
        ("gopath/src/v.com/v/p/p.go", "package p\n"),
    ];
    let tree = Tree::new(&files);
    let mut off = options(&tree);
    off.env.modules_off = true;
    let r = run_with(&tree, &["gopath/src/a.com/a"], off);
    let a = r.package("a.com/a");
    assert_eq!(r.import(a, "c.com/c"), "a.com/a/vendor/c.com/c Plain");
    assert_eq!(
        r.import(r.package("a.com/a/in"), "c.com/c"),
        "a.com/a/vendor/c.com/c Plain"
    );
    assert_eq!(r.import(r.package("b.com/b"), "c.com/c"), "c.com/c Plain");
    assert_eq!(r.import(a, "v.com/v/v3/p"), "v.com/v/p Plain");
    assert_eq!(r.import(a, "./in"), "a.com/a/in Plain");
    assert_eq!(r.language("a.com/a"), 27, "the compiler's");
}

#[test]
fn loose_folders_need_no_module() {
    let r = run(&[
        (
            "a/a.go",
            "package a\nimport (\"errors\"; \"b\"; \"../b\"; \"g.com/g\")\n",
        ),
        ("b/b.go", "package b\n"),
        ("errors/e.go", "package errors\n"),
        ("gopath/src/g.com/g/g.go", "package g\n"),
    ]);
    let a = r.package("a");
    assert_eq!(r.import(a, "errors"), "std errors");
    assert_eq!(r.import(a, "b"), "Some(Missing)");
    assert_eq!(r.import(a, "../b"), "b Plain");
    assert_eq!(r.import(a, "g.com/g"), "g.com/g Plain");
    assert_eq!(r.language("a"), 27);
}

#[test]
fn the_go_tree_imports_itself() {
    let r = run(&[
        ("src/go.mod", "module std\n\ngo 1.27\n"),
        (
            "src/fmt/fmt.go",
            "package fmt\nimport (\"io\"; \"golang.org/x/y\")\n",
        ),
        ("src/io/io.go", "package io\n"),
        ("src/builtin/builtin.go", "package builtin\n"),
        (
            "src/vendor/golang.org/x/y/y.go",
            "package y\nimport \"io\"\n",
        ),
        ("src/cmd/go.mod", "module cmd\n\ngo 1.27\n"),
        (
            "src/cmd/tool/main.go",
            "package main\nimport (\"fmt\"; \"golang.org/x/y\"; \"cmd/internal/i\")\n",
        ),
        ("src/cmd/internal/i/i.go", "package i\n"),
        ("src/cmd/vendor/golang.org/x/y/y.go", "package y\n"),
    ]);
    let tool = r.package("cmd/tool");
    assert_eq!(r.import(tool, "fmt"), "fmt Plain");
    assert_eq!(
        r.import(tool, "golang.org/x/y"),
        "cmd/vendor/golang.org/x/y Plain"
    );
    assert_eq!(r.import(tool, "cmd/internal/i"), "cmd/internal/i Plain");
    assert_eq!(
        r.import(r.package("fmt"), "golang.org/x/y"),
        "vendor/golang.org/x/y Plain"
    );
    assert_eq!(r.program.builds.len(), 1);
    assert!(!r.paths().contains(&"builtin"));
}

#[test]
fn bad_module_files_are_diagnostics() {
    let r = run(&[
        ("go.mod", "module m\ngo 1.22\nrequire x\n"),
        ("a.go", "package a\n"),
    ]);
    assert_eq!(
        r.messages(),
        ["go.mod:3:1: go-mod: malformed require directive"]
    );
    assert_eq!(r.language("m"), 22);
}

#[test]
fn go_mod_may_ignore_folders() {
    let r = run(&[
        (
            "go.mod",
            "module m\ngo 1.25\nignore ./web\nignore node_modules\n",
        ),
        ("a.go", "package a\nimport \"m/web/used\"\n"),
        ("web/w.go", "package web\n"),
        ("web/used/u.go", "package used\n"),
        ("x/web/w.go", "package web\n"),
        ("x/node_modules/n.go", "package n\n"),
    ]);
    assert_eq!(r.paths(), ["m/web/used", "m", "m/x/web"]);
    assert!(!r.package("m/web/used").is_selected());
    assert!(
        r.program
            .ignored
            .iter()
            .all(|i| i.why == Ignored::Module && i.selected)
    );
    assert_eq!(r.program.ignored.len(), 3);
}

#[test]
fn a_module_at_its_own_path_has_neighbours() {
    let r = run(&[
        (
            "src/a.com/a/go.mod",
            "module a.com/a\ngo 1.24\nrequire b.com/b v1.0.0\n",
        ),
        (
            "src/a.com/a/a.go",
            "package a\nimport (\"b.com/b\"; \"c.com/c/v2\")\n",
        ),
        ("src/b.com/b/b.go", "package b\n"),
        ("src/c.com/c/go.mod", "module c.com/c/v2\ngo 1.19\n"),
        ("src/c.com/c/c.go", "package c\n"),
    ]);
    let a = r.package("a.com/a");
    assert_eq!(r.import(a, "b.com/b"), "b.com/b Plain");
    assert_eq!(r.import(a, "c.com/c/v2"), "c.com/c/v2 Plain");
    assert_eq!(r.language("c.com/c/v2"), 19);
}

#[test]
fn bad_files_are_not_lost() {
    let tree = Tree::new(&[
        ("go.mod", "module m\n"),
        ("crlf.go", "package a\r\n\r\nimport \"fmt\"\r\n"),
    ]);
    tree.write("bom.go", b"\xEF\xBB\xBFpackage a\nimport \"io\"\n");
    tree.write("latin.go", b"package a // \xe9\nimport \"os\"\n");
    tree.write("nul.go", b"\0\0\0");
    tree.write("empty.go", b"");
    let r = run_with(&tree, &["."], options(&tree));
    let a = r.package("m");
    assert_eq!(r.files(a), "bom.go! crlf.go! empty.go! latin.go! nul.go!");
    let imports: Vec<_> = a.imports.iter().map(|i| i.path.as_str()).collect();
    assert_eq!(imports, ["fmt", "io", "os"]);
    let walked = walk::walk(&Request::new(tree.root(), []));
    std::fs::remove_file(tree.root().join("nul.go")).unwrap();
    let (program, diagnostics) = load::load(&walked, options(&tree), |batch| {
        batch.iter().map(FileRequest::read).collect()
    });
    assert_eq!(diagnostics.len(), 1);
    assert_eq!(diagnostics[0].rule, "unreadable-file");
    assert_eq!(
        program.files[diagnostics[0].file].path(),
        PathBuf::from("nul.go")
    );
    assert_eq!(program.ignored[0].why, Ignored::Unreadable);
}

#[test]
fn the_order_of_reading_changes_nothing() {
    let files: Vec<(String, String)> = (0..40)
        .map(|i| {
            let text = format!(
                "package p\nimport (\"m/p{}\"; \"none/x{i}\")\n",
                (i * 7 + 1) % 40
            );
            (format!("p{i}/p.go"), text)
        })
        .collect();
    let mut all = vec![("go.mod", "module m\n")];
    all.extend(
        files
            .iter()
            .map(|(path, text)| (path.as_str(), text.as_str())),
    );
    let tree = Tree::new(&all);
    let walked = walk::walk(&Request::new(tree.root(), []));
    let program = |reverse: bool| {
        let (program, diagnostics) = load::load(&walked, options(&tree), |batch| {
            let mut read: Vec<_> = batch.iter().map(FileRequest::read).collect();
            if reverse {
                read.reverse();
            }
            read
        });
        format!(
            "{:?} {:?} {diagnostics:?}",
            program.packages.as_slice(),
            program.missing
        )
    };
    assert_eq!(program(false), program(true));
}
