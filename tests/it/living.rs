//! Living with findings: baselines, comparison with a revision, comments in bulk, a start in a new repository.

use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use crate::command::{check_json, folder, heaplint, read, text, write};

/// A repository of its own below the target directory, with a module and nothing else.
fn repository(name: &str) -> PathBuf {
    let dir = folder("living", name);
    git(&dir, &["init", "--quiet", "--initial-branch=main"]);
    write(&dir, "go.mod", "module example.com/m\n\ngo 1.27\n");
    dir
}

fn git(dir: &Path, args: &[&str]) {
    let output = Command::new("git")
        .args(["-c", "user.name=t", "-c", "user.email=t@example.com"])
        .args([
            "-c",
            "commit.gpgsign=false",
            "-c",
            "core.hooksPath=/dev/null",
        ])
        .args(args)
        .current_dir(dir)
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "{args:?}: {}",
        text(&output.stderr)
    );
}

fn commit(dir: &Path) {
    git(dir, &["add", "--all"]);
    git(dir, &["commit", "--quiet", "--message", "x"]);
}

fn edit(dir: &Path, path: &str, from: &str, to: &str) {
    let before = read(dir, path);
    assert!(before.contains(from), "{before}");
    write(dir, path, &before.replacen(from, to, 1));
}

/// The findings as `path:line rule`, and the summary.
fn check(dir: &Path, args: &[&str]) -> (Vec<String>, Value) {
    let json = check_json(dir, args);
    let line = |f: &Value| {
        let (path, rule) = (f["path"].as_str().unwrap(), f["rule"].as_str().unwrap());
        format!("{path}:{} {rule}", f["start"]["line"])
    };
    let findings = json["findings"].as_array().unwrap();
    (findings.iter().map(line).collect(), json["summary"].clone())
}

fn found(dir: &Path, args: &[&str]) -> Vec<String> {
    check(dir, args).0
}

fn fails(dir: &Path, args: &[&str]) -> String {
    let output = heaplint(dir, args);
    assert_eq!(output.status.code(), Some(2), "{args:?}");
    text(&output.stderr)
}

/// A function with a finding in its fourth line.
fn function(name: &str) -> String {
    format!(
        "func {name}(n int) (out []chan int) {{\n\tfor i := range n {{\n\t\tprintln(i)\n\t\tout = append(out, make(chan int))\n\t}}\n\treturn out\n}}\n"
    )
}

fn file(package: &str, names: &[&str]) -> String {
    let functions: String = names.iter().map(|name| function(name)).collect();
    format!("package {package}\n\n{functions}")
}

#[test]
fn of_a_thousand_old_findings_and_a_new_one_only_the_new_one_is_reported() {
    let dir = repository("thousand");
    for package in 0..10 {
        for part in 0..5 {
            let mut text = format!("package p{package}\n\n");
            for i in 0..10 {
                // Twins share rule, package, function and expression.
                let twins = function(&format!("F{part}x{i}"));
                let body = "\t\tout = append(out, make(chan int))\n";
                text.push_str(&twins.replace(body, &body.repeat(2)));
            }
            write(&dir, &format!("p{package}/f{part}.go"), &text);
        }
    }
    assert_eq!(found(&dir, &[]).len(), 1000);
    let written = heaplint(&dir, &["baseline", "write"]);
    assert_eq!(written.status.code(), Some(0), "{}", text(&written.stderr));
    assert!(text(&written.stdout).contains("1000 findings"));
    let (findings, summary) = check(&dir, &[]);
    assert_eq!((findings.len(), &summary["baselined"]), (0, &1000.into()));
    commit(&dir);

    edit(
        &dir,
        "p3/f2.go",
        "package p3\n",
        "// Package p3 is moved down.\n\npackage p3\n\nimport \"fmt\"\n\nvar _ = fmt.Sprint\n",
    );
    std::fs::rename(dir.join("p5/f1.go"), dir.join("p5/renamed.go")).unwrap();
    write(&dir, "p7/new.go", &file("p7", &["New"]));
    let new = ["p7/new.go:6 channel-in-loop"];
    assert_eq!(found(&dir, &[]), new);
    assert_eq!(found(&dir, &["--no-baseline", "--since", "HEAD"]), new);
    assert_eq!(found(&dir, &["--no-baseline"]).len(), 1001);
    assert_eq!(
        heaplint(&dir, &["check", "--fail-on", "warning"])
            .status
            .code(),
        Some(1)
    );
    assert_eq!(
        heaplint(&dir, &["baseline", "check"]).status.code(),
        Some(0)
    );
    // A file of the package on its own knows its share of the baseline too.
    assert_eq!(found(&dir, &["p5/renamed.go"]), Vec::<String>::new());
    assert_eq!(found(&dir, &["p7/new.go"]), new);
}

