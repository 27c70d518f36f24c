//! A server that takes no writes, as a standby.

use session_core::{Loaded, Store, StoreError, Updated};

use crate::settings;
use crate::support::chain;
use crate::support::engine::Engine;
use crate::support::patience::wait_until;
use crate::support::server::Server;
use crate::support::session::{NOW, counting, create, new_key};

on_each_engine! {
    a_server_that_takes_no_writes_says_so_and_is_read_from
}

async fn a_server_that_takes_no_writes_says_so_and_is_read_from<E: Engine>() {
    let server = Server::<E>::start().await;
    let settings = settings(&server);
    let store = settings.connect::<E>().await;
    let first = counting(0);
    let key = create(&store, &first).await;
    server.set_read_only(true).await;
    let is_refused = async || {
        let created = store.create(&new_key(), &counting(0), None, NOW).await;
        created.is_err_and(|error| matches!(error, StoreError::Unavailable(_)) && chain(&error).contains("read-only"))
    };
    wait_until("the server takes no writes", is_refused).await;
    let update = store.update(&key, &counting(1), first.revision, NOW).await;
    assert!(matches!(update, Err(StoreError::Unavailable(_))), "{update:?}");
    assert!(matches!(store.load(&key, NOW).await.unwrap(), Loaded::Found(_)));
    let error = chain(&E::connect(settings.clone()).await.unwrap_err());
    assert!(error.contains("a server that takes writes"), "{error}");

    server.set_read_only(false).await;
    let is_written = async || {
        let created = store.create(&new_key(), &counting(0), None, NOW).await;
        created.is_ok()
    };
    wait_until("the server takes writes again", is_written).await;
    let update = store.update(&key, &counting(1), first.revision, NOW).await.unwrap();
    assert_eq!(update, Updated::Applied);
}
