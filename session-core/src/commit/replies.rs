//! What a store's reply to each operation means.

use super::{Commit, CookieChange, Ending, Known, Source};
use crate::error::Error;
use crate::id::{SessionId, StoreKey};
use crate::operation::Reply;
use crate::payload::Snapshot;
use crate::record::Revision;
use crate::store::Touch;

impl<S: Source> Commit<'_, S> {
    pub(super) fn loaded(&mut self, key: StoreKey, reply: Reply) -> Result<(), Error> {
        let is_following = self.origin.is_some();
        match reply {
            Reply::Moved(successor) if is_following => self.follow(successor),
            Reply::Moved(_) => {
                self.known = Known::Dead;
                self.proceed()
            }
            Reply::Current(record) => {
                let snapshot = Snapshot::read(record)?;
                match (snapshot.has_ended(self.now), is_following) {
                    (false, true) => self.arrived(key, snapshot),
                    (false, false) => self.know(Known::Found(snapshot)),
                    (true, true) => self.gone(),
                    (true, false) => self.know(Known::Absent),
                }
            }
            Reply::Absent
            | Reply::Done
            | Reply::DoneAs(_)
            | Reply::Taken
            | Reply::CutOff
            | Reply::Stale
            | Reply::Lost => {
                if is_following {
                    self.gone()
                } else {
                    self.know(Known::Absent)
                }
            }
        }
    }

    pub(super) fn created(
        &mut self,
        key: StoreKey,
        draft: Option<Snapshot>,
        id: Option<SessionId>,
        reply: Reply,
    ) -> Result<(), Error> {
        match reply {
            Reply::CutOff => Err(Error::SignInRevoked),
            Reply::Done => {
                self.ending = Ending::Created;
                self.moved_in(key, draft, id);
                Ok(())
            }
            Reply::DoneAs(record) => self.created(key, Some(Snapshot::read(record)?), id, Reply::Done),
            // Somebody has drawn the same 256 bits, or the generator is broken: draw again.
            Reply::Taken | Reply::Current(_) | Reply::Moved(_) | Reply::Absent | Reply::Stale | Reply::Lost => {
                self.hop().and_then(|()| self.proceed())
            }
        }
    }

    pub(super) fn updated(
        &mut self,
        draft: Option<Snapshot>,
        doubt: Option<(Revision, Revision)>,
        reply: Reply,
    ) -> Result<(), Error> {
        match reply {
            Reply::Done => {
                self.written(draft);
                Ok(())
            }
            Reply::DoneAs(record) => {
                self.written(Some(Snapshot::read(record)?));
                Ok(())
            }
            Reply::Current(record) => {
                let current = Snapshot::read(record)?;
                match doubt {
                    Some((ours, _)) if current.follows(ours) => {
                        self.written(Some(current));
                        Ok(())
                    }
                    Some((_, expected)) if !current.follows(expected) => Err(Error::OutcomeUnknown(None)),
                    Some(_) | None => self.conflict(current),
                }
            }
            Reply::Moved(successor) => {
                self.doubt = doubt;
                self.follow(successor)
            }
            Reply::Absent | Reply::Taken | Reply::CutOff | Reply::Stale | Reply::Lost => {
                self.doubt = doubt;
                self.gone()
            }
        }
    }

    pub(super) fn rotated(
        &mut self,
        (old, new): (StoreKey, StoreKey),
        draft: Option<Snapshot>,
        id: Option<SessionId>,
        reply: Reply,
    ) -> Result<(), Error> {
        let log = &self.intent.log;
        match reply {
            Reply::CutOff => Err(Error::SignInRevoked),
            Reply::Done => {
                self.ending = Ending::Rotated { from: old };
                self.moved_in(new, draft, id);
                Ok(())
            }
            Reply::DoneAs(record) => {
                let stored = Snapshot::read(record)?;
                self.rotated((old, new), Some(stored), id, Reply::Done)
            }
            Reply::Current(record) => {
                let current = Snapshot::read(record)?;
                self.conflict(current)
            }
            // A double click: this sign-in gets a session of its own, made from what it had loaded.
            Reply::Moved(_) if log.signs_in() => {
                self.forks = true;
                self.proceed()
            }
            Reply::Moved(_) if log.signs_out() => {
                (self.forks, self.intent.destroys) = (true, true);
                self.proceed()
            }
            Reply::Moved(successor) => self.follow(successor),
            Reply::Absent | Reply::Taken | Reply::Stale | Reply::Lost => {
                if log.signs_in() {
                    self.know(Known::Dead)
                } else {
                    self.gone()
                }
            }
        }
    }

    /// Whatever a touch meets, somebody else has written or ended the session since, and that counts.
    pub(super) fn touched(&mut self, touch: Touch, reply: &Reply) {
        if let (Reply::Done, Known::Found(snapshot)) = (reply, &self.known) {
            self.known = Known::Found(snapshot.clone().touched(touch.last_seen_at, touch.expires_at));
            self.ending = Ending::Touched;
        }
        self.finish();
    }

    pub(super) fn deleted(&mut self, key: StoreKey, was_uncertain: bool, reply: &Reply) -> Result<(), Error> {
        // After a lost reply the session may be absent because of us.
        if was_uncertain || matches!(reply, Reply::Done) {
            self.destroyed = Some(key);
            self.cookie = CookieChange::Remove;
        }
        self.intent.destroys = false;
        if !self.forks {
            (self.known, self.key) = (Known::Absent, None);
        }
        self.proceed()
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;
    use std::time::Duration;

    use super::*;
    use crate::changes::Step as Change;
    use crate::clock::Moment;
    use crate::commit::{Intent, Rules};
    use crate::expiry::Expiry;
    use crate::payload::Draft;
    use crate::record::Record;

    const NOW: Moment = Moment::from_millis(1_000_000);
    const RULES: Rules = Rules {
        expiry: Expiry::new(),
        forwarding_time: Duration::from_secs(30),
        size_limit: 1000,
        stores_empty: false,
        is_active: false,
        can_issue: true,
        signs_anew: false,
    };

    #[derive(Debug, Default)]
    struct Numbers(Cell<u64>);

    impl Source for Numbers {
        fn new_id(&self) -> Result<SessionId, Error> {
            Ok(SessionId::numbered(self.new_revision().as_u64()))
        }

        fn new_revision(&self) -> Revision {
            self.0.set(self.0.get() + 1);
            Revision::from_u64(self.0.get())
        }
    }

    fn stored() -> Record {
        let draft = Draft {
            revision: Revision::from_u64(100),
            created_at: NOW,
            last_seen_at: NOW,
            owner: None,
            signed_in_at: None,
            lineage: Revision::from_u64(100),
            forwards_until: None,
            limits: Expiry::new().limits(NOW),
            foreign: &[],
            values: Vec::new(),
            replaces: None,
        };
        draft.write(1000).unwrap().record().clone()
    }

    /// A commit of one value to a session that was loaded, after the store's replies.
    fn insert_after(replies: impl IntoIterator<Item = Reply>) -> Result<Ending, Error> {
        let mut intent = Intent::default();
        intent.log.push(Change::Insert {
            name: "a".into(),
            value: b"1".to_vec(),
        });
        let session = (
            Some(SessionId::numbered(200).store_key()),
            Known::Found(Snapshot::read(stored())?),
        );
        let source = Numbers::default();
        let mut commit = Commit::new(RULES, &source, session, intent, (NOW, NOW));
        commit.start()?;
        for reply in replies {
            commit.answer(reply)?;
        }
        assert!(commit.operation().is_none());
        Ok(commit.ending)
    }

    #[test]
    fn an_update_of_a_session_that_is_gone_ends_gone() {
        let successor = SessionId::numbered(201).store_key();
        assert!(matches!(insert_after([Reply::Absent]), Ok(Ending::Gone)));
        assert!(matches!(
            insert_after([Reply::Moved(successor), Reply::Absent]),
            Ok(Ending::Gone)
        ));
    }

    #[test]
    fn an_update_whose_reply_was_lost_may_have_gone_with_the_session() {
        let successor = SessionId::numbered(201).store_key();
        for replies in [
            vec![Reply::Lost, Reply::Absent],
            vec![Reply::Lost, Reply::Moved(successor), Reply::Absent],
        ] {
            assert!(matches!(insert_after(replies), Err(Error::OutcomeUnknown(None))));
        }
    }
}
