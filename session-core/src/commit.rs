//! One commit, without I/O: which store operation comes next, given what the last one answered.
//!
//! Whoever drives it performs [`Commit::operation`] and hands the reply to [`Commit::answer`] until there is no operation
//! left. Nothing here waits, so that every interleaving of several commits can be explored.

mod next;

use std::time::Duration;

use crate::changes::Log;
use crate::clock::Moment;
use crate::error::Error;
use crate::expiry::Expiry;
use crate::id::{SessionId, StoreKey};
use crate::operation::{Operation, Reply};
use crate::payload::Snapshot;
use crate::record::Revision;
use crate::store::Touch;
use next::{Move, Next};

/// Marks may form a chain, one a rotation; nobody rotates this often within the forwarding time.
const LONGEST_CHAIN: u32 = 16;

/// What a request knows of its stored session.
#[derive(Clone, Debug, Default)]
pub(crate) enum Known {
    #[default]
    Unread,
    Absent,
    Dead,
    Found(Snapshot),
}

/// What a request asked for.
#[derive(Clone, Debug, Default)]
pub(crate) struct Intent {
    pub(crate) log: Log,
    /// End the session under the request's key. What the log holds came after that.
    pub(crate) destroys: bool,
    pub(crate) regenerates: bool,
    pub(crate) expiry: Option<Expiry>,
}

impl Intent {
    pub(crate) fn is_empty(&self) -> bool {
        self.log.is_empty() && !self.destroys && !self.regenerates && self.expiry.is_none()
    }

    /// What still happens when the request failed.
    pub(crate) fn after_failure(self) -> Self {
        let log = if self.destroys {
            Log::default()
        } else {
            self.log.only_sign_out()
        };
        Self {
            log,
            destroys: self.destroys,
            regenerates: false,
            expiry: None,
        }
    }
}

/// The settings that a commit obeys.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Rules {
    pub(crate) expiry: Expiry,
    pub(crate) forwarding_time: Duration,
    pub(crate) size_limit: usize,
    pub(crate) stores_empty: bool,
    pub(crate) is_active: bool,
    /// The response head has not gone out, so a cookie can still be sent.
    pub(crate) can_issue: bool,
}

/// Where new ids and revisions come from.
pub(crate) trait Source {
    fn new_id(&self) -> Result<SessionId, Error>;
    fn new_revision(&self) -> Revision;
}

/// How a commit ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ending {
    Nothing,
    Created,
    Updated,
    Touched,
    Rotated { from: StoreKey },
    Gone,
}

/// What becomes of the browser's cookie.
#[derive(Debug, Default)]
pub(crate) enum CookieChange {
    #[default]
    Keep,
    /// A new id.
    Issue(SessionId),
    /// The same id with the session's new limits.
    Resend,
    Remove,
}

/// What a request knows after a commit.
#[derive(Debug)]
pub(crate) struct View {
    pub(crate) key: Option<StoreKey>,
    pub(crate) known: Known,
    /// Empty, unless the commit failed.
    pub(crate) intent: Intent,
    pub(crate) cookie: CookieChange,
}

/// A commit under way.
#[derive(Debug)]
pub(crate) struct Commit<'a, S> {
    rules: Rules,
    source: &'a S,
    began_at: Moment,
    now: Moment,
    pub(crate) key: Option<StoreKey>,
    pub(crate) known: Known,
    /// What this request had loaded before it was forwarded.
    origin: Option<(StoreKey, Snapshot)>,
    intent: Intent,
    forks: bool,
    step: Option<Step>,
    /// A reply to the current operation was lost, so it may have happened.
    is_uncertain: bool,
    /// The update of which it is unknown whether it happened before the session moved: its revision and the one it expected.
    doubt: Option<(Revision, Revision)>,
    hops: u32,
    pub(crate) ending: Ending,
    pub(crate) destroyed: Option<StoreKey>,
    pub(crate) cookie: CookieChange,
    pub(crate) conflicts: u32,
    /// Steps that could not follow the session across a sign-in.
    pub(crate) dropped: usize,
}

/// The current operation, and what will be known when it has been applied.
#[derive(Debug)]
struct Step {
    operation: Operation,
    draft: Option<Snapshot>,
    id: Option<SessionId>,
}

