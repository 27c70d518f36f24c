//! All sessions are moved, whatever happens to the stores meanwhile.
#![expect(clippy::unwrap_used, reason = "what is not there fails the test")]

mod support {
    pub(crate) mod damaged;
}

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use session_conformance::{FlakyStore, LostReplyStore, Operation, ReferenceStore, SlowStore, TestClock};
use session_core::{
    Clock, Created, Loaded, Moment, Owner, Record, Revision, ScanCursor, Store, StoreError, StoreKey, SystemClock,
    Touch, Touched,
};
use session_store_moving::{Migration, MovingStore, Progress};
use support::damaged::Damaged;
use tokio::time::timeout;

const HOUR: Duration = Duration::from_secs(60 * 60);

fn now() -> Moment {
    SystemClock.now()
}

fn key(number: u16) -> StoreKey {
    let mut bytes = [7; 32];
    bytes[..2].copy_from_slice(&number.to_be_bytes());
    StoreKey::from_bytes(bytes)
}

fn record(number: u16) -> Record {
    let now = now();
    Record {
        revision: Revision::from_u64(number.into()),
        created_at: now,
        last_seen_at: now,
        expires_at: now + HOUR,
        owner: (number.is_multiple_of(2)).then(|| Owner::new("alice").unwrap()),
        payload: format!("session {number}").into_bytes().into(),
    }
}

async fn filled(sessions: u16) -> (Arc<ReferenceStore>, Vec<Record>) {
    let store = Arc::new(ReferenceStore::new());
    let mut records = Vec::new();
    for number in 0..sessions {
        let record = record(number);
        let created = store.create(&key(number), &record, None, now()).await.unwrap();
        assert_eq!(created, Created::Created);
        records.push(record);
    }
    (store, records)
}

async fn assert_moved(old: &dyn Store, new: &dyn Store, records: &[Record]) {
    for (record, number) in records.iter().zip(0..) {
        let loaded = new.load(&key(number), now()).await.unwrap();
        assert_eq!(loaded, Loaded::Found(record.clone()), "{number}");
    }
    assert_eq!(keys_of(old).await, BTreeSet::new(), "nothing is left behind");
    assert_eq!(keys_of(new).await.len(), records.len());
}

async fn keys_of(store: &dyn Store) -> BTreeSet<StoreKey> {
    let mut keys = BTreeSet::new();
    let mut cursor: Option<ScanCursor> = None;
    loop {
        let page = store.scan(cursor.as_ref(), 100).await.unwrap();
        keys.extend(page.keys);
        cursor = page.next;
        if cursor.is_none() {
            return keys;
        }
    }
}

#[tokio::test]
async fn every_session_is_moved_as_it_is() {
    let (old, records) = filled(2_500).await;
    let new = Arc::new(ReferenceStore::new());
    let store = MovingStore::new(old.clone(), new.clone());
    let mut told = Vec::new();
    let progress = Migration::of(&store)
        .run(|progress| told.push(*progress))
        .await
        .unwrap();
    assert_eq!((progress.found, progress.moved, progress.failed), (2_500, 2_500, 0));
    assert_moved(&old, &new, &records).await;
    assert_eq!(told.first().map(|first| (first.found, first.moved)), Some((2_500, 0)));
    assert!(told.len() > 3, "it tells after each page");
    assert!(told.is_sorted_by_key(|progress| progress.moved));
    let again = Migration::of(&store).run(|_| {}).await.unwrap();
    assert_eq!((again.found, again.moved), (0, 0), "nothing is left to do");
}

#[tokio::test(start_paused = true)]
async fn one_that_is_dropped_goes_on_when_it_runs_again() {
    let (old, records) = filled(300).await;
    let new = Arc::new(ReferenceStore::new());
    let millisecond = Duration::from_millis(1);
    let slow = |store: &Arc<ReferenceStore>| SlowStore::new(Arc::clone(store), millisecond);
    let store = MovingStore::new(slow(&old), slow(&new));
    let migration = Migration::of(&store).at_once(7).unwrap();
    let mut drops = 0;
    // Each is dropped in the middle of seven sessions, and at another step of them.
    while timeout((40 + drops) * millisecond, migration.run(|_| {}))
        .await
        .is_err()
    {
        drops += 1;
    }
    assert!(drops > 3, "it was dropped {drops} times");
    assert_moved(&old, &new, &records).await;
}

#[tokio::test(start_paused = true)]
async fn a_store_that_is_away_for_some_seconds_is_waited_for() {
    let (old, records) = filled(500).await;
    let new = Arc::new(ReferenceStore::new());
    let (away_old, away_new) = (FlakyStore::new(old.clone()), FlakyStore::new(new.clone()));
    let plans = [away_old.plan(), away_new.plan()];
    for plan in &plans {
        plan.next(3);
    }
    let store = MovingStore::new(away_old, away_new);
    let progress = Migration::of(&store).at_once(1).unwrap().run(|_| {}).await.unwrap();
    assert_eq!((progress.moved, progress.failed), (500, 0));
    assert_moved(&old, &new, &records).await;
}

