//! Writers who go on and on with one session.

#![allow(
    clippy::allow_attributes,
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a test may panic"
)]

use std::ops::RangeInclusive;
use std::sync::Arc;
use std::time::Duration;

use session_conformance::SlowStore;
use session_core::{RequestInfo, SessionManager, SigningKeys, Store};
use session_store_memory::MemoryStore;
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep};

const WHILE: Duration = Duration::from_secs(10);
/// Of an operation, in milliseconds.
const TIME: RangeInclusive<u64> = 1..=1;

/// What came of writers who went on for [`WHILE`].
struct Outcome {
    /// How many commits each of them made.
    commits: Vec<u64>,
    longest_wait: Duration,
    /// How many are stored in the end.
    stored: u64,
}

/// Each writer is on a node of these by turns. An operation takes so many milliseconds.
async fn write(nodes: usize, writers: usize, time: RangeInclusive<u64>) -> Outcome {
    let store: Arc<dyn Store> = Arc::new(SlowStore::by_chance(MemoryStore::new(), time.clone()));
    let keys = SigningKeys::generate().unwrap();
    let nodes: Vec<_> = (0..nodes)
        .map(|_| SessionManager::new(Arc::clone(&store), keys.clone()).unwrap())
        .collect();
    let session = nodes[0].open([], &RequestInfo::new());
    session.insert("count", &0_u64).unwrap();
    let committed = nodes[0].commit(session, 200).await;
    committed.result.unwrap();
    let cookie = committed
        .headers
        .set_cookie()
        .unwrap()
        .split(';')
        .next()
        .unwrap()
        .to_owned();
    let (first, mut working) = (*time.start(), JoinSet::new());
    let end = Instant::now() + WHILE;
    for number in 0..writers {
        let (node, cookie) = (nodes[number % nodes.len()].clone(), cookie.clone());
        working.spawn(async move {
            let (mut commits, mut longest_wait) = (0, Duration::ZERO);
            // They do not begin all at once.
            sleep(Duration::from_millis(first * u64::try_from(number).unwrap())).await;
            while Instant::now() < end {
                let began = Instant::now();
                let session = node.open([cookie.as_bytes()], &RequestInfo::new());
                session.update("count", |count: &mut u64| *count += 1).await.unwrap();
                node.commit(session, 200).await.result.unwrap();
                commits += 1;
                longest_wait = longest_wait.max(began.elapsed());
            }
            (commits, longest_wait)
        });
    }
    let (commits, waits): (Vec<_>, Vec<_>) = working.join_all().await.into_iter().unzip();
    let session = nodes[0].open([cookie.as_bytes()], &RequestInfo::new());
    Outcome {
        commits,
        longest_wait: waits.into_iter().max().unwrap(),
        stored: session.get("count").await.unwrap().unwrap(),
    }
}

/// In one process nobody is past those who wait.
#[tokio::test(start_paused = true)]
async fn writers_of_one_node_take_turns() {
    for writers in [2, 4, 16, 64] {
        let Outcome { commits, stored, .. } = write(1, writers, TIME).await;
        assert_eq!(commits.iter().sum::<u64>(), stored);
        let (least, most) = (commits.iter().min().unwrap(), commits.iter().max().unwrap());
        assert!(most - least <= 2 + least / 10, "{writers} writers: {commits:?}");
        // Each operation takes a millisecond; a commit takes two of them, a load and an update, and while they are in line one.
        let operations = u64::try_from(WHILE.as_millis()).unwrap();
        assert!(stored >= operations / 3, "{writers} writers: {stored}");
    }
}

/// Nodes know nothing of each other. Who was second knows what the first one wrote, and tries again at once.
#[tokio::test(start_paused = true)]
async fn no_node_keeps_another_one_from_writing() {
    for nodes in [2, 3, 4] {
        let Outcome { commits, stored, .. } = write(nodes, nodes, TIME).await;
        assert_eq!(commits.iter().sum::<u64>(), stored);
        let (least, most) = (commits.iter().min().unwrap(), commits.iter().max().unwrap());
        assert!(most / 4 <= *least, "{nodes} nodes: {commits:?}");
    }
}

/// A line that is never empty leaves gaps for those of other nodes, and is not much slower for it. Without them it is always ahead, where
/// all operations take about as long: somebody of two nodes was still waiting when the time of an operation was over.
#[tokio::test(start_paused = true)]
async fn no_line_keeps_out_that_of_another_node() {
    for (nodes, writers, longest) in [(1, 8, 1), (2, 8, 2), (2, 64, 4), (3, 24, 4), (4, 8, 4)] {
        let outcome = write(nodes, writers, 20..=22).await;
        assert_eq!(outcome.commits.iter().sum::<u64>(), outcome.stored);
        let (waited, stored) = (outcome.longest_wait, outcome.stored);
        assert!(
            waited < Duration::from_secs(longest),
            "{nodes} nodes, {writers} writers: {waited:?}"
        );
        assert!(stored >= 400, "{nodes} nodes, {writers} writers: {stored} of 476");
    }
}
