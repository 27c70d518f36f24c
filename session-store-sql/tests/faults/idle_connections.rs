//! Connections that end while nobody uses them.

use std::sync::Arc;
use std::time::Duration;

use futures_util::future::join_all;
use session_core::{Loaded, Record, Store, StoreError, StoreKey, Updated};
use tokio::time::sleep;

use crate::support::chain;
use crate::support::engine::{BeforeAcquire, Engine};
use crate::support::server::Server;
use crate::support::session::{NOW, counting, create, found, new_key};
use crate::{again, settings};

/// For how long a connection is believed to be alive, and a little.
const REST: Duration = Duration::from_millis(1100);
/// Until the end of a connection has arrived, and no longer.
const MOMENT: Duration = Duration::from_millis(50);

on_each_engine! {
    connections_that_the_server_ends_are_replaced
    connections_that_the_server_ends_are_replaced_in_a_pool
    a_server_that_was_restarted_meanwhile_is_written_to_after_a_rest
    a_server_that_was_restarted_just_now_is_read_from_and_no_write_is_done_twice
    where_one_connection_has_failed_the_others_are_asked
}

/// Also those that are believed to be alive, where the server says in the end that it ends them.
async fn connections_that_the_server_ends_are_replaced<E: Engine>() {
    let server = Server::<E>::start().await;
    let store = settings(&server).connect::<E>().await;
    replaced(&server, &store, MOMENT, E::SAYS_GOODBYE).await;
    replaced(&server, &store, REST, true).await;
}

async fn connections_that_the_server_ends_are_replaced_in_a_pool<E: Engine>() {
    let server = Server::<E>::start().await;
    for (tests, is_noticed) in [(BeforeAcquire::Ping, true), (BeforeAcquire::Nothing, E::SAYS_GOODBYE)] {
        let store = E::connect_pool(settings(&server), tests).await.unwrap();
        replaced(&server, &store, MOMENT, is_noticed).await;
    }
}

/// Reads go on in any case, and writes too where it is noticed before anything is sent.
async fn replaced<E: Engine>(server: &Server<E>, store: &Arc<dyn Store>, rest: Duration, is_noticed: bool) {
    let mut admin = server.admin().await;
    let mut known = counting(0);
    let key = create(store, &known).await;
    for count in 1..=6 {
        use_all(store, &key).await;
        admin.tell(E::END_OTHERS).await;
        sleep(rest).await;
        if count % 2 == 0 {
            assert_eq!(found(store, &key).await, known);
        }
        let next = counting(count);
        if is_noticed {
            let updated = store.update(&key, &next, known.revision, NOW).await;
            assert!(matches!(updated, Ok(Updated::Applied)), "{updated:?}");
        } else {
            update_once(store, &key, &known, &next).await;
        }
        known = next;
    }
}

async fn a_server_that_was_restarted_meanwhile_is_written_to_after_a_rest<E: Engine>() {
    let server = Server::<E>::start().await;
    let store = settings(&server).connect::<E>().await;
    let mut known = counting(0);
    let key = create(&store, &known).await;
    for count in 1..=2 {
        server.kill().await;
        server.restart().await;
        sleep(REST).await;
        let next = counting(count);
        let updated = store.update(&key, &next, known.revision, NOW).await;
        assert!(matches!(updated, Ok(Updated::Applied)), "{updated:?}");
        known = next;
    }
}

/// Within the second in which nobody asks whether a connection is alive.
async fn a_server_that_was_restarted_just_now_is_read_from_and_no_write_is_done_twice<E: Engine>() {
    let server = Server::<E>::start().await;
    let store = settings(&server).connect::<E>().await;
    for count in 1..=5 {
        let (known, next) = (counting(count), counting(count + 1));
        let key = create(&store, &known).await;
        restart(&server, &store, &key).await;
        assert!(matches!(store.load(&key, NOW).await.unwrap(), Loaded::Found(_)));
        restart(&server, &store, &key).await;
        update_once(&store, &key, &known, &next).await;
        assert_eq!(found(&store, &key).await, next);
    }
}

/// All were used just now, and only the first caller meets with the failure.
async fn where_one_connection_has_failed_the_others_are_asked<E: Engine>() {
    let server = Server::<E>::start().await;
    let store = settings(&server).connect::<E>().await;
    let known = counting(0);
    let keys = join_all((0..4).map(|_| create(&store, &known))).await;
    restart(&server, &store, &keys[0]).await;
    let first = store.create(&new_key(), &known, None, NOW).await;
    assert!(matches!(first, Ok(_) | Err(StoreError::ReplyLost(_))), "{first:?}");
    let next = counting(1);
    let updates = keys.iter().map(|key| store.update(key, &next, known.revision, NOW));
    for updated in join_all(updates).await {
        assert!(matches!(updated, Ok(Updated::Applied)), "{updated:?}");
    }
}

/// With connections that were used just now.
async fn restart<E: Engine>(server: &Server<E>, store: &Arc<dyn Store>, key: &StoreKey) {
    use_all(store, key).await;
    server.kill().await;
    server.restart().await;
}

/// As many connections as there can be.
async fn use_all(store: &Arc<dyn Store>, key: &StoreKey) {
    let loads = (0..4).map(|_| found(store, key));
    assert_eq!(join_all(loads).await.len(), 4);
}

/// At once, or when it is sent again.
async fn update_once(store: &Arc<dyn Store>, key: &StoreKey, known: &Record, next: &Record) {
    match store.update(key, next, known.revision, NOW).await {
        Ok(updated) => assert_eq!(updated, Updated::Applied),
        Err(StoreError::ReplyLost(_)) => {
            let updated = again(async || store.update(key, next, known.revision, NOW).await).await;
            assert!(updated == Updated::Applied || updated == Updated::Conflict(next.clone()));
        }
        Err(other) => panic!("{}", chain(&other)),
    }
}
