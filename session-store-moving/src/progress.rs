//! How far a migration is.

use std::fmt;

/// How far a [`Migration`](crate::Migration) is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Progress {
    /// How many living sessions the old store had when it began. Some end, some begin, and some move by themselves when they are used, so `moved`
    /// may come to less or to more.
    pub found: u64,
    /// How many were moved.
    pub moved: u64,
    /// How many of the walk under way, or of the last one, stay in the old store because they can't be moved.
    pub failed: u64,
}

impl Progress {
    /// Whether nothing stayed behind, once a migration has ended.
    #[must_use]
    pub const fn is_complete(&self) -> bool {
        self.failed == 0
    }
}

impl fmt::Display for Progress {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { found, moved, failed } = self;
        write!(formatter, "{moved} of {found} sessions moved")?;
        if *failed > 0 {
            write!(formatter, ", {failed} can't be")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn progress_says_how_far_it_is() {
        let progress = |moved, failed| {
            Progress {
                found: 10,
                moved,
                failed,
            }
            .to_string()
        };
        assert_eq!(progress(4, 0), "4 of 10 sessions moved");
        assert_eq!(progress(9, 1), "9 of 10 sessions moved, 1 can't be");
    }
}
