//! Slots in the order of their ends.

use std::collections::BTreeSet;

use session_core::Moment;

/// Which slot ends when.
///
/// A slot may be filed under an end that is *sooner* than its own, never later: the ends of sessions move on with every
/// activity, and refiling each time would double the cost of a write. Whoever takes the first one looks at its true end,
/// and files it anew where that is later. Each such refiling was paid for by a write that did without.
#[derive(Default)]
pub(crate) struct Ends {
    filed: BTreeSet<(Moment, usize)>,
    /// The first of `filed`, at hand for the question that every write asks.
    earliest: Option<Moment>,
}

impl Ends {
    pub(crate) fn insert(&mut self, end: Moment, slot: usize) {
        self.filed.insert((end, slot));
        self.earliest = Some(self.earliest.map_or(end, |earliest| earliest.min(end)));
    }

    pub(crate) fn remove(&mut self, end: Moment, slot: usize) {
        self.filed.remove(&(end, slot));
        if self.earliest == Some(end) {
            self.earliest = self.filed.first().map(|(first, _)| *first);
        }
    }

    /// The slot that is filed under the soonest end, if that end has passed.
    pub(crate) fn first_passed(&self, now: Moment) -> Option<usize> {
        if !self.earliest?.has_passed(now) {
            return None;
        }
        self.slots().next()
    }

    pub(crate) const fn earliest(&self) -> Option<Moment> {
        self.earliest
    }

    /// All slots, soonest end first.
    pub(crate) fn slots(&self) -> impl Iterator<Item = usize> + '_ {
        self.filed.iter().map(|(_, slot)| *slot)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    impl Ends {
        pub(crate) fn contains(&self, end: Moment, slot: usize) -> bool {
            self.filed.contains(&(end, slot))
        }
    }

    fn at(millis: u64) -> Moment {
        Moment::from_millis(millis)
    }

    #[test]
    fn the_earliest_is_kept_through_insertions_and_removals() {
        let mut ends = Ends::default();
        assert_eq!(ends.earliest(), None);
        ends.insert(at(20), 0);
        ends.insert(at(10), 1);
        ends.insert(at(10), 2);
        assert_eq!(ends.first_passed(at(9)), None);
        assert_eq!(ends.first_passed(at(10)), Some(1));
        ends.remove(at(10), 1);
        assert_eq!((ends.earliest(), ends.first_passed(at(99))), (Some(at(10)), Some(2)));
        ends.remove(at(10), 2);
        ends.remove(at(20), 0);
        assert_eq!((ends.earliest(), ends.first_passed(Moment::MAX)), (None, None));
    }
}
