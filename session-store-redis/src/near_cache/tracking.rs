//! The proof that what a connection tracks is still true.

use std::sync::{Arc, Weak};
use std::time::Duration;

use tokio::time::sleep;

use crate::connection::{Connection, ConnectionSettings};

/// Asks the server for a sign of life whenever nothing else does, as long as the connection is in use.
///
/// An answer comes after all invalidations before it, so it proves that what was read over this connection, and has not
/// been invalidated, was true when the question was sent.
pub(crate) fn keep_proving(connection: &Arc<Connection>, settings: &ConnectionSettings) {
    if let Some(near_cache) = &settings.near_cache {
        let pause = near_cache.max_staleness() / 4;
        // It ends with the connection, or with the runtime; then what was read over the connection is old soon.
        drop(tokio::spawn(prove(Arc::downgrade(connection), pause)));
    }
}

async fn prove(connection: Weak<Connection>, pause: Duration) {
    loop {
        sleep(pause).await;
        let Some(connection) = connection.upgrade() else {
            return;
        };
        if connection.is_broken() {
            return;
        }
        if connection.line().silence() < pause {
            continue;
        }
        if connection.call(&redis::cmd("PING")).await.is_err() {
            return;
        }
    }
}
