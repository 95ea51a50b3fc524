//! Parameter tags: where a parameter's value goes, in eight bytes.
//!
//! Each slot holds the least derefs of any way to its sink plus one, 0 for no way, saturating at 255. Which slot means
//! what depends on the version (`leaks.go` of the compiler):
//!
//! | version | slot 0 | 1 | 2 | 3 … 7 |
//! | --- | --- | --- | --- | --- |
//! | 1.21 | heap | result 0 | result 1 | results 2 … 6 |
//! | since 1.22 | heap | mutator | callee | results 0 … 4 |
//!
//! A way to the heap of h derefs makes every other way of h derefs or more pointless, since whatever is reached there is
//! on the heap anyway: [`Leaks::normalised`] drops those. Example: `func f(p *int) *int { sink = p; return p }` leaks to
//! the heap with 0 derefs, and the tag says nothing of the result.

use crate::ir::release::Release;

/// Where a parameter's value may flow.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub struct Leaks([u8; 8]);

/// What a slot of a tag stands for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Sink {
    /// The heap.
    Heap,
    /// Memory that is written through.
    Mutator,
    /// A function value that is called, its results untracked.
    Callee,
    /// The result of that index, from 0.
    Result(u32),
}

/// Which slot means what in one version.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Layout {
    /// Whether there are slots for mutator and callee.
    tracks_uses: bool,
}

impl Layout {
    /// The layout of a release.
    pub fn of(release: &Release) -> Layout {
        Layout {
            tracks_uses: release.tracks_uses,
        }
    }

    /// The first result's slot.
    fn first_result(self) -> u32 {
        if self.tracks_uses { 3 } else { 1 }
    }

    /// How many results have a slot.
    pub fn results(self) -> u32 {
        8 - self.first_result()
    }

    /// The slot of a sink; `None` if this version has none for it.
    fn slot(self, sink: Sink) -> Option<usize> {
        match sink {
            Sink::Heap => Some(0),
            Sink::Mutator => self.tracks_uses.then_some(1),
            Sink::Callee => self.tracks_uses.then_some(2),
            Sink::Result(i) if i < self.results() => Some((self.first_result() + i) as usize),
            Sink::Result(_) => None,
        }
    }

    /// The sink of a slot.
    fn sink(self, slot: u32) -> Sink {
        match slot {
            0 => Sink::Heap,
            1 if self.tracks_uses => Sink::Mutator,
            2 if self.tracks_uses => Sink::Callee,
            _ => Sink::Result(slot - self.first_result()),
        }
    }

    /// All sinks that have a slot, heap first, results in order last.
    pub fn sinks(self) -> impl Iterator<Item = Sink> {
        [Sink::Heap, Sink::Mutator, Sink::Callee]
            .into_iter()
            .filter(move |&s| self.slot(s).is_some())
            .chain((0..self.results()).map(Sink::Result))
    }
}

impl Leaks {
    /// No way anywhere.
    pub const NONE: Leaks = Leaks([0; 8]);

    /// The worst: the value itself leaks to the heap. What unknown functions do, and the tag that is left out.
    pub const HEAP: Leaks = Leaks([1, 0, 0, 0, 0, 0, 0, 0]);

    /// Written through and called, but kept nowhere: what assembly functions do that promise not to keep their arguments.
    pub const USED: Leaks = Leaks([0, 1, 1, 0, 0, 0, 0, 0]);

    /// The most sinks that there may be ways to.
    pub const MOST: usize = 8;

    /// The sinks that there are ways to with the least derefs of any, in the order of [`Layout::sinks`].
    pub fn ways(self, layout: Layout) -> impl Iterator<Item = (Sink, i32)> {
        let slots = self.0.into_iter().enumerate();
        slots.filter_map(move |(slot, way)| {
            let derefs = way.checked_sub(1)?;
            Some((layout.sink(slot as u32), i32::from(derefs)))
        })
    }

    /// The least derefs of any way to `sink`; `None` if there is no way, or no slot.
    pub fn get(self, layout: Layout, sink: Sink) -> Option<i32> {
        let slot = layout.slot(sink)?;
        self.0[slot].checked_sub(1).map(i32::from)
    }

