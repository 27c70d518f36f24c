//! Everything at once on few sessions: who meets others tries again, and no caller hears of it.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use session_core::{
    Created, Deleted, Loaded, Owner, Record, Revision, Rotated, Rotation, Store, StoreError, StoreKey, Touch, Updated,
};
use tokio::time::Instant;

use crate::chain;
use crate::session::{END, NOW, counting, create, new_key, new_owner, owned, rotation};

const CALLERS: usize = 16;
const SESSIONS: usize = 12;
const LASTS: Duration = Duration::from_secs(2);

/// Sixteen callers rotate, update, touch, delete and create twelve sessions of one owner and end all of them, for two seconds. Answers how many calls
/// there were, and how long the slowest took.
pub async fn storm(store: &Arc<dyn Store>) -> (u32, Duration) {
    let owner = new_owner();
    let mut sessions = Vec::new();
    for _ in 0..SESSIONS {
        let record = owned(counting(0), &owner);
        sessions.push((create(store, &record).await, record.revision));
    }
    let sessions = Arc::new(Mutex::new(sessions));
    let callers: Vec<_> = (0..CALLERS)
        .map(|_| {
            let caller = Caller {
                store: Arc::clone(store),
                owner: owner.clone(),
                sessions: Arc::clone(&sessions),
            };
            tokio::spawn(caller.call_on())
        })
        .collect();
    let (mut calls, mut slowest) = (0, Duration::ZERO);
    for caller in callers {
        let (number, longest) = caller.await.unwrap();
        calls += number;
        slowest = slowest.max(longest);
    }
    (calls, slowest)
}

struct Caller {
    store: Arc<dyn Store>,
    owner: Owner,
    sessions: Arc<Mutex<Vec<(StoreKey, Revision)>>>,
}

impl Caller {
    async fn call_on(self) -> (u32, Duration) {
        let (begun, mut calls, mut slowest) = (Instant::now(), 0, Duration::ZERO);
        while begun.elapsed() < LASTS {
            let begin = Instant::now();
            let call = fastrand::u32(..100);
            let answer = self.call(call).await;
            assert!(answer.is_ok(), "call {call}: {}", chain(&answer.unwrap_err()));
            calls += 1;
            slowest = slowest.max(begin.elapsed());
        }
        (calls, slowest)
    }

    async fn call(&self, call: u32) -> Result<(), StoreError> {
        let place = fastrand::usize(..SESSIONS);
        let (key, expected) = self.sessions.lock().unwrap()[place];
        let record = owned(counting(1), &self.owner);
        let known = match call {
            0..30 => self.rotate(key, expected, &record).await?,
            30..60 => self.update(key, expected, &record).await?,
            60..75 => {
                let seen = Touch {
                    expected,
                    last_seen_at: NOW,
                    expires_at: END,
                };
                let _touched = self.store.touch(&key, &seen, NOW).await?;
                None
            }
            75..85 => {
                let deleted = self.store.delete(&key, NOW).await?;
                assert!(matches!(deleted, Deleted::Deleted | Deleted::Absent));
                self.create(&record).await?
            }
            85..92 => self.create(&record).await?,
            _ => {
                let except = call.is_multiple_of(2).then_some(&key);
                self.store.delete_sessions_of(&self.owner, except, NOW).await?;
                None
            }
        };
        if let Some(known) = known {
            self.sessions.lock().unwrap()[place] = known;
        }
        Ok(())
    }

    async fn create(&self, record: &Record) -> Result<Option<(StoreKey, Revision)>, StoreError> {
        let key = new_key();
        // In the owner's line, and after all that ended so far.
        let created = self.store.create(&key, record, Some(END), NOW).await?;
        Ok((created == Created::Created).then_some((key, record.revision)))
    }

    async fn rotate(
        &self,
        key: StoreKey,
        expected: Revision,
        record: &Record,
    ) -> Result<Option<(StoreKey, Revision)>, StoreError> {
        let new_key = new_key();
        let rotation = Rotation {
            signs_in: fastrand::bool().then_some(END),
            ..rotation(&key, &new_key, expected, record)
        };
        let rotated = self.store.rotate(&rotation, NOW).await?;
        if rotated == Rotated::Applied {
            return Ok(Some((new_key, record.revision)));
        }
        self.look_at(key).await
    }

    async fn update(
        &self,
        key: StoreKey,
        expected: Revision,
        record: &Record,
    ) -> Result<Option<(StoreKey, Revision)>, StoreError> {
        let updated = self.store.update(&key, record, expected, NOW).await?;
        if updated == Updated::Applied {
            return Ok(Some((key, record.revision)));
        }
        self.look_at(key).await
    }

    async fn look_at(&self, key: StoreKey) -> Result<Option<(StoreKey, Revision)>, StoreError> {
        Ok(match self.store.load(&key, NOW).await? {
            Loaded::Found(record) => Some((key, record.revision)),
            Loaded::Moved(_) | Loaded::Absent => None,
        })
    }
}
