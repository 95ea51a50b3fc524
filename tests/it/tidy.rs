//! The rules about the source itself: who may import whom, how large files are, that each says what it is.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// What each module may import: of ours, then of others. `base` and the standard library are allowed to all.
const MAY_IMPORT: &[(&str, &[&str], &[&str])] = &[
    (
        "base",
        &[],
        &[
            "globset",
            "memchr",
            "rustc_hash",
            "schemars",
            "serde",
            "serde_yaml",
        ],
    ),
    ("site", &[], &["schemars", "serde"]),
    ("lex", &["ast"], &["memchr", "unicode_properties"]),
    ("ast", &["lex"], &[]),
    ("parse", &["ast", "lex"], &["memchr", "nom", "rustc_hash"]),
    ("walk", &[], &["globset", "ignore", "rustc_hash"]),
    ("load", &["site", "walk"], &["memchr", "rustc_hash"]),
    (
        "types",
        &["ast", "lex"],
        &["dashu_int", "dashu_ratio", "memchr", "rustc_hash"],
    ),
    (
        "facts",
        &["ast", "escape", "inline", "ir", "site", "types"],
        &["blake3", "brotli", "rustc_hash"],
    ),
    ("ir", &["ast", "lex", "site", "types"], &["rustc_hash"]),
    ("inline", &["ast", "ir", "site", "types"], &["rustc_hash"]),
    ("directive", &["ast", "lex"], &["rustc_hash"]),
    (
        "heat",
        &["ast", "directive", "lex", "site", "types"],
        &["rustc_hash"],
    ),
    (
        "escape",
        &["ast", "finding", "heat", "ir", "lex", "site", "types"],
        &["memchr", "rustc_hash"],
    ),
    (
        "contract",
        &["escape", "inline", "ir", "site", "types"],
        &["rustc_hash"],
    ),
    ("option", &[], &["schemars", "serde"]),
    ("edit", &[], &["schemars", "serde"]),
    (
        "fix",
        &["ast", "edit", "lex", "site", "types"],
        &["memchr", "rustc_hash"],
    ),
    (
        "finding",
        &["edit", "option", "site"],
        &["schemars", "serde"],
    ),
    ("baseline", &["finding"], &["serde", "serde_json"]),
    ("git", &[], &[]),
    ("profile", &[], &["flate2", "prost"]),
    ("init", &["config"], &["serde"]),
    (
        "config",
        &["finding", "option", "site"],
        &["schemars", "serde"],
    ),
    (
        "rules",
        &["directive", "edit", "finding", "option", "site"],
        &["memchr", "rustc_hash", "schemars", "serde"],
    ),
    (
        "settings",
        &["config", "finding", "heat", "option", "rules"],
        &["rustc_hash"],
    ),
    (
        "report",
        &["edit", "finding", "option", "site"],
        &[
            "indicatif",
            "miette",
            "serde",
            "serde_json",
            "serde_sarif",
            "terminal_size",
        ],
    ),
    ("cli", &["report", "site"], &["clap", "clap_complete"]),
    ("driver", &["*"], &["memchr", "rayon", "rustc_hash"]),
    ("lib", &["*"], &[]),
    ("main", &["*"], &["clap", "mimalloc"]),
];

const MAX_LINES: usize = 600;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn sources() -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut todo = vec![root().join("src")];
    while let Some(dir) = todo.pop() {
        for entry in std::fs::read_dir(dir).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                todo.push(path);
            } else if path.extension().is_some_and(|e| e == "rs") {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}

/// The module that a file belongs to: the first name below `src`.
fn module(path: &Path) -> String {
    let first = path
        .strip_prefix(root().join("src"))
        .unwrap()
        .components()
        .next()
        .unwrap();
    first
        .as_os_str()
        .to_string_lossy()
        .trim_end_matches(".rs")
        .to_owned()
}

/// The source without comments and without its own tests.
fn code(text: &str) -> String {
    let text = text
        .split("#[cfg(test)]\nmod tests")
        .next()
        .unwrap_or_default();
    let lines = text
        .lines()
        .map(|l| l.split("//").next().unwrap_or_default());
    lines.collect::<Vec<_>>().join("\n")
}

