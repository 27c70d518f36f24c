//! What is held, and what may still become so.

#[cfg(test)]
mod model;

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
/// What a shard has at the least, so that it holds what is read often, and records that are large.
const SHARD_ENTRIES: usize = 64;
const SHARD_BYTES: usize = 64 << 10;

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
            .min(settings.max_entries / SHARD_ENTRIES)
            .min(settings.max_bytes / SHARD_BYTES)
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::connection::Generation;
    use session_core::Revision;

    const SECOND: Duration = Duration::from_secs(1);

    fn entries(settings: NearCacheSettings) -> Entries {
        Entries::new(&settings, Keys::new("session:".to_owned()).unwrap())
    }

    fn line() -> Arc<Line> {
        Arc::new(Line::new(Generation::of(&Arc::default())))
    }

    fn key(number: u32) -> StoreKey {
        let mut bytes = [0; 32];
        bytes[..4].copy_from_slice(&number.to_be_bytes());
        StoreKey::from_bytes(bytes)
    }

    fn at(millis: u64) -> Moment {
        Moment::from_millis(millis)
    }

    fn record(payload_bytes: usize) -> Record {
        Record {
            revision: Revision::from_u64(1),
            created_at: at(1),
            last_seen_at: at(1),
            expires_at: at(100),
            owner: Some(Owner::new("ann").unwrap()),
            payload: vec![7; payload_bytes].into(),
        }
    }

    fn file(entries: &Entries, key: &StoreKey, record: &Record, line: &Arc<Line>) {
        entries.placeholder(key).unwrap().file(record, line);
    }

    fn totals(entries: &Entries) -> (usize, usize) {
        let shards = entries.shards.iter().map(|shard| shard.lock().unwrap());
        shards.fold((0, 0), |(count, bytes), shard| {
            let counted: usize = shard.entries.iter().map(|(_, entry)| entry.bytes()).sum();
            assert_eq!(
                counted, shard.bytes,
                "the bytes that a shard has and those that it counted"
            );
            (count + shard.entries.len(), bytes + shard.bytes)
        })
    }

    #[test]
    fn what_was_filed_is_held_until_its_end() {
        let (entries, key, line) = (entries(NearCacheSettings::new()), key(1), line());
        file(&entries, &key, &record(3), &line);
        assert_eq!(entries.get(&key, at(99)), Some(record(3)));
        assert_eq!(entries.get(&key, at(100)), None);
        assert_eq!(totals(&entries), (0, 0));
    }

    #[test]
    fn never_more_is_held_than_the_bounds_allow() {
        for (max_entries, max_bytes) in [(1, 4096), (10, 4096), (100, 1 << 20), (1000, 300_000), (5000, 64 << 20)] {
            let entries = entries(NearCacheSettings::new().max_entries(max_entries).max_bytes(max_bytes));
            let line = line();
            for number in 0..6000 {
                let size = usize::try_from(number % 700).unwrap();
                file(&entries, &key(number), &record(size), &line);
                // Some are asked for and never filed, and some are filed twice.
                drop(entries.placeholder(&key(number / 2)));
                let _waits = entries.placeholder(&key(number + 10_000));
                if number % 100 == 0 {
                    let (count, bytes) = totals(&entries);
                    assert!(
                        count <= max_entries && bytes <= max_bytes,
                        "{count} entries, {bytes} bytes"
                    );
                }
            }
            for number in 0..6000 {
                file(&entries, &key(number), &record(300), &line);
            }
            let (count, bytes) = totals(&entries);
            assert!(
                count * 2 > max_entries || bytes * 2 > max_bytes,
                "{count} of {max_entries} entries, {bytes} of {max_bytes} bytes"
            );
        }
    }

    #[test]
    fn what_does_not_fit_is_not_held_and_takes_nobody_s_place() {
        let entries = entries(NearCacheSettings::new().max_bytes(4096));
        let line = line();
        file(&entries, &key(1), &record(100), &line);
        file(&entries, &key(2), &record(4096 - ENTRY_BYTES - 2), &line);
        assert_eq!(entries.get(&key(2), at(2)), None);
        assert!(entries.get(&key(1), at(2)).is_some());
        file(&entries, &key(2), &record(4096 - ENTRY_BYTES - 3), &line);
        assert!(entries.get(&key(2), at(2)).is_some());
    }

    #[test]
    fn those_that_were_not_read_for_the_longest_time_go_first() {
        let entries = entries(NearCacheSettings::new().max_entries(2));
        let line = line();
        file(&entries, &key(1), &record(1), &line);
        file(&entries, &key(2), &record(1), &line);
        assert!(entries.get(&key(1), at(2)).is_some());
        file(&entries, &key(3), &record(1), &line);
        assert!(entries.get(&key(1), at(2)).is_some());
        assert_eq!(entries.get(&key(2), at(2)), None);
    }

    #[test]
    fn an_invalidation_names_keys_or_means_all() {
        let entries = entries(NearCacheSettings::new());
        let line = line();
        let place = |number| Value::BulkString(entries.keys.session(&key(number)));
        for number in 1..=4 {
            file(&entries, &key(number), &record(1), &line);
        }
        let foreign = Value::BulkString(b"cart:7".into());
        entries.invalidate(&[Value::Array(vec![place(1), foreign, place(2)])]);
        let held = |number| entries.get(&key(number), at(2)).is_some();
        assert_eq!([1, 2, 3, 4].map(held), [false, false, true, true]);
        for all in [vec![Value::Nil], vec![]] {
            file(&entries, &key(1), &record(1), &line);
            let asked = entries.placeholder(&key(9)).unwrap();
            entries.invalidate(&all);
            asked.file(&record(1), &line);
            assert_eq!([1, 3, 9].map(held), [false; 3]);
            assert_eq!(totals(&entries), (0, 0));
        }
    }

    #[tokio::test(start_paused = true)]
    async fn what_a_silent_server_said_is_served_for_the_staleness_that_was_allowed_and_no_longer() {
        let entries = entries(NearCacheSettings::new().max_staleness(SECOND));
        let (key, line, other) = (key(1), line(), line());
        tokio::time::advance(10 * SECOND).await;
        let asked_at = tokio::time::Instant::now();
        tokio::time::advance(SECOND / 4).await;
        line.answered(asked_at);
        file(&entries, &key, &record(1), &line);
        // Another connection's sign of life proves nothing here, nor does an earlier question that is answered late.
        other.answered(tokio::time::Instant::now());
        line.answered(asked_at - SECOND);
        tokio::time::advance(3 * SECOND / 4).await;
        assert!(entries.get(&key, at(2)).is_some());
        tokio::time::advance(Duration::from_millis(1)).await;
        assert_eq!(entries.get(&key, at(2)), None);
    }

    #[test]
    fn what_came_over_a_line_is_not_served_once_it_broke_or_its_generation_was_given_up() {
        let entries = entries(NearCacheSettings::new());
        let latest = Arc::default();
        let generation = Generation::of(&latest);
        let [first, second] = [(); 2].map(|()| Arc::new(Line::new(generation.clone())));
        file(&entries, &key(1), &record(1), &first);
        file(&entries, &key(2), &record(1), &second);
        first.broke();
        assert_eq!(entries.get(&key(1), at(2)), None);
        assert!(entries.get(&key(2), at(2)).is_some());
        generation.end();
        assert_eq!(entries.get(&key(2), at(2)), None);
        // Who comes late gives nothing up that was opened since.
        let next = Arc::new(Line::new(Generation::of(&latest)));
        generation.end();
        file(&entries, &key(2), &record(1), &next);
        assert!(entries.get(&key(2), at(2)).is_some());
    }
}
