//! What a store refuses to work with.

use session_store_sql::MySqlStore;
use sqlx::Executor as _;
use sqlx::mysql::{MySqlConnectOptions, MySqlPoolOptions};

use super::refusal;
use super::support::{table, variable};

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
