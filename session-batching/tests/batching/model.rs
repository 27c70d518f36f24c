//! A store whose statements wait until they are let through, and are remembered.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::io;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use session_batching::{Failed, LoadSeveral, SLOW, Seen, Settled, Update, UpdateSeveral};
use session_core::{Loaded, Moment, Record, StoreError, StoreKey, Updated};
use tokio::sync::Semaphore;
use tokio::task::yield_now;
use tokio::time::sleep;

/// What was sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Sent {
    Load(StoreKey),
    LoadSeveral(Vec<StoreKey>),
    Update(StoreKey),
    UpdateSeveral(Vec<StoreKey>),
}

#[derive(Clone, Copy, Default)]
struct Crowd {
    now: usize,
    most: usize,
}

impl Crowd {
    fn enter(&mut self) {
        self.now += 1;
        self.most = self.most.max(self.now);
    }

    fn leave(&mut self) {
        self.now -= 1;
    }
}

pub(crate) struct Model {
    entries: Mutex<BTreeMap<StoreKey, (Moment, Loaded)>>,
    sent: Mutex<Vec<Sent>>,
    /// Statements that may go on.
    gate: Semaphore,
    /// Sessions that no statement can be about.
    poisoned: Mutex<BTreeSet<StoreKey>>,
    /// What becomes of the next statements for several: whether they are carried out, and what is answered.
    fates: Mutex<VecDeque<(bool, Failed)>>,
    /// Sessions of which nobody knows what became of an update with others.
    uncertain: Mutex<BTreeSet<StoreKey>>,
    /// One statement in so many takes its time. Zero: none.
    slow: AtomicUsize,
    /// Updates that are under way.
    writing: Mutex<BTreeSet<StoreKey>>,
    /// Statements that are under way, and the most there were at once.
    crowd: Mutex<Crowd>,
}

impl Default for Model {
    fn default() -> Self {
        Self {
            entries: Mutex::default(),
            sent: Mutex::default(),
            gate: Semaphore::new(0),
            poisoned: Mutex::default(),
            fates: Mutex::default(),
            uncertain: Mutex::default(),
            slow: AtomicUsize::default(),
            writing: Mutex::default(),
            crowd: Mutex::default(),
        }
    }
}

impl Model {
    pub(crate) fn insert(&self, key: StoreKey, record: Record) {
        self.put(key, record.expires_at, Loaded::Found(record));
    }

    pub(crate) fn put(&self, key: StoreKey, expires_at: Moment, what: Loaded) {
        self.entries.lock().unwrap().insert(key, (expires_at, what));
    }

    pub(crate) fn get(&self, key: &StoreKey) -> Loaded {
        let entries = self.entries.lock().unwrap();
        entries.get(key).map_or(Loaded::Absent, |(_, what)| what.clone())
    }

    /// Lets so many statements through.
    pub(crate) fn let_through(&self, statements: usize) {
        self.gate.add_permits(statements);
    }

    /// Lets all statements through from now on.
    pub(crate) fn open(&self) {
        self.let_through(Semaphore::MAX_PERMITS / 2);
    }

    /// Has one statement in so many take longer than callers in line wait.
    pub(crate) fn slow_down(&self, one_in: usize) {
        self.slow.store(one_in, Ordering::Relaxed);
    }

    pub(crate) fn poison(&self, key: StoreKey) {
        self.poisoned.lock().unwrap().insert(key);
    }

    /// Lets the reply get lost for one of several.
    pub(crate) fn lose_sight_of(&self, key: StoreKey) {
        self.uncertain.lock().unwrap().insert(key);
    }

    /// What the next statement for several is answered, after it was carried out or not.
    pub(crate) fn fate(&self, is_carried_out: bool, failed: Failed) {
        self.fates.lock().unwrap().push_back((is_carried_out, failed));
    }

    pub(crate) fn sent(&self) -> Vec<Sent> {
        self.sent.lock().unwrap().clone()
    }

    /// How many statements were under way at once, at most.
    pub(crate) fn most_at_once(&self) -> usize {
        self.crowd.lock().unwrap().most
    }

    async fn send(&self, sent: Sent) {
        let number = {
            let mut all = self.sent.lock().unwrap();
            all.push(sent);
            all.len()
        };
        self.crowd.lock().unwrap().enter();
        self.gate.acquire().await.unwrap().forget();
        // So that others come meanwhile.
        yield_now().await;
        let slow = self.slow.load(Ordering::Relaxed);
        if slow > 0 && number.is_multiple_of(slow) {
            sleep(3 * SLOW).await;
        }
        self.crowd.lock().unwrap().leave();
    }

