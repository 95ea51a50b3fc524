//! The blobs of a standard library in one compressed file.
//!
//! ```text
//! "hla" format, Go version (bytes), length and CRC-32 of what follows uncompressed (4 bytes each, little-endian), brotli:
//!   number of packages; for each its path and the length of its blob, 0 if it is the base's; then the blobs
//! ```
//!
//! One archive is the base of the others: a package whose blob is the same there is not written again. Packages come
//! after those whose types they mention, so a package leads only to earlier ones, whatever the bytes say.

use std::io::Read;
use std::ops::Range;
use std::sync::OnceLock;

use rustc_hash::FxHashMap;

use super::decode::{Packages, decode};
use crate::base::bytes::{Corrupt, Reader, crc32, put_bytes, put_uint};
use crate::base::symbol::Symbol;
use crate::types::package::Pkg;

/// What every archive starts with; the last byte is the format's version.
const MAGIC: [u8; 4] = *b"hla\x01";

/// No standard library's facts are larger than this uncompressed.
const MAX_RAW: usize = 64 << 20;

/// Brotli's window: all blobs of a version fit, so that each can refer to every other.
const WINDOW_BITS: i32 = 24;

/// The facts of a standard library.
#[derive(Debug)]
pub struct Archive {
    version: String,
    raw: Vec<u8>,
    entries: Vec<Entry>,
    index: FxHashMap<Symbol, usize>,
    base: Option<&'static Archive>,
}

#[derive(Debug)]
struct Entry {
    path: Symbol,
    /// Where the blob lies in `raw`; empty if it is the base's.
    blob: Range<usize>,
    decoded: OnceLock<Result<Pkg, Corrupt>>,
}

/// Packs blobs, given with their paths in dependency order.
pub fn pack(version: &str, blobs: &[(Symbol, Vec<u8>)], base: Option<&Archive>) -> Vec<u8> {
    let mut raw = Vec::new();
    put_uint(&mut raw, blobs.len() as u64);
    let in_base = |path: Symbol, blob: &[u8]| base.and_then(|b| b.blob(path)) == Some(blob);
    for (path, blob) in blobs {
        put_bytes(&mut raw, path.as_str().as_bytes());
        let len = if in_base(*path, blob) { 0 } else { blob.len() };
        put_uint(&mut raw, len as u64);
    }
    for (path, blob) in blobs {
        if !in_base(*path, blob) {
            raw.extend_from_slice(blob);
        }
    }
    let mut out = MAGIC.to_vec();
    put_bytes(&mut out, version.as_bytes());
    out.extend_from_slice(&(raw.len() as u32).to_le_bytes());
    out.extend_from_slice(&crc32(&raw).to_le_bytes());
    compress(&raw, &mut out);
    out
}

fn compress(raw: &[u8], out: &mut Vec<u8>) {
    let params = brotli::enc::BrotliEncoderParams {
        quality: 11,
        lgwin: WINDOW_BITS,
        size_hint: raw.len(),
        ..Default::default()
    };
    let mut writer = brotli::CompressorWriter::with_params(out, 1 << 16, &params);
    // Writing into memory does not fail.
    let _in_memory = std::io::Write::write_all(&mut writer, raw);
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
        let raw = decompress(r.rest(), len)?;
        if crc32(&raw) != crc {
            return Err(Corrupt("checksum does not match"));
        }
        let entries = entries(&raw)?;
        let index = entries.iter().enumerate().map(|(i, e)| (e.path, i));
        Ok(Archive {
            version,
            index: index.collect(),
            entries,
            raw,
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

    /// The facts of the package at `path`, as bytes.
    pub fn blob(&self, path: Symbol) -> Option<&[u8]> {
        let entry = &self.entries[*self.index.get(&path)?];
        if entry.blob.is_empty() {
            return self.base?.blob(path);
        }
        self.raw.get(entry.blob.clone())
    }

    /// The package at `path`; `None` if the library has none. It is decoded when first asked for.
    pub fn package(&self, path: Symbol) -> Option<Result<Pkg, Corrupt>> {
        self.index.get(&path).map(|&i| self.decoded(i))
    }

    fn decoded(&self, i: usize) -> Result<Pkg, Corrupt> {
        let entry = &self.entries[i];
        *entry.decoded.get_or_init(|| {
            let blob = self.blob(entry.path).ok_or(Corrupt("a blob is missing"))?;
            decode(
                blob,
                &Earlier {
                    archive: self,
                    before: i,
                },
            )
        })
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
            Some(&i) if i < self.before => self.archive.decoded(i),
            _ => Err(Corrupt("a package refers to a later or unknown one")),
        }
    }
}

fn read_u32(r: &mut Reader<'_>) -> Result<u32, Corrupt> {
    let bytes = r.take(4)?;
    let bytes = <[u8; 4]>::try_from(bytes).map_err(|_| Corrupt("unexpected end"))?;
    Ok(u32::from_le_bytes(bytes))
}

fn decompress(bytes: &[u8], len: usize) -> Result<Vec<u8>, Corrupt> {
    let mut raw = Vec::new();
    let reader = brotli::Decompressor::new(bytes, 1 << 16);
    let read = reader.take(len as u64 + 1).read_to_end(&mut raw);
    match read {
        Ok(n) if n == len => Ok(raw),
        _ => Err(Corrupt("compressed facts are damaged")),
    }
}

/// The table of contents.
fn entries(raw: &[u8]) -> Result<Vec<Entry>, Corrupt> {
    let mut r = Reader::new(raw);
    let mut lens = Vec::new();
    for _ in 0..r.len()? {
        lens.push((Symbol::intern(r.str()?), r.index()?));
    }
    let mut at = raw.len() - r.rest().len();
    lens.into_iter()
        .map(|(path, len)| {
            let end = at
                .checked_add(len)
                .filter(|&e| e <= raw.len())
                .ok_or(Corrupt("a blob lies outside the archive"))?;
            let blob = std::mem::replace(&mut at, end)..end;
            Ok(Entry {
                path,
                blob,
                decoded: OnceLock::new(),
            })
        })
        .collect()
}
