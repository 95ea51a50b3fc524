//! Facts of packages kept on disk, so that a dependency is analysed once and not in every run.
//!
//! An entry is a file that is named after the digest of all that its facts follow from: this program, the Go version,
//! the target, the package's files, and the facts of what it imports ([`Recipe`]). So an entry is never out of date, it
//! is just not asked for any more.
//!
//! | what | how |
//! | --- | --- |
//! | several processes at once | an entry is written under another name and renamed; whoever is last wins, with the same bytes |
//! | a damaged entry, or a file of somebody else's | counts as none, and is written anew |
//! | a folder that cannot be written, a full disk | the run goes on as without a cache |
//! | size | beyond [`MAX_BYTES`] the entries that were not used for longest are removed |
//!
//! ```text
//! CACHEDIR.TAG          so that backups leave the folder out (bford.info/cachedir)
//! facts/3f/a09c…        "hlk" format, digest of the rest, length of the types' blob (8 bytes, little-endian), both blobs
//! ```

use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::time::{Duration, SystemTime};

use super::Facts;

/// What every entry starts with; the last byte is the format's version.
const MAGIC: [u8; 4] = *b"hlk\x01";

/// How large the cache may become.
pub const MAX_BYTES: u64 = 256 << 20;

/// Entries that are larger are not of this program.
const MAX_ENTRY: u64 = 64 << 20;

/// An entry that was marked as used less than so long ago is not marked again.
const USED: Duration = Duration::from_hours(24);

/// A temporary file that is older was left behind by a process that was killed.
const ABANDONED: Duration = Duration::from_hours(1);

/// The marker that tools for backups know.
const TAG: &str = "Signature: 8a477f597d28d172789f06886806bc55
# This folder holds what heaplint found out about Go packages. It may be removed at any time.
";

/// What stands for contents: equal digests mean equal contents.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Digest([u8; 32]);

impl Digest {
    /// The digest as bytes, to be part of another one.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

/// A list of byte strings on the way to its digest.
#[derive(Clone, Debug, Default)]
pub struct Recipe(blake3::Hasher);

impl Recipe {
    /// Adds a part. Where one part ends and the next begins counts.
    pub fn add(&mut self, part: impl AsRef<[u8]>) {
        let part = part.as_ref();
        self.0.update(&(part.len() as u64).to_le_bytes());
        self.0.update(part);
    }

    /// The digest of the parts.
    pub fn digest(&self) -> Digest {
        Digest(*self.0.finalize().as_bytes())
    }
}

/// A folder with facts.
#[derive(Debug)]
pub struct Cache {
    dir: PathBuf,
    limit: u64,
    /// Whether this process has written something.
    grown: AtomicBool,
}

/// Numbers temporary files of this process.
static NEXT: AtomicU32 = AtomicU32::new(0);

impl Cache {
    /// The cache in a folder, which is made when something is first put there; it grows up to `limit` bytes.
    pub fn at(dir: PathBuf, limit: u64) -> Cache {
        Cache {
            dir,
            limit,
            grown: AtomicBool::new(false),
        }
    }

    fn path(&self, key: Digest) -> PathBuf {
        let hex = blake3::Hash::from_bytes(key.0).to_hex();
        let (first, rest) = hex.split_at(2);
        self.dir.join("facts").join(first).join(rest)
    }

    /// The facts that were put there with this key, if they are whole.
    pub fn get(&self, key: Digest) -> Option<Facts> {
        let file = File::open(self.path(key)).ok()?;
        let mut bytes = Vec::new();
        let read = (&file).take(MAX_ENTRY).read_to_end(&mut bytes);
        let facts = read.ok().and_then(|_| parse(&bytes))?;
        mark_as_used(&file);
        Some(facts)
    }

    /// Keeps facts. What goes wrong on the way is no concern of the run: the entry is just not there next time.
    pub fn put(&self, key: Digest, facts: &Facts) {
        if self.try_put(key, facts).is_ok() {
            self.grown.store(true, Ordering::Relaxed);
        }
    }

    fn try_put(&self, key: Digest, facts: &Facts) -> io::Result<()> {
        let path = self.path(key);
        let folder = path.parent().unwrap_or(&self.dir);
        if !folder.is_dir() {
            fs::create_dir_all(folder)?;
            fs::write(self.dir.join("CACHEDIR.TAG"), TAG)?;
        }
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let temporary = folder.join(format!("new-{}-{number}", std::process::id()));
        let written = File::create_new(&temporary)
            .and_then(|mut file| file.write_all(&entry(facts)))
            .and_then(|()| fs::rename(&temporary, &path));
        if written.is_err() {
            // If it is not there, all the better.
            let _gone = fs::remove_file(&temporary);
        }
        written
    }

    /// Makes the cache smaller if this process let it grow beyond its limit: a quarter is freed, so that not every run
    /// has to.
    pub fn trim(&self) {
        if !self.grown.load(Ordering::Relaxed) {
            return;
        }
        let mut entries = self.entries();
        let mut total: u64 = entries.iter().map(|e| e.bytes).sum();
        if total <= self.limit {
            return;
        }
        entries.sort_by(|a, b| (a.used, &a.path).cmp(&(b.used, &b.path)));
        for entry in entries {
            if total <= self.limit / 4 * 3 {
                break;
            }
            // Another process may have removed it already.
            let _gone = fs::remove_file(&entry.path);
            total -= entry.bytes;
        }
    }

