//! URLs that lead nowhere, or to what does not speak as it should.

use session_store_mongo::MongoConnectError;
use tokio::net::TcpListener;

use crate::{SECRET, refused_in_time};

/// An address where nobody is.
async fn nobody() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    listener.local_addr().unwrap().to_string()
}

#[tokio::test]
async fn an_address_where_nobody_is_is_named() {
    let address = nobody().await;
    for url in [
        format!("mongodb://shop:{SECRET}@{address}/shop"),
        format!(
            "mongodb://shop:{SECRET}@{address},{}/shop?replicaSet=shop",
            nobody().await
        ),
        format!("mongodb://shop:{SECRET}@{address}/shop?directConnection=true"),
    ] {
        let error = refused_in_time(&url, &["the database can't be reached", &address, "refused"]).await;
        assert!(matches!(error, MongoConnectError::Unreachable(_)));
    }
    let url = format!("mongodb://shop:{SECRET}@shop.invalid/shop");
    refused_in_time(&url, &["the database can't be reached", "shop.invalid"]).await;
}

#[tokio::test]
async fn a_server_that_says_nothing_is_waited_for_until_the_limit() {
    let silent = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = silent.local_addr().unwrap().to_string();
    for options in ["", "?directConnection=true", "?tls=true"] {
        let url = format!("mongodb://shop:{SECRET}@{address}/shop{options}");
        refused_in_time(&url, &["the database can't be reached", &address]).await;
    }
}
