//! What happens at the same moment.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use session_core::{Deleted, Loaded, Store};
use tokio::task::{JoinSet, yield_now};
use tokio::time::Instant;

use crate::support::{
    proxy::{Late, Proxy},
    server::Server,
    session::{NOW, create, loaded, record, update},
    variable,
};
use crate::{Nodes, comes_to};

/// After so long, what was said on the same machine has been heard.
const SETTLED: Duration = Duration::from_millis(20);

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn nothing_stays_that_was_overwritten_while_it_was_first_asked_for() {
    const KEYS: usize = 420;
    const ROUNDS: usize = 120;
    let nodes = Arc::new(Nodes::on(&variable("SESSION_KIT_REDIS_URL"), 4).await);
    let (mut overwrites, mut stale) = (0, 0);
    for _ in 0..ROUNDS {
        let mut tasks = JoinSet::new();
        for _ in 0..KEYS {
            let nodes = Arc::clone(&nodes);
            tasks.spawn(async move {
                let key = create(&nodes.plain, &record(1)).await;
                let overwrite = async {
                    for _ in 0..fastrand::u8(..4) {
                        yield_now().await;
                    }
                    update(&nodes.plain, &key, 1).await;
                };
                tokio::join!(loaded(&nodes.here, &key), overwrite);
                key
            });
        }
        let keys = tasks.join_all().await;
        overwrites += keys.len();
        tokio::time::sleep(SETTLED).await;
        for key in &keys {
            stale += usize::from(loaded(&nodes.here, key).await != 2);
        }
    }
    assert!(overwrites >= 50_000, "{overwrites} overwrites");
    assert_eq!(stale, 0, "stale after {overwrites} overwrites");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn whoever_has_written_reads_it_at_once_on_any_thread_and_clone() {
    const WRITERS: u64 = 8;
    const ROUNDS: u64 = 2_500;
    let nodes = Nodes::on(&variable("SESSION_KIT_REDIS_URL"), 4).await;
    let stale = Arc::new(AtomicU64::new(0));
    let mut writers = JoinSet::new();
    for _ in 0..WRITERS {
        let (writer, reader, stale) = (nodes.here.clone(), nodes.here.clone(), Arc::clone(&stale));
        writers.spawn(async move {
            let key = create(&writer, &record(1)).await;
            let is_over = Arc::new(AtomicBool::new(false));
            // Somebody else here who reads the same all the time.
            let bystander = tokio::spawn({
                let (reader, is_over) = (reader.clone(), Arc::clone(&is_over));
                async move {
                    while !is_over.load(Ordering::Relaxed) {
                        loaded(&reader, &key).await;
                        yield_now().await;
                    }
                }
            });
            for round in 1..=ROUNDS {
                update(&writer, &key, round).await;
                let reader = reader.clone();
                let load = async move { loaded(&reader, &key).await };
                let found = if round % 2 == 0 {
                    load.await
                } else {
                    tokio::spawn(load).await.unwrap()
                };
                stale.fetch_add(u64::from(found != round + 1), Ordering::Relaxed);
            }
            is_over.store(true, Ordering::Relaxed);
            bystander.await.unwrap();
        });
    }
    writers.join_all().await;
    let rounds = WRITERS * ROUNDS;
    assert_eq!(stale.load(Ordering::Relaxed), 0, "stale in {rounds} rounds");
}

#[tokio::test]
async fn whoever_has_written_does_not_wait_for_the_message_that_says_so() {
    let server = Server::start().await;
    let proxy = Proxy::before(&server).await;
    proxy.delay(Late::Invalidations(Duration::from_millis(300)));
    let nodes = Nodes::on(&proxy.url(), 1).await;
    let key = create(&nodes.here, &record(1)).await;
    let mut before_the_message = 0;
    for revision in 1..=5 {
        assert_eq!(loaded(&nodes.here, &key).await, revision);
        comes_to(&nodes.there, &key, revision).await;
        update(&nodes.here, &key, revision).await;
        let (there, here) = (loaded(&nodes.there, &key).await, loaded(&nodes.here, &key).await);
        assert_eq!(here, revision + 1);
        before_the_message += usize::from(there == revision);
    }
    assert!(before_the_message > 0, "the messages were not late");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_sign_out_on_another_node_is_seen_within_the_time_of_a_message() {
    const ROUNDS: usize = 3_000;
    let nodes = Nodes::on(&variable("SESSION_KIT_REDIS_URL"), 2).await;
    let mut delays = Vec::with_capacity(ROUNDS);
    for _ in 0..ROUNDS {
        let key = create(&nodes.here, &record(1)).await;
        assert_eq!(loaded(&nodes.there, &key).await, 1);
        let there = nodes.there.clone();
        let poll = tokio::spawn(async move {
            while there.load(&key, NOW).await.unwrap() != Loaded::Absent {}
            Instant::now()
        });
        assert_eq!(nodes.here.delete(&key, NOW).await.unwrap(), Deleted::Deleted);
        let answered_at = Instant::now();
        let seen_at = tokio::time::timeout(crate::PATIENCE, poll).await.unwrap().unwrap();
        delays.push(seen_at.saturating_duration_since(answered_at).as_micros());
    }
    delays.sort_unstable();
    let (median, p99, longest) = (delays[ROUNDS / 2], delays[ROUNDS * 99 / 100], delays[ROUNDS - 1]);
    println!("{ROUNDS} sign-outs were seen after p50 {median} us, p99 {p99} us, max {longest} us");
    assert!(p99 < 1_000_000, "p99 is {p99} us");
}
