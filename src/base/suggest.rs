//! "Did you mean": the nearest of the names that would have been right.

/// The candidate that `wrong` is most probably a slip of, if any is near enough: at most a third of its letters differ.
/// Of equally near candidates the first in alphabetical order wins.
pub fn nearest<'a>(wrong: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let limit = (wrong.chars().count().min(64) / 3).max(1);
    candidates
        .into_iter()
        .map(|c| (distance(wrong, c), c))
        .filter(|&(d, _)| d <= limit)
        .min()
        .map(|(_, c)| c)
}

/// The help line for a wrong name: the nearest candidate, or the list of all when it is short enough to read.
pub fn help<'a>(wrong: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<String> {
    let mut all: Vec<&str> = candidates.into_iter().collect();
    if let Some(near) = nearest(wrong, all.iter().copied()) {
        return Some(format!("did you mean `{near}`?"));
    }
    all.sort_unstable();
    let list = all.join("`, `");
    match all.len() {
        0 => None,
        1..=16 => Some(format!("use one of `{list}`")),
        _ => None,
    }
}

/// Damerau-Levenshtein distance with adjacent swaps, over the first 64 characters, letter case ignored.
fn distance(a: &str, b: &str) -> usize {
    let fold = |s: &str| -> Vec<char> { s.chars().take(64).flat_map(char::to_lowercase).collect() };
    let (a, b) = (fold(a), fold(b));
    let mut rows = vec![(0..=b.len()).collect::<Vec<usize>>()];
    for i in 1..=a.len() {
        let mut row = vec![i];
        for j in 1..=b.len() {
            row.push(cell(&a, &b, &rows, &row, i, j));
        }
        rows.push(row);
    }
    rows[a.len()][b.len()]
}

/// The distance of the first `i` letters of `a` and the first `j` of `b`.
fn cell(a: &[char], b: &[char], rows: &[Vec<usize>], row: &[usize], i: usize, j: usize) -> usize {
    let change = usize::from(a[i - 1] != b[j - 1]);
    let best = (rows[i - 1][j - 1] + change)
        .min(rows[i - 1][j] + 1)
        .min(row[j - 1] + 1);
    let swapped = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
    if swapped {
        best.min(rows[i - 2][j - 2] + 1)
    } else {
        best
    }
}

#[cfg(test)]
mod tests {
    use super::nearest;

    #[test]
    fn slips_are_found_and_strangers_are_not() {
        let names = ["defer-in-loop", "closure-in-loop", "oversized-local"];
        assert_eq!(nearest("defr-in-loop", names), Some("defer-in-loop"));
        assert_eq!(nearest("oversized-locla", names), Some("oversized-local"));
        assert_eq!(nearest("zebra", names), None);
        assert_eq!(nearest("of", ["off"]), Some("off"));
    }
}
