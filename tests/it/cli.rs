//! The command as users and scripts meet it: exit codes, formats, and an answer to any tree of files.

use std::path::{Path, PathBuf};
use std::process::Output;

use crate::command::{self, heaplint, text};

/// A module of its own, empty.
fn folder(name: &str) -> PathBuf {
    let dir = command::folder("cli", name);
    // A repository of its own, so that no config above it counts.
    std::fs::create_dir(dir.join(".git")).unwrap();
    std::fs::write(dir.join("go.mod"), "module example.com/m\n\ngo 1.27\n").unwrap();
    dir
}

fn stdout(output: &Output) -> String {
    text(&output.stdout)
}

fn stderr(output: &Output) -> String {
    text(&output.stderr)
}

const HOT: &str = "package m\n\nfunc f(n int) (out [][]byte) {\n\tfor i := range n {\n\t\tout = append(out, make([]byte, i))\n\t}\n\treturn out\n}\n";

#[test]
fn exit_codes_say_what_happened() {
    let dir = folder("exit");
    std::fs::write(dir.join("a.go"), HOT).unwrap();
    let code = |args: &[&str]| heaplint(&dir, args).status.code();
    assert_eq!(code(&["check"]), Some(0)); // a warning, and the threshold is error
    assert_eq!(code(&["check", "--fail-on", "warning"]), Some(1));
    assert_eq!(code(&["check", "--fail-on", "never"]), Some(0));
    assert_eq!(code(&["check", "nowhere.go"]), Some(2));
    assert_eq!(code(&["check", "--format", "nonsense"]), Some(2));
    assert_eq!(code(&["explain", "make-runtime-size"]), Some(0));
    assert_eq!(code(&["explain", "make-runtime-sise"]), Some(2));
    assert_eq!(code(&["rules", "test"]), Some(0));
    std::fs::write(
        dir.join(".heaplint.yml"),
        "rules:\n  make-runtime-size: loud\n",
    )
    .unwrap();
    let refused = heaplint(&dir, &["check"]);
    assert_eq!(refused.status.code(), Some(2));
    assert!(
        stderr(&refused).contains(".heaplint.yml:2:22"),
        "{}",
        stderr(&refused)
    );
}

#[test]
fn a_run_over_nothing_says_so() {
    let dir = folder("nothing");
    let output = heaplint(&dir, &["check"]);
    assert_eq!(output.status.code(), Some(0));
    assert!(
        stderr(&output).contains("Checked nothing: no Go file was found"),
        "{}",
        stderr(&output)
    );
}

