//! How the adapter is built into the application.

use session_core::{CookieSettings, TrustedProxies};

use super::exchange::{Connection, Exchange};
use super::pages;
use super::serve::AnyAdapter;
use super::stage::Stage;
use crate::verdict::{kept, promise, promise_that};

/// A handler that asks for a session where the middleware was forgotten.
pub async fn without_the_middleware_a_request_is_a_500_and_not_a_panic(adapter: AnyAdapter) {
    let (server, probe) = Stage::without_sessions(&adapter);
    for _ in 0..2 {
        let path = probe.put(pages::write("n", 1));
        let exchange = Exchange::begin(server.address, &path, &[]).await;
        let response = kept("a missing middleware is answered", exchange);
        let response = kept("to the end", response.finish().await);
        promise("with a 500", response.status(), 500);
        promise("and no cookie", response.set_cookies(), [""; 0]);
        promise_that(
            "that tells the client nothing",
            !response.body.contains("panic"),
            &response.body,
        );
    }
}

/// `X-Forwarded-Proto` is believed from a trusted proxy; the tests come from loopback.
pub async fn secure_follows_what_a_trusted_proxy_says(adapter: AnyAdapter) {
    let cases: [(&'static str, Option<&str>, bool); 5] = [
        ("127.0.0.0/8", Some("https"), true),
        ("127.0.0.1", Some("HTTPS, http"), true),
        ("127.0.0.0/8", Some("http"), false),
        ("127.0.0.0/8", None, false),
        ("10.0.0.0/8", Some("https"), false),
    ];
    for (trusted, proto, is_secure) in cases {
        let proxies = kept("the range is one", TrustedProxies::new([trusted]));
        let cookie = CookieSettings::new().name("session").secure_as_the_request(proxies);
        let stage = Stage::with(&adapter, move |builder| builder.cookie(cookie));
        let headers = || {
            proto
                .map(|proto| ("x-forwarded-proto", proto.as_bytes().to_vec()))
                .into_iter()
                .collect()
        };
        let browser = stage.browser();
        let set = browser.visit_with(headers(), pages::write("n", 1)).await;
        let removed = browser.visit_with(headers(), pages::destroy()).await;
        for response in [set, removed] {
            let attributes = response.cookie_attributes();
            promise(
                &format!("Secure is right with {proto:?} while {trusted} is trusted"),
                attributes
                    .iter()
                    .map(|text| text.ends_with("; Secure"))
                    .collect::<Vec<_>>(),
                [is_secure],
            );
        }
    }
}

/// Express calls it `saveUninitialized`.
pub async fn empty_sessions_can_be_stored_too(adapter: AnyAdapter) {
    let stage = Stage::with(&adapter, session_core::SessionManagerBuilder::save_uninitialized);
    let browser = stage.browser();
    let response = browser.visit(pages::nothing()).await;
    promise("every visitor gets a session", response.set_cookies().len(), 1);
    promise("once", browser.visit(pages::nothing()).await.set_cookies(), [""; 0]);
}

/// Two applications of one host, each with its own cookie name, keep apart.
pub async fn two_cookie_names_are_two_sessions(adapter: AnyAdapter) {
    let shop = Stage::with(&adapter, |builder| {
        builder.cookie(CookieSettings::new().name("__Host-shop"))
    });
    let admin = shop
        .another()
        .with(|builder| builder.cookie(CookieSettings::new().name("__Host-admin")))
        .serve();
    let in_the_shop = shop.browser();
    let in_admin = in_the_shop.moved_to(&admin);
    in_the_shop.visit(pages::write("n", 1)).await;
    promise(
        "the other application sees nothing",
        in_admin.reads("n").await.as_str(),
        "none",
    );
    in_admin.visit(pages::write("n", 2)).await;
    in_admin.visit(pages::destroy()).await;
    promise(
        "nor ends what is not its own",
        in_the_shop.reads("n").await.as_str(),
        "1",
    );
}

/// A proxy sends the requests of many visitors down one connection.
pub async fn visitors_who_share_a_connection_keep_apart(adapter: AnyAdapter) {
    let stage = Stage::new(&adapter);
    let (alice, bob, stranger) = (stage.browser(), stage.browser(), stage.browser());
    alice.visit(pages::sign_in("alice")).await;
    bob.visit(pages::sign_in("bob")).await;
    let mut connection = kept("the server accepts", Connection::to(stage.address()).await);
    for (browser, who) in [
        (&alice, "alice"),
        (&stranger, "nobody"),
        (&bob, "bob"),
        (&stranger, "nobody"),
    ] {
        let (_, path, headers) = browser.prepare(pages::who());
        kept("the server reads", connection.send(&path, &headers).await);
        let exchange = kept("a second request on a connection is answered", connection.head().await);
        let (response, kept_open) = kept("to the end", exchange.finish_and_keep().await);
        promise(
            "each request has the session of its own cookie",
            response.body.as_str(),
            who,
        );
        connection = kept_open;
    }
}
