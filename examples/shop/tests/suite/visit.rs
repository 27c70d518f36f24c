//! A visit to the shop, from the first page to the last.

use super::Shop;
use serde_json::json;

#[test]
fn browsing_alone_starts_no_session() {
    let shop = Shop::open();
    let mut visitor = shop.browser();
    for path in ["/", "/login", "/cart"] {
        let page = visitor.get(path);
        assert_eq!((page.status, page.sets_cookie()), (200, false), "{path}");
        assert_eq!(page.header("cache-control"), Some("no-store"), "{path}");
        page.shows("<html lang=\"en\">");
    }
}

#[test]
fn the_cart_is_kept_through_signing_in_and_out() {
    let shop = Shop::open();
    let mut ann = shop.browser();
    assert_eq!(ann.post("/cart/add", &[("item", "teapot")]).redirects_to(), Some("/"));
    let home = ann.get("/");
    home.shows("Added to your cart: 1 × Stoneware teapot");
    ann.get("/").hides("Added to your cart");
    let cookie_before = ann.cookie.clone();

    let signed_in = ann.post("/login", &[("email", " Ann@Example.com "), ("password", "demo")]);
    assert_eq!(signed_in.redirects_to(), Some("/account"));
    assert_ne!(ann.cookie, cookie_before);
    let account = ann.get("/account");
    account.shows("Signed in as <strong>ann@example.com</strong>");
    account.shows("Welcome!");
    assert_eq!(ann.cart(), [("teapot".to_owned(), 1)]);

    ann.post("/cart/add", &[("item", "A <b>blue</b> samovar"), ("qty", "2")]);
    let cart = ann.get("/cart");
    cart.shows("A &#60;b&#62;blue&#60;/b&#62; samovar");
    cart.shows("€\u{a0}38.00");
    cart.shows("on request");

    let cookie_before = ann.cookie.clone();
    assert_eq!(ann.post("/logout", &[]).redirects_to(), Some("/"));
    assert_ne!(ann.cookie, cookie_before);
    ann.get("/").shows("You are signed out.");
    assert_eq!(ann.items(), ["A <b>blue</b> samovar", "teapot"]);
    assert_eq!(ann.get("/account").redirects_to(), Some("/login"));

    assert_eq!(
        ann.post("/cart/remove", &[("item", "teapot")]).redirects_to(),
        Some("/cart")
    );
    ann.get("/cart").shows("Removed from your cart: Stoneware teapot");
    assert_eq!(ann.items(), ["A <b>blue</b> samovar"]);
}

#[test]
fn destroy_leaves_nothing() {
    let shop = Shop::open();
    let mut ann = shop.signed_in("ann@example.com");
    ann.post("/cart/add", &[("item", "mug")]);
    let mut old_tab = ann.clone();
    assert_eq!(ann.post("/destroy", &[]).redirects_to(), Some("/"));
    assert_eq!(ann.cookie, None);
    assert_eq!(ann.cart(), []);
    assert_eq!(old_tab.cart(), []);
    assert_eq!(old_tab.get_json("/account").status, 401);
}

#[test]
fn another_customer_on_the_same_device_starts_empty() {
    let shop = Shop::open();
    let mut device = shop.signed_in("ann@example.com");
    device.post("/cart/add", &[("item", "mug")]);
    device.post("/login", &[("email", "bob@example.com"), ("password", "demo")]);
    assert_eq!(device.json("/account"), json!({"user": {"email": "bob@example.com"}}));
    assert_eq!(device.cart(), []);
}

#[test]
fn programs_get_json() {
    let shop = Shop::open();
    let mut ann = shop.browser();
    let refused = ann.get_json("/account");
    assert_eq!(
        (refused.status, refused.json()),
        (401, json!({"error": "not signed in"}))
    );
    assert_eq!(ann.get_json("/devices").status, 401);
    assert_eq!(ann.json("/cart"), json!({"items": []}));
    assert_eq!(ann.get_json("/nowhere").status, 404);
    let wrong = ann.post_json("/login", &[("email", "ann@example.com"), ("password", "no")]);
    assert_eq!(wrong.status, 401);
    assert!(wrong.json()["error"].is_string());

    ann.post("/login", &[("email", "ann@example.com"), ("password", "demo")]);
    ann.post("/cart/add", &[("item", "mug"), ("qty", "2")]);
    assert_eq!(ann.json("/account"), json!({"user": {"email": "ann@example.com"}}));
    assert_eq!(ann.json("/cart"), json!({"items": [{"item": "mug", "qty": 2}]}));
    let devices = ann.json("/devices");
    let [device] = devices["sessions"].as_array().unwrap().as_slice() else {
        panic!("{devices}")
    };
    assert_eq!(device["current"], true);
    assert_eq!(device["handle"].as_str().unwrap().len(), 16);
    assert!(device["last_seen_at"].as_u64() >= device["created_at"].as_u64());
}

#[test]
fn a_wrong_password_gets_the_form_again() {
    let shop = Shop::open();
    let mut ann = shop.browser();
    let refused = ann.post(
        "/login",
        &[
            ("email", "ann@example.com\"><i>"),
            ("password", "wrong"),
            ("remember", "yes"),
        ],
    );
    assert_eq!((refused.status, refused.sets_cookie()), (401, false));
    refused.shows("do not go together");
    refused.shows("value=\"ann@example.com&#34;&#62;&#60;i&#62;\"");
    refused.shows("checked");
    assert_eq!(ann.post("/login", &[]).status, 401);
    assert_eq!(ann.get("/account").redirects_to(), Some("/login"));
}

#[test]
fn what_can_not_be_added_is_refused_with_a_reason() {
    let shop = Shop::open();
    let mut ann = shop.browser();
    for (fields, reason) in [
        (&[("item", ""), ("qty", "1")][..], "1 to 64 printable characters"),
        (&[("qty", "1")], "1 to 64 printable characters"),
        (&[("item", "a\u{0}b")], "1 to 64 printable characters"),
        (&[("item", "mug"), ("qty", "0")], "a whole number from 1 to 999"),
        (&[("item", "mug"), ("qty", "two")], "a whole number from 1 to 999"),
    ] {
        let refused = ann.post("/cart/add", fields);
        assert_eq!((refused.status, refused.sets_cookie()), (422, false), "{fields:?}");
        refused.shows(reason);
        let refused = ann.post_json("/cart/add", fields);
        assert_eq!(refused.status, 422, "{fields:?}");
        assert!(refused.json()["error"].as_str().unwrap().contains(reason));
    }
    ann.post("/cart/add", &[("item", "mug"), ("qty", "999")]);
    assert_eq!(ann.post("/cart/add", &[("item", "mug")]).status, 422);
    assert_eq!(ann.cart(), [("mug".to_owned(), 999)]);
}

#[test]
fn a_form_of_another_site_is_refused() {
    let shop = Shop::open();
    let mut ann = shop.browser();
    for site in ["cross-site", "same-site"] {
        ann.site = site;
        let refused = ann.post("/login", &[("email", "mallory@example.com"), ("password", "demo")]);
        assert_eq!((refused.status, refused.sets_cookie()), (403, false), "{site}");
        assert_eq!(ann.get("/").status, 200, "links from there are fine");
    }
}

#[test]
fn a_page_that_is_not_there_says_so() {
    let shop = Shop::open();
    let missing = shop.browser().get("/nowhere");
    assert_eq!((missing.status, missing.sets_cookie()), (404, false));
    missing.shows("Page not found");
}
