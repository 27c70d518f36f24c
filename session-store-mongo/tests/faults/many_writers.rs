//! Two processes with fifty writers each, all on one session.

use std::sync::Arc;

use futures_util::future::join_all;
use session_core::Store;

use crate::alone;
use crate::support::other_process::{OtherProcess, task};
use crate::support::session::NOW;
use crate::support::visitor::{Visitor, patient_node};
use crate::support::{LIMIT, builder, collection};

const WRITERS: u64 = 50;
const INCREMENTS: u64 = 4;

/// Not a test by itself: what the other process does with a variable's name, a collection and a cookie.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_other_process() {
    let Some(task) = task() else { return };
    let [url, collection, cookie]: [&str; 3] = task.split(' ').collect::<Vec<_>>().try_into().unwrap();
    write(&store(url, collection).await, &Visitor::of(cookie)).await;
}

async fn store(url: &str, collection: &str) -> Arc<dyn Store> {
    let store = builder(url).collection(collection).response_timeout(LIMIT).connect();
    Arc::new(store.await.unwrap())
}

async fn write(store: &Arc<dyn Store>, visitor: &Visitor) {
    let node = patient_node(store);
    let writers = (0..WRITERS).map(|_| {
        let (visitor, node) = (visitor.clone(), node.clone());
        tokio::spawn(async move {
            for _ in 0..INCREMENTS {
                visitor.counts(&node).await;
            }
        })
    });
    for writer in join_all(writers).await {
        writer.unwrap();
    }
}

async fn no_increment_is_lost(url: &str) {
    let _turn = alone().await;
    let collection = collection();
    let store = store(url, &collection).await;
    let node = patient_node(&store);
    let visitor = Visitor::new(&node).await;
    let others = (0..2).map(|_| {
        let task = [url, collection.as_str(), visitor.cookie()];
        OtherProcess::start("many_writers::the_other_process", &task).succeeds()
    });
    join_all(others).await;
    assert_eq!(visitor.count(&node).await, 2 * WRITERS * INCREMENTS);
    assert_eq!(store.count(NOW).await.unwrap(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_increment_of_a_hundred_writers_in_two_processes_is_lost_on_one_server() {
    no_increment_is_lost("SESSION_KIT_MONGO_URL").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_increment_of_a_hundred_writers_in_two_processes_is_lost_on_three() {
    no_increment_is_lost("SESSION_KIT_MONGO_REPLICAS_URL").await;
}
