//! The user index: which sessions an owner has, and the end of all of them.

use std::collections::{BTreeMap, BTreeSet};

use futures_util::TryStreamExt as _;
use mongodb::bson::{Binary, Document, RawDocumentBuf, doc};
use session_core::{CUT_OFF_KEPT, Listed, Moment, Owner, StoreError, StoreKey};

use crate::document::{self, Entry, binary, cut_off_id, key_of};
use crate::failure::Intent;
use crate::moments::{date, removal};
use crate::sessions::{MOST_MARKS, Sessions};

/// How many keys one command names, or brings.
const AT_ONCE: u32 = 10_000;

/// What an owner has.
#[derive(Default)]
struct Belongings {
    living: BTreeSet<StoreKey>,
    /// Records whose end has come by this node's clock.
    ended: BTreeSet<StoreKey>,
    /// From key to key, and until when.
    marks: BTreeMap<StoreKey, (StoreKey, Moment)>,
}

impl Sessions {
    pub(crate) async fn sessions_of(&self, owner: &Owner, now: Moment) -> Result<Vec<Listed>, StoreError> {
        let documents = self.find(doc! { "owner": owner.as_str() }).await?;
        let listed = readable(&documents).filter_map(|(key, entry)| match entry {
            Entry::Session {
                created_at,
                last_seen_at,
                expires_at,
                ..
            } if !expires_at.has_passed(now) => Some(Listed {
                key,
                created_at,
                last_seen_at,
                expires_at,
            }),
            Entry::Session { .. } | Entry::Mark { .. } | Entry::Other => None,
        });
        Ok(listed.collect())
    }

    /// The cut-off first, then the list, then the end of what is listed.
    pub(crate) async fn delete_sessions_of(
        &self,
        owner: &Owner,
        except: Option<&StoreKey>,
        now: Moment,
    ) -> Result<u64, StoreError> {
        self.move_cut_off(owner, now).await?;
        let documents = self.find(doc! { "owner": owner.as_str() }).await?;
        let belongings = Belongings::of(&documents, now);
        let spared = self.spared(except, &belongings, now).await?;
        let successors = belongings.marks.values().map(|(successor, _)| *successor);
        let living = belongings.living.iter().copied().chain(successors);
        let living = living.filter(|key| !belongings.ended.contains(key) && !spared.contains(key));
        let ended = belongings.ended.difference(&spared).copied();
        // One that had ended may have been touched by a request that read the clock before.
        self.end(owner, ended.collect(), &spared, now).await?;
        self.end(owner, living.collect(), &spared, now).await
    }

    async fn move_cut_off(&self, owner: &Owner, now: Moment) -> Result<(), StoreError> {
        let forward = doc! { "$max": { "cutOff": date(now), "removeAt": removal(now + CUT_OFF_KEPT, now) } };
        let moved = self
            .collection
            .update_one(doc! { "_id": cut_off_id(owner) }, forward)
            .upsert(true);
        let moved = self.deadline().of(moved).await;
        moved.map(drop).map_err(|failure| failure.of(Intent::Write))
    }

    /// The exception, and what its marks lead to.
    async fn spared(
        &self,
        except: Option<&StoreKey>,
        belongings: &Belongings,
        now: Moment,
    ) -> Result<BTreeSet<StoreKey>, StoreError> {
        let mut spared = BTreeSet::new();
        let mut next = except.copied();
        while let Some(key) = next
            && spared.len() < MOST_MARKS
            && spared.insert(key)
        {
            next = match belongings.marks.get(&key) {
                Some((successor, until)) => (!until.has_passed(now)).then_some(*successor),
                None if belongings.living.contains(&key) => None,
                None => match self.entry(&key, self.deadline()).await? {
                    Some(Entry::Mark { successor, expires_at }) if !expires_at.has_passed(now) => Some(successor),
                    Some(Entry::Session { .. } | Entry::Mark { .. } | Entry::Other) | None => None,
                },
            };
        }
        Ok(spared)
    }

