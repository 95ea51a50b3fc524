//! Which import paths are the standard library's.

/// First elements of the paths of standard packages, all versions up to 1.27 together.
const ROOTS: &[&str] = &[
    "archive",
    "arena",
    "bufio",
    "builtin",
    "bytes",
    "cmp",
    "compress",
    "container",
    "context",
    "crypto",
    "database",
    "debug",
    "embed",
    "encoding",
    "errors",
    "expvar",
    "flag",
    "fmt",
    "go",
    "hash",
    "html",
    "image",
    "index",
    "internal",
    "io",
    "iter",
    "log",
    "maps",
    "math",
    "mime",
    "net",
    "os",
    "path",
    "plugin",
    "reflect",
    "regexp",
    "runtime",
    "simd",
    "slices",
    "sort",
    "strconv",
    "strings",
    "structs",
    "sync",
    "syscall",
    "testing",
    "text",
    "time",
    "unicode",
    "unique",
    "uuid",
    "vendor",
    "weak",
];

/// Whether `path` starts as a standard package's path does. Whether there is such a package in a given version, the
/// embedded facts know.
pub fn is_std(path: &str) -> bool {
    let first = path.split('/').next().unwrap_or_default();
    ROOTS.binary_search(&first).is_ok()
}

#[cfg(test)]
mod tests {
    use super::{ROOTS, is_std};

    #[test]
    fn the_table_is_sorted_for_the_search() {
        assert!(ROOTS.is_sorted());
        assert!(
            is_std("net/http")
                && is_std("weak")
                && !is_std("example.com/net")
                && !is_std("network")
        );
    }
}
