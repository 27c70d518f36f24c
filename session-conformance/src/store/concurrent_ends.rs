//! What the contract promises of a session that ends while others write to it.

use std::sync::Arc;

use session_core::{Deleted, Record, Rotated, Rotation, Store, Touch};

use super::given::{
    HOUR, file, key, move_on, numbered_key, owned, owner, promise_absent, promise_listed, record, revision, rotation,
    start,
};
use super::promise::{answered, promise, promise_that};
use super::together::{ROUNDS, Race};

/// Of several deletions of one session one ends it.
pub async fn concurrent_deletions_end_a_session_once(store: Arc<dyn Store>) {
    let now = start();
    for round in 1..=ROUNDS {
        file(&store, &key(round), &record(1, now), now).await;
        let mut race = Race::on(&store);
        let outcomes: Vec<_> = (0..8)
            .map(|_| race.add(move |store| async move { store.delete(&key(round), now).await }))
            .collect();
        race.run().await;
        let answers: Vec<_> = outcomes.into_iter().map(|outcome| answered(outcome.get())).collect();
        let deleted = answers.iter().filter(|answer| **answer == Deleted::Deleted).count();
        promise_that("a session ends once", deleted == 1, "one `Deleted`", &answers);
    }
}

/// Updates and touches that meet a deletion do not bring the session back.
pub async fn nothing_outlives_a_concurrent_deletion(store: Arc<dyn Store>) {
    let now = start();
    for round in 1..=ROUNDS {
        file(&store, &key(round), &owned("alice", 1, now), now).await;
        let mut race = Race::on(&store);
        for number in 2..6 {
            race.add(move |store| async move {
                answered(
                    store
                        .update(&key(round), &owned("alice", number, now), revision(1), now)
                        .await,
                )
            });
            race.add(move |store| async move {
                let touch = Touch {
                    expected: revision(1),
                    last_seen_at: now,
                    expires_at: now + HOUR + HOUR,
                };
                answered(store.touch(&key(round), &touch, now).await)
            });
        }
        let deleted = race.add(move |store| async move { store.delete(&key(round), now).await });
        race.run().await;
        promise("a living session is deleted", deleted.get(), Deleted::Deleted);
        promise_absent("deletion wins over updates and touches", &store, &key(round), now).await;
        promise_listed("deletion wins over updates and touches", &store, "alice", &[], now).await;
    }
}

/// A rotation and a deletion by the old key leave nothing alive, whoever comes first and whoever is signed in before and
/// after.
pub async fn a_deletion_wins_over_a_concurrent_rotation(store: Arc<dyn Store>) {
    let now = start();
    for round in 1..=ROUNDS {
        let (old, new) = (key(round), numbered_key(u64::from(round)));
        let (before, after, signs_in) = match round % 3 {
            0 => (record(1, now), owned("alice", 2, now), Some(now)),
            1 => (owned("alice", 1, now), owned("alice", 2, now), None),
            _ => (owned("alice", 1, now), record(2, now), None),
        };
        file(&store, &old, &before, now).await;
        let mut race = Race::on(&store);
        let rotated = race.add(move |store| async move {
            let rotation = Rotation {
                signs_in,
                ..rotation(&old, &new, &after, 1, now)
            };
            store.rotate(&rotation, now).await
        });
        let deleted = race.add(move |store| async move { store.delete(&old, now).await });
        race.run().await;
        let rotated = answered(rotated.get());
        let is_kept = matches!(rotated, Rotated::Applied | Rotated::Gone);
        promise_that(
            "a rotation comes before a deletion or after",
            is_kept,
            "`Applied` or `Gone`",
            rotated,
        );
        promise(
            "the session ends by the old key, rotated or not",
            deleted.get(),
            Deleted::Deleted,
        );
        promise_absent("deletion wins over a rotation", &store, &new, now).await;
        promise("deletion wins over a rotation", store.count(now).await, 0);
        promise_listed("deletion wins over a rotation", &store, "alice", &[], now).await;
    }
}