#[tokio::test(start_paused = true)]
async fn a_store_that_stays_away_halts_it_and_nothing_is_lost() {
    let (old, records) = filled(500).await;
    let new = Arc::new(ReferenceStore::new());
    let away = FlakyStore::new(new.clone());
    let plan = away.plan();
    let store = MovingStore::new(old.clone(), away);
    plan.everything();
    let error = Migration::of(&store).run(|_| {}).await.unwrap_err();
    assert_eq!(error.to_string(), "the move came to a halt after 0 sessions");
    assert!(matches!(error.source, StoreError::Unavailable(_)));
    plan.nothing();
    assert_eq!(keys_of(&old).await.len(), 500);
    Migration::of(&store).run(|_| {}).await.unwrap();
    assert_moved(&old, &new, &records).await;
}

#[tokio::test]
async fn replies_that_are_lost_lose_nothing() {
    for lost in 1..=12 {
        let (old, records) = filled(3).await;
        let new = Arc::new(ReferenceStore::new());
        let (deaf_old, deaf_new) = (LostReplyStore::new(old.clone()), LostReplyStore::new(new.clone()));
        let (plan_old, plan_new) = (deaf_old.plan(), deaf_new.plan());
        let store = MovingStore::new(deaf_old, deaf_new);
        for plan in [&plan_old, &plan_new] {
            let mut left = lost;
            plan.when(move |operation| {
                operation.is_write() && left > 0 && {
                    left -= 1;
                    true
                }
            });
        }
        let progress = Migration::of(&store).run(|_| {}).await.unwrap();
        assert!(progress.is_complete());
        plan_old.nothing();
        plan_new.nothing();
        Migration::of(&store).run(|_| {}).await.unwrap();
        assert_moved(&old, &new, &records).await;
    }
}

#[tokio::test]
async fn what_was_left_behind_is_cleared_away() {
    let (old, records) = filled(10).await;
    let new = Arc::new(ReferenceStore::new());
    let deaf = FlakyStore::new(old.clone());
    let plan = deaf.plan();
    let store = MovingStore::new(deaf, new.clone());
    plan.next_of(Operation::Delete, 10);
    for number in 0..10 {
        assert!(matches!(
            store.load(&key(number), now()).await.unwrap(),
            Loaded::Found(_)
        ));
    }
    assert_eq!(keys_of(&old).await.len(), 10, "the last step was not taken");
    let progress = Migration::of(&store).run(|_| {}).await.unwrap();
    assert_eq!((progress.moved, progress.failed), (0, 0), "they were moved before");
    assert_moved(&old, &new, &records).await;
}

#[tokio::test]
async fn an_announcement_that_has_ended_is_not_in_the_way() {
    let (old, records) = filled(1).await;
    let new = Arc::new(ReferenceStore::new());
    let away = FlakyStore::new(old.clone());
    let plan = away.plan();
    let store = MovingStore::new(away, new.clone());
    plan.next_of(Operation::Update, 1);
    assert!(
        store.load(&key(0), now()).await.is_err(),
        "it is announced, and does not depart"
    );
    let prepared = MovingStore::prepared(old.clone(), new.clone());
    let touch = Touch {
        expected: records[0].revision,
        last_seen_at: now(),
        expires_at: now() + 3 * HOUR,
    };
    assert_eq!(prepared.touch(&key(0), &touch, now()).await.unwrap(), Touched::Touched);
    let later = now() + 2 * HOUR;
    let Loaded::Found(found) = store.load(&key(0), later).await.unwrap() else {
        panic!("its own end has not come");
    };
    assert_eq!(
        (found.expires_at, &found.payload),
        (touch.expires_at, &records[0].payload)
    );
}

#[tokio::test]
async fn what_is_damaged_stays_and_is_counted() {
    let (old, _) = filled(100).await;
    let new = Arc::new(ReferenceStore::new());
    let damaged = Damaged::at(old.clone(), [key(3), key(50)]);
    let store = MovingStore::new(damaged, new.clone());
    let progress = Migration::of(&store).run(|_| {}).await.unwrap();
    assert_eq!((progress.moved, progress.failed), (98, 2));
    assert!(!progress.is_complete());
    assert_eq!(keys_of(&old).await, BTreeSet::from([key(3), key(50)]));
}

#[tokio::test]
async fn ended_sessions_are_left_to_the_clean_up() {
    let (old, _) = filled(10).await;
    let new = Arc::new(ReferenceStore::new());
    let clock = TestClock::new();
    clock.advance(2 * HOUR);
    let store = MovingStore::new(old.clone(), new.clone());
    let progress = Migration::of(&store).clock(clock).run(|_| {}).await.unwrap();
    assert_eq!(progress, Progress::default());
    assert_eq!(keys_of(&new).await, BTreeSet::new());
}

#[test]
fn a_setting_out_of_its_bounds_is_refused() {
    let store = MovingStore::new(ReferenceStore::new(), ReferenceStore::new());
    for sessions in [0, 1_025] {
        let error = Migration::of(&store).at_once(sessions).unwrap_err();
        assert_eq!(
            error.to_string(),
            format!("how many sessions are moved at once is {sessions}, needs 1 to 1,024")
        );
    }
}
