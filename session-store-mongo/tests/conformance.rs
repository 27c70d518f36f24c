//! The contract of a store, kept on every topology and on each way to it.

#![allow(clippy::allow_attributes, clippy::unwrap_used, reason = "a test may panic")]

mod support;

use support::{at, builder, variable};

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
    replica: builder("SESSION_KIT_MONGO_REPLICA_URL");
    replicas: builder("SESSION_KIT_MONGO_REPLICAS_URL");
    linearizable: at(format!("{}&readConcernLevel=linearizable", variable("SESSION_KIT_MONGO_REPLICAS_URL")));
}

fn tls() -> session_store_mongo::MongoStoreBuilder {
    let (url, authority) = (
        variable("SESSION_KIT_MONGO_URL"),
        variable("SESSION_KIT_MONGO_TLS_AUTHORITY"),
    );
    at(format!("{url}?tls=true&tlsCAFile={authority}"))
}
