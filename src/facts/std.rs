//! The standard library's facts, embedded in the binary: the newest version's, and what differs in older ones.
//!
//! The files in `data/` are written by `heaplint facts build`. They are unpacked when a run first imports a standard
//! package, one version a run as a rule.

use std::sync::OnceLock;

use super::Corrupt;
use super::archive::Archive;
use super::code::Code;
use crate::site::GoVersion;
use crate::types::package::Pkg;

const OLDEST: usize = GoVersion::OLDEST.0 as usize;
const NEWEST: usize = GoVersion::NEWEST.0 as usize;
const COUNT: usize = NEWEST - OLDEST + 1;

/// Packed archives from the oldest version to the newest, which is the base of the others.
const PACKED: [&[u8]; COUNT] = [
    include_bytes!("data/go1.21.facts"),
    include_bytes!("data/go1.22.facts"),
    include_bytes!("data/go1.23.facts"),
    include_bytes!("data/go1.24.facts"),
    include_bytes!("data/go1.25.facts"),
    include_bytes!("data/go1.26.facts"),
    include_bytes!("data/go1.27.facts"),
];

static ARCHIVES: [OnceLock<Result<Archive, Corrupt>>; COUNT] = [const { OnceLock::new() }; COUNT];

/// The library as of the nearest version that is known. An error means that this binary was built from damaged data.
pub fn library(go: GoVersion) -> Result<&'static Archive, Corrupt> {
    open(go.known().0 as usize - OLDEST)
}

/// The code of a package of one of the libraries that are in use; `None` if it is of none.
pub fn code(pkg: Pkg) -> Option<&'static Code> {
    let mut open = ARCHIVES.iter().filter_map(|a| a.get()?.as_ref().ok());
    // Code that cannot be read is code that is not known: its functions are unknown to callers, which says so.
    open.find_map(|a| a.code(pkg))?.ok()
}

fn open(i: usize) -> Result<&'static Archive, Corrupt> {
    let base = match i + 1 {
        COUNT => None,
        _ => Some(open(COUNT - 1)?),
    };
    ARCHIVES[i]
        .get_or_init(|| Archive::open(PACKED[i], base))
        .as_ref()
        .map_err(|e| *e)
}
