//! The proof that what a connection tracks is still true.

use std::sync::{Arc, Weak};
use std::time::Duration;

use redis::{Pipeline, Value};
use tokio::time::{Instant, sleep};

use crate::connection::{Connection, ConnectionSettings};
use crate::failure::Failure;
use crate::server_info::Role;

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
        let asked = match connection.role() {
            Role::Single => connection.call(&redis::cmd("PING")).await.map(drop),
            Role::ClusterNode => ask_node(&connection).await,
        };
        // One that refuses, because it is busy, may not do so next time.
        if let Err(Failure::Lost(_) | Failure::NotSent(_)) = asked {
            return;
        }
    }
}

/// A node of a cluster is alive after its slots were given to another one, too, and after it was cut off from the others. Then
/// what it holds is not the truth any more.
async fn ask_node(connection: &Connection) -> Result<(), Failure> {
    let mut state = redis::cmd("CLUSTER");
    state.arg("INFO");
    let mut questions = Pipeline::with_capacity(2);
    questions.add_command(redis::cmd("HELLO")).add_command(state);
    let sent_at = Instant::now();
    let answers = connection.call_all(&questions, 2).await?;
    if let [hello, state] = answers.as_slice()
        && is_master(hello)
        && is_complete(state)
    {
        connection.line().answered(sent_at);
    }
    Ok(())
}

fn is_master(hello: &Value) -> bool {
    let mut parts = hello.as_map_iter().into_iter().flatten();
    parts.any(|(name, value)| text(name) == Some(b"role") && text(value) == Some(b"master"))
}

fn is_complete(state: &Value) -> bool {
    let text = text(state).unwrap_or_default();
    text.split(|byte| byte.is_ascii_whitespace())
        .any(|line| line == b"cluster_state:ok")
}

fn text(value: &Value) -> Option<&[u8]> {
    if let Value::BulkString(bytes) = value {
        return Some(bytes);
    }
    if let Value::SimpleString(text) | Value::VerbatimString { text, .. } = value {
        return Some(text.as_bytes());
    }
    None
}
