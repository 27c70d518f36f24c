//! Servers of the test's own, which it may kill and freeze.

use std::time::Duration;

use mongodb::bson::{Document, doc};
use mongodb::options::{ClientOptions, ServerAddress};
use mongodb::{Client, Database};
use session_test_support::service::Service;

use super::patience::wait_until;

/// What `scripts/services` starts as one server, with users and TLS.
const ALONE: &str = "mongo";
const REPLICAS: &str = "mongo-replicas";

/// One server, and no other. It ends with this.
pub(crate) struct Alone(Service);

impl Alone {
    pub(crate) async fn start() -> Self {
        Self(Service::start(ALONE).await)
    }

    /// Of a user who may read and write the database.
    pub(crate) fn url(&self) -> String {
        self.0.variable("SESSION_KIT_MONGO_URL").to_owned()
    }

    /// Of a user who may do everything.
    pub(crate) fn admin_url(&self) -> &str {
        self.0.variable("SESSION_KIT_MONGO_ADMIN_URL")
    }

    pub(crate) async fn kill(&self) {
        self.0.kill(ALONE).await;
    }

    pub(crate) async fn restart(&self) {
        self.0.restart().await;
    }

    pub(crate) async fn freeze(&self) {
        self.0.freeze(ALONE).await;
    }

    pub(crate) fn thaw(&self) {
        self.0.thaw(ALONE);
    }
}

/// A replica set of three, each of which may be the primary. They end with this.
pub(crate) struct Replicas {
    service: Service,
    addresses: Vec<ServerAddress>,
}

impl Replicas {
    pub(crate) async fn start() -> Self {
        let service = Service::start(REPLICAS).await;
        let url = service.variable("SESSION_KIT_MONGO_REPLICAS_URL");
        let addresses = ClientOptions::parse(url).await.unwrap().hosts;
        let replicas = Self { service, addresses };
        // There is a primary before a majority follows it, and until then nothing is confirmed: a store that is made meanwhile waits.
        let primary = replicas.primary().await;
        replicas.is_confirmed(primary).await;
        replicas
    }

    pub(crate) fn url(&self) -> String {
        self.service.variable("SESSION_KIT_MONGO_REPLICAS_URL").to_owned()
    }

    /// The place of the primary, waited for.
    pub(crate) async fn primary(&self) -> usize {
        let mut primary = None;
        wait_until("there is a primary", async || {
            for node in 0..self.addresses.len() {
                if self.is_primary(node).await {
                    primary = Some(node);
                }
            }
            primary.is_some()
        })
        .await;
        primary.unwrap()
    }

    /// Waits until another node than `before` is the primary.
    pub(crate) async fn primary_after(&self, before: usize) -> usize {
        let mut primary = before;
        wait_until("another node is the primary", async || {
            for node in (0..self.addresses.len()).filter(|node| *node != before) {
                if self.is_primary(node).await {
                    primary = node;
                }
            }
            primary != before
        })
        .await;
        primary
    }

    /// Whether it says so. One that is frozen or dead says nothing.
    pub(crate) async fn is_primary(&self, node: usize) -> bool {
        let told = self.ask(node, "admin", doc! { "hello": 1 }).await;
        told.is_ok_and(|told| told.get_bool("isWritablePrimary").is_ok_and(|is_so| is_so))
    }

    pub(crate) async fn is_secondary(&self, node: usize) -> bool {
        let told = self.ask(node, "admin", doc! { "hello": 1 }).await;
        told.is_ok_and(|told| told.get_bool("secondary").is_ok_and(|is_so| is_so))
    }

    /// What this node and no other answers.
    pub(crate) async fn ask(&self, node: usize, database: &str, command: Document) -> mongodb::error::Result<Document> {
        self.database(node, database).run_command(command).await
    }

    /// Whether this node takes from the others what they have written. It goes on telling them that it is there.
    pub(crate) async fn replicates(&self, node: usize, does: bool) {
        let mode = if does { "off" } else { "alwaysOn" };
        let command = doc! { "configureFailPoint": "stopReplProducer", "mode": mode };
        self.ask(node, "admin", command).await.unwrap();
    }

    /// Waits until a majority confirms what is written to this node.
    pub(crate) async fn is_confirmed(&self, node: usize) {
        let insert = doc! {
            "insert": "confirmed",
            "documents": [{ "is": true }],
            "writeConcern": { "w": "majority", "wtimeout": 200 },
        };
        wait_until("a majority confirms", async || {
            let told = self.ask(node, "session", insert.clone()).await;
            told.is_ok_and(|told| !told.contains_key("writeConcernError"))
        })
        .await;
    }

    fn database(&self, node: usize, name: &str) -> Database {
        let mut options = ClientOptions::default();
        options.hosts = vec![self.addresses[node].clone()];
        options.direct_connection = Some(true);
        options.connect_timeout = Some(Duration::from_millis(500));
        options.server_selection_timeout = Some(Duration::from_millis(500));
        Client::with_options(options).unwrap().database(name)
    }

    pub(crate) async fn kill(&self, node: usize) {
        self.service.kill(&name(node)).await;
    }

    /// Starts again what was killed.
    pub(crate) async fn restart(&self) {
        self.service.restart().await;
    }

    pub(crate) async fn freeze(&self, node: usize) {
        self.service.freeze(&name(node)).await;
    }

    pub(crate) fn thaw(&self, node: usize) {
        self.service.thaw(&name(node));
    }
}

/// What `scripts/servers/mongo.sh` calls it.
fn name(node: usize) -> String {
    format!("node-{}", node + 1)
}