#[test]
fn a_third_twin_is_new() {
    let dir = repository("twins");
    let line = "\t\tout = append(out, make(chan int))\n";
    write(&dir, "a.go", &file("m", &["F"]));
    edit(&dir, "a.go", line, &line.repeat(2));
    heaplint(&dir, &["baseline", "write"]);
    assert_eq!(found(&dir, &[]).len(), 0);
    edit(&dir, "a.go", line, &line.repeat(2));
    assert_eq!(found(&dir, &[]), ["a.go:8 channel-in-loop"]);
}

#[test]
fn a_baseline_shrinks_and_never_grows_by_itself() {
    let dir = repository("prune");
    write(&dir, "a/a.go", &file("a", &["F", "G"]));
    write(&dir, "b/b.go", &file("b", &["H"]));
    let code = |args: &[&str]| heaplint(&dir, args).status.code();
    assert!(fails(&dir, &["baseline", "prune"]).contains("baseline write"));
    assert_eq!(code(&["baseline", "write"]), Some(0));
    let held = || read(&dir, ".heaplint-baseline.json").lines().count() - 2;
    assert_eq!(held(), 3);

    write(&dir, "a/a.go", &file("a", &["G", "New"]));
    let stale = heaplint(&dir, &["baseline", "check"]);
    assert_eq!(stale.status.code(), Some(1));
    assert!(text(&stale.stdout).contains("example.com/m/a: F: channel-in-loop"));
    assert_eq!(code(&["baseline", "prune"]), Some(0));
    assert_eq!(held(), 2);
    assert_eq!(code(&["baseline", "check"]), Some(0));
    assert_eq!(found(&dir, &[]), ["a/a.go:13 channel-in-loop"]);

    // A run over some packages leaves the others' entries alone, a run over all drops those of packages that are gone.
    std::fs::remove_dir_all(dir.join("b")).unwrap();
    assert_eq!(code(&["baseline", "write", "a"]), Some(0));
    assert_eq!(held(), 3);
    assert_eq!(code(&["baseline", "write"]), Some(0));
    assert_eq!(held(), 2);
    assert!(fails(&dir, &["baseline", "write", "a/a.go"]).contains("whole packages"));
}

#[test]
fn the_nearest_baseline_counts() {
    let dir = repository("nearest");
    write(&dir, "a/a.go", &file("a", &["F"]));
    write(&dir, "b/b.go", &file("b", &["F"]));
    write(&dir, "b/.heaplint.yml", "");
    heaplint(&dir.join("b"), &["baseline", "write"]);
    assert!(dir.join("b/.heaplint-baseline.json").exists());
    assert_eq!(found(&dir, &[]), ["a/a.go:6 channel-in-loop"]);
    heaplint(&dir, &["baseline", "write"]);
    // What the nearer one is about is not in the outer one.
    assert_eq!(read(&dir, ".heaplint-baseline.json").lines().count(), 3);
    assert_eq!(found(&dir, &[]), Vec::<String>::new());
    assert_eq!(
        found(&dir, &["--baseline", "b/.heaplint-baseline.json"]),
        ["a/a.go:6 channel-in-loop"]
    );
    write(&dir, "b/.heaplint-baseline.json", "{}");
    assert!(fails(&dir, &["check"]).contains("not a baseline"));
}

