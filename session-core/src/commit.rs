//! One commit, without I/O: which store operation comes next, given what the last one answered.
//!
//! Whoever drives it performs [`Commit::operation`] and hands the reply to [`Commit::answer`] until there is no operation
//! left. Nothing here waits, so that every interleaving of several commits can be explored.

mod forward;
mod next;
mod replies;

use std::time::Duration;

use crate::changes::Log;
use crate::clock::Moment;
use crate::error::Error;
use crate::expiry::Expiry;
use crate::id::{SessionId, StoreKey};
use crate::operation::{Operation, Reply};
use crate::payload::Snapshot;
use crate::record::Revision;
use next::Next;

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

    /// This, and then what was recorded later.
    pub(crate) fn and_then(mut self, later: Self) -> Self {
        if later.destroys {
            return later;
        }
        self.log.append(later.log);
        self.regenerates |= later.regenerates;
        self.expiry = later.expiry.or(self.expiry);
        self
    }

    /// Whether it needs no knowledge of what is stored: it ends that, and what comes after begins anew.
    pub(crate) fn is_blind_end(&self) -> bool {
        self.destroys || self.log.leaves_nothing()
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
    /// The browser's cookie is to be signed anew. That needs a write that finds the session where it was: a late response
    /// would otherwise send an id that is dead since a sign-in.
    pub(crate) signs_anew: bool,
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
    origin: Option<Box<(StoreKey, Snapshot)>>,
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

    /// The id that the operation hands out.
    pub(crate) fn new_id(&self) -> Option<&SessionId> {
        self.step.as_ref().and_then(|step| step.id.as_ref())
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
        let (key, known) = match self.origin.map(|origin| *origin) {
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
            Operation::Create { key, .. } => self.created(key, step.draft, id, reply),
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

    fn written(&mut self, stored: Option<Snapshot>) {
        self.ending = Ending::Updated;
        if self.intent.expiry.is_some() && !self.is_forwarded() {
            self.cookie = CookieChange::Resend;
        }
        if let Some(stored) = stored {
            self.known = Known::Found(stored);
        }
        self.refresh_origin();
        self.finish();
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
            Err(Error::Contended)
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
