//! Module versions: their order, and how paths and versions are spelt in the module cache.

use std::cmp::Ordering;

/// Compares two module versions (`v1.2.3-pre+incompatible`) by semantic-version precedence; what is no version
/// orders below every version, and build metadata does not count.
pub fn compare(a: &str, b: &str) -> Ordering {
    match (Version::parse(a), Version::parse(b)) {
        (Some(a), Some(b)) => a
            .numbers
            .iter()
            .zip(b.numbers)
            .map(|(x, y)| compare_numbers(x, y))
            .find(|order| order.is_ne())
            .unwrap_or_else(|| compare_prereleases(a.prerelease, b.prerelease)),
        (a, b) => a.is_some().cmp(&b.is_some()),
    }
}

struct Version<'v> {
    numbers: [&'v str; 3],
    prerelease: &'v str,
}

impl<'v> Version<'v> {
    fn parse(text: &'v str) -> Option<Self> {
        let text = text.strip_prefix('v')?;
        let text = text.split_once('+').map_or(text, |(text, _)| text);
        let (core, prerelease) = text.split_once('-').unwrap_or((text, ""));
        let mut numbers = ["0"; 3];
        let mut parts = core.split('.');
        for (number, part) in numbers.iter_mut().zip(&mut parts) {
            *number = part;
        }
        let sane = parts.next().is_none() && numbers.iter().all(|n| is_number(n));
        sane.then_some(Version {
            numbers,
            prerelease,
        })
    }
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|c| c.is_ascii_digit())
}

/// Compares decimal numbers of any length.
fn compare_numbers(a: &str, b: &str) -> Ordering {
    let (a, b) = (a.trim_start_matches('0'), b.trim_start_matches('0'));
    a.len().cmp(&b.len()).then_with(|| a.cmp(b))
}

fn compare_prereleases(a: &str, b: &str) -> Ordering {
    if a.is_empty() || b.is_empty() {
        // A release comes after its pre-releases.
        return a.is_empty().cmp(&b.is_empty());
    }
    let mut b_parts = b.split('.');
    for x in a.split('.') {
        let Some(y) = b_parts.next() else {
            return Ordering::Greater;
        };
        let order = match (is_number(x), is_number(y)) {
            (true, true) => compare_numbers(x, y),
            // Numbers come before words.
            (x_number, y_number) if x_number != y_number => y_number.cmp(&x_number),
            _ => x.cmp(y),
        };
        if order.is_ne() {
            return order;
        }
    }
    if b_parts.next().is_some() {
        Ordering::Less
    } else {
        Ordering::Equal
    }
}

/// Spells a module path or version as the cache's folders do: `!x` for `X`, so that file systems that fold case
/// cannot mix two modules up (golang.org/ref/mod, "Module cache").
pub fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        if c.is_ascii_uppercase() {
            escaped.push('!');
        }
        escaped.push(c.to_ascii_lowercase());
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::{compare, escape};
    use std::cmp::Ordering;

    #[test]
    fn versions_are_ordered() {
        let ascending = [
            "",
            "v0.0.0-20200101000000-aaaaaaaaaaaa",
            "v0.0.0-20210101000000-aaaaaaaaaaaa",
            "v0.1.0",
            "v1.0.0-alpha",
            "v1.0.0-alpha.1",
            "v1.0.0-alpha.beta",
            "v1.0.0-beta.2",
            "v1.0.0-beta.11",
            "v1.0.0",
            "v1.2.0",
            "v1.10.0",
            "v2.0.0+incompatible",
        ];
        for (i, a) in ascending.iter().enumerate() {
            for (j, b) in ascending.iter().enumerate() {
                assert_eq!(compare(a, b), i.cmp(&j), "{a} {b}");
            }
        }
        assert_eq!(compare("v1", "v1.0.0"), Ordering::Equal);
        assert_eq!(compare("vx.0.0", "nonsense"), Ordering::Equal);
    }

    #[test]
    fn upper_case_is_escaped() {
        assert_eq!(
            escape("github.com/BurntSushi/toml"),
            "github.com/!burnt!sushi/toml"
        );
    }
}
