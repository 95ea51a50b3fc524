//! The platform a run is for, and which build tags and file names it takes.
//!
//! Tables follow `go/build` (file name suffixes, implied tags) and `internal/buildcfg` (experiments and architecture
//! levels that are on by default). Both change with the compiler version, so every question takes one.

use crate::site::GoVersion;

/// What the packages are built for. The default is the same on every machine: linux/amd64 with cgo, no tags.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Target {
    /// `GOOS`
    pub goos: String,
    /// `GOARCH`
    pub goarch: String,
    /// `CGO_ENABLED`: whether files that import `C` belong to their package.
    pub cgo: bool,
    /// Extra build tags (`-tags`), in any order.
    pub tags: Vec<String>,
}

impl Default for Target {
    fn default() -> Self {
        Target {
            goos: "linux".to_string(),
            goarch: "amd64".to_string(),
            cgo: true,
            tags: Vec::new(),
        }
    }
}

const KNOWN_OS: &[&str] = &[
    "aix",
    "android",
    "darwin",
    "dragonfly",
    "freebsd",
    "hurd",
    "illumos",
    "ios",
    "js",
    "linux",
    "nacl",
    "netbsd",
    "openbsd",
    "plan9",
    "solaris",
    "wasip1",
    "windows",
    "zos",
];

const UNIX_OS: &[&str] = &[
    "aix",
    "android",
    "darwin",
    "dragonfly",
    "freebsd",
    "hurd",
    "illumos",
    "ios",
    "linux",
    "netbsd",
    "openbsd",
    "solaris",
];

const KNOWN_ARCH: &[&str] = &[
    "386",
    "amd64",
    "amd64p32",
    "arm",
    "arm64",
    "arm64be",
    "armbe",
    "loong64",
    "mips",
    "mips64",
    "mips64le",
    "mips64p32",
    "mips64p32le",
    "mipsle",
    "ppc",
    "ppc64",
    "ppc64le",
    "riscv",
    "riscv64",
    "s390",
    "s390x",
    "sparc",
    "sparc64",
    "wasm",
];

/// Experiments that are on by default: name, first and last minor version.
const EXPERIMENTS: &[(&str, u16, u16)] = &[
    ("regabiwrappers", 21, u16::MAX),
    ("regabiargs", 21, u16::MAX),
    ("coverageredesign", 21, 24),
    ("allocheaders", 22, 22),
    ("exectracer2", 22, 22),
    ("aliastypeparams", 24, 25),
    ("swissmap", 24, 25),
    ("spinbitmutex", 24, 24),
    ("synchashtriemap", 24, 25),
    ("dwarf5", 25, u16::MAX),
    ("greenteagc", 26, u16::MAX),
    ("randomizedheapbase64", 26, u16::MAX),
    ("jsonv2", 27, u16::MAX),
    ("sizespecializedmalloc", 27, u16::MAX),
];

/// Tags for the default level of an architecture (`GOAMD64=v1` and so on), and the first minor version that has them.
const LEVELS: &[(&str, &[&str], u16)] = &[
    ("386", &["386.sse2"], 21),
    ("amd64", &["amd64.v1"], 21),
    ("arm", &["arm.5", "arm.6", "arm.7"], 21),
    ("arm64", &["arm64.v8.0"], 23),
    ("mips", &["mips.hardfloat"], 21),
    ("mipsle", &["mipsle.hardfloat"], 21),
    ("mips64", &["mips64.hardfloat"], 21),
    ("mips64le", &["mips64le.hardfloat"], 21),
    ("ppc64", &["ppc64.power8"], 21),
    ("ppc64le", &["ppc64le.power8"], 21),
    ("riscv64", &["riscv64.rva20u64"], 23),
    ("wasm", &["wasm.satconv", "wasm.signext"], 26),
];

fn has_register_abi(arch: &str, go: GoVersion) -> bool {
    match arch {
        "amd64" | "arm64" | "ppc64" | "ppc64le" | "riscv64" => true,
        "loong64" => go.0 >= 22,
        "s390x" => go.0 >= 26,
        _ => false,
    }
}

impl Target {
    /// Whether the build tag `tag` holds when a compiler of version `go` builds for this target.
    pub fn has_tag(&self, tag: &str, go: GoVersion) -> bool {
        self.is_platform_tag(tag)
            || tag == "gc"
            || (tag == "cgo" && self.cgo)
            || is_release_tag(tag, go)
            || self.tags.iter().any(|t| t == tag)
            || self.is_level_tag(tag, go)
            || self.is_experiment_tag(tag, go)
    }

    fn is_platform_tag(&self, tag: &str) -> bool {
        let implied = match self.goos.as_str() {
            "android" => "linux",
            "illumos" => "solaris",
            "ios" => "darwin",
            _ => "",
        };
        tag == self.goos
            || tag == self.goarch
            || (!implied.is_empty() && tag == implied)
            || (tag == "unix" && UNIX_OS.contains(&self.goos.as_str()))
    }

    fn is_level_tag(&self, tag: &str, go: GoVersion) -> bool {
        LEVELS
            .iter()
            .any(|&(arch, tags, since)| arch == self.goarch && go.0 >= since && tags.contains(&tag))
    }

