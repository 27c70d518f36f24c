//! Random operations that have something to do.

use std::time::Duration;

use fastrand::Rng;
use session_core::{Loaded, MARK_KEPT, Moment, Owner, Record, Revision, Store, StoreKey, Touch};

use super::given::{HOUR, MILLISECOND, MINUTE, numbered_key, owner, revision, start};
use super::step::{Move, Outcome, Step};
use crate::reference_store::ReferenceStore;

const OWNERS: [&str; 3] = ["alice", "alice2", "Alice"];

/// Steps that are drawn with an eye on the model, so that most of them have something to do.
pub(super) struct Sequence {
    seed: u64,
    random: Rng,
    model: ReferenceStore,
    keys: Vec<StoreKey>,
    revisions: u64,
    last_mark_until: Moment,
    began_at: Moment,
    now: Moment,
}

impl Sequence {
    pub(super) fn new(seed: u64) -> Self {
        let now = start();
        Self {
            seed,
            random: Rng::with_seed(seed),
            model: ReferenceStore::new(),
            keys: Vec::new(),
            revisions: 0,
            last_mark_until: now,
            began_at: now,
            now,
        }
    }

    pub(super) const fn seed(&self) -> u64 {
        self.seed
    }

    pub(super) const fn now(&self) -> Moment {
        self.now
    }

    pub(super) const fn elapsed(&self) -> Duration {
        self.now.since(self.began_at)
    }

    pub(super) const fn model(&self) -> &ReferenceStore {
        &self.model
    }

    /// The step after `last`. What the contract leaves open is not drawn: creating or rotating to a key that was used
    /// before and is free again, and signing in too late where something else is wrong, too.
    pub(super) async fn next(&mut self, last: Option<Step>) -> Step {
        if let Some(last) = last
            && self.random.u8(..) < 16
            && self.can_be_repeated(&last).await
        {
            return last;
        }
        if self.random.u8(..) < 40 {
            let pauses = [MILLISECOND, Duration::from_secs(10), MINUTE, MINUTE * 10, HOUR / 2];
            self.now = self.now + self.random.choice(pauses).unwrap_or(MILLISECOND);
        }
        let key = self.some_key();
        match self.random.u8(0..100) {
            0..20 => self.create(key).await,
            20..35 => Step::Load(key),
            35..52 => self.update(key).await,
            52..70 => self.rotate(key).await,
            70..82 => self.touch(key).await,
            82..88 => Step::Delete(key),
            88..92 => Step::SessionsOf(self.owner()),
            92..95 => Step::DeleteSessionsOf(self.owner(), self.random.bool().then_some(key)),
            95..98 => Step::DeleteExpired(self.random.usize(1..5)),
            _ => Step::Count,
        }
    }

    /// A creation, now and then under a key that is taken.
    async fn create(&mut self, used: StoreKey) -> Step {
        let is_taken = matches!(self.model.load(&used, self.now).await, Ok(Loaded::Found(_)));
        if is_taken && self.random.u8(0..4) == 0 {
            return Step::Create(used, self.record(), None);
        }
        Step::Create(self.fresh_key(), self.record(), self.signs_in())
    }

    /// With owner and beginning of the record that is there, if there is one.
    async fn update(&mut self, key: StoreKey) -> Step {
        let mut record = self.record();
        if let Ok(Loaded::Found(current)) = self.model.load(&key, self.now).await {
            record.created_at = current.created_at;
            record.owner = current.owner;
        }
        Step::Update(key, record, self.expected(&key).await)
    }

    async fn rotate(&mut self, old: StoreKey) -> Step {
        let record = Record {
            expires_at: self.now + MINUTE * self.random.u32(1..90),
            ..self.record()
        };
        let current = self.model.load(&old, self.now).await.ok();
        let (expected, signs_in) = match current {
            Some(Loaded::Found(current)) if self.random.bool() => (current.revision, self.signs_in()),
            Some(_) | None => (self.expected(&old).await, None),
        };
        // No mark ends before one that leads to it: through the gap the first key would lead to nothing or to the last
        // one, and either is right.
        let time = MARK_KEPT + MINUTE * self.random.u32(0..30);
        self.last_mark_until = self.last_mark_until.max(self.now + time);
        Step::Rotate(Box::new(Move {
            old,
            new: self.fresh_key(),
            record,
            expected,
            mark_until: self.last_mark_until,
            signs_in,
        }))
    }

