//! Config files: what they mean, what is said about wrong ones, and which one governs a folder.

use std::path::Path;
use std::sync::Arc;

use heaplint::base::diag::Level;
use heaplint::base::source::SourceFile;
use heaplint::base::yaml;
use heaplint::config::{FailOn, Preset, TEMPLATE};
use heaplint::settings::{Settings, SettingsCache};
use heaplint::site::GoVersion;

use crate::rules::Memory;

const PATH: &str = "/repo/.heaplint.yml";

fn load_bytes(bytes: &[u8]) -> Settings {
    let file = Arc::new(SourceFile::new(PATH, bytes));
    Settings::of_file(&Memory::new(&[]), &file)
}

fn errors(text: &[u8]) -> Vec<String> {
    let shown =
        |e: &heaplint::base::diag::ConfigError| e.to_string().replace("/repo/.heaplint.yml:", "");
    load_bytes(text).errors.iter().map(shown).collect()
}

#[track_caller]
fn check(text: &str, wanted: &[&str]) {
    assert_eq!(errors(text.as_bytes()), wanted, "{text}");
}

#[test]
fn every_key_is_understood() {
    let settings = load_bytes(include_bytes!("../data/config/full.yml"));
    assert!(settings.errors.is_empty(), "{:?}", settings.errors);
    let config = &settings.config;
    assert_eq!(config.go, Some(GoVersion(27)));
    assert_eq!(config.preset, Preset::Strict);
    assert_eq!(config.fail_on, FailOn::Warning);
    assert!(config.tests);
    assert_eq!(config.target.goarch.as_deref(), Some("arm64"));
    assert_eq!(config.target.cgo, Some(false));
    assert_eq!(config.target.tags, ["integration", "slow"]);
    assert!(config.is_excluded(Path::new("/repo/a/testdata/x.go")));
    assert!(config.hot.functions.match_name("(*Decoder).Next"));
    assert!(config.cold.files.match_path(Path::new("cmd/tool/main.go")));
    let level = |path: &str, rule: &str| settings.active_for(Path::new(path)).level(rule);
    assert_eq!(
        level("/repo/a.go", "goroutine-in-loop"),
        Some(Level::Warning),
        "strict is one up"
    );
    assert_eq!(
        level("/repo/a.go", "closure-in-loop"),
        Some(Level::Note),
        "rules win"
    );
    assert_eq!(
        level("/repo/cmd/a.go", "make-runtime-size"),
        None,
        "overrides win over rules"
    );
    assert_eq!(
        level("/repo/cmd/b/a.go", "make-runtime-size"),
        Some(Level::Error),
        "the last override wins"
    );
}

#[test]
fn an_empty_file_means_the_defaults() {
    for text in [
        "",
        "\n",
        "# only a comment\n",
        "{}\n",
        "rules:\n",
        "\u{feff}",
        "---\n",
    ] {
        let settings = load_bytes(text.as_bytes());
        assert!(
            settings.errors.is_empty(),
            "{text:?}: {:?}",
            settings.errors
        );
        assert_eq!(settings.config.preset, Preset::Recommended);
    }
}

#[test]
fn what_init_writes_is_a_config_and_so_is_what_show_writes() {
    assert_eq!(errors(TEMPLATE.as_bytes()), [""; 0]);
    let settings = load_bytes(include_bytes!("../data/config/full.yml"));
    let shown = yaml::write(&settings.effective()).unwrap();
    let again = load_bytes(shown.as_bytes());
    assert!(again.errors.is_empty(), "{:?}\n{shown}", again.errors);
    assert_eq!(yaml::write(&again.effective()).unwrap(), shown);
}

#[test]
fn all_problems_are_named_at_their_places() {
    check(
        "extend: strict\nfail-on: eror\nrules:\n  defer-in-lop: error\n  closure-in-loop: wraning\n  oversized-local: { levl: off, min-size: many }\nexclude: ['[z-a]']\n",
        &[
            "1:1: unknown key `extend` (did you mean `extends`?)",
            "2:10: unknown value `eror` (did you mean `error`?)",
            "5:20: unknown level `wraning` (did you mean `warning`?)",
            "4:3: unknown rule `defer-in-lop` (did you mean `defer-in-loop`?)",
            "6:22: rule `oversized-local` has no option `levl` (did you mean `level`?)",
            "6:43: option `min-size` takes a number of bytes such as `64KiB`",
            "7:11: bad pattern: invalid range; 'z' > 'a'",
        ],
    );
}

