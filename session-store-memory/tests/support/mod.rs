//! Keys and records for the tests of this folder.

use fastrand::Rng;
use session_core::{Moment, Owner, Record, Revision, StoreKey};

pub(crate) fn at(millis: u64) -> Moment {
    Moment::from_millis(millis)
}

pub(crate) fn keys(count: usize) -> Vec<StoreKey> {
    let mut random = Rng::with_seed(11);
    let mut key = || {
        let mut bytes = [0; 32];
        random.fill(&mut bytes);
        StoreKey::from_bytes(bytes)
    };
    (0..count).map(|_| key()).collect()
}

/// A session with this end and as many bytes, of nobody.
pub(crate) fn ending(expires_at: u64, bytes: usize) -> Record {
    Record {
        revision: Revision::from_u64(1),
        created_at: at(0),
        last_seen_at: at(0),
        expires_at: at(expires_at),
        owner: None,
        payload: vec![7; bytes].into(),
    }
}

#[allow(dead_code, reason = "not every test has owners")]
pub(crate) fn signed_in(record: Record, owner: &str) -> Record {
    let owner = Some(Owner::new(owner).unwrap());
    Record { owner, ..record }
}
