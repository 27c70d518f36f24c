//! How the tables come to be.

use session_store_sql::SqlConnectError;
use sqlx::{AssertSqlSafe, Executor as _};

use super::support::{mysql, table};
use super::{connection, create, file, key, record, refusal, run};

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
    let step = file(include_str!("../../schema/mysql/1.sql"), &table);
    let (first, _) = step.split_once("-- Since when").unwrap();
    run(&mut connection("SESSION_KIT_MYSQL_URL").await, first).await;
    let store = mysql().table(table).connect().await.unwrap();
    create(&store, &key(1), &record(1)).await;
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
