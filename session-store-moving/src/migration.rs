//! All sessions of the old store, one after the other.

use std::iter::successors;
use std::time::Duration;

use futures_util::StreamExt as _;
use futures_util::stream;
use session_core::{Clock, ConfigError, Handle, ScanCursor, StoreError, StoreKey, SystemClock};
use tokio::time::sleep;

use crate::progress::Progress;
use crate::store::MovingStore;
use crate::stores::Settled;

const PAGE: usize = 1_000;
const DEFAULT_AT_ONCE: usize = 32;
const MOST_AT_ONCE: usize = 1_024;

/// How often a session is tried whose store is away.
const ATTEMPTS: u32 = 6;
const FIRST_PAUSE: Duration = Duration::from_millis(100);

/// Moves every session of the old store, whether it is used or not.
///
/// It may run anywhere and at any time after all nodes have a [`MovingStore`], on several nodes at once, and be dropped at any moment: a session
/// that is half-way is whole for whoever needs it, and the next run goes on with what is left. What it can't move stays where it is.
///
/// ```
/// use session_conformance::ReferenceStore;
/// use session_store_moving::{Migration, MovingStore};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let (old, new) = (ReferenceStore::new(), ReferenceStore::new());
/// let store = MovingStore::new(old, new);
/// let moved = Migration::of(&store).at_once(64)?.run(|progress| println!("{progress}")).await?;
/// assert!(moved.is_complete());
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
#[must_use]
pub struct Migration {
    store: MovingStore,
    at_once: usize,
    clock: Box<dyn Clock>,
}

/// A migration came to a halt: one of the stores failed, again and again.
///
/// What was moved stays moved, and running again goes on with the rest.
#[derive(Debug, thiserror::Error)]
#[error("the move came to a halt after {} sessions", .progress.moved)]
pub struct MigrationError {
    /// How far it had come.
    pub progress: Progress,
    /// What the store said.
    #[source]
    pub source: StoreError,
}

/// What became of a key that the old store named.
enum Outcome {
    Moved,
    /// It was moved, ended or rotated before.
    NotThere,
    /// It stays where it is.
    Failed(Handle, StoreError),
}

impl Migration {
    /// All sessions of the old store of `store`. Nothing happens yet.
    pub fn of(store: &MovingStore) -> Self {
        Self {
            store: store.clone(),
            at_once: DEFAULT_AT_ONCE,
            clock: Box::new(SystemClock),
        }
    }

    /// How many sessions are moved at once: 1 to 1,024, default 32. Each takes six operations one after the other, so this is what decides how
    /// long it takes, and how much of the stores it takes from others.
    ///
    /// # Errors
    ///
    /// When `sessions` is out of its bounds.
    pub fn at_once(mut self, sessions: usize) -> Result<Self, ConfigError> {
        if !(1..=MOST_AT_ONCE).contains(&sessions) {
            return Err(ConfigError::Bounds {
                setting: "how many sessions are moved at once",
                value: sessions.to_string(),
                bounds: "1 to 1,024",
            });
        }
        self.at_once = sessions;
        Ok(self)
    }

    /// Where the time comes from: the clock of the session manager. Default: [`SystemClock`].
    pub fn clock(mut self, clock: impl Clock) -> Self {
        self.clock = Box::new(clock);
        self
    }

    /// Moves what there is, and tells how far it is after each page of about a thousand sessions.
    ///
    /// It walks over the old store until it has come to nothing new, since nodes may begin sessions there while it runs. A session that can't be read,
    /// or is too large for the new store, is counted and logged by its handle, and stays.
    ///
    /// # Errors
    ///
    /// When a store is away for some seconds, or full.
    pub async fn run(&self, mut watch: impl FnMut(&Progress) + Send) -> Result<Progress, MigrationError> {
        let mut progress = Progress::default();
        match self.walks(&mut progress, &mut watch).await {
            Ok(()) => Ok(progress),
            Err(source) => Err(MigrationError { progress, source }),
        }
    }

    async fn walks(
        &self,
        progress: &mut Progress,
        watch: &mut (impl FnMut(&Progress) + Send),
    ) -> Result<(), StoreError> {
        let now = self.clock.now();
        progress.found = self.patiently(|| self.store.stores.old.count(now)).await?;
        watch(progress);
        loop {
            let before = progress.moved;
            progress.failed = 0;
            self.walk(progress, watch).await?;
            if progress.moved == before {
                return Ok(());
            }
        }
    }

    async fn walk(
        &self,
        progress: &mut Progress,
        watch: &mut (impl FnMut(&Progress) + Send),
    ) -> Result<(), StoreError> {
        let mut cursor: Option<ScanCursor> = None;
        loop {
            let from = cursor.as_ref();
            let page = self.patiently(|| self.store.stores.old.scan(from, PAGE)).await?;
            let mut outcomes = stream::iter(page.keys)
                .map(|key| self.bring(key))
                .buffer_unordered(self.at_once);
            while let Some(outcome) = outcomes.next().await {
                match outcome? {
                    Outcome::Moved => progress.moved += 1,
                    Outcome::NotThere => {}
                    Outcome::Failed(session, error) => {
                        progress.failed += 1;
                        let reason = chain(&error);
                        tracing::warn!(target: "session_kit", %session, reason, "a session can't be moved and stays");
                    }
                }
            }
            drop(outcomes);
            watch(progress);
            cursor = page.next;
            if cursor.is_none() {
                return Ok(());
            }
        }
    }

    async fn bring(&self, key: StoreKey) -> Result<Outcome, StoreError> {
        let brought = self.patiently(async || {
            let now = self.clock.now();
            Ok(match self.store.stores.settle(&key, now).await? {
                Settled::Brought(_) => Outcome::Moved,
                Settled::There(_) => {
                    self.store.stores.tidy(&key, now).await?;
                    Outcome::NotThere
                }
                Settled::Moved(_) | Settled::Absent => Outcome::NotThere,
            })
        });
        match brought.await {
            Err(error @ (StoreError::Corrupt(_) | StoreError::TooLarge { .. })) => {
                Ok(Outcome::Failed(key.handle(), error))
            }
            outcome => outcome,
        }
    }

    /// Tries again for some seconds where a store is away.
    async fn patiently<T>(&self, attempt: impl AsyncFn() -> Result<T, StoreError>) -> Result<T, StoreError> {
        let mut pause = FIRST_PAUSE;
        for _ in 1..ATTEMPTS {
            match attempt().await {
                Err(StoreError::Unavailable(_) | StoreError::ReplyLost(_)) => sleep(pause).await,
                answer => return answer,
            }
            pause *= 2;
        }
        attempt().await
    }
}

/// An error with its causes.
fn chain(error: &(dyn std::error::Error + 'static)) -> String {
    let causes = successors(Some(error), |error| error.source());
    causes.map(ToString::to_string).collect::<Vec<_>>().join(": ")
}
