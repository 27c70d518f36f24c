//! Writers who go on and on with one session.

#![allow(
    clippy::allow_attributes,
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a test may panic"
)]

use std::sync::Arc;
use std::time::Duration;

use session_conformance::SlowStore;
use session_core::{RequestInfo, SessionManager, SigningKeys, Store};
use session_store_memory::MemoryStore;
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep};

const WHILE: Duration = Duration::from_secs(10);
/// Of an operation.
const TIME: Duration = Duration::from_millis(1);

/// So many commits each writer makes in the same time, each on a node of these by turns; and what is stored in the end.
async fn commits(nodes: usize, writers: usize) -> (Vec<u64>, u64) {
    let store: Arc<dyn Store> = Arc::new(SlowStore::new(MemoryStore::new(), TIME));
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
    let mut working = JoinSet::new();
    let end = Instant::now() + WHILE;
    for number in 0..writers {
        let (node, cookie) = (nodes[number % nodes.len()].clone(), cookie.clone());
        working.spawn(async move {
            let mut commits = 0;
            // They do not begin all at once.
            sleep(TIME * u32::try_from(number).unwrap()).await;
            while Instant::now() < end {
                let session = node.open([cookie.as_bytes()], &RequestInfo::new());
                session.update("count", |count: &mut u64| *count += 1).await.unwrap();
                node.commit(session, 200).await.result.unwrap();
                commits += 1;
            }
            commits
        });
    }
    let commits = working.join_all().await;
    let session = nodes[0].open([cookie.as_bytes()], &RequestInfo::new());
    (commits, session.get("count").await.unwrap().unwrap())
}

/// In one process nobody is past those who wait.
#[tokio::test(start_paused = true)]
async fn writers_of_one_node_take_turns() {
    for writers in [2, 4, 16, 64] {
        let (commits, stored) = commits(1, writers).await;
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
        let (commits, stored) = commits(nodes, nodes).await;
        assert_eq!(commits.iter().sum::<u64>(), stored);
        let (least, most) = (commits.iter().min().unwrap(), commits.iter().max().unwrap());
        assert!(most / 4 <= *least, "{nodes} nodes: {commits:?}");
    }
}
