//! What holds whichever package keeps the sessions.

mod secure;

use std::thread;

use serde_json::{Value, json};
use session_kit::{Clock, SystemClock};

use super::{ANN, Both, Kind, SECRET, heir, shop};
use crate::Browser;
use crate::node::Visitor;

pub(crate) use secure::*;

pub(crate) fn who_signs_in_at_one_is_signed_in_at_the_other(kind: Kind) {
    let both = Both::open(kind);
    let mut visitor = both.visitor();
    assert_eq!(visitor.tell("/login", &json!({ "email": ANN })), 200);
    assert_eq!(both.signed_in_here(&mut visitor).as_deref(), Some(ANN));

    let mut visitor = both.visitor();
    both.sign_in_here(&mut visitor);
    assert_eq!(visitor.seen()["session"]["user"], json!({ "email": ANN }));
}

pub(crate) fn the_cart_is_one(kind: Kind) {
    let both = Both::open(kind);
    let mut visitor = both.visitor();
    visitor.add_there("mug");
    both.add_here(&mut visitor, "tin");
    visitor.add_there("mug");
    both.add_here(&mut visitor, "mug");
    let expected = json!([{ "item": "mug", "qty": 3 }, { "item": "tin", "qty": 1 }]);
    assert_eq!(visitor.seen()["session"]["cart"], expected);
    let cart = both.here(&mut visitor, Browser::cart);
    assert_eq!(cart, [("mug".to_owned(), 3), ("tin".to_owned(), 1)]);
}

pub(crate) fn signing_out_at_one_is_signing_out_at_the_other(kind: Kind) {
    let both = Both::open(kind);
    let mut visitor = both.visitor();
    both.sign_in_here(&mut visitor);
    both.add_here(&mut visitor, "mug");
    assert_eq!(visitor.tell("/logout", &json!({})), 200);
    assert_eq!(both.signed_in_here(&mut visitor), None);
    assert_eq!(both.here(&mut visitor, Browser::items), ["mug"]);

    let mut visitor = both.visitor();
    visitor.tell("/login", &json!({ "email": ANN }));
    visitor.add_there("mug");
    both.here(&mut visitor, |browser| browser.post("/logout", &[]));
    let session = visitor.seen()["session"].clone();
    assert_eq!(session.get("user"), None);
    assert_eq!(session["cart"], json!([{ "item": "mug", "qty": 1 }]));
}

pub(crate) fn what_is_ended_at_one_is_ended_at_the_other(kind: Kind) {
    for way in ["/destroy", "/unset"] {
        let both = Both::with(kind, &json!({ "unset": "destroy" }));
        let mut visitor = both.visitor();
        both.sign_in_here(&mut visitor);
        let before = visitor.clone();
        assert_eq!(visitor.tell(way, &json!({})), 200);
        // Express leaves the cookie with the browser.
        assert_eq!(visitor.0.cookie, before.0.cookie);
        assert_eq!(both.signed_in_here(&mut visitor), None);
    }
    let both = Both::open(kind);
    let mut visitor = both.visitor();
    visitor.tell("/login", &json!({ "email": ANN }));
    let mut before = visitor.clone();
    both.here(&mut visitor, |browser| browser.post("/destroy", &[]));
    assert_eq!(visitor.0.cookie, None, "the shop takes it away");
    assert_eq!(before.seen()["session"].get("user"), None);
    assert_eq!(both.signed_in_here(&mut before), None);
}

pub(crate) fn a_new_id_at_one_is_a_new_id_at_the_other(kind: Kind) {
    let both = Both::open(kind);
    let mut visitor = both.visitor();
    visitor.add_there("mug");
    for signs_in_here in [true, false] {
        let mut before = visitor.clone();
        if signs_in_here {
            both.sign_in_here(&mut visitor);
        } else {
            visitor.tell("/login", &json!({ "email": ANN }));
        }
        assert_ne!(visitor.0.cookie, before.0.cookie);
        assert_eq!(before.seen()["session"].get("user"), None);
        assert_eq!(both.signed_in_here(&mut before), None);
        assert_eq!(both.signed_in_here(&mut visitor).as_deref(), Some(ANN));
        assert_eq!(visitor.seen()["session"]["cart"], json!([{ "item": "mug", "qty": 1 }]));
    }
}

