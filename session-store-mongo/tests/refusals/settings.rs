//! Settings that can't be meant.

use std::time::Duration;

use mongodb::options::{ClientOptions, CollectionOptions, ReadConcern, WriteConcern};
use mongodb::{Client, bson::Document};
use session_core::ConfigError;
use session_store_mongo::{MongoConnectError, MongoStore, MongoStoreBuilder};

use crate::support::{collection, variable};
use crate::{SECRET, at, refused};

/// Where nobody is, which must not matter: nothing is sent.
fn nowhere(rest: &str) -> String {
    format!("mongodb://shop:{SECRET}@127.0.0.1:1/{rest}")
}

#[tokio::test]
async fn a_url_of_another_kind_is_told_the_form() {
    let secret = SECRET;
    for url in [
        String::new(),
        format!("redis://shop:{secret}@127.0.0.1/0"),
        format!("shop:{secret}@127.0.0.1/shop"),
        format!("mongodb:shop:{secret}@127.0.0.1/shop"),
        format!("mongodb://shop:{secret}@/shop"),
        format!("mongodb://shop:{secret}@127.0.0.1:port/shop"),
        format!("mongodb://shop:{secret}@127.0.0.1:70000/shop"),
        format!("mongodb://shop:{secret}@127.0.0.1:0/shop"),
        format!("mongodb://shop:{secret}/9@127.0.0.1/shop"),
        format!("mongodb://shop:{secret}@9@127.0.0.1/shop"),
        format!("mongodb://shop:{secret}:9@127.0.0.1/shop"),
        format!("mongodb://shop:{secret}%zz@127.0.0.1/shop"),
        format!("mongodb://:{secret}@127.0.0.1/shop"),
        nowhere("a/b"),
        nowhere("a$b"),
        // Part of a password, and no options.
        format!("mongodb://shop:9?{secret}=9@127.0.0.1/shop"),
        nowhere("shop?tls=true&ssl=false"),
        nowhere("shop?tlsInsecure=true&tlsAllowInvalidCertificates=true"),
    ] {
        let words = [
            "the database's URL can't be read",
            "mongodb://user:password@host:port/database",
        ];
        let error = refused(at(&url), &words).await;
        assert!(matches!(error, MongoConnectError::Url { .. }), "{error:?}");
    }
}

#[tokio::test]
async fn an_option_that_can_not_be_read_is_told_by_its_place() {
    for option in [
        "maxPoolSize",
        "maxPoolSize=many",
        "maxPoolSize=-1",
        "w=-1",
        "tls=perhaps",
        "readPreference=nearby",
        "authMechanism=guess",
        "hunter2",
        "password=hunter2",
        "tlsCertificateKeyFilePassword=hunter2",
    ] {
        let url = nowhere(&format!("shop?retryWrites=true&{option}&appName=shop"));
        let words = ["option 2 of the database's URL can't be read"];
        let error = refused(at(url), &words).await;
        assert!(matches!(error, MongoConnectError::UrlOption { place: 2 }), "{error:?}");
    }
}

#[tokio::test]
async fn options_that_the_driver_does_not_take_are_told() {
    let mut options = ClientOptions::parse(nowhere("shop")).await.unwrap();
    options.heartbeat_freq = Some(Duration::from_millis(1));
    let two = format!("mongodb://shop:{SECRET}@127.0.0.1:1,127.0.0.1:2/shop");
    for (store, word) in [
        (MongoStore::from_options(options), "'heartbeat_freq' must be at least"),
        (
            at(nowhere("shop?heartbeatFrequencyMS=1")),
            "'heartbeat_freq' must be at least",
        ),
        (
            at(nowhere("shop?directConnection=true&loadBalanced=true")),
            "loadBalanced=true",
        ),
        (at(nowhere("shop?w=0&journal=true")), "write concern"),
        (at(format!("{two}?directConnection=true")), "multiple seeds"),
        (at(nowhere("shop?socketTimeoutMS=9")), "socketTimeoutMS"),
    ] {
        let error = refused(store, &["the driver refuses the options", word]).await;
        assert!(matches!(error, MongoConnectError::Options(_)), "{error:?}");
    }
}

