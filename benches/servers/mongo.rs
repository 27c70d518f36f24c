//! Databases of a MongoDB server that others use, too.

use mongodb::Client;
use mongodb::bson::doc;
use session_bench::{Runtimes, variable};

const PREFIX: &str = "session_bench_servers_";

/// The replica set of one that `scripts/services` has.
pub(crate) struct Mongo {
    url: String,
    pub(crate) version: String,
}

impl Mongo {
    pub(crate) fn find(runtimes: &Runtimes) -> Result<Self, String> {
        let url = variable("SESSION_KIT_MONGO_REPLICA_URL")?;
        let asked = url.clone();
        let answer = runtimes.prepare(async move { version(&asked).await });
        let version = answer.map_err(|error| format!("the MongoDB server does not answer: {error}"))?;
        Ok(Self { url, version })
    }

    /// The URL of an empty database that nobody else has.
    pub(crate) fn database(&self, of: &str) -> String {
        self.url.replacen("/session?", &format!("/{PREFIX}{of}?"), 1)
    }

    /// Removes all that these URLs name.
    pub(crate) fn clear(&self, runtimes: &Runtimes) {
        let url = self.url.clone();
        runtimes.prepare(async move {
            let client = Client::with_uri_str(url).await.unwrap();
            for name in client.list_database_names().await.unwrap() {
                if name.starts_with(PREFIX) {
                    client.database(&name).drop().await.unwrap();
                }
            }
        });
    }
}

async fn version(url: &str) -> mongodb::error::Result<String> {
    let client = Client::with_uri_str(url).await?;
    let about = client.database("admin").run_command(doc! { "buildInfo": 1 }).await?;
    Ok(about.get_str("version").unwrap().to_owned())
}