#[test]
fn a_path_without_a_line_is_told_what_a_place_is() {
    let dir = folder("place");
    std::fs::write(dir.join("a.go"), HOT).unwrap();
    let output = heaplint(&dir, &["explain", "a.go"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(
        stderr(&output).contains("help: a place is FILE:LINE or FILE:LINE:COL"),
        "{}",
        stderr(&output)
    );
}

#[test]
fn a_broken_file_costs_only_itself() {
    let dir = folder("broken");
    std::fs::write(dir.join("a.go"), HOT).unwrap();
    std::fs::write(
        dir.join("b.go"),
        "package m\n\nfunc g() {\n\tx := := 1\n}\n",
    )
    .unwrap();
    std::fs::write(dir.join("c.go"), [0xff, 0x00, 0xfe, b'\n'].repeat(1000)).unwrap();
    let output = heaplint(&dir, &["check", "--format", "concise"]);
    let lines = stdout(&output);
    assert_eq!(output.status.code(), Some(1));
    assert!(lines.contains("a.go:5:21: warning:"), "{lines}");
    assert!(
        lines.contains(
            "b.go:4:7: error: syntax error: unexpected :=, expected expression [syntax-error]"
        ),
        "{lines}"
    );
    assert!(lines.contains("c.go:1:1: error:"), "{lines}");
}

#[test]
fn the_same_bytes_come_out_for_any_number_of_threads() {
    let demo = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/demo");
    for format in ["human", "concise", "json", "sarif", "github", "markdown"] {
        let run = |threads| {
            heaplint(
                &demo,
                &["check", "--format", format, "--threads", threads, "--quiet"],
            )
            .stdout
        };
        let one = run("1");
        assert!(!one.is_empty());
        assert!(one == run("4"), "{format} differs");
    }
}

#[test]
fn json_keeps_its_contract() {
    let dir = folder("json");
    std::fs::write(dir.join("a.go"), HOT).unwrap();
    let json: serde_json::Value =
        serde_json::from_slice(&heaplint(&dir, &["check", "--format", "json"]).stdout).unwrap();
    assert_eq!(json["version"], 1);
    assert_eq!(json["summary"]["files"], 1);
    let finding = &json["findings"][0];
    assert_eq!(finding["rule"], "make-runtime-size");
    assert_eq!(
        finding["start"],
        serde_json::json!({ "line": 5, "column": 21 })
    );
    assert_eq!(finding["function"], "f");
    for key in ["kind", "type", "size", "verdict", "reason", "cost", "heat"] {
        assert!(finding["site"].get(key).is_some(), "site.{key}");
    }
    assert!(finding["fingerprint"].is_string());
}

#[test]
fn all_sites_can_be_dumped() {
    let dir = folder("sites");
    std::fs::write(dir.join("a.go"), HOT).unwrap();
    let lines = stdout(&heaplint(&dir, &["dump", "sites", "."]));
    let fields: Vec<Vec<&str>> = lines.lines().map(|l| l.split('\t').collect()).collect();
    assert!(fields.iter().all(|f| f.len() == 6), "{lines}");
    assert!(
        fields.iter().any(|f| f[..2] == ["a.go:5:25", "make-slice"]),
        "{lines}"
    );
}

/// `Last[int]` is made for the body of `Of` that is put into `F`: nothing is known of it there.
#[test]
fn sites_are_found_beside_instances_that_come_with_inlined_bodies() {
    let dir = folder("silent");
    let steps = "\t\tprintln(i)\n".repeat(12);
    let generic = format!(
        "package a\n\nfunc Last[T any](list []T) (last T) {{\n\tfor i, x := range list {{\n\t\tlast = x\n{steps}\t}}\n\
         \treturn last\n}}\n\nfunc Of(list []int) int {{ return Last(list) }}\n"
    );
    std::fs::create_dir_all(dir.join("a")).unwrap();
    std::fs::write(dir.join("go.mod"), "module m\n\ngo 1.22\n").unwrap();
    std::fs::write(dir.join("a/a.go"), generic).unwrap();
    let caller = "package m\n\nimport \"m/a\"\n\nfunc F(list []int) int { return a.Of(list) }\n";
    std::fs::write(dir.join("b.go"), caller).unwrap();
    let out = heaplint(&dir, &["dump", "sites", "."]);
    assert!(
        stdout(&out).contains("b.go:5:8\tvariable\tstack"),
        "{}{}",
        stdout(&out),
        stderr(&out)
    );
}

#[test]
fn a_place_is_explained_step_by_step() {
    let dir = folder("explain");
    std::fs::write(dir.join("a.go"), HOT).unwrap();
    let text = stdout(&heaplint(&dir, &["explain", "a.go:5"]));
    assert!(
        text.contains("a.go:5:21: `make([]byte, i)` is on the heap: "),
        "{text}"
    );
    assert!(text.contains("cost: always"), "{text}");
    assert!(text.contains("    1. a.go:5:"), "{text}");
    assert!(
        text.contains("heaplint explain make-runtime-size"),
        "{text}"
    );
    let graph = heaplint(&dir, &["explain", "a.go:5:25", "--format", "dot"]);
    assert!(stdout(&graph).starts_with("digraph escape {"));
    assert!(stdout(&graph).contains("s0 -> s0_0"));
    let nothing = heaplint(&dir, &["explain", "a.go:2"]);
    assert_eq!(nothing.status.code(), Some(0));
    assert!(stdout(&nothing).contains("nothing that may allocate"));
    let beyond = heaplint(&dir, &["explain", "a.go:99"]);
    assert_eq!(beyond.status.code(), Some(2));
}

#[test]
fn compiler_lines_are_those_of_the_chosen_compiler() {
    let dir = folder("gcflags");
    let text = "package m\n\nfunc f(n int) int {\n\ts := make([]int, n+1)\n\treturn s[n]\n}\n";
    std::fs::write(dir.join("a.go"), text).unwrap();
    let lines = |args: &[&str]| {
        let args = [&["check", "--format", "gcflags"], args].concat();
        stdout(&heaplint(&dir, &args))
    };
    let newest = "a.go:3:6: can inline f\na.go:4:11: make([]int, n + 1) does not escape\n";
    assert_eq!(lines(&["--go", "1.27"]), newest);
    let older = "a.go:3:6: can inline f\na.go:4:11: make([]int, n + 1) escapes to heap\n";
    assert_eq!(lines(&["--go", "1.24"]), older);
    let not_inlined = "a.go:4:11: make([]int, n + 1) does not escape\n";
    assert_eq!(lines(&["--go", "1.27", "--no-inline"]), not_inlined);
}

#[test]
fn compiler_lines_have_places_for_variables_of_inlined_library_code() {
    let dir = folder("library");
    let text = "package m\n\nimport \"log\"\n\nfunc f() { log.SetPrefix(\"x\") }\n";
    std::fs::write(dir.join("a.go"), text).unwrap();
    let args = ["check", "--format", "gcflags", "--go", "1.27"];
    let lines = stdout(&heaplint(&dir, &args));
    assert!(
        lines.contains("a.go:5:25: moved to heap: log.prefix\n"),
        "{lines}"
    );
}

#[test]
fn compiler_lines_of_benchmarks_are_those_of_each_compiler() {
    let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/bloop");
    for go in ["1.24", "1.25", "1.26", "1.27"] {
        let args = ["check", "--format", "gcflags", "--tests", "--go", go];
        let all = stdout(&heaplint(&data, &args));
        let of_tests = all.lines().filter(|l| l.starts_with("loop_test.go"));
        let ours: Vec<&str> = of_tests.collect();
        let theirs = std::fs::read_to_string(data.join(format!("lines-{go}.txt"))).unwrap();
        assert_eq!(ours, theirs.lines().collect::<Vec<_>>(), "{go}");
    }
}

#[test]
fn compiler_lines_follow_line_directives() {
    let dir = folder("directives");
    std::fs::create_dir(dir.join("sub")).unwrap();
    let text = "package m

var G *int

//line gen.y:100
func A() { x := 1; G = &x }
//line b.y:10:5
func B() { x := 1; G = &x }
func C() { /*line ../c.y:7:50*/ x := 1; G = &x }
//line :300
func D() {}
//line /abs/d.y:9:240
func E() { x := 1; G = &x; y := 1; G = &y }
//line :20:1
func F() {}
  //line none.y:1
func H() {}
";
    std::fs::write(dir.join("sub/a.go"), text).unwrap();
    let ours = stdout(&heaplint(&dir, &["check", "--format", "gcflags"]));
    let theirs = "/abs/d.y:9:245: can inline E
/abs/d.y:9:251: moved to heap: x
/abs/d.y:9: moved to heap: y
/abs/d.y:20:6: can inline F
/abs/d.y:22:6: can inline H
??:300: can inline D
c.y:7:51: moved to heap: x
sub/b.y:10:10: can inline B
sub/b.y:10:16: moved to heap: x
sub/b.y:11:6: can inline C
sub/gen.y:100: can inline A
sub/gen.y:100: moved to heap: x
";
    assert_eq!(ours, theirs);
}

#[test]
fn hostile_trees_are_walked() {
    let dir = folder("hostile");
    std::fs::write(dir.join("a.go"), HOT).unwrap();
    std::fs::create_dir_all(dir.join("sub/x.go")).unwrap();
    #[cfg(unix)]
    {
        std::os::unix::fs::symlink("..", dir.join("sub/up")).unwrap();
        std::os::unix::fs::symlink("nowhere", dir.join("dangling.go")).unwrap();
    }
    let nested = format!("package m\n\nvar x = {}\n", "(".repeat(1_000_000));
    std::fs::write(dir.join("nested.go"), nested).unwrap();
    std::fs::write(
        dir.join("line.go"),
        format!("package m // {}\n", "x".repeat(4 << 20)),
    )
    .unwrap();
    let output = heaplint(&dir, &["check", "--format", "concise"]);
    assert!(stdout(&output).contains("a.go:5:21"), "{}", stderr(&output));
    assert!(
        stdout(&output).contains("nested deeper than"),
        "{}",
        stdout(&output).len()
    );
    assert_eq!(output.status.code(), Some(1));
}

#[test]
fn colour_needs_a_terminal() {
    let demo = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/demo");
    let output = heaplint(&demo, &["check"]);
    assert!(!output.stdout.contains(&0x1b) && !output.stderr.contains(&0x1b));
}
