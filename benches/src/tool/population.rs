//! The sessions that there are.

use std::sync::Arc;
use std::time::Duration;

use futures_util::stream::{self, StreamExt as _};
use indicatif::ProgressBar;
use session_core::{Created, Moment, Owner, Record, Revision, Store, StoreKey};

use super::interrupt::Interrupt;
use super::target::Cause;

const LIFETIME: Duration = Duration::from_secs(60 * 60);
const AT_ONCE: usize = 64;

#[derive(Debug, thiserror::Error)]
#[error("the store does not file a session under a key that was never used")]
struct NotFiled;

/// A key that the store has not had.
pub(super) fn any_key(random: &mut fastrand::Rng) -> StoreKey {
    let mut bytes = [0; 32];
    random.fill(&mut bytes);
    StoreKey::from_bytes(bytes)
}

/// A session of somebody's, with values that nothing compresses.
pub(super) fn any_record(random: &mut fastrand::Rng, value_bytes: usize, now: Moment) -> Record {
    let mut payload = vec![0; value_bytes];
    random.fill(&mut payload);
    Record {
        revision: Revision::from_u64(random.u64(..)),
        created_at: now,
        last_seen_at: now,
        expires_at: now + LIFETIME,
        owner: any_owner(random),
        payload: payload.into(),
    }
}

pub(super) fn any_owner(random: &mut fastrand::Rng) -> Option<Owner> {
    Owner::new(format!("user-{}", random.u32(..))).ok()
}

/// Fills a store; answers with the keys, unless it was interrupted.
pub(super) async fn populate(
    store: &Arc<dyn Store>,
    sessions: usize,
    value_bytes: usize,
    now: Moment,
    interrupt: &Interrupt,
    bar: &ProgressBar,
) -> Result<Vec<StoreKey>, Cause> {
    let created = stream::iter(0..sessions)
        .take_while(|_| std::future::ready(!interrupt.came()))
        .map(|number| {
            let store = Arc::clone(store);
            let mut random = fastrand::Rng::with_seed(number as u64);
            async move {
                let (key, record) = (any_key(&mut random), any_record(&mut random, value_bytes, now));
                match store.create(&key, &record, None, now).await? {
                    Created::Created => Ok(key),
                    Created::Taken | Created::CutOff => Err(Cause::from(NotFiled)),
                }
            }
        })
        .buffer_unordered(AT_ONCE);
    let mut created = std::pin::pin!(created);
    let mut keys = Vec::new();
    while let Some(key) = created.next().await {
        keys.push(key?);
        bar.inc(1);
    }
    Ok(keys)
}