pub(crate) fn a_visitor_who_looks_around_gets_no_session(kind: Kind) {
    let both = Both::open(kind);
    let mut visitor = both.visitor();
    for path in ["/", "/cart", "/login"] {
        let reply = both.here(&mut visitor, |browser| browser.get(path));
        assert!(!reply.sets_cookie(), "{path}");
    }
    visitor.seen();
    assert_eq!(visitor.0.cookie, None);
}

/// Two visitors who do the same at one each: what is stored differs in ids and times alone.
pub(crate) fn both_write_the_same(kind: Kind) {
    for settings in [json!({}), json!({ "cookie": { "maxAge": 1_209_600_000 } })] {
        let both = Both::with(kind, &settings);
        let (mut there, mut here) = (both.visitor(), both.visitor());
        there.tell("/login", &json!({ "email": ANN }));
        there.add_there("mug");
        if settings == json!({}) {
            both.sign_in_here(&mut here);
        } else {
            // The shop has an age for sessions only where the visitor wants to be remembered.
            let form = [("email", ANN), ("password", "demo"), ("remember", "yes")];
            both.here(&mut here, |browser| browser.post("/login", &form));
        }
        both.add_here(&mut here, "mug");
        let (there, here) = (there.stored(), here.stored());
        println!("by Express: {there}\nby the shop: {here}");
        assert_eq!(without_ids_and_times(&there), without_ids_and_times(&here));
    }
}

/// What looks like an id, a time, or a time to live, is replaced by what it is.
fn without_ids_and_times(value: &Value) -> Value {
    match value {
        Value::Object(members) => {
            let members = members.iter().map(|(name, value)| match (name.as_str(), value) {
                ("key" | "_id", Value::String(_)) => (name.clone(), json!("an id")),
                ("$numberLong", Value::String(millis)) if millis.len() == 13 => (name.clone(), json!("a time")),
                ("$numberInt", Value::String(age)) if is_about_two_weeks(age) => (name.clone(), json!("two weeks")),
                // Whole seconds, of which some milliseconds have passed.
                ("millis", Value::Number(millis)) => (name.clone(), json!(millis.as_u64().unwrap().div_ceil(1000))),
                (_, value) => (name.clone(), without_ids_and_times(value)),
            });
            Value::Object(members.collect())
        }
        Value::Array(items) => Value::Array(items.iter().map(without_ids_and_times).collect()),
        Value::String(text) => Value::String(without_times(text)),
        Value::Null | Value::Bool(_) | Value::Number(_) => value.clone(),
    }
}

/// A session as text, in its order.
fn without_times(text: &str) -> String {
    let replace = |text: &str, before: &str, end: char, what: &str, is_it: fn(&str) -> bool| {
        let Some((front, rest)) = text.split_once(before) else {
            return text.to_owned();
        };
        match rest.split_once(end) {
            Some((value, back)) if is_it(value) => format!("{front}{before}{what}{end}{back}"),
            Some(_) | None => text.to_owned(),
        }
    };
    let text = replace(text, "\"expires\":\"", '"', "a time", |_| true);
    replace(&text, "\"originalMaxAge\":", ',', "two weeks", is_about_two_weeks)
}

/// Express works it out anew each time, and may lose a millisecond.
fn is_about_two_weeks(millis: &str) -> bool {
    millis
        .parse()
        .is_ok_and(|millis: u64| (1_209_599_900..=1_209_600_000).contains(&millis))
}

