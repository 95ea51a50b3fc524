//! Brotli, with what both sides know as a dictionary.

use std::io::{self, Read};

use brotli::enc::StandardAlloc;
use brotli::enc::backward_references::BrotliEncoderParams;
use brotli::{BrotliCompressCustomIoCustomDict, Decompressor, IoReaderWrapper, IoWriterWrapper};

use crate::base::bytes::Corrupt;

/// What is read or written at once.
const BUFFER: usize = 1 << 16;

/// The window that reaches over all of `len` bytes, as Brotli counts.
fn window_bits(len: usize) -> i32 {
    let bits = usize::BITS - (len + 16).leading_zeros();
    bits.clamp(10, 24).cast_signed()
}

/// Compresses; `known` is what [`unsqueeze`] is given too.
pub(super) fn squeeze(raw: &[u8], known: &[u8]) -> Vec<u8> {
    let params = BrotliEncoderParams {
        quality: 11,
        lgwin: window_bits(raw.len() + known.len()),
        size_hint: raw.len(),
        ..Default::default()
    };
    let mut out = Vec::new();
    // Writing into memory does not fail.
    let _in_memory = BrotliCompressCustomIoCustomDict(
        &mut IoReaderWrapper(&mut io::Cursor::new(raw)),
        &mut IoWriterWrapper(&mut out),
        &mut vec![0; BUFFER],
        &mut vec![0; BUFFER],
        &params,
        StandardAlloc::default(),
        &mut |_, _, _, _| (),
        known,
        io::Error::from(io::ErrorKind::UnexpectedEof),
    );
    out
}

/// The `len` bytes that were compressed.
pub(super) fn unsqueeze(bytes: &[u8], len: usize, known: &[u8]) -> Result<Vec<u8>, Corrupt> {
    let mut raw = Vec::new();
    let reader = Decompressor::new_with_custom_dict(bytes, BUFFER, known.to_vec().into());
    let read = reader.take(len as u64 + 1).read_to_end(&mut raw);
    match read {
        Ok(n) if n == len => Ok(raw),
        _ => Err(Corrupt("compressed facts are damaged")),
    }
}

#[cfg(test)]
mod tests {
    use super::{squeeze, unsqueeze};

    /// Bytes that do not compress by themselves.
    fn noise(len: usize) -> Vec<u8> {
        let mut x: u32 = 1;
        let mut next = || {
            x = x.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (x >> 24) as u8
        };
        (0..len).map(|_| next()).collect()
    }

    #[test]
    fn what_is_known_costs_nothing() {
        for len in [0, 1, 100, 70_000, 300_000] {
            let known = noise(len);
            let mut raw = known.clone();
            raw.extend(b"something new");
            let alone = squeeze(&raw, &[]);
            assert_eq!(unsqueeze(&alone, raw.len(), &[]).as_ref(), Ok(&raw));
            let packed = squeeze(&raw, &known);
            assert!(packed.len() < 200, "{len}: {}", packed.len());
            assert_eq!(unsqueeze(&packed, raw.len(), &known).as_ref(), Ok(&raw));
            assert!(unsqueeze(&packed, raw.len() + 1, &known).is_err());
            assert!(unsqueeze(&packed[..packed.len() - 1], raw.len(), &known).is_err());
        }
    }
}
