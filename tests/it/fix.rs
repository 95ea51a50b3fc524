//! Rewrites: what they make of code, what they leave alone and why, and how files are written.
//!
//! `tests/data/fix/rewritten` holds files and, beside them as `.golden`, what `check --fix` makes of them; with
//! `HEAPLINT_BLESS=1` the latter are written. In `tests/data/fix/refused` every line that has a finding says in a comment
//! `// left: why` what the rewrite does not like about it.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::command::{self, heaplint, read, text, write};

const DATA: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/fix");

/// Rules that find every place of a kind. Of the two about `append`, one can tell that a slice has a capacity.
const CONFIG: &str = "extends: [none, ./rules]\nrules:\n  any-box: warning\n  any-conversion: warning\n  any-make: warning\n";

/// A module with the rules of the fixtures and the given folder of them.
fn module(name: &str, folder: &str) -> PathBuf {
    let dir = command::folder("fix", name);
    std::fs::create_dir_all(dir.join(".git")).unwrap();
    write(&dir, "go.mod", "module example.com/demo\n\ngo 1.27\n");
    let append = if folder == "refused" { "every" } else { "any" };
    write(
        &dir,
        ".heaplint.yml",
        &format!("{CONFIG}  {append}-append: warning\n"),
    );
    for part in ["rules", "other", folder] {
        for entry in std::fs::read_dir(Path::new(DATA).join(part)).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_str().unwrap().to_owned();
            write(
                &dir,
                &format!("{part}/{name}"),
                &std::fs::read_to_string(&path).unwrap(),
            );
        }
    }
    dir
}

/// The Go files of a folder by name.
fn files(dir: &Path) -> BTreeMap<String, String> {
    let entries = std::fs::read_dir(dir).unwrap().map(|e| e.unwrap().path());
    let go = entries.filter(|p| p.extension().is_some_and(|e| e == "go"));
    go.map(|p| {
        let name = p.file_name().unwrap().to_str().unwrap().to_owned();
        (name, std::fs::read_to_string(p).unwrap())
    })
    .collect()
}

#[test]
fn rewrites_are_as_expected_and_there_is_nothing_left_to_rewrite() {
    let dir = module("rewritten", "rewritten");
    let before = files(&dir.join("rewritten"));
    // Where edits overlap, the second run does the rest.
    for _ in 0..2 {
        let output = heaplint(&dir, &["check", "--go", "1.21", "--fix", "rewritten"]);
        assert_ne!(output.status.code(), Some(2), "{}", text(&output.stderr));
    }
    let after = files(&dir.join("rewritten"));
    let golden = |name: &str| {
        Path::new(DATA)
            .join("rewritten")
            .join(format!("{name}.golden"))
    };
    if std::env::var_os("HEAPLINT_BLESS").is_some() {
        for (name, text) in &after {
            std::fs::write(golden(name), text).unwrap();
        }
    }
    for (name, text) in &after {
        assert_ne!(text, &before[name], "{name} is not rewritten");
        assert_eq!(
            text,
            &std::fs::read_to_string(golden(name)).unwrap(),
            "{name}"
        );
    }
    let again = heaplint(&dir, &["check", "--go", "1.21", "--fix", "rewritten"]);
    assert!(
        text(&again.stderr).contains("Fixed 0 findings in 0 files"),
        "{}",
        text(&again.stderr)
    );
    assert_eq!(files(&dir.join("rewritten")), after);
}

#[test]
fn what_could_change_the_meaning_is_left_alone() {
    let dir = module("refused", "refused");
    for (name, source) in files(&dir.join("refused")) {
        let path = format!("refused/{name}");
        let output = heaplint(&dir, &["check", "--diff", &path]);
        assert_eq!(text(&output.stdout), "", "{name}");
        let mut wanted = Vec::new();
        for (line, source) in (1..).zip(source.lines()) {
            if let Some((_, reasons)) = source.split_once("// left: ") {
                wanted.extend(reasons.split("; ").map(|why| (line, why.trim())));
            }
        }
        let said = text(&output.stderr);
        let notes: Vec<(u32, &str)> = said
            .lines()
            .filter_map(|l| l.strip_prefix("note: not rewritten: ")?.strip_prefix(&path))
            .map(|l| {
                let (line, why) = l[1..].split_once(": ").unwrap();
                (line.parse().unwrap(), why)
            })
            .collect();
        assert_eq!(notes.len(), wanted.len(), "{name}: {said}");
        for ((line, why), (at, reason)) in notes.iter().zip(&wanted) {
            assert!(
                line == at && why.contains(reason),
                "{name}:{at}: {reason}\n{said}"
            );
        }
    }
}

const LOOP: &str = "package m\n\nimport \"fmt\"\n\nfunc F(xs []int, keep func(string)) {\n\tfor _, x := range xs {\n\t\tkeep(fmt.Sprintf(\"%d\", x))\n\t}\n}\n";

/// A module with one file.
fn one(name: &str, source: &str) -> PathBuf {
    let dir = module(name, "rules");
    write(&dir, "a.go", source);
    dir
}

