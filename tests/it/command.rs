//! The command as users run it, in a folder, and the files that it reads and writes there.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value;

/// `heaplint` in a folder, without a cache and without anything that the user's environment says of it.
pub fn command(dir: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_heaplint"));
    command
        .current_dir(dir)
        .env_remove("HEAPLINT_CONFIG")
        .env_remove("HEAPLINT_CACHE")
        .env("HEAPLINT_NO_CACHE", "1")
        .env_remove("NO_COLOR")
        .env_remove("CLICOLOR_FORCE");
    command
}

/// What `heaplint` with these arguments does in a folder.
pub fn heaplint(dir: &Path, args: &[&str]) -> Output {
    command(dir).args(args).output().unwrap()
}

/// What `heaplint check --format json` prints in a folder.
pub fn check_json(dir: &Path, args: &[&str]) -> Value {
    let output = heaplint(dir, &[&["check", "--format", "json"], args].concat());
    serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|_| panic!("{args:?}: {}", text(&output.stderr)))
}

/// What a program has printed.
pub fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// An empty folder of a test's own below the target directory.
pub fn folder(area: &str, name: &str) -> PathBuf {
    let dir = Path::new(env!("CARGO_TARGET_TMPDIR")).join(area).join(name);
    let _ = std::fs::remove_dir_all(&dir);
    std::fs::create_dir_all(&dir).unwrap();
    dir
}

/// Writes a file below `dir`, and the folders it needs.
pub fn write(dir: &Path, path: &str, text: &str) {
    let path = dir.join(path);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, text).unwrap();
}

/// The text of a file below `dir`.
pub fn read(dir: &Path, path: &str) -> String {
    std::fs::read_to_string(dir.join(path)).unwrap()
}
