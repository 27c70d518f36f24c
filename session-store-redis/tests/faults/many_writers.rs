//! Two processes with fifty writers each, all on one session.

use std::sync::Arc;

use session_core::{Record, Store as _, StoreKey, Updated};
use session_store_redis::RedisStore;

use crate::support::other_process::{OtherProcess, task};
use crate::support::prefix;
use crate::support::server::Server;
use crate::support::session::{NOW, count_of, counting, create, found};
use crate::{alone, builder};

const WRITERS: u64 = 50;
const INCREMENTS: u64 = 10;

/// Adds one, however often others are faster.
async fn increment(store: &RedisStore, key: &StoreKey, known: &mut Record) {
    loop {
        let next = counting(count_of(known) + 1);
        match store.update(key, &next, known.revision, NOW).await.unwrap() {
            Updated::Applied => {
                *known = next;
                return;
            }
            Updated::Conflict(current) => *known = current,
            other @ (Updated::Moved(_) | Updated::Gone) => panic!("{other:?}"),
        }
    }
}

async fn write(store: RedisStore, key: StoreKey) {
    let store = Arc::new(store);
    let writers: Vec<_> = (0..WRITERS)
        .map(|_| {
            let store = Arc::clone(&store);
            tokio::spawn(async move {
                let mut known = found(&*store, &key).await;
                for _ in 0..INCREMENTS {
                    increment(&store, &key, &mut known).await;
                }
            })
        })
        .collect();
    for writer in writers {
        writer.await.unwrap();
    }
}

/// Not a test by itself: what the other process does with a URL, a prefix and a key.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_other_process() {
    let Some(task) = task() else { return };
    let [url, prefix, digits]: [&str; 3] = task.split(' ').collect::<Vec<_>>().try_into().unwrap();
    let bytes: Vec<u8> = digits.split(',').map(|digits| digits.parse().unwrap()).collect();
    let store = builder(url.to_owned()).prefix(prefix).connect().await.unwrap();
    write(store, StoreKey::from_bytes(bytes.try_into().unwrap())).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_increment_of_a_hundred_writers_in_two_processes_is_lost() {
    let _turn = alone().await;
    let server = Server::start().await;
    let prefix = prefix();
    let store = builder(server.url()).prefix(&prefix).connect().await.unwrap();
    let key = create(&store, &counting(0)).await;
    let digits: Vec<_> = key.as_bytes().iter().map(u8::to_string).collect();
    let task = [server.url(), prefix, digits.join(",")];
    let others = [(); 2].map(|()| {
        let task: Vec<_> = task.iter().map(String::as_str).collect();
        OtherProcess::start("many_writers::the_other_process", &task)
    });
    for other in others {
        other.succeeds().await;
    }
    assert_eq!(count_of(&found(&store, &key).await), 2 * WRITERS * INCREMENTS);
}
