//! Two shops side by side that keep their sessions in one place.

use std::thread;

use super::{Shop, folder};

const KEY: &str = "3q2+796tvu/erb7v3q2+796tvu/erb7v3q2+796tvu8=";
const ANN: &str = "ann@example.com";

/// What `scripts/services` says under `name`.
pub(crate) fn variable(name: &str) -> String {
    let value = std::env::var(name);
    assert!(
        value.is_ok(),
        "{name} is not set, needs servers: `scripts/services run cargo test -p PACKAGE`"
    );
    value.unwrap()
}

/// One customer who meets both shops in turn, and both at once.
fn two_shops_are_one(store: &str) {
    let options = ["--insecure-http", "--secret", KEY, "--store", store];
    let (first, second) = (Shop::with(&options), Shop::with(&options));
    let mut phone = first.signed_in(ANN);
    phone.address = second.address;
    assert_eq!(phone.get_json("/account").status, 200);
    // Few at a time: each may need a new connection, and a busy machine opens few of them in the second that a store waits.
    for _ in 0..5 {
        let adds = [&first, &second, &first, &second].map(|shop| {
            let mut tab = phone.clone();
            tab.address = shop.address;
            thread::spawn(move || tab.post("/cart/add", &[("item", "mug")]).status)
        });
        for add in adds {
            assert_eq!(add.join().unwrap(), 303);
        }
    }
    assert_eq!(phone.cart(), [("mug".to_owned(), 20)]);

    let mut desk = first.signed_in(ANN);
    desk.post("/devices/revoke-others", &[]);
    assert_eq!(phone.get_json("/account").status, 401);
    assert_eq!(desk.get_json("/account").status, 200);
    let mut old_tab = desk.clone();
    desk.post("/destroy", &[]);
    old_tab.address = second.address;
    assert_eq!(old_tab.get_json("/account").status, 401);
}

#[test]
fn two_shops_share_a_redis_server() {
    two_shops_are_one(&variable("SESSION_KIT_REDIS_URL"));
}

#[test]
fn two_shops_share_a_socket() {
    two_shops_are_one(&format!("{}?db=1", variable("SESSION_KIT_REDIS_UNIX_URL")));
}

#[test]
fn two_shops_share_a_master_that_sentinels_name() {
    two_shops_are_one(&variable("SESSION_KIT_REDIS_SENTINEL_URL"));
}

#[test]
fn two_shops_share_a_cluster() {
    two_shops_are_one(&variable("SESSION_KIT_REDIS_CLUSTER_URL"));
}

#[test]
fn two_shops_share_a_server_behind_tls() {
    let authority = variable("SESSION_KIT_REDIS_TLS_AUTHORITY");
    let url = variable("SESSION_KIT_REDIS_TLS_URL");
    let options = ["--insecure-http", "--secret", KEY, "--store", &url];
    let trusting = || Shop::start(super::command().args(options).env("SSL_CERT_FILE", &authority));
    let (first, second) = (trusting(), trusting());
    let mut ann = first.signed_in(ANN);
    ann.address = second.address;
    assert_eq!(ann.get_json("/account").status, 200);
}

#[test]
fn two_shops_share_a_postgres_server() {
    two_shops_are_one(&variable("SESSION_KIT_POSTGRES_URL"));
}

#[test]
fn two_shops_share_a_postgres_server_behind_a_pooler() {
    let url = variable("SESSION_KIT_PGBOUNCER_URL");
    two_shops_are_one(&format!("{url}?statement-cache-capacity=0"));
}

#[test]
fn two_shops_share_a_mysql_server() {
    two_shops_are_one(&variable("SESSION_KIT_MYSQL_URL"));
}

#[test]
fn two_shops_share_a_mongo_server() {
    two_shops_are_one(&variable("SESSION_KIT_MONGO_URL"));
}

/// The same server has Ann's sessions, so this is somebody else.
#[test]
fn two_shops_share_a_mongo_server_behind_tls() {
    let (url, authority) = (
        variable("SESSION_KIT_MONGO_URL"),
        variable("SESSION_KIT_MONGO_TLS_AUTHORITY"),
    );
    let store = format!("{url}?tls=true&tlsCAFile={authority}");
    let options = ["--insecure-http", "--secret", KEY, "--store", &store];
    let (first, second) = (Shop::with(&options), Shop::with(&options));
    let mut ben = first.signed_in("ben@example.com");
    ben.address = second.address;
    assert_eq!(ben.get_json("/account").status, 200);
}

#[test]
fn two_shops_share_a_replica_set() {
    two_shops_are_one(&variable("SESSION_KIT_MONGO_REPLICAS_URL"));
}

#[test]
fn two_shops_share_a_file() {
    two_shops_are_one(&format!("sqlite://{}/shop.db", folder().display()));
}

/// It may be there later, so it is no fault of the option's.
#[test]
fn a_store_that_is_not_there_is_told_with_the_reason() {
    for (store, reason) in [
        (
            "redis://:hidden@127.0.0.1:1",
            "no connection to Redis at 127.0.0.1:1: Connection refused",
        ),
        (
            "mongodb://shop:hidden@127.0.0.1:1/shop",
            "the database can't be reached: Server selection timeout",
        ),
        (
            "postgres://shop:hidden@127.0.0.1:1/shop",
            "the database can't be reached: ",
        ),
    ] {
        let output = super::run(&["--store", store]);
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(1), "{said}");
        let last = said.lines().last().unwrap();
        assert!(last.starts_with(&format!("error: --store: {reason}")), "{said}");
        assert!(!said.contains("hidden"), "{said}");
    }
}

/// The server is there, and may know this password later.
#[test]
fn a_store_that_refuses_is_told_with_the_reason() {
    let url = variable("SESSION_KIT_MONGO_URL");
    let (user, host) = url.rsplit_once('@').unwrap();
    let (user, _) = user.rsplit_once(':').unwrap();
    let store = format!("{user}:hidden@{host}");
    let output = super::run(&["--store", &store]);
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1), "{said}");
    let last = said.lines().last().unwrap();
    assert!(
        last.starts_with("error: --store: the database refuses the store: "),
        "{said}"
    );
    assert!(!said.contains("hidden"), "{said}");
}
