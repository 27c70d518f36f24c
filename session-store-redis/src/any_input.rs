//! Whatever servers hold or say, and whatever a URL is, nothing panics, and what is ours comes back as it was.

use proptest::collection::vec;
use proptest::prelude::*;
use session_core::{Loaded, Moment, Owner, Record, Revision, StoreKey};

use crate::address::Address;
use crate::keys::Keys;
use crate::slots::redirected_to;
use crate::value::{Value, mark_value, record_value};

fn moments() -> impl Strategy<Value = Moment> {
    any::<u64>().prop_map(Moment::from_millis)
}

fn keys() -> impl Strategy<Value = StoreKey> {
    any::<[u8; 32]>().prop_map(StoreKey::from_bytes)
}

prop_compose! {
    fn records()(
        revision in any::<u64>(),
        moments in [moments(), moments(), moments()],
        owner in proptest::option::of("[a-zé ]{1,120}"),
        payload in vec(any::<u8>(), 0..600),
    ) -> Record {
        Record {
            revision: Revision::from_u64(revision),
            created_at: moments[0],
            last_seen_at: moments[1],
            expires_at: moments[2],
            owner: owner.map(|name| Owner::new(name).unwrap()),
            payload: payload.into(),
        }
    }
}

/// Records and marks that were cut, or have other bytes in places.
fn damaged_values() -> impl Strategy<Value = Vec<u8>> {
    let record = (records(), moments()).prop_map(|(record, told)| record_value(&record, told));
    let mark = (keys(), moments()).prop_map(|(key, until)| mark_value(until, &key));
    let damage = (
        vec((any::<prop::sample::Index>(), any::<u8>()), 0..4),
        any::<prop::sample::Index>(),
    );
    (prop_oneof![record, mark], damage).prop_map(|(mut value, (bytes, length))| {
        for (place, byte) in bytes {
            let place = place.index(value.len());
            value[place] = byte;
        }
        value.truncate(length.index(value.len() + 1));
        value
    })
}

fn urls() -> impl Strategy<Value = String> {
    let scheme = prop::sample::select(vec![
        "redis:",
        "rediss:",
        "redis+unix:",
        "redis+sentinel:",
        "rediss+sentinel:",
        "redis+cluster:",
        "rediss+cluster:",
        "",
    ]);
    (
        scheme,
        prop_oneof![r"(//)?[a-z:@\[\]%#?&=,./0-9]{0,40}", any::<String>()],
    )
        .prop_map(|(scheme, rest)| format!("{scheme}{rest}"))
}

proptest! {
    #[test]
    fn a_value_of_any_bytes_is_read_or_refused(
        bytes in prop_oneof![vec(any::<u8>(), 0..400), damaged_values()],
        now in moments(),
    ) {
        if let Ok(value) = Value::read(&bytes) {
            drop(value.loaded(now));
        }
    }

    #[test]
    fn a_record_comes_back_as_it_was(record in records(), told in moments(), now in moments()) {
        let value = record_value(&record, told);
        let loaded = Value::read(&value).and_then(|value| value.loaded(now)).unwrap();
        let expected = if record.expires_at.has_passed(now) { Loaded::Absent } else { Loaded::Found(record) };
        prop_assert_eq!(loaded, expected);
    }

    #[test]
    fn a_mark_comes_back_as_it_was(key in keys(), until in moments(), now in moments()) {
        let value = mark_value(until, &key);
        let loaded = Value::read(&value).and_then(|value| value.loaded(now)).unwrap();
        let expected = if until.has_passed(now) { Loaded::Absent } else { Loaded::Moved(key) };
        prop_assert_eq!(loaded, expected);
    }

    #[test]
    fn a_place_leads_to_the_session_that_is_there_and_any_other_text_to_none(key in keys(), text in vec(any::<u8>(), 0..60)) {
        let keys = Keys::new("session:".to_owned()).unwrap();
        prop_assert_eq!(keys.session_at(&keys.session(&key)), Some(key));
        if let Some(key) = keys.session_at(&text) {
            prop_assert_eq!(keys.session(&key), text);
        }
    }

    #[test]
    fn any_text_is_a_url_or_is_refused(url in urls()) {
        drop(Address::parse(&url));
    }

    #[test]
    fn any_text_is_a_redirection_or_none(text in any::<String>()) {
        drop(redirected_to(&text, "here"));
    }
}
