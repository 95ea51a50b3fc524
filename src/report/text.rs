//! Text of others made safe to print, and small words.
//!
//! Messages, paths and source lines come from the repository under analysis, which may be hostile: terminal escapes,
//! line breaks that start a workflow command, bidirectional overrides that reorder what a reviewer sees.

use std::borrow::Cow;

/// The longest message that is shown, in bytes. Real ones are below 300.
pub(super) const MAX_MESSAGE: usize = 2_000;

/// Whether a character would act on a terminal or reorder the text around it instead of being seen.
fn acts(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// What is shown in place of a character that acts: the control picture of U+24xx, or the replacement character.
fn visible(c: char) -> char {
    match c {
        '\0'..='\u{1f}' => char::from_u32(0x2400 + c as u32).unwrap_or('\u{fffd}'),
        '\u{7f}' => '\u{2421}',
        c if acts(c) => '\u{fffd}',
        c => c,
    }
}

/// `text` on one line, with blanks for tabs and line breaks, every other acting character made visible, and its end
/// cut off beyond [`MAX_MESSAGE`] bytes.
pub(super) fn one_line(text: &str) -> Cow<'_, str> {
    if text.len() <= MAX_MESSAGE && !text.contains(acts) {
        return Cow::Borrowed(text);
    }
    let shown = cut(text, MAX_MESSAGE);
    let clean = shown.chars().map(|c| match c {
        '\t' | '\n' | '\r' => ' ',
        c => visible(c),
    });
    Cow::Owned(
        clean
            .chain((shown.len() < text.len()).then_some('…'))
            .collect(),
    )
}

/// Source bytes as text of one line: tabs are kept, what is not UTF-8 or acts on a terminal is made visible.
pub(super) fn source_line(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes)
        .chars()
        .map(|c| if c == '\t' { c } else { visible(c) })
        .collect()
}

/// The longest prefix of at most `max` bytes that ends at a character.
pub(super) fn cut(text: &str, max: usize) -> &str {
    let boundary = (0..=max.min(text.len()))
        .rev()
        .find(|&i| text.is_char_boundary(i));
    &text[..boundary.unwrap_or(0)]
}

/// `text`, cut to at most `max` characters with an ellipsis as the last.
pub(super) fn ellipsis(text: &str, max: usize) -> String {
    match text.char_indices().nth(max) {
        None => text.to_string(),
        Some(_) => text.chars().take(max - 1).chain(['…']).collect(),
    }
}

/// `1 file`, `2 files`, `1,000 files`.
pub(super) fn count(n: usize, noun: &str) -> String {
    let plural = if n == 1 { "" } else { "s" };
    format!("{} {noun}{plural}", thousands(n))
}

/// `n` with commas between groups of three digits.
fn thousands(n: usize) -> String {
    let digits = n.to_string();
    let mut out = String::new();
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::{count, ellipsis, one_line, source_line};

    #[test]
    fn acting_characters_are_seen_and_do_nothing() {
        assert_eq!(one_line("plain `x`"), "plain `x`");
        assert_eq!(one_line("a\n::error::b\t\u{1b}[31m"), "a ::error::b ␛[31m");
        assert_eq!(one_line("x\u{202e}y"), "x\u{fffd}y");
        assert_eq!(source_line(b"\tx\xffy\x07"), "\tx\u{fffd}y␇");
    }

    #[test]
    fn long_text_is_cut_at_a_character() {
        let long = "é".repeat(5_000);
        assert!(one_line(&long).len() < 2_010);
        assert_eq!(ellipsis("äöü", 3), "äöü");
        assert_eq!(ellipsis("äöüß", 3), "äö…");
    }

    #[test]
    fn counts_read_as_prose() {
        assert_eq!(count(1, "file"), "1 file");
        assert_eq!(count(0, "file"), "0 files");
        assert_eq!(count(1_234_567, "file"), "1,234,567 files");
    }
}
