//! What an operation costs: what servers are sent, and how often it waits for them.

#![allow(
    clippy::allow_attributes,
    clippy::cognitive_complexity,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test may panic"
)]

#[macro_use]
mod support;

use std::fmt::Debug;
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::join_all;
use session_core::{
    Deleted, Loaded, Moment, Owner, Record, Revision, Rotated, Rotation, Store, StoreError, StoreKey, Touch, Updated,
};
use tokio::time::sleep;

use support::engine::{BeforeAcquire, Engine, Settings};
use support::patience::wait_until;
use support::protocol::Sent;
use support::proxy::Proxy;
use support::session::{END, NOW, create, new_key, new_owner, owned, record, rotation};
use support::variable;

/// Each operation, and its statements on PostgreSQL and on MySQL. Each statement is a round trip.
const COSTS: [(&str, usize, usize); 33] = [
    ("create", 1, 1),
    ("create, taken", 1, 1),
    ("create, owned", 1, 1),
    ("create, signed in", 1, 1),
    ("create, cut off", 1, 1),
    ("create, of a mebibyte", 1, 1),
    ("load", 1, 1),
    ("load, moved", 1, 1),
    ("load, absent", 1, 1),
    ("update", 1, 1),
    ("update, conflict", 1, 2),
    ("update, moved", 1, 2),
    ("update, gone", 1, 2),
    ("touch", 1, 1),
    ("touch, stale", 1, 2),
    ("touch, moved", 1, 2),
    ("touch, gone", 1, 2),
    ("rotate", 1, 1),
    ("rotate, owned", 1, 1),
    ("rotate, signed in", 1, 1),
    ("rotate, sent again", 1, 2),
    ("rotate, conflict", 1, 2),
    ("rotate, moved", 1, 2),
    ("rotate, gone", 1, 2),
    ("rotate, cut off", 1, 2),
    ("delete", 1, 1),
    ("delete, through a mark", 1, 1),
    ("delete, absent", 1, 2),
    ("sessions_of, of three", 1, 1),
    ("delete_sessions_of, of three", 2, 3),
    ("delete_expired", 2, 2),
    ("count", 1, 1),
    ("clear", 4, 2),
];

/// How many go together.
const TOGETHER: u64 = 50;

/// Of an engine.
fn costs_on<E: Engine>() -> impl Iterator<Item = (&'static str, usize)> {
    COSTS.into_iter().map(|(operation, postgres, mysql)| {
        let statements = match E::SERVICE {
            "postgres" => postgres,
            "mysql" => mysql,
            other => panic!("nobody knows the costs of {other}"),
        };
        (operation, statements)
    })
}

on_each_engine! {
    each_operation_costs_what_the_table_says
    the_first_use_of_a_statement_on_a_connection_prepares_it
    a_connection_that_has_rested_for_a_second_is_asked_whether_it_is_alive
    with_a_pool_the_drivers_pings_come_on_top
    cleaning_up_that_finds_enough_is_one_statement
    loads_that_wait_are_one_statement
    updates_that_wait_are_one_statement_and_another_one_tells_the_others_why
}

async fn each_operation_costs_what_the_table_says<E: Engine>() {
    let costs = Costs::<E>::at(&variable(E::URL)).await;
    for (operation, statements) in costs_on::<E>() {
        // What was never run on this connection is prepared by the first.
        costs.run(operation).await;
        drop(costs.proxy.trips());
        let trips = costs.run(operation).await;
        assert_eq!(trips, vec![[Sent::Execute]; statements], "{operation}");
    }
}

/// All of it on one connection, that of the store's.
async fn the_first_use_of_a_statement_on_a_connection_prepares_it<E: Engine>() {
    let costs = Costs::<E>::at(&variable(E::URL)).await;
    for trips in [&[[Sent::Prepare], [Sent::Execute]][..], &[[Sent::Execute]]] {
        assert_eq!(costs.run("load").await, trips);
    }
}

async fn a_connection_that_has_rested_for_a_second_is_asked_whether_it_is_alive<E: Engine>() {
    let costs = Costs::<E>::at(&variable(E::URL)).await;
    costs.run("load").await;
    sleep(Duration::from_millis(200)).await;
    assert_eq!(costs.run("load").await, [[Sent::Execute]]);
    let subject = costs.prepare("load").await;
    sleep(Duration::from_millis(1050)).await;
    drop(costs.proxy.trips());
    perform(&*costs.far, "load", &subject).await;
    assert_eq!(costs.proxy.trips(), [[Sent::Ping], [Sent::Execute]]);
}

