//! Which operations a wrapper interferes with.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use crate::operation::Operation;

type Rule = Box<dyn FnMut(Operation) -> bool + Send>;

/// Chooses the operations that a [`FlakyStore`](crate::FlakyStore), [`SlowStore`](crate::SlowStore) or
/// [`LostReplyStore`](crate::LostReplyStore) interferes with.
///
/// Clones share one rule, so a test keeps one and changes its mind after the store has moved into a session manager. Each
/// method replaces the rule before it.
///
/// ```
/// use session_conformance::{FlakyStore, Operation, ReferenceStore};
///
/// let store = FlakyStore::new(ReferenceStore::new());
/// let plan = store.plan();
/// plan.next_of(Operation::Update, 2);
/// ```
#[derive(Clone)]
pub struct Plan(Arc<Mutex<Rule>>);

impl Plan {
    pub(crate) fn new(rule: impl FnMut(Operation) -> bool + Send + 'static) -> Self {
        Self(Arc::new(Mutex::new(Box::new(rule))))
    }

    /// Leaves all operations alone.
    pub fn nothing(&self) {
        self.when(|_| false);
    }

    /// Chooses every operation.
    pub fn everything(&self) {
        self.when(|_| true);
    }

    /// Chooses the next `times` operations.
    pub fn next(&self, times: u64) {
        let mut left = times;
        self.when(move |_| count_down(&mut left));
    }

    /// Chooses the next `times` runs of `operation`.
    pub fn next_of(&self, operation: Operation, times: u64) {
        let mut left = times;
        self.when(move |came| came == operation && count_down(&mut left));
    }

    /// Chooses every `nth` operation from here on: with 3 the third, the sixth and so on, with 0 none.
    pub fn every(&self, nth: u64) {
        let mut seen = 0_u64;
        self.when(move |_| {
            seen += 1;
            seen.is_multiple_of(nth)
        });
    }

    /// Chooses the operations that `rule` answers `true` to. It is asked once for each operation, in the order in which
    /// they begin.
    pub fn when(&self, rule: impl FnMut(Operation) -> bool + Send + 'static) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Box::new(rule);
    }

    pub(crate) fn chooses(&self, operation: Operation) -> bool {
        (self.0.lock().unwrap_or_else(PoisonError::into_inner))(operation)
    }
}

impl fmt::Debug for Plan {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Plan(..)")
    }
}

const fn count_down(left: &mut u64) -> bool {
    let is_chosen = *left > 0;
    *left = left.saturating_sub(1);
    is_chosen
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chosen(plan: &Plan, operations: &[Operation]) -> Vec<bool> {
        operations.iter().map(|operation| plan.chooses(*operation)).collect()
    }

    #[test]
    fn each_rule_chooses_what_it_says() {
        use Operation::{Load, Update};
        let plan = Plan::new(|_| true);
        assert_eq!(chosen(&plan, &[Load, Update]), [true, true]);
        plan.nothing();
        assert_eq!(chosen(&plan, &[Load, Update]), [false, false]);
        plan.next(2);
        assert_eq!(chosen(&plan, &[Load, Update, Load]), [true, true, false]);
        plan.next_of(Update, 1);
        assert_eq!(chosen(&plan, &[Load, Update, Update]), [false, true, false]);
        plan.every(2);
        assert_eq!(chosen(&plan, &[Load, Load, Load, Update]), [false, true, false, true]);
        plan.every(0);
        assert_eq!(chosen(&plan, &[Load, Load]), [false, false]);
        plan.when(Operation::is_write);
        assert_eq!(chosen(&plan, &[Load, Update]), [false, true]);
    }
}
