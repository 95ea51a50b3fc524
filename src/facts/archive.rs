//! The facts of a standard library in one compressed file.
//!
//! ```text
//! "hla" format, Go version (bytes), length and CRC-32 of the contents and types uncompressed (4 bytes each,
//! little-endian), contents and types by brotli (bytes), then the code of the packages, each by brotli:
//!   number of packages; for each its path, the length of its types' blob, 0 if it is the base's, the length of its code's
//!   blob, and that compressed, 0 if it is the base's; then the types' blobs
//! ```
//!
//! One archive is the base of the others: what is the same there is not written again, and other code is compressed with
//! the code of the same package there as a dictionary; in the base itself with the package's types. So the code of a
//! package is unpacked when it is asked for, and only that. Packages come after those whose types they mention, so a
//! package leads only to earlier ones, whatever the bytes say.

use std::ops::Range;
use std::sync::{Mutex, OnceLock, PoisonError};

use rustc_hash::FxHashMap;

use super::Facts;
use super::code::Code;
use super::decode::{Decoder, Packages};
use super::squeeze::{squeeze, unsqueeze};
use crate::base::bytes::{Corrupt, Reader, crc32, put_bytes, put_uint};
use crate::base::symbol::Symbol;
use crate::types::package::Pkg;

/// What every archive starts with; the last byte is the format's version.
const MAGIC: [u8; 4] = *b"hla\x02";

/// No standard library's facts are larger than this uncompressed.
const MAX_RAW: usize = 64 << 20;

/// The facts of a standard library.
#[derive(Debug)]
pub struct Archive {
    version: String,
    raw: Vec<u8>,
    packed_code: Vec<u8>,
    entries: Vec<Entry>,
    index: FxHashMap<Symbol, usize>,
    base: Option<&'static Archive>,
}

#[derive(Debug)]
struct Entry {
    path: Symbol,
    /// Where the types' blob lies in `raw`; empty if it is the base's.
    types: Range<usize>,
    /// The length of the code's blob.
    code_len: usize,
    /// Where it lies in `packed_code`; empty if it is the base's.
    code: Range<usize>,
    decoded: OnceLock<Result<Decoded, Corrupt>>,
    decoded_code: OnceLock<Result<Code, Corrupt>>,
}

/// A package whose types are decoded.
#[derive(Debug)]
struct Decoded {
    pkg: Pkg,
    /// What decoding its code goes on with.
    decoder: Mutex<Option<Decoder>>,
}

/// Packs facts, given with their packages' paths in dependency order.
pub fn pack(version: &str, packages: &[(Symbol, Facts)], base: Option<&Archive>) -> Vec<u8> {
    let mut raw = Vec::new();
    let mut codes = Vec::new();
    put_uint(&mut raw, packages.len() as u64);
    let in_base = |path: Symbol, types: &[u8]| base.and_then(|b| b.types(path)) == Some(types);
    for (path, facts) in packages {
        put_bytes(&mut raw, path.as_str().as_bytes());
        let types = &facts.types;
        let same = in_base(*path, types);
        put_uint(&mut raw, if same { 0 } else { types.len() as u64 });
        let code = packed_code(*path, facts, base);
        put_uint(&mut raw, facts.code.len() as u64);
        put_uint(&mut raw, code.len() as u64);
        codes.extend(code);
    }
    for (path, facts) in packages {
        if !in_base(*path, &facts.types) {
            raw.extend_from_slice(&facts.types);
        }
    }
    let mut out = MAGIC.to_vec();
    put_bytes(&mut out, version.as_bytes());
    out.extend_from_slice(&(raw.len() as u32).to_le_bytes());
    out.extend_from_slice(&crc32(&raw).to_le_bytes());
    put_bytes(&mut out, &squeeze(&raw, &[]));
    out.extend(codes);
    out
}

/// Empty if the code is the base's.
fn packed_code(path: Symbol, facts: &Facts, base: Option<&Archive>) -> Vec<u8> {
    match base.and_then(|b| b.code_blob(path)).and_then(Result::ok) {
        Some(old) if old == facts.code => Vec::new(),
        Some(old) => squeeze(&facts.code, &old),
        None => squeeze(&facts.code, &facts.types),
    }
}

impl Archive {
    /// Unpacks an archive; `base` is the one that it was packed against.
    pub fn open(bytes: &[u8], base: Option<&'static Archive>) -> Result<Archive, Corrupt> {
        let rest = bytes
            .strip_prefix(&MAGIC)
            .ok_or(Corrupt("not a facts archive of this format"))?;
        let mut r = Reader::new(rest);
        let version = r.str()?.to_owned();
        let len = read_u32(&mut r)? as usize;
        let crc = read_u32(&mut r)?;
        if len > MAX_RAW {
            return Err(Corrupt("facts archive too large"));
        }
        let raw = unsqueeze(r.bytes()?, len, &[])?;
        if crc32(&raw) != crc {
            return Err(Corrupt("checksum does not match"));
        }
        let packed_code = r.rest().to_vec();
        let entries = entries(&raw, packed_code.len())?;
        let index = entries.iter().enumerate().map(|(i, e)| (e.path, i));
        Ok(Archive {
            version,
            index: index.collect(),
            entries,
            raw,
            packed_code,
            base,
        })
    }

