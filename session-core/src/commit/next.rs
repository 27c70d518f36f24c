//! What comes next: the facts of the moment, the plan, and the operation that carries it out.

use super::{Commit, Known, Source, Step};
use crate::changes::{Base, Replayed};
use crate::error::Error;
use crate::id::StoreKey;
use crate::operation::Operation;
use crate::payload::{Draft, Snapshot};
use crate::plan::{Facts, Plan, Stored, plan};
use crate::record::Revision;
use crate::store::{MARK_KEPT, Touch};

/// What a commit does next.
#[derive(Debug)]
#[expect(clippy::large_enum_variant, reason = "it lives for one call")]
pub(super) enum Next {
    Step(Step),
    Done,
    Gone,
}

/// Where a draft goes, which decides whose late changes reach it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Move {
    /// It stays under its key.
    Stay,
    /// It goes to a new key, and what was meant for the old one follows.
    Onward,
    /// It begins anew, and nothing follows.
    AwayFromAll,
}

impl<S: Source> Commit<'_, S> {
    pub(super) fn next(&self) -> Result<Next, Error> {
        let base = self.base();
        let replayed = if self.intent.log.is_empty() {
            None
        } else {
            Some(self.replay(base)?)
        };
        let plan = plan(&self.facts(base, replayed.as_ref()));
        if matches!(plan, Plan::Create | Plan::Rotate) && !self.rules.can_issue {
            return Err(Error::HeadSent);
        }
        let step = match (plan, self.key, base) {
            (Plan::GiveUp, _, _) => return Ok(Next::Gone),
            (Plan::Create, _, _) => self.create(base, replayed)?,
            (Plan::Load, Some(key), _) => Step::plain(Operation::Load { key }),
            (Plan::Delete, Some(key), _) => Step::plain(Operation::Delete { key }),
            (Plan::Update, Some(key), Some(base)) => self.update(key, base, replayed)?,
            (Plan::Rotate, Some(key), Some(base)) => self.rotate(key, base, replayed)?,
            (Plan::Touch, Some(key), Some(base)) => self.touch(key, base),
            _ => return Ok(Next::Done),
        };
        Ok(Next::Step(step))
    }

    fn base(&self) -> Option<&Snapshot> {
        match &self.known {
            Known::Found(snapshot) => Some(snapshot),
            Known::Unread | Known::Absent | Known::Dead => None,
        }
    }

    fn replay<'b>(&'b self, base: Option<&'b Snapshot>) -> Result<Replayed<'b>, Error> {
        self.intent.log.replay(&base.map_or(Base::EMPTY, Base::of))
    }

    fn facts(&self, base: Option<&Snapshot>, replayed: Option<&Replayed<'_>>) -> Facts {
        let log = &self.intent.log;
        let stored = match &self.known {
            Known::Unread => Stored::Unread,
            Known::Absent => Stored::Absent,
            Known::Dead => Stored::Dead,
            Known::Found(_) => Stored::Found,
        };
        Facts {
            stored,
            has_key: self.key.is_some(),
            destroys: self.intent.destroys,
            has_recorded: !self.intent.is_empty(),
            signs_in: log.signs_in(),
            signs_out: log.signs_out(),
            regenerates: self.intent.regenerates,
            leaves_nothing: log.leaves_nothing(),
            has_content: replayed.is_some_and(|after| !after.values.is_empty() || after.owner.is_some()),
            has_changed: self.intent.expiry.is_some()
                || base
                    .zip(replayed)
                    .is_some_and(|(before, after)| !after.equals(before.values())),
            is_forwarded: self.is_forwarded(),
            forks: self.forks,
            stores_empty: self.rules.stores_empty,
            is_active: self.rules.is_active,
            is_touch_due: base.is_some_and(|snapshot| self.rules.signs_anew || snapshot.is_touch_due(self.now)),
        }
    }

    fn create(&self, base: Option<&Snapshot>, replayed: Option<Replayed<'_>>) -> Result<Step, Error> {
        let id = self.source.new_id()?;
        let key = id.store_key();
        let draft = self.draft(base, replayed, self.source.new_revision(), Move::AwayFromAll)?;
        let signs_in = self.intent.log.signs_in().then_some(self.began_at);
        let operation = Operation::Create {
            key,
            record: draft.record().clone(),
            signs_in,
        };
        Ok(Step {
            operation,
            draft: Some(draft),
            id: Some(id),
        })
    }

    fn update(&self, key: StoreKey, base: &Snapshot, replayed: Option<Replayed<'_>>) -> Result<Step, Error> {
        let draft = self.draft(Some(base), replayed, self.source.new_revision(), Move::Stay)?;
        let expected = base.record().revision;
        let operation = Operation::Update {
            key,
            record: draft.record().clone(),
            expected,
        };
        Ok(Step {
            operation,
            draft: Some(draft),
            id: None,
        })
    }

    fn rotate(&self, old: StoreKey, base: &Snapshot, replayed: Option<Replayed<'_>>) -> Result<Step, Error> {
        let id = self.source.new_id()?;
        let log = &self.intent.log;
        // What belonged to one user never follows into another's session, nor out of a session that was signed out.
        let owner = base.record().owner.as_ref();
        let changes_hands = owner.is_some() && log.owner().is_some_and(|new| new != owner);
        let kind = if log.signs_out() || changes_hands {
            Move::AwayFromAll
        } else {
            Move::Onward
        };
        let draft = self.draft(Some(base), replayed, self.source.new_revision(), kind)?;
        let operation = Operation::Rotate {
            old,
            new: id.store_key(),
            record: draft.record().clone(),
            expected: base.record().revision,
            mark_until: self.now + self.rules.forwarding_time.max(MARK_KEPT),
            signs_in: log.signs_in().then_some(self.began_at),
        };
        Ok(Step {
            operation,
            draft: Some(draft),
            id: Some(id),
        })
    }

    fn touch(&self, key: StoreKey, base: &Snapshot) -> Step {
        let touch = Touch {
            expected: base.record().revision,
            last_seen_at: self.now,
            expires_at: base.head().limits.expires_at(self.now),
        };
        Step::plain(Operation::Touch { key, touch })
    }

    /// What the session becomes.
    pub(super) fn draft(
        &self,
        base: Option<&Snapshot>,
        replayed: Option<Replayed<'_>>,
        revision: Revision,
        kind: Move,
    ) -> Result<Snapshot, Error> {
        let replayed = match replayed {
            Some(replayed) => replayed,
            None => self.replay(base)?,
        };
        let log = &self.intent.log;
        let wanted = self.intent.expiry;
        let signed_in_at = log.signs_in().then_some(self.now);
        let begun = base.filter(|_| !log.signs_in() && !log.signs_out());
        let limits = match (wanted, begun) {
            (Some(expiry), _) => expiry.limits(self.now),
            (None, Some(begun)) => begun.head().limits,
            (None, None) => self.rules.expiry.limits(self.now),
        };
        let (lineage, forwards_until) = match (kind, base.map(Snapshot::head)) {
            (Move::Stay, Some(head)) => (head.lineage, head.forwards_until),
            (Move::Onward, Some(head)) => (head.lineage, Some(self.now + self.rules.forwarding_time)),
            (Move::AwayFromAll, _) | (_, None) => (revision, None),
        };
        Draft {
            revision,
            created_at: begun.map_or(self.now, |begun| begun.record().created_at),
            last_seen_at: begun.map_or(self.now, |begun| begun.record().last_seen_at.max(self.now)),
            owner: replayed.owner,
            signed_in_at: signed_in_at.or_else(|| begun.and_then(|begun| begun.head().signed_in_at)),
            lineage,
            forwards_until: forwards_until.filter(|end| !end.has_passed(self.now)),
            limits,
            foreign: base.map_or(&[], Snapshot::foreign),
            values: replayed.values,
            replaces: base,
        }
        .write(self.rules.size_limit)
    }
}

impl Step {
    fn plain(operation: Operation) -> Self {
        Self {
            operation,
            draft: None,
            id: None,
        }
    }
}
