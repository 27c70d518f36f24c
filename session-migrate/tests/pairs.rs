//! The store contract while sessions are on their way between two real stores: each operation by another node, of which one begins sessions in the
//! old store and the other moves what it meets to the new one.
#![expect(clippy::unwrap_used, reason = "a server that is not there fails the test")]

mod support {
    pub(crate) mod namespace;
}

use std::sync::Arc;

use session_kit::Store;
use session_kit::store::MovingStore;
use session_test_support::taking_turns::TakingTurns;

use support::namespace::{mongo, mysql, redis, redis_cluster, sqlite};

macro_rules! move_between {
    ($($name:ident: $old:ident, $new:ident;)*) => {$(
        mod $name {
            use super::*;

            session_conformance::store_contract!(async { both_kinds($old().await, $new().await) });
        }
    )*};
}

move_between! {
    sqlite_to_redis_cluster: sqlite, redis_cluster;
    redis_to_mongo: redis, mongo;
    mongo_to_mysql: mongo, mysql;
}

fn both_kinds(old: impl Store, new: impl Store) -> TakingTurns<MovingStore> {
    let (old, new): (Arc<dyn Store>, Arc<dyn Store>) = (Arc::new(old), Arc::new(new));
    TakingTurns::of(
        MovingStore::prepared(Arc::clone(&old), Arc::clone(&new)),
        MovingStore::new(old, new),
    )
}