/// Before a connection is handed out, unless that is switched off, and when it is given back, when the operation is over.
async fn with_a_pool_the_drivers_pings_come_on_top<E: Engine>() {
    let (ping, execute) = ([Sent::Ping], [Sent::Execute]);
    let url = variable(E::URL);
    for (tests, wanted) in [
        (BeforeAcquire::Ping, &[ping, execute, ping][..]),
        (BeforeAcquire::Nothing, &[execute, ping]),
    ] {
        let proxy = Proxy::<E>::before(&url).await;
        let settings = Settings::at(proxy.url(&url)).connections(1);
        let store = E::connect_pool(settings, tests).await.unwrap();
        let key = create(&store, &record(1)).await;
        let mut trips = Vec::new();
        for _ in 0..2 {
            sleep(Duration::from_millis(50)).await;
            drop(proxy.trips());
            drop(store.load(&key, NOW).await.unwrap());
            trips.clear();
            wait_until("the connection is back", async || {
                trips.extend(proxy.trips());
                trips.last().is_some_and(|trip| *trip == ping)
            })
            .await;
        }
        assert_eq!(trips, wanted);
    }
}

async fn cleaning_up_that_finds_enough_is_one_statement<E: Engine>() {
    let costs = Costs::<E>::at(&variable(E::URL)).await;
    for _ in 0..2 {
        for _ in 0..3 {
            create(&costs.near, &record(1)).await;
        }
        drop(costs.proxy.trips());
        assert_eq!(costs.far.delete_expired(3, END).await.unwrap(), 3);
    }
    assert_eq!(costs.proxy.trips(), [[Sent::Execute]]);
}

/// What callers are answered who come one after the other while the first is on its way.
async fn all_at_once<E: Engine, T: Send + 'static>(
    costs: &Costs<E>,
    callers: impl Iterator<Item = impl Future<Output = T> + Send + 'static>,
) -> Vec<T> {
    // What went before has given its connection back.
    sleep(Duration::from_millis(50)).await;
    drop(costs.proxy.trips());
    costs.proxy.delay(Duration::from_millis(100));
    let callers: Vec<_> = callers.map(tokio::spawn).collect();
    let answers = join_all(callers).await.into_iter().map(Result::unwrap).collect();
    costs.proxy.delay(Duration::ZERO);
    answers
}

async fn load(store: Arc<dyn Store>, key: StoreKey) -> Loaded {
    store.load(&key, NOW).await.unwrap()
}

async fn update(store: Arc<dyn Store>, key: StoreKey, record: Record, expected: Revision) -> Updated {
    store.update(&key, &record, expected, NOW).await.unwrap()
}

/// The first finds the connection free, and the others find it taken.
async fn loads_that_wait_are_one_statement<E: Engine>() {
    let costs = Costs::<E>::at(&variable(E::URL)).await;
    let mut sessions = Vec::new();
    for number in 0..TOGETHER {
        let record = record(number);
        sessions.push((create(&costs.near, &record).await, Loaded::Found(record)));
    }
    let moved = record(1);
    let old = create(&costs.near, &moved).await;
    let new = new_key();
    let rotated = rotation(&old, &new, moved.revision, &moved);
    assert_eq!(costs.near.rotate(&rotated, NOW).await.unwrap(), Rotated::Applied);
    sessions.push((old, Loaded::Moved(new)));
    sessions.push((new_key(), Loaded::Absent));
    // Twice: what was never run on this connection is prepared by the first.
    for _ in 0..2 {
        let loads = sessions.iter().map(|(key, _)| load(Arc::clone(&costs.far), *key));
        let loaded = all_at_once(&costs, loads).await;
        assert!(loaded.iter().eq(sessions.iter().map(|(_, expected)| expected)));
    }
    assert_eq!(costs.proxy.trips(), [[Sent::Execute], [Sent::Execute]]);
}

async fn updates_that_wait_are_one_statement_and_another_one_tells_the_others_why<E: Engine>() {
    let costs = Costs::<E>::at(&variable(E::URL)).await;
    let mut sessions = Vec::new();
    for number in 0..TOGETHER {
        let record = record(number);
        sessions.push((create(&costs.near, &record).await, record));
    }
    for round in 0..2 {
        let updates = sessions.iter_mut().map(|(key, current)| {
            let expected = current.revision;
            *current = record(1000 + round);
            update(Arc::clone(&costs.far), *key, current.clone(), expected)
        });
        let updated = all_at_once(&costs, updates).await;
        assert!(updated.iter().all(|updated| *updated == Updated::Applied));
    }
    let together = match E::SERVICE {
        // A text of several statements, all of them sent at once.
        "mysql" => Sent::Query,
        _ => Sent::Execute,
    };
    assert_eq!(costs.proxy.trips(), [[Sent::Execute], [together]]);
    for (key, current) in &sessions {
        assert_eq!(costs.near.load(key, NOW).await.unwrap(), Loaded::Found(current.clone()));
    }
    // The second of them expects another revision, and the last is not there.
    sessions.push((new_key(), record(1)));
    let next = record(2000);
    let updates = sessions.iter().enumerate().map(|(number, (key, current))| {
        let expected = if number == 1 { next.revision } else { current.revision };
        update(Arc::clone(&costs.far), *key, next.clone(), expected)
    });
    let mut updated = all_at_once(&costs, updates).await;
    assert_eq!(updated.pop(), Some(Updated::Gone));
    assert_eq!(updated.remove(1), Updated::Conflict(sessions[1].1.clone()));
    assert!(updated.iter().all(|updated| *updated == Updated::Applied));
    // The load of two was never used before, so it is prepared.
    let why = [[Sent::Prepare], [Sent::Execute]];
    assert_eq!(costs.proxy.trips(), [&[[Sent::Execute], [together]][..], &why].concat());
}