    fn is_poisoned(&self, key: &StoreKey) -> bool {
        self.poisoned.lock().unwrap().contains(key)
    }

    fn living(&self, key: &StoreKey, now: Moment) -> Option<(Moment, Loaded)> {
        let entry = self.entries.lock().unwrap().get(key).cloned();
        entry.filter(|(expires_at, _)| *expires_at > now)
    }

    fn apply(&self, update: &Update) -> Updated {
        match self.living(&update.key, update.now) {
            None | Some((_, Loaded::Absent)) => Updated::Gone,
            Some((_, Loaded::Moved(successor))) => Updated::Moved(successor),
            Some((_, Loaded::Found(current))) if current.revision != update.expected => Updated::Conflict(current),
            Some((_, Loaded::Found(_))) => {
                self.insert(update.key, update.record.clone());
                Updated::Applied
            }
        }
    }

    fn begin(&self, updates: &[Update]) {
        let mut writing = self.writing.lock().unwrap();
        for update in updates {
            assert!(writing.insert(update.key), "two updates of one session at once");
        }
    }

    fn end(&self, updates: &[Update]) {
        let mut writing = self.writing.lock().unwrap();
        updates.iter().for_each(|update| assert!(writing.remove(&update.key)));
    }
}

pub(crate) fn refused() -> StoreError {
    StoreError::Unavailable(io::Error::other("refused").into())
}

pub(crate) fn lost() -> StoreError {
    StoreError::ReplyLost(io::Error::other("the connection broke").into())
}

impl LoadSeveral for Model {
    async fn load(&self, key: &StoreKey, now: Moment) -> Result<Loaded, StoreError> {
        self.send(Sent::Load(*key)).await;
        if self.is_poisoned(key) {
            return Err(refused());
        }
        Ok(self.living(key, now).map_or(Loaded::Absent, |(_, what)| what))
    }

    async fn load_several(&self, keys: &[StoreKey], now: Moment) -> Result<Vec<Seen>, Failed> {
        assert!(keys.is_sorted_by(|one, next| one < next), "keys ascend, each once");
        self.send(Sent::LoadSeveral(keys.to_vec())).await;
        if let Some((_, failed)) = self.fates.lock().unwrap().pop_front() {
            return Err(failed);
        }
        if keys.iter().any(|key| self.is_poisoned(key)) {
            return Err(Failed::OneByOne);
        }
        let seen = keys.iter().filter_map(|key| {
            let (expires_at, what) = self.living(key, now)?;
            Some(Seen {
                key: *key,
                expires_at,
                what: Ok(what),
            })
        });
        // In no order.
        Ok(seen.rev().collect())
    }
}

impl UpdateSeveral for Model {
    async fn update(&self, update: &Update) -> Result<Updated, StoreError> {
        let alone = std::slice::from_ref(update);
        self.begin(alone);
        self.send(Sent::Update(update.key)).await;
        self.end(alone);
        if self.is_poisoned(&update.key) {
            return Err(refused());
        }
        Ok(self.apply(update))
    }

    async fn update_several(&self, updates: &[Update]) -> Result<Vec<Settled>, Failed> {
        assert!(
            updates.is_sorted_by(|one, next| one.key < next.key),
            "keys ascend, each once"
        );
        self.begin(updates);
        let keys = updates.iter().map(|update| update.key).collect();
        self.send(Sent::UpdateSeveral(keys)).await;
        self.end(updates);
        let fate = self.fates.lock().unwrap().pop_front();
        if matches!(fate, Some((false, _))) || updates.iter().any(|update| self.is_poisoned(&update.key)) {
            return Err(fate.map_or(Failed::OneByOne, |(_, failed)| failed));
        }
        let uncertain = self.uncertain.lock().unwrap().clone();
        let told = updates.iter().filter_map(|update| {
            let is_applied = self.apply(update) == Updated::Applied;
            if uncertain.contains(&update.key) {
                let answer = Err(lost());
                return Some(Settled {
                    key: update.key,
                    answer,
                });
            }
            is_applied.then(|| Settled::applied(update.key))
        });
        let told = told.rev().collect();
        match fate {
            Some((_, failed)) => Err(failed),
            None => Ok(told),
        }
    }
}
