//! `cookie.secure: 'auto'`, behind proxies and without.

use std::time::Duration;

use serde_json::{Value, json};

use super::without_ids_and_times;
use crate::Reply;
use crate::both::{ANN, Both, Kind};
use crate::node::Visitor;
use crate::trusting::Trusting;

const MAX_AGE: Duration = Duration::from_secs(14 * 24 * 3600);
const PROXY: &str = "127.0.0.1";

/// What a proxy may say, and whether that is a secure request.
const PROTOS: [(Option<&str>, bool); 6] = [
    (None, false),
    (Some("http"), false),
    (Some("https"), true),
    (Some("https , http"), true),
    (Some("http, https"), false),
    (Some("wss"), false),
];

/// The settings of an app that believes the proxy before it, with an age and without.
fn apps() -> Vec<(Value, Option<Duration>)> {
    let age = u64::try_from(MAX_AGE.as_millis()).unwrap();
    vec![
        (json!({ "proxy": true, "cookie": { "secure": "auto" } }), None),
        (
            json!({ "trustProxy": "loopback", "cookie": { "secure": "auto", "maxAge": age } }),
            Some(MAX_AGE),
        ),
    ]
}

pub(crate) fn secure_is_as_the_request_that_begins_a_session(kind: Kind) {
    for (settings, max_age) in apps() {
        let pair = Pair::of(kind, &settings, max_age, PROXY);
        for (proto, is_secure) in PROTOS {
            let [mut there, mut here] = pair.visitors();
            for visitor in [&mut there, &mut here] {
                visitor.0.forwarded_proto = proto;
                assert_eq!(signs_in(visitor), Some(is_secure), "{proto:?}");
            }
            let stored = pair.both_stored(&mut there, &mut here);
            println!("{proto:?}: {stored}");
        }
    }
}

/// Whatever it was before, for the id is a new one.
pub(crate) fn secure_is_as_the_request_that_signs_in(kind: Kind) {
    for (settings, max_age) in apps() {
        let pair = Pair::of(kind, &settings, max_age, PROXY);
        for (before, after) in [(None, Some("https")), (Some("https"), None)] {
            let [mut there, mut here] = pair.visitors();
            for visitor in [&mut there, &mut here] {
                visitor.0.forwarded_proto = before;
                assert_eq!(signs_in(visitor), Some(before.is_some()));
                visitor.0.forwarded_proto = after;
                assert_eq!(signs_in(visitor), Some(after.is_some()), "{before:?}, then {after:?}");
            }
            pair.both_stored(&mut there, &mut here);
        }
    }
}

/// With an age each change sends the cookie again: never over plain HTTP, if the session began securely.
pub(crate) fn a_secure_session_gets_no_cookie_over_plain_http(kind: Kind) {
    let Some((settings, max_age)) = apps().pop() else {
        unreachable!()
    };
    let pair = Pair::of(kind, &settings, max_age, PROXY);
    for visitor in &mut pair.visitors() {
        visitor.0.forwarded_proto = Some("https");
        assert_eq!(signs_in(visitor), Some(true));
        assert_eq!(chooses(visitor, "red"), Some(true));
        visitor.0.forwarded_proto = None;
        assert_eq!(chooses(visitor, "green"), None);
        visitor.0.forwarded_proto = Some("https");
        assert_eq!(chooses(visitor, "blue"), Some(true));
    }
}

/// What Express sends without Secure from then on, the service sends with it.
pub(crate) fn a_session_that_began_over_plain_http_becomes_secure_here_alone(kind: Kind) {
    let Some((settings, max_age)) = apps().pop() else {
        unreachable!()
    };
    let pair = Pair::of(kind, &settings, max_age, PROXY);
    for (mut visitor, becomes_secure) in pair.visitors().into_iter().zip([false, true]) {
        assert_eq!(signs_in(&mut visitor), Some(false));
        visitor.0.forwarded_proto = Some("https");
        assert_eq!(chooses(&mut visitor, "red"), Some(becomes_secure));
    }
}

pub(crate) fn a_proxy_that_is_not_trusted_is_not_believed(kind: Kind) {
    for settings in [
        json!({ "proxy": false, "cookie": { "secure": "auto" } }),
        json!({ "trustProxy": "192.0.2.1", "cookie": { "secure": "auto" } }),
    ] {
        let pair = Pair::of(kind, &settings, None, "192.0.2.1");
        let [mut there, mut here] = pair.visitors();
        for visitor in [&mut there, &mut here] {
            visitor.0.forwarded_proto = Some("https");
            assert_eq!(signs_in(visitor), Some(false));
        }
        pair.both_stored(&mut there, &mut here);
    }
}

/// An app, and a service of ours beside it.
struct Pair {
    both: Both,
    trusting: Trusting,
}

impl Pair {
    fn of(kind: Kind, settings: &Value, max_age: Option<Duration>, proxy: &str) -> Self {
        Self {
            both: Both::with(kind, settings),
            trusting: Trusting::start(kind, max_age, proxy),
        }
    }

    /// One of each, which have the same routes.
    fn visitors(&self) -> [Visitor; 2] {
        let mut here = self.both.visitor();
        here.0.address = self.trusting.address;
        [self.both.visitor(), here]
    }

    /// What is stored of both visitors, which has to be the same.
    fn both_stored(&self, there: &mut Visitor, here: &mut Visitor) -> Value {
        let mut stored = [there, here].map(|visitor| {
            visitor.0.address = self.both.express.address;
            without_ids_and_times(&visitor.stored())
        });
        assert_eq!(stored[0], stored[1]);
        stored[0].take()
    }
}

/// Whether the cookie of the answer is Secure; `None`: there is none.
fn signs_in(visitor: &mut Visitor) -> Option<bool> {
    is_secure(
        &visitor
            .0
            .post_body("/login", "application/json", &json!({ "email": ANN }).to_string()),
    )
}

fn chooses(visitor: &mut Visitor, color: &str) -> Option<bool> {
    is_secure(
        &visitor
            .0
            .post_body("/set", "application/json", &json!({ "color": color }).to_string()),
    )
}

fn is_secure(reply: &Reply) -> Option<bool> {
    assert_eq!(reply.status, 200, "{}", reply.body);
    let cookie = reply.header("set-cookie")?;
    Some(cookie.split("; ").any(|attribute| attribute == "Secure"))
}
