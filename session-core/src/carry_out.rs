//! Carrying a commit out: store operations within a time limit, lost replies sent again, conflicts merged in turn.

use std::pin::pin;
use std::time::Duration;

use tracing::Instrument;

use crate::backend::Caller;
use crate::clock::Moment;
use crate::commit::{Commit, Ending, Known, Source};
use crate::deadline::Deadline;
use crate::error::{Error, StoreError};
use crate::event::{Event, TARGET};
use crate::id::{SessionId, StoreKey};
use crate::manager::Shared;
use crate::operation::{Operation, Reply};
use crate::payload::Snapshot;
use crate::queue::Turn;

/// The first pause before something is tried again; it doubles up to [`LONGEST_PAUSE`].
const FIRST_PAUSE: Duration = Duration::from_millis(2);
const LONGEST_PAUSE: Duration = Duration::from_millis(200);
/// How often somebody else may be first before a commit pauses. Each time it has just learned what the other one wrote, and after a pause
/// it knows that no more: so pauses are short and rare.
const TRIES: u32 = 4;
/// How often a pause between conflicts doubles.
const MOST_DOUBLED: u32 = 3;

impl Shared {
    /// What is stored under a key that a client presented.
    pub(crate) async fn load(&self, key: StoreKey, caller: &Caller, now: Moment) -> Result<Known, Error> {
        let mut deadline = Deadline::new(self.operation_timeout);
        let operation = Operation::Load { key };
        let mut attempt = 0;
        let known = loop {
            let performed = Performed {
                operation: &operation,
                new_id: None,
                is_uncertain: false,
            };
            match self.perform(performed, caller, &mut deadline, now).await? {
                Reply::Lost => self
                    .pause(&mut attempt, &mut deadline)
                    .await
                    .ok_or(Error::TimedOut(deadline.limit()))?,
                Reply::Current(record) => break Known::Found(Snapshot::read(record)?),
                Reply::Moved(_) => break Known::Dead,
                Reply::Done | Reply::DoneAs(_) | Reply::Absent | Reply::Taken | Reply::CutOff | Reply::Stale => {
                    break Known::Absent;
                }
            }
        };
        match &known {
            Known::Found(snapshot) if !snapshot.has_ended(now) => {
                self.notify(|| Event::Loaded { session: key.handle() });
                Ok(known)
            }
            Known::Dead => Ok(known),
            Known::Found(_) | Known::Absent | Known::Unread => {
                self.notify(|| Event::Expired { session: key.handle() });
                Ok(Known::Absent)
            }
        }
    }

    /// Performs what the commit asks for until it is done.
    pub(crate) async fn carry_out<S: Source>(
        &self,
        commit: &mut Commit<'_, S>,
        caller: &Caller,
        now: Moment,
    ) -> Result<(), Error> {
        let mut deadline = Deadline::new(self.operation_timeout);
        let mut turn: Option<Turn<'_>> = None;
        let (mut attempt, mut losses, mut pauses) = (0, 0_u32, 0);
        while let Some(operation) = commit.operation() {
            let key = operation.key();
            // Past those in line it would be first again and again. What may have been done already is asked about first.
            let is_newcomer = turn.is_none() && !commit.is_uncertain() && matches!(operation, Operation::Update { .. });
            if is_newcomer && self.queue.has_line(&key) {
                turn = Some(self.line_up(key, commit, &mut deadline).await?);
                continue;
            }
            let performed = Performed {
                operation,
                new_id: commit.new_id(),
                is_uncertain: commit.is_uncertain(),
            };
            let reply = self.perform(performed, caller, &mut deadline, now).await?;
            let is_lost = matches!(reply, Reply::Lost);
            let conflicts = commit.conflicts;
            commit.answer(reply)?;
            if is_lost {
                let paused = self.pause(&mut attempt, &mut deadline).await;
                paused.ok_or_else(|| given_up(commit, deadline.limit()))?;
            } else if commit.conflicts > conflicts {
                losses += 1;
                if turn.is_none() {
                    turn = Some(self.line_up(key, commit, &mut deadline).await?);
                } else if losses.is_multiple_of(TRIES) {
                    self.pause(&mut pauses, &mut deadline).await.ok_or(Error::Contended)?;
                    pauses = pauses.min(MOST_DOUBLED);
                }
            }
        }
        if let (Some(turn), Ending::Updated, Known::Found(written)) = (turn, commit.ending, &commit.known) {
            turn.leave(written.clone());
        }
        Ok(())
    }

    /// Waits until the others of this session who are in line have committed, and goes on from what the last of them wrote.
    async fn line_up<'a, S: Source>(
        &'a self,
        key: StoreKey,
        commit: &mut Commit<'_, S>,
        deadline: &mut Deadline,
    ) -> Result<Turn<'a>, Error> {
        let joined = deadline.bound(self.queue.join(key)).await;
        let mut turn = joined.ok_or(Error::Contended)?;
        turn.take_latest().map_or(Ok(()), |latest| commit.offer(latest))?;
        Ok(turn)
    }

    async fn perform(
        &self,
        performed: Performed<'_>,
        caller: &Caller,
        deadline: &mut Deadline,
        now: Moment,
    ) -> Result<Reply, Error> {
        let Performed {
            operation,
            new_id,
            is_uncertain,
        } = performed;
        // Pinned here: each future that it is handed to by value has room for it once more.
        let answer = pin!(self.backend.perform(operation, caller, new_id, now));
        let span = tracing::trace_span!(target: TARGET, "session_store", operation = operation.name(), session = %Shown(operation));
        let answer = if span.is_disabled() {
            deadline.bound(answer).await
        } else {
            deadline.bound(answer.instrument(span)).await
        };
        match answer {
            Some(Ok(reply)) => Ok(reply),
            Some(Err(StoreError::ReplyLost(_))) => Ok(Reply::Lost),
            Some(Err(error)) if is_uncertain => Err(Error::OutcomeUnknown(Some(error))),
            Some(Err(error)) => Err(error.into()),
            None if operation.can_be_forgotten() && !is_uncertain => Err(Error::TimedOut(deadline.limit())),
            None => Err(Error::OutcomeUnknown(None)),
        }
    }

    /// Waits a little longer each time, by chance up to twice as long, so that contenders do not march in step.
    async fn pause(&self, attempt: &mut u32, deadline: &mut Deadline) -> Option<()> {
        let base = FIRST_PAUSE.saturating_mul(1 << (*attempt).min(10)).min(LONGEST_PAUSE);
        *attempt += 1;
        let [jitter, ..] = self.revisions.next().as_u64().to_be_bytes();
        deadline.pause(base + base * u32::from(jitter) / 256).await
    }
}

/// An operation that is to be performed now.
#[derive(Clone, Copy)]
struct Performed<'a> {
    operation: &'a Operation,
    /// The id that it hands out.
    new_id: Option<&'a SessionId>,
    /// It may have happened before.
    is_uncertain: bool,
}

fn given_up<S: Source>(commit: &Commit<'_, S>, limit: Duration) -> Error {
    let can_be_forgotten = commit.operation().is_none_or(Operation::can_be_forgotten);
    if can_be_forgotten && !commit.is_uncertain() {
        Error::TimedOut(limit)
    } else {
        Error::OutcomeUnknown(None)
    }
}

/// Hashes the key only if somebody looks.
struct Shown<'a>(&'a Operation);

impl std::fmt::Display for Shown<'_> {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.key().handle().fmt(formatter)
    }
}
