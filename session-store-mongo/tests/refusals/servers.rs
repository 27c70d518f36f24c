//! Servers that are there, and are not what the store needs.

use mongodb::Client;
use mongodb::bson::doc;
use session_store_mongo::MongoConnectError;

use crate::edited::{edited, field};
use crate::support::variable;
use crate::{at, refused, refused_in_time};

const INT32: u8 = 0x10;
const DATE: u8 = 0x09;

/// There is no such server to be had for a test, so this is one that says of itself that it is older: all else is real.
#[tokio::test]
async fn a_server_that_is_too_old_is_told_the_version_that_it_needs() {
    // That of MongoDB 4.2.
    let url = edited(&variable("SESSION_KIT_MONGO_URL"), |message| {
        if let Some(version) = field(message, INT32, "maxWireVersion") {
            *version = 8_i32.to_le_bytes();
        }
    })
    .await;
    let words = ["the database can't be reached", "requires at least", "MongoDB 4.4"];
    refused(at(url), &words).await;
}

/// The server is told the right time by this machine, as it is on it; what it says of its clock is changed on the way.
async fn at_a_server_whose_clock_differs(by_minutes: i64) -> String {
    edited(&variable("SESSION_KIT_MONGO_URL"), move |message| {
        if let Some(date) = field(message, DATE, "localTime") {
            let millis = i64::from_le_bytes(*date) + by_minutes * 60_000;
            *date = millis.to_le_bytes();
        }
    })
    .await
}

#[tokio::test]
async fn a_server_whose_clock_differs_by_more_than_half_an_hour_is_refused() {
    for by_minutes in [-31, 31, 1_000_000] {
        let url = at_a_server_whose_clock_differs(by_minutes).await;
        let words = [
            "the clocks of this machine and of the database are",
            "needs less than 1800s",
        ];
        let error = refused(at(url), &words).await;
        assert!(matches!(error, MongoConnectError::ClocksDiffer { .. }), "{error:?}");
    }
    for by_minutes in [-29, 29] {
        let url = at_a_server_whose_clock_differs(by_minutes).await;
        at(url).connect().await.unwrap();
    }
}

/// Whichever it is, alone.
async fn secondary() -> String {
    let url = variable("SESSION_KIT_MONGO_REPLICAS_URL");
    let (nodes, _) = url.trim_start_matches("mongodb://").split_once('/').unwrap();
    for node in nodes.split(',') {
        let url = format!("mongodb://{node}/session?directConnection=true");
        let client = Client::with_uri_str(&url).await.unwrap();
        let database = client.database("session");
        let hello = database.run_command(doc! { "hello": 1 }).await.unwrap();
        if hello.get_bool("secondary").unwrap() {
            return url;
        }
    }
    panic!("none of them is a secondary");
}

#[tokio::test]
async fn a_secondary_alone_is_refused() {
    let url = secondary().await;
    for store in [at(&url), at(&url).without_index_creation()] {
        let error = refused(store, &["is no primary", "without `directConnection`"]).await;
        assert!(matches!(error, MongoConnectError::NotPrimary), "{error:?}");
    }
    // The primary alone will do.
    let url_of_one = variable("SESSION_KIT_MONGO_REPLICA_URL");
    let alone = url_of_one.replace("replicaSet=session-kit", "directConnection=true");
    at(alone).connect().await.unwrap();
    // It is enough to name one, if it may tell the others.
    at(url.replace("directConnection=true", "replicaSet=session-kit"))
        .connect()
        .await
        .unwrap();
    at(url.replace("?directConnection=true", "")).connect().await.unwrap();
}

#[tokio::test]
async fn a_replica_set_of_another_name_is_told() {
    let url = variable("SESSION_KIT_MONGO_REPLICA_URL").replace("replicaSet=session-kit", "replicaSet=shop");
    refused_in_time(&url, &["the database can't be reached", "shop"]).await;
    // What is alone is no replica set.
    let url = format!("{}?replicaSet=shop", variable("SESSION_KIT_MONGO_URL"));
    refused_in_time(&url, &["the database can't be reached"]).await;
}