    fn is_experiment_tag(&self, tag: &str, go: GoVersion) -> bool {
        let Some(name) = tag.strip_prefix("goexperiment.") else {
            return tag == "boringcrypto"
                && self.tags.iter().any(|t| t == "goexperiment.boringcrypto");
        };
        let on = EXPERIMENTS
            .iter()
            .any(|&(n, first, last)| n == name && (first..=last).contains(&go.0));
        on && match name {
            "regabiwrappers" | "regabiargs" => has_register_abi(&self.goarch, go),
            "dwarf5" => !matches!(self.goos.as_str(), "darwin" | "ios" | "aix"),
            "spinbitmutex" => matches!(
                self.goarch.as_str(),
                "386" | "amd64" | "arm" | "arm64" | "ppc64" | "ppc64le"
            ),
            _ => true,
        }
    }

    /// Whether the `_GOOS`, `_GOARCH` or `_GOOS_GOARCH` suffix of a file's name, if it has one, matches. A name
    /// without an underscore before the suffix (`linux.go`) has none; `_test` at the end does not count.
    pub fn takes_name(&self, name: &str, go: GoVersion) -> bool {
        let stem = name.split_once('.').map_or(name, |(stem, _)| stem);
        let Some(at) = stem.find('_') else {
            return true;
        };
        let mut parts: Vec<&str> = stem[at..].split('_').collect();
        if parts.last() == Some(&"test") {
            parts.pop();
        }
        let last = parts.pop().unwrap_or_default();
        let before = parts.pop().unwrap_or_default();
        if KNOWN_ARCH.contains(&last) && KNOWN_OS.contains(&before) {
            return self.has_tag(last, go) && self.has_tag(before, go);
        }
        let known = KNOWN_OS.contains(&last) || KNOWN_ARCH.contains(&last);
        !known || self.has_tag(last, go)
    }
}

/// `go1.1` up to the compiler's own version.
fn is_release_tag(tag: &str, go: GoVersion) -> bool {
    tag.strip_prefix("go1.")
        .filter(|digits| !digits.starts_with(['0', '+']))
        .and_then(|digits| digits.parse::<u16>().ok())
        .is_some_and(|minor| minor <= go.0)
}

#[cfg(test)]
mod tests {
    use super::{GoVersion, Target};

    const GO: GoVersion = GoVersion(27);

    fn target(goos: &str, goarch: &str) -> Target {
        Target {
            goos: goos.to_string(),
            goarch: goarch.to_string(),
            ..Target::default()
        }
    }

    #[test]
    fn file_names_choose_the_platform() {
        let linux = Target::default();
        for name in ["a.go", "linux.go", "windows.go", "a_linux.go", "a_amd64.go"] {
            assert!(linux.takes_name(name, GO), "{name}");
        }
        for name in [
            "a_linux_amd64.go",
            "a_linux_test.go",
            "a_unix.go",
            "a_x.linux.go",
        ] {
            assert!(linux.takes_name(name, GO), "{name}");
        }
        for name in [
            "a_windows.go",
            "a_arm64.go",
            "a_linux_arm64.go",
            "a_windows_test.go",
        ] {
            assert!(!linux.takes_name(name, GO), "{name}");
        }
        for name in ["_windows.go", "a_windows_amd64.go", "a_zos.go"] {
            assert!(!linux.takes_name(name, GO), "{name}");
        }
    }

    #[test]
    fn some_systems_imply_others() {
        assert!(target("android", "arm64").takes_name("a_linux.go", GO));
        assert!(target("ios", "arm64").has_tag("darwin", GO));
        assert!(target("illumos", "amd64").has_tag("solaris", GO));
        assert!(!target("linux", "amd64").has_tag("android", GO));
        assert!(target("freebsd", "amd64").has_tag("unix", GO));
        assert!(!target("windows", "amd64").has_tag("unix", GO));
        assert!(!target("windows", "amd64").has_tag("", GO));
    }

    #[test]
    fn tags_depend_on_the_compiler() {
        let t = Target::default();
        assert!(t.has_tag("go1.1", GO) && t.has_tag("go1.27", GO));
        assert!(!t.has_tag("go1.28", GO) && !t.has_tag("go1.x", GO));
        assert!(t.has_tag("gc", GO) && !t.has_tag("gccgo", GO));
        assert!(t.has_tag("goexperiment.swissmap", GoVersion(24)));
        assert!(!t.has_tag("goexperiment.swissmap", GoVersion(26)));
        assert!(t.has_tag("amd64.v1", GO) && !t.has_tag("amd64.v2", GO));
        assert!(!target("linux", "386").has_tag("goexperiment.regabiargs", GO));
    }

    #[test]
    fn cgo_and_own_tags() {
        let mut t = Target::default();
        assert!(t.has_tag("cgo", GO) && !t.has_tag("integration", GO));
        t.cgo = false;
        t.tags.push("integration".to_string());
        assert!(!t.has_tag("cgo", GO) && t.has_tag("integration", GO));
    }
}
