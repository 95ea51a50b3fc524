//! A path as given → the folder or file where its walk starts, and which folders below it match.

use std::path::{Component, Path, PathBuf};

use super::Request;

/// Where a walk starts.
#[derive(Clone, Debug)]
pub struct Root {
    /// Absolute, without `.` and `..`.
    pub path: PathBuf,
    /// As the user wrote it, without a leading `./`.
    pub shown: PathBuf,
}

impl Root {
    /// How the user sees `path`, which lies at or below the root.
    pub fn show(&self, path: &Path) -> PathBuf {
        match path.strip_prefix(&self.path) {
            Ok(rest) if rest.as_os_str().is_empty() => self.shown.clone(),
            Ok(rest) => self.shown.join(rest),
            Err(_) => path.to_path_buf(),
        }
    }
}

/// A path argument, taken apart.
#[derive(Clone, Debug)]
pub struct Pattern {
    /// The part before the first element with `...`.
    pub root: Root,
    /// The whole absolute pattern, if something follows the root that is not just `...`.
    wild: Option<String>,
}

impl Pattern {
    /// Takes `given` apart. What does not exist is looked for below `GOPATH/src`, and left as it is if it is not
    /// there either.
    pub fn new(given: &Path, request: &Request) -> Pattern {
        let is_wild = |c: &Component<'_>| c.as_os_str().to_string_lossy().contains("...");
        let base: PathBuf = given.components().take_while(|c| !is_wild(c)).collect();
        let rest: PathBuf = given.components().skip_while(|c| !is_wild(c)).collect();
        let root = locate(&base, request);
        let wild = (!rest.as_os_str().is_empty() && rest.as_os_str() != "...")
            .then(|| root.path.join(rest).to_string_lossy().into_owned());
        Pattern { root, wild }
    }

    /// Whether the pattern takes the folder `dir`.
    pub fn takes(&self, dir: &Path) -> bool {
        let Some(wild) = &self.wild else {
            return true;
        };
        let dir = dir.to_string_lossy();
        // `x/...` takes x itself.
        matches(wild, &dir) || wild.strip_suffix("/...").is_some_and(|w| matches(w, &dir))
    }
}

fn locate(base: &Path, request: &Request) -> Root {
    let here = Root {
        path: normalize(&request.cwd.join(base)),
        shown: tidy(base),
    };
    if base.is_absolute() || here.path.symlink_metadata().is_ok() {
        return here;
    }
    request
        .gopath
        .iter()
        .map(|root| normalize(&root.join("src").join(base)))
        .find(|path| path.exists())
        .map_or(here, |path| Root {
            shown: path.clone(),
            path,
        })
}

/// Takes `.` and `..` out without asking the file system.
pub fn normalize(path: &Path) -> PathBuf {
    let mut out = PathBuf::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir => match out.components().next_back() {
                Some(Component::Normal(_)) => {
                    out.pop();
                }
                Some(Component::RootDir) => {}
                _ => out.push(".."),
            },
            _ => out.push(part),
        }
    }
    out
}

fn tidy(path: &Path) -> PathBuf {
    path.components()
        .filter(|c| *c != Component::CurDir)
        .collect()
}

/// Whether `text` matches `pattern`, in which each `...` stands for any string. Greedy and without backtracking: the
/// parts between wildcards are found leftmost, the first and last are anchored.
fn matches(pattern: &str, text: &str) -> bool {
    let Some((first, tail)) = pattern.split_once("...") else {
        return pattern == text;
    };
    let Some(mut rest) = text.strip_prefix(first) else {
        return false;
    };
    let (middle, last) = tail.rsplit_once("...").unwrap_or(("", tail));
    for part in middle.split("...") {
        match rest.find(part) {
            Some(at) => rest = &rest[at + part.len()..],
            None => return false,
        }
    }
    rest.ends_with(last)
}

#[cfg(test)]
mod tests {
    use super::{Path, matches, normalize};

    #[test]
    fn wildcards() {
        assert!(matches("/a/...", "/a/b/c") && !matches("/a/...", "/b"));
        assert!(matches("/a/.../c", "/a/x/y/c") && !matches("/a/.../c", "/a/x/d"));
        assert!(matches("/a/b...", "/a/bcd") && matches("/a", "/a") && !matches("/a", "/ab"));
        assert!(matches("/.../x/.../y", "/p/x/q/y") && !matches("/.../x/.../x", "/p/x"));
    }

    #[test]
    fn dots_are_taken_out() {
        assert_eq!(normalize(Path::new("/a/./b/../c")), Path::new("/a/c"));
        assert_eq!(normalize(Path::new("/..")), Path::new("/"));
    }
}
