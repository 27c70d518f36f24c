//! How much room sessions take, where their server says it.

use std::fs;

use mongodb::Client;
use mongodb::bson::{Bson, doc};
use sqlx::{Connection as _, MySqlConnection, PgConnection};

/// What a server without tables uses for all that it has.
pub(crate) async fn used(url: &str) -> f64 {
    if !url.starts_with("redis:") {
        return 0.0;
    }
    let client = redis::Client::open(url).unwrap();
    let mut connection = client.get_multiplexed_async_connection().await.unwrap();
    let info: String = redis::cmd("INFO")
        .arg("memory")
        .query_async(&mut connection)
        .await
        .unwrap();
    let used = info.lines().find_map(|line| line.strip_prefix("used_memory:"));
    used.unwrap().trim().parse().unwrap()
}

/// The bytes of all sessions of a namespace with their indexes, in a server that used so many before.
pub(crate) async fn of(url: &str, namespace: &str, before: f64) -> Option<f64> {
    let scheme = url.split(':').next().unwrap_or_default();
    match scheme {
        "postgres" | "postgresql" => {
            let mut connection = PgConnection::connect(url).await.unwrap();
            let size = sqlx::query_scalar("SELECT pg_total_relation_size($1::regclass)").bind(namespace);
            let bytes: i64 = size.fetch_one(&mut connection).await.unwrap();
            Some(bytes as f64)
        }
        "mysql" | "mariadb" => {
            let mut connection = MySqlConnection::connect(url).await.unwrap();
            let size = "SELECT CAST(data_length + index_length AS SIGNED) FROM information_schema.tables \
                        WHERE table_schema = DATABASE() AND table_name = ?";
            let bytes: i64 = sqlx::query_scalar(size)
                .bind(namespace)
                .fetch_one(&mut connection)
                .await
                .unwrap();
            Some(bytes as f64)
        }
        "mongodb" => {
            let client = Client::with_uri_str(url).await.unwrap();
            let database = client.default_database().unwrap();
            let statistics = database.run_command(doc! { "collStats": namespace }).await.unwrap();
            let number = |name| match statistics.get(name) {
                Some(Bson::Int32(number)) => f64::from(*number),
                Some(Bson::Int64(number)) => *number as f64,
                Some(Bson::Double(number)) => *number,
                _ => 0.0,
            };
            // Not what is on the disk, where it is compressed and these sessions are all alike.
            Some(number("size") + number("totalIndexSize"))
        }
        "redis" => Some(used(url).await - before),
        // The file has the smaller ones, too, which are a tenth of it.
        "sqlite" => Some(fs::metadata(url.trim_start_matches("sqlite:")).ok()?.len() as f64),
        _ => None,
    }
}
