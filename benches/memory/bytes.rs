//! How much memory sessions take, and whether those that have ended give it back without being read.

use std::time::Duration;

use session_bench::{Report, Rival};
use session_core::Store as _;
use session_store_memory::MemoryStore;
use tokio::runtime::{Builder, Runtime};
use tower_sessions_memory_store_of_stores::MemoryStore as RivalStore;
use tower_sessions_moka_store::MokaStore;

use crate::ours::{LIFETIME, Ours};
use crate::sessions::Sessions;

/// As long as it takes to file them all, and a little more.
const MOMENT: Duration = Duration::from_secs(2);

/// Counts live bytes a session: once they are filed, and once they have ended and as many others have been filed since.
pub(crate) fn report(report: &mut Report, count: usize) {
    let runtime = Builder::new_current_thread().enable_all().build().unwrap();
    let ours = Ours::new(MemoryStore::new());
    let wait = |ours: &Ours| ours.wait(LIFETIME + 1);
    let moment = |_: &Rival<RivalStore>| std::thread::sleep(MOMENT);
    let moka_moment = |_: &Rival<MokaStore>| std::thread::sleep(MOMENT);
    let lines = [
        (
            "bytes a session, session-store-memory",
            bytes(&runtime, count, ours, wait),
        ),
        (
            "bytes a session, tower-sessions",
            bytes(&runtime, count, Rival::new(RivalStore::default(), MOMENT), moment),
        ),
        (
            "bytes a session, tower-sessions moka",
            bytes(&runtime, count, Rival::new(MokaStore::new(None), MOMENT), moka_moment),
        ),
    ];
    for (what, [filed, ended]) in lines {
        let text = format!("{filed}; {ended} once as many others had ended, which nobody read");
        println!("{what}: {text}");
        report.about(what, &text);
    }
    let deleted = runtime.block_on(async {
        let ours = Ours::new(MemoryStore::new());
        fill(&ours, 0, count).await;
        ours.wait(LIFETIME + 1);
        ours.store.delete_expired(count, ours.now()).await.unwrap()
    });
    assert_eq!(deleted, count as u64);
}

fn bytes<S: Sessions>(runtime: &Runtime, count: usize, sessions: S, wait: impl Fn(&S)) -> [i64; 2] {
    let each = |bytes: i64| bytes / i64::try_from(count).unwrap();
    let mut filed = 0;
    let both = allocation_counter::measure(|| {
        filed = allocation_counter::measure(|| runtime.block_on(fill(&sessions, 0, count))).bytes_current;
        wait(&sessions);
        runtime.block_on(fill(&sessions, count, count));
    });
    [each(filed), each(both.bytes_current)]
}

pub(crate) async fn fill<S: Sessions>(sessions: &S, start: usize, count: usize) {
    for number in start..start + count {
        assert!(sessions.create(number).await);
    }
}
