//! Short lists: most have at most four elements, which then need no memory of their own.

use std::ops::Deref;

/// A list whose elements lie in itself while they are few.
#[derive(Clone, Debug, Default)]
pub enum Few<T> {
    /// Nothing.
    #[default]
    None,
    /// One element.
    One([T; 1]),
    /// Two.
    Two([T; 2]),
    /// Three.
    Three([T; 3]),
    /// Four.
    Four([T; 4]),
    /// More.
    Many(Vec<T>),
}

impl<T> Deref for Few<T> {
    type Target = [T];

    fn deref(&self) -> &[T] {
        match self {
            Few::None => &[],
            Few::One(items) => items,
            Few::Two(items) => items,
            Few::Three(items) => items,
            Few::Four(items) => items,
            Few::Many(items) => items,
        }
    }
}

impl<T> FromIterator<T> for Few<T> {
    fn from_iter<I: IntoIterator<Item = T>>(iter: I) -> Few<T> {
        let mut iter = iter.into_iter();
        let Some(a) = iter.next() else {
            return Few::None;
        };
        let Some(b) = iter.next() else {
            return Few::One([a]);
        };
        let Some(c) = iter.next() else {
            return Few::Two([a, b]);
        };
        let Some(d) = iter.next() else {
            return Few::Three([a, b, c]);
        };
        let Some(e) = iter.next() else {
            return Few::Four([a, b, c, d]);
        };
        let mut many = Vec::with_capacity(5 + iter.size_hint().0);
        many.extend([a, b, c, d, e]);
        many.extend(iter);
        Few::Many(many)
    }
}

#[cfg(test)]
mod tests {
    use super::Few;

    #[test]
    fn lists_of_any_length_have_their_elements_in_order() {
        for len in 0..10 {
            let few: Few<usize> = (0..len).collect();
            assert_eq!(*few, *(0..len).collect::<Vec<_>>());
        }
    }
}