/// A deletion through a mark ends the session also where that is rotated on at the same moment.
pub async fn a_deletion_through_a_mark_wins_over_a_concurrent_rotation(store: Arc<dyn Store>) {
    let now = start();
    for round in 1..=ROUNDS {
        let (first, second, third) = (key(round), numbered_key(u64::from(round)), key(100 + round));
        file(&store, &first, &owned("alice", 1, now), now).await;
        let moved = owned("alice", 2, now);
        move_on(&store, &rotation(&first, &second, &moved, 1, now), now).await;
        let mut race = Race::on(&store);
        race.add(move |store| async move {
            let moved = owned("alice", 3, now);
            answered(store.rotate(&rotation(&second, &third, &moved, 2, now), now).await)
        });
        let deleted = race.add(move |store| async move { store.delete(&first, now).await });
        race.run().await;
        promise(
            "the session ends by its first key, wherever it is",
            deleted.get(),
            Deleted::Deleted,
        );
        promise_absent("deletion wins over a rotation", &store, &third, now).await;
        promise("deletion wins over a rotation", store.count(now).await, 0);
        promise_listed("deletion wins over a rotation", &store, "alice", &[], now).await;
    }
}

/// No sign-in that is in flight, by creation or by rotation, outlives the end of all the owner's sessions.
pub async fn no_sign_in_in_flight_outlives_the_end_of_all_sessions(store: Arc<dyn Store>) {
    let now = start();
    for round in 1..=ROUNDS {
        // Whose cut-off has not moved yet, so that each sign-in has a chance.
        let name = move || format!("alice-{round}");
        let old_key = move |number: u8| numbered_key(u64::from(round) * 100 + u64::from(number));
        let new_key = move |number: u8| numbered_key(u64::from(round) * 100 + 50 + u64::from(number));
        let mut race = Race::on(&store);
        for number in 0..6 {
            file(&store, &old_key(number), &record(1, now), now).await;
            race.add(move |store| async move {
                let signed_in = owned(&name(), 2, now);
                let (old, new) = (old_key(number), new_key(number));
                let rotation = Rotation {
                    signs_in: Some(now),
                    ..rotation(&old, &new, &signed_in, 1, now)
                };
                answered(store.rotate(&rotation, now).await)
            });
            race.add(move |store| async move {
                let signed_in = owned(&name(), 1, now);
                answered(store.create(&new_key(20 + number), &signed_in, Some(now), now).await)
            });
        }
        race.add(move |store| async move { answered(store.delete_sessions_of(&owner(&name()), None, now).await) });
        race.run().await;
        promise_listed("no sign-in in flight outlives the cut-off", &store, &name(), &[], now).await;
        for number in 0..6 {
            for number in [number, 20 + number] {
                promise_absent(
                    "no sign-in in flight outlives the cut-off",
                    &store,
                    &new_key(number),
                    now,
                )
                .await;
            }
        }
    }
}

/// No rotation that is in flight carries one of the owner's sessions past their end.
pub async fn no_rotation_in_flight_outlives_the_end_of_all_sessions(store: Arc<dyn Store>) {
    let now = start();
    for round in 1..=ROUNDS {
        let old_key = move |number: u8| numbered_key(u64::from(round) * 100 + u64::from(number));
        let new_key = move |number: u8| numbered_key(u64::from(round) * 100 + 50 + u64::from(number));
        let mut race = Race::on(&store);
        for number in 0..8 {
            file(&store, &old_key(number), &owned("alice", 1, now), now).await;
            race.add(move |store| async move {
                let moved: Record = owned("alice", 2, now);
                let (old, new) = (old_key(number), new_key(number));
                answered(store.rotate(&rotation(&old, &new, &moved, 1, now), now).await)
            });
        }
        let ended = race.add(move |store| async move { store.delete_sessions_of(&owner("alice"), None, now).await });
        race.run().await;
        let ended = ended.get();
        promise_that(
            "each session ends, and counts twice at the most while it is rotated",
            matches!(ended, Ok(8..=16)),
            8..=16,
            &ended,
        );
        promise_listed(
            "no rotation in flight outlives the end of all sessions",
            &store,
            "alice",
            &[],
            now,
        )
        .await;
        for number in 0..8 {
            promise_absent("no rotation in flight outlives it", &store, &new_key(number), now).await;
        }
        promise("nothing lives", store.count(now).await, 0);
    }
}
