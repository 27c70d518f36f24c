//! The two stores with one session in the old one, and what must hold of them at the end.

use std::sync::Arc;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use session_conformance::ReferenceStore;
use session_core::{Created, Moment, Owner, Record, Revision, Store, StoreKey};
use session_store_moving::MovingStore;

use crate::actor::{Act, Actor, Outcome, find};
use crate::gated::Gated;

pub(crate) const NOW: Moment = Moment::from_millis(1_800_000_000_000);
pub(crate) const FIRST: u8 = 1;

pub(crate) fn key(number: u8) -> StoreKey {
    StoreKey::from_bytes([number; 32])
}

pub(crate) fn owner() -> Owner {
    Owner::new("alice").unwrap()
}

pub(crate) struct World {
    old: Arc<ReferenceStore>,
    new: Arc<ReferenceStore>,
}

impl World {
    pub(crate) fn new() -> Self {
        let world = Self {
            old: Arc::default(),
            new: Arc::default(),
        };
        let record = Record {
            revision: Revision::from_u64(1),
            created_at: NOW,
            last_seen_at: NOW,
            expires_at: NOW + Duration::from_secs(3_600),
            owner: Some(owner()),
            payload: [].into(),
        };
        let created = at_once(world.old.create(&key(FIRST), &record, None, NOW)).unwrap();
        assert_eq!(created, Created::Created);
        world
    }

    /// The store of a node, which the explorer lets go on.
    pub(crate) fn node(&self, is_prepared: bool) -> MovingStore {
        let (old, new) = (Gated(Arc::clone(&self.old)), Gated(Arc::clone(&self.new)));
        if is_prepared {
            MovingStore::prepared(old, new)
        } else {
            MovingStore::new(old, new)
        }
    }

    pub(crate) fn verdict(&self, actors: &[Actor], outcomes: &[Outcome]) -> Result<(), String> {
        let (old, new) = (Arc::clone(&self.old), Arc::clone(&self.new));
        let before = MovingStore::prepared(Arc::clone(&old), Arc::clone(&new));
        let after = MovingStore::new(old, new);
        let acts: Vec<_> = actors
            .iter()
            .map(|actor| actor.act)
            .zip(outcomes.iter().copied())
            .collect();
        let ends = |act| matches!(act, Act::Delete | Act::EndAll);
        let is_ended = acts
            .iter()
            .any(|(act, outcome)| ends(*act) && *outcome == Outcome::Done);
        let may_be_ended = acts.iter().any(|(act, _)| ends(*act));
        for store in [&before, &after, &before] {
            let found = at_once(find(store)).map_err(|error| format!("{error:?}"))?;
            let listed = at_once(store.sessions_of(&owner(), NOW)).map_err(|error| format!("{error:?}"))?;
            match found {
                Some(_) if is_ended => return Err("it was ended, and is there".to_owned()),
                Some((at, record)) => {
                    check(&acts, at, &record)?;
                    if listed.iter().map(|listed| listed.key).ne([at]) {
                        return Err(format!("it is at {at:?}, and listed as {listed:?}"));
                    }
                }
                None if !may_be_ended => return Err("nobody ended it, and it is gone".to_owned()),
                None if !listed.is_empty() => return Err(format!("it is gone, and listed as {listed:?}")),
                None => {}
            }
        }
        let missed = acts.iter().any(|(_, outcome)| *outcome == Outcome::Gone);
        if missed && !may_be_ended {
            return Err("somebody did not find it".to_owned());
        }
        Ok(())
    }
}

/// What was acknowledged is there once; what nobody knows of is there once or not at all.
fn check(acts: &[(Act, Outcome)], at: StoreKey, record: &Record) -> Result<(), String> {
    for (act, outcome) in acts {
        match act {
            Act::Append(byte) => {
                let times = record.payload.iter().filter(|other| *other == byte).count();
                let is_right = match outcome {
                    Outcome::Done => times == 1,
                    Outcome::Gone => times == 0,
                    Outcome::Unknown => times <= 1,
                };
                if !is_right {
                    return Err(format!("{byte} is there {times} times"));
                }
            }
            Act::Rotate(_) if *outcome == Outcome::Done && at == key(FIRST) => {
                return Err("it was rotated, and is at its first key".to_owned());
            }
            Act::Rotate(_) | Act::Look | Act::Touch | Act::Delete | Act::EndAll | Act::List => {}
        }
    }
    if record
        .payload
        .iter()
        .any(|byte| !acts.iter().any(|(act, _)| *act == Act::Append(*byte)))
    {
        return Err("there is something in it that nobody has written".to_owned());
    }
    Ok(())
}

/// The answer of a future that waits for nothing.
fn at_once<F: Future>(future: F) -> F::Output {
    let mut future = std::pin::pin!(future);
    match future.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(output) => output,
        Poll::Pending => panic!("the reference store waits for nothing"),
    }
}
