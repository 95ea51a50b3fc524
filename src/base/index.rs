//! Typed `u32` ids and the vectors they index.
//!
//! An id is a [`NonZeroU32`](std::num::NonZeroU32) that holds index + 1, so that `Option<Id>` is four bytes too.

use std::marker::PhantomData;
use std::ops::{Index, IndexMut};

/// A typed index. Implemented by [`newtype_index!`](crate::newtype_index) only.
pub trait Idx: Copy + Eq {
    /// The id of element `index`.
    fn from_usize(index: usize) -> Self;
    /// The element's index.
    fn index(self) -> usize;
}

/// Declares a `u32` id type with a niche for `Option`.
#[macro_export]
macro_rules! newtype_index {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(::std::num::NonZeroU32);

        impl $crate::base::index::Idx for $name {
            #[inline]
            fn from_usize(index: usize) -> Self {
                $name(::std::num::NonZeroU32::MIN.saturating_add(index as u32))
            }

            #[inline]
            fn index(self) -> usize {
                (self.0.get() - 1) as usize
            }
        }

        impl $name {
            /// The raw value, index + 1: what packed lists store.
            #[inline]
            pub fn to_raw(self) -> u32 {
                self.0.get()
            }

            /// The id with that raw value; `None` for 0.
            #[inline]
            pub fn from_raw(raw: u32) -> Option<Self> {
                ::std::num::NonZeroU32::new(raw).map($name)
            }
        }

        impl ::std::fmt::Debug for $name {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                write!(f, "{}#{}", stringify!($name), self.0.get() - 1)
            }
        }
    };
}

/// A vector indexed by a typed id.
#[derive(Clone, Debug)]
pub struct IndexVec<I, T> {
    raw: Vec<T>,
    ids: PhantomData<fn(I)>,
}

impl<I, T> Default for IndexVec<I, T> {
    fn default() -> Self {
        IndexVec {
            raw: Vec::new(),
            ids: PhantomData,
        }
    }
}

impl<I: Idx, T> IndexVec<I, T> {
    /// An empty vector.
    pub fn new() -> Self {
        Self::default()
    }

    /// An empty vector with room for `n` elements.
    pub fn with_capacity(n: usize) -> Self {
        IndexVec {
            raw: Vec::with_capacity(n),
            ids: PhantomData,
        }
    }

    /// `n` copies of `value`.
    pub fn from_elem(value: T, n: usize) -> Self
    where
        T: Clone,
    {
        IndexVec {
            raw: vec![value; n],
            ids: PhantomData,
        }
    }

    /// Appends `value` and gives its id.
    #[inline]
    pub fn push(&mut self, value: T) -> I {
        let id = I::from_usize(self.raw.len());
        self.raw.push(value);
        id
    }

    /// How many elements there are.
    #[inline]
    pub fn len(&self) -> usize {
        self.raw.len()
    }

    /// Whether there is no element.
    pub fn is_empty(&self) -> bool {
        self.raw.is_empty()
    }

    /// The element of `id`, if there is one.
    #[inline]
    pub fn get(&self, id: I) -> Option<&T> {
        self.raw.get(id.index())
    }

    /// All elements in order.
    pub fn iter(&self) -> std::slice::Iter<'_, T> {
        self.raw.iter()
    }

    /// All ids in order. The iterator borrows nothing.
    pub fn ids(&self) -> impl DoubleEndedIterator<Item = I> + ExactSizeIterator + use<I, T> {
        (0..self.raw.len()).map(I::from_usize)
    }

    /// Ids with their elements, in order.
    pub fn iter_enumerated(&self) -> impl DoubleEndedIterator<Item = (I, &T)> {
        self.raw
            .iter()
            .enumerate()
            .map(|(i, t)| (I::from_usize(i), t))
    }

    /// Ids with their elements, which are given away.
    pub fn into_entries(self) -> impl Iterator<Item = (I, T)> {
        self.raw
            .into_iter()
            .enumerate()
            .map(|(i, t)| (I::from_usize(i), t))
    }

    /// Drops all elements from index `len` on.
    pub fn truncate(&mut self, len: usize) {
        self.raw.truncate(len);
    }

    /// Makes room for `n` more values, and none to spare.
    pub fn reserve_exact(&mut self, n: usize) {
        self.raw.reserve_exact(n);
    }

    /// Gives back unused capacity.
    pub fn shrink_to_fit(&mut self) {
        self.raw.shrink_to_fit();
    }

    /// Makes the vector `n` long, filling with `value`.
    pub fn resize(&mut self, n: usize, value: T)
    where
        T: Clone,
    {
        self.raw.resize(n, value);
    }

    /// The elements as a slice.
    pub fn as_slice(&self) -> &[T] {
        &self.raw
    }

    /// Bytes held on the heap.
    pub fn heap_size(&self) -> usize {
        self.raw.capacity() * size_of::<T>()
    }
}

impl<I: Idx, T> Index<I> for IndexVec<I, T> {
    type Output = T;

    #[inline]
    fn index(&self, id: I) -> &T {
        &self.raw[id.index()]
    }
}

impl<I: Idx, T> IndexMut<I> for IndexVec<I, T> {
    #[inline]
    fn index_mut(&mut self, id: I) -> &mut T {
        &mut self.raw[id.index()]
    }
}

impl<I, T> Extend<T> for IndexVec<I, T> {
    fn extend<It: IntoIterator<Item = T>>(&mut self, iter: It) {
        self.raw.extend(iter);
    }
}

impl<I, T> FromIterator<T> for IndexVec<I, T> {
    fn from_iter<It: IntoIterator<Item = T>>(iter: It) -> Self {
        IndexVec {
            raw: iter.into_iter().collect(),
            ids: PhantomData,
        }
    }
}

impl<'a, I, T> IntoIterator for &'a IndexVec<I, T> {
    type Item = &'a T;
    type IntoIter = std::slice::Iter<'a, T>;

    fn into_iter(self) -> Self::IntoIter {
        self.raw.iter()
    }
}
