//! Servers that can't be reached, or do not let the store in: what is said about it, and how soon.

use std::time::Duration;

use session_store_redis::{NearCacheSettings, RedisConnectError, RedisStore, RedisStoreBuilder};
use tokio::net::TcpListener;
use tokio::time::Instant;

use crate::support::cluster::Cluster;
use crate::support::sentinel::Watched;
use crate::support::server::Server;
use crate::support::{chain, variable, with_authority};
use crate::{CONNECT_TIMEOUT, alone, builder};

/// What a busy machine may add.
const SLACK: Duration = Duration::from_secs(2);
/// What no message may have.
const SECRET: &str = "hunter2";

/// Connecting fails in time, and all of `words` say why.
async fn refused(builder: RedisStoreBuilder, words: &[&str]) -> RedisConnectError {
    let settings = format!("{builder:?}");
    let begin = Instant::now();
    let error = builder.connect().await.unwrap_err();
    let (message, took) = (chain(&error), begin.elapsed());
    println!("{took:?}: {message}");
    for word in words {
        assert!(message.contains(word), "{word:?} is not in {message:?}");
    }
    for shown in [settings, message, format!("{error:?}")] {
        assert!(!shown.contains(SECRET), "{shown}");
    }
    assert!(took < CONNECT_TIMEOUT + SLACK, "{took:?}");
    error
}

/// An address where nobody is.
async fn nobody() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    listener.local_addr().unwrap().to_string()
}

#[tokio::test]
async fn an_address_where_nobody_is_is_named() {
    let address = nobody().await;
    let url = format!("redis://:{SECRET}@{address}/0");
    refused(builder(url), &["no connection to Redis at", &address, "refused"]).await;
    let url = format!("redis://:{SECRET}@shop.invalid:6379/0");
    refused(builder(url), &["no connection to Redis at shop.invalid:6379"]).await;
    let url = format!("redis+unix:///nowhere/at/all?pass={SECRET}");
    refused(builder(url), &["no connection to Redis at", "/nowhere/at/all"]).await;
    let url = format!("redis+cluster://:{SECRET}@{address}");
    refused(builder(url), &["no connection to Redis at", &address]).await;
}

#[tokio::test]
async fn a_server_that_says_nothing_is_waited_for_until_the_limit() {
    let silent = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = silent.local_addr().unwrap().to_string();
    let words = ["no connection to Redis at", &address, "within 500ms"];
    for scheme in ["redis", "redis+cluster"] {
        refused(builder(format!("{scheme}://:{SECRET}@{address}")), &words).await;
    }
    let tls = format!("rediss://:{SECRET}@{address}");
    refused(with_authority(builder(tls)), &words).await;
}

#[tokio::test]
async fn a_password_that_is_missing_or_wrong_is_told_and_not_shown() {
    let server = Server::start_with_password("another").await;
    let address = server.address();
    refused(builder(server.url()), &[&address, "NOAUTH"]).await;
    refused(
        builder(format!("redis://:{SECRET}@{address}")),
        &[&address, "WRONGPASS"],
    )
    .await;
    refused(
        builder(format!("redis://shop:{SECRET}@{address}")),
        &[&address, "WRONGPASS"],
    )
    .await;
    let open = Server::start().await;
    refused(
        builder(format!("redis://shop:{SECRET}@{}", open.address())),
        &["WRONGPASS"],
    )
    .await;
}

#[tokio::test]
async fn a_user_without_the_rights_is_told_which() {
    let server = Server::start().await;
    for (user, rights, words) in [
        ("scripts", "~session:* +@all -@scripting", ["no permissions", "evalsha"]),
        (
            "reads",
            "~session:* +evalsha +eval +set",
            ["can't run this command", "script"],
        ),
        ("prefix", "~cart:* +@all", ["no permissions", "keys"]),
        (
            "nothing-written",
            "~session:* +@all -@write +evalsha +eval",
            ["no permissions", "unlink"],
        ),
    ] {
        let mut rule = vec!["ACL", "SETUSER", user, "on", ">hunter2"];
        rule.extend(rights.split(' '));
        server.tell(&rule).await;
        let url = format!("redis://{user}:{SECRET}@{}", server.address());
        refused(
            builder(url),
            &[&["refuses what the session store has to do"], &words[..]].concat(),
        )
        .await;
    }
}

#[tokio::test]
async fn a_server_that_can_not_prove_who_it_is_is_refused() {
    let url = variable("SESSION_KIT_REDIS_TLS_WRONG_NAME_URL");
    refused(with_authority(builder(url)), &["certificate not valid for name"]).await;
    // The authorities of this machine have not signed it.
    let url = variable("SESSION_KIT_REDIS_TLS_URL");
    refused(builder(url), &["UnknownIssuer"]).await;
}

#[tokio::test]
async fn a_server_that_wants_to_know_who_this_is_refuses_who_does_not_say() {
    let url = variable("SESSION_KIT_REDIS_TLS_CLIENT_URL");
    refused(with_authority(builder(url)), &["CertificateRequired"]).await;
}

#[tokio::test]
async fn tls_and_no_tls_do_not_understand_each_other() {
    let encrypted = variable("SESSION_KIT_REDIS_TLS_URL").replace("rediss://", "redis://:hunter2@");
    refused(builder(encrypted), &["needs `rediss:` if it speaks TLS"]).await;
    let server = Server::start().await;
    let url = format!("rediss://:{SECRET}@{}", server.address());
    let words = ["no connection to Redis at", "needs `redis:` if it does not speak TLS"];
    refused(with_authority(builder(url)), &words).await;
    let url = format!("redis://:{SECRET}@{}", server.address());
    refused(with_authority(builder(url)), &["needs `rediss:`"]).await;
    let url = format!("rediss://:{SECRET}@{}", server.address());
    refused(
        builder(url).tls_authority("no certificate"),
        &["the TLS certificates can't be read"],
    )
    .await;
}

