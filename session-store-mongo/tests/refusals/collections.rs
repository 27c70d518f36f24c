//! Collections that are none in which sessions could be kept.

use mongodb::bson::{Document, doc};
use session_store_mongo::{MongoConnectError, MongoStoreBuilder};

use crate::support::{collection, documents, dump, variable};
use crate::{at, refused};

async fn made(create: Document) -> MongoStoreBuilder {
    let url = variable("SESSION_KIT_MONGO_ADMIN_URL");
    let client = mongodb::Client::with_uri_str(&url).await.unwrap();
    let name = collection();
    let mut command = doc! { "create": &name };
    command.extend(create);
    client.database("session").run_command(command).await.unwrap();
    at(variable("SESSION_KIT_MONGO_URL")).collection(name)
}

#[tokio::test]
async fn a_view_is_refused() {
    let view = || doc! { "viewOn": "somewhere", "pipeline": [] };
    refused(made(view()).await, &["is a view"]).await;
    refused(made(view()).await.without_index_creation(), &["is a view"]).await;
}

#[tokio::test]
async fn a_capped_collection_is_refused() {
    let capped = || doc! { "capped": true, "size": 1 << 20 };
    refused(made(capped()).await, &["TTL index", "capped collection"]).await;
    refused(
        made(capped()).await.without_index_creation(),
        &["has no index on `removeAt`"],
    )
    .await;
}

#[tokio::test]
async fn a_time_series_is_refused() {
    let series = || doc! { "timeseries": { "timeField": "created", "metaField": "owner" } };
    refused(made(series()).await, &["TTL indexes", "time-series collections"]).await;
    refused(
        made(series()).await.without_index_creation(),
        &["has no index on `removeAt`"],
    )
    .await;
}

#[tokio::test]
async fn a_validator_that_lets_no_session_pass_is_told() {
    let validator = doc! { "validator": { "name": { "$type": "string" } } };
    refused(made(validator).await, &["failed validation"]).await;
}

/// For which `Ann` could be `ann`.
#[tokio::test]
async fn a_collation_is_refused() {
    for collation in [
        doc! { "locale": "en" },
        doc! { "locale": "en", "strength": 1 },
        doc! { "locale": "de", "caseFirst": "upper" },
        doc! { "locale": "sv", "numericOrdering": true, "strength": 5 },
        doc! { "locale": "th", "normalization": true },
        doc! { "locale": "ja", "alternate": "shifted" },
    ] {
        let store = made(doc! { "collation": collation }).await;
        let error = refused(store, &["has a collation", "needs to be one without"]).await;
        let MongoConnectError::Collation { collection } = error else {
            panic!("{error:?}");
        };
        let documents = documents(&variable("SESSION_KIT_MONGO_URL"), &collection).await;
        assert_eq!(dump(&documents).await, []);
    }
    let store = made(doc! { "collation": { "locale": "simple" } }).await;
    drop(store.connect().await.unwrap());
}

/// By its key, without an index of its own for that.
#[tokio::test]
async fn a_clustered_collection_will_do() {
    let clustered = doc! { "clusteredIndex": { "key": { "_id": 1 }, "unique": true } };
    let store = made(clustered).await.connect().await.unwrap();
    crate::users::do_everything(&store).await;
}
