//! Revisions: as good as random, without a system call each.

use std::sync::atomic::{AtomicU64, Ordering};

use crate::error::RandomError;
use crate::record::Revision;

/// Tokens that never repeat within a process and that no two processes share but by chance.
///
/// A counter that begins at a random place is mixed by a bijection (SplitMix64, Steele, Lea and Flood 2014). A revision is no
/// secret: it only has to differ from the last few of the same session.
#[derive(Debug)]
pub(crate) struct RevisionSource(AtomicU64);

const GOLDEN_GAMMA: u64 = 0x9e37_79b9_7f4a_7c15;

impl RevisionSource {
    pub(crate) fn new() -> Result<Self, RandomError> {
        let mut seed = [0; 8];
        getrandom::fill(&mut seed).map_err(RandomError::new)?;
        Ok(Self(AtomicU64::new(u64::from_be_bytes(seed))))
    }

    pub(crate) fn next(&self) -> Revision {
        let mut mixed = self.0.fetch_add(GOLDEN_GAMMA, Ordering::Relaxed);
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        Revision::from_u64(mixed ^ (mixed >> 31))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn revisions_do_not_repeat() {
        let source = RevisionSource::new().unwrap();
        let drawn: HashSet<u64> = (0..100_000).map(|_| source.next().as_u64()).collect();
        assert_eq!(drawn.len(), 100_000);
    }
}
