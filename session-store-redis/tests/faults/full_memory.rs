//! Servers that have no room.

use std::sync::Arc;
use std::time::Duration;

use session_core::{
    Created, Deleted, Loaded, Owner, Record, Rotated, Rotation, Store as _, StoreError, StoreKey, Touch, Touched,
    Updated,
};
use session_store_redis::RedisStore;

use crate::store;
use crate::support::cluster::Cluster;
use crate::support::server::Server;
use crate::support::session::{NOW, counting, create, found, new_key, new_revision, owned, owner, rotation};

const BYTES: usize = 100_000;

/// Sessions on a server that has no room for another, and that is as full as that allows.
struct Full {
    store: RedisStore,
    large: Vec<StoreKey>,
}

fn large(record: Record) -> Record {
    Record {
        payload: Arc::from(vec![7; BYTES]),
        ..record
    }
}

async fn used(server: &Server) -> u64 {
    let memory: String = server.ask(&["INFO", "memory"]).await;
    let used = memory.lines().find_map(|line| line.strip_prefix("used_memory:"));
    used.unwrap().parse().unwrap()
}

async fn limit(server: &Server, most: u64) {
    server.tell(&["CONFIG", "SET", "maxmemory", &most.to_string()]).await;
}

impl Full {
    async fn fill(server: &Server, store: RedisStore) -> Self {
        limit(server, used(server).await + 3_000_000).await;
        let mut keys = Vec::new();
        for _ in 0..100 {
            let key = new_key();
            match store.create(&key, &large(counting(0)), None, NOW).await {
                Ok(created) => assert_eq!(created, Created::Created),
                Err(error) => {
                    assert!(matches!(error, StoreError::Full), "{error:?}");
                    // What is smaller may have had room up to now, and buffers give some back.
                    limit(server, used(server).await - 1_000_000).await;
                    return Self { store, large: keys };
                }
            }
            keys.push(key);
        }
        panic!("it is never full");
    }

    async fn refuses_to_create(&self, record: &Record) {
        let key = new_key();
        let answer = self.store.create(&key, record, None, NOW).await;
        assert!(matches!(answer, Err(StoreError::Full)), "{answer:?}");
        assert_eq!(self.store.load(&key, NOW).await.unwrap(), Loaded::Absent);
    }

    async fn refuses_to_change(&self, key: &StoreKey, record: &Record) {
        let next = Record {
            revision: new_revision(),
            ..record.clone()
        };
        let answer = self.store.update(key, &next, record.revision, NOW).await;
        assert!(matches!(answer, Err(StoreError::Full)), "{answer:?}");
        let new = new_key();
        let rotation = Rotation {
            signs_in: record.owner.as_ref().map(|_| NOW),
            ..rotation(key, &new, record.revision, &next)
        };
        let answer = self.store.rotate(&rotation, NOW).await;
        assert!(matches!(answer, Err(StoreError::Full)), "{answer:?}");
        assert_eq!(found(&self.store, key).await, *record);
        assert_eq!(self.store.load(&new, NOW).await.unwrap(), Loaded::Absent);
    }

    async fn lets_touch(&self, key: &StoreKey, record: &Record) {
        let touch = Touch {
            expected: record.revision,
            last_seen_at: NOW + Duration::from_secs(1),
            expires_at: record.expires_at + Duration::from_secs(1),
        };
        assert_eq!(self.store.touch(key, &touch, NOW).await.unwrap(), Touched::Touched);
    }

    /// Also the owner's only session.
    async fn lets_end(&self, owner: &Owner, key: &StoreKey) {
        let listed = self.store.sessions_of(owner, NOW).await.unwrap();
        assert_eq!(listed.iter().map(|listed| listed.key).collect::<Vec<_>>(), [*key]);
        assert_eq!(self.store.delete_sessions_of(owner, None, NOW).await.unwrap(), 1);
        assert_eq!(self.store.load(key, NOW).await.unwrap(), Loaded::Absent);
        for key in &self.large {
            assert_eq!(self.store.delete(key, NOW).await.unwrap(), Deleted::Deleted);
            assert_eq!(self.store.load(key, NOW).await.unwrap(), Loaded::Absent);
        }
    }
}

/// Nothing that needs room is done, nor half of it; what makes room is.
async fn a_full_server_keeps_what_it_has(server: &Server, store: RedisStore) {
    let (owner, stranger) = (owner("ann"), owner("bob"));
    let (plain, hers) = (counting(0), owned(counting(0), &owner));
    let (plain_key, her_key) = (create(&store, &plain).await, create(&store, &hers).await);
    let full = Full::fill(server, store).await;
    for record in [counting(0), owned(counting(0), &owner), owned(counting(0), &stranger)] {
        full.refuses_to_create(&record).await;
    }
    for (key, record) in [(&plain_key, &plain), (&her_key, &hers)] {
        full.refuses_to_change(key, record).await;
    }
    full.lets_touch(&plain_key, &plain).await;

    full.lets_end(&owner, &her_key).await;
    let store = &full.store;
    create(store, &large(counting(0))).await;
    let update = store
        .update(&plain_key, &counting(1), plain.revision, NOW)
        .await
        .unwrap();
    assert_eq!(update, Updated::Applied);
}

#[tokio::test]
async fn a_full_server_loses_nothing_and_makes_room() {
    let server = Server::start_with(&["--maxmemory-policy", "noeviction"]).await;
    let store = store(server.url()).await;
    a_full_server_keeps_what_it_has(&server, store).await;
}

#[tokio::test]
async fn a_full_cluster_loses_nothing_and_makes_room() {
    let cluster = Cluster::start(1).await;
    let node = &cluster.masters[0];
    node.tell(&["CONFIG", "SET", "maxmemory-policy", "noeviction"]).await;
    let store = store(cluster.url()).await;
    a_full_server_keeps_what_it_has(node, store).await;
}

/// A rotation that has room again is made as if there had been no other.
#[tokio::test]
async fn a_rotation_that_was_refused_can_be_made_later() {
    let server = Server::start_with(&["--maxmemory-policy", "noeviction"]).await;
    let store = store(server.url()).await;
    let record = owned(counting(0), &owner("ann"));
    let key = create(&store, &record).await;
    let full = Full::fill(&server, store).await;
    full.refuses_to_change(&key, &record).await;
    server.tell(&["CONFIG", "SET", "maxmemory", "0"]).await;
    let (new, next) = (new_key(), owned(counting(0), &owner("ann")));
    let rotation = rotation(&key, &new, record.revision, &next);
    assert_eq!(full.store.rotate(&rotation, NOW).await.unwrap(), Rotated::Applied);
    assert_eq!(found(&full.store, &new).await, next);
}