pub(crate) fn what_the_other_does_not_know_stays(kind: Kind) {
    let both = Both::open(kind);
    let mut visitor = both.visitor();
    let odd = json!({
        "flag": true, "nothing": null, "half": 0.5, "large": 9_007_199_254_740_991_u64, "three billion": 3_000_000_000_u64,
        "deep": { "er": [{ "and": { "deeper": ["ä", "☃", "\u{1f36a}", "\"\\\u{0}\u{7f}\u{2028}"] } }] }, "": "no name", "a.b": 1, "$c": 2,
    });
    visitor.tell("/set", &odd);
    visitor.tell("/set", &json!({ "since": { "date": "2026-01-01T00:00:00.120Z" } }));
    let before = visitor.stored();
    both.add_here(&mut visitor, "mug");
    let after = visitor.stored();
    let session = visitor.seen()["session"].clone();
    for (name, value) in odd.as_object().unwrap() {
        assert_eq!(&session[name], value, "{name}");
    }
    assert_eq!(session["since"], "2026-01-01T00:00:00.120Z");
    // To the last type, where there are types. In text Express has seen all there is.
    let members = |stored: &Value| {
        let mut members = stored["session"].as_object()?.clone();
        members.retain(|name, _| name != "cookie" && name != "cart");
        Some(members)
    };
    assert_eq!(members(&before), members(&after));
}

pub(crate) fn values_come_back_unchanged(kind: Kind) {
    let both = Both::open(kind);
    let mut visitor = both.visitor();
    let items = ["Müsli ☃ \u{1f36a}", "a \"b\" \\c", "</script>"];
    for item in items {
        both.add_here(&mut visitor, item);
        visitor.add_there(item);
    }
    let expected: Vec<_> = items.iter().map(|item| json!({ "item": item, "qty": 2 })).collect();
    assert_eq!(visitor.seen()["session"]["cart"], json!(expected));
    let cart = both.here(&mut visitor, Browser::cart);
    assert_eq!(cart, items.map(|item| (item.to_owned(), 2)));
}

pub(crate) fn a_session_keeps_its_own_age(kind: Kind) {
    let both = Both::open(kind);
    let mut visitor = both.visitor();
    visitor.add_there("mug");
    visitor.tell("/max-age", &json!({ "millis": 3_600_000 }));
    let reply = both.here(&mut visitor, |browser| browser.post("/cart/add", &[("item", "tin")]));
    let cookie = reply.header("set-cookie").unwrap();
    assert!(
        cookie.contains("; Path=/; Expires=") && cookie.ends_with(" GMT; HttpOnly"),
        "{cookie}"
    );
    let cookie = &visitor.seen()["session"]["cookie"];
    let age = cookie["originalMaxAge"].as_u64().unwrap();
    assert!((3_599_900..=3_600_000).contains(&age), "{cookie}");
    let left = time_left(kind, &mut visitor);
    assert!((3_590_000..=3_600_000).contains(&left), "{left}");
}

/// In milliseconds.
fn time_left(kind: Kind, visitor: &mut Visitor) -> u64 {
    let stored = visitor.stored();
    if kind == Kind::Redis {
        return stored["millis"].as_u64().unwrap();
    }
    let end: u64 = stored["expires"]["$date"]["$numberLong"]
        .as_str()
        .unwrap()
        .parse()
        .unwrap();
    end - SystemClock.now().as_millis()
}