#[test]
fn known_findings_are_marked_where_they_are_asked_for() {
    let dir = repository("marked");
    write(&dir, "a.go", &file("m", &["F"]));
    heaplint(&dir, &["baseline", "write"]);
    assert_eq!(found(&dir, &["--show-suppressed"]).len(), 1);
    let sarif = |args: &[&str]| -> Value {
        let output = heaplint(&dir, &[&["check", "--format", "sarif"], args].concat());
        serde_json::from_slice(&output.stdout).unwrap()
    };
    let results = |json: &Value| json["runs"][0]["results"].as_array().unwrap().clone();
    assert!(results(&sarif(&[])).is_empty());
    let shown = results(&sarif(&["--show-suppressed"]));
    assert_eq!(shown[0]["suppressions"][0]["kind"], "external");
    let summary = text(&heaplint(&dir, &["check"]).stderr);
    assert!(
        summary.contains("no findings (1 in the baseline)"),
        "{summary}"
    );
}

#[test]
fn an_escape_that_moves_to_an_untouched_line_is_new() {
    let dir = repository("moved");
    // Go 1.24 lowered the limit for variables on the stack, and go.mod says which Go it is.
    let go_mod = |go: &str| {
        write(
            &dir,
            "go.mod",
            &format!("module example.com/m\n\ngo {go}\n"),
        );
    };
    go_mod("1.23");
    write(
        &dir,
        "use.go",
        "package m\n\nfunc Sum() (n int) {\n\tvar all [1 << 18]byte\n\tfor i := range all {\n\t\tn += int(all[i])\n\t}\n\treturn n\n}\n",
    );
    commit(&dir);
    assert_eq!(found(&dir, &[]), Vec::<String>::new());
    go_mod("1.24");
    let new = ["use.go:4 oversized-local"];
    assert_eq!(found(&dir, &["--since", "HEAD"]), new);
    // It is the same for a file that is named, and for the index.
    assert_eq!(found(&dir, &["--since", "HEAD", "use.go"]), new);
    assert_eq!(found(&dir, &["--staged"]), Vec::<String>::new());
    git(&dir, &["add", "go.mod"]);
    assert_eq!(found(&dir, &["--staged"]), new);
    commit(&dir);
    assert_eq!(found(&dir, &["--since", "HEAD"]), Vec::<String>::new());
    assert_eq!(found(&dir, &["--since", "HEAD~1"]), new);
}

#[test]
fn what_another_package_does_with_a_pointer_is_new_where_the_value_is_made() {
    let dir = repository("callee");
    let rule = "id: on-the-heap\nsummary: Variable on the heap\nlevel: warning\nmatch: { kind: variable, verdict: heap }\nmessage: \"`{expr}` is on the heap\"\nwhy: It allocates.\nfix: Keep it in its frame.\nexamples:\n  bad: [\"func f() *int { x := 1; return &x } // want on-the-heap\"]\n  good: [\"func f() int { x := 1; return x }\"]\n";
    write(&dir, "on-the-heap.yml", rule);
    let config = "extends: [none, ./on-the-heap.yml]\nrules: { on-the-heap: warning }\n";
    write(&dir, ".heaplint.yml", config);
    write(
        &dir,
        "lib/lib.go",
        "package lib\n\nvar kept *int\n\n//go:noinline\nfunc Use(p *int) {\n\t*p++\n}\n",
    );
    write(
        &dir,
        "use/use.go",
        "package use\n\nimport \"example.com/m/lib\"\n\nfunc F() int {\n\tx := 1\n\tlib.Use(&x)\n\treturn x\n}\n",
    );
    commit(&dir);
    assert_eq!(found(&dir, &[]), Vec::<String>::new());
    edit(&dir, "lib/lib.go", "*p++", "kept = p");
    let new = ["use/use.go:6 on-the-heap"];
    assert_eq!(found(&dir, &["--since", "HEAD"]), new);
    assert_eq!(found(&dir, &["--since", "HEAD", "use"]), new);
    git(&dir, &["add", "lib"]);
    assert_eq!(found(&dir, &["--staged", "use/use.go"]), new);
}

