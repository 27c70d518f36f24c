//! The rights that the README asks for are those that the store needs.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

mod support;

use session_conformance::store;
use session_store_redis::RedisStore;
use std::sync::Arc;

use support::{connect, prefix, variable, with_near_cache};

const README: &str = include_str!("../README.md");

/// A user of this name, with the rights that the README gives.
async fn add_user(user: &str) {
    let rule = README
        .lines()
        .find_map(|line| line.strip_prefix("ACL SETUSER shop on >password "));
    let rights: Vec<_> = rule.unwrap().split(' ').collect();
    let client = redis::Client::open(variable("SESSION_KIT_REDIS_PASSWORD_URL")).unwrap();
    let mut admin = client.get_multiplexed_async_connection().await.unwrap();
    let mut add = redis::cmd("ACL");
    add.arg("SETUSER").arg(user).arg("on").arg(">password").arg(rights);
    add.exec_async(&mut admin).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn the_rights_of_the_readme_are_enough() {
    add_user("readme").await;
    let url = variable("SESSION_KIT_REDIS_PASSWORD_URL").replace("//:secret@", "//readme:password@");
    for case in store::cases() {
        let builder = RedisStore::builder(&url).prefix(prefix()).connections(1);
        case.run(Arc::new(connect(with_near_cache(builder)).await)).await;
    }
}
