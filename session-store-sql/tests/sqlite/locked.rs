//! Another program that keeps the file to itself.

use std::time::Duration;

use session_core::{Store as _, StoreError, Updated};
use session_store_sql::SqliteStore;
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions as _, Connection as _, SqliteConnection};
use tokio::time::{Instant, sleep};

use crate::support::folder::Folder;
use crate::support::session::{NOW, counting, create, found};
use crate::support::{chain, url};

const LIMIT: Duration = Duration::from_millis(250);

/// A connection of another program.
async fn program(folder: &Folder) -> SqliteConnection {
    let options = SqliteConnectOptions::new().filename(folder.0.join("sessions.db"));
    options.connect().await.unwrap()
}

async fn tell(program: &mut SqliteConnection, sql: &'static str) {
    sqlx::raw_sql(sql).execute(program).await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_write_waits_for_another_program_and_says_that_nothing_was_done_if_that_takes_too_long() {
    let folder = Folder::new();
    let builder = SqliteStore::builder(url(&folder.0)).response_timeout(LIMIT);
    let store = builder.connect().await.unwrap();
    let record = counting(0);
    let key = create(&store, &record).await;
    let mut program = program(&folder).await;

    tell(&mut program, "BEGIN IMMEDIATE").await;
    // Often, for it must not depend on when the time is up.
    for _ in 0..10 {
        let begun = Instant::now();
        let answer = store.update(&key, &counting(1), record.revision, NOW).await;
        assert!(matches!(answer, Err(StoreError::Unavailable(_))), "{answer:?}");
        let waited = begun.elapsed();
        assert!(waited > LIMIT / 2 && waited < 5 * LIMIT, "{waited:?}");
        let said = chain(&answer.unwrap_err());
        assert!(said.contains("locked"), "{said}");
    }
    assert_eq!(found(&store, &key).await, record, "readers wait for nobody");

    let (next, writer) = (counting(2), store.clone());
    let expected = record.revision;
    let waiting = tokio::spawn(async move { writer.update(&key, &next, expected, NOW).await.unwrap() });
    sleep(LIMIT / 2).await;
    assert!(!waiting.is_finished());
    tell(&mut program, "COMMIT").await;
    assert_eq!(waiting.await.unwrap(), Updated::Applied);
    program.close().await.unwrap();
}

#[tokio::test]
async fn a_file_that_another_program_keeps_locked_is_named_at_the_start() {
    let folder = Folder::new();
    drop(crate::store(&folder.0).await);
    let mut program = program(&folder).await;
    tell(
        &mut program,
        "PRAGMA locking_mode = EXCLUSIVE; CREATE TABLE shop (price)",
    )
    .await;
    let error = SqliteStore::connect(url(&folder.0)).await.unwrap_err();
    let said = chain(&error);
    assert!(
        said.contains("another program keeps") && said.contains("sessions.db"),
        "{said}"
    );
    program.close().await.unwrap();
}
