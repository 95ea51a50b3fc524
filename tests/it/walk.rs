//! Which files the paths of a command line mean.

use std::path::PathBuf;

use heaplint::walk::{Exclude, Request, Walked, walk};

use crate::tree::Tree;

fn request(tree: &Tree, paths: &[&str]) -> Request {
    Request::new(tree.root(), paths.iter().map(PathBuf::from))
}

/// Every file of the result, as shown; those that are only there for their package in brackets.
fn files(walked: &Walked) -> String {
    let mut out = Vec::new();
    for dir in &walked.dirs {
        for file in &dir.files {
            let path = dir.shown.join(&file.name).display().to_string();
            out.push(if file.selected {
                path
            } else {
                format!("({path})")
            });
        }
    }
    out.join(" ")
}

fn go_tree(paths: &[&str]) -> Tree {
    let files: Vec<_> = paths.iter().map(|p| (*p, "package p\n")).collect();
    Tree::new(&files)
}

#[test]
fn folders_are_walked_but_for_those_the_toolchain_skips() {
    let tree = go_tree(&[
        "a.go",
        "a_test.go",
        "b/b.go",
        "b/c/c.go",
        "b/x.txt",
        "b/_off.go",
        "b/.off.go",
        "testdata/t.go",
        "vendor/v/v.go",
        "_u/u.go",
        ".h/h.go",
        "tests_only/x_test.go",
    ]);
    let all = walk(&request(&tree, &[]));
    assert_eq!(files(&all), "a.go (a_test.go) b/b.go b/c/c.go");
    assert_eq!(all.problems, []);
    assert_eq!(files(&walk(&request(&tree, &["./..."]))), files(&all));
    let mut tests = request(&tree, &["."]);
    tests.tests = true;
    assert_eq!(
        files(&walk(&tests)),
        "a.go a_test.go b/b.go b/c/c.go tests_only/x_test.go"
    );
}

#[test]
fn named_paths_are_shown_as_they_were_named() {
    let tree = go_tree(&["a/a.go", "a/b.go", "testdata/t.go", "vendor/v/v.go"]);
    assert_eq!(files(&walk(&request(&tree, &["./a"]))), "a/a.go a/b.go");
    assert_eq!(
        files(&walk(&request(&tree, &["testdata"]))),
        "testdata/t.go"
    );
    assert_eq!(
        files(&walk(&request(&tree, &["vendor/v"]))),
        "vendor/v/v.go"
    );
    let absolute = tree.root().join("a");
    let shown = files(&walk(&request(&tree, &[absolute.to_str().unwrap()])));
    assert!(shown.starts_with(tree.root().to_str().unwrap()), "{shown}");
}

#[test]
fn a_named_file_brings_its_folder() {
    let tree = go_tree(&["a/a.go", "a/b.go", "a/b_test.go"]);
    assert_eq!(
        files(&walk(&request(&tree, &["a/b.go"]))),
        "(a/a.go) a/b.go (a/b_test.go)"
    );
    assert_eq!(
        files(&walk(&request(&tree, &["a/b_test.go", "a/b.go"]))),
        "(a/a.go) a/b.go a/b_test.go"
    );
}

#[test]
fn patterns_with_dots_in_the_middle() {
    let tree = go_tree(&["a/x/p.go", "a/y/x/p.go", "a/y/p.go", "b/x/p.go"]);
    assert_eq!(files(&walk(&request(&tree, &["a/.../x"]))), "a/y/x/p.go");
    assert_eq!(
        files(&walk(&request(&tree, &["a/y/..."]))),
        "a/y/p.go a/y/x/p.go"
    );
}

#[test]
fn import_paths_are_found_below_gopath() {
    let tree = go_tree(&["gopath/src/example.com/m/p.go", "here/h.go"]);
    let mut request = Request::new(tree.root().join("here"), [PathBuf::from("example.com/m")]);
    request.gopath = vec![tree.root().join("gopath")];
    let walked = walk(&request);
    assert_eq!(walked.dirs.len(), 1);
    assert_eq!(
        walked.dirs[0].path,
        tree.root().join("gopath/src/example.com/m")
    );
}

