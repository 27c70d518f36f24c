//! Which sign-ins came too late.

use std::collections::{BTreeSet, HashMap};

use session_core::{CUT_OFF_KEPT, Moment, Owner};

/// How many owners are remembered one by one, in each of the owners' shards.
const MOST: usize = 1024;
/// How many old ones each new one takes along.
const LOOKS: usize = 4;

/// When the sessions of owners were last ended: whoever began to sign in at or before that moment is too late.
///
/// Bounded without forgetting: where there are too many, the oldest becomes a cut-off for all. A sign-in that is as old as
/// that is then refused whoever it is for, which costs another try and lets nobody in.
#[derive(Default)]
pub(crate) struct CutOffs {
    by_owner: HashMap<Owner, Moment>,
    by_time: BTreeSet<(Moment, Owner)>,
    of_all: Option<Moment>,
}

impl CutOffs {
    /// Moves the owner's cut-off to `now`, never back.
    pub(crate) fn advance(&mut self, owner: &Owner, now: Moment) {
        self.forget_passed(LOOKS, now);
        let before = self.by_owner.get(owner).copied();
        if before.is_some_and(|before| before >= now) {
            return;
        }
        if let Some(before) = before {
            self.by_time.remove(&(before, owner.clone()));
        }
        self.by_owner.insert(owner.clone(), now);
        self.by_time.insert((now, owner.clone()));
        if self.by_owner.len() > MOST
            && let Some((oldest, owner)) = self.by_time.pop_first()
        {
            self.by_owner.remove(&owner);
            self.of_all = self.of_all.max(Some(oldest));
        }
    }

    /// Whether a sign-in of `owner` that began at `began` is too late.
    pub(crate) fn ends(&self, owner: &Owner, began: Moment, now: Moment) -> bool {
        let cut_off = self.by_owner.get(owner).copied().max(self.of_all);
        cut_off.is_some_and(|cut_off| cut_off >= began && !has_passed(cut_off, now))
    }

    /// Forgets at most `limit` of those that have been kept for long enough; answers how many.
    pub(crate) fn forget_passed(&mut self, limit: usize, now: Moment) -> usize {
        for forgotten in 0..limit {
            match self.by_time.first() {
                Some((oldest, owner)) if has_passed(*oldest, now) => self.by_owner.remove(owner),
                _ => return forgotten,
            };
            self.by_time.pop_first();
        }
        limit
    }
}

fn has_passed(cut_off: Moment, now: Moment) -> bool {
    (cut_off + CUT_OFF_KEPT).has_passed(now)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(millis: u64) -> Moment {
        Moment::from_millis(millis)
    }

    fn owner(name: &str) -> Owner {
        Owner::new(name).unwrap()
    }

    #[test]
    fn a_sign_in_at_the_cut_off_is_too_late_and_one_after_it_is_not() {
        let mut cut_offs = CutOffs::default();
        cut_offs.advance(&owner("alice"), at(10));
        cut_offs.advance(&owner("alice"), at(5));
        assert!(cut_offs.ends(&owner("alice"), at(10), at(11)));
        assert!(!cut_offs.ends(&owner("alice"), at(11), at(11)));
        assert!(!cut_offs.ends(&owner("bob"), at(1), at(11)));
    }

    #[test]
    fn a_cut_off_is_kept_for_its_time_and_then_forgotten() {
        let mut cut_offs = CutOffs::default();
        cut_offs.advance(&owner("alice"), at(10));
        let end = at(10) + CUT_OFF_KEPT;
        assert_eq!(cut_offs.forget_passed(9, at(end.as_millis() - 1)), 0);
        assert!(cut_offs.ends(&owner("alice"), at(10), at(end.as_millis() - 1)));
        assert!(!cut_offs.ends(&owner("alice"), at(10), end));
        assert_eq!(cut_offs.forget_passed(9, end), 1);
        assert!(cut_offs.by_owner.is_empty() && cut_offs.by_time.is_empty());
    }

    #[test]
    fn too_many_cut_offs_stay_bounded_and_let_no_old_sign_in_through() {
        let mut cut_offs = CutOffs::default();
        for number in 0..2 * MOST as u64 {
            cut_offs.advance(&owner(&number.to_string()), at(number));
        }
        assert_eq!((cut_offs.by_owner.len(), cut_offs.by_time.len()), (MOST, MOST));
        for number in 0..2 * MOST as u64 {
            assert!(
                cut_offs.ends(&owner(&number.to_string()), at(number), at(9_999)),
                "{number}"
            );
        }
        assert!(!cut_offs.ends(&owner("new"), at(MOST as u64), at(9_999)));
    }
}
