//! How long something is served, and who may wait meanwhile.

use std::time::Duration;

use session_core::{Loaded, Store};
use session_store_redis::{NearCacheSettings, RedisStore};
use tokio::time::{Instant, sleep, timeout};

use crate::support::monitor::Monitor;
use crate::support::server::Server;
use crate::support::session::{END, NOW, create, loaded, record, update};
use crate::support::{connect, prefix, variable};
use crate::{Nodes, PATIENCE, comes_to};

#[tokio::test]
async fn nothing_is_served_after_its_end() {
    let nodes = Nodes::on(&variable("SESSION_KIT_REDIS_URL"), 2).await;
    let key = create(&nodes.here, &record(1)).await;
    let before = END.as_millis() - 1;
    for now in [NOW, session_core::Moment::from_millis(before)] {
        assert!(matches!(nodes.here.load(&key, now).await.unwrap(), Loaded::Found(_)));
    }
    assert_eq!(nodes.here.load(&key, END).await.unwrap(), Loaded::Absent);
}

#[tokio::test]
async fn a_second_load_asks_nobody() {
    let server = Server::start().await;
    let nodes = Nodes::on(&server.url(), 2).await;
    let key = create(&nodes.here, &record(1)).await;
    let mut monitor = Monitor::of(&[server.url()]).await;
    assert_eq!(loaded(&nodes.here, &key).await, 1);
    assert_eq!(monitor.commands().await, ["GET"]);
    for _ in 0..1_000 {
        assert_eq!(loaded(&nodes.here, &key).await, 1);
    }
    assert!(monitor.commands().await.is_empty());
}

#[tokio::test]
async fn a_frozen_server_is_believed_for_the_staleness_that_was_allowed_and_no_longer() {
    const STALENESS: Duration = Duration::from_millis(400);
    let server = Server::start().await;
    let store = RedisStore::builder(server.url())
        .prefix(prefix())
        .connections(2)
        .response_timeout(Duration::from_millis(800))
        .near_cache(NearCacheSettings::new().max_staleness(STALENESS));
    let store = connect(store).await;
    let key = create(&store, &record(1)).await;
    // Longer than what is allowed: as long as the server answers, nothing grows old.
    let began_at = Instant::now();
    while began_at.elapsed() < 3 * STALENESS {
        assert_eq!(loaded(&store, &key).await, 1);
        sleep(Duration::from_millis(1)).await;
    }
    server.freeze().await;
    let frozen_at = Instant::now();
    let (mut served, mut last_served) = (0, Duration::ZERO);
    let error = loop {
        let asked = frozen_at.elapsed();
        match timeout(PATIENCE, store.load(&key, NOW)).await.unwrap() {
            Ok(Loaded::Found(_)) => (served, last_served) = (served + 1, asked),
            Ok(answer) => panic!("{answer:?} of a frozen server"),
            Err(error) => break error,
        }
        sleep(Duration::from_micros(200)).await;
    };
    println!("a frozen server was believed {served} times, for the last time after {last_served:?}: {error}");
    assert!(last_served <= STALENESS, "served after {last_served:?}");
    assert!(store.load(&key, NOW).await.is_err());
    server.thaw();
    let recovery = async {
        while store.load(&key, NOW).await.is_err() {
            sleep(Duration::from_millis(5)).await;
        }
    };
    timeout(PATIENCE, recovery).await.unwrap();
    assert_eq!(loaded(&store, &key).await, 1);
}

#[tokio::test(flavor = "current_thread")]
async fn whoever_only_hits_lets_others_run() {
    let nodes = Nodes::on(&variable("SESSION_KIT_REDIS_URL"), 1).await;
    let key = create(&nodes.plain, &record(1)).await;
    assert_eq!(loaded(&nodes.here, &key).await, 1);
    let here = nodes.here.clone();
    let hits = tokio::spawn(async move {
        let began_at = Instant::now();
        while began_at.elapsed() < PATIENCE && loaded(&here, &key).await == 1 {}
        began_at.elapsed()
    });
    // Timers, this task, the connection's task and the one that hears of changes: all on the thread that the hits keep busy.
    for _ in 0..10 {
        sleep(Duration::from_millis(2)).await;
    }
    update(&nodes.plain, &key, 1).await;
    let took = hits.await.unwrap();
    assert!(took < PATIENCE / 2, "the others had to wait for {took:?}");
    comes_to(&nodes.here, &key, 2).await;
}