    /// All entries; temporary files that were left behind are removed.
    fn entries(&self) -> Vec<Entry> {
        let mut entries = Vec::new();
        for folder in list(&self.dir.join("facts")) {
            for path in list(&folder) {
                let Some(entry) = Entry::of(path) else {
                    continue;
                };
                let name = entry.path.file_name().unwrap_or_default();
                let age = entry.used.elapsed().unwrap_or_default();
                if !name.as_encoded_bytes().starts_with(b"new-") {
                    entries.push(entry);
                } else if age > ABANDONED {
                    let _gone = fs::remove_file(&entry.path);
                }
            }
        }
        entries
    }
}

/// A file of the cache.
struct Entry {
    path: PathBuf,
    bytes: u64,
    used: SystemTime,
}

impl Entry {
    fn of(path: PathBuf) -> Option<Entry> {
        let meta = fs::symlink_metadata(&path)
            .ok()
            .filter(fs::Metadata::is_file)?;
        let used = meta.modified().unwrap_or(SystemTime::UNIX_EPOCH);
        Some(Entry {
            path,
            bytes: meta.len(),
            used,
        })
    }
}

/// What is in a folder; nothing if it cannot be read.
fn list(dir: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(dir).into_iter().flatten().flatten();
    entries.map(|e| e.path()).collect()
}

/// The time of the last change says when an entry was last used, as far as the file system lets us.
fn mark_as_used(file: &File) {
    let now = SystemTime::now();
    let used = file.metadata().and_then(|meta| meta.modified());
    let recent = used.is_ok_and(|used| now.duration_since(used).unwrap_or_default() < USED);
    if !recent {
        let _best_effort = file.set_modified(now);
    }
}

fn entry(facts: &Facts) -> Vec<u8> {
    let mut rest = (facts.types.len() as u64).to_le_bytes().to_vec();
    rest.extend_from_slice(&facts.types);
    rest.extend_from_slice(&facts.code);
    let mut out = MAGIC.to_vec();
    out.extend_from_slice(blake3::hash(&rest).as_bytes());
    out.extend(rest);
    out
}

fn parse(bytes: &[u8]) -> Option<Facts> {
    let rest = bytes.strip_prefix(&MAGIC)?;
    let (digest, rest) = rest.split_first_chunk::<32>()?;
    if blake3::hash(rest) != *digest {
        return None;
    }
    let (len, blobs) = rest.split_first_chunk::<8>()?;
    let len = usize::try_from(u64::from_le_bytes(*len)).ok()?;
    let (types, code) = blobs.split_at_checked(len)?;
    Some(Facts {
        types: types.to_vec(),
        code: code.to_vec(),
    })
}

/// Where the cache is by custom, given the environment: `$XDG_CACHE_HOME`, `~/.cache` or `%LOCALAPPDATA%`.
pub fn usual_folder(lookup: impl Fn(&str) -> Option<std::ffi::OsString>) -> Option<PathBuf> {
    let folder = |name: &str| lookup(name).map(PathBuf::from).filter(|p| p.is_absolute());
    let caches = folder("XDG_CACHE_HOME")
        .or_else(|| folder("HOME").map(|home| home.join(".cache")))
        .or_else(|| folder("LOCALAPPDATA"))?;
    Some(caches.join("heaplint"))
}

#[cfg(test)]
mod tests {
    use super::{Facts, MAGIC, entry, parse, usual_folder};

    #[test]
    fn entries_are_read_whole_or_not_at_all() {
        let facts = Facts {
            types: b"types".to_vec(),
            code: b"some code".to_vec(),
        };
        let bytes = entry(&facts);
        assert_eq!(bytes.len(), MAGIC.len() + 32 + 8 + 5 + 9);
        assert_eq!(parse(&bytes), Some(facts));
        for i in 0..bytes.len() {
            let mut broken = bytes.clone();
            broken[i] ^= 1;
            assert_eq!(parse(&broken), None);
            assert_eq!(parse(&bytes[..i]), None);
        }
    }

    #[test]
    fn the_folder_follows_the_environment() {
        let folder = |vars: &[(&str, &str)]| {
            let find = |name: &str| vars.iter().find(|v| v.0 == name).map(|v| v.1.into());
            usual_folder(find).map(|p| p.to_string_lossy().into_owned())
        };
        let home = ("HOME", "/gopher");
        let expected = Some("/gopher/.cache/heaplint".to_owned());
        assert_eq!(folder(&[home]), expected);
        assert_eq!(folder(&[home, ("XDG_CACHE_HOME", "relative")]), expected);
        let xdg = ("XDG_CACHE_HOME", "/var/cache/gopher");
        assert_eq!(
            folder(&[home, xdg]),
            Some("/var/cache/gopher/heaplint".to_owned())
        );
        assert_eq!(folder(&[]), None);
    }
}
