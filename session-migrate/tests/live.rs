//! The command moves a whole application from store to store, through all of them and back, while its visitors go on.
//!
//! ```text
//! scripts/services run cargo test -p session-migrate --test live -- --nocapture
//! ```
//!
//! SESSION_KIT_MOVED_SESSIONS   how many sessions there are beside those of the visitors who go on (500)
#![expect(
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a test may panic, and says what it saw"
)]

mod support {
    pub(crate) mod visitors;
}

use std::env;
use std::sync::Arc;

use session_kit::store::{self, MovingStore};
use session_kit::{Clock as _, Store, SystemClock};
use session_test_support::folder::Folder;
use session_test_support::variable;
use session_test_support::visitor::node;
use tokio::process::Command;
use tokio::task::JoinSet;
use tokio::time::Instant;

use support::visitors::{Traffic, Visitor};

/// Who goes on meanwhile.
const ACTIVE: usize = 20;
/// How many requests are under way at once where visitors only come and look.
const AT_ONCE: usize = 64;

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn an_application_moves_through_all_stores_and_back_while_it_is_used() {
    let file = Folder::of_this_test().join("shop.db");
    let urls = [
        format!("sqlite://{}", file.display()),
        variable("SESSION_KIT_REDIS_URL"),
        variable("SESSION_KIT_POSTGRES_URL"),
        variable("SESSION_KIT_MONGO_URL"),
        variable("SESSION_KIT_MYSQL_URL"),
    ];
    let mut stores = Vec::new();
    for url in &urls {
        let store = store::connect(url).await.unwrap();
        store.clear().await.unwrap();
        stores.push(store);
    }
    let resting = env::var("SESSION_KIT_MOVED_SESSIONS").map_or(500, |number| number.parse().unwrap());
    let mut resting = arrive(0..resting, &stores[0]).await;
    let mut active = arrive(resting.len()..resting.len() + ACTIVE, &stores[0]).await;
    for leg in 0..urls.len() {
        let (from, to) = (leg, (leg + 1) % urls.len());
        active = leg_of_the_journey(&urls, &stores, from, to, active).await;
        assert_eq!(stores[from].count(SystemClock.now()).await.unwrap(), 0);
        // A sign-in whose answer was lost on a busy machine has left a session behind that nobody knows.
        let moved = stores[to].count(SystemClock.now()).await.unwrap();
        assert!(moved >= u64::try_from(resting.len() + active.len()).unwrap());
        // The new store alone, as in the last step.
        resting = all_are_right(resting, &stores[to]).await;
        active = all_are_right(active, &stores[to]).await;
    }
}

async fn leg_of_the_journey(
    urls: &[String],
    stores: &[Arc<dyn Store>],
    from: usize,
    to: usize,
    visitors: Vec<Visitor>,
) -> Vec<Visitor> {
    let (old, new) = (&stores[from], &stores[to]);
    let nodes: [Arc<dyn Store>; 2] = [
        Arc::new(MovingStore::prepared(Arc::clone(old), Arc::clone(new))),
        Arc::new(MovingStore::new(Arc::clone(old), Arc::clone(new))),
    ];
    let found = old.count(SystemClock.now()).await.unwrap();
    let traffic = Traffic::start(visitors, nodes.clone());
    let began = Instant::now();
    // Sessions still begin in the old store, so what began after its last look is for a second run.
    let mut last_line = run(&urls[from], &urls[to]).await;
    let took = began.elapsed();
    let (mut visitors, turns) = traffic.stop().await;
    if old.count(SystemClock.now()).await.unwrap() > 0 {
        last_line = run(&urls[from], &urls[to]).await;
    }
    visitors = all_are_right(visitors, &nodes[0]).await;
    visitors = all_are_right(visitors, &nodes[1]).await;
    let scheme = |url: &str| url.split(':').next().unwrap_or_default().to_owned();
    println!(
        "{} to {}: {found} sessions in {:.1} s, while {ACTIVE} visitors came {turns} times; {last_line}",
        scheme(&urls[from]),
        scheme(&urls[to]),
        took.as_secs_f64()
    );
    visitors
}

async fn run(from: &str, to: &str) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_session-migrate"))
        .env("SESSION_MIGRATE_FROM", from)
        .env("SESSION_MIGRATE_TO", to)
        .output()
        .await
        .unwrap();
    let (said, complained) = (
        String::from_utf8(output.stdout).unwrap(),
        String::from_utf8(output.stderr).unwrap(),
    );
    assert!(matches!(output.status.code(), Some(0 | 1)), "{said}{complained}");
    assert!(said.contains(" sessions moved in "), "{said}{complained}");
    assert!(!complained.contains("can't be"), "{said}{complained}");
    said.trim_end().to_owned()
}

async fn arrive(numbers: std::ops::Range<usize>, store: &Arc<dyn Store>) -> Vec<Visitor> {
    let node = node(store);
    at_once(numbers, move |number| {
        let node = node.clone();
        async move { Visitor::arrive(number, &node).await }
    })
    .await
}

async fn all_are_right(visitors: Vec<Visitor>, store: &Arc<dyn Store>) -> Vec<Visitor> {
    let node = node(store);
    at_once(visitors, move |visitor| {
        let node = node.clone();
        async move {
            visitor.is_right(&node).await;
            visitor
        }
    })
    .await
}

async fn at_once<Item, F: Future<Output = Visitor> + Send + 'static>(
    items: impl IntoIterator<Item = Item>,
    mut act: impl FnMut(Item) -> F,
) -> Vec<Visitor> {
    let (mut running, mut visitors) = (JoinSet::new(), Vec::new());
    for item in items {
        running.spawn(act(item));
        if running.len() >= AT_ONCE {
            visitors.extend(running.join_next().await.map(Result::unwrap));
        }
    }
    while let Some(visitor) = running.join_next().await {
        visitors.push(visitor.unwrap());
    }
    visitors
}
