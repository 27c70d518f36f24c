//! Sessions that move to another key.

use mongodb::bson::rawdoc;
use session_core::{Moment, Rotated, Rotation, StoreError};

use crate::deadline::Deadline;
use crate::document::{self, binary, number};
use crate::failure::{Failure, Intent};
use crate::given::{check_size, signing_in};
use crate::moments::date;
use crate::sessions::{ATTEMPTS, Sessions, after_a_write, unsettled};
use crate::statements::{Outcome, Statements};
use crate::stored::Stored;

/// The place of the look at the old record among the statements.
const LOOK: i64 = 0;
/// The place of the look at the cut-off, where there is one.
const CUT_OFF: i64 = 2;

impl Sessions {
    /// In one command, a statement after the other: a look whether the old record is what it should be, the new record, a look at the
    /// cut-off, and the mark for the place of the old record if it is still what it was.
    ///
    /// Whoever deletes the session meanwhile finds it under the old key, or a mark that leads to the new one; and a copy of the
    /// insertion that comes late finds the tombstone. The first look spares the cleaning up where the rotation would be refused.
    pub(crate) async fn rotate(&self, rotation: &Rotation<'_>, now: Moment) -> Result<Rotated, StoreError> {
        check_size(rotation.record)?;
        let deadline = self.deadline();
        for _ in 0..ATTEMPTS {
            let outcome = match self.run(|| statements(rotation, now), deadline).await {
                Ok(outcome) => outcome,
                Err(failure) => return Err(self.take_back(rotation, failure, deadline).await),
            };
            if outcome.stopped_by.is_none() && outcome.found == 2 {
                return Ok(Rotated::Applied);
            }
            if let Some(rotated) = self.explain(rotation, &outcome, now, deadline).await? {
                return Ok(rotated);
            }
        }
        Err(unsettled())
    }

    /// Why a rotation was not done, or that it was done before. None: there is no reason any more.
    async fn explain(
        &self,
        rotation: &Rotation<'_>,
        outcome: &Outcome,
        now: Moment,
        deadline: Deadline<'_>,
    ) -> Result<Option<Rotated>, StoreError> {
        // Where the look let nothing pass, nothing is there.
        let has_written = outcome.stopped_by != Some(LOOK) || outcome.is_repeated;
        let rotated = if outcome.stopped_by == Some(CUT_OFF) {
            Ok(Some(Rotated::CutOff))
        } else {
            match self.stored(rotation.old, deadline).await {
                // Over: it was done so long ago that its mark has ended.
                Ok(Some(Stored::Mark { successor, expires_at })) if successor == *rotation.new => {
                    let is_over = expires_at.has_passed(now);
                    return Ok(Some(if is_over { Rotated::Gone } else { Rotated::Applied }));
                }
                Ok(stored) => Ok(refusal(stored, rotation, now)),
                Err(StoreError::Unavailable(cause)) if has_written => return Err(StoreError::ReplyLost(cause)),
                Err(error) => Err(error),
            }
        };
        if has_written {
            let removed = self.remove(rotation.new, rotation.record.revision, deadline).await;
            removed.map_err(after_a_write)?;
        }
        rotated
    }

    /// What was refused in the middle leaves nothing. If that fails too, what stays is a record that nobody can reach.
    async fn take_back(&self, rotation: &Rotation<'_>, failure: Failure, deadline: Deadline<'_>) -> StoreError {
        let error = failure.of(Intent::Write);
        if !matches!(error, StoreError::ReplyLost(_)) {
            drop(self.remove(rotation.new, rotation.record.revision, deadline).await);
        }
        error
    }
}

/// What there is under the old key instead of the record that was expected.
fn refusal(stored: Option<Stored>, rotation: &Rotation<'_>, now: Moment) -> Option<Rotated> {
    match stored {
        Some(Stored::Mark { successor, expires_at }) if !expires_at.has_passed(now) => Some(Rotated::Moved(successor)),
        Some(Stored::Record(current)) if !current.expires_at.has_passed(now) => {
            (current.revision != rotation.expected).then_some(Rotated::Conflict(current))
        }
        Some(Stored::Record(_) | Stored::Mark { .. } | Stored::Tombstone) | None => Some(Rotated::Gone),
    }
}

fn statements(rotation: &Rotation<'_>, now: Moment) -> Statements {
    let (old, expected) = (binary(rotation.old), number(rotation.expected));
    let is_another = rawdoc! {
        "_id": old.clone(),
        "$or": [{ "revision": { "$ne": expected } }, { "expires": { "$lte": date(now) } }],
    };
    let is_expected = rawdoc! { "_id": old, "revision": expected, "expires": { "$gt": date(now) } };
    let statements = Statements::new()
        .stop_if(is_another)
        .insert(rotation.new, document::replacement(rotation.record, now));
    let statements = match signing_in(rotation.record, rotation.signs_in) {
        Some((owner, signs_in)) => statements.stop_if_cut_off(owner, signs_in),
        None => statements,
    };
    statements.replace(is_expected, document::mark(rotation, now))
}
