//! The server that is asked.

use std::fmt;

use clap::ValueEnum;
use mongodb::Client;
use mongodb::bson::doc;
use session_bench::variable;
use tokio::runtime::Builder;

/// What `scripts/services` has of MongoDB.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum Topology {
    /// A replica set of one
    #[default]
    Replica,
    /// A server that is alone
    Standalone,
}

impl fmt::Display for Topology {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Replica => "a replica set of one",
            Self::Standalone => "a server that is alone",
        })
    }
}

/// Where it is, and which.
pub(crate) struct Server {
    pub(crate) topology: Topology,
    pub(crate) url: String,
    pub(crate) pid: u32,
    pub(crate) version: String,
}

impl Server {
    pub(crate) fn find(topology: Topology) -> Result<Self, String> {
        // Only its administrator may ask a server which process it is.
        let url = variable(match topology {
            Topology::Replica => "SESSION_KIT_MONGO_REPLICA_URL",
            Topology::Standalone => "SESSION_KIT_MONGO_ADMIN_URL",
        })?;
        let runtime = Builder::new_current_thread().enable_all().build().unwrap();
        let (pid, version) = runtime
            .block_on(who_answers(&url))
            .map_err(|error| format!("the MongoDB server does not answer: {error}"))?;
        Ok(Self {
            topology,
            url,
            pid,
            version,
        })
    }
}

/// The pid and the version of the server there.
async fn who_answers(url: &str) -> mongodb::error::Result<(u32, String)> {
    let client = Client::with_uri_str(url).await?;
    let status = client.database("admin").run_command(doc! { "serverStatus": 1 }).await?;
    let pid = status.get_i64("pid").unwrap().try_into().unwrap();
    Ok((pid, status.get_str("version").unwrap().to_owned()))
}