#[test]
fn a_diff_changes_nothing_and_the_exit_code_is_about_what_there_is() {
    let dir = one("diff", LOOP);
    let output = heaplint(&dir, &["check", "--diff", "--fail-on", "warning"]);
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(
        text(&output.stdout),
        "--- a/a.go\n+++ b/a.go\n@@ -1,9 +1,9 @@\n package m\n \n-import \"fmt\"\n+import \"strconv\"\n \n func F(xs []int, keep func(string)) {\n \tfor _, x := range xs {\n-\t\tkeep(fmt.Sprintf(\"%d\", x))\n+\t\tkeep(strconv.Itoa(x))\n \t}\n }\n"
    );
    assert!(text(&output.stderr).contains("Would fix 1 finding in 1 file"));
    assert_eq!(read(&dir, "a.go"), LOOP);

    let fixed = heaplint(&dir, &["check", "--fix", "--fail-on", "warning"]);
    assert_eq!(fixed.status.code(), Some(0), "{}", text(&fixed.stderr));
    assert!(text(&fixed.stderr).contains("Fixed 1 finding in 1 file"));
    let none = heaplint(
        &dir,
        &["check", "--diff", "--quiet", "--fail-on", "warning"],
    );
    assert_eq!(
        (none.status.code(), none.stdout.len(), none.stderr.len()),
        (Some(0), 0, 0)
    );
    assert_eq!(
        heaplint(&dir, &["check", "--fix", "--diff"]).status.code(),
        Some(2)
    );
    assert_eq!(
        heaplint(&dir, &["check", "--fix", "--staged"])
            .status
            .code(),
        Some(2)
    );
}

#[test]
fn line_ends_and_the_mark_at_the_start_stay() {
    let windows = format!("\u{feff}{}", LOOP.replace('\n', "\r\n"));
    let make =
        "package m\r\n\r\nfunc G() int {\r\n\tb := make([]byte, 70000)\r\n\treturn len(b)\r\n}\r\n";
    let dir = one("crlf", &windows);
    write(&dir, "b.go", make);
    assert_eq!(heaplint(&dir, &["check", "--fix"]).status.code(), Some(0));
    let wanted = windows
        .replace("\"fmt\"", "\"strconv\"")
        .replace("fmt.Sprintf(\"%d\", x)", "strconv.Itoa(x)");
    assert_eq!(read(&dir, "a.go"), wanted);
    let wanted = make.replace(
        "\tb := make([]byte, 70000)",
        "\tvar bArray [70000]byte\r\n\tb := bArray[:]",
    );
    assert_eq!(read(&dir, "b.go"), wanted);
}

#[test]
fn known_and_suppressed_findings_are_not_rewritten() {
    let dir = one("known", LOOP);
    heaplint(&dir, &["baseline", "write"]);
    heaplint(&dir, &["check", "--fix"]);
    assert_eq!(read(&dir, "a.go"), LOOP);
    std::fs::remove_file(dir.join(".heaplint-baseline.json")).unwrap();
    heaplint(&dir, &["suppress", "--reason", "it is rare"]);
    let suppressed = read(&dir, "a.go");
    assert!(suppressed.contains("heaplint:ignore"));
    let output = heaplint(&dir, &["check", "--fix"]);
    assert!(
        text(&output.stderr).contains("Fixed 0 findings"),
        "{}",
        text(&output.stderr)
    );
    assert_eq!(read(&dir, "a.go"), suppressed);
}

#[cfg(unix)]
#[test]
fn links_are_followed_and_permissions_stay() {
    use std::os::unix::fs::PermissionsExt;
    let dir = one("links", "package m\n");
    write(&dir, "elsewhere/text.txt", LOOP);
    let target = dir.join("elsewhere/text.txt");
    std::fs::set_permissions(&target, std::fs::Permissions::from_mode(0o640)).unwrap();
    std::os::unix::fs::symlink(&target, dir.join("link.go")).unwrap();
    heaplint(&dir, &["check", "--fix"]);
    assert!(read(&dir, "link.go").contains("strconv.Itoa(x)"));
    assert!(dir.join("link.go").is_symlink());
    assert_eq!(
        target.metadata().unwrap().permissions().mode() & 0o777,
        0o640
    );
    let left: Vec<_> = std::fs::read_dir(dir.join("elsewhere")).unwrap().collect();
    assert_eq!(left.len(), 1, "no file is left beside it");
}

#[test]
fn a_package_with_mistakes_is_left_alone() {
    let dir = one("mistakes", LOOP);
    write(&dir, "b.go", "package m\n\nvar wrong int = \"text\"\n");
    let output = heaplint(&dir, &["check", "--fix"]);
    assert!(
        text(&output.stderr).contains("the package has mistakes"),
        "{}",
        text(&output.stderr)
    );
    assert_eq!(read(&dir, "a.go"), LOOP);
}

