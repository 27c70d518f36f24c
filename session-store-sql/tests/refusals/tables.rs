//! Tables that are missing, or not what they should be.

use session_store_sql::SqlConnectError;

use crate::refused;
use crate::support::client::Client;
use crate::support::engine::{Engine, Settings};
use crate::support::session::{NOW, counting, create, found};

on_each_engine! {
    without_migration_missing_tables_are_told_with_the_files_to_run
    tables_of_a_newer_version_are_refused_and_left_alone
    tables_of_a_newer_version_that_this_program_can_read_are_used
    a_table_of_another_kind_is_refused_and_left_alone
    a_cut_off_table_of_another_kind_is_refused_and_left_alone
    a_table_that_is_gone_is_told
}

async fn without_migration_missing_tables_are_told_with_the_files_to_run<E: Engine>() {
    let settings = Settings {
        migrates: false,
        ..Settings::shared::<E>()
    };
    let file = format!("schema/{}/1.sql", E::SERVICE);
    let words = ["have version 0, this program needs 1", &file];
    let error = refused(E::connect(settings.clone()).await, &words);
    assert!(matches!(error, SqlConnectError::OlderTables { found: 0, .. }));
    let mut client = Client::<E>::user().await;
    assert!(
        client
            .try_ask(&format!("SELECT 1 FROM {}", settings.table))
            .await
            .is_err()
    );
    // The file makes what it is said to.
    client.tell(&E::schema(&settings.table)).await;
    let store = settings.connect::<E>().await;
    create(&store, &counting(0)).await;
}

/// Tables with a session in them, and a version of the future.
async fn newer<E: Engine>(readable_by: u32) -> (Settings, Client<E>) {
    let settings = Settings::shared::<E>();
    create(&settings.connect::<E>().await, &counting(7)).await;
    let mut client = Client::<E>::user().await;
    let version = format!("INSERT INTO {}_version VALUES (9, {readable_by})", settings.table);
    client.tell(&version).await;
    (settings, client)
}

async fn tables_of_a_newer_version_are_refused_and_left_alone<E: Engine>() {
    let (settings, mut client) = newer::<E>(2).await;
    for migrates in [true, false] {
        let settings = Settings {
            migrates,
            ..settings.clone()
        };
        let words = ["have version 9, this program knows up to 1", "upgrade the program"];
        let error = refused(E::connect(settings).await, &words);
        assert!(matches!(error, SqlConnectError::NewerTables { .. }));
    }
    let sessions: u64 = client.value(&format!("SELECT count(*) FROM {}", settings.table)).await;
    let versions: u64 = client
        .value(&format!("SELECT count(*) FROM {}_version", settings.table))
        .await;
    assert_eq!((sessions, versions), (1, 2));
}

async fn tables_of_a_newer_version_that_this_program_can_read_are_used<E: Engine>() {
    let (settings, _client) = newer::<E>(1).await;
    let store = settings.connect::<E>().await;
    let record = counting(0);
    let key = create(&store, &record).await;
    assert_eq!(found(&store, &key).await, record);
    assert_eq!(store.count(NOW).await.unwrap(), 2);
}

async fn a_table_of_another_kind_is_refused_and_left_alone<E: Engine>() {
    is_left_alone::<E>("").await;
}

async fn a_cut_off_table_of_another_kind_is_refused_and_left_alone<E: Engine>() {
    is_left_alone::<E>("_cutoff").await;
}

async fn is_left_alone<E: Engine>(suffix: &str) {
    let settings = Settings::shared::<E>();
    let table = format!("{}{suffix}", settings.table);
    let mut client = Client::<E>::user().await;
    client
        .tell(&format!("CREATE TABLE {table} (id int, name varchar(9))"))
        .await;
    client.tell(&format!("INSERT INTO {table} VALUES (7, 'seven')")).await;
    for _ in 0..2 {
        let words = [
            settings.table.as_str(),
            "not one of session-kit's",
            "needs another name",
        ];
        let error = refused(E::connect(settings.clone()).await, &words);
        assert!(matches!(error, SqlConnectError::ForeignTable { .. }), "{error:?}");
    }
    assert_eq!(client.ask(&format!("SELECT name FROM {table}")).await, ["seven"]);
    let version = format!("SELECT version FROM {}_version", settings.table);
    let has_version = client
        .try_ask(&version)
        .await
        .is_ok_and(|versions| !versions.is_empty());
    assert!(!has_version, "the tables say that they are there");
}

/// Somebody has dropped one of them, and the versions say that they are all there.
async fn a_table_that_is_gone_is_told<E: Engine>() {
    for suffix in ["", "_cutoff"] {
        let settings = Settings::shared::<E>();
        drop(settings.connect::<E>().await);
        let mut client = Client::<E>::user().await;
        client.tell(&format!("DROP TABLE {}{suffix}", settings.table)).await;
        refused(E::connect(settings).await, &["the tables", "not all of them are there"]);
    }
}
