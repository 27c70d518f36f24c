//! What [`Store::load`] promises.

use std::sync::Arc;

use session_core::{Moment, Record, Store};

use super::given::{
    HOUR, MILLISECOND, file, key, numbered_key, owned, owner, promise_absent, promise_found, promise_listed, record,
    revision, start,
};
use super::promise::promise;

/// A key that was never filed is absent.
pub async fn load_of_an_unknown_key_is_absent(store: Arc<dyn Store>) {
    promise_absent("an unknown key is absent", &store, &key(1), start()).await;
}

/// A record is there to the last millisecond before its end, and not at its end.
pub async fn load_hides_a_record_from_its_end_on(store: Arc<dyn Store>) {
    let now = start();
    let filed = owned("alice", 1, now);
    file(&store, &key(1), &filed, now).await;
    let before = now + HOUR - MILLISECOND;
    promise_found(
        "a record lives to its last millisecond",
        &store,
        &key(1),
        &filed,
        before,
    )
    .await;
    promise_listed(
        "a record is listed to its last millisecond",
        &store,
        "alice",
        &[key(1)],
        before,
    )
    .await;
    promise("a record counts to its last millisecond", store.count(before).await, 1);
    let end = now + HOUR;
    promise_absent("an end is exclusive", &store, &key(1), end).await;
    promise_listed("an ended record is not listed", &store, "alice", &[], end).await;
    promise("an ended record does not count", store.count(end).await, 0);
    promise_absent("an ended record stays absent", &store, &key(1), end + HOUR).await;
}

/// Every 64 bits are a revision, and come back as they are.
pub async fn revisions_come_back_exactly(store: Arc<dyn Store>) {
    let now = start();
    let numbers = [
        0,
        1,
        1 << 31,
        u64::from(u32::MAX),
        (1 << 53) + 1,
        1 << 63,
        (1 << 63) - 1,
        u64::MAX - 1,
        u64::MAX,
    ];
    for (number, tried) in (0..).zip(numbers) {
        let filed = Record {
            revision: revision(tried),
            ..record(number, now)
        };
        file(&store, &numbered_key(number), &filed, now).await;
        promise_found(
            "a revision comes back exactly",
            &store,
            &numbered_key(number),
            &filed,
            now,
        )
        .await;
    }
}

/// Moments come back to the millisecond, from the first to the last that there is.
pub async fn moments_come_back_exactly(store: Arc<dyn Store>) {
    let now = start();
    let (first, last) = (Moment::from_millis(0), Moment::MAX);
    let odd = now + MILLISECOND;
    let cases = [
        (first, first, last),
        (first, now, last - MILLISECOND),
        (odd, odd + MILLISECOND, odd + HOUR),
        (last, last, last),
        (now, first, now + HOUR),
    ];
    for (number, (created_at, last_seen_at, expires_at)) in (0..).zip(cases) {
        let filed = Record {
            created_at,
            last_seen_at,
            expires_at,
            ..record(number, now)
        };
        file(&store, &numbered_key(number), &filed, now).await;
        promise_found("moments come back exactly", &store, &numbered_key(number), &filed, now).await;
    }
}

/// A payload is bytes: none at all, every value, and what looks like text, a number or the end of something.
pub async fn payloads_come_back_exactly(store: Arc<dyn Store>) {
    let now = start();
    let every_value: Vec<u8> = (0..=u8::MAX).collect();
    let payloads: [&[u8]; 8] = [
        b"",
        b"\0",
        &every_value,
        b"\xff\xfe\xfd",
        b"12345678901234567890",
        b"$set: {}",
        b" padded ",
        b"\r\n",
    ];
    for (number, payload) in (0..).zip(payloads) {
        let filed = Record {
            payload: payload.into(),
            ..record(number, now)
        };
        file(&store, &numbered_key(number), &filed, now).await;
        promise_found(
            "a payload comes back exactly",
            &store,
            &numbered_key(number),
            &filed,
            now,
        )
        .await;
    }
}

/// A payload of a mebibyte is no smaller when it comes back.
pub async fn a_payload_of_a_mebibyte_comes_back(store: Arc<dyn Store>) {
    let now = start();
    let payload: Vec<u8> = (0..=u8::MAX).cycle().take(1 << 20).collect();
    let filed = Record {
        payload: payload.into(),
        ..record(1, now)
    };
    file(&store, &key(1), &filed, now).await;
    promise_found("a large payload comes back exactly", &store, &key(1), &filed, now).await;
}

/// An owner comes back as it was given, whatever its letters and up to its 255 bytes.
pub async fn owners_come_back_exactly(store: Arc<dyn Store>) {
    let now = start();
    let (long, wide) = ("x".repeat(255), format!("{}...", "🦀".repeat(63)));
    let names = [
        "a",
        "42",
        " ",
        "Ünïcödé",
        "名前",
        "e\u{301}",
        "$where",
        "a.b",
        "a'b\"c\\d",
        "{}:*?[]",
        "%_",
        &long,
        &wide,
    ];
    for (number, name) in (0..).zip(names) {
        let filed = Record {
            owner: Some(owner(name)),
            ..record(number, now)
        };
        file(&store, &numbered_key(number), &filed, now).await;
        promise_found(
            "an owner comes back exactly",
            &store,
            &numbered_key(number),
            &filed,
            now,
        )
        .await;
        promise_listed("an owner is found again", &store, name, &[numbered_key(number)], now).await;
    }
}
