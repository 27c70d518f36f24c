//! Forms that can't be read.

use super::{Reply, Shop};

const FORM: &str = "application/x-www-form-urlencoded";

#[track_caller]
fn is_refused(reply: &Reply, status: u16, reason: &str) {
    assert_eq!((reply.status, reply.sets_cookie()), (status, false), "{}", reply.body);
    assert_eq!(reply.header("content-type"), Some("text/plain; charset=utf-8"));
    assert_eq!(reply.header("x-content-type-options"), Some("nosniff"));
    reply.shows(reason);
}

#[test]
fn a_form_that_is_too_long_is_refused() {
    let shop = Shop::open();
    let mut visitor = shop.browser();
    let name = "a".repeat(16 * 1024 - "item=".len());
    assert_eq!(visitor.post("/cart/add", &[("item", &name)]).status, 422, "it fits");
    let longer = visitor.post("/cart/add", &[("item", &format!("{name}a"))]);
    is_refused(&longer, 413, "the form is too long, may have 16384 bytes");
    let mut ann = shop.signed_in("ann@example.com");
    for path in ["/login", "/cart/remove", "/devices/revoke"] {
        assert_eq!(ann.post(path, &[("item", &"a".repeat(20_000))]).status, 413, "{path}");
    }
}

#[test]
fn what_is_no_form_is_refused() {
    let shop = Shop::open();
    let mut visitor = shop.browser();
    for content_type in ["application/json", "text/plain", "multipart/form-data; boundary=a"] {
        let refused = visitor.post_body("/cart/add", content_type, "item=mug");
        is_refused(&refused, 415, "needs `Content-Type: application/x-www-form-urlencoded`");
    }
    let with_charset = visitor.post_body("/cart/add", &format!("{FORM}; charset=utf-8"), "item=mug");
    assert_eq!(with_charset.redirects_to(), Some("/"));
}

#[test]
fn a_field_that_is_there_twice_is_refused() {
    let shop = Shop::open();
    let mut visitor = shop.browser();
    let refused = visitor.post_body("/cart/add", FORM, "item=mug&item=tin");
    is_refused(&refused, 422, "each may be there once");
    let reordered = visitor.post_body("/cart/add", FORM, "colour=blue&qty=2&item=mug");
    assert_eq!(
        reordered.redirects_to(),
        Some("/"),
        "a field that nobody asked for is none"
    );
    assert_eq!(visitor.cart(), [("mug".to_owned(), 2)]);
}

/// Whose form it is comes before what is in it.
#[test]
fn who_is_not_signed_in_is_sent_to_the_sign_in_whatever_the_form_says() {
    let shop = Shop::open();
    // Its cookie makes the shop ask the store.
    let mut visitor = shop.browser();
    visitor.post("/cart/add", &[("item", "mug")]);
    for body in ["handle=nonsense", "handle=a&handle=b", &"a".repeat(20_000)] {
        let sent = visitor.post_body("/devices/revoke", FORM, body);
        assert_eq!(sent.redirects_to(), Some("/login"));
    }
}
