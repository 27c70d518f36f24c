//! Sessions under their keys: what concerns one at a time.

use std::sync::Arc;

use redis::{Cmd, Value};
use session_core::{
    Created, Deleted, Loaded, MARK_KEPT, Moment, Owner, Record, Revision, StoreError, StoreKey, Touch, Touched, Updated,
};

use crate::answer::{Answer, Unexpected, bulk_string};
use crate::connection::Connection;
use crate::failure::Failure;
use crate::keys::{Keys, Name};
use crate::moments::{decimal, optional, score, time_to_live, told};
use crate::near_cache::{Forgetting, NearCache};
use crate::script::{self, Script};
use crate::server::Access;
use crate::servers::Servers;
use crate::value;

/// How many marks are followed: each is a rotation within the last minutes.
pub(crate) const MOST_MARKS: usize = 64;

/// All sessions of a store.
#[derive(Debug)]
pub(crate) struct Sessions {
    pub(crate) servers: Servers,
    pub(crate) keys: Keys,
    pub(crate) near_cache: Option<Arc<NearCache>>,
}

impl Sessions {
    pub(crate) async fn create(
        &self,
        key: &StoreKey,
        record: &Record,
        signs_in: Option<Moment>,
        now: Moment,
    ) -> Result<Created, StoreError> {
        match &record.owner {
            Some(owner) if self.servers.is_cluster() => self.create_in_steps(key, record, owner, signs_in, now).await,
            Some(owner) => self.create_listed(key, record, owner, signs_in, now).await,
            None => self.insert(key, record, now).await,
        }
    }

    /// Files a record, and does not list it.
    pub(crate) async fn insert(&self, key: &StoreKey, record: &Record, now: Moment) -> Result<Created, StoreError> {
        let place = self.keys.session(key);
        let mut set = redis::cmd("SET");
        set.arg(&place)
            .arg(value::record_value(record, told(record.expires_at, now)))
            .arg("NX")
            .arg("PX")
            .arg(time_to_live(record.expires_at, now));
        match self.servers.call(&place, &set, Access::Write).await {
            Ok(Value::Okay) => Ok(Created::Created),
            Ok(Value::Nil) => Ok(Created::Taken),
            Ok(_) => Err(Unexpected.into()),
            Err(failure) => Err(failure.of_writing()),
        }
    }

    async fn create_listed(
        &self,
        key: &StoreKey,
        record: &Record,
        owner: &Owner,
        signs_in: Option<Moment>,
        now: Moment,
    ) -> Result<Created, StoreError> {
        let (told, name) = (told(record.expires_at, now), Name::of(key));
        let keys = [self.keys.session(key), self.keys.index(owner)];
        let arguments = [
            &decimal(now)[..],
            &value::record_value(record, told),
            &time_to_live(record.expires_at, now),
            &optional(signs_in),
            name.as_bytes(),
            &score(told, now),
        ];
        let answer = self.run(&script::CREATE, &keys, &arguments, Access::Write).await?;
        match answer.word() {
            b"created" => Ok(Created::Created),
            b"taken" => Ok(Created::Taken),
            b"cut off" => Ok(Created::CutOff),
            _ => Err(answer.refusal()),
        }
    }

    pub(crate) async fn load(&self, key: &StoreKey, now: Moment) -> Result<Loaded, StoreError> {
        let Some(near_cache) = &self.near_cache else {
            return self.load_from_server(key, now).await;
        };
        if let Some(record) = near_cache.get(key, now) {
            // Someone who only ever hits would keep the runtime from everybody else.
            tokio::task::coop::consume_budget().await;
            return Ok(Loaded::Found(record));
        }
        let placeholder = near_cache.placeholder(key);
        let (bytes, connection) = self.read(key).await?;
        let loaded = loaded(&bytes, now)?;
        if let (Loaded::Found(record), Some(placeholder), Some(connection)) = (&loaded, placeholder, connection) {
            placeholder.file(record, connection.line());
        }
        Ok(loaded)
    }

    pub(crate) async fn load_from_server(&self, key: &StoreKey, now: Moment) -> Result<Loaded, StoreError> {
        let (bytes, _) = self.read(key).await?;
        loaded(&bytes, now)
    }

    /// The value under `key`, as it is.
    async fn read(&self, key: &StoreKey) -> Result<(Vec<u8>, Option<Arc<Connection>>), StoreError> {
        let place = self.keys.session(key);
        let mut get = Cmd::with_capacity(2, "GET".len() + place.len());
        get.arg("GET").arg(&place);
        let answer = self.servers.read(&place, &get).await;
        let (value, connection) = answer.map_err(Failure::of_reading)?;
        if value == Value::Nil {
            return Ok((Vec::new(), connection));
        }
        Ok((bulk_string(value).ok_or(Unexpected)?, connection))
    }