#[test]
fn a_branch_is_compared_with_where_it_left() {
    let dir = repository("branch");
    write(&dir, "a.go", &file("m", &["Old"]));
    commit(&dir);
    git(&dir, &["switch", "--quiet", "--create", "topic"]);
    write(&dir, "b.go", &file("m", &["New"]));
    commit(&dir);
    git(&dir, &["switch", "--quiet", "main"]);
    write(&dir, "a.go", "package m\n");
    commit(&dir);
    git(&dir, &["switch", "--quiet", "topic"]);
    assert_eq!(
        found(&dir, &["--since", "main..."]),
        ["b.go:6 channel-in-loop"]
    );
    assert_eq!(found(&dir, &["--since", "main"]).len(), 2);
}

#[test]
fn only_what_is_staged_is_checked() {
    let dir = repository("staged");
    write(&dir, "gone.go", &file("m", &["Gone"]));
    write(&dir, "a.go", "package m\n");
    // Before the first commit all is new.
    git(&dir, &["add", "--all"]);
    assert_eq!(found(&dir, &["--staged"]), ["gone.go:6 channel-in-loop"]);
    commit(&dir);

    write(&dir, "a.go", &file("m", &["Staged"]));
    git(&dir, &["add", "a.go"]);
    write(&dir, "a.go", &file("m", &["Later", "Staged"]));
    write(&dir, "untracked.go", &file("m", &["Untracked"]));
    std::fs::remove_file(dir.join("gone.go")).unwrap();
    assert_eq!(found(&dir, &["--staged"]), ["a.go:6 channel-in-loop"]);
    assert_eq!(found(&dir, &["--since", "HEAD"]).len(), 3);
}

#[test]
fn files_that_git_ignores_are_as_the_disk_has_them() {
    let dir = repository("ignored");
    write(&dir, ".gitignore", "zz_*.go\n");
    write(&dir, "zz_generated.go", &file("m", &["F"]));
    commit(&dir);
    write(&dir, "new.go", &file("m", &["New"]));
    let named = ["zz_generated.go", "new.go"];
    assert_eq!(found(&dir, &named).len(), 2);
    let since = found(&dir, &[&named[..], &["--since", "HEAD"]].concat());
    assert_eq!(since, ["new.go:6 channel-in-loop"]);
}

#[test]
fn a_comparison_that_cannot_be_made_is_an_error() {
    let dir = repository("errors");
    write(&dir, "a.go", &file("m", &["F"]));
    assert!(fails(&dir, &["check", "--since", "nowhere"]).contains("no revision `nowhere`"));
    assert!(fails(&dir, &["check", "--since", "--help"]).contains("--since"));
    let outside = std::env::temp_dir().join("heaplint-no-repository");
    write(&outside, "a.go", "package m\n");
    assert!(fails(&outside, &["check", "--staged"]).contains("not in a git repository"));
    assert!(fails(&dir, &["check", "--since", "HEAD", "--staged"]).contains("cannot be used"));
}

#[test]
fn findings_are_counted_by_rule() {
    let dir = repository("statistics");
    let large = "func Large() byte {\n\tvar all [1 << 18]byte\n\treturn all[3]\n}\n";
    write(&dir, "a.go", &format!("{}{large}", file("m", &["F", "G"])));
    let output = heaplint(&dir, &["check", "--statistics", "--quiet"]);
    let lines: Vec<String> = text(&output.stdout)
        .lines()
        .map(|line| line.split_whitespace().collect::<Vec<_>>().join(" "))
        .collect();
    assert_eq!(
        lines,
        [
            "2 warning channel-in-loop in 1 file",
            "1 warning oversized-local in 1 file"
        ]
    );
    let output = heaplint(&dir, &["check", "--statistics", "--format", "json"]);
    let json: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(
        (&json[0]["findings"], &json[1]["findings"]),
        (&2.into(), &1.into())
    );
}

