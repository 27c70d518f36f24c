//! What the contract promises of writers of one session that meet.

use std::sync::Arc;

use session_core::{Created, Loaded, Moment, Record, Rotated, Rotation, Store, StoreError, StoreKey, Touch, Updated};

use super::given::{
    HOUR, MINUTE, file, forwarding, key, numbered_key, owned, promise_absent, promise_found, promise_listed, record,
    revision, rotation, start,
};
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

/// A creation that is sent several times at once is one creation, and each sender learns that it was filed.
pub async fn concurrent_resends_of_a_creation_all_succeed(store: Arc<dyn Store>) {
    let now = start();
    for round in 1..=ROUNDS {
        let mut race = Race::on(&store);
        let outcomes: Vec<_> = (0..4)
            .map(|_| race.add(move |store| async move { store.create(&key(round), &record(1, now), None, now).await }))
            .collect();
        race.run().await;
        for outcome in outcomes {
            promise("the same creation is recognised", outcome.get(), Created::Created);
        }
    }
    promise(
        "each creation makes one session",
        store.count(now).await,
        u64::from(ROUNDS),
    );
}

/// Of several rotations of one session to different keys one is applied. The others are told where it went.
pub async fn concurrent_rotations_of_one_session_apply_once(store: Arc<dyn Store>) {
    let now = start();
    for round in 1..=ROUNDS {
        let old = key(round);
        file(&store, &old, &owned("alice", 1, now), now).await;
        let mut race = Race::on(&store);
        let outcomes: Vec<_> = (0..8)
            .map(|number| {
                race.add(move |store| async move {
                    let moved = owned("alice", number, now);
                    store
                        .rotate(&forwarding(&old, &new_key(round, number), &moved, 1, now), now)
                        .await
                })
            })
            .collect();
        race.run().await;
        let answers: Vec<_> = outcomes.into_iter().map(|outcome| answered(outcome.get())).collect();
        let applied: Vec<u64> = (0..)
            .zip(&answers)
            .filter(|(_, answer)| **answer == Rotated::Applied)
            .map(|(number, _)| number)
            .collect();
        let [winner] = applied.as_slice() else {
            return promise_that("one rotation of a session is applied", false, "one `Applied`", &answers);
        };
        let successor = new_key(round, *winner);
        let others = answers
            .iter()
            .filter(|answer| **answer == Rotated::Moved(successor))
            .count();
        promise_that(
            "the others are told where it went",
            others == 7,
            Rotated::Moved(successor),
            &answers,
        );
        promise(
            "they left nothing behind",
            store.delete(&successor, now).await,
            session_core::Deleted::Deleted,
        );
        promise_listed("they left nothing behind", &store, "alice", &[], now).await;
    }
}

/// A rotation that is sent several times at once is one rotation, and each sender learns that it was applied.
pub async fn concurrent_resends_of_a_rotation_all_succeed(store: Arc<dyn Store>) {
    let now = start();
    for round in 1..=ROUNDS {
        let (old, new) = (key(round), new_key(round, 0));
        file(&store, &old, &record(1, now), now).await;
        let mut race = Race::on(&store);
        let outcomes: Vec<_> = (0..4)
            .map(|_| {
                race.add(move |store| async move {
                    let moved = record(2, now);
                    let rotation = Rotation {
                        forward_until: (round % 2 == 0).then_some(now + MINUTE),
                        ..rotation(&old, &new, &moved, 1)
                    };
                    store.rotate(&rotation, now).await
                })
            })
            .collect();
        race.run().await;
        for outcome in outcomes {
            promise("the same rotation is recognised", outcome.get(), Rotated::Applied);
        }
        promise_found(
            "the session has moved",
            &store,
            &new_key(round, 0),
            &record(2, now),
            now,
        )
        .await;
    }
    promise("each session was moved once", store.count(now).await, u64::from(ROUNDS));
}

/// While a session is rotated it can be found at every moment: under the old key, or else under the new one.
pub async fn a_session_that_is_rotated_can_always_be_found(store: Arc<dyn Store>) {
    let now = start();
    for round in 1..=ROUNDS {
        let (old, new) = (key(round), new_key(round, 0));
        file(&store, &old, &record(1, now), now).await;
        let mut race = Race::on(&store);
        let rotated = race.add(move |store| async move {
            let moved = record(2, now);
            let rotation = Rotation {
                forward_until: (round % 2 == 0).then_some(now + MINUTE),
                ..rotation(&old, &new, &moved, 1)
            };
            store.rotate(&rotation, now).await
        });
        race.add(move |store| async move {
            loop {
                if matches!(answered(store.load(&old, now).await), Loaded::Found(_)) {
                    tokio::task::yield_now().await;
                    continue;
                }
                let came = answered(store.load(&new, now).await);
                let is_kept = matches!(came, Loaded::Found(_));
                return promise_that(
                    "the new record exists before the old one is gone",
                    is_kept,
                    record(2, now),
                    came,
                );
            }
        });
        race.run().await;
        promise("the session moves", rotated.get(), Rotated::Applied);
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

/// A key for each of a round's rotations.
fn new_key(round: u8, number: u64) -> StoreKey {
    numbered_key(u64::from(round) * 1_000 + number)
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
