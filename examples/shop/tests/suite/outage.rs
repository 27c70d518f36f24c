//! While the store is away: who has a session is asked to come back, and nobody is signed out.

use std::thread;
use std::time::Duration;

use super::stores::variable;
use super::{Browser, Reply, Shop, Tunnel};

#[track_caller]
fn is_outage(reply: &Reply) {
    assert_eq!((reply.status, reply.sets_cookie()), (503, false), "{}", reply.body);
    assert_eq!(reply.header("retry-after"), Some("1"));
    assert_eq!(reply.header("content-type"), Some("text/html; charset=utf-8"));
    assert_eq!(reply.header("cache-control"), Some("no-store"));
    assert_eq!(reply.header("x-content-type-options"), Some("nosniff"));
    assert!(reply.header("content-security-policy").is_some());
    assert!(reply.all("vary").contains(&"Accept"));
    reply.shows("Back in a moment");
}

/// Where the session is asked for: in a handler, in the guard of customers, in the page that is not there.
fn whoever_has_a_session_is_told(ann: &mut Browser) {
    for path in ["/", "/login", "/cart", "/account", "/devices", "/nowhere"] {
        is_outage(&ann.get(path));
    }
    is_outage(&ann.get_json("/account"));
    is_outage(&ann.post("/cart/add", &[("item", "mug")]));
    is_outage(&ann.post("/cart/remove", &[("item", "mug")]));
    is_outage(&ann.post("/devices/revoke-others", &[]));
    is_outage(&ann.post("/login", &[("email", "bob@example.com"), ("password", "demo")]));
    is_outage(&ann.post("/destroy", &[]));
}

#[test]
fn an_outage_of_the_store_is_told_and_signs_nobody_out() {
    let url = variable("SESSION_KIT_REDIS_URL");
    let (_, address) = url.split_once("//").unwrap();
    let (address, database) = address.split_once('/').unwrap();
    let tunnel = Tunnel::to(address.parse().unwrap());
    let store = format!("redis://{}/{database}", tunnel.address);
    let shop = Shop::with(&["--insecure-http", "--store", &store]);
    let mut ann = shop.signed_in("outage@example.com");
    tunnel.cut();
    whoever_has_a_session_is_told(&mut ann);

    let mut visitor = shop.browser();
    assert_eq!(visitor.get("/").status, 200, "a session is not needed to look");
    // This one fails after the handler, in the commit.
    is_outage(&visitor.post("/cart/add", &[("item", "mug")]));
    assert_eq!(visitor.get("/healthz").body, "ok\n");
    assert_eq!(visitor.post("/cart/add", &[("item", "")]).status, 422);

    tunnel.mend();
    let is_back = (0..500).any(|_| {
        thread::sleep(Duration::from_millis(20));
        ann.get("/account").status != 503
    });
    assert!(is_back, "the store is there again, and the shop does not see it");
    assert_eq!(ann.get_json("/account").status, 200);
    assert_eq!(ann.cart(), []);
}
