//! More callers than connections, and callers that do not wait for their answers.

use std::sync::Arc;
use std::time::Duration;

use futures_util::future::join_all;
use session_core::{Loaded, Store, StoreError, Updated};
use tokio::time::{Instant, sleep, timeout};

use crate::settings;
use crate::support::chain;
use crate::support::engine::{BeforeAcquire, Engine, Settings};
use crate::support::patience::wait_until;
use crate::support::proxy::Proxy;
use crate::support::server::Server;
use crate::support::session::{NOW, count_of, counting, create, found, new_key};
use crate::{RESPONSE_TIMEOUT, SLACK};

const CONNECTIONS: u32 = 4;

on_each_engine! {
    more_callers_than_connections_wait_in_line
    a_caller_for_whom_no_connection_is_free_in_time_is_told
    callers_that_leave_in_the_middle_leave_nothing_behind
    callers_that_leave_in_the_middle_leave_nothing_behind_in_a_pool
}

async fn more_callers_than_connections_wait_in_line<E: Engine>() {
    let server = Server::<E>::start().await;
    let store = settings(&server).connections(CONNECTIONS).connect::<E>().await;
    let mut admin = server.admin().await;
    let callers = (0..100).map(|_| {
        let store = Arc::clone(&store);
        tokio::spawn(async move {
            let mut known = counting(0);
            let key = create(&store, &known).await;
            for count in 1..=10 {
                let next = counting(count);
                let updated = store.update(&key, &next, known.revision, NOW).await.unwrap();
                assert_eq!(updated, Updated::Applied);
                known = next;
            }
            assert_eq!(found(&store, &key).await, known);
        })
    });
    let callers: Vec<_> = callers.collect();
    let mut most = 0;
    while callers.iter().any(|caller| !caller.is_finished()) {
        most = admin.value::<u32>(E::COUNT_CONNECTIONS).await.max(most);
    }
    for caller in callers {
        caller.await.unwrap();
    }
    assert!((2..=CONNECTIONS).contains(&most), "{most} connections");
}

async fn a_caller_for_whom_no_connection_is_free_in_time_is_told<E: Engine>() {
    let server = Server::<E>::start().await;
    let proxy = Proxy::<E>::before(server.url()).await;
    let store = through(&proxy, &server).connections(1).connect::<E>().await;
    let key = create(&store, &counting(0)).await;
    proxy.delay(10 * RESPONSE_TIMEOUT);
    let begin = Instant::now();
    let (first, second) = tokio::join!(store.load(&key, NOW), async {
        sleep(Duration::from_millis(10)).await;
        store.create(&new_key(), &counting(0), None, NOW).await
    });
    let (first, second) = (first.unwrap_err(), second.unwrap_err());
    assert!(chain(&first).contains("did not answer within 1s"), "{}", chain(&first));
    assert!(matches!(second, StoreError::Unavailable(_)), "{second:?}");
    assert!(chain(&second).contains("free within 1s"), "{}", chain(&second));
    assert!(begin.elapsed() < RESPONSE_TIMEOUT + SLACK, "{:?}", begin.elapsed());
}

async fn callers_that_leave_in_the_middle_leave_nothing_behind<E: Engine>() {
    let server = Server::<E>::start().await;
    let proxy = Proxy::<E>::before(server.url()).await;
    let store = patient(&proxy, &server).connect::<E>().await;
    leave_in_the_middle(&server, &proxy, &store).await;
}

async fn callers_that_leave_in_the_middle_leave_nothing_behind_in_a_pool<E: Engine>() {
    let server = Server::<E>::start().await;
    let proxy = Proxy::<E>::before(server.url()).await;
    let settings = patient(&proxy, &server);
    let store = E::connect_pool(settings, BeforeAcquire::Nothing).await.unwrap();
    leave_in_the_middle(&server, &proxy, &store).await;
}

fn through<E: Engine>(proxy: &Proxy<E>, server: &Server<E>) -> Settings {
    Settings {
        url: proxy.url(server.url()),
        ..settings(server)
    }
}

/// Who leaves costs the others a new connection, and they wait for it in line.
fn patient<E: Engine>(proxy: &Proxy<E>, server: &Server<E>) -> Settings {
    through(proxy, server)
        .connections(CONNECTIONS)
        .response_timeout(Duration::from_secs(20))
}

/// No answer is taken for another's, and no connection stays taken.
async fn leave_in_the_middle<E: Engine>(server: &Server<E>, proxy: &Proxy<E>, store: &Arc<dyn Store>) {
    const ROUNDS: usize = 40;
    proxy.delay(Duration::from_millis(2));
    let callers = (1..=8).map(|number| {
        let store = Arc::clone(store);
        tokio::spawn(async move {
            let record = counting(number);
            let key = create(&store, &record).await;
            let mut left = 0;
            for round in 0..ROUNDS {
                let patience = Duration::from_micros(fastrand::u64(..80_000));
                let loaded = timeout(patience, store.load(&key, NOW)).await;
                match loaded {
                    Ok(Ok(Loaded::Found(found))) => assert_eq!(count_of(&found), number),
                    Ok(other) => panic!("{other:?}"),
                    Err(_) => left += 1,
                }
                // One that changes nothing, and has another answer.
                let other = store.update(&key, &record, counting(0).revision, NOW);
                if round % 2 == 0 {
                    drop(timeout(patience, other).await);
                } else {
                    assert_eq!(other.await.unwrap(), Updated::Conflict(record.clone()));
                }
            }
            left
        })
    });
    let mut left = 0;
    for caller in join_all(callers.collect::<Vec<_>>()).await {
        left += caller.unwrap();
    }
    println!("{}: {left} of {} loads were left alone", E::SERVICE, 8 * ROUNDS);
    assert!((20..8 * ROUNDS).contains(&left), "{left} were left");
    proxy.delay(Duration::ZERO);
    let mut admin = server.admin().await;
    wait_until("the connections that were left are closed", async || {
        admin.value::<u32>(E::COUNT_CONNECTIONS).await <= CONNECTIONS
    })
    .await;
    assert_eq!(store.count(NOW).await.unwrap(), 8);
}
