//! What a visitor does.

use super::{Profile, Shop};

const ANN: &str = "ann@example.com";

/// Sends this item's form once the script has ended, so that two tabs can do it at the same time.
fn add(item: &str) -> String {
    format!(
        "const field = document.querySelector('input[name=item][value={item}]'); window.isOld = true; \
         setTimeout(() => field.form.submit(), 100);"
    )
}

/// Two notices at once are one, or are shown by one tab: so a tab is looked at for another page.
const IS_ANOTHER_PAGE: &str = "return !window.isOld && document.readyState === 'complete'";

#[tokio::test]
async fn what_two_tabs_add_at_once_is_in_the_cart() {
    let shop = Shop::with(&[]);
    let ann = Profile::on(shop.address.port()).await;
    ann.sign_in(ANN).await;
    ann.shows("Welcome! You are signed in.").await;
    let first = ann.client.window().await.unwrap();
    let second = ann.client.new_window(true).await.unwrap().handle;
    for round in 1..=3 {
        for (tab, item) in [(&first, "mug"), (&second, "tin")] {
            ann.client.switch_to_window(tab.clone()).await.unwrap();
            ann.goto("/").await;
            ann.script(&add(item)).await;
        }
        for tab in [&first, &second] {
            ann.client.switch_to_window(tab.clone()).await.unwrap();
            ann.waits_for(IS_ANOTHER_PAGE).await;
        }
        let mut quantities: Vec<_> = ann.cart().await.into_values().collect();
        quantities.sort_unstable();
        assert_eq!(quantities, [round, round]);
    }
    ann.close().await;
}

#[tokio::test]
async fn who_signs_out_everywhere_else_is_seen_by_the_other_profile() {
    let shop = Shop::with(&[]);
    let phone = Profile::on_a_phone(shop.address.port()).await;
    let desk = Profile::on(shop.address.port()).await;
    for profile in [&phone, &desk] {
        profile.sign_in(ANN).await;
        profile.arrives_at("/account").await;
    }
    phone.press("Show devices").await;
    phone.shows("This device").await;
    phone.press("Sign out everywhere else").await;
    phone.shows("One other device is signed out.").await;
    desk.goto("/account").await;
    desk.arrives_at("/login").await;
    phone.goto("/account").await;
    phone.shows(ANN).await;
    desk.close().await;
    phone.close().await;
}

#[tokio::test]
async fn after_signing_out_the_back_button_shows_no_private_page() {
    let shop = Shop::with(&[]);
    let ann = Profile::on(shop.address.port()).await;
    ann.sign_in(ANN).await;
    ann.goto("/account").await;
    ann.shows(ANN).await;
    ann.press("Sign out").await;
    ann.shows("You are signed out.").await;
    ann.client.back().await.unwrap();
    ann.arrives_at("/login").await;
    assert!(!ann.client.source().await.unwrap().contains(ANN));
    ann.close().await;
}

#[tokio::test]
async fn forgetting_everything_takes_the_cookie_away() {
    let shop = Shop::with(&[]);
    let ann = Profile::on(shop.address.port()).await;
    ann.sign_in(ANN).await;
    ann.goto("/account").await;
    ann.press("Forget everything").await;
    ann.arrives_at("/").await;
    assert!(ann.cookies().await.is_empty());
    ann.close().await;
}