impl<'a, S: Source> Commit<'a, S> {
    /// A commit that has yet to [`start`](Self::start).
    pub(crate) fn new(
        rules: Rules,
        source: &'a S,
        (key, known): (Option<StoreKey>, Known),
        intent: Intent,
        (began_at, now): (Moment, Moment),
    ) -> Self {
        Self {
            rules,
            source,
            began_at,
            now,
            key,
            known,
            origin: None,
            intent,
            forks: false,
            step: None,
            is_uncertain: false,
            doubt: None,
            hops: 0,
            ending: Ending::Nothing,
            destroyed: None,
            cookie: CookieChange::Keep,
            conflicts: 0,
            dropped: 0,
        }
    }

    /// Begins: there may be an operation to perform then.
    pub(crate) fn start(&mut self) -> Result<(), Error> {
        self.proceed()
    }

    /// What to perform now; `None`: the commit is done.
    pub(crate) fn operation(&self) -> Option<&Operation> {
        self.step.as_ref().map(|step| &step.operation)
    }

    /// A write of this commit may have happened without an answer, and nothing has settled it yet.
    pub(crate) fn is_uncertain(&self) -> bool {
        self.is_uncertain || self.doubt.is_some()
    }

    pub(crate) fn is_forwarded(&self) -> bool {
        self.origin.is_some()
    }

    /// What the request knows from now on, and what it still wants. A forwarded request goes on seeing what it had loaded.
    pub(crate) fn into_view(self) -> View {
        let (key, known) = match self.origin {
            Some((key, snapshot)) => (Some(key), Known::Found(snapshot)),
            None => (self.key, self.known),
        };
        View {
            key,
            known,
            intent: self.intent,
            cookie: self.cookie,
        }
    }

    /// Takes the store's reply to [`operation`](Self::operation).
    pub(crate) fn answer(&mut self, reply: Reply) -> Result<(), Error> {
        let Some(mut step) = self.step.take() else {
            return Ok(());
        };
        match (&reply, &step.operation) {
            // Nobody knows the id of a session whose creation is unknown: another one takes its place.
            (Reply::Lost, Operation::Create { .. }) => return self.proceed(),
            (Reply::Lost, _) => {
                self.is_uncertain = true;
                self.step = Some(step);
                return Ok(());
            }
            _ => {}
        }
        let was_uncertain = std::mem::take(&mut self.is_uncertain);
        let id = step.id.take();
        match step.operation {
            Operation::Load { key } => self.loaded(key, reply),
            Operation::Create { key, .. } => self.created(key, step.draft, id, &reply),
            Operation::Update { record, expected, .. } => {
                let doubt = was_uncertain.then_some((record.revision, expected));
                self.updated(step.draft, doubt, reply)
            }
            Operation::Rotate { old, new, .. } => self.rotated((old, new), step.draft, id, reply),
            Operation::Touch { touch, .. } => {
                self.touched(touch, &reply);
                Ok(())
            }
            Operation::Delete { key } => self.deleted(key, was_uncertain, &reply),
        }
    }

