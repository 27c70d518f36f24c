//! Who may read and write the file.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::Command;

use session_core::{Store as _, StoreError};
use session_store_sql::SqliteStore;

use crate::support::folder::Folder;
use crate::support::other_process::{as_nobody, command, in_own_mounts, run, task};
use crate::support::session::{NOW, counting, create, found};
use crate::support::threads::closed;
use crate::support::{chain, url};
use crate::{alone, store};

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o777
}

/// Not a test by itself: under an umask that forbids nothing.
#[tokio::test]
async fn the_other_with_a_wide_umask() {
    let Some(folder) = task() else { return };
    let folder = Path::new(&folder);
    let control = folder.join("control");
    fs::write(&control, "").unwrap();
    assert_eq!(mode(&control), 0o666);
    let store = store(folder).await;
    create(&store, &counting(0)).await;
    for name in ["sessions.db", "sessions.db-wal", "sessions.db-shm"] {
        assert_eq!(mode(&folder.join(name)), 0o600, "{name}");
    }
}

#[tokio::test]
async fn a_new_file_is_its_user_s_alone() {
    let folder = Folder::new();
    let wrapper = ["sh", "-c", "umask 0; exec \"$0\" \"$@\""];
    run(command(
        &wrapper,
        "rights::the_other_with_a_wide_umask",
        folder.0.to_str().unwrap(),
    ))
    .await;
}

#[tokio::test]
async fn a_file_that_is_there_keeps_its_rights() {
    let folder = Folder::new();
    let path = folder.0.join("sessions.db");
    fs::write(&path, "").unwrap();
    fs::set_permissions(&path, Permissions::from_mode(0o640)).unwrap();
    create(&store(&folder.0).await, &counting(0)).await;
    assert_eq!(mode(&path), 0o640);
}

async fn is_refused(url: String) {
    let said = chain(&SqliteStore::connect(url).await.unwrap_err());
    assert!(said.contains("the database refuses the store: to write `"), "{said}");
    assert!(said.contains("not mounted read-only"), "{said}");
}

/// Not a test by itself: a user who owns nothing.
#[tokio::test]
async fn the_other_without_rights() {
    let Some(folder) = task() else { return };
    let folder = Path::new(&folder);
    is_refused(url(&folder.join("closed"))).await;
    is_refused(format!("sqlite://{}/closed/new.db", folder.display())).await;
    is_refused(url(&folder.join("open"))).await;
}

#[tokio::test]
async fn a_file_and_a_folder_that_may_not_be_written_are_named() {
    let folder = Folder::new();
    // A folder that takes no new files, with a file that could be written; and the other way round.
    for (name, of_folder, of_file) in [("closed", 0o555, 0o666), ("open", 0o777, 0o444)] {
        let part = folder.0.join(name);
        fs::create_dir(&part).unwrap();
        drop(store(&part).await);
        for left in ["sessions.db-wal", "sessions.db-shm"] {
            drop(fs::remove_file(part.join(left)));
        }
        fs::set_permissions(part.join("sessions.db"), Permissions::from_mode(of_file)).unwrap();
        fs::set_permissions(&part, Permissions::from_mode(of_folder)).unwrap();
    }
    run(as_nobody("rights::the_other_without_rights", &folder.0)).await;
    fs::set_permissions(folder.0.join("closed"), Permissions::from_mode(0o755)).unwrap();
}

/// Not a test by itself: in a process that may mount disks.
#[tokio::test]
async fn the_other_with_a_disk_that_turns_read_only() {
    let Some(folder) = task() else { return };
    let disk = Path::new(&folder).join("disk");
    fs::create_dir(&disk).unwrap();
    let mount = |arguments: &[&str]| {
        let mut command = Command::new("mount");
        let command = command.args(arguments).arg(&disk);
        assert!(command.status().unwrap().success());
    };
    mount(&["-t", "tmpfs", "tmpfs"]);
    let record = counting(0);
    let key = create(&store(&disk).await, &record).await;
    closed().await;
    mount(&["-o", "remount,ro"]);
    is_refused(url(&disk)).await;
    is_refused(format!("sqlite://{}/new.db", disk.display())).await;
    mount(&["-o", "remount,rw"]);
    let store = store(&disk).await;
    assert_eq!(found(&store, &key).await, record);
    let answer = store.update(&key, &counting(1), counting(0).revision, NOW).await;
    assert!(!matches!(answer, Err(StoreError::Unavailable(_))), "{answer:?}");
}

#[tokio::test]
async fn a_read_only_mount_is_named() {
    let _turn = alone().await;
    let folder = Folder::new();
    run(in_own_mounts(
        "rights::the_other_with_a_disk_that_turns_read_only",
        &folder.0,
    ))
    .await;
}
