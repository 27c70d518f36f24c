//! The user index: which sessions an owner has, and the end of all of them.

use futures_util::future::join_all;
use redis::{Cmd, Value};
use session_core::{Deleted, Listed, Loaded, Moment, Owner, StoreError, StoreKey};

use crate::answer::{Unexpected, bulk_string};
use crate::failure::Failure;
use crate::keys::Name;
use crate::moments::{decimal, optional, score};
use crate::script;
use crate::server::Access;
use crate::sessions::{MOST_MARKS, Sessions};
use crate::value::{LAST_OF_HEAD, Value as Stored};

/// How many commands of one call are under way at once.
const AT_ONCE: usize = 256;

/// What stands under a name that an owner's index has.
enum Entry {
    Living(Listed),
    /// Nothing that could be the owner's again: keys are never used twice.
    Stale(StoreKey),
    /// It has ended by this node's clock. Another's may differ, so it stays.
    Ended,
    /// It is nothing of ours, and must not hide the others.
    Unreadable,
}

impl Entry {
    fn unreadable(error: &(dyn std::error::Error + 'static)) -> Self {
        tracing::warn!(target: "session_kit", error, "a listed session can't be read");
        Self::Unreadable
    }
}

impl Sessions {
    /// Lists a session with its owner, unless its sign-in was cut off.
    pub(crate) async fn enter(
        &self,
        index: Vec<u8>,
        key: &StoreKey,
        signs_in: Option<Moment>,
        told: Moment,
        now: Moment,
    ) -> Result<bool, StoreError> {
        let name = Name::of(key);
        let arguments = [
            &decimal(now)[..],
            &optional(signs_in),
            name.as_bytes(),
            &score(told, now),
        ];
        let answer = self.run(&script::ENTER, &[index], &arguments, Access::Write).await?;
        match answer.word() {
            b"entered" => Ok(true),
            b"cut off" => Ok(false),
            _ => Err(answer.refusal()),
        }
    }

    pub(crate) async fn sessions_of(&self, owner: &Owner, now: Moment) -> Result<Vec<Listed>, StoreError> {
        let index = self.keys.index(owner);
        let mut range = redis::cmd("ZRANGEBYSCORE");
        range.arg(&index).arg(format!("({}", now.as_millis())).arg("+inf");
        let names = self.servers.call(&index, &range, Access::Read).await;
        let keys = keys_of(names.map_err(Failure::of_reading)?)?;
        let (mut listed, mut stale) = (Vec::new(), Vec::new());
        for keys in keys.chunks(AT_ONCE) {
            for entry in join_all(keys.iter().map(|key| self.entry(key, owner, now))).await {
                match entry? {
                    Entry::Living(session) => listed.push(session),
                    Entry::Stale(key) => stale.push(key),
                    Entry::Ended | Entry::Unreadable => {}
                }
            }
        }
        self.remove_entries(&index, &stale).await;
        Ok(listed)
    }

    /// What is under a name in the index, by the first bytes of its value.
    async fn entry(&self, key: &StoreKey, owner: &Owner, now: Moment) -> Result<Entry, StoreError> {
        let place = self.keys.session(key);
        let mut range = redis::cmd("GETRANGE");
        range.arg(&place).arg(0).arg(LAST_OF_HEAD);
        let head = self.servers.call(&place, &range, Access::Read).await;
        let head = match head.map_err(Failure::of_reading) {
            Ok(head) => bulk_string(head).ok_or(Unexpected)?,
            Err(error @ StoreError::Corrupt(_)) => return Ok(Entry::unreadable(&error)),
            Err(error) => return Err(error),
        };
        let record = match Stored::read(&head) {
            Ok(Stored::Record(record)) => record,
            Ok(Stored::Mark { .. } | Stored::Nothing) => return Ok(Entry::Stale(*key)),
            Err(error) => return Ok(Entry::unreadable(&error)),
        };
        if record.owner != owner.as_str() {
            return Ok(Entry::Stale(*key));
        }
        if record.expires_at.has_passed(now) {
            return Ok(Entry::Ended);
        }
        Ok(Entry::Living(Listed {
            key: *key,
            created_at: record.created_at,
            last_seen_at: record.last_seen_at,
            expires_at: record.expires_at,
        }))
    }

    pub(crate) async fn delete_sessions_of(
        &self,
        owner: &Owner,
        except: Option<&StoreKey>,
        now: Moment,
    ) -> Result<u64, StoreError> {
        let index = self.keys.index(owner);
        let arguments = [&decimal(now)[..]];
        let names = self
            .servers
            .run(&script::CUT, &[&index], &arguments, Access::Write)
            .await;
        let keys = keys_of(names.map_err(Failure::of_writing)?)?;
        let spared = self.spared(except, now).await?;
        let (mut lived, mut foreign) = (0, None);
        let mut ended = Vec::with_capacity(keys.len());
        for keys in keys.chunks(AT_ONCE) {
            let ends = keys.iter().map(|key| self.end(key, Some(owner), &spared, now));
            for (key, end) in keys.iter().zip(join_all(ends).await) {
                match end {
                    Ok(end) => {
                        lived += u64::from(end == Deleted::Deleted);
                        if !spared.contains(key) {
                            ended.push(*key);
                        }
                    }
                    // It will not be better later, and must not keep the other sessions alive.
                    Err(error @ StoreError::Corrupt(_)) => foreign = Some(error),
                    Err(error) => return Err(error),
                }
            }
        }
        self.remove_entries(&index, &ended).await;
        foreign.map_or(Ok(lived), Err)
    }

    /// The exception, and what its marks lead to.
    async fn spared(&self, except: Option<&StoreKey>, now: Moment) -> Result<Vec<StoreKey>, StoreError> {
        let mut spared: Vec<_> = except.copied().into_iter().collect();
        while let Some(key) = spared.last()
            && spared.len() <= MOST_MARKS
        {
            match self.load_from_server(key, now).await? {
                Loaded::Moved(successor) => spared.push(successor),
                Loaded::Found(_) | Loaded::Absent => break,
            }
        }
        Ok(spared)
    }

    /// Removes what a look has found to be of no use. Nothing depends on it, so a failure is of no consequence.
    async fn remove_entries(&self, index: &[u8], keys: &[StoreKey]) {
        for keys in keys.chunks(AT_ONCE) {
            let mut remove: Cmd = redis::cmd("ZREM");
            remove.arg(index);
            for key in keys {
                remove.arg(Name::of(key).as_bytes());
            }
            if let Err(failure) = self.servers.call(index, &remove, Access::Read).await {
                tracing::debug!(target: "session_kit", ?failure, "stale index entries stay");
            }
        }
    }
}

/// The sessions that an index lists, without its cut-off.
fn keys_of(names: Value) -> Result<Vec<StoreKey>, StoreError> {
    let Value::Array(names) = names else {
        return Err(Unexpected.into());
    };
    let names = names.into_iter().filter_map(bulk_string);
    Ok(names.filter_map(|name| Name::parse(&name)).map(Name::key).collect())
}
