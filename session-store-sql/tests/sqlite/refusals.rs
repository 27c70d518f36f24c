//! What does not start, and what it says.

use std::fs;

use session_core::Store as _;
use session_store_sql::{SqlConnectError, SqliteStore};
use sqlx::sqlite::{SqliteConnectOptions, SqlitePool, SqlitePoolOptions};
use sqlx::{ConnectOptions as _, Row as _, SqliteConnection};

use crate::store;
use crate::support::folder::Folder;
use crate::support::session::{NOW, counting, create};
use crate::support::{chain, url};

async fn refusal(url: &str) -> String {
    chain(&SqliteStore::connect(url).await.unwrap_err())
}

async fn connection(folder: &Folder) -> SqliteConnection {
    let options = SqliteConnectOptions::new().filename(folder.0.join("sessions.db"));
    options.create_if_missing(true).connect().await.unwrap()
}

async fn tell(connection: &mut SqliteConnection, sql: &'static str) {
    sqlx::raw_sql(sql).execute(connection).await.unwrap();
}

#[tokio::test]
async fn a_path_that_can_not_be_opened_says_why() {
    let folder = Folder::new();
    let there = folder.0.display();
    for (url, says) in [
        (format!("sqlite://{there}"), "is a folder".to_owned()),
        (
            format!("sqlite://{there}/shop/a.db"),
            format!("a folder that is there: `{there}/shop` is not"),
        ),
        (
            format!("sqlite://{there}/a.db?mode=rw"),
            "a.db` is not, and was not to be made".to_owned(),
        ),
        (
            format!("sqlite://{there}/a.db?mode=ro"),
            "a.db` is not, and was not to be made".to_owned(),
        ),
    ] {
        let said = refusal(&url).await;
        assert!(said.contains(&says), "{said}");
        assert!(!said.contains("sqlite://"), "{said}");
    }
    fs::write(folder.0.join("a.db"), "").unwrap();
    let said = refusal(&format!("sqlite://{there}/a.db/b.db")).await;
    assert!(
        said.contains(&format!("a folder that is there: `{there}/a.db` is not")),
        "{said}"
    );
    std::os::unix::fs::symlink(folder.0.join("nowhere"), folder.0.join("link.db")).unwrap();
    let said = refusal(&format!("sqlite://{there}/link.db")).await;
    assert!(said.contains("link.db"), "{said}");
    let names: Vec<_> = fs::read_dir(&folder.0)
        .unwrap()
        .map(|file| file.unwrap().file_name())
        .collect();
    assert_eq!(names.len(), 2, "{names:?}");
}

#[tokio::test]
async fn a_file_that_is_no_database_is_left_alone() {
    let folder = Folder::new();
    let path = folder.0.join("sessions.db");
    for content in ["a letter to grandmother".to_owned(), "x".repeat(10_000)] {
        fs::write(&path, &content).unwrap();
        let said = refusal(&url(&folder.0)).await;
        assert!(said.contains("sessions.db` is a file of another kind"), "{said}");
        assert_eq!(fs::read_to_string(&path).unwrap(), content);
    }
}

#[tokio::test]
async fn a_database_that_may_only_be_read_is_refused() {
    let folder = Folder::new();
    drop(store(&folder.0).await);
    let said = refusal(&format!("{}?mode=ro", url(&folder.0))).await;
    assert!(
        said.contains("refuses the store: to write `") && said.contains("`mode=ro`"),
        "{said}"
    );
    let options = SqliteConnectOptions::new()
        .filename(folder.0.join("sessions.db"))
        .read_only(true);
    let pool = SqlitePool::connect_with(options).await.unwrap();
    let said = chain(&SqliteStore::from_pool(pool).connect().await.unwrap_err());
    assert!(said.contains("refuses the store: to write `"), "{said}");
}

