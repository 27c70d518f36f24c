//! What only MySQL and MariaDB ask of a store: how its tables come to be, what it refuses, and how large a payload may be.

#![cfg(feature = "mysql")]
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test may panic"
)]

mod support;

use std::sync::Arc;

use session_core::{Created, Loaded, Moment, Record, Revision, Rotated, Rotation, Store as _, StoreError, StoreKey};
use session_store_sql::{MySqlStore, SqlConnectError};
use sqlx::mysql::{MySqlConnectOptions, MySqlConnection, MySqlPoolOptions};
use sqlx::{AssertSqlSafe, Connection as _, Executor as _};

use support::{chain, mysql, table, variable};

const NOW: Moment = Moment::from_millis(1_000_000);

async fn connection(variable_name: &str) -> MySqlConnection {
    MySqlConnection::connect(&variable(variable_name)).await.unwrap()
}

async fn run(connection: &mut MySqlConnection, sql: &str) {
    connection.execute(AssertSqlSafe(sql)).await.unwrap();
}

/// A SQL file of ours, as its reader would change it.
fn file(sql: &str, table: &str) -> String {
    sql.replace("session_kit", table)
}

fn refusal(connected: Result<MySqlStore, SqlConnectError>) -> SqlConnectError {
    match connected {
        Ok(store) => panic!("{store:?} was not refused"),
        Err(error) => error,
    }
}

fn record(bytes: usize) -> Record {
    Record {
        revision: Revision::from_u64(1),
        created_at: NOW,
        last_seen_at: NOW,
        expires_at: Moment::from_millis(2_000_000),
        owner: None,
        payload: vec![7; bytes].into(),
    }
}

fn key(byte: u8) -> StoreKey {
    StoreKey::from_bytes([byte; 32])
}

#[tokio::test]
async fn eight_nodes_make_the_tables_at_once() {
    let table = table();
    let nodes: Vec<_> = (0..8)
        .map(|_| tokio::spawn(mysql().table(&table).connections(1).connect()))
        .collect();
    for node in nodes {
        node.await.unwrap().unwrap();
    }
}

#[tokio::test]
async fn a_step_that_was_run_in_part_is_finished() {
    let table = table();
    let step = file(include_str!("../schema/mysql/1.sql"), &table);
    let (first, _) = step.split_once("-- Since when").unwrap();
    run(&mut connection("SESSION_KIT_MYSQL_URL").await, first).await;
    let store = mysql().table(table).connect().await.unwrap();
    assert_eq!(
        store.create(&key(1), &record(1), None, NOW).await.unwrap(),
        Created::Created
    );
}

#[tokio::test]
async fn tables_of_others_are_refused_and_left_alone() {
    let mut connection = connection("SESSION_KIT_MYSQL_URL").await;
    for suffix in ["", "_cutoff", "_version"] {
        let table = table();
        run(&mut connection, &format!("CREATE TABLE `{table}{suffix}` (a INT)")).await;
        let error = refusal(mysql().table(&table).connect().await);
        assert!(
            matches!(error, SqlConnectError::ForeignTable { .. }),
            "{suffix}: {error:?}"
        );
        let like = format!("SHOW TABLES LIKE '{}%'", table.replace('_', "\\_"));
        let tables = connection.fetch_all(AssertSqlSafe(like)).await.unwrap();
        assert_eq!(tables.len(), 1, "{suffix}");
    }
}

#[tokio::test]
async fn tables_of_an_engine_without_locks_are_refused() {
    let table = table();
    drop(mysql().table(&table).connect().await.unwrap());
    let mut connection = connection("SESSION_KIT_MYSQL_URL").await;
    run(&mut connection, &format!("ALTER TABLE `{table}_cutoff` ENGINE=MyISAM")).await;
    let error = refusal(mysql().table(&table).connect().await).to_string();
    assert!(
        error.contains(&format!("the table {table}_cutoff with ENGINE=InnoDB, not MyISAM")),
        "{error}"
    );
}

#[tokio::test]
async fn tables_of_another_version_are_left_alone() {
    let table = table();
    let error = refusal(mysql().table(&table).without_migration().connect().await).to_string();
    assert!(error.ends_with("run schema/mysql/1.sql"), "{error}");

    drop(mysql().table(&table).connect().await.unwrap());
    let mut connection = connection("SESSION_KIT_MYSQL_URL").await;
    run(&mut connection, &format!("INSERT INTO `{table}_version` VALUES (2, 1)")).await;
    drop(mysql().table(&table).connect().await.unwrap());
    run(&mut connection, &format!("INSERT INTO `{table}_version` VALUES (3, 2)")).await;
    let error = refusal(mysql().table(&table).connect().await);
    assert!(
        matches!(error, SqlConnectError::NewerTables { found: 3, .. }),
        "{error:?}"
    );
}

#[tokio::test]
async fn who_can_not_connect_is_told_what_would_be_right() {
    let options: MySqlConnectOptions = variable("SESSION_KIT_MYSQL_URL").parse().unwrap();
    for (options, needs) in [
        (options.clone().password("wrong"), "another user or password"),
        (options.clone().username("nobody"), "another user or password"),
        (options.clone().database("mysql"), "a user who may use that database"),
    ] {
        let error = refusal(MySqlStore::from_options(options).connect().await).to_string();
        assert!(error.contains(needs), "{error}");
    }
    let admin: MySqlConnectOptions = variable("SESSION_KIT_MYSQL_ADMIN_URL").parse().unwrap();
    let error = refusal(MySqlStore::from_options(admin.database("nothing")).connect().await).to_string();
    assert!(error.contains("CREATE DATABASE"), "{error}");
    // With the scheme that MariaDB's own tools have.
    let url = variable("SESSION_KIT_MYSQL_URL").replace("mysql:", "mariadb:");
    let (without_database, _) = url.rsplit_once('/').unwrap();
    let error = refusal(MySqlStore::connect(without_database).await).to_string();
    assert!(error.contains("name one in the URL"), "{error}");
}

