//! Operations that meet: whoever comes first, the answers fit together and the books add up.

mod owned;

use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use fastrand::Rng;
use session_core::{
    Created, Deleted, Loaded, Moment, Owner, Record, Revision, Rotated, Rotation, StoreKey, Touch, Updated,
};

use crate::sessions::Sessions;
use crate::{MemoryStore, WhenFull};

const ROUNDS: u64 = 3_000;
const NOW: Moment = Moment::from_millis(1_000);
const LATER: Moment = Moment::from_millis(5_000);

/// Runs both at once, as nearly as two threads can.
fn race<A: Send, B: Send>(one: impl FnOnce() -> A + Send, other: impl FnOnce() -> B + Send) -> (A, B) {
    let ready = AtomicUsize::new(0);
    let wait = || {
        ready.fetch_add(1, Ordering::SeqCst);
        while ready.load(Ordering::SeqCst) < 2 {
            thread::yield_now();
        }
    };
    thread::scope(|scope| {
        let first = scope.spawn(|| {
            wait();
            one()
        });
        wait();
        let second = other();
        (first.join().unwrap(), second)
    })
}

fn key(random: &mut Rng) -> StoreKey {
    let mut bytes = [0; 32];
    random.fill(&mut bytes);
    StoreKey::from_bytes(bytes)
}

fn record(revision: u64, owner: Option<&Owner>) -> Record {
    Record {
        revision: Revision::from_u64(revision),
        created_at: NOW,
        last_seen_at: NOW,
        expires_at: LATER,
        owner: owner.cloned(),
        payload: vec![0; 16].into(),
    }
}

fn rotation<'a>(old: &'a StoreKey, new: &'a StoreKey, record: &'a Record) -> Rotation<'a> {
    Rotation {
        old,
        new,
        record,
        expected: Revision::from_u64(1),
        mark_until: LATER,
        signs_in: None,
    }
}

/// Plays rounds, each with two keys and a store in which the first has a session with revision 1, of nobody or of Ann.
fn rounds(owner: Option<&Owner>, play: impl Fn(&Sessions, &StoreKey, &StoreKey)) {
    let (store, mut random) = (MemoryStore::new(), Rng::with_seed(1));
    for round in 0..ROUNDS {
        let (old, new) = (key(&mut random), key(&mut random));
        let created = store.sessions.create(&old, &record(1, owner), None, NOW);
        assert_eq!(created.unwrap(), Created::Created);
        play(&store.sessions, &old, &new);
        if round % 100 == 0 {
            store.sessions.assert_consistent();
        }
    }
    store.sessions.assert_consistent();
}

fn ann() -> Owner {
    Owner::new("ann").unwrap()
}

fn is_alive(sessions: &Sessions, key: &StoreKey) -> bool {
    matches!(sessions.load(key, NOW), Loaded::Found(_))
}

#[test]
fn a_rotation_and_a_deletion_leave_neither_session_alive() {
    rounds(None, |sessions, old, new| {
        let next = record(2, None);
        let (rotated, deleted) = race(
            || sessions.rotate(&rotation(old, new, &next), NOW).unwrap(),
            || sessions.delete(old, NOW),
        );
        assert!(matches!(rotated, Rotated::Applied | Rotated::Gone));
        assert_eq!(deleted, Deleted::Deleted);
        assert!(!is_alive(sessions, old) && !is_alive(sessions, new));
    });
}

#[test]
fn a_deletion_finds_the_session_at_the_end_of_a_chain_that_grows() {
    rounds(None, |sessions, first, second| {
        let third = key(&mut Rng::new());
        let next = record(1, None);
        assert_eq!(
            sessions.rotate(&rotation(first, second, &next), NOW).unwrap(),
            Rotated::Applied
        );
        let (_, deleted) = race(
            || sessions.rotate(&rotation(second, &third, &next), NOW),
            || sessions.delete(first, NOW),
        );
        assert_eq!(deleted, Deleted::Deleted);
        assert!(!is_alive(sessions, second) && !is_alive(sessions, &third));
        assert_eq!(sessions.load(first, NOW), Loaded::Absent);
    });
}

#[test]
fn an_update_never_brings_a_deleted_session_back() {
    rounds(None, |sessions, key, _| {
        let (updated, deleted) = race(
            || {
                sessions
                    .update(key, &record(2, None), Revision::from_u64(1), NOW)
                    .unwrap()
            },
            || sessions.delete(key, NOW),
        );
        assert!(matches!(updated, Updated::Applied | Updated::Gone));
        assert_eq!(deleted, Deleted::Deleted);
        assert_eq!(sessions.load(key, NOW), Loaded::Absent);
    });
}

