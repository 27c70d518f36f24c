//! What the contract promises of rotations of one session that meet.

use std::sync::Arc;

use session_core::{Loaded, Rotated, Store, StoreKey};

use super::given::{file, key, numbered_key, owned, promise_found, promise_listed, record, rotation, start};
use super::promise::{answered, promise, promise_that};
use super::together::{ROUNDS, Race};

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
                        .rotate(&rotation(&old, &new_key(round, number), &moved, 1, now), now)
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
                    store.rotate(&rotation(&old, &new, &moved, 1, now), now).await
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

/// While a session is rotated it can be found at every moment: under the old key, or else where the mark there leads.
pub async fn a_session_that_is_rotated_can_always_be_found(store: Arc<dyn Store>) {
    let now = start();
    for round in 1..=ROUNDS {
        let (old, new) = (key(round), new_key(round, 0));
        file(&store, &old, &record(1, now), now).await;
        let mut race = Race::on(&store);
        let rotated = race.add(move |store| async move {
            let moved = record(2, now);
            store.rotate(&rotation(&old, &new, &moved, 1, now), now).await
        });
        race.add(move |store| async move {
            loop {
                let left = store.load(&old, now).await;
                if matches!(left, Ok(Loaded::Found(_))) {
                    tokio::task::yield_now().await;
                    continue;
                }
                promise(
                    "the mark is there once the old record is gone",
                    left,
                    Loaded::Moved(new),
                );
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

/// A key for each of a round's rotations.
fn new_key(round: u8, number: u64) -> StoreKey {
    numbered_key(u64::from(round) * 1_000 + number)
}