#[tokio::test]
async fn no_name_of_a_database_is_guessed() {
    let options = || async { ClientOptions::parse(nowhere("?authSource=admin")).await.unwrap() };
    let client = Client::with_options(options().await).unwrap();
    for store in [
        at(nowhere("")),
        at(nowhere("?authSource=admin")),
        MongoStore::from_options(options().await),
        MongoStore::from_client(client),
    ] {
        let words = [
            "no database is named",
            "needs one at the end of the URL",
            "or `database`",
        ];
        let error = refused(store, &words).await;
        assert!(matches!(error, MongoConnectError::NoDatabase));
    }
    let url = variable("SESSION_KIT_MONGO_ADMIN_URL").replace("/session?", "/?");
    at(url).database("session").connect().await.unwrap();
}

#[tokio::test]
async fn names_that_the_server_would_not_take_are_told_the_bounds() {
    let long = "a".repeat(64);
    for name in ["", "a.b", "a b", "a/b", "a\\b", "a$b", "a\"b", "a*b", "a\0b", &long] {
        let error = refused(
            at(nowhere("")).database(name),
            &["the database `", "needs 1 to 63 bytes"],
        )
        .await;
        assert!(matches!(error, MongoConnectError::Name { .. }));
    }
    let long = "a".repeat(121);
    for name in ["", "a$b", "a\0b", "system.users", "a.system.b", ".a", "a.", &long] {
        let words = ["the collection `", "needs 1 to 120 bytes"];
        let error = refused(at(nowhere("shop")).collection(name), &words).await;
        assert!(matches!(error, MongoConnectError::Name { .. }));
    }
}

/// Those that are just allowed are names for the server, too.
#[tokio::test]
async fn the_longest_names_and_the_oddest_are_names_for_the_server() {
    let url = variable("SESSION_KIT_MONGO_REPLICA_URL");
    let long = format!("{}-{}", collection(), "a".repeat(120));
    for name in [&long[..120], "shop.sessions of 2 %&'\"\\/", "é..system"] {
        let client = Client::with_uri_str(&url).await.unwrap();
        let database = client.database(&format!("{:-<63}", collection()));
        let store = at(&url).database(database.name()).collection(name);
        drop(store.connect().await.unwrap());
        assert_eq!(database.list_collection_names().await.unwrap(), [name]);
        database.drop().await.unwrap();
    }
}

#[tokio::test]
async fn settings_out_of_their_bounds_are_told_the_bounds() {
    let (millis, seconds) = (Duration::from_millis, Duration::from_secs);
    let url = || at(nowhere("shop"));
    let cases: [(MongoStoreBuilder, [&str; 2]); 6] = [
        (url().connections(0), ["connections is 0", "needs 1 to 1000"]),
        (url().connections(1001), ["connections is 1001", "needs 1 to 1000"]),
        (
            url().connect_timeout(millis(9)),
            ["connect_timeout is 9ms", "needs 10 ms to 1 minute"],
        ),
        (
            url().connect_timeout(seconds(61)),
            ["connect_timeout is 61s", "needs 10 ms to 1 minute"],
        ),
        (
            url().response_timeout(millis(0)),
            ["response_timeout is 0ns", "needs 10 ms to 1 minute"],
        ),
        (
            url().response_timeout(seconds(61)),
            ["response_timeout is 61s", "needs 10 ms to 1 minute"],
        ),
    ];
    for (builder, words) in cases {
        let error = refused(builder, &words).await;
        assert!(
            matches!(error, MongoConnectError::Setting(ConfigError::Bounds { .. })),
            "{error:?}"
        );
    }
}

/// From wherever they come.
#[tokio::test]
async fn writes_that_nobody_confirms_are_refused() {
    let mut options = ClientOptions::parse(nowhere("shop")).await.unwrap();
    options.write_concern = Some(WriteConcern::nodes(0));
    let client = Client::with_options(options.clone()).unwrap();
    let concern = CollectionOptions::builder()
        .write_concern(WriteConcern::nodes(0))
        .build();
    let plain = Client::with_uri_str(nowhere("shop")).await.unwrap();
    let collection = plain.database("shop").collection_with_options::<Document>("c", concern);
    for store in [
        at(nowhere("shop?w=0")),
        MongoStore::from_options(options),
        MongoStore::from_client(client),
        MongoStore::from_collection(&collection),
    ] {
        let words = ["the write concern is unacknowledged", "needs an acknowledgement"];
        let error = refused(store, &words).await;
        assert!(matches!(error, MongoConnectError::Setting(_)), "{error:?}");
    }
}

