//! What may be done at which address.

use super::Shop;

const SHOWN: [&str; 5] = ["/", "/login", "/account", "/cart", "/devices"];
const BARE: [&str; 4] = ["/healthz", "/shop.css", "/pictures.svg", "/mark.svg"];

#[test]
fn a_method_that_an_address_does_not_have_is_refused() {
    let shop = Shop::open();
    let mut visitor = shop.browser();
    for (method, path, allowed) in [
        ("POST", "/", "GET,HEAD"),
        ("PUT", "/login", "GET,HEAD,POST"),
        ("OPTIONS", "/cart", "GET,HEAD"),
        ("GET", "/cart/add", "POST"),
        ("DELETE", "/cart/remove", "POST"),
        ("GET", "/logout", "POST"),
        ("PATCH", "/destroy", "POST"),
        ("POST", "/account", "GET,HEAD"),
        ("POST", "/devices", "GET,HEAD"),
        ("GET", "/devices/revoke", "POST"),
        ("GET", "/devices/revoke-others", "POST"),
        ("POST", "/healthz", "GET,HEAD"),
        ("POST", "/shop.css", "GET,HEAD"),
    ] {
        let refused = visitor.send(method, path, "text/html", "");
        assert_eq!((refused.status, refused.body.as_str()), (405, ""), "{method} {path}");
        let allow = refused.header("allow").unwrap().replace(", ", ",");
        assert_eq!(allow, allowed, "{method} {path}");
    }
}

#[test]
fn of_what_is_shown_the_head_alone_can_be_had() {
    let shop = Shop::open();
    let mut ann = shop.signed_in("ann@example.com");
    ann.get("/").shows("Welcome!");
    for path in SHOWN.iter().chain(&BARE).chain(&["/nowhere"]) {
        let whole = ann.get(path);
        let head = ann.send("HEAD", path, "text/html", "");
        assert_eq!((head.status, head.body.as_str()), (whole.status, ""), "{path}");
        for name in ["content-type", "cache-control", "content-security-policy", "location"] {
            assert_eq!(head.header(name), whole.header(name), "{path} {name}");
        }
        // A redirect without a body may have a length of 0, or none.
        if !whole.body.is_empty() {
            let length = whole.body.len().to_string();
            assert_eq!(head.header("content-length"), Some(length.as_str()), "{path}");
        }
    }
}

#[test]
fn pages_have_the_headers_that_keep_them_to_themselves() {
    let shop = Shop::open();
    let mut ann = shop.signed_in("ann@example.com");
    for path in SHOWN.iter().chain(&["/nowhere", "/logout"]) {
        let page = ann.get(path);
        assert_eq!(page.header("referrer-policy"), Some("same-origin"), "{path}");
        assert_eq!(page.all("x-content-type-options"), ["nosniff"], "{path}");
        let policy = page.header("content-security-policy").unwrap();
        assert!(policy.starts_with("default-src 'none'; "), "{path} {policy}");
        assert!(page.all("vary").contains(&"Accept"), "{path}");
    }
    for path in BARE {
        let file = ann.get(path);
        assert_eq!(file.header("content-security-policy"), None, "{path}");
        assert_eq!(file.header("referrer-policy"), None, "{path}");
    }
}

/// What servers and frameworks add of their own.
#[test]
fn no_response_says_what_serves_it() {
    let shop = Shop::open();
    for path in ["/", "/cart/add", "/nowhere", "/healthz", "/mark.svg"] {
        let reply = shop.browser().get(path);
        for name in ["server", "x-powered-by", "x-frame-options", "permissions-policy"] {
            assert_eq!(reply.header(name), None, "{path}");
        }
    }
}
