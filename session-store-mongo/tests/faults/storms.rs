//! Everything at once on few sessions: who meets others tries again, and no caller hears of it.

use crate::alone;
use crate::support::{builder, storm};

/// Each write waits for a disk or for a majority, so there are not many in the time.
async fn surfaces_in_no_error(url: &str) {
    let _turn = alone().await;
    let store = crate::connect(builder(url)).await;
    let (calls, slowest) = storm::storm(&store).await;
    assert!(calls > 30, "{calls}");
    println!("{url} storm: {calls} calls, slowest {slowest:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_storm_on_few_sessions_surfaces_in_no_error_on_one_server() {
    surfaces_in_no_error("SESSION_KIT_MONGO_URL").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_storm_on_few_sessions_surfaces_in_no_error_on_three() {
    surfaces_in_no_error("SESSION_KIT_MONGO_REPLICAS_URL").await;
}