    async fn touch(&mut self, key: StoreKey) -> Step {
        let touch = Touch {
            expected: self.expected(&key).await,
            last_seen_at: self.moment_around_now(),
            expires_at: self.end(),
        };
        Step::Touch(key, touch)
    }

    /// What must be the same at the end.
    pub(super) fn inspection(&self) -> Vec<Step> {
        let loads = self.keys.iter().copied().map(Step::Load);
        let lists = OWNERS.iter().map(|name| Step::SessionsOf(owner(name)));
        loads.chain(lists).chain([Step::Count]).collect()
    }

    /// The answer, with where the session is now for where it went first, for a mark may name either; and with "gone" for
    /// "moved to what is gone", for a mark may end with its session or after it.
    pub(super) async fn follow(&self, answer: Outcome) -> Outcome {
        if answer.is_gone() {
            return Outcome::Gone;
        }
        let Some(mut key) = answer.successor() else {
            return answer;
        };
        loop {
            match self.model.load(&key, self.now).await {
                Ok(Loaded::Moved(successor)) => key = successor,
                Ok(Loaded::Found(_)) => return answer.with_successor(key),
                Ok(Loaded::Absent) | Err(_) => return Outcome::Gone,
            }
        }
    }

    /// Whether it has one right answer when it is done twice.
    async fn can_be_repeated(&self, step: &Step) -> bool {
        match step {
            Step::Create(key, ..) => matches!(self.model.load(key, self.now).await, Ok(Loaded::Found(_))),
            Step::Rotate(rotation) => {
                let left = self.model.load(&rotation.old, self.now).await;
                matches!(left, Ok(Loaded::Moved(successor)) if successor == rotation.new)
            }
            Step::Load(_)
            | Step::Update(..)
            | Step::Touch(..)
            | Step::Delete(_)
            | Step::SessionsOf(_)
            | Step::DeleteSessionsOf(..)
            | Step::DeleteExpired(_)
            | Step::Count => true,
        }
    }

    fn fresh_key(&mut self) -> StoreKey {
        let key = numbered_key(self.random.u64(..));
        self.keys.push(key);
        key
    }

    /// One of the last keys: most of what came before has ended.
    fn some_key(&mut self) -> StoreKey {
        let recent: Vec<_> = self.keys.iter().rev().take(6).copied().collect();
        self.random.choice(recent).unwrap_or_else(|| numbered_key(0))
    }

    async fn expected(&mut self, key: &StoreKey) -> Revision {
        match self.model.load(key, self.now).await {
            Ok(Loaded::Found(current)) if self.random.u8(0..4) > 0 => current.revision,
            Ok(_) | Err(_) => revision(self.random.u64(0..=self.revisions)),
        }
    }

    fn record(&mut self) -> Record {
        self.revisions += 1;
        let owned = self.random.u8(0..4) > 0;
        Record {
            revision: revision(self.revisions),
            created_at: self.moment_around_now(),
            last_seen_at: self.moment_around_now(),
            expires_at: self.end(),
            owner: owned.then(|| self.owner()),
            payload: vec![self.random.u8(..); self.random.usize(0..100)].into(),
        }
    }

    fn owner(&mut self) -> Owner {
        owner(self.random.choice(OWNERS).unwrap_or("alice"))
    }

    fn signs_in(&mut self) -> Option<Moment> {
        self.random.bool().then(|| self.now - MINUTE * self.random.u32(0..20))
    }

    fn moment_around_now(&mut self) -> Moment {
        self.now + MINUTE * self.random.u32(0..40) - MINUTE * 20
    }

    /// Mostly in the future.
    fn end(&mut self) -> Moment {
        self.now + MINUTE * self.random.u32(0..90) - MINUTE * 5
    }
}
