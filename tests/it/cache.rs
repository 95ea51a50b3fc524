//! The cache of dependencies' facts: it changes how long a run takes, and nothing else.

use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use heaplint::facts::Facts;
use heaplint::facts::cache::{Cache, Digest, Recipe};

use super::command::command;
use super::tree::Tree;

fn key(name: &str) -> Digest {
    let mut recipe = Recipe::default();
    recipe.add(name);
    recipe.digest()
}

fn facts(text: &str) -> Facts {
    Facts {
        types: text.as_bytes().to_vec(),
        code: vec![7; 1000],
    }
}

/// All files below a folder, but the one that marks it as a cache.
fn entries(dir: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut todo = vec![dir.join("facts")];
    while let Some(dir) = todo.pop() {
        for entry in std::fs::read_dir(dir).into_iter().flatten() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                todo.push(path);
            } else {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}

#[test]
fn what_is_put_is_found_by_its_key() {
    let tree = Tree::new(&[]);
    let cache = Cache::at(tree.root().join("deep/cache"), 1 << 20);
    assert_eq!(cache.get(key("a")), None);
    cache.put(key("a"), &facts("a"));
    cache.put(key("b"), &facts("b"));
    assert_eq!(cache.get(key("a")), Some(facts("a")));
    assert_eq!(cache.get(key("b")), Some(facts("b")));
    assert_eq!(cache.get(key("c")), None);
    assert!(tree.root().join("deep/cache/CACHEDIR.TAG").exists());
}

#[test]
fn parts_are_told_apart() {
    let digest = |parts: &[&str]| {
        let mut recipe = Recipe::default();
        parts.iter().for_each(|p| recipe.add(p));
        recipe.digest()
    };
    assert_ne!(digest(&["ab", "c"]), digest(&["a", "bc"]));
    assert_ne!(digest(&["ab"]), digest(&["ab", ""]));
}

#[test]
fn damaged_and_foreign_entries_are_none_and_written_anew() {
    let tree = Tree::new(&[]);
    let cache = Cache::at(tree.root().to_path_buf(), 1 << 20);
    for damage in [&b""[..], b"hlk\x01", b"PNG and so on, of another program"] {
        cache.put(key("a"), &facts("a"));
        std::fs::write(&entries(tree.root())[0], damage).unwrap();
        assert_eq!(cache.get(key("a")), None);
    }
    cache.put(key("a"), &facts("a"));
    assert_eq!(cache.get(key("a")), Some(facts("a")));
}

#[test]
fn writers_do_not_disturb_each_other() {
    let tree = Tree::new(&[]);
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                let cache = Cache::at(tree.root().to_path_buf(), 1 << 20);
                for i in 0..50 {
                    let name = format!("{}", i % 5);
                    cache.put(key(&name), &facts(&name));
                    assert_eq!(cache.get(key(&name)), Some(facts(&name)));
                }
            });
        }
    });
    assert_eq!(entries(tree.root()).len(), 5, "no temporary file is left");
}

#[test]
fn what_was_not_used_for_longest_goes_first() {
    let tree = Tree::new(&[]);
    let cache = Cache::at(tree.root().to_path_buf(), 8_000);
    let days_ago = |days: u64| SystemTime::now() - Duration::from_hours(24 * days);
    for i in 0..10 {
        let before = entries(tree.root());
        cache.put(key(&i.to_string()), &facts(&i.to_string()));
        let new = entries(tree.root())
            .into_iter()
            .find(|p| !before.contains(p));
        let file = std::fs::File::options().write(true).open(new.unwrap());
        file.unwrap().set_modified(days_ago(20 - i)).unwrap();
    }
    // Reading is using.
    assert!(cache.get(key("0")).is_some());
    cache.trim();
    let kept = |i: u64| cache.get(key(&i.to_string())).is_some();
    assert!(kept(0) && kept(9) && kept(8));
    assert!(!kept(1) && !kept(2) && !kept(3));
    // Nothing was written by this one, so it leaves the folder as it is.
    Cache::at(tree.root().to_path_buf(), 0).trim();
    assert!(kept(9));
}