#[test]
fn a_fix_that_only_moves_the_allocation_is_not_offered() {
    // Inlined, the array of the callee would be kept by its caller.
    let dir = one(
        "moved",
        "package m\n\nvar kept []byte\n\nfunc make1() []byte {\n\tb := make([]byte, 70000)\n\treturn b\n}\n\nfunc Use() {\n\tkept = make1()\n}\n",
    );
    let output = heaplint(&dir, &["check", "--diff"]);
    assert_eq!(text(&output.stdout), "");
    assert!(
        text(&output.stderr).contains("something else would be allocated"),
        "{}",
        text(&output.stderr)
    );
}

/// A function that is just cheap enough to be inlined, and a package that lives by it.
const AT_THE_LIMIT: &str = "package a\n\nimport \"io\"\n\nfunc Copy(w io.Writer, p []byte, xs []int) int {\n\tw.Write(p)\n\tvar out []int\n\tfor _, x := range xs {\n\t\tout = append(out, x)\n\t}\n\treturn len(out)\n}\n";
const LIVES_BY_IT: &str = "package b\n\nimport (\n\t\"bytes\"\n\n\t\"example.com/demo/a\"\n)\n\nfunc Use(xs []int) int {\n\tvar buf bytes.Buffer\n\tp := make([]byte, 8)\n\treturn a.Copy(&buf, p, xs) + buf.Len()\n}\n";

#[test]
fn a_fix_that_costs_an_importer_something_is_not_offered() {
    let dir = module("importers", "rules");
    write(&dir, "a/a.go", AT_THE_LIMIT);
    write(&dir, "b/b.go", LIVES_BY_IT);
    let output = heaplint(&dir, &["check", "--diff", "a"]);
    assert!(
        text(&output.stdout).contains("+\tout := make([]int, 0, len(xs))"),
        "{}",
        text(&output.stderr)
    );
    // With the capacity it would no longer be inlined, and so `buf` be given to a writer that nobody knows.
    let output = heaplint(&dir, &["check", "--diff"]);
    assert_eq!(text(&output.stdout), "");
    assert!(
        text(&output.stderr).contains("there would be another finding"),
        "{}",
        text(&output.stderr)
    );
}

#[test]
fn a_fix_that_changes_who_calls_whom_is_tried_with_all_packages() {
    let dir = one(
        "calls",
        "package m\n\nfunc Run(n int, f func()) {\n\tfs := make([]func(), n&7)\n\tfor i := range fs {\n\t\tfs[i] = f\n\t}\n\tfor _, f := range fs {\n\t\tf()\n\t}\n}\n",
    );
    let output = heaplint(&dir, &["check", "--diff"]);
    assert!(
        text(&output.stdout).contains("+\tvar fsArray [7]func()"),
        "{}{}",
        text(&output.stdout),
        text(&output.stderr)
    );
}

#[test]
fn reports_carry_fixes_that_are_complete_by_themselves() {
    let twice = LOOP.replace(
        "\t}\n}\n",
        "\t\t/* é */ keep(fmt.Sprintf(\"%d\", x))\n\t}\n}\n",
    );
    let dir = one("reports", &twice);
    let output = heaplint(&dir, &["check", "--format", "json"]);
    let json: Value = serde_json::from_slice(&output.stdout).unwrap();
    let fix = &json["findings"][0]["fix"];
    assert_eq!(
        (&fix["rewrite"], &fix["title"]),
        (&"strconv".into(), &"Use strconv.Itoa".into())
    );
    // One of the two alone needs both imports.
    assert_eq!(fix["edits"][0]["text"], "(\n\t\"fmt\"\n\t\"strconv\"\n)");
    assert_eq!(fix["edits"].as_array().unwrap().len(), 3);

    let output = heaplint(&dir, &["check", "--format", "sarif"]);
    let sarif: Value = serde_json::from_slice(&output.stdout).unwrap();
    for (index, column) in [(0, 8), (1, 16)] {
        let fixes = sarif["runs"][0]["results"][index]["fixes"]
            .as_array()
            .unwrap();
        assert_eq!(fixes.len(), 1);
        assert_eq!(fixes[0]["description"]["text"], "Use strconv.Itoa.");
        let change = &fixes[0]["artifactChanges"][0];
        assert_eq!(change["artifactLocation"]["uri"], "a.go");
        assert_eq!(change["artifactLocation"]["uriBaseId"], "%SRCROOT%");
        let replacements = change["replacements"].as_array().unwrap();
        assert_eq!(replacements.len(), 3);
        let call = &replacements[1];
        assert_eq!(call["insertedContent"]["text"], "strconv.Itoa(");
        let line = 7 + index as u64;
        let region = serde_json::json!({
            "startLine": line, "startColumn": column, "endLine": line, "endColumn": column + 18
        });
        assert_eq!(call["deletedRegion"], region);
    }
    let fixed = heaplint(&dir, &["check", "--fix", "--format", "sarif"]);
    let sarif: Value = serde_json::from_slice(&fixed.stdout).unwrap();
    assert_eq!(sarif["runs"][0]["results"].as_array().unwrap().len(), 0);
    assert!(read(&dir, "a.go").contains("import \"strconv\"\n"));
}