#[tokio::test]
async fn reads_that_may_be_rolled_back_or_are_of_the_past_are_refused() {
    let mut options = ClientOptions::parse(nowhere("shop")).await.unwrap();
    options.read_concern = Some(ReadConcern::snapshot());
    let concern = CollectionOptions::builder()
        .read_concern(ReadConcern::available())
        .build();
    let client = Client::with_options(options.clone()).unwrap();
    let collection = client
        .database("shop")
        .collection_with_options::<Document>("c", concern);
    for store in [
        at(nowhere("shop?readConcernLevel=available")),
        at(nowhere("shop?readConcernLevel=snapshot")),
        MongoStore::from_options(options),
        MongoStore::from_client(client),
        MongoStore::from_collection(&collection),
    ] {
        let words = ["the read concern is", "needs `local`, `majority` or `linearizable`"];
        let error = refused(store, &words).await;
        assert!(matches!(error, MongoConnectError::Setting(_)), "{error:?}");
    }
}

#[tokio::test]
async fn a_write_concern_that_can_not_be_fulfilled_is_told() {
    let replica = variable("SESSION_KIT_MONGO_REPLICA_URL");
    for (url, words) in [
        (
            format!("{replica}&w=2"),
            "needs a write concern that its nodes can fulfil",
        ),
        (
            format!("{replica}&w=elsewhere"),
            "needs a write concern that its nodes can fulfil",
        ),
        (
            format!("{}?w=2", variable("SESSION_KIT_MONGO_URL")),
            "cannot use 'w' > 1 when a host is not replicated",
        ),
    ] {
        let error = refused(at(url), &[words]).await;
        assert!(matches!(error, MongoConnectError::Refused { .. }), "{error:?}");
    }
}

#[tokio::test]
async fn certificates_that_are_not_there_are_told() {
    for option in ["tlsCAFile", "tlsCertificateKeyFile"] {
        let url = nowhere(&format!("shop?tls=true&{option}=/nowhere/at/all.pem"));
        let words = ["the TLS certificates can't be read", option, "No such file"];
        let error = refused(at(url), &words).await;
        assert!(matches!(error, MongoConnectError::Certificates(_)), "{error:?}");
    }
}

#[tokio::test]
async fn settings_and_stores_show_no_password() {
    let url = variable("SESSION_KIT_MONGO_URL");
    for builder in [
        MongoStore::builder(&url),
        MongoStore::from_options(ClientOptions::parse(&url).await.unwrap()),
        MongoStore::from_client(Client::with_uri_str(&url).await.unwrap()),
    ] {
        let shown = format!("{builder:?}");
        assert!(!shown.contains("secret"), "{shown}");
        let store = builder.collection("shown").connect().await.unwrap();
        let shown = format!("{store:?}");
        assert!(shown.contains("session") && shown.contains("shown"), "{shown}");
        assert!(!shown.contains("secret"), "{shown}");
    }
}

#[cfg(not(feature = "srv"))]
#[tokio::test]
async fn a_url_that_names_a_dns_record_is_told_the_feature() {
    let url = format!("mongodb+srv://shop:{SECRET}@shop.invalid/shop");
    let error = refused(at(url), &["`mongodb+srv:`", "needs the Cargo feature `srv`"]).await;
    assert!(matches!(error, MongoConnectError::WithoutSrv));
}

/// There is no name server that knows it, if there is one at all.
#[cfg(feature = "srv")]
#[tokio::test]
async fn a_dns_record_that_can_not_be_found_is_told() {
    let url = format!("mongodb+srv://shop:{SECRET}@mongo.shop.invalid/shop");
    let error = MongoStore::connect(url).await.unwrap_err();
    crate::says(&error, &["the database can't be reached", "DNS"]);
    assert!(matches!(error, MongoConnectError::Unreachable(_)), "{error:?}");
}
