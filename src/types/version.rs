//! Language versions: what a file may use.

/// A language version Go 1.N.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub struct GoVersion(pub u8);

impl GoVersion {
    /// The newest version that the checker knows.
    pub const NEWEST: GoVersion = GoVersion(27);

    /// Go 1.21 is the oldest version a `//go:build` line can lower a file to.
    pub const GO1_21: GoVersion = GoVersion(21);

    /// Reads `1.21`, `1.21.3`, `1.21rc1`, `go1.21`; `None` for anything else.
    pub fn parse(text: &str) -> Option<GoVersion> {
        let rest = text.strip_prefix("go").unwrap_or(text).strip_prefix("1.")?;
        let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        rest[..digits].parse().ok().map(GoVersion)
    }
}

/// The version of one file: the package's, unless a `//go:build` line sets another; never lowered below 1.21 by that.
pub fn file_version(package: GoVersion, file: Option<GoVersion>) -> GoVersion {
    file.map_or(package, |v| v.max(GoVersion::GO1_21))
}

#[cfg(test)]
mod tests {
    use super::{GoVersion, file_version};

    #[test]
    fn versions_are_read_from_go_mod_and_build_lines() {
        assert_eq!(GoVersion::parse("1.21rc2"), Some(GoVersion(21)));
        assert_eq!(GoVersion::parse("go1.9.4"), Some(GoVersion(9)));
        assert_eq!(GoVersion::parse("2.0"), None);
        assert_eq!(
            file_version(GoVersion(25), Some(GoVersion(18))),
            GoVersion(21)
        );
        assert_eq!(file_version(GoVersion(18), None), GoVersion(18));
    }
}
