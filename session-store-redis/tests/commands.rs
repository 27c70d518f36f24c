//! What an operation costs: the commands that servers are sent, and how often it waits for them.

#![allow(
    clippy::allow_attributes,
    clippy::cognitive_complexity,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a test may panic, and tell what it has measured"
)]

mod support;

use std::fmt::Debug;
use std::time::Duration;

use session_core::{Deleted, Moment, Owner, Record, Revision, Rotated, Rotation, Store, StoreError, StoreKey, Touch};
use session_store_redis::{NearCacheSettings, RedisStore, RedisStoreBuilder};
use tokio::time::Instant;

use support::cluster::Cluster;
use support::monitor::Monitor;
use support::proxy::{Late, Proxy};
use support::server::Server;
use support::session::{END, NOW, create, loaded, new_key, new_owner, owned, record, rotation, update};
use support::{connect, prefix};

/// Each operation: its commands on one node and how many round trips they take, and the same in a cluster. Commands that are
/// sent together take one.
const COSTS: [(&str, Cost, Cost); 26] = [
    ("create", (1, "SET"), (1, "SET")),
    ("create, taken", (1, "SET"), (1, "SET")),
    ("create, owned", (1, "EVALSHA"), (2, "SET EVALSHA")),
    ("create, signed in", (1, "EVALSHA"), (2, "SET EVALSHA")),
    ("create, cut off", (1, "EVALSHA"), (3, "SET EVALSHA EVALSHA")),
    ("load", (1, "GET"), (1, "GET")),
    ("load, held by a near-cache", (0, ""), (0, "")),
    ("update", (1, "EVALSHA"), (1, "EVALSHA")),
    ("update, conflict", (1, "EVALSHA"), (1, "EVALSHA")),
    ("update, moved", (1, "EVALSHA"), (1, "EVALSHA")),
    ("update, gone", (1, "EVALSHA"), (1, "EVALSHA")),
    (
        "update, the index to be told",
        (3, "EVALSHA EVALSHA EVALSHA"),
        (3, "EVALSHA EVALSHA EVALSHA"),
    ),
    ("touch", (1, "EVALSHA"), (1, "EVALSHA")),
    ("touch, stale", (1, "EVALSHA"), (1, "EVALSHA")),
    (
        "touch, the index to be told",
        (3, "EVALSHA EVALSHA EVALSHA"),
        (3, "EVALSHA EVALSHA EVALSHA"),
    ),
    ("rotate", (1, "EVALSHA"), (2, "SET EVALSHA")),
    ("rotate, owned", (1, "EVALSHA"), (3, "SET EVALSHA EVALSHA")),
    ("rotate, sent again", (1, "EVALSHA"), (2, "SET EVALSHA")),
    ("rotate, conflict", (1, "EVALSHA"), (3, "SET EVALSHA EVALSHA")),
    ("rotate, cut off", (1, "EVALSHA"), (3, "SET EVALSHA EVALSHA")),
    ("delete", (1, "EVALSHA"), (1, "EVALSHA")),
    ("delete, through a mark", (2, "EVALSHA EVALSHA"), (2, "EVALSHA EVALSHA")),
    (
        "sessions_of, of three",
        (2, "ZRANGEBYSCORE GETRANGE GETRANGE GETRANGE"),
        (2, "ZRANGEBYSCORE GETRANGE GETRANGE GETRANGE"),
    ),
    (
        "delete_sessions_of, of three",
        (3, "EVALSHA EVALSHA EVALSHA EVALSHA ZREM"),
        (3, "EVALSHA EVALSHA EVALSHA EVALSHA ZREM"),
    ),
    (
        "delete_sessions_of, of all but one of three",
        (4, "EVALSHA GET EVALSHA EVALSHA ZREM"),
        (4, "EVALSHA GET EVALSHA EVALSHA ZREM"),
    ),
    ("delete_expired", (0, ""), (0, "")),
];

