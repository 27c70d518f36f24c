//! Sweep after sweep.

use std::convert::Infallible;
use std::time::Duration;

use tokio::task::JoinHandle;
use tokio::time::{Instant, sleep};

use crate::log::Log;
use crate::sweep::store_with_ended;
use crate::{Answer, ExpiredSessions, ScriptedStore};

const MINUTE: Duration = Duration::from_secs(60);
const HOUR: Duration = Duration::from_secs(60 * 60);
/// A timer rings at the next whole millisecond.
const TICK: Duration = Duration::from_millis(1);

fn sweep_every_minute(store: &ScriptedStore) -> JoinHandle<Infallible> {
    tokio::spawn(ExpiredSessions::of(store.clone()).sweep_every(MINUTE).unwrap())
}

/// The gap is `longest`, or by chance as little as half of it.
fn assert_is_pause_of(gap: Duration, longest: Duration) {
    assert!(gap >= longest / 2 && gap <= longest + TICK, "{gap:?} of {longest:?}");
}

#[tokio::test(start_paused = true)]
async fn nodes_that_start_together_do_not_sweep_together() {
    let began_at = Instant::now();
    let stores: Vec<_> = (0..100).map(|_| ScriptedStore::answering([])).collect();
    let tasks: Vec<_> = stores.iter().map(sweep_every_minute).collect();
    sleep(MINUTE + TICK).await;
    let firsts: Vec<_> = stores.iter().map(|store| store.calls()[0].at - began_at).collect();
    for quarter in 0..4 {
        let (from, to) = (MINUTE * quarter / 4, MINUTE * (quarter + 1) / 4 + TICK);
        assert!(firsts.iter().any(|first| *first >= from && *first < to), "{firsts:?}");
    }
    assert_eq!(tasks.iter().filter(|task| task.is_finished()).count(), 0);
}

#[tokio::test(start_paused = true)]
async fn later_sweeps_come_about_an_interval_apart() {
    let store = ScriptedStore::answering([]);
    sweep_every_minute(&store);
    sleep(MINUTE * 100).await;
    let gaps = store.gaps();
    for gap in &gaps {
        assert!(*gap >= MINUTE * 9 / 10 && *gap <= MINUTE * 11 / 10 + TICK, "{gap:?}");
    }
    for gap in [Duration::from_secs(57), Duration::from_secs(63)] {
        assert!(gaps.iter().any(|other| *other < gap), "{gaps:?}");
        assert!(gaps.iter().any(|other| *other > gap), "{gaps:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn each_sweep_removes_all_that_has_ended() {
    let store = store_with_ended(30).await;
    let ended = ExpiredSessions::of(store.clone()).batch(10).unwrap();
    tokio::spawn(ended.sweep_every(MINUTE).unwrap());
    sleep(MINUTE + Duration::from_secs(1)).await;
    assert_eq!(store.held_sessions(), 1);
}

#[tokio::test(start_paused = true)]
async fn an_outage_is_tried_again_more_and_more_rarely() {
    let store = ScriptedStore::new(|_| Answer::Fails);
    sweep_every_minute(&store);
    sleep(HOUR * 2).await;
    let gaps = store.gaps();
    assert!(gaps.len() > 20, "{gaps:?}");
    for (gap, longest) in gaps
        .iter()
        .zip([1, 2, 4, 8, 16, 32, 64, 128, 256].into_iter().chain([300; 100]))
    {
        assert_is_pause_of(*gap, Duration::from_secs(longest));
    }
}

#[tokio::test(start_paused = true)]
async fn after_an_outage_all_is_as_before() {
    let store = ScriptedStore::new(|number| match number {
        0..=4 | 6 => Answer::Fails,
        _ => Answer::Removed(0),
    });
    sweep_every_minute(&store);
    sleep(MINUTE * 10).await;
    let gaps = store.gaps();
    assert!(gaps[5] >= MINUTE * 9 / 10, "a success, then a minute: {gaps:?}");
    assert_is_pause_of(gaps[6], Duration::from_secs(1));
    assert!(gaps[7] >= MINUTE * 9 / 10, "{gaps:?}");
}

#[tokio::test(start_paused = true)]
async fn progress_begins_the_back_off_anew() {
    let store = ScriptedStore::new(|number| match number {
        5 => Answer::Removed(1_000),
        _ => Answer::Fails,
    });
    sweep_every_minute(&store);
    sleep(MINUTE * 5).await;
    let gaps = store.gaps();
    assert_is_pause_of(gaps[4], Duration::from_secs(16));
    assert_is_pause_of(gaps[6], Duration::from_secs(1));
    assert_is_pause_of(gaps[7], Duration::from_secs(2));
}

#[tokio::test(start_paused = true)]
async fn a_store_that_hangs_does_not_stop_the_clean_up() {
    let store = ScriptedStore::answering([Answer::Hangs, Answer::Hangs, Answer::Removed(3)]);
    sweep_every_minute(&store);
    sleep(MINUTE * 5).await;
    let gaps = store.gaps();
    assert!(gaps.len() > 3, "{gaps:?}");
    assert_is_pause_of(gaps[0] - Duration::from_secs(30), Duration::from_secs(1));
    assert_is_pause_of(gaps[1] - Duration::from_secs(30), Duration::from_secs(2));
}

#[tokio::test(start_paused = true)]
async fn an_outage_is_logged_once_and_so_is_its_end() {
    let log = Log::begin();
    let store = ScriptedStore::new(|number| match number {
        1..8 => Answer::Fails,
        8 => Answer::Removed(1),
        9 => Answer::Fails,
        _ => Answer::Removed(0),
    });
    sweep_every_minute(&store);
    sleep(HOUR).await;
    assert_eq!(
        log.lines(),
        [
            "WARN message=ended sessions can't be cleaned up, trying again \
             error=the session store is unavailable",
            "INFO message=ended sessions are cleaned up again",
        ]
    );
}

#[tokio::test(start_paused = true)]
async fn a_clean_up_that_is_stopped_can_be_begun_again() {
    let store = store_with_ended(100).await;
    let ended = || ExpiredSessions::of(store.clone()).batch(10).unwrap();
    let task = tokio::spawn(ended().sweep_every(MINUTE).unwrap());
    while store.held_sessions() > 50 {
        sleep(TICK).await;
    }
    task.abort();
    assert!(task.await.unwrap_err().is_cancelled());
    let left = store.held_sessions();
    assert!(left > 1, "{left}");
    sleep(HOUR).await;
    assert_eq!(store.held_sessions(), left);
    assert_eq!(ended().sweep().await.unwrap() + 1, u64::try_from(left).unwrap());
}