#[test]
fn gitignore_and_excludes_unselect_but_keep_the_package_whole() {
    let tree = go_tree(&[
        "a/a.go",
        "a/made.go",
        "a/x.pb.go",
        "third/t.go",
        "build/b.go",
    ]);
    tree.write(".gitignore", b"made.go\nbuild/\n");
    std::fs::create_dir(tree.root().join(".git")).unwrap();
    let mut request = request(&tree, &[]);
    request.excludes = vec![Exclude::new(tree.root(), ["**/*.pb.go", "third"]).unwrap()];
    assert_eq!(files(&walk(&request)), "a/a.go (a/made.go) (a/x.pb.go)");
    request.gitignore = false;
    assert_eq!(
        files(&walk(&request)),
        "a/a.go a/made.go (a/x.pb.go) build/b.go"
    );
}

#[test]
fn what_is_named_is_not_excluded_unless_forced() {
    let tree = go_tree(&["third/t.go", "third/u.go"]);
    let mut request = request(&tree, &["third/t.go"]);
    request.excludes = vec![Exclude::new(tree.root(), ["third"]).unwrap()];
    assert_eq!(files(&walk(&request)), "third/t.go (third/u.go)");
    request.paths = vec![PathBuf::from("third")];
    assert_eq!(files(&walk(&request)), "third/t.go third/u.go");
    request.force_exclude = true;
    assert_eq!(files(&walk(&request)), "");
    request.paths = vec![PathBuf::from("third/t.go")];
    assert_eq!(files(&walk(&request)), "");
}

#[test]
fn wrong_paths_are_problems() {
    let tree = go_tree(&["a/a.go", "a/x.txt"]);
    let walked = walk(&request(&tree, &["nowhere", "a/x.txt", "a"]));
    assert_eq!(files(&walked), "a/a.go");
    let problems: Vec<_> = walked
        .problems
        .iter()
        .map(|p| (p.path.to_str().unwrap(), p.named))
        .collect();
    assert_eq!(problems, [("a/x.txt", true), ("nowhere", true)]);
    assert_eq!(walked.problems[0].message, "is not a Go file");
}

#[cfg(unix)]
mod unix {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;
    use std::os::unix::fs::symlink;

    use super::{files, go_tree, request};
    use heaplint::walk::walk;

    #[test]
    fn links_are_files_or_problems_and_never_loops() {
        let tree = go_tree(&["a/a.go", "dir.go/d.go", "only/x.txt"]);
        let root = tree.root();
        symlink(root.join("a/a.go"), root.join("a/link.go")).unwrap();
        symlink("gone.go", root.join("a/dangling.go")).unwrap();
        symlink("self.go", root.join("only/self.go")).unwrap();
        symlink(root, root.join("a/up")).unwrap();
        let walked = walk(&request(&tree, &[]));
        assert_eq!(files(&walked), "a/a.go a/link.go dir.go/d.go");
        let problems: Vec<_> = walked
            .problems
            .iter()
            .map(|p| p.path.to_str().unwrap())
            .collect();
        assert_eq!(problems, ["a/dangling.go", "only/self.go"]);
    }

    #[test]
    fn names_need_not_be_unicode() {
        let tree = go_tree(&["a.go"]);
        let name = OsStr::from_bytes(b"\xff.go");
        std::fs::write(tree.root().join(name), "package p\n").unwrap();
        let walked = walk(&request(&tree, &[]));
        assert!(
            walked.dirs[0]
                .files
                .iter()
                .any(|f| f.name == name && f.selected)
        );
    }

    #[test]
    fn pipes_are_not_read() {
        let tree = go_tree(&["a.go"]);
        // A socket stands for every kind of file that would block or answer nonsense.
        let _socket = std::os::unix::net::UnixListener::bind(tree.root().join("s.go")).unwrap();
        let walked = walk(&request(&tree, &[]));
        assert_eq!(files(&walked), "a.go");
        assert_eq!(walked.problems[0].message, "is not a regular file");
        let named = walk(&request(&tree, &["s.go"]));
        assert!(named.dirs.is_empty() && named.problems[0].named);
    }
}
