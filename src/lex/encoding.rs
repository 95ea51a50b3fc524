//! Encoding errors: found for the whole file at once, at the speed of the standard library's UTF-8 check.

use super::SyntaxError;

/// The byte order mark in UTF-8; allowed as the first bytes of a file.
pub(super) const BOM: &[u8] = b"\xef\xbb\xbf";

/// A file may be all garbage; so many errors say it well enough.
const MAX_ERRORS: usize = 100;

/// Reports NUL bytes, invalid UTF-8 and byte order marks behind the first bytes.
pub(super) fn check(src: &[u8], errors: &mut Vec<SyntaxError>) {
    let valid = std::str::from_utf8(src).is_ok();
    if !valid {
        invalid_sequences(src, errors);
    }
    report_all(memchr::memchr_iter(0, src), "invalid NUL character", errors);
    if !valid || !src.is_ascii() {
        let marks = memchr::memmem::find_iter(src, BOM).filter(|&at| at > 0);
        report_all(marks, "invalid BOM in the middle of the file", errors);
    }
}

fn report_all(at: impl Iterator<Item = usize>, message: &str, errors: &mut Vec<SyntaxError>) {
    errors.extend(at.take(MAX_ERRORS).map(|i| SyntaxError {
        pos: i as u32,
        message: message.into(),
    }));
}

fn invalid_sequences(src: &[u8], errors: &mut Vec<SyntaxError>) {
    let mut at = 0;
    for chunk in src.utf8_chunks().take(MAX_ERRORS) {
        at += chunk.valid().len();
        if !chunk.invalid().is_empty() {
            errors.push(SyntaxError {
                pos: at as u32,
                message: "invalid UTF-8 encoding".into(),
            });
            at += chunk.invalid().len();
        }
    }
}