#[tokio::test]
async fn the_smallest_rights_do_and_less_is_told() {
    let (table, user) = (table(), table());
    let mut admin = connection("SESSION_KIT_MYSQL_ADMIN_URL").await;
    run(&mut admin, &format!("CREATE USER `{user}` IDENTIFIED BY 'secret'")).await;
    let options: MySqlConnectOptions = variable("SESSION_KIT_MYSQL_URL").parse().unwrap();
    let store = || MySqlStore::from_options(options.clone().username(&user)).table(&table);

    let grants = include_str!("../schema/mysql/grants.sql").replace("`shop`", &format!("`{user}`"));
    drop(mysql().table(&table).connect().await.unwrap());
    let grants = file(&grants, &table);
    run(&mut admin, &grants).await;
    let connected = store().without_migration().connect().await.unwrap();
    assert_eq!(
        connected.create(&key(1), &record(1), None, NOW).await.unwrap(),
        Created::Created
    );

    for (right, on) in [
        ("SELECT", ""),
        ("INSERT", ""),
        ("UPDATE", ""),
        ("DELETE", ""),
        ("SELECT", "_cutoff"),
        ("INSERT", "_cutoff"),
        ("UPDATE", "_cutoff"),
        ("DELETE", "_cutoff"),
        ("SELECT", "_version"),
    ] {
        run(&mut admin, &format!("REVOKE {right} ON `{table}{on}` FROM `{user}`")).await;
        let error = refusal(store().without_migration().connect().await).to_string();
        assert!(error.contains("schema/mysql/grants.sql"), "{right} {on}: {error}");
        run(&mut admin, &grants).await;
    }
    let other = self::table();
    run(&mut admin, &format!("GRANT SELECT ON `{table}_version` TO `{user}`")).await;
    let error = refusal(store().table(other).connect().await).to_string();
    assert!(error.contains("schema/mysql/"), "{error}");
    run(&mut admin, &format!("DROP USER `{user}`")).await;
}

#[tokio::test]
async fn a_pool_whose_connections_would_break_promises_is_refused() {
    for (setting, needs) in [
        (
            "SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED",
            "REPEATABLE-READ, not READ-COMMITTED",
        ),
        ("SET SESSION autocommit = 0", "autocommit ON, not OFF"),
        (
            "SET SESSION sql_mode = 'EMPTY_STRING_IS_NULL'",
            "without EMPTY_STRING_IS_NULL",
        ),
    ] {
        let pool = MySqlPoolOptions::new().after_connect(move |connection, _| {
            Box::pin(async move {
                connection.execute(setting).await?;
                Ok(())
            })
        });
        let pool = pool.connect(&variable("SESSION_KIT_MYSQL_URL")).await.unwrap();
        let error = refusal(MySqlStore::from_pool(pool).table(table()).connect().await).to_string();
        assert!(error.contains(needs), "{error}");
    }
}

#[tokio::test]
async fn sixteen_mebibytes_come_back_and_one_byte_more_is_refused() {
    let store = mysql().connect().await.unwrap();
    let limit = 16 * 1024 * 1024;
    let whole = record(limit);
    assert_eq!(
        store.create(&key(1), &whole, None, NOW).await.unwrap(),
        Created::Created
    );
    let Loaded::Found(loaded) = store.load(&key(1), NOW).await.unwrap() else {
        panic!("it was filed");
    };
    assert_eq!(loaded, whole);
    let rotated = record(limit);
    let rotation = Rotation {
        old: &key(1),
        new: &key(2),
        record: &rotated,
        expected: whole.revision,
        mark_until: whole.expires_at,
        signs_in: None,
    };
    assert_eq!(store.rotate(&rotation, NOW).await.unwrap(), Rotated::Applied);
    let Loaded::Found(loaded) = store.load(&key(2), NOW).await.unwrap() else {
        panic!("it was rotated");
    };
    assert_eq!(loaded.payload.len(), limit);
    let error = store.create(&key(3), &record(limit + 1), None, NOW).await.unwrap_err();
    assert!(
        matches!(error, StoreError::TooLarge { limit: most, .. } if most == limit),
        "{error:?}"
    );
}

/// Core never does that. What the server says of it has the key in it.
#[tokio::test]
async fn a_key_that_is_taken_is_not_shown() {
    let store = Arc::new(mysql().connect().await.unwrap());
    for byte in [b'a', b'b'] {
        assert_eq!(
            store.create(&key(byte), &record(1), None, NOW).await.unwrap(),
            Created::Created
        );
    }
    let rotation = Rotation {
        old: &key(b'a'),
        new: &key(b'b'),
        record: &record(1),
        expected: Revision::from_u64(1),
        mark_until: Moment::from_millis(2_000_000),
        signs_in: None,
    };
    let error = store.rotate(&rotation, NOW).await.unwrap_err();
    let told = format!("{} {error:?}", chain(&error));
    assert!(told.contains("a row with this key") && !told.contains("bbb"), "{told}");
}