/// Round trips, and the commands.
type Cost = (u128, &'static str);

/// The way from a server: longer than all that an operation does besides waiting.
const WAY: Duration = Duration::from_millis(15);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn on_one_node_each_operation_costs_what_the_table_says() {
    let server = Server::start().await;
    let proxy = Proxy::before(&server).await;
    proxy.delay(Late::Everything(WAY));
    let mut costs = Costs::new(&server.url(), &proxy.url(), &[server.url()]).await;
    for (operation, (trips, commands), _) in COSTS {
        costs.check(operation, trips, commands).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn in_a_cluster_each_operation_costs_what_the_table_says() {
    let cluster = Cluster::start(3).await;
    let proxies = cluster.behind(Late::Everything(WAY)).await;
    let far = format!("redis+cluster://127.0.0.1:{}", proxies[0].port);
    let servers: Vec<_> = cluster.masters.iter().map(Server::url).collect();
    let mut costs = Costs::new(&far, &far, &servers).await;
    for (operation, _, (trips, commands)) in COSTS {
        costs.check(operation, trips, commands).await;
    }
}

#[tokio::test]
async fn a_server_that_does_not_know_a_script_is_sent_it_once() {
    let server = Server::start().await;
    let store = connect(RedisStore::builder(server.url()).prefix(prefix()).connections(1)).await;
    let mut monitor = Monitor::of(&[server.url()]).await;
    for commands in [&["SET", "EVALSHA", "EVAL"][..], &["SET", "EVALSHA"]] {
        let key = create(&store, &record(1)).await;
        update(&store, &key, 1).await;
        assert_eq!(monitor.commands().await, commands);
    }
}

/// Stores over the same sessions, and what their servers are sent.
struct Costs {
    /// Prepares what an operation needs.
    near: RedisStore,
    far: RedisStore,
    far_cached: RedisStore,
    monitor: Monitor,
}

/// What an operation is about.
struct Subject {
    key: StoreKey,
    new_key: StoreKey,
    owner: Owner,
}

impl Costs {
    async fn new(near: &str, far: &str, servers: &[String]) -> Self {
        let prefix = prefix();
        let store = |url: &str| -> RedisStoreBuilder { RedisStore::builder(url).prefix(prefix.clone()).connections(1) };
        let near_cache = NearCacheSettings::new().max_staleness(Duration::from_secs(60));
        Self {
            near: connect(store(near)).await,
            far: connect(store(far)).await,
            far_cached: connect(store(far).near_cache(near_cache)).await,
            monitor: Monitor::of(servers).await,
        }
    }

    async fn check(&mut self, operation: &str, trips: u128, commands: &str) {
        let (mut fewest, mut is_known) = (u128::MAX, false);
        // A busy machine makes a way longer, never shorter.
        for _ in 0..40 {
            let subject = self.prepare(operation).await;
            drop(self.monitor.commands().await);
            let began_at = Instant::now();
            self.run(operation, &subject).await;
            let took = began_at.elapsed();
            let sent = self.monitor.commands().await;
            // A server gets each script once, and the slots are asked for once.
            if sent
                .iter()
                .any(|command| ["EVAL", "CLUSTER"].contains(&command.as_str()))
            {
                continue;
            }
            assert_eq!(sent.join(" "), commands, "the commands of {operation}");
            is_known = true;
            fewest = fewest.min(took.as_micros() / WAY.as_micros());
            if fewest <= trips {
                break;
            }
        }
        assert!(is_known, "scripts are sent again and again by {operation}");
        assert_eq!(fewest, trips, "the round trips of {operation}");
    }

    async fn prepare(&self, operation: &str) -> Subject {
        let (owner, new_key) = (new_owner(), new_key());
        let near = &self.near;
        let is_owned = [
            "create, cut off",
            "update, the index to be told",
            "touch, the index to be told",
            "rotate, owned",
            "rotate, cut off",
        ];
        let first = if is_owned.contains(&operation) || operation.contains("sessions_of") {
            owned(record(1), &owner)
        } else {
            record(1)
        };
        let key = create(near, &first).await;
        match operation {
            "create, cut off" | "rotate, cut off" => {
                assert_eq!(near.delete_sessions_of(&owner, Some(&key), NOW).await.unwrap(), 0);
            }
            "load, held by a near-cache" => assert_eq!(loaded(&self.far_cached, &key).await, 1),
            "update, moved" | "delete, through a mark" | "rotate, sent again" => {
                let rotated = near.rotate(&rotation(&key, &new_key, FIRST, &record(2)), NOW).await;
                assert_eq!(rotated.unwrap(), Rotated::Applied);
            }
            "update, gone" => assert_eq!(near.delete(&key, NOW).await.unwrap(), Deleted::Deleted),
            "sessions_of, of three"
            | "delete_sessions_of, of three"
            | "delete_sessions_of, of all but one of three" => {
                create(near, &first).await;
                create(near, &first).await;
            }
            _ => {}
        }
        Subject { key, new_key, owner }
    }

    async fn run(&self, operation: &str, subject: &Subject) {
        let (store, owner) = (&self.far, &subject.owner);
        let (key, new_key) = (&subject.key, &subject.new_key);
        let later = owned_until(LATER, owner);
        let answer = match operation {
            "create" => debug(store.create(new_key, &record(1), None, NOW).await),
            "create, taken" => debug(store.create(key, &record(1), None, NOW).await),
            "create, owned" => debug(store.create(new_key, &owned(record(1), owner), None, NOW).await),
            "create, signed in" | "create, cut off" => {
                debug(store.create(new_key, &owned(record(1), owner), Some(NOW), NOW).await)
            }
            "load" => debug(store.load(key, NOW).await),
            "load, held by a near-cache" => debug(self.far_cached.load(key, NOW).await),
            "update" | "update, moved" | "update, gone" => debug(store.update(key, &record(2), FIRST, NOW).await),
            "update, conflict" => debug(store.update(key, &record(2), OTHER, NOW).await),
            "update, the index to be told" => debug(store.update(key, &later, FIRST, NOW).await),
            "touch" => debug(store.touch(key, &touch(FIRST, END), NOW).await),
            "touch, stale" => debug(store.touch(key, &touch(OTHER, END), NOW).await),
            "touch, the index to be told" => debug(store.touch(key, &touch(FIRST, LATER), NOW).await),
            "rotate" | "rotate, sent again" => {
                debug(store.rotate(&rotation(key, new_key, FIRST, &record(2)), NOW).await)
            }
            "rotate, owned" => debug(
                store
                    .rotate(&rotation(key, new_key, FIRST, &owned(record(2), owner)), NOW)
                    .await,
            ),
            "rotate, cut off" => {
                let record = owned(record(2), owner);
                let rotation = Rotation {
                    signs_in: Some(NOW),
                    ..rotation(key, new_key, FIRST, &record)
                };
                debug(store.rotate(&rotation, NOW).await)
            }
            "rotate, conflict" => debug(store.rotate(&rotation(key, new_key, OTHER, &record(2)), NOW).await),
            "delete" | "delete, through a mark" => debug(store.delete(key, NOW).await),
            "sessions_of, of three" => debug(store.sessions_of(owner, NOW).await.map(|sessions| sessions.len())),
            "delete_sessions_of, of three" => debug(store.delete_sessions_of(owner, None, NOW).await),
            "delete_sessions_of, of all but one of three" => {
                debug(store.delete_sessions_of(owner, Some(key), NOW).await)
            }
            "delete_expired" => debug(store.delete_expired(10, NOW).await),
            _ => panic!("nobody knows how to {operation}"),
        };
        assert!(answer.starts_with(wanted(operation)), "{operation}: {answer}");
    }
}

/// That the case is what it is called.
fn wanted(operation: &str) -> &'static str {
    let (verb, case) = operation.split_once(", ").unwrap_or((operation, ""));
    match (verb, case) {
        (_, "taken") => "Ok(Taken",
        (_, "cut off") => "Ok(CutOff",
        (_, "conflict") => "Ok(Conflict",
        (_, "moved") => "Ok(Moved",
        (_, "gone") => "Ok(Gone",
        (_, "stale") => "Ok(Stale",
        (_, "of three") => "Ok(3",
        (_, "of all but one of three") => "Ok(2",
        ("create", _) => "Ok(Created",
        ("load", _) => "Ok(Found",
        ("update" | "rotate", _) => "Ok(Applied",
        ("touch", _) => "Ok(Touched",
        ("delete", _) => "Ok(Deleted",
        _ => "Ok(",
    }
}

fn debug<T: Debug>(answer: Result<T, StoreError>) -> String {
    format!("Ok({:?})", answer.unwrap())
}

const FIRST: Revision = Revision::from_u64(1);
const OTHER: Revision = Revision::from_u64(9);
/// Past what an index is told at a session's creation.
const LATER: Moment = Moment::from_millis(END.as_millis() + 10_000_000);

fn touch(expected: Revision, expires_at: Moment) -> Touch {
    Touch {
        expected,
        last_seen_at: NOW,
        expires_at,
    }
}

fn owned_until(expires_at: Moment, owner: &Owner) -> Record {
    Record {
        expires_at,
        ..owned(record(2), owner)
    }
}
