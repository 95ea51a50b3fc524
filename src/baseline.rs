//! Baseline files: the findings that were there when heaplint came, and are not reported until they are touched.
//!
//! A baseline is JSON with one entry a line, sorted, so that two branches merge and a reader sees what is in it:
//!
//! ```json
//! {"version": 1, "findings": [
//! {"package":"example.com/m/feed","function":"(*Reader).Next","rule":"make-runtime-size","expr":"make([]byte, n)"},
//! {"package":"example.com/m/feed","function":"open","rule":"defer-in-loop","expr":"defer f.Close()","count":2}
//! ]}
//! ```
//!
//! An entry is a finding's [`Identity`] and how many there are of it: no lines and no file names, so that edits and moves
//! within a package keep it. The nearest baseline at or above a file's folder counts for it, as with config files.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::base::files::Files;
use crate::finding::{Identity, Known};

/// The name that a baseline is found by.
pub const NAME: &str = ".heaplint-baseline.json";

/// The version that is written; files of others are refused.
const VERSION: u32 = 1;

/// A baseline file and what it holds.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Baseline {
    /// Where it lies.
    pub path: PathBuf,
    /// Its entries.
    pub known: Known,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Document {
    version: u32,
    findings: Vec<Entry>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    package: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    function: String,
    rule: String,
    expr: String,
    /// Left out where it is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    count: Option<usize>,
}

/// The nearest baseline at or above `folder`, not above the root of its repository (the folder that holds `.git`).
pub fn nearest(files: &dyn Files, folder: &Path) -> Option<PathBuf> {
    files.nearest(folder, &[NAME])
}

/// Reads the baseline at `path`; the error is a sentence that names the file.
pub fn read(files: &dyn Files, path: &Path) -> Result<Baseline, String> {
    let bytes = files
        .read(path)
        .map_err(|error| format!("{}: {error}", path.display()))?;
    match parse(&bytes) {
        Ok(known) => Ok(Baseline {
            path: path.to_path_buf(),
            known,
        }),
        Err(why) => Err(format!("{}: not a baseline: {why}", path.display())),
    }
}

fn parse(bytes: &[u8]) -> Result<Known, String> {
    let document: Document = serde_json::from_slice(bytes).map_err(|error| error.to_string())?;
    if document.version != VERSION {
        return Err(format!(
            "version {}; this program writes version {VERSION}",
            document.version
        ));
    }
    let mut known = Known::default();
    for entry in document.findings {
        let identity = Identity {
            package: entry.package,
            function: entry.function,
            rule: entry.rule,
            expr: entry.expr,
        };
        // Two branches that merge may each have brought an entry of one identity.
        *known.0.entry(identity).or_insert(0) += entry.count.unwrap_or(1);
    }
    Ok(known)
}

/// The file's text for `known`; identities that no finding has are left out.
pub fn text(known: &Known) -> Result<String, serde_json::Error> {
    let mut lines = Vec::new();
    for (identity, count) in known.0.iter().filter(|(_, count)| **count > 0) {
        lines.push(serde_json::to_string(&Entry {
            package: identity.package.clone(),
            function: identity.function.clone(),
            rule: identity.rule.clone(),
            expr: identity.expr.clone(),
            count: (*count > 1).then_some(*count),
        })?);
    }
    let mut text = String::new();
    // Writing into a string does not fail.
    let _in_memory = writeln!(
        text,
        "{{\"version\": {VERSION}, \"findings\": [\n{}\n]}}",
        lines.join(",\n")
    );
    Ok(text)
}

/// What changes when a baseline is brought up to date with the findings of a run.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Update {
    /// What the baseline would hold.
    pub known: Known,
    /// Findings that it did not hold.
    pub added: usize,
    /// Entries that no finding has any more.
    pub stale: BTreeMap<Identity, usize>,
}

/// Compares what a baseline held with what was found. Entries of packages that were not looked at are kept.
pub fn update(held: &Known, found: &Known, looked_at: impl Fn(&str) -> bool) -> Update {
    let mut update = Update::default();
    for (identity, &count) in &held.0 {
        let now = found.0.get(identity).copied().unwrap_or(0);
        let kept = if looked_at(&identity.package) {
            now.min(count)
        } else {
            count
        };
        if kept > 0 {
            update.known.0.insert(identity.clone(), kept);
        }
        if kept < count {
            update.stale.insert(identity.clone(), count - kept);
        }
    }
    for (identity, &now) in &found.0 {
        update.added += now.saturating_sub(held.0.get(identity).copied().unwrap_or(0));
    }
    update
}

#[cfg(test)]
mod tests {
    use super::{Identity, Known, parse, text, update};

    fn identity(package: &str, expr: &str) -> Identity {
        Identity {
            package: package.into(),
            function: "f".into(),
            rule: "r".into(),
            expr: expr.into(),
        }
    }

    fn known(entries: &[(&str, &str, usize)]) -> Known {
        let entries = entries.iter().map(|(p, e, n)| (identity(p, e), *n));
        Known(entries.collect())
    }

    #[test]
    fn what_is_written_is_read_back() {
        let some = known(&[("a", "x", 1), ("a", "\"é\" + y", 3), ("b", "x", 0)]);
        let written = text(&some).unwrap();
        assert_eq!(written.lines().count(), 4, "{written}");
        assert_eq!(
            parse(written.as_bytes()),
            Ok(known(&[("a", "x", 1), ("a", "\"é\" + y", 3)]))
        );
        let none = text(&Known::default()).unwrap();
        assert_eq!(parse(none.as_bytes()), Ok(Known::default()));
    }

    #[test]
    fn other_files_are_refused() {
        for text in [
            "",
            "[]",
            "{\"version\": 2, \"findings\": []}",
            "{\"version\": 1}",
        ] {
            assert!(parse(text.as_bytes()).is_err(), "{text}");
        }
    }

    #[test]
    fn an_update_knows_what_came_and_what_went() {
        let held = known(&[
            ("a", "same", 1),
            ("a", "fewer", 3),
            ("a", "gone", 1),
            ("b", "y", 1),
        ]);
        let found = known(&[("a", "same", 2), ("a", "fewer", 1), ("a", "new", 1)]);
        let update = update(&held, &found, |package| package == "a");
        assert_eq!(update.added, 2);
        assert_eq!(
            update.stale,
            known(&[("a", "fewer", 2), ("a", "gone", 1)]).0
        );
        assert_eq!(
            update.known,
            known(&[("a", "same", 1), ("a", "fewer", 1), ("b", "y", 1)])
        );
    }
}
