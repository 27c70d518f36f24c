//! The store against a naive one: the same answers, and books that add up.

mod operations;

use std::collections::{BTreeSet, HashMap};

use fastrand::Rng;
use session_core::{Loaded, Moment, Owner, Record, Revision, StoreKey};

use crate::capacity::cost_of;
use crate::sessions::Sessions;
use crate::slot::State;
use crate::{MemoryStore, WhenFull};

impl Sessions {
    /// What is counted and indexed is what is there. For moments when nobody is at work.
    pub(crate) fn assert_consistent(&self) {
        self.shards.assert_consistent();
        let (mut sessions, mut bytes, mut owned) = (0, 0, BTreeSet::new());
        for shard in self.shards.iter() {
            for slot in shard.read().iter() {
                if let State::Session(record) = &slot.state {
                    sessions += 1;
                    bytes += cost_of(record);
                    owned.extend(record.owner.clone().map(|owner| (owner, slot.key)));
                }
            }
        }
        assert_eq!((self.capacity.sessions(), self.capacity.bytes()), (sessions, bytes));
        assert_eq!(self.owners.all(), owned);
    }
}

#[derive(Clone)]
enum Entry {
    Session(Record),
    Mark(StoreKey, Moment),
}

struct Model {
    random: Rng,
    now: Moment,
    keys: Vec<StoreKey>,
    owners: Vec<Owner>,
    entries: HashMap<StoreKey, Entry>,
    cut_offs: HashMap<Owner, Moment>,
    max_sessions: usize,
    max_bytes: usize,
    store: MemoryStore,
}

impl Model {
    fn new(seed: u64, max_sessions: usize, max_bytes: usize, when_full: WhenFull) -> Self {
        let settings = MemoryStore::builder().max_sessions(max_sessions).max_bytes(max_bytes);
        Self {
            random: Rng::with_seed(seed),
            now: Moment::from_millis(1_000),
            // Few shards and few hashes, so that they meet.
            keys: (0..40).map(key).collect(),
            owners: ["ann", "ben", "cleo"].map(|name| Owner::new(name).unwrap()).to_vec(),
            entries: HashMap::new(),
            cut_offs: HashMap::new(),
            max_sessions,
            max_bytes,
            store: settings.when_full(when_full).build().unwrap(),
        }
    }

    fn sessions(&self) -> &Sessions {
        &self.store.sessions
    }

    fn any_key(&mut self) -> StoreKey {
        self.keys[self.random.usize(..self.keys.len())]
    }

    fn any_revision(&mut self) -> Revision {
        Revision::from_u64(self.random.u64(..3))
    }

    fn any_moment(&mut self) -> Moment {
        Moment::from_millis(self.now.as_millis() - 20 + self.random.u64(..150))
    }

    fn any_owner(&mut self) -> Option<Owner> {
        let owner = self.random.usize(..2 * self.owners.len());
        self.owners.get(owner).cloned()
    }

    fn any_record(&mut self) -> Record {
        Record {
            revision: self.any_revision(),
            created_at: self.any_moment(),
            last_seen_at: self.any_moment(),
            expires_at: self.any_moment(),
            owner: self.any_owner(),
            payload: vec![0; self.random.usize(..400)].into(),
        }
    }

    fn any_began(&mut self) -> Option<Moment> {
        let began = self.any_moment();
        self.random.bool().then_some(began)
    }

    fn is_cut_off(&self, record: &Record, began: Option<Moment>) -> bool {
        let cut_off = record.owner.as_ref().and_then(|owner| self.cut_offs.get(owner));
        began.is_some_and(|began| cut_off.is_some_and(|cut_off| *cut_off >= began))
    }

    fn forget_ended(&mut self) {
        let now = self.now;
        self.entries.retain(|_, entry| match entry {
            Entry::Session(record) => !record.expires_at.has_passed(now),
            Entry::Mark(_, until) => !until.has_passed(now),
        });
    }

    fn fits(&self, sessions: usize, bytes: usize) -> bool {
        let held = self.entries.values().filter_map(|entry| match entry {
            Entry::Session(record) => Some(cost_of(record)),
            Entry::Mark(..) => None,
        });
        let (count, sum) = held.fold((0, 0), |(count, sum), cost| (count + 1, sum + cost));
        count + sessions <= self.max_sessions && sum + bytes <= self.max_bytes
    }

