//! Files that were damaged.

use std::fs::OpenOptions;
use std::io::{Read as _, Seek as _, SeekFrom, Write as _};

use session_core::{Store as _, StoreError};
use session_store_sql::SqliteStore;
use sqlx::ConnectOptions as _;
use sqlx::sqlite::SqliteConnectOptions;

use crate::store;
use crate::support::folder::Folder;
use crate::support::session::{NOW, counting, create};
use crate::support::{chain, url};

/// What the file holds, with the log copied into it.
async fn sessions(folder: &Folder) -> Vec<session_core::StoreKey> {
    let store = store(&folder.0).await;
    let mut keys = Vec::new();
    for count in 0..200 {
        keys.push(create(&store, &counting(count)).await);
    }
    drop(store);
    copy_log(folder).await;
    keys
}

async fn copy_log(folder: &Folder) {
    let options = SqliteConnectOptions::new().filename(folder.0.join("sessions.db"));
    let mut connection = options.connect().await.unwrap();
    sqlx::raw_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        .execute(&mut connection)
        .await
        .unwrap();
}

fn overwrite(folder: &Folder, from: u64) {
    let path = folder.0.join("sessions.db");
    let mut file = OpenOptions::new().read(true).write(true).open(path).unwrap();
    let mut rest = Vec::new();
    file.seek(SeekFrom::Start(from)).unwrap();
    file.read_to_end(&mut rest).unwrap();
    file.seek(SeekFrom::Start(from)).unwrap();
    file.write_all(&vec![0x5a; rest.len()]).unwrap();
}

#[tokio::test]
async fn damaged_pages_are_neither_absent_sessions_nor_an_outage() {
    let folder = Folder::new();
    let keys = sessions(&folder).await;
    let store = store(&folder.0).await;
    // Behind the pages that the tables begin with.
    overwrite(&folder, 10 * 4096);
    let mut corrupt = 0;
    for key in &keys {
        match store.load(key, NOW).await {
            Ok(loaded) => assert_ne!(loaded, session_core::Loaded::Absent),
            Err(StoreError::Corrupt(_)) => corrupt += 1,
            Err(other) => panic!("{other:?}"),
        }
    }
    assert!(corrupt > 50, "{corrupt}");
}

#[tokio::test]
async fn a_damaged_file_is_named_at_the_start() {
    let folder = Folder::new();
    sessions(&folder).await;
    overwrite(&folder, 100);
    let said = chain(&SqliteStore::connect(url(&folder.0)).await.unwrap_err());
    assert!(said.contains("sessions.db` is damaged"), "{said}");
    overwrite(&folder, 0);
    let said = chain(&SqliteStore::connect(url(&folder.0)).await.unwrap_err());
    assert!(said.contains("sessions.db` is a file of another kind"), "{said}");
}

#[tokio::test]
async fn a_value_that_is_no_session_is_corrupt() {
    let folder = Folder::new();
    let store = store(&folder.0).await;
    let key = create(&store, &counting(1)).await;
    let options = SqliteConnectOptions::new().filename(folder.0.join("sessions.db"));
    let mut connection = options.connect().await.unwrap();
    for sql in [
        "UPDATE session_kit SET payload = NULL",
        "UPDATE session_kit SET payload = x'00', created_at = -1",
    ] {
        sqlx::raw_sql(sql).execute(&mut connection).await.unwrap();
        let answer = store.load(&key, NOW).await;
        assert!(matches!(answer, Err(StoreError::Corrupt(_))), "{answer:?}");
    }
}
