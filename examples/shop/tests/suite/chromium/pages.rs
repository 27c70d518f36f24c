//! What the pages look like, and whether everybody can use them.

use serde_json::json;

use super::{Profile, Shop};

const PATHS: [&str; 6] = ["/", "/cart", "/login", "/account", "/devices", "/nowhere"];

/// What is wrong with a page, in words: by WCAG 2.2, 1.1.1, 1.3.1, 1.4.3, 2.4.2, 2.4.3, 3.1.1 and 4.1.2.
const FAULTS: &str = include_str!("faults.js");

async fn check(profile: &Profile, kind: &str) {
    profile.sign_in("ann@example.com").await;
    for item in ["mug", "tin"] {
        profile.add(item).await;
    }
    for path in PATHS {
        check_page(profile, path, kind).await;
    }
    profile.goto("/account").await;
    profile.press("Sign out").await;
    profile.shows("You are signed out.").await;
    check_page(profile, "/login", kind).await;
}

async fn check_page(profile: &Profile, path: &str, kind: &str) {
    profile.goto(path).await;
    profile
        .picture(&format!("{kind}-{}", path.trim_start_matches('/')))
        .await;
    assert_eq!(profile.script(FAULTS).await, json!([]), "{path} on a {kind}");
}

#[tokio::test]
async fn everybody_can_use_the_pages_on_a_desktop() {
    let shop = Shop::with(&[]);
    let profile = Profile::on(shop.address.port()).await;
    check(&profile, "desktop").await;
    profile.close().await;
}

#[tokio::test]
async fn everybody_can_use_the_pages_on_a_phone() {
    let shop = Shop::with(&[]);
    let profile = Profile::on_a_phone(shop.address.port()).await;
    check(&profile, "phone").await;
    profile.close().await;
}

#[tokio::test]
async fn everybody_can_use_the_pages_in_the_dark() {
    let shop = Shop::with(&[]);
    let profile = Profile::with_arguments(shop.address.port(), &["--blink-settings=preferredColorScheme=0"]).await;
    assert_eq!(
        profile
            .script("return matchMedia('(prefers-color-scheme: dark)').matches")
            .await,
        true
    );
    check(&profile, "dark").await;
    profile.close().await;
}

/// By keyboard alone: the first stop is the way past the navigation, and every stop can be seen.
#[tokio::test]
async fn the_keyboard_reaches_everything_and_shows_where_it_is() {
    let shop = Shop::with(&[]);
    let profile = Profile::on(shop.address.port()).await;
    profile.goto("/").await;
    let count = profile
        .script("return document.querySelectorAll('a, button, input:not([type=hidden])').length")
        .await
        .as_u64()
        .unwrap();
    for stop in 0..count {
        profile.press_tab().await;
        let at = profile.script(include_str!("focus.js")).await;
        if stop == 0 {
            assert_eq!(at["text"], "Skip to the content");
        }
        assert_eq!(at["index"], stop, "{at}");
        assert_eq!(at["is_seen"], true, "{at}");
    }
    profile.close().await;
}
