//! Records that can be hashed, so that states can be told apart.

use std::hash::{DefaultHasher, Hash, Hasher};

use super::machine::Input;
use crate::operation::Reply;
use crate::record::Record;

/// A record in the store.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Kept(pub(super) Record);

impl Hash for Kept {
    fn hash<H: Hasher>(&self, state: &mut H) {
        let record = &self.0;
        record.revision.hash(state);
        (record.created_at, record.last_seen_at, record.expires_at).hash(state);
        record.owner.hash(state);
        record.payload.hash(state);
    }
}

pub(super) fn fingerprint(value: &impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    value.hash(&mut hasher);
    hasher.finish()
}

pub(super) fn input(input: &Input) -> u64 {
    match input {
        Input::Commit(now) => fingerprint(&("commit", now)),
        Input::Offer(snapshot) => fingerprint(&("offer", Kept(snapshot.record().clone()))),
        Input::Reply(Reply::Current(record)) => fingerprint(&("current", Kept(record.clone()))),
        Input::Reply(Reply::Moved(successor)) => fingerprint(&("moved", successor)),
        Input::Reply(
            reply @ (Reply::Done
            | Reply::DoneAs(_)
            | Reply::Absent
            | Reply::Taken
            | Reply::CutOff
            | Reply::Stale
            | Reply::Lost),
        ) => fingerprint(&format!("{reply:?}")),
    }
}
