//! How often an operation has the thread of a connection do something, which is what a round trip is elsewhere.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use session_core::{MARK_KEPT, Revision, Store as _, StoreError, Touch};
use tracing::span::Id;
use tracing::{Instrument as _, Subscriber};
use tracing_subscriber::Layer;
use tracing_subscriber::layer::{Context, SubscriberExt as _};
use tracing_subscriber::util::SubscriberInitExt as _;

use crate::store;
use crate::support::folder::Folder;
use crate::support::session::{NOW, counting, create, new_key, owned, owner, rotation};

/// Counts the commands that connections begin to carry out: the driver has each of them enter the span of its caller.
#[derive(Clone, Default)]
struct Turns(Arc<AtomicUsize>);

impl<S: Subscriber> Layer<S> for Turns {
    fn on_enter(&self, _span: &Id, _context: Context<'_, S>) {
        if thread::current()
            .name()
            .is_some_and(|name| name.starts_with("session-kit-"))
        {
            self.0.fetch_add(1, Ordering::SeqCst);
        }
    }
}

impl Turns {
    async fn of<T>(&self, operation: impl Future<Output = Result<T, StoreError>>) -> usize {
        self.0.store(0, Ordering::SeqCst);
        drop(operation.instrument(tracing::info_span!("operation")).await.unwrap());
        self.0.load(Ordering::SeqCst)
    }
}

fn touch(expected: Revision) -> Touch {
    Touch {
        expected,
        last_seen_at: NOW,
        expires_at: NOW + MARK_KEPT,
    }
}

#[tokio::test]
async fn an_operation_is_one_turn_whatever_the_answer() {
    let turns = Turns::default();
    let _subscriber = tracing_subscriber::registry().with(turns.clone()).set_default();
    let (folder, ann, other) = (Folder::new(), owner("ann"), new_key());
    let store = store(&folder.0).await;
    let (old, new, hers) = (counting(0), counting(1), owned(counting(0), &ann));
    let key = create(&store, &old).await;
    // The reader's connection is opened.
    drop(store.load(&key, NOW).await);

    let rotate = async |from, to, expected| store.rotate(&rotation(from, to, expected, &new), NOW).await;
    let (first, second) = (new_key(), new_key());
    for (what, took) in [
        ("load", turns.of(store.load(&key, NOW)).await),
        ("load of nothing", turns.of(store.load(&other, NOW)).await),
        ("create", turns.of(store.create(&other, &old, None, NOW)).await),
        ("create, taken", turns.of(store.create(&key, &old, None, NOW)).await),
        ("touch", turns.of(store.touch(&key, &touch(old.revision), NOW)).await),
        (
            "touch, stale",
            turns.of(store.touch(&key, &touch(new.revision), NOW)).await,
        ),
        ("update", turns.of(store.update(&key, &new, old.revision, NOW)).await),
        (
            "update, conflict",
            turns.of(store.update(&key, &new, old.revision, NOW)).await,
        ),
        ("rotate, conflict", turns.of(rotate(&key, &first, old.revision)).await),
        ("rotate", turns.of(rotate(&key, &first, new.revision)).await),
        ("rotate, sent again", turns.of(rotate(&key, &first, new.revision)).await),
        ("rotate, again", turns.of(rotate(&first, &second, new.revision)).await),
        (
            "update, moved",
            turns.of(store.update(&key, &new, old.revision, NOW)).await,
        ),
        ("delete, moved twice", turns.of(store.delete(&key, NOW)).await),
        ("sessions_of", turns.of(store.sessions_of(&ann, NOW)).await),
        ("count", turns.of(store.count(NOW)).await),
    ] {
        assert_eq!(took, 1, "{what}");
    }
    let sign_in = || turns.of(async { store.create(&new_key(), &hers, Some(NOW), NOW).await });
    assert_eq!(sign_in().await, 1);
    assert_eq!(turns.of(store.delete_sessions_of(&ann, None, NOW)).await, 2);
    assert_eq!(sign_in().await, 1, "cut off");
    assert_eq!(turns.of(store.delete_expired(1, NOW + MARK_KEPT)).await, 1);
    assert_eq!(turns.of(store.delete_expired(1000, NOW + MARK_KEPT)).await, 2);
    assert_eq!(turns.of(store.clear()).await, 2);
}
