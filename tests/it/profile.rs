//! Profiles of a real program (`tests/data/profile`, which says how they were made) against its code, as it was and as it
//! became.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use heaplint::profile::{Kind, Profile};
use serde_json::Value;

use crate::command::{check_json, folder, heaplint, text};

fn data() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/profile")
}

/// A copy of the program, in which files can be changed.
fn copy(name: &str) -> PathBuf {
    let dir = folder("profile", name);
    for path in [
        ".heaplint.yml",
        "hot-make.yml",
        "go.mod",
        "allocs.pprof",
        "feed/feed.go",
        "cmd/replay/main.go",
        "cmd/replay/default.pgo",
    ] {
        let to = dir.join(path);
        std::fs::create_dir_all(to.parent().unwrap()).unwrap();
        std::fs::copy(data().join(path), to).unwrap();
    }
    dir
}

/// The lines with findings.
fn lines(json: &Value) -> Vec<u64> {
    let findings = json["findings"].as_array().unwrap();
    let line = |f: &Value| f["start"]["line"].as_u64().unwrap();
    findings.iter().map(line).collect()
}

fn refusal(dir: &Path, args: &[&str]) -> String {
    let output = heaplint(dir, &[&["check", "--format", "json"], args].concat());
    assert_eq!(output.status.code(), Some(2));
    text(&output.stderr)
}

#[test]
fn real_profiles_are_read() {
    let read = |path: &str| {
        let bytes = std::fs::read(data().join(path)).unwrap();
        Profile::read("p", &bytes).unwrap()
    };
    let allocs = read("allocs.pprof");
    assert_eq!(allocs.kind, Kind::Allocated);
    let of = |function: &str| -> BTreeSet<(u32, u32)> {
        let lines = allocs.lines.iter();
        let own = lines.filter(|(l, _)| l.name.function == function);
        let own = own.filter(|(l, _)| l.name.package == "example.com/replay/feed");
        own.map(|(l, w)| (l.line, allocs.share(*w) / 10_000))
            .collect()
    };
    // Line 11 of Split makes a record, and has `room` inlined into it; what room makes is most of the bytes.
    assert_eq!(of("room"), [(17, 50)].into());
    assert_eq!(of("Split"), [(11, 57)].into());
    let each: Vec<u32> = of("Each").into_iter().map(|(line, _)| line).collect();
    assert_eq!(each, [24, 25, 26]);
    assert_eq!(read("cmd/replay/default.pgo").kind, Kind::Cpu);
}

#[test]
fn what_was_measured_is_hot() {
    let dir = data();
    assert!(lines(&check_json(&dir, &["feed"])).is_empty());
    let profiled = check_json(&dir, &["feed", "--profile", "allocs.pprof"]);
    assert_eq!(lines(&profiled), [17]);
    let measured = &profiled["findings"][0]["site"]["measured"];
    assert!(measured["share"].as_f64().unwrap() > 50.0);
    assert_eq!(measured["objects"], 85_197);
    let message = profiled["findings"][0]["message"].as_str().unwrap();
    assert!(message.ends_with("allocated 50.5 % of the bytes in allocs.pprof"));
    assert_eq!(profiled["summary"]["notices"], Value::Array(Vec::new()));
    // Half of the bytes is not enough if more is asked for, and what a loop makes hot is then not reported either.
    let most = ["feed", "--profile", "allocs.pprof", "--min-share", "60%"];
    assert!(lines(&check_json(&dir, &most)).is_empty());
}

#[test]
fn a_profile_beside_a_command_is_found() {
    let found = check_json(&data(), &[]);
    assert_eq!(lines(&found), [17]);
    assert_eq!(found["findings"][0]["site"]["measured"]["objects"], 0);
    let dir = copy("damaged");
    std::fs::write(dir.join("cmd/replay/default.pgo"), "damaged").unwrap();
    let damaged = check_json(&dir, &[]);
    // The command calls it in a loop, so it is hot all the same.
    assert!(damaged["findings"][0]["site"]["measured"].is_null());
    let notice = damaged["summary"]["notices"][0]["message"]
        .as_str()
        .unwrap();
    assert!(notice.contains("default.pgo: not a profile"), "{notice}");
}

#[test]
fn lines_of_an_older_profile_are_found_by_function_and_offset() {
    let dir = copy("stale");
    let code = std::fs::read_to_string(dir.join("feed/feed.go")).unwrap();
    let moved = code.replace("func room", "// It is further\n// down today.\nfunc room");
    std::fs::remove_file(dir.join("feed/feed.go")).unwrap();
    std::fs::write(dir.join("feed/renamed.go"), moved).unwrap();
    let stale = check_json(&dir, &["feed", "--profile", "allocs.pprof"]);
    assert_eq!(lines(&stale), [19]);
    let notice = stale["summary"]["notices"][0]["message"].as_str().unwrap();
    assert!(
        notice.contains("allocs.pprof is older than the code"),
        "{notice}"
    );
    assert!(
        notice.contains("of 3 functions in it 2 have moved"),
        "{notice}"
    );
}

#[test]
fn the_largest_share_comes_first() {
    let dir = copy("ranked");
    // A line that a loop makes hot stands further up, and was not measured.
    let code = std::fs::read_to_string(dir.join("feed/feed.go")).unwrap();
    let loops = "func warm(n int) {\n\tfor range n {\n\t\tprintln(len(make([]byte, n)))\n\t}\n}\n\n// Split makes";
    std::fs::write(
        dir.join("feed/feed.go"),
        code.replace("// Split makes", loops),
    )
    .unwrap();
    assert_eq!(lines(&check_json(&dir, &["feed"])), [11]);
    let profile = ["feed", "--profile", "allocs.pprof"];
    assert_eq!(lines(&check_json(&dir, &profile)), [23, 11]);
    let filtered = [&profile[..], &["--min-share", "1"]].concat();
    assert_eq!(lines(&check_json(&dir, &filtered)), [23]);
}

#[test]
fn a_profile_that_does_not_fit_is_an_error() {
    let other = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/demo");
    let allocs = data().join("allocs.pprof");
    let why = refusal(&other, &["--profile", allocs.to_str().unwrap()]);
    assert!(why.contains("no function of the checked packages"), "{why}");
    // A part of the program that never ran is something else.
    let dir = copy("part");
    std::fs::create_dir(dir.join("cold")).unwrap();
    std::fs::write(dir.join("cold/cold.go"), "package cold\n").unwrap();
    let part = check_json(&dir, &["cold", "--profile", "allocs.pprof"]);
    let notice = part["summary"]["notices"][0]["message"].as_str().unwrap();
    assert!(
        notice.contains("no function of the checked packages"),
        "{notice}"
    );
    let why = refusal(&data(), &["--profile", "go.mod"]);
    assert!(why.contains("go.mod: not a profile"), "{why}");
    assert!(refusal(&data(), &["--profile", "nowhere.pprof"]).contains("nowhere.pprof"));
    let args = ["--profile", "allocs.pprof", "--min-share", "lots"];
    assert!(refusal(&data(), &args).contains("0.5%"));
}
