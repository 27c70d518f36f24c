//! What is held, and what may still become so.

use std::fmt;
use std::hash::{BuildHasher, RandomState};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use lru::LruCache;
use redis::Value;
use session_core::{Moment, Owner, Record, StoreKey};

use crate::connection::Line;
use crate::keys::Keys;
use crate::near_cache::NearCacheSettings;

/// What an entry takes beside its payload and its owner's name.
const ENTRY_BYTES: usize = 256;
const MOST_SHARDS: usize = 64;

/// The sessions that were read and have not changed since.
///
/// A session is filed by whoever loads it: first a placeholder, then the question to the server, then the record in its
/// place. Whatever changes the session meanwhile takes the placeholder away, so that a reply which was overtaken finds
/// none.
pub(crate) struct Entries {
    shards: Box<[Mutex<Shard>]>,
    hasher: RandomState,
    keys: Keys,
    tickets: AtomicU64,
    max_staleness: Duration,
}

struct Shard {
    entries: LruCache<StoreKey, Entry>,
    bytes: usize,
    max_entries: usize,
    max_bytes: usize,
}

enum Entry {
    /// Somebody is asking the server.
    Placeholder {
        ticket: u64,
    },
    Held {
        record: Record,
        line: Arc<Line>,
    },
}

/// The right to file what the server answers, if nothing comes between.
pub(crate) struct Placeholder<'a> {
    entries: &'a Entries,
    key: StoreKey,
    ticket: u64,
}

impl fmt::Debug for Entries {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("NearCache").finish_non_exhaustive()
    }
}

impl Entries {
    pub(crate) fn new(settings: &NearCacheSettings, keys: Keys) -> Self {
        let count = MOST_SHARDS
            .min(settings.max_entries)
            .min(settings.max_bytes / 4096)
            .max(1);
        let shard = || {
            Mutex::new(Shard {
                entries: LruCache::unbounded(),
                bytes: 0,
                max_entries: settings.max_entries / count,
                max_bytes: settings.max_bytes / count,
            })
        };
        Self {
            shards: std::iter::repeat_with(shard).take(count).collect(),
            hasher: RandomState::new(),
            keys,
            tickets: AtomicU64::new(0),
            max_staleness: settings.max_staleness,
        }
    }

    pub(crate) const fn max_staleness(&self) -> Duration {
        self.max_staleness
    }

    /// The record under `key`, if it is held and is still known to be true.
    pub(crate) fn get(&self, key: &StoreKey, now: Moment) -> Option<Record> {
        let mut shard = self.shard(key);
        let Entry::Held { record, line } = shard.entries.get(key)? else {
            return None;
        };
        let is_true = !line.is_broken() && line.silence() <= self.max_staleness;
        if is_true && !record.expires_at.has_passed(now) {
            return Some(record.clone());
        }
        shard.remove(key);
        None
    }

    /// Before the question is sent. `None` if somebody else is asking already.
    pub(crate) fn placeholder(&self, key: &StoreKey) -> Option<Placeholder<'_>> {
        let ticket = self.tickets.fetch_add(1, Ordering::Relaxed);
        let mut shard = self.shard(key);
        if matches!(shard.entries.peek(key), Some(Entry::Placeholder { .. })) {
            return None;
        }
        shard.put(*key, Entry::Placeholder { ticket });
        drop(shard);
        Some(Placeholder {
            entries: self,
            key: *key,
            ticket,
        })
    }

    /// Drops what is held under `key`, and keeps what is being asked from being held.
    pub(crate) fn forget(&self, key: &StoreKey) {
        self.shard(key).remove(key);
    }

    /// The server says that keys have changed; no keys at all are all keys.
    pub(crate) fn invalidate(&self, message: &[Value]) {
        match message {
            [Value::Array(places)] => {
                for place in places {
                    let Value::BulkString(place) = place else { continue };
                    if let Some(key) = self.keys.session_at(place) {
                        self.forget(&key);
                    }
                }
            }
            _ => self.forget_all(),
        }
    }

    pub(crate) fn forget_all(&self) {
        for shard in &self.shards {
            let mut shard = shard.lock().unwrap_or_else(PoisonError::into_inner);
            shard.entries.clear();
            shard.bytes = 0;
        }
    }

    fn shard(&self, key: &StoreKey) -> MutexGuard<'_, Shard> {
        // The hash is what it is on every platform; which of its bits count does not matter.
        let hash = usize::try_from(self.hasher.hash_one(key) >> 32).unwrap_or_default();
        let shard = self
            .shards
            .get(hash % self.shards.len())
            .or_else(|| self.shards.first());
        #[expect(clippy::unreachable, reason = "there is at least one shard")]
        let Some(shard) = shard else { unreachable!() };
        shard.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Shard {
    fn put(&mut self, key: StoreKey, entry: Entry) {
        self.bytes += entry.bytes();
        if let Some(before) = self.entries.put(key, entry) {
            self.bytes -= before.bytes();
        }
        while self.entries.len() > self.max_entries || self.bytes > self.max_bytes {
            let Some((_, evicted)) = self.entries.pop_lru() else {
                break;
            };
            self.bytes -= evicted.bytes();
        }
    }

    fn remove(&mut self, key: &StoreKey) {
        if let Some(entry) = self.entries.pop(key) {
            self.bytes -= entry.bytes();
        }
    }

    fn holds(&self, key: &StoreKey, wanted: u64) -> bool {
        matches!(self.entries.peek(key), Some(Entry::Placeholder { ticket }) if *ticket == wanted)
    }
}

impl Entry {
    fn bytes(&self) -> usize {
        match self {
            Self::Placeholder { .. } => ENTRY_BYTES,
            Self::Held { record, .. } => {
                let owner = record.owner.as_ref().map_or(0, |owner| Owner::as_str(owner).len());
                ENTRY_BYTES + owner + record.payload.len()
            }
        }
    }
}

impl Placeholder<'_> {
    /// Files `record`, which was read over `line`, unless the session has changed since the question was sent.
    pub(crate) fn file(self, record: &Record, line: &Arc<Line>) {
        let mut shard = self.entries.shard(&self.key);
        if shard.holds(&self.key, self.ticket) {
            let (record, line) = (record.clone(), Arc::clone(line));
            let entry = Entry::Held { record, line };
            if entry.bytes() <= shard.max_bytes {
                shard.put(self.key, entry);
            }
        }
    }
}

impl Drop for Placeholder<'_> {
    fn drop(&mut self) {
        let mut shard = self.entries.shard(&self.key);
        if shard.holds(&self.key, self.ticket) {
            shard.remove(&self.key);
        }
    }
}