/// The names that follow `prefix` in paths, those in `prefix{a, b}` included.
fn names_behind(code: &str, prefix: &str) -> BTreeSet<String> {
    let word = |s: &str| {
        s.chars()
            .take_while(|c| c.is_alphanumeric() || *c == '_')
            .collect::<String>()
    };
    let mut found = BTreeSet::new();
    for (at, _) in code.match_indices(prefix) {
        let rest = &code[at + prefix.len()..];
        let Some(group) = rest.strip_prefix('{') else {
            found.insert(word(rest));
            continue;
        };
        let mut depth = 0;
        let mut start = true;
        for (i, c) in group.char_indices() {
            match c {
                '{' => depth += 1,
                '}' if depth == 0 => break,
                '}' => depth -= 1,
                ',' if depth == 0 => start = true,
                c if start && !c.is_whitespace() => {
                    found.insert(word(&group[i..]));
                    start = false;
                }
                _ => {}
            }
        }
    }
    found.remove("");
    found
}

#[test]
fn modules_import_only_what_the_table_allows() {
    let table: BTreeMap<_, _> = MAY_IMPORT
        .iter()
        .map(|(m, ours, others)| (*m, (*ours, *others)))
        .collect();
    let dependencies = dependencies();
    let mut wrong = Vec::new();
    for path in sources() {
        let module = module(&path);
        let Some((ours, others)) = table.get(module.as_str()) else {
            panic!("module {module} is missing in the table of imports");
        };
        let code = code(&std::fs::read_to_string(&path).unwrap());
        for used in names_behind(&code, "crate::") {
            let known = used == module
                || used == "base"
                || ours.contains(&used.as_str())
                || ours.contains(&"*");
            let is_module = table.contains_key(used.as_str());
            if is_module && !known {
                wrong.push(format!("{}: crate::{used}", path.display()));
            }
        }
        for crate_name in &dependencies {
            let used = names_behind(&code, "use ").contains(crate_name)
                || code.contains(&format!(" {crate_name}::"));
            if used && !others.contains(&crate_name.as_str()) {
                wrong.push(format!("{}: {crate_name}", path.display()));
            }
        }
    }
    assert!(
        wrong.is_empty(),
        "imports that the table does not list:\n{}",
        wrong.join("\n")
    );
}

/// The names of our dependencies as Rust spells them.
fn dependencies() -> BTreeSet<String> {
    let manifest = std::fs::read_to_string(root().join("Cargo.toml")).unwrap();
    let section = manifest
        .split("[dependencies]")
        .nth(1)
        .unwrap()
        .split("\n[")
        .next()
        .unwrap();
    let lines = section
        .lines()
        .filter(|l| !l.starts_with('#') && l.contains('='));
    lines
        .map(|l| l.split([' ', '=']).next().unwrap().replace('-', "_"))
        .collect()
}

#[test]
fn every_dependency_says_why_it_is_there() {
    let manifest = std::fs::read_to_string(root().join("Cargo.toml")).unwrap();
    let mut reason_above = false;
    let sections = manifest
        .split("\n[")
        .filter(|s| s.starts_with("dependencies]") || s.starts_with("dev-dependencies]"));
    for line in sections
        .flat_map(str::lines)
        .filter(|l| !l.ends_with(']') || l.contains('='))
    {
        let has_reason = line.contains("} # ") || line.contains("\" # ") || reason_above;
        assert!(
            line.is_empty() || line.starts_with('#') || has_reason,
            "no reason: {line}"
        );
        reason_above = line.starts_with('#');
    }
}

#[test]
fn files_open_with_their_purpose_and_stay_readable() {
    for path in sources() {
        let text = std::fs::read_to_string(&path).unwrap();
        assert!(
            text.starts_with("//!"),
            "{} does not say what it is",
            path.display()
        );
        let lines = text.lines().count();
        assert!(lines <= MAX_LINES, "{} has {lines} lines", path.display());
    }
}
