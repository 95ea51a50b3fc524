//! Build script: lists the rule files of `rules/`, so that adding a rule is adding a file there and nothing else; and
//! gives this program's sources a number, so that builds that may decide differently share no cached facts.

use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::{env, fs, io};

fn main() -> io::Result<()> {
    let root = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").unwrap_or_default());
    let rules = root.join("rules");
    println!("cargo::rerun-if-changed={}", rules.display());
    let sources = root.join("src");
    println!("cargo::rerun-if-changed={}", sources.display());
    let number = number(&sources, 0xcbf2_9ce4_8422_2325)?;
    println!("cargo::rustc-env=HEAPLINT_SOURCES={number:016x}");
    let out = PathBuf::from(env::var_os("OUT_DIR").unwrap_or_default());
    fs::write(out.join("rules.rs"), table(&rules)?)
}

/// The source of a slice of (file name, contents), sorted by name.
fn table(rules: &Path) -> io::Result<String> {
    let mut files = Vec::new();
    for entry in fs::read_dir(rules)? {
        let path = entry?.path();
        if path.extension().is_some_and(|e| e == "yml") {
            files.push(path);
        }
    }
    files.sort();
    let mut source = String::from("&[\n");
    for path in files {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let path = path.to_string_lossy();
        writeln!(source, "    ({name:?}, include_bytes!({path:?})),").map_err(io::Error::other)?;
    }
    source.push_str("]\n");
    Ok(source)
}

/// FNV-1a, from `number` on, over names and contents of all files below a folder.
fn number(dir: &Path, mut number: u64) -> io::Result<u64> {
    let entries = fs::read_dir(dir)?.map(|entry| entry.map(|e| e.path()));
    let mut paths = entries.collect::<io::Result<Vec<PathBuf>>>()?;
    paths.sort();
    for path in paths {
        let name = path.file_name().unwrap_or_default();
        number = mixed(number, name.as_encoded_bytes());
        number = if path.is_dir() {
            self::number(&path, number)?
        } else {
            mixed(number, &fs::read(&path)?)
        };
    }
    Ok(number)
}

fn mixed(number: u64, bytes: &[u8]) -> u64 {
    bytes.iter().fold(number, |number, &byte| {
        (number ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    })
}
