//! What a user must be allowed.

use session_store_sql::MySqlStore;
use sqlx::mysql::MySqlConnectOptions;

use super::support::{mysql, table, variable};
use super::{connection, create, file, key, record, refusal, run};

#[tokio::test]
async fn the_smallest_rights_do_and_less_is_told() {
    let (table, user) = (table(), table());
    let mut admin = connection("SESSION_KIT_MYSQL_ADMIN_URL").await;
    run(&mut admin, &format!("CREATE USER `{user}` IDENTIFIED BY 'secret'")).await;
    let options: MySqlConnectOptions = variable("SESSION_KIT_MYSQL_URL").parse().unwrap();
    let store = || MySqlStore::from_options(options.clone().username(&user)).table(&table);

    let grants = include_str!("../../schema/mysql/grants.sql").replace("`shop`", &format!("`{user}`"));
    drop(mysql().table(&table).connect().await.unwrap());
    let grants = file(&grants, &table);
    run(&mut admin, &grants).await;
    let connected = store().without_migration().connect().await.unwrap();
    create(&connected, &key(1), &record(1)).await;

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
