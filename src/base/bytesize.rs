//! Numbers of bytes as people write them: `64KiB`, `1.5 MB`, `131072`.

/// Units, longest first so that `KiB` is not read as `B`.
const UNITS: [(&str, u64); 8] = [
    ("gib", 1 << 30),
    ("mib", 1 << 20),
    ("kib", 1 << 10),
    ("gb", 1_000_000_000),
    ("mb", 1_000_000),
    ("kb", 1_000),
    ("k", 1 << 10),
    ("b", 1),
];

/// Reads a size in bytes; `None` if it is none or exceeds 2^63.
pub fn parse(text: &str) -> Option<u64> {
    let lower = text.trim().to_ascii_lowercase();
    let (digits, unit) = UNITS
        .iter()
        .find_map(|(name, n)| lower.strip_suffix(name).map(|rest| (rest, *n)))
        .unwrap_or((&lower, 1));
    let digits = digits.trim_end().replace('_', "");
    match digits.split_once('.') {
        None => digits.parse::<u64>().ok()?.checked_mul(unit),
        Some((whole, part)) => fraction(whole, part, unit),
    }
    .filter(|&n| i64::try_from(n).is_ok())
}

/// `whole.part` units, if that is a whole number of bytes.
fn fraction(whole: &str, part: &str, unit: u64) -> Option<u64> {
    let scale = 10_u64.checked_pow(part.len() as u32)?;
    let tail = part.parse::<u64>().ok()?.checked_mul(unit)?;
    if tail % scale != 0 {
        return None;
    }
    whole
        .parse::<u64>()
        .ok()?
        .checked_mul(unit)?
        .checked_add(tail / scale)
}

/// `bytes` in the largest binary unit that divides it or leaves one decimal: `128 KiB`, `1.5 MiB`, `100 bytes`.
pub fn display(bytes: u64) -> String {
    let (unit, name) = match bytes {
        1 => return "1 byte".to_string(),
        0..1024 => return format!("{bytes} bytes"),
        1024..0x10_0000 => (1_u64 << 10, "KiB"),
        0x10_0000..0x4000_0000 => (1 << 20, "MiB"),
        _ => (1 << 30, "GiB"),
    };
    let tenths = (bytes % unit) * 10 / unit;
    match tenths {
        0 => format!("{} {name}", bytes / unit),
        _ => format!("{}.{tenths} {name}", bytes / unit),
    }
}

#[cfg(test)]
mod tests {
    use super::{display, parse};

    #[test]
    fn sizes_are_read_with_and_without_units() {
        for (text, bytes) in [
            ("64KiB", Some(65_536)),
            ("64 kib", Some(65_536)),
            ("1MB", Some(1_000_000)),
            ("1.5KiB", Some(1_536)),
            ("131_072", Some(131_072)),
            ("12b", Some(12)),
            ("", None),
            ("KiB", None),
            ("-1", None),
            ("64XiB", None),
            ("99999999999GiB", None),
        ] {
            assert_eq!(parse(text), bytes, "{text}");
        }
    }

    #[test]
    fn sizes_are_written_short() {
        assert_eq!(display(100), "100 bytes");
        assert_eq!(display(131_072), "128 KiB");
        assert_eq!(display(1_572_864), "1.5 MiB");
    }
}
