//! SQLite's plans.

use std::path::Path;
use std::sync::Arc;

use session_store_sql::SqliteStore;
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use sqlx::{AssertSqlSafe, ConnectOptions as _, Row as _};
use tokio::time::Instant;

use crate::support::folder::Folder;
use crate::support::url;
use crate::{END, Filled, LOADS, MILLION, THOUSAND, clear, compare_loads};

/// Each statement. Plans do not depend on values here.
const STATEMENTS: [(&str, &str); 10] = [
    ("create", include_str!("../../src/sqlite/sql/create.sql")),
    ("load", include_str!("../../src/sqlite/sql/load.sql")),
    ("update", include_str!("../../src/sqlite/sql/update.sql")),
    ("touch", include_str!("../../src/sqlite/sql/touch.sql")),
    ("rotate", include_str!("../../src/sqlite/sql/rotate.sql")),
    ("delete", include_str!("../../src/sqlite/sql/delete.sql")),
    ("sessions_of", include_str!("../../src/sqlite/sql/sessions_of.sql")),
    (
        "delete_sessions_of",
        include_str!("../../src/sqlite/sql/delete_sessions_of.sql"),
    ),
    (
        "delete_expired",
        include_str!("../../src/sqlite/sql/delete_expired.sql"),
    ),
    (
        "delete_expired, cut-offs",
        include_str!("../../src/sqlite/sql/delete_expired_cut_offs.sql"),
    ),
];

/// What stands for a session's key: the digits of its number, well mixed.
const KEY: &str = "unhex(printf('%016x%016x%016x%016x', n * 0x9e3779b97f4a7c15, n, n * 7, ~n))";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn among_a_million_sessions_every_statement_goes_by_an_index() {
    let folder = Folder::new();
    let (few, many) = (fill(&folder.0, THOUSAND).await, fill(&folder.0, MILLION).await);
    let mut connection = open(&folder.0).await;
    for (name, sql) in STATEMENTS {
        for part in sql.split(';') {
            let plan = plan(&mut connection, &named(part, &many.table)).await;
            println!("{name:25} {}", plan.join(", "));
            let finds = |step: &&String| step.contains(&many.table) || step.contains("mark");
            let searches = plan.iter().filter(finds).all(|step| step.starts_with("SEARCH"));
            assert!(searches, "{name}: {plan:?}");
        }
    }
    compare_loads(&few, &many).await;
    clear(&many).await;
}

/// One in ten is signed in, ten sessions an owner.
async fn fill(folder: &Path, number: u32) -> Filled {
    let begin = Instant::now();
    let table = format!("t{number}");
    let store = SqliteStore::builder(url(folder)).table(&table).connections(2);
    let store = Arc::new(store.may_lose_last_writes_on_power_loss().connect().await.unwrap());
    let mut connection = open(folder).await;
    let filling = format!(
        "WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < {number})
        INSERT INTO {table} (id, revision, expires_at, owner, payload)
        SELECT {KEY}, 1, {END} + 1000 * n, iif(n % 10 = 0, 'owner-' || n / 100, NULL), zeroblob(200) FROM numbers"
    );
    ask(&mut connection, &filling).await;
    let step = number / LOADS;
    let some = format!(
        "WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + {step} FROM numbers WHERE n + {step} <= {number})
        SELECT lower(hex({KEY})) FROM numbers ORDER BY random()"
    );
    let keys = ask(&mut connection, &some).await;
    println!("{number} sessions in {:?}", begin.elapsed());
    Filled::new(table, store, &keys)
}

fn named(sql: &str, table: &str) -> String {
    let lines = sql.lines().filter(|line| !line.starts_with("--"));
    lines.collect::<Vec<_>>().join(" ").replace("session_kit", table)
}

async fn open(folder: &Path) -> SqliteConnection {
    let options: SqliteConnectOptions = url(folder).parse().unwrap();
    options.connect().await.unwrap()
}

/// What SQLite would do, and on what.
async fn plan(connection: &mut SqliteConnection, sql: &str) -> Vec<String> {
    let explain = format!("EXPLAIN QUERY PLAN {sql}");
    let rows = sqlx::query(AssertSqlSafe(explain)).fetch_all(connection).await.unwrap();
    rows.iter().map(|row| row.get("detail")).collect()
}

async fn ask(connection: &mut SqliteConnection, sql: &str) -> Vec<String> {
    let rows = sqlx::raw_sql(AssertSqlSafe(sql)).fetch_all(connection).await.unwrap();
    rows.iter().map(|row| row.get(0)).collect()
}
