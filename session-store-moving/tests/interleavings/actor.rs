//! What a request does to the session, on a node of one kind or the other.

use session_core::{
    Deleted, Loaded, MARK_KEPT, Record, Revision, Rotated, Rotation, Store, StoreError, StoreKey, Touch, Updated,
};

use crate::world::{FIRST, NOW, key, owner};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Act {
    Look,
    /// Adds a byte to the payload.
    Append(u8),
    /// Gives the session the key of this number.
    Rotate(u8),
    Touch,
    Delete,
    EndAll,
    List,
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct Actor {
    pub(crate) act: Act,
    pub(crate) is_prepared: bool,
}

pub(crate) fn prepared(act: Act) -> Actor {
    Actor { act, is_prepared: true }
}

pub(crate) fn moving(act: Act) -> Actor {
    Actor {
        act,
        is_prepared: false,
    }
}

/// What came of an act.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    Done,
    /// There was no session any more.
    Gone,
    /// The node died before it knew.
    Unknown,
}

impl Actor {
    /// `number` keeps the revisions of actors apart.
    pub(crate) async fn run(self, store: &dyn Store, number: u64) -> Result<Outcome, StoreError> {
        match self.act {
            Act::Look => Ok(match find(store).await? {
                Some(_) => Outcome::Done,
                None => Outcome::Gone,
            }),
            Act::Append(byte) => append(store, byte, number).await,
            Act::Rotate(to) => rotate(store, &key(to), number).await,
            Act::Touch => touch(store).await,
            Act::Delete => Ok(match store.delete(&key(FIRST), NOW).await? {
                Deleted::Deleted => Outcome::Done,
                Deleted::Absent => Outcome::Gone,
            }),
            Act::EndAll => {
                let ended = store.delete_sessions_of(&owner(), None, NOW).await;
                ended.map(|_| Outcome::Done)
            }
            Act::List => Ok(if store.sessions_of(&owner(), NOW).await?.is_empty() {
                Outcome::Gone
            } else {
                Outcome::Done
            }),
        }
    }
}

/// The session, wherever it has gone.
pub(crate) async fn find(store: &dyn Store) -> Result<Option<(StoreKey, Record)>, StoreError> {
    let mut at = key(FIRST);
    loop {
        match store.load(&at, NOW).await? {
            Loaded::Found(record) => return Ok(Some((at, record))),
            Loaded::Moved(successor) => at = successor,
            Loaded::Absent => return Ok(None),
        }
    }
}

async fn append(store: &dyn Store, byte: u8, number: u64) -> Result<Outcome, StoreError> {
    let Some((mut at, mut record)) = find(store).await? else {
        return Ok(Outcome::Gone);
    };
    for attempt in 0.. {
        assert!(
            record.payload.len() < 4,
            "a node is shown sessions, and not what stands for one on its way"
        );
        let next = Record {
            revision: Revision::from_u64(100 * number + attempt),
            payload: [&record.payload, [byte].as_slice()].concat().into(),
            ..record.clone()
        };
        match store.update(&at, &next, record.revision, NOW).await? {
            Updated::Applied => break,
            Updated::Conflict(current) => record = current,
            Updated::Moved(_) => match find(store).await? {
                Some(found) => (at, record) = found,
                None => return Ok(Outcome::Gone),
            },
            Updated::Gone => return Ok(Outcome::Gone),
        }
    }
    Ok(Outcome::Done)
}

async fn rotate(store: &dyn Store, to: &StoreKey, number: u64) -> Result<Outcome, StoreError> {
    let Some((mut at, mut record)) = find(store).await? else {
        return Ok(Outcome::Gone);
    };
    for attempt in 0.. {
        assert!(
            record.payload.len() < 4,
            "a node is shown sessions, and not what stands for one on its way"
        );
        let next = Record {
            revision: Revision::from_u64(100 * number + attempt),
            ..record.clone()
        };
        let rotation = Rotation {
            old: &at,
            new: to,
            record: &next,
            expected: record.revision,
            mark_until: NOW + MARK_KEPT,
            signs_in: None,
        };
        match store.rotate(&rotation, NOW).await? {
            Rotated::Applied => break,
            Rotated::Conflict(current) => record = current,
            Rotated::Moved(_) => match find(store).await? {
                Some(found) => (at, record) = found,
                None => return Ok(Outcome::Gone),
            },
            Rotated::Gone | Rotated::CutOff => return Ok(Outcome::Gone),
        }
    }
    Ok(Outcome::Done)
}

async fn touch(store: &dyn Store) -> Result<Outcome, StoreError> {
    let Some((at, record)) = find(store).await? else {
        return Ok(Outcome::Gone);
    };
    let touch = Touch {
        expected: record.revision,
        last_seen_at: NOW,
        expires_at: record.expires_at,
    };
    store.touch(&at, &touch, NOW).await.map(|_| Outcome::Done)
}