#[test]
fn of_two_rotations_one_wins_and_the_other_is_told_where_to() {
    rounds(None, |sessions, old, one| {
        let other = key(&mut Rng::new());
        let (next, late) = (record(2, None), record(3, None));
        let answers = race(
            || sessions.rotate(&rotation(old, one, &next), NOW).unwrap(),
            || sessions.rotate(&rotation(old, &other, &late), NOW).unwrap(),
        );
        let expected = [
            (Rotated::Applied, Rotated::Moved(*one)),
            (Rotated::Moved(other), Rotated::Applied),
        ];
        assert!(expected.contains(&answers));
        assert_ne!(is_alive(sessions, one), is_alive(sessions, &other));
    });
}

#[test]
fn an_eviction_and_an_update_leave_the_session_whole_or_gone() {
    let evicting = MemoryStore::builder()
        .max_sessions(1)
        .when_full(WhenFull::EvictNearestEnd);
    let (store, mut random) = (evicting.build().unwrap(), Rng::with_seed(1));
    let sessions = &store.sessions;
    for _ in 0..ROUNDS {
        let [old, new] = [key(&mut random), key(&mut random)];
        assert_eq!(
            sessions.create(&old, &record(1, None), None, NOW).unwrap(),
            Created::Created
        );
        let mut larger = record(2, None);
        larger.payload = vec![1; 4_000].into();
        let (updated, created) = race(
            || sessions.update(&old, &larger, Revision::from_u64(1), NOW).unwrap(),
            || sessions.create(&new, &record(1, None), None, NOW).unwrap(),
        );
        assert!(matches!(updated, Updated::Applied | Updated::Gone));
        assert_eq!(created, Created::Created);
        assert!(!is_alive(sessions, &old) && is_alive(sessions, &new));
        assert_eq!(store.held_sessions(), 1);
    }
}

/// One of anything, at random keys.
fn stir(sessions: &Sessions, random: &mut Rng, keys: &[StoreKey]) {
    let owners = [None, Some(ann()), Some(Owner::new("ben").unwrap())];
    let now = Moment::from_millis(NOW.as_millis() + random.u64(..200));
    let until = Moment::from_millis(now.as_millis() + random.u64(..100));
    let owner = owners[random.usize(..owners.len())].as_ref();
    let (one, other) = (&keys[random.usize(..keys.len())], &keys[random.usize(..keys.len())]);
    let mut next = record(random.u64(..2), owner);
    (next.expires_at, next.payload) = (until, vec![0; random.usize(..500)].into());
    let expected = Revision::from_u64(random.u64(..2));
    match random.u32(..1000) {
        0..350 => drop(sessions.create(one, &next, Some(now), now)),
        350..500 => drop(sessions.update(one, &next, expected, now)),
        500..800 => {
            let moved = Rotation {
                expected,
                mark_until: until,
                ..rotation(one, other, &next)
            };
            drop(sessions.rotate(&moved, now));
        }
        800..900 => {
            let touch = Touch {
                expected,
                last_seen_at: now,
                expires_at: until,
            };
            let _touched = sessions.touch(one, &touch, now);
        }
        900..970 => {
            let _deleted = sessions.delete(one, now);
        }
        970..980 => drop(sessions.delete_sessions_of(&ann(), Some(one), now)),
        980..990 => drop(sessions.sessions_of(&ann(), now)),
        990..998 => drop(sessions.delete_expired(10, now)),
        _ => sessions.clear(),
    }
}

#[test]
fn whatever_meets_the_books_add_up_and_nobody_waits_for_ever() {
    for when_full in [WhenFull::Refuse, WhenFull::EvictNearestEnd] {
        let settings = MemoryStore::builder().max_sessions(30).max_bytes(12_000);
        let store = settings.when_full(when_full).build().unwrap();
        let mut random = Rng::with_seed(7);
        let keys: Vec<_> = (0..60).map(|_| key(&mut random)).collect();
        for seed in 0..20 {
            thread::scope(|scope| {
                for thread in 0..4 {
                    let (store, keys) = (&store, &keys);
                    scope.spawn(move || {
                        let mut random = Rng::with_seed(seed * 4 + thread);
                        for _ in 0..2_000 {
                            stir(&store.sessions, &mut random, keys);
                            assert!(store.held_sessions() <= 30 && store.held_bytes() <= 12_000);
                        }
                    });
                }
            });
            store.sessions.assert_consistent();
        }
        store.sessions.clear();
        assert_eq!((store.held_sessions(), store.held_bytes()), (0, 0));
    }
}
