//! Sessions that move to another key.

use session_core::{Created, Moment, Owner, Record, Rotated, Rotation, StoreError, StoreKey};

use crate::answer::Answer;
use crate::keys::Name;
use crate::moments::{decimal, optional, score, time_to_live, told};
use crate::script;
use crate::server::Access;
use crate::sessions::Sessions;
use crate::value;

impl Sessions {
    pub(crate) async fn rotate(&self, rotation: &Rotation<'_>, now: Moment) -> Result<Rotated, StoreError> {
        let _forgetting = self.forgetting(rotation.old);
        if self.servers.is_cluster() {
            self.rotate_in_steps(rotation, now).await
        } else {
            self.rotate_at_once(rotation, now).await
        }
    }

    async fn rotate_at_once(&self, rotation: &Rotation<'_>, now: Moment) -> Result<Rotated, StoreError> {
        let record = rotation.record;
        let told = told(record.expires_at, now);
        let (old, new) = (Name::of(rotation.old), Name::of(rotation.new));
        let mut keys = vec![self.keys.session(rotation.old), self.keys.session(rotation.new)];
        keys.extend(record.owner.as_ref().map(|owner| self.keys.index(owner)));
        let arguments = [
            &decimal(now)[..],
            &rotation.expected.as_u64().to_be_bytes(),
            &value::mark_value(rotation.mark_until, rotation.new),
            &time_to_live(rotation.mark_until, now),
            new.as_bytes(),
            &value::record_value(record, told),
            &time_to_live(record.expires_at, now),
            &optional(rotation.signs_in),
            &score(told, now),
            old.as_bytes(),
        ];
        let answer = self.run(&script::ROTATE, &keys, &arguments, Access::Write).await?;
        rotated(&answer)
    }

    /// Where the keys are on different nodes: first the new record, listed with its owner, then the old one becomes the mark
    /// if it is still what it was. Whoever deletes the session meanwhile finds it under the old key, or a mark that leads to
    /// the new one; and a copy of the first step that comes late finds the tombstone.
    async fn rotate_in_steps(&self, rotation: &Rotation<'_>, now: Moment) -> Result<Rotated, StoreError> {
        // Taken, where this is sent again, or where the session has ended under its new key: the mark tells.
        let (Created::Created | Created::Taken | Created::CutOff) =
            self.insert(rotation.new, rotation.record, now).await?;
        if let Some(owner) = &rotation.record.owner {
            let told = told(rotation.record.expires_at, now);
            let index = self.keys.index(owner);
            if !self.enter(index, rotation.new, rotation.signs_in, told, now).await? {
                self.drop_first_step(rotation.new, rotation.record).await?;
                return Ok(Rotated::CutOff);
            }
        }
        let (keys, new) = ([self.keys.session(rotation.old)], Name::of(rotation.new));
        let arguments = [
            &decimal(now)[..],
            &rotation.expected.as_u64().to_be_bytes(),
            &value::mark_value(rotation.mark_until, rotation.new),
            &time_to_live(rotation.mark_until, now),
            new.as_bytes(),
        ];
        let answer = match self.run(&script::TURN, &keys, &arguments, Access::Write).await {
            Err(error @ StoreError::ReplyLost(_)) => return Err(error),
            Err(error) => {
                // The old record is as it was. If this fails too, what stays is a record that nobody can reach.
                drop(self.drop_first_step(rotation.new, rotation.record).await);
                return Err(error);
            }
            Ok(answer) => answer,
        };
        // Over: it was applied, so long ago that its mark has ended.
        if !matches!(answer.word(), b"applied" | b"over") {
            self.drop_first_step(rotation.new, rotation.record).await?;
        }
        rotated(&answer)
    }

    /// As [`Sessions::create`] for an owner, where the session and the index are on different nodes: the index learns of the
    /// session after it exists. Whoever ends all sessions of the owner moves the cut-off first, so either it finds this one
    /// listed, or this one finds the cut-off.
    pub(crate) async fn create_in_steps(
        &self,
        key: &StoreKey,
        record: &Record,
        owner: &Owner,
        signs_in: Option<Moment>,
        now: Moment,
    ) -> Result<Created, StoreError> {
        let created = self.insert(key, record, now).await?;
        if created != Created::Created {
            return Ok(created);
        }
        let told = told(record.expires_at, now);
        if self.enter(self.keys.index(owner), key, signs_in, told, now).await? {
            return Ok(Created::Created);
        }
        self.drop_first_step(key, record).await?;
        Ok(Created::CutOff)
    }

    async fn drop_first_step(&self, key: &StoreKey, record: &Record) -> Result<(), StoreError> {
        let revision = record.revision.as_u64().to_be_bytes();
        let keys = [self.keys.session(key)];
        let answer = self.run(&script::DROP, &keys, &[&revision], Access::Write).await?;
        if answer.word() == b"dropped" {
            Ok(())
        } else {
            Err(answer.refusal())
        }
    }
}

fn rotated(answer: &Answer) -> Result<Rotated, StoreError> {
    match answer.word() {
        b"applied" => Ok(Rotated::Applied),
        b"conflict" => Ok(Rotated::Conflict(answer.record()?)),
        b"moved" => Ok(Rotated::Moved(answer.successor()?)),
        b"gone" | b"over" => Ok(Rotated::Gone),
        b"cut off" => Ok(Rotated::CutOff),
        _ => Err(answer.refusal()),
    }
}
