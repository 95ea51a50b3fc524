//! The environment variables that say where modules lie and what is built.

use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};

use super::target::Target;

/// Go's environment, as far as loading obeys it. Files of `go env -w` are not read: they are one machine's.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Env {
    /// `GO111MODULE=off`: packages are looked up in `gopath` and go.mod files mean nothing.
    pub modules_off: bool,
    /// `GOPATH`, by default `$HOME/go`.
    pub gopath: Vec<PathBuf>,
    /// `GOMODCACHE`, by default `pkg/mod` in the first folder of `gopath`.
    pub modcache: Option<PathBuf>,
    /// `GOWORK`: the workspace file to use.
    pub gowork: Option<PathBuf>,
    /// `GOWORK=off`: no go.work file is used.
    pub workspace_off: bool,
    /// `-mod=mod` in `GOFLAGS`: vendor folders are not used.
    pub vendor_off: bool,
    /// The target that `GOOS`, `GOARCH`, `CGO_ENABLED` and `-tags` in `GOFLAGS` make.
    pub target: Target,
}

impl Env {
    /// Reads the variables through `lookup`, which is `std::env::var_os` in a real run.
    pub fn read(lookup: impl Fn(&str) -> Option<OsString>) -> Env {
        let get = |name: &str| lookup(name).filter(|value| !value.is_empty());
        let home = get("HOME").or_else(|| get("USERPROFILE"));
        let gopath = gopath(get("GOPATH").as_deref(), home.as_deref());
        let flags = get("GOFLAGS").unwrap_or_default();
        let flags = flags.to_string_lossy();
        let gowork = get("GOWORK");
        Env {
            modules_off: get("GO111MODULE").is_some_and(|v| v == "off"),
            modcache: get("GOMODCACHE")
                .map(PathBuf::from)
                .or_else(|| gopath.first().map(|first| first.join("pkg").join("mod"))),
            gopath,
            workspace_off: gowork.as_deref() == Some(OsStr::new("off")),
            gowork: gowork.filter(|v| v != "off").map(PathBuf::from),
            vendor_off: flag(&flags, "mod") == Some("mod"),
            target: target(&get, flag(&flags, "tags").unwrap_or_default()),
        }
    }
}

fn gopath(value: Option<&OsStr>, home: Option<&OsStr>) -> Vec<PathBuf> {
    match value {
        Some(list) => std::env::split_paths(list)
            .filter(|dir| dir.is_absolute())
            .collect(),
        None => home
            .map(|home| Path::new(home).join("go"))
            .into_iter()
            .collect(),
    }
}

fn target(get: &impl Fn(&str) -> Option<OsString>, tags: &str) -> Target {
    let text = |name: &str, default: String| {
        get(name).map_or(default, |v| v.to_string_lossy().into_owned())
    };
    let base = Target::default();
    Target {
        goos: text("GOOS", base.goos),
        goarch: text("GOARCH", base.goarch),
        cgo: get("CGO_ENABLED").is_none_or(|v| v != "0"),
        tags: tags
            .split(',')
            .filter(|tag| !tag.is_empty())
            .map(str::to_string)
            .collect(),
    }
}

/// The last value of `-name=value` in a list of flags.
fn flag<'f>(flags: &'f str, name: &str) -> Option<&'f str> {
    flags
        .split_whitespace()
        .filter_map(|word| {
            let word = word.trim_start_matches('-').strip_prefix(name)?;
            word.strip_prefix('=')
        })
        .next_back()
}

#[cfg(test)]
mod tests {
    use super::{Env, OsString, PathBuf};

    fn env(vars: &[(&str, &str)]) -> Env {
        Env::read(|name| {
            let (_, value) = vars.iter().find(|(n, _)| *n == name)?;
            Some(OsString::from(value))
        })
    }

    #[test]
    fn defaults_do_not_depend_on_the_machine() {
        let e = env(&[("HOME", "/h")]);
        assert_eq!(e.gopath, [PathBuf::from("/h/go")]);
        assert_eq!(e.modcache, Some(PathBuf::from("/h/go/pkg/mod")));
        assert_eq!(
            (&*e.target.goos, &*e.target.goarch, e.target.cgo),
            ("linux", "amd64", true)
        );
        assert!(!e.modules_off && !e.workspace_off && !e.vendor_off);
        assert_eq!(env(&[]).modcache, None);
    }

    #[test]
    fn variables_are_obeyed() {
        let e = env(&[
            ("GO111MODULE", "off"),
            ("GOPATH", "/a:/b"),
            ("GOMODCACHE", "/c"),
            ("GOWORK", "off"),
            ("GOFLAGS", "-mod=mod --tags=x,y -v"),
            ("GOOS", "windows"),
            ("CGO_ENABLED", "0"),
        ]);
        assert!(e.modules_off && e.workspace_off && e.vendor_off && e.gowork.is_none());
        assert_eq!(e.gopath.len(), 2);
        assert_eq!(e.modcache, Some(PathBuf::from("/c")));
        assert_eq!(e.target.tags, ["x", "y"]);
        assert_eq!((&*e.target.goos, e.target.cgo), ("windows", false));
    }
}