    pub(crate) async fn update(
        &self,
        key: &StoreKey,
        record: &Record,
        expected: Revision,
        now: Moment,
    ) -> Result<Updated, StoreError> {
        let _forgetting = self.forgetting(key);
        let (before, after) = (value::before_told(record), value::after_told(record));
        let arguments = [
            &decimal(now)[..],
            &expected.as_u64().to_be_bytes(),
            &before,
            &after,
            &time_to_live(record.expires_at, now),
        ];
        let script = (&*script::UPDATE, Access::Write);
        let answer = self
            .run_and_tell(key, script, &arguments, record.expires_at, now)
            .await?;
        match answer.word() {
            b"applied" => Ok(Updated::Applied),
            b"conflict" => Ok(Updated::Conflict(answer.record()?)),
            b"moved" => Ok(Updated::Moved(answer.successor()?)),
            b"gone" => Ok(Updated::Gone),
            _ => Err(answer.refusal()),
        }
    }

    pub(crate) async fn touch(&self, key: &StoreKey, touch: &Touch, now: Moment) -> Result<Touched, StoreError> {
        let _forgetting = self.forgetting(key);
        let arguments = [
            &decimal(now)[..],
            &touch.expected.as_u64().to_be_bytes(),
            &touch.expires_at.as_millis().to_be_bytes(),
            &touch.last_seen_at.as_millis().to_be_bytes(),
            &time_to_live(touch.expires_at, now),
        ];
        let script = (&*script::TOUCH, Access::Read);
        let answer = self
            .run_and_tell(key, script, &arguments, touch.expires_at, now)
            .await?;
        match answer.word() {
            b"touched" => Ok(Touched::Touched),
            b"stale" => Ok(Touched::Stale),
            b"moved" => Ok(Touched::Moved(answer.successor()?)),
            b"gone" => Ok(Touched::Gone),
            _ => Err(answer.refusal()),
        }
    }

    /// Runs a script that moves a session's end. Where that is later than the owner's index knows, nothing was done: then the
    /// index is told, and the script runs again. That is so once in as long as the session has left.
    async fn run_and_tell(
        &self,
        key: &StoreKey,
        (script, access): (&Script, Access),
        arguments: &[&[u8]; 5],
        expires_at: Moment,
        now: Moment,
    ) -> Result<Answer, StoreError> {
        let keys = [self.keys.session(key)];
        let [first, second, third, fourth, fifth] = *arguments;
        let with = |told| [first, second, third, fourth, fifth, told];
        let answer = self.run(script, &keys, &with(b""), access).await?;
        if answer.word() != b"tell" {
            return Ok(answer);
        }
        let index = self.keys.index_named(answer.owner());
        let told = told(expires_at, now);
        self.enter(index, key, None, told, now).await?;
        let told = told.as_millis().to_be_bytes();
        self.run(script, &keys, &with(&told), access).await
    }

    pub(crate) async fn delete(&self, key: &StoreKey, now: Moment) -> Result<Deleted, StoreError> {
        self.end(key, None, &[], now).await
    }

    /// Ends the session under `key`, or that to which the marks there lead; with an owner, only if it is the owner's, and
    /// along marks that have ended, too. What is `spared` is left alone.
    pub(crate) async fn end(
        &self,
        key: &StoreKey,
        owner: Option<&Owner>,
        spared: &[StoreKey],
        now: Moment,
    ) -> Result<Deleted, StoreError> {
        let tombstone = if self.servers.is_cluster() {
            MARK_KEPT.as_millis().to_string().into_bytes()
        } else {
            Vec::new()
        };
        let arguments = [
            &decimal(now)[..],
            owner.map_or("", Owner::as_str).as_bytes(),
            &tombstone,
        ];
        let mut key = *key;
        for _ in 0..MOST_MARKS {
            if spared.contains(&key) {
                return Ok(Deleted::Absent);
            }
            let _forgetting = self.forgetting(&key);
            let keys = [self.keys.session(&key)];
            let answer = self.run(&script::DELETE, &keys, &arguments, Access::Write).await?;
            match answer.word() {
                b"deleted" => return Ok(Deleted::Deleted),
                b"absent" => return Ok(Deleted::Absent),
                b"moved" => key = answer.successor()?,
                _ => return Err(answer.refusal()),
            }
        }
        Ok(Deleted::Absent)
    }

    pub(crate) async fn run(
        &self,
        script: &Script,
        keys: &[Vec<u8>],
        arguments: &[&[u8]],
        access: Access,
    ) -> Result<Answer, StoreError> {
        let keys: Vec<_> = keys.iter().map(Vec::as_slice).collect();
        let answer = self.servers.run(script, &keys, arguments, access).await;
        Answer::read(answer.map_err(Failure::of_writing)?)
    }

    pub(crate) fn forgetting(&self, key: &StoreKey) -> Forgetting<'_> {
        Forgetting::new(self.near_cache.as_deref(), key)
    }
}

fn loaded(bytes: &[u8], now: Moment) -> Result<Loaded, StoreError> {
    Ok(value::Value::read(bytes)?.loaded(now)?)
}
