//! Races for the sessions of one owner.

use fastrand::Rng;
use session_core::{Deleted, Rotated, Rotation};

use super::{NOW, ann, is_alive, key, race, record, rotation, rounds};

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
    rounds(Some(&ann()), |sessions, old, new| {
        let next = record(2, Some(&ann()));
        let (_, listed) = race(
            || sessions.rotate(&rotation(old, new, &next), NOW),
            || sessions.sessions_of(&ann(), NOW),
        );
        assert_eq!(listed.len(), 1);
        assert_eq!(sessions.delete(old, NOW), Deleted::Deleted);
    });
}