    /// Ends the sessions under these keys that are the owner's, and answers how many there were. One that was rotated meanwhile has left a
    /// mark, which is followed.
    async fn end(
        &self,
        owner: &Owner,
        mut keys: BTreeSet<StoreKey>,
        spared: &BTreeSet<StoreKey>,
        now: Moment,
    ) -> Result<u64, StoreError> {
        let (mut ended, mut named) = (0, BTreeSet::new());
        for _ in 0..MOST_MARKS {
            let buried = self.bury(owner, &keys, now).await?;
            ended += buried;
            if buried >= keys.len() as u64 {
                break;
            }
            named.extend(keys.iter().copied());
            let successors = self.successors(&keys).await?;
            keys = successors
                .into_iter()
                .filter(|key| !named.contains(key) && !spared.contains(key))
                .collect();
        }
        Ok(ended)
    }

    async fn bury(&self, owner: &Owner, keys: &BTreeSet<StoreKey>, now: Moment) -> Result<u64, StoreError> {
        let mut buried = 0;
        for keys in at_once(keys) {
            let records = doc! { "_id": { "$in": keys }, "owner": owner.as_str(), "revision": { "$exists": true } };
            let burial = self.collection.update_many(records, document::bury(now));
            let burial = self.deadline().of(burial).await;
            buried += burial.map_err(|failure| failure.of(Intent::Write))?.matched_count;
        }
        Ok(buried)
    }

    /// Where the marks under these keys lead.
    async fn successors(&self, keys: &BTreeSet<StoreKey>) -> Result<Vec<StoreKey>, StoreError> {
        let mut successors = Vec::new();
        for keys in at_once(keys) {
            let marks = self
                .find(doc! { "_id": { "$in": keys }, "successor": { "$exists": true } })
                .await?;
            successors.extend(readable(&marks).filter_map(|(_, entry)| match entry {
                Entry::Mark { successor, .. } => Some(successor),
                Entry::Session { .. } | Entry::Other => None,
            }));
        }
        Ok(successors)
    }

    /// The documents that match, without their data.
    async fn find(&self, filter: Document) -> Result<Vec<RawDocumentBuf>, StoreError> {
        let find = async {
            let found = self.collection.find(filter).projection(document::entry());
            found.batch_size(AT_ONCE).await?.try_collect().await
        };
        self.deadline()
            .of(find)
            .await
            .map_err(|failure| failure.of(Intent::Read))
    }
}

impl Belongings {
    fn of(documents: &[RawDocumentBuf], now: Moment) -> Self {
        let mut belongings = Self::default();
        for (key, entry) in readable(documents) {
            match entry {
                Entry::Session { expires_at, .. } if expires_at.has_passed(now) => {
                    belongings.ended.insert(key);
                }
                Entry::Session { .. } => {
                    belongings.living.insert(key);
                }
                Entry::Mark { successor, expires_at } => {
                    belongings.marks.insert(key, (successor, expires_at));
                }
                Entry::Other => {}
            }
        }
        belongings
    }
}

/// What can't be read must not hide the others.
fn readable(documents: &[RawDocumentBuf]) -> impl Iterator<Item = (StoreKey, Entry)> {
    documents.iter().filter_map(|document| {
        let read = key_of(document).and_then(|key| Ok((key, Entry::read(document)?)));
        read.inspect_err(|error| {
            let error: &(dyn std::error::Error + 'static) = error;
            tracing::warn!(target: "session_kit", error, "a listed session can't be read");
        })
        .ok()
    })
}

fn at_once(keys: &BTreeSet<StoreKey>) -> impl Iterator<Item = Vec<Binary>> {
    let keys: Vec<_> = keys.iter().map(binary).collect();
    let chunks: Vec<_> = keys.chunks(AT_ONCE as usize).map(<[_]>::to_vec).collect();
    chunks.into_iter()
}
