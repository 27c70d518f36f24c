//! How many rows an operation reads, and so locks: a few, however many sessions there are.

use session_core::{Created, Deleted, Owner, Revision, Rotated, Store as _, StoreKey, Touch, Touched, Updated};
use session_store_sql::MySqlStore;
use sqlx::mysql::{MySqlPool, MySqlPoolOptions};
use sqlx::{Executor as _, Row as _};

use super::support::{table, variable};
use super::{END, NOW, create, key, owned, record, rotation};

/// What the statements of one operation may read, temporary tables included.
const FEW: u64 = 40;

/// What the pool's one connection reads.
struct Reads {
    pool: MySqlPool,
    /// When it was last asked.
    before: u64,
    /// By the question itself.
    asking: u64,
}

impl Reads {
    async fn of(pool: MySqlPool) -> Self {
        let first = rows_read(&pool).await;
        let before = rows_read(&pool).await;
        Self {
            pool,
            before,
            asking: before - first,
        }
    }

    /// Since it was last asked, it has read few rows.
    async fn are_few(&mut self, operation: &str) {
        let now = rows_read(&self.pool).await;
        let read = now - self.before - self.asking;
        assert!(read <= FEW, "{operation} has read {read} rows");
        self.before = now;
    }
}

async fn rows_read(pool: &MySqlPool) -> u64 {
    let counters = pool.fetch_all("SHOW SESSION STATUS LIKE 'Handler_read%'").await;
    let counters = counters.unwrap();
    counters
        .iter()
        .map(|row| row.get::<String, _>(1).parse::<u64>().unwrap())
        .sum()
}

async fn store_with_many_sessions(pool: &MySqlPool) -> MySqlStore {
    let store = MySqlStore::from_pool(pool.clone()).table(table());
    let store = store.connect().await.unwrap();
    for number in 0..500_u16 {
        let mut bytes = [0; 32];
        bytes[..2].copy_from_slice(&number.to_be_bytes());
        let record = owned(&format!("user-{}", number % 100));
        create(&store, &StoreKey::from_bytes(bytes), &record).await;
    }
    store
}

#[tokio::test]
async fn no_operation_on_a_session_reads_those_of_others() {
    let pool = MySqlPoolOptions::new().max_connections(1);
    let pool = pool.connect(&variable("SESSION_KIT_MYSQL_URL")).await.unwrap();
    let store = store_with_many_sessions(&pool).await;
    let (alice, mine, revision) = (Owner::new("alice").unwrap(), owned("alice"), Revision::from_u64(1));
    let (old, new, other) = (key(0xA0), key(0xA1), key(0xA2));
    let mut reads = Reads::of(pool).await;

    let created = store.create(&old, &mine, Some(NOW), NOW).await.unwrap();
    assert_eq!(created, Created::Created);
    reads.are_few("create").await;
    drop(store.load(&old, NOW).await.unwrap());
    reads.are_few("load").await;
    let updated = store.update(&old, &mine, revision, NOW).await.unwrap();
    assert_eq!(updated, Updated::Applied);
    reads.are_few("update").await;
    let touch = Touch {
        expected: revision,
        last_seen_at: NOW,
        expires_at: END,
    };
    assert_eq!(store.touch(&old, &touch, NOW).await.unwrap(), Touched::Touched);
    reads.are_few("touch").await;
    let rotated = store.rotate(&rotation(&old, &new, &mine), NOW).await.unwrap();
    assert_eq!(rotated, Rotated::Applied);
    reads.are_few("rotate").await;
    assert_eq!(store.sessions_of(&alice, NOW).await.unwrap().len(), 1);
    reads.are_few("sessions_of").await;
    assert_eq!(store.delete(&old, NOW).await.unwrap(), Deleted::Deleted);
    reads.are_few("delete").await;

    create(&store, &other, &record(1)).await;
    assert_eq!(store.delete(&other, END).await.unwrap(), Deleted::Absent);
    reads.are_few("create and delete of what has ended").await;
    create(&store, &key(0xA3), &mine).await;
    let deleted = store.delete_sessions_of(&alice, Some(&other), NOW).await.unwrap();
    assert_eq!(deleted, 1);
    reads.are_few("create and delete_sessions_of").await;
    assert_eq!(store.delete_expired(10, NOW).await.unwrap(), 0);
    reads.are_few("delete_expired").await;
}