#[cfg(feature = "postgres")]
mod plans {
    use session_store_sql::PostgresStore;
    use sqlx::{Connection as _, PgConnection, query_as, query_scalar};

    use super::support::engine::Postgres;
    use super::*;

    /// As that of an application that has just begun.
    #[tokio::test]
    async fn rows_of_a_small_table_are_found_by_their_keys() {
        let (url, table) = (variable(Postgres::URL), support::table());
        let store = PostgresStore::builder(url.clone()).table(table.clone()).connections(1);
        let store = store.connect().await.unwrap();
        let mut asking = PgConnection::connect(&url).await.unwrap();
        let mut sessions = Vec::new();
        for number in 0..TOGETHER {
            let record = record(number);
            sessions.push((create(&store, &record).await, record));
        }
        // More often than statements are planned anew.
        for round in 0..8 {
            drop(join_all(sessions.iter().map(|(key, _)| store.load(key, NOW))).await);
            let updates = sessions.iter_mut().map(|(key, current)| {
                let expected = current.revision;
                *current = record(1000 + round);
                store.update(key, current, expected, NOW)
            });
            for updated in join_all(updates).await {
                assert_eq!(updated.unwrap(), Updated::Applied);
            }
        }
        let wanted = 8 * i64::try_from(TOGETHER).unwrap();
        // The server counts at its leisure.
        wait_until("all updates are counted", async || {
            let updated = "SELECT n_tup_upd FROM pg_stat_user_tables WHERE relname = $1";
            let updated: i64 = query_scalar(updated).bind(&table).fetch_one(&mut asking).await.unwrap();
            updated >= wanted
        })
        .await;
        let read = "SELECT seq_tup_read, idx_tup_fetch FROM pg_stat_user_tables WHERE relname = $1";
        let (in_turn, by_index): (i64, i64) = query_as(read).bind(&table).fetch_one(&mut asking).await.unwrap();
        assert_eq!(in_turn, 0);
        assert!(by_index >= wanted, "{by_index}");
    }
}

#[cfg(feature = "postgres")]
mod pooler {
    use session_store_sql::PostgresStore;

    use super::support::engine::Postgres;
    use super::*;

    /// One text a statement, with nothing prepared.
    #[tokio::test]
    async fn through_a_transaction_pooler_each_operation_costs_what_the_table_says() {
        let url = variable("SESSION_KIT_PGBOUNCER_URL");
        let proxy = Proxy::<Postgres>::before(&url).await;
        let builder = PostgresStore::builder(proxy.url(&url)).table(support::table());
        let store = builder.connections(1).through_transaction_pooler().connect().await;
        let store = Arc::new(store.unwrap());
        let costs = Costs {
            near: Arc::clone(&store) as Arc<dyn Store>,
            far: store,
            proxy,
        };
        for (operation, statements) in costs_on::<Postgres>() {
            let trips = costs.run(operation).await;
            assert_eq!(trips, vec![[Sent::Query]; statements], "{operation}");
        }
    }
}

/// Stores over the same sessions, and what is sent by one of them, over one connection.
struct Costs<E: Engine> {
    /// Prepares what an operation needs.
    near: Arc<dyn Store>,
    far: Arc<dyn Store>,
    proxy: Proxy<E>,
}

/// What an operation is about.
struct Subject {
    key: StoreKey,
    new_key: StoreKey,
    owner: Owner,
}

impl<E: Engine> Costs<E> {
    async fn at(url: &str) -> Self {
        let proxy = Proxy::<E>::before(url).await;
        let near = Settings::at(url).connections(1);
        let far = Settings {
            url: proxy.url(url),
            ..near.clone()
        };
        Self {
            near: near.connect::<E>().await,
            far: far.connect::<E>().await,
            proxy,
        }
    }

    /// What is sent for an operation.
    async fn run(&self, operation: &str) -> Vec<Vec<Sent>> {
        let subject = self.prepare(operation).await;
        drop(self.proxy.trips());
        perform(&*self.far, operation, &subject).await;
        self.proxy.trips()
    }