#[test]
fn single_mistakes() {
    check(
        "go: 1.2x\n",
        &["1:5: `1.2x` is no Go version (write a version from 1.21 on, such as \"1.27\")"],
    );
    check(
        "go: 1.20\n",
        &[
            "1:5: Go 1.20 is older than any version whose decisions are known (write a version from 1.21 on, such as \"1.27\")",
        ],
    );
    check(
        "extends: recomended\n",
        &["1:10: unknown rule set `recomended` (did you mean `recommended`?)"],
    );
    check(
        "extends: [all, ./gone.yml]\n",
        &["1:16: cannot read rules from `./gone.yml`: entity not found"],
    );
    check(
        "rules: [a]\n",
        &["1:9: expected a mapping from rules to levels, found a list"],
    );
    check(
        "tests: maybe\n",
        &["1:8: expected a boolean, found the text `maybe`"],
    );
    check(
        "goos: linus\n",
        &["1:7: unknown operating system `linus` (did you mean `linux`?)"],
    );
    check(
        "overrides: [{ rules: {} }]\n",
        &["1:15: the key `files` is missing"],
    );
    check(
        "rules: {}\nrules: {}\n",
        &["2:1: `rules` is given twice (keep one of the two)"],
    );
    check(
        "hot: { functions: 3 }\n",
        &["1:19: expected a list, found the number `3`"],
    );
    check(
        "hot: 3\n",
        &[
            "1:6: expected a mapping with `functions`, `files`, `handlers`, `services`, `callbacks`, found the number `3`",
        ],
    );
}

#[test]
fn the_same_key_twice_is_shown_at_both_places() {
    let found = &load_bytes(b"go: '1.25'\ntests: true\ngo: '1.26'\n").errors[0];
    let (first, note) = found.related.as_ref().unwrap();
    assert_eq!(
        (found.span.start, first.start, note.as_str()),
        (23, 0, "first given here")
    );
}

#[test]
fn numbers_keep_their_text() {
    let settings = load_bytes(b"go: 1.30\n");
    assert_eq!(settings.config.go, Some(GoVersion(30)));
}

#[test]
fn hostile_files_are_refused_quickly() {
    let bomb = (1..10).fold("a0: &a0 [x,x,x,x,x,x,x,x,x]\n".to_owned(), |text, i| {
        let list = vec![format!("*a{}", i - 1); 9].join(",");
        text + &format!("a{i}: &a{i} [{list}]\n")
    });
    let deep = "[".repeat(20_000);
    let cases: [&[u8]; 6] = [
        bomb.as_bytes(),
        deep.as_bytes(),
        b"\xff\xfe\x00",
        b"a: b: c\n",
        b"\tgo: 1\n",
        &vec![b'#'; 2 << 20],
    ];
    let start = std::time::Instant::now();
    for text in cases {
        assert_eq!(errors(text).len(), 1, "{:?}", errors(text));
    }
    assert!(start.elapsed().as_secs() < 10, "{:?}", start.elapsed());
}

#[test]
fn problems_have_a_limit_and_reading_them_stays_cheap() {
    let keys: Vec<String> = (0..2_000).map(|i| format!("key{i}: 1")).collect();
    let text = keys.join("\n");
    let found = errors(text.as_bytes()).len();
    assert!((1..=50).contains(&found), "{found}");
}

#[test]
fn carriage_returns_and_byte_order_marks_keep_places_right() {
    let found = load_bytes("\u{feff}tests: true\r\nextends: nothing\r\n".as_bytes()).errors;
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].span.text(found[0].file.text()), b"nothing");
}

#[test]
fn the_nearest_file_wins_up_to_the_repository_root() {
    let files = Memory::new(&[
        ("/srv/.heaplint.yml", "fail-on: never\n"),
        ("/srv/repo/.git/HEAD", ""),
        ("/srv/repo/a/.heaplint.yaml", "fail-on: note\n"),
        ("/srv/repo/a/b/c/x.go", ""),
        ("/srv/other/.heaplint.yml", "fail-on: warning\n"),
        ("/srv/other/.heaplint.yaml", "fail-on: note\n"),
    ]);
    let cache = SettingsCache::new(&files, None);
    let fail_on = |folder: &str| cache.for_folder(Path::new(folder)).config.fail_on;
    assert_eq!(fail_on("/srv/repo/a/b/c"), FailOn::Note);
    assert_eq!(
        fail_on("/srv/repo"),
        FailOn::Error,
        "the one above the repository does not count"
    );
    assert_eq!(fail_on("/srv/other"), FailOn::Warning, ".yml before .yaml");
    assert_eq!(fail_on("/srv"), FailOn::Never);
    let fixed = SettingsCache::new(&files, Some(Path::new("/srv/other/.heaplint.yml")));
    assert_eq!(
        fixed.for_folder(Path::new("/srv/repo/a")).config.fail_on,
        FailOn::Warning
    );
}

#[test]
fn a_config_that_cannot_be_read_is_an_error() {
    let settings = Settings::load(&Memory::new(&[]), Path::new("/gone.yml"));
    assert_eq!(settings.errors.len(), 1);
}
