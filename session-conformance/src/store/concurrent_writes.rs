//! What the contract promises of writers of one session that meet.

use std::sync::Arc;

use session_core::{Created, Loaded, Moment, Record, Store, StoreError, Touch, Updated};

use super::given::{HOUR, MINUTE, file, key, promise_absent, promise_found, record, revision, start};
use super::promise::{answered, promise, promise_that};
use super::together::{ROUNDS, Race};

const WRITERS: u64 = 64;

/// Sixty-four writers each add one, by compare-and-swap: the sum is exact.
pub async fn concurrent_updates_lose_no_write(store: Arc<dyn Store>) {
    let now = start();
    let zero = Record {
        payload: 0_u64.to_be_bytes().as_slice().into(),
        ..record(0, now)
    };
    file(&store, &key(1), &zero, now).await;
    let mut race = Race::on(&store);
    for writer in 1..=WRITERS {
        let seen = zero.clone();
        race.add(move |store| async move {
            let outcome = try_to_add_one(store.as_ref(), writer, seen, now).await;
            promise("a writer that answers each conflict gets its turn", outcome, ());
        });
    }
    race.run().await;
    let Loaded::Found(last) = answered(store.load(&key(1), now).await) else {
        return promise_that("an updated session is there", false, "its record", "none");
    };
    promise("no write is lost", Ok(number_in(&last)), WRITERS);
}

/// Thirty-two creations of one key make one session: exactly one is filed.
pub async fn concurrent_creations_of_one_key_make_one_session(store: Arc<dyn Store>) {
    let now = start();
    for round in 1..=ROUNDS {
        let mut race = Race::on(&store);
        let outcomes: Vec<_> = (0..32)
            .map(|number| {
                race.add(move |store| async move { store.create(&key(round), &record(number, now), None, now).await })
            })
            .collect();
        race.run().await;
        let answers: Vec<_> = outcomes.into_iter().map(|outcome| answered(outcome.get())).collect();
        let winners: Vec<u64> = (0..)
            .zip(&answers)
            .filter(|(_, answer)| **answer == Created::Created)
            .map(|(number, _)| number)
            .collect();
        promise_that(
            "one creation of a key is filed",
            winners.len() == 1,
            "one `Created`",
            &answers,
        );
        for winner in winners {
            promise_found("the filed one is there", &store, &key(round), &record(winner, now), now).await;
        }
    }
}

/// A touch that meets an update which shortens the end never has the last word.
pub async fn a_touch_never_undoes_a_concurrent_shortening(store: Arc<dyn Store>) {
    let now = start();
    for round in 1..=ROUNDS {
        file(&store, &key(round), &record(1, now), now).await;
        let shortened = Record {
            expires_at: now + MINUTE,
            ..record(2, now)
        };
        let mut race = Race::on(&store);
        for _ in 0..4 {
            race.add(move |store| async move {
                let touch = Touch {
                    expected: revision(1),
                    last_seen_at: now,
                    expires_at: now + HOUR + HOUR,
                };
                answered(store.touch(&key(round), &touch, now).await)
            });
        }
        let written = shortened.clone();
        let updated = race.add(move |store| async move { store.update(&key(round), &written, revision(1), now).await });
        race.run().await;
        promise("a touch keeps the revision", updated.get(), Updated::Applied);
        promise_found("a shortened end stays", &store, &key(round), &shortened, now).await;
        promise_absent("a shortened end is an end", &store, &key(round), now + MINUTE).await;
    }
}

fn number_in(record: &Record) -> u64 {
    record
        .payload
        .first_chunk()
        .map_or(0, |bytes| u64::from_be_bytes(*bytes))
}

/// Adds one to what the writer has seen, and where that is out of date, to what the conflict shows.
async fn try_to_add_one(store: &dyn Store, writer: u64, seen: Record, now: Moment) -> Result<(), StoreError> {
    let mut current = seen;
    // Each lost turn is another writer's won one, so no writer needs more.
    for turn in 1..=WRITERS {
        let next = Record {
            revision: revision(writer * 1_000 + turn),
            payload: (number_in(&current) + 1).to_be_bytes().as_slice().into(),
            ..current.clone()
        };
        match store.update(&key(1), &next, current.revision, now).await? {
            Updated::Applied => return Ok(()),
            Updated::Conflict(record) => current = record,
            Updated::Moved(_) | Updated::Gone => break,
        }
    }
    Err(StoreError::Corrupt("the writer never got its turn".into()))
}