    /// Lets go what was evicted: only what belongs to nobody, and only where it was needed. That the one that
    /// grows is spared shows in the answer.
    fn follow_evictions(&mut self, spared: &StoreKey, fits: bool) {
        for key in self.keys.iter().filter(|key| *key != spared) {
            let is_evicted = match self.entries.get(key) {
                Some(Entry::Session(record)) => {
                    let there = self.sessions().load(key, self.now);
                    there == Loaded::Absent && record.owner.is_none()
                }
                _ => false,
            };
            if is_evicted {
                assert!(!fits);
                self.entries.remove(key);
            }
        }
    }

    fn step(&mut self) {
        self.now = Moment::from_millis(self.now.as_millis() + self.random.u64(..4));
        self.forget_ended();
        match self.random.u32(..100) {
            0..35 => self.create(),
            35..55 => self.update(),
            55..75 => self.rotate(),
            75..85 => self.touch(),
            85..95 => self.delete(),
            95..97 => self.delete_sessions_of(),
            97..99 => {
                let limit = self.random.usize(..8);
                let removed = self.sessions().delete_expired(limit, self.now);
                assert!(removed <= limit as u64);
            }
            _ if self.random.u32(..20) == 0 => {
                self.sessions().clear();
                self.entries.clear();
                self.cut_offs.clear();
            }
            _ => {}
        }
    }

    fn compare(&self) {
        for key in &self.keys {
            let expected = match self.entries.get(key) {
                None => Loaded::Absent,
                Some(Entry::Mark(to, _)) => Loaded::Moved(*to),
                Some(Entry::Session(record)) => Loaded::Found(record.clone()),
            };
            assert_eq!(self.sessions().load(key, self.now), expected);
        }
        for owner in &self.owners {
            let listed = self.sessions().sessions_of(owner, self.now);
            let listed: BTreeSet<_> = listed.iter().map(|listed| listed.key).collect();
            let is_owned = |entry: &Entry| matches!(entry, Entry::Session(it) if it.owner.as_ref() == Some(owner));
            let expected = self.entries.iter().filter(|(_, entry)| is_owned(entry));
            assert_eq!(listed, expected.map(|(key, _)| *key).collect());
        }
        let living = self
            .entries
            .values()
            .filter(|entry| matches!(entry, Entry::Session(_)))
            .count();
        assert_eq!(self.sessions().count(self.now), living as u64);
        assert!(self.store.held_sessions() <= self.max_sessions && self.store.held_bytes() <= self.max_bytes);
    }

    /// Ends everything, and finds the store empty and its books at nought.
    fn drain(&mut self) {
        let end = Moment::MAX;
        while self.sessions().delete_expired(5, end) > 0 {}
        assert_eq!((self.store.held_sessions(), self.store.held_bytes()), (0, 0));
        self.sessions().assert_consistent();
    }
}

fn key(number: u8) -> StoreKey {
    let mut bytes = [0; 32];
    (bytes[0], bytes[20], bytes[31]) = (number % 2, number, number % 5);
    StoreKey::from_bytes(bytes)
}

fn run(max_sessions: usize, max_bytes: usize, when_full: WhenFull) {
    for seed in 0..40 {
        let mut model = Model::new(seed, max_sessions, max_bytes, when_full);
        for step in 0..500 {
            model.step();
            model.forget_ended();
            model.compare();
            if step % 10 == 0 {
                model.sessions().assert_consistent();
            }
        }
        model.drain();
    }
}

#[test]
fn a_roomy_store_answers_as_a_naive_one() {
    run(1_000, 1_000_000, WhenFull::Refuse);
}

#[test]
fn a_full_store_refuses_exactly_what_does_not_fit_beside_the_living() {
    run(8, 1_000_000, WhenFull::Refuse);
    run(1_000, 3_000, WhenFull::Refuse);
}

#[test]
fn a_full_store_that_evicts_refuses_only_where_the_rest_is_signed_in() {
    run(8, 1_000_000, WhenFull::EvictNearestEnd);
    run(1_000, 3_000, WhenFull::EvictNearestEnd);
}
