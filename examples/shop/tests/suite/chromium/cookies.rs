//! The cookie as a browser keeps it.

use fantoccini::cookies::Cookie;

use super::{Profile, Shop};

async fn only_cookie(profile: &Profile) -> Cookie<'static> {
    let mut cookies = profile.cookies().await;
    assert_eq!(cookies.len(), 1, "{cookies:?}");
    cookies.remove(0)
}

#[tokio::test]
async fn the_browser_keeps_it_for_this_host_and_away_from_scripts() {
    let shop = Shop::with(&[]);
    let visitor = Profile::on(shop.address.port()).await;
    visitor.add("mug").await;
    let cookie = only_cookie(&visitor).await;
    assert_eq!(cookie.name(), "__Host-session");
    assert_eq!((cookie.secure(), cookie.http_only()), (Some(true), Some(true)));
    assert_eq!((cookie.path(), cookie.domain()), (Some("/"), Some("localhost")));
    assert_eq!(cookie.same_site().map(|site| site.to_string()).as_deref(), Some("Lax"));
    assert_eq!(visitor.script("return document.cookie").await, "");
    visitor.close().await;
}

/// A page of a sibling path can set cookies of any path, and longer paths come first.
#[tokio::test]
async fn a_cookie_that_a_sibling_path_plants_does_not_win() {
    let shop = Shop::open();
    let visitor = Profile::on(shop.address.port()).await;
    visitor.add("mug").await;
    let before = only_cookie(&visitor).await;
    visitor.goto("/login").await;
    visitor
        .script("document.cookie = 'session=planted.by-a-sibling; path=/cart'")
        .await;
    assert_eq!(visitor.cart().await.into_values().collect::<Vec<_>>(), [1]);
    let after = visitor.cookies().await;
    let names: Vec<_> = after
        .iter()
        .map(|cookie| (cookie.name(), cookie.path().unwrap()))
        .collect();
    assert_eq!(after.len(), 2, "it was planted: {names:?}");
    assert!(after.iter().any(|cookie| cookie.value() == before.value()));
    visitor.close().await;
}

/// The prefix of the name: browsers take it for no other path, not even with a value that is good for somebody else.
#[tokio::test]
async fn a_cookie_of_somebody_else_can_not_be_planted() {
    let shop = Shop::with(&[]);
    let attacker = Profile::on(shop.address.port()).await;
    attacker.sign_in("eve@example.com").await;
    let theirs = only_cookie(&attacker).await;
    let visitor = Profile::on(shop.address.port()).await;
    visitor.add("mug").await;
    for attributes in ["path=/cart; secure", "path=/", "path=/; secure; domain=localhost"] {
        let planted = format!("document.cookie = '__Host-session={}; {attributes}'", theirs.value());
        visitor.script(&planted).await;
        assert_ne!(only_cookie(&visitor).await.value(), theirs.value(), "{attributes}");
    }
    assert_eq!(visitor.cart().await.into_values().collect::<Vec<_>>(), [1]);
    attacker.close().await;
    visitor.close().await;
}