    /// Records a way of `derefs` loads to `sink`. Without a slot for the sink nothing is recorded.
    pub fn add(&mut self, layout: Layout, sink: Sink, derefs: i32) {
        let Some(slot) = layout.slot(sink) else {
            return;
        };
        let value = u8::try_from(derefs.max(0).saturating_add(1)).unwrap_or(u8::MAX);
        let old = self.0[slot];
        if old == 0 || value < old {
            self.0[slot] = value;
        }
    }

    /// Without the ways that a way to the heap makes pointless.
    #[must_use]
    pub fn normalised(self) -> Leaks {
        let mut slots = self.0;
        let [heap, others @ ..] = &mut slots;
        if *heap > 0 {
            others
                .iter_mut()
                .filter(|slot| **slot >= *heap)
                .for_each(|slot| *slot = 0);
        }
        Leaks(slots)
    }

    /// The tag as bytes, zeros at the end left out; `None` for a leak of the value itself, which is what a missing tag
    /// means.
    pub fn encode(&self) -> Option<&[u8]> {
        if self.0[0] == 1 {
            return None;
        }
        let used = self.0.iter().rposition(|&b| b != 0).map_or(0, |i| i + 1);
        Some(&self.0[..used])
    }

    /// The tag that [`encode`](Leaks::encode) wrote. More than eight bytes are no tag, and mean what a missing one does.
    pub fn decode(bytes: Option<&[u8]>) -> Leaks {
        let mut slots = [0; 8];
        match bytes {
            Some(bytes) if bytes.len() <= slots.len() => {
                slots[..bytes.len()].copy_from_slice(bytes);
                Leaks(slots)
            }
            _ => Leaks::HEAP,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Layout, Leaks, Sink};

    const NEW: Layout = Layout { tracks_uses: true };
    const OLD: Layout = Layout { tracks_uses: false };

    #[test]
    fn the_shortest_way_counts() {
        let mut leaks = Leaks::NONE;
        for derefs in [3, 1, 2] {
            leaks.add(NEW, Sink::Result(2), derefs);
        }
        assert_eq!(leaks.get(NEW, Sink::Result(2)), Some(1));
        assert_eq!(leaks.get(NEW, Sink::Heap), None);
    }

    #[test]
    fn old_releases_have_seven_results_and_no_uses() {
        let mut leaks = Leaks::NONE;
        leaks.add(OLD, Sink::Mutator, 0);
        assert_eq!(leaks, Leaks::NONE);
        leaks.add(OLD, Sink::Result(6), 0);
        assert_eq!(leaks.get(OLD, Sink::Result(6)), Some(0));
        assert_eq!((OLD.results(), NEW.results()), (7, 5));
        let mut lost = Leaks::NONE;
        lost.add(NEW, Sink::Result(5), 0);
        assert_eq!(lost, Leaks::NONE);
    }

    #[test]
    fn a_way_to_the_heap_swallows_longer_ways() {
        let mut leaks = Leaks::NONE;
        leaks.add(NEW, Sink::Heap, 1);
        leaks.add(NEW, Sink::Mutator, 1);
        leaks.add(NEW, Sink::Result(0), 0);
        let leaks = leaks.normalised();
        assert_eq!(leaks.get(NEW, Sink::Mutator), None);
        assert_eq!(leaks.get(NEW, Sink::Result(0)), Some(0));
    }

    #[test]
    fn tags_survive_encoding() {
        let mut leaks = Leaks::NONE;
        assert_eq!(leaks.encode(), Some(&[][..]));
        assert_eq!(Leaks::HEAP.encode(), None);
        leaks.add(NEW, Sink::Heap, 1000);
        leaks.add(NEW, Sink::Result(1), 0);
        assert_eq!(leaks.encode(), Some(&[255, 0, 0, 0, 1][..]));
        assert_eq!(Leaks::decode(leaks.encode()), leaks);
        assert_eq!(Leaks::decode(None), Leaks::HEAP);
        assert_eq!(Leaks::decode(Some(&[0; 9])), Leaks::HEAP);
    }
}
