//! Disks that have no room.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;

use session_core::{Created, Loaded, Record, Rotated, Store as _, StoreError, StoreKey, Updated};
use session_store_sql::SqliteStore;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePool};

use crate::support::folder::Folder;
use crate::support::other_process::{in_own_mounts, run, task};
use crate::support::session::{NOW, counting, create, found, new_key, rotation};
use crate::support::threads::closed;
use crate::support::{chain, url};
use crate::{alone, store};

const BYTES: usize = 20_000;

fn large(count: u8) -> Record {
    Record {
        payload: Arc::from(vec![count; BYTES]),
        ..counting(0)
    }
}

/// Files sessions until there is no room, and answers those that were filed.
async fn fill(store: &SqliteStore) -> Vec<(StoreKey, Record)> {
    let mut filed = Vec::new();
    for count in 0..=u8::MAX {
        let (key, record) = (new_key(), large(count));
        match store.create(&key, &record, None, NOW).await {
            Ok(created) => {
                assert_eq!(created, Created::Created);
                filed.push((key, record));
            }
            Err(error) => {
                assert!(matches!(error, StoreError::Full), "{error:?}");
                assert_eq!(store.load(&key, NOW).await.unwrap(), Loaded::Absent);
                return filed;
            }
        }
    }
    panic!("it is never full");
}

async fn are_there(store: &SqliteStore, filed: &[(StoreKey, Record)]) {
    for (key, record) in filed {
        assert_eq!(found(store, key).await, *record);
    }
}

/// Writes what may still find room where SQLite begins its log anew. Where it does not, nothing is done; answers how often.
async fn writes_on(store: &SqliteStore, filed: &mut [(StoreKey, Record)]) -> usize {
    let mut refused = 0;
    for (key, record) in filed {
        let (next, last, new) = (large(1), large(2), new_key());
        match store.update(key, &next, record.revision, NOW).await {
            Ok(updated) => {
                assert_eq!(updated, Updated::Applied);
                *record = next;
            }
            Err(StoreError::Full) => refused += 1,
            Err(other) => panic!("{other:?}"),
        }
        assert_eq!(found(store, key).await, *record);
        match store.rotate(&rotation(key, &new, record.revision, &last), NOW).await {
            Ok(rotated) => {
                assert_eq!(rotated, Rotated::Applied);
                (*key, *record) = (new, last);
            }
            Err(StoreError::Full) => {
                assert_eq!(store.load(&new, NOW).await.unwrap(), Loaded::Absent);
                refused += 1;
            }
            Err(other) => panic!("{other:?}"),
        }
        assert_eq!(found(store, key).await, *record);
    }
    refused
}

async fn works(store: &SqliteStore, filed: &[(StoreKey, Record)]) {
    let (key, record) = filed.first().unwrap();
    let update = store.update(key, &large(1), record.revision, NOW).await.unwrap();
    assert_eq!(update, Updated::Applied);
    create(store, &large(2)).await;
}

fn mount(arguments: &[&str]) {
    assert!(Command::new("mount").args(arguments).status().unwrap().success());
}

/// A disk of three megabytes, one of which a file takes away.
fn small_disk(folder: &Path) -> (PathBuf, PathBuf) {
    let disk = folder.join("disk");
    fs::create_dir(&disk).unwrap();
    mount(&["-t", "tmpfs", "-o", "size=3m", "tmpfs", disk.to_str().unwrap()]);
    let ballast = disk.join("ballast");
    fs::write(&ballast, vec![1; 1024 * 1024]).unwrap();
    (disk, ballast)
}

/// Not a test by itself: in a process that may mount disks.
#[tokio::test]
async fn the_other_with_a_small_disk() {
    let Some(folder) = task() else { return };
    let (disk, ballast) = small_disk(Path::new(&folder));
    let store = store(&disk).await;
    let mut filed = fill(&store).await;
    let refused = writes_on(&store, &mut filed).await;
    println!(
        "{} sessions before the disk was full, {refused} writes refused",
        filed.len()
    );
    assert!(filed.len() > 10 && refused > 10);
    are_there(&store, &filed).await;

    let said = chain(
        &SqliteStore::connect(format!("sqlite://{}/other.db", disk.display()))
            .await
            .unwrap_err(),
    );
    assert!(said.contains("room on the disk of"), "{said}");

    fs::remove_file(&ballast).unwrap();
    works(&store, &filed).await;
    are_there(&crate::store(&disk).await, filed.get(1..).unwrap()).await;
}

#[tokio::test]
async fn a_full_disk_loses_nothing_and_can_be_written_when_there_is_room() {
    let _turn = alone().await;
    let folder = Folder::new();
    run(in_own_mounts("full_disks::the_other_with_a_small_disk", &folder.0)).await;
}

/// Not a test by itself: on a disk that is full when the process starts, and then killed.
#[tokio::test]
async fn the_other_that_starts_on_a_full_disk() {
    let Some(folder) = task() else { return };
    let (disk, ballast) = small_disk(Path::new(&folder));
    let first = disk.join("first");
    fs::create_dir(&first).unwrap();
    let store = store(&first).await;
    let filed = fill(&store).await;
    // The file and the log as a process leaves them that is killed, and not a byte of room for what is beside them.
    let (copy, second) = (Path::new(&folder).join("copy"), disk.join("second"));
    let copy_to = |from: &Path, to: &Path| {
        fs::create_dir(to).unwrap();
        for name in ["sessions.db", "sessions.db-wal"] {
            fs::copy(from.join(name), to.join(name)).unwrap();
        }
    };
    copy_to(&first, &copy);
    drop(store);
    closed().await;
    fs::remove_dir_all(&first).unwrap();
    copy_to(&copy, &second);
    let mut rest = Vec::new();
    while fs::write(disk.join(format!("rest-{}", rest.len())), vec![1; 4096]).is_ok() {
        rest.push(());
    }
    let said = chain(&SqliteStore::connect(url(&second)).await.unwrap_err());
    assert!(said.contains("room on the disk of"), "{said}");
    fs::remove_file(&ballast).unwrap();
    are_there(&crate::store(&second).await, &filed).await;
}

#[tokio::test]
async fn a_disk_that_is_full_at_the_start_is_named_and_loses_nothing() {
    let _turn = alone().await;
    let folder = Folder::new();
    run(in_own_mounts(
        "full_disks::the_other_that_starts_on_a_full_disk",
        &folder.0,
    ))
    .await;
}

/// SQLite's own limit, and connections of the application's.
#[tokio::test]
async fn a_file_that_may_not_grow_loses_nothing() {
    let folder = Folder::new();
    let options = SqliteConnectOptions::new()
        .filename(folder.0.join("sessions.db"))
        .create_if_missing(true);
    let options = options.journal_mode(SqliteJournalMode::Wal);
    let pool = SqlitePool::connect_with(options.pragma("max_page_count", "200"))
        .await
        .unwrap();
    let store = SqliteStore::from_pool(pool.clone()).connect().await.unwrap();
    let filed = fill(&store).await;
    assert!(filed.len() > 10);
    are_there(&store, &filed).await;
    pool.close().await;
    works(&crate::store(&folder.0).await, &filed).await;
    are_there(&crate::store(&folder.0).await, filed.get(1..).unwrap()).await;
}
