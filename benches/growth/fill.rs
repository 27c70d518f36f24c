//! A million sessions, soon: where there is a way, the server makes them itself.

use std::sync::Arc;

use futures_util::stream::{self, StreamExt as _};
use mongodb::Client;
use mongodb::bson::spec::BinarySubtype;
use mongodb::bson::{Binary, DateTime, RawArrayBuf, rawdoc};
use session_bench::NOW;
use session_core::{Created, Moment, Record, Revision, Store, StoreKey};
use sha2::{Digest as _, Sha256};
use sqlx::{AssertSqlSafe, Connection as _, Executor as _, MySqlConnection, PgConnection, SqliteConnection};

const END: Moment = Moment::from_millis(NOW.as_millis() + 3_600_000);
const PAYLOAD_BYTES: usize = 239;
/// How many documents a command brings.
const BATCH: usize = 10_000;

/// As servers make it, too.
pub(crate) fn key(number: usize) -> StoreKey {
    StoreKey::from_bytes(Sha256::digest(number.to_string()).into())
}

/// Files so many sessions, of numbers from zero.
pub(crate) async fn fill(kind: &str, url: &str, namespace: &str, store: &Arc<dyn Store>, count: usize) {
    let (now, end, last) = (NOW.as_millis(), END.as_millis(), count - 1);
    let row = format!("1, {now}, {now}, {end}");
    match kind {
        "PostgreSQL" => {
            let mut connection = PgConnection::connect(url).await.unwrap();
            let sql = format!(
                "INSERT INTO {namespace} (id, root, revision, created_at, last_seen_at, expires_at, payload)
                 SELECT id, id, {row}, decode(repeat('ab', {PAYLOAD_BYTES}), 'hex')
                 FROM (SELECT sha256(n::text::bytea) AS id FROM generate_series(0, {last}) AS n) AS made"
            );
            connection.execute(AssertSqlSafe(sql)).await.unwrap();
            let tidy = format!("VACUUM ANALYZE {namespace}");
            connection.execute(AssertSqlSafe(tidy)).await.unwrap();
        }
        "MariaDB" => {
            let mut connection = MySqlConnection::connect(url).await.unwrap();
            let sql = format!(
                "INSERT INTO {namespace} (root, id, revision, created_at, last_seen_at, expires_at, payload)
                 SELECT id, id, {row}, REPEAT('x', {PAYLOAD_BYTES})
                 FROM (SELECT UNHEX(SHA2(seq, 256)) AS id FROM seq_0_to_{last}) AS made ORDER BY id"
            );
            connection.execute(AssertSqlSafe(sql)).await.unwrap();
            let tidy = format!("ANALYZE TABLE {namespace}");
            connection.execute(AssertSqlSafe(tidy)).await.unwrap();
        }
        "SQLite" => sqlite(url, namespace, &row, count).await,
        "MongoDB" => mongo(url, namespace, count).await,
        _ => one_by_one(store, count).await,
    }
}

/// It has no such hash.
async fn sqlite(url: &str, table: &str, row: &str, count: usize) {
    let mut connection = SqliteConnection::connect(url).await.unwrap();
    let mut transaction = connection.begin().await.unwrap();
    let insert = format!(
        "INSERT INTO {table} (id, revision, created_at, last_seen_at, expires_at, payload)
         VALUES ($1, {row}, randomblob({PAYLOAD_BYTES}))"
    );
    for number in 0..count {
        let key = key(number);
        let insert = sqlx::query(AssertSqlSafe(insert.as_str())).bind(key.as_bytes().as_slice());
        insert.execute(&mut *transaction).await.unwrap();
    }
    transaction.commit().await.unwrap();
}

async fn mongo(url: &str, collection: &str, count: usize) {
    let client = Client::with_uri_str(url).await.unwrap();
    let database = client.default_database().unwrap();
    let date = |moment: Moment| DateTime::from_millis(moment.as_millis().cast_signed());
    for first in (0..count).step_by(BATCH) {
        let mut documents = RawArrayBuf::new();
        for number in first..count.min(first + BATCH) {
            let binary = |bytes: Vec<u8>| Binary {
                subtype: BinarySubtype::Generic,
                bytes,
            };
            documents.push(rawdoc! {
                "_id": binary(key(number).as_bytes().to_vec()),
                "revision": 1_i64,
                "created": date(NOW),
                "lastSeen": date(NOW),
                "expires": date(END),
                // Goes by the server's clock: far enough.
                "removeAt": DateTime::from_millis(4_102_444_800_000),
                "data": binary(vec![7; PAYLOAD_BYTES]),
            });
        }
        let insert = rawdoc! { "insert": collection, "documents": documents, "ordered": false };
        let answer = database.run_raw_command(insert).await.unwrap();
        assert!(!answer.contains_key("writeErrors"), "{answer}");
    }
}

/// As an application would.
async fn one_by_one(store: &Arc<dyn Store>, count: usize) {
    let create = |number| async move {
        let record = Record {
            revision: Revision::from_u64(1),
            created_at: NOW,
            last_seen_at: NOW,
            expires_at: END,
            owner: None,
            payload: vec![7; PAYLOAD_BYTES].into(),
        };
        let created = store.create(&key(number), &record, None, NOW).await.unwrap();
        assert_eq!(created, Created::Created);
    };
    let numbers = stream::iter(0..count).map(create);
    numbers.buffer_unordered(512).collect::<()>().await;
}
