//! What [`Store::scan`] promises.

use std::collections::BTreeSet;
use std::sync::Arc;

use session_core::{Deleted, ScanCursor, Scanned, Store, StoreKey};

use super::given::{HOUR, file, key, move_on, numbered_key, owned, record, rotation, start};
use super::promise::{answered, promise, promise_that};

/// Many more pages than any store makes of what is in these cases.
const MOST_PAGES: usize = 10_000;

/// A walk in small pages comes to every session, whoever's it is, and to a rotated one under its new key.
pub async fn scan_comes_to_every_session(store: Arc<dyn Store>) {
    let now = start();
    let mut expected = BTreeSet::new();
    for number in 0..300 {
        let record = if number % 2 == 0 {
            record(number, now)
        } else {
            owned("alice", number, now)
        };
        file(&store, &numbered_key(number), &record, now).await;
        expected.insert(numbered_key(number));
    }
    for number in 0..10 {
        let (old, new) = (numbered_key(number), numbered_key(1_000 + number));
        let moved = record(1_000 + number, now);
        move_on(&store, &rotation(&old, &new, &moved, number, now), now).await;
        expected.remove(&old);
        expected.insert(new);
    }
    for limit in [1, 7, 100, 10_000] {
        promise_passed(&expected, &walk(&store, limit).await);
    }
}

/// A walk comes to nothing that was never filed, and to nothing at all after a clearing.
pub async fn scan_makes_up_no_sessions(store: Arc<dyn Store>) {
    let now = start();
    promise_nothing_but(&[], &walk(&store, 10).await);
    for number in 1..=3 {
        file(&store, &key(number), &record(number.into(), now), now).await;
    }
    promise(
        "a session can be deleted",
        store.delete(&key(2), now).await,
        Deleted::Deleted,
    );
    promise_nothing_but(&[key(1), key(2), key(3)], &walk(&store, 10).await);
    answered(store.clear().await);
    promise_nothing_but(&[], &walk(&store, 10).await);
}

/// A session that stays where it is is come to, whatever comes and goes around it in the meantime.
pub async fn scan_passes_over_nothing_that_stays(store: Arc<dyn Store>) {
    let now = start();
    for number in 0..400 {
        file(&store, &numbered_key(number), &record(number, now), now).await;
    }
    // Those that leave stand among those that stay, so who counts places goes wrong.
    let (staying, leaving): (Vec<_>, Vec<_>) = (0..400).partition(|number| number % 4 == 0);
    let (mut leaving, mut coming) = (leaving.into_iter(), 400..);
    let mut seen = BTreeSet::new();
    let mut cursor = None;
    for _ in 0..MOST_PAGES {
        let page = page(&store, cursor.as_ref(), 10).await;
        seen.extend(page.keys);
        for number in leaving.by_ref().take(20) {
            promise(
                "a session can be deleted",
                store.delete(&numbered_key(number), now).await,
                Deleted::Deleted,
            );
        }
        for number in coming.by_ref().take(3) {
            file(&store, &numbered_key(number), &record(number, now + HOUR), now).await;
        }
        cursor = page.next;
        if cursor.is_none() {
            break;
        }
    }
    promise_passed(&staying.into_iter().map(numbered_key).collect(), &seen);
}

async fn page(store: &dyn Store, from: Option<&ScanCursor>, limit: usize) -> Scanned {
    answered(store.scan(from, limit).await)
}

async fn walk(store: &dyn Store, limit: usize) -> BTreeSet<StoreKey> {
    let mut seen = BTreeSet::new();
    let mut cursor = None;
    for _ in 0..MOST_PAGES {
        let page = page(store, cursor.as_ref(), limit).await;
        seen.extend(page.keys);
        match page.next {
            Some(next) => cursor = Some(next),
            None => return seen,
        }
    }
    promise_that("a walk comes to an end", false, "at most 10,000 pages", "no end");
    seen
}

#[track_caller]
fn promise_passed(expected: &BTreeSet<StoreKey>, seen: &BTreeSet<StoreKey>) {
    let missing = expected.difference(seen).count();
    promise_that(
        "a walk comes to every session that stays",
        missing == 0,
        format_args!("{} sessions", expected.len()),
        format_args!("all but {missing}"),
    );
}

#[track_caller]
fn promise_nothing_but(filed: &[StoreKey], seen: &BTreeSet<StoreKey>) {
    let is_so = seen.iter().all(|key| filed.contains(key));
    promise_that("a walk comes to nothing that was never filed", is_so, filed, seen);
}
