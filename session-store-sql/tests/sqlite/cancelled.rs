//! Operations whose callers go away in the middle.

use std::path::Path;
use std::time::Duration;

use session_core::{Loaded, Store as _};
use session_store_sql::SqliteStore;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions};
use tokio::task::yield_now;
use tokio::time::Instant;

use crate::support::folder::Folder;
use crate::support::other_process::{command, run, task};
use crate::support::session::{NOW, count_of, counting, create, found, new_key, rotation};
use crate::support::threads::connections;
use crate::{alone, store};

const ROUNDS: u64 = 500;
const READERS: usize = 2;

/// Each session is as one of the operations left it, whether its caller stayed or not.
async fn callers_come_and_go(store: &SqliteStore) {
    let (record, mut gone) = (counting(0), 0);
    for _ in 0..ROUNDS {
        let key = create(store, &record).await;
        let (next, new) = (counting(1), new_key());
        let operations = async {
            store.update(&key, &next, record.revision, NOW).await.map(drop)?;
            let rotation = rotation(&key, &new, next.revision, &next);
            store.rotate(&rotation, NOW).await.map(drop)?;
            store.load(&new, NOW).await.map(drop)
        };
        // Timers are too coarse for this: each time it is asked that many times whether it is done.
        let patience = async {
            for _ in 0..1 << fastrand::u32(0..14) {
                yield_now().await;
            }
        };
        tokio::select! {
            biased;
            done = operations => done.unwrap(),
            () = patience => gone += 1,
        }
        let begun = Instant::now();
        let current = match store.load(&key, NOW).await.unwrap() {
            Loaded::Found(current) => current,
            Loaded::Moved(to) => {
                assert_eq!(to, new);
                found(store, &new).await
            }
            Loaded::Absent => panic!("a session was lost"),
        };
        assert!(count_of(&current) <= 1);
        // A write, too, for that is whose turn was broken off.
        create(store, &record).await;
        assert!(begun.elapsed() < Duration::from_secs(1), "{:?}", begun.elapsed());
    }
    println!("{gone} of {ROUNDS} callers went away");
    assert!(gone > ROUNDS / 10, "{gone}");
}

/// Not a test by itself: in a process where nobody else opens connections.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_other_that_counts() {
    let Some(folder) = task() else { return };
    let store = SqliteStore::builder(crate::support::url(Path::new(&folder))).connections(READERS);
    let store = store.connect().await.unwrap();
    callers_come_and_go(&store).await;
    let connections = connections();
    assert!(connections.iter().all(|number| *number <= READERS), "{connections:?}");
}

#[tokio::test]
async fn who_goes_away_leaves_the_connections_as_they_were() {
    let _turn = alone().await;
    let folder = Folder::new();
    run(command(
        &[],
        "cancelled::the_other_that_counts",
        folder.0.to_str().unwrap(),
    ))
    .await;
    drop(store(&folder.0).await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_goes_away_leaves_a_pool_as_it_was() {
    let _turn = alone().await;
    let folder = Folder::new();
    let options = SqliteConnectOptions::new()
        .filename(folder.0.join("sessions.db"))
        .create_if_missing(true);
    let pool = SqlitePoolOptions::new().max_connections(2);
    let pool = pool
        .connect_with(options.journal_mode(SqliteJournalMode::Wal))
        .await
        .unwrap();
    callers_come_and_go(&SqliteStore::from_pool(pool.clone()).connect().await.unwrap()).await;
    pool.close().await;
}