pub(crate) fn a_cookie_without_an_age_has_none_from_either(kind: Kind) {
    let both = Both::open(kind);
    for is_here in [true, false] {
        let mut visitor = both.visitor();
        let reply = if is_here {
            both.here(&mut visitor, |browser| browser.post("/cart/add", &[("item", "mug")]))
        } else {
            visitor.0.post_body("/cart", "application/json", r#"{"item":"mug"}"#)
        };
        let cookie = reply.header("set-cookie").unwrap();
        assert!(
            cookie.starts_with("connect.sid=s%3A") && cookie.ends_with("; Path=/; HttpOnly"),
            "{cookie}"
        );
        // As there, the first one is the only one.
        let again = both.here(&mut visitor, |browser| browser.post("/cart/add", &[("item", "tin")]));
        assert!(!again.sets_cookie());
    }
}

pub(crate) fn rolling_is_the_affair_of_express(kind: Kind) {
    let both = Both::with(kind, &json!({ "rolling": true, "cookie": { "maxAge": 3_600_000 } }));
    let mut visitor = both.visitor();
    visitor.add_there("mug");
    let reads = [visitor.0.get_json("/session"), visitor.0.get_json("/session")];
    assert!(reads.iter().all(|reply| reply.sets_cookie()));
    assert!(
        !both
            .here(&mut visitor, |browser| browser.get_json("/cart"))
            .sets_cookie()
    );
    assert_eq!(both.here(&mut visitor, Browser::items), ["mug"]);
}

pub(crate) fn any_of_the_secrets_is_believed(kind: Kind) {
    let both = Both::open(kind);
    let mut visitor = both.visitor();
    visitor.tell("/login", &json!({ "email": ANN }));
    let newer = Both {
        shop: shop(kind, &format!("a newer one,{SECRET}")),
        ..Both::with(kind, &json!({ "secrets": ["a newer one", SECRET] }))
    };
    let old_cookie = visitor.0.cookie.clone();
    visitor.0.address = newer.express.address;
    assert_eq!(newer.signed_in_here(&mut visitor).as_deref(), Some(ANN));
    assert_eq!(visitor.seen()["session"]["user"]["email"], ANN);
    assert_eq!(visitor.0.cookie, old_cookie, "neither signs anew what was only read");

    newer.sign_in_here(&mut visitor);
    assert_eq!(visitor.seen()["session"]["user"]["email"], ANN);
    visitor.0.address = both.express.address;
    assert_eq!(
        both.signed_in_here(&mut visitor),
        None,
        "the old ones do not know the new one"
    );
}

pub(crate) fn a_cookie_that_was_tampered_with_is_no_session(kind: Kind) {
    let both = Both::open(kind);
    let mut visitor = both.visitor();
    visitor.tell("/login", &json!({ "email": ANN }));
    let cookie = visitor.0.cookie.clone().unwrap();
    let value = cookie.strip_prefix("connect.sid=").unwrap();
    let sid = visitor.seen()["sid"].as_str().unwrap().to_owned();
    let (unsigned, mac) = value.split_once('.').unwrap();
    for tampered in [
        format!("connect.sid={unsigned}"),
        format!("connect.sid={sid}"),
        format!("connect.sid={unsigned}.{mac}A"),
        format!("connect.sid={unsigned}.{mac}%3D"),
        format!("connect.sid={unsigned}x.{mac}"),
        format!("connect.sid={}", value.replace("s%3A", "j%3A")),
        format!("Connect.sid={value}"),
        format!("connect.sid=; connect.sid={value}"),
    ] {
        let mut thief = both.visitor();
        thief.0.cookie = Some(tampered.clone());
        assert_eq!(thief.seen()["session"].get("user"), None, "{tampered}");
        assert_eq!(both.signed_in_here(&mut thief), None, "{tampered}");
    }
    for other_spelling in [
        format!("connect.sid=\"{value}\""),
        format!(
            "connect.sid={}",
            value.replace("%3A", ":").replace("%2B", "+").replace("%2F", "/")
        ),
        format!("connect.sid={value}; connect.sid=other"),
    ] {
        let mut friend = both.visitor();
        friend.0.cookie = Some(other_spelling.clone());
        assert_eq!(friend.seen()["session"]["user"]["email"], ANN, "{other_spelling}");
        assert_eq!(
            both.signed_in_here(&mut friend).as_deref(),
            Some(ANN),
            "{other_spelling}"
        );
    }
}

/// Express adds one after the other, while the shop is busy with the same session. What Express overwrites can't be
/// helped; of its own nothing is lost.
pub(crate) fn no_write_of_express_is_overwritten(kind: Kind) {
    const ADDS: u64 = 50;
    let both = Both::open(kind);
    let mut visitor = both.visitor();
    visitor.add_there("theirs");
    let busy = (0..4).map(|_| {
        let mut tab = visitor.0.clone();
        tab.address = both.shop.address;
        thread::spawn(move || {
            for _ in 0..ADDS {
                assert_eq!(tab.post("/cart/add", &[("item", "ours")]).status, 303);
            }
        })
    });
    let busy: Vec<_> = busy.collect();
    for _ in 1..ADDS {
        visitor.add_there("theirs");
    }
    for tab in busy {
        tab.join().unwrap();
    }
    let cart = both.here(&mut visitor, Browser::cart);
    let theirs = cart.iter().find(|(item, _)| item == "theirs").unwrap();
    println!(
        "{}: {cart:?} of {ADDS} by Express and {} by the shop",
        kind.name(),
        4 * ADDS
    );
    assert_eq!(theirs.1, ADDS);
}

pub(crate) fn no_write_of_ours_is_lost(kind: Kind) {
    const ADDS: usize = 100;
    let both = Both::open(kind);
    let mut visitor = both.visitor();
    visitor.add_there("mug");
    let adds: Vec<_> = (0..ADDS)
        .map(|_| {
            let mut tab = visitor.0.clone();
            tab.address = both.shop.address;
            thread::spawn(move || tab.post("/cart/add", &[("item", "mug")]).status)
        })
        .collect();
    for add in adds {
        assert_eq!(add.join().unwrap(), 303);
    }
    assert_eq!(both.here(&mut visitor, Browser::cart), [("mug".to_owned(), 101)]);
    assert_eq!(
        visitor.seen()["session"]["cart"],
        json!([{ "item": "mug", "qty": 101 }])
    );
}

pub(crate) fn devices_are_not_listed_and_it_says_why(kind: Kind) {
    let both = Both::open(kind);
    let mut visitor = both.visitor();
    both.sign_in_here(&mut visitor);
    let reply = both.here(&mut visitor, |browser| browser.get_json("/devices"));
    assert_eq!(reply.status, 422);
    reply.shows("shared with Express");
    assert_eq!(visitor.seen()["session"]["user"]["email"], ANN);
}

/// The app has stopped, and the shop has another store, other keys and another cookie.
pub(crate) fn nobody_is_logged_out_when_the_last_route_has_moved(kind: Kind) {
    let both = Both::open(kind);
    let mut visitors: Vec<_> = (0..8).map(|_| both.visitor()).collect();
    for (number, visitor) in visitors.iter_mut().enumerate() {
        if number % 2 == 0 {
            visitor.tell("/login", &json!({ "email": ANN }));
            visitor.add_there("mug");
        } else {
            both.sign_in_here(visitor);
            both.add_here(visitor, "mug");
        }
    }
    let Both { express, shop } = both;
    drop((express, shop));

    let shop = heir(kind);
    for Visitor(browser) in &mut visitors {
        browser.address = shop.address;
        let tabs = ["tin", "mug", "cup"].map(|item| {
            let mut tab = browser.clone();
            thread::spawn(move || {
                assert_eq!(tab.post("/cart/add", &[("item", item)]).status, 303);
                tab
            })
        });
        let [mut first, ..] = tabs.map(|tab| tab.join().unwrap());
        assert!(first.cookie.as_deref().unwrap().starts_with("session="));
        for tab in [browser, &mut first] {
            assert_eq!(tab.json("/account")["user"]["email"], ANN);
            assert_eq!(tab.items(), ["cup", "mug", "tin"]);
        }
    }
    let [Visitor(first), ..] = &mut visitors[..] else {
        unreachable!()
    };
    assert_eq!(first.json("/devices")["sessions"].as_array().unwrap().len(), 8);
    first.post("/devices/revoke-others", &[]);
    for Visitor(other) in &mut visitors[1..] {
        assert_eq!(other.get_json("/account").status, 401);
    }
}
