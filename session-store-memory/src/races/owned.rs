//! Races for the sessions of one owner.

use fastrand::Rng;
use session_core::{Created, Deleted, Rotated, Rotation, StoreKey};

use super::{NOW, ann, is_alive, key, race, record, rotation, rounds};
use crate::MemoryStore;

#[test]
fn a_sign_in_in_flight_does_not_outlive_the_end_of_all_sessions() {
    rounds(None, |sessions, old, new| {
        let fresh = key(&mut Rng::new());
        let signed_in = record(2, Some(&ann()));
        let signs_in = Some(NOW);
        let sign_in = Rotation {
            signs_in,
            ..rotation(old, new, &signed_in)
        };
        race(
            || {
                let answer = sessions.rotate(&sign_in, NOW).unwrap();
                assert!(matches!(answer, Rotated::Applied | Rotated::CutOff));
                assert!(sessions.create(&fresh, &signed_in, signs_in, NOW).is_ok());
            },
            || sessions.delete_sessions_of(&ann(), None, NOW),
        );
        assert!(!is_alive(sessions, new) && !is_alive(sessions, &fresh));
        assert_eq!(sessions.sessions_of(&ann(), NOW), []);
        sessions.clear();
    });
}

#[test]
fn a_session_that_moves_does_not_slip_past_the_end_of_all_sessions() {
    rounds(Some(&ann()), |sessions, old, new| {
        let next = record(2, Some(&ann()));
        let (_, ended) = race(
            || sessions.rotate(&rotation(old, new, &next), NOW),
            || sessions.delete_sessions_of(&ann(), None, NOW),
        );
        assert_eq!(ended, 1);
        assert!(!is_alive(sessions, old) && !is_alive(sessions, new));
    });
}

#[test]
fn the_session_that_is_spared_is_spared_wherever_it_moves() {
    rounds(Some(&ann()), |sessions, old, new| {
        let next = record(2, Some(&ann()));
        let (rotated, ended) = race(
            || sessions.rotate(&rotation(old, new, &next), NOW).unwrap(),
            || sessions.delete_sessions_of(&ann(), Some(old), NOW),
        );
        assert_eq!((rotated, ended), (Rotated::Applied, 0));
        assert!(is_alive(sessions, new));
        assert_eq!(sessions.delete(new, NOW), Deleted::Deleted);
    });
}

#[test]
fn a_listing_shows_a_session_that_moves_exactly_once() {
    let others = 300;
    let (store, mut random) = (MemoryStore::new(), Rng::with_seed(1));
    let sessions = &store.sessions;
    let next = record(1, Some(&ann()));
    for _ in 0..others {
        let created = sessions.create(&key(&mut random), &next, None, NOW);
        assert_eq!(created.unwrap(), Created::Created);
    }
    // Keys are listed in order: the one that moves is looked up late, and long after the listing has begun.
    let mut last = StoreKey::from_bytes([0xff; 32]);
    assert_eq!(sessions.create(&last, &next, None, NOW).unwrap(), Created::Created);
    for round in 0..1_000_u32 {
        let mut bytes = [0xff; 32];
        bytes[8..12].copy_from_slice(&round.to_be_bytes());
        let new = StoreKey::from_bytes(bytes);
        let moved = rotation(&last, &new, &next);
        let (rotated, listed) = race(
            || {
                for _ in 0..random.u32(..2_000) {
                    std::hint::spin_loop();
                }
                sessions.rotate(&moved, NOW).unwrap()
            },
            || sessions.sessions_of(&ann(), NOW),
        );
        assert_eq!((rotated, listed.len()), (Rotated::Applied, others + 1));
        last = new;
    }
    sessions.assert_consistent();
}
