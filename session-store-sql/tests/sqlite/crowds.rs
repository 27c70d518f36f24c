//! Many tasks at once.

use std::fs;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use session_core::{Store as _, StoreKey, Updated};
use session_store_sql::{SqliteStore, SqliteStoreBuilder};
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep};

use crate::support::folder::Folder;
use crate::support::session::{NOW, counting, create, found};
use crate::{alone, builder};

const TASKS: usize = 200;
const LASTS: Duration = Duration::from_secs(5);
/// Who starves waits to the end. In a fair store, only a disk with less than a hundred writes a second takes so long.
const SLOWEST: Duration = Duration::from_secs(3);

async fn write(store: &SqliteStore, key: &StoreKey) {
    let known = found(store, key).await;
    let updated = store.update(key, &counting(1), known.revision, NOW).await.unwrap();
    assert_eq!(updated, Updated::Applied);
}

/// How long each took, in order.
fn spawn(
    all: &mut JoinSet<Vec<Duration>>,
    is_over: &Arc<AtomicBool>,
    store: &SqliteStore,
    key: StoreKey,
    writes: bool,
) {
    let (store, is_over) = (store.clone(), Arc::clone(is_over));
    all.spawn(async move {
        let mut took = Vec::new();
        while !is_over.load(Ordering::Relaxed) {
            let begun = Instant::now();
            if writes {
                write(&store, &key).await;
            } else {
                found(&store, &key).await;
            }
            took.push(begun.elapsed());
        }
        took
    });
}

async fn measure(name: &str, all: &mut JoinSet<Vec<Duration>>) -> Duration {
    let (mut took, mut fewest) = (Vec::new(), usize::MAX);
    while let Some(one) = all.join_next().await {
        let one = one.unwrap();
        fewest = fewest.min(one.len());
        took.extend(one);
    }
    took.sort_unstable();
    let at = |part: usize| took.get((took.len() - 1) * part / 1000).copied().unwrap();
    println!(
        "{name}: {} in {LASTS:?}, half within {:?}, 99 % {:?}, 99.9 % {:?}, slowest {:?}, fewest of a task {fewest}",
        took.len(),
        at(500),
        at(990),
        at(999),
        at(1000)
    );
    assert!(fewest > 0);
    at(1000)
}

async fn crowd(name: &str, builder: SqliteStoreBuilder, folder: &Folder) {
    let store = builder.connect().await.unwrap();
    let is_over = Arc::new(AtomicBool::new(false));
    let (mut writers, mut readers) = (JoinSet::new(), JoinSet::new());
    let mut keys = Vec::new();
    for _ in 0..TASKS {
        keys.push(create(&store, &counting(0)).await);
    }
    for key in keys {
        spawn(&mut writers, &is_over, &store, key, true);
        spawn(&mut readers, &is_over, &store, key, false);
    }
    sleep(LASTS).await;
    let log = fs::metadata(folder.0.join("sessions.db-wal")).unwrap().len();
    is_over.store(true, Ordering::Relaxed);
    let slowest = measure(&format!("{name}, loads and updates"), &mut writers).await;
    assert!(slowest < SLOWEST, "{slowest:?}");
    let slowest = measure(&format!("{name}, loads"), &mut readers).await;
    assert!(slowest < SLOWEST, "{slowest:?}");
    println!("{name}: the log has {log} bytes");
    assert!(log < 64 * 1024 * 1024, "{log}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn nobody_starves_among_two_hundred_writers_and_two_hundred_readers() {
    let _turn = alone().await;
    let folder = Folder::new();
    crowd("own connections", builder(&folder.0), &folder).await;
    let folder = Folder::new();
    let relaxed = builder(&folder.0).may_lose_last_writes_on_power_loss();
    crowd("relaxed", relaxed, &folder).await;
}
