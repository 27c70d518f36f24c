//! One customer on several devices.

use super::{Browser, Shop};

const ANN: &str = "ann@example.com";

fn handles(browser: &mut Browser, is_current: bool) -> Vec<String> {
    let devices = browser.json("/devices");
    let sessions = devices["sessions"].as_array().unwrap().iter();
    sessions
        .filter(|session| session["current"] == is_current)
        .map(|session| session["handle"].as_str().unwrap().to_owned())
        .collect()
}

#[test]
fn each_device_sees_all_and_knows_itself() {
    let shop = Shop::open();
    let (mut phone, mut desk) = (shop.signed_in(ANN), shop.signed_in(ANN));
    shop.signed_in("bob@example.com");
    assert_eq!(handles(&mut phone, true), handles(&mut desk, false));
    assert_eq!(handles(&mut desk, true), handles(&mut phone, false));
    let page = phone.get("/devices");
    page.shows("This device");
    page.shows("Signed in just now, last seen just now");
    page.shows(&handles(&mut desk, true).concat());
    assert_eq!(shop.browser().get("/devices").redirects_to(), Some("/login"));
}

#[test]
fn a_device_that_is_revoked_is_signed_out() {
    let shop = Shop::open();
    let (mut phone, mut desk, mut other) = (shop.signed_in(ANN), shop.signed_in(ANN), shop.signed_in(ANN));
    let handle = handles(&mut desk, true).concat();
    assert_eq!(
        phone.post("/devices/revoke", &[("handle", &handle)]).redirects_to(),
        Some("/devices")
    );
    phone.get("/devices").shows("That device is signed out.");
    assert_eq!(desk.get_json("/account").status, 401);
    assert_eq!(other.get_json("/account").status, 200);
    phone.post("/devices/revoke", &[("handle", &handle)]);
    phone.get("/devices").shows("That device was signed out already.");
    assert_eq!(phone.post("/devices/revoke", &[("handle", "nonsense")]).status, 422);
}

#[test]
fn nobody_revokes_the_devices_of_another() {
    let shop = Shop::open();
    let (mut ann, mut bob) = (shop.signed_in(ANN), shop.signed_in("bob@example.com"));
    let handle = handles(&mut ann, true).concat();
    bob.post("/devices/revoke", &[("handle", &handle)]);
    shop.browser().post("/devices/revoke", &[("handle", &handle)]);
    bob.post("/devices/revoke-others", &[]);
    assert_eq!(ann.get_json("/account").status, 200);
}

#[test]
fn this_device_can_revoke_itself() {
    let shop = Shop::open();
    let mut phone = shop.signed_in(ANN);
    let handle = handles(&mut phone, true).concat();
    assert_eq!(
        phone.post("/devices/revoke", &[("handle", &handle)]).redirects_to(),
        Some("/")
    );
    assert_eq!(phone.cookie, None);
}

#[test]
fn revoking_the_others_is_seen_by_the_others() {
    let shop = Shop::open();
    let (mut phone, mut desk, mut other) = (shop.signed_in(ANN), shop.signed_in(ANN), shop.signed_in(ANN));
    assert_eq!(
        phone.post("/devices/revoke-others", &[]).redirects_to(),
        Some("/devices")
    );
    phone.get("/devices").shows("2 other devices are signed out.");
    assert_eq!(phone.get_json("/account").status, 200);
    for revoked in [&mut desk, &mut other] {
        assert_eq!(revoked.get_json("/account").status, 401);
        assert_eq!(revoked.get("/account").redirects_to(), Some("/login"));
    }
    desk.post("/login", &[("email", ANN), ("password", "demo")]);
    assert_eq!(
        handles(&mut phone, false).len(),
        1,
        "signing in again is possible at once"
    );
}
