//! The suite asks for no more than the contract: each store here does otherwise than the reference where the contract leaves
//! it open, and passes.
#![expect(
    clippy::unwrap_used,
    clippy::wildcard_enum_match_arm,
    reason = "a liberty is taken in as few lines as it takes"
)]

mod faulty_stores {
    #[expect(
        dead_code,
        unused_macros,
        unused_imports,
        reason = "what carries faults carries liberties, too"
    )]
    pub(crate) mod fault;
}

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Mutex;

use async_trait::async_trait;
use session_conformance::ReferenceStore;
use session_core::{
    Created, Loaded, MARK_KEPT, Moment, Owner, Record, Revision, Rotated, Rotation, Store, StoreKey, Touch, Touched,
    Updated,
};

use faulty_stores::fault::{Answer, Fault, Faulty};

/// Where the marks from `key` lead.
async fn last(to: &ReferenceStore, key: &StoreKey, now: Moment) -> Answer<StoreKey> {
    let mut key = *key;
    while let Loaded::Moved(successor) = to.load(&key, now).await? {
        key = successor;
    }
    Ok(key)
}

/// Names the last key of a chain instead of the next.
#[derive(Debug, Default)]
struct NamesTheLast;

#[async_trait]
impl Fault for NamesTheLast {
    async fn load(&self, to: &ReferenceStore, key: &StoreKey, now: Moment) -> Answer<Loaded> {
        Ok(match to.load(key, now).await? {
            Loaded::Moved(successor) => Loaded::Moved(last(to, &successor, now).await?),
            loaded => loaded,
        })
    }

    async fn update(
        &self,
        to: &ReferenceStore,
        key: &StoreKey,
        record: &Record,
        expected: Revision,
        now: Moment,
    ) -> Answer<Updated> {
        Ok(match to.update(key, record, expected, now).await? {
            Updated::Moved(successor) => Updated::Moved(last(to, &successor, now).await?),
            updated => updated,
        })
    }

    async fn rotate(&self, to: &ReferenceStore, rotation: &Rotation<'_>, now: Moment) -> Answer<Rotated> {
        if let Loaded::Moved(successor) = to.load(rotation.old, now).await? {
            let successor = last(to, &successor, now).await?;
            return Ok(if successor == *rotation.new {
                Rotated::Applied
            } else {
                Rotated::Moved(successor)
            });
        }
        Ok(match to.rotate(rotation, now).await? {
            Rotated::Moved(successor) => Rotated::Moved(last(to, &successor, now).await?),
            rotated => rotated,
        })
    }

    async fn touch(&self, to: &ReferenceStore, key: &StoreKey, touch: &Touch, now: Moment) -> Answer<Touched> {
        Ok(match to.touch(key, touch, now).await? {
            Touched::Moved(successor) => Touched::Moved(last(to, &successor, now).await?),
            touched => touched,
        })
    }
}

/// Refuses each key that it has filed something under.
#[derive(Debug, Default)]
struct RefusesUsedKeys(Mutex<BTreeSet<StoreKey>>);

#[async_trait]
impl Fault for RefusesUsedKeys {
    async fn create(
        &self,
        to: &ReferenceStore,
        key: &StoreKey,
        record: &Record,
        signs_in: Option<Moment>,
        now: Moment,
    ) -> Answer<Created> {
        if !self.0.lock().unwrap().insert(*key) {
            return Ok(Created::Taken);
        }
        to.create(key, record, signs_in, now).await
    }

    async fn rotate(&self, to: &ReferenceStore, rotation: &Rotation<'_>, now: Moment) -> Answer<Rotated> {
        self.0.lock().unwrap().insert(*rotation.new);
        to.rotate(rotation, now).await
    }
}

/// Drops its marks with the session that they lead to, so that a resend after a deletion finds nothing.
#[derive(Debug, Default)]
struct MarksGoWithTheirSession(Mutex<BTreeMap<StoreKey, StoreKey>>);

impl MarksGoWithTheirSession {
    async fn is_dropped(&self, to: &ReferenceStore, key: &StoreKey, now: Moment) -> Answer<bool> {
        let mut last = *key;
        while let Some(successor) = self.0.lock().unwrap().get(&last).copied() {
            last = successor;
        }
        Ok(last != *key && to.load(&last, now).await? == Loaded::Absent)
    }
}

#[async_trait]
impl Fault for MarksGoWithTheirSession {
    async fn load(&self, to: &ReferenceStore, key: &StoreKey, now: Moment) -> Answer<Loaded> {
        if self.is_dropped(to, key, now).await? {
            return Ok(Loaded::Absent);
        }
        to.load(key, now).await
    }

    async fn update(
        &self,
        to: &ReferenceStore,
        key: &StoreKey,
        record: &Record,
        expected: Revision,
        now: Moment,
    ) -> Answer<Updated> {
        if self.is_dropped(to, key, now).await? {
            return Ok(Updated::Gone);
        }
        to.update(key, record, expected, now).await
    }