#[test]
fn a_limit_lists_the_loudest_and_counts_all() {
    let dir = repository("limit");
    write(&dir, ".heaplint.yml", "rules: { oversized-local: error }\n");
    let large = "func Large() byte {\n\tvar all [1 << 18]byte\n\treturn all[3]\n}\n";
    write(&dir, "a.go", &format!("{}{large}", file("m", &["F", "G"])));
    let (findings, summary) = check(&dir, &["--max-findings", "1"]);
    assert_eq!(findings, ["a.go:18 oversized-local"]);
    assert_eq!(
        (&summary["warnings"], &summary["omitted"]),
        (&2.into(), &2.into())
    );
    let none = heaplint(&dir, &["check", "--max-findings", "0"]);
    assert_eq!(none.status.code(), Some(1));
    assert!(text(&none.stderr).contains("3 not listed"));
}

#[test]
fn comments_in_bulk_suppress_what_they_are_for() {
    let dir = repository("bulk");
    write(&dir, "a.go", &file("m", &["F", "G"]));
    write(
        &dir,
        "b.go",
        "package m\n\nfunc Large() byte {\n\tvar a [1 << 18]byte // late\n\tvar b [1 << 18]byte //heaplint:ignore goroutine-in-loop -- x\n\treturn a[1] + b[2]\n}\n",
    );
    let args = ["suppress", "--reason", "before  we\nlooked", "--rule"];
    let dry = heaplint(
        &dir,
        &[&args[..], &["channel-in-loop", "--dry-run"]].concat(),
    );
    assert!(text(&dry.stderr).contains("2 findings in 1 file would be suppressed"));
    assert_eq!(read(&dir, "a.go"), file("m", &["F", "G"]));
    let done = heaplint(&dir, &[&args[..], &["channel-in-loop"]].concat());
    assert_eq!(done.status.code(), Some(0), "{}", text(&done.stderr));
    let mut wanted = String::new();
    for line in file("m", &["F", "G"]).lines() {
        let comment = if line.contains("make(") {
            " //heaplint:ignore channel-in-loop -- before we looked"
        } else {
            ""
        };
        writeln!(wanted, "{line}{comment}").unwrap();
    }
    assert_eq!(read(&dir, "a.go"), wanted);
    assert_eq!(found(&dir, &["a.go"]), Vec::<String>::new());

    heaplint(&dir, &["suppress", "--reason", "few"]);
    let text_of_b = read(&dir, "b.go");
    assert!(
        text_of_b.contains(
            "\t//heaplint:ignore oversized-local -- few\n\tvar a [1 << 18]byte // late\n"
        )
    );
    assert!(text_of_b.contains("//heaplint:ignore goroutine-in-loop,oversized-local -- x\n"));
    assert_eq!(found(&dir, &[]), ["b.go:6 unused-suppression"]);
    assert!(fails(&dir, &["suppress", "--reason", " "]).contains("reason"));
    let typo = ["suppress", "--reason", "x", "--rule", "oversize-local"];
    assert!(fails(&dir, &typo).contains("did you mean `oversized-local`?"));
}

#[test]
fn a_repository_is_set_up_once() {
    let dir = repository("init");
    let dry = text(&heaplint(&dir, &["init", "--dry-run"]).stdout);
    assert!(dry.contains(".heaplint.yml: would be written"), "{dry}");
    assert!(!dir.join(".heaplint.yml").exists());
    write(
        &dir,
        ".pre-commit-config.yaml",
        "repos:\n- repo: https://example.com/x\n  rev: v1\n  hooks:\n  - id: x\n",
    );
    assert_eq!(heaplint(&dir, &["init"]).status.code(), Some(0));
    let hooks = read(&dir, ".pre-commit-config.yaml");
    assert!(hooks.starts_with("repos:\n- repo: https://example.com/x\n"));
    assert!(hooks.contains("- repo: https://github.com/heaplint/heaplint\n"));
    let workflow = read(&dir, ".github/workflows/heaplint.yml");
    assert!(workflow.contains("branches: [\"main\"]"), "{workflow}");
    assert!(workflow.contains("sarif_file: ${{ steps.heaplint.outputs.sarif-file }}"));
    assert_eq!(heaplint(&dir, &["config", "check"]).status.code(), Some(0));

    let again = text(&heaplint(&dir, &["init"]).stdout);
    assert_eq!(again.matches("left alone").count(), 3, "{again}");
    assert_eq!(read(&dir, ".pre-commit-config.yaml"), hooks);
}
