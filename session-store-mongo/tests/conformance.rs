//! The contract of a store, kept on every topology and on each way to it.

#![allow(clippy::allow_attributes, clippy::unwrap_used, reason = "a test may panic")]

mod support;

use mongodb::Client;
use mongodb::bson::Document;
use mongodb::options::ClientOptions;
use session_store_mongo::{MongoStore, MongoStoreBuilder};
use support::{LIMIT, at, builder, collection, variable};

macro_rules! on {
    ($($name:ident: $store:expr;)*) => {$(
        mod $name {
            use super::*;

            session_conformance::store_contract!(async { $store.connect().await.unwrap() });
        }
    )*};
}

on! {
    standalone: builder("SESSION_KIT_MONGO_URL");
    tls: tls();
    options: options().await;
    replica: builder("SESSION_KIT_MONGO_REPLICA_URL");
    replicas: builder("SESSION_KIT_MONGO_REPLICAS_URL");
    linearizable: at(format!("{}&readConcernLevel=linearizable", variable("SESSION_KIT_MONGO_REPLICAS_URL")));
    given_client: given_client().await;
    given_collection: given_collection().await;
}

mod managers {
    use super::*;

    mod standalone {
        use super::*;

        session_conformance::manager_contract!(async { builder("SESSION_KIT_MONGO_URL").connect().await.unwrap() });
    }

    mod replicas {
        use super::*;

        session_conformance::manager_contract!(async {
            builder("SESSION_KIT_MONGO_REPLICAS_URL").connect().await.unwrap()
        });
    }
}

fn tls() -> MongoStoreBuilder {
    let (url, authority) = (
        variable("SESSION_KIT_MONGO_URL"),
        variable("SESSION_KIT_MONGO_TLS_AUTHORITY"),
    );
    at(format!("{url}?tls=true&tlsCAFile={authority}"))
}

async fn options() -> MongoStoreBuilder {
    let options = ClientOptions::parse(variable("SESSION_KIT_MONGO_URL")).await.unwrap();
    MongoStore::from_options(options)
        .collection(collection())
        .response_timeout(LIMIT)
}

/// An application may read from secondaries; sessions do not.
async fn client() -> Client {
    let url = format!(
        "{}&readPreference=secondary",
        variable("SESSION_KIT_MONGO_REPLICAS_URL")
    );
    Client::with_uri_str(url).await.unwrap()
}

async fn given_client() -> MongoStoreBuilder {
    MongoStore::from_client(client().await)
        .collection(collection())
        .response_timeout(LIMIT)
}

async fn given_collection() -> MongoStoreBuilder {
    let database = client().await.database("session");
    MongoStore::from_collection(&database.collection::<Document>(&collection())).response_timeout(LIMIT)
}