#[tokio::test]
async fn a_database_in_memory_is_refused() {
    let is_refused = |error| assert!(matches!(error, SqlConnectError::InMemory), "{error:?}");
    for url in [
        "sqlite::memory:",
        "sqlite://shop?mode=memory",
        "sqlite:",
        "sqlite:file:shop?mode=memory",
    ] {
        is_refused(SqliteStore::connect(url).await.unwrap_err());
    }
    is_refused(
        SqliteStore::from_options(SqliteConnectOptions::new())
            .connect()
            .await
            .unwrap_err(),
    );
    for url in ["sqlite::memory:", "sqlite:"] {
        let pool = SqlitePoolOptions::new().max_connections(1).connect(url).await.unwrap();
        is_refused(SqliteStore::from_pool(pool).connect().await.unwrap_err());
    }
    for url in ["sqlite:file::memory:", "sqlite:file:shop.db"] {
        let error = SqliteStore::connect(url).await.unwrap_err();
        assert!(matches!(error, SqlConnectError::Url { .. }), "{error:?}");
    }
    let said = refusal("sqlite::memory:").await;
    assert!(said.contains("session-store-memory"), "{said}");
}

#[tokio::test]
async fn a_table_of_that_name_that_is_another_s_is_left_alone() {
    for foreign in [
        r#"CREATE TABLE session_kit (id, price); INSERT INTO session_kit VALUES (1, 2)"#,
        "CREATE TABLE Session_Kit_Version (major)",
        "CREATE VIEW session_kit_cutoff AS SELECT 1",
    ] {
        let folder = Folder::new();
        let mut connection = connection(&folder).await;
        tell(&mut connection, foreign).await;
        let schema = "SELECT group_concat(name || sql) FROM sqlite_schema";
        let before: String = sqlx::query(schema).fetch_one(&mut connection).await.unwrap().get(0);
        let error = SqliteStore::connect(url(&folder.0)).await.unwrap_err();
        assert!(matches!(error, SqlConnectError::ForeignTable { .. }), "{error:?}");
        let after: String = sqlx::query(schema).fetch_one(&mut connection).await.unwrap().get(0);
        assert_eq!(before, after);
        let other = SqliteStore::builder(url(&folder.0))
            .table("session")
            .connect()
            .await
            .unwrap();
        create(&other, &counting(0)).await;
    }
}

#[tokio::test]
async fn tables_of_another_version_are_told_apart() {
    let folder = Folder::new();
    drop(store(&folder.0).await);
    let mut connection = connection(&folder).await;
    tell(&mut connection, "INSERT INTO session_kit_version VALUES (4, 1)").await;
    drop(store(&folder.0).await);
    tell(&mut connection, "INSERT INTO session_kit_version VALUES (5, 2)").await;
    let error = SqliteStore::connect(url(&folder.0)).await.unwrap_err();
    assert!(
        matches!(error, SqlConnectError::NewerTables { found: 5, .. }),
        "{error:?}"
    );
}

#[tokio::test]
async fn without_migration_the_files_are_enough_and_nothing_is_made() {
    let folder = Folder::new();
    let builder = || SqliteStore::builder(url(&folder.0)).without_migration();
    let said = chain(&builder().connect().await.unwrap_err());
    assert!(said.contains("was not to be made"), "{said}");
    let mut connection = connection(&folder).await;
    let error = builder().connect().await.unwrap_err();
    assert!(
        matches!(&error, SqlConnectError::OlderTables { files, .. } if files == "schema/sqlite/1.sql"),
        "{error:?}"
    );
    tell(&mut connection, include_str!("../../schema/sqlite/1.sql")).await;
    let store = builder().connect().await.unwrap();
    create(&store, &counting(0)).await;
    assert_eq!(store.count(NOW).await.unwrap(), 1);
    tell(&mut connection, "DROP TABLE session_kit_cutoff").await;
    let said = chain(&builder().connect().await.unwrap_err());
    assert!(said.contains("not all of them are there"), "{said}");
}
