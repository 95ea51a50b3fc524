//! pprof's bytes: a protocol buffer, most often gzipped (`profile.proto` of github.com/google/pprof, written by
//! `runtime/pprof/proto.go`).
//!
//! The messages have the fields that are read here and no others; decoding passes over the rest.

use std::io::Read;

use flate2::read::MultiGzDecoder;
use prost::Message;

use super::ProfileError;

/// A profile larger than this, unpacked, is refused.
const MAX_BYTES: u64 = 1 << 30;

const GZIP: [u8; 2] = [0x1f, 0x8b];

/// A profile as it is stored: everything refers to everything by id, and to text by its place in a table.
#[derive(Clone, PartialEq, Message)]
pub(super) struct Profile {
    #[prost(message, repeated, tag = "1")]
    pub(super) sample_type: Vec<ValueType>,
    #[prost(message, repeated, tag = "2")]
    pub(super) sample: Vec<Sample>,
    #[prost(message, repeated, tag = "4")]
    pub(super) location: Vec<Location>,
    #[prost(message, repeated, tag = "5")]
    pub(super) function: Vec<Function>,
    #[prost(bytes = "vec", repeated, tag = "6")]
    pub(super) string_table: Vec<Vec<u8>>,
}

/// What a value of every sample measures: `alloc_objects` in `count`.
#[derive(Clone, Copy, PartialEq, Message)]
pub(super) struct ValueType {
    #[prost(int64, tag = "1")]
    pub(super) kind: i64,
}

/// A stack, the innermost place first, and its values.
#[derive(Clone, PartialEq, Message)]
pub(super) struct Sample {
    #[prost(uint64, repeated, tag = "1")]
    pub(super) location_id: Vec<u64>,
    #[prost(int64, repeated, tag = "2")]
    pub(super) value: Vec<i64>,
}

/// A place in the machine code: the innermost function that was inlined there first.
#[derive(Clone, PartialEq, Message)]
pub(super) struct Location {
    #[prost(uint64, tag = "1")]
    pub(super) id: u64,
    #[prost(message, repeated, tag = "4")]
    pub(super) line: Vec<Line>,
}

#[derive(Clone, Copy, PartialEq, Message)]
pub(super) struct Line {
    #[prost(uint64, tag = "1")]
    pub(super) function_id: u64,
    #[prost(int64, tag = "2")]
    pub(super) line: i64,
}

#[derive(Clone, Copy, PartialEq, Message)]
pub(super) struct Function {
    #[prost(uint64, tag = "1")]
    pub(super) id: u64,
    #[prost(int64, tag = "2")]
    pub(super) name: i64,
    #[prost(int64, tag = "4")]
    pub(super) filename: i64,
    #[prost(int64, tag = "5")]
    pub(super) start_line: i64,
}

impl Profile {
    /// Unpacks and decodes.
    pub(super) fn decode_any(bytes: &[u8]) -> Result<Profile, ProfileError> {
        let unpacked = match bytes {
            [a, b, ..] if [*a, *b] == GZIP => unpack(bytes)?,
            _ => bytes.to_vec(),
        };
        if unpacked.is_empty() {
            return Err(ProfileError::NoProfile("it is empty".to_owned()));
        }
        Profile::decode(unpacked.as_slice())
            .map_err(|error| ProfileError::NoProfile(error.to_string()))
    }

    /// The text at an index of the table; empty where there is none.
    pub(super) fn text(&self, index: i64) -> String {
        let index = usize::try_from(index).unwrap_or(usize::MAX);
        let bytes = self.string_table.get(index).map_or(&[][..], Vec::as_slice);
        String::from_utf8_lossy(bytes).into_owned()
    }
}

fn unpack(bytes: &[u8]) -> Result<Vec<u8>, ProfileError> {
    let mut out = Vec::new();
    MultiGzDecoder::new(bytes)
        .take(MAX_BYTES + 1)
        .read_to_end(&mut out)
        .map_err(|error| ProfileError::NoProfile(error.to_string()))?;
    if out.len() as u64 > MAX_BYTES {
        return Err(ProfileError::TooLarge);
    }
    Ok(out)
}