    async fn rotate(&self, to: &ReferenceStore, rotation: &Rotation<'_>, now: Moment) -> Answer<Rotated> {
        if self.is_dropped(to, rotation.old, now).await? {
            return Ok(Rotated::Gone);
        }
        let answer = to.rotate(rotation, now).await?;
        if answer == Rotated::Applied {
            self.0.lock().unwrap().insert(*rotation.old, *rotation.new);
        }
        Ok(answer)
    }

    async fn touch(&self, to: &ReferenceStore, key: &StoreKey, touch: &Touch, now: Moment) -> Answer<Touched> {
        if self.is_dropped(to, key, now).await? {
            return Ok(Touched::Gone);
        }
        to.touch(key, touch, now).await
    }
}

/// Looks at the cut-off before anything else.
#[derive(Debug, Default)]
struct JudgesTheSignInFirst(Mutex<BTreeMap<Owner, Moment>>);

impl JudgesTheSignInFirst {
    fn is_cut_off(&self, record: &Record, signs_in: Option<Moment>) -> bool {
        let cut_offs = self.0.lock().unwrap();
        let cut_off = record.owner.as_ref().and_then(|owner| cut_offs.get(owner));
        matches!((cut_off, signs_in), (Some(cut_off), Some(began_at)) if *cut_off >= began_at)
    }
}

#[async_trait]
impl Fault for JudgesTheSignInFirst {
    async fn delete_sessions_of(
        &self,
        to: &ReferenceStore,
        owner: &Owner,
        except: Option<&StoreKey>,
        now: Moment,
    ) -> Answer<u64> {
        let ended = to.delete_sessions_of(owner, except, now).await?;
        let mut cut_offs = self.0.lock().unwrap();
        let cut_off = cut_offs.entry(owner.clone()).or_insert(now);
        *cut_off = now.max(*cut_off);
        Ok(ended)
    }

    async fn clear(&self, to: &ReferenceStore) -> Answer<()> {
        self.0.lock().unwrap().clear();
        to.clear().await
    }

    async fn create(
        &self,
        to: &ReferenceStore,
        key: &StoreKey,
        record: &Record,
        signs_in: Option<Moment>,
        now: Moment,
    ) -> Answer<Created> {
        if self.is_cut_off(record, signs_in) {
            return Ok(Created::CutOff);
        }
        to.create(key, record, signs_in, now).await
    }

    async fn rotate(&self, to: &ReferenceStore, rotation: &Rotation<'_>, now: Moment) -> Answer<Rotated> {
        if self.is_cut_off(rotation.record, rotation.signs_in) {
            return Ok(Rotated::CutOff);
        }
        to.rotate(rotation, now).await
    }
}

/// Recognises a late resend by the session that lives under its new key.
#[derive(Debug, Default)]
struct RecognisesAfterTheMark;

#[async_trait]
impl Fault for RecognisesAfterTheMark {
    async fn rotate(&self, to: &ReferenceStore, rotation: &Rotation<'_>, now: Moment) -> Answer<Rotated> {
        let answer = to.rotate(rotation, now).await?;
        let lives = matches!(to.load(rotation.new, now).await?, Loaded::Found(_));
        Ok(if answer == Rotated::Gone && lives {
            Rotated::Applied
        } else {
            answer
        })
    }
}

/// Sees to it that a mark is kept for as long as it must be.
#[derive(Debug, Default)]
struct EnforcesTheMinimum;

#[async_trait]
impl Fault for EnforcesTheMinimum {
    async fn rotate(&self, to: &ReferenceStore, rotation: &Rotation<'_>, now: Moment) -> Answer<Rotated> {
        to.rotate(
            &Rotation {
                mark_until: rotation.mark_until.max(now + MARK_KEPT),
                ..rotation.clone()
            },
            now,
        )
        .await
    }
}

/// Forgets what has ended by itself, and leaves nothing to clean up.
#[derive(Debug, Default)]
struct CleansUpByItself;

#[async_trait]
impl Fault for CleansUpByItself {
    async fn load(&self, to: &ReferenceStore, key: &StoreKey, now: Moment) -> Answer<Loaded> {
        to.delete_expired(usize::MAX, now).await?;
        to.load(key, now).await
    }

    async fn delete_expired(&self, to: &ReferenceStore, _: usize, now: Moment) -> Answer<u64> {
        to.delete_expired(usize::MAX, now).await?;
        Ok(0)
    }
}

macro_rules! right {
    ($($module:ident: $liberty:ident;)+) => {
        $(mod $module {
            session_conformance::store_contract!(async { super::Faulty::<super::$liberty>::default() });
        })+
    };
}

right! {
    names_the_last: NamesTheLast;
    refuses_used_keys: RefusesUsedKeys;
    marks_go_with_their_session: MarksGoWithTheirSession;
    judges_the_sign_in_first: JudgesTheSignInFirst;
    recognises_after_the_mark: RecognisesAfterTheMark;
    enforces_the_minimum: EnforcesTheMinimum;
    cleans_up_by_itself: CleansUpByItself;
}