    /// The Go version whose library this is, e.g. `1.27.3`.
    pub fn version(&self) -> &str {
        &self.version
    }

    /// Paths of the packages, in dependency order.
    pub fn paths(&self) -> impl Iterator<Item = Symbol> + '_ {
        self.entries.iter().map(|e| e.path)
    }

    fn entry(&self, path: Symbol) -> Option<&Entry> {
        Some(&self.entries[*self.index.get(&path)?])
    }

    /// The types of the package at `path`, as bytes.
    pub fn types(&self, path: Symbol) -> Option<&[u8]> {
        let entry = self.entry(path)?;
        if entry.types.is_empty() {
            return self.base?.types(path);
        }
        self.raw.get(entry.types.clone())
    }

    /// The code of the package at `path`, as bytes.
    pub fn code_blob(&self, path: Symbol) -> Option<Result<Vec<u8>, Corrupt>> {
        let entry = self.entry(path)?;
        let in_base = self.base.and_then(|b| b.code_blob(path));
        if entry.code.is_empty() {
            return in_base;
        }
        let packed = self.packed_code.get(entry.code.clone())?;
        Some(match in_base {
            Some(Ok(old)) => unsqueeze(packed, entry.code_len, &old),
            Some(Err(why)) => Err(why),
            None => unsqueeze(packed, entry.code_len, self.types(path)?),
        })
    }

    /// The package at `path`; `None` if the library has none. It is decoded when first asked for.
    pub fn package(&self, path: Symbol) -> Option<Result<Pkg, Corrupt>> {
        self.index.get(&path).map(|&i| self.decoded_package(i))
    }

    /// The code of a package of this library; `None` if it is another one's. It is decoded when first asked for.
    pub fn code(&self, pkg: Pkg) -> Option<Result<&Code, Corrupt>> {
        let &i = self.index.get(&pkg.path)?;
        let Some(Ok(decoded)) = self.entries[i].decoded.get() else {
            return None;
        };
        if decoded.pkg != pkg {
            return None;
        }
        let code = self.entries[i].decoded_code.get_or_init(|| {
            let decoder = &mut *decoded
                .decoder
                .lock()
                .unwrap_or_else(PoisonError::into_inner);
            let decoder = decoder.take().ok_or(Corrupt("code is read twice"))?;
            let blob = self
                .code_blob(pkg.path)
                .ok_or(Corrupt("code is missing"))??;
            decoder.code(&blob, &self.before(i))
        });
        Some(code.as_ref().map_err(|why| *why))
    }

    fn before(&self, i: usize) -> Earlier<'_> {
        Earlier {
            archive: self,
            before: i,
        }
    }

    fn decoded_package(&self, i: usize) -> Result<Pkg, Corrupt> {
        self.decoded(i).map(|d| d.pkg)
    }

    fn decoded(&self, i: usize) -> Result<&Decoded, Corrupt> {
        let entry = &self.entries[i];
        let decoded = entry.decoded.get_or_init(|| {
            let blob = self.types(entry.path).ok_or(Corrupt("a blob is missing"))?;
            let decoder = Decoder::new(blob, &self.before(i))?;
            Ok(Decoded {
                pkg: decoder.pkg,
                decoder: Mutex::new(Some(decoder)),
            })
        });
        decoded.as_ref().map_err(|why| *why)
    }
}

/// The packages of an archive before the one that is being decoded.
struct Earlier<'a> {
    archive: &'a Archive,
    before: usize,
}

impl Packages for Earlier<'_> {
    fn package(&self, path: Symbol) -> Result<Pkg, Corrupt> {
        match self.archive.index.get(&path) {
            Some(&i) if i < self.before => self.archive.decoded_package(i),
            _ => Err(Corrupt("a package refers to a later or unknown one")),
        }
    }
}

fn read_u32(r: &mut Reader<'_>) -> Result<u32, Corrupt> {
    let bytes = r.take(4)?;
    let bytes = <[u8; 4]>::try_from(bytes).map_err(|_| Corrupt("unexpected end"))?;
    Ok(u32::from_le_bytes(bytes))
}

/// The table of contents.
fn entries(raw: &[u8], packed_code: usize) -> Result<Vec<Entry>, Corrupt> {
    let mut r = Reader::new(raw);
    let mut lens = Vec::new();
    for _ in 0..r.len()? {
        let path = Symbol::intern(r.str()?);
        lens.push((path, r.index()?, r.index()?, r.index()?));
    }
    let mut at = raw.len() - r.rest().len();
    let mut code_at = 0;
    lens.into_iter()
        .map(|(path, types, code_len, code)| {
            if code_len > MAX_RAW {
                return Err(Corrupt("code too large"));
            }
            Ok(Entry {
                path,
                types: next(&mut at, types, raw.len())?,
                code_len,
                code: next(&mut code_at, code, packed_code)?,
                decoded: OnceLock::new(),
                decoded_code: OnceLock::new(),
            })
        })
        .collect()
}

/// The next `len` bytes of a run of blobs.
fn next(at: &mut usize, len: usize, end: usize) -> Result<Range<usize>, Corrupt> {
    let to = at.checked_add(len).filter(|&to| to <= end);
    let to = to.ok_or(Corrupt("a blob lies outside the archive"))?;
    Ok(std::mem::replace(at, to)..to)
}
