//! `vendor/modules.txt`: which modules a vendor folder holds, and at which language version.
//!
//! ```text
//! # example.com/m v1.2.3 => ../m
//! ## explicit; go 1.21
//! example.com/m/pkg
//! ```

use std::collections::BTreeMap;

use crate::site::GoVersion;

use super::modfile;

/// A module in a vendor folder.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Vendored {
    /// Its path.
    pub path: String,
    /// Its version, or what replaces it.
    pub version: String,
    /// Its `go` line, where the file tells.
    pub go: Option<GoVersion>,
}

/// What modules.txt says.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Modules {
    /// The modules, in file order.
    pub modules: Vec<Vendored>,
    /// Import path → index in `modules`.
    pub packages: BTreeMap<String, usize>,
}

/// Reads modules.txt; lines of no known form are left out, as the toolchain does.
pub fn parse(src: &[u8]) -> Modules {
    let mut file = Modules::default();
    for line in String::from_utf8_lossy(src).lines() {
        let line = line.trim();
        if let Some(notes) = line.strip_prefix("## ") {
            if let (Some(module), Some(go)) = (file.modules.last_mut(), go_note(notes)) {
                module.go = Some(go);
            }
        } else if let Some(header) = line.strip_prefix("# ") {
            file.modules.extend(module(header));
        } else if !line.is_empty() && !line.starts_with('#') && !file.modules.is_empty() {
            let module = file.modules.len() - 1;
            file.packages.insert(line.to_string(), module);
        }
    }
    file
}

fn go_note(notes: &str) -> Option<GoVersion> {
    notes
        .split(';')
        .find_map(|note| modfile::language(note.trim().strip_prefix("go ")?.trim()))
}

fn module(header: &str) -> Option<Vendored> {
    let mut words = header.split_whitespace();
    let path = words.next()?.to_string();
    Some(Vendored {
        path,
        version: words.next().unwrap_or_default().to_string(),
        go: None,
    })
}

#[cfg(test)]
mod tests {
    use super::{GoVersion, parse};

    #[test]
    fn modules_packages_and_versions() {
        let file = parse(
            b"## workspace\n# a.com/x v1.2.3\n## explicit; go 1.21.4\na.com/x\na.com/x/y\r\n# b.com/z v0.1.0 => ../z\n\
              ## go 1.16\nb.com/z\n# c.com/unused v1.0.0\n",
        );
        assert_eq!(file.modules.len(), 3);
        assert_eq!(file.modules[0].go, Some(GoVersion(21)));
        assert_eq!(file.modules[1].go, Some(GoVersion(16)));
        assert_eq!(file.packages["a.com/x/y"], 0);
        assert_eq!(file.packages["b.com/z"], 1);
        assert!(parse(b"\xff\n##\n#\nstray\n").packages.is_empty());
    }
}
