//! Connections that are lost, and servers that are away.

use std::sync::Arc;
use std::time::Duration;

use session_core::{Loaded, Store, StoreKey};
use session_store_redis::RedisStore;
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};

use crate::support::server::Server;
use crate::support::session::{NOW, create, loaded, new_key, record, update};
use crate::{Nodes, PATIENCE};

const KEYS: usize = 200;

/// Sessions that are held here, read over all connections.
async fn held(nodes: &Nodes) -> Vec<StoreKey> {
    let mut tasks = JoinSet::new();
    for _ in 0..KEYS {
        let (here, plain) = (nodes.here.clone(), nodes.plain.clone());
        tasks.spawn(async move {
            let key = create(&plain, &record(1)).await;
            assert_eq!(loaded(&here, &key).await, 1);
            key
        });
    }
    tasks.join_all().await
}

async fn all_come_to(store: &RedisStore, keys: &[StoreKey], revision: u64) {
    let arrival = async {
        for key in keys {
            while !matches!(store.load(key, NOW).await, Ok(Loaded::Found(record)) if record.revision.as_u64() == revision)
            {
                sleep(Duration::from_millis(1)).await;
            }
        }
    };
    assert!(
        timeout(PATIENCE, arrival).await.is_ok(),
        "something is served that has changed"
    );
    for key in keys {
        assert_eq!(loaded(store, key).await, revision);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn what_changed_while_the_connections_were_lost_is_asked_for_again() {
    let server = Server::start().await;
    let nodes = Nodes::on(&server.url(), 2).await;
    let keys = held(&nodes).await;
    server.tell(&["CLIENT", "KILL", "TYPE", "normal"]).await;
    // The server forgot what it should tell to whom.
    while nodes.plain.load(&new_key(), NOW).await.is_err() {}
    for key in &keys {
        update(&nodes.plain, key, 1).await;
    }
    all_come_to(&nodes.here, &keys, 2).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn the_loss_of_one_of_several_connections_leaves_nothing_behind_that_has_changed() {
    let server = Server::start().await;
    let nodes = Nodes::on(&server.url(), 4).await;
    let keys = held(&nodes).await;
    let clients: String = server.ask(&["CLIENT", "LIST"]).await;
    let tracked = clients.lines().filter(|client| client.contains("flags=t"));
    let ids: Vec<&str> = tracked.filter_map(|client| client.split([' ', '=']).nth(1)).collect();
    assert!(ids.len() >= 2, "{clients}");
    for id in &ids[1..] {
        server.tell(&["CLIENT", "KILL", "ID", id]).await;
    }
    for key in &keys {
        update(&nodes.plain, key, 1).await;
    }
    all_come_to(&nodes.here, &keys, 2).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn nothing_is_served_while_the_server_is_away() {
    let mut server = Server::start().await;
    let nodes = Arc::new(Nodes::on(&server.url(), 2).await);
    let keys = held(&nodes).await;
    server.kill();
    let notice = async {
        for key in &keys {
            while nodes.here.load(key, NOW).await.is_ok() {}
        }
    };
    assert!(timeout(PATIENCE, notice).await.is_ok(), "a dead server is believed");
    for key in &keys {
        assert!(nodes.here.load(key, NOW).await.is_err());
    }
    // The one that comes back knows of nothing.
    server.restart().await;
    for key in &keys {
        let answer = async {
            loop {
                if let Ok(loaded) = nodes.here.load(key, NOW).await {
                    return loaded;
                }
                sleep(Duration::from_millis(5)).await;
            }
        };
        assert_eq!(timeout(PATIENCE, answer).await.unwrap(), Loaded::Absent);
    }
}
