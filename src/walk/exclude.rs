//! Patterns of files that are analysed with their package but have no findings.

use std::path::{Path, PathBuf};

use globset::{GlobBuilder, GlobSet, GlobSetBuilder};

/// Patterns of one config file.
#[derive(Clone, Debug)]
pub struct Exclude {
    root: PathBuf,
    globs: GlobSet,
}

impl Exclude {
    /// Patterns relative to the folder `root`, an absolute path. `*` stops at `/`, `**` does not; a pattern that
    /// matches a folder covers all below it. Errors name the bad pattern.
    pub fn new(
        root: impl Into<PathBuf>,
        patterns: impl IntoIterator<Item = impl AsRef<str>>,
    ) -> Result<Exclude, globset::Error> {
        let mut globs = GlobSetBuilder::new();
        for pattern in patterns {
            let pattern = pattern
                .as_ref()
                .trim_start_matches("./")
                .trim_end_matches('/');
            globs.add(GlobBuilder::new(pattern).literal_separator(true).build()?);
        }
        Ok(Exclude {
            root: root.into(),
            globs: globs.build()?,
        })
    }

    /// Whether `path` or a folder above it, but below `limit`, matches.
    pub fn covers(&self, path: &Path, limit: Option<&Path>) -> bool {
        // Most configs exclude nothing, and runs have thousands of files.
        if self.globs.is_empty() {
            return false;
        }
        path.ancestors()
            .take_while(|p| *p != self.root && Some(*p) != limit)
            .filter_map(|p| p.strip_prefix(&self.root).ok())
            .any(|relative| self.globs.is_match(relative))
    }
}

/// Whether any of `excludes` covers `path`; `limit` is the folder that was named, which patterns do not touch.
pub fn is_excluded(excludes: &[Exclude], path: &Path, limit: Option<&Path>) -> bool {
    excludes.iter().any(|e| e.covers(path, limit))
}

#[cfg(test)]
mod tests {
    use super::{Exclude, Path};

    #[test]
    fn patterns_are_relative_and_cover_folders() {
        let e = Exclude::new("/r", ["third_party", "**/*.pb.go", "cmd/*/main.go"]).unwrap();
        let covers = |p: &str| e.covers(Path::new(p), None);
        assert!(covers("/r/third_party/x/y.go") && covers("/r/a/b.pb.go") && covers("/r/x.pb.go"));
        assert!(covers("/r/cmd/a/main.go") && !covers("/r/cmd/a/b/main.go"));
        assert!(!covers("/r/a/third_party/y.go") && !covers("/other/third_party/y.go"));
        let below = Some(Path::new("/r/third_party"));
        assert!(!e.covers(Path::new("/r/third_party/x/y.go"), below));
        assert!(Exclude::new("/r", ["a{"]).is_err());
    }
}