    async fn prepare(&self, operation: &str) -> Subject {
        let (owner, new_key) = (new_owner(), new_key());
        let near = &self.near;
        let (_, case) = operation.split_once(", ").unwrap_or((operation, ""));
        let is_owned = matches!(case, "owned" | "cut off" | "of three");
        let first = if is_owned { owned(record(1), &owner) } else { record(1) };
        let key = create(near, &first).await;
        match case {
            "cut off" => assert_eq!(near.delete_sessions_of(&owner, Some(&key), NOW).await.unwrap(), 0),
            "moved" | "through a mark" | "sent again" => {
                let rotated = near.rotate(&rotation(&key, &new_key, FIRST, &record(2)), NOW).await;
                assert_eq!(rotated.unwrap(), Rotated::Applied);
            }
            "gone" | "absent" => assert_eq!(near.delete(&key, NOW).await.unwrap(), Deleted::Deleted),
            "of three" => {
                create(near, &first).await;
                create(near, &first).await;
            }
            _ => {}
        }
        Subject { key, new_key, owner }
    }
}

async fn perform(store: &dyn Store, operation: &str, subject: &Subject) {
    let Subject { key, new_key, owner } = subject;
    let (verb, case) = operation.split_once(", ").unwrap_or((operation, ""));
    let answer = match verb {
        "create" => create_as(store, case, subject).await,
        "load" => debug(store.load(key, NOW).await),
        "update" => debug(store.update(key, &record(2), expected(case), NOW).await),
        "touch" => debug(store.touch(key, &touch(expected(case)), NOW).await),
        "rotate" => rotate_as(store, case, subject).await,
        "delete" => debug(store.delete(key, NOW).await),
        "sessions_of" => debug(store.sessions_of(owner, NOW).await.map(|sessions| sessions.len())),
        "delete_sessions_of" => debug(store.delete_sessions_of(owner, None, NOW).await),
        "delete_expired" => debug(store.delete_expired(10, Moment::from_millis(1)).await),
        "count" => debug(store.count(END).await),
        "clear" => debug(store.clear().await),
        _ => panic!("nobody knows how to {verb} {new_key:?}"),
    };
    assert!(answer.starts_with(wanted(verb, case)), "{operation}: {answer}");
}

async fn create_as(store: &dyn Store, case: &str, subject: &Subject) -> String {
    let Subject { key, new_key, owner } = subject;
    let owned = owned(record(1), owner);
    debug(match case {
        "taken" => store.create(key, &record(1), None, NOW).await,
        "owned" => store.create(new_key, &owned, None, NOW).await,
        "signed in" | "cut off" => store.create(new_key, &owned, Some(NOW), NOW).await,
        "of a mebibyte" => {
            let large = Record {
                payload: Arc::from(vec![7; 1 << 20]),
                ..record(1)
            };
            store.create(new_key, &large, None, NOW).await
        }
        _ => store.create(new_key, &record(1), None, NOW).await,
    })
}

async fn rotate_as(store: &dyn Store, case: &str, subject: &Subject) -> String {
    let Subject { key, new_key, owner } = subject;
    let (plain, owned) = (record(2), owned(record(2), owner));
    let other_key = support::session::new_key();
    let rotation = match case {
        "owned" => rotation(key, new_key, FIRST, &owned),
        "signed in" | "cut off" => Rotation {
            signs_in: Some(NOW),
            ..rotation(key, new_key, FIRST, &owned)
        },
        "moved" => rotation(key, &other_key, FIRST, &plain),
        _ => rotation(key, new_key, expected(case), &plain),
    };
    debug(store.rotate(&rotation, NOW).await)
}

fn expected(case: &str) -> Revision {
    match case {
        "conflict" | "stale" => Revision::from_u64(9),
        _ => FIRST,
    }
}

/// That the case is what it is called.
fn wanted(verb: &str, case: &str) -> &'static str {
    match (verb, case) {
        (_, "taken") => "Taken",
        (_, "cut off") => "CutOff",
        (_, "conflict") => "Conflict",
        (_, "moved") => "Moved",
        (_, "gone") => "Gone",
        (_, "absent") => "Absent",
        (_, "stale") => "Stale",
        (_, "of three") => "3",
        ("create", _) => "Created",
        ("load", _) => "Found",
        ("update" | "rotate", _) => "Applied",
        ("touch", _) => "Touched",
        ("delete", _) => "Deleted",
        ("delete_expired" | "count", _) => "0",
        ("clear", _) => "()",
        _ => panic!("nobody knows what {verb} answers"),
    }
}

fn debug<T: Debug>(answer: Result<T, StoreError>) -> String {
    format!("{:?}", answer.unwrap())
}

const FIRST: Revision = Revision::from_u64(1);

fn touch(expected: Revision) -> Touch {
    Touch {
        expected,
        last_seen_at: NOW,
        expires_at: END,
    }
}
