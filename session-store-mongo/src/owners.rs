//! The user index: which sessions an owner has, and the end of all of them.

use std::collections::{BTreeMap, BTreeSet};

use futures_util::TryStreamExt as _;
use mongodb::bson::{Binary, Document, RawDocument, RawDocumentBuf, doc};
use session_core::{CUT_OFF_KEPT, Listed, Moment, Owner, StoreError, StoreKey};

use crate::deadline::Deadline;
use crate::document::{self, binary, cut_off_id};
use crate::failure::Intent;
use crate::moments::{date, removal};
use crate::sessions::{MOST_MARKS, Sessions, lost_track};
use crate::stored::{Entry, InvalidDocument, entry, key_of, listed, listing};

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

/// Whose sessions end, but for which, and in which time.
struct End<'a> {
    owner: &'a Owner,
    spared: &'a BTreeSet<StoreKey>,
    now: Moment,
    deadline: Deadline<'a>,
}

impl Sessions {
    pub(crate) async fn sessions_of(&self, owner: &Owner, now: Moment) -> Result<Vec<Listed>, StoreError> {
        let (filter, deadline) = (doc! { "owner": owner.as_str() }, self.deadline());
        let documents = self.find(filter, listing(), deadline).await?;
        let listed = readable(&documents, listed).flatten();
        Ok(listed.filter(|listed| !listed.expires_at.has_passed(now)).collect())
    }

    /// The cut-off first, then the list, then the end of what is listed.
    pub(crate) async fn delete_sessions_of(
        &self,
        owner: &Owner,
        except: Option<&StoreKey>,
        now: Moment,
    ) -> Result<u64, StoreError> {
        let deadline = self.deadline();
        self.move_cut_off(owner, now, deadline).await?;
        let filter = doc! { "owner": owner.as_str() };
        let documents = self.find(filter, entry(), deadline).await?;
        let belongings = Belongings::of(&documents, now);
        let spared = self.spared(except, &belongings, now, deadline).await?;
        let successors = belongings.marks.values().map(|(successor, _)| *successor);
        let living = belongings.living.iter().copied().chain(successors);
        let living = living.filter(|key| !belongings.ended.contains(key) && !spared.contains(key));
        let ended = belongings.ended.difference(&spared).copied();
        let end = End {
            owner,
            spared: &spared,
            now,
            deadline,
        };
        // One that had ended may have been touched by a request that read the clock before.
        self.end(ended.collect(), &end).await?;
        self.end(living.collect(), &end).await
    }

    async fn move_cut_off(&self, owner: &Owner, now: Moment, deadline: Deadline<'_>) -> Result<(), StoreError> {
        let forward = doc! { "$max": { "cutOff": date(now), "removeAt": removal(now + CUT_OFF_KEPT, now) } };
        let moved = self
            .collection
            .update_one(doc! { "_id": cut_off_id(owner) }, forward)
            .upsert(true);
        let moved = deadline.of(moved).await;
        moved.map(drop).map_err(|failure| failure.of(Intent::Write))
    }

    /// The exception, and what its marks lead to.
    async fn spared(
        &self,
        except: Option<&StoreKey>,
        belongings: &Belongings,
        now: Moment,
        deadline: Deadline<'_>,
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
                None => match self.entry(&key, deadline).await? {
                    Some(Entry::Mark { successor, expires_at }) if !expires_at.has_passed(now) => Some(successor),
                    Some(Entry::Session { .. } | Entry::Mark { .. } | Entry::Other) | None => None,
                },
            };
        }
        Ok(spared)
    }

    /// Ends the sessions under these keys that are the owner's, and answers how many there were. One that was rotated meanwhile has left a
    /// mark, which is followed.
    async fn end(&self, mut keys: BTreeSet<StoreKey>, end: &End<'_>) -> Result<u64, StoreError> {
        let (mut ended, mut named) = (0, BTreeSet::new());
        for _ in 0..MOST_MARKS {
            let buried = self.bury(&keys, end).await?;
            ended += buried;
            if buried >= keys.len() as u64 {
                return Ok(ended);
            }
            named.extend(keys.iter().copied());
            let successors = self.successors(&keys, end).await?;
            keys = successors
                .into_iter()
                .filter(|key| !named.contains(key) && !end.spared.contains(key))
                .collect();
        }
        Err(lost_track())
    }

    async fn bury(&self, keys: &BTreeSet<StoreKey>, end: &End<'_>) -> Result<u64, StoreError> {
        let mut buried = 0;
        for keys in at_once(keys) {
            let records = doc! { "_id": { "$in": keys }, "owner": end.owner.as_str(), "revision": { "$exists": true } };
            let burial = self.collection.update_many(records, document::bury(end.now));
            let burial = end.deadline.of(burial).await;
            buried += burial.map_err(|failure| failure.of(Intent::Write))?.modified_count;
        }
        Ok(buried)
    }

    /// Where the marks under these keys lead.
    async fn successors(&self, keys: &BTreeSet<StoreKey>, end: &End<'_>) -> Result<Vec<StoreKey>, StoreError> {
        let mut successors = Vec::new();
        for keys in at_once(keys) {
            let marks = doc! { "_id": { "$in": keys }, "successor": { "$exists": true } };
            let marks = self.find(marks, entry(), end.deadline).await?;
            successors.extend(readable(&marks, Entry::read).filter_map(|entry| match entry {
                Entry::Mark { successor, .. } => Some(successor),
                Entry::Session { .. } | Entry::Other => None,
            }));
        }
        Ok(successors)
    }

    /// These fields of the documents that match.
    async fn find(
        &self,
        filter: Document,
        fields: Document,
        deadline: Deadline<'_>,
    ) -> Result<Vec<RawDocumentBuf>, StoreError> {
        let find = async {
            let found = self.collection.find(filter).projection(fields);
            found.batch_size(AT_ONCE).await?.try_collect().await
        };
        deadline.of(find).await.map_err(|failure| failure.of(Intent::Read))
    }
}

impl Belongings {
    fn of(documents: &[RawDocumentBuf], now: Moment) -> Self {
        let mut belongings = Self::default();
        let with_key = |document: &RawDocument| Ok((key_of(document)?, Entry::read(document)?));
        for (key, entry) in readable(documents, with_key) {
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
fn readable<T>(
    documents: &[RawDocumentBuf],
    read: impl Fn(&RawDocument) -> Result<T, InvalidDocument>,
) -> impl Iterator<Item = T> {
    documents.iter().filter_map(move |document| {
        let read = read(document).inspect_err(|error| {
            let error: &(dyn std::error::Error + 'static) = error;
            tracing::warn!(target: "session_kit", error, "a listed session can't be read");
        });
        read.ok()
    })
}

fn at_once(keys: &BTreeSet<StoreKey>) -> impl Iterator<Item = Vec<Binary>> {
    let keys: Vec<_> = keys.iter().map(binary).collect();
    let chunks: Vec<_> = keys.chunks(AT_ONCE as usize).map(<[_]>::to_vec).collect();
    chunks.into_iter()
}
