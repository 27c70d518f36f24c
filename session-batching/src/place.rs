//! A caller's place in line.

use crate::batch::Work;
use crate::lanes::Shared;

/// Given up when it is dropped, so that a caller who leaves leaves nothing behind.
pub(crate) struct Place<'a, W: Work> {
    shared: &'a Shared<W>,
    number: Option<u64>,
}

impl<'a, W: Work> Place<'a, W> {
    pub(crate) const fn new(shared: &'a Shared<W>, number: u64) -> Self {
        Self {
            shared,
            number: Some(number),
        }
    }

    /// Answers whether the request was still in line. If not, it is under way, or over.
    pub(crate) fn give_up(&mut self) -> bool {
        self.number.take().is_some_and(|number| self.shared.withdraw(number))
    }

    /// The answer has come, so there is no place to give up.
    pub(crate) const fn forget(&mut self) {
        self.number = None;
    }
}

impl<W: Work> Drop for Place<'_, W> {
    fn drop(&mut self) {
        self.give_up();
    }
}
