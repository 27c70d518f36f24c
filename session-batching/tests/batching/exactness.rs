//! Many callers at once, some of whom leave, and statements of which some fail: nothing is lost, and nothing is done twice.

use std::sync::Arc;
use std::time::Duration;

use proptest::prelude::*;
use session_batching::{Failed, Update};
use session_core::{Loaded, Revision, StoreError, Updated};
use tokio::runtime::Builder;
use tokio::spawn;
use tokio::time::sleep;

use crate::model::{Model, lost, refused};
use crate::{Batching, NOW, key, record};

const WRITERS: usize = 12;

/// What a writer was told.
#[derive(Default)]
struct Told {
    applied: u64,
    unknown: u64,
}

/// Counts in one of three sessions: the payload is the number of updates that were applied.
async fn count(batching: Batching, writer: u8, updates: u64, pauses: bool) -> Told {
    let mut told = Told::default();
    let key = key(writer % 3);
    for number in 0..updates {
        let Ok(Loaded::Found(current)) = batching.load(&key, NOW).await else {
            continue;
        };
        let before: u64 = String::from_utf8_lossy(&current.payload).parse().unwrap();
        let mut next = record(0);
        // As core draws them: no two alike.
        next.revision = Revision::from_u64(u64::from(writer) << 32 | number << 1 | 1);
        next.payload = (before + 1).to_string().into_bytes().into();
        let update = Update {
            key,
            record: next,
            expected: current.revision,
            now: NOW,
        };
        match batching.update(update).await {
            Ok(Updated::Applied) => told.applied += 1,
            Ok(_) | Err(StoreError::Unavailable(_)) => {}
            Err(_) => told.unknown += 1,
        }
        if pauses {
            sleep(Duration::from_millis(1)).await;
        }
    }
    told
}

fn fates() -> impl Strategy<Value = Vec<(bool, u8)>> {
    prop::collection::vec((any::<bool>(), 0_u8..3), 0..12)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn what_was_applied_is_there_once(
        lanes in 1_usize..4,
        spare in 0_usize..3,
        slow in prop::option::of(1_usize..4),
        updates in 1_u64..8,
        fates in fates(),
        pauses in any::<bool>(),
    ) {
        let runtime = Builder::new_current_thread().enable_all().start_paused(true).build().unwrap();
        runtime.block_on(async move {
            let model = Arc::new(Model::default());
            model.open();
            if let Some(slow) = slow {
                model.slow_down(slow);
            }
            for session in 0..3 {
                model.insert(key(session), record(0));
            }
            for (is_carried_out, kind) in fates {
                match (is_carried_out, kind) {
                    // What was done is never said to have done nothing.
                    (true, _) => model.fate(true, Failed::All(lost())),
                    (false, 0) => model.fate(false, Failed::OneByOne),
                    (false, 1) => model.fate(false, Failed::All(refused())),
                    (false, _) => model.fate(false, Failed::All(lost())),
                }
            }
            let batching = Batching::new(&model, lanes..=lanes + spare);
            let writers: Vec<_> = (0..WRITERS)
                .map(|writer| spawn(count(batching.clone(), u8::try_from(writer).unwrap(), updates, pauses)))
                .collect();
            let (mut applied, mut unknown) = (0, 0);
            for writer in writers {
                let told = writer.await.unwrap();
                applied += told.applied;
                unknown += told.unknown;
            }
            let counted: u64 = (0..3)
                .map(|session| match model.get(&key(session)) {
                    Loaded::Found(record) => String::from_utf8_lossy(&record.payload).parse::<u64>().unwrap(),
                    other @ (Loaded::Moved(_) | Loaded::Absent) => panic!("{other:?}"),
                })
                .sum();
            assert!((applied..=applied + unknown).contains(&counted), "{applied} {unknown} {counted}");
            // As many for loads as for updates.
            let most = 2 * (lanes + spare);
            assert!(model.most_at_once() <= most, "{} on {most} lanes", model.most_at_once());
        });
    }
}