#[tokio::test]
async fn a_replica_is_refused() {
    let master = Server::start().await;
    let replica = Server::start_with(&["--replicaof", "127.0.0.1", &master.port.to_string()]).await;
    refused(
        builder(replica.url()),
        &[&replica.address(), "is a replica", "needs its master"],
    )
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_kind_of_server_names_the_scheme_that_is_its_own() {
    let _turn = alone().await;
    let cluster = Cluster::start_with_replicas(3).await;
    for node in [&cluster.masters[0], &cluster.replicas[0]] {
        refused(
            builder(node.url()),
            &["is a node of a cluster", "needs `redis+cluster:`"],
        )
        .await;
    }
    let server = Server::start().await;
    let url = format!("redis+cluster://{}", server.address());
    refused(builder(url), &["is no node of a cluster", "needs `redis:`"]).await;
    // One of them is enough, in any place.
    let url = format!(
        "redis+cluster://{},{},{}",
        nobody().await,
        server.address(),
        cluster.replicas[1].address()
    );
    builder(url).connect().await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sentinels_are_asked_for_a_master_and_are_none() {
    let _turn = alone().await;
    let mut watched = Watched::start().await;
    refused(
        builder(watched.sentinels[0].url()),
        &["is a Sentinel", "needs `redis+sentinel:`"],
    )
    .await;
    let url = format!("redis+cluster://{}", watched.sentinels[0].address());
    refused(builder(url), &["is a Sentinel", "needs `redis+sentinel:`"]).await;
    let url = watched.url().replace("/shop/", "/cart/");
    refused(builder(url), &["no Sentinel knows a master called `cart`"]).await;
    let url = format!("redis+sentinel://:{SECRET}@{}/shop", watched.servers[0].address());
    refused(
        builder(url),
        &["no Sentinel has said", "master called `shop`", "unknown command"],
    )
    .await;
    // Two of them are late, and the third is enough.
    watched.sentinels[0].freeze().await;
    watched.sentinels[1].freeze().await;
    let begin = Instant::now();
    let late = builder(watched.url()).connect().await;
    println!("two of three Sentinels are frozen: {:?}", begin.elapsed());
    late.unwrap();
    watched.sentinels[2].freeze().await;
    refused(
        builder(watched.url()),
        &["no Sentinel has said within 250ms", "master called `shop`"],
    )
    .await;
    for sentinel in &mut watched.sentinels {
        sentinel.kill();
    }
    refused(
        builder(watched.url()),
        &["no Sentinel has said", "master called `shop`", "refused"],
    )
    .await;
}

#[tokio::test]
async fn settings_out_of_their_bounds_are_told_the_bounds() {
    let near = NearCacheSettings::new;
    let url = || builder(format!("redis://:{SECRET}@127.0.0.1:1/0"));
    let (millis, seconds) = (Duration::from_millis, Duration::from_secs);
    for (builder, words) in [
        (url().connections(0), ["connections is 0", "needs 1 to 64"]),
        (url().connections(65), ["connections is 65", "needs 1 to 64"]),
        (
            url().connect_timeout(millis(9)),
            ["connect_timeout is 9ms", "needs 10 ms to 1 minute"],
        ),
        (
            url().connect_timeout(seconds(61)),
            ["connect_timeout is 61s", "needs 10 ms"],
        ),
        (
            url().response_timeout(millis(0)),
            ["response_timeout is 0ns", "needs 10 ms"],
        ),
        (
            url().response_timeout(seconds(61)),
            ["response_timeout is 61s", "needs 10 ms"],
        ),
        (url().prefix(""), ["prefix is \"\"", "needs 1 to 64"]),
        (url().prefix("a*"), ["prefix is \"a*\"", "visible ASCII"]),
        (
            url().wait_for_replicas(0, millis(1)),
            ["wait_for_replicas is 0", "needs at least 1"],
        ),
        (
            url().wait_for_replicas(1, millis(0)),
            ["wait_for_replicas is 1 within 0ns", "1 ms to half"],
        ),
        (
            url().wait_for_replicas(1, millis(501)),
            ["wait_for_replicas is 1 within 501ms", "half of the"],
        ),
        (
            url().near_cache(near().max_entries(0)),
            ["max_entries is 0", "at least 1"],
        ),
        (
            url().near_cache(near().max_bytes(4095)),
            ["max_bytes is 4095", "at least 4096"],
        ),
        (
            url().near_cache(near().max_staleness(millis(99))),
            ["max_staleness is 99ms", "100 ms to 1 minute"],
        ),
        (
            url().near_cache(near().max_staleness(seconds(61))),
            ["max_staleness is 61s", "100 ms to 1 minute"],
        ),
    ] {
        let error = refused(builder, &words).await;
        assert!(matches!(error, RedisConnectError::Settings(_)), "{error:?}");
    }
}

#[tokio::test]
async fn a_store_shows_where_its_servers_are_and_no_password() {
    let server = Server::start_with_password(SECRET).await;
    let url = format!("redis://:{SECRET}@{}/0", server.address());
    let store = RedisStore::connect(&url).await.unwrap();
    let shown = format!("{store:?}");
    assert!(shown.contains(&server.address()) && !shown.contains(SECRET), "{shown}");
}