#[test]
fn a_place_that_cannot_be_written_is_no_cache() {
    let tree = Tree::new(&[("file", "")]);
    let cache = Cache::at(tree.root().join("file/below"), 1 << 20);
    cache.put(key("a"), &facts("a"));
    assert_eq!(cache.get(key("a")), None);
    cache.trim();
}

/// A module whose package `top` uses `low`; only `top` is asked for.
fn module(low: &str) -> Tree {
    let tree = Tree::new(&[
        ("go.mod", "module example.com/m\n\ngo 1.27\n"),
        (
            "top/top.go",
            "package top\n\nimport \"example.com/m/low\"\n\nfunc f() int {\n\tp := new(int)\n\treturn low.Take(p)\n}\n",
        ),
    ]);
    tree.write("low/low.go", low.as_bytes());
    std::fs::create_dir(tree.root().join(".git")).unwrap();
    tree
}

const DROPS: &str = "package low\n\nfunc Take(p *int) int { return *p }\n";
const KEEPS: &str =
    "package low\n\nvar kept *int\n\nfunc Take(p *int) int { kept = p; return *p }\n";

fn lines(module: &Tree, cache: &Path, args: &[&str]) -> String {
    let output = command(module.root())
        .args(["check", "--format", "gcflags", "./top"])
        .args(args)
        .env_remove("HEAPLINT_NO_CACHE")
        .env("HEAPLINT_CACHE", cache)
        .output()
        .unwrap();
    String::from_utf8_lossy(&output.stdout).into_owned()
}

#[test]
fn a_run_says_the_same_with_and_without_cache() {
    let module = module(DROPS);
    let cache = module.root().join("cache");
    let without = lines(&module, &cache, &["--no-cache"]);
    assert!(without.contains("new(int) does not escape"), "{without}");
    assert!(!cache.exists());
    assert_eq!(lines(&module, &cache, &[]), without);
    assert_eq!(entries(&cache).len(), 1);
    assert_eq!(lines(&module, &cache, &[]), without);
    assert_eq!(entries(&cache).len(), 1);
    let elsewhere = module.root().join("elsewhere");
    let dir = elsewhere.to_str().unwrap();
    assert_eq!(lines(&module, &cache, &["--cache-dir", dir]), without);
    assert_eq!(entries(&elsewhere).len(), 1);
}

#[test]
fn the_way_of_a_value_is_shown_the_same_with_a_dependency_in_the_cache() {
    let module = module(KEEPS);
    let explained = || {
        let output = command(module.root())
            .args(["explain", "top/top.go:6"])
            .env_remove("HEAPLINT_NO_CACHE")
            .env("HEAPLINT_CACHE", module.root().join("cache"))
            .output()
            .unwrap();
        String::from_utf8_lossy(&output.stdout).into_owned()
    };
    let cold = explained();
    assert!(
        cold.contains("`new(int)` is on the heap") && cold.contains("the way:"),
        "{cold}"
    );
    assert!(!entries(&module.root().join("cache")).is_empty());
    assert_eq!(explained(), cold);
}

#[test]
fn a_changed_dependency_is_another_entry() {
    let module = module(DROPS);
    let cache = module.root().join("cache");
    let dropped = lines(&module, &cache, &[]);
    let old = entries(&cache);
    module.write("low/low.go", KEEPS.as_bytes());
    let kept = lines(&module, &cache, &[]);
    assert!(kept.contains("new(int) escapes to heap"), "{kept}");
    let both = entries(&cache);
    assert_eq!(both.len(), 2);
    // The old facts in the place of the new ones: that they count shows that the cache is read.
    let new = both.iter().find(|p| !old.contains(p)).unwrap();
    let facts = std::fs::read(new).unwrap();
    std::fs::copy(&old[0], new).unwrap();
    assert_eq!(lines(&module, &cache, &[]), dropped);
    // Damaged ones do not.
    std::fs::write(new, &facts[..facts.len() - 1]).unwrap();
    assert_eq!(lines(&module, &cache, &[]), kept);
    assert_eq!(std::fs::read(new).unwrap(), facts);
}
