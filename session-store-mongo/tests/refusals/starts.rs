//! Nodes that start at once and find no collection.

use futures_util::future::join_all;
use mongodb::bson::doc;
use session_core::Store as _;

use crate::at;
use crate::support::session::{NOW, create, record};
use crate::support::{collection, documents, variable};

const ROUNDS: usize = 8;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_nodes_that_start_at_once_make_the_indexes_once() {
    start_at_once(2).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn eight_nodes_that_start_at_once_make_the_indexes_once() {
    start_at_once(8).await;
}

async fn start_at_once(nodes: usize) {
    for url in [
        "SESSION_KIT_MONGO_URL",
        "SESSION_KIT_MONGO_REPLICA_URL",
        "SESSION_KIT_MONGO_REPLICAS_URL",
    ] {
        let url = variable(url);
        for _ in 0..ROUNDS {
            let collection = collection();
            let starts = (0..nodes).map(|_| tokio::spawn(at(&url).collection(&collection).connections(1).connect()));
            for store in join_all(starts).await {
                create(&store.unwrap().unwrap(), &record(1)).await;
            }
            let documents = documents(&url, &collection).await;
            let mut indexes = documents.list_index_names().await.unwrap();
            indexes.sort();
            assert_eq!(indexes, ["_id_", "owner_1", "removeAt_1"]);
            // What they tried is gone.
            assert_eq!(documents.count_documents(doc! {}).await.unwrap(), nodes as u64);
            let store = at(&url).collection(&collection).without_index_creation();
            assert_eq!(store.connect().await.unwrap().count(NOW).await.unwrap(), nodes as u64);
        }
    }
}
