//! What went wrong: nothing, if all is well.

use std::fmt;
use std::ops::AddAssign;

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Figures {
    /// Answers that did not know who is signed in.
    pub(super) logged_out: u64,
    /// Answers that knew somebody who had signed out.
    pub(super) came_back: u64,
    /// Answers that took somebody for somebody else.
    pub(super) mistaken: u64,
    /// Things in carts that are there too seldom or too often.
    pub(super) lost_or_doubled: u64,
    /// Answers to old cookies that brought no new one, or another one than the rest.
    pub(super) without_cookie: u64,
    /// Answers that were neither a page nor where to go next.
    pub(super) failed: u64,
}

impl AddAssign for Figures {
    fn add_assign(&mut self, other: Self) {
        self.logged_out += other.logged_out;
        self.came_back += other.came_back;
        self.mistaken += other.mistaken;
        self.lost_or_doubled += other.lost_or_doubled;
        self.without_cookie += other.without_cookie;
        self.failed += other.failed;
    }
}

impl fmt::Display for Figures {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            logged_out,
            came_back,
            mistaken,
            lost_or_doubled,
            without_cookie,
            failed,
        } = self;
        write!(
            formatter,
            "{logged_out} logged out, {came_back} signed out and back, {mistaken} mistaken, {lost_or_doubled} adds lost or \
             doubled, {without_cookie} without the new cookie, {failed} failed"
        )
    }
}