    fn loaded(&mut self, key: StoreKey, reply: Reply) -> Result<(), Error> {
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
            Reply::Absent | Reply::Done | Reply::Taken | Reply::CutOff | Reply::Stale | Reply::Lost => {
                if is_following {
                    self.gone()
                } else {
                    self.know(Known::Absent)
                }
            }
        }
    }

    fn created(
        &mut self,
        key: StoreKey,
        draft: Option<Snapshot>,
        id: Option<SessionId>,
        reply: &Reply,
    ) -> Result<(), Error> {
        match reply {
            Reply::CutOff => Err(Error::SignInRevoked),
            Reply::Done => {
                self.ending = Ending::Created;
                self.moved_in(key, draft, id);
                Ok(())
            }
            // Somebody has drawn the same 256 bits, or the generator is broken: draw again.
            Reply::Taken | Reply::Current(_) | Reply::Moved(_) | Reply::Absent | Reply::Stale | Reply::Lost => {
                self.hop().and_then(|()| self.proceed())
            }
        }
    }

    fn updated(
        &mut self,
        draft: Option<Snapshot>,
        doubt: Option<(Revision, Revision)>,
        reply: Reply,
    ) -> Result<(), Error> {
        match reply {
            Reply::Done => self.written(draft),
            Reply::Current(record) => {
                let current = Snapshot::read(record)?;
                match doubt {
                    Some((ours, _)) if current.follows(ours) => self.written(Some(current)),
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

    fn rotated(
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
    fn touched(&mut self, touch: Touch, reply: &Reply) {
        if let (Reply::Done, Known::Found(snapshot)) = (reply, &self.known) {
            self.known = Known::Found(snapshot.clone().touched(touch.last_seen_at, touch.expires_at));
            self.ending = Ending::Touched;
        }
        self.finish();
    }

    fn deleted(&mut self, key: StoreKey, was_uncertain: bool, reply: &Reply) -> Result<(), Error> {
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

    fn know(&mut self, known: Known) -> Result<(), Error> {
        self.known = known;
        self.proceed()
    }

    fn conflict(&mut self, current: Snapshot) -> Result<(), Error> {
        self.conflicts += 1;
        if current.has_ended(self.now) {
            self.gone()
        } else {
            self.know(Known::Found(current))
        }
    }

    /// Plans an update again on a record that somebody else has just written, if that is newer than what is known.
    pub(crate) fn offer(&mut self, latest: Snapshot) -> Result<(), Error> {
        let is_older = match &self.known {
            Known::Found(current) => current.follows(latest.record().revision),
            Known::Unread | Known::Absent | Known::Dead => true,
        };
        match self.operation() {
            Some(Operation::Update { .. }) if !is_older => self.know(Known::Found(latest)),
            _ => Ok(()),
        }
    }

    fn follow(&mut self, successor: StoreKey) -> Result<(), Error> {
        self.hop()?;
        if let (None, Some(key), Known::Found(snapshot)) = (&self.origin, self.key, &self.known) {
            self.origin = Some((key, snapshot.clone()));
        }
        self.take_up(Step {
            operation: Operation::Load { key: successor },
            draft: None,
            id: None,
        });
        Ok(())
    }

    /// The session that a forwarded request was looking for.
    fn arrived(&mut self, key: StoreKey, successor: Snapshot) -> Result<(), Error> {
        if let Some((ours, expected)) = self.doubt.take() {
            if successor.follows(ours) {
                return self.written(Some(successor));
            }
            if !successor.follows(expected) {
                return Err(Error::OutcomeUnknown(None));
            }
        }
        let Some((_, origin)) = &self.origin else {
            return self.gone();
        };
        if !successor.accepts_changes_of(origin, self.now) {
            return self.gone();
        }
        if successor.head().signed_in_at != origin.head().signed_in_at {
            // Whoever planted the id before the sign-in could otherwise write into the signed-in session.
            let (updates, dropped) = std::mem::take(&mut self.intent.log).only_updates();
            self.intent.log = updates;
            self.dropped += dropped + usize::from(self.intent.expiry.take().is_some());
        }
        self.intent.regenerates = false;
        self.key = Some(key);
        self.know(Known::Found(successor))
    }

    fn written(&mut self, stored: Option<Snapshot>) -> Result<(), Error> {
        self.ending = Ending::Updated;
        if self.intent.expiry.is_some() && !self.is_forwarded() {
            self.cookie = CookieChange::Resend;
        }
        if let Some(stored) = stored {
            self.known = Known::Found(stored);
        }
        self.refresh_origin()?;
        self.finish();
        Ok(())
    }

    /// A forwarded request goes on seeing its own session, with its own changes.
    fn refresh_origin(&mut self) -> Result<(), Error> {
        let Some((key, origin)) = self.origin.take() else {
            return Ok(());
        };
        let revision = origin.record().revision;
        let seen = self.draft(Some(&origin), None, revision, Move::Stay)?;
        self.origin = Some((key, seen));
        Ok(())
    }

    fn moved_in(&mut self, key: StoreKey, stored: Option<Snapshot>, id: Option<SessionId>) {
        self.origin = None;
        self.key = Some(key);
        if let (Some(stored), Some(id)) = (stored, id) {
            self.known = Known::Found(stored);
            self.cookie = CookieChange::Issue(id);
        }
        self.finish();
    }

    fn gone(&mut self) -> Result<(), Error> {
        // It may have happened before the session left, for where no mark leads to.
        if self.doubt.take().is_some() {
            return Err(Error::OutcomeUnknown(None));
        }
        self.ending = Ending::Gone;
        self.origin = None;
        self.known = Known::Dead;
        self.finish();
        Ok(())
    }

    fn finish(&mut self) {
        self.step = None;
        self.intent = Intent::default();
    }

    fn hop(&mut self) -> Result<(), Error> {
        self.hops += 1;
        if self.hops > LONGEST_CHAIN {
            Err(Error::Contended(Duration::ZERO))
        } else {
            Ok(())
        }
    }

    fn take_up(&mut self, step: Step) {
        self.is_uncertain = false;
        self.step = Some(step);
    }

    /// Plans on what is known now.
    fn proceed(&mut self) -> Result<(), Error> {
        match self.next()? {
            Next::Step(step) => self.take_up(step),
            Next::Done => self.finish(),
            Next::Gone => self.gone()?,
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;
    use crate::changes::Step as Change;
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
